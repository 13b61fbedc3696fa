/* SPDX-License-Identifier: ISC */
/*
 * store_read.h - the store as values for people. Each of these adds to a
 * ledger; false: *why. What cannot be read any more is left out.
 */
#ifndef CWAUDIT_STORE_READ_H
#define CWAUDIT_STORE_READ_H

#include "cwaudit/assessment.h"
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
/* How a host, or a published URL, stands: the sightings that last, and the open
 * findings about it or about several hosts. */
bool	store_read_host(struct store *, const char *host, struct ledger *,
	    struct text *why) MUST_USE;
/*
 * What the ports of a host were last seen to present, a row a port, by port.
 * kind: "https", "mtls", or NULL for both. *out is the caller's to free, with
 * text_done for each DER; at most STORE_SHOWN of a port.
 */
#define STORE_SHOWN	10
struct store_shown {
	char		 kind[8];
	unsigned	 port;
	int64_t		 leaf;		/* alike where the leaf is */
	struct text	 der[STORE_SHOWN];	/* as sent, leaf first */
	size_t		 n_der;
};
bool	store_read_shown(struct store *, const char *host, unsigned port,
	    const char *kind, struct store_shown **out, size_t *n,
	    struct text *why) MUST_USE;
void	store_shown_free(struct store_shown *, size_t n);
/*
 * A certificate by its SHA-256 or the first hex digits of it, 8 at least:
 * where it was seen, and its DER, appended. *n: how many have these digits.
 */
bool	store_read_certificate(struct store *, const char *hex,
	    struct ledger *, struct text *der, size_t *n, struct text *why)
	    MUST_USE;

/* Has somebody else written since *version was set here? Sets it; -1 at
 * first. */
bool	store_changed(struct store *, int64_t *version);
/* From any thread: what is being read now fails. */
void	store_interrupt(struct store *);

/* store_assess.c: how the fleet stood, and what happened before, all of one
 * moment of the store. False: *why. */
bool	store_read_assessment(struct store *, struct assessment *,
	    struct text *why) MUST_USE;

#endif
