/* SPDX-License-Identifier: ISC */
/*
 * Transitions: told once, cleared only by a pass, kept open when unknown. Each
 * sequence of answers stands beside what must be told of it, letter by letter.
 */
#include "cwaudit/diff.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "test.h"

#define HOST	"cwa01.nwtraders.local"
#define SETTLE	600
#define RENOTIFY 86400
#define BEGAN	1000000

/*
 * Answers: F fails (error), C critical, G with another offender, L with
 * another leaf, M with another message; W fails and is waived, H is held, S
 * another rule stands in; P passes, U is unknown, N does not apply, - is not
 * asked any more, X the host left the inventory; T who has a pass that is due?
 * E fails, and is about something that ends four days after the beginning:
 * that is said again with three days left, and with one.
 * "+600" lets so many seconds pass.
 * Told: o opened, k changed, K changed in severity, r reminder, w waived, u
 * unwaived, c cleared, s superseded, x closed; t the host, to T; . nothing.
 */
static const struct { const char *why, *answers, *told; } sequences[] = {
	{ "nothing is wrong", "P P P", "..." },
	{ "never judged", "U U", ".." },
	{ "never applies", "N P N", "..." },
	{ "is told once", "F F F", "o.." },
	{ "is cleared by a pass", "F +600 P P", "oc." },
	{ "opens anew", "F +600 P F", "oco" },
	{ "unknown keeps it open", "F U U F", "o..." },
	{ "unknown is no pass, however long", "F +90000 U +90000 U", "o.." },
	{ "unknown, then a pass", "F +600 U P", "o.c" },
	{ "unknown before it was known", "U F", ".o" },
	/* what is worth a line */
	{ "gets worse", "F C C", "oK." },
	{ "gets better, and is not right yet", "C F", "oK" },
	{ "another offender", "F G G", "ok." },
	{ "another leaf fails alike", "F L L", "ok." },
	{ "another message is no change", "F M M", "o.." },
	{ "changes back", "F G F", "okk" },
	{ "worse after unknown", "F U C", "o.K" },
	/* what comes and goes */
	{ "a pass too soon waits", "F P", "o." },
	{ "and is dropped where it fails again", "F P F P F", "o...." },
	{ "comes and goes for an hour", "F +300 P +300 F +300 P +300 F",
	    "o..c" "o" },
	{ "a pass that lasts is said at its time", "F +60 P +540 P", "o.c" },
	{ "a pass that lasts is due", "F P T +599 T +1 T P T", "o...tc." },
	{ "one that fails again is not due", "F P F +600 T", "o..." },
	{ "unknown after a pass keeps it open", "F P U +600 T P", "o...c" },
	{ "fails otherwise after a pass", "F P C", "o.K" },
	{ "fails with another leaf after a pass", "F P L", "o.k" },
	{ "a clock put back holds no pass", "F +-90000 P", "oc" },
	{ "opens again: it settles again", "F +600 P F P +600 P", "oco.c" },
	{ "superseded while a pass waits", "F P S", "o.s" },
	{ "closed while a pass waits", "F P N", "o.x" },
	/* waivers */
	{ "waived from the start is open, quietly", "W W", "o." },
	{ "is waived", "F W W", "ow." },
	{ "the waiver ends", "F W F F", "owu." },
	{ "what is waived is not reminded of", "F W +90000 W", "ow." },
	{ "what is waived clears", "F W +600 P", "owc" },
	/* maintenance */
	{ "held does not open", "H H F", "..o" },
	{ "held keeps open, unchanged", "F H F", "o.." },
	{ "a pass under maintenance clears", "F +600 H P", "o.c" },
	/* other rules, other inventories */
	{ "another rule stands in", "F S S", "os." },
	{ "stood in for from the start", "S S F", "..o" },
	{ "after what stood in", "F S F", "oso" },
	{ "no longer applies", "F N N", "ox." },
	{ "no longer asked", "F - -", "ox." },
	{ "left the inventory", "F X X", "ox." },
	{ "left while unknown", "F U X", "o.x" },
	{ "left with a pass waiting", "F P X T", "o.x." },
	{ "comes back to the inventory", "F X F", "oxo" },
	/* reminders */
	{ "a day later", "F +86399 F +1 F F", "o.r." },
	{ "every day", "F +86400 F +86400 F", "orr" },
	{ "a change is as good", "F +86400 C +86399 C +1 C", "oK.r" },
	{ "no reminder of what is unknown", "F +90000 U F", "o.r" },
	{ "of what ends soon not every day", "E +43200 E +43199 E", "o.." },
	{ "but with three days left", "E +86400 E E", "or." },
	{ "and then with one", "E +86400 E +86400 E +86400 E E", "or.r." },
	{ "a day that was missed is made up for", "E +90000 U E +200000 E E",
	    "o.rr." },
	{ "two that were missed are one", "E +280000 E E", "or." },
	{ "with fewer every day", "E +259200 E +43200 E +43200 E", "or.r" },
	{ "no reminder with a pass waiting", "F P +86400 P", "o.c" },
};

static char
letter(enum transition t, bool severity)
{
	switch (t) {
	case TRANSITION_OPENED:		return 'o';
	case TRANSITION_CHANGED:	return severity ? 'K' : 'k';
	case TRANSITION_REMINDER:	return 'r';
	case TRANSITION_WAIVED:		return 'w';
	case TRANSITION_UNWAIVED:	return 'u';
	case TRANSITION_CLEARED:	return 'c';
	case TRANSITION_SUPERSEDED:	return 's';
	case TRANSITION_CLOSED:		return 'x';
	}
	return '?';
}

/* What a store would hold: the finding as of its last transition. */
static struct text kept;

static void
keep_state(enum transition t, const struct finding *f)
{
	text_done(&kept);
	if (!transition_ends(t))
		diff_finding_write(f, &kept);
}

static void
on_transition(void *ctx, enum transition t, const struct finding *f,
    const struct result *r, enum severity prev)
{
	char s[2] = { letter(t, prev != f->severity), '\0' };

	if (t != TRANSITION_CLOSED)
		assert_non_null(r);
	assert_string_equal(f->owner, HOST);
	keep_state(t, f);
	text_add(ctx, s);
}

static void
add_failure(struct result *r, char answer)
{
	static const struct waiver waiver = { .until = INT64_MAX };
	static struct cert leaves[2] = { { .sha256 = { 1 } },
	    { .sha256 = { 2 } } };

	r->severity = r->own_severity = answer == 'C' ? SEVERITY_CRITICAL :
	    SEVERITY_ERROR;
	r->held = answer == 'H';
	r->stood_in = answer == 'S' ? rule_find("unreadable") : NULL;
	r->waiver = answer == 'W' ? &waiver : NULL;
	r->leaf = &leaves[answer == 'L'];
	r->message = xstrdup(answer == 'M' ? "9 days left" : "10 days left");
	r->ends = answer == 'E' ? BEGAN + 4 * CLOCK_DAY : 0;
	strings_add(&r->offenders, answer == 'G' ? "im.contoso.com" :
	    "as.im.contoso.com");
}

static void
apply(struct diff *d, char answer, const struct diff_times *times,
    struct text *told)
{
	static const struct host host = { .fqdn = (char *)(uintptr_t)HOST };
	struct results rs = {0};
	struct result *r;

	if (answer != '-') {
		r = results_add(&rs);
		r->rule = rule_find("site-names");
		r->host = &host;
		finding_id(r->id, HOST, "https", "im.contoso.com", 443,
		    "site-names");
		r->speaks = true;
		r->verdict = answer == 'P' ? VERDICT_PASS : answer == 'U' ?
		    VERDICT_UNKNOWN : answer == 'N' ? VERDICT_NOT_APPLICABLE :
		    VERDICT_FAIL;
		if (r->verdict == VERDICT_FAIL)
			add_failure(r, answer);
	}
	diff_apply(d, HOST, &rs, times, on_transition, told);
	results_done(&rs);
}

static bool
keep_none(void *ctx, const char *owner)
{
	(void)ctx;
	(void)owner;
	return false;
}

static void
step(struct diff *d, char answer, int64_t now, struct text *told)
{
	static const unsigned days[] = { 3, 1 };
	const struct diff_times times = { .now = now, .settle_s = SETTLE,
	    .remind_before = now - RENOTIFY + 1, .notify_days = days,
	    .n_notify_days = 2 };
	size_t before = told->len;
	const char *owner;

	if (answer == 'X') {
		diff_close(d, keep_none, now, on_transition, told);
	} else if (answer == 'T') {
		owner = diff_settled(d, &times);
		assert_true(owner == NULL || strcmp(owner, HOST) == 0);
		text_add(told, owner != NULL ? "t" : "");
	} else {
		apply(d, answer, &times, told);
	}
	if (told->len == before)
		text_add(told, ".");
}

/* Another process goes on from what was kept. */
static struct diff *
restart(struct diff *d)
{
	diff_free(d);
	d = diff_new();
	if (kept.len > 0)
		diff_restore(d, diff_finding_parse(text_str(&kept)));
	return d;
}

static void
tell_sequence(const char *answers, bool restarts, struct text *told)
{
	struct diff *d = diff_new();
	int64_t now = BEGAN;

	for (const char *s = answers; *s != '\0';
	    s += strcspn(s, " "), s += strspn(s, " ")) {
		if (restarts)
			d = restart(d);
		if (*s == '+')
			now += strtoll(s + 1, NULL, 10);
		else
			step(d, *s, now, told);
	}
	diff_free(d);
	text_done(&kept);
}

static void
tell_all(bool restarts)
{
	const size_t n = sizeof(sequences) / sizeof(sequences[0]);

	assert_true(n >= 40);
	for (size_t i = 0; i < n; i++) {
		struct text told = {0};

		/* what waits for its time is judged anew */
		if (restarts && strchr(sequences[i].answers, 'T') != NULL)
			continue;
		tell_sequence(sequences[i].answers, restarts, &told);
		if (strcmp(text_str(&told), sequences[i].told) != 0)
			fail_msg("%s: \"%s\" is told as \"%s\", not \"%s\"",
			    sequences[i].why, sequences[i].answers,
			    text_str(&told), sequences[i].told);
		text_done(&told);
	}
}

static void
each_sequence_is_told_as_it_should(void **state)
{
	(void)state;
	tell_all(false);
}

static void
and_so_with_a_restart_before_each_step(void **state)
{
	(void)state;
	tell_all(true);
}

static void
assert_counts(struct diff *d, size_t errors, size_t waived, size_t stale)
{
	struct diff_count count;

	diff_count(d, &count);
	assert_int_equal(count.open[SEVERITY_ERROR], errors);
	assert_int_equal(count.waived, waived);
	assert_int_equal(count.stale, stale);
}

static void
what_is_open_is_counted(void **state)
{
	struct diff *d = diff_new();
	struct text told = {0};

	(void)state;
	assert_counts(d, 0, 0, 0);
	step(d, 'F', 1, &told);
	assert_counts(d, 1, 0, 0);
	step(d, 'U', 2, &told);
	assert_counts(d, 1, 0, 1);
	step(d, 'W', 3, &told);
	assert_counts(d, 0, 1, 0);
	step(d, 'X', 4, &told);
	assert_counts(d, 0, 0, 0);
	text_done(&told);
	diff_free(d);
}

/* Every member, and what is no finding of ours is none. */
static void
what_is_kept_comes_back_whole(void **state)
{
	static const char *const bad[] = { "", "{}", "[1]", "{\"id\":1}",
	    "{\"id\":\"0123456789abcdef\",\"rule\":\"no-such-rule\","
	    "\"severity\":\"error\",\"about\":\"a\",\"owner\":\"a\","
	    "\"kind\":\"mtls\"}",
	    "{\"id\":\"0123456789abcdef\",\"rule\":\"site-names\","
	    "\"severity\":\"error\",\"owner\":\"a\"}" };
	char letters[][8] = { "host", "https", "im", "emea", "a@b", "msg",
	    "do", "missing", "p1", "as", "dl", "farm x" };
	struct finding f = {
		.id = "0123456789abcdef", .rule = rule_find("site-names"),
		.severity = SEVERITY_WARNING, .waived = true, .stale = true,
		.passed = true, .opened = 11, .said = 12, .ends = 13,
		.about = letters[11], .owner = letters[0], .kind = letters[1], .site = letters[2],
		.group = letters[3], .contact = letters[4],
		.message = letters[5], .remedy = letters[6],
		.offenders_key = letters[7], .has_leaf = true,
		.leaf = { 0xab, [31] = 0x01 }, .by = "fedcba9876543210",
		.cause = "aaaaaaaaaaaaaaaa",
	}, *back;
	struct text once = {0}, twice = {0};

	(void)state;
	strings_add(&f.places, letters[8]);
	strings_add(&f.offenders, letters[9]);
	strings_add(&f.offenders, letters[10]);
	diff_finding_write(&f, &once);
	back = diff_finding_parse(text_str(&once));
	assert_non_null(back);
	diff_finding_write(back, &twice);
	assert_string_equal(text_str(&once), text_str(&twice));
	assert_true(back->waived && back->stale && back->passed);
	assert_int_equal(back->opened + back->said + back->ends, 36);
	assert_string_equal(back->offenders.item[1], "dl");
	assert_int_equal(back->leaf[0], 0xab);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(diff_finding_parse(bad[i]));
	diff_finding_free(back);
	strings_done(&f.places);
	strings_done(&f.offenders);
	text_done(&once);
	text_done(&twice);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sequence_is_told_as_it_should),
		cmocka_unit_test(and_so_with_a_restart_before_each_step),
		cmocka_unit_test(what_is_kept_comes_back_whole),
		cmocka_unit_test(what_is_open_is_counted),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
