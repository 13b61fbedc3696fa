/* SPDX-License-Identifier: ISC */
/* audit_keep.c - what is told and remembered, gathered until it is whole. */
#include <string.h>

#include "audit_own.h"

static struct record *
add_line(struct audit *a, struct event *e)
{
	struct record *r = records_add(&a->records, RECORD_LINE,
	    clock_utc(a->options.clock));

	r->event = *e;
	*e = (struct event){0};
	return r;
}

void
audit_tell(struct audit *a, struct event *e)
{
	(void)add_line(a, e);
}

void
audit_tell_finding(struct audit *a, struct event *e, enum transition t,
    const struct finding *f, bool quiet)
{
	struct record *r = add_line(a, e);

	r->quiet = quiet;
	r->transition = transition_name(t);
	r->ended = transition_ends(t);
	memcpy(r->finding, f->id, FINDING_ID);
	diff_finding_write(f, &r->state);
}

void
audit_flush(struct audit *a)
{
	if (a->records.n > 0)
		a->io.keep(a->io.ctx, &a->records);
	records_done(&a->records);
}
