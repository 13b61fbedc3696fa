/* SPDX-License-Identifier: ISC */
/* sha256.c - OpenSSL's SHA-256, found once. */
#include "cwaudit/sha256.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

/* Set once and never freed: it lives as long as the process. */
static EVP_MD *sha256;
static CRYPTO_ONCE found = CRYPTO_ONCE_STATIC_INIT;

static void
find(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

/* All of these fail only without memory, or without SHA-256 in OpenSSL. */
static EVP_MD_CTX *
ctx_of(struct sha256 *s)
{
	return (EVP_MD_CTX *)s;
}

struct sha256 *
sha256_new(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx == NULL || CRYPTO_THREAD_run_once(&found, find) != 1 ||
	    EVP_DigestInit_ex2(ctx, sha256, NULL) != 1)
		abort();
	return (struct sha256 *)ctx;
}

void
sha256_add(struct sha256 *s, const void *bytes, size_t len)
{
	if (EVP_DigestUpdate(ctx_of(s), bytes, len) != 1)
		abort();
}

void
sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE])
{
	if (EVP_DigestFinal_ex(ctx_of(s), out, NULL) != 1)
		abort();
	EVP_MD_CTX_free(ctx_of(s));
}

void
sha256_of(const void *bytes, size_t len, uint8_t out[SHA256_SIZE])
{
	struct sha256 *s = sha256_new();

	sha256_add(s, bytes, len);
	sha256_end(s, out);
}
