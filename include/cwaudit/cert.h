/* SPDX-License-Identifier: ISC */
/*
 * cert.h - what we remember about one certificate.
 * Plain facts, copied out of OpenSSL at parse time: rules and reports never
 * see an X509. Immutable and reference-counted, so threads may share one.
 * Strings marked raw hold a peer's bytes: escape them before anyone sees them.
 */
#ifndef CWAUDIT_CERT_H
#define CWAUDIT_CERT_H

#include <stdint.h>

#include "cwaudit/clock.h"
#include "cwaudit/text.h"

#define CERT_SHA256	32
#define CERT_MAX_DER	(1u << 20)

#define CERT_MAX_NAMES	16384	/* SAN entries; more make the SAN unreadable */
#define CERT_MAX_KEY	8192	/* RSA and DSA bits that we compute with */

enum cert_status { CERT_OK, CERT_BAD_DER, CERT_TOO_BIG };

enum cert_key { CERT_KEY_RSA, CERT_KEY_EC, CERT_KEY_DSA, CERT_KEY_ED, CERT_KEY_OTHER };

enum cert_digest {
	CERT_DIGEST_MD2, CERT_DIGEST_MD5, CERT_DIGEST_SHA1,
	CERT_DIGEST_SHA2,	/* SHA-224 and longer */
	CERT_DIGEST_OTHER,	/* EdDSA, unknown */
};

enum cert_san_type {
	CERT_SAN_DNS, CERT_SAN_IP, CERT_SAN_URI, CERT_SAN_EMAIL, CERT_SAN_OTHER,
};

struct cert_bytes {		/* raw; a NUL stands behind data */
	char	*data;
	size_t	 len;
};

struct cert_cn {
	struct cert_bytes utf8;		/* converted from its string type */
	bool	 readable;		/* false: could not be converted */
};

struct cert_san {
	enum cert_san_type type;
	struct cert_bytes value;	/* DNS, URI, EMAIL: its bytes; IP: text;
					 * OTHER: a word for its kind */
};

enum cert_usage {			/* key usage bits that rules ask for */
	CERT_USE_DIGITAL_SIGNATURE	= 0x80,
	CERT_USE_KEY_ENCIPHERMENT	= 0x20,
	CERT_USE_CERT_SIGN		= 0x04,
};

struct cert {
	uint8_t	 sha256[CERT_SHA256];		/* of der, without what was cut */
	uint8_t	 spki_sha256[CERT_SHA256];	/* of SubjectPublicKeyInfo */
	uint8_t	*der;				/* NULL: see cert_lean */
	size_t	 der_len;			/* bytes after it are cut */
	size_t	 trailing;			/* how many were cut */

	int	 version;			/* 1, 2, 3; what it says otherwise */
	char	*serial;			/* lower-case hex */
	char	*subject, *issuer;		/* RFC 2253, escaped: safe to print;
						 * of a name over 16 KiB its size */
	bool	 subject_empty;
	struct cert_cn	*cn;	size_t n_cn;	/* in order of appearance */

	bool	 san_present;			/* the extension is there */
	bool	 san_readable;			/* and could be decoded */
	unsigned san_count;			/* extensions of that kind */
	struct cert_san	*san;	size_t n_san;

	bool	 dates_readable;
	int64_t	 not_before, not_after;		/* seconds UTC */

	enum cert_key	 key;
	unsigned	 key_bits;
	char		*key_text;		/* "RSA 2048", "EC P-256" */
	enum cert_digest digest;
	char		*signature;		/* "sha256WithRSAEncryption" */

	bool	 usage_present;
	unsigned usage;				/* CERT_USE_* and the other bits */
	bool	 eku_present;
	bool	 eku_server, eku_client, eku_any;
	struct strings	 eku;			/* "serverAuth" or dotted OID; the
						 * first 100 */
	bool	 ca;				/* basicConstraints says CA */
	bool	 self_issued;			/* subject equals issuer */
	bool	 self_signed;			/* and its own key verifies it; false
						 * for keys over CERT_MAX_KEY bits */
	struct strings	 cdp;			/* URLs, escaped; the first 20 */
	struct strings	 ocsp;			/* URLs, escaped */
	struct strings	 ca_issuers;		/* URLs, escaped */

	bool	 packed;			/* cert.c's own: in one block */
	const struct cert *kin;			/* likewise: reference; some
						 * strings are its own */
	unsigned refs;				/* likewise; atomic */
};

/* On CERT_OK the caller holds one reference to *out; else *out is left alone. */
enum cert_status cert_parse(const uint8_t *der, size_t len, struct cert **out)
	    MUST_USE;
struct cert	*cert_ref(const struct cert *);
void		 cert_unref(const struct cert *);	/* NULL is fine */
/*
 * A copy of its facts alone, without the DER, for who holds very many. What it
 * says as its kin does it shares with it: best one of the same issuer, itself
 * made lean without any. NULL: none.
 */
struct cert	*cert_lean(const struct cert *, const struct cert *kin)
	    MUST_USE;
void		 cert_sha256(const uint8_t *, size_t, uint8_t out[CERT_SHA256]);

/* Does any CN equal this name, ASCII case folded, wildcards not counting? */
bool	cert_cn_is(const struct cert *, const char *name);
/* Is this name itself a SAN dNSName, ASCII case folded, no wildcards? */
bool	cert_san_has(const struct cert *, const char *name);
/* Does a SAN dNSName cover this name (RFC 9525, left-most label wildcard)? */
bool	cert_san_covers(const struct cert *, const char *name);
/* One pattern against one host name, by RFC 9525 section 6.3. */
bool	cert_name_matches(const char *pattern, size_t len, const char *name);
/*
 * Is this a host name: labels of 1 to 63 letters, digits, hyphens and
 * underscores, 253 bytes in all, no trailing dot, no IPv4 address?
 */
bool	cert_name_is_host(const char *, size_t len);
/* The same, with "*" allowed as the whole left-most label. */
bool	cert_name_is_pattern(const char *, size_t len);
/*
 * Not this name, but almost: how it misses it, in words to stand in brackets
 * ("misspelt", "the short name", "with a blank beside it"). NULL: it is the
 * name itself, or another one. Names that differ in digits are two hosts.
 */
const char *cert_name_near(const char *there, size_t len, const char *wanted);
/* The first CN, escaped and bounded, or "(none)". */
void	cert_add_cn(const struct cert *, struct text *);
/* Subject or issuer for a message: bounded; "(empty)" where there is none. */
void	cert_add_subject(const struct cert *, struct text *);
void	cert_add_issuer(const struct cert *, struct text *);

#endif
