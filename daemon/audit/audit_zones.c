/* SPDX-License-Identifier: ISC */
/*
 * audit_zones.c - is it the port that is lost, or are we? Before a port that
 * was missed twice is told of, the ports of its zone that answered last are
 * looked at. Where most of these are silent, too, it is the auditor that sees
 * nothing, and nothing is said of single ports until they answer again.
 */
#include <stdlib.h>
#include <string.h>

#include "audit_own.h"
#include "cwaudit/mem.h"

#define ASKED_MAX	10	/* ports that are looked at, each of another host */
#define ASKED_FEWEST	2	/* of fewer nothing is concluded */
#define AGAIN_MS	60000	/* how often a lost zone is asked */
#define OUTCOMES	(OUTCOME_NOT_TRIED + 1)
#define WATCH_MS	200	/* between two turns of the following */
#define SLICE		256	/* ports before others have a turn */

struct zone {
	const char	*name;		/* of the inventory; NULL: none */
	size_t		*member, n;	/* endpoint indices */
	int64_t		 decided_ms;	/* CLOCK_NEVER */
	bool		 asking;
	size_t		 witness[ASKED_MAX];	/* endpoints not heard of yet */
	size_t		 n_awaited;
	size_t		 asked, silent;
	size_t		 outcomes[OUTCOMES];	/* of the silent */
	struct text	 ours;		/* why the last was not tried */
	bool		 lost;
	enum outcome	 outcome;	/* why it is lost ... */
	struct text	 cause;		/* ... and in plain words; else empty */
	size_t		 judge_from;	/* members yet to be judged, whose silence
					 * was held back; n: none */
};

struct zones {
	struct zone	*item;
	size_t		 n, cap;
	size_t		*of;		/* by endpoint */
	int64_t		 watched_ms;
	bool		 spread;	/* one was lost: the others are asked, too */
	bool		 tell;		/* when none is being asked any more */
};

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

struct member { const char *zone; size_t index; };

static int
by_zone(const void *x, const void *y)
{
	const struct member *a = x, *b = y;
	int order = a->zone == NULL || b->zone == NULL ?
	    (b->zone == NULL) - (a->zone == NULL) : strcmp(a->zone, b->zone);

	return order != 0 ? order : (a->index > b->index) -
	    (a->index < b->index);
}

/* sorted: n endpoints, zone by zone. */
static void
add_zones(struct zones *z, const struct member *sorted, size_t n)
{
	for (size_t i = 0, end; i < n; i = end) {
		struct zone *zone;

		z->item = xgrow(z->item, z->n, &z->cap, sizeof(*z->item));
		zone = &z->item[z->n++];
		*zone = (struct zone){ .name = sorted[i].zone,
		    .decided_ms = CLOCK_NEVER };
		for (end = i; end < n && same(sorted[end].zone, zone->name);
		    end++)
			continue;
		zone->member = xcalloc(end - i, sizeof(*zone->member));
		for (size_t k = i; k < end; k++) {
			z->of[sorted[k].index] = z->n - 1;
			zone->member[zone->n++] = sorted[k].index;
		}
		zone->judge_from = zone->n;
	}
}

void
audit_load_zones(struct audit *a)
{
	const struct inventory *inv = a->inventory;
	struct member *all = xcalloc(inv->n_endpoints, sizeof(*all));

	a->zones = xcalloc(1, sizeof(*a->zones));
	a->zones->of = xcalloc(inv->n_endpoints, sizeof(*a->zones->of));
	for (size_t i = 0; i < inv->n_endpoints; i++)
		all[i] = (struct member){
		    inv->endpoints[i].settings->zone, i };
	if (inv->n_endpoints > 1)
		qsort(all, inv->n_endpoints, sizeof(*all), by_zone);
	add_zones(a->zones, all, inv->n_endpoints);
	free(all);
}

void
audit_unload_zones(struct audit *a)
{
	for (size_t i = 0; i < a->zones->n; i++) {
		free(a->zones->item[i].member);
		text_done(&a->zones->item[i].ours);
		text_done(&a->zones->item[i].cause);
	}
	free(a->zones->item);
	free(a->zones->of);
	free(a->zones);
}

/* A reload finds no lost zone again. */
void
audit_inherit_zones(struct audit *a, const struct audit *before)
{
	for (size_t i = 0; i < a->zones->n; i++) {
		struct zone *z = &a->zones->item[i];

		for (size_t k = 0; k < before->zones->n; k++) {
			const struct zone *old = &before->zones->item[k];

			if (!old->lost || !same(old->name, z->name))
				continue;
			z->lost = true;
			z->asked = old->asked;
			z->silent = old->silent;
			z->outcome = old->outcome;
			text_add(&z->cause, text_str(&old->cause));
		}
	}
}

/* "dmz-fra: no answer in time", or the cause alone where it has no name:
 * where the cause begins. */
static bool
is_about(const struct zone *z, const char *offender, size_t *cause)
{
	size_t len = z->name != NULL ? strlen(z->name) : 0;

	*cause = z->name != NULL ? len + 2 : 0;
	return z->name == NULL || (strncmp(offender, z->name, len) == 0 &&
	    strncmp(offender + len, ": ", 2) == 0);
}

void
audit_restore_zones(struct audit *a, const struct finding *f)
{
	for (size_t i = 0; i < f->offenders.n; i++) {
		const char *offender = f->offenders.item[i];
		size_t k = 0, cause;

		/* the one without a name stands last */
		while (k < a->zones->n && !is_about(&a->zones->item[k],
		    offender, &cause))
			k++;
		if (k == a->zones->n)
			continue;
		a->zones->item[k].lost = true;
		text_add(&a->zones->item[k].cause, offender + cause);
	}
}

/* Puts an endpoint in its place among the n that answered last, how many. */
static size_t
insert(const struct audit *a, size_t index, size_t chosen[ASKED_MAX], size_t n)
{
	int64_t seen = a->spots[index].last_observed;
	size_t at = n;

	for (; at > 0 && a->spots[chosen[at - 1]].last_observed < seen; at--)
		if (at < ASKED_MAX)
			chosen[at] = chosen[at - 1];
	if (at < ASKED_MAX)
		chosen[at] = index;
	return n + (n < ASKED_MAX);
}

/* Of these endpoints those that answered last, one of each owner but one; how
 * many. */
static size_t
choose(const struct audit *a, const size_t *member, size_t n_members,
    const char *but, size_t chosen[ASKED_MAX])
{
	size_t n = 0;

	for (size_t i = 0, end; i < n_members; i = end) {
		const struct spot *best = &a->spots[member[i]];
		const char *owner = endpoint_owner(best->endpoint);

		/* the ports of an owner stand together */
		for (end = i; end < n_members && same(owner, endpoint_owner(
		    a->spots[member[end]].endpoint)); end++)
			if (a->spots[member[end]].last_observed >
			    best->last_observed)
				best = &a->spots[member[end]];
		if (best->last_observed != CLOCK_NEVER && !same(owner, but))
			n = insert(a, best->endpoint->index, chosen, n);
	}
	return n;
}

/* Where a zone has too few others, those of the whole fleet. */
static size_t
choose_witnesses(const struct audit *a, const struct zone *z, const char *but,
    size_t chosen[ASKED_MAX])
{
	size_t n = choose(a, z->member, z->n, but, chosen);
	size_t *all;

	if (n >= ASKED_FEWEST)
		return n;
	all = xcalloc(a->inventory->n_endpoints, sizeof(*all));
	for (size_t i = 0; i < a->inventory->n_endpoints; i++)
		all[i] = i;
	n = choose(a, all, a->inventory->n_endpoints, but, chosen);
	free(all);
	return n;
}

/* What most say; while it stays lost, that is told once: as long as any of
 * them still says it. */
static void
name_cause(struct zone *z)
{
	enum outcome most = OUTCOME_NOT_TRIED;

	if (z->cause.len > 0 && z->outcomes[z->outcome] > 0)
		return;
	for (size_t i = 0; i < OUTCOMES; i++)
		if (z->outcomes[i] > z->outcomes[most])
			most = (enum outcome)i;
	z->outcome = most;
	text_reset(&z->cause);
	text_add(&z->cause, most == OUTCOME_NOT_TRIED && z->ours.len > 0 ?
	    text_str(&z->ours) : outcome_words(most));
}

/* The zone is back: what was missed while it was lost says nothing. */
static void
look_again(struct audit *a, struct zone *z)
{
	for (size_t i = 0; i < z->n; i++)
		if (a->spots[z->member[i]].lost > 0)
			audit_begin_anew(a, &a->spots[z->member[i]]);
}

static void
decide(struct audit *a, struct zone *z)
{
	bool was = z->lost;

	z->asking = false;
	z->decided_ms = audit_now_ms(a);
	z->lost = z->asked >= ASKED_FEWEST && z->silent * 2 > z->asked;
	if (z->lost)
		name_cause(z);
	else if (was)
		look_again(a, z);
	else
		z->judge_from = 0;
	if (!z->lost)
		text_reset(&z->cause);
	a->zones->spread |= z->lost && !was;
	a->zones->tell |= z->lost || was;
}

static void
ask(struct audit *a, struct zone *z, const char *but)
{
	size_t chosen[ASKED_MAX];
	size_t n = choose_witnesses(a, z, but, chosen);

	z->asking = true;
	z->asked = z->n_awaited = n;
	z->silent = 0;
	memset(z->outcomes, 0, sizeof(z->outcomes));
	if (n < ASKED_FEWEST) {
		decide(a, z);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct spot *s = &a->spots[chosen[i]];

		z->witness[i] = chosen[i];
		s->witness = true;
		if (s->phase == SPOT_IDLE)
			audit_set_due(a, s, audit_now_ms(a));
	}
}

static void
hear_witness(struct audit *a, struct zone *z, const struct spot *s, bool silent)
{
	size_t i = 0;

	while (i < z->n_awaited && z->witness[i] != s->endpoint->index)
		i++;
	if (!z->asking || i == z->n_awaited)
		return;
	z->witness[i] = z->witness[--z->n_awaited];
	if (silent) {
		z->silent++;
		z->outcomes[s->seen->outcome]++;
	}
	if (silent && s->seen->outcome == OUTCOME_NOT_TRIED) {
		text_reset(&z->ours);
		text_add(&z->ours, text_str(&s->seen->detail));
	}
	if (z->n_awaited == 0)
		decide(a, z);
}

void
audit_zone_heard(struct audit *a, struct spot *s, enum spot_news news)
{
	struct zone *z = &a->zones->item[a->zones->of[s->endpoint->index]];
	bool silent = news == SPOT_MISSED || news == SPOT_OURS;

	if (a->options.one_shot)
		return;
	for (size_t i = 0; s->witness && i < a->zones->n; i++)
		hear_witness(a, &a->zones->item[i], s, silent);
	s->witness = false;
	/* what was known before it fell silent says nothing of now */
	if (silent && s->lost >= 2 && !z->asking && !z->lost &&
	    (z->decided_ms == CLOCK_NEVER || z->decided_ms < s->lost_ms))
		ask(a, z, endpoint_owner(s->endpoint));
}

bool
audit_zone_in_doubt(const struct audit *a, const struct spot *s)
{
	const struct zone *z = &a->zones->item[a->zones->of[
	    s->endpoint->index]];

	return z->asking || z->lost;
}

/* Others of the zone are there: what they said counts. */
static void
judge_waiting(struct audit *a, struct zone *z)
{
	for (size_t n = 0; n < SLICE && z->judge_from < z->n;) {
		const struct spot *s = &a->spots[z->member[z->judge_from++]];

		if (s->lost < 2 || audit_host_is_busy(a, s))
			continue;
		audit_judge(a, s);
		n++;
	}
}

/* Zones that go together are asked together, and told of in one line. */
void
audit_watch_zones(struct audit *a)
{
	struct zones *zones = a->zones;
	bool spread = zones->spread, asking = false;

	if (audit_now_ms(a) - zones->watched_ms < WATCH_MS)
		return;
	zones->watched_ms = audit_now_ms(a);
	zones->spread = false;
	for (size_t i = 0; i < zones->n; i++) {
		struct zone *z = &zones->item[i];

		if ((z->lost || spread) && !z->asking &&
		    (z->decided_ms == CLOCK_NEVER ||
		    audit_now_ms(a) - z->decided_ms >= AGAIN_MS))
			ask(a, z, NULL);
		asking |= z->asking;
		judge_waiting(a, z);
	}
	if (!zones->tell || asking)
		return;
	zones->tell = false;
	audit_judge_auditor(a);
}

size_t
audit_lost_zones(const struct audit *a, struct lost_zone *out)
{
	size_t n = 0;

	for (size_t i = 0; i < a->zones->n; i++) {
		const struct zone *z = &a->zones->item[i];

		if (!z->lost)
			continue;
		if (out != NULL)
			out[n] = (struct lost_zone){ z->name, z->asked,
			    z->silent, text_str(&z->cause) };
		n++;
	}
	return n;
}
