/* SPDX-License-Identifier: ISC */
/* writer.c - the thread that may block. */
#include "writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "cwaudit/mem.h"
#include "log.h"

#define WRITER_QUEUE	65536	/* lines; a full one loses lines, and says so */
#define WRITER_ERRANDS	64
#define BEAT_MS		500

struct job {
	struct event	 event;
	struct errand	*errand;	/* instead of the event */
};

struct writer {
	struct queue	*jobs, *done;
	pthread_t	 thread;
	int		 format;	/* atomic; enum event_format */
	uint64_t	 beats;		/* atomic */
	bool		 stop;		/* atomic */
	size_t		 lost;		/* the conductor's */
};

static void
do_job(struct writer *w, struct job *job)
{
	struct text line = {0};

	if (job->errand != NULL) {
		job->errand->run(job->errand);
		if (!queue_put(w->done, job->errand))
			abort();	/* bounded by writer_submit: ours */
	} else {
		event_print(&job->event, (enum event_format)
		    __atomic_load_n(&w->format, __ATOMIC_RELAXED), &line);
		log_line(job->event.level, text_str(&line));
		text_done(&line);
	}
	event_done(&job->event);
	free(job);
}

static void *
run(void *ctx)
{
	struct writer *w = ctx;

	for (;;) {
		struct job *job = queue_wait(w->jobs, BEAT_MS);

		__atomic_fetch_add(&w->beats, 1, __ATOMIC_RELAXED);
		if (job != NULL)
			do_job(w, job);
		else if (__atomic_load_n(&w->stop, __ATOMIC_ACQUIRE))
			return NULL;
	}
}

struct writer *
writer_new(enum event_format format, struct text *why)
{
	struct writer *w = xcalloc(1, sizeof(*w));
	sigset_t all, before;
	bool started;

	w->format = (int)format;
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

static bool
put_event(struct writer *w, struct event *e)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->event = *e;
	if (queue_put(w->jobs, job)) {
		*e = (struct event){0};
		return true;
	}
	free(job);
	return false;
}

void
writer_tell(struct writer *w, struct event *e)
{
	struct event gap = {0};

	if (w->lost > 0) {
		gap.level = EVENT_ERROR;
		event_number(&gap, "v", 1);
		event_word(&gap, "event", "lost");
		event_number(&gap, "lines", (int64_t)w->lost);
		event_text(&gap, "msg", "the log did not take lines as fast "
		    "as they came; these were lost");
		if (put_event(w, &gap))
			w->lost = 0;
		event_done(&gap);
	}
	if (w->lost > 0 || !put_event(w, e))
		w->lost++;
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
writer_heartbeat(const struct writer *w)
{
	return __atomic_load_n(&w->beats, __ATOMIC_RELAXED);
}

void
writer_free(struct writer *w)
{
	if (w == NULL)
		return;
	__atomic_store_n(&w->stop, true, __ATOMIC_RELEASE);
	queue_wake(w->jobs);
	(void)pthread_join(w->thread, NULL);
	queue_free(w->jobs);
	queue_free(w->done);
	free(w);
}
