/* SPDX-License-Identifier: ISC */
/* snapshot.c - one immutable view of everything that was seen and judged. */
#include "cwaudit/snapshot.h"

#include <stdlib.h>

#include "cwaudit/mem.h"

struct snapshot *
snapshot_new(struct inventory *inventory)
{
	struct snapshot *s = xcalloc(1, sizeof(*s));

	s->inventory = inventory_ref(inventory);
	return s;
}

void
snapshot_free(struct snapshot *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_endpoints; i++) {
		observation_free(s->endpoints[i].seen);
		cert_unref(s->endpoints[i].leaf);
		chain_unref(s->endpoints[i].chain);
	}
	free(s->endpoints);
	results_done(&s->results);
	inventory_unref(s->inventory);
	free(s);
}

/* Retired hosts and the like have no endpoint that could be missed. */
static bool
is_whole(const struct snapshot *s)
{
	return s->n_endpoints == s->inventory->n_endpoints;
}

bool
snapshot_covers(const struct snapshot *s, const struct host *host)
{
	if (is_whole(s))
		return true;
	for (size_t i = 0; i < s->n_endpoints; i++)
		if (s->endpoints[i].endpoint->host == host)
			return true;
	return false;
}

static void
on_unassessed(void *ctx, const struct unassessed *u)
{
	size_t *n = ctx;

	(void)u;
	++*n;
}

void
snapshot_unassessed(const struct snapshot *s, unassessed_fn *fn, void *ctx)
{
	const struct inventory *inventory = s->inventory;
	bool all = is_whole(s);

	for (size_t i = 0; i < inventory->n_hosts; i++)
		if (snapshot_covers(s, &inventory->hosts[i]))
			unassessed_host(&inventory->hosts[i], fn, ctx);
	for (size_t i = 0; all && i < inventory->n_published; i++)
		unassessed_published(&inventory->published[i], fn, ctx);
}

void
snapshot_count(const struct snapshot *s, struct snapshot_count *count)
{
	*count = (struct snapshot_count){
		.hosts = s->n_hosts, .endpoints = s->n_endpoints,
	};
	for (size_t i = 0; i < s->n_endpoints; i++)
		count->observed += snapshot_observed(&s->endpoints[i]);
	for (size_t i = 0; i < s->results.n; i++) {
		const struct result *r = &s->results.item[i];

		if (!result_is_finding(r) || !r->speaks)
			continue;
		if (r->waiver != NULL)
			count->waived++;
		else
			count->findings[r->severity]++;
	}
	snapshot_unassessed(s, on_unassessed, &count->not_assessed);
}

enum severity
snapshot_worst(const struct snapshot *s)
{
	enum severity worst = SEVERITY_OFF;

	for (size_t i = 0; i < s->results.n; i++) {
		const struct result *r = &s->results.item[i];

		if (r->severity > worst && r->waiver == NULL &&
		    result_is_finding(r))
			worst = r->severity;
	}
	return worst;
}

bool
snapshot_complete(const struct snapshot *s)
{
	for (size_t i = 0; i < s->n_endpoints; i++)
		if (!snapshot_observed(&s->endpoints[i]))
			return false;
	return true;
}

enum outcome
snapshot_outcome(const struct snapshot_endpoint *e)
{
	return e->seen != NULL ? e->seen->outcome : OUTCOME_NOT_TRIED;
}

bool
snapshot_observed(const struct snapshot_endpoint *e)
{
	return snapshot_outcome(e) == OUTCOME_OBSERVED;
}

const char *
snapshot_address(const struct snapshot_endpoint *e)
{
	if (e->seen != NULL && e->seen->address[0] != '\0')
		return e->seen->address;
	return e->endpoint->address;
}

void
snapshot_place(const struct snapshot_endpoint *e, struct text *out)
{
	const char *address = snapshot_address(e);

	endpoint_place(address != NULL ? address : e->endpoint->resolve,
	    e->endpoint->port, out);
}

void
snapshot_detail(const struct snapshot_endpoint *e, struct text *out)
{
	const struct observation *seen = e->seen;

	if (seen == NULL) {
		text_add(out, "no look was made");
		return;
	}
	text_add(out, text_str(&seen->detail));
	if (seen->outcome != OUTCOME_OBSERVED || seen->proof != PROOF_NONE ||
	    seen->proof_cause.len == 0)
		return;
	if (seen->detail.len > 0)
		text_add(out, "; ");
	text_addf(out, "no proof of the key: %s",
	    text_str(&seen->proof_cause));
}

int64_t
snapshot_days_left(const struct snapshot *s, const struct cert *cert)
{
	int64_t left = cert->not_after - s->finished;

	if (left >= 0)
		return left / CLOCK_DAY;
	return -((-left + CLOCK_DAY - 1) / CLOCK_DAY);
}
