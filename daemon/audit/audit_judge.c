/* SPDX-License-Identifier: ISC */
/* audit_judge.c - rules over what was seen, and what is told of it. */
#include <stdlib.h>
#include <string.h>

#include "audit_own.h"
#include "cwaudit/mem.h"

#define SETTLED_SLICE	64	/* owners judged again before others have a turn */

void
audit_on_transition(void *ctx, enum transition t, const struct finding *f,
    const struct result *r, enum severity prev)
{
	struct audit *a = ctx;
	struct event e = {0};
	bool quiet;
	const struct spot *spot = r != NULL && r->endpoint != NULL ?
	    &a->spots[r->endpoint->index] : NULL;

	a->cycle.opened += t == TRANSITION_OPENED;
	a->cycle.cleared += t == TRANSITION_CLEARED;
	if (t == TRANSITION_OPENED && r != NULL)
		audit_note_opened(a, r);
	/* or told as a count when the cycle ends */
	quiet = !tally_add(a->tally, t, f, a->options.config->log_max_events);
	news_finding(&e, t, f, spot, prev);
	audit_tell_finding(a, &e, t, f, quiet);
}

static void
remember_split(struct audit *a, const struct host *host,
    const struct results *rs, int64_t now)
{
	struct host_memory *h = &a->hosts[host - a->inventory->hosts];
	int64_t before = h->split_since;
	bool split = false;

	for (size_t i = 0; i < rs->n; i++) {
		const struct result *r = &rs->item[i];

		if (r->rule->scope != SCOPE_HOST ||
		    strstr(r->rule->id, "-split") == NULL)
			continue;
		split |= r->verdict == VERDICT_FAIL ||
		    r->verdict == VERDICT_UNKNOWN;
	}
	if (!split)
		h->split_since = CLOCK_NEVER;
	else if (h->split_since == CLOCK_NEVER)
		h->split_since = now;
	if (h->split_since != before)
		audit_keep_split(a, host->fqdn, h->split_since, NULL);
}

/* What spot_subject copied. */
static void
drop_subject(struct subject *s)
{
	strings_done(&s->differing);
	strings_done(&s->addresses);
}

void
audit_view(const struct audit *a, const struct host *host, int64_t now,
    struct host_view *view)
{
	size_t n;
	const struct endpoint *first = inventory_endpoints(a->inventory, host,
	    &n);

	*view = (struct host_view){
		.host = host, .n = n, .now = now,
		.split_since = a->hosts[host - a->inventory->hosts].split_since,
		.host_rollout_s = a->options.config->host_rollout_s,
		.one_shot = a->options.one_shot,
	};
	view->subjects = xcalloc(n, sizeof(*view->subjects));
	for (size_t i = 0; i < n; i++)
		spot_subject(&a->spots[first[i].index], a->inventory, now,
		    a->options.one_shot, &view->subjects[i]);
}

void
audit_view_done(struct host_view *view)
{
	host_view_done(view);
	for (size_t i = 0; i < view->n; i++)
		drop_subject(&view->subjects[i]);
	free(view->subjects);
}

/* Until when it stands, if nothing is open that passes now. */
static int64_t
judge_host(struct audit *a, const struct host *host, struct results *out)
{
	int64_t now = clock_utc(a->options.clock), until;
	struct host_view view;

	audit_view(a, host, now, &view);
	host_view_settle(&view);
	if (view.n > 0)
		rules_run_host(&view, out);
	for (size_t i = 0; i < view.n; i++) {
		const struct subject *s = &view.subjects[i];

		a->spots[s->endpoint->index].role = s->expect.role;
		a->spots[s->endpoint->index].layout = s->layout;
	}
	remember_split(a, host, out, now);
	audit_judge_exchanges(a, &view, out);
	view.split_since = a->hosts[host - a->inventory->hosts].split_since;
	until = rules_stand_until(&view, out);
	audit_view_done(&view);
	return until;
}

static struct result *
find_rule(const struct results *rs, const struct rule *rule)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].rule == rule)
			return &rs->item[i];
	return NULL;
}

/* Rule by rule what is worse of the two; more is emptied. */
static void
keep_worst(struct results *out, struct results *more)
{
	for (size_t i = 0; i < more->n; i++) {
		struct result *have = find_rule(out, more->item[i].rule);
		struct result swap;

		if (have == NULL) {
			*results_add(out) = more->item[i];
			more->item[i] = (struct result){0};
		} else if (result_outranks(&more->item[i], have)) {
			swap = *have;
			*have = more->item[i];
			more->item[i] = swap;
		}
	}
	results_done(more);
}

/* A virtual address is judged by all that it showed lately. */
static void
judge_set(const struct spot *s, struct subject *subject, struct results *out)
{
	for (size_t i = 0; subject->leaf != NULL && i < s->n_set; i++) {
		struct results more = {0};

		if (memcmp(s->set[i].leaf->sha256, s->leaf->sha256,
		    CERT_SHA256) == 0)
			continue;
		subject->leaf = subject->last_leaf = s->set[i].leaf;
		subject->chain = s->set[i].chain;
		rules_run_published(subject, &more);
		keep_worst(out, &more);
	}
}

static void
judge_published(struct audit *a, const struct spot *s, struct results *out)
{
	struct subject subject;
	struct results own = {0};

	audit_forget_leaves(a, &a->spots[s->endpoint->index]);
	spot_subject(s, a->inventory, clock_utc(a->options.clock),
	    a->options.one_shot, &subject);
	expectation_init(&subject.expect, s->endpoint, LAYOUT_SEPARATE);
	a->spots[s->endpoint->index].role = subject.expect.role;
	rules_run_published(&subject, &own);
	judge_set(s, &subject, &own);
	results_move(out, &own);
	expectation_done(&subject.expect);
	drop_subject(&subject);
}

/*
 * Reminders at a time of day come at the first judgement after it, of what was
 * said half a day before it or earlier.
 */
static struct diff_times
times_now(const struct audit *a)
{
	const struct config *c = a->options.config;
	int64_t now = clock_utc(a->options.clock);
	struct diff_times t = {
		.now = now, .settle_s = c->settle_s,
		.remind_before = now - c->renotify_s + 1,
		.notify_days = c->notify_days.day,
		.n_notify_days = c->notify_days.n,
	};

	if (audit_clock_in_doubt(a))
		t.n_notify_days = 0;

	if (c->renotify_s == 0 || audit_clock_in_doubt(a))
		t.remind_before = CLOCK_NEVER;
	else if (c->renotify_at_s >= 0)
		t.remind_before = clock_last_at(now, c->renotify_at_s) -
		    c->renotify_s + CLOCK_DAY / 2 + 1;
	return t;
}

void
audit_apply(struct audit *a, const char *owner, struct results *rs)
{
	const struct diff_times times = times_now(a);

	if (audit_clock_in_doubt(a))
		rules_hold_clock(rs);
	diff_apply(a->diff, owner, rs, &times, audit_on_transition, a);
	audit_keep_judgement(a, owner, rs);
	results_done(rs);
}

/* owner: a host or a published entry of the inventory. */
static void
judge_owner(struct audit *a, const char *owner)
{
	const struct inventory *inv = a->inventory;
	const struct host *host = inventory_find(inv, owner);
	size_t n;

	if (host != NULL) {
		audit_judge(a, &a->spots[inventory_endpoints(inv, host,
		    &n)->index]);
		return;
	}
	for (size_t i = inv->n_endpoints; i-- > 0 &&
	    inv->endpoints[i].published != NULL;)
		if (strcmp(inv->endpoints[i].published->url, owner) == 0)
			audit_judge(a, &a->spots[i]);
}

void
audit_judge_settled(struct audit *a)
{
	const struct diff_times times = times_now(a);
	const char *owner;

	for (int i = 0; i < SETTLED_SLICE &&
	    (owner = diff_settled(a->diff, &times)) != NULL; i++) {
		if (strcmp(owner, AUDIT_FLEET) == 0)
			audit_judge_fleet(a);
		else if (strcmp(owner, AUDIT_ITSELF) == 0)
			audit_judge_auditor(a);
		else if (strncmp(owner, AUDIT_FARM, strlen(AUDIT_FARM)) == 0)
			audit_judge_farm(a, owner + strlen(AUDIT_FARM));
		else
			judge_owner(a, owner);
	}
}

static struct host_memory *
memory_of(const struct audit *a, const struct spot *s)
{
	const struct host *host = s->endpoint->host;

	return host != NULL ? &a->hosts[host - a->inventory->hosts] : NULL;
}

static bool
in_doubt(const struct audit *a, const struct spot *s)
{
	return audit_clock_in_doubt(a) || audit_zone_in_doubt(a, s);
}

bool
audit_judgement_stands(const struct audit *a, const struct spot *s)
{
	const struct host_memory *h = memory_of(a, s);

	return h != NULL && clock_utc(a->options.clock) < h->stands_until &&
	    !in_doubt(a, s);
}

void
audit_void_judgement(struct audit *a, const struct spot *s)
{
	struct host_memory *h = memory_of(a, s);

	if (h != NULL)
		h->stands_until = 0;
}

void
audit_judge(struct audit *a, const struct spot *s)
{
	const char *owner = endpoint_owner(s->endpoint);
	struct host_memory *h = memory_of(a, s);
	struct results rs = {0};

	if (h != NULL)
		h->stands_until = judge_host(a, s->endpoint->host, &rs);
	else
		judge_published(a, s, &rs);
	if (audit_zone_in_doubt(a, s))
		rules_hold_lost(&rs);
	audit_apply(a, owner, &rs);
	if (in_doubt(a, s) || diff_has(a->diff, owner))
		audit_void_judgement(a, s);
}

void
audit_tell_alive(struct audit *a)
{
	struct diff_count open;
	struct event e = {0};

	diff_count(a->diff, &open);
	news_alive(&e, clock_utc(a->options.clock) - a->began, &a->cycle,
	    &open);
	audit_tell(a, &e);
}

static void
tell_tally(void *ctx, const struct tally_line *line)
{
	struct event e = {0};

	news_tally(&e, line);
	audit_tell(ctx, &e);
}

void
audit_end_cycle(struct audit *a)
{
	struct diff_count open;
	struct event e = {0};

	audit_judge_fleet(a);
	audit_names_due(a);
	audit_note_cycle(a);
	tally_end(a->tally, tell_tally, a);
	audit_end_exchanges(a);
	a->cycle.number++;
	a->cycle.hosts = a->inventory->n_hosts;
	a->cycle.endpoints = a->inventory->n_endpoints;
	a->cycle.observed = 0;
	for (size_t i = 0; i < a->inventory->n_endpoints; i++)
		a->cycle.observed += a->spots[i].seen != NULL &&
		    a->spots[i].seen->outcome == OUTCOME_OBSERVED;
	a->cycle.took_ms = audit_now_ms(a) - a->sweep_began_ms;
	diff_count(a->diff, &open);
	news_summary(&e, &a->cycle, &open);
	audit_tell(a, &e);
	audit_keep_cycle(a);
	a->cycle.opened = a->cycle.cleared = 0;
	a->sweep_began_ms = audit_now_ms(a);
	a->cycle_ends_ms = audit_now_ms(a) +
	    a->options.config->interval_https_s * 1000;
}

static int
by_endpoint(const void *x, const void *y)
{
	const struct result *a = x, *b = y;
	size_t i = a->endpoint != NULL ? a->endpoint->index : SIZE_MAX;
	size_t k = b->endpoint != NULL ? b->endpoint->index : SIZE_MAX;

	if (i != k)
		return i < k ? -1 : 1;
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	return a->rule < b->rule ? -1 : a->rule > b->rule;
}

static void
judge_all(struct audit *a, struct snapshot *snap)
{
	for (size_t i = 0; i < a->inventory->n_endpoints; i++) {
		const struct spot *s = &a->spots[i];
		struct results rs = {0};
		size_t n;

		if (!audit_wants(a, s->endpoint))
			continue;
		if (s->endpoint->published != NULL)
			judge_published(a, s, &rs);
		else if (inventory_endpoints(a->inventory, s->endpoint->host,
		    &n)->index == i)
			(void)judge_host(a, s->endpoint->host, &rs);
		results_move(&snap->results, &rs);
		results_done(&rs);
	}
	if (snap->results.n > 1)
		qsort(snap->results.item, snap->results.n,
		    sizeof(*snap->results.item), by_endpoint);
	audit_fleet_results(a, &snap->results);
}

/* at: the first result not yet given to an endpoint. */
static void
add_endpoint(const struct spot *s, struct snapshot *snap, size_t *at)
{
	struct snapshot_endpoint *e = &snap->endpoints[snap->n_endpoints++];

	e->endpoint = s->endpoint;
	e->seen = s->seen != NULL ? observation_ref(s->seen) : NULL;
	e->leaf = s->leaf != NULL ? cert_ref(s->leaf) : NULL;
	e->chain = s->chain != NULL ? chain_ref(s->chain) : NULL;
	e->unreadable = s->unreadable;
	e->role = s->role;
	e->layout = s->layout;
	e->first_result = *at;
	while (*at < snap->results.n &&
	    snap->results.item[*at].endpoint == s->endpoint)
		++*at;
	e->n_results = *at - e->first_result;
	if (s->endpoint->host != NULL && (snap->n_endpoints == 1 ||
	    e[-1].endpoint->host != s->endpoint->host))
		snap->n_hosts++;
}

struct snapshot *
audit_snapshot(struct audit *a)
{
	struct snapshot *snap = snapshot_new(a->setup->inventory);
	size_t at = 0;

	snap->started = a->began;
	snap->finished = clock_utc(a->options.clock);
	audit_mend_all(a);
	judge_all(a, snap);
	snap->endpoints = xcalloc(a->inventory->n_endpoints,
	    sizeof(*snap->endpoints));
	for (size_t i = 0; i < a->inventory->n_endpoints; i++)
		if (audit_wants(a, a->spots[i].endpoint))
			add_endpoint(&a->spots[i], snap, &at);
	snap->first_shared = at;
	return snap;
}
