/* SPDX-License-Identifier: ISC */
/*
 * audit.h - the whole chain: schedule, resolve, look, judge, tell.
 * The conductor's logic without its loop: time comes from a clock, the world
 * through struct audit_io, so that a test can run a year of cycles.
 * Not thread-safe: the conductor's alone.
 */
#ifndef CWAUDIT_AUDIT_H
#define CWAUDIT_AUDIT_H

#include "setup/config.h"
#include "cwaudit/event.h"
#include "cwaudit/plan.h"
#include "cwaudit/snapshot.h"
#include "probe/resolve.h"
#include "revoke/revoker.h"
#include "store/store.h"
#include "worker.h"

struct audit;

struct audit_io {
	void	*ctx;
	/* Answer with audit_resolved, now or later, with the same ticket;
	 * without one after timeout_ms say that nobody answered. */
	void	(*resolve)(void *ctx, const char *name, int families,
		    int64_t timeout_ms, uint64_t ticket);
	/* Answer with audit_seen. Takes the sight. */
	void	(*look)(void *ctx, struct sight *);
	/*
	 * Answer with audit_answered. Takes the doubt; false: it is still the
	 * caller's, and asked again after the next look. NULL: nobody asks.
	 */
	bool	(*doubt)(void *ctx, struct doubt *);
	/* What happened, to be told and to be remembered, together or not at
	 * all. Takes what the list holds. */
	void	(*keep)(void *ctx, struct records *);
	/* Every endpoint of a sweep has been looked at, and what was asked
	 * about its certificate is answered. May be NULL. */
	void	(*swept)(void *ctx);
};

struct audit_options {
	const struct config *config;	/* borrowed; audit_reload takes another */
	const struct clock *clock;
	bool		 one_shot;	/* one sweep; what is not seen is so at once */
	const struct strings *only;	/* host FQDNs, URLs; NULL or empty: all */
	/* What the process before this knew: audit_new takes findings out of
	 * it and borrows the rest for the call. NULL: nothing. */
	struct past	*past;
};

struct audit	*audit_new(const struct audit_options *, const struct audit_io *,
		    struct setup *);
void		 audit_free(struct audit *);

/* Starts what is due. Milliseconds until it wants to be called again. */
int64_t		 audit_run(struct audit *);
void		 audit_resolved(struct audit *, uint64_t ticket,
		    const struct resolve_answer *);
void		 audit_seen(struct audit *, struct sight *);	/* takes it */
/*
 * Whether it was revoked: takes it. A look is judged at once by what was known
 * before, and again when this comes; only a sweep waits for it.
 */
void		 audit_answered(struct audit *, struct doubt *);

/* No look takes longer than its deadline, which is 10 minutes at most: false if
 * some are under way and none ended for 15. */
bool		 audit_moves(const struct audit *);
void		 audit_sweep(struct audit *);	/* everything is due now */
bool		 audit_swept(const struct audit *);
/* A reload did not take the inventory: its first mistake, of n. NULL: it was
 * taken. */
void		 audit_inventory_refused(struct audit *, const char *first,
		    size_t n);
/* The store cannot be written: why. NULL: it can, again. */
void		 audit_store_trouble(struct audit *, const char *why);
/* Hands over all that there is to remember, as to one who knows nothing. */
void		 audit_keep_anew(struct audit *);
/*
 * Until then the certificate of this host is expected to change: to this leaf
 * (its SHA-256), or, NULL, to any that is good. by: who says so. False: *said
 * says why not; else what holds now.
 */
bool		 audit_expect(struct audit *, const char *fqdn,
		    const uint8_t *leaf, int64_t until, const char *by,
		    struct text *said) MUST_USE;
/* The bad exchange with the id of its finding is right as it is. Likewise. */
bool		 audit_accept(struct audit *, const char *id,
		    const char *reason, const char *by, struct text *said)
		    MUST_USE;
/* Another inventory and configuration: what stays keeps its memory. */
void		 audit_reload(struct audit *, struct setup *,
		    const struct config *);
/* How far the sweep is: looked at, of how many. */
void		 audit_progress(const struct audit *, size_t *done, size_t *all);
/* The looks of the next day. The caller's: plan_done. */
void		 audit_plan(const struct audit *, struct plan *);
/* Judges everything as of now. The caller holds the one reference. */
struct snapshot	*audit_snapshot(struct audit *);

#endif
