/* SPDX-License-Identifier: ISC */
#include "leaf.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "cwaudit/mem.h"
#include "key.h"
#include "order.h"

#define DAY	86400L

/* Who issues. Parents stand above; a parent of NULL is a root. */
static struct authority {
	const char	*name, *cn, *parent;
	int		 from_days, to_days;
	bool		 trusted;
	X509		*x509;		/* made when first asked for */
	EVP_PKEY	*key;
} authorities[] = {
	{ "root", "Contoso Root CA", NULL, -2000, 5000, true, NULL, NULL },
	{ "issuing", "Contoso Issuing CA 1", "root", -900, 2700, false,
	    NULL, NULL },
	{ "other", "Contoso Issuing CA 2", "root", -900, 2700, false,
	    NULL, NULL },
	{ "ending", "Contoso Issuing CA 0", "root", -1800, 20, false,
	    NULL, NULL },
	{ "ended", "Contoso Issuing CA 9", "root", -1800, -5, false,
	    NULL, NULL },
	{ "unsent", "Contoso Branch CA", "root", -900, 2700, false,
	    NULL, NULL },
	{ "stranger", "Fabrikam Lab CA", NULL, -900, 2700, false,
	    NULL, NULL },
};

static void
must(int ok, const char *what)
{
	if (!ok)
		errx(1, "fleet: %s failed", what);
}

static void
add_entry(X509_NAME *name, int nid, int type, const char *bytes, size_t len)
{
	must(X509_NAME_add_entry_by_NID(name, nid, type,
	    (const unsigned char *)bytes, (int)len, -1, 0), "a name");
}

static void
add_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(ext != NULL && X509_add_ext(x509, ext, -1), value);
	X509_EXTENSION_free(ext);
}

static void
set_basics(X509 *x509, int version, int from_days, int to_days, EVP_PKEY *key)
{
	unsigned char serial[10];
	BIGNUM *number;

	RAND_bytes(serial, sizeof serial);
	serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40);
	number = BN_bin2bn(serial, sizeof serial, NULL);
	must(number != NULL && X509_set_version(x509, version - 1) &&
	    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL &&
	    X509_gmtime_adj(X509_getm_notBefore(x509), from_days * DAY) &&
	    X509_gmtime_adj(X509_getm_notAfter(x509), to_days * DAY) &&
	    X509_set_pubkey(x509, key), "a certificate");
	BN_free(number);
}

static struct authority *
authority_find(const char *name)
{
	for (size_t i = 0; i < sizeof authorities / sizeof *authorities; i++)
		if (strcmp(authorities[i].name, name) == 0)
			return &authorities[i];
	errx(1, "fleet: no authority '%s'", name);
}

/* The authority with its certificate made. */
static struct authority *
authority_get(const char *name)
{
	struct authority *a = authority_find(name), *parent;
	X509_NAME *subject;

	if (a->x509 != NULL)
		return a;
	parent = a->parent != NULL ? authority_get(a->parent) : a;
	a->key = key_new("rsa2048");
	a->x509 = X509_new();
	must(a->x509 != NULL, "X509_new");
	set_basics(a->x509, 3, a->from_days, a->to_days, a->key);
	subject = X509_get_subject_name(a->x509);
	add_entry(subject, NID_domainComponent, MBSTRING_UTF8, "com", 3);
	add_entry(subject, NID_domainComponent, MBSTRING_UTF8, "contoso", 7);
	add_entry(subject, NID_commonName, MBSTRING_UTF8, a->cn,
	    strlen(a->cn));
	must(X509_set_issuer_name(a->x509,
	    X509_get_subject_name(parent->x509)), "an issuer");
	add_extension(a->x509, parent->x509, NID_basic_constraints,
	    "critical,CA:TRUE");
	add_extension(a->x509, parent->x509, NID_key_usage,
	    "critical,keyCertSign,cRLSign,digitalSignature");
	add_extension(a->x509, parent->x509, NID_subject_key_identifier,
	    "hash");
	must(X509_sign(a->x509, parent->key, EVP_sha256()), "signing");
	return a;
}

/* One name of the SAN, any bytes: X509V3_EXT_conf would refuse some. */
static GENERAL_NAME *
san_name(const struct order_name *n)
{
	GENERAL_NAME *gen = GENERAL_NAME_new();
	int type = n->kind == 'd' ? GEN_DNS : GEN_URI;
	ASN1_STRING *string;

	must(gen != NULL, "a SAN entry");
	if (n->kind == 'i') {
		string = a2i_IPADDRESS(text_str(&n->value));
		type = GEN_IPADD;
	} else {
		string = ASN1_IA5STRING_new();
		must(string != NULL && ASN1_STRING_set(string,
		    text_str(&n->value), (int)n->value.len), "a SAN entry");
	}
	must(string != NULL, text_str(&n->value));
	GENERAL_NAME_set0_value(gen, type, string);
	return gen;
}

static void
add_san(X509 *x509, const struct order *o)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	int times = strcmp(o->san, "twice") == 0 ? 2 : 1;

	must(names != NULL, "a SAN");
	for (size_t i = 0; i < o->n_names; i++)
		if (o->name[i].kind != 'c')
			must(sk_GENERAL_NAME_push(names,
			    san_name(&o->name[i])), "a SAN");
	for (int i = 0; i < times && sk_GENERAL_NAME_num(names) > 0; i++)
		must(X509_add1_ext_i2d(x509, NID_subject_alt_name, names, 0,
		    X509V3_ADD_APPEND), "a SAN");
	GENERAL_NAMES_free(names);
}

/* An extension of the right kind whose value is no SEQUENCE. */
static void
add_broken_san(X509 *x509)
{
	ASN1_OCTET_STRING *bytes = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;

	must(bytes != NULL && ASN1_OCTET_STRING_set(bytes,
	    (const unsigned char *)"\x30\x7f\x82\x03www", 7), "a SAN");
	ext = X509_EXTENSION_create_by_NID(NULL, NID_subject_alt_name, 0,
	    bytes);
	must(ext != NULL && X509_add_ext(x509, ext, -1), "a SAN");
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(bytes);
}

static void
add_extensions(X509 *x509, X509 *issuer, const struct order *o)
{
	static const struct { const char *word, *value; } ekus[] = {
		{ "server", "serverAuth" }, { "client", "clientAuth" },
		{ "both", "serverAuth,clientAuth" },
		{ "any", "anyExtendedKeyUsage" },
	};

	if (o->ca)
		add_extension(x509, issuer, NID_basic_constraints,
		    "critical,CA:TRUE");
	if (strcmp(o->usage, "none") != 0)
		add_extension(x509, issuer, NID_key_usage, o->usage);
	for (size_t i = 0; i < sizeof ekus / sizeof *ekus; i++)
		if (strcmp(ekus[i].word, o->eku) == 0)
			add_extension(x509, issuer, NID_ext_key_usage,
			    ekus[i].value);
	if (o->cdp)
		add_extension(x509, issuer, NID_crl_distribution_points,
		    "URI:http://pki.contoso.com/issuing1.crl");
	if (strcmp(o->san, "broken") == 0)
		add_broken_san(x509);
	else
		add_san(x509, o);
}

static void
push(STACK_OF(X509) *chain, X509 *x509)
{
	must(X509_up_ref(x509) && sk_X509_push(chain, x509), "a chain");
}

static void
add_chain(struct leaf *leaf, const struct order *o, struct authority *issuer)
{
	struct authority *root = authority_get("root");

	leaf->chain = sk_X509_new_null();
	must(leaf->chain != NULL, "a chain");
	if (issuer == NULL || strcmp(o->chain, "none") == 0)
		return;
	if (strcmp(o->chain, "reversed") == 0)
		push(leaf->chain, root->x509);
	push(leaf->chain, issuer->x509);
	if (strcmp(o->chain, "root") == 0)
		push(leaf->chain, root->x509);
}

static X509 *
make_x509(const struct order *o, EVP_PKEY *key, const struct authority *issuer)
{
	X509 *x509 = X509_new();
	X509_NAME *subject = X509_NAME_new();
	const EVP_MD *digest = EVP_get_digestbyname(o->sign);

	must(x509 != NULL && subject != NULL && digest != NULL, o->sign);
	set_basics(x509, o->version, o->from_days, o->to_days, key);
	for (size_t i = 0; i < o->n_names; i++)
		if (o->name[i].kind == 'c')
			add_entry(subject, NID_commonName, V_ASN1_UTF8STRING,
			    text_str(&o->name[i].value),
			    o->name[i].value.len);
	must(X509_set_subject_name(x509, subject) &&
	    X509_set_issuer_name(x509, issuer == NULL ? subject :
	    X509_get_subject_name(issuer->x509)), "a name");
	X509_NAME_free(subject);
	if (o->version == 3)
		add_extensions(x509, issuer == NULL ? x509 : issuer->x509, o);
	must(X509_sign(x509, issuer == NULL ? key : issuer->key, digest),
	    "signing");
	return x509;
}

struct leaf *
leaf_new(const char *words, const char *host, const char *site)
{
	struct leaf *leaf = xcalloc(1, sizeof *leaf);
	struct authority *issuer = NULL;
	struct order o;

	order_init(&o, words, host, site);
	if (strcmp(o.issuer, "self") != 0)
		issuer = authority_get(o.issuer);
	leaf->key = key_new(o.key);
	leaf->x509 = make_x509(&o, leaf->key, issuer);
	must(X509_digest(leaf->x509, EVP_sha256(), leaf->sha256, NULL),
	    "SHA-256");
	add_chain(leaf, &o, issuer);
	order_done(&o);
	return leaf;
}

void
leaf_free(struct leaf *leaf)
{
	if (leaf == NULL)
		return;
	X509_free(leaf->x509);
	EVP_PKEY_free(leaf->key);
	sk_X509_pop_free(leaf->chain, X509_free);
	free(leaf);
}

void
leaf_roots_pem(struct text *out)
{
	for (size_t i = 0; i < sizeof authorities / sizeof *authorities; i++) {
		BIO *bio;
		char *data;
		long len;

		if (!authorities[i].trusted)
			continue;
		bio = BIO_new(BIO_s_mem());
		must(bio != NULL && PEM_write_bio_X509(bio,
		    authority_get(authorities[i].name)->x509), "PEM");
		len = BIO_get_mem_data(bio, &data);
		text_add_bytes(out, data, (size_t)len);
		BIO_free(bio);
	}
}

X509 *
leaf_client_root(void)
{
	return authority_get("root")->x509;
}

EVP_PKEY *
leaf_issuer_key(const char *authority)
{
	return authority_get(authority)->key;
}

void
leaf_done(void)
{
	for (size_t i = 0; i < sizeof authorities / sizeof *authorities; i++) {
		X509_free(authorities[i].x509);
		EVP_PKEY_free(authorities[i].key);
		authorities[i].x509 = NULL;
		authorities[i].key = NULL;
	}
}
