/* SPDX-License-Identifier: ISC */
/*
 * report_explain.h - `cwaudit explain HOST`: struct explain as text for
 * people, or as one JSON document (schema cwaudit/explain/1).
 */
#ifndef CWAUDIT_REPORT_EXPLAIN_H
#define CWAUDIT_REPORT_EXPLAIN_H

#include "cwaudit/explain.h"
#include "cwaudit/report.h"

/*
 * inventory: its path, for the commands shown; NULL where the usual
 * configuration names it. False: the writer stopped.
 */
typedef bool report_explain_fn(const struct explain *, const char *inventory,
	    const struct report_options *, report_write_fn *, void *ctx);

report_explain_fn report_explain, report_explain_json;

#endif
