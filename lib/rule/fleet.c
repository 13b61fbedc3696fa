/* SPDX-License-Identifier: ISC */
/* fleet.c - what checks about several hosts share. */
#include "cwaudit/fleet.h"

#include <stdlib.h>

#include "cwaudit/mem.h"

void
shared_done(struct shared *s)
{
	why_done(&s->why);
	text_done(&s->about);
	free(s->concerned);
	*s = (struct shared){0};
}

void
shared_concern(struct shared *s, const struct endpoint *e)
{
	s->concerned = xgrow(s->concerned, s->n, &s->cap,
	    sizeof(*s->concerned));
	s->concerned[s->n++] = e;
}
