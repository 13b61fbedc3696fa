/* SPDX-License-Identifier: ISC */
/* record.c - values on their way to the store. */
#include "record.h"

#include <stdlib.h>

#include "cwaudit/mem.h"

void
thing_init_port(struct thing *t, const struct endpoint *e)
{
	thing_init(t, endpoint_owner(e), endpoint_kind_name(e->kind));
	free(t->site);
	t->site = xstrdup(endpoint_site(e));
	t->port = e->port;
}

void
thing_init(struct thing *t, const char *owner, const char *kind)
{
	*t = (struct thing){ .owner = xstrdup(owner), .kind = kind,
	    .site = xstrdup("") };
}

void
thing_done(struct thing *t)
{
	free(t->owner);
	free(t->site);
	*t = (struct thing){0};
}

void
memory_done(struct memory *m)
{
	cert_unref(m->leaf);
	chain_unref(m->chain);
	cert_unref(m->accepted);
	chain_unref(m->accepted_chain);
	cert_unref(m->previous);
	cert_unref(m->refused);
	*m = (struct memory){0};
}

static void
record_done(struct record *r)
{
	thing_done(&r->thing);
	event_done(&r->event);
	text_done(&r->state);
	observation_free(r->seen);
	cert_unref(r->leaf);
	chain_unref(r->sent);
	memory_done(&r->memory);
	text_done(&r->text);
}

struct record *
records_add(struct records *rs, enum record_kind kind, int64_t at)
{
	struct record *r;

	rs->item = xgrow(rs->item, rs->n, &rs->cap, sizeof(*rs->item));
	r = &rs->item[rs->n++];
	*r = (struct record){ .kind = kind, .at = at };
	return r;
}

void
records_done(struct records *rs)
{
	for (size_t i = 0; i < rs->n; i++)
		record_done(&rs->item[i]);
	free(rs->item);
	*rs = (struct records){0};
}
