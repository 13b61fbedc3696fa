/* SPDX-License-Identifier: ISC */
/* What a worker takes as it is, and what it finds out again. */
#include "audit/worker.c"

#include "test.h"

#define NOW	1790000000

static void
a_path_stands_until_a_date_turns_or_trust_is_another(void **state)
{
	static const struct {
		const char	*why;
		bool		 repath;
		enum chain_status status;
		int64_t		 valid_until;
		bool		 stands;
	} cases[] = {
		{ "no date in it", false, CHAIN_TRUSTED, CLOCK_NEVER, true },
		{ "valid still", false, CHAIN_TRUSTED, NOW + 1, true },
		{ "its time is over", false, CHAIN_TRUSTED, NOW, false },
		{ "another trust", true, CHAIN_TRUSTED, CLOCK_NEVER, false },
		{ "an issuer may be known by now", false, CHAIN_NO_ISSUER,
		    CLOCK_NEVER, false },
		{ "not trusted", false, CHAIN_UNKNOWN_CA, CLOCK_NEVER, false },
	};
	struct observation *seen = observation_new();

	(void)state;
	seen->at = NOW;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct chain chain = { .status = cases[i].status,
		    .valid_until = cases[i].valid_until };
		const struct sight s = { .seen = seen, .known_chain = &chain,
		    .repath = cases[i].repath };

		if (still_stands(&s) != cases[i].stands)
			fail_msg("%s", cases[i].why);
	}
	observation_free(seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_path_stands_until_a_date_turns_or_trust_is_another),
	};

	return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
