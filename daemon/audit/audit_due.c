/* SPDX-License-Identifier: ISC */
/* audit_due.c - when a port is looked at next. */
#include "audit_own.h"

#define DATE_MS		60000	/* many end together: spread their looks */

int64_t
audit_interval_ms(const struct audit *a, const struct endpoint *e)
{
	const struct config *c = a->options.config;

	return 1000 * (e->kind == ENDPOINT_MTLS ? c->interval_mtls_s :
	    c->interval_https_s);
}

void
audit_set_due(struct audit *a, struct spot *s, int64_t due_ms)
{
	s->due_ms = due_ms;
	schedule_set(a->schedule, s->endpoint->index, due_ms);
}

/* Or sooner, just after a date of its certificate that turns a verdict. */
static int64_t
before_date(const struct audit *a, const struct spot *s, int64_t due_ms)
{
	int64_t utc = clock_utc(a->options.clock), now = audit_now_ms(a);
	int64_t date = s->leaf != NULL && !audit_clock_in_doubt(a) ?
	    rules_next_date(s->endpoint, s->leaf, utc) : CLOCK_NEVER;

	if (date == CLOCK_NEVER || date - utc > (due_ms - now) / 1000)
		return due_ms;
	return schedule_spread(endpoint_owner(s->endpoint), DATE_MS,
	    now + (date - utc) * 1000 + 1000);
}

void
audit_set_next(struct audit *a, struct spot *s, enum spot_news news)
{
	int64_t interval = audit_interval_ms(a, s->endpoint);
	int64_t now = audit_now_ms(a), retry;

	if (a->options.one_shot)
		return;
	if (news == SPOT_OURS || news == SPOT_MISSED) {
		retry = schedule_retry(interval, s->lost);
		if (retry < interval) {
			audit_set_due(a, s, now + retry);
			return;
		}
	}
	/* one handshake that breaks off is no finding, two in a row are */
	if (s->broken == 1) {
		audit_set_due(a, s, now + schedule_retry(interval, 1));
		return;
	}
	audit_set_due(a, s, before_date(a, s, schedule_spread(endpoint_owner(
	    s->endpoint), interval, now + 1)));
}

void
audit_set_first(struct audit *a, struct spot *s)
{
	const struct inventory *inv = a->inventory;

	audit_set_due(a, s, schedule_first(endpoint_owner(s->endpoint),
	    inv->n_hosts + inv->n_published, audit_interval_ms(a, s->endpoint),
	    audit_now_ms(a)));
}

void
audit_begin_anew(struct audit *a, struct spot *s)
{
	s->lost = s->misses = 0;
	if (s->phase == SPOT_IDLE)
		audit_set_first(a, s);
}
