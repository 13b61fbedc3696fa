/* SPDX-License-Identifier: ISC */
#include "fleet.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define PORTS_PER_HOST	(2 * FLEET_SITES)

uint32_t
fleet_host_address(const struct fleet *f, size_t host)
{
	return f->net + (uint32_t)host + 1;
}

uint32_t
fleet_front_address(const struct fleet *f, size_t front)
{
	return f->net + 0xff00 + (uint32_t)front + 1;
}

struct port *
fleet_port(const struct fleet *f, size_t host, size_t site, int which)
{
	if (fleet_hosts[host].site[site].name == NULL)
		return NULL;
	return &f->ports[host * PORTS_PER_HOST + 2 * site + (size_t)which];
}

static const struct leaf *
mint(struct fleet *f, const char *order, const char *host, const char *site)
{
	f->leaves = xgrow(f->leaves, f->n_leaves, &f->cap_leaves,
	    sizeof *f->leaves);
	f->leaves[f->n_leaves] = leaf_new(order, host, site);
	return f->leaves[f->n_leaves++];
}

/* "=HOST" or "=HOST/mtls": what that host's first site presents. */
static const struct leaf *
borrow(struct fleet *f, const char *name)
{
	size_t len = strcspn(name, "/");
	int which = name[len] == '/';

	for (size_t i = 0; i < n_fleet_hosts; i++)
		if (strlen(fleet_hosts[i].fqdn) == len &&
		    memcmp(fleet_hosts[i].fqdn, name, len) == 0)
			return fleet_port(f, i, 0, which)->leaf;
	errx(1, "fleet: the table names no host '%s'", name);
}

static const struct leaf *
get_leaf(struct fleet *f, const char *order, const char *host,
    const char *site)
{
	if (order[0] == '=')
		return borrow(f, order + 1);
	return mint(f, order, host, site);
}

static void
init_site(struct fleet *f, size_t host, size_t site)
{
	const struct fleet_host *h = &fleet_hosts[host];
	const struct fleet_site *s = &h->site[site];
	struct port *https = fleet_port(f, host, site, 0);
	struct port *mtls = fleet_port(f, host, site, 1);

	if (https == NULL)
		return;
	https->address = mtls->address = fleet_host_address(f, host);
	https->does = (uint8_t)s->https_does;
	mtls->does = (uint8_t)s->mtls_does;
	mtls->mtls = true;
	https->leaf = get_leaf(f, s->https, h->fqdn, s->name);
	mtls->leaf = s->mtls == NULL ? https->leaf :
	    get_leaf(f, s->mtls, h->fqdn, s->name);
}

/* Numbers come last: the base may be tried anew. */
static void
number_ports(struct fleet *f)
{
	for (size_t i = 0; i < n_fleet_hosts * PORTS_PER_HOST; i++)
		f->ports[i].number = (uint16_t)(f->base + i / 2 % FLEET_SITES +
		    (i % 2 ? FLEET_MTLS : FLEET_HTTPS));
	for (size_t i = 0; i < n_fleet_fronts; i++)
		f->ports[n_fleet_hosts * PORTS_PER_HOST + i].number =
		    (uint16_t)(f->base + FLEET_HTTPS);
}

void
fleet_init(struct fleet *f, uint32_t net, uint16_t base)
{
	memset(f, 0, sizeof *f);
	f->net = net;
	f->base = base;
	f->n_ports = n_fleet_hosts * PORTS_PER_HOST + n_fleet_fronts;
	f->ports = xcalloc(f->n_ports, sizeof *f->ports);
	for (size_t i = 0; i < n_fleet_hosts; i++)
		for (size_t s = 0; s < FLEET_SITES; s++)
			init_site(f, i, s);
	for (size_t i = 0; i < n_fleet_fronts; i++) {
		struct port *p = &f->ports[n_fleet_hosts * PORTS_PER_HOST + i];

		p->address = fleet_front_address(f, i);
		p->leaf = get_leaf(f, fleet_fronts[i].leaf, "",
		    fleet_fronts[i].name);
	}
}

static int
open_all(struct fleet *f, struct port_world *w)
{
	int error = 0;

	number_ports(f);
	for (size_t i = 0; i < f->n_ports && error == 0; i++)
		if (f->ports[i].leaf != NULL)
			error = port_open(&f->ports[i], w);
	for (size_t i = 0; i < f->n_ports && error != 0; i++)
		port_close(&f->ports[i]);
	return error;
}

int
fleet_open(struct fleet *f, struct port_world *w)
{
	int error = EADDRINUSE;

	if (f->base != 0)
		return open_all(f, w);
	/* Below the range from which the kernel takes ports for clients. */
	for (unsigned base = 20000; base < 32000 && error == EADDRINUSE;
	    base += 1000) {
		f->base = (uint16_t)base;
		error = open_all(f, w);
	}
	return error;
}

void
fleet_reissue(struct fleet *f, struct text *out)
{
	for (size_t i = 0; i < n_fleet_hosts; i++) {
		const struct fleet_host *h = &fleet_hosts[i];
		bool bad = f->reissues % 2 == 0;
		const struct leaf *leaf;

		if (h->bad_reissue == NULL)
			continue;
		leaf = mint(f, bad ? h->bad_reissue : h->good_reissue,
		    h->fqdn, h->site[0].name);
		fleet_port(f, i, 0, 0)->leaf = leaf;
		fleet_port(f, i, 0, 1)->leaf = leaf;
		f->reissues++;
		text_addf(out, "reissue %s %s sha256=", h->fqdn,
		    bad ? "bad" : "good");
		text_add_hex(out, leaf->sha256, sizeof leaf->sha256);
		return;
	}
}

void
fleet_done(struct fleet *f)
{
	for (size_t i = 0; i < f->n_ports; i++)
		port_close(&f->ports[i]);
	for (size_t i = 0; i < f->n_leaves; i++)
		leaf_free(f->leaves[i]);
	free(f->leaves);
	free(f->ports);
}
