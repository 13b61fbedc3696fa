/* SPDX-License-Identifier: ISC */
/* Each format of compliance reports, and what they say of themselves. */
#include "assessment_world.h"
#include "cwaudit/claim.h"
#include "golden.h"

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
		cmocka_unit_test(each_format_is_as_its_golden_file),
		cmocka_unit_test(a_control_is_satisfied_only_where_all_is_met),
		cmocka_unit_test(a_report_says_what_it_was_made_from),
		cmocka_unit_test(
		    a_claim_that_is_none_is_refused_with_the_reason),
		cmocka_unit_test(a_writer_that_stops_is_not_called_for_long),
	};

	return cmocka_run_group_tests_name("report_assessment", tests, NULL,
	    NULL);
}
