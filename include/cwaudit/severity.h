/* SPDX-License-Identifier: ISC */
/*
 * severity.h - how bad, in four steps, lowest first so that they compare.
 */
#ifndef CWAUDIT_SEVERITY_H
#define CWAUDIT_SEVERITY_H

#include "cwaudit/text.h"

enum severity {
	SEVERITY_OFF,		/* a rule switched off; never on a finding */
	SEVERITY_NOTICE,
	SEVERITY_WARNING,
	SEVERITY_ERROR,
	SEVERITY_CRITICAL,
};
#define SEVERITY_N	(SEVERITY_CRITICAL + 1)

const char *severity_name(enum severity);	/* "off" ... "critical" */
bool	severity_parse(const char *, enum severity *out) MUST_USE;

#endif
