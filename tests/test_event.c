/* SPDX-License-Identifier: ISC */
/* One event, one line: whole head, bounded, nothing forged. */
#include "cwaudit/event.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

static void
print(struct event *e, enum event_format format, struct text *out)
{
	text_reset(out);
	event_print(e, format, out);
	assert_true(out->len <= EVENT_MAX);
	assert_null(strchr(text_str(out), '\n'));
}

static void
fields_come_in_order_and_texts_are_quoted(void **state)
{
	struct strings names = {0};
	struct event e = {0};
	struct text out = {0};

	(void)state;
	strings_add(&names, "as.im.contoso.com");
	strings_add(&names, "download.im.contoso.com");
	event_number(&e, "v", 1);
	event_word(&e, "event", "finding");
	event_word(&e, "site", NULL);
	event_word(&e, "owner", "uc team");
	event_list(&e, "missing", &names);
	event_text(&e, "msg", "SAN lacks \"x\"");
	print(&e, EVENT_KV, &out);
	assert_string_equal(text_str(&out), "v=1 event=finding "
	    "owner=\"uc team\" missing=\"as.im.contoso.com,"
	    "download.im.contoso.com\" msg=\"SAN lacks \\x22x\\x22\"");
	print(&e, EVENT_CEE, &out);
	assert_string_equal(text_str(&out), "@cee: {\"v\":1,\"event\":"
	    "\"finding\",\"owner\":\"uc team\",\"missing\":"
	    "[\"as.im.contoso.com\",\"download.im.contoso.com\"],"
	    "\"msg\":\"SAN lacks \\\\x22x\\\\x22\"}");
	text_done(&out);
	strings_done(&names);
	event_done(&e);
}

static void
a_long_list_is_cut_at_whole_items_with_a_count(void **state)
{
	struct strings names = {0};
	struct event e = {0};
	struct text out = {0};
	char name[64];
	json_t *j;

	(void)state;
	for (int i = 0; i < 6000; i++) {
		(void)snprintf(name, sizeof(name), "host%04d.contoso.com", i);
		strings_add(&names, name);
	}
	event_word(&e, "id", "9f2c1a0b77e1d204");
	event_list(&e, "foreign", &names);
	event_word(&e, "sha256", "64c0");
	event_text(&e, "msg", "many names");
	print(&e, EVENT_KV, &out);
	assert_int_equal(strncmp(text_str(&out), "id=9f2c1a0b77e1d204 ", 20), 0);
	assert_non_null(strstr(text_str(&out), ".contoso.com\" foreign_more="));
	assert_non_null(strstr(text_str(&out), " sha256=64c0 msg=\"many names\""));
	print(&e, EVENT_CEE, &out);
	j = json_loads(text_str(&out) + 6, 0, NULL);
	assert_non_null(j);
	assert_true(json_integer_value(json_object_get(j, "foreign_more")) > 0);
	assert_string_equal(json_string_value(json_object_get(j, "msg")),
	    "many names");
	json_decref(j);
	text_done(&out);
	strings_done(&names);
	event_done(&e);
}

static void
a_message_of_backslashes_still_fits(void **state)
{
	struct event e = {0};
	struct text out = {0};
	char bytes[3000];
	json_t *j;

	(void)state;
	memset(bytes, '\\', sizeof(bytes) - 1);
	bytes[sizeof(bytes) - 1] = '\0';
	event_word(&e, "id", "1");
	event_text(&e, "a", bytes);
	event_escaped(&e, "b", bytes);
	event_text(&e, "msg", bytes);
	print(&e, EVENT_KV, &out);
	print(&e, EVENT_CEE, &out);
	j = json_loads(text_str(&out) + 6, 0, NULL);
	assert_non_null(j);
	json_decref(j);
	text_done(&out);
	event_done(&e);
}

static void
escaped_text_is_not_escaped_twice_and_still_cannot_forge(void **state)
{
	struct event e = {0};
	struct text out = {0};

	(void)state;
	event_escaped(&e, "msg", "CN is a\\x0Ab\" x=\"1\n");
	print(&e, EVENT_KV, &out);
	assert_string_equal(text_str(&out),
	    "msg=\"CN is a\\x0Ab\\x22 x=\\x221\\x0A\"");
	text_done(&out);
	event_done(&e);
}

/* The gist for a terminal: whose, and the message with its quotes. */
static void
people_read_quotes_and_no_control(void **state)
{
	struct event e = {0};
	struct text out = {0};

	(void)state;
	event_number(&e, "v", 1);
	event_word(&e, "event", "finding");
	event_word(&e, "state", "opened");
	event_word(&e, "rule", "untrusted");
	event_word(&e, "severity", "error");
	event_word(&e, "host", "cwa01.nwtraders.local");
	event_text(&e, "msg", "\"CN=a\x1b\" and \\x22\"");
	print(&e, EVENT_PLAIN, &out);
	assert_string_equal(text_str(&out), "opened untrusted "
	    "cwa01.nwtraders.local: \"CN=a\\x1B\" and \\x5Cx22\"");
	event_done(&e);
	event_word(&e, "event", "reload");
	event_number(&e, "seq", 7);
	event_text(&e, "msg", "read again");
	print(&e, EVENT_PLAIN, &out);
	assert_string_equal(text_str(&out), "reload: read again");
	event_done(&e);
	text_done(&out);
}

/* What a store keeps of a line is all of it. */
static void
what_is_written_reads_back_as_the_same_line(void **state)
{
	struct strings names = {0};
	struct event e = {0}, back = {0};
	struct text line = {0}, again = {0}, json = {0};
	char long_text[1200] = "";

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	strings_add(&names, "im.contoso.com");
	strings_add(&names, "as.im.contoso.com");
	event_number(&e, "v", 1);
	event_word(&e, "event", "finding");
	event_word(&e, "host", "cwa01.nwtraders.local");
	event_word(&e, "group", "two words");
	event_end_head(&e);
	event_list(&e, "missing", &names);
	event_text(&e, "msg", "no=blank\x1b\"");
	event_text(&e, "detail", long_text);
	event_write(&e, &json);
	assert_true(event_parse(text_str(&json), &back));
	back.head = e.head;
	event_set_seq(&e, 88123);
	event_set_seq(&back, 88123);
	print(&e, EVENT_KV, &line);
	print(&back, EVENT_KV, &again);
	assert_string_equal(text_str(&line), text_str(&again));
	assert_non_null(strstr(text_str(&line), "group=\"two words\" seq=88123 "
	    "missing=\"im.contoso.com,as.im.contoso.com\" msg=\"no=blank"));
	print(&e, EVENT_CEE, &line);
	print(&back, EVENT_CEE, &again);
	assert_string_equal(text_str(&line), text_str(&again));
	assert_false(event_parse("[]", &back));
	assert_false(event_parse("{\"a\":null}", &back));
	assert_false(event_parse("{\"a\":[1]}", &back));
	assert_false(event_parse("{", &back));
	strings_done(&names);
	event_done(&e);
	event_done(&back);
	text_done(&line);
	text_done(&again);
	text_done(&json);
}

/* Where nobody said what the head is, it is the kind of line. */
static void
a_number_stands_behind_the_kind(void **state)
{
	struct event e = {0};
	struct text line = {0};

	(void)state;
	event_number(&e, "v", 1);
	event_word(&e, "event", "stop");
	event_set_seq(&e, 7);
	print(&e, EVENT_KV, &line);
	assert_string_equal(text_str(&line), "v=1 event=stop seq=7");
	event_done(&e);
	event_number(&e, "v", 1);
	event_word(&e, "event", "reload");
	event_text(&e, "msg", "read");
	event_set_seq(&e, 8);
	print(&e, EVENT_KV, &line);
	assert_string_equal(text_str(&line),
	    "v=1 event=reload seq=8 msg=\"read\"");
	event_done(&e);
	text_done(&line);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_come_in_order_and_texts_are_quoted),
		cmocka_unit_test(a_long_list_is_cut_at_whole_items_with_a_count),
		cmocka_unit_test(what_is_written_reads_back_as_the_same_line),
		cmocka_unit_test(a_number_stands_behind_the_kind),
		cmocka_unit_test(people_read_quotes_and_no_control),
		cmocka_unit_test(a_message_of_backslashes_still_fits),
		cmocka_unit_test(
		    escaped_text_is_not_escaped_twice_and_still_cannot_forge),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
