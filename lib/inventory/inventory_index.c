/* SPDX-License-Identifier: ISC */
/*
 * inventory_index.c - what follows from an inventory once it is read:
 * duplicates, farms, endpoints, and the sorted arrays that find them.
 * Sorting, not hashing: no choice of names makes it slow.
 */
#include "inventory_parts.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

static int
compare_hosts(const void *a, const void *b)
{
	const struct host *x = *(const struct host *const *)a;
	const struct host *y = *(const struct host *const *)b;
	int c = strcmp(x->fqdn, y->fqdn);

	return c != 0 ? c : (x > y) - (x < y);
}

static int
compare_names(const void *a, const void *b)
{
	const struct site *x = *(const struct site *const *)a;
	const struct site *y = *(const struct site *const *)b;
	int c = strcmp(x->name, y->name);

	if (c != 0)
		return c;
	if (x->host != y->host)
		return (x->host > y->host) - (x->host < y->host);
	return (x > y) - (x < y);
}

static int
compare_farms(const void *a, const void *b)
{
	const struct site *x = *(const struct site *const *)a;
	const struct site *y = *(const struct site *const *)b;
	int c = strcmp(x->farm, y->farm);

	if (c != 0)
		return c;
	if (x->host != y->host)
		return (x->host > y->host) - (x->host < y->host);
	return (x > y) - (x < y);
}

static int
compare_published(const void *a, const void *b)
{
	const struct published *x = *(const struct published *const *)a;
	const struct published *y = *(const struct published *const *)b;
	int c = strcmp(x->name, y->name);

	if (c != 0)
		return c;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return (x > y) - (x < y);
}

/* Unreadable names are left out: this runs before problems are counted. */
void
inventory_sort(struct inventory *inv)
{
	struct inventory_own *own = inv->own;
	size_t sites = 0, hosts = 0;

	for (size_t i = 0; i < inv->n_hosts; i++)
		sites += inv->hosts[i].n_sites;
	own->by_fqdn = arena_new(&own->arena, inv->n_hosts,
	    sizeof(struct host *));
	own->by_name = arena_new(&own->arena, sites, sizeof(struct site *));
	for (size_t i = 0; i < inv->n_hosts; i++) {
		const struct host *h = &inv->hosts[i];

		if (h->fqdn != NULL)
			own->by_fqdn[hosts++] = h;
		for (size_t j = 0; j < h->n_sites; j++)
			if (h->sites[j].name != NULL)
				own->by_name[own->n_sites++] = &h->sites[j];
	}
	own->n_hosts = hosts;
	qsort(own->by_fqdn, hosts, sizeof(struct host *), compare_hosts);
	qsort(own->by_name, own->n_sites, sizeof(struct site *),
	    compare_names);
}

static void
check_published(struct inventory *inv, struct problems *ps)
{
	const struct published **sorted;
	size_t n = 0;

	sorted = xcalloc(inv->n_published, sizeof(struct published *));
	for (size_t i = 0; i < inv->n_published; i++)
		if (inv->published[i].name != NULL)
			sorted[n++] = &inv->published[i];
	qsort(sorted, n, sizeof(struct published *), compare_published);
	for (size_t i = 1; i < n; i++) {
		const struct published *p = sorted[i], *first = sorted[i - 1];

		if (strcmp(p->name, first->name) == 0 && p->port == first->port)
			problem_add(ps, p->file, p->line, p->column,
			    "%s:%u is already published at %s:%d", p->name,
			    p->port, first->file, first->line);
	}
	free(sorted);
}

void
inventory_check_duplicates(struct inventory *inv, struct problems *ps)
{
	const struct host **sorted = inv->own->by_fqdn;

	for (size_t i = 1; i < inv->own->n_hosts; i++)
		if (strcmp(sorted[i]->fqdn, sorted[i - 1]->fqdn) == 0)
			problem_add(ps, sorted[i]->file, sorted[i]->line,
			    sorted[i]->column, "host %s is already at %s:%d",
			    sorted[i]->fqdn, sorted[i - 1]->file,
			    sorted[i - 1]->line);
	check_published(inv, ps);
}

void
inventory_check_waivers(const struct inventory *inv,
    const struct inventory_reading *in, struct problems *ps)
{
	for (const struct waived_site *w = in->waived_sites; w != NULL;
	    w = w->next) {
		bool found = inventory_find_site(inv, w->site) != NULL;

		for (size_t i = 0; !found && i < inv->n_published; i++)
			found = inv->published[i].name != NULL &&
			    strcmp(inv->published[i].name, w->site) == 0;
		if (!found)
			problem_add(ps, w->file, w->line, w->column,
			    "no site or published entry is called \"%s\"",
			    w->site);
	}
}

static void
add_farm(struct inventory *inv, const struct site **sites, size_t n)
{
	if (n < 2)
		return;
	inv->farms[inv->n_farms++] = (struct farm){
		.key = sites[0]->farm, .sites = sites, .n = n,
	};
}

static void
find_farms(struct inventory *inv)
{
	struct inventory_own *own = inv->own;
	const struct site **sorted;
	size_t n = 0, first = 0;

	sorted = arena_new(&own->arena, own->n_sites, sizeof(struct site *));
	for (size_t i = 0; i < own->n_sites; i++)
		if (own->by_name[i]->host->state != HOST_RETIRED)
			sorted[n++] = own->by_name[i];
	qsort(sorted, n, sizeof(struct site *), compare_farms);
	inv->farms = arena_new(&own->arena, n / 2, sizeof(*inv->farms));
	for (size_t i = 1; i <= n; i++) {
		if (i < n && strcmp(sorted[i]->farm, sorted[first]->farm) == 0)
			continue;
		add_farm(inv, sorted + first, i - first);
		first = i;
	}
}

static void
add_endpoint(struct inventory *inv, const struct endpoint *ep)
{
	struct endpoint *to = &inv->endpoints[inv->n_endpoints];

	*to = *ep;
	to->index = inv->n_endpoints++;
}

static void
add_site_endpoints(struct inventory *inv, const struct site *s)
{
	const struct host *h = s->host;
	struct endpoint ep = {
		.kind = ENDPOINT_HTTPS, .host = h, .site = s,
		.name = s->name, .port = s->listen_port,
		.settings = s->settings,
	};

	ep.address = s->listen_address != NULL ? s->listen_address :
	    h->address;
	ep.resolve = ep.address == NULL ? h->fqdn : NULL;
	if (s->tls)
		add_endpoint(inv, &ep);
	ep.kind = ENDPOINT_MTLS;
	ep.name = h->fqdn;
	ep.address = h->address;
	ep.resolve = h->address == NULL ? h->fqdn : NULL;
	ep.port = s->mtls_port;
	if (s->mtls_port != 0)
		add_endpoint(inv, &ep);
}

static void
add_published_endpoint(struct inventory *inv, const struct published *p)
{
	add_endpoint(inv, &(struct endpoint){
		.kind = ENDPOINT_PUBLISHED, .published = p, .name = p->name,
		.resolve = p->address == NULL ? p->name : NULL,
		.address = p->address, .port = p->port,
		.settings = p->settings,
	});
}

void
inventory_index(struct inventory *inv)
{
	struct inventory_own *own = inv->own;

	find_farms(inv);
	inv->endpoints = arena_new(&own->arena,
	    2 * own->n_sites + inv->n_published, sizeof(*inv->endpoints));
	own->first = arena_new(&own->arena, inv->n_hosts + 1, sizeof(size_t));
	for (size_t i = 0; i < inv->n_hosts; i++) {
		const struct host *h = &inv->hosts[i];

		own->first[i] = inv->n_endpoints;
		for (size_t j = 0; j < h->n_sites; j++)
			if (h->state != HOST_RETIRED &&
			    h->sites[j].settings->probe)
				add_site_endpoints(inv, &h->sites[j]);
	}
	own->first[inv->n_hosts] = inv->n_endpoints;
	for (size_t i = 0; i < inv->n_published; i++)
		if (inv->published[i].settings->probe)
			add_published_endpoint(inv, &inv->published[i]);
}

static int
fqdn_is(const void *name, const void *host)
{
	return strcmp(name, (*(const struct host *const *)host)->fqdn);
}

const struct host *
inventory_find(const struct inventory *inv, const char *fqdn)
{
	char *name = xstrdup(fqdn);
	const struct host **found;

	text_lower(name);
	found = bsearch(name, inv->own->by_fqdn, inv->own->n_hosts,
	    sizeof(struct host *), fqdn_is);
	free(name);
	return found != NULL ? *found : NULL;
}

const struct site *
inventory_find_site(const struct inventory *inv, const char *name)
{
	const struct site *const *sites = inv->own->by_name;
	size_t low = 0, high = inv->own->n_sites;
	char *key = xstrdup(name);
	bool found;

	text_lower(key);
	while (low < high) {		/* the first of that name */
		size_t mid = low + (high - low) / 2;

		if (strcmp(sites[mid]->name, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	found = low < inv->own->n_sites && strcmp(sites[low]->name, key) == 0;
	free(key);
	return found ? sites[low] : NULL;
}

static int
farm_is(const void *key, const void *farm)
{
	return strcmp(key, ((const struct farm *)farm)->key);
}

const struct farm *
inventory_farm(const struct inventory *inv, const struct site *s)
{
	if (inv->n_farms == 0 || s->host->state == HOST_RETIRED)
		return NULL;
	return bsearch(s->farm, inv->farms, inv->n_farms, sizeof(struct farm),
	    farm_is);
}

const struct endpoint *
inventory_endpoints(const struct inventory *inv, const struct host *h,
    size_t *n)
{
	size_t i = (size_t)(h - inv->hosts);

	*n = inv->own->first[i + 1] - inv->own->first[i];
	return inv->endpoints + inv->own->first[i];
}
