/* SPDX-License-Identifier: ISC */
#include "key.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

/* One pair of primes a size; e walks up the odd numbers. */
static struct primes {
	const char	*kind;
	unsigned	 bits;
	BIGNUM		*n, *p, *q, *phi, *e;
} primes[] = {
	{ "rsa2048", 2048, NULL, NULL, NULL, NULL, NULL },
	{ "rsa4096", 4096, NULL, NULL, NULL, NULL, NULL },
	{ "rsa1024", 1024, NULL, NULL, NULL, NULL, NULL },
	{ "rsa768", 768, NULL, NULL, NULL, NULL, NULL },
};

static void
must(int ok, const char *what)
{
	if (!ok)
		errx(1, "fleet: %s failed", what);
}

static void
find_primes(struct primes *s)
{
	EVP_PKEY *pkey = EVP_RSA_gen(s->bits);
	BIGNUM *p1 = BN_new(), *q1 = BN_new();
	BN_CTX *ctx = BN_CTX_new();

	must(pkey != NULL && p1 != NULL && q1 != NULL && ctx != NULL,
	    "RSA key generation");
	must(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &s->n) &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_FACTOR1, &s->p) &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_FACTOR2, &s->q),
	    "RSA factors");
	s->phi = BN_new();
	s->e = BN_new();
	must(s->phi != NULL && s->e != NULL &&
	    BN_sub(p1, s->p, BN_value_one()) &&
	    BN_sub(q1, s->q, BN_value_one()) &&
	    BN_mul(s->phi, p1, q1, ctx) && BN_set_word(s->e, 65535), "phi");
	BN_CTX_free(ctx);
	BN_free(p1);
	BN_free(q1);
	EVP_PKEY_free(pkey);
}

/* The next e that has an inverse, and that inverse. */
static BIGNUM *
next_exponent(struct primes *s, BN_CTX *ctx)
{
	BIGNUM *d = NULL;

	while (d == NULL) {
		must(BN_add_word(s->e, 2), "exponent");
		d = BN_mod_inverse(NULL, s->e, s->phi, ctx);
	}
	return d;
}

static EVP_PKEY *
build(const struct primes *s, const BIGNUM *d, BN_CTX *ctx)
{
	BIGNUM *p1 = BN_dup(s->p), *q1 = BN_dup(s->q);
	BIGNUM *dp = BN_new(), *dq = BN_new();
	BIGNUM *qinv = BN_mod_inverse(NULL, s->q, s->p, ctx);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params;

	must(p1 && q1 && dp && dq && qinv && bld && make &&
	    BN_sub_word(p1, 1) && BN_sub_word(q1, 1) &&
	    BN_mod(dp, d, p1, ctx) && BN_mod(dq, d, q1, ctx), "RSA key");
	must(OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, s->n) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, s->e) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_D, d) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_FACTOR1, s->p) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_FACTOR2, s->q) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_EXPONENT1, dp) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_EXPONENT2, dq) &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
	    qinv), "RSA parameters");
	params = OSSL_PARAM_BLD_to_param(bld);
	must(params != NULL && EVP_PKEY_fromdata_init(make) > 0 &&
	    EVP_PKEY_fromdata(make, &pkey, EVP_PKEY_KEYPAIR, params) > 0,
	    "RSA key from data");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(make);
	BN_free(p1);
	BN_free(q1);
	BN_free(dp);
	BN_free(dq);
	BN_free(qinv);
	return pkey;
}

EVP_PKEY *
key_new(const char *kind)
{
	EVP_PKEY *pkey;

	if (strcmp(kind, "ec") == 0) {
		pkey = EVP_EC_gen("P-256");
		must(pkey != NULL, "EC key generation");
		return pkey;
	}
	for (size_t i = 0; i < sizeof primes / sizeof *primes; i++) {
		struct primes *s = &primes[i];
		BN_CTX *ctx;
		BIGNUM *d;

		if (strcmp(kind, s->kind) != 0)
			continue;
		if (s->n == NULL)
			find_primes(s);
		ctx = BN_CTX_new();
		must(ctx != NULL, "BN_CTX_new");
		d = next_exponent(s, ctx);
		pkey = build(s, d, ctx);
		BN_free(d);
		BN_CTX_free(ctx);
		return pkey;
	}
	errx(1, "fleet: no key kind '%s'", kind);
}
