/* SPDX-License-Identifier: ISC */
/*
 * libctx.c - a provider that hands on what OpenSSL's default provider has,
 * its decoders sifted. What it hands on works in the default provider's
 * context, which is why that is the context of ours.
 */
#include "cwaudit/libctx.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#define MAX_DECODERS	32	/* OpenSSL 3.0 has 11 of them */

/* Set once, before the context is given out. */
static OSSL_PROVIDER	*whole;
static OSSL_ALGORITHM	 decoders[MAX_DECODERS + 1];
static OSSL_LIB_CTX	*lean;

/* The one of the name DER makes another form of it, for others to read. */
static bool
reads_certificates(const OSSL_ALGORITHM *a)
{
	return strstr(a->property_definition, "input=der") != NULL &&
	    strstr(a->property_definition,
	    "structure=SubjectPublicKeyInfo") != NULL &&
	    strcmp(a->algorithm_names, "DER") != 0;
}

static bool
sift(void)
{
	int no_cache = 0;
	const OSSL_ALGORITHM *all = OSSL_PROVIDER_query_operation(whole,
	    OSSL_OP_DECODER, &no_cache);
	size_t n = 0;

	for (; all != NULL && all->algorithm_names != NULL; all++) {
		if (!reads_certificates(all))
			continue;
		if (n == MAX_DECODERS)
			return false;
		decoders[n++] = *all;
	}
	return n > 0;
}

static const OSSL_ALGORITHM *
query(void *ctx, int operation, int *no_cache)
{
	(void)ctx;
	if (operation != OSSL_OP_DECODER)
		return OSSL_PROVIDER_query_operation(whole, operation,
		    no_cache);
	*no_cache = 0;
	return decoders;
}

/* The groups that TLS knows. */
static int
capabilities(void *ctx, const char *capability, OSSL_CALLBACK *cb, void *arg)
{
	(void)ctx;
	return OSSL_PROVIDER_get_capabilities(whole, capability, cb, arg);
}

static int
init(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *from,
    const OSSL_DISPATCH **to, void **ctx)
{
	static const OSSL_DISPATCH functions[] = {
		{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
		{ OSSL_FUNC_PROVIDER_GET_CAPABILITIES,
		    (void (*)(void))capabilities },
		{ 0, NULL }
	};

	(void)core;
	(void)from;
	*to = functions;
	*ctx = OSSL_PROVIDER_get0_provider_ctx(whole);
	return 1;
}

static void
make(void)
{
	OSSL_LIB_CTX *made;

	whole = OSSL_PROVIDER_load(OSSL_LIB_CTX_get0_global_default(),
	    "default");
	if (whole == NULL || !sift())
		return;
	made = OSSL_LIB_CTX_new();
	if (made != NULL && OSSL_PROVIDER_add_builtin(made, "lean",
	    init) == 1 && OSSL_PROVIDER_load(made, "lean") != NULL)
		lean = made;
	else
		OSSL_LIB_CTX_free(made);
}

OSSL_LIB_CTX *
libctx_lean(void)
{
	static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;

	(void)!CRYPTO_THREAD_run_once(&once, make);
	return lean;
}
