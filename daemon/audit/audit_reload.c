/* SPDX-License-Identifier: ISC */
/* audit_reload.c - another inventory: what stays keeps its memory. */
#include <stdlib.h>
#include <string.h>

#include "audit_own.h"
#include "cwaudit/mem.h"

struct inherit { char *key; struct spot *spot; };

static int
by_key(const void *x, const void *y)
{
	return strcmp(((const struct inherit *)x)->key,
	    ((const struct inherit *)y)->key);
}

/* The spots of an inventory, sorted by the key that stays. */
static struct inherit *
index_spots(struct spot *spots, size_t n)
{
	struct inherit *index = xcalloc(n, sizeof(*index));

	for (size_t i = 0; i < n; i++) {
		struct text key = {0};

		spot_key(spots[i].endpoint, &key);
		index[i] = (struct inherit){ text_take(&key), &spots[i] };
	}
	qsort(index, n, sizeof(*index), by_key);
	return index;
}

bool
audit_owner_stays(void *ctx, const char *owner)
{
	const struct audit *a = ctx;
	const struct host *host = inventory_find(a->inventory, owner);
	size_t n = 0;

	if (strcmp(owner, AUDIT_FLEET) == 0 ||
	    strcmp(owner, AUDIT_ITSELF) == 0)
		return true;
	if (strncmp(owner, AUDIT_FARM, strlen(AUDIT_FARM)) == 0)
		return audit_find_farm(a, owner + strlen(AUDIT_FARM)) !=
		    SIZE_MAX;
	if (host != NULL)
		(void)inventory_endpoints(a->inventory, host, &n);
	for (size_t i = 0; i < a->inventory->n_published; i++)
		if (strcmp(a->inventory->published[i].url, owner) == 0)
			return true;
	return n > 0;
}

static void
inherit(struct audit *a, const struct inherit *before, size_t n)
{
	for (size_t i = 0; i < a->inventory->n_endpoints; i++) {
		struct inherit want = {0}, *found;
		struct text key = {0};

		bool waited = false;

		spot_key(a->spots[i].endpoint, &key);
		want.key = text_take(&key);
		found = bsearch(&want, before, n, sizeof(want), by_key);
		free(want.key);
		if (found != NULL) {
			waited = found->spot->phase != SPOT_IDLE ||
			    found->spot->in_sweep || found->spot->waits;
			spot_inherit(&a->spots[i], found->spot);
		}
		/* new, or its look is dropped */
		if (waited || a->spots[i].seen == NULL)
			audit_set_first(a, &a->spots[i]);
		else
			audit_set_next(a, &a->spots[i],
			    a->spots[i].misses > 0 ? SPOT_MISSED : SPOT_SAME);
	}
}

static void
inherit_hosts(struct audit *a, const struct audit *before)
{
	for (size_t i = 0; i < before->inventory->n_hosts; i++) {
		const struct host *host = inventory_find(a->inventory,
		    before->inventory->hosts[i].fqdn);
		struct host_memory *h;

		if (host == NULL)
			continue;
		h = &a->hosts[host - a->inventory->hosts];
		h->split_since = before->hosts[i].split_since;
		memcpy(h->kept, before->hosts[i].kept, CERT_SHA256);
	}
}

/* Ports, hosts and farms that are in the inventory no more; what stays was
 * taken out of before. */
static void
let_go(struct audit *a, const struct audit *before)
{
	const struct inventory *old = before->inventory;
	struct thing t;

	for (size_t i = 0; i < old->n_endpoints; i++) {
		const struct spot *s = &before->spots[i];

		if (!s->kept.sighted)
			continue;
		thing_init_port(&t, s->endpoint);
		audit_keep_gone(a, &t, s->kept.last_look);
	}
	for (size_t i = 0; i < old->n_hosts; i++) {
		const char *fqdn = old->hosts[i].fqdn;

		if (audit_owner_stays(a, fqdn))
			continue;
		thing_init(&t, fqdn, "host");
		audit_keep_gone(a, &t, CLOCK_NEVER);
	}
	for (size_t i = 0; i < old->n_farms; i++) {
		struct text owner = {0};

		text_addf(&owner, AUDIT_FARM "%s", old->farms[i].key);
		if (!audit_owner_stays(a, text_str(&owner))) {
			thing_init(&t, text_str(&owner), "farm");
			audit_keep_gone(a, &t, CLOCK_NEVER);
		}
		text_done(&owner);
	}
}

void
audit_reload(struct audit *a, struct setup *setup, const struct config *config)
{
	struct audit before = *a;
	size_t n = before.inventory->n_endpoints;
	struct inherit *index = index_spots(before.spots, n);

	a->options.config = config;
	audit_load(a, setup);
	inherit(a, index, n);
	audit_inherit_farms(a, &before);
	audit_inherit_zones(a, &before);
	inherit_hosts(a, &before);
	let_go(a, &before);
	/* if it was at it, it begins anew */
	a->keep_from = before.keep_from < n ? 0 : a->inventory->n_endpoints;
	audit_keep_revision(a);
	a->health.last_turned = NULL;	/* a host of before */
	diff_close(a->diff, audit_owner_stays, clock_utc(a->options.clock),
	    audit_on_transition, a);
	a->sweep_left = a->sweep_all = 0;
	for (size_t i = 0; i < a->inventory->n_endpoints; i++)
		if (a->spots[i].seen != NULL)
			audit_judge(a, &a->spots[i]);
	audit_judge_fleet(a);
	for (size_t i = 0; i < n; i++)
		free(index[i].key);
	free(index);
	audit_unload(&before);
	audit_flush(a);
}
