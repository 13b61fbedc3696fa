/* SPDX-License-Identifier: ISC */
/*
 * fetch_cache.h - what was fetched, kept in a directory over restarts.
 * One file an entry, named by its key. Files are not trusted: one that is not
 * as it was written, or outlives its time, is as good as none; what is in it
 * is signed besides. Blocks on the disk: not for the conductor.
 */
#ifndef FETCH_CACHE_H
#define FETCH_CACHE_H

#include "cwaudit/cert.h"

#define FETCH_CACHE_S		86400	/* the longest that anything is kept */
#define FETCH_CACHE_MAX		(256ull << 20)	/* bytes of all files */
#define FETCH_CACHE_FILES	10000
#define FETCH_CACHE_ENTRY	(16u << 20)	/* bytes of one */

struct fetch_cache;

/* The directory is made if its parent is there. NULL: *why. */
struct fetch_cache *fetch_cache_open(const char *dir, int64_t now,
	    struct text *why) MUST_USE;
void	fetch_cache_close(struct fetch_cache *);	/* NULL is fine */
/* Appends to *out. False: not there, over, or spoilt; *out is as before. */
bool	fetch_cache_read(struct fetch_cache *, const uint8_t key[CERT_SHA256],
	    int64_t now, struct text *out, int64_t *until) MUST_USE;
/* In one step: others see all of it or nothing. What fails is not kept. */
void	fetch_cache_write(struct fetch_cache *, const uint8_t key[CERT_SHA256],
	    const struct text *, int64_t now, int64_t until);
void	fetch_cache_forget(struct fetch_cache *,
	    const uint8_t key[CERT_SHA256]);

#endif
