/* SPDX-License-Identifier: ISC */
/*
 * cert_cache.h - facts by SHA-256 of the DER, verdicts on chains by a key of
 * the caller's, so that what was seen before costs a look-up. Not shared: one
 * for each thread. Bounded: when CERT_CACHE_MAX are kept, those that nobody
 * asked for lately make room.
 */
#ifndef CWAUDIT_CERT_CACHE_H
#define CWAUDIT_CERT_CACHE_H

#include "cwaudit/trust.h"

#define CERT_CACHE_MAX	1024	/* certificates, and chains */

struct cert_cache;

struct cert_cache *cert_cache_new(void);
void		   cert_cache_free(struct cert_cache *);	/* NULL is fine */

/* Borrowed until the next call that adds; NULL if not known. */
const struct cert *cert_cache_find(struct cert_cache *,
	    const uint8_t sha256[CERT_SHA256]);
/* Takes a reference of its own. */
void	cert_cache_add(struct cert_cache *, const struct cert *);

/*
 * The key is a SHA-256 over the Certificate message and the names of the
 * trust. A new reference, or NULL; a chain whose valid_until has come
 * (<= now) is forgotten.
 */
const struct chain *cert_cache_find_chain(struct cert_cache *,
	    const uint8_t key[CERT_SHA256], int64_t now) MUST_USE;
/* Takes a reference of its own, in place of what had that key. */
void	cert_cache_add_chain(struct cert_cache *,
	    const uint8_t key[CERT_SHA256], const struct chain *);
/* After the trust, or what helps to build paths, has changed. */
void	cert_cache_forget_chains(struct cert_cache *);

/*
 * cert_parse with this memory. On CERT_OK the caller holds one reference to
 * *out. Failures, and certificates with bytes behind them, are not kept.
 */
enum cert_status cert_cache_parse(struct cert_cache *, const uint8_t *der,
	    size_t len, struct cert **out) MUST_USE;
/*
 * trust_path with this memory, by the SHA-256 of the Certificate message, the
 * names and the trust's revision. With another struct trust goes another
 * cache. The caller holds one reference; never NULL.
 */
struct chain *cert_cache_path(struct cert_cache *, struct trust *,
	    const struct strings *names, const uint8_t message[CERT_SHA256],
	    const struct cert *const *sent, size_t n, int64_t now) MUST_USE;

#endif
