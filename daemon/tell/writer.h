/* SPDX-License-Identifier: ISC */
/*
 * writer.h - the one thread that may block: log lines, and errands such as
 * reading files. What is submitted is done in order.
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

/* log_open must have been called. NULL: *why. */
struct writer	*writer_new(enum event_format, struct text *why) MUST_USE;
/* Takes what the event holds. Where the queue is full the line is counted,
 * and the next that fits is preceded by one that says how many were lost. */
void		 writer_tell(struct writer *, struct event *);
bool		 writer_submit(struct writer *, struct errand *) MUST_USE;
struct queue	*writer_done_queue(struct writer *);
void		 writer_set_format(struct writer *, enum event_format);
uint64_t	 writer_heartbeat(const struct writer *);
/* Writes everything that was submitted, then ends. */
void		 writer_free(struct writer *);

#endif
