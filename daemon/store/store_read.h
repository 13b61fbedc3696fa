/* SPDX-License-Identifier: ISC */
/*
 * store_read.h - the store as values for people. Each of these adds to a
 * ledger; false: *why. What cannot be read any more is left out.
 */
#ifndef CWAUDIT_STORE_READ_H
#define CWAUDIT_STORE_READ_H

#include "cwaudit/ledger.h"
#include "store.h"

/* Which findings; NULL, CLOCK_NEVER: whichever. Open ones are those that have
 * not ended; since: those that were open at some time from then on. */
struct store_filter {
	bool		 open;
	int64_t		 since;
	const char	*rule, *host, *contact;
};

/* The auditor's last run. */
bool	store_read_run(struct store *, struct ledger *, struct text *why)
	    MUST_USE;
bool	store_read_findings(struct store *, const struct store_filter *,
	    struct ledger *, struct text *why) MUST_USE;
/* Summaries and exchanges since then. */
bool	store_read_news(struct store *, int64_t since, struct ledger *,
	    struct text *why) MUST_USE;
/* Sightings and events of a host, or of a published URL. */
bool	store_read_history(struct store *, const char *host, struct ledger *,
	    struct text *why) MUST_USE;
/*
 * A certificate by its SHA-256 or the first hex digits of it, 8 at least:
 * where it was seen, and its DER, appended. *n: how many have these digits.
 */
bool	store_read_certificate(struct store *, const char *hex,
	    struct ledger *, struct text *der, size_t *n, struct text *why)
	    MUST_USE;

#endif
