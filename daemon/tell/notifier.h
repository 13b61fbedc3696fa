/* SPDX-License-Identifier: ISC */
/*
 * notifier.h - the thread that sends alerts beyond syslog: it reads the store
 * on a connection of its own, sends, and has the writer mark what was taken.
 *
 * A webhook and a command get each event at least once, in order; what fails
 * is tried again after 5 s, then twice as long each time, up to 5 minutes.
 * The queue is the store: events older than a day are passed over, counted
 * and told of (event=notify). Alertmanager gets what is open every minute, and
 * what has ended for a quarter of an hour, so that it needs no memory of ours.
 */
#ifndef CWAUDIT_NOTIFIER_H
#define CWAUDIT_NOTIFIER_H

#include "setup/config_sink.h"
#include "store/record.h"

struct notifier;

struct notifier_options {
	const struct config_sinks *sinks;	/* borrowed */
	const char	*store;		/* path; borrowed */
	/* Lines and marks, from its thread; takes what the list holds. */
	void		(*keep)(void *ctx, struct records *);
	void		*ctx;
};

/* NULL: *why. */
struct notifier	*notifier_new(const struct notifier_options *,
		    struct text *why) MUST_USE;
/* What is being sent is waited for, 1 s at most. NULL is fine. */
void		 notifier_free(struct notifier *);

#endif
