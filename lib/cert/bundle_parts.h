/* SPDX-License-Identifier: ISC */
/*
 * bundle_parts.h - what the files that read bundles share. Private to
 * lib/bundle*.c: it speaks OpenSSL.
 */
#ifndef BUNDLE_PARTS_H
#define BUNDLE_PARTS_H

#include <openssl/x509.h>

#include "cwaudit/bundle.h"

/* What DER bytes are, by the tags of their first two levels. */
enum bundle_shape {
	BUNDLE_SHAPE_NONE,
	BUNDLE_SHAPE_CUT,		/* a SEQUENCE longer than the bytes */
	BUNDLE_SHAPE_CERTIFICATE,	/* or anything else that is signed */
	BUNDLE_SHAPE_REQUEST,
	BUNDLE_SHAPE_PKCS7,
	BUNDLE_SHAPE_PKCS12,
	BUNDLE_SHAPE_KEY,
	BUNDLE_SHAPE_LOCKED_KEY,	/* under a password */
	BUNDLE_SHAPE_PUBLIC_KEY,
	BUNDLE_SHAPE_CRL,
};

enum bundle_shape bundle_shape(const uint8_t *, size_t len);

/* One PEM block, decoded; locked: it says itself that it is encrypted. */
struct bundle_block {
	const char	*label;		/* printable, "CERTIFICATE" */
	bool		 locked;
	const uint8_t	*der;
	size_t		 len;
};
typedef enum bundle_status bundle_block_fn(void *ctx,
	    const struct bundle_block *);

/* Stops at what fn returns if not BUNDLE_OK. *n: blocks. */
enum bundle_status bundle_each_block(const char *pem, bundle_block_fn *fn,
	    void *ctx, size_t *n, struct text *why) MUST_USE;
/* Base64 and white space to bytes; NULL if there is anything else. */
uint8_t	*bundle_base64(const char *, size_t len, size_t *out_len) MUST_USE;
/* "an HTML page; ...": what bytes look like that hold no certificate. */
void	bundle_add_looks(const uint8_t *, size_t len, struct text *out);

/* One file on its way into a bundle. */
struct bundle_reading {
	struct bundle	*bundle;
	const char	*name, *password;
	enum bundle_form form;
	struct text	*why;
	size_t		 found;		/* certificates, requests, keys */
	struct strings	 other;		/* labels and kinds passed over */
};

enum bundle_status bundle_add_cert(struct bundle_reading *, const uint8_t *,
	    size_t len) MUST_USE;
enum bundle_status bundle_add_x509(struct bundle_reading *, X509 *) MUST_USE;
enum bundle_status bundle_add_key(struct bundle_reading *, const EVP_PKEY *)
	    MUST_USE;

enum bundle_status bundle_read_pkcs7(struct bundle_reading *, const uint8_t *,
	    size_t len) MUST_USE;
enum bundle_status bundle_read_pkcs12(struct bundle_reading *, const uint8_t *,
	    size_t len) MUST_USE;
/* *out: a reference. */
enum bundle_status bundle_read_request(const uint8_t *, size_t len,
	    struct cert **out, struct text *why) MUST_USE;

#endif
