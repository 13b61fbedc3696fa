/* SPDX-License-Identifier: ISC */
/*
 * claim.h - what a report in JSON or OSCAL says of itself: of which time and
 * which hosts it is, and what the facts hash to that it was made from. With it
 * the report can be made again and held against the store.
 */
#ifndef CWAUDIT_CLAIM_H
#define CWAUDIT_CLAIM_H

#include "cwaudit/report_assessment.h"

struct claim {
	const struct assessment_format *format;
	int64_t		 since, until;
	bool		 changes_only;
	struct assessment_filter filter;	/* the arena's */
	uint8_t		 facts_sha256[CERT_SHA256];
	struct arena	 arena;
};

/* False: it is no such report, *why says so; then there is nothing to free. */
bool	claim_parse(const char *bytes, size_t len, struct claim *,
	    struct text *why) MUST_USE;
void	claim_done(struct claim *);

#endif
