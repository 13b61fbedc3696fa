/* SPDX-License-Identifier: ISC */
/* worker.c - orders in, sights out: probe, parse what is new, build its path. */
#include "worker.h"

#include <event2/event.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "cwaudit/cert_cache.h"
#include "cwaudit/libctx.h"
#include "cwaudit/mem.h"
#include "probe/prober.h"
#include "setup/thread.h"

#define BEAT_MS	1000

/* One look under way: what was ordered, and who makes it. */
struct job {
	LIST_ENTRY(job)	 entry;
	struct worker	*worker;
	struct sight	*sight;
};

struct worker {
	struct workers	*all;
	unsigned	 number;
	pthread_t	 thread;
	bool		 started;
	struct queue	*orders;
	struct event_base *base;
	struct event	*wake, *beat;
	struct prober	*prober;
	struct trust	*trust;		/* of setup */
	struct setup	*setup;		/* reference; the last order's */
	struct cert_cache *cache;
	size_t		 under_way;	/* the conductor's count */
	bool		 ordered;	/* likewise: since workers_begin */
	LIST_HEAD(, job) jobs;
	uint64_t	 beats;		/* atomic */
	bool		 stop;		/* atomic */
};

struct workers {
	struct worker	*worker;
	unsigned	 n;
	struct queue	*sights;
	const struct clock *clock;
};

struct sight *
sight_new(struct setup *setup)
{
	struct sight *s = xcalloc(1, sizeof(*s));

	s->setup = setup_ref(setup);
	return s;
}

void
sight_know(struct sight *s, const uint8_t message[CERT_SHA256],
    const struct cert *leaf, const struct chain *chain)
{
	s->known_leaf = cert_ref(leaf);
	s->known_chain = chain_ref(chain);
	memcpy(s->known_message, message, CERT_SHA256);
	s->look.known = s->known_message;
}

void
sight_free(struct sight *s)
{
	if (s == NULL)
		return;
	observation_free(s->seen);
	cert_unref(s->known_leaf);
	chain_unref(s->known_chain);
	cert_unref(s->leaf);
	chain_unref(s->chain);
	setup_unref(s->setup);
	free(s);
}

/* Facts of one certificate: a look-up if it was ever seen, else a parse. */
static const struct cert *
facts(struct worker *w, const struct observation_der *der)
{
	struct cert *c;

	if (cert_cache_parse(w->cache, der->data, der->len, &c) != CERT_OK)
		return NULL;
	if (c->ca)
		trust_learn(w->trust, c);
	return c;
}

static const struct strings *
trust_of(const struct endpoint *e)
{
	return e->kind == ENDPOINT_MTLS ? &e->settings->trust_mtls :
	    &e->settings->trust_https;
}

static const struct chain *
find_path(struct worker *w, const struct sight *s,
    const struct cert *const *sent, size_t n)
{
	return cert_cache_path(w->cache, w->trust, trust_of(s->look.endpoint),
	    s->seen->message_sha256, sent, n, s->seen->at);
}

/* Its facts are the bytes' then: these are held for nothing. */
static bool
is_whole(const struct cert *c)
{
	return c != NULL && c->trailing == 0;
}

static void
judge_chain(struct worker *w, struct sight *s, struct observation *seen)
{
	size_t n = seen->n_der;
	const struct cert **sent = xcalloc(n, sizeof(*sent));
	bool whole = true;

	for (size_t i = 0; i < n; i++) {
		sent[i] = facts(w, &seen->der[i]);
		whole = whole && is_whole(sent[i]);
	}
	s->unreadable = sent[0] == NULL;
	if (sent[0] != NULL) {
		s->leaf = cert_ref(sent[0]);
		s->chain = find_path(w, s, sent, n);
	}
	if (whole)
		observation_shed(seen);
	for (size_t i = 0; i < n; i++)
		cert_unref(sent[i]);
	free(sent);
}

/* A path that stood stands until a date in it turns. */
static bool
still_stands(const struct sight *s)
{
	const struct chain *c = s->known_chain;

	return !s->repath && c->status == CHAIN_TRUSTED &&
	    (c->valid_until == CLOCK_NEVER || c->valid_until > s->seen->at);
}

static void
recall(struct worker *w, struct sight *s)
{
	s->leaf = cert_ref(s->known_leaf);
	s->chain = still_stands(s) || s->known_leaf->der == NULL ?
	    chain_ref(s->known_chain) :
	    find_path(w, s, s->known_chain->sent, s->known_chain->n_sent);
}

static void
on_seen(void *ctx, struct observation *seen)
{
	struct job *job = ctx;
	struct worker *w = job->worker;
	struct sight *s = job->sight;

	s->seen = seen;
	if (seen->known)
		recall(w, s);
	else if (seen->n_der > 0)
		judge_chain(w, s, seen);
	LIST_REMOVE(job, entry);
	free(job);
	if (!queue_add(w->all->sights, s))
		abort();	/* the window bounds it: ours if it happens */
}

/* Another inventory: its trust from here on, and no path of the old one. */
static void
take_setup(struct worker *w, struct setup *setup)
{
	if (w->setup == setup)
		return;
	setup_unref(w->setup);
	trust_free(w->trust);
	w->setup = setup_ref(setup);
	w->trust = setup_trust_new(setup);
	cert_cache_free(w->cache);
	w->cache = cert_cache_new();
}

static void
take_orders(struct worker *w)
{
	struct sight *s;

	while ((s = queue_take(w->orders)) != NULL) {
		struct job *job = xcalloc(1, sizeof(*job));

		take_setup(w, s->setup);
		job->worker = w;
		job->sight = s;
		LIST_INSERT_HEAD(&w->jobs, job, entry);
		prober_look(w->prober, &s->look, on_seen, job);
	}
}

static void
on_wake(evutil_socket_t fd, short what, void *ctx)
{
	struct worker *w = ctx;

	(void)fd;
	(void)what;
	if (!__atomic_load_n(&w->stop, __ATOMIC_ACQUIRE))
		take_orders(w);
}

static void
on_beat(evutil_socket_t fd, short what, void *ctx)
{
	struct worker *w = ctx;

	__atomic_fetch_add(&w->beats, 1, __ATOMIC_RELAXED);
	on_wake(fd, what, ctx);
}

/*
 * What one turn of the loop brought is handed over at once. libcurl makes its
 * contexts in what is the thread's own.
 */
static void *
run(void *ctx)
{
	struct worker *w = ctx;

	(void)OSSL_LIB_CTX_set0_default(libctx_lean());
	while (!__atomic_load_n(&w->stop, __ATOMIC_ACQUIRE)) {
		(void)event_base_loop(w->base, EVLOOP_ONCE);
		queue_flush(w->all->sights);
	}
	return NULL;
}

static bool
worker_start(struct worker *w, const struct workers_options *o,
    struct text *why)
{
	const struct prober_options options = {
		.clock = o->clock, .user_agent = "cwaudit/" CWAUDIT_VERSION,
	};
	struct timeval beat = { BEAT_MS / 1000, 0 };

	w->orders = queue_new(o->window + 1);
	w->base = event_base_new();
	if (w->orders == NULL || w->base == NULL) {
		text_add(why, "no descriptor left for a worker");
		return false;
	}
	w->prober = prober_new(w->base, &options, why);
	if (w->prober == NULL)
		return false;
	w->wake = event_new(w->base, queue_fd(w->orders), EV_READ | EV_PERSIST,
	    on_wake, w);
	w->beat = event_new(w->base, -1, EV_PERSIST, on_beat, w);
	if (w->wake == NULL || w->beat == NULL ||
	    event_add(w->wake, NULL) != 0 || event_add(w->beat, &beat) != 0) {
		text_add(why, "a worker's loop could not be set up");
		return false;
	}
	w->started = thread_start(&w->thread, "worker", run, w);
	if (!w->started)
		text_add(why, "a worker thread could not be started");
	return w->started;
}

struct workers *
workers_new(const struct workers_options *o, struct text *why)
{
	struct workers *ws = xcalloc(1, sizeof(*ws));

	ws->clock = o->clock;
	ws->n = o->n;
	ws->worker = xcalloc(o->n, sizeof(*ws->worker));
	ws->sights = queue_new(o->window + 1);
	for (unsigned i = 0; i < o->n && ws->sights != NULL; i++) {
		ws->worker[i].all = ws;
		ws->worker[i].number = i;
		if (!worker_start(&ws->worker[i], o, why)) {
			workers_free(ws);
			return NULL;
		}
	}
	if (ws->sights != NULL)
		return ws;
	text_add(why, "no descriptor left for the workers' queue");
	workers_free(ws);
	return NULL;
}

static void
worker_stop(struct worker *w)
{
	struct sight *s;
	struct job *job;

	if (w->started) {
		__atomic_store_n(&w->stop, true, __ATOMIC_RELEASE);
		queue_wake(w->orders);
		(void)pthread_join(w->thread, NULL);
	}
	if (w->wake != NULL)
		event_free(w->wake);
	if (w->beat != NULL)
		event_free(w->beat);
	prober_free(w->prober);
	while ((job = LIST_FIRST(&w->jobs)) != NULL) {
		LIST_REMOVE(job, entry);
		sight_free(job->sight);
		free(job);
	}
	if (w->base != NULL)
		event_base_free(w->base);
	while (w->orders != NULL && (s = queue_take(w->orders)) != NULL)
		sight_free(s);
	queue_free(w->orders);
	trust_free(w->trust);
	cert_cache_free(w->cache);
	setup_unref(w->setup);
}

void
workers_free(struct workers *ws)
{
	struct sight *s;

	if (ws == NULL)
		return;
	for (unsigned i = 0; i < ws->n; i++)
		worker_stop(&ws->worker[i]);
	while (ws->sights != NULL && (s = queue_take(ws->sights)) != NULL)
		sight_free(s);
	queue_free(ws->sights);
	free(ws->worker);
	free(ws);
}

void
workers_order(struct workers *ws, struct sight *s)
{
	struct worker *least = &ws->worker[0];

	for (unsigned i = 1; i < ws->n; i++)
		if (ws->worker[i].under_way < least->under_way)
			least = &ws->worker[i];
	s->worker = least->number;
	least->under_way++;
	if (!queue_add(least->orders, s))
		abort();	/* the window bounds it: ours if it happens */
	least->ordered = true;
}

void
workers_begin(struct workers *ws)
{
	for (unsigned i = 0; i < ws->n; i++) {
		if (ws->worker[i].ordered)
			queue_flush(ws->worker[i].orders);
		ws->worker[i].ordered = false;
	}
}

void
workers_taken(struct workers *ws, const struct sight *s)
{
	ws->worker[s->worker].under_way--;
}

struct queue *
workers_sights(struct workers *ws)
{
	return ws->sights;
}

unsigned
workers_count(const struct workers *ws)
{
	return ws->n;
}

uint64_t
workers_heartbeat(const struct workers *ws, unsigned i)
{
	return __atomic_load_n(&ws->worker[i].beats, __ATOMIC_RELAXED);
}
