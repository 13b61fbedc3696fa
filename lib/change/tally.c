/* SPDX-License-Identifier: ISC */
/* tally.c - transitions in, the few lines that stand for many out. */
#include "cwaudit/tally.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define STATES	(TRANSITION_CLOSED + 1)

/* One state of one rule; the zero value is an empty one. */
struct group {
	size_t		 hosts;			/* of this cycle, said or not */
	char		*last;			/* the last of them */
	size_t		 findings, unsaid;	/* not said; of so many hosts */
	char		*first;			/* the first of these */
	enum severity	 severity;		/* the worst of these */
};

struct tally {
	struct group	*group;		/* by rule, then by state */
	size_t		 said;
};

struct tally *
tally_new(void)
{
	struct tally *t = xcalloc(1, sizeof(*t));

	t->group = xcalloc(n_rules * STATES, sizeof(*t->group));
	return t;
}

static void
reset(struct tally *t)
{
	for (size_t i = 0; i < n_rules * STATES; i++) {
		free(t->group[i].last);
		free(t->group[i].first);
		t->group[i] = (struct group){0};
	}
	t->said = 0;
}

void
tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	reset(t);
	free(t->group);
	free(t);
}

static void
count_unsaid(struct group *g, const struct finding *f, bool new_host)
{
	if (g->findings == 0)
		g->first = xstrdup(f->owner);
	g->unsaid += new_host || g->findings == 0;
	if (g->findings++ == 0 || f->severity > g->severity)
		g->severity = f->severity;
}

bool
tally_add(struct tally *t, enum transition state, const struct finding *f,
    size_t max_lines)
{
	struct group *g = &t->group[(size_t)(f->rule - rules) * STATES +
	    (size_t)state];
	bool new_host = g->last == NULL || strcmp(g->last, f->owner) != 0;

	if (new_host) {
		free(g->last);
		g->last = xstrdup(f->owner);
		g->hosts++;
	}
	if (t->said < max_lines && (state != TRANSITION_OPENED ||
	    g->hosts <= TALLY_HOSTS)) {
		t->said++;
		return true;
	}
	count_unsaid(g, f, new_host);
	return false;
}

void
tally_end(struct tally *t, void (*fn)(void *ctx, const struct tally_line *),
    void *ctx)
{
	for (size_t i = 0; i < n_rules * STATES; i++) {
		const struct group *g = &t->group[i];
		const struct tally_line line = {
			.state = (enum transition)(i % STATES),
			.rule = &rules[i / STATES], .severity = g->severity,
			.findings = g->findings, .hosts = g->unsaid,
			.first = g->first,
		};

		if (g->findings > 0)
			fn(ctx, &line);
	}
	reset(t);
}
