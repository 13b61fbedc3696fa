/* SPDX-License-Identifier: ISC */
/* Trees with places, and texts that are refused in one line. */
#include "cwaudit/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cwaudit/mem.h"
#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

/* What node_parse says of a text; the tree is dropped. */
static char *
said(const char *bytes, size_t len)
{
	struct problems ps = {0};
	struct text t = {0};

	node_tree_free(node_parse("f", bytes, len, &ps));
	problems_print(&ps, &t);
	problems_done(&ps);
	return text_take(&t);
}

static void
every_node_knows_where_it_stood(void **state)
{
	static const char text[] =
	    "# comment\n"
	    "hosts:\n"
	    "  - fqdn: a.example\n"
	    "    \"tags\": [x, 'y z']\n"
	    "\xc3\xbc: {b: \xc3\xa4, c: }\n";
	struct problems ps = {0};
	struct node_tree *tree = node_parse("f", text, sizeof(text) - 1, &ps);
	const struct node *y, *host;

	(void)state;
	assert_non_null(tree);
	assert_int_equal(ps.n, 0);
	assert_string_equal(node_file(tree), "f");
	y = node_find(node_root(tree), "hosts");
	assert_int_equal(y->kind, NODE_LIST);
	host = y->child;
	assert_int_equal(host->kind, NODE_MAP);
	assert_int_equal(host->line, 3);
	assert_int_equal(host->column, 5);
	assert_null(host->key);
	y = node_find(host, "fqdn");
	assert_string_equal(y->value, "a.example");
	assert_true(y->plain);
	assert_int_equal(y->key_column, 5);
	assert_int_equal(y->column, 11);
	y = node_find(host, "tags")->child->next;
	assert_string_equal(y->value, "y z");
	assert_false(y->plain);
	assert_null(y->next);
	y = node_find(node_root(tree), "\xc3\xbc");
	assert_int_equal(y->line, 5);
	assert_int_equal(y->column, 5);		/* bytes, not characters */
	assert_int_equal(node_find(y, "c")->key_column, 13);
	assert_string_equal(node_find(y, "c")->value, "");
	assert_null(node_find(y, "d"));
	assert_null(node_find(y->child, "d"));
	node_tree_free(tree);
}

static void
an_empty_text_is_an_empty_map(void **state)
{
	static const char *const texts[] = { "", "\n", "# nothing\r\n", "---\n" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct problems ps = {0};
		struct node_tree *tree = node_parse("f", texts[i],
		    strlen(texts[i]), &ps);

		assert_non_null(tree);
		assert_int_equal(node_root(tree)->kind, NODE_MAP);
		assert_null(node_root(tree)->child);
		node_tree_free(tree);
	}
}

#define BYTES(s)	s, sizeof(s) - 1

static const struct {
	const char *text;
	size_t len;
	const char *says;
} refused[] = {
	{ BYTES("a: 1\na: 2\n"), "f:2:1: the key \"a\" stands twice in this "
	    "map, first on line 1: keep one of them\n" },
	{ BYTES("a: &x 1\nb: *x\n"),
	    "f:1:4: an anchor (&name): write the value out where it is needed, "
	    "or use groups\n"
	    "f:2:4: an alias (*name): write the value out, or use groups\n" },
	{ BYTES("a: !!str 1\n"), "f:1:4: a tag (!type): leave it out\n" },
	{ BYTES("a: 1\n---\nb: 2\n"), "f:2:1: a second document begins here: "
	    "put it into a file of its own\n" },
	{ BYTES("%YAML 1.1\n---\na: 1\n"),
	    "f:1:1: a directive (%...): leave it out\n" },
	{ BYTES("{a: 1}: 2\n"), "f:1:1: a list or map as a key: a key is one "
	    "word\n" },
	{ BYTES("a: b\0c\n"), "f:1:5: a NUL byte: this is not a text file, or "
	    "it is UTF-16; save it as UTF-8\n" },
	{ BYTES("a: \"b\\0c\"\n"), "f:1:4: a NUL character (\"\\0\") in a "
	    "value: remove it\n" },
	{ BYTES("a: \xff\n"), "f:1:4: a byte that is not UTF-8: save the file "
	    "as UTF-8\n" },
	{ BYTES("b: 1\na: \xc3"), "f:2:4: a byte that is not UTF-8: save the "
	    "file as UTF-8\n" },
	{ BYTES("\xef\xbb\xbf" "a: 1\n"), "f:1:1: a byte order mark: save the "
	    "file as UTF-8 without one\n" },
	{ BYTES("\xff\xfe" "a\0"), "f:1:1: this is UTF-16: save the file as "
	    "UTF-8\n" },
	{ BYTES("a: 1\rb: 2\n"), "f:1:5: a carriage return without a line "
	    "feed: save the file with UNIX or Windows line ends\n" },
	{ BYTES("a: \x1b[0m\n"), "f:1:4: a control character: remove it\n" },
	{ BYTES("a: \xc2\x85\n"), "f:1:4: a control character: remove it\n" },
	{ BYTES("a: x\xe2\x80\xa8y\n"), "f:1:5: an invisible line separator: "
	    "remove it\n" },
	{ BYTES("a: [1, 2\nb: 3\n"), "f:2:2: a \",\" or \"]\" is missing: the "
	    "list is not closed (what it belongs to begins on line 1)\n" },
	{ BYTES("a: b: c\n"), "f:1:5: a \": \" where none may stand: check "
	    "the indentation, or put the value in quotes\n" },
	{ BYTES("a:\n\tb: c\n"), "f:2:1: a value may not begin with this "
	    "character: indent with blanks, not tabs, and put @, ` and % in "
	    "quotes\n" },
	{ BYTES("a: 'x\n"), "f:2:1: the file ends inside a quoted value: a "
	    "closing quote is missing (what it belongs to begins on line "
	    "1)\n" },
	{ BYTES("a: 1\n b: 2\n"), "f:2:3: a \": \" where none may stand: "
	    "check the indentation, or put the value in quotes\n" },
	{ BYTES("a\nb: 1\n"), "f:2:2: a \": \" where none may stand: check "
	    "the indentation, or put the value in quotes\n" },
};

static void
what_is_refused_has_a_place_and_advice(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(refused); i++) {
		char *s = said(refused[i].text, refused[i].len);

		assert_string_equal(s, refused[i].says);
		free(s);
	}
}

static void
a_tree_is_built_without_what_a_subset_lacks(void **state)
{
	static const char text[] = "a: &x 1\nb: *x\nc: 3\nc: 4\n*x : 5\n";
	struct problems ps = {0};
	struct node_tree *tree = node_parse("f", text, sizeof(text) - 1, &ps);

	(void)state;
	assert_int_equal(ps.n, 4);
	assert_non_null(tree);
	assert_string_equal(node_find(node_root(tree), "a")->value, "1");
	assert_string_equal(node_find(node_root(tree), "c")->value, "3");
	node_tree_free(tree);
	problems_done(&ps);
}

/* unit, n times, between before and after. */
static char *
repeat(const char *before, const char *unit, size_t n, const char *after)
{
	struct text t = {0};

	text_add(&t, before);
	for (size_t i = 0; i < n; i++)
		text_add(&t, unit);
	text_add(&t, after);
	return text_take(&t);
}

static const struct {
	const char *before, *unit, *after, *says;
	size_t n;
} hostile[] = {
	{ "", "[", "", "f:1:33: lists and maps are nested more than 32 deep: "
	    "check the indentation and the brackets\n", 200000 },
	{ "", "{a: ", "", "f:1:129: lists and maps are nested more than 32 "
	    "deep: check the indentation and the brackets\n", 200000 },
	{ "", "- ", "", "f:1:65: lists and maps are nested more than 32 deep: "
	    "check the indentation and the brackets\n", 200000 },
	{ "", "? ", "", "f:1:3: a list or map as a key: a key is one word\n",
	    200000 },
	{ "a: ", "x", "\n", "f:1:4: a value longer than 64 KiB: shorten it\n",
	    65537 },
	{ "a: ", "0123456789abcdef", "\n", "f:1:2: the value or comment "
	    "behind this place is longer than 16 MiB: shorten it\n", 2 << 20 },
	{ "[", "a,", "", "f:1:7999996: more than 4,000,000 values in one "
	    "file: split it\n", 4000000 },
	{ "a: \"", "\\u0000", "\"", "f:1:4: a NUL character (\"\\0\") in a "
	    "value: remove it\n", 100000 },
	{ "&a ", "", "[*a, *a]\n",
	    "f:1:1: an anchor (&name): write the value out where it is needed, "
	    "or use groups\n"
	    "f:1:5: an alias (*name): write the value out, or use groups\n"
	    "f:1:9: an alias (*name): write the value out, or use groups\n",
	    1 },
};

static void
hostile_texts_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(hostile); i++) {
		char *text = repeat(hostile[i].before, hostile[i].unit,
		    hostile[i].n, hostile[i].after);
		clock_t begun = clock();
		char *s = said(text, strlen(text));

		print_message("%.3f s: %.40s...\n",
		    (double)(clock() - begun) / CLOCKS_PER_SEC, text);
		assert_string_equal(s, hostile[i].says);
		free(s);
		free(text);
	}
}

static void
a_text_too_large_is_not_even_read(void **state)
{
	char *s = said("", (size_t)NODE_MAX_BYTES + 1);

	(void)state;
	assert_string_equal(s, "f: larger than 256 MiB: split it\n");
	free(s);
}

static void
thirty_two_levels_are_fine(void **state)
{
	char *open = repeat("", "[", NODE_MAX_DEPTH, "");
	char *all = repeat(open, "]", NODE_MAX_DEPTH, "\n");
	char *s = said(all, strlen(all));

	(void)state;
	assert_string_equal(s, "");
	free(s);
	free(all);
	free(open);
}

static void
duplicates_among_many_keys_are_found(void **state)
{
	struct text t = {0};
	char *s;

	(void)state;
	for (int i = 0; i < 200000; i++)
		text_addf(&t, "key%d: %d\n", i, i);
	text_add(&t, "key7: again\n");
	s = said(t.data, t.len);
	assert_string_equal(s, "f:200001:1: the key \"key7\" stands twice in "
	    "this map, first on line 8: keep one of them\n");
	free(s);
	text_done(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_node_knows_where_it_stood),
		cmocka_unit_test(an_empty_text_is_an_empty_map),
		cmocka_unit_test(what_is_refused_has_a_place_and_advice),
		cmocka_unit_test(a_tree_is_built_without_what_a_subset_lacks),
		cmocka_unit_test(hostile_texts_are_refused),
		cmocka_unit_test(a_text_too_large_is_not_even_read),
		cmocka_unit_test(thirty_two_levels_are_fine),
		cmocka_unit_test(duplicates_among_many_keys_are_found),
	};

	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
