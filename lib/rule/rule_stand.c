/* SPDX-License-Identifier: ISC */
/* rule_stand.c - when answers have to be asked for again. */
#include "cwaudit/rule.h"

static bool
is_quiet(const struct host_view *v, const struct results *rs)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].verdict == VERDICT_FAIL)
			return false;
	return v->split_since == CLOCK_NEVER;
}

/* The earlier one, of those to come. */
static void
come(int64_t now, int64_t turn, int64_t *next)
{
	if (turn > now && turn < *next)
		*next = turn;
}

static void
add_dates(const struct cert *c, const struct endpoint *e, int64_t now,
    int64_t *next)
{
	int64_t limit_s[SEVERITY_N];

	if (c == NULL || !c->dates_readable)
		return;
	check_expiry_limits(e, c->not_after - c->not_before, limit_s);
	for (int i = SEVERITY_NOTICE; i <= SEVERITY_CRITICAL; i++)
		come(now, c->not_after - limit_s[i], next);
	come(now, c->not_after + 1, next);
	come(now, c->not_before, next);
}

int64_t
rules_stand_until(const struct host_view *v, const struct results *rs)
{
	int64_t next = v->now + CLOCK_DAY;

	if (!is_quiet(v, rs))
		return v->now;
	for (size_t i = 0; i < v->n; i++) {
		const struct subject *s = &v->subjects[i];
		const struct chain *c = s->chain;

		add_dates(s->leaf, s->endpoint, v->now, &next);
		if (c == NULL)
			continue;
		for (size_t k = 0; k < c->n_path; k++)
			add_dates(c->path[k], s->endpoint, v->now, &next);
		if (c->valid_until != CLOCK_NEVER)
			come(v->now, c->valid_until, &next);
	}
	return next;
}

int64_t
rules_next_date(const struct endpoint *e, const struct cert *leaf, int64_t now)
{
	int64_t next = INT64_MAX;

	add_dates(leaf, e, now, &next);
	return next != INT64_MAX ? next : CLOCK_NEVER;
}
