/* SPDX-License-Identifier: ISC */
/* inventory_world.h - inventories parsed from texts that a test holds. */
#ifndef INVENTORY_WORLD_H
#define INVENTORY_WORLD_H

#include "cwaudit/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

/* Files that a test lends: in memory, or else from the source tree. */
struct file { const char *path, *text; };

struct lender {
	const struct file	*files;
	size_t			 n;
};

static inline bool
read_disk(const char *path, struct text *out)
{
	FILE *f = fopen(path, "r");
	char buf[4096];
	size_t n;

	if (f == NULL) {
		text_add(out, "no such file");
		return false;
	}
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add_bytes(out, buf, n);
	(void)fclose(f);
	return true;
}

static inline bool
lend(void *ctx, const char *path, struct text *out)
{
	const struct lender *l = ctx;

	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->files[i].path, path) != 0)
			continue;
		text_add(out, l->files[i].text);
		return true;
	}
	return read_disk(path, out);
}

/* One directory and a star is all that these tests ask for. */
static inline void
match(void *ctx, const char *pattern, struct strings *out)
{
	const struct lender *l = ctx;
	size_t len = strcspn(pattern, "*");

	for (size_t i = 0; i < l->n; i++)
		if (strncmp(l->files[i].path, pattern, len) == 0)
			strings_add(out, l->files[i].path);
}

static const char *const rules[] = { "mtls-subject", "weak-key", "no-cdp",
    "expiring" };

static inline enum severity
severity_of(const char *rule)
{
	return strcmp(rule, "mtls-subject") == 0 ? SEVERITY_CRITICAL :
	    SEVERITY_WARNING;
}

static inline struct inventory *
parse(const struct file *files, size_t n, struct problems *ps)
{
	struct lender l = { files, n };
	struct inventory_io io = {
		.read_file = lend, .glob = match, .ctx = &l, .rules = rules,
		.n_rules = ARRAY_N(rules), .rule_severity = severity_of,
	};

	return inventory_parse(files[0].path, &io, ps);
}

/* A text without problems. */
static inline struct inventory *
good(const char *text)
{
	struct file file = { "etc/i.yaml", text };
	struct problems ps = {0};
	struct inventory *inv = parse(&file, 1, &ps);
	struct text t = {0};

	problems_print(&ps, &t);
	assert_string_equal(text_str(&t), "");
	assert_non_null(inv);
	text_done(&t);
	return inv;
}

#define HOST(name, rest) "  - {fqdn: " name ", sites: [{url: " \
	"\"https://im.contoso.com\", mtls_port: 5061" rest "}]}\n"

#endif
