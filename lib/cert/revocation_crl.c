/* SPDX-License-Identifier: ISC */
/* revocation_crl.c - what a CRL says of a certificate: RFC 5280 section 6.3. */
#include "cwaudit/revocation.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "revocation_own.h"

struct revocation_crl {
	X509_CRL		*crl;
	ISSUING_DIST_POINT	*point;		/* NULL: complete */
	/* whose key verified it last: a large one is hashed once */
	uint8_t			 verified[CERT_SHA256];
	bool			 is_verified;
};

static X509_CRL *
read_crl(const uint8_t *bytes, size_t len)
{
	static const char begin[] = "-----BEGIN ";
	const unsigned char *p = bytes;
	X509_CRL *crl;
	BIO *bio;

	if (len < sizeof(begin) || memcmp(bytes, begin, sizeof(begin) - 1) != 0)
		return d2i_X509_CRL(NULL, &p, (long)len);
	bio = BIO_new_mem_buf(bytes, (int)len);
	crl = bio != NULL ? PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL) :
	    NULL;
	BIO_free(bio);
	return crl;
}

/* Everything critical in it must be understood. */
static bool
is_understood(const X509_CRL *crl, struct text *why)
{
	for (int i = 0; i < X509_CRL_get_ext_count(crl); i++) {
		X509_EXTENSION *e = X509_CRL_get_ext(crl, i);
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(e));
		char name[80];

		if (nid == NID_delta_crl) {
			text_add(why, "it is a delta CRL: it says only what "
			    "changed");
			return false;
		}
		if (!X509_EXTENSION_get_critical(e) ||
		    nid == NID_issuing_distribution_point ||
		    nid == NID_crl_number || nid == NID_authority_key_identifier)
			continue;
		(void)OBJ_obj2txt(name, sizeof(name),
		    X509_EXTENSION_get_object(e), 0);
		text_add(why, "it has a critical extension that is not "
		    "understood: ");
		text_add_escaped(why, name, strlen(name), 0);
		return false;
	}
	return true;
}

static bool
read_point(struct revocation_crl *c, struct text *why)
{
	int state;

	c->point = X509_CRL_get_ext_d2i(c->crl, NID_issuing_distribution_point,
	    &state, NULL);
	if (c->point == NULL && state != -1)
		text_add(why, "its issuing distribution point cannot be read");
	else if (c->point != NULL && c->point->indirectCRL > 0)
		text_add(why, "it is an indirect CRL, which is not judged");
	else if (c->point != NULL && c->point->onlyattr > 0)
		text_add(why, "it is for attribute certificates only");
	else
		return true;
	return false;
}

struct revocation_crl *
revocation_crl_parse(const uint8_t *bytes, size_t len, struct text *why)
{
	struct revocation_crl *c;

	if (len > REVOCATION_MAX_CRL) {
		text_addf(why, "it is larger than %u MiB",
		    REVOCATION_MAX_CRL >> 20);
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->crl = len > 0 ? read_crl(bytes, len) : NULL;
	if (c->crl == NULL)
		text_addf(why, "what came is no CRL (%zu bytes)", len);
	else if (is_understood(c->crl, why) && read_point(c, why)) {
		ERR_clear_error();
		return c;
	}
	ERR_clear_error();
	revocation_crl_free(c);
	return NULL;
}

void
revocation_crl_free(struct revocation_crl *c)
{
	if (c == NULL)
		return;
	X509_CRL_free(c->crl);
	ISSUING_DIST_POINT_free(c->point);
	free(c);
}

static bool
is_of(struct revocation_crl *c, const struct cert *issuer, X509 *x,
    struct text *why)
{
	EVP_PKEY *key;
	bool good;

	if (c->is_verified &&
	    memcmp(c->verified, issuer->sha256, CERT_SHA256) == 0)
		return true;
	if (X509_NAME_cmp(X509_CRL_get_issuer(c->crl),
	    X509_get_subject_name(x)) != 0) {
		text_add(why, "it is a CRL of another CA than the one that "
		    "issued the certificate");
		return false;
	}
	key = revocation_key(x, KU_CRL_SIGN, "the CA", why);
	if (key == NULL)
		return false;
	good = X509_CRL_verify(c->crl, key) == 1;
	ERR_clear_error();
	if (!good) {
		text_add(why, "its signature is not by the CA that issued the "
		    "certificate");
		return false;
	}
	memcpy(c->verified, issuer->sha256, CERT_SHA256);
	c->is_verified = true;
	return true;
}

static bool
shares_name(const GENERAL_NAMES *a, const GENERAL_NAMES *b)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(a); i++)
		for (int j = 0; j < sk_GENERAL_NAME_num(b); j++)
			if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(a, i),
			    sk_GENERAL_NAME_value(b, j)) == 0)
				return true;
	return false;
}

/* Does the certificate name the point that the CRL says it is of? */
static bool
names_point(X509 *x, const DIST_POINT_NAME *point)
{
	CRL_DIST_POINTS *all = X509_get_ext_d2i(x,
	    NID_crl_distribution_points, NULL, NULL);
	bool found = false;

	for (int i = 0; !found && i < sk_DIST_POINT_num(all); i++) {
		const DIST_POINT *dp = sk_DIST_POINT_value(all, i);

		found = dp->distpoint != NULL && dp->distpoint->type == 0 &&
		    point->type == 0 && shares_name(
		    dp->distpoint->name.fullname, point->name.fullname);
	}
	CRL_DIST_POINTS_free(all);
	ERR_clear_error();
	return found;
}

static bool
is_about(const struct revocation_crl *c, const struct cert *cert, X509 *x,
    struct text *why)
{
	const ISSUING_DIST_POINT *p = c->point;

	if (p == NULL)
		return true;
	if (p->onlyuser > 0 && cert->ca)
		text_add(why, "it does not speak of CA certificates");
	else if (p->onlyCA > 0 && !cert->ca)
		text_add(why, "it speaks of CA certificates only");
	else if (p->distpoint != NULL && !names_point(x, p->distpoint))
		text_add(why, "it is of a distribution point that the "
		    "certificate does not name");
	else
		return true;
	return false;
}

/* A critical extension of an entry changes what it means. */
static bool
entry_is_understood(const X509_REVOKED *entry)
{
	for (int i = 0; i < X509_REVOKED_get_ext_count(entry); i++) {
		X509_EXTENSION *e = X509_REVOKED_get_ext(entry, i);
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(e));

		if (X509_EXTENSION_get_critical(e) && nid != NID_crl_reason &&
		    nid != NID_invalidity_date)
			return false;
	}
	return true;
}

static int
entry_reason(const X509_REVOKED *entry)
{
	ASN1_ENUMERATED *e = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason,
	    NULL, NULL);
	long reason = e != NULL ? ASN1_ENUMERATED_get(e) : -1;

	ASN1_ENUMERATED_free(e);
	ERR_clear_error();
	return reason >= 0 && reason <= 10 ? (int)reason : -1;
}

static void
look_up(struct revocation_crl *c, X509 *x, struct revocation_status *out)
{
	X509_REVOKED *entry = NULL;
	int found = X509_CRL_get0_by_serial(c->crl, &entry,
	    X509_get_serialNumber(x));

	if (found == 0 && c->point != NULL && c->point->onlysomereasons != NULL)
		text_add(&out->words, "the certificate is not in it, but it "
		    "speaks of some reasons only");
	else if (found == 0)
		out->answer = REVOCATION_GOOD;
	else if (found != 1 || !entry_is_understood(entry))
		text_add(&out->words, "it has an entry for the certificate "
		    "that is not understood");
	else {
		out->answer = REVOCATION_REVOKED;
		out->revoked_at = revocation_time(
		    X509_REVOKED_get0_revocationDate(entry));
		out->reason = entry_reason(entry);
	}
}

void
revocation_crl_ask(struct revocation_crl *c, const struct cert *cert,
    const struct cert *issuer, int64_t now, struct revocation_status *out)
{
	X509 *x = revocation_x509(cert), *ca = revocation_x509(issuer);

	out->this_update = revocation_time(X509_CRL_get0_lastUpdate(c->crl));
	out->next_update = revocation_time(X509_CRL_get0_nextUpdate(c->crl));
	if (x == NULL || ca == NULL)
		text_add(&out->words, "the certificate or its CA's cannot be "
		    "read again");
	else if (is_of(c, issuer, ca, &out->words) &&
	    is_about(c, cert, x, &out->words) &&
	    revocation_is_current(out, "it", now))
		look_up(c, x, out);
	X509_free(x);
	X509_free(ca);
}
