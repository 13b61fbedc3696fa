/* SPDX-License-Identifier: ISC */
/*
 * Exchanges of certificates as the daemon meets them: one verdict each, one
 * page where it is bad, and when that is over.
 */
#include "audit_world.h"

#define ALL	"DNS:cwa01.nwtraders.local,DNS:im.contoso.com," \
		"DNS:as.im.contoso.com,DNS:download.im.contoso.com"
#define HOUR	3600

/* Both ports of the first host. */
static void
exchange(struct world *w, const struct cert *leaf)
{
	present(w, 0, leaf);
	present(w, 1, cert_ref(leaf));
	audit_sweep(w->audit);
	pass(w, 30);
}

static const struct cert *
right(struct world *w, int serial)
{
	return make_cert(w, "cwa01.nwtraders.local", ALL, serial);
}

/* Lines of reissues since the last look at them: "bad good ". */
static void
expect_verdicts(struct world *w, const char *wanted)
{
	struct text all = {0};

	for (const char *s = text_str(&w->lines); (s = strstr(s,
	    "event=reissue verdict=")) != NULL; s++) {
		const char *word = s + strlen("event=reissue verdict=");

		text_add_bytes(&all, word, strcspn(word, " "));
		text_add_char(&all, ' ');
	}
	assert_string_equal(text_str(&all), wanted);
	text_done(&all);
}

static void
a_bad_one_is_one_page_and_the_way_back_clears_it(void **state)
{
	struct world *w = *state;
	const struct cert *first = cert_ref(w->leaf[0]);
	const char *line;

	pass(w, 30);
	exchange(w, make_cert(w, "im.contoso.com", ALL, 3));
	expect_verdicts(w, "bad ");
	/* What it brought names it. */
	assert_non_null(strstr(text_str(&w->lines), "rule=documented-single"));
	line = strstr(text_str(&w->lines), " cause=");
	assert_non_null(line);
	assert_non_null(strstr(text_str(&w->lines), "rule=reissue-bad"));
	assert_non_null(strstr(strstr(text_str(&w->lines),
	    "event=reissue"), " id="));
	assert_memory_equal(line + 7, strstr(strstr(text_str(&w->lines),
	    "event=reissue"), " id=") + 4, 16);
	line = strstr(text_str(&w->lines), "rule=reissue-bad");
	assert_non_null(line);
	assert_non_null(strstr(line, "reasons=\"documented-single\""));
	assert_non_null(strstr(line, "The subject of the certificate you "
	    "selected doesn't match the current computer's FQDN."));
	assert_non_null(strstr(line, "the CN must be cwa01.nwtraders.local; "
	    "put back serial 01, or issue it again with CN "
	    "cwa01.nwtraders.local and SAN cwa01.nwtraders.local, "
	    "im.contoso.com, as.im.contoso.com, download.im.contoso.com"));
	expect_told(w, "opened documented-single single; opened reissue-bad "
	    "single; opened key-reused single; ");
	pass(w, 12 * HOUR);
	expect_verdicts(w, "");
	expect_told(w, "");		/* said once */
	exchange(w, first);
	expect_verdicts(w, "good ");
	expect_told(w, "cleared documented-single single; cleared reissue-bad "
	    "single; cleared key-reused single; ");
}

static void
a_right_one_after_a_bad_one_is_good(void **state)
{
	struct world *w = *state;

	pass(w, 30);
	exchange(w, make_cert(w, "im.contoso.com", ALL, 3));
	pass(w, HOUR);
	expect_verdicts(w, "bad ");
	text_reset(&w->told);
	text_reset(&w->lines);
	exchange(w, right(w, 4));
	expect_verdicts(w, "good ");
	assert_non_null(strstr(text_str(&w->told), "cleared reissue-bad"));
	/* From now on that is what others are compared with. */
	text_reset(&w->told);
	text_reset(&w->lines);
	exchange(w, make_cert(w, "cwa01.nwtraders.local",
	    "DNS:cwa01.nwtraders.local,DNS:im.contoso.com", 5));
	expect_verdicts(w, "bad ");
	assert_non_null(strstr(text_str(&w->lines),
	    "lost_names=\"as.im.contoso.com,download.im.contoso.com\""));
}

/* The two bindings of one certificate, moved one after the other. */
static void
two_steps_are_one_exchange(void **state)
{
	struct world *w = *state;
	const struct cert *next = right(w, 6);

	pass(w, 30);
	present(w, 0, next);
	audit_sweep(w->audit);
	pass(w, 30);
	expect_verdicts(w, "good ");
	text_reset(&w->lines);
	present(w, 1, cert_ref(next));
	audit_sweep(w->audit);
	pass(w, 30);
	expect_verdicts(w, "");
}

static void
what_is_not_seen_is_no_exchange(void **state)
{
	struct world *w = *state;
	const struct cert *bad = make_cert(w, "im.contoso.com", ALL, 3);

	pass(w, 30);
	exchange(w, bad);
	expect_verdicts(w, "bad ");
	text_reset(&w->told);
	text_reset(&w->lines);
	present(w, 0, NULL);
	present(w, 1, NULL);
	pass(w, 12 * HOUR);
	expect_verdicts(w, "");
	assert_null(strstr(text_str(&w->told), "reissue-bad"));
	exchange(w, cert_ref(bad));
	expect_verdicts(w, "");		/* it was told before */
	assert_null(strstr(text_str(&w->told), "reissue-bad"));
}

static void
a_reload_keeps_what_was_accepted(void **state)
{
	struct world *w = *state;

	pass(w, 30);
	audit_reload(w->audit, w->setup, &w->config);
	exchange(w, make_cert(w, "im.contoso.com", ALL, 3));
	expect_verdicts(w, "bad ");
	text_reset(&w->lines);
	audit_reload(w->audit, w->setup, &w->config);
	audit_sweep(w->audit);
	pass(w, HOUR);
	expect_verdicts(w, "");
}

/* It was too early; what it broke is well when its day comes. */
static void
time_mends_what_was_not_valid_yet(void **state)
{
	struct world *w = *state;

	pass(w, 30);
	exchange(w, make_dated_cert(w, "cwa01.nwtraders.local", ALL, 7, 1,
	    335));
	expect_verdicts(w, "bad ");
	text_reset(&w->told);
	text_reset(&w->lines);
	pass(w, 30 * HOUR);
	expect_verdicts(w, "good ");
	assert_non_null(strstr(text_str(&w->told), "cleared reissue-bad"));
}

/* The line of the last exchange has this word. */
static bool
last_says(const struct world *w, const char *word)
{
	const char *line = NULL;

	for (const char *s = text_str(&w->lines); (s = strstr(s,
	    "event=reissue ")) != NULL; s++)
		line = s;
	assert_non_null(line);
	return memmem(line, strcspn(line, "\n"), word, strlen(word)) != NULL;
}

/* By name it is right to come, whatever the rules say; they still say it. */
static void
what_was_announced_is_a_notice(void **state)
{
	struct world *w = *state;
	const struct cert *bad = make_cert(w, "im.contoso.com", ALL, 3);
	struct text said = {0};

	pass(w, 30);
	assert_false(audit_expect(w->audit, "nobody.example", NULL,
	    utc(w) + HOUR, "root", &said));
	text_reset(&said);
	assert_false(audit_expect(w->audit, "cwa01.nwtraders.local", NULL,
	    utc(w), "root", &said));
	assert_string_equal(text_str(&said), "that time is over already");
	assert_true(audit_expect(w->audit, "cwa01.nwtraders.local",
	    bad->sha256, utc(w) + HOUR, "root", &said));
	exchange(w, bad);
	assert_true(last_says(w, "announced=yes"));
	expect_told(w, "opened documented-single single; opened key-reused "
	    "single; ");
	text_done(&said);
}

/* Another one than was announced is worth a warning, good as it is. */
static void
another_than_announced_is_said(void **state)
{
	struct world *w = *state;
	struct text said = {0};
	uint8_t other[CERT_SHA256] = { 1 };

	pass(w, 30);
	assert_true(audit_expect(w->audit, "cwa01.nwtraders.local", other,
	    utc(w) + HOUR, "root", &said));
	exchange(w, right(w, 3));
	assert_true(last_says(w, "verdict=good"));
	assert_true(last_says(w, "announced=no"));
	/* a window takes any good one; over, it says nothing */
	assert_true(audit_expect(w->audit, "cwa01.nwtraders.local", NULL,
	    utc(w) + HOUR, "root", &said));
	exchange(w, right(w, 4));
	assert_true(last_says(w, "announced=yes"));
	pass(w, HOUR);
	exchange(w, right(w, 5));
	assert_false(last_says(w, "announced="));
	text_done(&said);
}

/* Accepted, it is what later ones are compared with; over a restart, too. */
static void
a_verdict_that_is_accepted_is_closed(void **state)
{
	struct world *w = *state;
	struct text said = {0}, id = {0};
	const char *at;

	use_store(w);
	restart(w);
	pass(w, 30);
	exchange(w, make_cert(w, "im.contoso.com", ALL, 3));
	at = strstr(text_str(&w->lines), "verdict=bad id=");
	assert_non_null(at);
	text_add_bytes(&id, at + strlen("verdict=bad id="), 16);
	assert_false(audit_accept(w->audit, "0123456789abcdef", "x", "root",
	    &said));
	pass(w, HOUR);
	expect_told(w, "opened documented-single single; opened reissue-bad "
	    "single; opened key-reused single; ");
	restart(w);
	pass(w, 300);
	assert_true(audit_accept(w->audit, text_str(&id), "CHG-1", "root",
	    &said));
	expect_told(w, "cleared reissue-bad single; ");
	restart(w);
	pass(w, HOUR);
	exchange(w, right(w, 4));
	assert_true(last_says(w, "mends=\"documented-single\""));
	text_done(&said);
	text_done(&id);
}

/* One that was here before says until when; over a restart, too. */
static void
one_that_was_here_before_is_known(void **state)
{
	struct world *w = *state;
	const struct cert *first = cert_ref(w->leaf[0]);

	use_store(w);
	restart(w);
	pass(w, 30);
	exchange(w, right(w, 3));
	assert_false(last_says(w, "here before"));
	exchange(w, right(w, 4));
	assert_false(last_says(w, "here before"));
	restart(w);
	pass(w, HOUR);
	exchange(w, first);
	assert_true(last_says(w, "it was here before, until 2026-09-21"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(one_that_was_here_before_is_known),
		TEST(what_was_announced_is_a_notice),
		TEST(another_than_announced_is_said),
		TEST(a_verdict_that_is_accepted_is_closed),
		TEST(a_bad_one_is_one_page_and_the_way_back_clears_it),
		TEST(a_right_one_after_a_bad_one_is_good),
		TEST(two_steps_are_one_exchange),
		TEST(what_is_not_seen_is_no_exchange),
		TEST(a_reload_keeps_what_was_accepted),
		TEST(time_mends_what_was_not_valid_yet),
	};

	return cmocka_run_group_tests_name("audit_reissue", tests, NULL, NULL);
}
