/* SPDX-License-Identifier: ISC */
/*
 * make_cert.h - certificates made within a test, each from a few words.
 * One RSA key per kind of issuer serves all; it is made when first needed.
 */
#ifndef MAKE_CERT_H
#define MAKE_CERT_H

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <assert.h>
#include <string.h>

#include "cwaudit/cert.h"
#include "cwaudit/mem.h"

struct made {
	X509		*x;
	EVP_PKEY	*key;
	struct cert	*cert;
};

/* What is NULL or 0 has the value of a right leaf; "" leaves it out. */
struct recipe {
	const char	*cn;		/* NULL: none */
	const char	*cn2;		/* a second one */
	const char	*san;		/* OpenSSL's words: "DNS:a,URI:b" */
	const char	*eku, *usage, *cdp;	/* in OpenSSL's words, too */
	const char	*basic;		/* basicConstraints */
	const char	*constraints;	/* nameConstraints */
	const char	*from, *to;	/* "20260101000000Z" */
	const struct made *issuer;	/* NULL: itself */
	EVP_PKEY	*key;		/* NULL: the shared one */
	const EVP_MD	*md;
	long		 serial;
	int		 v1;		/* version 1: no extensions */
	int		 cn_type;	/* V_ASN1_*; 0: UTF8String */
	int		 cn_len;	/* 0: strlen */
	int		 no_ids;	/* no key identifiers */
	int		 double_san;
};

static inline EVP_PKEY *
make_key(void)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);

	assert(key != NULL);
	return key;
}

static inline EVP_PKEY *
shared_key(void)
{
	static EVP_PKEY *key;

	if (key == NULL)
		key = make_key();
	return key;
}

static inline void
add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	if (value == NULL || *value == '\0')
		return;
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	ext = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	assert(ext != NULL);
	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
}

static inline void
set_name(X509 *x, const struct recipe *r)
{
	X509_NAME *name = X509_get_subject_name(x);
	const char *cns[] = { r->cn, r->cn2 };

	for (int i = 0; i < 2; i++)
		if (cns[i] != NULL)
			assert(X509_NAME_add_entry_by_NID(name, NID_commonName,
			    r->cn_type != 0 ? r->cn_type : V_ASN1_UTF8STRING,
			    (const unsigned char *)cns[i],
			    r->cn_len != 0 ? r->cn_len : -1, -1, 0) == 1);
}

static inline void
set_extensions(X509 *x, X509 *issuer, const struct recipe *r)
{
	int ca = r->basic != NULL && strstr(r->basic, "CA:TRUE") != NULL;

	add_extension(x, issuer, NID_basic_constraints, r->basic);
	add_extension(x, issuer, NID_key_usage, r->usage != NULL ? r->usage :
	    ca ? "critical,keyCertSign,cRLSign" :
	    "critical,digitalSignature,keyEncipherment");
	add_extension(x, issuer, NID_ext_key_usage, r->eku != NULL ? r->eku :
	    ca ? NULL : "serverAuth");
	add_extension(x, issuer, NID_crl_distribution_points,
	    r->cdp != NULL ? r->cdp : "URI:http://pki.example/ca.crl");
	add_extension(x, issuer, NID_subject_alt_name, r->san);
	if (r->double_san)
		add_extension(x, issuer, NID_subject_alt_name, r->san);
	add_extension(x, issuer, NID_name_constraints, r->constraints);
	if (r->no_ids)
		return;
	add_extension(x, issuer, NID_subject_key_identifier, "hash");
	if (X509_get_ext_by_NID(issuer, NID_subject_key_identifier, -1) >= 0)
		add_extension(x, issuer, NID_authority_key_identifier, "keyid");
}

static inline struct made
make_cert(struct recipe r)
{
	struct made m = { X509_new(), r.key, NULL };
	unsigned char *der = NULL;
	X509 *issuer;
	int len;

	if (m.key == NULL)
		m.key = shared_key();
	issuer = r.issuer != NULL ? r.issuer->x : m.x;
	X509_set_version(m.x, r.v1 ? 0 : 2);
	ASN1_INTEGER_set(X509_get_serialNumber(m.x), r.serial ? r.serial : 1);
	ASN1_TIME_set_string(X509_getm_notBefore(m.x),
	    r.from != NULL ? r.from : "20260101000000Z");
	ASN1_TIME_set_string(X509_getm_notAfter(m.x),
	    r.to != NULL ? r.to : "20271231235959Z");
	set_name(m.x, &r);
	X509_set_issuer_name(m.x, X509_get_subject_name(issuer));
	X509_set_pubkey(m.x, m.key);
	if (!r.v1)
		set_extensions(m.x, issuer, &r);
	assert(X509_sign(m.x, r.issuer != NULL ? r.issuer->key : m.key,
	    r.md != NULL ? r.md : EVP_sha256()) > 0);
	len = i2d_X509(m.x, &der);
	assert(len > 0 && cert_parse(der, (size_t)len, &m.cert) == CERT_OK);
	OPENSSL_free(der);
	return m;
}

/* A CA; issuer NULL: a root. */
static inline struct made
make_ca(const char *cn, const struct made *issuer)
{
	return make_cert((struct recipe){ .cn = cn, .issuer = issuer,
	    .basic = "critical,CA:TRUE", .key = make_key(),
	    .from = "20200101000000Z", .to = "20401231235959Z" });
}

static inline void
made_free(struct made *m)
{
	X509_free(m->x);
	cert_unref(m->cert);
	if (m->key != shared_key())
		EVP_PKEY_free(m->key);
}

/* The certificate as PEM text; the caller frees it. */
static inline char *
made_pem(const struct made *m)
{
	struct text pem = {0};
	size_t room = (m->cert->der_len + 2) / 3 * 4 + 1;
	unsigned char *base64 = xcalloc(room, 1);

	EVP_EncodeBlock(base64, m->cert->der, (int)m->cert->der_len);
	text_add(&pem, "-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; base64[i] != '\0'; i++) {
		text_add_char(&pem, (char)base64[i]);
		if (i % 64 == 63 || base64[i + 1] == '\0')
			text_add_char(&pem, '\n');
	}
	text_add(&pem, "-----END CERTIFICATE-----\n");
	free(base64);
	return text_take(&pem);
}

#endif
