/* SPDX-License-Identifier: ISC */
/*
 * prober.h - makes looks, many at a time, on one event loop.
 * One prober per worker thread; it owns a CURLM and an SSL_CTX and nothing of
 * it is shared. The ladder between the three ways of looking is in here; a
 * look calls its owner exactly once.
 */
#ifndef CWAUDIT_PROBER_H
#define CWAUDIT_PROBER_H

#include "look.h"

struct event_base;
struct prober;

struct prober_options {
	const struct clock *clock;
	const char	*user_agent;		/* for HEAD; "cwaudit/1.0" */
};

/*
 * The observation is the callee's from here on. Never called from within
 * prober_look. x509 chains are not parsed: DERs only.
 */
typedef void prober_done_fn(void *ctx, struct observation *);

/* NULL: out of descriptors or library failure; *why says which. */
struct prober	*prober_new(struct event_base *, const struct prober_options *,
		    struct text *why) MUST_USE;
void		 prober_look(struct prober *, const struct look *,
		    prober_done_fn *, void *ctx);
size_t		 prober_in_flight(const struct prober *);
/* Ends what is in flight without calling anybody. */
void		 prober_free(struct prober *);

/* Once per process, before any thread: libcurl, OpenSSL without its config;
 * SIGPIPE is ignored from here on. */
bool		 prober_global_init(struct text *why) MUST_USE;

#endif
