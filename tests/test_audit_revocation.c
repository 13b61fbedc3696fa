/* SPDX-License-Identifier: ISC */
/* What becomes of a question about revocation, and of its answer. */
#include "audit_world.h"

static const char revocation_text[] =
"hosts:\n"
"  - fqdn: cwa01.nwtraders.local\n"
"    address: 127.0.0.1\n"
"    layout: single\n"
"    revocation: {enabled: yes, hosts: [crl.contoso.com]}\n"
"    sites:\n"
"      - {url: \"https://im.contoso.com\", mtls_port: 5061}\n"
"  - fqdn: cwa02.nwtraders.local\n"
"    address: 127.0.0.2\n"
"    layout: single\n"
"    sites:\n"
"      - {url: \"https://im2.contoso.com\", mtls_port: 5061}\n";

static void
turn_on(struct world *w)
{
	reload(w, load(w, revocation_text));
	audit_sweep(w->audit);
	pass(w, 5);
}

/* One answer to each that was asked. */
static void
answer_doubts(struct world *w, enum revocation_answer a)
{
	while (w->n_doubts > 0) {
		struct doubt *d = w->doubt[--w->n_doubts];

		d->answer = revocation_new(d->chain);
		assert_int_equal(d->answer->n, 1);
		d->answer->item[0].status.answer = a;
		d->answer->item[0].url = xstrdup("http://crl.contoso.com/c");
		text_add(&d->answer->item[0].status.words, "no CRL");
		audit_answered(w->audit, d);
	}
}

static void
a_sweep_is_over_when_the_answers_are_in(void **state)
{
	struct world *w = *state;
	size_t swept;

	pass(w, 5);
	assert_int_equal(w->n_doubts, 0);	/* it is off */
	swept = w->swept;
	turn_on(w);
	assert_int_equal(w->n_doubts, 2);	/* the two ports of cwa01 */
	assert_ptr_equal(w->doubt[0]->setup, w->setup);
	assert_int_equal(w->swept, swept);
	assert_false(audit_swept(w->audit));
	expect_told(w, "");			/* no answer is no finding */
	answer_doubts(w, REVOCATION_GOOD);
	assert_int_equal(w->swept, swept + 1);
	assert_true(audit_swept(w->audit));
	expect_told(w, "");
}

static void
revoked_opens_unknown_keeps_and_good_clears(void **state)
{
	struct world *w = *state;

	w->config.settle_s = 0;
	turn_on(w);
	answer_doubts(w, REVOCATION_REVOKED);
	assert_non_null(strstr(text_str(&w->told), "opened revoked single; "));
	text_reset(&w->told);
	audit_sweep(w->audit);
	pass(w, 5);
	expect_told(w, "");			/* asked again, not cleared */
	answer_doubts(w, REVOCATION_UNKNOWN);
	assert_non_null(strstr(text_str(&w->told),
	    "opened revocation-unknown single; "));
	assert_null(strstr(text_str(&w->told), "cleared"));
	text_reset(&w->told);
	audit_sweep(w->audit);
	pass(w, 5);
	answer_doubts(w, REVOCATION_GOOD);
	assert_non_null(strstr(text_str(&w->told), "cleared revoked single; "));
	assert_non_null(strstr(text_str(&w->told),
	    "cleared revocation-unknown single; "));
}

static void
an_answer_about_a_certificate_that_is_gone_is_dropped(void **state)
{
	struct world *w = *state;
	const struct cert *next = make_cert(w, "cwa01.nwtraders.local",
	    "DNS:cwa01.nwtraders.local,DNS:im.contoso.com,"
	    "DNS:as.im.contoso.com,DNS:download.im.contoso.com", 9);
	struct doubt *old[2];

	turn_on(w);
	assert_int_equal(w->n_doubts, 2);
	memcpy(old, w->doubt, sizeof(old));
	w->n_doubts = 0;
	present(w, 0, next);
	present(w, 1, cert_ref(next));
	audit_sweep(w->audit);
	pass(w, 5);
	text_reset(&w->told);
	assert_int_equal(w->n_doubts, 2);	/* asked about the new one */
	for (int i = 0; i < 2; i++) {
		old[i]->answer = revocation_new(old[i]->chain);
		old[i]->answer->item[0].status.answer = REVOCATION_REVOKED;
		audit_answered(w->audit, old[i]);
	}
	expect_told(w, "");
	assert_false(audit_swept(w->audit));
	answer_doubts(w, REVOCATION_GOOD);
	expect_told(w, "");
	assert_true(audit_swept(w->audit));
}

static void
an_answer_after_a_reload_goes_nowhere(void **state)
{
	struct world *w = *state;
	struct doubt *old[2];

	turn_on(w);
	memcpy(old, w->doubt, sizeof(old));
	w->n_doubts = 0;
	turn_on(w);
	for (int i = 0; i < 2; i++) {
		old[i]->answer = revocation_new(old[i]->chain);
		old[i]->answer->item[0].status.answer = REVOCATION_REVOKED;
		audit_answered(w->audit, old[i]);
	}
	expect_told(w, "");
	answer_doubts(w, REVOCATION_GOOD);
	assert_true(audit_swept(w->audit));
}

static bool
is_held_whole(const struct world *w, size_t i)
{
	struct snapshot *snap = audit_snapshot(w->audit);
	bool whole = snap->endpoints[i].leaf->der != NULL;

	snapshot_free(snap);
	return whole;
}

/* Of a stored leaf the facts are held; to ask it takes the whole one. */
static void
turned_on_later_it_asks_with_the_whole_certificate(void **state)
{
	static const enum config_mode modes[] = { MODE_HELLO, MODE_HANDSHAKE };
	struct world *w = *state;

	w->trusted = true;
	use_store(w);
	restart(w);
	for (size_t i = 0; i < 2; i++) {
		w->config.mode = modes[i];
		reload(w, load(w, inventory_text));
		audit_sweep(w->audit);
		pass(w, 5);
		audit_sweep(w->audit);
		pass(w, 5);
		assert_false(is_held_whole(w, 0));
		assert_int_equal(w->n_doubts, 0);
		turn_on(w);
		assert_int_equal(w->n_doubts, 2);
		assert_non_null(w->doubt[0]->chain->path[0]->der);
		assert_non_null(w->doubt[1]->chain->path[0]->der);
		while (w->n_doubts > 0) {
			struct doubt *d = w->doubt[--w->n_doubts];

			d->answer = revocation_new(d->chain);
			audit_answered(w->audit, d);
		}
		assert_true(is_held_whole(w, 0));
	}
	expect_told(w, "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_sweep_is_over_when_the_answers_are_in),
		TEST(revoked_opens_unknown_keeps_and_good_clears),
		TEST(an_answer_about_a_certificate_that_is_gone_is_dropped),
		TEST(an_answer_after_a_reload_goes_nowhere),
		TEST(turned_on_later_it_asks_with_the_whole_certificate),
	};

	return cmocka_run_group_tests_name("audit_revocation", tests, NULL,
	    NULL);
}
