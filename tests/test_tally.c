/* SPDX-License-Identifier: ISC */
/* Which transitions are said, and what the others come to. */
#include "cwaudit/tally.h"

#include <stdio.h>

#include "test.h"

/* Adds n findings on each of so many hosts; how many of them were said. */
static size_t
add(struct tally *t, enum transition state, const char *rule,
    enum severity severity, size_t hosts, size_t n, size_t max)
{
	size_t said = 0;

	for (size_t i = 0; i < hosts * n; i++) {
		char owner[32];
		struct finding f = { .rule = rule_find(rule),
		    .severity = severity, .owner = owner };

		snprintf(owner, sizeof(owner), "cwa%03zu", i / n);
		said += tally_add(t, state, &f, max);
	}
	return said;
}

static void
on_line(void *ctx, const struct tally_line *l)
{
	text_addf(ctx, "%s %s %s findings=%zu hosts=%zu first=%s\n",
	    transition_name(l->state), l->rule->id, severity_name(l->severity),
	    l->findings, l->hosts, l->first);
}

static void
assert_counted(struct tally *t, const char *lines)
{
	struct text told = {0};

	tally_end(t, on_line, &told);
	assert_string_equal(text_str(&told), lines);
	text_done(&told);
}

static void
a_rule_that_opens_everywhere_is_said_on_fifty_hosts(void **state)
{
	struct tally *t = tally_new();

	(void)state;
	assert_int_equal(add(t, TRANSITION_OPENED, "weak-key",
	    SEVERITY_WARNING, 50, 2, 1000), 100);
	assert_counted(t, "");
	assert_int_equal(add(t, TRANSITION_OPENED, "weak-key",
	    SEVERITY_WARNING, 60, 2, 1000), 100);
	assert_int_equal(add(t, TRANSITION_OPENED, "expired",
	    SEVERITY_CRITICAL, 3, 1, 1000), 3);
	/* what clears everywhere is said everywhere */
	assert_int_equal(add(t, TRANSITION_CLEARED, "weak-key",
	    SEVERITY_WARNING, 60, 1, 1000), 60);
	assert_counted(t, "opened weak-key warning findings=20 hosts=10 "
	    "first=cwa050\n");
	assert_counted(t, "");		/* a cycle begins at nothing */
	assert_int_equal(add(t, TRANSITION_OPENED, "weak-key",
	    SEVERITY_WARNING, 2, 1, 1000), 2);
	tally_free(t);
}

static void
past_the_limit_of_a_cycle_everything_is_counted(void **state)
{
	struct tally *t = tally_new();

	(void)state;
	assert_int_equal(add(t, TRANSITION_CLEARED, "weak-key",
	    SEVERITY_WARNING, 7, 1, 10), 7);
	assert_int_equal(add(t, TRANSITION_OPENED, "expiring",
	    SEVERITY_NOTICE, 5, 1, 10), 3);
	assert_int_equal(add(t, TRANSITION_OPENED, "expiring",
	    SEVERITY_ERROR, 2, 2, 10), 0);
	assert_int_equal(add(t, TRANSITION_REMINDER, "expired",
	    SEVERITY_CRITICAL, 1, 1, 10), 0);
	assert_counted(t,
	    "reminder expired critical findings=1 hosts=1 first=cwa000\n"
	    "opened expiring error findings=6 hosts=4 first=cwa003\n");
	tally_free(t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_rule_that_opens_everywhere_is_said_on_fifty_hosts),
		cmocka_unit_test(
		    past_the_limit_of_a_cycle_everything_is_counted),
	};

	return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
