/* SPDX-License-Identifier: ISC */
/*
 * resolve.h - names to addresses by c-ares, one channel on the conductor's
 * loop. Literals are answered at once, and so is what was answered before, for
 * as long as that holds (resolve_cache.h); /etc/hosts counts, no thread is made.
 */
#ifndef CWAUDIT_RESOLVE_H
#define CWAUDIT_RESOLVE_H

#include "cwaudit/text.h"
#include "resolve_cache.h"

struct event_base;
struct resolver;

typedef void resolve_done_fn(void *ctx, const struct resolve_answer *);

/* servers empty: the system's. NULL: *why. */
struct resolver	*resolver_new(struct event_base *, const struct strings *servers,
		    int64_t timeout_ms, struct text *why) MUST_USE;
/*
 * families: FAMILY_* bits. Without an answer after timeout_ms the question is
 * given up as one that nobody answered; 0: when the servers' own timeouts have
 * run out. The callback comes once, perhaps before this returns.
 */
void		 resolver_ask(struct resolver *, const char *name, int families,
		    int64_t timeout_ms, resolve_done_fn *, void *ctx);
/* For an answer without addresses: "NAME does not resolve: ...", or that the
 * name could not be looked up. Appends to out. */
void		 resolve_failure(const struct resolve_answer *, const char *name,
		    struct text *out);
/* Pending questions are dropped without a call. Never from within a done. */
void		 resolver_free(struct resolver *);

#endif
