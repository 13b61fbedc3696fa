/* SPDX-License-Identifier: ISC */
/*
 * resolve_cache.h - addresses of names, kept for as long as the DNS says they
 * hold, and no longer than an hour. That there are none is not kept.
 */
#ifndef CWAUDIT_RESOLVE_CACHE_H
#define CWAUDIT_RESOLVE_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define RESOLVE_MAX	16	/* addresses of one name that are used */
#define RESOLVE_KEEP_S	3600

struct resolve_answer {
	struct sockaddr_storage	 address[RESOLVE_MAX];	/* port 0; sorted, unique */
	size_t			 n;		/* 0: error says why */
	size_t			 left_out;	/* past RESOLVE_MAX */
	const char		*error;		/* plain words; borrowed; NULL if n > 0 */
	bool			 resolver_failed; /* nobody answered, as opposed to
						   * an answer that there is none */
};

struct resolve_cache;

struct resolve_cache *resolve_cache_new(void);
void	resolve_cache_free(struct resolve_cache *);	/* NULL is fine */
/* Borrowed until the next call; NULL: not known now. Monotonic milliseconds. */
const struct resolve_answer *resolve_cache_find(struct resolve_cache *,
	    const char *name, int families, int64_t now_ms);
/* An answer that has addresses. */
void	resolve_cache_keep(struct resolve_cache *, const char *name,
	    int families, const struct resolve_answer *, int64_t ttl_s,
	    int64_t now_ms);

#endif
