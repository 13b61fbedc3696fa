/* SPDX-License-Identifier: ISC */
/*
 * loop.h - the conductor: one event loop that lends the world to audit.c -
 * workers, resolver, clock - for the daemon and for the command alike.
 */
#ifndef CWAUDIT_LOOP_H
#define CWAUDIT_LOOP_H

#include "audit.h"

struct event_base;
struct loop;

struct loop_options {
	struct audit_options	 audit;
	struct setup		*setup;		/* borrowed; referenced */
	const char		*cache;		/* directory for what is fetched;
						 * NULL: memory only */
	void	(*keep)(void *ctx, struct records *);	/* takes; NULL: nobody */
	void	(*swept)(void *ctx);			/* may be NULL */
	void	*ctx;
};

/* NULL: *why says what is missing (descriptors, threads, the resolver). */
struct loop	*loop_new(const struct loop_options *, struct text *why) MUST_USE;
struct event_base *loop_base(struct loop *);
/* Looks at once: config.window, or what the descriptors allow. */
unsigned	 loop_window(const struct loop *);
struct audit	*loop_audit(struct loop *);
void		 loop_run(struct loop *);	/* until loop_stop */
void		 loop_stop(struct loop *);
void		 loop_kick(struct loop *);	/* something became due */
/* Another inventory and configuration; the window stays as it was. */
void		 loop_reload(struct loop *, struct setup *, const struct config *);
bool		 loop_alive(struct loop *);	/* did every worker and look? */
void		 loop_free(struct loop *);

#endif
