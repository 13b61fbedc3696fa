/* SPDX-License-Identifier: ISC */
/* What a sink is sent, and what is not for it. */
#include "tell/alert.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "test.h"

#define NOW	1780272000	/* 2026-06-01T00:00:00Z */

static char hook[] = "hook";
static const struct config_sink sink = { .name = hook, .webhook = hook,
    .severity = SEVERITY_ERROR };

static const struct { const char *json; bool is_for; } cases[] = {
	{ "{\"event\":\"finding\",\"severity\":\"error\"}", true },
	{ "{\"event\":\"finding\",\"severity\":\"critical\"}", true },
	{ "{\"event\":\"findings\",\"severity\":\"error\"}", true },
	{ "{\"event\":\"finding\",\"severity\":\"warning\"}", false },
	{ "{\"event\":\"finding\",\"severity\":\"error\","
	    "\"cause\":\"9f2c1a0b77e1d204\"}", false },
	{ "{\"event\":\"reissue\",\"verdict\":\"bad\"}", false },
	{ "{\"event\":\"summary\"}", false },
	{ "{\"event\":\"finding\",\"severity\":\"odd\"}", false },
};
#define N_CASES	(sizeof(cases) / sizeof(cases[0]))

static void
fill(struct outbox_line lines[N_CASES])
{
	for (size_t i = 0; i < N_CASES; i++) {
		lines[i] = (struct outbox_line){ .seq = (int64_t)i + 1,
		    .at = NOW };
		assert_true(event_parse(cases[i].json, &lines[i].event));
	}
}

static void
empty(struct outbox_line lines[N_CASES])
{
	for (size_t i = 0; i < N_CASES; i++)
		event_done(&lines[i].event);
}

static void
findings_of_its_severity_are_for_it(void **state)
{
	struct outbox_line lines[N_CASES];
	struct text out = {0};

	(void)state;
	fill(lines);
	for (size_t i = 0; i < N_CASES; i++)
		if (alert_is_for(&sink, &lines[i].event) != cases[i].is_for)
			fail_msg("%s", cases[i].json);
	assert_int_equal(alert_webhook(&sink, lines, N_CASES, &out), 3);
	assert_string_equal(text_str(&out), "{\"schema\":\"cwaudit/notify/1\","
	    "\"events\":[{\"event\":\"finding\",\"severity\":\"error\","
	    "\"at\":\"2026-06-01T00:00:00Z\"},{\"event\":\"finding\","
	    "\"severity\":\"critical\",\"at\":\"2026-06-01T00:00:00Z\"},"
	    "{\"event\":\"findings\",\"severity\":\"error\","
	    "\"at\":\"2026-06-01T00:00:00Z\"}]}");
	empty(lines);
	text_done(&out);
}

/* Nothing of a certificate becomes a variable's name, or ends its value. */
static void
a_command_finds_each_field_in_its_environment(void **state)
{
	struct outbox_line line = { .seq = 7, .at = NOW };
	struct strings out = {0}, names = {0};

	(void)state;
	strings_add(&names, "as.im.contoso.com");
	strings_add(&names, "download.im.contoso.com");
	event_word(&line.event, "event", "finding");
	event_number(&line.event, "seq", 7);
	event_list(&line.event, "missing", &names);
	event_text(&line.event, "msg", "a\nLD_PRELOAD=x \"$(reboot)\"");
	alert_environment(&line, &out);
	assert_int_equal(out.n, 6);
	assert_string_equal(out.item[0], "CWAUDIT_EVENT=finding");
	assert_string_equal(out.item[1], "CWAUDIT_SEQ=7");
	assert_string_equal(out.item[2], "CWAUDIT_MISSING=as.im.contoso.com,"
	    "download.im.contoso.com");
	assert_string_equal(out.item[3], "CWAUDIT_MSG=a\\x0ALD_PRELOAD=x "
	    "\\x22$(reboot)\\x22");
	assert_string_equal(out.item[4], "CWAUDIT_AT=2026-06-01T00:00:00Z");
	event_done(&line.event);
	strings_done(&out);
	strings_done(&names);
}

static void
add_finding(struct ledger *l, enum severity severity, bool waived,
    const char *cause, int64_t ended)
{
	struct finding *f = xcalloc(1, sizeof(*f));

	f->rule = rule_find("site-names");
	f->severity = severity;
	f->waived = waived;
	f->opened = NOW - 60;
	f->about = xstrdup("a");
	f->owner = xstrdup("cwa01.nwtraders.local");
	f->kind = xstrdup("https");
	f->message = xstrdup("SAN lacks a name");
	memcpy(f->id, "9f2c1a0b77e1d204", FINDING_ID);
	if (cause != NULL)
		memcpy(f->cause, cause, FINDING_ID);
	l->findings = xgrow(l->findings, l->n_findings, &l->cap_findings,
	    sizeof(*l->findings));
	l->findings[l->n_findings].finding = f;
	l->findings[l->n_findings].state = TRANSITION_OPENED;
	l->findings[l->n_findings++].ended = ended;
}

static void
alertmanager_gets_what_fires_and_what_ended(void **state)
{
	struct ledger l = { .now = NOW };
	struct text out = {0};
	json_t *list;

	(void)state;
	add_finding(&l, SEVERITY_ERROR, false, NULL, CLOCK_NEVER);
	add_finding(&l, SEVERITY_CRITICAL, false, NULL, NOW - 30);
	add_finding(&l, SEVERITY_WARNING, false, NULL, CLOCK_NEVER);
	add_finding(&l, SEVERITY_ERROR, true, NULL, CLOCK_NEVER);
	add_finding(&l, SEVERITY_ERROR, false, "0123456789abcdef",
	    CLOCK_NEVER);
	assert_int_equal(alert_manager(&sink, &l, NOW + 300, &out), 2);
	list = json_loads(text_str(&out), 0, NULL);
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(
	    list, 0), "endsAt")), "2026-06-01T00:05:00Z");
	assert_string_equal(json_string_value(json_object_get(json_array_get(
	    list, 1), "endsAt")), "2026-05-31T23:59:30Z");
	assert_string_equal(json_string_value(json_object_get(json_object_get(
	    json_array_get(list, 0), "labels"), "alertname")), "site-names");
	json_decref(list);
	ledger_done(&l);
	text_done(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_of_its_severity_are_for_it),
		cmocka_unit_test(a_command_finds_each_field_in_its_environment),
		cmocka_unit_test(alertmanager_gets_what_fires_and_what_ended),
	};

	return cmocka_run_group_tests_name("alert", tests, NULL, NULL);
}
