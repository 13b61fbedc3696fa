/* SPDX-License-Identifier: ISC */
/*
 * bundle.h - files that people hold certificates in, as certificates.
 * PEM with whatever stands around it, DER, PKCS#7, PKCS#12 and certificate
 * requests, also as Windows writes them: UTF-16, base64 without a header, RC2
 * and 3DES. Bytes come in, the caller reads the files. Nothing is judged here
 * but what a file is. Private keys are compared and forgotten.
 */
#ifndef CWAUDIT_BUNDLE_H
#define CWAUDIT_BUNDLE_H

#include "cwaudit/cert.h"

#define BUNDLE_MAX_BYTES	(4u << 20)	/* of one file */
#define BUNDLE_MAX_CERTS	100		/* of all files */
#define BUNDLE_MAX_KEYS		100
#define BUNDLE_MAX_BLOCKS	1000		/* of PEM in one file */
/*
 * Iterations of the password's hash that one PKCS#12 file may ask for, all of
 * its parts together. Windows writes 2,000 a part, OpenSSL 2,048.
 */
#define BUNDLE_MAX_ITERATIONS	3000000u

enum bundle_form {
	BUNDLE_PEM,
	BUNDLE_BASE64,		/* no header: odd exports from Windows */
	BUNDLE_DER,
	BUNDLE_PKCS7,		/* .p7b, in any of the three above */
	BUNDLE_PKCS12,		/* .pfx, .p12 */
};

enum bundle_status {
	BUNDLE_OK,
	BUNDLE_TOO_BIG,		/* over BUNDLE_MAX_BYTES */
	BUNDLE_TOO_MANY,	/* over a BUNDLE_MAX_* of things */
	BUNDLE_UNKNOWN,		/* nothing that holds certificates; why says what
				 * it looks like */
	BUNDLE_DAMAGED,		/* begins well and cannot be read */
	BUNDLE_NEEDS_PASSWORD,
	BUNDLE_WRONG_PASSWORD,
	BUNDLE_REFUSED,		/* would cost more than it may */
	BUNDLE_UNSUPPORTED,	/* protected by means that we or Windows lack */
};

/* What the files say of the private key. */
enum bundle_key {
	BUNDLE_KEY_ABSENT,	/* none, in files that need not have one */
	BUNDLE_KEY_MISSING,	/* a PKCS#12 file without one */
	BUNDLE_KEY_UNREAD,	/* one under a password of its own: not compared */
	BUNDLE_KEY_OTHER,	/* none that belongs to the leaf */
	BUNDLE_KEY_MATCHES,
};

struct bundle_public {		/* of a private key: SubjectPublicKeyInfo */
	uint8_t	*der;
	size_t	 len;
};

/* All zero is an empty one; bundle_done gives it back. */
struct bundle {
	/* leaf first once settled, then the rest in the order given */
	struct cert	**cert;		/* references */
	size_t		  n, cap;
	/*
	 * A request's facts: names, key, usages and SAN are its own; dates,
	 * issuer and serial number it has none. Reference; NULL: no request.
	 */
	struct cert	 *request;
	enum bundle_form  form;		/* of the file that brought the first */
	enum bundle_key	  key;		/* once settled */
	struct strings	  notes;	/* what was passed over; printable */
	/* the rest is bundle.c's own */
	struct bundle_public *keys;	size_t n_keys, cap_keys;
	size_t		  n_unread;	/* keys under a password */
	bool		  pkcs12;
};

/*
 * Adds what one file holds. name: as people know it, for notes. password:
 * UTF-8 without the line's end, for PKCS#12; NULL: none given, then no
 * password and the empty one are tried. On failure *why says what the file
 * looks like and what to do, without the name: "this is ...". What it had
 * brought before it failed stays.
 */
enum bundle_status bundle_add(struct bundle *, const char *name,
	    const uint8_t *bytes, size_t len, const char *password,
	    struct text *why) MUST_USE;
/*
 * After the last file: puts the leaf first (whose key is there; else what
 * issued no other; else the first) and decides about the key. BUNDLE_UNKNOWN:
 * there is neither a certificate nor a request, *why says what there is.
 */
enum bundle_status bundle_settle(struct bundle *, struct text *why) MUST_USE;
void	bundle_done(struct bundle *);

const char *bundle_form_name(enum bundle_form);	/* "PKCS#12" ... */
const char *bundle_key_name(enum bundle_key);	/* "matches" ... */

/*
 * Text as UTF-8: a byte order mark goes, UTF-16 that begins with one is
 * converted. False: it is cut off in the middle of a character.
 */
bool	bundle_utf8(const uint8_t *, size_t len, struct text *out) MUST_USE;

#endif
