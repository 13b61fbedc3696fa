/* SPDX-License-Identifier: ISC */
/* What the auditor says of itself, and what it holds back meanwhile. */
#include "cwaudit/rule.h"

#include <string.h>

#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW		1780272000	/* 2026-06-01T00:00:00Z */
#define FINE		.now = NOW, .cycled = true, .hosts = 100, \
			.endpoints = 200, .observed = 199, \
			.coverage_percent = 99

static const struct lost_zone lost[] = {
	{ "dmz-fra", 10, 9, "no answer in time" }, { NULL, 4, 4, "refused" },
};

static const struct {
	const char		*rule;
	struct auditor_view	 view;
	enum verdict		 verdict;
	const char		*says;		/* in the message */
} cases[] = {
	{ "auditor-clock", { FINE }, VERDICT_PASS, NULL },
	{ "auditor-clock", { FINE, .clock_in_doubt = true, .step_s = 3600 },
	    VERDICT_FAIL, "set forward by 1h; it says 2026-06-01T00:00:00Z" },
	{ "auditor-clock", { FINE, .clock_in_doubt = true, .step_s = -90 },
	    VERDICT_FAIL, "set back by 90s" },
	{ "auditor-clock", { FINE, .clock_in_doubt = true, .turned = 20 },
	    VERDICT_FAIL, "20 of 100 hosts have an expired" },
	{ "auditor-blind", { FINE }, VERDICT_PASS, NULL },
	{ "auditor-blind", { FINE, .lost = lost, .n_lost = 2 }, VERDICT_FAIL,
	    "zone dmz-fra: 9 of 10 ports that answered last do not (no answer "
	    "in time); the hosts without a zone: 4 of 4" },
	{ "auditor-late", { FINE }, VERDICT_PASS, NULL },
	{ "auditor-late", { .now = NOW }, VERDICT_UNKNOWN, NULL },
	{ "auditor-late", { FINE, .late = 3, .latest_s = 7200 }, VERDICT_FAIL,
	    "3 looks began more than their interval after they were due, the "
	    "latest 2h after" },
	{ "auditor-coverage", { FINE }, VERDICT_PASS, NULL },
	{ "auditor-coverage", { .now = NOW, .endpoints = 9,
	    .coverage_percent = 99 }, VERDICT_UNKNOWN, NULL },
	{ "auditor-coverage", { .now = NOW, .cycled = true, .endpoints = 200,
	    .observed = 198, .coverage_percent = 99 }, VERDICT_PASS, NULL },
	{ "auditor-coverage", { .now = NOW, .cycled = true, .endpoints = 200,
	    .observed = 197, .coverage_percent = 99 }, VERDICT_FAIL,
	    "seen at 197 of 200 endpoints, which is less than the 99 % asked" },
	{ "auditor-coverage", { .now = NOW, .cycled = true,
	    .coverage_percent = 99 }, VERDICT_PASS, NULL },
	{ "auditor-inventory-refused", { FINE }, VERDICT_PASS, NULL },
	{ "auditor-inventory-refused", { FINE, .refused = "i:1:1: no\x1b[m",
	    .mistakes = 3 }, VERDICT_FAIL, "refused: i:1:1: no\\x1B[m (and 2 "
	    "more); the one before is in use" },
	{ "auditor-store", { FINE }, VERDICT_PASS, NULL },
	{ "auditor-store", { FINE, .store = "/s/c.db: no room is left" },
	    VERDICT_FAIL, "cannot be written: /s/c.db: no room is left; looks "
	    "and the log go on" },
};

static const struct result *
find(const struct results *rs, const char *rule)
{
	for (size_t i = 0; i < rs->n; i++)
		if (strcmp(rs->item[i].rule->id, rule) == 0)
			return &rs->item[i];
	return NULL;
}

static void
each_rule_passes_and_fails_its_view(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		struct results rs = {0};
		const struct result *r;

		rules_run_auditor(&cases[i].view, &rs);
		r = find(&rs, cases[i].rule);
		assert_non_null(r);
		if (r->verdict != (int)cases[i].verdict)
			fail_msg("%zu: %s: %s", i, cases[i].rule,
			    verdict_name((enum verdict)r->verdict));
		assert_true((r->message != NULL) == (cases[i].says != NULL));
		if (r->message != NULL && strstr(r->message,
		    cases[i].says) == NULL)
			assert_string_equal(r->message, cases[i].says);
		results_done(&rs);
	}
}

static void
no_rule_about_the_auditor_is_without_both(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_rules; i++) {
		bool pass = false, fail = false;

		if (rules[i].check_auditor == NULL)
			continue;
		for (size_t k = 0; k < ARRAY_N(cases); k++) {
			if (strcmp(cases[k].rule, rules[i].id) != 0)
				continue;
			pass |= cases[k].verdict == VERDICT_PASS;
			fail |= cases[k].verdict == VERDICT_FAIL;
		}
		if (!pass || !fail)
			fail_msg("%s", rules[i].id);
	}
}

static void
each_zone_is_named_with_its_cause(void **state)
{
	const struct auditor_view v = { FINE, .lost = lost, .n_lost = 2 };
	struct results rs = {0};
	const struct result *r;

	(void)state;
	rules_run_auditor(&v, &rs);
	r = find(&rs, "auditor-blind");
	assert_string_equal(r->offenders_key, "cause");
	assert_int_equal(r->offenders.n, 2);
	assert_string_equal(r->offenders.item[0], "dmz-fra: no answer in time");
	assert_string_equal(r->offenders.item[1], "refused");
	results_done(&rs);
}

static struct result *
add(struct results *rs, const char *rule, enum verdict verdict)
{
	struct result *r = results_add(rs);

	r->rule = rule_find(rule);
	r->verdict = (int)verdict;
	return r;
}

static void
what_is_in_doubt_is_held(void **state)
{
	struct results rs = {0};

	(void)state;
	(void)add(&rs, "expired", VERDICT_FAIL);
	(void)add(&rs, "expiring", VERDICT_PASS);
	(void)add(&rs, "site-names", VERDICT_PASS);
	(void)add(&rs, "unreachable", VERDICT_FAIL);
	(void)add(&rs, "host-down", VERDICT_FAIL);
	(void)add(&rs, "weak-key", VERDICT_FAIL);
	rules_hold_clock(&rs);
	assert_true(rs.item[0].held);
	assert_int_equal(rs.item[1].verdict, VERDICT_UNKNOWN);
	assert_int_equal(rs.item[2].verdict, VERDICT_PASS);
	assert_false(rs.item[3].held);
	rules_hold_lost(&rs);
	assert_true(rs.item[3].held && rs.item[4].held);
	assert_false(rs.item[5].held);
	results_done(&rs);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_passes_and_fails_its_view),
		cmocka_unit_test(no_rule_about_the_auditor_is_without_both),
		cmocka_unit_test(each_zone_is_named_with_its_cause),
		cmocka_unit_test(what_is_in_doubt_is_held),
	};

	return cmocka_run_group_tests_name("check_auditor", tests, NULL, NULL);
}
