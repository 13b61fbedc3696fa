/* SPDX-License-Identifier: ISC */
/*
 * assessment_snapshot.c - one audit, seen just now, as an assessment: the rows
 * that a store would have of it, had the daemon made it.
 */
#include <string.h>

#include "assessment_own.h"

static bool
collect(void *ctx, const char *bytes, size_t len)
{
	text_add_bytes(ctx, bytes, len);
	return true;
}

/* Hosts that were not asked for are no part of it. */
static void
drop_others(struct assessment *a, const struct snapshot *s)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_hosts; i++) {
		const struct assessed_host *h = &a->hosts[i];
		const struct host *host = inventory_find(s->inventory,
		    h->name);
		bool asked = host != NULL ? snapshot_covers(s, host) :
		    s->n_endpoints == s->inventory->n_endpoints;

		for (size_t k = 0; k < s->n_endpoints && !asked; k++)
			asked = strcmp(endpoint_owner(s->endpoints[k]
			    .endpoint), h->name) == 0;
		if (asked)
			a->hosts[n++] = *h;
		else
			a->filtered_out++;
	}
	a->n_hosts = n;
	assessment_index(a);
}

static void
set_scope(struct assessment *a, const struct snapshot *s)
{
	struct text json = {0};

	(void)!report_inventory_json(s->inventory, collect, &json);
	(void)!assessment_set_inventory(a, s->started, text_str(&json));
	text_done(&json);
	drop_others(a, s);
}

/* A leaf's id is its place, and one more. */
static void
see(struct assessment *a, const struct snapshot_endpoint *e, size_t place)
{
	struct text chain = {0}, detail = {0};
	const bool looked = e->seen != NULL;
	struct assessed_row row = {
		.owner = endpoint_owner(e->endpoint),
		.kind = endpoint_kind_name(e->endpoint->kind),
		.site = endpoint_site(e->endpoint),
		.port = e->endpoint->port,
		.since = looked ? e->seen->at : CLOCK_NEVER,
		.first_seen = looked ? e->seen->at : CLOCK_NEVER,
		.outcome = outcome_name(snapshot_outcome(e)),
		.address = looked ? e->seen->address : "",
		.via = looked && e->seen->via != VIA_NONE ?
		    via_name(e->seen->via) : "",
		.proof = looked ? proof_name(e->seen->proof) : "",
		.leaf = e->leaf != NULL ? (int64_t)place + 1 : -1,
	};

	snapshot_detail(e, &detail);
	if (e->leaf != NULL)
		text_addf(&chain, "%zu", place + 1);
	row.detail = text_str(&detail);
	row.chain = text_str(&chain);
	assessment_add_sighting(a, &row);
	text_done(&chain);
	text_done(&detail);
}

/* Of endpoints with one leaf the first. */
static size_t
first_with(const struct snapshot *s, size_t at)
{
	const struct cert *leaf = s->endpoints[at].leaf;
	size_t i = 0;

	while (leaf != NULL && i < at && (s->endpoints[i].leaf == NULL ||
	    memcmp(s->endpoints[i].leaf->sha256, leaf->sha256, CERT_SHA256)
	    != 0))
		i++;
	return leaf != NULL ? i : at;
}

static void
set_seen(struct assessment *a, const struct snapshot *s)
{
	for (size_t i = 0; i < s->n_endpoints; i++)
		see(a, &s->endpoints[i], first_with(s, i));
	assessment_end_sightings(a);
	for (size_t i = 0; i < a->n_wanted; i++) {
		const struct snapshot_endpoint *e =
		    &s->endpoints[a->wanted[i] - 1];

		assessment_add_certificate(a, a->wanted[i], e->leaf->sha256,
		    e->seen->at, e->leaf->der, e->leaf->der_len);
	}
}

/* ---- answers and findings ---- */

static void
set_answers(struct assessment *a, const struct snapshot *s)
{
	struct text t = {0};

	for (size_t i = 0; i < s->n_endpoints; i++) {
		const struct snapshot_endpoint *e = &s->endpoints[i];

		text_reset(&t);
		for (size_t k = 0; k < e->n_results; k++)
			diff_answer_write(&s->results.item[e->first_result +
			    k], &t);
		assessment_add_answers(a, endpoint_owner(e->endpoint),
		    endpoint_kind_name(e->endpoint->kind),
		    endpoint_site(e->endpoint), e->endpoint->port,
		    text_str(&t));
	}
	for (size_t i = s->first_shared; i < s->results.n; i++) {
		const struct result *r = &s->results.item[i];

		text_reset(&t);
		diff_answer_write(r, &t);
		if (r->host != NULL)
			assessment_add_answers(a, r->host->fqdn, "host", "",
			    0, text_str(&t));
		else
			assessment_add_answers(a, "fleet", "fleet", "", 0,
			    text_str(&t));
	}
	text_done(&t);
}

static void
on_transition(void *ctx, enum transition t, const struct finding *f,
    const struct result *r, enum severity before)
{
	struct text facts = {0};

	(void)t;
	(void)r;
	(void)before;
	diff_finding_write(f, &facts);
	assessment_add_finding(ctx, transition_name(TRANSITION_OPENED),
	    CLOCK_NEVER, text_str(&facts));
	text_done(&facts);
}

/* A slice of the answers, about one owner. */
static void
add_findings(struct assessment *a, const struct snapshot *s,
    const char *owner, size_t first, size_t n)
{
	const struct diff_times times = { .now = s->finished,
	    .remind_before = CLOCK_NEVER };
	const struct results slice = { .item = &s->results.item[first],
	    .n = n };
	struct diff *d = diff_new();

	diff_apply(d, owner, &slice, &times, on_transition, a);
	diff_free(d);
}

static void
set_findings(struct assessment *a, const struct snapshot *s)
{
	for (size_t i = 0; i < s->n_endpoints; i++)
		add_findings(a, s, endpoint_owner(s->endpoints[i].endpoint),
		    s->endpoints[i].first_result, s->endpoints[i].n_results);
	for (size_t i = s->first_shared; i < s->results.n; i++)
		add_findings(a, s, s->results.item[i].host != NULL ?
		    s->results.item[i].host->fqdn : "", i, 1);
}

void
assessment_of_snapshot(struct assessment *a, const struct snapshot *s,
    const char *version)
{
	static const struct assessment_filter all = {0};

	assessment_init(a, s->started, s->finished, &all);
	assessment_add_run(a, version, s->started, s->finished);
	assessment_set_work(a, s->finished, 0);
	a->rule_set = RULE_SET_VERSION;
	set_scope(a, s);
	set_seen(a, s);
	set_answers(a, s);
	set_findings(a, s);
	assessment_finish(a);
}
