/* SPDX-License-Identifier: ISC */
/*
 * audit_fleet.c - the rules over several hosts. A farm is judged soon after
 * one of its nodes changed, all farms and the fleet when a cycle ends: never
 * the whole fleet for one look.
 */
#include <stdlib.h>
#include <string.h>

#include "audit_own.h"
#include "cwaudit/mem.h"

#define FARMS_EVERY_MS	1000	/* nodes change together: judge once */

static struct port
port_of(const struct spot *s)
{
	return (struct port){
		.endpoint = s->endpoint, .leaf = s->leaf,
		.last_leaf = s->last_leaf, .last_chain = s->last_chain,
		.role = s->role, .leaf_since = s->leaf_since,
	};
}

static void
add_member(size_t **list, size_t *n, size_t index)
{
	*list = xrealloc(*list, *n + 1, sizeof(**list));
	(*list)[(*n)++] = index;
}

/* ---- which endpoints are a farm's ---- */

struct named { const char *name; uint16_t port; size_t farm; };

static int
by_name(const void *x, const void *y)
{
	const struct named *a = x, *b = y;
	int c = strcmp(a->name, b->name);

	return c != 0 ? c : (a->port > b->port) - (a->port < b->port);
}

static void
load_nodes(struct audit *a, size_t i)
{
	const struct farm *farm = &a->inventory->farms[i];
	struct farm_memory *m = &a->farms[i];

	m->split_since = CLOCK_NEVER;
	for (size_t k = 0; k < farm->n; k++) {
		size_t n;
		const struct endpoint *e = inventory_endpoints(a->inventory,
		    farm->sites[k]->host, &n);

		for (size_t j = 0; j < n; j++) {
			if (e[j].site != farm->sites[k] ||
			    e[j].kind != ENDPOINT_HTTPS)
				continue;
			add_member(&m->nodes, &m->n_nodes, e[j].index);
			a->farm_of[e[j].index] = i;
		}
	}
}

static void
load_fronts(struct audit *a)
{
	const struct inventory *inv = a->inventory;
	struct named *names = xcalloc(inv->n_farms, sizeof(*names)), *found;

	for (size_t i = 0; i < inv->n_farms; i++)
		names[i] = (struct named){ inv->farms[i].sites[0]->name,
		    inv->farms[i].sites[0]->url_port, i };
	if (inv->n_farms > 1)
		qsort(names, inv->n_farms, sizeof(*names), by_name);
	for (size_t i = inv->n_endpoints; i-- > 0;) {
		const struct published *p = inv->endpoints[i].published;
		struct named want;

		if (p == NULL)
			break;		/* they come last */
		want = (struct named){ p->name, p->port, 0 };
		found = p->kind != PUBLISHED_VIRTUAL || inv->n_farms == 0 ?
		    NULL : bsearch(&want, names, inv->n_farms, sizeof(want),
		    by_name);
		if (found == NULL)
			continue;
		add_member(&a->farms[found->farm].fronts,
		    &a->farms[found->farm].n_fronts, i);
		a->farm_of[i] = found->farm;
	}
	free(names);
}

void
audit_load_farms(struct audit *a)
{
	const struct inventory *inv = a->inventory;

	a->farms = xcalloc(inv->n_farms, sizeof(*a->farms));
	a->farm_of = xcalloc(inv->n_endpoints, sizeof(*a->farm_of));
	for (size_t i = 0; i < inv->n_endpoints; i++)
		a->farm_of[i] = SIZE_MAX;
	for (size_t i = 0; i < inv->n_farms; i++)
		load_nodes(a, i);
	load_fronts(a);
}

void
audit_unload_farms(struct audit *a)
{
	for (size_t i = 0; i < a->inventory->n_farms; i++) {
		free(a->farms[i].nodes);
		free(a->farms[i].fronts);
	}
	free(a->farms);
	free(a->farm_of);
}

static int
farm_is(const void *key, const void *farm)
{
	return strcmp(key, ((const struct farm *)farm)->key);
}

size_t
audit_find_farm(const struct audit *a, const char *key)
{
	const struct farm *found = a->inventory->n_farms == 0 ? NULL :
	    bsearch(key, a->inventory->farms, a->inventory->n_farms,
	    sizeof(*found), farm_is);

	return found != NULL ? (size_t)(found - a->inventory->farms) :
	    SIZE_MAX;
}

void
audit_inherit_farms(struct audit *a, const struct audit *before)
{
	for (size_t i = 0; i < before->inventory->n_farms; i++) {
		size_t k = audit_find_farm(a, before->inventory->farms[i].key);

		if (k == SIZE_MAX)
			continue;
		a->farms[k].split_since = before->farms[i].split_since;
		a->farms[k].copied = before->farms[i].copied;
		memcpy(a->farms[k].leaf, before->farms[i].leaf, CERT_SHA256);
		memcpy(a->farms[k].kept, before->farms[i].kept, CERT_SHA256);
	}
}

/* ---- judging ---- */

static struct port *
wanted_ports(const struct audit *a, const size_t *index, size_t n,
    size_t *wanted)
{
	struct port *ports = xcalloc(n, sizeof(*ports));

	*wanted = 0;
	for (size_t i = 0; i < n; i++) {
		const struct spot *s = &a->spots[index != NULL ? index[i] : i];

		if (audit_wants(a, s->endpoint))
			ports[(*wanted)++] = port_of(s);
	}
	return ports;
}

static void
remember_split(struct farm_memory *m, const struct results *rs, size_t first,
    int64_t now)
{
	bool split = false;

	for (size_t i = first; i < rs->n; i++)
		split |= rs->item[i].verdict == VERDICT_FAIL ||
		    rs->item[i].verdict == VERDICT_UNKNOWN;
	if (!split)
		m->split_since = CLOCK_NEVER;
	else if (m->split_since == CLOCK_NEVER)
		m->split_since = now;
}

/* Until no node has it any more, who still has it is behind. */
static void
remember_copies(struct farm_memory *m, const struct farm_view *v)
{
	bool still = false;

	for (size_t i = 0; i < v->n; i++) {
		const struct port *p = &v->nodes[i];

		if (p->last_leaf == NULL || p->role != ROLE_HTTPS)
			continue;
		still |= m->copied &&
		    memcmp(p->last_leaf->sha256, m->leaf, CERT_SHA256) == 0;
		if (i == 0 || p->leaf == NULL || p[-1].leaf == NULL ||
		    memcmp(p->leaf->sha256, p[-1].leaf->sha256,
		    CERT_SHA256) != 0)
			continue;
		m->copied = still = true;
		memcpy(m->leaf, p->leaf->sha256, CERT_SHA256);
		break;
	}
	m->copied = m->copied && still;
}

static void
keep_split(struct audit *a, size_t i, const struct farm_memory *before)
{
	const struct farm_memory *m = &a->farms[i];
	struct text owner = {0};

	if (m->split_since == before->split_since &&
	    m->copied == before->copied && (!m->copied ||
	    memcmp(m->leaf, before->leaf, CERT_SHA256) == 0))
		return;
	text_addf(&owner, AUDIT_FARM "%s", a->inventory->farms[i].key);
	audit_keep_split(a, text_str(&owner), m->split_since,
	    m->copied ? m->leaf : NULL);
	text_done(&owner);
}

static void
judge_farm(struct audit *a, size_t i, struct results *out)
{
	struct farm_memory *m = &a->farms[i], before = *m;
	struct farm_view v = {
		.farm = &a->inventory->farms[i],
		.now = clock_utc(a->options.clock),
		.split_since = m->split_since,
		.rollout_s = a->options.config->rollout_s,
		.one_shot = a->options.one_shot,
	};
	struct port *nodes = wanted_ports(a, m->nodes, m->n_nodes, &v.n);
	struct port *fronts = wanted_ports(a, m->fronts, m->n_fronts,
	    &v.n_fronts);
	size_t first = out->n;

	v.nodes = nodes;
	v.fronts = fronts;
	v.copied = m->copied ? m->leaf : NULL;
	rules_run_farm(&v, out);
	remember_split(m, out, first, v.now);
	remember_copies(m, &v);
	keep_split(a, i, &before);
	free(nodes);
	free(fronts);
}

static void
judge_fleet(struct audit *a, struct results *out)
{
	struct fleet_view v = {
		.inventory = a->inventory, .now = clock_utc(a->options.clock),
	};
	struct port *ports = wanted_ports(a, NULL, a->inventory->n_endpoints,
	    &v.n);
	struct dns_site *dns = audit_dns_view(a, &v.n_dns);

	v.ports = ports;
	v.dns = dns;
	rules_run_fleet(&v, out);
	audit_dns_view_free(dns, v.n_dns);
	free(ports);
}

static void
tell_farm(struct audit *a, size_t i)
{
	struct results rs = {0};
	struct text owner = {0};

	a->farms[i].changed = false;
	judge_farm(a, i, &rs);
	text_addf(&owner, AUDIT_FARM "%s", a->inventory->farms[i].key);
	audit_apply(a, text_str(&owner), &rs);
	text_done(&owner);
}

void
audit_farm_changed(struct audit *a, const struct spot *s)
{
	size_t farm = a->farm_of[s->endpoint->index];

	if (farm == SIZE_MAX)
		return;
	a->farms[farm].changed = true;
	a->farms_changed = true;
}

/* Not while a node is unseen: it may be the one. */
static bool
is_gone(const struct audit *a, const struct farm_memory *m,
    const struct cert *leaf)
{
	for (size_t i = 0; i < m->n_nodes; i++) {
		const struct spot *node = &a->spots[m->nodes[i]];

		if (node->leaf == NULL || memcmp(node->leaf->sha256,
		    leaf->sha256, CERT_SHA256) == 0)
			return false;
	}
	return true;
}

void
audit_forget_leaves(struct audit *a, struct spot *s)
{
	size_t farm = a->farm_of[s->endpoint->index];

	if (farm == SIZE_MAX || s->leaf == NULL)
		return;
	for (size_t i = s->n_set; i-- > 0;)
		if (memcmp(s->set[i].leaf->sha256, s->leaf->sha256,
		    CERT_SHA256) != 0 &&
		    is_gone(a, &a->farms[farm], s->set[i].leaf))
			spot_drop_leaf(s, i);
}

void
audit_judge_changed_farms(struct audit *a)
{
	int64_t now = audit_now_ms(a);

	if (!a->farms_changed || now < a->farms_due_ms)
		return;
	a->farms_changed = false;
	a->farms_due_ms = now + FARMS_EVERY_MS;
	for (size_t i = 0; i < a->inventory->n_farms; i++)
		if (a->farms[i].changed)
			tell_farm(a, i);
}

void
audit_judge_fleet(struct audit *a)
{
	struct results rs = {0};

	a->farms_changed = false;
	for (size_t i = 0; i < a->inventory->n_farms; i++)
		tell_farm(a, i);
	judge_fleet(a, &rs);
	audit_apply(a, AUDIT_FLEET, &rs);
}

void
audit_judge_farm(struct audit *a, const char *key)
{
	size_t i = audit_find_farm(a, key);

	if (i != SIZE_MAX)
		tell_farm(a, i);
}

void
audit_fleet_results(struct audit *a, struct results *out)
{
	for (size_t i = 0; i < a->inventory->n_farms; i++)
		judge_farm(a, i, out);
	judge_fleet(a, out);
}
