/* SPDX-License-Identifier: ISC */
/*
 * world.h - a small world for tests of rules: an inventory from a text, its
 * hosts as views, certificates put on their ports. All static: a test is one
 * file.
 */
#ifndef WORLD_H
#define WORLD_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/rule.h"
#include "cwaudit/trust.h"

#define UNUSED_OK	__attribute__((unused))

static UNUSED_OK bool
world_read(void *ctx, const char *path, struct text *out)
{
	(void)path;
	text_add(out, ctx);
	return true;
}

static UNUSED_OK void
world_glob(void *ctx, const char *pattern, struct strings *out)
{
	(void)ctx;
	(void)pattern;
	(void)out;
}

/* An inventory from its text; problems end the test. */
static UNUSED_OK struct inventory *
world_inventory(const char *yaml)
{
	struct inventory_io io = {
		.read_file = world_read, .glob = world_glob,
		.ctx = (void *)(uintptr_t)yaml,
		.rule_severity = rule_severity,
	};
	struct problems problems = {0};
	struct inventory *inv;

	io.rules = rule_ids(&io.n_rules);
	inv = inventory_parse("world.yaml", &io, &problems);
	if (inv == NULL) {
		struct text all = {0};

		problems_print(&problems, &all);
		fprintf(stderr, "%s", text_str(&all));
		abort();
	}
	problems_done(&problems);
	return inv;
}

/* A host with one subject for each of its endpoints, nothing seen yet. */
static UNUSED_OK struct host_view *
world_view(const struct inventory *inv, const char *fqdn, int64_t now)
{
	struct host_view *v = xcalloc(1, sizeof(*v));
	const struct endpoint *e;

	v->host = inventory_find(inv, fqdn);
	assert(v->host != NULL);
	e = inventory_endpoints(inv, v->host, &v->n);
	v->subjects = xcalloc(v->n, sizeof(*v->subjects));
	v->now = now;
	v->one_shot = true;
	v->split_since = CLOCK_NEVER;
	v->host_rollout_s = 3600;
	for (size_t i = 0; i < v->n; i++)
		v->subjects[i] = (struct subject){
			.inventory = inv, .endpoint = &e[i], .now = now,
			.one_shot = true, .last_observed = CLOCK_NEVER,
			.leaf_since = CLOCK_NEVER,
		};
	return v;
}

static UNUSED_OK struct subject *
world_port(struct host_view *v, uint16_t port)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->subjects[i].endpoint->port == port)
			return &v->subjects[i];
	abort();
}

/* A look that observed something, as a plain modern handshake would. */
static UNUSED_OK struct observation *
world_look(int64_t now)
{
	struct observation *o = observation_new();

	o->at = now;
	o->outcome = OUTCOME_OBSERVED;
	o->via = VIA_OPENSSL;
	o->proof = PROOF_FINISHED;
	o->ending = ENDING_COMPLETE;
	o->client_cert_known = true;
	o->client_cert_requested = true;
	o->reneg_known = true;
	o->reneg_safe = true;
	memcpy(o->tls_version, "TLSv1.2", 8);
	memcpy(o->tls_cipher, "ECDHE-RSA-AES128-GCM-SHA256", 28);
	return o;
}

/* Puts a certificate on a port: takes a reference of its own. */
static UNUSED_OK void
world_present(struct subject *s, const struct cert *leaf)
{
	s->leaf = cert_ref(leaf);
	s->seen = world_look(s->now);
	s->last_observed = s->now;
	s->leaf_since = s->now;
}

static UNUSED_OK void
world_fail(struct subject *s, enum outcome outcome)
{
	struct observation *o = observation_new();

	o->at = s->now;
	o->outcome = outcome;
	s->seen = o;
}

static UNUSED_OK void
world_view_free(struct host_view *v)
{
	host_view_done(v);
	for (size_t i = 0; i < v->n; i++) {
		struct subject *s = &v->subjects[i];

		cert_unref(s->leaf);
		chain_unref(s->chain);
		observation_free(s->seen);
		revocation_free(s->revocation);
		strings_done(&s->differing);
		strings_done(&s->addresses);
	}
	free(v->subjects);
	free(v);
}

static UNUSED_OK const struct result *
world_result(const struct results *rs, const struct subject *s,
    const char *rule)
{
	for (size_t i = 0; i < rs->n; i++)
		if (strcmp(rs->item[i].rule->id, rule) == 0 &&
		    (rs->item[i].endpoint == (s ? s->endpoint : NULL)))
			return &rs->item[i];
	return NULL;
}

/* "mtls:mtls-subject ..." of all findings at or above a severity, sorted. */
static UNUSED_OK char *
world_findings(const struct results *rs, enum severity least)
{
	struct strings list = {0};
	struct text all = {0};

	for (size_t i = 0; i < rs->n; i++) {
		const struct result *r = &rs->item[i];
		struct text one = {0};

		if (!result_is_finding(r) || r->severity < least)
			continue;
		text_addf(&one, "%s:%s", r->endpoint == NULL ? "host" :
		    endpoint_kind_name(r->endpoint->kind), r->rule->id);
		strings_add(&list, text_str(&one));
		text_done(&one);
	}
	strings_sort(&list);
	strings_join(&list, " ", &all);
	strings_done(&list);
	return text_take(&all);
}

#endif
