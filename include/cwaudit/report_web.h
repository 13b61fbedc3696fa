/* SPDX-License-Identifier: ISC */
/*
 * report_web.h - the pages that the daemon serves: all hosts at a glance, and
 * one host told whole. HTML that works without a script; web_script makes it
 * handier.
 */
#ifndef CWAUDIT_REPORT_WEB_H
#define CWAUDIT_REPORT_WEB_H

#include "cwaudit/assessment.h"
#include "cwaudit/explain.h"
#include "cwaudit/vitals.h"

/* Which findings are asked for; "": all. */
struct web_query {
	const char	*text;		/* somewhere in host, site, owner, rule
					 * or message, or the id; ASCII case
					 * folded */
	const char	*severity;	/* or "waived" */
	const char	*rule;
	size_t		 page;		/* from 1 */
};

#define WEB_FINDINGS	50		/* of a page */

/* Is part, unless NULL or "", somewhere in one of the fields? ASCII case folded;
 * a field that is NULL has nothing in it. */
bool	web_is_in(const char *part, const char *const *fields, size_t n);
bool	web_query_matches(const struct web_query *, const struct finding *);

struct web_status {
	const struct assessment *assessment;
	const struct vitals *vitals;
	const char	*trouble;	/* of the auditor, a line each; "" */
	struct web_query query;
};

/* False, here and below: the writer stopped. */
bool	report_web_status(const struct web_status *, report_write_fn *,
	    void *ctx);

struct web_host_page {
	const struct assessment *assessment;
	const struct assessed_host *host;	/* in it */
	const struct explain *explain;	/* what is expected, and how what was
					 * last seen compares; NULL: the
					 * inventory has it no more */
	const struct ledger *history;	/* its sightings and events */
};

bool	report_web_host(const struct web_host_page *, report_write_fn *,
	    void *ctx);

/* JavaScript, and a picture for tabs (SVG). */
extern const char web_script[], web_icon[];

#endif
