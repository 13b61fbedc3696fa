/* SPDX-License-Identifier: ISC */
/*
 * fleet.h - the ports of several hosts beside each other, for the rules that
 * no single host can break: those of a farm, and those of the whole fleet.
 * Views borrow everything; they live for one run of the rules.
 */
#ifndef CWAUDIT_FLEET_H
#define CWAUDIT_FLEET_H

#include "cwaudit/check.h"

/* A port, and what it presents. */
struct port {
	const struct endpoint	*endpoint;
	const struct cert	*leaf;		/* of the last look; NULL: none */
	const struct cert	*last_leaf;	/* the last one ever seen here */
	const struct chain	*last_chain;	/* of last_leaf; NULL where that is */
	enum role		 role;		/* as its host was last judged */
	int64_t			 leaf_since;	/* this leaf first seen here */
};

/* The sites that publish one thing together. */
struct farm_view {
	const struct farm	*farm;
	const struct port	*nodes;		/* their HTTPS ports */
	size_t			 n;
	const struct port	*fronts;	/* the virtual addresses before them */
	size_t			 n_fronts;
	int64_t			 now;
	int64_t			 split_since;	/* when they began to differ;
						 * CLOCK_NEVER: they do not, or
						 * unknown */
	int64_t			 rollout_s;
	/* SHA-256 of a leaf that was on several nodes; NULL: not known to be */
	const uint8_t		*copied;
	bool			 one_shot;
};

/* What the DNS says of a name that browsers ask for. */
enum dns_answer {
	DNS_UNKNOWN,		/* nobody answered, or not asked */
	DNS_NONE,		/* an answer: no such name, no address */
	DNS_FOUND,
};

struct dns_name {
	const char	*name;
	enum dns_answer	 answer;
	const char	*error;		/* plain words; NULL where found */
	struct strings	 addresses;	/* literals */
	/* the addresses that belong to the site; known: all of them are here */
	struct strings	 expected;
	bool		 known;
};

/* A site whose names are resolved: `names_dns: yes`. */
struct dns_site {
	const struct endpoint	*endpoint;	/* whose settings count */
	const char		*site;		/* site host */
	const struct dns_name	*names;
	size_t			 n;
};

struct fleet_view {
	const struct inventory	*inventory;
	const struct port	*ports;		/* inventory order */
	size_t			 n;
	const struct dns_site	*dns;
	size_t			 n_dns;
	int64_t			 now;
};

/* What a check says of several hosts at once. All zero is an empty one. */
struct shared {
	struct why		 why;
	struct text		 about;		/* "key 64c0...": part of the id */
	const struct site	*site;		/* NULL: no one site's matter */
	/*
	 * Whose settings decide: it is as severe as for the one that takes it
	 * most seriously, and waived where each of them waives it.
	 */
	const struct endpoint	**concerned;
	size_t			  n, cap;
};

void	shared_done(struct shared *);
void	shared_concern(struct shared *, const struct endpoint *);

/* Takes what shared holds. */
typedef void shared_fn(void *ctx, struct shared *);

typedef enum verdict check_farm_fn(const struct farm_view *, struct shared *);
/*
 * Says each thing that is wrong; the verdict is about all the rest: it passes,
 * or is unknown or not applicable where there was nothing to judge.
 */
typedef enum verdict check_fleet_fn(const struct fleet_view *, shared_fn *say,
	    void *ctx);

/* check_farm.c */
check_farm_fn	check_farm_split;
/* check_fleet.c */
check_fleet_fn	check_shared_key, check_chain_expiring;
/* check_dns.c */
check_fleet_fn	check_names_dns;

#endif
