/* SPDX-License-Identifier: ISC */
/*
 * probe.h - one look: the ladder of steps, from the handshake down to SSL 3,
 * within one deadline.
 */
#ifndef PROBE_H
#define PROBE_H

#include <sys/queue.h>

#include "attempt.h"

struct probe;

/* The looks in flight of one prober; all zero is none. */
struct probes {
	LIST_HEAD(, probe)	 head;
	size_t			 n;
};

/* The observation is the callee's. Called from the loop, once. */
typedef void probe_done_fn(void *ctx, struct observation *);

void	probe_start(struct probes *, const struct kit *, const struct look *,
	    probe_done_fn *, void *ctx);
/* Ends all, calling nobody. */
void	probes_drop(struct probes *);

#endif
