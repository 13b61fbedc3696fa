/* SPDX-License-Identifier: ISC */
/*
 * inventory.h - inventory text to endpoints.
 * Strict: unknown keys, wrong types, doubled hosts, unknown trust or rule
 * names are problems with a place, all found in one go; with one problem
 * nothing is loaded.
 */
#ifndef CWAUDIT_INVENTORY_H
#define CWAUDIT_INVENTORY_H

#include "cwaudit/endpoint.h"
#include "cwaudit/problem.h"

struct trust_file {		/* roots: {corp: corp-roots.pem, public: system} */
	char	*name;
	char	*path;		/* resolved against the inventory; NULL: system */
	int	 line, column;
};

struct farm {			/* two sites or more that publish one thing
				 * together, in inventory order; not retired */
	char		 *key;
	const struct site **sites;
	size_t		  n;
};

/*
 * Endpoints: hosts in order of the files, their sites in order, HTTPS before
 * MTLS, published ones last. None for retired hosts, where `probe` is off, for
 * HTTPS with `tls: no`, for MTLS on an unknown port.
 */
struct inventory {
	struct host	 *hosts;	size_t n_hosts;
	struct published *published;	size_t n_published;
	struct endpoint	 *endpoints;	size_t n_endpoints;
	struct farm	 *farms;	size_t n_farms;	/* by key */
	struct trust_file *trust;	size_t n_trust;
	uint8_t		  sha256[32];	/* over all files read, in order */
	/* the rest is inventory.c's own */
	struct inventory_own *own;
};

/* How the caller lends the world: files and the rule table. */
struct inventory_io {
	/*
	 * Reads a file whole; false: *out holds the reason instead, without
	 * the path. The caller of inventory_parse bounds the size by
	 * NODE_MAX_BYTES.
	 */
	bool	(*read_file)(void *ctx, const char *path, struct text *out);
	/* Appends the paths that a pattern matches, sorted. */
	void	(*glob)(void *ctx, const char *pattern, struct strings *out);
	void	*ctx;
	const char *const *rules;	/* known rule ids; NULL: names of rules
					 * are not checked */
	size_t	 n_rules;
	enum severity (*rule_severity)(const char *id);	/* its own severity;
							 * NULL: not checked */
};

/*
 * Holds one reference; NULL after at least one problem. An inventory with
 * neither a host nor a published entry is a problem, too: it would end every
 * finding there is.
 */
struct inventory *inventory_parse(const char *path, const struct inventory_io *,
	    struct problems *) MUST_USE;
struct inventory *inventory_ref(struct inventory *);	/* any thread */
void	inventory_unref(struct inventory *);		/* NULL is fine */

/* By FQDN, ASCII case folded; NULL if none. */
const struct host *inventory_find(const struct inventory *, const char *fqdn);
/* A site of any host with this site host, or NULL. */
const struct site *inventory_find_site(const struct inventory *,
	    const char *name);
/* Its farm (several sites with one key), or NULL where it stands alone. */
const struct farm *inventory_farm(const struct inventory *,
	    const struct site *);
/* The endpoints of a host: the first, and how many follow each other. */
const struct endpoint *inventory_endpoints(const struct inventory *,
	    const struct host *, size_t *n);

#endif
