/* SPDX-License-Identifier: ISC */
/* What is counted of lines of the log, and what a monitor is given. */
#include "assessment_world.h"
#include "cwaudit/report_metrics.h"
#include "golden.h"

#define BEGAN	(UNTIL - 3600)

static void
line(struct vitals *v, int64_t at, const char *json)
{
	struct event e = {0};

	assert_true(event_parse(json, &e));
	vitals_take(v, at, &e);
	event_done(&e);
}

static void
live(struct vitals *v)
{
	vitals_init(v, BEGAN);
	line(v, BEGAN + 1, "{\"v\":1,\"event\":\"look\",\"role\":\"https\","
	    "\"host\":\"cwa01.nwtraders.local\",\"site\":\"im.contoso.com\","
	    "\"endpoint\":\"10.20.30.41:443\",\"outcome\":\"observed\","
	    "\"took_ms\":12}");
	line(v, BEGAN + 2, "{\"v\":1,\"event\":\"look\",\"role\":\"mtls\","
	    "\"host\":\"cwa01.nwtraders.local\",\"site\":\"im.contoso.com\","
	    "\"endpoint\":\"10.20.30.41:5061\",\"outcome\":\"timeout\","
	    "\"took_ms\":10001}");
	line(v, BEGAN + 9, "{\"v\":1,\"event\":\"look\",\"role\":\"https\","
	    "\"host\":\"cwa01.nwtraders.local\",\"site\":\"im.contoso.com\","
	    "\"endpoint\":\"10.20.30.41:443\",\"outcome\":\"observed\","
	    "\"took_ms\":10}");
	line(v, BEGAN + 9, "{\"event\":\"finding\",\"state\":\"opened\","
	    "\"severity\":\"error\"}");
	line(v, BEGAN + 9, "{\"event\":\"finding\",\"state\":\"reminder\","
	    "\"severity\":\"error\"}");
	line(v, BEGAN + 9, "{\"event\":\"finding\",\"state\":\"cleared\","
	    "\"severity\":\"error\"}");
	line(v, BEGAN + 9, "{\"event\":\"reissue\",\"verdict\":\"bad\"}");
	line(v, BEGAN + 10, "{\"event\":\"summary\",\"cycle\":1}");
}

static void
looks_are_counted_and_ports_remembered(void **state)
{
	struct vitals v;

	(void)state;
	live(&v);
	assert_int_equal(v.looks[ENDPOINT_HTTPS].bucket[1], 1);	/* 10 ms */
	assert_int_equal(v.looks[ENDPOINT_HTTPS].bucket[2], 1);	/* 12 ms */
	assert_int_equal(v.looks[ENDPOINT_HTTPS].took_ms, 22);
	assert_int_equal(v.looks[ENDPOINT_MTLS].bucket[VITALS_BUCKETS], 1);
	assert_int_equal(v.outcomes[OUTCOME_TIMEOUT], 1);
	assert_int_equal(v.opened[SEVERITY_ERROR], 1);
	assert_int_equal(v.cleared, 1);
	assert_int_equal(v.bad, 1);
	assert_int_equal(v.good, 0);
	assert_int_equal(v.cycle_ended, BEGAN + 10);
	assert_int_equal(vitals_observed(&v, "cwa01.nwtraders.local", "https",
	    "im.contoso.com", 443), BEGAN + 9);
	/* a look that saw nothing is no observation */
	assert_int_equal(vitals_observed(&v, "cwa01.nwtraders.local", "mtls",
	    "im.contoso.com", 5061), CLOCK_NEVER);
	vitals_done(&v);
}

static void
lines_that_are_none_count_nothing(void **state)
{
	static const char *const odd[] = {
		"{\"event\":\"look\"}",
		"{\"event\":\"look\",\"role\":\"x\",\"outcome\":\"observed\","
		"\"took_ms\":1}",
		"{\"event\":\"look\",\"role\":\"https\",\"outcome\":\"fine\","
		"\"took_ms\":1}",
		"{\"event\":\"finding\",\"state\":\"opened\",\"severity\":"
		"\"dire\"}",
		"{\"event\":\"start\"}",
	};
	struct vitals v, empty;

	(void)state;
	vitals_init(&v, BEGAN);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		line(&v, BEGAN, odd[i]);
	vitals_init(&empty, BEGAN);
	empty.outcomes[OUTCOME_OBSERVED] = 1;	/* of an unknown kind of port */
	assert_memory_equal(&v, &empty, sizeof(v));
	vitals_done(&v);
	vitals_done(&empty);
}

static void
render(const struct metrics *asked, struct text *out)
{
	struct metrics m = *asked;
	struct assessment a;
	struct vitals v;
	int64_t observed[64];

	live(&v);
	fill(&a, &nothing);
	assert_in_range(a.n_ports, 1, 64);
	for (size_t i = 0; i < a.n_ports; i++)
		observed[i] = i % 2 == 0 ? CLOCK_NEVER : UNTIL - 60;
	m.version = "0.0.0";
	m.vitals = &v;
	m.assessment = &a;
	m.observed = observed;
	assert_true(report_metrics(&m, keep, out));
	assessment_done(&a);
	vitals_done(&v);
}

static void
each_form_is_as_its_golden_file(void **state)
{
	struct metrics prometheus = { .max_ports = 64 },
	    open = { .max_ports = 64, .open = true };
	struct text out = {0};

	(void)state;
	render(&prometheus, &out);
	assert_golden(&out, "metrics.prometheus");
	render(&open, &out);
	assert_golden(&out, "metrics.openmetrics");
}

/* Neither up nor down; and whatever a name is, it is one label. */
static void
what_was_not_tried_is_left_out(void **state)
{
	struct assessment a;
	struct vitals v;
	struct text out = {0};
	int64_t observed[64] = {0};

	(void)state;
	live(&v);
	fill(&a, &nothing);
	a.hosts[0].name = "a\"b\\c\nd";
	a.ports[a.hosts[0].first_port].outcome = "not-tried";
	a.ports[a.hosts[0].first_port + 1].outcome = "timeout";
	assert_true(report_metrics(&(struct metrics){ .version = "0",
	    .vitals = &v, .assessment = &a, .observed = observed,
	    .max_ports = 64 }, keep, &out));
	assert_null(strstr(text_str(&out), "cwaudit_endpoint_up{"
	    "host=\"a\\\"b\\\\c\\nd\",kind=\"https\""));
	assert_non_null(strstr(text_str(&out), "cwaudit_endpoint_up{"
	    "host=\"a\\\"b\\\\c\\nd\",kind=\"mtls\",site=\"im.contoso.com\","
	    "address=\"10.20.30.40\",port=\"5061\"} 0\n"));
	text_done(&out);
	assessment_done(&a);
	vitals_done(&v);
}

static void
with_too_many_ports_none_is_named(void **state)
{
	struct metrics m = { .max_ports = 2 };
	struct text out = {0};

	(void)state;
	render(&m, &out);
	assert_null(strstr(text_str(&out), "host=\""));
	assert_non_null(strstr(text_str(&out), "\ncwaudit_endpoints "));
	text_done(&out);
}

static void
before_the_store_is_read_the_auditor_tells_of_itself(void **state)
{
	struct vitals v;
	struct text out = {0};

	(void)state;
	vitals_init(&v, BEGAN);
	assert_true(report_metrics(&(struct metrics){ .version = "0",
	    .vitals = &v }, keep, &out));
	assert_non_null(strstr(text_str(&out), "\ncwaudit_cycles_total 0\n"));
	assert_null(strstr(text_str(&out), "cwaudit_hosts"));
	/* no cycle has ended: there is no such time */
	assert_null(strstr(text_str(&out),
	    "\ncwaudit_last_cycle_timestamp_seconds "));
	text_done(&out);
	vitals_done(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_are_counted_and_ports_remembered),
		cmocka_unit_test(lines_that_are_none_count_nothing),
		cmocka_unit_test(each_form_is_as_its_golden_file),
		cmocka_unit_test(what_was_not_tried_is_left_out),
		cmocka_unit_test(with_too_many_ports_none_is_named),
		cmocka_unit_test(
		    before_the_store_is_read_the_auditor_tells_of_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
