/* SPDX-License-Identifier: ISC */
/*
 * revoker_held.h - CRLs, read, and OCSP responses in memory, with the cache
 * directory behind them. Private to revoker*.c.
 */
#ifndef REVOKER_HELD_H
#define REVOKER_HELD_H

#include "cwaudit/revocation.h"
#include "fetch_cache.h"

#define HELD_MAX	(32u << 20)	/* bytes of what they were read from; a CRL
					 * takes ten times that in memory */
#define HELD_USELESS_S	300		/* what gave no answer is kept for others */

struct held {
	struct held	*next;
	uint8_t		 key[CERT_SHA256];
	int64_t		 until;
	uint64_t	 used;
	size_t		 size;
	bool		 fetched;	/* by us; else read from the directory */
	bool		 saved;
	bool		 is_crl;
	struct revocation_crl *crl;	/* NULL: words say why it is none */
	struct text	 words;
	struct text	 bytes;		/* of an OCSP response */
};

struct holder {			/* all zero is an empty one */
	struct held		*first;
	size_t			 size;
	uint64_t		 uses;
	struct fetch_cache	*cache;	/* NULL: memory only; not owned */
};

void	holder_done(struct holder *);
/* In memory or in the directory; NULL: neither. Borrowed until another call. */
struct held *holder_find(struct holder *, const uint8_t key[CERT_SHA256],
	    bool is_crl, int64_t now);
/* What was fetched. Borrowed until the next call. */
struct held *holder_add(struct holder *, const uint8_t key[CERT_SHA256],
	    bool is_crl, const struct text *bytes, int64_t now);
/* What it says of a certificate; an answer decides how long it is kept. */
void	holder_ask(struct holder *, struct held *, const struct text *bytes,
	    const struct cert *, const struct cert *issuer, int64_t now,
	    struct revocation_status *);
void	holder_forget(struct holder *, struct held *);

#endif
