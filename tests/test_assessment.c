/* SPDX-License-Identifier: ISC */
/* How a fleet stood, from rows of a store. */
#include "assessment_world.h"

/* ---- how hosts stand ---- */

static void
a_host_stands_as_its_worst_allows(void **state)
{
	static const struct {
		const char *name; enum standing standing; int64_t since;
	} rows[] = {
		{ "cwa01.nwtraders.local", STANDING_WRONG, SINCE + 4 * DAY },
		{ "cwa02.nwtraders.local", STANDING_WAIVED, SINCE - 90 * DAY },
		/* not observed, though rules once said well of it */
		{ "cwa03.nwtraders.local", STANDING_UNKNOWN,
		    SINCE + 3 * DAY },
		/* one of its ports is not known */
		{ "cwa04.nwtraders.local", STANDING_UNKNOWN, CLOCK_NEVER },
		/* planned: all its findings are notices */
		{ "cwa05.nwtraders.local", STANDING_UNKNOWN,
		    SINCE + 3 * DAY },
		/* mended in the period; a warning is left */
		{ "cwa06.nwtraders.local", STANDING_WARNED, SINCE + 9 * DAY },
		/* seen, but no rule has answered */
		{ "cwa07.nwtraders.local", STANDING_UNKNOWN,
		    SINCE + 3 * DAY },
		{ "https://im.contoso.com", STANDING_RIGHT, SINCE - 90 * DAY },
	};
	struct assessment a;

	(void)state;
	fill(&a, &nothing);
	assert_int_equal(a.n_hosts, sizeof(rows) / sizeof(rows[0]));
	for (size_t i = 0; i < a.n_hosts; i++) {
		const struct assessed_host *h = host(&a, rows[i].name);

		if (h->standing != rows[i].standing ||
		    h->since != rows[i].since)
			fail_msg("%s is %s since %lld", h->name,
			    standing_name(h->standing), (long long)h->since);
	}
	assert_int_equal(a.standing[STANDING_UNKNOWN], 4);
	assert_int_equal(a.standing[STANDING_RIGHT], 1);
	assert_int_equal(a.retired, 1);
	assert_int_equal(a.observed, 8);
	assert_int_equal(a.judged, 6);
	assert_string_equal(a.hosts[0].name, "cwa01.nwtraders.local");
	assert_true(assessment_turned(host(&a, "cwa06.nwtraders.local"),
	    true));
	assert_true(assessment_turned(host(&a, "cwa01.nwtraders.local"),
	    false));
	/* nobody knew before how it stood */
	a.hosts[0].was_seen = false;
	assert_false(assessment_turned(&a.hosts[0], false));
	assessment_done(&a);
}

static void
what_concerns_several_hosts_makes_each_of_them_wrong(void **state)
{
	struct assessment a;

	(void)state;
	assessment_init(&a, SINCE, UNTIL, &nothing);
	add_scope(&a);
	add_seen(&a);
	answer(&a, "https://im.contoso.com", "published", "im.contoso.com",
	    443, good);
	answer(&a, "cwa06.nwtraders.local", "https", "im6.contoso.com", 443,
	    good);
	find(&a, "7777777777777777", "chain-expiring", "critical", "",
	    CLOCK_NEVER, ",\"offenders\":[\"cwa06.nwtraders.local\"]");
	assessment_finish(&a);
	assert_int_equal(host(&a, "cwa06.nwtraders.local")->standing,
	    STANDING_WRONG);
	assert_int_equal(host(&a, "https://im.contoso.com")->standing,
	    STANDING_RIGHT);
	assert_int_equal(a.first_shared, 0);
	assert_int_equal(a.n_findings, 1);
	assessment_done(&a);
}

static void
without_the_auditor_at_work_nothing_is_right(void **state)
{
	struct assessment a;

	(void)state;
	assessment_init(&a, SINCE, UNTIL, &nothing);
	assessment_add_run(&a, "0.1.0", SINCE, UNTIL);
	assessment_set_work(&a, UNTIL - 3 * 3600, 5);
	assert_true(assessment_set_inventory(&a, SINCE, inventory));
	add_seen(&a);
	answer(&a, "https://im.contoso.com", "published", "im.contoso.com",
	    443, good);
	answer(&a, "cwa01.nwtraders.local", "mtls", "im.contoso.com", 5061,
	    good);
	assessment_finish(&a);
	assert_true(a.stale);
	assert_int_equal(a.standing[STANDING_RIGHT], 0);
	/* the MTLS port is due every six hours only */
	assert_int_equal(a.judged, 1);
	assert_int_equal(a.n_gaps, 1);
	assert_int_equal(a.gap_s, 3 * 3600);
	assessment_done(&a);
}

static void
an_empty_store_says_nothing_well(void **state)
{
	struct assessment a;

	(void)state;
	assessment_init(&a, SINCE, UNTIL, &nothing);
	assessment_set_work(&a, 0, 0);
	assert_false(assessment_set_inventory(&a, SINCE, "{\"hosts\":["));
	assessment_end_sightings(&a);
	assessment_finish(&a);
	assert_int_equal(a.inventory_since, CLOCK_NEVER);
	assert_int_equal(a.gap_s, UNTIL - SINCE);
	assessment_done(&a);
}

/* ---- counts ---- */

static const struct assessed_rule *
rule(const struct assessed_rule *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	fail_msg("%s was not asked", name);
	return NULL;
}

static void
answers_are_counted_whatever_their_severity(void **state)
{
	static const struct {
		const char *name; size_t met, not_met, waived, unknown;
	} rows[] = {
		{ "site-names", 7, 1, 0, 0 },
		{ "weak-key", 6, 0, 1, 0 },
		{ "subject-not-in-san", 0, 1, 0, 0 },	/* stood in for */
		{ "host-down", 0, 0, 0, 1 },		/* held */
		{ "no-cdp", 0, 0, 0, 5 },		/* off */
		{ "revoked", 0, 0, 0, 5 },
		{ "a-rule-of-another-version", 1, 0, 0, 0 },
		{ "shared-key", 1, 0, 0, 0 },
		{ "layout-differs", 0, 0, 0, 0 },
	};
	struct assessment a;
	const struct assessed_rule *r;

	(void)state;
	fill(&a, &nothing);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = rule(a.rules, a.n_rules, rows[i].name);
		if (r->met != rows[i].met || r->not_met != rows[i].not_met ||
		    r->waived != rows[i].waived ||
		    r->not_assessed != rows[i].unknown)
			fail_msg("%s: %zu %zu %zu %zu", r->name, r->met,
			    r->not_met, r->waived, r->not_assessed);
	}
	/* of a port the worst answer counts, once a clause */
	r = rule(a.clauses, a.n_clauses, "PCI DSS 4.2.1");
	assert_int_equal(r->not_met, 2);
	assert_int_equal(r->waived, 1);
	assert_int_equal(r->not_assessed, 5);
	assessment_done(&a);
}

static void
clauses_of_one_document_are_told_apart(void **state)
{
	struct strings s = {0};

	(void)state;
	assessment_split_clauses("PCI DSS 4.2.1, 4.2.1.1; "
	    "NIST SP 800-53r5 SC-8, SC-23; CA-7", &s);
	assert_int_equal(s.n, 5);
	assert_string_equal(s.item[1], "PCI DSS 4.2.1.1");
	assert_string_equal(s.item[3], "NIST SP 800-53r5 SC-23");
	assert_string_equal(s.item[4], "CA-7");
	strings_done(&s);
}

static void
hosts_and_findings_of_the_period_are_told(void **state)
{
	struct assessment a;

	(void)state;
	fill(&a, &nothing);
	assert_int_equal(a.added.n, 2);
	assert_string_equal(a.added.item[0], "cwa05.nwtraders.local");
	assert_int_equal(a.removed.n, 1);
	assert_string_equal(a.removed.item[0], "cwa99.nwtraders.local");
	assert_int_equal(a.opened, 6);
	assert_int_equal(a.cleared, 1);
	assert_int_equal(a.n_mended[0], 1);
	assert_string_equal(a.mended[0][0].name, "site-names");
	assert_int_equal(a.mended[0][0].median_s, 5 * DAY);
	assert_int_equal(a.good, 1);
	assert_int_equal(a.bad, 1);
	/* a day between two runs; the tail is shorter than an interval */
	assert_int_equal(a.n_gaps, 1);
	assert_int_equal(a.gap_s, DAY);
	assert_int_equal(a.at_work, UNTIL - 600);
	assessment_done(&a);
}

static void
terms_that_hosts_share_are_listed_once(void **state)
{
	struct assessment a;

	(void)state;
	fill(&a, &nothing);
	/* what is raised asks for more */
	assert_int_equal(a.n_tailoring, 1);
	assert_int_equal(a.tailoring[0].hosts, 2);
	assert_string_equal(a.tailoring[0].reason, "our CA has none");
	assert_int_equal(a.n_waivers, 1);
	assert_int_equal(a.waivers[0].n_waived, 1);
	assessment_done(&a);
}

/* Two slots that fail one rule are one reason. */
static void
a_reason_is_said_once(void **state)
{
	struct assessment a;
	struct text t = {0};

	(void)state;
	assessment_init(&a, SINCE, UNTIL, &nothing);
	add_scope(&a);
	assessment_end_sightings(&a);
	find(&a, "1111111111111111", "site-names", "error",
	    "cwa01.nwtraders.local", CLOCK_NEVER, "");
	find(&a, "2222222222222222", "site-names", "error",
	    "cwa01.nwtraders.local", CLOCK_NEVER, "");
	find(&a, "3333333333333333", "weak-key", "warning",
	    "cwa01.nwtraders.local", CLOCK_NEVER, "");
	find(&a, "4444444444444444", "version", "error",
	    "cwa01.nwtraders.local", CLOCK_NEVER, ",\"waived\":true");
	find(&a, "5555555555555555", "key-usage", "error",
	    "cwa01.nwtraders.local", CLOCK_NEVER, "");
	assessment_finish(&a);
	assessment_add_reasons(&a, host(&a, "cwa01.nwtraders.local"), &t);
	assert_string_equal(text_str(&t), "key usage lacks what a TLS server "
	    "needs\nthe SAN lacks a name that browsers ask for");
	text_done(&t);
	assessment_done(&a);
}

static void
filters_choose_hosts(void **state)
{
	static const struct {
		struct assessment_filter filter; size_t hosts;
	} rows[] = {
		{ { .owner = "UC-emea@contoso.com" }, 2 },
		{ { .group = "emea" }, 2 }, { { .zone = "dmz-fra" }, 2 },
		{ { .tag = "dr" }, 1 },
		{ { .host = "https://im.contoso.com" }, 1 },
		{ { .tag = "prod", .host = "CWA02.nwtraders.local" }, 1 },
		{ { .tag = "dr", .host = "cwa02.nwtraders.local" }, 0 },
	};
	struct assessment a;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fill(&a, &rows[i].filter);
		assert_int_equal(a.n_hosts, rows[i].hosts);
		/* of what concerns others nothing is left */
		assert_int_equal(a.first_shared, a.n_findings);
		for (size_t k = 0; k < a.n_rules; k++)
			assert_string_not_equal(a.rules[k].name,
			    "shared-key");
		assessment_done(&a);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_stands_as_its_worst_allows),
		cmocka_unit_test(
		    what_concerns_several_hosts_makes_each_of_them_wrong),
		cmocka_unit_test(without_the_auditor_at_work_nothing_is_right),
		cmocka_unit_test(an_empty_store_says_nothing_well),
		cmocka_unit_test(answers_are_counted_whatever_their_severity),
		cmocka_unit_test(clauses_of_one_document_are_told_apart),
		cmocka_unit_test(hosts_and_findings_of_the_period_are_told),
		cmocka_unit_test(terms_that_hosts_share_are_listed_once),
		cmocka_unit_test(a_reason_is_said_once),
		cmocka_unit_test(filters_choose_hosts),
	};

	return cmocka_run_group_tests_name("assessment", tests, NULL, NULL);
}
