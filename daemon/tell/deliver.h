/* SPDX-License-Identifier: ISC */
/* deliver.h - one delivery to one sink; blocks, no longer than DELIVER_S. */
#ifndef CWAUDIT_DELIVER_H
#define CWAUDIT_DELIVER_H

#include "setup/config_sink.h"

#define DELIVER_S	10	/* an HTTP exchange */
#define DELIVER_RUN_S	30	/* a command; it is killed then */

/* Posts JSON; TLS is verified, no redirect is followed. False: *why. */
bool	deliver_post(const struct config_sink *, const char *url,
	    const struct text *json, struct text *why) MUST_USE;
/* Runs it without a shell, with this environment alone, and waits. */
bool	deliver_run(const struct config_sink *, const struct strings *environment,
	    struct text *why) MUST_USE;

#endif
