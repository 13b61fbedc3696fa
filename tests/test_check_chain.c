/* SPDX-License-Identifier: ISC */
/* What is said of a chain: the issuer that is not allowed, what is missing. */
#include "cwaudit/check.h"

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define NOW	1780272000	/* 2026-06-01T00:00:00Z */
#define CWA	"cwaserver.nwtraders.local"
#define HOST(keys) "hosts:\n  - fqdn: " CWA "\n    address: 10.0.0.1\n" \
	"    " keys "\n    sites:\n" \
	"      - {url: https://im.contoso.com, mtls_port: 5061}\n"

/* Issuers that look alike: one of them has a Cyrillic letter. */
static void
no_message_says_that_a_is_not_a(void **state)
{
	struct made ca = make_ca("C\xd0\xb0", NULL);
	struct made m = make_cert((struct recipe){ .cn = CWA,
	    .issuer = &ca });
	struct inventory *inv = world_inventory(HOST("issuers: {mtls: [CN=Ca]}"));
	struct host_view *v = world_view(inv, CWA, NOW);
	struct subject *s = world_port(v, 5061);
	struct why why = {0};

	(void)state;
	world_present(s, m.cert);
	host_view_settle(v);
	assert_int_equal(check_issuer_unexpected(s, &why), VERDICT_FAIL);
	assert_non_null(strstr(text_str(&why.message), "allowed are CN=Ca; "
	    "byte by byte it is CN=C\\xd0\\xb0"));
	why_done(&why);
	world_view_free(v);
	inventory_unref(inv);
	made_free(&m);
	made_free(&ca);
}

/* Of two intermediates one was sent, and the root need not be. */
static void
what_is_missing_in_a_chain_is_named_alone(void **state)
{
	struct made root = make_ca("Root", NULL), upper = make_ca("Upper",
	    &root), lower = make_ca("Lower", &upper);
	struct made m = make_cert((struct recipe){ .cn = CWA,
	    .issuer = &lower });
	const struct cert *path[] = { m.cert, lower.cert, upper.cert,
	    root.cert };
	struct chain chain = { .status = CHAIN_TRUSTED, .path = path,
	    .n_path = 4, .sent = path, .n_sent = 2, .incomplete = true };
	struct inventory *inv = world_inventory(HOST(""));
	struct host_view *v = world_view(inv, CWA, NOW);
	struct subject *s = world_port(v, 5061);
	struct why why = {0};

	(void)state;
	world_present(s, m.cert);
	s->chain = &chain;
	host_view_settle(v);
	assert_int_equal(check_incomplete_chain(s, &why), VERDICT_FAIL);
	assert_int_equal(why.offenders.n, 1);
	assert_string_equal(why.offenders.item[0], "CN=Upper");
	why_done(&why);
	s->chain = NULL;
	world_view_free(v);
	inventory_unref(inv);
	made_free(&m);
	made_free(&lower);
	made_free(&upper);
	made_free(&root);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_message_says_that_a_is_not_a),
		cmocka_unit_test(what_is_missing_in_a_chain_is_named_alone),
	};

	return cmocka_run_group_tests_name("check_chain", tests, NULL, NULL);
}
