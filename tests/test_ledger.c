/* SPDX-License-Identifier: ISC */
/* What a store holds, as people read it: golden files, order, differences. */
#include "cwaudit/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "fixture.h"
#include "golden.h"

#define NOW	1780272000	/* 2026-06-01T00:00:00Z */

static void
add_finding(struct ledger *l, const char *rule, const char *owner,
    enum severity severity, enum transition state, int64_t ended)
{
	struct finding *f = xcalloc(1, sizeof(*f));

	f->rule = rule_find(rule);
	assert_non_null(f->rule);
	finding_id(f->id, owner, "mtls", "", 0, rule);
	f->severity = severity;
	f->opened = NOW - 3 * CLOCK_DAY;
	f->about = xstrdup(owner);
	f->owner = xstrdup(owner);
	f->kind = xstrdup(*owner != '\0' ? "single" : strncmp(rule, "auditor",
	    7) == 0 ? "auditor" : "fleet");
	f->contact = xstrdup("uc-emea@contoso.com");
	f->message = xstrdup("SAN lacks as.im.contoso.com: \x1b[31m \"quoted\"");
	f->remedy = xstrdup("Issue it again with all names.");
	if (*owner != '\0')
		strings_add(&f->places, "10.20.30.42:443");
	f->ends = strcmp(rule, "expiring") == 0 ? NOW + 9 * CLOCK_DAY : 0;
	l->findings = xgrow(l->findings, l->n_findings, &l->cap_findings,
	    sizeof(*l->findings));
	l->findings[l->n_findings++] = (struct ledger_finding){ f, state,
	    ended };
}

static void
add_event(struct ledger *l, int64_t at, const char *json)
{
	struct ledger_event e = { .seq = (int64_t)l->n_events + 1, .at = at };

	assert_true(event_parse(json, &e.event));
	l->events = xgrow(l->events, l->n_events, &l->cap_events,
	    sizeof(*l->events));
	l->events[l->n_events++] = e;
}

static void
add_sighting(struct ledger *l, const char *kind, int64_t since, int64_t until,
    const struct cert *leaf)
{
	l->sightings = xgrow(l->sightings, l->n_sightings, &l->cap_sightings,
	    sizeof(*l->sightings));
	l->sightings[l->n_sightings++] = (struct ledger_sighting){
		.host = xstrdup("cwa01.nwtraders.local"),
		.kind = xstrdup(kind), .site = xstrdup("im.contoso.com"),
		.port = 443, .since = since, .until = until,
		.outcome = xstrdup(leaf != NULL ? "observed" : "timeout"),
		.detail = leaf != NULL ? NULL : xstrdup("silence"),
		.address = xstrdup("10.20.30.42"), .leaf = leaf,
	};
}

static void
fill(struct ledger *l)
{
	*l = (struct ledger){ .path = "/var/lib/cwaudit/cwaudit.db",
	    .now = NOW, .version = xstrdup("0.1.0"),
	    .since = NOW - 40 * CLOCK_DAY, .until = NOW - 600, .cycles = 4711,
	    .interval_s = 3600 };
	add_finding(l, "no-cdp", "cwa02.nwtraders.local", SEVERITY_WARNING,
	    TRANSITION_CLEARED, NOW - 7200);
	add_finding(l, "expiring", "cwa02.nwtraders.local", SEVERITY_WARNING,
	    TRANSITION_OPENED, CLOCK_NEVER);
	add_finding(l, "single-names", "cwa01.nwtraders.local", SEVERITY_ERROR,
	    TRANSITION_CHANGED, CLOCK_NEVER);
	add_finding(l, "weak-key", "cwa01.nwtraders.local", SEVERITY_CRITICAL,
	    TRANSITION_WAIVED, CLOCK_NEVER);
	l->findings[3].finding->waived = true;
	add_finding(l, "auditor-store", "", SEVERITY_ERROR, TRANSITION_OPENED,
	    CLOCK_NEVER);
	add_event(l, NOW - CLOCK_DAY, "{\"event\":\"reissue\",\"verdict\":"
	    "\"bad\",\"host\":\"cwa01.nwtraders.local\",\"msg\":\"another "
	    "certificate is presented, and that is bad\"}");
	add_event(l, NOW - CLOCK_DAY, "{\"event\":\"finding\",\"state\":"
	    "\"opened\",\"rule\":\"single-names\",\"severity\":\"error\","
	    "\"host\":\"cwa01.nwtraders.local\",\"msg\":\"SAN lacks a name\"}");
	add_event(l, NOW - 700, "{\"event\":\"summary\",\"cycle\":4711,"
	    "\"hosts\":410,\"endpoints\":812,\"observed\":804,\"stale\":3}");
	add_sighting(l, "https", NOW - 20 * CLOCK_DAY, NOW - 2 * CLOCK_DAY,
	    fixture("site-names.good"));
	add_sighting(l, "https", NOW - 2 * CLOCK_DAY, NOW - CLOCK_DAY, NULL);
	add_sighting(l, "https", NOW - CLOCK_DAY, CLOCK_NEVER,
	    fixture("site-names.bad"));
	add_sighting(l, "mtls", NOW - 20 * CLOCK_DAY, CLOCK_NEVER,
	    fixture("site-names.good"));
	ledger_sort(l);
}

static bool
findings(const struct ledger *l, const struct report_options *ro,
    report_write_fn *write, void *ctx)
{
	return report_findings_table(l, ro, write, ctx);
}

static bool
findings_json(const struct ledger *l, const struct report_options *ro,
    report_write_fn *write, void *ctx)
{
	(void)ro;
	return report_findings_json(l, write, ctx);
}

static bool
status_json(const struct ledger *l, const struct report_options *ro,
    report_write_fn *write, void *ctx)
{
	(void)ro;
	return report_status_json(l, write, ctx);
}

static bool
history_json(const struct ledger *l, const struct report_options *ro,
    report_write_fn *write, void *ctx)
{
	(void)ro;
	return report_history_json(l, write, ctx);
}

static const struct {
	const char	*golden;
	bool		(*render)(const struct ledger *,
			    const struct report_options *, report_write_fn *,
			    void *);
	bool		 late;		/* the store is stale */
} outputs[] = {
	{ "findings.txt", findings, false },
	{ "findings-stale.txt", findings, true },
	{ "findings.json", findings_json, false },
	{ "status.txt", report_status, false },
	{ "status.json", status_json, true },
	{ "history.txt", report_history, false },
	{ "history.json", history_json, false },
};
#define N_OUTPUTS	(sizeof(outputs) / sizeof(outputs[0]))

static void
each_output_is_as_its_golden_file(void **state)
{
	const struct report_options ro = { .width = 80 };

	(void)state;
	for (size_t i = 0; i < N_OUTPUTS; i++) {
		struct text out = {0};
		struct ledger l;

		fill(&l);
		if (outputs[i].late)
			l.until = NOW - 7201;
		assert_true(outputs[i].render(&l, &ro, keep, &out));
		assert_null(strchr(text_str(&out), '\x1b'));
		assert_golden(&out, outputs[i].golden);
		ledger_done(&l);
	}
}

static void
a_writer_that_stops_is_heard(void **state)
{
	const struct report_options ro = { .width = 80 };

	(void)state;
	for (size_t i = 0; i < N_OUTPUTS; i++) {
		struct ledger l;
		size_t calls = 0;

		fill(&l);
		assert_false(outputs[i].render(&l, &ro, refuse, &calls));
		assert_int_equal(calls, 1);
		ledger_done(&l);
	}
}

static void
the_worst_comes_first_and_what_ended_last(void **state)
{
	static const char *const order[] = { "auditor-store", "single-names",
	    "expiring", "weak-key", "no-cdp" };
	struct ledger l;

	(void)state;
	fill(&l);
	for (size_t i = 0; i < l.n_findings; i++)
		assert_string_equal(l.findings[i].finding->rule->id,
		    order[i]);
	ledger_done(&l);
}

static void
twice_the_interval_is_not_stale_yet(void **state)
{
	struct ledger l = { .now = NOW, .since = 1, .until = NOW - 7200,
	    .interval_s = 3600 };

	(void)state;
	assert_false(ledger_is_stale(&l));
	l.until--;
	assert_true(ledger_is_stale(&l));
	l.since = CLOCK_NEVER;
	assert_false(ledger_is_stale(&l));
}

static void
what_tells_two_leaves_apart_is_said(void **state)
{
	static const struct { const char *old, *new, *says; } cases[] = {
		{ "site-names.good", "site-names.bad", "SAN loses " },
		{ "site-names.bad", "site-names.good", "SAN gains " },
		{ "weak-key.good", "weak-key.bad", "key RSA 1024 instead" },
		{ "mtls-subject.good", "mtls-subject.bad", "CN " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct cert *a = fixture(cases[i].old),
		    *b = fixture(cases[i].new);
		struct text out = {0};

		ledger_add_changes(a, b, &out);
		if (strstr(text_str(&out), cases[i].says) == NULL)
			fail_msg("%s: \"%s\"", cases[i].new, text_str(&out));
		text_reset(&out);
		ledger_add_changes(a, a, &out);
		assert_string_equal(text_str(&out), "the same key");
		text_done(&out);
		cert_unref(a);
		cert_unref(b);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_output_is_as_its_golden_file),
		cmocka_unit_test(a_writer_that_stops_is_heard),
		cmocka_unit_test(the_worst_comes_first_and_what_ended_last),
		cmocka_unit_test(twice_the_interval_is_not_stale_yet),
		cmocka_unit_test(what_tells_two_leaves_apart_is_said),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
