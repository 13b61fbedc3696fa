/* SPDX-License-Identifier: ISC */
/* Keys that need not be made are read as OpenSSL would have read them. */
#include "../lib/cert/cert_parse.c"

#include <dirent.h>
#include <openssl/pem.h>
#include <stdio.h>

#include "make_cert.h"
#include "test.h"

/* The facts where OpenSSL makes a key of each. */
static struct cert *
read_slowly(const uint8_t *der, size_t len)
{
	struct cert *c = xcalloc(1, sizeof(*c));
	const uint8_t *end;
	X509 *x = decode(NULL, der, len, &end);

	c->refs = 1;
	if (x == NULL || read_all(x, 0, c) != CERT_OK) {
		cert_unref(c);
		c = NULL;
	}
	X509_free(x);
	return c;
}

/* Returns whether the key was not made. */
static bool
assert_alike(const uint8_t *der, size_t len, const char *what)
{
	struct cert *slow = read_slowly(der, len), *quick = NULL;
	enum cert_status status = cert_parse(der, len, &quick);
	const uint8_t *end;
	unsigned bits = 0;

	if ((slow != NULL) != (status == CERT_OK))
		fail_msg("%s: only one way reads it", what);
	if (slow == NULL)
		return false;
	if (slow->key != quick->key || slow->key_bits != quick->key_bits ||
	    strcmp(slow->key_text, quick->key_text) != 0 ||
	    slow->self_signed != quick->self_signed ||
	    slow->digest != quick->digest || slow->usage != quick->usage ||
	    slow->n_san != quick->n_san || slow->ca != quick->ca ||
	    strcmp(slow->subject, quick->subject) != 0 ||
	    memcmp(slow->spki_sha256, quick->spki_sha256, CERT_SHA256) != 0)
		fail_msg("%s: %s or %s", what, slow->key_text,
		    quick->key_text);
	X509_free(read_x509(der, len, &end, &bits));
	cert_unref(slow);
	cert_unref(quick);
	return bits > 0;
}

static void
each_fixture_is_read_alike(void **state)
{
	DIR *folder = opendir("tests/certs");
	const struct dirent *d;
	size_t n = 0, plain = 0;

	(void)state;
	assert_non_null(folder);
	while ((d = readdir(folder)) != NULL) {
		char path[400];
		FILE *f;
		X509 *x;

		(void)snprintf(path, sizeof(path), "tests/certs/%s",
		    d->d_name);
		f = strstr(path, ".pem") != NULL ? fopen(path, "rb") : NULL;
		if (f == NULL)
			continue;
		while ((x = PEM_read_X509(f, NULL, NULL, NULL)) != NULL) {
			unsigned char *der = NULL;
			int len = i2d_X509(x, &der);

			assert_true(len > 0);
			plain += assert_alike(der, (size_t)len, d->d_name);
			n++;
			OPENSSL_free(der);
			X509_free(x);
		}
		(void)fclose(f);
	}
	(void)closedir(folder);
	assert_in_range(n, 60, 1000);
	assert_in_range(plain, n / 2, n - 1);
}

static EVP_PKEY *
ec_key(const char *curve)
{
	return EVP_EC_gen(curve);
}

static void
other_keys_are_made(void **state)
{
	struct made ca = make_ca("Contoso CA", NULL);
	EVP_PKEY *keys[] = { NULL, ec_key("P-256"), ec_key("secp256k1"),
	    EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
	    EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024) };
	static const bool plain[] = { true, false, false, false, true };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct recipe r = { .cn = "cwa01.nwtraders.local",
		    .issuer = &ca, .key = keys[i], .serial = 7 };
		struct made m = make_cert(r);

		assert_int_equal(assert_alike(m.cert->der, m.cert->der_len,
		    m.cert->key_text), plain[i]);
		made_free(&m);
	}
	assert_false(assert_alike(ca.cert->der, ca.cert->der_len, "a CA"));
	made_free(&ca);
}

/* A modulus that is even, negative or short, an exponent of one, a third
 * number, bytes behind: whatever OpenSSL makes of them. */
static void
odd_numbers_are_left_to_openssl(void **state)
{
	static const struct { const char *der; int len; } keys[] = {
		{ "\x30\x06\x02\x01\x03\x02\x01\x01", 8 },
		{ "\x30\x06\x02\x01\x04\x02\x01\x03", 8 },
		{ "\x30\x06\x02\x01\xff\x02\x01\x03", 8 },
		{ "\x30\x06\x02\x01\x03\x04\x01\x03", 8 },
		{ "\x30\x09\x02\x01\x03\x02\x01\x03\x02\x01\x03", 11 },
		{ "\x30\x06\x02\x01\x03\x02\x01\x03\x00", 9 },
		{ "\x30\x03\x02\x01\x03", 5 }, { "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_N(keys); i++)
		assert_int_equal(modulus_bits((const uint8_t *)keys[i].der,
		    keys[i].len), 0);
	assert_int_equal(modulus_bits((const uint8_t *)
	    "\x30\x06\x02\x01\x0b\x02\x01\x03", 8), 4);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fixture_is_read_alike),
		cmocka_unit_test(other_keys_are_made),
		cmocka_unit_test(odd_numbers_are_left_to_openssl),
	};

	return cmocka_run_group_tests_name("cert_parse", tests, NULL, NULL);
}
