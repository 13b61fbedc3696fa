/* SPDX-License-Identifier: ISC */
/* A monitoring plugin's line, by the guidelines of Monitoring Plugins. */
#include "cwaudit/report_nagios.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "fixture.h"
#include "golden.h"

#define NOW	1780272000	/* 2026-06-01T00:00:00Z */
#define HOST	"cwa01.nwtraders.local"
#define LEFT	578		/* days that the fixture has left then */

static const struct nagios_range none;

static void
see(struct ledger *l, const char *outcome, bool judged)
{
	l->sightings = xgrow(l->sightings, l->n_sightings, &l->cap_sightings,
	    sizeof(*l->sightings));
	l->sightings[l->n_sightings++] = (struct ledger_sighting){
		.host = xstrdup(HOST), .kind = xstrdup("https"),
		.site = xstrdup("im.contoso.com"), .port = 443,
		.since = NOW - CLOCK_DAY, .until = CLOCK_NEVER,
		.outcome = xstrdup(outcome), .address = xstrdup("10.20.30.42"),
		.judged = judged, .leaf = strcmp(outcome, "observed") == 0 ?
		    fixture("site-names.good") : NULL,
	};
}

static void
find(struct ledger *l, const char *severity, const char *owner,
    const char *more)
{
	struct text t = {0};

	text_addf(&t, "{\"id\":\"1111111111111111\",\"rule\":\"site-names\","
	    "\"severity\":\"%s\",\"about\":\"x\",\"owner\":\"%s\",\"kind\":"
	    "\"https\",\"message\":\"SAN lacks as.im.contoso.com|\\nevil\"%s}",
	    severity, owner, more);
	l->findings = xgrow(l->findings, l->n_findings, &l->cap_findings,
	    sizeof(*l->findings));
	l->findings[l->n_findings++] = (struct ledger_finding){
		.finding = diff_finding_parse(text_str(&t)),
		.state = TRANSITION_OPENED, .ended = CLOCK_NEVER,
	};
	assert_non_null(l->findings[l->n_findings - 1].finding);
	text_done(&t);
}

static void
begin(struct ledger *l)
{
	*l = (struct ledger){ .now = NOW, .since = NOW - 40 * CLOCK_DAY,
	    .until = NOW - 600, .interval_s = 3600,
	    .version = xstrdup("0.1.0") };
}

/* The line; ends the ledger. One line, at most one "|". */
static void
expect(struct ledger *l, const struct nagios_range *w,
    const struct nagios_range *c, enum nagios_state state, const char *words)
{
	struct text out = {0};
	const char *bar;

	assert_int_equal(report_nagios(l, HOST, w, c, &out), state);
	if (strstr(text_str(&out), words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", text_str(&out), words);
	assert_null(strchr(text_str(&out), '\n'));
	bar = strchr(text_str(&out), '|');
	if (bar != NULL)
		assert_null(strchr(bar + 1, '|'));
	text_done(&out);
	ledger_done(l);
}

static void
a_host_that_is_right_is_ok_with_its_data(void **state)
{
	struct ledger l;

	(void)state;
	begin(&l);
	see(&l, "observed", true);
	see(&l, "observed", true);
	expect(&l, &none, &none, NAGIOS_OK, "CWA OK - " HOST ": 2 ports right; "
	    "the first certificate ends in 578 days | days_left=578;;;; "
	    "ports=2;;;0; observed=2;;;0;2 critical=0;;;0; error=0;;;0; "
	    "warning=0;;;0; waived=0;;;0;");
}

static void
findings_speak_by_their_severity(void **state)
{
	static const struct {
		const char *severity, *owner, *more;
		enum nagios_state state;
		const char *words;
	} rows[] = {
		{ "critical", HOST, "", NAGIOS_CRITICAL,
		    "site-names: SAN lacks as.im.contoso.com/ evil; the" },
		{ "error", HOST, "", NAGIOS_CRITICAL, "error=1;" },
		{ "warning", "CWA01.nwtraders.local", "", NAGIOS_WARNING,
		    "CWA WARNING - " },
		{ "notice", HOST, "", NAGIOS_OK, "1 port right" },
		{ "critical", HOST, ",\"waived\":true", NAGIOS_OK,
		    "waived=1;" },
		{ "critical", "cwa02.nwtraders.local", "", NAGIOS_OK,
		    "critical=0;" },
		{ "error", "", ",\"offenders\":[\"" HOST " (https)\"]",
		    NAGIOS_CRITICAL, "error=1;" },
		{ "error", "", ",\"offenders\":[\"cwa011.nwtraders.local\"]",
		    NAGIOS_OK, "error=0;" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ledger l;

		begin(&l);
		see(&l, "observed", true);
		find(&l, rows[i].severity, rows[i].owner, rows[i].more);
		expect(&l, &none, &none, rows[i].state, rows[i].words);
	}
}

static void
what_is_not_known_is_unknown(void **state)
{
	struct ledger l;

	(void)state;
	begin(&l);
	see(&l, "observed", true);
	l.until = NOW - 2 * 3600 - 1;
	expect(&l, &none, &none, NAGIOS_UNKNOWN, "longer than twice");
	begin(&l);
	l.since = CLOCK_NEVER;
	expect(&l, &none, &none, NAGIOS_UNKNOWN, "no auditor");
	begin(&l);
	expect(&l, &none, &none, NAGIOS_UNKNOWN, "no port of this host");
	begin(&l);
	see(&l, "observed", true);
	see(&l, "timeout", true);
	expect(&l, &none, &none, NAGIOS_UNKNOWN, "1 of 2 ports not observed "
	    "(timeout)");
	begin(&l);
	see(&l, "observed", false);
	expect(&l, &none, &none, NAGIOS_UNKNOWN, "1 of 1 port not judged");
	/* what is wrong is said first */
	begin(&l);
	see(&l, "timeout", false);
	find(&l, "warning", HOST, "");
	expect(&l, &none, &none, NAGIOS_WARNING, "1 of 1 port not assessed; "
	    "no end of a certificate is known");
}

static void
ranges_are_those_of_the_guidelines(void **state)
{
	static const struct {
		const char *text; int64_t alerts, fine; const char *shown;
	} rows[] = {
		{ "45", 44, 45, "45:" }, { "45:", 44, 45, "45:" },
		{ "14:400", 401, 14, "14:400" }, { "~:10", 11, -5, "~:10" },
		{ "@0:13", 13, 14, "@0:13" }, { ":10", 11, 0, "0:10" },
		{ "@~:0", -1, 1, "@~:0" }, { "-5:", -6, -5, "-5:" },
	};
	static const char *const bad[] = { "", "@", "x", "5:x", "10:5", "1d",
	    "1:2:3", "99999999999999999999999", "--5:", " 5", "5-" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nagios_range r;

		assert_true(nagios_range_parse(rows[i].text, &r));
		assert_int_equal(rows[i].alerts >= r.low &&
		    rows[i].alerts <= r.high, r.inside);
		assert_int_equal(rows[i].fine >= r.low &&
		    rows[i].fine <= r.high, !r.inside);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct nagios_range r = { .low = 7 };

		if (nagios_range_parse(bad[i], &r))
			fail_msg("\"%s\" is no range", bad[i]);
		assert_int_equal(r.low, 7);
	}
}

/* The line that tests/it_formats.sh has others read. */
static void
the_line_is_as_its_golden_file(void **state)
{
	struct nagios_range w, c;
	struct ledger l;
	struct text line = {0};

	(void)state;
	assert_true(nagios_range_parse("600", &w));
	assert_true(nagios_range_parse("14", &c));
	begin(&l);
	see(&l, "observed", true);
	find(&l, "warning", HOST, "");
	text_add(&line, "line: ");
	assert_int_equal(report_nagios(&l, HOST, &w, &c, &line),
	    NAGIOS_WARNING);
	text_add(&line, "\n");
	assert_golden(&line, "nagios.txt");
	ledger_done(&l);
}

static void
days_alert_outside_of_their_ranges(void **state)
{
	struct nagios_range w, c;
	struct ledger l;

	(void)state;
	assert_true(nagios_range_parse("600", &w));
	assert_true(nagios_range_parse("14", &c));
	begin(&l);
	see(&l, "observed", true);
	expect(&l, &w, &c, NAGIOS_WARNING, "days_left=578;600:;14:;;");
	assert_true(nagios_range_parse("579:", &c));
	begin(&l);
	see(&l, "observed", true);
	expect(&l, &w, &c, NAGIOS_CRITICAL, "ends in 578 days");
	assert_true(nagios_range_parse("@0:578", &c));
	begin(&l);
	see(&l, "observed", true);
	expect(&l, &none, &c, NAGIOS_CRITICAL, "days_left=578;;@0:578;;");
	begin(&l);
	l.now = NOW + (LEFT + 2) * CLOCK_DAY;
	l.until = l.now;
	see(&l, "observed", true);
	expect(&l, &none, &none, NAGIOS_CRITICAL, "a certificate has ended | "
	    "days_left=-2;");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_that_is_right_is_ok_with_its_data),
		cmocka_unit_test(findings_speak_by_their_severity),
		cmocka_unit_test(what_is_not_known_is_unknown),
		cmocka_unit_test(ranges_are_those_of_the_guidelines),
		cmocka_unit_test(the_line_is_as_its_golden_file),
		cmocka_unit_test(days_alert_outside_of_their_ranges),
	};

	return cmocka_run_group_tests_name("report_nagios", tests, NULL, NULL);
}
