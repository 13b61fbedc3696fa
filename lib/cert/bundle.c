/* SPDX-License-Identifier: ISC */
/* bundle.c - files in, certificates, a request, and what became of the key. */
#include "bundle_parts.h"

#include <openssl/err.h>
#include <openssl/pkcs7.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cert_extension.h"
#include "cwaudit/mem.h"

#define PKCS7_PARTS	(CERT_MAX_PARTS * 16)	/* ASN.1 elements */

static const char *const form_names[] = {
	[BUNDLE_PEM]	= "PEM",
	[BUNDLE_BASE64]	= "base64 without a header",
	[BUNDLE_DER]	= "DER",
	[BUNDLE_PKCS7]	= "PKCS#7",
	[BUNDLE_PKCS12]	= "PKCS#12",
};

static const char *const key_names[] = {
	[BUNDLE_KEY_ABSENT]	= "absent",
	[BUNDLE_KEY_MISSING]	= "missing",
	[BUNDLE_KEY_UNREAD]	= "unread",
	[BUNDLE_KEY_OTHER]	= "other",
	[BUNDLE_KEY_MATCHES]	= "matches",
};

const char *
bundle_form_name(enum bundle_form form)
{
	return form_names[form];
}

const char *
bundle_key_name(enum bundle_key key)
{
	return key_names[key];
}

void
bundle_done(struct bundle *b)
{
	for (size_t i = 0; i < b->n; i++)
		cert_unref(b->cert[i]);
	free(b->cert);
	cert_unref(b->request);
	strings_done(&b->notes);
	for (size_t i = 0; i < b->n_keys; i++)
		free(b->keys[i].der);
	free(b->keys);
	*b = (struct bundle){0};
}

/* -- one thing of a file -------------------------------------------------- */

static bool
holds(const struct bundle *b, const struct cert *c)
{
	for (size_t i = 0; i < b->n; i++)
		if (memcmp(b->cert[i]->sha256, c->sha256, CERT_SHA256) == 0)
			return true;
	return false;
}

enum bundle_status
bundle_add_cert(struct bundle_reading *r, const uint8_t *der, size_t len)
{
	struct bundle *b = r->bundle;
	struct cert *c;

	if (b->n >= BUNDLE_MAX_CERTS) {
		text_addf(r->why, "there are more than %d certificates in it; "
		    "name the files of one chain", BUNDLE_MAX_CERTS);
		return BUNDLE_TOO_MANY;
	}
	if (cert_parse(der, len, &c) != CERT_OK) {
		text_addf(r->why, "certificate %zu in it begins like one and "
		    "cannot be read (%zu bytes): it was damaged, or its CA "
		    "made it wrong; fetch it again, or have it issued again",
		    b->n + 1, len);
		return BUNDLE_DAMAGED;
	}
	r->found++;
	if (holds(b, c)) {
		cert_unref(c);
		return BUNDLE_OK;
	}
	if (b->n == 0 && b->request == NULL)
		b->form = r->form;
	b->cert = xgrow(b->cert, b->n, &b->cap, sizeof(*b->cert));
	b->cert[b->n++] = c;
	return BUNDLE_OK;
}

enum bundle_status
bundle_add_x509(struct bundle_reading *r, X509 *x)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	enum bundle_status status = bundle_add_cert(r, der,
	    len > 0 ? (size_t)len : 0);

	OPENSSL_free(der);
	return status;
}

enum bundle_status
bundle_add_key(struct bundle_reading *r, const EVP_PKEY *key)
{
	struct bundle *b = r->bundle;
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	if (b->n_keys >= BUNDLE_MAX_KEYS) {
		text_addf(r->why, "there are more than %d private keys in it",
		    BUNDLE_MAX_KEYS);
		OPENSSL_free(der);
		return BUNDLE_TOO_MANY;
	}
	r->found++;
	if (len > 0) {
		b->keys = xgrow(b->keys, b->n_keys, &b->cap_keys,
		    sizeof(*b->keys));
		b->keys[b->n_keys++] = (struct bundle_public){
			xmemdup(der, (size_t)len), (size_t)len };
	} else {
		b->n_unread++;
	}
	OPENSSL_free(der);
	return BUNDLE_OK;
}

static enum bundle_status
add_locked_key(struct bundle_reading *r)
{
	r->bundle->n_unread++;
	r->found++;
	return BUNDLE_OK;
}

static enum bundle_status
read_key(struct bundle_reading *r, const uint8_t *der, size_t len)
{
	enum bundle_status status;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &der, (long)len);

	if (key == NULL)
		return add_locked_key(r);
	status = bundle_add_key(r, key);
	EVP_PKEY_free(key);
	return status;
}

static enum bundle_status
read_request(struct bundle_reading *r, const uint8_t *der, size_t len)
{
	struct bundle *b = r->bundle;
	struct cert *request;
	enum bundle_status status = bundle_read_request(der, len, &request,
	    r->why);

	if (status != BUNDLE_OK)
		return status;
	r->found++;
	if (b->n == 0 && b->request == NULL)
		b->form = r->form;
	if (b->request == NULL) {
		b->request = request;
		return BUNDLE_OK;
	}
	strings_add(&r->other, "another certificate request");
	cert_unref(request);
	return BUNDLE_OK;
}

enum bundle_status
bundle_read_pkcs7(struct bundle_reading *r, const uint8_t *der, size_t len)
{
	enum bundle_status status = BUNDLE_OK;
	const STACK_OF(X509) *certs = NULL;
	PKCS7 *p7 = NULL;

	r->form = BUNDLE_PKCS7;
	if (cert_count_parts(der, len, PKCS7_PARTS) <= PKCS7_PARTS)
		p7 = d2i_PKCS7(NULL, &der, (long)len);
	if (p7 == NULL) {
		text_add(r->why, "this begins like a PKCS#7 file (.p7b) and "
		    "cannot be read: it was cut off or damaged; copy it again");
		return BUNDLE_DAMAGED;
	}
	if (PKCS7_type_is_signed(p7) && p7->d.sign != NULL)
		certs = p7->d.sign->cert;
	for (int i = 0; status == BUNDLE_OK && i < sk_X509_num(certs); i++)
		status = bundle_add_x509(r, sk_X509_value(certs, i));
	PKCS7_free(p7);
	if (sk_X509_num(certs) <= 0)
		strings_add(&r->other, "a PKCS#7 file without certificates");
	return status;
}

/* By what the bytes are, whatever a label says: Windows mislabels .p7b. */
static enum bundle_status
read_der(struct bundle_reading *r, const uint8_t *der, size_t len,
    enum bundle_shape shape)
{
	switch (shape) {
	case BUNDLE_SHAPE_CERTIFICATE:
		return bundle_add_cert(r, der, len);
	case BUNDLE_SHAPE_REQUEST:
		return read_request(r, der, len);
	case BUNDLE_SHAPE_PKCS7:
		return bundle_read_pkcs7(r, der, len);
	case BUNDLE_SHAPE_PKCS12:
		return bundle_read_pkcs12(r, der, len);
	case BUNDLE_SHAPE_KEY:
		return read_key(r, der, len);
	case BUNDLE_SHAPE_LOCKED_KEY:
		return add_locked_key(r);
	case BUNDLE_SHAPE_PUBLIC_KEY:
		strings_add(&r->other, "a public key");
		return BUNDLE_OK;
	case BUNDLE_SHAPE_CRL:
		strings_add(&r->other, "a certificate revocation list");
		return BUNDLE_OK;
	case BUNDLE_SHAPE_NONE:
	case BUNDLE_SHAPE_CUT:
		break;
	}
	strings_add(&r->other, "something unknown");
	return BUNDLE_OK;
}

/* -- one file ------------------------------------------------------------- */

/* Labels that promise what we came for. */
static bool
promises(const char *label)
{
	return strstr(label, "CERTIFICATE") != NULL ||
	    strstr(label, "PKCS") != NULL;
}

static enum bundle_status
on_block(void *ctx, const struct bundle_block *block)
{
	struct bundle_reading *r = ctx;
	enum bundle_shape shape = bundle_shape(block->der, block->len);
	struct text label = {0};

	if (block->locked)
		return add_locked_key(r);
	if (shape != BUNDLE_SHAPE_NONE && shape != BUNDLE_SHAPE_CUT)
		return read_der(r, block->der, block->len, shape);
	if (promises(block->label)) {
		text_addf(r->why, "a PEM block says %s and is none that can be "
		    "read (%zu bytes): it was damaged on its way; copy the "
		    "file again", block->label, block->len);
		return BUNDLE_DAMAGED;
	}
	text_addf(&label, "a PEM block %s", block->label);
	strings_add(&r->other, text_str(&label));
	text_done(&label);
	return BUNDLE_OK;
}

static enum bundle_status
read_text(struct bundle_reading *r, const struct text *text,
    const uint8_t *bytes, size_t bytes_len)
{
	enum bundle_status status;
	enum bundle_shape shape;
	uint8_t *der;
	size_t n, len;

	r->form = BUNDLE_PEM;
	status = bundle_each_block(text_str(text), on_block, r, &n, r->why);
	if (status != BUNDLE_OK || n > 0)
		return status;
	der = bundle_base64(text_str(text), text->len, &len);
	shape = der != NULL ? bundle_shape(der, len) : BUNDLE_SHAPE_NONE;
	if (shape != BUNDLE_SHAPE_NONE && shape != BUNDLE_SHAPE_CUT) {
		r->form = BUNDLE_BASE64;
		status = read_der(r, der, len, shape);
		OPENSSL_cleanse(der, len);
		free(der);
		return status;
	}
	free(der);
	text_add(r->why, "this is ");
	bundle_add_looks(bytes, bytes_len, r->why);
	return BUNDLE_UNKNOWN;
}

static enum bundle_status
read_file(struct bundle_reading *r, const uint8_t *bytes, size_t len)
{
	enum bundle_shape shape = bundle_shape(bytes, len);
	enum bundle_status status;
	struct text text = {0};

	if (shape == BUNDLE_SHAPE_CUT && len > 64 && bytes[1] >= 0x80) {
		text_add(r->why, "this begins like a certificate or PFX file "
		    "(DER) and ends too early: it was cut off; copy it again, "
		    "in binary mode");
		return BUNDLE_DAMAGED;
	}
	if (shape != BUNDLE_SHAPE_NONE && shape != BUNDLE_SHAPE_CUT) {
		r->form = BUNDLE_DER;
		return read_der(r, bytes, len, shape);
	}
	/* A NUL would end the search for blocks: no text has one. */
	if (!bundle_utf8(bytes, len, &text) ||
	    strlen(text_str(&text)) != text.len) {
		text_add(r->why, "this is ");
		bundle_add_looks(bytes, len, r->why);
		status = BUNDLE_UNKNOWN;
	} else {
		status = read_text(r, &text, (const uint8_t *)text_str(&text),
		    text.len);
	}
	if (text.len > 0)
		OPENSSL_cleanse(text.data, text.len);
	text_done(&text);
	return status;
}

static void
add_note(struct bundle_reading *r)
{
	struct text note = {0};

	text_add_escaped(&note, r->name, strlen(r->name), 0);
	text_add(&note, ": passed over ");
	for (size_t i = 0; i < r->other.n && i < 5; i++)
		text_addf(&note, "%s%s", i > 0 ? ", " : "", r->other.item[i]);
	if (r->other.n > 5)
		text_addf(&note, " and %zu more", r->other.n - 5);
	strings_add(&r->bundle->notes, text_str(&note));
	text_done(&note);
}

static enum bundle_status
finish_file(struct bundle_reading *r)
{
	if (r->found > 0) {
		if (r->other.n > 0)
			add_note(r);
		return BUNDLE_OK;
	}
	text_addf(r->why, "this is %s and no certificate; a .cer, .crt, .pem, "
	    ".p7b, .pfx or .csr file is expected",
	    r->other.n > 0 ? r->other.item[0] : "nothing known");
	return BUNDLE_UNKNOWN;
}

enum bundle_status
bundle_add(struct bundle *b, const char *name, const uint8_t *bytes,
    size_t len, const char *password, struct text *why)
{
	struct bundle_reading r = { .bundle = b, .name = name,
	    .password = password, .why = why };
	enum bundle_status status;

	if (len > BUNDLE_MAX_BYTES) {
		text_addf(why, "it is over %u MiB: no certificate is that "
		    "long", BUNDLE_MAX_BYTES >> 20);
		return BUNDLE_TOO_BIG;
	}
	/* The thread's error queue belongs to whoever called. */
	(void)ERR_set_mark();
	status = read_file(&r, bytes, len);
	(void)ERR_pop_to_mark();
	if (status == BUNDLE_OK)
		status = finish_file(&r);
	strings_done(&r.other);
	return status;
}

/* -- all files ------------------------------------------------------------ */

/*
 * The same key; where its encodings differ (RSA with and without parameters),
 * the keys are compared themselves.
 */
static bool
same_key(const struct bundle_public *key, const struct cert *c)
{
	uint8_t sha256[CERT_SHA256];
	const uint8_t *p = key->der, *q = c->der;
	EVP_PKEY *a;
	X509 *x;
	bool same;

	cert_sha256(key->der, key->len, sha256);
	if (memcmp(sha256, c->spki_sha256, CERT_SHA256) == 0)
		return true;
	(void)ERR_set_mark();
	a = d2i_PUBKEY(NULL, &p, (long)key->len);
	x = d2i_X509(NULL, &q, (long)c->der_len);
	same = a != NULL && x != NULL && X509_get0_pubkey(x) != NULL &&
	    EVP_PKEY_eq(a, X509_get0_pubkey(x)) == 1;
	EVP_PKEY_free(a);
	X509_free(x);
	(void)ERR_pop_to_mark();
	return same;
}

static bool
has_key(const struct bundle *b, const struct cert *c)
{
	for (size_t i = 0; i < b->n_keys; i++)
		if (same_key(&b->keys[i], c))
			return true;
	return false;
}

static bool
issued_other(const struct bundle *b, size_t at)
{
	for (size_t i = 0; i < b->n; i++)
		if (i != at &&
		    strcmp(b->cert[i]->issuer, b->cert[at]->subject) == 0)
			return true;
	return false;
}

/* Of those that issued no other, one that is no CA comes before one that is. */
static size_t
find_leaf(struct bundle *b)
{
	size_t best = b->n, leaves = 0;

	for (size_t i = 0; i < b->n; i++)
		if (b->n_keys > 0 && has_key(b, b->cert[i]))
			return i;
	for (size_t i = 0; i < b->n; i++) {
		if (issued_other(b, i))
			continue;
		leaves += !b->cert[i]->ca;
		if (best == b->n || (b->cert[best]->ca && !b->cert[i]->ca))
			best = i;
	}
	if (leaves > 1) {
		struct text note = {0};

		text_addf(&note, "%zu of the certificates issued no other; the "
		    "first is judged: ", leaves);
		cert_add_subject(b->cert[best], &note);
		strings_add(&b->notes, text_str(&note));
		text_done(&note);
	}
	return best < b->n ? best : 0;
}

static void
put_first(struct bundle *b, size_t at)
{
	struct cert *leaf = b->cert[at];

	memmove(b->cert + 1, b->cert, at * sizeof(*b->cert));
	b->cert[0] = leaf;
}

static enum bundle_key
judge_key(const struct bundle *b, const struct cert *leaf)
{
	if (b->n_keys > 0 && has_key(b, leaf))
		return BUNDLE_KEY_MATCHES;
	if (b->n_unread > 0)
		return BUNDLE_KEY_UNREAD;
	if (b->n_keys > 0)
		return BUNDLE_KEY_OTHER;
	return b->pkcs12 ? BUNDLE_KEY_MISSING : BUNDLE_KEY_ABSENT;
}

static enum bundle_status
nothing_to_judge(const struct bundle *b, struct text *why)
{
	if (b->n_keys + b->n_unread > 0)
		text_add(why, "this is a private key alone: name the "
		    "certificate's file as well, and keep the key where it is "
		    "safe");
	else if (b->pkcs12)
		text_add(why, "this is a PKCS#12 file without a certificate in "
		    "it; export it again from where the key is");
	else
		text_add(why, "there is no certificate in it");
	return BUNDLE_UNKNOWN;
}

enum bundle_status
bundle_settle(struct bundle *b, struct text *why)
{
	if (b->n > 0) {
		put_first(b, find_leaf(b));
		b->key = judge_key(b, b->cert[0]);
		if (b->request != NULL)
			strings_add(&b->notes, "passed over a certificate "
			    "request: the certificate is judged");
		return BUNDLE_OK;
	}
	if (b->request == NULL)
		return nothing_to_judge(b, why);
	b->key = has_key(b, b->request) ? BUNDLE_KEY_MATCHES :
	    BUNDLE_KEY_ABSENT;
	return BUNDLE_OK;
}
