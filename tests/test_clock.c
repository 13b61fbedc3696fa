/* SPDX-License-Identifier: ISC */
/* Times and spans, both ways. */
#include "cwaudit/clock.h"

#include <stdlib.h>
#include <time.h>

#include "test.h"

static const struct { const char *text; int64_t at; } times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2009-08-19T12:30:00Z", 1250685000 },
	{ "2024-02-29T23:59:59Z", 1709251199 },
	{ "2038-01-19T03:14:08Z", 2147483648LL },
	{ "9999-12-31T23:59:59Z", 253402300799LL },
};

static void
times_are_written_and_read_back(void **state)
{
	char buf[CLOCK_TEXT];
	int64_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_string_equal(clock_format(times[i].at, buf),
		    times[i].text);
		assert_true(clock_parse(times[i].text, &at));
		assert_int_equal(at, times[i].at);
	}
	assert_true(clock_parse("2009-08-19", &at));
	assert_int_equal(at, 1250640000);
	assert_string_equal(clock_format(CLOCK_NEVER, buf), "never");
}

static void
times_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "2023-02-29", "2023-13-01", "2023-1-1", "2023-01-01T24:00Z",
		"2023-01-01T10:00", "2023-01-01 10:00Z", "2023-01-01x", "now",
	};
	int64_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(clock_parse(bad[i], &at));
}

static void
spans_are_read_and_written_shortest(void **state)
{
	static const struct { const char *in, *out; int64_t ms; } spans[] = {
		{ "500ms", "500ms", 500 }, { "10s", "10s", 10000 },
		{ "90s", "90s", 90000 }, { "60m", "1h", 3600000 },
		{ "45d", "45d", 3888000000LL }, { "2w", "14d", 1209600000LL },
		{ "0s", "0s", 0 },
	};
	static const char *const bad[] = { "", "10", "s", "-1s", "1.5h",
	    "99999999999999w", "1 h", "1hh" };
	char buf[CLOCK_TEXT];
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		assert_true(clock_parse_span_ms(spans[i].in, &ms));
		assert_int_equal(ms, spans[i].ms);
		assert_string_equal(clock_format_span_ms(ms, buf), spans[i].out);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(clock_parse_span_ms(bad[i], &ms));
}

static int64_t
at(const char *s)
{
	int64_t t = 0;

	assert_true(clock_parse(s, &t));
	return t;
}

static void
the_last_time_of_a_day_is_local(void **state)
{
	static const struct { const char *now, *last; int after_s; } cases[] = {
		/* 09:00 in Berlin: 08:00 UTC in winter, 07:00 in summer */
		{ "2026-01-15T08:00:00Z", "2026-01-15T08:00:00Z", 32400 },
		{ "2026-01-15T07:59:59Z", "2026-01-14T08:00:00Z", 32400 },
		{ "2026-07-15T07:00:00Z", "2026-07-15T07:00:00Z", 32400 },
		{ "2026-07-15T06:59:59Z", "2026-07-14T07:00:00Z", 32400 },
		/* the night of the change, and the day after it */
		{ "2026-03-29T08:00:00Z", "2026-03-29T07:00:00Z", 32400 },
		{ "2026-03-29T06:00:00Z", "2026-03-28T08:00:00Z", 32400 },
		{ "2026-10-25T07:59:59Z", "2026-10-24T07:00:00Z", 32400 },
		/* midnight, and the first of a month */
		{ "2026-03-01T00:30:00Z", "2026-02-28T23:00:00Z", 0 },
		{ "2026-12-31T23:00:00Z", "2026-12-31T23:00:00Z", 0 },
	};
	char buf[CLOCK_TEXT];

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(clock_format(clock_last_at(
		    at(cases[i].now), cases[i].after_s), buf), cases[i].last);
	unsetenv("TZ");
	tzset();
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written_and_read_back),
		cmocka_unit_test(times_that_are_none_are_refused),
		cmocka_unit_test(spans_are_read_and_written_shortest),
		cmocka_unit_test(the_last_time_of_a_day_is_local),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
