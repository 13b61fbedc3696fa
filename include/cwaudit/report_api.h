/* SPDX-License-Identifier: ISC */
/*
 * report_api.h - an assessment for programs that ask for it page by page:
 * JSON documents of schema cwaudit/api/1. What stands in them is described by
 * etc/schemas/cwaudit-report-1.json.
 */
#ifndef CWAUDIT_REPORT_API_H
#define CWAUDIT_REPORT_API_H

#include "cwaudit/report_web.h"

#define API_ITEMS	100	/* of a page, unless asked for otherwise */
#define API_ITEMS_MAX	1000

struct api_query {
	struct web_query what;		/* text: of hosts in name, owner, group,
					 * zone or tags; of certificates in CN,
					 * SAN, issuer, serial or SHA-256 */
	const char	*standing;	/* of hosts; "": all */
	size_t		 items;		/* of a page, 1 to API_ITEMS_MAX */
};

/* False: the writer stopped. */
typedef bool report_api_fn(const struct assessment *,
	    const struct api_query *, report_write_fn *, void *ctx);

report_api_fn report_api_summary, report_api_hosts, report_api_findings,
	    report_api_certificates;

#endif
