/* SPDX-License-Identifier: ISC */
/* Wrapping, columns, colours, and bytes that a terminal must not see. */
#include "cwaudit/page.h"

#include <string.h>

#include "test.h"

static bool
keep(void *ctx, const char *bytes, size_t len)
{
	text_add_bytes(ctx, bytes, len);
	return true;
}

static const struct {
	unsigned width;
	const char *lead, *text, *shown;
} wraps[] = {
	{ 40, "", "one two", "    one two\n" },
	{ 40, "rule:", "one two", "rule: one two\n" },
	{ 0, "", "a b c d e f g h i j k l m n o p q r s t u v w x y z",
	    "    a b c d e f g h i j k l m n o p q r s t u v w x y z\n" },
	{ 40, "", "123456789 123456789 123456789 123456 123456789",
	    "    123456789 123456789 123456789 123456\n"
	    "    123456789\n" },
	{ 40, "", "123456789 123456789 123456789 1234567 123456789",
	    "    123456789 123456789 123456789\n"
	    "    1234567 123456789\n" },
	/* a code point is a column, however many bytes it has */
	{ 40, "", "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
	    "\xc3\xbc\xc3\xbc 123456789 123456789 123456 x",
	    "    \xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
	    "\xc3\xbc\xc3\xbc 123456789 123456789 123456\n    x\n" },
	/* a long word stays whole, and alone */
	{ 40, "", "a 123456789.123456789.123456789.123456789.1 b",
	    "    a\n"
	    "    123456789.123456789.123456789.123456789.1\n"
	    "    b\n" },
	{ 40, "a heading that fills most of it 36", "123456 x",
	    "a heading that fills most of it 36\n    123456 x\n" },
	{ 40, "", "one\ntwo", "    one\n    two\n" },
	{ 40, "", "  two   blanks  ", "    two blanks\n" },
	{ 40, "", "", "\n" },
	{ 5, "", "no page is as narrow as five", "    no page is as narrow as "
	    "five\n" },
};

static void
words_are_wrapped_at_the_width(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wraps) / sizeof(wraps[0]); i++) {
		struct report_options options = { .width = wraps[i].width };
		struct text out = {0};
		struct page page;

		page_init(&page, &options, keep, &out);
		page_put(&page, wraps[i].lead);
		if (wraps[i].lead[0] != '\0')
			page_gap(&page);
		page_paragraph(&page, 4, wraps[i].text);
		assert_true(page_done(&page));
		assert_string_equal(text_str(&out), wraps[i].shown);
		text_done(&out);
	}
}

static void
control_bytes_are_shown_and_not_sent(void **state)
{
	struct report_options options = { .width = 40, .colour = true };
	struct text out = {0};
	struct page page;

	(void)state;
	page_init(&page, &options, keep, &out);
	page_put(&page, "\x1b[2J\x07\x7f\xc2\x9b" "5n\tb\xc3\xbc" "r");
	page_put(&page, " \xe2\x80\xae\xff");	/* reorders; no UTF-8 */
	page_end(&page);
	assert_true(page_done(&page));
	assert_string_equal(text_str(&out), "\\x1B[2J\\x07\\x7F\\xC2\\x9B"
	    "5n\\x09b\xc3\xbc" "r \\xE2\\x80\\xAE\\xFF\n");
	text_done(&out);
}

static void
colours_are_closed_and_take_no_column(void **state)
{
	struct report_options options = { .colour = true };
	struct text out = {0};
	struct page page;

	(void)state;
	page_init(&page, &options, keep, &out);
	page_style(&page, PAGE_ERROR);
	page_put(&page, "ERROR");
	page_style(&page, PAGE_BOLD);
	page_to(&page, 8);
	page_put(&page, "x");
	page_end(&page);
	assert_true(page_done(&page));
	assert_string_equal(text_str(&out),
	    "\033[31mERROR\033[0m\033[1m   x\033[0m\n");
	text_done(&out);

	options.colour = false;
	page_init(&page, &options, keep, &out);
	page_style(&page, PAGE_ERROR);
	page_paragraph(&page, 0, "ERROR");
	assert_true(page_done(&page));
	assert_string_equal(text_str(&out), "ERROR\n");
	text_done(&out);
}

static void
columns_never_run_together(void **state)
{
	struct report_options options = {0};
	struct text out = {0};
	struct page page;

	(void)state;
	page_init(&page, &options, keep, &out);
	page_to(&page, 2);
	page_put(&page, "abcdef");
	page_to(&page, 5);
	page_put(&page, "g");
	page_end(&page);
	assert_true(page_done(&page));
	assert_string_equal(text_str(&out), "  abcdef g\n");
	text_done(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_wrapped_at_the_width),
		cmocka_unit_test(control_bytes_are_shown_and_not_sent),
		cmocka_unit_test(colours_are_closed_and_take_no_column),
		cmocka_unit_test(columns_never_run_together),
	};

	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
