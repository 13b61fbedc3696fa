/* SPDX-License-Identifier: ISC */
/* Transitions: told once, cleared only by a pass, kept open when unknown. */
#include "cwaudit/diff.h"

#include <string.h>

#include "cwaudit/mem.h"
#include "test.h"

#define HOST "cwa01.nwtraders.local"

struct step {		/* one answer of one rule, and what is told of it */
	const char	*what;
	enum verdict	 verdict;
	enum severity	 severity;
	const char	*offender;
	bool		 stood_in, held, waived, missing;
	int64_t		 after_s;	/* since the step before */
	const char	*told;		/* "" nothing */
};

static void
on_transition(void *ctx, enum transition t, const struct finding *f,
    const struct result *r, enum severity prev)
{
	struct text *told = ctx;

	(void)r;
	text_addf(told, "%s%s %s", told->len > 0 ? ", " : "",
	    transition_name(t), severity_name(f->severity));
	if (t == TRANSITION_CHANGED && prev != f->severity)
		text_addf(told, " was %s", severity_name(prev));
}

static void
apply(struct diff *d, const struct step *s, int64_t now, struct text *told)
{
	static const struct waiver waiver = { .until = INT64_MAX };
	const struct diff_times times = { .now = now, .renotify_s = 86400 };
	struct results rs = {0};
	struct result *r;

	if (!s->missing) {
		r = results_add(&rs);
		r->rule = rule_find("site-names");
		finding_id(r->id, HOST, "https", "im.contoso.com", 443,
		    "site-names");
		r->verdict = (int)s->verdict;
		r->speaks = true;
		r->severity = r->own_severity = s->severity;
		r->held = s->held;
		r->stood_in = s->stood_in ? rule_find("unreadable") : NULL;
		r->waiver = s->waived ? &waiver : NULL;
		if (s->verdict == VERDICT_FAIL)
			r->message = xstrdup("SAN lacks a name");
		if (s->offender != NULL)
			strings_add(&r->offenders, s->offender);
	}
	diff_apply(d, HOST, &rs, &times, on_transition, told);
	results_done(&rs);
}

static void
run(const struct step *steps, size_t n)
{
	struct diff *d = diff_new();
	int64_t now = 1000000;

	for (size_t i = 0; i < n; i++) {
		struct text told = {0};

		now += steps[i].after_s;
		apply(d, &steps[i], now, &told);
		if (strcmp(text_str(&told), steps[i].told) != 0)
			fail_msg("%s: told \"%s\", expected \"%s\"",
			    steps[i].what, text_str(&told), steps[i].told);
		text_done(&told);
	}
	diff_free(d);
}

#define FAILS	.verdict = VERDICT_FAIL, .severity = SEVERITY_ERROR, \
		.offender = "as.im.contoso.com"

static void
a_finding_is_told_once_and_cleared_only_by_a_pass(void **state)
{
	static const struct step steps[] = {
		{ "opens", FAILS, .told = "opened error" },
		{ "again", FAILS, .told = "" },
		{ "unknown", .verdict = VERDICT_UNKNOWN, .told = "" },
		{ "fails after unknown", FAILS, .told = "" },
		{ "pass", .verdict = VERDICT_PASS, .told = "cleared error" },
		{ "pass again", .verdict = VERDICT_PASS, .told = "" },
		{ "opens anew", FAILS, .told = "opened error" },
	};

	(void)state;
	run(steps, sizeof(steps) / sizeof(steps[0]));
}

static void
what_changes_about_it_is_told(void **state)
{
	static const struct step steps[] = {
		{ "opens", FAILS, .told = "opened error" },
		{ "worse", .verdict = VERDICT_FAIL, .severity =
		    SEVERITY_CRITICAL, .offender = "as.im.contoso.com",
		    .told = "changed critical was error" },
		{ "other offender", .verdict = VERDICT_FAIL, .severity =
		    SEVERITY_CRITICAL, .offender = "im.contoso.com",
		    .told = "changed critical" },
		{ "waived", .verdict = VERDICT_FAIL, .severity =
		    SEVERITY_CRITICAL, .offender = "im.contoso.com",
		    .waived = true, .told = "waived critical" },
		{ "waived: no reminder", .verdict = VERDICT_FAIL, .severity =
		    SEVERITY_CRITICAL, .offender = "im.contoso.com",
		    .waived = true, .after_s = 90000, .told = "" },
		{ "waiver ends", .verdict = VERDICT_FAIL, .severity =
		    SEVERITY_CRITICAL, .offender = "im.contoso.com",
		    .told = "unwaived critical" },
		{ "a day later", .verdict = VERDICT_FAIL, .severity =
		    SEVERITY_CRITICAL, .offender = "im.contoso.com",
		    .after_s = 86400, .told = "reminder critical" },
		{ "at once again", .verdict = VERDICT_FAIL, .severity =
		    SEVERITY_CRITICAL, .offender = "im.contoso.com",
		    .told = "" },
	};

	(void)state;
	run(steps, sizeof(steps) / sizeof(steps[0]));
}

static void
what_stands_in_supersedes_and_maintenance_holds(void **state)
{
	static const struct step steps[] = {
		{ "held does not open", FAILS, .held = true, .told = "" },
		{ "opens", FAILS, .told = "opened error" },
		{ "held stays open", FAILS, .held = true, .told = "" },
		{ "stood in for", FAILS, .stood_in = true,
		    .told = "superseded error" },
		{ "opens", FAILS, .told = "opened error" },
		{ "not applicable", .verdict = VERDICT_NOT_APPLICABLE,
		    .told = "closed error" },
		{ "opens", FAILS, .told = "opened error" },
		{ "gone", .missing = true, .told = "closed error" },
		{ "still gone", .missing = true, .told = "" },
	};

	(void)state;
	run(steps, sizeof(steps) / sizeof(steps[0]));
}

static bool
keep_none(void *ctx, const char *owner)
{
	(void)ctx;
	(void)owner;
	return false;
}

static void
an_owner_that_left_takes_its_findings_along(void **state)
{
	static const struct step fails = { "opens", FAILS, .told = "" };
	static const struct step unknown = { "unknown",
	    .verdict = VERDICT_UNKNOWN, .told = "" };
	struct diff *d = diff_new();
	struct diff_count count;
	struct text told = {0};

	(void)state;
	apply(d, &fails, 1, &told);
	diff_count(d, &count);
	assert_int_equal(count.open[SEVERITY_ERROR], 1);
	assert_int_equal(count.stale, 0);
	apply(d, &unknown, 2, &told);
	diff_count(d, &count);
	assert_int_equal(count.open[SEVERITY_ERROR], 1);
	assert_int_equal(count.stale, 1);
	diff_close(d, keep_none, 0, on_transition, &told);
	assert_string_equal(text_str(&told), "opened error, closed error");
	diff_count(d, &count);
	assert_int_equal(count.open[SEVERITY_ERROR], 0);
	text_done(&told);
	diff_free(d);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_finding_is_told_once_and_cleared_only_by_a_pass),
		cmocka_unit_test(what_changes_about_it_is_told),
		cmocka_unit_test(
		    what_stands_in_supersedes_and_maintenance_holds),
		cmocka_unit_test(an_owner_that_left_takes_its_findings_along),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
