/* SPDX-License-Identifier: ISC */
/* check_dates.c - is it the time for this certificate, and for how long? */
#include "cwaudit/check.h"

#include <string.h>

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

/* "12 days", "5 hours"; whole units, rounded down. */
static void
add_span(int64_t seconds, struct text *out)
{
	static const struct { int64_t s; const char *name; } units[] = {
		{ CLOCK_DAY, "day" }, { 3600, "hour" }, { 60, "minute" },
		{ 1, "second" },
	};

	for (size_t i = 0; i < ARRAY_N(units); i++) {
		long long n = seconds / units[i].s;

		/* two of a unit, so that 36 hours do not read "1 day" */
		if (n < 2 && i + 1 < ARRAY_N(units))
			continue;
		text_addf(out, "%lld %s%s", n, units[i].name,
		    plural((uint64_t)n));
		return;
	}
}

static void
add_time(int64_t at, struct text *out)
{
	char when[CLOCK_TEXT];

	text_add(out, clock_format(at, when));
}

enum verdict
check_expired(const struct subject *s, struct why *why)
{
	if (!s->leaf->dates_readable)
		return VERDICT_UNKNOWN;		/* validity-order says so */
	if (s->now <= s->leaf->not_after)
		return VERDICT_PASS;
	check_add_what(s, &why->message);
	text_add(&why->message, " expired ");
	add_span(s->now - s->leaf->not_after, &why->message);
	text_add(&why->message, " ago, at ");
	add_time(s->leaf->not_after, &why->message);
	text_add(&why->message, "; it must be replaced");
	return VERDICT_FAIL;
}

enum verdict
check_not_yet_valid(const struct subject *s, struct why *why)
{
	if (!s->leaf->dates_readable)
		return VERDICT_UNKNOWN;
	if (s->now >= s->leaf->not_before)
		return VERDICT_PASS;
	check_add_what(s, &why->message);
	text_add(&why->message, " is valid only from ");
	add_time(s->leaf->not_before, &why->message);
	text_add(&why->message, ", in ");
	add_span(s->leaf->not_before - s->now, &why->message);
	text_add(&why->message, "; one that is valid now is expected (or a "
	    "clock is wrong)");
	return VERDICT_FAIL;
}

enum verdict
check_expiring(const struct subject *s, struct why *why)
{
	const struct cert *c = s->leaf;
	enum severity severity;

	if (!c->dates_readable)
		return VERDICT_UNKNOWN;
	severity = check_urgency(s->endpoint, c->not_after - c->not_before,
	    c->not_after - s->now);
	if (severity == SEVERITY_OFF)
		return VERDICT_PASS;
	why->severity = severity;
	why->ends = c->not_after;
	check_add_what(s, &why->message);
	if (s->now > c->not_after) {
		text_add(&why->message, " has expired, at ");
		add_time(c->not_after, &why->message);
		return VERDICT_FAIL;
	}
	text_add(&why->message, " expires in ");
	add_span(c->not_after - s->now, &why->message);
	text_add(&why->message, ", at ");
	add_time(c->not_after, &why->message);
	text_add(&why->message, "; its successor should be in place before");
	return VERDICT_FAIL;
}

enum verdict
check_validity_order(const struct subject *s, struct why *why)
{
	const struct cert *c = s->leaf;

	if (c->dates_readable && c->not_before <= c->not_after)
		return VERDICT_PASS;
	if (!c->dates_readable) {
		text_add(&why->message, "the validity dates of ");
		check_add_what(s, &why->message);
		text_add(&why->message, " cannot be read; nobody can tell "
		    "whether it is valid");
		return VERDICT_FAIL;
	}
	check_add_what(s, &why->message);
	text_add(&why->message, " begins at ");
	add_time(c->not_before, &why->message);
	text_add(&why->message, ", after it ends at ");
	add_time(c->not_after, &why->message);
	text_add(&why->message, ": it is never valid");
	return VERDICT_FAIL;
}

/*
 * CA/B Forum TLS BR 6.3.2 and what went before it; a certificate is bound by
 * the limit in force at its notBefore.
 */
static const struct { int year, month, day, limit_days; } limits[] = {
	{ 2012,  7,  1, 1827 },		/* 60 months */
	{ 2015,  4,  1, 1187 },		/* 39 months */
	{ 2018,  3,  1, 825 },
	{ 2020,  9,  1, 398 },
	{ 2026,  3, 15, 200 },
	{ 2027,  3, 15, 100 },
	{ 2029,  3, 15, 47 },
};

/* 0: there was none. */
static int64_t
public_limit(int64_t not_before)
{
	int64_t limit = 0;

	for (size_t i = 0; i < ARRAY_N(limits); i++)
		if (not_before >= clock_from_civil(limits[i].year,
		    limits[i].month, limits[i].day, 0, 0, 0))
			limit = (int64_t)limits[i].limit_days * CLOCK_DAY;
	return limit;
}

enum verdict
check_lifetime(const struct subject *s, struct why *why)
{
	const struct settings *settings = s->endpoint->settings;
	const struct cert *c = s->leaf;
	int64_t own = settings->max_lifetime_s, limit, lifetime;
	int64_t shared = settings->pki == PKI_PUBLIC && c->dates_readable ?
	    public_limit(c->not_before) : 0;

	if (own == 0 && settings->pki != PKI_PUBLIC)
		return VERDICT_NOT_APPLICABLE;
	if (!c->dates_readable)
		return VERDICT_UNKNOWN;
	limit = own > 0 && (shared == 0 || own < shared) ? own : shared;
	/* The BR count both ends; a limit of ours is a plain difference. */
	lifetime = c->not_after - c->not_before + (limit == shared);
	if (limit == 0 || lifetime <= limit)
		return VERDICT_PASS;
	check_add_what(s, &why->message);
	text_add(&why->message, " is valid for ");
	add_span(lifetime, &why->message);
	text_add(&why->message, ", longer than the ");
	add_span(limit, &why->message);
	text_add(&why->message, limit == own ? " that the inventory sets" :
	    " that public CAs are held to by the CA/Browser Forum");
	return VERDICT_FAIL;
}
