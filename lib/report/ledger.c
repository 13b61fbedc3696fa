/* SPDX-License-Identifier: ISC */
/* ledger.c - the values of a store: their life, order and differences. */
#include "cwaudit/ledger.h"

#include <stdlib.h>
#include <string.h>

void
ledger_done(struct ledger *l)
{
	for (size_t i = 0; i < l->n_findings; i++)
		diff_finding_free(l->findings[i].finding);
	for (size_t i = 0; i < l->n_events; i++)
		event_done(&l->events[i].event);
	for (size_t i = 0; i < l->n_sightings; i++) {
		struct ledger_sighting *s = &l->sightings[i];

		free(s->kind);
		free(s->site);
		free(s->host);
		free(s->outcome);
		free(s->detail);
		free(s->address);
		cert_unref(s->leaf);
	}
	free(l->version);
	free(l->findings);
	free(l->events);
	free(l->sightings);
	*l = (struct ledger){0};
}

bool
ledger_is_stale(const struct ledger *l)
{
	return l->since != CLOCK_NEVER && l->now - l->until >
	    2 * l->interval_s;
}

static int
compare(const void *x, const void *y)
{
	const struct ledger_finding *a = x, *b = y;
	const struct finding *f = a->finding, *g = b->finding;
	int order;

	if ((a->ended == CLOCK_NEVER) != (b->ended == CLOCK_NEVER))
		return a->ended == CLOCK_NEVER ? -1 : 1;
	if (a->ended != b->ended)
		return a->ended > b->ended ? -1 : 1;
	if (f->waived != g->waived)
		return f->waived ? 1 : -1;
	if (f->severity != g->severity)
		return f->severity > g->severity ? -1 : 1;
	order = strcmp(f->owner, g->owner);
	if (order == 0)
		order = strcmp(f->rule->id, g->rule->id);
	return order != 0 ? order : strcmp(f->id, g->id);
}

void
ledger_sort(struct ledger *l)
{
	if (l->n_findings > 1)
		qsort(l->findings, l->n_findings, sizeof(*l->findings),
		    compare);
}

/* ---- two leaves ---- */

static void
clause(struct text *out)
{
	if (out->len > 0)
		text_add(out, "; ");
}

static bool
has_name(const struct cert *c, const struct cert_san *name)
{
	for (size_t i = 0; i < c->n_san; i++)
		if (c->san[i].type == name->type &&
		    c->san[i].value.len == name->value.len &&
		    memcmp(c->san[i].value.data, name->value.data,
		    name->value.len) == 0)
			return true;
	return false;
}

/* Names of a that b lacks. */
static void
add_names(const struct cert *a, const struct cert *b, const char *what,
    struct text *out)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_san; i++) {
		if (has_name(b, &a->san[i]))
			continue;
		if (n == 0)
			clause(out);
		if (n == 10)
			text_add(out, " and more");
		if (n++ >= 10)
			continue;
		text_addf(out, "%s", n == 1 ? what : ", ");
		text_add_escaped(out, a->san[i].value.data,
		    a->san[i].value.len, 256);
	}
}

static void
add_days(const struct cert *old, const struct cert *new, struct text *out)
{
	int64_t days;

	if (!old->dates_readable || !new->dates_readable)
		return;
	days = (new->not_after - old->not_after) / CLOCK_DAY;
	if (days == 0)
		return;
	clause(out);
	text_addf(out, "ends %lld day%s %s", (long long)(days < 0 ? -days :
	    days), days == 1 || days == -1 ? "" : "s",
	    days < 0 ? "earlier" : "later");
}

void
ledger_add_changes(const struct cert *old, const struct cert *new,
    struct text *out)
{
	struct text before = {0}, after = {0}, all = {0};

	cert_add_cn(old, &before);
	cert_add_cn(new, &after);
	if (strcmp(text_str(&before), text_str(&after)) != 0)
		text_addf(&all, "CN %s instead of %s", text_str(&after),
		    text_str(&before));
	add_names(old, new, "SAN loses ", &all);
	add_names(new, old, "SAN gains ", &all);
	if (strcmp(old->issuer, new->issuer) != 0) {
		clause(&all);
		text_add(&all, "another issuer, ");
		cert_add_issuer(new, &all);
	}
	if (strcmp(old->key_text, new->key_text) != 0) {
		clause(&all);
		text_addf(&all, "key %s instead of %s", new->key_text,
		    old->key_text);
	}
	if (memcmp(old->spki_sha256, new->spki_sha256, CERT_SHA256) == 0) {
		clause(&all);
		text_add(&all, "the same key");
	}
	add_days(old, new, &all);
	text_add(out, text_str(&all));
	text_done(&before);
	text_done(&after);
	text_done(&all);
}
