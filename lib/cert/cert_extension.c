/* SPDX-License-Identifier: ISC */
/*
 * cert_extension.c - SAN, usages, constraints and URLs of a certificate.
 * X509_get_ext_d2i hides doubled extensions and bytes after the value, so
 * each extension is found and decoded by hand.
 */
#include "cert_extension.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define EKU_MAX		100
#define URLS_MAX	20
#define URL_SHOWN	512
#define OID_TEXT	128

size_t
cert_count_parts(const uint8_t *p, size_t len, size_t max)
{
	const uint8_t *end = p + len;
	size_t parts = 0;

	while (p < end && parts <= max) {
		long item_len;
		int tag, class;
		int form = ASN1_get_object(&p, &item_len, &tag, &class,
		    end - p);

		if ((form & 0x80) != 0)
			break;
		parts++;
		if ((form & V_ASN1_CONSTRUCTED) == 0)
			p += item_len;
	}
	return parts;
}

/* The first extension of a kind; *len_out 0 and NULL where there is none. */
static const uint8_t *
find_extension(const X509 *x, int nid, long *len_out)
{
	int at = X509_get_ext_by_NID(x, nid, -1);
	const ASN1_OCTET_STRING *value;

	*len_out = 0;
	if (at < 0)
		return NULL;
	value = X509_EXTENSION_get_data(X509_get_ext(x, at));
	*len_out = ASN1_STRING_length(value);
	return ASN1_STRING_get0_data(value);
}

static struct cert_bytes
copy_string(const ASN1_STRING *s)
{
	int len = ASN1_STRING_length(s);

	return (struct cert_bytes){
		xmemdup(ASN1_STRING_get0_data(s), (size_t)len), (size_t)len
	};
}

static struct cert_bytes
copy_word(const char *s)
{
	return (struct cert_bytes){ xstrdup(s), strlen(s) };
}

static struct cert_bytes
copy_address(const ASN1_STRING *s)
{
	int len = ASN1_STRING_length(s);
	char buf[INET6_ADDRSTRLEN];

	if ((len != 4 && len != 16) || inet_ntop(len == 4 ? AF_INET : AF_INET6,
	    ASN1_STRING_get0_data(s), buf, sizeof(buf)) == NULL)
		return copy_word("an address of a wrong length");
	return copy_word(buf);
}

static struct cert_san
read_san(const GENERAL_NAME *name)
{
	switch (name->type) {
	case GEN_DNS:
		return (struct cert_san){ CERT_SAN_DNS,
		    copy_string(name->d.dNSName) };
	case GEN_URI:
		return (struct cert_san){ CERT_SAN_URI,
		    copy_string(name->d.uniformResourceIdentifier) };
	case GEN_EMAIL:
		return (struct cert_san){ CERT_SAN_EMAIL,
		    copy_string(name->d.rfc822Name) };
	case GEN_IPADD:
		return (struct cert_san){ CERT_SAN_IP,
		    copy_address(name->d.iPAddress) };
	case GEN_DIRNAME:
		return (struct cert_san){ CERT_SAN_OTHER,
		    copy_word("a directory name") };
	case GEN_RID:
		return (struct cert_san){ CERT_SAN_OTHER,
		    copy_word("a registered id") };
	}
	return (struct cert_san){ CERT_SAN_OTHER, copy_word("another name") };
}

/* One SAN extension; false where it cannot be decoded to its last byte. */
static bool
read_san_extension(X509_EXTENSION *ext, struct cert *c, size_t *cap)
{
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(ext);
	const uint8_t *p = ASN1_STRING_get0_data(value);
	const uint8_t *end = p + ASN1_STRING_length(value);
	GENERAL_NAMES *names = d2i_GENERAL_NAMES(NULL, &p, end - p);

	if (names == NULL)
		return false;
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		c->san = xgrow(c->san, c->n_san, cap, sizeof(*c->san));
		c->san[c->n_san++] = read_san(sk_GENERAL_NAME_value(names, i));
	}
	GENERAL_NAMES_free(names);
	return p == end;
}

static void
read_sans(const X509 *x, struct cert *c)
{
	size_t cap = 0;
	int at = -1;

	c->san_readable = true;
	while ((at = X509_get_ext_by_NID(x, NID_subject_alt_name, at)) >= 0) {
		c->san_count++;
		if (!read_san_extension(X509_get_ext(x, at), c, &cap))
			c->san_readable = false;
	}
	c->san_present = c->san_count > 0;
	c->san_readable = c->san_present && c->san_readable;
}

static void
read_usage(const X509 *x, struct cert *c)
{
	long len;
	const uint8_t *p = find_extension(x, NID_key_usage, &len);
	ASN1_BIT_STRING *bits;

	if (p == NULL)
		return;
	c->usage_present = true;	/* unreadable: no bit is granted */
	bits = d2i_ASN1_BIT_STRING(NULL, &p, len);
	if (bits == NULL)
		return;
	if (bits->length > 0)
		c->usage = bits->data[0];
	if (bits->length > 1)
		c->usage |= (unsigned)bits->data[1] << 8;
	ASN1_BIT_STRING_free(bits);
}

static void
read_eku_item(const ASN1_OBJECT *oid, struct cert *c)
{
	int nid = OBJ_obj2nid(oid);
	char dotted[OID_TEXT];

	if (nid == NID_server_auth)
		c->eku_server = true;
	else if (nid == NID_client_auth)
		c->eku_client = true;
	else if (nid == NID_anyExtendedKeyUsage)
		c->eku_any = true;
	if (c->eku.n >= EKU_MAX)
		return;
	if (nid != NID_undef) {
		strings_add(&c->eku, OBJ_nid2sn(nid));
		return;
	}
	if (OBJ_obj2txt(dotted, sizeof(dotted), oid, 1) > 0)
		strings_add(&c->eku, dotted);
}

static void
read_eku(const X509 *x, struct cert *c)
{
	long len;
	const uint8_t *p = find_extension(x, NID_ext_key_usage, &len);
	EXTENDED_KEY_USAGE *eku;

	if (p == NULL)
		return;
	c->eku_present = true;		/* unreadable: nothing is granted */
	eku = d2i_EXTENDED_KEY_USAGE(NULL, &p, len);
	for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++)
		read_eku_item(sk_ASN1_OBJECT_value(eku, i), c);
	EXTENDED_KEY_USAGE_free(eku);
}

static void
read_constraints(const X509 *x, struct cert *c)
{
	long len;
	const uint8_t *p = find_extension(x, NID_basic_constraints, &len);
	BASIC_CONSTRAINTS *bc;

	if (p == NULL || (bc = d2i_BASIC_CONSTRAINTS(NULL, &p, len)) == NULL)
		return;
	c->ca = bc->ca != 0;
	BASIC_CONSTRAINTS_free(bc);
}

static void
add_url(struct strings *to, const GENERAL_NAME *name)
{
	const ASN1_IA5STRING *uri;
	struct text shown = {0};

	if (name->type != GEN_URI || to->n >= URLS_MAX)
		return;
	uri = name->d.uniformResourceIdentifier;
	text_add_escaped(&shown, ASN1_STRING_get0_data(uri),
	    (size_t)ASN1_STRING_length(uri), URL_SHOWN);
	strings_add(to, text_str(&shown));
	text_done(&shown);
}

static void
read_cdp(const X509 *x, struct cert *c)
{
	long len;
	const uint8_t *p = find_extension(x, NID_crl_distribution_points, &len);
	CRL_DIST_POINTS *points;

	if (p == NULL)
		return;
	points = d2i_CRL_DIST_POINTS(NULL, &p, len);
	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *dp = sk_DIST_POINT_value(points, i);
		const GENERAL_NAMES *names;

		if (dp->distpoint == NULL || dp->distpoint->type != 0)
			continue;
		names = dp->distpoint->name.fullname;
		for (int j = 0; j < sk_GENERAL_NAME_num(names); j++)
			add_url(&c->cdp, sk_GENERAL_NAME_value(names, j));
	}
	CRL_DIST_POINTS_free(points);
}

static void
read_access(const X509 *x, struct cert *c)
{
	long len;
	const uint8_t *p = find_extension(x, NID_info_access, &len);
	AUTHORITY_INFO_ACCESS *access;

	if (p == NULL)
		return;
	access = d2i_AUTHORITY_INFO_ACCESS(NULL, &p, len);
	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access); i++) {
		const ACCESS_DESCRIPTION *ad =
		    sk_ACCESS_DESCRIPTION_value(access, i);
		int method = OBJ_obj2nid(ad->method);

		if (method == NID_ad_OCSP)
			add_url(&c->ocsp, ad->location);
		else if (method == NID_ad_ca_issuers)
			add_url(&c->ca_issuers, ad->location);
	}
	AUTHORITY_INFO_ACCESS_free(access);
}

/* Before anything is decoded: what would it cost? */
static bool
extensions_bounded(const X509 *x)
{
	size_t parts = 0;

	for (int i = 0; i < X509_get_ext_count(x); i++) {
		const ASN1_OCTET_STRING *value =
		    X509_EXTENSION_get_data(X509_get_ext(x, i));

		parts += cert_count_parts(ASN1_STRING_get0_data(value),
		    (size_t)ASN1_STRING_length(value), CERT_MAX_NAMES);
		if (parts > CERT_MAX_NAMES)
			return false;
	}
	return true;
}

bool
cert_read_extensions(const X509 *x, struct cert *c)
{
	if (!extensions_bounded(x))
		return false;
	read_sans(x, c);
	read_usage(x, c);
	read_eku(x, c);
	read_constraints(x, c);
	read_cdp(x, c);
	read_access(x, c);
	return true;
}
