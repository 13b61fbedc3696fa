/* SPDX-License-Identifier: ISC */
/* trust_world.h - certificates made on the spot, and the trust they meet. */
#ifndef TRUST_WORLD_H
#define TRUST_WORLD_H

#include "cwaudit/trust.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

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

static inline void
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

static inline void
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

static inline const struct cert *
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

static inline void
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

static inline void
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

static inline void
send_cert(const struct cert *cert)
{
	assert_true(t.n_sent < MAX_SENT);
	t.sent[t.n_sent++] = cert;
}

static inline int
begin(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.trust = trust_new();
	return 0;
}

static inline int
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

static inline void
judge_at(int64_t now, enum chain_status status, const char *reason)
{
	char end[256];

	chain_unref(t.chain);
	t.chain = trust_path(t.trust, &t.names, t.sent, t.n_sent, now);
	if (t.chain->status != status)
		print_error("%s: %s\n", chain_status_name(t.chain->status),
		    t.chain->reason != NULL ? t.chain->reason : "trusted");
	assert_int_equal(t.chain->status, status);
	if (status == CHAIN_TRUSTED) {	/* by which anchor, then */
		assert_null(t.chain->reason);
		snprintf(end, sizeof(end), "the path ends at \"%s\"",
		    t.chain->path[t.chain->n_path - 1]->subject);
		if (strstr(end, reason) == NULL)
			assert_string_equal(end, reason);
		return;
	}
	assert_non_null(t.chain->reason);
	if (strstr(t.chain->reason, reason) == NULL)
		assert_string_equal(t.chain->reason, reason);
}

static inline void
judge(enum chain_status status, const char *reason)
{
	judge_at(NOW, status, reason);
}

static inline void
marks(bool incomplete, bool disordered, bool extras)
{
	assert_int_equal(t.chain->incomplete, incomplete);
	assert_int_equal(t.chain->disordered, disordered);
	assert_int_equal(t.chain->extras, extras);
}

static inline int
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

static inline int
free_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KEYS; i++)
		EVP_PKEY_free(keys[i]);
	return 0;
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, done)

#endif
