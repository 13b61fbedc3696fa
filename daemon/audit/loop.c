/* SPDX-License-Identifier: ISC */
/* loop.c - the conductor's loop around audit.c. */
#include "loop.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cwaudit/mem.h"
#include "news.h"

#define FDS_PER_LOOK	2	/* a socket, and what libcurl keeps beside it */
#define FDS_PER_WORKER	6	/* its loop, its queue, its signals */
#define FDS_PROCESS	22	/* the conductor's loop, files, one look */
#define FDS_FEWEST	(FDS_PROCESS + FDS_PER_WORKER)
#define FDS_BESIDE	128	/* everything else of the process */

struct question {
	LIST_ENTRY(question) entry;
	struct loop	*loop;
	uint64_t	 ticket;
};

struct loop {
	struct event_base *base;
	struct event	*timer, *sights;
	struct resolver	*resolver;
	struct workers	*workers;
	struct revoker	*revoker;	/* NULL until there is a question */
	struct event	*answers;
	bool		 no_revoker;	/* it could not be had */
	struct audit	*audit;
	struct loop_options options;
	struct config	 config;	/* a copy with what could be had */
	LIST_HEAD(, question) questions;	/* not answered yet */
	uint64_t	*beats;		/* of workers, when last asked */
	uint64_t	 revoker_beat;
};

static void
on_answer(void *ctx, const struct resolve_answer *answer)
{
	struct question *q = ctx;

	LIST_REMOVE(q, entry);
	audit_resolved(q->loop->audit, q->ticket, answer);
	loop_kick(q->loop);
	free(q);
}

static void
ask(void *ctx, const char *name, int families, int64_t timeout_ms,
    uint64_t ticket)
{
	struct question *q = xcalloc(1, sizeof(*q));

	q->loop = ctx;
	q->ticket = ticket;
	LIST_INSERT_HEAD(&q->loop->questions, q, entry);
	resolver_ask(q->loop->resolver, name, families, timeout_ms, on_answer,
	    q);
}

static void
look(void *ctx, struct sight *s)
{
	workers_order(((struct loop *)ctx)->workers, s);
}

static void
keep(void *ctx, struct records *rs)
{
	struct loop *l = ctx;

	if (l->options.keep != NULL)
		l->options.keep(l->options.ctx, rs);
}

static void
swept(void *ctx)
{
	struct loop *l = ctx;

	if (l->options.swept != NULL)
		l->options.swept(l->options.ctx);
}

static void
complain(struct loop *l, const char *what, const char *why)
{
	struct records rs = {0};
	struct text t = {0};

	text_addf(&t, "%s: %s", what, why);
	news_plain(&records_add(&rs, RECORD_LINE,
	    clock_utc(l->options.audit.clock))->event, EVENT_WARNING,
	    "revocation", text_str(&t));
	keep(l, &rs);
	records_done(&rs);
	text_done(&t);
}

static void on_answers(evutil_socket_t, short, void *);

/* The thread that finds out about revocation, once anyone asks. */
static bool
start_revoker(struct loop *l)
{
	const struct revoker_options options = {
		.clock = l->options.audit.clock, .cache = l->options.cache,
		.resolver_servers = &l->config.resolver_servers,
		.resolver_timeout_ms = l->config.resolver_timeout_ms,
	};
	struct text why = {0};

	l->revoker = revoker_new(&options, &why);
	if (l->revoker != NULL) {
		l->answers = event_new(l->base,
		    queue_fd(revoker_answers(l->revoker)),
		    EV_READ | EV_PERSIST, on_answers, l);
		if (l->answers == NULL || event_add(l->answers, NULL) != 0)
			text_add(&why, "no event could be added to the loop");
		else if (revoker_cache_trouble(l->revoker) != NULL)
			complain(l, "nothing is kept over a restart",
			    revoker_cache_trouble(l->revoker));
	}
	l->no_revoker = why.len > 0;
	if (l->no_revoker)
		complain(l, "revocation is not checked", text_str(&why));
	text_done(&why);
	return !l->no_revoker;
}

static bool
ask_doubt(void *ctx, struct doubt *d)
{
	struct loop *l = ctx;

	if (l->no_revoker || (l->revoker == NULL && !start_revoker(l)))
		return false;
	return revoker_ask(l->revoker, d);
}

static void
run_audit(struct loop *l)
{
	int64_t wait = audit_run(l->audit);
	struct timeval tv = { wait / 1000, wait % 1000 * 1000 };

	workers_begin(l->workers);
	(void)event_add(l->timer, &tv);
}

static void
on_timer(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	run_audit(ctx);
}

static void
on_sights(evutil_socket_t fd, short what, void *ctx)
{
	struct loop *l = ctx;
	struct sight *s;

	(void)fd;
	(void)what;
	for (int i = 0; i < 256 && (s =		/* then let others have a turn */
	    queue_take(workers_sights(l->workers))) != NULL; i++) {
		workers_taken(l->workers, s);
		audit_seen(l->audit, s);
	}
	run_audit(l);
}

static void
on_answers(evutil_socket_t fd, short what, void *ctx)
{
	struct loop *l = ctx;
	struct doubt *d;

	(void)fd;
	(void)what;
	for (int i = 0; i < 64 && (d =
	    queue_take(revoker_answers(l->revoker))) != NULL; i++) {
		revoker_taken(l->revoker);
		audit_answered(l->audit, d);
	}
	run_audit(l);
}

static unsigned
worker_count(const struct config *c)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (c->workers > 0)
		return c->workers;
	return cores > 0 ? (unsigned)cores : 1;
}

/*
 * Raises the descriptor limit, or fits workers and window into what it allows:
 * many looks at once are worth little to who has no socket for them.
 */
static bool
fit_descriptors(struct loop *l, struct text *why)
{
	struct config *c = &l->config;
	rlim_t want = (rlim_t)c->window * FDS_PER_LOOK + FDS_BESIDE +
	    (rlim_t)c->workers * FDS_PER_WORKER;
	struct rlimit lim;
	rlim_t left;

	if (getrlimit(RLIMIT_NOFILE, &lim) != 0 || lim.rlim_cur >= want)
		return true;
	lim.rlim_cur = lim.rlim_max < want ? lim.rlim_max : want;
	(void)setrlimit(RLIMIT_NOFILE, &lim);
	if (lim.rlim_cur < FDS_FEWEST) {
		text_addf(why, "%ju descriptors are allowed (ulimit -n), at "
		    "least %u are needed", (uintmax_t)lim.rlim_cur,
		    FDS_FEWEST);
		return false;
	}
	if (lim.rlim_cur >= want)
		return true;
	left = (lim.rlim_cur - FDS_PROCESS) / FDS_PER_WORKER;
	if (left < c->workers)
		c->workers = (unsigned)left;
	c->window = lim.rlim_cur > FDS_BESIDE + FDS_PER_LOOK ?
	    (unsigned)((lim.rlim_cur - FDS_BESIDE) / FDS_PER_LOOK) : 1;
	return true;
}

static bool
start(struct loop *l, struct text *why)
{
	struct workers_options wo = {
		.n = l->config.workers,
		/* one look may become one per address of a name */
		.window = (size_t)l->config.window * RESOLVE_MAX + 1,
		.clock = l->options.audit.clock,
	};

	l->base = event_base_new();
	if (l->base == NULL) {
		text_add(why, "no event loop could be made");
		return false;
	}
	l->resolver = resolver_new(l->base, &l->config.resolver_servers,
	    l->config.resolver_timeout_ms, why);
	if (l->resolver == NULL)
		return false;
	l->workers = workers_new(&wo, why);
	if (l->workers == NULL)
		return false;
	l->beats = xcalloc(wo.n, sizeof(*l->beats));
	l->timer = event_new(l->base, -1, 0, on_timer, l);
	l->sights = event_new(l->base, queue_fd(workers_sights(l->workers)),
	    EV_READ | EV_PERSIST, on_sights, l);
	if (l->timer != NULL && l->sights != NULL &&
	    event_add(l->sights, NULL) == 0)
		return true;
	text_add(why, "no event could be added to the loop");
	return false;
}

struct loop *
loop_new(const struct loop_options *o, struct text *why)
{
	const struct audit_io io = {
		.resolve = ask, .look = look, .doubt = ask_doubt,
		.keep = keep, .swept = swept,
	};
	struct loop *l = xcalloc(1, sizeof(*l));
	struct audit_io mine = io;

	mine.ctx = l;
	l->options = *o;
	l->config = *o->audit.config;	/* borrows its strings */
	l->config.workers = worker_count(&l->config);
	l->options.audit.config = &l->config;
	if (!fit_descriptors(l, why) || !start(l, why)) {
		loop_free(l);
		return NULL;
	}
	l->audit = audit_new(&l->options.audit, &mine, o->setup);
	loop_kick(l);
	return l;
}

struct event_base *
loop_base(struct loop *l)
{
	return l->base;
}

unsigned
loop_window(const struct loop *l)
{
	return l->config.window;
}

struct audit *
loop_audit(struct loop *l)
{
	return l->audit;
}

void
loop_run(struct loop *l)
{
	(void)event_base_dispatch(l->base);
}

void
loop_stop(struct loop *l)
{
	(void)event_base_loopbreak(l->base);
}

void
loop_kick(struct loop *l)
{
	struct timeval now = {0};

	(void)event_add(l->timer, &now);
}

void
loop_reload(struct loop *l, struct setup *setup, const struct config *config)
{
	unsigned window = l->config.window;

	l->config = *config;
	l->config.window = window;	/* queues were made for it */
	audit_reload(l->audit, setup, &l->config);
	loop_kick(l);
}

bool
loop_alive(struct loop *l)
{
	bool alive = audit_moves(l->audit);

	for (unsigned i = 0; i < workers_count(l->workers); i++) {
		uint64_t beat = workers_heartbeat(l->workers, i);

		alive &= beat != l->beats[i];
		l->beats[i] = beat;
	}
	if (l->revoker != NULL) {
		uint64_t beat = revoker_heartbeat(l->revoker);

		alive &= beat != l->revoker_beat;
		l->revoker_beat = beat;
	}
	return alive;
}

void
loop_free(struct loop *l)
{
	struct question *q;

	if (l == NULL)
		return;
	workers_free(l->workers);
	if (l->answers != NULL)
		event_free(l->answers);
	revoker_free(l->revoker);
	resolver_free(l->resolver);
	while ((q = LIST_FIRST(&l->questions)) != NULL) {
		LIST_REMOVE(q, entry);
		free(q);
	}
	audit_free(l->audit);
	if (l->timer != NULL)
		event_free(l->timer);
	if (l->sights != NULL)
		event_free(l->sights);
	if (l->base != NULL)
		event_base_free(l->base);
	free(l->beats);
	free(l);
}
