/* SPDX-License-Identifier: ISC */
/*
 * make_revocation.h - CRLs and OCSP responses made within a test.
 */
#ifndef MAKE_REVOCATION_H
#define MAKE_REVOCATION_H

#include <openssl/ocsp.h>
#include <openssl/pem.h>

#include "make_cert.h"

/* What is NULL or 0 is that of a right one at MAKE_NOW. */
#define MAKE_NOW	1780272000	/* 2026-06-01T00:00:00Z */

struct crl_recipe {
	const struct made *issuer;	/* whose name it bears */
	const struct made *signer;	/* NULL: the issuer */
	int	 from_h, to_h;		/* hours from now; both 0: -1, +24 */
	int	 no_next;
	long	 revoked;		/* serial; 0: none */
	long	 many;			/* serials from 1000 on are revoked, too */
	int	 revoked_h;		/* hours from now; 0: -48 */
	int	 reason;		/* -1: none; 0 is "unspecified" */
	const char *point;		/* issuingDistributionPoint, in OpenSSL's
					 * words */
	int	 delta, odd;		/* critical extensions */
	int	 odd_entry;
};

/* A GENERAL_NAME of a URI as full name, and flags: "u:URI", "user", "CA",
 * "attr", "indirect", "some". */
static inline void
crl_point(X509_CRL *crl, const char *words)
{
	ISSUING_DIST_POINT *p = ISSUING_DIST_POINT_new();

	if (strncmp(words, "u:", 2) == 0) {
		GENERAL_NAME *name = GENERAL_NAME_new();
		ASN1_IA5STRING *uri = ASN1_IA5STRING_new();

		ASN1_STRING_set(uri, words + 2, -1);
		GENERAL_NAME_set0_value(name, GEN_URI, uri);
		p->distpoint = DIST_POINT_NAME_new();
		p->distpoint->type = 0;
		p->distpoint->name.fullname = GENERAL_NAMES_new();
		sk_GENERAL_NAME_push(p->distpoint->name.fullname, name);
	}
	p->onlyuser = strcmp(words, "user") == 0 ? 0xff : -1;
	p->onlyCA = strcmp(words, "CA") == 0 ? 0xff : -1;
	p->onlyattr = strcmp(words, "attr") == 0 ? 0xff : -1;
	p->indirectCRL = strcmp(words, "indirect") == 0 ? 0xff : -1;
	if (strcmp(words, "some") == 0) {
		p->onlysomereasons = ASN1_BIT_STRING_new();
		ASN1_BIT_STRING_set_bit(p->onlysomereasons, 1, 1);
	}
	assert(X509_CRL_add1_ext_i2d(crl, NID_issuing_distribution_point, p,
	    1, 0) == 1);
	ISSUING_DIST_POINT_free(p);
}

static inline void
crl_odd_extension(X509_CRL *crl)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4.5", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e;

	ASN1_STRING_set(value, "\x05\x00", 2);
	e = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value);
	X509_CRL_add_ext(crl, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
}

static inline void
crl_revoke(X509_CRL *crl, const struct crl_recipe *r, long serial)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	ASN1_TIME *at = ASN1_TIME_set(NULL, MAKE_NOW +
	    (r->revoked_h != 0 ? r->revoked_h : -48) * 3600L);

	ASN1_INTEGER_set(number, serial);
	X509_REVOKED_set_serialNumber(entry, number);
	X509_REVOKED_set_revocationDate(entry, at);
	if (r->reason >= 0) {
		ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();

		ASN1_ENUMERATED_set(reason, r->reason);
		X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0);
		ASN1_ENUMERATED_free(reason);
	}
	if (r->odd_entry)
		X509_REVOKED_add1_ext_i2d(entry, NID_hold_instruction_code,
		    OBJ_nid2obj(NID_hold_instruction_none), 1, 0);
	assert(X509_CRL_add0_revoked(crl, entry) == 1);
	ASN1_INTEGER_free(number);
	ASN1_TIME_free(at);
}

static inline X509_CRL *
make_crl(struct crl_recipe r)
{
	X509_CRL *crl = X509_CRL_new();
	const struct made *signer = r.signer != NULL ? r.signer : r.issuer;
	int from = r.from_h, to = r.to_h;
	ASN1_TIME *t = ASN1_TIME_new();

	if (from == 0 && to == 0) {
		from = -1;
		to = 24;
	}
	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(r.issuer->x));
	X509_CRL_set1_lastUpdate(crl, ASN1_TIME_set(t, MAKE_NOW +
	    from * 3600L));
	if (!r.no_next)
		X509_CRL_set1_nextUpdate(crl, ASN1_TIME_set(t, MAKE_NOW +
		    to * 3600L));
	ASN1_TIME_free(t);
	if (r.revoked != 0)
		crl_revoke(crl, &r, r.revoked);
	for (long i = 0; i < r.many; i++)
		crl_revoke(crl, &r, 1000 + i);
	if (r.point != NULL)
		crl_point(crl, r.point);
	if (r.delta) {
		ASN1_INTEGER *base = ASN1_INTEGER_new();

		ASN1_INTEGER_set(base, 1);
		X509_CRL_add1_ext_i2d(crl, NID_delta_crl, base, 1, 0);
		ASN1_INTEGER_free(base);
	}
	if (r.odd)
		crl_odd_extension(crl);
	assert(X509_CRL_sort(crl) == 1);
	assert(X509_CRL_sign(crl, signer->key, EVP_sha256()) > 0);
	return crl;
}

/* DER; empties the CRL. */
static inline void
crl_der(X509_CRL *crl, struct text *out)
{
	unsigned char *der = NULL;
	int len = i2d_X509_CRL(crl, &der);

	assert(len > 0);
	text_add_bytes(out, der, (size_t)len);
	OPENSSL_free(der);
	X509_CRL_free(crl);
}

struct ocsp_recipe {
	const struct made *issuer, *about;
	const struct made *signer;	/* NULL: the issuer */
	int	 with_signer;		/* its certificate is in the response */
	int	 status;		/* V_OCSP_CERTSTATUS_*; 0: good */
	int	 reason;		/* -1: none */
	int	 from_h, to_h;		/* as for a CRL */
	int	 no_next;
	const EVP_MD *md;		/* of the ID; NULL: SHA-1 */
	int	 error;			/* a response status, no more */
	long	 many;			/* answers about others before it */
};

static inline void
ocsp_der(struct ocsp_recipe r, struct text *out)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	const struct made *signer = r.signer != NULL ? r.signer : r.issuer;
	int from = r.from_h, to = r.to_h;
	OCSP_CERTID *id = OCSP_cert_to_id(r.md != NULL ? r.md : EVP_sha1(),
	    r.about->x, r.issuer->x);
	ASN1_TIME *this, *next, *at;
	OCSP_RESPONSE *response;
	unsigned char *der = NULL;
	int len;

	if (from == 0 && to == 0) {
		from = -1;
		to = 24;
	}
	this = ASN1_TIME_adj(NULL, MAKE_NOW, 0, from * 3600L);
	next = r.no_next ? NULL : ASN1_TIME_adj(NULL, MAKE_NOW, 0, to * 3600L);
	at = ASN1_TIME_adj(NULL, MAKE_NOW, 0, -48 * 3600L);
	for (long i = 0; i < r.many; i++) {
		OCSP_CERTID *other = OCSP_cert_to_id(EVP_sha1(), r.issuer->x,
		    r.issuer->x);

		OCSP_basic_add1_status(basic, other, V_OCSP_CERTSTATUS_GOOD,
		    -1, NULL, this, next);
		OCSP_CERTID_free(other);
	}
	assert(OCSP_basic_add1_status(basic, id, r.status, r.reason,
	    r.status == V_OCSP_CERTSTATUS_REVOKED ? at : NULL, this, next) !=
	    NULL);
	assert(OCSP_basic_sign(basic, signer->x, signer->key, EVP_sha256(),
	    NULL, r.with_signer ? 0 : OCSP_NOCERTS) == 1);
	response = OCSP_response_create(r.error, r.error == 0 ? basic : NULL);
	len = i2d_OCSP_RESPONSE(response, &der);
	assert(len > 0);
	text_add_bytes(out, der, (size_t)len);
	OPENSSL_free(der);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(this);
	ASN1_TIME_free(next);
	ASN1_TIME_free(at);
}

#endif
