/* SPDX-License-Identifier: ISC */
/* setup.c - inventory and trust files, all or nothing. */
#include "setup.h"

#include <stdlib.h>

#include "cwaudit/mem.h"
#include "cwaudit/rule.h"
#include "file.h"

#define TRUST_MAX	(16u << 20)	/* bytes of a trust file */
#define SYSTEM_TRUST	"/etc/ssl/certs/ca-certificates.crt"

static bool
read_trust(struct setup *s, const struct trust_file *f, const char *inventory,
    struct problems *problems)
{
	struct trust *scratch = trust_new();
	struct text pem = {0}, why = {0};
	const char *path = f->path != NULL ? f->path : SYSTEM_TRUST;
	bool ok = file_read(path, TRUST_MAX, &pem);

	if (!ok)
		problem_add(problems, inventory, f->line, f->column,
		    "trust \"%s\" cannot be read: %s", f->name, text_str(&pem));
	else if (!(ok = trust_add(scratch, f->name, text_str(&pem), pem.len,
	    &why)))
		problem_add(problems, inventory, f->line, f->column,
		    "trust \"%s\" is not usable: %s: %s", f->name, path,
		    text_str(&why));
	if (ok) {
		struct setup_trust *t = &s->trust[s->n_trust++];

		t->name = f->name;
		t->len = pem.len;
		t->pem = text_take(&pem);
	}
	text_done(&pem);
	text_done(&why);
	trust_free(scratch);
	return ok;
}

static struct inventory *
parse(const char *path, struct inventory_io *io, struct problems *problems)
{
	struct inventory *inv;

	io->rules = rule_ids(&io->n_rules);
	io->rule_severity = rule_severity;
	inv = inventory_parse(path, io, problems);
	if (inv == NULL || problems->n == 0)
		return inv;
	inventory_unref(inv);
	return NULL;
}

struct inventory *
setup_inventory(const char *path, struct problems *problems)
{
	struct inventory_io io = {0};

	file_inventory_io(&io);
	return parse(path, &io, problems);
}

static bool
lend_text(void *ctx, const char *path, struct text *out)
{
	(void)path;
	text_add(out, ctx);
	return true;
}

struct inventory *
setup_inventory_text(const char *yaml, struct problems *problems)
{
	struct inventory_io io = { .read_file = lend_text,
	    .ctx = (void *)(uintptr_t)yaml };

	return parse(SETUP_MADE_UP, &io, problems);
}

/* With its trust files. Takes the inventory; NULL is fine. */
static struct setup *
complete(struct inventory *inv, const char *path, struct problems *problems)
{
	struct setup *s;
	bool ok = true;

	if (inv == NULL)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->refs = 1;
	s->inventory = inv;
	s->trust = xcalloc(inv->n_trust, sizeof(*s->trust));
	for (size_t i = 0; i < inv->n_trust; i++)
		if (!read_trust(s, &inv->trust[i], path, problems))
			ok = false;
	if (ok)
		return s;
	setup_unref(s);
	return NULL;
}

struct setup *
setup_load(const char *path, struct problems *problems)
{
	return complete(setup_inventory(path, problems), path, problems);
}

struct setup *
setup_load_text(const char *yaml, struct problems *problems)
{
	return complete(setup_inventory_text(yaml, problems), SETUP_MADE_UP,
	    problems);
}

struct setup *
setup_ref(struct setup *s)
{
	__atomic_fetch_add(&s->refs, 1, __ATOMIC_RELAXED);
	return s;
}

void
setup_unref(struct setup *s)
{
	if (s == NULL || __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (size_t i = 0; i < s->n_trust; i++)
		free(s->trust[i].pem);
	free(s->trust);
	inventory_unref(s->inventory);
	free(s);
}

struct trust *
setup_trust_new(const struct setup *s)
{
	struct trust *t = trust_new();
	struct text why = {0};

	for (size_t i = 0; i < s->n_trust; i++)
		(void)!trust_add(t, s->trust[i].name, s->trust[i].pem,
		    s->trust[i].len, &why);
	text_done(&why);
	return t;
}
