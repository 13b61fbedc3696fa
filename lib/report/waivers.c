/* SPDX-License-Identifier: ISC */
/* waivers.c - which waivers did nothing in this snapshot. */
#include "cwaudit/waivers.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

struct entry {
	struct waiver_review	review;
	bool			busy;	/* used, void, or not judged */
};

struct entries {
	struct entry	*item;
	size_t		 n, cap;
};

static void
add_entries(struct entries *all, const struct endpoint *e,
    const struct settings *settings)
{
	for (size_t i = 0; i < settings->n_waivers; i++) {
		all->item = xgrow(all->item, all->n, &all->cap,
		    sizeof(*all->item));
		all->item[all->n++] = (struct entry){
		    .review = { .waiver = &settings->waivers[i], .first = e,
		    .n = 1 } };
	}
}

static int
by_waiver(const void *x, const void *y)
{
	const struct waiver_review *a = x, *b = y;

	if (a->waiver != b->waiver)
		return a->waiver < b->waiver ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

static int
by_endpoint(const void *x, const void *y)
{
	const struct waiver_review *a = x, *b = y;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->waiver < b->waiver ? -1 : a->waiver > b->waiver;
}

/* Levels share their lists, so a waiver comes once for each of its ports. */
static void
collect(const struct snapshot *s, struct entries *all)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_endpoints; i++) {
		const struct endpoint *e = s->endpoints[i].endpoint;

		add_entries(all, e, e->settings);
		if (e->host != NULL &&
		    e->host->settings->waivers != e->settings->waivers)
			add_entries(all, e, e->host->settings);
	}
	if (all->n > 1)
		qsort(all->item, all->n, sizeof(*all->item), by_waiver);
	for (size_t i = 0; i < all->n; i++) {
		struct entry *last = kept > 0 ? &all->item[kept - 1] : NULL;

		if (last == NULL ||
		    last->review.waiver != all->item[i].review.waiver)
			all->item[kept++] = all->item[i];
		else if (all->item[i].review.first != last->review.first)
			last->review.n++;
	}
	all->n = kept;
}

static struct entry *
find(const struct entries *all, const struct waiver *w)
{
	struct waiver_review want = { .waiver = w };
	size_t low = 0, high = all->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (all->item[mid].review.waiver < want.waiver)
			low = mid + 1;
		else
			high = mid;
	}
	return low < all->n && all->item[low].review.waiver == w ?
	    &all->item[low] : NULL;
}

static void
mark(const struct entries *all, const struct waiver *w)
{
	struct entry *e = w != NULL ? find(all, w) : NULL;

	if (e != NULL)
		e->busy = true;
}

/* All of a level that speak of a rule. */
static void
mark_rule(const struct entries *all, const struct settings *settings,
    const char *rule)
{
	for (size_t i = 0; i < settings->n_waivers; i++)
		if (strcmp(settings->waivers[i].rule, rule) == 0)
			mark(all, &settings->waivers[i]);
}

/* A finding about several hosts names one waiver and may rest on many. */
static void
mark_everywhere(const struct entries *all, const char *rule)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->item[i].review.waiver->rule, rule) == 0)
			all->item[i].busy = true;
}

static void
mark_result(const struct entries *all, const struct result *r)
{
	bool open = r->verdict == VERDICT_UNKNOWN;

	mark(all, r->waiver);
	mark(all, r->void_waiver);
	if (r->endpoint != NULL && open)
		mark_rule(all, r->endpoint->settings, r->rule->id);
	else if (r->host != NULL && open)
		mark_rule(all, r->host->settings, r->rule->id);
	else if (r->endpoint == NULL && r->host == NULL && (open ||
	    r->verdict == VERDICT_FAIL))
		mark_everywhere(all, r->rule->id);
}

/* Is its rule judged at all? */
static bool
is_judged(const struct snapshot *s, const char *rule)
{
	for (size_t i = 0; i < s->results.n; i++)
		if (strcmp(s->results.item[i].rule->id, rule) == 0)
			return true;
	return false;
}

void
waivers_review(const struct snapshot *s, waivers_fn *fn, void *ctx)
{
	bool whole = s->n_endpoints == s->inventory->n_endpoints;
	struct entries all = {0};

	collect(s, &all);
	for (size_t i = 0; all.n > 0 && i < s->results.n; i++)
		mark_result(&all, &s->results.item[i]);
	if (all.n > 1)
		qsort(all.item, all.n, sizeof(*all.item), by_endpoint);
	for (size_t i = 0; i < all.n; i++) {
		struct waiver_review *review = &all.item[i].review;

		review->use = review->waiver->until <= s->finished ?
		    WAIVER_ENDED : WAIVER_UNUSED;
		if (review->use == WAIVER_ENDED || (whole &&
		    !all.item[i].busy && is_judged(s, review->waiver->rule)))
			fn(ctx, review);
	}
	free(all.item);
}
