/* SPDX-License-Identifier: ISC */
#include "stamp.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "cwaudit/mem.h"

#define PLACES		16	/* of digits */
#define DIGITS		(sizeof STAMP_DIGITS - 1)
#define SERIAL		8	/* bytes of it that are ours */

struct stamp {
	struct leaf	*leaf;
	EVP_PKEY	*issuer;	/* borrowed */
	uint8_t		*der;
	size_t		 len;
	size_t		 tbs, tbs_len;	/* what is signed */
	size_t		 signature, signature_len;
	size_t		 digits[PLACES], n_digits;
	size_t		 serial, exponent;
};

static size_t
find(const struct stamp *s, const void *bytes, size_t len, size_t from,
    const char *what)
{
	const uint8_t *at = memmem(s->der + from, s->len - from, bytes, len);

	if (at == NULL && what != NULL)
		errx(1, "crowd: no %s in the template", what);
	return at != NULL ? (size_t)(at - s->der) : s->len;
}

/* Where a name has its digits: before the first dot. */
static void
find_name(struct stamp *s, const char *name)
{
	size_t len = strcspn(name, "."), at = 0;

	if (len < DIGITS || memcmp(name + len - DIGITS, STAMP_DIGITS,
	    DIGITS) != 0)
		errx(1, "crowd: '%s' does not end in " STAMP_DIGITS, name);
	while ((at = find(s, name, strlen(name), at, NULL)) < s->len) {
		if (s->n_digits == PLACES)
			errx(1, "crowd: too many names in the template");
		s->digits[s->n_digits++] = at + len - DIGITS;
		at += len;
	}
}

static void
find_serial(struct stamp *s)
{
	const ASN1_INTEGER *n = X509_get0_serialNumber(s->leaf->x509);

	if (ASN1_STRING_length(n) <= SERIAL)
		errx(1, "crowd: the template's serial number is short");
	s->serial = find(s, ASN1_STRING_get0_data(n),
	    (size_t)ASN1_STRING_length(n), 0, "serial number") + 1;
}

static void
find_exponent(struct stamp *s)
{
	uint8_t bytes[5] = { 2, 3 };
	BIGNUM *e = NULL;

	if (!EVP_PKEY_get_bn_param(s->leaf->key, OSSL_PKEY_PARAM_RSA_E, &e) ||
	    BN_bn2binpad(e, bytes + 2, 3) != 3)
		errx(1, "crowd: no RSA key in the template");
	BN_free(e);
	s->exponent = find(s, bytes, sizeof bytes, 0, "public exponent") + 2;
}

/* Both SEQUENCEs are longer than 255 bytes: 30 82 and their length. */
static void
find_signature(struct stamp *s)
{
	const ASN1_BIT_STRING *bits;

	X509_get0_signature(&bits, NULL, s->leaf->x509);
	s->signature_len = (size_t)ASN1_STRING_length(bits);
	s->signature = s->len - s->signature_len;
	s->tbs = 4;
	if (s->der[1] != 0x82 || s->der[5] != 0x82)
		errx(1, "crowd: the template has an odd length");
	s->tbs_len = 4 + ((size_t)s->der[6] << 8 | s->der[7]);
}

struct stamp *
stamp_new(const char *order, const char *host, const char *site)
{
	struct stamp *s = xcalloc(1, sizeof *s);
	int len;

	s->leaf = leaf_new(order, host, site);
	s->issuer = leaf_issuer_key("issuing");
	len = i2d_X509(s->leaf->x509, &s->der);
	if (len <= 0)
		errx(1, "crowd: the template cannot be encoded");
	s->len = (size_t)len;
	find_name(s, host);
	find_name(s, site);
	find_serial(s);
	find_exponent(s);
	find_signature(s);
	return s;
}

void
stamp_free(struct stamp *s)
{
	if (s == NULL)
		return;
	OPENSSL_free(s->der);
	leaf_free(s->leaf);
	free(s);
}

const struct leaf *
stamp_leaf(const struct stamp *s)
{
	return s->leaf;
}

size_t
stamp_len(const struct stamp *s)
{
	return s->len;
}

const uint8_t *
stamp_der(const struct stamp *s)
{
	return s->der;
}

static void
put_number(uint8_t *to, unsigned number)
{
	for (size_t i = DIGITS; i-- > 0; number /= 10)
		to[i] = (uint8_t)('0' + number % 10);
}

static void
sign(const struct stamp *s, uint8_t *out)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	size_t len = s->signature_len;

	if (md == NULL || EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL,
	    s->issuer) != 1 || EVP_DigestSign(md, out + s->signature, &len,
	    out + s->tbs, s->tbs_len) != 1 || len != s->signature_len)
		errx(1, "crowd: signing failed");
	EVP_MD_CTX_free(md);
}

void
stamp_copy(const struct stamp *s, const struct copy *c, uint8_t *out)
{
	uint32_t serial[2] = { c->number, c->serial };

	memcpy(out, s->der, s->len);
	for (size_t i = 0; i < s->n_digits; i++)
		put_number(out + s->digits[i], c->number);
	memcpy(out + s->serial, serial, SERIAL);
	if (c->exponent != 0) {
		out[s->exponent] = (uint8_t)(c->exponent >> 16 & 0xff);
		out[s->exponent + 1] = (uint8_t)(c->exponent >> 8 & 0xff);
		out[s->exponent + 2] = (uint8_t)(c->exponent & 0xff);
	}
	sign(s, out);
}
