/* SPDX-License-Identifier: ISC */
/* The heap against a plain search, and the spread over an interval. */
#include "cwaudit/schedule.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

#define N 300

static void
the_earliest_always_comes_first(void **state)
{
	struct schedule *s = schedule_new(N);
	int64_t due[N];
	unsigned seed = 7;

	(void)state;
	for (size_t i = 0; i < N; i++)
		due[i] = -1;
	for (int round = 0; round < 20000; round++) {
		size_t i = (size_t)rand_r(&seed) % N;
		size_t got, best = SCHEDULE_NONE;

		if (rand_r(&seed) % 3 != 0) {
			due[i] = rand_r(&seed) % 1000;
			schedule_set(s, i, due[i]);
			continue;
		}
		for (size_t k = 0; k < N; k++)
			if (due[k] >= 0 && due[k] <= 500 &&
			    (best == SCHEDULE_NONE || due[k] < due[best]))
				best = k;
		got = schedule_take(s, 500);
		if (best == SCHEDULE_NONE) {
			assert_true(got == SCHEDULE_NONE);
			continue;
		}
		assert_true(got != SCHEDULE_NONE);
		assert_int_equal(due[got], due[best]);
		due[got] = -1;
	}
	schedule_free(s);
}

static void
nothing_is_due_before_its_time(void **state)
{
	struct schedule *s = schedule_new(2);

	(void)state;
	assert_int_equal(schedule_next(s), INT64_MAX);
	schedule_set(s, 1, 100);
	assert_true(schedule_take(s, 99) == SCHEDULE_NONE);
	assert_int_equal(schedule_next(s), 100);
	assert_int_equal(schedule_take(s, 100), 1);
	assert_int_equal(schedule_pending(s), 0);
	schedule_free(s);
}

static void
a_fleet_is_spread_over_the_interval_and_stays_there(void **state)
{
	size_t tenth[10] = {0};
	char key[32];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		int64_t at, again;

		(void)snprintf(key, sizeof(key), "cwa%d.contoso.com:443", i);
		at = schedule_spread(key, 3600000, 1000000);
		assert_true(at >= 1000000 && at < 1000000 + 3600000);
		tenth[(at - 1000000) / 360000]++;
		again = schedule_spread(key, 3600000, at + 1);
		assert_int_equal(again, at + 3600000);
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(tenth[i], 850, 1150);
}

static void
the_dead_are_asked_less_often_but_still_asked(void **state)
{
	(void)state;
	assert_int_equal(schedule_retry(3600000, 1), 60000);
	assert_int_equal(schedule_retry(3600000, 2), 120000);
	assert_int_equal(schedule_retry(3600000, 6), 1920000);
	assert_int_equal(schedule_retry(3600000, 7), 3600000);
	assert_int_equal(schedule_retry(3600000, UINT32_MAX), 3600000);
	assert_int_equal(schedule_retry(30000, 1), 30000);
}

/* When the last of n is looked at first, and how many share its minute. */
static int64_t
last_first(size_t n, int64_t interval_ms, size_t *crowd)
{
	size_t per_minute[10] = {0};
	int64_t last = 0;

	*crowd = 0;
	for (size_t i = 0; i < n; i++) {
		char key[40];
		int64_t at;

		snprintf(key, sizeof(key), "cwa%zu.nwtraders.local", i);
		at = schedule_first(key, n, interval_ms, 5000) - 5000;
		assert_in_range(at, 0, 300000);
		last = at > last ? at : last;
		if (++per_minute[at / 60000] > *crowd)
			*crowd = per_minute[at / 60000];
	}
	return last;
}

static void
first_looks_make_no_storm(void **state)
{
	size_t crowd;

	(void)state;
	assert_in_range(last_first(20000, 3600000, &crowd), 299000, 300000);
	assert_in_range(crowd, 3800, 4200);
	assert_in_range(last_first(20000, 60000, &crowd), 5900, 6000);
	assert_in_range(last_first(100, 3600000, &crowd), 8000, 10000);
	assert_in_range(last_first(1, 3600000, &crowd), 0, 100);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earliest_always_comes_first),
		cmocka_unit_test(nothing_is_due_before_its_time),
		cmocka_unit_test(
		    a_fleet_is_spread_over_the_interval_and_stays_there),
		cmocka_unit_test(first_looks_make_no_storm),
		cmocka_unit_test(the_dead_are_asked_less_often_but_still_asked),
	};

	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
