/* SPDX-License-Identifier: ISC */
/* What is trusted, learned and remembered. */
#include "trust_world.h"

#include "cwaudit/cert_cache.h"

static void
a_full_chain_is_trusted(void **state)
{
	const struct cert *r = make(&root), *i = make(&issuing);

	(void)state;
	trust_two("corp", r, NULL);
	send_cert(make(&leaf));
	send_cert(i);
	judge(CHAIN_TRUSTED, "the path ends at \"CN=Foo Root\"");
	marks(false, false, false);
	assert_int_equal(t.chain->n_path, 3);
	assert_ptr_equal(t.chain->path[1], i);
	assert_memory_equal(t.chain->path[2]->sha256, r->sha256, CERT_SHA256);
	assert_int_equal(t.chain->valid_until, NOW + YEAR);
	send_cert(r);
	judge(CHAIN_TRUSTED, "");
	marks(false, false, false);
}

static void
a_self_signed_leaf_is_trusted_only_from_the_set(void **state)
{
	static const struct plan own = { "box", "box", K_LEAF, K_LEAF,
	    .san = "DNS:box" };
	const struct cert *c = make(&own);

	(void)state;
	trust_two("corp", make(&root), NULL);
	send_cert(c);
	judge(CHAIN_SELF_SIGNED,
	    "\"CN=box\" is signed by its own key, and is in none of: corp");
	assert_int_equal(t.chain->n_path, 1);
	assert_false(trust_holds(t.trust, &t.names, c));
	trust_two("boxes", c, NULL);
	judge(CHAIN_TRUSTED, "");
	assert_true(trust_holds(t.trust, &t.names, c));
	assert_int_equal(t.chain->n_path, 1);
	assert_int_equal(t.chain->valid_until, CLOCK_NEVER);
}

static void
a_sent_root_that_is_not_ours_is_an_unknown_ca(void **state)
{
	(void)state;
	trust_two("corp", make(&other_root), NULL);
	trust_two("lab", make(&other_root), NULL);
	send_cert(make(&leaf));
	send_cert(make(&issuing));
	send_cert(make(&root));
	judge(CHAIN_UNKNOWN_CA, "the path ends at \"CN=Foo Root\", which is in "
	    "none of: corp, lab");
	assert_int_equal(t.chain->n_path, 3);
	marks(false, false, false);
}

static void
a_missing_intermediate_is_named_until_it_is_learned(void **state)
{
	const struct cert *i = make(&issuing);
	uint64_t revision;

	(void)state;
	trust_two("corp", make(&root), NULL);
	send_cert(make(&leaf));
	judge(CHAIN_NO_ISSUER, "the issuer \"CN=Contoso Issuing CA 2\" was not "
	    "sent and is not known here");
	assert_int_equal(t.chain->n_path, 1);
	assert_false(t.chain->incomplete);
	revision = trust_revision(t.trust);
	trust_learn(t.trust, t.sent[0]);	/* no CA: passed over */
	assert_int_equal(trust_revision(t.trust), revision);
	trust_learn(t.trust, i);
	trust_learn(t.trust, i);
	assert_int_equal(trust_revision(t.trust), revision + 1);
	judge(CHAIN_TRUSTED, "");
	marks(true, false, false);
	assert_ptr_equal(t.chain->path[1], i);
}

static void
an_intermediate_in_the_set_helps_but_is_no_anchor(void **state)
{
	const struct cert *i = make(&issuing);

	(void)state;
	trust_two("corp", i, make(&root));
	send_cert(make(&leaf));
	judge(CHAIN_TRUSTED, "");
	marks(true, false, false);
	assert_int_equal(t.chain->n_path, 3);
	strings_done(&t.names);
	trust_two("mixed", i, make(&other_root));
	judge(CHAIN_NO_ISSUER, "the issuer \"CN=Foo Root\"");
	assert_int_equal(t.chain->n_path, 2);
	assert_true(trust_holds(t.trust, &t.names, i));
}

static void
a_set_without_a_root_has_its_intermediates_as_anchors(void **state)
{
	(void)state;
	trust_two("corp", make(&issuing), NULL);
	send_cert(make(&leaf));
	judge(CHAIN_TRUSTED, "\"CN=Contoso Issuing CA 2\"");
	assert_int_equal(t.chain->n_path, 2);
	assert_false(t.chain->incomplete);
}

static void
a_learned_root_is_never_an_anchor(void **state)
{
	(void)state;
	trust_two("corp", make(&other_root), NULL);
	trust_learn(t.trust, make(&root));
	send_cert(make(&leaf));
	send_cert(make(&issuing));
	judge(CHAIN_UNKNOWN_CA, "\"CN=Foo Root\"");
	assert_int_equal(t.chain->n_path, 3);
}

static void
order_and_extras_are_noted(void **state)
{
	const struct cert *l = make(&leaf), *i = make(&issuing);
	const struct cert *r = make(&root);

	(void)state;
	trust_two("corp", r, NULL);
	send_cert(l);
	send_cert(r);
	send_cert(i);
	judge(CHAIN_TRUSTED, "");
	marks(false, true, false);
	t.sent[1] = i;
	t.sent[2] = make(&other_root);
	judge(CHAIN_TRUSTED, "");
	marks(false, true, true);
	t.sent[2] = i;				/* twice */
	judge(CHAIN_TRUSTED, "");
	marks(false, true, true);
}

static void
what_cannot_be_read_counts_only_if_it_is_missed(void **state)
{
	const struct cert *i = make(&issuing);

	(void)state;
	trust_two("corp", make(&root), NULL);
	send_cert(make(&leaf));
	send_cert(NULL);
	judge(CHAIN_UNREADABLE, "number 2 of the 2 sent cannot be read");
	assert_null(t.chain->sent[1]);
	send_cert(i);
	judge(CHAIN_TRUSTED, "");
	marks(false, false, true);
	t.sent[0] = NULL;
	judge(CHAIN_UNREADABLE, "no leaf");
	t.n_sent = 0;
	judge(CHAIN_UNREADABLE, "no leaf");
}

static void
several_sets_are_one_trust(void **state)
{
	struct strings both = {0};

	(void)state;
	trust_two("corp", make(&other_root), NULL);
	strings_copy(&both, &t.names);
	trust_two("public", make(&root), NULL);
	send_cert(make(&leaf));
	send_cert(make(&issuing));
	judge(CHAIN_TRUSTED, "");
	strings_done(&t.names);
	strings_copy(&t.names, &both);
	judge(CHAIN_NO_ISSUER, "\"CN=Foo Root\"");	/* corp alone */
	strings_done(&t.names);
	judge(CHAIN_NO_TRUST, "no trust");
	strings_add(&t.names, "nonesuch");
	judge(CHAIN_NO_TRUST, "no trust");
	strings_done(&both);
}

static void
learned_namesakes_push_out_the_oldest(void **state)
{
	const struct cert *i = make(&issuing);
	struct plan fake = issuing;

	(void)state;
	fake.key = K_OTHER;
	trust_two("corp", make(&root), NULL);
	send_cert(make(&leaf));
	trust_learn(t.trust, i);
	for (int n = 0; n < 2 * TRUST_LEARN_NAME; n++) {
		trust_learn(t.trust, make(&fake));
		trust_learn(t.trust, i);	/* seen again: stays */
	}
	judge(CHAIN_TRUSTED, "");
	for (int n = 0; n < TRUST_LEARN_NAME; n++)
		trust_learn(t.trust, make(&fake));
	judge(CHAIN_BAD_SIGNATURE, "");
}

static void
names_in_reasons_are_harmless_and_short(void **state)
{
	char longest[60];
	struct plan plan = leaf;

	(void)state;
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "evil\n\x1b[31m\"", 11);
	longest[sizeof(longest) - 1] = '\0';
	plan.issuer = longest;
	trust_two("corp", make(&root), NULL);
	send_cert(make(&plan));
	judge(CHAIN_NO_ISSUER, "evil");
	assert_null(strpbrk(t.chain->reason, "\n\x1b"));
	assert_true(strlen(t.chain->reason) < 400);
}

/* %s is one good certificate. */
static const struct {
	const char *before, *after, *why;
} garbage[] = {
	{ "", "-----BEGIN CERTIFICATE-----\nMIIB!!!!\n"
	    "-----END CERTIFICATE-----\n", "PEM block 2 is damaged" },
	{ "", "-----BEGIN CERTIFICATE-----\nMIIB\n", "PEM block 2 is damaged" },
	{ "", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	    "PEM block 2 cannot be read as a certificate" },
	{ "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "",
	    "PEM block 1 is no certificate but: PRIVATE KEY" },
};

static void
a_text_that_is_no_trust_is_refused_whole(void **state)
{
	const struct cert *r = make(&root);
	struct text pem = {0}, why = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		text_reset(&pem);
		text_reset(&why);
		text_add(&pem, garbage[i].before);
		add_pem(&pem, r);
		text_add(&pem, garbage[i].after);
		assert_false(trust_add(t.trust, "bad", text_str(&pem), pem.len,
		    &why));
		if (strstr(text_str(&why), garbage[i].why) == NULL)
			assert_string_equal(text_str(&why), garbage[i].why);
		assert_false(trust_has(t.trust, "bad"));
	}
	text_reset(&why);
	assert_false(trust_add(t.trust, "bad", "hello\n", 6, &why));
	assert_non_null(strstr(text_str(&why), "no certificate"));
	assert_false(trust_add(t.trust, "bad", "", 0, &why));
	text_reset(&pem);
	text_add(&pem, "# our roots\n");
	add_pem(&pem, r);
	text_add(&pem, "\nsome words\n");
	add_pem(&pem, r);			/* twice does no harm */
	assert_true(trust_add(t.trust, "good", text_str(&pem), pem.len, &why));
	assert_true(trust_has(t.trust, "good"));
	text_reset(&why);
	assert_false(trust_add(t.trust, "good", text_str(&pem), pem.len, &why));
	assert_non_null(strstr(text_str(&why), "already"));
	text_done(&pem);
	text_done(&why);
}

static void
what_was_seen_before_is_remembered(void **state)
{
	static const uint8_t message[CERT_SHA256] = { 1 };
	struct cert_cache *cache = cert_cache_new();
	const struct cert *l = make(&leaf);
	struct text tail = {0};
	struct cert *one, *two, *cut;
	struct chain *missing, *same, *found;

	(void)state;
	text_add_bytes(&tail, l->der, l->der_len);
	text_add(&tail, "tail");
	assert_int_equal(cert_cache_parse(cache, (uint8_t *)tail.data,
	    tail.len, &cut), CERT_OK);
	assert_int_equal(cut->trailing, 4);
	assert_int_equal(cert_cache_parse(cache, l->der, l->der_len, &one),
	    CERT_OK);
	assert_int_equal(one->trailing, 0);
	assert_int_equal(cert_cache_parse(cache, l->der, l->der_len, &two),
	    CERT_OK);
	assert_ptr_equal(one, two);
	assert_int_equal(cert_cache_parse(cache, l->der, 20, &two),
	    CERT_BAD_DER);
	trust_two("corp", make(&root), NULL);
	missing = cert_cache_path(cache, t.trust, &t.names, message, &l, 1,
	    NOW);
	same = cert_cache_path(cache, t.trust, &t.names, message, &l, 1, NOW);
	assert_ptr_equal(missing, same);
	trust_learn(t.trust, make(&issuing));
	found = cert_cache_path(cache, t.trust, &t.names, message, &l, 1, NOW);
	assert_int_equal(missing->status, CHAIN_NO_ISSUER);
	assert_int_equal(found->status, CHAIN_TRUSTED);
	chain_unref(missing);
	chain_unref(same);
	chain_unref(found);
	cert_unref(one);
	cert_unref(one);
	cert_unref(cut);
	text_done(&tail);
	cert_cache_free(cache);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_full_chain_is_trusted),
		TEST(a_self_signed_leaf_is_trusted_only_from_the_set),
		TEST(a_sent_root_that_is_not_ours_is_an_unknown_ca),
		TEST(a_missing_intermediate_is_named_until_it_is_learned),
		TEST(an_intermediate_in_the_set_helps_but_is_no_anchor),
		TEST(a_set_without_a_root_has_its_intermediates_as_anchors),
		TEST(a_learned_root_is_never_an_anchor),
		TEST(order_and_extras_are_noted),
		TEST(what_cannot_be_read_counts_only_if_it_is_missed),
		TEST(several_sets_are_one_trust),
		TEST(learned_namesakes_push_out_the_oldest),
		TEST(names_in_reasons_are_harmless_and_short),
		TEST(what_was_seen_before_is_remembered),
		TEST(a_text_that_is_no_trust_is_refused_whole),
	};

	return cmocka_run_group_tests_name("trust", tests, make_keys,
	    free_keys);
}
