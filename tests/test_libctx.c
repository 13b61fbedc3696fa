/* SPDX-License-Identifier: ISC */
/* test_libctx.c - every kind of key is read as OpenSSL as it comes reads it. */
#include "cwaudit/libctx.h"

#include <string.h>

#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "test.h"

static EVP_PKEY *
make_key(const char *kind)
{
	EVP_PKEY_CTX *ctx, *params;
	EVP_PKEY *key = NULL, *group = NULL;

	if (strcmp(kind, "RSA") == 0)
		return EVP_RSA_gen(2048);
	if (strcmp(kind, "EC") == 0)
		return EVP_EC_gen("P-256");
	if (strcmp(kind, "SM2") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, kind);
	if (strcmp(kind, "DSA") != 0)
		ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	else {
		params = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
		assert_int_equal(EVP_PKEY_paramgen_init(params), 1);
		assert_int_equal(EVP_PKEY_paramgen(params, &group), 1);
		EVP_PKEY_CTX_free(params);
		ctx = EVP_PKEY_CTX_new_from_pkey(NULL, group, NULL);
	}
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	if (strcmp(kind, "DH") == 0)
		assert_int_equal(EVP_PKEY_CTX_set_group_name(ctx,
		    "ffdhe2048"), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(group);
	return key;
}

static void
reads_every_kind_of_public_key(void **state)
{
	static const char *const kinds[] = {
		"RSA", "RSA-PSS", "EC", "DSA", "DH", "ED25519", "ED448",
		"X25519", "X448", "SM2",
	};

	(void)state;
	assert_non_null(libctx_lean());
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		EVP_PKEY *key = make_key(kinds[i]), *read, *plain;
		unsigned char *der = NULL;
		const unsigned char *p;
		int len = i2d_PUBKEY(key, &der);

		assert_true(len > 0);
		p = der;
		plain = d2i_PUBKEY(NULL, &p, len);
		assert_non_null(plain);
		p = der;
		read = d2i_PUBKEY_ex(NULL, &p, len, libctx_lean(), NULL);
		if (read == NULL)
			fail_msg("a key of %s is not read", kinds[i]);
		assert_string_equal(EVP_PKEY_get0_type_name(read),
		    EVP_PKEY_get0_type_name(plain));
		assert_int_equal(EVP_PKEY_eq(read, key), 1);
		assert_int_equal(EVP_PKEY_get_bits(read),
		    EVP_PKEY_get_bits(plain));
		OPENSSL_free(der);
		EVP_PKEY_free(read);
		EVP_PKEY_free(plain);
		EVP_PKEY_free(key);
	}
}

static void
count_if_of_certificates(OSSL_DECODER *d, void *ctx)
{
	assert_non_null(strstr(OSSL_DECODER_get0_properties(d),
	    "structure=SubjectPublicKeyInfo"));
	++*(size_t *)ctx;
}

/* With more of them a certificate costs what it costs elsewhere. */
static void
has_no_other_decoders(void **state)
{
	size_t n = 0;

	(void)state;
	OSSL_DECODER_do_all_provided(libctx_lean(), count_if_of_certificates,
	    &n);
	assert_in_range(n, 8, 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind_of_public_key),
		cmocka_unit_test(has_no_other_decoders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
