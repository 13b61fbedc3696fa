/* SPDX-License-Identifier: ISC */
/* report.c - THE TABLE of output formats. */
#include "cwaudit/report.h"

#include <string.h>

const struct report_format report_formats[] = {
	{ "table", "for people, grouped by host", report_table },
	{ "json", "one document, stable keys", report_json },
	{ "jsonl", "one JSON object a line", report_jsonl },
	{ "csv", "one row for each finding", report_csv },
};
const size_t n_report_formats =
    sizeof(report_formats) / sizeof(report_formats[0]);

const struct report_format *
report_find(const char *name)
{
	for (size_t i = 0; i < n_report_formats; i++)
		if (strcmp(report_formats[i].name, name) == 0)
			return &report_formats[i];
	return NULL;
}
