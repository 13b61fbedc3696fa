/* SPDX-License-Identifier: ISC */
/*
 * press.h - the thread that makes what is served: it reads the store into an
 * assessment, an edition, whenever it has changed, and renders answers from
 * the last. A large fleet takes it seconds; who looks and who serves does not
 * wait for it.
 */
#ifndef CWAUDIT_PRESS_H
#define CWAUDIT_PRESS_H

#include "route.h"
#include "setup/queue.h"

struct press_order {		/* owned by who holds it */
	char		*target;	/* see route_answer; owned */
	bool		 open;
	struct sheet	*answer;	/* a reference, when it comes back */
};

void	press_order_free(struct press_order *);		/* NULL is fine */

struct press;

struct press_options {
	const char	*store;		/* path; borrowed */
	struct setup	*setup;		/* referenced */
	struct pulse	*pulse;		/* borrowed */
	unsigned	 max_ports;
};

#define PRESS_ORDERS	64		/* under way at once */

/* NULL: *why. */
struct press	*press_new(const struct press_options *, struct text *why)
		    MUST_USE;
void		 press_free(struct press *);	/* NULL is fine */
/* Another inventory. */
void		 press_set_setup(struct press *, struct setup *);
/* False: it has enough to do, and the order is still the caller's. */
bool		 press_take(struct press *, struct press_order *) MUST_USE;
struct queue	*press_done(struct press *);	/* orders, answered */
/* The number of the last edition; answers of others are old. */
uint64_t	 press_edition(struct press *);

#endif
