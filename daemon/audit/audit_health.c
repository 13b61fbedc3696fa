/* SPDX-License-Identifier: ISC */
/*
 * audit_health.c - what the auditor knows of itself: its clock, whether looks
 * begin in time, how much a cycle observed, whether its inventory is the one
 * that was meant; and a line a day that it is alive.
 */
#include <stdlib.h>
#include <string.h>

#include "audit_own.h"
#include "cwaudit/mem.h"

#define STEP_MS		60000	/* of a clock that is slewed less */
#define TURNED_FEWEST	5	/* hosts: of fewer, a fifth is no sign */
#define SLICE		64	/* hosts before others have a turn */
#define ALIVE_MS	(CLOCK_DAY * 1000LL)

void
audit_start_health(struct audit *a)
{
	struct health *h = &a->health;

	h->clock_ms = clock_utc(a->options.clock) * 1000 - audit_now_ms(a);
	h->doubted_ms = CLOCK_NEVER;
	h->alive_ms = audit_now_ms(a) + ALIVE_MS;
}

void
audit_end_health(struct audit *a)
{
	free(a->health.refused);
	free(a->health.store);
}

/* ---- the clock ---- */

static void
doubt_clock(struct audit *a, int64_t step_ms)
{
	struct health *h = &a->health;

	h->doubted_ms = audit_now_ms(a);
	h->step_s = step_ms / 1000;
	audit_judge_auditor(a);
}

bool
audit_clock_in_doubt(const struct audit *a)
{
	const struct health *h = &a->health;
	int64_t settle_ms = a->options.config->settle_s * 1000;

	if (settle_ms < STEP_MS)
		settle_ms = STEP_MS;
	return h->doubted_ms != CLOCK_NEVER &&
	    audit_now_ms(a) - h->doubted_ms < settle_ms;
}

static void
watch_clock(struct audit *a)
{
	struct health *h = &a->health;
	int64_t clock_ms = clock_utc(a->options.clock) * 1000 -
	    audit_now_ms(a);
	int64_t step = clock_ms - h->clock_ms;

	if (step > STEP_MS || step < -STEP_MS)
		doubt_clock(a, step);
	h->clock_ms = clock_ms;
	if (h->doubted_ms != CLOCK_NEVER && !audit_clock_in_doubt(a)) {
		h->doubted_ms = CLOCK_NEVER;	/* it has settled */
		audit_judge_auditor(a);
		h->judge_from = 0;		/* what was held */
	}
}

/* Not just now, as a certificate that was left to expire does. */
static bool
turned_long_ago(const struct audit *a, const struct cert *leaf)
{
	const struct config *c = a->options.config;
	int64_t interval = c->interval_https_s > c->interval_mtls_s ?
	    c->interval_https_s : c->interval_mtls_s;
	int64_t ago = clock_utc(a->options.clock) - leaf->not_after;

	return ago < 0 || ago > 2 * interval;
}

void
audit_note_opened(struct audit *a, const struct result *r)
{
	struct health *h = &a->health;

	if (strcmp(r->rule->id, "expired") != 0 &&
	    strcmp(r->rule->id, "not-yet-valid") != 0)
		return;
	if (r->host == NULL || r->host == h->last_turned || r->leaf == NULL ||
	    !turned_long_ago(a, r->leaf))
		return;
	h->last_turned = r->host;
	h->turned++;
	if (!h->turned_said && h->turned >= TURNED_FEWEST &&
	    h->turned * 5 >= a->inventory->n_hosts)
		h->turned_said = h->doubt_turned = true;
}

/* ---- looks that are late ---- */

void
audit_note_begin(struct audit *a, const struct spot *s, int64_t interval_ms)
{
	int64_t late = audit_now_ms(a) - s->due_ms;

	if (a->options.one_shot || late <= interval_ms)
		return;
	a->health.late++;
	if (late / 1000 > a->health.latest_s)
		a->health.latest_s = late / 1000;
	if (a->health.late == 1)
		a->health.tell = true;
}

/* ---- the cycle is over ---- */

void
audit_note_cycle(struct audit *a)
{
	struct health *h = &a->health;

	h->observed = h->endpoints = 0;
	for (size_t i = 0; i < a->inventory->n_endpoints; i++) {
		const struct spot *s = &a->spots[i];

		if (s->endpoint->host != NULL &&
		    s->endpoint->host->state != HOST_ACTIVE)
			continue;
		h->endpoints++;
		h->observed += s->seen != NULL &&
		    s->seen->outcome == OUTCOME_OBSERVED;
	}
	h->cycled = true;
	audit_judge_auditor(a);
	h->late = 0;
	h->latest_s = 0;
	h->turned = 0;
	h->turned_said = false;
	h->last_turned = NULL;
}

void
audit_inventory_refused(struct audit *a, const char *first, size_t n)
{
	free(a->health.refused);
	a->health.refused = first != NULL ? xstrdup(first) : NULL;
	a->health.mistakes = n;
	audit_judge_auditor(a);
	audit_flush(a);
}

void
audit_store_trouble(struct audit *a, const char *why)
{
	free(a->health.store);
	a->health.store = why != NULL ? xstrdup(why) : NULL;
	audit_judge_auditor(a);
	audit_flush(a);
}

/* ---- all of it ---- */

void
audit_judge_auditor(struct audit *a)
{
	const struct health *h = &a->health;
	struct auditor_view v = {
		.now = clock_utc(a->options.clock),
		.clock_in_doubt = audit_clock_in_doubt(a),
		.step_s = h->step_s, .turned = h->turned,
		.hosts = a->inventory->n_hosts,
		.late = h->late, .latest_s = h->latest_s,
		.cycled = h->cycled, .observed = h->observed,
		.endpoints = h->endpoints,
		.coverage_percent = a->options.config->coverage_percent,
		.refused = h->refused, .mistakes = h->mistakes,
		.store = h->store,
	};
	struct lost_zone *lost;
	struct results rs = {0};

	if (a->options.one_shot)
		return;
	v.n_lost = audit_lost_zones(a, NULL);
	lost = xcalloc(v.n_lost, sizeof(*lost));
	(void)audit_lost_zones(a, lost);
	v.lost = lost;
	rules_run_auditor(&v, &rs);
	audit_apply(a, AUDIT_ITSELF, &rs);
	free(lost);
}

/* Hosts whose answers were held, a slice at a time. */
static void
judge_held(struct audit *a)
{
	struct health *h = &a->health;
	const struct inventory *inv = a->inventory;

	for (size_t n = 0; n < SLICE && h->judge_from < inv->n_endpoints;
	    h->judge_from++) {
		const struct spot *s = &a->spots[h->judge_from];

		/* a host is judged with its first port */
		if (s->seen == NULL || audit_host_is_busy(a, s) ||
		    (h->judge_from > 0 && s->endpoint->host != NULL &&
		    s[-1].endpoint->host == s->endpoint->host))
			continue;
		audit_judge(a, s);
		n++;
	}
}

void
audit_watch_health(struct audit *a)
{
	struct health *h = &a->health;

	if (a->options.one_shot)
		return;
	watch_clock(a);
	if (h->doubt_turned) {
		h->doubt_turned = false;
		doubt_clock(a, 0);
	}
	if (h->tell)
		audit_judge_auditor(a);
	h->tell = false;
	judge_held(a);
	if (audit_now_ms(a) >= h->alive_ms) {
		h->alive_ms += ALIVE_MS;
		audit_tell_alive(a);
	}
}
