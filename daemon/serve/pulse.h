/* SPDX-License-Identifier: ISC */
/*
 * pulse.h - how the auditor fares, shared by threads: the conductor feeds it
 * with what it tells, whoever serves asks it. Each call holds its lock for
 * microseconds.
 */
#ifndef CWAUDIT_PULSE_H
#define CWAUDIT_PULSE_H

#include "cwaudit/assessment.h"
#include "cwaudit/vitals.h"
#include "store/record.h"

enum pulse_trouble {
	PULSE_STUCK,		/* a thread hangs */
	PULSE_STORE,		/* it can't be written */
	PULSE_INVENTORY,	/* a reload was refused */
	PULSE_TROUBLES
};

struct pulse;

struct pulse	*pulse_new(const struct clock *, int64_t interval_s);
void		 pulse_free(struct pulse *);	/* NULL is fine */

/* The conductor's: it lives, ... */
void		 pulse_beat(struct pulse *);
/* ... has told this, ... */
void		 pulse_keep(struct pulse *, const struct records *);
/* ... is, or NULL is no longer, in trouble, ... */
void		 pulse_set_trouble(struct pulse *, enum pulse_trouble,
		    const char *why);
/* ... and ends a cycle so often. */
void		 pulse_set_interval(struct pulse *, int64_t interval_s);

/* Anybody's. A copy of the counts, without what vitals_observed asks. */
void		 pulse_read(struct pulse *, struct vitals *);
/* See struct metrics: of each port; the caller frees. */
int64_t		*pulse_observed(struct pulse *, const struct assessment *);
/*
 * Healthy: cycles end when they should, the inventory is the latest, the store
 * is written. False: why not, a line each.
 */
bool		 pulse_healthy(struct pulse *, struct text *why) MUST_USE;

#endif
