/* SPDX-License-Identifier: ISC */
/*
 * report_nagios.h - one host as the line of a monitoring plugin, with
 * performance data, by the guidelines of the Monitoring Plugins project.
 */
#ifndef CWAUDIT_REPORT_NAGIOS_H
#define CWAUDIT_REPORT_NAGIOS_H

#include "cwaudit/ledger.h"

enum nagios_state {		/* the exit status of a plugin */
	NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN,
};

/* Alert where a value is outside of low to high, or, if inside, within. */
struct nagios_range {
	bool	 set;
	bool	 inside;
	int64_t	 low, high;	/* INT64_MIN, INT64_MAX: no end */
};

/* "45:" "14:90" "@0:13" "~:90"; "45" alone is "45:": of days that are left
 * fewer are worse. */
bool	nagios_range_parse(const char *, struct nagios_range *out) MUST_USE;

/*
 * l: the sightings that last and the open findings of the host. warning and
 * critical: of the days that its certificates are valid for; findings speak
 * besides. out: the line, without its line feed.
 */
enum nagios_state report_nagios(const struct ledger *l, const char *host,
	    const struct nagios_range *warning,
	    const struct nagios_range *critical, struct text *out);

#endif
