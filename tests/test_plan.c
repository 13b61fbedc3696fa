/* SPDX-License-Identifier: ISC */
#include "cwaudit/plan.h"

#include "golden.h"

#define FROM	1790000040	/* 2026-09-21T14:14:00Z */
#define DAY_S	(PLAN_HOURS * 3600)

/* One by one, as a daemon would. */
static void
looks_are_counted_in_their_hour(void **state)
{
	static const struct { int64_t first, period; } cases[] = {
		{ 0, 0 }, { 3599, 0 }, { 3600, 0 }, { DAY_S - 1, 0 },
		{ DAY_S, 0 }, { 0, 60 }, { 59, 61 }, { 0, 3600 },
		{ 3600, 3600 }, { 1800, 6 * 3600 }, { 0, 7000 },
		{ DAY_S - 1, 1 }, { 2 * DAY_S, 3600 }, { 5, DAY_S },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t want[PLAN_HOURS] = {0};
		struct plan p = {0};

		for (int64_t t = cases[i].first; t < DAY_S;
		    t += cases[i].period > 0 ? cases[i].period : DAY_S)
			want[t / 3600]++;
		plan_add(&p, PLAN_MTLS, cases[i].first, cases[i].period);
		for (int h = 0; h < PLAN_HOURS; h++)
			if (p.count[h][PLAN_MTLS] != want[h] ||
			    p.count[h][PLAN_HTTPS] != 0)
				fail_msg("case %zu, hour %d: %zu, not %zu", i,
				    h, p.count[h][PLAN_MTLS], want[h]);
		plan_done(&p);
	}
}

static void
make(struct plan *p)
{
	*p = (struct plan){ .from = FROM, .under_way = 12, .window = 256,
	    .waiting = 3 };
	for (int64_t i = 0; i < 400; i++)
		plan_add(p, PLAN_HTTPS, i * i % 3600, 3600);
	for (int64_t i = 0; i < 400; i++)
		plan_add(p, PLAN_MTLS, i * 54, 6 * 3600);
	for (int64_t i = 0; i < 17; i++)
		plan_add(p, PLAN_AGAIN, i * 60, 0);
	plan_add(p, PLAN_PROOFS, 7000, 0);
	plan_offer(p, FROM + 30, "cwa03.contoso.com", "https", 443);
	plan_offer(p, FROM + 10, "cwa01.contoso.com", "mtls", 5061);
	plan_offer(p, FROM + 40, "cwa04.contoso.com", "https", 443);
	plan_offer(p, FROM + 20, "https://im.contoso.com", "published", 443);
	plan_offer(p, FROM + 50, "cwa05.contoso.com", "https", 443);
}

static void
the_soonest_are_named_in_order(void **state)
{
	struct plan p;

	(void)state;
	make(&p);
	assert_int_equal(p.n_next, PLAN_NEXT);
	assert_string_equal(p.next[0].host, "cwa01.contoso.com");
	assert_string_equal(p.next[1].host, "https://im.contoso.com");
	assert_string_equal(p.next[2].host, "cwa03.contoso.com");
	plan_done(&p);
}

static void
a_plan_is_a_table(void **state)
{
	const struct report_options plain = { .width = 80 };
	struct text out = {0};
	struct plan p;

	(void)state;
	make(&p);
	assert_true(report_plan(&p, &plain, keep, &out));
	assert_golden(&out, "plan.txt");
	plan_done(&p);
}

static void
a_plan_is_sent_whole(void **state)
{
	struct plan p, again;
	json_t *json;

	(void)state;
	make(&p);
	json = plan_json(&p);
	assert_true(plan_parse(json, &again));
	assert_int_equal(again.from, p.from);
	assert_int_equal(again.waiting, p.waiting);
	assert_memory_equal(again.count, p.count, sizeof(p.count));
	assert_int_equal(again.n_next, p.n_next);
	assert_string_equal(again.next[2].host, p.next[2].host);
	plan_done(&again);

	(void)json_object_del(json, "waiting");
	assert_false(plan_parse(json, &again));
	assert_false(plan_parse(NULL, &again));
	(void)json_object_set_new(json, "waiting", json_integer(-1));
	assert_false(plan_parse(json, &again));
	(void)json_object_set_new(json, "waiting", json_integer(1));
	(void)json_array_clear(json_object_get(json, "hours"));
	assert_false(plan_parse(json, &again));
	assert_int_equal(again.n_next, 0);
	json_decref(json);
	plan_done(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_are_counted_in_their_hour),
		cmocka_unit_test(the_soonest_are_named_in_order),
		cmocka_unit_test(a_plan_is_a_table),
		cmocka_unit_test(a_plan_is_sent_whole),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
