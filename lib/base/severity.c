/* SPDX-License-Identifier: ISC */
/* severity.c - names of the four steps. */
#include "cwaudit/severity.h"

#include <string.h>

static const char *const names[SEVERITY_N] = {
	[SEVERITY_OFF]		= "off",
	[SEVERITY_NOTICE]	= "notice",
	[SEVERITY_WARNING]	= "warning",
	[SEVERITY_ERROR]	= "error",
	[SEVERITY_CRITICAL]	= "critical",
};

const char *
severity_name(enum severity s)
{
	return names[s];
}

bool
severity_parse(const char *name, enum severity *out)
{
	for (int i = 0; i < SEVERITY_N; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum severity)i;
			return true;
		}
	}
	return false;
}
