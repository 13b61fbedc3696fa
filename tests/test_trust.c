/* SPDX-License-Identifier: ISC */
/* Paths and their verdicts, on certificates that are made here. */
#include "cwaudit/trust.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

#include "cwaudit/cert_cache.h"
#include "test.h"

#define NOW		INT64_C(1790000000)
#define YEAR		(365 * (int64_t)CLOCK_DAY)
#define MAX_SENT	40

enum key { K_ROOT, K_ISSUING, K_LEAF, K_OTHER, N_KEYS };
static const unsigned key_bits[N_KEYS] = { 2048, 1024, 1024, 1024 };
static EVP_PKEY *keys[N_KEYS];

/* Zero means: a plain v3 end entity, SHA-256, a year around NOW. */
struct plan {
	const char	*subject, *issuer;
	enum key	 key, by;
	const char	*basic, *usage, *constraints, *san, *eku;
	bool		 sha1;
	int64_t		 before, after;		/* offsets to NOW */
};

#define CA		.basic = "critical,CA:TRUE"
static const struct plan
    root = { "Foo Root", "Foo Root", K_ROOT, K_ROOT, CA },
    issuing = { "Contoso Issuing CA 2", "Foo Root", K_ISSUING, K_ROOT, CA },
    leaf = { "cwa01.example", "Contoso Issuing CA 2", K_LEAF, K_ISSUING,
	.san = "DNS:cwa01.example" },
    other_root = { "Other Root", "Other Root", K_OTHER, K_OTHER, CA };

/* Everything of one test; done() gives it all back. */
static struct {
	struct trust		*trust;
	const struct cert	*made[64];
	size_t			 n_made;
	const struct cert	*sent[MAX_SENT];
	size_t			 n_sent;
	struct strings		 names;
	struct chain		*chain;
} t;

static void
set_name(X509 *x, const struct plan *plan)
{
	X509_NAME *subject = X509_NAME_new(), *issuer = X509_NAME_new();

	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
	    (const unsigned char *)plan->subject, -1, -1, 0);
	X509_NAME_add_entry_by_txt(issuer, "CN", MBSTRING_UTF8,
	    (const unsigned char *)plan->issuer, -1, -1, 0);
	X509_set_subject_name(x, subject);
	X509_set_issuer_name(x, issuer);
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
}

static void
add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext;

	if (value == NULL)
		return;
	ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	assert_non_null(ext);
	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
}

static const struct cert *
make(const struct plan *plan)
{
	static long serial;
	X509 *x = X509_new();
	unsigned char *der = NULL;
	struct cert *cert = NULL;
	int len;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	set_name(x, plan);
	ASN1_TIME_set(X509_getm_notBefore(x),
	    NOW + (plan->before != 0 ? plan->before : -YEAR));
	ASN1_TIME_set(X509_getm_notAfter(x),
	    NOW + (plan->after != 0 ? plan->after : YEAR));
	X509_set_pubkey(x, keys[plan->key]);
	add_extension(x, NID_basic_constraints, plan->basic);
	add_extension(x, NID_key_usage, plan->usage);
	add_extension(x, NID_name_constraints, plan->constraints);
	add_extension(x, NID_subject_alt_name, plan->san);
	add_extension(x, NID_ext_key_usage, plan->eku);
	assert_true(X509_sign(x, keys[plan->by],
	    plan->sha1 ? EVP_sha1() : EVP_sha256()) > 0);
	len = i2d_X509(x, &der);
	assert_int_equal(cert_parse(der, (size_t)len, &cert), CERT_OK);
	OPENSSL_free(der);
	X509_free(x);
	assert_true(t.n_made < 64);
	t.made[t.n_made++] = cert;
	return cert;
}

static void
add_pem(struct text *pem, const struct cert *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long len;

	PEM_write_bio(bio, "CERTIFICATE", "", cert->der, (long)cert->der_len);
	len = BIO_get_mem_data(bio, &data);
	text_add_bytes(pem, data, (size_t)len);
	BIO_free(bio);
}

static void
trust_two(const char *name, const struct cert *one, const struct cert *two)
{
	struct text pem = {0}, why = {0};

	add_pem(&pem, one);
	if (two != NULL)
		add_pem(&pem, two);
	assert_true(trust_add(t.trust, name, text_str(&pem), pem.len, &why));
	text_done(&pem);
	text_done(&why);
	strings_add(&t.names, name);
}

static void
send_cert(const struct cert *cert)
{
	assert_true(t.n_sent < MAX_SENT);
	t.sent[t.n_sent++] = cert;
}

static int
begin(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.trust = trust_new();
	return 0;
}

static int
done(void **state)
{
	(void)state;
	chain_unref(t.chain);
	trust_free(t.trust);
	for (size_t i = 0; i < t.n_made; i++) {
		/* nobody else holds one now */
		if (t.made[i]->refs != 1)
			return -1;
		cert_unref(t.made[i]);
	}
	strings_done(&t.names);
	return 0;
}

static void
judge_at(int64_t now, enum chain_status status, const char *reason)
{
	chain_unref(t.chain);
	t.chain = trust_path(t.trust, &t.names, t.sent, t.n_sent, now);
	if (t.chain->status != status)
		print_error("%s: %s\n", chain_status_name(t.chain->status),
		    t.chain->reason);
	assert_int_equal(t.chain->status, status);
	assert_non_null(t.chain->reason);
	if (strstr(t.chain->reason, reason) == NULL)
		assert_string_equal(t.chain->reason, reason);
}

static void
judge(enum chain_status status, const char *reason)
{
	judge_at(NOW, status, reason);
}

static void
marks(bool incomplete, bool disordered, bool extras)
{
	assert_int_equal(t.chain->incomplete, incomplete);
	assert_int_equal(t.chain->disordered, disordered);
	assert_int_equal(t.chain->extras, extras);
}

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

static int
make_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KEYS; i++) {
		keys[i] = EVP_RSA_gen(key_bits[i]);
		if (keys[i] == NULL)
			return -1;
	}
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KEYS; i++)
		EVP_PKEY_free(keys[i]);
	return 0;
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, done)

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
		TEST(an_expired_intermediate_is_told_and_a_valid_one_preferred),
		TEST(a_cross_sign_leads_around_an_expired_root),
		TEST(a_dead_end_does_not_hide_another_way),
		TEST(an_issuer_must_be_allowed_to_issue),
		TEST(a_path_length_is_kept),
		TEST(a_forged_leaf_has_a_bad_signature),
		TEST(sha1_and_short_keys_and_the_leafs_dates_are_not_judged_here),
		TEST(the_verdict_turns_with_the_dates_of_its_cas),
		TEST(what_cannot_be_read_counts_only_if_it_is_missed),
		TEST(several_sets_are_one_trust),
		TEST(a_hostile_list_of_namesakes_ends_soon),
		TEST(only_the_first_of_a_long_list_are_used),
		TEST(learned_namesakes_push_out_the_oldest),
		TEST(names_in_reasons_are_harmless_and_short),
		TEST(what_was_seen_before_is_remembered),
		TEST(a_text_that_is_no_trust_is_refused_whole),
	};

	return cmocka_run_group_tests_name("trust", tests, make_keys,
	    free_keys);
}
