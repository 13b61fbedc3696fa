/* SPDX-License-Identifier: ISC */
/*
 * writer.h - the one thread that may block: log lines, and errands such as
 * reading files.
 *
 * A log that hangs blocks this thread and nobody else. While nobody listens,
 * lines are held, in order, and said when somebody does again; errands go on
 * meanwhile. Of what finds no room the newest is lost, counted, and told of
 * as event=lost as soon as that can be said.
 */
#ifndef CWAUDIT_WRITER_H
#define CWAUDIT_WRITER_H

#include "cwaudit/event.h"
#include "setup/queue.h"

struct writer;

/* An errand: run on the writer's thread, then handed to done on the
 * conductor's, when that takes it from writer_done_queue. */
struct errand {
	void	(*run)(struct errand *);
	void	(*done)(struct errand *);	/* frees it */
};

struct writer_options {
	enum event_format format;
	bool		  echo;		/* also to stderr, for people; nothing is
					 * then held for want of a listener */
};

/* log_open must have been called. NULL: *why. */
struct writer	*writer_new(const struct writer_options *, struct text *why)
		    MUST_USE;
/* Takes what the event holds. Never blocks. */
void		 writer_tell(struct writer *, struct event *);
bool		 writer_submit(struct writer *, struct errand *) MUST_USE;
struct queue	*writer_done_queue(struct writer *);
void		 writer_set_format(struct writer *, enum event_format);
/* Moves while the thread does; also while the log keeps it, which is no fault
 * of ours. */
uint64_t	 writer_heartbeat(struct writer *);
/*
 * Says what was told so far, if anybody listens, and ends; a log that hangs is
 * waited for no longer than 3 s. How many lines were never said.
 */
size_t		 writer_free(struct writer *);	/* NULL is fine */

#endif
