/* SPDX-License-Identifier: ISC */
/*
 * worker.h - threads that look: each its own loop, prober, trust and caches;
 * they share nothing but immutable values. Orders go in by one queue each,
 * sights come out by one queue for all.
 */
#ifndef CWAUDIT_WORKER_H
#define CWAUDIT_WORKER_H

#include "cwaudit/cert.h"
#include "cwaudit/chain.h"
#include "probe/look.h"
#include "setup/queue.h"
#include "setup/setup.h"

/* An order and, when it comes back, what was seen. Owned by who holds it. */
struct sight {
	struct look	 look;
	struct setup	*setup;			/* reference: keeps endpoint alive */
	unsigned	 generation;		/* the conductor's, of setup */
	unsigned	 worker;		/* who makes it */
	/* What was seen there last: seen again, it is taken as it is. */
	const struct cert *known_leaf;		/* references; NULL: nothing */
	const struct chain *known_chain;
	uint8_t		 known_message[CERT_SHA256];
	bool		 repath;		/* known_chain's path is of other trust */
	/* filled in by the worker */
	const struct observation *seen;		/* reference */
	const struct cert *leaf;		/* reference; NULL: none, unreadable */
	const struct chain *chain;		/* reference; NULL where leaf is */
	bool		 unreadable;
};

struct sight	*sight_new(struct setup *);	/* takes a reference */
/* Each certificate of the chain is readable. References are taken. */
void		 sight_know(struct sight *, const uint8_t message[CERT_SHA256],
		    const struct cert *leaf, const struct chain *);
void		 sight_free(struct sight *);	/* NULL is fine */

struct workers;

struct workers_options {
	unsigned	 n;			/* threads */
	size_t		 window;		/* orders under way at most, all in all */
	const struct clock *clock;
};

/* NULL: *why. The result queue holds as many as the window, so a worker's
 * put cannot fail: every result was an order once. */
struct workers	*workers_new(const struct workers_options *, struct text *why)
		    MUST_USE;
/* To the least busy; the caller keeps within the window. It is begun at
 * workers_begin, so that several cost one waking. */
void		 workers_order(struct workers *, struct sight *);
void		 workers_begin(struct workers *);
struct queue	*workers_sights(struct workers *);
void		 workers_taken(struct workers *, const struct sight *); /* it came back */
/* A number per thread that moves while it lives. */
unsigned	 workers_count(const struct workers *);
uint64_t	 workers_heartbeat(const struct workers *, unsigned i);
/* Stops and joins all; what is under way is dropped. */
void		 workers_free(struct workers *);

#endif
