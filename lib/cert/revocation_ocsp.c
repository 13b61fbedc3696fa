/* SPDX-License-Identifier: ISC */
/* revocation_ocsp.c - requests, and what a response says (RFC 6960). */
#include "cwaudit/revocation.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <string.h>

#include "revocation_own.h"

#define SIGNERS_MAX	10	/* certificates in a response that are tried */
#define SINGLES_MAX	100	/* answers in one that are read */

static const char *
status_words(int status)
{
	switch (status) {
	case OCSP_RESPONSE_STATUS_MALFORMEDREQUEST:
		return "the responder did not understand the request";
	case OCSP_RESPONSE_STATUS_INTERNALERROR:
		return "the responder has an internal error";
	case OCSP_RESPONSE_STATUS_TRYLATER:
		return "the responder says: try later";
	case OCSP_RESPONSE_STATUS_SIGREQUIRED:
		return "the responder wants signed requests";
	case OCSP_RESPONSE_STATUS_UNAUTHORIZED:
		return "the responder says: unauthorized; it does not answer "
		    "for this CA";
	default:
		return "the responder gave a status that does not exist";
	}
}

static bool
signed_by(OCSP_BASICRESP *basic, EVP_PKEY *key)
{
	bool good = ASN1_item_verify(ASN1_ITEM_rptr(OCSP_RESPDATA),
	    OCSP_resp_get0_tbs_sigalg(basic), OCSP_resp_get0_signature(basic),
	    OCSP_resp_get0_respdata(basic), key) == 1;

	ERR_clear_error();
	return good;
}

/*
 * RFC 6960 section 4.2.2.2: issued by the same CA, for OCSP signing. Whether
 * it was revoked in its turn is not asked: such are short-lived, or say so.
 */
static EVP_PKEY *
responder_key(X509 *x, X509 *ca, EVP_PKEY *ca_key, int64_t now,
    struct text *why)
{
	int64_t from = revocation_time(X509_get0_notBefore(x));
	int64_t until = revocation_time(X509_get0_notAfter(x));
	bool good;

	if (X509_NAME_cmp(X509_get_issuer_name(x),
	    X509_get_subject_name(ca)) != 0) {
		text_add(why, "the responder's certificate is of another CA");
		return NULL;
	}
	good = X509_verify(x, ca_key) == 1;
	ERR_clear_error();
	if (!good)
		text_add(why, "the responder's certificate is not signed by "
		    "the CA");
	else if ((X509_get_extended_key_usage(x) & XKU_OCSP_SIGN) == 0 ||
	    (X509_get_extension_flags(x) & EXFLAG_XKUSAGE) == 0)
		text_add(why, "the responder's certificate is not meant for "
		    "OCSP signing");
	else if (from == CLOCK_NEVER || until == CLOCK_NEVER ||
	    from > now + REVOCATION_CLOCKS_APART ||
	    until < now - REVOCATION_CLOCKS_APART)
		text_add(why, "the responder's certificate is outside its "
		    "dates");
	else
		return revocation_key(x, KU_DIGITAL_SIGNATURE |
		    KU_NON_REPUDIATION, "the responder", why);
	return NULL;
}

static bool
is_of(OCSP_BASICRESP *basic, X509 *ca, int64_t now, struct text *why)
{
	const STACK_OF(X509) *certs = OCSP_resp_get0_certs(basic);
	EVP_PKEY *ca_key = revocation_key(ca, ~0u, "the CA", why);
	struct text cause = {0};
	bool good;

	if (ca_key == NULL)
		return false;
	good = signed_by(basic, ca_key);
	for (int i = 0; !good && i < SIGNERS_MAX && i < sk_X509_num(certs);
	    i++) {
		EVP_PKEY *key;

		text_reset(&cause);
		key = responder_key(sk_X509_value(certs, i), ca, ca_key, now,
		    &cause);
		good = key != NULL && signed_by(basic, key);
	}
	if (!good)
		text_addf(why, "the response is not signed by the CA or a "
		    "responder of its own%s%s", cause.len > 0 ? ": " : "",
		    text_str(&cause));
	text_done(&cause);
	return good;
}

/* Is this answer about the certificate, by whatever digest it names it? */
static bool
is_about(OCSP_SINGLERESP *single, X509 *x, X509 *ca)
{
	OCSP_CERTID *theirs =
	    (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single), *mine;
	ASN1_OBJECT *digest;
	const EVP_MD *md;
	bool same;

	if (OCSP_id_get0_info(NULL, &digest, NULL, NULL, theirs) != 1)
		return false;
	md = EVP_get_digestbyobj(digest);
	mine = md != NULL ? OCSP_cert_to_id(md, x, ca) : NULL;
	same = mine != NULL && OCSP_id_cmp(theirs, mine) == 0;
	OCSP_CERTID_free(mine);
	ERR_clear_error();
	return same;
}

static void
read_single(OCSP_SINGLERESP *single, int64_t now, struct revocation_status *out)
{
	ASN1_GENERALIZEDTIME *revoked, *this, *next;
	int reason, status;

	status = OCSP_single_get0_status(single, &reason, &revoked, &this,
	    &next);
	out->this_update = revocation_time(this);
	out->next_update = revocation_time(next);
	if (!revocation_is_current(out, "the response", now))
		return;
	if (status == V_OCSP_CERTSTATUS_GOOD) {
		out->answer = REVOCATION_GOOD;
	} else if (status == V_OCSP_CERTSTATUS_REVOKED) {
		out->answer = REVOCATION_REVOKED;
		out->revoked_at = revocation_time(revoked);
		out->reason = reason >= 0 && reason <= 10 ? reason : -1;
	} else {
		text_add(&out->words, "the responder does not know the "
		    "certificate");
	}
}

static void
read_basic(OCSP_BASICRESP *basic, X509 *x, X509 *ca, int64_t now,
    struct revocation_status *out)
{
	if (!is_of(basic, ca, now, &out->words))
		return;
	for (int i = 0; i < SINGLES_MAX && i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);

		if (!is_about(single, x, ca))
			continue;
		read_single(single, now, out);
		return;
	}
	text_add(&out->words, "the response is about other certificates");
}

void
revocation_ocsp_ask(const uint8_t *bytes, size_t len, const struct cert *cert,
    const struct cert *issuer, int64_t now, struct revocation_status *out)
{
	const unsigned char *p = bytes;
	X509 *x = revocation_x509(cert), *ca = revocation_x509(issuer);
	OCSP_RESPONSE *response = len > 0 && len <= REVOCATION_MAX_OCSP ?
	    d2i_OCSP_RESPONSE(NULL, &p, (long)len) : NULL;
	OCSP_BASICRESP *basic = NULL;
	int status = response != NULL ? OCSP_response_status(response) : -1;

	if (response != NULL && status == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		basic = OCSP_response_get1_basic(response);
	if (x == NULL || ca == NULL)
		text_add(&out->words, "the certificate or its CA's cannot be "
		    "read again");
	else if (response != NULL && status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		text_add(&out->words, status_words(status));
	else if (basic == NULL)
		text_addf(&out->words, "what came is no OCSP response "
		    "(%zu bytes)", len);
	else
		read_basic(basic, x, ca, now, out);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	X509_free(x);
	X509_free(ca);
	ERR_clear_error();
}

bool
revocation_ocsp_request(const struct cert *cert, const struct cert *issuer,
    struct text *out)
{
	X509 *x = revocation_x509(cert), *ca = revocation_x509(issuer);
	OCSP_REQUEST *request = OCSP_REQUEST_new();
	OCSP_CERTID *id = NULL;
	unsigned char *der = NULL;
	int len = -1;

	/* SHA-1 is what every responder of the time understands; it names
	 * the certificate, nothing rests on it (RFC 5019 section 2.1.1). */
	if (x != NULL && ca != NULL)
		id = OCSP_cert_to_id(EVP_sha1(), x, ca);
	if (request != NULL && id != NULL &&
	    OCSP_request_add0_id(request, id) != NULL)
		len = i2d_OCSP_REQUEST(request, &der);
	else
		OCSP_CERTID_free(id);
	if (len > 0)
		text_add_bytes(out, der, (size_t)len);
	OPENSSL_free(der);
	OCSP_REQUEST_free(request);
	X509_free(x);
	X509_free(ca);
	ERR_clear_error();
	return len > 0;
}
