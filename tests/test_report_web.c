/* SPDX-License-Identifier: ISC */
/* The pages that the daemon serves. */
#include "assessment_world.h"
#include "cwaudit/report_web.h"
#include "golden.h"

static const struct web_query everything = { "", "", "", 1 };

static void
render(const struct assessment *a, const struct web_query *q,
    const char *trouble, struct text *out)
{
	struct vitals v;

	vitals_init(&v, UNTIL - 7200);
	v.cycles = 2;
	v.cycle_ended = UNTIL - 60;
	v.outcomes[OUTCOME_OBSERVED] = 30;
	v.outcomes[OUTCOME_TIMEOUT] = 2;
	text_reset(out);
	assert_true(report_web_status(&(struct web_status){ .assessment = a,
	    .vitals = &v, .trouble = trouble, .query = *q }, keep, out));
	vitals_done(&v);
}

static void
the_status_page_is_as_its_golden_file(void **state)
{
	struct assessment a;
	struct text out = {0};

	(void)state;
	fill(&a, &nothing);
	render(&a, &everything, "", &out);
	assert_golden(&out, "status.html");
	assessment_done(&a);
	text_done(&out);
}

static void
nothing_of_a_peer_is_markup(void **state)
{
	const struct web_query nasty = { "\"><script>alert(2)</script>",
	    "'><b>", "</option><b>", 1 };
	struct assessment a;
	struct text out = {0};

	(void)state;
	fill(&a, &nothing);
	render(&a, &nasty, "</p><script>alert(3)</script>\n<b>", &out);
	assert_null(strstr(text_str(&out), "<script>"));
	assert_null(strstr(text_str(&out), "<b>\n"));
	assert_null(strstr(text_str(&out), "\xe2\x80\xae"));	/* bidi */
	assert_non_null(strstr(text_str(&out), "&lt;script&gt;alert(2)"));
	assert_non_null(strstr(text_str(&out), "&lt;script&gt;alert(3)"));
	assessment_done(&a);
	text_done(&out);
}

/* How many rows of findings a page has, and of how many it tells. */
static void
expect_rows(const struct assessment *a, const struct web_query *q,
    size_t rows, const char *says)
{
	struct text out = {0};
	const char *s;
	size_t n = 0;

	render(a, q, "", &out);
	s = strstr(text_str(&out), "<section id=\"findings\">");
	assert_non_null(s);
	for (const char *p = s; (p = strstr(p, "<tr><td>")) != NULL &&
	    p < strstr(s, "</section>"); p++)
		n++;
	assert_int_equal(n, rows);
	assert_non_null(strstr(s, says));
	text_done(&out);
}

static void
findings_are_filtered(void **state)
{
	static const struct { struct web_query query; const char *says; }
	rows[] = {
		{ { "", "", "", 1 }, "4 of 4" },
		{ { "", "", "", 99 }, "4 of 4" },	/* the last page */
		{ { "CWA01", "", "", 1 }, "1 of 4" },
		{ { "", "warning", "", 1 }, "2 of 4" },
		{ { "", "waived", "", 1 }, "1 of 4" },
		{ { "", "", "shared-key", 1 }, "1 of 4" },
		{ { "nobody", "", "", 1 }, "0 of 4" },
		{ { "cwa01", "notice", "", 1 }, "0 of 4" },
	};
	struct assessment a;

	(void)state;
	fill(&a, &nothing);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_rows(&a, &rows[i].query,
		    (size_t)atoi(rows[i].says), rows[i].says);
	assessment_done(&a);
}

static void
many_findings_come_page_by_page(void **state)
{
	const struct web_query first = { "", "", "", 1 },
	    second = { "", "", "", 2 };
	struct assessment a;
	struct text out = {0};
	size_t real;

	(void)state;
	fill(&a, &nothing);
	real = a.n_findings;
	a.findings = realloc(a.findings, 70 * sizeof(*a.findings));
	assert_non_null(a.findings);
	for (size_t i = real; i < 70; i++)
		a.findings[i] = a.findings[0];
	a.n_findings = 70;
	expect_rows(&a, &first, WEB_FINDINGS, "Page 1 of 2");
	expect_rows(&a, &second, 70 - WEB_FINDINGS, "Page 2 of 2");
	render(&a, &first, "", &out);
	assert_non_null(strstr(text_str(&out), "/?page=2&amp;"));
	text_done(&out);
	a.n_findings = real;
	assessment_done(&a);
}

static void
trouble_stands_before_all_else(void **state)
{
	struct assessment a;
	struct text out = {0};
	const char *trouble;

	(void)state;
	fill(&a, &nothing);
	render(&a, &everything, "the store cannot be written: no room\n",
	    &out);
	trouble = strstr(text_str(&out), "no room");
	assert_non_null(trouble);
	assert_true(trouble < strstr(text_str(&out), "class=\"lead\""));
	assert_non_null(strstr(text_str(&out), "in trouble</span>"));
	render(&a, &everything, "", &out);
	assert_null(strstr(text_str(&out), "trouble"));
	assessment_done(&a);
	text_done(&out);
}

/* Tiles of a large fleet have no names to be seen, but to be heard. */
static void
each_host_has_a_tile(void **state)
{
	struct assessment a;
	struct text out = {0};
	size_t n = 0, real;

	(void)state;
	fill(&a, &nothing);
	render(&a, &everything, "", &out);
	assert_non_null(strstr(text_str(&out), "class=\"map named\""));
	for (const char *s = text_str(&out); (s = strstr(s,
	    "<li><a class=")) != NULL; s++)
		n++;
	assert_int_equal(n, a.n_hosts);
	real = a.n_hosts;
	a.hosts = realloc(a.hosts, 200 * sizeof(*a.hosts));
	assert_non_null(a.hosts);
	for (size_t i = real; i < 200; i++)
		a.hosts[i] = a.hosts[real - 1];
	a.n_hosts = 200;
	render(&a, &everything, "", &out);
	assert_non_null(strstr(text_str(&out), "class=\"map\""));
	assert_non_null(strstr(text_str(&out),
	    "aria-label=\"cwa01.nwtraders.local: wrong\""));
	a.n_hosts = real;
	assessment_done(&a);
	text_done(&out);
}

static const struct assessed_host *
host_of(const struct assessment *a, const char *name)
{
	for (size_t i = 0; i < a->n_hosts; i++)
		if (strcmp(a->hosts[i].name, name) == 0)
			return &a->hosts[i];
	return NULL;
}

/* What is about several hosts stands with each that it names. */
static void
a_host_has_what_is_about_several(void **state)
{
	static const struct { const char *message; bool about; } rows[] = {
		{ "one key is used at cwa01.nwtraders.local (mtls)", true },
		{ "CWA01.nwtraders.local", true },
		{ "at cwa01.nwtraders.local.", true },
		{ "at xcwa01.nwtraders.local", false },
		{ "at x.cwa01.nwtraders.local", false },
		{ "at cwa01.nwtraders.local.example", false },
		{ "at cwa01.nwtraders.locals, cwa01.nwtraders.local", true },
		{ "at others", false },
	};
	struct assessment a;
	struct ledger l = {0};

	(void)state;
	fill(&a, &nothing);
	assert_true(a.first_shared < a.n_findings);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct finding *f = a.findings[a.first_shared].finding;
		struct text out = {0};

		free(f->message);
		f->message = strdup(rows[i].message);
		assert_true(report_web_host(&(struct web_host_page){
		    .assessment = &a, .host = host_of(&a,
		    "cwa01.nwtraders.local"), .history = &l }, keep, &out));
		if ((strstr(text_str(&out), f->id) != NULL) != rows[i].about)
			fail_msg("%s", rows[i].message);
		text_done(&out);
	}
	assessment_done(&a);
}

/* Whoever the inventory has no more has a past all the same. */
static void
a_host_is_told_without_what_is_expected(void **state)
{
	struct assessment a;
	struct ledger l = {0};
	struct text out = {0};

	(void)state;
	fill(&a, &nothing);
	assert_true(report_web_host(&(struct web_host_page){ .assessment = &a,
	    .host = host_of(&a, "cwa01.nwtraders.local"), .history = &l },
	    keep, &out));
	assert_golden(&out, "host.html");
	assessment_done(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_page_is_as_its_golden_file),
		cmocka_unit_test(nothing_of_a_peer_is_markup),
		cmocka_unit_test(findings_are_filtered),
		cmocka_unit_test(many_findings_come_page_by_page),
		cmocka_unit_test(trouble_stands_before_all_else),
		cmocka_unit_test(each_host_has_a_tile),
		cmocka_unit_test(a_host_has_what_is_about_several),
		cmocka_unit_test(a_host_is_told_without_what_is_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
