/* SPDX-License-Identifier: ISC */
/* gate.c - lines before closed gates, and networks by their prefix. */
#include "gate.h"

#include <netinet/in.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

bool
gate_is_open(const struct gate *g, unsigned most)
{
	return most == 0 || g->inside < most;
}

void
gate_wait(struct gate *g, struct spot *s)
{
	s->waits = true;
	s->behind = NULL;
	if (g->first == NULL)
		g->first = s;
	else
		g->last->behind = s;
	g->last = s;
}

struct spot *
gate_call(struct gate *g)
{
	struct spot *s = g->first;

	if (s == NULL)
		return NULL;
	g->first = s->behind;
	s->behind = NULL;
	s->waits = false;
	return s;
}

/* ---- networks ---- */

struct net {
	uint8_t		 prefix[9];	/* its version of IP before it */
	struct gate	 gate;
};

struct nets {
	void		*tree;		/* of struct net; tsearch(3) */
};

struct nets *
nets_new(void)
{
	return xcalloc(1, sizeof(struct nets));
}

void
nets_free(struct nets *all)
{
	if (all == NULL)
		return;
	tdestroy(all->tree, free);
	free(all);
}

static int
by_prefix(const void *a, const void *b)
{
	return memcmp(((const struct net *)a)->prefix,
	    ((const struct net *)b)->prefix, sizeof(((struct net *)0)->prefix));
}

static bool
set_prefix(struct net *n, const struct sockaddr_storage *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memset(n, 0, sizeof(*n));
	if (address->ss_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		n->prefix[0] = 4;
		memcpy(&n->prefix[1], &v4.sin_addr, 3);
		return true;
	}
	if (address->ss_family != AF_INET6)
		return false;
	memcpy(&v6, address, sizeof(v6));
	n->prefix[0] = 6;
	memcpy(&n->prefix[1], &v6.sin6_addr, 8);
	return true;
}

struct gate *
nets_find(struct nets *all, const struct sockaddr_storage *address)
{
	struct net want, **found;

	if (!set_prefix(&want, address))
		return NULL;
	found = tfind(&want, &all->tree, by_prefix);
	if (found == NULL) {
		struct net *n = xmemdup(&want, sizeof(want));

		found = tsearch(n, &all->tree, by_prefix);
		if (found == NULL)
			abort();	/* no memory */
	}
	return &(*found)->gate;
}
