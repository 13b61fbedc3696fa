/* SPDX-License-Identifier: ISC */
/*
 * subject.h - what a rule is asked about: an endpoint, what was seen there
 * and before, and beside it on the same host. Plain values and borrowed
 * pointers; audit.c fills them in, rules only read.
 */
#ifndef CWAUDIT_SUBJECT_H
#define CWAUDIT_SUBJECT_H

#include "cwaudit/chain.h"
#include "cwaudit/inventory.h"
#include "cwaudit/observation.h"

struct subject {
	const struct inventory	*inventory;
	const struct endpoint	*endpoint;
	const struct observation *seen;	/* the last look; NULL: none made yet */
	const struct cert	*leaf;	/* of the last look; NULL: none, or unreadable */
	const struct chain	*chain;	/* NULL where leaf is */
	const struct cert	*last_leaf;	/* the last one ever seen here, also
						 * where the last look brought none:
						 * decides layouts, is not judged */
	bool			 unreadable;	/* a leaf came, and is no certificate */
	size_t			 unreadable_len;
	uint8_t			 unreadable_sha256[CERT_SHA256];
	struct expectation	 expect;	/* role included */
	enum layout		 declared;	/* as the inventory says */
	enum layout		 layout;	/* as judged: single or separate */
	int64_t			 now;
	/* memory */
	bool			 one_shot;	/* one look is all there will be */
	unsigned		 misses;	/* looks in a row without a certificate */
	unsigned		 broken;	/* handshakes in a row that died after it */
	int64_t			 last_observed;	/* CLOCK_NEVER: never before */
	int64_t			 leaf_since;	/* this leaf first seen here */
	/* the addresses of a name that gave other leaves than seen's, if any */
	struct strings		 differing;	/* "10.0.0.2: CN=..." escaped */
	struct strings		 addresses;	/* HTTPS: all that were tried */
};

/* A host and its endpoints, for rules that need more than one port. */
struct host_view {
	const struct host	*host;
	struct subject		*subjects;	/* HTTPS and MTLS, inventory order */
	size_t			 n;
	int64_t			 now;
	int64_t			 split_since;	/* when its ports began to differ;
						 * CLOCK_NEVER: they do not, or unknown */
	int64_t			 host_rollout_s;
	bool			 one_shot;
};

/*
 * Decides, site by site, which layout its certificates are judged by, and sets
 * layout and expect of every subject. Declared ones stand. LAYOUT_AUTO is
 * single where a site's two ports present one leaf, or where its HTTPS leaf
 * has the FQDN as CN; else separate. Call it before any rule.
 */
void	host_view_settle(struct host_view *);
void	host_view_done(struct host_view *);	/* what settle allocated */
/* The subject of a site's other port, or NULL. */
const struct subject *host_view_peer(const struct host_view *,
	    const struct subject *);

#endif
