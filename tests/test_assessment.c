/* SPDX-License-Identifier: ISC */
/* How a fleet stood, from rows of a store; and each format of the report. */
#include "cwaudit/assessment.h"
#include "cwaudit/claim.h"

#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "golden.h"

#define UNTIL	1780272000	/* 2026-06-01T00:00:00Z */
#define SINCE	1777593600	/* 2026-05-01T00:00:00Z */
#define DAY	CLOCK_DAY

/* What a peer or a careless administrator may put anywhere. */
#define NASTY	"<script>alert(1)</script> \\\"=1+1\\\" \\u202ebidi\\nnext & " \
		"'x'"

static const char inventory[] =
"{\"schema\":\"cwaudit/inventory/1\",\"hosts\":["
"{\"host\":\"cwa01.nwtraders.local\",\"state\":\"active\",\"group\":\"emea\","
"\"owner\":\"uc-emea@contoso.com\",\"zone\":\"dmz-fra\",\"tags\":[\"prod\","
"\"dr\"],\"rules\":[{\"rule\":\"no-cdp\",\"severity\":\"off\",\"owner\":"
"\"pki\",\"reason\":\"our CA has none\"},{\"rule\":\"weak-key\",\"severity\":"
"\"critical\"}],\"waivers\":[],\"endpoints\":["
"{\"kind\":\"https\",\"site\":\"im.contoso.com\",\"address\":\"10.20.30.41\","
"\"port\":443},{\"kind\":\"mtls\",\"site\":\"im.contoso.com\",\"address\":"
"\"10.20.30.41\",\"port\":5061}],\"not_assessed\":[]},"
"{\"host\":\"cwa02.nwtraders.local\",\"state\":\"active\",\"group\":\"emea\","
"\"owner\":\"uc-emea@contoso.com\",\"zone\":\"dmz-fra\",\"tags\":[\"prod\"],"
"\"rules\":[{\"rule\":\"no-cdp\",\"severity\":\"off\",\"owner\":\"pki\","
"\"reason\":\"our CA has none\"}],\"waivers\":[{\"rule\":\"weak-key\","
"\"roles\":[],\"ticket\":\"CHG-1234\",\"owner\":\"j.doe\",\"approved_by\":"
"\"a.roe\",\"reason\":\"" NASTY "\",\"until\":\"2026-12-31T00:00:00Z\"}],"
"\"endpoints\":[{\"kind\":\"https\",\"site\":\"im2.contoso.com\",\"resolve\":"
"\"cwa02.nwtraders.local\",\"port\":443}],\"not_assessed\":[]},"
"{\"host\":\"cwa03.nwtraders.local\",\"state\":\"active\",\"owner\":"
"\"uc-apac@contoso.com\",\"tags\":[],\"endpoints\":[{\"kind\":\"https\","
"\"site\":\"im3.contoso.com\",\"address\":\"10.20.30.43\",\"port\":443}],"
"\"not_assessed\":[]},"
"{\"host\":\"cwa04.nwtraders.local\",\"state\":\"active\",\"tags\":[],"
"\"endpoints\":[{\"kind\":\"https\",\"site\":\"im4.contoso.com\",\"address\":"
"\"10.20.30.44\",\"port\":443}],\"not_assessed\":[{\"what\":\"mtls\","
"\"site\":\"https://im4.contoso.com\",\"cause\":\"mtls_port\",\"reason\":"
"\"its MTLS port is not known\"}]},"
"{\"host\":\"cwa05.nwtraders.local\",\"state\":\"planned\",\"tags\":[],"
"\"endpoints\":[{\"kind\":\"https\",\"site\":\"im5.contoso.com\",\"address\":"
"\"10.20.30.45\",\"port\":443}],\"not_assessed\":[]},"
"{\"host\":\"cwa06.nwtraders.local\",\"state\":\"active\",\"tags\":[],"
"\"endpoints\":[{\"kind\":\"https\",\"site\":\"im6.contoso.com\",\"address\":"
"\"10.20.30.46\",\"port\":443}],\"not_assessed\":[{\"what\":\"https\","
"\"site\":\"https://im6.contoso.com\",\"cause\":\"tls\",\"reason\":\"TLS ends "
"in front of it\"}]},"
"{\"host\":\"cwa07.nwtraders.local\",\"state\":\"active\",\"tags\":[\"<b>\"],"
"\"owner\":\"" NASTY "\",\"group\":\"=cmd|'/C calc'!A0\",\"zone\":\"+1\","
"\"endpoints\":[{\"kind\":\"https\",\"site\":\"im7.contoso.com\",\"address\":"
"\"10.20.30.47\",\"port\":443}],\"not_assessed\":[]},"
"{\"host\":\"cwa99.nwtraders.local\",\"state\":\"retired\",\"tags\":[]}],"
"\"published\":[{\"url\":\"https://im.contoso.com\",\"kind\":\"virtual-"
"address\",\"owner\":\"net@contoso.com\",\"tags\":[],\"endpoints\":[{\"kind\":"
"\"published\",\"site\":\"im.contoso.com\",\"address\":\"192.0.2.10\","
"\"port\":443}],\"not_assessed\":[]}]}";

static const char former[] = "{\"hosts\":["
"{\"host\":\"cwa01.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa02.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa03.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa04.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa06.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa99.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa98.nwtraders.local\",\"state\":\"retired\"}],"
"\"published\":[{\"url\":\"https://im.contoso.com\"}]}";

/* ---- rows ---- */

static void
add_certificate(struct assessment *a, int64_t id, const char *name)
{
	const struct cert *c = fixture(name);

	assessment_add_certificate(a, id, c->sha256, SINCE - 90 * DAY, c->der,
	    c->der_len);
	cert_unref(c);
}

static void
see(struct assessment *a, const char *owner, const char *kind,
    const char *site, unsigned port, int64_t leaf, const char *chain)
{
	const struct assessed_row row = {
		.owner = owner, .kind = kind, .site = site, .port = port,
		.since = SINCE + 3 * DAY, .first_seen = SINCE - 90 * DAY,
		.outcome = leaf >= 0 ? "observed" : "timeout",
		.address = "10.20.30.40", .via = leaf >= 0 ? "openssl" : "",
		.proof = leaf >= 0 ? "finished" : "none",
		.detail = leaf >= 0 ? "" : "silence after the connect",
		.leaf = leaf, .chain = chain,
	};

	assessment_add_sighting(a, &row);
}

/* more: further members of the finding. */
static void
find(struct assessment *a, const char *id, const char *rule,
    const char *severity, const char *owner, int64_t ended, const char *more)
{
	struct text t = {0};

	text_addf(&t, "{\"id\":\"%s\",\"rule\":\"%s\",\"severity\":\"%s\","
	    "\"opened\":%d,\"said\":%d,\"about\":\"%s\",\"owner\":\"%s\","
	    "\"kind\":\"https\",\"contact\":\"uc-emea@contoso.com\","
	    "\"message\":\"SAN lacks " NASTY "\",\"remedy\":\"Issue it again "
	    "with CN=cwa01.nwtraders.local.\"%s}", id, rule, severity,
	    SINCE + 4 * DAY, SINCE + 5 * DAY, owner, owner, more);
	assessment_add_finding(a, ended == CLOCK_NEVER ? "opened" : "cleared",
	    ended, text_str(&t));
	assessment_add_change(a, SINCE + 4 * DAY, "opened", text_str(&t));
	if (ended != CLOCK_NEVER)
		assessment_add_change(a, ended, "cleared", text_str(&t));
	text_done(&t);
}

static void
answer(struct assessment *a, const char *owner, const char *kind,
    const char *site, unsigned port, const char *answers)
{
	assessment_add_answers(a, owner, kind, site, port, answers);
}

static const char good[] = "site-names pass\nweak-key pass\nexpiring pass\n"
    "no-cdp not-applicable off\nrevoked unknown\nlayout-differs "
    "not-applicable\n";

static void
add_scope(struct assessment *a)
{
	assessment_set_settings(a, SINCE - 100 * DAY, "version: 0.1.0\n"
	    "rules: 7\ninterval.https: 2h\ninterval.mtls: 6h\n");
	assessment_add_run(a, "0.1.0", SINCE - 100 * DAY, SINCE + 10 * DAY);
	assessment_add_run(a, "0.1.1", SINCE + 11 * DAY, UNTIL + 90 * DAY);
	assessment_set_work(a, UNTIL - 600, 743);
	assert_true(assessment_set_inventory(a, SINCE + 2 * DAY, inventory));
	assert_true(assessment_set_former(a, former));
}

static void
add_seen(struct assessment *a)
{
	see(a, "cwa01.nwtraders.local", "https", "im.contoso.com", 443, 3,
	    "3 2");
	see(a, "cwa01.nwtraders.local", "mtls", "im.contoso.com", 5061, 3,
	    "3 2");
	see(a, "cwa02.nwtraders.local", "https", "im2.contoso.com", 443, 5,
	    "5");
	see(a, "cwa03.nwtraders.local", "https", "im3.contoso.com", 443, -1,
	    "");
	see(a, "cwa04.nwtraders.local", "https", "im4.contoso.com", 443, 5,
	    "5");
	see(a, "cwa05.nwtraders.local", "https", "im5.contoso.com", 443, 5,
	    "5");
	see(a, "cwa06.nwtraders.local", "https", "im6.contoso.com", 443, 4,
	    "4 9");
	see(a, "cwa07.nwtraders.local", "https", "im7.contoso.com", 443, 5,
	    "5");
	see(a, "cwa77.nwtraders.local", "https", "im7.contoso.com", 443, 8,
	    "8");
	see(a, "https://im.contoso.com", "published", "im.contoso.com", 443,
	    3, "3 2");
	assessment_end_sightings(a);
}

static void
add_judged(struct assessment *a)
{
	answer(a, "cwa01.nwtraders.local", "https", "im.contoso.com", 443,
	    "site-names fail critical 1111111111111111\nweak-key pass\n"
	    "subject-not-in-san fail error 2222222222222222 by site-names\n"
	    "expiring pass\n");
	answer(a, "cwa01.nwtraders.local", "mtls", "im.contoso.com", 5061,
	    good);
	answer(a, "cwa01.nwtraders.local", "host", "", 0, "host-down fail "
	    "warning 3333333333333333 held\n");
	answer(a, "cwa02.nwtraders.local", "https", "im2.contoso.com", 443,
	    "site-names pass\nweak-key fail warning 4444444444444444 waived\n"
	    "a-rule-of-another-version pass\n");
	answer(a, "cwa03.nwtraders.local", "https", "im3.contoso.com", 443,
	    good);
	answer(a, "cwa04.nwtraders.local", "https", "im4.contoso.com", 443,
	    good);
	answer(a, "cwa05.nwtraders.local", "https", "im5.contoso.com", 443,
	    good);
	answer(a, "cwa06.nwtraders.local", "https", "im6.contoso.com", 443,
	    "site-names pass\nexpiring fail warning 5555555555555555\n");
	answer(a, "https://im.contoso.com", "published", "im.contoso.com",
	    443, good);
	answer(a, "fleet", "fleet", "", 0, "shared-key pass\n");
	find(a, "1111111111111111", "site-names", "critical",
	    "cwa01.nwtraders.local", CLOCK_NEVER,
	    ",\"offenders\":[\"as.im.contoso.com\"],\"places\":"
	    "[\"10.20.30.41:443\"],\"site\":\"im.contoso.com\"");
	find(a, "4444444444444444", "weak-key", "warning",
	    "cwa02.nwtraders.local", CLOCK_NEVER, ",\"waived\":true");
	find(a, "5555555555555555", "expiring", "warning",
	    "cwa06.nwtraders.local", CLOCK_NEVER, ",\"ends\":1781000000");
	find(a, "6666666666666666", "site-names", "error",
	    "cwa06.nwtraders.local", SINCE + 9 * DAY, "");
	find(a, "7777777777777777", "shared-key", "warning", "", CLOCK_NEVER,
	    ",\"offenders\":[\"cwa06.nwtraders.local (https im6.contoso.com, "
	    "port 443)\"]");
	find(a, "8888888888888888", "site-names", "error",
	    "cwa98.nwtraders.local", CLOCK_NEVER, "");
	assessment_add_former(a, "{\"id\":\"6666666666666666\",\"rule\":"
	    "\"site-names\",\"severity\":\"error\",\"opened\":5,\"about\":"
	    "\"x\",\"owner\":\"cwa06.nwtraders.local\",\"kind\":\"https\"}");
	assessment_add_former(a, "no JSON");
	assessment_add_reissue(a, 17, SINCE + 4 * DAY, "{\"event\":"
	    "\"reissue\",\"verdict\":\"bad\",\"host\":"
	    "\"cwa01.nwtraders.local\",\"role\":\"https\",\"old_sha256\":"
	    "\"aa\",\"new_sha256\":\"bb\",\"msg\":\"lost " NASTY "\"}");
	assessment_add_reissue(a, 18, SINCE + 9 * DAY, "{\"event\":"
	    "\"reissue\",\"verdict\":\"good\",\"host\":"
	    "\"cwa06.nwtraders.local\",\"msg\":\"all is well\"}");
}

static void
fill(struct assessment *a, const struct assessment_filter *filter)
{
	assessment_init(a, SINCE, UNTIL, filter);
	add_scope(a);
	add_seen(a);
	add_certificate(a, 2, "issuing");
	add_certificate(a, 3, "site-names.bad");
	add_certificate(a, 4, "site-names.good");
	add_certificate(a, 5, "weak-key.bad");
	assessment_add_certificate(a, 9, (const uint8_t *)
	    "0123456789abcdef0123456789abcdef", SINCE, NULL, 0);
	add_judged(a);
	assessment_finish(a);
}

static const struct assessment_filter nothing;

static const struct assessed_host *
host(const struct assessment *a, const char *name)
{
	for (size_t i = 0; i < a->n_hosts; i++)
		if (strcmp(a->hosts[i].name, name) == 0)
			return &a->hosts[i];
	fail_msg("%s is not in it", name);
	return NULL;
}

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

/* ---- formats ---- */

static void
each_format_is_as_its_golden_file(void **state)
{
	static const struct report_options options = { .width = 80 };

	(void)state;
	for (size_t i = 0; i < n_assessment_formats; i++) {
		const struct assessment_format *f = &assessment_formats[i];
		struct assessment a;
		struct text out = {0}, name = {0};

		fill(&a, &nothing);
		assert_ptr_equal(assessment_format_find(f->name), f);
		assert_true(f->render(&a, &options, keep, &out));
		text_addf(&name, "report.%s", f->name);
		assert_golden(&out, text_str(&name));
		a.changes_only = true;
		if (f->of_changes) {
			assert_true(f->render(&a, &options, keep, &out));
			text_reset(&name);
			text_addf(&name, "report-diff.%s", f->name);
			assert_golden(&out, text_str(&name));
		}
		text_done(&name);
		assessment_done(&a);
	}
	assert_null(assessment_format_find("pdf"));
}

/* OSCAL knows no third answer: a doubt is none of "satisfied". */
static void
a_control_is_satisfied_only_where_all_is_met(void **state)
{
	static const struct { const char *answers, *state; } rows[] = {
		{ "weak-key pass\n", "\"state\": \"satisfied\"" },
		{ "weak-key fail warning 1111111111111111\n",
		    "\"reason\": \"fail\"" },
		{ "weak-key fail warning 1111111111111111 waived\n",
		    "\"reason\": \"other\"" },
		{ "weak-key unknown\n", "\"reason\": \"other\"" },
	};
	static const struct report_options options = { .width = 80 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct assessment a;
		struct text out = {0};

		assessment_init(&a, SINCE, UNTIL, &nothing);
		add_scope(&a);
		add_seen(&a);
		answer(&a, "https://im.contoso.com", "published",
		    "im.contoso.com", 443, rows[i].answers);
		answer(&a, "cwa06.nwtraders.local", "https",
		    "im6.contoso.com", 443, "weak-key pass\n");
		assessment_finish(&a);
		assert_true(report_assessment_oscal(&a, &options, keep,
		    &out));
		if (strstr(text_str(&out), rows[i].state) == NULL ||
		    (i > 0 && strstr(text_str(&out), rows[0].state) != NULL))
			fail_msg("%s", rows[i].answers);
		text_done(&out);
		assessment_done(&a);
	}
}

static void
a_report_says_what_it_was_made_from(void **state)
{
	static const struct assessment_filter some = { .owner =
	    "uc-emea@contoso.com", .group = "emea", .zone = "dmz-fra",
	    .tag = "dr", .host = "cwa01.nwtraders.local" };
	static const struct report_options options = { .width = 80 };

	(void)state;
	for (size_t i = 0; i < n_assessment_formats; i++) {
		const struct assessment_format *f = &assessment_formats[i];
		struct assessment a;
		struct claim c;
		struct text out = {0}, why = {0};
		uint8_t facts[CERT_SHA256];

		fill(&a, &some);
		assert_true(f->render(&a, &options, keep, &out));
		if (!claim_parse(text_str(&out), out.len, &c, &why)) {
			assert_false(f->checked);
			assert_true(why.len > 0);
		} else {
			report_assessment_digest(&a, facts);
			assert_memory_equal(facts, c.facts_sha256,
			    CERT_SHA256);
			assert_ptr_equal(c.format, f);
			assert_int_equal(c.since, SINCE);
			assert_int_equal(c.until, UNTIL);
			assert_string_equal(c.filter.owner, some.owner);
			assert_string_equal(c.filter.tag, some.tag);
			assert_string_equal(c.filter.host, some.host);
			claim_done(&c);
		}
		text_done(&why);
		text_done(&out);
		assessment_done(&a);
	}
}

static void
a_claim_that_is_none_is_refused_with_the_reason(void **state)
{
	static const struct { const char *text, *why; } rows[] = {
		{ "", "no JSON" }, { "[]", "no report" },
		{ "{\"schema\":\"cwaudit/audit/1\"}", "no report" },
		{ "{\"schema\":\"cwaudit/report/2\"}", "another version" },
		{ "{\"schema\":\"cwaudit/report/1\",\"period\":{\"since\":"
		  "\"2026-05-01\",\"until\":7},\"facts_sha256\":\"00\"}",
		  "was changed" },
		{ "{\"assessment-results\":{\"results\":[]}}",
		  "did not write" },
		{ "{\"schema\":\"a\",\"schema\":\"b\"}", "no JSON" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text why = {0};
		struct claim c;

		assert_false(claim_parse(rows[i].text, strlen(rows[i].text),
		    &c, &why));
		if (strstr(text_str(&why), rows[i].why) == NULL)
			fail_msg("\"%s\" does not say %s", text_str(&why),
			    rows[i].why);
		text_done(&why);
	}
}

static void
a_writer_that_stops_is_not_called_for_long(void **state)
{
	static const struct report_options options = { .width = 80 };

	(void)state;
	for (size_t i = 0; i < n_assessment_formats; i++) {
		struct assessment a;
		size_t calls = 0;

		fill(&a, &nothing);
		assert_false(assessment_formats[i].render(&a, &options,
		    refuse, &calls));
		assert_int_equal(calls, 1);
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
		cmocka_unit_test(each_format_is_as_its_golden_file),
		cmocka_unit_test(a_control_is_satisfied_only_where_all_is_met),
		cmocka_unit_test(a_report_says_what_it_was_made_from),
		cmocka_unit_test(
		    a_claim_that_is_none_is_refused_with_the_reason),
		cmocka_unit_test(a_writer_that_stops_is_not_called_for_long),
	};

	return cmocka_run_group_tests_name("assessment", tests, NULL, NULL);
}
