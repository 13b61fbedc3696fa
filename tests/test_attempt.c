/* SPDX-License-Identifier: ISC */
/* How one step of a look ends: whose fault an errno is, and only once. */
#include "probe/attempt.h"

#include "test.h"

#include <errno.h>
#include <stdlib.h>

static const struct { int error; enum outcome outcome; } errors[] = {
	{ ECONNREFUSED, OUTCOME_REFUSED },
	{ EHOSTUNREACH, OUTCOME_UNREACHABLE },
	{ ENETUNREACH, OUTCOME_UNREACHABLE },
	{ ENETDOWN, OUTCOME_UNREACHABLE },
	{ ETIMEDOUT, OUTCOME_TIMEOUT },
	{ ECONNRESET, OUTCOME_RESET },
	{ EPIPE, OUTCOME_RESET },
	{ EMFILE, OUTCOME_NOT_TRIED },
	{ ENFILE, OUTCOME_NOT_TRIED },
	{ EADDRNOTAVAIL, OUTCOME_NOT_TRIED },
	{ ENOBUFS, OUTCOME_NOT_TRIED },
	{ EPERM, OUTCOME_NOT_TRIED },
};

static void
our_own_faults_are_not_the_servers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		assert_int_equal(attempt_errno_outcome(errors[i].error),
		    errors[i].outcome);
}

static unsigned over;

static void
on_over(struct attempt *a)
{
	(void)a;
	over++;
}

static void
an_attempt_ends_once_and_a_chain_wins(void **state)
{
	struct observation *o = observation_new();
	struct attempt a = { .seen = o, .on_over = on_over,
	    .on_connected = on_over };

	(void)state;
	attempt_end(&a, OUTCOME_RESET, "one %d", 1);
	attempt_end(&a, OUTCOME_CLOSED, "two");
	attempt_connected(&a);
	assert_int_equal(over, 1);
	assert_int_equal(o->outcome, OUTCOME_RESET);
	assert_string_equal(text_str(&o->detail), "one 1");
	assert_false(a.connected);

	a.over = false;
	assert_true(observation_add_der(o, (const uint8_t *)"x", 1));
	attempt_end_errno(&a, ECONNRESET, "; read");
	assert_int_equal(o->outcome, OUTCOME_OBSERVED);
	observation_free(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_faults_are_not_the_servers),
		cmocka_unit_test(an_attempt_ends_once_and_a_chain_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
