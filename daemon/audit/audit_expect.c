/* SPDX-License-Identifier: ISC */
/*
 * audit_expect.c - changes that were announced, and verdicts that somebody
 * accepts. An announced certificate is right to come whatever the rules say of
 * it; any other that comes in the time of an announcement is worth a warning.
 */
#include <stdlib.h>
#include <string.h>

#include "audit_own.h"
#include "cwaudit/mem.h"

static struct expected *
find(const struct audit *a, const char *fqdn)
{
	for (size_t i = 0; i < a->n_expected; i++)
		if (strcmp(a->expected[i].fqdn, fqdn) == 0)
			return &a->expected[i];
	return NULL;
}

static void
keep(struct audit *a, const struct expected *x, int64_t until)
{
	struct record *r = records_add(&a->records, RECORD_EXPECTED,
	    clock_utc(a->options.clock));

	thing_init(&r->thing, x->fqdn, "host");
	r->since = until;
	r->has_leaf = x->has_leaf;
	memcpy(r->split_leaf, x->leaf, CERT_SHA256);
}

static void
set(struct audit *a, const char *fqdn, const uint8_t *leaf, int64_t until)
{
	struct expected *x = find(a, fqdn);

	if (x == NULL) {
		a->expected = xgrow(a->expected, a->n_expected,
		    &a->cap_expected, sizeof(*a->expected));
		x = &a->expected[a->n_expected++];
		*x = (struct expected){ .fqdn = xstrdup(fqdn) };
	}
	x->until = until;
	x->has_leaf = leaf != NULL;
	if (leaf != NULL)
		memcpy(x->leaf, leaf, CERT_SHA256);
}

void
audit_restore_expected(struct audit *a, const struct past *past)
{
	for (size_t i = 0; i < past->n_expected; i++)
		set(a, past->expected[i].owner, past->expected[i].has_leaf ?
		    past->expected[i].leaf : NULL, past->expected[i].since);
}

void
audit_keep_expected(struct audit *a)
{
	for (size_t i = 0; i < a->n_expected; i++)
		keep(a, &a->expected[i], a->expected[i].until);
}

void
audit_end_expected(struct audit *a)
{
	for (size_t i = 0; i < a->n_expected; i++)
		free(a->expected[i].fqdn);
	free(a->expected);
}

/* Those whose time is over. */
static void
forget(struct audit *a)
{
	int64_t now = clock_utc(a->options.clock);

	for (size_t i = a->n_expected; i-- > 0;) {
		if (a->expected[i].until > now)
			continue;
		keep(a, &a->expected[i], CLOCK_NEVER);
		free(a->expected[i].fqdn);
		a->expected[i] = a->expected[--a->n_expected];
	}
}

enum announced
audit_announced(struct audit *a, const char *fqdn, const struct cert *leaf,
    bool good)
{
	const struct expected *x;

	forget(a);
	x = find(a, fqdn);
	if (x == NULL)
		return ANNOUNCED_NOTHING;
	if (x->has_leaf ? memcmp(x->leaf, leaf->sha256, CERT_SHA256) == 0 :
	    good)
		return ANNOUNCED_THIS;
	return ANNOUNCED_OTHER;
}

bool
audit_expect(struct audit *a, const char *fqdn, const uint8_t *leaf,
    int64_t until, const char *by, struct text *said)
{
	const struct host *host = inventory_find(a->inventory, fqdn);
	struct event e = {0};
	char buf[CLOCK_TEXT];

	if (host == NULL) {
		text_add(said, "the inventory has no such host");
		return false;
	}
	if (until <= clock_utc(a->options.clock)) {
		text_add(said, "that time is over already");
		return false;
	}
	set(a, host->fqdn, leaf, until);
	keep(a, find(a, host->fqdn), until);
	text_addf(said, "%s on %s until %s is a plain notice; another is a "
	    "warning", leaf != NULL ? "this certificate" :
	    "a good exchange", host->fqdn, clock_format(until, buf));
	news_plain(&e, EVENT_NOTICE, "expect", text_str(said));
	event_word(&e, "host", host->fqdn);
	event_word(&e, "by", by);
	audit_tell(a, &e);
	audit_flush(a);
	return true;
}

/* ---- a verdict that is accepted ---- */

bool
audit_accept(struct audit *a, const char *id, const char *reason,
    const char *by, struct text *said)
{
	const struct spot *judged = NULL;
	struct event e = {0};

	for (size_t i = 0; i < a->inventory->n_endpoints; i++) {
		struct spot *s = &a->spots[i];

		if (s->refused == NULL || s->leaf == NULL ||
		    strcmp(s->refused_id, id) != 0 || memcmp(s->refused->sha256,
		    s->leaf->sha256, CERT_SHA256) != 0)
			continue;
		spot_accept(s);
		audit_keep_memory(a, s);
		judged = s;
	}
	if (judged == NULL) {
		text_add(said, "there is no bad exchange with this id now; "
		    "\"cwaudit findings --rule reissue-bad\" lists them");
		return false;
	}
	text_addf(said, "the certificate on %s is accepted: ",
	    endpoint_owner(judged->endpoint));
	text_add_escaped(said, reason, strlen(reason), 400);
	news_plain(&e, EVENT_NOTICE, "accept", text_str(said));
	event_word(&e, "id", id);
	event_word(&e, "host", endpoint_owner(judged->endpoint));
	event_word(&e, "by", by);
	audit_tell(a, &e);
	if (!audit_host_is_busy(a, judged))	/* else its look does */
		audit_judge(a, judged);
	audit_flush(a);
	return true;
}
