/* SPDX-License-Identifier: ISC */
/*
 * unassessed.h - what an inventory says is not looked at, and why.
 * Nothing that was left out may pass for good: reports list these, and counts
 * are made from the same list.
 */
#ifndef CWAUDIT_UNASSESSED_H
#define CWAUDIT_UNASSESSED_H

#include "cwaudit/inventory.h"

struct unassessed {
	const struct host	*host;		/* NULL where published */
	const struct site	*site;		/* NULL: the host as a whole */
	const struct published	*published;	/* NULL where not */
	const char	*what;		/* "host", "site", "mtls", "https", "published" */
	const char	*cause;		/* "retired", "probe", "mtls_port", "tls" */
	const char	*reason;	/* plain words; the inventory's where given */
};

/* Valid during the call alone. */
typedef void unassessed_fn(void *ctx, const struct unassessed *);

void	unassessed_host(const struct host *, unassessed_fn *, void *ctx);
void	unassessed_published(const struct published *, unassessed_fn *,
	    void *ctx);

#endif
