/* SPDX-License-Identifier: ISC */
/* The id of a finding stays, and no two are the same. */
#include "cwaudit/finding.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

/* Computed once, elsewhere: users have these ids in their tickets. */
static const struct {
	const char	*owner, *kind, *site;
	unsigned	 port;
	const char	*rule, *id;
} ids[] = {
	{ "cwa01.nwtraders.local", "mtls", "im.contoso.com", 5061,
	    "mtls-subject", "c3f9c4ee9588340e" },
	{ "cwa01.nwtraders.local", "host", "", 0, "single-split",
	    "8d91809bb9d87c7b" },
};

static void
ids_stay_what_they_are(void **state)
{
	char id[FINDING_ID];

	(void)state;
	for (size_t i = 0; i < ARRAY_N(ids); i++) {
		finding_id(id, ids[i].owner, ids[i].kind, ids[i].site,
		    ids[i].port, ids[i].rule);
		assert_string_equal(id, ids[i].id);
	}
}

/* Letters that move from one part to the next make another finding. */
static void
parts_do_not_run_into_each_other(void **state)
{
	char a[FINDING_ID], b[FINDING_ID];

	(void)state;
	finding_id(a, "cwa01", "mtls", "im", 5061, "expired");
	finding_id(b, "cwa01m", "tls", "im", 5061, "expired");
	assert_string_not_equal(a, b);
	finding_id(b, "cwa01", "mtls", "im5", 61, "expired");
	assert_string_not_equal(a, b);
}

static void
results_move_whole_and_in_order(void **state)
{
	struct results from = {0}, to = {0};

	(void)state;
	results_add(&to)->message = xstrdup("a");
	results_add(&from)->message = xstrdup("b");
	results_add(&from)->message = xstrdup("c");
	strings_add(&from.item[1].offenders, "x");
	results_move(&to, &from);
	assert_int_equal(from.n, 0);
	assert_null(from.item);
	assert_int_equal(to.n, 3);
	assert_string_equal(to.item[2].message, "c");
	assert_string_equal(to.item[2].offenders.item[0], "x");
	results_done(&to);
	assert_int_equal(to.n, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_stay_what_they_are),
		cmocka_unit_test(parts_do_not_run_into_each_other),
		cmocka_unit_test(results_move_whole_and_in_order),
	};

	return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
