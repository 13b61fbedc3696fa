/* SPDX-License-Identifier: ISC */
/*
 * snapshot.h - one immutable view of everything that was seen and judged.
 * All outputs are made from it, so that all of them tell the same truth.
 * audit.c fills it in; whoever holds it may read it from any thread.
 */
#ifndef CWAUDIT_SNAPSHOT_H
#define CWAUDIT_SNAPSHOT_H

#include "cwaudit/rule.h"
#include "cwaudit/unassessed.h"

struct snapshot_endpoint {
	const struct endpoint	 *endpoint;
	const struct observation *seen;	/* the last look, owned by a reference;
					 * NULL: none was made */
	const struct cert	 *leaf;	/* reference; NULL: none, or unreadable */
	const struct chain	 *chain;	/* reference; NULL where leaf is */
	enum role		  role;		/* as judged */
	enum layout		  layout;	/* as judged; LAYOUT_AUTO: published */
	bool			  unreadable;
	size_t			  first_result, n_results; /* in results, own ones */
};

struct snapshot {
	int64_t			  started, finished;	/* seconds UTC */
	struct inventory	 *inventory;	/* reference */
	struct snapshot_endpoint *endpoints;	/* inventory order */
	size_t			  n_endpoints;
	/*
	 * All answers of all rules: those of an endpoint stand together, those
	 * of a host as a whole, of farms and of the fleet come after them.
	 */
	struct results		  results;
	size_t			  first_shared;	/* index of the first of these */
	/* the hosts that were asked for and have an endpoint here */
	size_t			  n_hosts;
};

struct snapshot_count {
	size_t	hosts, endpoints, observed;
	size_t	findings[SEVERITY_N];	/* not waived */
	size_t	waived;
	size_t	not_assessed;	/* what snapshot_unassessed lists */
};

struct snapshot	*snapshot_new(struct inventory *);	/* takes a reference */
void		 snapshot_free(struct snapshot *);	/* NULL is fine */
void		 snapshot_count(const struct snapshot *, struct snapshot_count *);
/* The worst severity of what counts (waived does not), SEVERITY_OFF if none. */
enum severity	 snapshot_worst(const struct snapshot *);
/* Every endpoint observed? */
bool		 snapshot_complete(const struct snapshot *);
/*
 * Was this host asked for? All were where every endpoint of the inventory is
 * here; else those of which one is.
 */
bool		 snapshot_covers(const struct snapshot *, const struct host *);

/* Whatever the inventory keeps out of it, of what was asked for. */
void		 snapshot_unassessed(const struct snapshot *, unassessed_fn *,
		    void *ctx);

/* What a report says of one endpoint, whether a look was made or not. */
enum outcome	 snapshot_outcome(const struct snapshot_endpoint *);
bool		 snapshot_observed(const struct snapshot_endpoint *);
/* The address looked at, else the inventory's literal; NULL: not known. */
const char	*snapshot_address(const struct snapshot_endpoint *);
/* "10.20.30.42:443"; the name stands in where no address is known. */
void		 snapshot_place(const struct snapshot_endpoint *, struct text *);
/* What happened, and why there is no proof; empty where there is no more to
 * say than the outcome. */
void		 snapshot_detail(const struct snapshot_endpoint *, struct text *);
/* Whole days from `finished` to an end, rounded down: negative once past. */
int64_t		 snapshot_days_left(const struct snapshot *, const struct cert *);

#endif
