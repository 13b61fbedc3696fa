/* SPDX-License-Identifier: ISC */
/* What text.h promises: growth, escaping, lists, near words. */
#include "cwaudit/text.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static const struct {
	const char *bytes, *shown;
	size_t len;
} escapes[] = {
	{ "plain.example", "plain.example", 13 },
	{ "a\nb", "a\\x0Ab", 3 },
	{ "a\0b", "a\\x00b", 3 },
	{ "\x1b[31m", "\\x1B[31m", 5 },
	{ "\"q\\", "\\x22q\\x5C", 3 },
	{ "\xff", "\\xFF", 1 },
	{ "\xc2\x85", "\\xC2\\x85", 2 },		/* C1 next line */
	{ "\xc0\x80", "\\xC0\\x80", 2 },		/* overlong NUL */
	{ "\xed\xa0\x80", "\\xED\\xA0\\x80", 3 },	/* surrogate */
	{ "\xe2\x80\xae" "gpj", "\\xE2\\x80\\xAEgpj", 6 }, /* bidi override */
	{ "\xe2\x80\xa8", "\\xE2\\x80\\xA8", 3 },	/* line separator */
	{ "b\xc3\xbc" "cher", "b\xc3\xbc" "cher", 7 },
	{ "\xf0\x9f\x94\x92", "\xf0\x9f\x94\x92", 4 },
	{ "\xf0\x9f\x94", "\\xF0\\x9F\\x94", 3 },	/* cut short */
};

static void
escaped_bytes_stay_on_one_harmless_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		struct text t = {0};

		text_add_escaped(&t, escapes[i].bytes, escapes[i].len, 0);
		assert_string_equal(text_str(&t), escapes[i].shown);
		text_done(&t);
	}
}

static void
visible_text_keeps_its_quotes_and_lines(void **state)
{
	struct text t = {0};

	(void)state;
	text_add_visible(&t, "\"a\\xFF\"\n\xc3\xbc\xe2\x80\xae\r\xc3");
	assert_string_equal(text_str(&t), "\"a\\xFF\"\n\xc3\xbc"
	    "\\xE2\\x80\\xAE\\x0D\\xC3");
	text_done(&t);
}

static void
a_cut_is_marked_and_never_splits_a_character(void **state)
{
	struct text t = {0};

	(void)state;
	text_add_escaped(&t, "abc\xc3\xbc", 5, 4);
	assert_string_equal(text_str(&t), "abc...");
	text_done(&t);
}

static void
text_grows_and_takes(void **state)
{
	struct text t = {0};
	char *s;

	(void)state;
	for (int i = 0; i < 1000; i++)
		text_addf(&t, "%d,", i);
	assert_int_equal(t.len, strlen(text_str(&t)));
	text_add_hex(&t, (const uint8_t *)"\x01\xfe", 2);
	s = text_take(&t);
	assert_non_null(strstr(s, "999,01fe"));
	assert_string_equal(text_str(&t), "");
	free(s);
}

static void
hex_reads_back_and_nothing_else_does(void **state)
{
	uint8_t out[2] = { 9, 9 };

	(void)state;
	assert_false(text_parse_hex("01f", out, 2));
	assert_false(text_parse_hex("01fg", out, 2));
	assert_false(text_parse_hex("01fe0", out, 2));
	assert_int_equal(out[0], 9);
	assert_true(text_parse_hex("01Fe", out, 2));
	assert_int_equal(out[0], 1);
	assert_int_equal(out[1], 0xfe);
}

static void
a_near_word_is_found_and_a_far_one_is_not(void **state)
{
	static const char *const words[] = { "address", "layout", "sites" };

	(void)state;
	assert_string_equal(text_nearest("adress", words, 3), "address");
	assert_string_equal(text_nearest("site", words, 3), "sites");
	assert_string_equal(text_nearest("layuot", words, 3), "layout");
	assert_null(text_nearest("certificate", words, 3));
	assert_null(text_nearest("", words, 3));
}

static void
numbers_are_digits_within_the_limit(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_true(text_number("65535", 65535, &v));
	assert_int_equal(v, 65535);
	assert_false(text_number("65536", 65535, &v));
	assert_false(text_number("-1", 65535, &v));
	assert_false(text_number("", 65535, &v));
	assert_false(text_number("18446744073709551616", UINT64_MAX, &v));
	assert_true(text_number("18446744073709551615", UINT64_MAX, &v));
	assert_false(text_number("9", 5, &v));
}

static void
lists_fold_ascii_case_only(void **state)
{
	struct strings s = {0};
	struct text t = {0};

	(void)state;
	strings_add_unique(&s, "B.example");
	strings_add_unique(&s, "b.EXAMPLE");
	strings_add_unique(&s, "a.example");
	assert_int_equal(s.n, 2);
	assert_false(text_equal("\xc3\x84", "\xc3\xa4"));
	strings_sort(&s);
	strings_join(&s, ", ", &t);
	assert_string_equal(text_str(&t), "B.example, a.example");
	text_done(&t);
	strings_done(&s);
}

static void
equal_lists_have_the_same_items_in_the_same_order(void **state)
{
	struct strings a = {0}, b = {0};

	(void)state;
	assert_true(strings_equal(&a, &b));
	strings_add(&a, "a");
	assert_false(strings_equal(&a, &b));
	strings_add(&b, "A");
	assert_false(strings_equal(&a, &b));
	strings_done(&b);
	strings_add(&b, "b");
	strings_add(&b, "a");
	strings_add(&a, "b");
	assert_false(strings_equal(&a, &b));
	strings_sort(&b);
	assert_true(strings_equal(&a, &b));
	strings_done(&a);
	strings_done(&b);
}

static const struct {
	const char *word, *quoted;
} words[] = {
	{ "etc/inventory.yaml", "etc/inventory.yaml" },
	{ "", "''" },
	{ "my file", "'my file'" },
	{ "it's", "'it'\\''s'" },
	{ "$(reboot)", "'$(reboot)'" },
	{ "a\nb\x1b\x7f", "'a?b?" "?'" },
};

static void
a_word_of_a_command_is_quoted_where_it_must_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct text t = {0};

		text_add_word(&t, words[i].word);
		assert_string_equal(text_str(&t), words[i].quoted);
		text_done(&t);
	}
}

static void
one_is_not_many(void **state)
{
	(void)state;
	assert_string_equal(plural(0), "s");
	assert_string_equal(plural(1), "");
	assert_string_equal(plural(2), "s");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_word_of_a_command_is_quoted_where_it_must_be),
		cmocka_unit_test(escaped_bytes_stay_on_one_harmless_line),
		cmocka_unit_test(visible_text_keeps_its_quotes_and_lines),
		cmocka_unit_test(a_cut_is_marked_and_never_splits_a_character),
		cmocka_unit_test(text_grows_and_takes),
		cmocka_unit_test(hex_reads_back_and_nothing_else_does),
		cmocka_unit_test(a_near_word_is_found_and_a_far_one_is_not),
		cmocka_unit_test(numbers_are_digits_within_the_limit),
		cmocka_unit_test(one_is_not_many),
		cmocka_unit_test(lists_fold_ascii_case_only),
		cmocka_unit_test(
		    equal_lists_have_the_same_items_in_the_same_order),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
