/* SPDX-License-Identifier: ISC */
/* The list of rules and the explanation of each, whatever the table says. */
#include "cwaudit/report.h"

#include <jansson.h>
#include <string.h>

#include "test.h"

#include "sample_inventory.h"

static bool
keep(void *ctx, const char *bytes, size_t len)
{
	text_add_bytes(ctx, bytes, len);
	return true;
}

/* Lines and blanks do not count. */
static void
squeeze(const char *s, struct text *out)
{
	for (; *s != '\0'; s++) {
		if (*s != ' ' && *s != '\n')
			text_add_char(out, *s);
		else if (out->len > 0 && out->data[out->len - 1] != ' ')
			text_add_char(out, ' ');
	}
}

static void
assert_holds(const char *said, const char *part)
{
	struct text a = {0}, b = {0};

	squeeze(said, &a);
	squeeze(part, &b);
	if (strstr(text_str(&a), text_str(&b)) == NULL)
		fail_msg("\"%s\" is missing in:\n%s", part, said);
	text_done(&a);
	text_done(&b);
}

static void
explain(const struct rule *rule, int64_t now, struct text *out)
{
	struct report_options options = { .width = 80, .now = now };

	assert_true(report_rule(rule, &options, keep, out));
}

static void
every_rule_is_explained_whole(void **state)
{
	static const char *const placeholders[] = {
		"{host}", "{site}", "{cn}", "{names}", "{missing}",
	};

	(void)state;
	for (size_t i = 0; i < n_rules; i++) {
		const struct rule *r = &rules[i];
		struct text out = {0};

		explain(r, SAMPLE_NOW, &out);
		assert_holds(text_str(&out), r->id);
		assert_holds(text_str(&out), r->title);
		assert_holds(text_str(&out), r->severity_text);
		assert_holds(text_str(&out), r->why);
		assert_holds(text_str(&out), r->symptoms);
		assert_holds(text_str(&out), r->source);
		assert_non_null(strstr(text_str(&out), "\nmend "));
		for (size_t k = 0; k < 5; k++)
			assert_null(strstr(text_str(&out), placeholders[k]));
		text_done(&out);
	}
}

/* The example is pasted under a host, as a reader would. */
static void
every_waiver_shown_is_one_that_loads(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_rules; i++) {
		struct inventory *inventory;
		struct text out = {0}, pasted = {0};
		const char *snippet;

		explain(&rules[i], SAMPLE_NOW, &out);
		snippet = strstr(text_str(&out), "    waivers:\n");
		if (rules[i].scope == SCOPE_AUDITOR) {
			assert_null(snippet);
			text_done(&out);
			continue;
		}
		assert_non_null(snippet);
		text_add(&pasted, "hosts:\n  - fqdn: cwa01.nwtraders.local\n"
		    "    sites: [{url: \"https://im.contoso.com\", "
		    "mtls_port: 5061}]\n");
		text_add(&pasted, snippet);
		inventory = sample_inventory(text_str(&pasted));
		assert_non_null(inventory);
		assert_int_equal(inventory->hosts[0].settings->n_waivers, 1);
		assert_string_equal(
		    inventory->hosts[0].settings->waivers[0].rule,
		    rules[i].id);
		assert_true(inventory->hosts[0].settings->waivers[0].until >
		    SAMPLE_NOW);
		inventory_unref(inventory);
		text_done(&pasted);
		text_done(&out);
	}
}

static void
what_is_not_judged_says_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_rules; i++) {
		struct text out = {0};

		explain(&rules[i], SAMPLE_NOW, &out);
		assert_int_equal(strstr(text_str(&out), "not judged by this "
		    "version") == NULL, rule_is_judged(&rules[i]));
		text_done(&out);
	}
	assert_true(rule_is_judged(rule_find("mtls-subject")));
}

static void
without_a_clock_the_end_is_left_to_the_reader(void **state)
{
	struct text out = {0};

	(void)state;
	explain(rule_find("weak-key"), 0, &out);
	assert_non_null(strstr(text_str(&out), "until: YYYY-MM-DD"));
	text_done(&out);
}

static void
a_rule_that_gives_way_says_to_which(void **state)
{
	struct text out = {0};

	(void)state;
	explain(rule_find("mtls-subject"), 0, &out);
	assert_holds(text_str(&out), "gives way documented-single");
	text_reset(&out);
	explain(rule_find("documented-single"), 0, &out);
	assert_holds(text_str(&out), "stands for mtls-subject");
	text_done(&out);
}

static void
lists_have_every_rule_once(void **state)
{
	struct report_options options = { .width = 80 };
	struct text table = {0}, json = {0};
	json_t *document, *list, *o;
	size_t i;

	(void)state;
	assert_true(report_rules(&options, keep, &table));
	assert_true(report_rules_json(keep, &json));
	document = json_loadb(text_str(&json), json.len, 0, NULL);
	list = json_object_get(document, "rules");
	assert_int_equal(json_array_size(list), n_rules);
	json_array_foreach(list, i, o) {
		assert_string_equal(json_string_value(json_object_get(o,
		    "rule")), rules[i].id);
		assert_true(json_is_array(json_object_get(o,
		    "stands_in_for")));
		assert_holds(text_str(&table), rules[i].title);
	}
	json_decref(document);
	text_done(&table);
	text_done(&json);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_is_explained_whole),
		cmocka_unit_test(every_waiver_shown_is_one_that_loads),
		cmocka_unit_test(what_is_not_judged_says_so),
		cmocka_unit_test(
		    without_a_clock_the_end_is_left_to_the_reader),
		cmocka_unit_test(a_rule_that_gives_way_says_to_which),
		cmocka_unit_test(lists_have_every_rule_once),
	};

	return cmocka_run_group_tests_name("report_rule", tests, NULL, NULL);
}
