/* SPDX-License-Identifier: ISC */
/*
 * report_summary.h - how the table ends: what was left out, what was switched
 * off, the counts, and a last sentence that claims no more than was seen.
 */
#ifndef CWAUDIT_REPORT_SUMMARY_H
#define CWAUDIT_REPORT_SUMMARY_H

#include "cwaudit/page.h"

void	report_summary(struct page *, const struct snapshot *,
	    const struct report_options *);

#endif
