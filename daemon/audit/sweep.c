/* SPDX-License-Identifier: ISC */
/* sweep.c - one live look for a command. */
#include "sweep.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "probe/prober.h"

struct sweep {
	struct loop	*loop;
	bool		 progress;	/* stderr is a terminal */
};

static void
show_progress(const struct sweep *s, bool last)
{
	size_t done, all;

	if (!s->progress)
		return;
	audit_progress(loop_audit(s->loop), &done, &all);
	if (last)
		fputs("\r\033[K", stderr);
	else
		fprintf(stderr, "\r\033[Klooking: %zu of %zu endpoints", done,
		    all);
	(void)fflush(stderr);
}

static void
on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	show_progress(ctx, false);
}

static void
on_interrupt(evutil_socket_t fd, short what, void *ctx)
{
	struct sweep *s = ctx;

	(void)fd;
	(void)what;
	fputs("\ncwaudit: interrupted; what was not looked at yet is not "
	    "observed\n", stderr);
	loop_stop(s->loop);
}

static void
on_swept(void *ctx)
{
	loop_stop(((struct sweep *)ctx)->loop);
}

static void
look(struct sweep *s)
{
	struct timeval tick = { 0, 100000 };
	struct event *progress = event_new(loop_base(s->loop), -1, EV_PERSIST,
	    on_tick, s);
	struct event *interrupt = evsignal_new(loop_base(s->loop), SIGINT,
	    on_interrupt, s);

	(void)event_add(progress, &tick);
	(void)event_add(interrupt, NULL);
	if (!audit_swept(loop_audit(s->loop)))
		loop_run(s->loop);
	show_progress(s, true);
	event_free(progress);
	event_free(interrupt);
}

struct snapshot *
sweep_run(const struct config *config, struct setup *setup,
    const struct strings *only, const char *cache)
{
	struct sweep s = { .progress = isatty(STDERR_FILENO) == 1 };
	struct loop_options lo = {
		.audit = { .config = config, .clock = &clock_system,
		    .one_shot = true, .only = only },
		.setup = setup, .cache = cache, .swept = on_swept, .ctx = &s,
	};
	struct snapshot *snap = NULL;
	struct text why = {0};

	if (prober_global_init(&why))
		s.loop = loop_new(&lo, &why);
	if (s.loop == NULL) {
		fprintf(stderr, "cwaudit: %s\n", text_str(&why));
	} else {
		look(&s);
		snap = audit_snapshot(loop_audit(s.loop));
	}
	loop_free(s.loop);
	text_done(&why);
	return snap;
}
