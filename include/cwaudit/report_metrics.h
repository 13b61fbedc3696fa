/* SPDX-License-Identifier: ISC */
/*
 * report_metrics.h - what a monitor scrapes: how the fleet stands and how the
 * auditor fares, as text for Prometheus (format 0.0.4) or as OpenMetrics 1.0.
 * One table of families; the alert rules and the dashboard in etc/ use their
 * names, and people's own do.
 */
#ifndef CWAUDIT_REPORT_METRICS_H
#define CWAUDIT_REPORT_METRICS_H

#include "cwaudit/assessment.h"
#include "cwaudit/vitals.h"

struct metrics {
	const char	*version;	/* of the program */
	const struct vitals *vitals;
	/* How the fleet stood at its end; NULL: nobody knows (yet), and what
	 * would be made of it is left out. */
	const struct assessment *assessment;
	const int64_t	*observed;	/* of each port of it, when it last
					 * presented a certificate; or
					 * CLOCK_NEVER */
	size_t		 max_ports;	/* with more, none is named */
	bool		 open;		/* OpenMetrics */
};

/* False: the writer stopped. */
bool	report_metrics(const struct metrics *, report_write_fn *, void *ctx);

#endif
