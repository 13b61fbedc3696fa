/* SPDX-License-Identifier: ISC */
/* Which of several paths is taken, and what is said where none is good. */
#include "trust_world.h"

static void
an_expired_intermediate_is_told_and_a_valid_one_preferred(void **state)
{
	struct plan old = issuing, next = issuing;
	const struct cert *valid;

	(void)state;
	old.after = -CLOCK_DAY;
	next.before = 5 * CLOCK_DAY;
	trust_two("corp", make(&root), NULL);
	send_cert(make(&leaf));
	send_cert(make(&old));
	judge(CHAIN_CA_EXPIRED, "the CA certificate \"CN=Contoso Issuing CA 2\" "
	    "expired on 2026-09-20T14:13:20Z");
	assert_int_equal(t.chain->n_path, 3);
	t.sent[1] = make(&next);
	judge(CHAIN_CA_EXPIRED, "is not valid before ");
	assert_int_equal(t.chain->valid_until, NOW + 5 * CLOCK_DAY);
	t.sent[1] = t.made[2];
	valid = make(&issuing);
	trust_learn(t.trust, valid);
	judge(CHAIN_TRUSTED, "");
	assert_ptr_equal(t.chain->path[1], valid);
	marks(true, false, true);
}

static void
a_cross_sign_leads_around_an_expired_root(void **state)
{
	struct plan old_root = root, cross = root;
	const struct cert *expired, *way;

	(void)state;
	old_root.after = -CLOCK_DAY;
	cross.issuer = "Other Root";
	cross.by = K_OTHER;
	expired = make(&old_root);
	way = make(&cross);
	trust_two("corp", expired, make(&other_root));
	send_cert(make(&leaf));
	send_cert(make(&issuing));
	judge(CHAIN_CA_EXPIRED, "\"CN=Foo Root\" expired on");
	send_cert(way);
	judge(CHAIN_TRUSTED, "\"CN=Other Root\"");
	assert_int_equal(t.chain->n_path, 4);
	marks(false, false, false);
}

static void
a_dead_end_does_not_hide_another_way(void **state)
{
	struct plan cross = issuing;

	(void)state;
	/* the same CA, signed by a root that nobody knows: sent first */
	cross.issuer = "Nobody";
	cross.by = K_OTHER;
	trust_two("corp", make(&root), NULL);
	send_cert(make(&leaf));
	send_cert(make(&cross));
	send_cert(make(&issuing));
	judge(CHAIN_TRUSTED, "\"CN=Foo Root\"");
	assert_ptr_equal(t.chain->path[1], t.sent[2]);
	assert_true(t.chain->extras);
}

/* What stands between leaf and root decides; the leaf may have a say too. */
static const struct {
	struct plan		 issuing;
	enum chain_status	 status;
	const char		*reason;
} flaws[] = {
	{ { .basic = "critical,CA:FALSE" }, CHAIN_NOT_A_CA,
	    "\"CN=Contoso Issuing CA 2\" may not issue certificates: it is "
	    "not a CA" },
	{ { .basic = NULL }, CHAIN_NOT_A_CA, "it is not a CA" },
	{ { CA, .usage = "critical,digitalSignature" }, CHAIN_NOT_A_CA,
	    "its key usage lacks keyCertSign" },
	{ { CA, .constraints = "critical,permitted;DNS:.other.example" },
	    CHAIN_CONSTRAINED, "\"CN=cwa01.example\" permits other names only" },
	{ { CA, .constraints = "critical,excluded;DNS:cwa01.example" },
	    CHAIN_CONSTRAINED, "excludes a name of it" },
	{ { CA, .eku = "emailProtection" }, CHAIN_CONSTRAINED,
	    "extended key usage that leaves out TLS servers" },
	{ { CA, .eku = "serverAuth,clientAuth" }, CHAIN_TRUSTED, "" },
	{ { CA, .sha1 = true }, CHAIN_TRUSTED, "" },
	{ { CA, .usage = "critical,keyCertSign" }, CHAIN_TRUSTED, "" },
	{ { CA, .by = K_OTHER }, CHAIN_BAD_SIGNATURE,
	    "the signature of \"CN=Contoso Issuing CA 2\" was not made by the "
	    "key of \"CN=Foo Root\"" },
};

static void
an_issuer_must_be_allowed_to_issue(void **state)
{
	(void)state;
	trust_two("corp", make(&root), NULL);
	send_cert(make(&leaf));
	t.n_sent = 2;
	for (size_t i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
		struct plan plan = flaws[i].issuing;

		plan.subject = issuing.subject;
		plan.issuer = issuing.issuer;
		plan.key = K_ISSUING;	/* by: K_ROOT, unless it says other */
		t.sent[1] = make(&plan);
		judge(flaws[i].status, flaws[i].reason);
		assert_true(t.chain->n_path > 1);
		assert_false(t.chain->extras);
	}
}

static void
a_path_length_is_kept(void **state)
{
	struct plan tight = root, middle = issuing, lower = issuing;

	(void)state;
	tight.basic = "critical,CA:TRUE,pathlen:0";
	middle.subject = lower.issuer = "Middle CA";
	middle.key = lower.by = K_OTHER;
	trust_two("corp", make(&tight), NULL);
	send_cert(make(&leaf));
	send_cert(make(&lower));
	send_cert(make(&middle));
	judge(CHAIN_CONSTRAINED, "allows fewer CAs below it");
	assert_int_equal(t.chain->n_path, 4);
}

static void
a_forged_leaf_has_a_bad_signature(void **state)
{
	struct plan forged = leaf, own = { "box", "box", K_LEAF, K_OTHER,
	    .san = "DNS:box" };

	(void)state;
	forged.by = K_OTHER;
	trust_two("corp", make(&root), NULL);
	send_cert(make(&forged));
	send_cert(make(&issuing));
	judge(CHAIN_BAD_SIGNATURE, "the signature of \"CN=cwa01.example\"");
	/* nor does a forged link lead on to where OpenSSL has no say */
	strings_done(&t.names);
	trust_two("lab", make(&other_root), NULL);
	send_cert(make(&root));
	judge(CHAIN_BAD_SIGNATURE, "the signature of \"CN=cwa01.example\"");
	t.sent[0] = make(&own);
	t.n_sent = 1;
	judge(CHAIN_BAD_SIGNATURE, "\"CN=box\"");
}

static void
sha1_and_short_keys_and_the_leafs_dates_are_not_judged_here(void **state)
{
	struct plan old = leaf, r = root, i = issuing;

	(void)state;
	old.after = -CLOCK_DAY;
	old.sha1 = r.sha1 = i.sha1 = true;
	trust_two("corp", make(&r), NULL);
	send_cert(make(&old));
	send_cert(make(&i));
	judge(CHAIN_TRUSTED, "");
	old.before = CLOCK_DAY;
	old.after = 0;
	t.sent[0] = make(&old);
	judge(CHAIN_TRUSTED, "");
}

static void
the_verdict_turns_with_the_dates_of_its_cas(void **state)
{
	struct plan i = issuing;

	(void)state;
	i.after = 30 * CLOCK_DAY;
	trust_two("corp", make(&root), NULL);
	send_cert(make(&leaf));
	send_cert(make(&i));
	judge(CHAIN_TRUSTED, "");
	assert_int_equal(t.chain->valid_until, NOW + 30 * CLOCK_DAY);
	judge_at(t.chain->valid_until - 1, CHAIN_TRUSTED, "");
	judge_at(t.chain->valid_until, CHAIN_CA_EXPIRED, "expired on");
	judge_at(NOW + 2 * YEAR, CHAIN_CA_EXPIRED, "expired on");
	assert_int_equal(t.chain->valid_until, CLOCK_NEVER);
}

static void
a_hostile_list_of_namesakes_ends_soon(void **state)
{
	/* all of one name and key, each may issue each other */
	static const struct plan loop = { "Loop", "Loop", K_OTHER, K_ISSUING,
	    CA };
	struct plan l = leaf, back = loop;

	(void)state;
	back.key = K_ISSUING;
	back.by = K_OTHER;
	l.issuer = "Loop";
	trust_two("corp", make(&root), NULL);
	send_cert(make(&l));
	for (int i = 0; i < 19; i++)
		send_cert(make(i % 2 == 0 ? &loop : &back));
	chain_unref(t.chain);
	t.chain = trust_path(t.trust, &t.names, t.sent, t.n_sent, NOW);
	assert_int_not_equal(t.chain->status, CHAIN_TRUSTED);
	assert_non_null(strstr(t.chain->reason, "more paths were possible"));
	assert_true(t.chain->n_path <= 12);
}

static void
only_the_first_of_a_long_list_are_used(void **state)
{
	(void)state;
	trust_two("corp", make(&root), NULL);
	send_cert(make(&leaf));
	while (t.n_sent < TRUST_SENT_MAX)
		send_cert(t.n_made < 10 ? make(&other_root) : t.made[5]);
	send_cert(make(&issuing));
	judge(CHAIN_NO_ISSUER, "\"CN=Contoso Issuing CA 2\"");
	t.sent[1] = t.sent[TRUST_SENT_MAX];
	judge(CHAIN_TRUSTED, "");
	assert_true(t.chain->extras);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(an_expired_intermediate_is_told_and_a_valid_one_preferred),
		TEST(a_cross_sign_leads_around_an_expired_root),
		TEST(a_dead_end_does_not_hide_another_way),
		TEST(an_issuer_must_be_allowed_to_issue),
		TEST(a_path_length_is_kept),
		TEST(a_forged_leaf_has_a_bad_signature),
		TEST(sha1_and_short_keys_and_the_leafs_dates_are_not_judged_here),
		TEST(the_verdict_turns_with_the_dates_of_its_cas),
		TEST(a_hostile_list_of_namesakes_ends_soon),
		TEST(only_the_first_of_a_long_list_are_used),
	};

	return cmocka_run_group_tests_name("trust_path", tests, make_keys,
	    free_keys);
}
