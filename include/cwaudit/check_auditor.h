/* SPDX-License-Identifier: ISC */
/*
 * check_auditor.h - what the auditor knows of itself, for the rules that tell when
 * it cannot be believed. The view borrows everything; it lives for one run.
 */
#ifndef CWAUDIT_CHECK_AUDITOR_H
#define CWAUDIT_CHECK_AUDITOR_H

#include "cwaudit/check.h"

/* A zone of which most ports that answered last answer no more. */
struct lost_zone {
	const char	*name;		/* NULL: hosts without a zone */
	size_t		 asked, lost;	/* ports */
	const char	*cause;		/* what most of them say, plain words */
};

struct auditor_view {
	int64_t		 now;
	/* the clock */
	bool		 clock_in_doubt; /* for one of these two reasons: */
	int64_t		 step_s;	/* forward, or back if negative; 0: no step */
	size_t		 turned;	/* hosts with an expired or a not yet
					 * valid certificate at once */
	size_t		 hosts;
	/* looks */
	size_t		 late;		/* that began too late, in this cycle */
	int64_t		 latest_s;	/* the worst of them, after it was due */
	bool		 cycled;	/* a cycle is over: the next two hold */
	size_t		 observed, endpoints;	/* of active hosts */
	unsigned	 coverage_percent;	/* what is asked for */
	const struct lost_zone *lost;
	size_t		 n_lost;
	/* the inventory */
	const char	*refused;	/* its first mistake; NULL: none */
	size_t		 mistakes;
	/* the store */
	const char	*store;		/* what is wrong with it; NULL: nothing */
};

typedef enum verdict check_auditor_fn(const struct auditor_view *,
	    struct why *);

/* check_auditor.c */
check_auditor_fn check_auditor_clock, check_auditor_blind, check_auditor_late,
	 check_auditor_coverage, check_auditor_inventory_refused, check_auditor_store;

#endif
