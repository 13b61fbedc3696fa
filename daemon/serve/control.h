/* SPDX-License-Identifier: ISC */
/*
 * control.h - the daemon's control socket: one line of JSON each way, then the
 * connection ends. Mode 0600; only root and the daemon's own user are heard.
 * Lines over CONTROL_MAX, and clients that take over 5 s, are dropped.
 */
#ifndef CWAUDIT_CONTROL_H
#define CWAUDIT_CONTROL_H

#include <jansson.h>
#include <sys/types.h>

#include "cwaudit/text.h"

#define CONTROL_MAX	8192	/* bytes of a line */

struct control;
struct event_base;

/*
 * A request, an object with "do"; by: who asks. True: it was done, *answer
 * says what; false: *answer says why not.
 */
typedef bool control_fn(void *ctx, const json_t *request, uid_t by,
	    struct text *answer);

/* A socket that nobody listens at any more is taken over. NULL: *why. */
struct control	*control_new(struct event_base *base, const char *path,
		    control_fn *fn, void *ctx, struct text *why) MUST_USE;
void		 control_free(struct control *);	/* NULL is fine */

/* The other end: asks and waits, 10 s at most. Steals the request. False:
 * *answer says why. */
bool		 control_ask(const char *path, json_t *request,
		    struct text *answer) MUST_USE;

#endif
