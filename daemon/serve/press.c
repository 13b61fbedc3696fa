/* SPDX-License-Identifier: ISC */
/* press.c - editions of the store, and answers made of the last. */
#include "press.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cwaudit/mem.h"
#include "setup/thread.h"

#define TURN_MS		500
#define PERIOD		(30 * CLOCK_DAY)	/* that an edition tells of */
#define LEAST_MS	2000	/* between two editions */
#define SHARE		10	/* of the time one in so many, at most, goes
				 * into editions */
#define OLDEST_MS	60000	/* days pass also where nothing changes */
#define NICE		10	/* looks come first */

struct press {
	struct press_options options;
	pthread_t	 thread;
	bool		 stop;		/* atomic */
	struct queue	*orders, *done;
	pthread_mutex_t	 lock;
	struct setup	*setup;		/* under it */
	struct store	*store;		/* set under it, by the thread; NULL:
					 * it can't be read */
	/* the thread's own, but for edition, which is atomic */
	struct assessment assessment;
	uint64_t	 edition;	/* 0: none yet */
	int64_t		 version;	/* see store_changed */
	int64_t		 read_ms, took_ms;
};

void
press_order_free(struct press_order *o)
{
	if (o == NULL)
		return;
	sheet_unref(o->answer);
	free(o->target);
	free(o);
}

static int64_t
now_ms(void)
{
	return clock_mono_ms(&clock_system);
}

static bool
is_stopped(const struct press *p)
{
	return __atomic_load_n(&p->stop, __ATOMIC_ACQUIRE);
}

/* ---- editions ---- */

static void
set_store(struct press *p, struct store *s)
{
	struct store *old = p->store;

	(void)pthread_mutex_lock(&p->lock);
	p->store = s;
	(void)pthread_mutex_unlock(&p->lock);
	store_close(old);
	p->version = -1;
}

/* An old one stays until there is a new one: as of when it is, it says. */
static void
read_store(struct press *p)
{
	static const struct assessment_filter all = {0};
	int64_t began = now_ms(), now = clock_utc(&clock_system);
	struct assessment fresh;
	struct text why = {0};

	/* what is written in this second counts */
	assessment_init(&fresh, now + 1 - PERIOD, now + 1, &all);
	if (store_read_assessment(p->store, &fresh, &why)) {
		if (p->edition > 0)
			assessment_done(&p->assessment);
		p->assessment = fresh;
		__atomic_add_fetch(&p->edition, 1, __ATOMIC_RELEASE);
	} else {
		assessment_done(&fresh);
		set_store(p, NULL);
	}
	text_done(&why);		/* the writer tells of it */
	p->read_ms = now_ms();
	p->took_ms = p->read_ms - began;
}

static void
open_store(struct press *p)
{
	struct store *s = NULL;
	struct text why = {0};

	if (store_open(p->options.store, STORE_READ, &s, &why) == STORE_OK)
		set_store(p, s);
	text_done(&why);		/* likewise */
}

static void
turn(struct press *p)
{
	int64_t age = now_ms() - p->read_ms;
	struct text why = {0};

	if (p->edition > 0 && (age < LEAST_MS || age < SHARE * p->took_ms))
		return;
	if (p->store != NULL && !store_is_in_place(p->store, &why))
		set_store(p, NULL);
	text_done(&why);
	if (p->store == NULL)
		open_store(p);
	if (p->store != NULL && (store_changed(p->store, &p->version) ||
	    age >= OLDEST_MS))
		read_store(p);
}

/* ---- the thread ---- */

static void
answer(struct press *p, struct press_order *o)
{
	struct route_world world = {
		.assessment = p->edition > 0 ? &p->assessment : NULL,
		.store = p->edition > 0 ? p->store : NULL,
		.pulse = p->options.pulse, .max_ports = p->options.max_ports,
	};
	struct setup *setup;

	(void)pthread_mutex_lock(&p->lock);
	setup = setup_ref(p->setup);
	(void)pthread_mutex_unlock(&p->lock);
	world.setup = setup;
	o->answer = route_answer(&world, o->target, o->open);
	o->answer->edition = p->edition;
	setup_unref(setup);
	if (!queue_put(p->done, o))	/* it holds as many as there can be */
		press_order_free(o);
}

static void *
run(void *ctx)
{
	struct press *p = ctx;
	struct press_order *o;

	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	while (!is_stopped(p)) {
		turn(p);
		o = queue_wait(p->orders, TURN_MS);
		if (o != NULL)
			answer(p, o);
	}
	return NULL;
}

static void
done(struct press *p)
{
	struct queue *both[] = { p->orders, p->done };
	struct press_order *o;

	for (int i = 0; i < 2; i++) {
		while (both[i] != NULL && (o = queue_take(both[i])) != NULL)
			press_order_free(o);
		queue_free(both[i]);
	}
	if (p->edition > 0)
		assessment_done(&p->assessment);
	store_close(p->store);
	setup_unref(p->setup);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

struct press *
press_new(const struct press_options *o, struct text *why)
{
	struct press *p = xcalloc(1, sizeof(*p));
	bool started = false;

	p->options = *o;
	p->setup = setup_ref(o->setup);
	(void)pthread_mutex_init(&p->lock, NULL);
	p->orders = queue_new(PRESS_ORDERS);
	p->done = queue_new(2 * PRESS_ORDERS);
	if (p->orders != NULL && p->done != NULL) {
		started = thread_start(&p->thread, "press", run, p);
	}
	if (started)
		return p;
	text_add(why, "the thread that makes pages could not be started");
	done(p);
	return NULL;
}

void
press_free(struct press *p)
{
	if (p == NULL)
		return;
	__atomic_store_n(&p->stop, true, __ATOMIC_RELEASE);
	(void)pthread_mutex_lock(&p->lock);
	if (p->store != NULL)
		store_interrupt(p->store);
	(void)pthread_mutex_unlock(&p->lock);
	queue_wake(p->orders);
	(void)pthread_join(p->thread, NULL);
	done(p);
}

void
press_set_setup(struct press *p, struct setup *setup)
{
	struct setup *old;

	(void)pthread_mutex_lock(&p->lock);
	old = p->setup;
	p->setup = setup_ref(setup);
	(void)pthread_mutex_unlock(&p->lock);
	setup_unref(old);
}

bool
press_take(struct press *p, struct press_order *o)
{
	return queue_put(p->orders, o);
}

struct queue *
press_done(struct press *p)
{
	return p->done;
}

uint64_t
press_edition(struct press *p)
{
	return __atomic_load_n(&p->edition, __ATOMIC_ACQUIRE);
}
