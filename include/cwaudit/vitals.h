/* SPDX-License-Identifier: ISC */
/*
 * vitals.h - how the auditor has fared since it began: what it counted, and
 * when it last observed each port. Made of the lines of its log; metrics and
 * the question whether it is healthy are answered from it. A restart begins
 * anew, as counters of Prometheus do.
 */
#ifndef CWAUDIT_VITALS_H
#define CWAUDIT_VITALS_H

#include "cwaudit/clock.h"
#include "cwaudit/endpoint.h"
#include "cwaudit/event.h"
#include "cwaudit/observation.h"

#define VITALS_KINDS	(ENDPOINT_PUBLISHED + 1)
#define VITALS_OUTCOMES	(OUTCOME_NOT_TRIED + 1)
#define VITALS_BUCKETS	10

/* Upper bounds of what takes a look's time, ms; rising. */
extern const int64_t vitals_bucket_ms[VITALS_BUCKETS];

struct vitals_looks {			/* of one kind of port */
	uint64_t bucket[VITALS_BUCKETS + 1];	/* each look in one alone; the
					 * last: longer than all bounds */
	uint64_t took_ms;		/* all of them together */
};

struct vitals {
	int64_t		 began;
	int64_t		 cycle_ended;	/* CLOCK_NEVER: none has */
	uint64_t	 cycles;
	struct vitals_looks looks[VITALS_KINDS];
	uint64_t	 outcomes[VITALS_OUTCOMES];	/* of looks */
	uint64_t	 opened[SEVERITY_N];	/* findings */
	uint64_t	 cleared;
	uint64_t	 good, bad;	/* exchanges of certificates */
	void		*observed;	/* vitals.c's own: the last time of each
					 * port */
};

void	vitals_init(struct vitals *, int64_t began);
void	vitals_done(struct vitals *);
/* A line of the log, from that time. Most are about other things. */
void	vitals_take(struct vitals *, int64_t at, const struct event *);
/*
 * When a port last presented a certificate. kind: "https" "mtls" "published".
 * CLOCK_NEVER: not since the auditor began.
 */
int64_t	vitals_observed(const struct vitals *, const char *host,
	    const char *kind, const char *site, unsigned port);

#endif
