/* SPDX-License-Identifier: ISC */
/*
 * revoker.h - a thread that finds out whether certificates were revoked: what
 * the server stapled first, since it is there; then OCSP, which is 2 KB; then
 * the CRL, which may be megabytes. The first that gives a valid answer ends
 * it. A thread of its own, as reading 16 MiB of CRL takes longer than the
 * conductor may: questions go in by one queue, answers come out by another.
 */
#ifndef REVOKER_H
#define REVOKER_H

#include "cwaudit/observation.h"
#include "cwaudit/revocation.h"
#include "setup/queue.h"
#include "setup/setup.h"

#define REVOKER_QUESTIONS	65536	/* at a time */
#define REVOKER_MS		30000	/* after it nothing new is fetched */
#define REVOKER_URLS		4	/* of a kind that are tried */

/* A question and, when it comes back, its answer. Owned by who holds it. */
struct doubt {
	uint64_t	 ticket;		/* the conductor's, never 0 */
	size_t		 index;			/* the same: whose it is */
	struct setup	*setup;			/* reference: keeps settings alive */
	const struct settings *settings;	/* hosts, proxy, families */
	const struct chain *chain;		/* reference */
	const struct observation *seen;		/* reference; its staple */
	/* filled in by the revoker */
	struct revocation *answer;		/* reference */
};

struct doubt	*doubt_new(struct setup *, const struct settings *,
		    const struct chain *, const struct observation *);
void		 doubt_free(struct doubt *);	/* NULL is fine */

struct revoker_options {
	const struct clock *clock;
	const char	*cache;		/* a directory; NULL: memory only */
	const struct strings *resolver_servers;	/* copied */
	int64_t		 resolver_timeout_ms;
};

struct revoker;

/* NULL: *why. */
struct revoker	*revoker_new(const struct revoker_options *, struct text *why)
		    MUST_USE;
/* False: REVOKER_QUESTIONS are open, and it is still the caller's. */
bool		 revoker_ask(struct revoker *, struct doubt *) MUST_USE;
/* Every doubt comes back here, sooner or later; then call revoker_taken. */
struct queue	*revoker_answers(struct revoker *);
void		 revoker_taken(struct revoker *);
/* What has become of the cache directory: NULL, or why it is not used. */
const char	*revoker_cache_trouble(const struct revoker *);
uint64_t	 revoker_heartbeat(const struct revoker *);
/* Stops and joins; what is under way is dropped. NULL is fine. */
void		 revoker_free(struct revoker *);

#endif
