/* SPDX-License-Identifier: ISC */
/* writer.c - the thread that may block. */
#include "writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "cwaudit/clock.h"
#include "cwaudit/mem.h"
#include "log.h"

#define WRITER_QUEUE	65536	/* lines and errands on their way here */
#define WRITER_HELD	16384	/* lines while nobody listens; of debug half */
#define WRITER_ERRANDS	64
#define BEAT_MS		500
#define RETRY_MS	200	/* whether anybody listens again */
#define HANG_S		2	/* for a log that takes nothing, at the end */

struct job {
	struct event	 event;
	struct errand	*errand;	/* instead of the event */
	struct job	*next;		/* held */
};

struct writer {
	struct queue	*jobs, *done;
	pthread_t	 thread;
	bool		 echo;
	/* atomic */
	int		 format;	/* enum event_format */
	uint64_t	 beats;
	bool		 stop;
	bool		 saying;	/* within syslog(3) */
	size_t		 lost;		/* and not told of yet */
	size_t		 unsaid;	/* told here, lost ones too */
	/* the thread's */
	struct job	*held, **held_end;
	size_t		 n_held;
};

static void
say(struct writer *w, const struct event *e)
{
	struct text line = {0};

	event_print(e, (enum event_format)__atomic_load_n(&w->format,
	    __ATOMIC_RELAXED), &line);
	__atomic_store_n(&w->saying, true, __ATOMIC_RELAXED);
	log_line(e->level, text_str(&line));
	__atomic_store_n(&w->saying, false, __ATOMIC_RELAXED);
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

static void
job_free(struct job *job)
{
	event_done(&job->event);
	free(job);
}

static void
lose(struct writer *w)
{
	__atomic_fetch_add(&w->lost, 1, __ATOMIC_RELAXED);
}

static void
hold(struct writer *w, struct job *job)
{
	if (w->echo)
		echo(&job->event);
	if (w->n_held >= (job->event.level == EVENT_DEBUG ?
	    WRITER_HELD / 2 : WRITER_HELD)) {
		lose(w);
		job_free(job);
		return;
	}
	*w->held_end = job;
	w->held_end = &job->next;
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

	while (w->held != NULL && (ready = log_ready() || w->echo)) {
		struct job *job = w->held;

		w->held = job->next;
		if (w->held == NULL)
			w->held_end = &w->held;
		w->n_held--;
		say(w, &job->event);
		job_free(job);
		__atomic_fetch_sub(&w->unsaid, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&w->beats, 1, __ATOMIC_RELAXED);
	}
	if (ready && __atomic_load_n(&w->lost, __ATOMIC_RELAXED) > 0 &&
	    log_ready())
		say_lost(w);
}

static void
do_job(struct writer *w, struct job *job)
{
	if (job->errand == NULL) {
		hold(w, job);
		return;
	}
	job->errand->run(job->errand);
	if (!queue_put(w->done, job->errand))
		abort();	/* bounded by writer_submit: ours */
	job_free(job);
}

static void *
run(void *ctx)
{
	struct writer *w = ctx;

	for (;;) {
		struct job *job = queue_wait(w->jobs,
		    w->held != NULL ? RETRY_MS : BEAT_MS);

		__atomic_fetch_add(&w->beats, 1, __ATOMIC_RELAXED);
		if (job != NULL)
			do_job(w, job);
		say_held(w);
		if (job == NULL && __atomic_load_n(&w->stop, __ATOMIC_ACQUIRE))
			return NULL;
	}
}

struct writer *
writer_new(const struct writer_options *o, struct text *why)
{
	struct writer *w = xcalloc(1, sizeof(*w));
	sigset_t all, before;
	bool started;

	w->format = (int)o->format;
	w->echo = o->echo;
	w->held_end = &w->held;
	w->jobs = queue_new(WRITER_QUEUE);
	w->done = queue_new(WRITER_QUEUE + WRITER_ERRANDS);
	(void)sigfillset(&all);		/* signals are the conductor's */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = w->jobs != NULL && w->done != NULL &&
	    pthread_create(&w->thread, NULL, run, w) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (started)
		return w;
	text_add(why, "the writer thread could not be started");
	queue_free(w->jobs);
	queue_free(w->done);
	free(w);
	return NULL;
}

void
writer_tell(struct writer *w, struct event *e)
{
	struct job *job = xcalloc(1, sizeof(*job));

	__atomic_fetch_add(&w->unsaid, 1, __ATOMIC_RELAXED);
	job->event = *e;
	*e = (struct event){0};
	if (queue_put(w->jobs, job))
		return;
	lose(w);
	job_free(job);
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
	return __atomic_load_n(&w->saying, __ATOMIC_RELAXED) ?
	    __atomic_add_fetch(&w->beats, 1, __ATOMIC_RELAXED) :
	    __atomic_load_n(&w->beats, __ATOMIC_RELAXED);
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
	while (w->held != NULL) {
		struct job *job = w->held;

		w->held = job->next;
		job_free(job);
	}
	queue_free(w->jobs);
	queue_free(w->done);
	free(w);
	return unsaid;
}
