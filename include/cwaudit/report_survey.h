/* SPDX-License-Identifier: ISC */
/*
 * report_survey.h - hosts that no inventory has: what was seen of them, for
 * people, and what the JSON of an audit says of them besides.
 */
#ifndef CWAUDIT_REPORT_SURVEY_H
#define CWAUDIT_REPORT_SURVEY_H

#include <jansson.h>

#include "cwaudit/report.h"
#include "cwaudit/survey.h"

/* The ports and the entries; what rules say of them comes after it. */
bool	report_survey(const struct survey *, const struct report_options *,
	    report_write_fn *, void *ctx);
json_t	*report_survey_value(const struct survey *);

#endif
