/* SPDX-License-Identifier: ISC */
/*
 * fetch.h - small files by HTTP, from where the inventory allows it.
 * The URLs stand in certificates: whoever presents one chooses them. The list
 * of hosts is the only gate, and it is asked before every connection, also of
 * a redirect; what a host on it resolves to, a loopback address included, is
 * the matter of who named it. Plain http alone: what comes is signed.
 */
#ifndef FETCH_H
#define FETCH_H

#include "cwaudit/clock.h"
#include "cwaudit/text.h"

#define FETCH_REDIRECTS	3
#define FETCH_AT_ONCE	8	/* transfers; the others wait */
#define FETCH_MS	10000	/* of one, redirects and all */
#define FETCH_WAIT_MS	30000	/* the same with the wait for its turn */
#define FETCH_SORE_MS	60000	/* what failed is not tried again so soon */

struct event_base;
struct fetcher;

struct fetch_options {
	struct event_base *base;
	const struct clock *clock;
	const char	*user_agent;
	const struct strings *resolver_servers;	/* empty: the system's */
	int64_t		 resolver_timeout_ms;
};

struct fetch_order {			/* all borrowed for the call */
	const char	*url;
	const struct text *body;	/* POSTed; NULL: GET */
	const char	*type;		/* of body: a Content-Type */
	const struct strings *hosts;	/* see fetch_allowed */
	const char	*proxy;		/* URL; NULL: none, whatever the environment */
	const char	*proxy_credentials; /* path; NULL: none */
	int		 families;	/* FAMILY_* bits */
	size_t		 max;		/* bytes; more is an error */
};

/*
 * bytes borrowed for the call; NULL: the words say why, escaped. Never called
 * from within fetcher_get.
 */
typedef void fetch_done_fn(void *ctx, const struct text *bytes,
	    const char *words);

/* NULL: *why. */
struct fetcher	*fetcher_new(const struct fetch_options *, struct text *why)
		    MUST_USE;
/* One transfer for all that ask for the same meanwhile. */
void		 fetcher_get(struct fetcher *, const struct fetch_order *,
		    fetch_done_fn *, void *ctx);
/* Ends what is under way without calling anybody. */
void		 fetcher_free(struct fetcher *);	/* NULL is fine */

/*
 * May this be fetched: http, no user or password, and a host of the list? An
 * entry without a port stands for port 80. False: *why.
 */
bool		 fetch_allowed(const char *url, const struct strings *hosts,
		    struct text *why) MUST_USE;

#endif
