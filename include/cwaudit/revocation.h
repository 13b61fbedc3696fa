/* SPDX-License-Identifier: ISC */
/*
 * revocation.h - was a certificate revoked? The bytes of a CRL or an OCSP
 * response in, an answer out.
 * An answer is only given on what is current and signed by the certificate's
 * own CA (or whom it appointed); everything else is unknown, with the reason
 * in plain words: never "fine", never "revoked". Who fetches the bytes, and
 * whence, is the caller's business.
 */
#ifndef CWAUDIT_REVOCATION_H
#define CWAUDIT_REVOCATION_H

#include "cwaudit/cert.h"
#include "cwaudit/chain.h"

#define REVOCATION_MAX_CRL	(16u << 20)	/* bytes, DER or PEM */
#define REVOCATION_MAX_OCSP	(64u << 10)
#define REVOCATION_CLOCKS_APART	300	/* seconds that their clock may differ */

enum revocation_answer {
	REVOCATION_UNKNOWN,
	REVOCATION_GOOD,
	REVOCATION_REVOKED,	/* or on hold: see reason */
};

/* What was asked, cheapest first: the order in which they are. */
enum revocation_source {
	REVOCATION_STAPLE,	/* came with the handshake: costs nothing */
	REVOCATION_OCSP,	/* 2 KB */
	REVOCATION_CRL,		/* up to megabytes */
};

/* What one CRL or response says of one certificate. Zero is no answer yet. */
struct revocation_status {
	enum revocation_answer	answer;
	struct text		words;		/* unknown: why; escaped */
	int64_t			this_update;	/* CLOCK_NEVER: not said */
	int64_t			next_update;	/* CLOCK_NEVER: not said */
	int64_t			revoked_at;	/* CLOCK_NEVER: not said */
	int			reason;		/* RFC 5280 section 5.3.1; -1:
						 * not said */
};

void	revocation_status_init(struct revocation_status *);
void	revocation_status_done(struct revocation_status *);

/*
 * A CRL, read once for many questions: a large one takes its time. DER or
 * PEM. NULL: *why.
 */
struct revocation_crl;

struct revocation_crl *revocation_crl_parse(const uint8_t *, size_t,
	    struct text *why) MUST_USE;
void	revocation_crl_free(struct revocation_crl *);	/* NULL is fine */
/*
 * Fills in *out, which was initialised. Complete CRLs of the issuer itself
 * count, and partitioned ones that name a distribution point of the
 * certificate; delta and indirect CRLs do not (RFC 5280 section 5.2.4, 5.2.5).
 */
void	revocation_crl_ask(struct revocation_crl *, const struct cert *,
	    const struct cert *issuer, int64_t now,
	    struct revocation_status *out);

/*
 * An OCSP response, stapled or fetched (RFC 6960). Signed by the issuer, or
 * by a responder that it certified for OCSP signing; no nonce is asked for.
 */
void	revocation_ocsp_ask(const uint8_t *, size_t, const struct cert *,
	    const struct cert *issuer, int64_t now,
	    struct revocation_status *out);
/* The request to POST: DER. False: one of the two cannot be used. */
bool	revocation_ocsp_request(const struct cert *, const struct cert *issuer,
	    struct text *out) MUST_USE;

/* "key compromise", "certificate hold", ...; NULL: no such reason. */
const char *revocation_reason_words(int reason);
#define REVOCATION_ON_HOLD	6

/* One certificate of a path, and what was found out about it. */
struct revocation_item {
	const struct cert	*cert;		/* reference */
	struct revocation_status status;
	enum revocation_source	 source;	/* of an answer */
	char			*url;		/* of an answer; NULL: stapled */
};

/*
 * What was found out about a leaf and the CAs between it and the root.
 * Immutable once made; it has one owner.
 */
struct revocation {
	struct revocation_item	*item;		/* leaf first */
	size_t			 n;		/* 0: nobody could revoke it */
};

/*
 * An item, unknown, for every certificate of the path that has an issuer:
 * not for anchors and self-signed ones. Where no path was looked for, for the
 * leaf. The caller owns it.
 */
struct revocation *revocation_new(const struct chain *);
/* Who issued item i of that path; NULL: was found nowhere. */
const struct cert *revocation_issuer(const struct chain *, size_t i);
void	revocation_free(const struct revocation *);	/* NULL is fine */

#endif
