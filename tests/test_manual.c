/* SPDX-License-Identifier: ISC */
/*
 * The pages of the manual against the tables that they describe: a rule or a
 * key that is added or changed must be so there, too.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "setup/config.h"
#include "cwaudit/mem.h"
#include "cwaudit/report.h"
#include "cwaudit/request.h"

#include "test.h"

static void
read_page(const char *path, struct text *out)
{
	char buf[4096];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL) {
		fail_msg("%s: cannot be opened", path);
		return;
	}
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add_bytes(out, buf, n);
	(void)fclose(f);
}

static void
add_words(struct text *out, const char *s, size_t len)
{
	while (len > 0) {
		size_t blank = strspn(s, " \t"), word;

		blank = blank < len ? blank : len;
		s += blank;
		len -= blank;
		word = strcspn(s, " \t\n");
		word = word < len ? word : len;
		if (word > 0 && out->len > 0)
			text_add_char(out, ' ');
		text_add_bytes(out, s, word);
		s += word;
		len -= word;
	}
}

/* The words of an entry: macros aside, but for what .Li and .Cm show. */
static void
add_entry(struct text *out, const char *entry)
{
	for (const char *p = strchr(entry, '\n'); p != NULL;
	    p = strchr(p, '\n')) {
		size_t len = strcspn(++p, "\n");

		if (strncmp(p, ".It", 3) == 0 || strncmp(p, ".El", 3) == 0)
			return;
		if (strncmp(p, ".Li ", 4) == 0 || strncmp(p, ".Cm ", 4) == 0)
			add_words(out, p + 4, len - 4);
		else if (*p != '.')
			add_words(out, p, len);
	}
}

static void
find_entry(const char *page, const char *name, struct text *out)
{
	struct text head = {0};
	const char *entry;

	text_addf(&head, "\n.It Ic %s\n", name);
	entry = strstr(page, text_str(&head));
	if (entry != NULL)
		add_entry(out, entry + 1);
	else
		fail_msg("there is no entry \".It Ic %s\"", name);
	text_done(&head);
}

/* Takes what is expected. */
static void
assert_says(const struct text *entry, const char *name, struct text *expected)
{
	struct text words = {0};

	add_words(&words, text_str(expected), expected->len);
	if (strstr(text_str(entry), text_str(&words)) == NULL)
		fail_msg("the entry of %s does not say \"%s\"; it says \"%s\"",
		    name, text_str(&words), text_str(entry));
	text_done(&words);
	text_done(expected);
}

static void
assert_rule_in_page(const char *page, const struct rule *rule)
{
	static const enum role roles[] = { ROLE_MTLS, ROLE_HTTPS, ROLE_SINGLE,
	    ROLE_PUBLISHED };
	struct text entry = {0}, expected = {0};
	const char *comma = "";

	find_entry(page, rule->id, &entry);
	text_addf(&expected, "%c%s. Severity: %s. Judges: ",
	    toupper((unsigned char)rule->title[0]), rule->title + 1,
	    rule->severity_text);
	for (size_t i = 0; i < 4; i++) {
		if ((rule->roles & (int)roles[i]) == 0)
			continue;
		text_addf(&expected, "%s%s", comma, role_name(roles[i]));
		comma = ", ";
	}
	assert_says(&entry, rule->id, &expected);
	if (rule->stands_in_for != NULL) {
		text_add(&expected, "Stands in for: ");
		for (const char *s = rule->stands_in_for; *s != '\0'; s++)
			text_addf(&expected, "%s%c", *s == ' ' ? "," : "", *s);
		text_add(&expected, ".");
		assert_says(&entry, rule->id, &expected);
	}
	text_done(&entry);
}

static void
the_page_of_rules_has_every_rule_as_it_is(void **state)
{
	struct text page = {0};

	(void)state;
	read_page("daemon/cwaudit-rules.7", &page);
	assert_true(n_rules > 0);
	for (size_t i = 0; i < n_rules; i++)
		assert_rule_in_page(text_str(&page), &rules[i]);
	text_done(&page);
}

static void
the_page_of_rules_has_no_rule_that_is_gone(void **state)
{
	struct text page = {0};
	size_t n = 0;
	const char *p;

	(void)state;
	read_page("daemon/cwaudit-rules.7", &page);
	for (p = strstr(text_str(&page), ".Sh RULES"); p != NULL &&
	    (p = strstr(p, "\n.It Ic ")) != NULL; n++)
		p += strlen("\n.It Ic ");
	assert_int_equal(n, n_rules);
	text_done(&page);
}

/* A key of the sample: its comments, its name, its default. */
struct key {
	const char	*page;
	struct text	 comments, map;
	size_t		 n;
};

static void
on_key(struct key *key, const char *line, size_t len)
{
	size_t indent = strspn(line, " ");
	size_t name = strcspn(line, ":") - indent;
	struct text full = {0}, entry = {0}, expected = {0};
	const char *value = line + indent + name + 1;
	size_t value_len = len - indent - name - 1;

	if (indent == 0)
		text_reset(&key->map);
	if (value_len == 0) {
		text_add_bytes(&key->map, line, name);
		text_add_char(&key->map, '.');
		return;
	}
	text_add(&full, text_str(&key->map));
	text_add_bytes(&full, line + indent, name);
	find_entry(key->page, text_str(&full), &entry);
	text_add(&expected, text_str(&key->comments));
	assert_says(&entry, text_str(&full), &expected);
	text_add(&expected, "Default: ");
	for (size_t i = 0; i < value_len; i++)
		if (value[i] != '"')
			text_add_char(&expected, value[i]);
	text_add(&expected, " .");
	assert_says(&entry, text_str(&full), &expected);
	text_reset(&key->comments);
	text_done(&entry);
	text_done(&full);
	key->n++;
}

static void
the_page_of_the_configuration_has_every_key_as_it_is(void **state)
{
	struct text page = {0}, sample = {0};
	struct key key = {0};
	bool begun = false;	/* behind the heading of the sample */

	(void)state;
	read_page("daemon/cwauditd.yaml.5", &page);
	config_print_sample(&sample);
	key.page = text_str(&page);
	for (const char *p = text_str(&sample); *p != '\0';) {
		size_t len = strcspn(p, "\n"), indent = strspn(p, " ");

		if (len == 0)
			begun = true;
		else if (begun && p[indent] == '#')
			text_addf(&key.comments, "%.*s ",
			    (int)(len - indent - 1), p + indent + 1);
		else if (begun)
			on_key(&key, p, len);
		p += len + (p[len] == '\n');
	}
	assert_true(key.n > 0);
	text_done(&key.comments);
	text_done(&key.map);
	text_done(&sample);
	text_done(&page);
}

static void
the_page_of_the_command_has_every_format_and_outcome(void **state)
{
	struct text page = {0};

	(void)state;
	read_page("daemon/cwaudit.1", &page);
	for (size_t i = 0; i < n_report_formats; i++) {
		struct text head = {0};

		text_addf(&head, "\n.It Cm %s\n", report_formats[i].name);
		if (strstr(text_str(&page), text_str(&head)) == NULL)
			fail_msg("format %s is missing",
			    report_formats[i].name);
		text_done(&head);
	}
	for (int i = OUTCOME_OBSERVED; i <= OUTCOME_NOT_TRIED; i++) {
		struct text macro = {0};

		text_addf(&macro, ".Cm %s", outcome_name((enum outcome)i));
		if (strstr(text_str(&page), text_str(&macro)) == NULL)
			fail_msg("\"%s\" is missing", text_str(&macro));
		text_done(&macro);
	}
	text_done(&page);
}

static void
the_page_of_the_command_has_every_command_and_option(void **state)
{
	struct text page = {0};

	(void)state;
	read_page("daemon/cwaudit.1", &page);
	for (size_t i = 0; i < n_commands; i++) {
		struct text head = {0};

		text_addf(&head, "\n.It Cm %s", commands[i].name);
		if (strstr(text_str(&page), text_str(&head)) == NULL)
			fail_msg("command %s is missing", commands[i].name);
		text_done(&head);
		for (const char *p = commands[i].help; p != NULL &&
		    (p = strstr(p, "--")) != NULL; p += strspn(p, "-")) {
			text_addf(&head, "Fl Fl %.*s", (int)strcspn(p + 2,
			    " ,\n"), p + 2);
			if (strstr(text_str(&page), text_str(&head)) == NULL)
				fail_msg("%s: \"%s\" is missing",
				    commands[i].name, text_str(&head));
			text_done(&head);
		}
	}
	for (size_t i = 0; i < n_request_formats; i++) {
		struct text head = {0};

		text_addf(&head, "\n.It Cm %s\n", request_formats[i].name);
		if (strstr(text_str(&page), text_str(&head)) == NULL)
			fail_msg("format %s is missing",
			    request_formats[i].name);
		text_done(&head);
	}
	text_done(&page);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_of_rules_has_every_rule_as_it_is),
		cmocka_unit_test(the_page_of_rules_has_no_rule_that_is_gone),
		cmocka_unit_test(
		    the_page_of_the_configuration_has_every_key_as_it_is),
		cmocka_unit_test(
		    the_page_of_the_command_has_every_format_and_outcome),
		cmocka_unit_test(
		    the_page_of_the_command_has_every_command_and_option),
	};

	return cmocka_run_group_tests_name("manual", tests, NULL, NULL);
}
