/* SPDX-License-Identifier: ISC */
/* audit_plan.c - what will be looked at within a day, as far as is known. */
#include "audit_own.h"

/* The looks at one port: the next one, and those in its regular places. */
struct series {
	int64_t	 next_s, regular_s;	/* seconds from now */
	int64_t	 period_s;
};

static struct series
find_series(const struct audit *a, const struct spot *s)
{
	int64_t now = audit_now_ms(a), interval = audit_interval_ms(a,
	    s->endpoint);
	int64_t next = s->phase != SPOT_IDLE || s->waits || s->due_ms < now ?
	    now : s->due_ms;

	return (struct series){
		.next_s = (next - now) / 1000,
		.regular_s = (schedule_spread(endpoint_owner(s->endpoint),
		    interval, next + 1) - now) / 1000,
		.period_s = interval / 1000,
	};
}

static int64_t
round_up(int64_t n, int64_t to)
{
	return (n + to - 1) / to * to;
}

/* The first look of a series that is not before then. */
static int64_t
first_from(const struct series *r, int64_t then_s)
{
	if (r->next_s >= then_s)
		return r->next_s;
	if (r->regular_s >= then_s)
		return r->regular_s;
	return r->regular_s + round_up(then_s - r->regular_s, r->period_s);
}

static void
add_proofs(const struct audit *a, const struct spot *s,
    const struct series *r, struct plan *plan)
{
	const struct config *c = a->options.config;
	int64_t every = c->mode == MODE_HANDSHAKE ? 1 : c->prove_every_s;
	int64_t then = 0;

	if (c->mode == MODE_HELLO)
		return;
	if (c->mode == MODE_AUTO && s->proof_tried != CLOCK_NEVER)
		then = s->proof_tried + every - clock_utc(a->options.clock);
	plan_add(plan, PLAN_PROOFS, first_from(r, then),
	    round_up(every, r->period_s));
}

void
audit_plan(const struct audit *a, struct plan *plan)
{
	int64_t now = clock_utc(a->options.clock);

	*plan = (struct plan){ .from = now, .under_way = a->under_way,
	    .window = a->options.config->window };
	for (size_t i = 0; i < a->inventory->n_endpoints; i++) {
		const struct spot *s = &a->spots[i];
		struct series r = find_series(a, s);
		enum plan_column kind = s->endpoint->kind == ENDPOINT_MTLS ?
		    PLAN_MTLS : PLAN_HTTPS;

		plan->waiting += s->waits;
		plan_add(plan, s->lost > 0 ? PLAN_AGAIN : kind, r.next_s, 0);
		plan_add(plan, kind, r.regular_s, r.period_s);
		add_proofs(a, s, &r, plan);
		if (s->phase == SPOT_IDLE)
			plan_offer(plan, now + r.next_s,
			    endpoint_owner(s->endpoint),
			    endpoint_kind_name(s->endpoint->kind),
			    s->endpoint->port);
	}
}
