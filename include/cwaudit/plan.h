/* SPDX-License-Identifier: ISC */
/*
 * plan.h - the looks of the next day, hour by hour, as the running daemon
 * means to make them. What it does not know yet (who will be missed, or
 * change) is not in it. A value; the daemon fills it in and sends it as JSON.
 */
#ifndef CWAUDIT_PLAN_H
#define CWAUDIT_PLAN_H

#include <jansson.h>

#include "cwaudit/report.h"

#define PLAN_HOURS	24
#define PLAN_NEXT	3

enum plan_column {
	PLAN_HTTPS,		/* looks at HTTPS ports, published ones too */
	PLAN_MTLS,
	PLAN_PROOFS,		/* of all these those that prove the key */
	PLAN_AGAIN,		/* at what was missed: no part of the others */
	PLAN_COLUMNS,
};

struct plan_next {
	int64_t	 at;			/* seconds UTC */
	char	*host;			/* or URL; owned */
	char	*kind;			/* "https" "mtls" "published"; owned */
	unsigned port;
};

struct plan {
	int64_t	 from;			/* seconds UTC */
	size_t	 under_way, window;	/* looks now, and at most */
	size_t	 waiting;		/* for others at their host ... */
	size_t	 count[PLAN_HOURS][PLAN_COLUMNS];
	struct plan_next next[PLAN_NEXT];	/* the soonest first */
	size_t	 n_next;
};

void	plan_done(struct plan *);
/*
 * Looks so many seconds from now, and again every period_s; 0: once. Beyond
 * the day nothing is counted.
 */
void	plan_add(struct plan *, enum plan_column, int64_t first_s,
	    int64_t period_s);
/* Among the soonest? Copies. */
void	plan_offer(struct plan *, int64_t at, const char *host,
	    const char *kind, unsigned port);

json_t	*plan_json(const struct plan *);	/* "cwaudit/plan/1" */
/* False: it is none of ours, and *out is empty. */
bool	plan_parse(const json_t *, struct plan *out) MUST_USE;
/* False where the writer stopped. */
bool	report_plan(const struct plan *, const struct report_options *,
	    report_write_fn *, void *ctx) MUST_USE;

#endif
