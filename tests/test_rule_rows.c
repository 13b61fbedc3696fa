/* SPDX-License-Identifier: ISC */
/* The table of rules by itself: every row is whole, and names real rules. */
#include "cwaudit/rule.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "test.h"

static void
every_row_is_whole(void **state)
{
	size_t n;
	const char *const *ids = rule_ids(&n);

	(void)state;
	assert_int_equal(n, n_rules);
	for (size_t i = 0; i < n_rules; i++) {
		const struct rule *r = &rules[i];

		assert_string_equal(ids[i], r->id);
		assert_ptr_equal(rule_find(r->id), r);
		assert_int_equal(strspn(r->id, "abcdefghijklmnopqrstuvwxyz"
		    "0123456789-"), strlen(r->id));
		assert_true(r->severity > SEVERITY_OFF);
		if (r->symptoms == NULL || r->symptoms[0] == '\0' ||
		    r->title == NULL || r->why == NULL || r->remedy == NULL ||
		    r->source == NULL || r->clauses == NULL ||
		    r->severity_text == NULL || r->title[0] == '\0' ||
		    r->why[0] == '\0' || r->remedy[0] == '\0' ||
		    r->source[0] == '\0' || r->clauses[0] == '\0')
			fail_msg("%s lacks words", r->id);
		assert_true(r->check == NULL || r->scope == SCOPE_SLOT ||
		    r->scope == SCOPE_LISTENER);
		assert_true(r->check_host == NULL || r->scope == SCOPE_HOST);
		assert_true(r->check_farm == NULL || r->scope == SCOPE_FARM);
		assert_true(r->check_fleet == NULL || r->scope == SCOPE_FLEET);
		assert_true(r->check_auditor == NULL ||
		    r->scope == SCOPE_AUDITOR);
		if (r->scope != SCOPE_AUDITOR)
			assert_int_not_equal(r->roles, 0);
		/* What a request tells is no matter of a port. */
		assert_false(r->of_port && r->on_request);
		if (r->of_port || r->on_request)
			assert_non_null(r->check);
	}
	assert_null(rule_find("no-such-rule"));
	assert_int_equal(rule_severity("expired"), SEVERITY_CRITICAL);
}

static void
rules_stand_in_only_for_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_rules; i++) {
		char *words, *word, *rest;

		if (rules[i].stands_in_for == NULL)
			continue;
		words = xstrdup(rules[i].stands_in_for);
		for (word = strtok_r(words, " ", &rest); word != NULL;
		    word = strtok_r(NULL, " ", &rest)) {
			if (rule_find(word) == NULL)
				fail_msg("%s: %s", rules[i].id, word);
			assert_string_not_equal(word, rules[i].id);
		}
		free(words);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(rules_stand_in_only_for_rules),
	};

	return cmocka_run_group_tests_name("rule_rows", tests, NULL, NULL);
}
