/* SPDX-License-Identifier: ISC */
/*
 * sweep.h - the conductor over an inventory, with a world of its own: what
 * each endpoint sends is set by the test, names resolve as it says, time is
 * its own. All static: a test is one file.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "cwaudit/mem.h"
#include "cwaudit/rule.h"
#include "make_cert.h"
#include "test.h"

#define SWEEP_NOW	1780272000	/* 2026-06-01T00:00:00Z */
#define SWEEP_SENT	4
#define SWEEP_PORTS	32
#define SWEEP_UNUSED	__attribute__((unused))

struct sweep {
	int64_t		 now_ms;	/* UTC is SWEEP_NOW + now */
	const char	*text;		/* the inventory; NULL: path is read */
	struct config	 config;
	struct clock	 clock;
	struct setup	*setup;
	struct trust	*trust;		/* the worker's */
	struct audit	*audit;
	struct sight	*pending[SWEEP_PORTS];
	size_t		 n_pending;
	bool		 backwards;	/* the last ordered answers first */
	bool		 strangers;	/* each look is another worker's */
	const struct made *sent[SWEEP_PORTS][SWEEP_SENT]; /* by endpoint */
	/* "name=address,address " ...; "name=" no address, "name=?" no answer;
	 * others are at 10.9.9.9 */
	const char	*dns;
	struct text	 told;		/* "opened RULE ROLE; " ... */
	struct text	 last_msg;	/* of the last finding told */
};

static int64_t
sweep_utc(void *ctx)
{
	return SWEEP_NOW + ((struct sweep *)ctx)->now_ms / 1000;
}

static int64_t
sweep_mono(void *ctx)
{
	return ((struct sweep *)ctx)->now_ms;
}

static const char *
sweep_field(const struct event *e, const char *key)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->field[i].key, key) == 0)
			return e->field[i].value;
	return "";
}

static void
sweep_tell(void *ctx, struct event *e)
{
	struct sweep *w = ctx;

	if (strcmp(sweep_field(e, "event"), "finding") == 0) {
		text_addf(&w->told, "%s %s/%s %s; ", sweep_field(e, "state"),
		    sweep_field(e, "rule"), sweep_field(e, "severity"),
		    sweep_field(e, "role"));
		text_reset(&w->last_msg);
		event_print(e, EVENT_KV, &w->last_msg);
	}
	event_done(e);
}

static void
sweep_keep(void *ctx, struct records *rs)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].kind == RECORD_LINE && !rs->item[i].quiet)
			sweep_tell(ctx, &rs->item[i].event);
	records_done(rs);
}

static void
sweep_look(void *ctx, struct sight *s)
{
	struct sweep *w = ctx;

	assert_true(w->n_pending < SWEEP_PORTS);
	w->pending[w->n_pending++] = s;
}

static void
sweep_add_address(struct resolve_answer *to, const char *s, size_t len)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	char buf[64] = "";

	memcpy(buf, s, len);
	assert_int_equal(inet_pton(AF_INET, buf, &v4.sin_addr), 1);
	memcpy(&to->address[to->n++], &v4, sizeof(v4));
}

static void
sweep_resolve(void *ctx, const char *name, int families, int64_t timeout_ms,
    uint64_t ticket)
{
	struct sweep *w = ctx;
	struct resolve_answer a = { .n = 0 };
	struct text key = {0};
	const char *at = NULL;

	(void)families;
	(void)timeout_ms;
	text_addf(&key, " %s=", name);
	if (w->dns != NULL)
		at = strstr(w->dns, text_str(&key));
	if (at == NULL)
		sweep_add_address(&a, "10.9.9.9", 8);
	for (at += at != NULL ? key.len : 0; at != NULL && *at != ' ' &&
	    *at != '\0'; at += *at == ',') {
		size_t len = strcspn(at, ", ");

		if (*at == '?')
			a.resolver_failed = true;
		else
			sweep_add_address(&a, at, len);
		at += len;
	}
	if (a.n == 0)
		a.error = a.resolver_failed ? "no answer from any name server" :
		    "no such name";
	text_done(&key);
	audit_resolved(w->audit, ticket, &a);
}

static void
sweep_present_chain(struct sweep *w, struct sight *s, struct observation *o)
{
	const struct made *const *sent = w->sent[s->look.endpoint->index];
	const struct cert *certs[SWEEP_SENT];
	size_t n = 0;

	while (n < SWEEP_SENT && sent[n] != NULL) {
		certs[n] = sent[n]->cert;
		assert_true(observation_add_der(o, certs[n]->der,
		    certs[n]->der_len));
		if (certs[n]->ca && !w->strangers)
			trust_learn(w->trust, certs[n]);
		n++;
	}
	s->leaf = cert_ref(certs[0]);
	s->chain = trust_path(w->trust, s->look.endpoint->kind ==
	    ENDPOINT_MTLS ? &s->look.endpoint->settings->trust_mtls :
	    &s->look.endpoint->settings->trust_https, certs, n, o->at);
}

static void
sweep_answer(struct sweep *w, struct sight *s)
{
	struct observation *o = observation_new();
	struct sockaddr_in v4;

	o->at = sweep_utc(w);
	o->port = s->look.endpoint->port;
	memcpy(&v4, &s->look.address, sizeof(v4));
	if (v4.sin_family == AF_INET)
		assert_non_null(inet_ntop(AF_INET, &v4.sin_addr, o->address,
		    sizeof(o->address)));
	if (w->sent[s->look.endpoint->index][0] != NULL) {
		o->outcome = OUTCOME_OBSERVED;
		o->via = VIA_OPENSSL;
		o->proof = PROOF_FINISHED;
		o->ending = ENDING_COMPLETE;
		(void)strcpy(o->tls_version, "TLSv1.2");
		o->client_cert_known = o->client_cert_requested = true;
		sweep_present_chain(w, s, o);
	} else {
		o->outcome = OUTCOME_TIMEOUT;
	}
	observation_seal(o);
	s->seen = o;
	audit_seen(w->audit, s);
}

/* Lets time pass: looks take no time, the loop turns once a second. */
static void
sweep_pass(struct sweep *w, int64_t seconds)
{
	for (int64_t end = w->now_ms + seconds * 1000; w->now_ms < end;) {
		int64_t wait = audit_run(w->audit);

		while (w->n_pending > 0) {
			size_t i = w->backwards ? w->n_pending - 1 : 0;
			struct sight *s = w->pending[i];

			memmove(&w->pending[i], &w->pending[i + 1],
			    (--w->n_pending - i) * sizeof(w->pending[0]));
			sweep_answer(w, s);
		}
		w->now_ms += wait > 0 ? wait : 1;
	}
}

static bool
sweep_read(void *ctx, const char *path, struct text *out)
{
	const char *text = ((struct sweep *)ctx)->text;
	char buf[4096];
	size_t n;
	FILE *f;

	if (text != NULL) {
		text_add(out, text);
		return true;
	}
	f = fopen(path, "r");
	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add_bytes(out, buf, n);
	fclose(f);
	return true;
}

static void
sweep_glob(void *ctx, const char *pattern, struct strings *out)
{
	(void)ctx;
	(void)pattern;
	(void)out;
}

/* The trust that the inventory names is that of one root. */
static struct setup *
sweep_setup(struct sweep *w, const char *path, const struct made *root)
{
	struct inventory_io io = { .read_file = sweep_read, .glob = sweep_glob,
	    .ctx = w, .rule_severity = rule_severity };
	struct setup *s = xcalloc(1, sizeof(*s));
	struct trust *scratch = trust_new();
	struct problems ps = {0};
	struct text all = {0};

	io.rules = rule_ids(&io.n_rules);
	s->refs = 1;
	s->inventory = inventory_parse(path, &io, &ps);
	if (s->inventory == NULL) {
		problems_print(&ps, &all);
		fail_msg("%s", text_str(&all));
	}
	s->trust = xcalloc(s->inventory->n_trust, sizeof(*s->trust));
	for (size_t i = 0; i < s->inventory->n_trust; i++) {
		struct setup_trust *t = &s->trust[s->n_trust++];

		t->name = s->inventory->trust[i].name;
		t->pem = made_pem(root);
		t->len = strlen(t->pem);
		assert_true(trust_add(scratch, t->name, t->pem, t->len, &all));
	}
	trust_free(scratch);
	return s;
}

/* path: a file, unless text is set; root: of whatever trust is named. */
static SWEEP_UNUSED void
sweep_init(struct sweep *w, const char *path, const char *text,
    const struct made *root, bool one_shot)
{
	struct audit_io io = { .ctx = w, .resolve = sweep_resolve,
	    .look = sweep_look, .keep = sweep_keep };
	struct audit_options o = { .config = &w->config, .clock = &w->clock,
	    .one_shot = one_shot };

	*w = (struct sweep){ .text = text,
	    .clock = { sweep_utc, sweep_mono, w } };
	config_init(&w->config);
	w->setup = sweep_setup(w, path, root);
	w->trust = setup_trust_new(w->setup);
	w->audit = audit_new(&o, &io, w->setup);
}

static SWEEP_UNUSED void
sweep_done(struct sweep *w)
{
	audit_free(w->audit);
	setup_unref(w->setup);
	trust_free(w->trust);
	config_done(&w->config);
	text_done(&w->told);
	text_done(&w->last_msg);
}

/* The place of an endpoint: owner and port. */
static SWEEP_UNUSED size_t
sweep_at(const struct sweep *w, const char *owner, unsigned port)
{
	for (size_t i = 0; i < w->setup->inventory->n_endpoints; i++) {
		const struct endpoint *e = &w->setup->inventory->endpoints[i];

		if (e->port == port && strcmp(endpoint_owner(e), owner) == 0)
			return i;
	}
	fail_msg("no endpoint %s:%u", owner, port);
	return 0;
}

/* What an endpoint sends from now on: a leaf, and perhaps its issuer. */
static SWEEP_UNUSED void
sweep_present(struct sweep *w, const char *owner, unsigned port,
    const struct made *leaf, const struct made *issuer)
{
	const struct made **sent = w->sent[sweep_at(w, owner, port)];

	sent[0] = leaf;
	sent[1] = issuer;
}

/*
 * "mtls:mtls-subject farm:farm-split" of all findings above notice, those
 * that are waived left out, sorted, each once; the caller frees.
 */
static SWEEP_UNUSED char *
sweep_findings(struct sweep *w, enum severity least)
{
	struct snapshot *snap = audit_snapshot(w->audit);
	struct strings list = {0};
	struct text all = {0};

	for (size_t i = 0; i < snap->results.n; i++) {
		const struct result *r = &snap->results.item[i];
		struct text one = {0};

		if (!result_is_finding(r) || r->severity < least ||
		    r->waiver != NULL)
			continue;
		text_addf(&one, "%s:%s", r->endpoint != NULL ?
		    endpoint_kind_name(r->endpoint->kind) : r->host != NULL ?
		    "host" : r->rule->scope == SCOPE_FARM ? "farm" : "fleet",
		    r->rule->id);
		strings_add_unique(&list, text_str(&one));
		text_done(&one);
	}
	strings_sort(&list);
	strings_join(&list, " ", &all);
	strings_done(&list);
	snapshot_free(snap);
	return text_take(&all);
}

static SWEEP_UNUSED void
sweep_expect(struct sweep *w, enum severity least, const char *wanted,
    const char *what)
{
	char *found = sweep_findings(w, least);

	if (strcmp(found, wanted) != 0)
		fail_msg("%s: \"%s\" instead of \"%s\"", what, found, wanted);
	free(found);
}

#endif
