/* SPDX-License-Identifier: ISC */
/*
 * subject.h - what a rule is asked about: an endpoint, what was seen there
 * and before, and beside it on the same host. Plain values and borrowed
 * pointers; audit.c fills them in, rules only read.
 */
#ifndef CWAUDIT_SUBJECT_H
#define CWAUDIT_SUBJECT_H

#include "cwaudit/bundle.h"
#include "cwaudit/chain.h"
#include "cwaudit/inventory.h"
#include "cwaudit/observation.h"
#include "cwaudit/revocation.h"

struct host_view;

struct subject {
	const struct inventory	*inventory;	/* NULL: none to compare with */
	const struct endpoint	*endpoint;
	const struct observation *seen;	/* the last look; NULL: none made yet */
	const struct cert	*leaf;	/* of the last look; NULL: none, or unreadable */
	const struct chain	*chain;	/* NULL where leaf is */
	const struct cert	*last_leaf;	/* the last one ever seen here, also
						 * where the last look brought none:
						 * decides layouts, is not judged */
	const struct revocation	*revocation;	/* of leaf; NULL: not asked, or no
						 * answer yet */
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
	/* a certificate that is not at work yet: `cwaudit check` */
	const char		*file;	/* what holds it, printable; NULL: a port */
	enum bundle_key		 key;	/* what its file tells of the private key */
	const struct host_view	*view;	/* set by settle; NULL: stands alone */
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
 * declared, layout, view and expect of every subject. Declared ones stand.
 * LAYOUT_AUTO is single where the site's HTTPS leaf is also presented on an
 * MTLS port of the host, or where it has the FQDN as CN (unless the FQDN is
 * the site host, which then tells nothing), or where no HTTPS leaf was seen
 * and an MTLS leaf carries the site host; else separate. All MTLS ports of a
 * host present one certificate, so they are judged as single if any site is.
 * A single certificate needs the names of the sites that are judged as
 * single. Call it before any rule; the view must not move afterwards.
 */
void	host_view_settle(struct host_view *);
void	host_view_done(struct host_view *);	/* what settle allocated */
/* The subject of a site's other port, or NULL. */
const struct subject *host_view_peer(const struct host_view *,
	    const struct subject *);
/* Both leaves seen and the same? */
bool	subject_same_leaf(const struct subject *, const struct subject *);

#endif
