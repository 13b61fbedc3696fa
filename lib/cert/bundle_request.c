/* SPDX-License-Identifier: ISC */
/*
 * bundle_request.c - a certificate request as facts. It is rewritten as the
 * certificate that a CA would make of it, word for word, so that one parser
 * reads both; what a CA adds is taken out of the facts again.
 */
#include "bundle_parts.h"
#include "cert_pack.h"

#include <openssl/err.h>

#include <stdlib.h>

#include "cert_extension.h"
#include "cwaudit/mem.h"

#define OID_TEXT	128

/* X509_new leaves the signature's parts empty, which cannot be encoded. */
static bool
pretend_signed(X509 *x)
{
	const X509_ALGOR *outer;
	const ASN1_BIT_STRING *bits;

	X509_get0_signature(&bits, &outer, x);
	return X509_ALGOR_set0((X509_ALGOR *)(uintptr_t)outer,
	    OBJ_nid2obj(NID_sha256WithRSAEncryption), V_ASN1_NULL, NULL) == 1 &&
	    X509_ALGOR_set0((X509_ALGOR *)(uintptr_t)X509_get0_tbs_sigalg(x),
	    OBJ_nid2obj(NID_sha256WithRSAEncryption), V_ASN1_NULL, NULL) == 1 &&
	    ASN1_BIT_STRING_set((ASN1_BIT_STRING *)(uintptr_t)bits,
	    (unsigned char *)(uintptr_t)"", 1) == 1;
}

static bool
copy_extensions(const X509_REQ *req, X509 *x)
{
	STACK_OF(X509_EXTENSION) *all =
	    X509_REQ_get_extensions((X509_REQ *)(uintptr_t)req);
	bool ok = true;

	for (int i = 0; ok && i < sk_X509_EXTENSION_num(all); i++)
		ok = X509_add_ext(x, sk_X509_EXTENSION_value(all, i), -1) == 1;
	sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
	return ok;
}

static X509 *
as_certificate(X509_REQ *req, EVP_PKEY *key)
{
	X509 *x = X509_new();

	if (x != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(x), 0) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), 0) != NULL &&
	    X509_set_subject_name(x, X509_REQ_get_subject_name(req)) == 1 &&
	    X509_set_pubkey(x, key) == 1 && copy_extensions(req, x) &&
	    pretend_signed(x))
		return x;
	X509_free(x);
	return NULL;
}

/* What a request does not have, and how it is itself signed and encoded. */
static struct cert *
take_back(const struct cert *c, const X509_REQ *req, const uint8_t *der,
    size_t len)
{
	const X509_ALGOR *alg;
	char name[OID_TEXT] = "", none[] = "";
	struct cert changed = *c;

	X509_REQ_get0_signature(req, NULL, &alg);
	OBJ_obj2txt(name, sizeof(name), alg->algorithm, 0);
	changed.signature = name;
	changed.serial = changed.issuer = none;
	changed.dates_readable = false;
	changed.not_before = changed.not_after = CLOCK_NEVER;
	changed.self_issued = changed.self_signed = false;
	changed.der = (uint8_t *)(uintptr_t)der;	/* copied */
	changed.der_len = len;
	cert_sha256(der, len, changed.sha256);
	return cert_pack(&changed);
}

static enum bundle_status
read_facts(X509_REQ *req, const uint8_t *der, size_t len, struct cert **out,
    struct text *why)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(req);
	unsigned char *made = NULL;
	struct cert *wrapped = NULL;
	enum bundle_status status = BUNDLE_DAMAGED;
	int made_len = -1;
	X509 *x;

	if (key == NULL || EVP_PKEY_get_bits(key) > CERT_MAX_KEY) {
		text_addf(why, "this is a certificate request with a key that "
		    "is unreadable or over %d bits; make it again",
		    CERT_MAX_KEY);
		return BUNDLE_REFUSED;
	}
	if (X509_REQ_verify(req, key) != 1) {
		text_add(why, "this is a certificate request whose own "
		    "signature is wrong: it was changed or damaged after it "
		    "was made, and a CA will refuse it; make it again");
		return BUNDLE_DAMAGED;
	}
	x = as_certificate(req, key);
	if (x != NULL)
		made_len = i2d_X509(x, &made);
	if (made_len > 0 && cert_parse(made, (size_t)made_len,
	    &wrapped) == CERT_OK)
		status = BUNDLE_OK;
	if (status == BUNDLE_OK)
		*out = take_back(wrapped, req, der, len);
	else
		text_add(why, "this is a certificate request whose extensions "
		    "cannot be read; make it again");
	cert_unref(wrapped);
	OPENSSL_free(made);
	X509_free(x);
	return status;
}

enum bundle_status
bundle_read_request(const uint8_t *der, size_t len, struct cert **out,
    struct text *why)
{
	const uint8_t *p = der;
	enum bundle_status status;
	X509_REQ *req = NULL;

	if (len <= CERT_MAX_DER &&
	    cert_count_parts(der, len, CERT_MAX_PARTS) <= CERT_MAX_PARTS)
		req = d2i_X509_REQ(NULL, &p, (long)len);
	if (req == NULL) {
		text_add(why, "this begins like a certificate request and "
		    "cannot be read; make it again");
		return BUNDLE_DAMAGED;
	}
	status = read_facts(req, der, (size_t)(p - der), out, why);
	X509_REQ_free(req);
	return status;
}
