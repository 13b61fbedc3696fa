/* SPDX-License-Identifier: ISC */
/*
 * cert_parse.c - DER to facts, by OpenSSL. No X509 leaves this file.
 * Whatever a peer sends ends in facts or in CERT_BAD_DER, within tens of
 * milliseconds: sizes and counts are looked at before they are worked on.
 */
#include "cwaudit/cert.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cert_extension.h"
#include "cert_pack.h"
#include "cwaudit/mem.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NAME_MAX_DER	16384	/* a longer subject is shown by its size */
#define SERIAL_MAX	64	/* bytes; RFC 5280 allows 20 */
#define OID_TEXT	128

static void
read_serial(const X509 *x, struct cert *c)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	size_t len = (size_t)ASN1_STRING_length(serial);
	struct text hex = {0};

	if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
		text_add_char(&hex, '-');
	text_add_hex(&hex, ASN1_STRING_get0_data(serial),
	    len < SERIAL_MAX ? len : SERIAL_MAX);
	if (len > SERIAL_MAX)
		text_add(&hex, "...");
	c->serial = text_take(&hex);
}

/*
 * RFC 2253 text to printable text. Its own escapes of ,+<>;=# and blanks stay,
 * so that people can copy the name; everything else goes the usual way.
 */
static char *
escape_name(const char *s, size_t len)
{
	struct text out = {0};
	size_t from = 0;

	for (size_t i = 0; i + 1 < len; i++) {
		if (s[i] != '\\')
			continue;
		if (s[i + 1] == '\0' || strchr(",+<>;=# ", s[i + 1]) == NULL) {
			i++;	/* the escaped byte is no escape itself */
			continue;
		}
		text_add_escaped(&out, s + from, i - from, 0);
		text_add_bytes(&out, s + i, 2);
		from = ++i + 1;
	}
	text_add_escaped(&out, s + from, len - from, 0);
	return text_take(&out);
}

static char *
print_name(const X509_NAME *name)
{
	/* Strings that do not convert are shown byte by byte. */
	static const unsigned long attempts[] = {
		XN_FLAG_RFC2253 &
		    ~(unsigned long)(ASN1_STRFLGS_ESC_MSB |
		    ASN1_STRFLGS_ESC_CTRL),
		(XN_FLAG_RFC2253 & ~(unsigned long)(ASN1_STRFLGS_UTF8_CONVERT |
		    ASN1_STRFLGS_ESC_MSB | ASN1_STRFLGS_ESC_CTRL)) |
		    ASN1_STRFLGS_IGNORE_TYPE,
	};
	size_t der_len = 0;
	struct text size = {0};
	BIO *bio;

	if (X509_NAME_get0_der(name, NULL, &der_len) != 1)
		der_len = 0;
	if (der_len > NAME_MAX_DER) {
		text_addf(&size, "(a name of %zu bytes)", der_len);
		return text_take(&size);
	}
	for (size_t i = 0; i < ARRAY_N(attempts); i++) {
		char *data, *out = NULL;
		int ok;

		bio = BIO_new(BIO_s_mem());
		if (bio == NULL)
			abort();
		ok = X509_NAME_print_ex(bio, name, 0, attempts[i]);
		if (ok >= 0) {
			long len = BIO_get_mem_data(bio, &data);

			/* of an empty name there is no memory */
			out = escape_name(len > 0 ? data : "",
			    len > 0 ? (size_t)len : 0);
		}
		BIO_free(bio);
		if (out != NULL)
			return out;
	}
	return xstrdup("(an unreadable name)");
}

static void
read_cns(const X509_NAME *name, struct cert *c)
{
	size_t cap = 0;
	int at = -1;

	while ((at = X509_NAME_get_index_by_NID(name, NID_commonName,
	    at)) >= 0) {
		const ASN1_STRING *s =
		    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
		unsigned char *utf8 = NULL;
		int len = ASN1_STRING_to_UTF8(&utf8, s);
		struct cert_cn *cn;

		c->cn = xgrow(c->cn, c->n_cn, &cap, sizeof(*c->cn));
		cn = &c->cn[c->n_cn++];
		cn->readable = len >= 0;
		if (len < 0)
			cn->utf8 = (struct cert_bytes){
				xmemdup(ASN1_STRING_get0_data(s),
				    (size_t)ASN1_STRING_length(s)),
				(size_t)ASN1_STRING_length(s)
			};
		else
			cn->utf8 = (struct cert_bytes){
				xmemdup(utf8, (size_t)len), (size_t)len
			};
		OPENSSL_free(utf8);
	}
}

static void
read_names(const X509 *x, struct cert *c)
{
	const X509_NAME *subject = X509_get_subject_name(x);
	const X509_NAME *issuer = X509_get_issuer_name(x);

	c->subject = print_name(subject);
	c->issuer = print_name(issuer);
	c->subject_empty = X509_NAME_entry_count(subject) == 0;
	c->self_issued = X509_NAME_cmp(subject, issuer) == 0;
	read_cns(subject, c);
}

static bool
read_time(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;

	/* A NULL time would mean "now" to ASN1_TIME_to_tm. */
	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = clock_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
	return true;
}

static void
read_dates(const X509 *x, struct cert *c)
{
	bool before = read_time(X509_get0_notBefore(x), &c->not_before);
	bool after = read_time(X509_get0_notAfter(x), &c->not_after);

	c->dates_readable = before && after;
	if (!before)
		c->not_before = CLOCK_NEVER;
	if (!after)
		c->not_after = CLOCK_NEVER;
}

static void
name_curve(EVP_PKEY *key, struct text *out)
{
	static const struct { const char *group, *shown; } curves[] = {
		{ "prime256v1", "P-256" }, { "secp384r1", "P-384" },
		{ "secp521r1", "P-521" },
	};
	char group[64];

	if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME,
	    group, sizeof(group), NULL) != 1) {
		text_addf(out, "%d", EVP_PKEY_get_bits(key));
		return;
	}
	for (size_t i = 0; i < ARRAY_N(curves); i++) {
		if (strcmp(group, curves[i].group) == 0) {
			text_add(out, curves[i].shown);
			return;
		}
	}
	text_add(out, group);
}

/* What the key calls itself, where OpenSSL cannot make one of it. */
static void
read_strange_key(const X509 *x, struct cert *c)
{
	ASN1_OBJECT *oid = NULL;
	char name[OID_TEXT] = "";
	struct text shown = {0};

	c->key = CERT_KEY_OTHER;
	if (X509_PUBKEY_get0_param(&oid, NULL, NULL, NULL,
	    X509_get_X509_PUBKEY(x)) == 1)
		OBJ_obj2txt(name, sizeof(name), oid, 0);
	text_addf(&shown, "unreadable (%s)", name[0] != '\0' ? name : "?");
	c->key_text = text_take(&shown);
}

/*
 * d2i_X509 makes a key of what it reads, and looks for whoever can: that costs
 * ten times what all the rest does. Where nobody can, it goes without.
 */
static OSSL_LIB_CTX *keyless;

static void
make_keyless(void)
{
	keyless = OSSL_LIB_CTX_new();
	if (keyless != NULL && OSSL_PROVIDER_load(keyless, "null") == NULL) {
		OSSL_LIB_CTX_free(keyless);
		keyless = NULL;
	}
}

static X509 *
decode(OSSL_LIB_CTX *ctx, const uint8_t *der, size_t len, const uint8_t **end)
{
	X509 *x = X509_new_ex(ctx, NULL);

	if (x == NULL)
		abort();	/* no memory */
	*end = der;
	return d2i_X509(&x, end, (long)len);	/* frees x where it fails */
}

static unsigned
odd_bits(const ASN1_TYPE *t)
{
	BIGNUM *n = t->type != V_ASN1_INTEGER ? NULL :
	    ASN1_INTEGER_to_BN(t->value.integer, NULL);
	unsigned bits = n != NULL && BN_is_odd(n) && !BN_is_negative(n) ?
	    (unsigned)BN_num_bits(n) : 0;

	BN_free(n);
	return bits;
}

/* SEQUENCE { n, e } (RFC 8017, A.1.1); 0: not just that. */
static unsigned
modulus_bits(const uint8_t *der, int len)
{
	const uint8_t *p = der;
	ASN1_SEQUENCE_ANY *two = d2i_ASN1_SEQUENCE_ANY(NULL, &p, len);
	unsigned bits = 0;

	if (two != NULL && p == der + len && sk_ASN1_TYPE_num(two) == 2 &&
	    odd_bits(sk_ASN1_TYPE_value(two, 1)) > 1)
		bits = odd_bits(sk_ASN1_TYPE_value(two, 0));
	sk_ASN1_TYPE_pop_free(two, ASN1_TYPE_free);
	return bits;
}

/*
 * The bits of an RSA key as nearly all are, in a certificate that is signed by
 * another; 0: anything else, of which OpenSSL is to make a key.
 */
static unsigned
plain_rsa_bits(X509 *x)
{
	ASN1_OBJECT *oid = NULL;
	X509_ALGOR *alg = NULL;
	const uint8_t *key;
	int len, type;
	unsigned bits;

	if (X509_NAME_cmp(X509_get_subject_name(x),
	    X509_get_issuer_name(x)) == 0 ||
	    X509_PUBKEY_get0_param(&oid, &key, &len, &alg,
	    X509_get_X509_PUBKEY(x)) != 1)
		return 0;
	X509_ALGOR_get0(NULL, &type, NULL, alg);
	if (OBJ_obj2nid(oid) != NID_rsaEncryption || type != V_ASN1_NULL)
		return 0;
	bits = modulus_bits(key, len);
	return bits >= 512 && bits <= CERT_MAX_KEY ? bits : 0;
}

static void
set_plain_rsa(struct cert *c, unsigned bits)
{
	struct text shown = {0};

	c->key = CERT_KEY_RSA;
	c->key_bits = bits;
	text_addf(&shown, "RSA %u", bits);
	c->key_text = text_take(&shown);
}

static void
read_key(const X509 *x, struct cert *c)
{
	static const struct { int id; enum cert_key key; const char *name; }
	kinds[] = {
		{ EVP_PKEY_RSA, CERT_KEY_RSA, "RSA" },
		{ EVP_PKEY_EC, CERT_KEY_EC, "EC" },
		{ EVP_PKEY_DSA, CERT_KEY_DSA, "DSA" },
		{ EVP_PKEY_ED25519, CERT_KEY_ED, "Ed25519" },
		{ EVP_PKEY_ED448, CERT_KEY_ED, "Ed448" },
		/* restricted to PSS: nothing of the time can use it */
		{ EVP_PKEY_RSA_PSS, CERT_KEY_OTHER, "RSASSA-PSS" },
	};
	EVP_PKEY *key = X509_get0_pubkey(x);
	struct text shown = {0};
	int id;

	if (key == NULL) {
		read_strange_key(x, c);
		return;
	}
	id = EVP_PKEY_get_base_id(key);
	c->key = CERT_KEY_OTHER;
	c->key_bits = (unsigned)EVP_PKEY_get_bits(key);
	for (size_t i = 0; i < ARRAY_N(kinds); i++) {
		if (kinds[i].id != id)
			continue;
		c->key = kinds[i].key;
		text_add(&shown, kinds[i].name);
	}
	if (shown.len == 0)
		text_add(&shown, id > 0 ? OBJ_nid2sn(id) : "unknown");
	if (c->key == CERT_KEY_EC) {
		text_add_char(&shown, ' ');
		name_curve(key, &shown);
	} else if (c->key != CERT_KEY_ED)
		text_addf(&shown, " %u", c->key_bits);
	c->key_text = text_take(&shown);
}

/* The digest of an RSASSA-PSS signature; SHA-1 where none is named. */
static int
pss_digest(const X509_ALGOR *alg)
{
	RSA_PSS_PARAMS *pss = alg->parameter == NULL ? NULL :
	    ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS),
	    alg->parameter);
	int nid = NID_undef;

	if (pss == NULL)
		return nid;
	nid = pss->hashAlgorithm == NULL ? NID_sha1 :
	    OBJ_obj2nid(pss->hashAlgorithm->algorithm);
	RSA_PSS_PARAMS_free(pss);
	return nid;
}

static enum cert_digest
digest_of(int nid)
{
	static const struct { int nid; enum cert_digest digest; } digests[] = {
		{ NID_md2, CERT_DIGEST_MD2 }, { NID_md4, CERT_DIGEST_MD5 },
		{ NID_md5, CERT_DIGEST_MD5 }, { NID_sha1, CERT_DIGEST_SHA1 },
		{ NID_sha, CERT_DIGEST_SHA1 },
		{ NID_ripemd160, CERT_DIGEST_SHA1 },	/* no longer than it */
		{ NID_sha224, CERT_DIGEST_SHA2 },
		{ NID_sha256, CERT_DIGEST_SHA2 },
		{ NID_sha384, CERT_DIGEST_SHA2 },
		{ NID_sha512, CERT_DIGEST_SHA2 },
		{ NID_sha512_224, CERT_DIGEST_SHA2 },
		{ NID_sha512_256, CERT_DIGEST_SHA2 },
		{ NID_sha3_224, CERT_DIGEST_SHA2 },
		{ NID_sha3_256, CERT_DIGEST_SHA2 },
		{ NID_sha3_384, CERT_DIGEST_SHA2 },
		{ NID_sha3_512, CERT_DIGEST_SHA2 },
	};

	for (size_t i = 0; i < ARRAY_N(digests); i++)
		if (digests[i].nid == nid)
			return digests[i].digest;
	return CERT_DIGEST_OTHER;
}

static void
read_signature(const X509 *x, struct cert *c)
{
	const X509_ALGOR *alg = NULL;
	char name[OID_TEXT] = "";
	int nid, md = NID_undef, key = NID_undef;

	X509_get0_signature(NULL, &alg, x);
	nid = OBJ_obj2nid(alg->algorithm);
	if (nid == NID_rsassaPss)
		md = pss_digest(alg);
	else if (nid != NID_undef)
		(void)OBJ_find_sigid_algs(nid, &md, &key);
	c->digest = digest_of(md);
	OBJ_obj2txt(name, sizeof(name), alg->algorithm, 0);
	c->signature = xstrdup(name);
}

static void
read_spki(X509 *x, struct cert *c)
{
	unsigned char *spki = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);

	if (len > 0)
		cert_sha256(spki, (size_t)len, c->spki_sha256);
	OPENSSL_free(spki);
}

/*
 * Only where the names say so, and never with a key whose arithmetic would
 * take longer than a look may.
 */
static void
check_self_signed(X509 *x, struct cert *c)
{
	EVP_PKEY *key = X509_get0_pubkey(x);

	c->self_signed = c->self_issued && key != NULL &&
	    c->key_bits <= CERT_MAX_KEY && X509_verify(x, key) == 1;
}

/* rsa_bits: of a key that need not be made; 0: it is to be read. */
static enum cert_status
read_all(X509 *x, unsigned rsa_bits, struct cert *c)
{
	long version = X509_get_version(x);

	if (!cert_read_extensions(x, c))
		return CERT_BAD_DER;
	c->version = version >= 0 && version < INT_MAX ? (int)version + 1 : 0;
	read_serial(x, c);
	read_names(x, c);
	read_dates(x, c);
	if (rsa_bits > 0)
		set_plain_rsa(c, rsa_bits);
	else
		read_key(x, c);
	read_signature(x, c);
	read_spki(x, c);
	if (rsa_bits == 0)
		check_self_signed(x, c);
	return CERT_OK;
}

/* What is left of the bytes begins at *end. NULL: they are no certificate. */
static X509 *
read_x509(const uint8_t *der, size_t len, const uint8_t **end,
    unsigned *rsa_bits)
{
	static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
	X509 *x;

	(void)!CRYPTO_THREAD_run_once(&once, make_keyless);
	x = decode(keyless, der, len, end);
	if (x == NULL)
		return NULL;
	*rsa_bits = plain_rsa_bits(x);
	if (*rsa_bits > 0)
		return x;
	X509_free(x);
	return decode(NULL, der, len, end);
}

static enum cert_status
parse(const uint8_t *der, size_t len, struct cert **out)
{
	const uint8_t *p;
	struct cert *c;
	unsigned rsa_bits = 0;
	X509 *x;

	if (cert_count_parts(der, len, CERT_MAX_PARTS) > CERT_MAX_PARTS)
		return CERT_BAD_DER;
	x = read_x509(der, len, &p, &rsa_bits);
	if (x == NULL)
		return CERT_BAD_DER;
	c = xcalloc(1, sizeof(*c));
	c->refs = 1;
	if (read_all(x, rsa_bits, c) != CERT_OK) {
		X509_free(x);
		cert_unref(c);
		return CERT_BAD_DER;
	}
	X509_free(x);
	c->der_len = (size_t)(p - der);
	c->trailing = len - c->der_len;
	c->der = xmemdup(der, c->der_len);
	cert_sha256(c->der, c->der_len, c->sha256);
	*out = cert_pack(c);
	cert_unref(c);
	return CERT_OK;
}

enum cert_status
cert_parse(const uint8_t *der, size_t len, struct cert **out)
{
	enum cert_status status;

	if (len > CERT_MAX_DER)
		return CERT_TOO_BIG;
	/* The thread's error queue belongs to whoever called. */
	(void)ERR_set_mark();
	status = parse(der, len, out);
	(void)ERR_pop_to_mark();
	return status;
}
