/* SPDX-License-Identifier: ISC */
/* route_host.c - one host: from the store and the inventory to its page. */
#include "route_host.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/subject.h"

/* The last certificate that a port presented; borrowed; NULL: none. */
static const struct cert *
last_leaf(const struct ledger *l, const struct endpoint *e)
{
	const struct cert *leaf = NULL;

	for (size_t i = 0; i < l->n_sightings; i++) {
		const struct ledger_sighting *s = &l->sightings[i];

		if (s->leaf != NULL && s->port == e->port &&
		    strcmp(s->kind, endpoint_kind_name(e->kind)) == 0 &&
		    text_equal(s->site, endpoint_site(e)))
			leaf = s->leaf;
	}
	return leaf;
}

static void
add_port(struct snapshot *s, const struct endpoint *e, const struct ledger *l)
{
	struct snapshot_endpoint *p = &s->endpoints[s->n_endpoints++];
	const struct cert *leaf = last_leaf(l, e);

	p->endpoint = e;
	p->leaf = leaf != NULL ? cert_ref(leaf) : NULL;
}

/* By which layout each port is judged, as the auditor would. */
static void
settle(struct snapshot *s, const struct host *host, int64_t now)
{
	struct host_view view = { .host = host, .n = s->n_endpoints,
	    .now = now, .split_since = CLOCK_NEVER };

	view.subjects = xcalloc(view.n + 1, sizeof(*view.subjects));
	for (size_t i = 0; i < view.n; i++)
		view.subjects[i] = (struct subject){
			.inventory = s->inventory,
			.endpoint = s->endpoints[i].endpoint,
			.leaf = s->endpoints[i].leaf,
			.last_leaf = s->endpoints[i].leaf, .now = now,
		};
	host_view_settle(&view);
	for (size_t i = 0; i < view.n; i++) {
		s->endpoints[i].role = view.subjects[i].expect.role;
		s->endpoints[i].layout = view.subjects[i].layout;
	}
	host_view_done(&view);
	free(view.subjects);
}

static const struct published *
find_published(const struct inventory *inv, const char *url)
{
	for (size_t i = 0; i < inv->n_published; i++)
		if (text_equal(inv->published[i].url, url))
			return &inv->published[i];
	return NULL;
}

/* What the inventory has of it; NULL: nothing. */
static struct snapshot *
look_back(const struct setup *setup, const struct host *host,
    const struct published *pub, const struct ledger *l, int64_t now)
{
	const struct inventory *inv = setup->inventory;
	struct snapshot *s;

	if (host == NULL && pub == NULL)
		return NULL;
	s = snapshot_new(setup->inventory);
	s->endpoints = xcalloc(inv->n_endpoints + 1, sizeof(*s->endpoints));
	for (size_t i = 0; i < inv->n_endpoints; i++)
		if (inv->endpoints[i].host == host &&
		    inv->endpoints[i].published == pub)
			add_port(s, &inv->endpoints[i], l);
	if (host != NULL)
		settle(s, host, now);
	return s;
}

static const struct assessed_host *
find_host(const struct assessment *a, const char *name)
{
	for (size_t i = 0; i < a->n_hosts; i++)
		if (text_equal(a->hosts[i].name, name))
			return &a->hosts[i];
	return NULL;
}

bool
route_host(const struct assessment *a, struct store *store,
    const struct setup *setup, const char *name, report_write_fn *write,
    void *ctx)
{
	const struct assessed_host *h = find_host(a, name);
	const struct host *host = h != NULL ? inventory_find(setup->inventory,
	    h->name) : NULL;
	const struct published *pub = h != NULL ? find_published(
	    setup->inventory, h->name) : NULL;
	struct ledger l = { .now = a->until };
	struct explain explain = {0};
	struct snapshot *s;
	struct text why = {0};
	bool ok;

	if (h == NULL || store == NULL ||
	    !store_read_history(store, h->name, &l, &why)) {
		text_done(&why);
		ledger_done(&l);
		return false;
	}
	s = look_back(setup, host, pub, &l, a->until);
	if (s != NULL)
		explain_init(&explain, s, host, pub);
	ok = report_web_host(&(struct web_host_page){ .assessment = a,
	    .host = h, .explain = s != NULL ? &explain : NULL,
	    .history = &l }, write, ctx);
	if (s != NULL)
		explain_done(&explain);
	snapshot_free(s);
	ledger_done(&l);
	return ok;
}
