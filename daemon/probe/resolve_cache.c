/* SPDX-License-Identifier: ISC */
/* resolve_cache.c - a tree by name and families; old entries go in passing. */
#include "resolve_cache.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define SWEEP_FROM	1024	/* entries: of fewer the old ones may stay */

struct kept {
	char			*name;
	int			 families;
	int64_t			 until_ms;
	struct resolve_answer	 answer;
};

struct resolve_cache {
	void		*tree;
	struct kept	**entry;	/* the same, to walk */
	size_t		 n, cap;
	size_t		 sweep_at;	/* entries at which the old ones go */
};

static int
by_name(const void *x, const void *y)
{
	const struct kept *a = x, *b = y;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : a->families - b->families;
}

struct resolve_cache *
resolve_cache_new(void)
{
	struct resolve_cache *c = xcalloc(1, sizeof(*c));

	c->sweep_at = SWEEP_FROM;
	return c;
}

static void
kept_free(struct kept *e)
{
	free(e->name);
	free(e);
}

static void
leave_node(void *node)
{
	(void)node;		/* entries are freed by the list */
}

void
resolve_cache_free(struct resolve_cache *c)
{
	if (c == NULL)
		return;
	tdestroy(c->tree, leave_node);
	for (size_t i = 0; i < c->n; i++)
		kept_free(c->entry[i]);
	free(c->entry);
	free(c);
}

static struct kept *
kept_find(const struct resolve_cache *c, const char *name, int families)
{
	struct kept key = { .name = (char *)(uintptr_t)name,
	    .families = families };
	struct kept *const *node = tfind(&key, &c->tree, by_name);

	return node != NULL ? *node : NULL;
}

const struct resolve_answer *
resolve_cache_find(struct resolve_cache *c, const char *name, int families,
    int64_t now_ms)
{
	const struct kept *e = kept_find(c, name, families);

	return e != NULL && now_ms < e->until_ms ? &e->answer : NULL;
}

/* Names that left the inventory must not stay for years. */
static void
drop_old(struct resolve_cache *c, int64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct kept *e = c->entry[i];

		if (now_ms < e->until_ms) {
			c->entry[kept++] = e;
			continue;
		}
		(void)tdelete(e, &c->tree, by_name);
		kept_free(e);
	}
	c->n = kept;
	c->sweep_at = kept * 2 > SWEEP_FROM ? kept * 2 : SWEEP_FROM;
}

void
resolve_cache_keep(struct resolve_cache *c, const char *name, int families,
    const struct resolve_answer *answer, int64_t ttl_s, int64_t now_ms)
{
	struct kept *e = kept_find(c, name, families);

	if (ttl_s <= 0 || answer->n == 0)
		return;
	if (e == NULL) {
		if (c->n >= c->sweep_at)
			drop_old(c, now_ms);
		e = xcalloc(1, sizeof(*e));
		e->name = xstrdup(name);
		e->families = families;
		if (tsearch(e, &c->tree, by_name) == NULL)
			abort();		/* no memory */
		c->entry = xgrow(c->entry, c->n, &c->cap, sizeof(*c->entry));
		c->entry[c->n++] = e;
	}
	e->answer = *answer;
	e->until_ms = now_ms + 1000 * (ttl_s < RESOLVE_KEEP_S ? ttl_s :
	    RESOLVE_KEEP_S);
}
