/* SPDX-License-Identifier: ISC */
/* diff.c - what is open, by owner, and what an answer changes about it. */
#include "cwaudit/diff.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

struct owner {
	char		 *name;		/* first: the tree compares by it */
	struct finding	**open;
	size_t		  n;
	size_t		  cap;
};

struct diff {
	void		 *tree;		/* tsearch(3), by name */
	struct owner	**owners;	/* the same, to walk */
	size_t		  n;
	size_t		  cap;
	int64_t		  passed;	/* the earliest opened of those that
					 * passed, or earlier; CLOCK_NEVER */
};

/* What one call of diff_apply passes around. */
struct apply {
	struct diff		*diff;
	const struct diff_times	*times;
	diff_fn			*fn;
	void			*ctx;
};

static const char *const transition_names[] = {
	[TRANSITION_OPENED]	= "opened",
	[TRANSITION_CHANGED]	= "changed",
	[TRANSITION_REMINDER]	= "reminder",
	[TRANSITION_WAIVED]	= "waived",
	[TRANSITION_UNWAIVED]	= "unwaived",
	[TRANSITION_CLEARED]	= "cleared",
	[TRANSITION_SUPERSEDED]	= "superseded",
	[TRANSITION_CLOSED]	= "closed",
};

const char *
transition_name(enum transition t)
{
	return transition_names[t];
}

bool
transition_parse(const char *name, enum transition *out)
{
	for (size_t i = 0; i <= TRANSITION_CLOSED; i++)
		if (strcmp(transition_names[i], name) == 0) {
			*out = (enum transition)i;
			return true;
		}
	return false;
}

bool
transition_ends(enum transition t)
{
	return t == TRANSITION_CLEARED || t == TRANSITION_SUPERSEDED ||
	    t == TRANSITION_CLOSED;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct owner *)a)->name,
	    ((const struct owner *)b)->name);
}

static struct owner *
owner_find(const struct diff *d, const char *name)
{
	struct owner key = { .name = (char *)(uintptr_t)name };
	struct owner *const *node = tfind(&key, &d->tree, by_name);

	return node != NULL ? *node : NULL;
}

static struct owner *
owner_add(struct diff *d, const char *name)
{
	struct owner *o = xcalloc(1, sizeof(*o));

	o->name = xstrdup(name);
	if (tsearch(o, &d->tree, by_name) == NULL)
		abort();		/* no memory */
	d->owners = xgrow(d->owners, d->n, &d->cap, sizeof(*d->owners));
	d->owners[d->n++] = o;
	return o;
}

void
diff_finding_free(struct finding *f)
{
	if (f == NULL)
		return;
	free(f->about);
	free(f->owner);
	free(f->kind);
	free(f->offenders_key);
	free(f->site);
	strings_done(&f->places);
	free(f->group);
	free(f->contact);
	free(f->message);
	free(f->remedy);
	strings_done(&f->offenders);
	free(f);
}

struct diff *
diff_new(void)
{
	struct diff *d = xcalloc(1, sizeof(*d));

	d->passed = CLOCK_NEVER;
	return d;
}

static void
leave_node(void *node)
{
	(void)node;		/* owners are freed by the list */
}

void
diff_free(struct diff *d)
{
	if (d == NULL)
		return;
	tdestroy(d->tree, leave_node);
	for (size_t i = 0; i < d->n; i++) {
		struct owner *o = d->owners[i];

		for (size_t k = 0; k < o->n; k++)
			diff_finding_free(o->open[k]);
		free(o->open);
		free(o->name);
		free(o);
	}
	free(d->owners);
	free(d);
}

static char *
copy(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

/* Takes over what may differ from one answer to the next. */
static void
finding_fill(struct finding *f, const struct result *r)
{
	free(f->message);
	free(f->remedy);
	strings_done(&f->offenders);
	strings_done(&f->places);
	f->severity = r->severity;
	f->waived = r->waiver != NULL;
	f->message = copy(r->message);
	f->remedy = copy(r->remedy);
	strings_copy(&f->offenders, &r->offenders);
	free(f->offenders_key);
	f->offenders_key = copy(r->offenders_key);
	strings_copy(&f->places, &r->places);
	f->ends = r->ends;
	memcpy(f->cause, r->cause, FINDING_ID);
	f->has_leaf = r->leaf != NULL;
	if (f->has_leaf)
		memcpy(f->leaf, r->leaf->sha256, CERT_SHA256);
}

static const char *
kind_of(const struct result *r)
{
	if (r->endpoint != NULL)
		return r->rule->scope == SCOPE_LISTENER ?
		    endpoint_kind_name(r->endpoint->kind) : role_name(r->role);
	if (r->host != NULL)
		return "host";
	return r->rule->scope == SCOPE_FARM ? "farm" :
	    r->rule->scope == SCOPE_AUDITOR ? "auditor" : "fleet";
}

/* A certificate that serves several sites is no one site's. */
static const char *
site_of(const struct result *r)
{
	if (r->endpoint == NULL)
		return r->site != NULL ? r->site->name : NULL;
	return r->rule->scope == SCOPE_LISTENER || r->role == ROLE_HTTPS ||
	    r->role == ROLE_PUBLISHED ? endpoint_site(r->endpoint) : NULL;
}

static struct finding *
finding_new(const char *owner, const struct result *r, int64_t now)
{
	struct finding *f = xcalloc(1, sizeof(*f));

	memcpy(f->id, r->id, sizeof(f->id));
	f->rule = r->rule;
	f->opened = now;
	f->about = xstrdup(owner);
	f->owner = xstrdup(r->endpoint != NULL || r->host != NULL ? owner : "");
	f->kind = xstrdup(kind_of(r));
	f->site = copy(site_of(r));
	f->group = copy(r->host != NULL ? r->host->group :
	    r->endpoint != NULL && r->endpoint->published != NULL ?
	    r->endpoint->published->group : NULL);
	f->contact = copy(r->contact);
	finding_fill(f, r);
	return f;
}

static bool
same_leaf(const struct finding *f, const struct result *r)
{
	return !f->has_leaf || r->leaf == NULL ||
	    memcmp(f->leaf, r->leaf->sha256, CERT_SHA256) == 0;
}

static void
say(const struct apply *a, enum transition t, struct finding *f,
    const struct result *r, enum severity prev)
{
	f->said = a->times->now;
	a->fn(a->ctx, t, f, r, prev);
}

/* When a day was passed since it was last said. */
static bool
is_due(const struct finding *f, const struct diff_times *t)
{
	int64_t left = f->ends - t->now, then = f->ends - f->said, limit = 0;

	if (f->ends == 0 || t->n_notify_days == 0)
		return f->said < t->remind_before;
	for (size_t i = 0; i < t->n_notify_days; i++) {
		limit = t->notify_days[i] * CLOCK_DAY;
		if (left <= limit && then > limit)
			return true;
	}
	return left <= limit && f->said < t->remind_before;
}

/* A rule fails again on what is open: what is worth saying about it? */
static void
fail_again(const struct apply *a, struct finding *f, const struct result *r)
{
	enum severity prev = f->severity;
	bool was_waived = f->waived;
	bool changed = prev != r->severity ||
	    !strings_equal(&f->offenders, &r->offenders) ||
	    !same_leaf(f, r);

	finding_fill(f, r);
	f->stale = f->passed = false;
	if (was_waived != f->waived)
		say(a, f->waived ? TRANSITION_WAIVED : TRANSITION_UNWAIVED, f,
		    r, prev);
	else if (changed)
		say(a, TRANSITION_CHANGED, f, r, prev);
	else if (!f->waived && is_due(f, a->times))
		say(a, TRANSITION_REMINDER, f, r, prev);
}

static void
finding_close(const struct apply *a, struct finding *f, const char *why)
{
	free(f->message);
	f->message = xstrdup(why);
	say(a, TRANSITION_CLOSED, f, NULL, f->severity);
}

/* A clock that was put back must not hold a pass for the difference. */
static bool
settles(int64_t opened, const struct diff_times *times)
{
	return opened <= times->now &&
	    times->now - opened < times->settle_s;
}

/* True while it stays open: a pass so soon after it opened waits. */
static bool
pass(const struct apply *a, struct finding *f, const struct result *r)
{
	f->stale = false;
	f->passed = settles(f->opened, a->times);
	if (!f->passed)
		say(a, TRANSITION_CLEARED, f, r, f->severity);
	else if (a->diff->passed == CLOCK_NEVER ||
	    f->opened < a->diff->passed)
		a->diff->passed = f->opened;
	return f->passed;
}

/* The finding that stands in for a result, if it is one. */
static void
find_stand_in(const struct results *rs, const struct result *r,
    char by[FINDING_ID])
{
	for (size_t i = 0; i < rs->n; i++) {
		const struct result *other = &rs->item[i];

		if (other->rule == r->stood_in && result_is_finding(other) &&
		    (other->endpoint == NULL || other->endpoint == r->endpoint))
			memcpy(by, other->id, FINDING_ID);
	}
}

/* True while it stays open. r: one of rs. */
static bool
answer(const struct apply *a, struct finding *f, const struct result *r,
    const struct results *rs)
{
	if (r == NULL) {
		finding_close(a, f, "the rule does not apply to what is "
		    "presented now, or the port left the inventory");
		return false;
	}
	switch ((enum verdict)r->verdict) {
	case VERDICT_FAIL:
		if (r->held)
			return true;
		if (result_is_finding(r)) {
			fail_again(a, f, r);
			return true;
		}
		if (r->stood_in == NULL)
			break;
		find_stand_in(rs, r, f->by);
		say(a, TRANSITION_SUPERSEDED, f, r, f->severity);
		return false;
	case VERDICT_UNKNOWN:
		f->stale = true;
		f->passed = false;
		return true;
	case VERDICT_PASS:
		return pass(a, f, r);
	case VERDICT_NOT_APPLICABLE:
		break;
	}
	finding_close(a, f, "the rule is switched off, or does not apply to "
	    "what is presented now");
	return false;
}

/* Of several hosts what no longer fails is part of the rule's rest. */
static const struct result *
result_find(const struct results *rs, const struct finding *f)
{
	const struct result *rest = NULL;

	for (size_t i = 0; i < rs->n; i++) {
		if (rs->item[i].speaks && strcmp(rs->item[i].id, f->id) == 0)
			return &rs->item[i];
		if (rs->item[i].rest && rs->item[i].rule == f->rule)
			rest = &rs->item[i];
	}
	return rest;
}

static bool
is_open(const struct owner *o, const char *id)
{
	for (size_t i = 0; o != NULL && i < o->n; i++)
		if (strcmp(o->open[i]->id, id) == 0)
			return true;
	return false;
}

static void
own(struct owner *o, struct finding *f)
{
	o->open = xgrow(o->open, o->n, &o->cap, sizeof(*o->open));
	o->open[o->n++] = f;
}

void
diff_restore(struct diff *d, struct finding *f)
{
	struct owner *o = owner_find(d, f->about);

	if (is_open(o, f->id)) {
		diff_finding_free(f);
		return;
	}
	own(o != NULL ? o : owner_add(d, f->about), f);
	if (f->passed && (d->passed == CLOCK_NEVER || f->opened < d->passed))
		d->passed = f->opened;
}

void
diff_walk(const struct diff *d, void (*fn)(void *ctx, const struct finding *),
    void *ctx)
{
	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; k < d->owners[i]->n; k++)
			fn(ctx, d->owners[i]->open[k]);
}

bool
diff_has(const struct diff *d, const char *owner)
{
	const struct owner *o = owner_find(d, owner);

	return o != NULL && o->n > 0;
}

void
diff_apply(struct diff *d, const char *owner, const struct results *rs,
    const struct diff_times *times, diff_fn *fn, void *ctx)
{
	const struct apply a = { d, times, fn, ctx };
	struct owner *o = owner_find(d, owner);
	size_t kept = 0;

	for (size_t i = 0; o != NULL && i < o->n; i++) {
		struct finding *f = o->open[i];

		if (answer(&a, f, result_find(rs, f), rs))
			o->open[kept++] = f;
		else
			diff_finding_free(f);
	}
	if (o != NULL)
		o->n = kept;
	for (size_t i = 0; i < rs->n; i++) {
		const struct result *r = &rs->item[i];

		if (!r->speaks || !result_is_finding(r) || is_open(o, r->id))
			continue;
		if (o == NULL)
			o = owner_add(d, owner);
		own(o, finding_new(owner, r, times->now));
		say(&a, TRANSITION_OPENED, o->open[o->n - 1], r, SEVERITY_OFF);
	}
}

void
diff_close(struct diff *d, bool (*keep)(void *ctx, const char *owner),
    int64_t now, diff_fn *fn, void *ctx)
{
	const struct diff_times times = { .now = now };
	const struct apply a = { d, &times, fn, ctx };

	for (size_t i = 0; i < d->n; i++) {
		struct owner *o = d->owners[i];

		if (o->n == 0 || keep(ctx, o->name))
			continue;
		for (size_t k = 0; k < o->n; k++) {
			finding_close(&a, o->open[k],
			    "no longer in the inventory");
			diff_finding_free(o->open[k]);
		}
		o->n = 0;
	}
}

static int64_t
earliest_pass(const struct owner *o)
{
	int64_t first = CLOCK_NEVER;

	for (size_t k = 0; k < o->n; k++)
		if (o->open[k]->passed && (first == CLOCK_NEVER ||
		    o->open[k]->opened < first))
			first = o->open[k]->opened;
	return first;
}

const char *
diff_settled(struct diff *d, const struct diff_times *times)
{
	const char *name = NULL;
	int64_t first = CLOCK_NEVER;

	if (d->passed == CLOCK_NEVER || settles(d->passed, times))
		return NULL;
	for (size_t i = 0; i < d->n; i++) {
		int64_t t = earliest_pass(d->owners[i]);

		if (t != CLOCK_NEVER && (first == CLOCK_NEVER || t < first)) {
			first = t;
			name = d->owners[i]->name;
		}
	}
	d->passed = first;
	return first != CLOCK_NEVER && !settles(first, times) ? name : NULL;
}

void
diff_count(const struct diff *d, struct diff_count *out)
{
	*out = (struct diff_count){0};
	for (size_t i = 0; i < d->n; i++) {
		for (size_t k = 0; k < d->owners[i]->n; k++) {
			const struct finding *f = d->owners[i]->open[k];

			if (f->waived)
				out->waived++;
			else
				out->open[f->severity]++;
			out->stale += f->stale;
		}
	}
}
