/* SPDX-License-Identifier: ISC */
/*
 * store_year.c - a year of a large fleet as the daemon would hand it to the
 * store: PORTS ports looked at hourly, one in a hundred of which changes each
 * month. Prints the bytes of the file. Looks that see the same hand over
 * nothing, which tests of the audit show; here is what is left: a cycle an
 * hour, a sighting, a memory, a verdict and lines a change.
 * usage: store_year FILE [PORTS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cwaudit/mem.h"
#include "store/store.h"

#define BEGAN		1767225600	/* 2026-01-01T00:00:00Z */
#define HOURS		(365 * 24)
#define DER_SIZE	1400		/* of a leaf with four names */
#define PARTS		1000		/* ports of one commit at the start */

struct year {
	struct store	*store;
	struct records	 records;
	size_t		 ports;
	uint64_t	 serial;
	struct cert	*ca;
};

static void
die(struct text *why)
{
	fprintf(stderr, "store_year: %s\n", text_str(why));
	exit(1);
}

/* Bytes that do not compress and are not alike, where a certificate stands. */
static struct cert *
make_leaf(struct year *y)
{
	struct cert *c = xcalloc(1, sizeof(*c));
	uint64_t x = ++y->serial * 0x9e3779b97f4a7c15u;

	c->refs = 1;
	c->der_len = DER_SIZE;
	c->der = xcalloc(1, DER_SIZE);
	for (size_t i = 0; i < DER_SIZE; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		c->der[i] = (uint8_t)x;
	}
	cert_sha256(c->der, c->der_len, c->sha256);
	return c;
}

static void
set_port(struct thing *t, size_t port)
{
	struct text owner = {0}, site = {0};

	text_addf(&owner, "cwa%06zu.nwtraders.local", port / 2);
	thing_init(t, text_str(&owner), port % 2 == 0 ? "https" : "mtls");
	text_addf(&site, "im%06zu.contoso.com", port / 2);
	free(t->site);
	t->site = text_take(&site);
	t->port = port % 2 == 0 ? 443 : 5061;
	text_done(&owner);
}

static struct chain *
make_chain(const struct cert *leaf, const struct cert *ca)
{
	struct chain *c = xcalloc(1, sizeof(*c));

	c->refs = 1;
	c->n_sent = 2;
	c->sent = xcalloc(2, sizeof(*c->sent));
	c->sent[0] = cert_ref(leaf);
	c->sent[1] = cert_ref(ca);
	return c;
}

static void
show(struct year *y, size_t port, int64_t at, bool right)
{
	struct cert *leaf = make_leaf(y);
	struct observation *o = observation_new();
	struct record *r = records_add(&y->records, RECORD_SIGHTING, at);

	if (!observation_add_der(o, leaf->der, leaf->der_len) ||
	    !observation_add_der(o, y->ca->der, y->ca->der_len))
		exit(1);
	o->outcome = OUTCOME_OBSERVED;
	o->via = VIA_CURL;
	o->proof = PROOF_FINISHED;
	(void)strcpy(o->address, "10.20.30.42");
	observation_seal(o);
	set_port(&r->thing, port);
	r->seen = o;
	r->leaf = cert_ref(leaf);
	r->until = at - 3600;
	r = records_add(&y->records, RECORD_MEMORY, at);
	set_port(&r->thing, port);
	r->memory = (struct memory){ .leaf = cert_ref(leaf),
	    .chain = make_chain(leaf, y->ca), .accepted = cert_ref(leaf),
	    .accepted_chain = make_chain(leaf, y->ca), .leaf_since = at,
	    .role = ROLE_SINGLE, .layout = LAYOUT_SINGLE };
	r = records_add(&y->records, RECORD_JUDGEMENT, at);
	set_port(&r->thing, port);
	for (size_t i = 0; i < 40; i++)
		text_addf(&r->text, "rule-%zu %s\n", i, i == 7 && !right ?
		    "fail error 0123456789abcdef" : "pass");
	cert_unref(leaf);
}

static void
tell(struct year *y, size_t port, int64_t at, enum transition t)
{
	struct record *r = records_add(&y->records, RECORD_LINE, at);
	struct text about = {0}, message = {0};
	struct finding f = { .rule = rule_find("single-names"),
	    .severity = SEVERITY_ERROR, .opened = at, .said = at };
	char kind[] = "single";

	text_addf(&about, "cwa%06zu.nwtraders.local", port / 2);
	text_addf(&message, "%0300d", (int)port);
	finding_id(f.id, text_str(&about), "mtls", "", 0, f.rule->id);
	f.about = f.owner = about.data;
	f.kind = kind;
	f.message = f.remedy = message.data;
	r->transition = transition_name(t);
	r->ended = transition_ends(t);
	memcpy(r->finding, f.id, FINDING_ID);
	diff_finding_write(&f, &r->state);
	r->event.level = EVENT_ERROR;
	event_number(&r->event, "v", 1);
	event_word(&r->event, "event", "finding");
	event_word(&r->event, "state", r->transition);
	event_word(&r->event, "id", f.id);
	event_word(&r->event, "host", f.owner);
	event_text(&r->event, "msg", f.message);
	text_done(&about);
	text_done(&message);
}

static void
commit(struct year *y)
{
	const struct records *list = &y->records;
	struct text why = {0};

	if (y->records.n > 0 && !store_write(y->store, &list, 1, &why))
		die(&why);
	records_done(&y->records);
}

int
main(int argc, char **argv)
{
	struct year y = { .ports = argc > 2 ? strtoul(argv[2], NULL, 10) :
	    100000 };
	struct text why = {0};
	size_t changes, done = 0;
	struct stat st;

	if (argc < 2 || store_start(argv[1], BEGAN, NULL, &y.store, &why) !=
	    STORE_OK)
		die(&why);
	y.ca = make_leaf(&y);
	for (size_t i = 0; i < y.ports; i++) {
		show(&y, i, BEGAN, true);
		if (i % PARTS == PARTS - 1)
			commit(&y);
	}
	changes = y.ports / 100 * 12;
	for (int64_t hour = 1; hour <= HOURS; hour++) {
		int64_t at = BEGAN + hour * 3600;

		for (; done < changes * (size_t)hour / HOURS; done++) {
			size_t port = done * 7919 % y.ports;

			show(&y, port, at, done % 2 == 0);
			tell(&y, port, at, done % 2 == 0 ?
			    TRANSITION_OPENED : TRANSITION_CLEARED);
		}
		(void)records_add(&y.records, RECORD_CYCLE, at);
		commit(&y);
	}
	store_end(y.store, BEGAN + (HOURS + 1) * 3600);
	cert_unref(y.ca);
	if (stat(argv[1], &st) != 0)
		return 1;
	printf("%lld\n", (long long)st.st_size);
	return 0;
}
