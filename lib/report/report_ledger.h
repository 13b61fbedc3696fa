/* SPDX-License-Identifier: ISC */
/* report_ledger.h - what reports of a store have in common. */
#ifndef CWAUDIT_REPORT_LEDGER_H
#define CWAUDIT_REPORT_LEDGER_H

#include "cwaudit/document.h"
#include "cwaudit/ledger.h"

/* A finding, the same in each document. */
json_t	*report_finding_json(const struct ledger_finding *);
/* "2026-11-28 17:42": to the minute, UTC. */
void	 report_add_minute(int64_t at, struct text *);
/* "3 days", "2 hours", "1 minute": whole units, for people. */
void	 report_add_age(int64_t seconds, struct text *);

#endif
