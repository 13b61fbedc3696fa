/* SPDX-License-Identifier: ISC */
/* report_assessment.c - THE TABLE of formats of compliance reports. */
#include "cwaudit/report_assessment.h"

#include <string.h>

const struct assessment_format assessment_formats[] = {
	{ "text", "for people, at a terminal or by mail", true, false,
	    report_assessment_text },
	{ "html", "for people: one file, to read, sign and print", true, false,
	    report_assessment_html },
	{ "json", "one document; its schema is "
	    "etc/schemas/cwaudit-report-1.json", true, true,
	    report_assessment_json },
	{ "csv", "for spreadsheets: a row for each port, finding, change and "
	    "exchange", true, false, report_assessment_csv },
	{ "oscal", "NIST OSCAL 1.1.2 assessment results, for tools of auditors",
	    false, true, report_assessment_oscal },
};
const size_t n_assessment_formats =
    sizeof(assessment_formats) / sizeof(assessment_formats[0]);

const struct assessment_format *
assessment_format_find(const char *name)
{
	for (size_t i = 0; i < n_assessment_formats; i++)
		if (strcmp(assessment_formats[i].name, name) == 0)
			return &assessment_formats[i];
	return NULL;
}
