/* SPDX-License-Identifier: ISC */
/*
 * report_findings.h - findings of the table: severity by word, the rule, the
 * message wrapped, the remedy beneath; waived ones marked and last.
 */
#ifndef CWAUDIT_REPORT_FINDINGS_H
#define CWAUDIT_REPORT_FINDINGS_H

#include "cwaudit/page.h"

#define FINDINGS_WORD		4	/* column of the severity ... */
#define FINDINGS_MESSAGE	14	/* ... and of what is said */

struct findings {
	const struct result	**item;		/* borrowed */
	size_t			  n, cap;
};

/* Nothing is added unless the result is a finding, and speaks for its slot. */
void	findings_add(struct findings *, const struct result *);
/*
 * Prints them and moves them to said, whose remedies are not said again: one
 * certificate on two ports is mended once.
 */
void	findings_print(struct findings *, struct findings *said, struct page *,
	    bool verbose);
void	findings_done(struct findings *);

#endif
