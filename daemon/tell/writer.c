/* SPDX-License-Identifier: ISC */
/* writer.c - the thread that may block. */
#include "writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cwaudit/clock.h"
#include "cwaudit/mem.h"
#include "log.h"
#include "setup/thread.h"

#define WRITER_QUEUE	65536	/* lists and errands on their way here */
#define WRITER_HELD	16384	/* lines while nobody listens; of debug half */
#define WRITER_ERRANDS	64
#define BEAT_MS		500
#define RETRY_MS	200	/* whether anybody listens again */
#define HANG_S		2	/* for a log that takes nothing, at the end */
#define COMMIT_MS	200	/* what comes within it is one commit ... */
#define COMMIT_LISTS	1000	/* ... if it is no more */
#define REOPEN_MS	10000	/* a store in trouble is tried again */

struct job {
	struct records	 records;
	struct errand	*errand;	/* instead of records */
};

struct held {
	struct event	 event;
	struct held	*next;
};

struct writer {
	struct queue	*jobs, *done;
	pthread_t	 thread;
	struct writer_options options;
	/* atomic */
	int		 format;	/* enum event_format */
	uint64_t	 beats;
	bool		 stop;
	bool		 blocked;	/* within syslog(3), or a commit */
	bool		 behind;	/* a list was lost: the store lacks it */
	size_t		 lost;		/* and not told of yet */
	size_t		 unsaid;	/* told here, lost ones too; not kept */
	/* the thread's */
	struct held	*held, **held_end;
	size_t		 n_held;
	struct records	*todo[COMMIT_LISTS];	/* not committed yet */
	size_t		 n_todo;
	int64_t		 todo_ms;	/* when the first of them came */
	struct store	*store;		/* NULL: none, or in trouble: */
	bool		 trouble;
	int64_t		 reopen_ms;
	bool		 outbox;	/* it may hold lines */
};

static int64_t
now_ms(void)
{
	return clock_mono_ms(&clock_system);
}

/* What is about to happen may take long, and is no hang of ours. */
static void
block(struct writer *w, bool on)
{
	__atomic_store_n(&w->blocked, on, __ATOMIC_RELAXED);
	__atomic_fetch_add(&w->beats, 1, __ATOMIC_RELAXED);
}

static void
say(struct writer *w, const struct event *e)
{
	struct text line = {0};

	event_print(e, (enum event_format)__atomic_load_n(&w->format,
	    __ATOMIC_RELAXED), &line);
	block(w, true);
	log_line(e->level, text_str(&line));
	block(w, false);
	text_done(&line);
}

static void
echo(const struct event *e)
{
	struct text line = {0};

	if (e->level == EVENT_DEBUG)
		return;
	event_print(e, EVENT_PLAIN, &line);
	log_echo(e->level, text_str(&line));
	text_done(&line);
}

static bool
is_heard(const struct writer *w)
{
	return log_ready() || w->options.echo;
}

/* ---- lines without a store ---- */

static size_t
count_lines(const struct records *rs)
{
	size_t n = 0;

	for (size_t i = 0; i < rs->n; i++)
		n += rs->item[i].kind == RECORD_LINE && !rs->item[i].quiet;
	return n;
}

static void
held_free(struct held *h)
{
	event_done(&h->event);
	free(h);
}

/* Takes what the event holds. */
static void
hold(struct writer *w, struct event *e)
{
	struct held *h = xcalloc(1, sizeof(*h));

	h->event = *e;
	*e = (struct event){0};
	if (w->options.echo)
		echo(&h->event);
	if (w->n_held >= (h->event.level == EVENT_DEBUG ?
	    WRITER_HELD / 2 : WRITER_HELD)) {
		__atomic_fetch_add(&w->lost, 1, __ATOMIC_RELAXED);
		held_free(h);
		return;
	}
	*w->held_end = h;
	w->held_end = &h->next;
	w->n_held++;
}

/* The newest were lost: said when all before them were. */
static void
say_lost(struct writer *w)
{
	size_t lost = __atomic_exchange_n(&w->lost, 0, __ATOMIC_RELAXED);
	struct event e = { .level = EVENT_ERROR };

	event_number(&e, "v", 1);
	event_word(&e, "event", "lost");
	event_number(&e, "lines", (int64_t)lost);
	event_text(&e, "msg", "the log did not take lines as fast as they "
	    "came; these were lost");
	say(w, &e);
	event_done(&e);
	__atomic_fetch_sub(&w->unsaid, lost, __ATOMIC_RELAXED);
}

static void
say_held(struct writer *w)
{
	bool ready = true;

	while (w->held != NULL && (ready = is_heard(w))) {
		struct held *h = w->held;

		w->held = h->next;
		if (w->held == NULL)
			w->held_end = &w->held;
		w->n_held--;
		say(w, &h->event);
		held_free(h);
		__atomic_fetch_sub(&w->unsaid, 1, __ATOMIC_RELAXED);
	}
	if (ready && __atomic_load_n(&w->lost, __ATOMIC_RELAXED) > 0 &&
	    log_ready())
		say_lost(w);
}

/* ---- the store ---- */

struct store_news {
	struct errand	 errand;	/* first */
	const struct writer_options *to;
	enum writer_news what;
	char		*why;		/* or NULL */
};

static void
finish_news(struct errand *errand)
{
	struct store_news *n = (struct store_news *)errand;

	n->to->on_store(n->to->ctx, n->what, n->why);
	free(n->why);
	free(n);
}

static void
tell_conductor(struct writer *w, enum writer_news what, const char *why)
{
	struct store_news *n = xcalloc(1, sizeof(*n));

	n->errand.done = finish_news;
	n->to = &w->options;
	n->what = what;
	n->why = why != NULL ? xstrdup(why) : NULL;
	if (!queue_put(w->done, n)) {
		free(n->why);		/* it is told again in ten seconds */
		free(n);
	}
}

/* The conductor is told at first, and when all of it is written again. */
static void
lose_store(struct writer *w, struct text *why)
{
	store_close(w->store);
	w->store = NULL;
	w->reopen_ms = now_ms() + REOPEN_MS;
	if (!w->trouble)
		tell_conductor(w, WRITER_LOST, text_str(why));
	w->trouble = true;
	text_done(why);
}

static void
reopen(struct writer *w)
{
	struct text why = {0};
	enum store_status status;

	block(w, true);
	status = store_start(w->options.store, clock_utc(&clock_system), NULL,
	    &w->store, &why);
	block(w, false);
	if (status != STORE_OK) {
		lose_store(w, &why);
		return;
	}
	w->outbox = true;
	tell_conductor(w, WRITER_WANTS, NULL);
}

static void
catch_up(struct writer *w)
{
	if (w->options.store == NULL)
		return;
	if (w->store == NULL && now_ms() >= w->reopen_ms)
		reopen(w);
	if (w->store != NULL && __atomic_exchange_n(&w->behind, false,
	    __ATOMIC_ACQ_REL))
		tell_conductor(w, WRITER_WANTS, NULL);
}

static bool
commit(struct writer *w)
{
	struct text why = {0};
	bool ok;

	if (w->store == NULL)
		return false;
	block(w, true);
	ok = store_write(w->store, (const struct records *const *)w->todo,
	    w->n_todo, &why);
	block(w, false);
	if (!ok)
		lose_store(w, &why);
	return ok;
}

/* What the store has is said from there; the rest from here. */
static void
pass_on(struct writer *w, struct records *rs, bool kept)
{
	for (size_t i = 0; i < rs->n; i++) {
		struct record *r = &rs->item[i];

		if (r->kind != RECORD_LINE || r->quiet)
			continue;
		if (kept && r->event.level != EVENT_DEBUG) {
			__atomic_fetch_sub(&w->unsaid, 1, __ATOMIC_RELAXED);
			w->outbox = true;
		} else {
			hold(w, &r->event);
		}
	}
	records_done(rs);
	free(rs);
}

static bool
is_all(const struct records *rs)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].kind == RECORD_ANEW)
			return true;
	return false;
}

static void
settle(struct writer *w)
{
	bool kept = commit(w), all = false;

	for (size_t i = 0; i < w->n_todo; i++) {
		all |= is_all(w->todo[i]);
		pass_on(w, w->todo[i], kept);
	}
	w->n_todo = 0;
	if (!kept || !all)
		return;
	w->trouble = false;
	tell_conductor(w, WRITER_WELL, NULL);
}

/* False: no more for now. */
static bool
deliver_some(struct writer *w)
{
	struct outbox_line lines[OUTBOX_MAX];
	struct text why = {0};
	int64_t seq = 0;
	bool ok, heard = true;
	size_t n;

	ok = store_outbox(w->store, STORE_SYSLOG, lines, &n, &why);
	for (size_t i = 0; i < n; i++) {
		heard = heard && is_heard(w);
		if (heard) {
			if (w->options.echo)
				echo(&lines[i].event);
			say(w, &lines[i].event);
			seq = lines[i].seq;
		}
		event_done(&lines[i].event);
	}
	block(w, true);
	ok = ok && (seq == 0 || store_mark(w->store, STORE_SYSLOG, seq,
	    &why));
	block(w, false);
	if (!ok)
		lose_store(w, &why);
	w->outbox = !ok || !heard || n == OUTBOX_MAX;
	return ok && heard && n == OUTBOX_MAX;
}

static void
deliver(struct writer *w)
{
	if (w->store == NULL || !w->outbox || !is_heard(w))
		return;
	while (deliver_some(w))
		continue;
}

/* ---- the thread ---- */

static bool
is_debug(const struct records *rs)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].kind != RECORD_LINE ||
		    rs->item[i].event.level != EVENT_DEBUG)
			return false;
	return true;
}

static void
take(struct writer *w, struct job *job)
{
	struct records *rs;

	if (job->errand != NULL) {
		job->errand->run(job->errand);
		if (!queue_put(w->done, job->errand))
			abort();	/* bounded by writer_submit: ours */
		free(job);
		return;
	}
	rs = xcalloc(1, sizeof(*rs));
	*rs = job->records;
	free(job);
	if (w->n_todo == 0 && (w->store == NULL || is_debug(rs))) {
		pass_on(w, rs, false);	/* in its turn, there is none before */
		return;
	}
	if (w->n_todo == 0)
		w->todo_ms = now_ms();
	w->todo[w->n_todo++] = rs;
}

static int
patience_ms(const struct writer *w)
{
	int64_t left = w->todo_ms + COMMIT_MS - now_ms();

	if (w->n_todo > 0)
		return left > 0 ? (int)left : 0;
	return w->held != NULL || w->outbox ? RETRY_MS : BEAT_MS;
}

static void *
run(void *ctx)
{
	struct writer *w = ctx;

	for (;;) {
		struct job *job = queue_wait(w->jobs, patience_ms(w));
		bool stop = job == NULL &&
		    __atomic_load_n(&w->stop, __ATOMIC_ACQUIRE);

		__atomic_fetch_add(&w->beats, 1, __ATOMIC_RELAXED);
		if (job != NULL)
			take(w, job);
		if (w->n_todo > 0 && (stop || w->n_todo == COMMIT_LISTS ||
		    now_ms() - w->todo_ms >= COMMIT_MS))
			settle(w);
		catch_up(w);
		deliver(w);
		say_held(w);
		if (stop)
			return NULL;
	}
}

struct writer *
writer_new(const struct writer_options *o, struct text *why)
{
	struct writer *w = xcalloc(1, sizeof(*w));
	bool started;

	w->options = *o;
	w->format = (int)o->format;
	w->held_end = &w->held;
	w->store = o->opened;
	w->outbox = w->store != NULL;
	w->trouble = o->store != NULL && w->store == NULL;
	w->reopen_ms = now_ms() + REOPEN_MS;
	w->jobs = queue_new(WRITER_QUEUE);
	w->done = queue_new(WRITER_QUEUE + WRITER_ERRANDS);
	started = w->jobs != NULL && w->done != NULL &&
	    thread_start(&w->thread, "writer", run, w);
	if (started)
		return w;
	text_add(why, "the writer thread could not be started");
	store_close(w->store);
	queue_free(w->jobs);
	queue_free(w->done);
	free(w);
	return NULL;
}

void
writer_keep(struct writer *w, struct records *rs)
{
	struct job *job;
	size_t lines = count_lines(rs);

	if (rs->n == 0)
		return;
	__atomic_fetch_add(&w->unsaid, lines, __ATOMIC_RELAXED);
	job = xcalloc(1, sizeof(*job));
	job->records = *rs;
	*rs = (struct records){0};
	if (queue_put(w->jobs, job))
		return;
	__atomic_fetch_add(&w->lost, lines, __ATOMIC_RELAXED);
	__atomic_store_n(&w->behind, true, __ATOMIC_RELEASE);
	records_done(&job->records);
	free(job);
}

bool
writer_submit(struct writer *w, struct errand *errand)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->errand = errand;
	if (queue_put(w->jobs, job))
		return true;
	free(job);
	return false;
}

struct queue *
writer_done_queue(struct writer *w)
{
	return w->done;
}

void
writer_set_format(struct writer *w, enum event_format format)
{
	__atomic_store_n(&w->format, (int)format, __ATOMIC_RELAXED);
}

uint64_t
writer_heartbeat(struct writer *w)
{
	return __atomic_load_n(&w->blocked, __ATOMIC_RELAXED) ?
	    __atomic_add_fetch(&w->beats, 1, __ATOMIC_RELAXED) :
	    __atomic_load_n(&w->beats, __ATOMIC_RELAXED);
}

static void
drop_all(struct writer *w)
{
	struct errand *errand;

	while (w->held != NULL) {
		struct held *h = w->held;

		w->held = h->next;
		held_free(h);
	}
	while ((errand = queue_take(w->done)) != NULL)
		if (errand->done == finish_news) {
			free(((struct store_news *)errand)->why);
			free(errand);
		}
	store_end(w->store, clock_utc(&clock_system));
	queue_free(w->jobs);
	queue_free(w->done);
	free(w);
}

size_t
writer_free(struct writer *w)
{
	struct timespec until = {
		.tv_sec = (time_t)clock_utc(&clock_system) + HANG_S + 1,
	};
	size_t unsaid;

	if (w == NULL)
		return 0;
	__atomic_store_n(&w->stop, true, __ATOMIC_RELEASE);
	queue_wake(w->jobs);
	if (pthread_timedjoin_np(w->thread, NULL, &until) != 0)
		return __atomic_load_n(&w->unsaid, __ATOMIC_RELAXED);
	unsaid = __atomic_load_n(&w->unsaid, __ATOMIC_RELAXED);
	drop_all(w);
	return unsaid;
}
