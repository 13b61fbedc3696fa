/* SPDX-License-Identifier: ISC */
/* Which looks prove, which are hellos, and what each of them may judge. */
#include "audit_world.h"

static void
the_mode_says_which_looks_prove(void **state)
{
	struct world *w = *state;

	w->config.prove_every_s = 5 * 3600;
	pass(w, 24 * 3600);
	/* HTTPS at hours 0, 5, 10, 15, 20; MTLS at each of its looks */
	assert_in_range(w->proofs, 2 * (5 + 4), 2 * (5 + 5));
	w->config.mode = MODE_HANDSHAKE;
	w->proofs = w->looks[0] = w->looks[1] = w->looks[2] = w->looks[3] = 0;
	pass(w, 12 * 3600);
	assert_int_equal(w->proofs, w->looks[0] + w->looks[1] + w->looks[2] +
	    w->looks[3]);
	w->config.mode = MODE_HELLO;
	w->proofs = 0;
	pass(w, 24 * 3600);
	assert_int_equal(w->proofs, 0);
}

/* Hellos in between know less, and change nothing of what is known. */
static void
the_proof_of_an_earlier_look_stands(void **state)
{
	struct world *w = *state;
	struct snapshot *snap;

	pass(w, 20 * 3600);
	assert_int_equal(w->proofs, 4);
	snap = audit_snapshot(w->audit);
	for (size_t i = 0; i < snap->n_endpoints; i++) {
		assert_int_equal(snap->endpoints[i].seen->proof,
		    PROOF_FINISHED);
		assert_int_equal(snap->endpoints[i].seen->ending,
		    ENDING_COMPLETE);
	}
	snapshot_free(snap);
}

/* From the try, not from the success: who cannot prove is not asked hourly. */
static void
a_proof_that_was_tried_counts(void **state)
{
	struct world *w = *state;

	w->unproven = true;
	pass(w, 20 * 3600);
	assert_int_equal(w->proofs, 4);
}

static void
a_handshake_that_breaks_is_told_after_two_and_soon(void **state)
{
	struct world *w = *state;

	pass(w, 2 * 3600);
	text_reset(&w->told);
	w->config.prove_every_s = 60;
	w->broken = true;
	audit_sweep(w->audit);
	pass(w, 30);
	expect_told(w, "");
	pass(w, 90);
	assert_non_null(strstr(text_str(&w->told),
	    "opened handshake-broken https; "));
	assert_non_null(strstr(text_str(&w->told),
	    "opened handshake-broken mtls; "));
	text_reset(&w->told);
	/* proved at each look while it lasts, so that its end is seen */
	w->config.prove_every_s = 30 * 86400;
	pass(w, 7 * 3600);
	expect_told(w, "");
	w->broken = false;
	pass(w, 7 * 3600);
	expect_told(w, "cleared handshake-broken https; "
	    "cleared handshake-broken https; "
	    "cleared handshake-broken mtls; "
	    "cleared handshake-broken mtls; ");
}

static void
one_handshake_that_breaks_is_nothing(void **state)
{
	struct world *w = *state;

	pass(w, 2 * 3600);
	text_reset(&w->told);
	w->config.prove_every_s = 60;
	for (int i = 0; i < 3; i++) {
		w->broken = true;
		audit_sweep(w->audit);
		pass(w, 30);
		w->broken = false;
		pass(w, 7 * 3600);
	}
	expect_told(w, "");
}

/* What only a handshake can judge stays as the last one left it. */
static void
a_hello_neither_opens_nor_clears_what_a_handshake_judges(void **state)
{
	struct world *w = *state;

	w->version = "TLSv1";
	w->config.renotify_s = 0;
	pass(w, 7 * 3600);
	assert_non_null(strstr(text_str(&w->told), "opened legacy-tls https; "));
	text_reset(&w->told);
	w->version = NULL;
	w->config.mode = MODE_HELLO;
	pass(w, 24 * 3600);
	expect_told(w, "");
	/* not even with another certificate */
	present(w, 2, make_cert(w, "cwa02.nwtraders.local",
	    "DNS:cwa02.nwtraders.local,DNS:im2.contoso.com,"
	    "DNS:as.im2.contoso.com,DNS:download.im2.contoso.com", 7));
	present(w, 3, cert_ref(w->leaf[2]));
	pass(w, 24 * 3600);
	assert_null(strstr(text_str(&w->told), "legacy-tls"));
	assert_null(strstr(text_str(&w->told), "not-proven"));
	text_reset(&w->told);
	w->config.mode = MODE_HANDSHAKE;
	pass(w, 7 * 3600);
	assert_non_null(strstr(text_str(&w->told),
	    "cleared legacy-tls https; "));
	assert_null(strstr(text_str(&w->told), "not-proven"));
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup_world, drop_world)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_mode_says_which_looks_prove),
		TEST(the_proof_of_an_earlier_look_stands),
		TEST(a_proof_that_was_tried_counts),
		TEST(a_handshake_that_breaks_is_told_after_two_and_soon),
		TEST(one_handshake_that_breaks_is_nothing),
		TEST(a_hello_neither_opens_nor_clears_what_a_handshake_judges),
	};

	return cmocka_run_group_tests_name("audit: looks", tests, NULL, NULL);
}
