/* SPDX-License-Identifier: ISC */
/*
 * writer.h - the one thread that may block: commits to the store, log lines,
 * and errands such as reading files.
 *
 * With a store, what is handed over is committed first, together or not at
 * all; then its lines are said from there, each with its seq, and marked a few
 * at a time. So a line is said at least once: after a crash those that were
 * not marked yet are said again, with the same seq. While nobody listens they
 * stay in the store.
 *
 * Without one, or while it cannot be written, lines are said without a seq,
 * in order, and held while nobody listens. Of what finds no room the newest is
 * lost, counted, and told of as event=lost as soon as that can be said.
 *
 * A log or a disk that hangs blocks this thread and nobody else. Its queue
 * holds 65536 lists; what finds it full is lost as above, and the store
 * then wants to be told all that there is.
 */
#ifndef CWAUDIT_WRITER_H
#define CWAUDIT_WRITER_H

#include "setup/queue.h"
#include "store/store.h"

struct writer;

/* An errand: run on the writer's thread, then handed to done on the
 * conductor's, when that takes it from writer_done_queue. */
struct errand {
	void	(*run)(struct errand *);
	void	(*done)(struct errand *);	/* frees it */
};

enum writer_news {
	WRITER_LOST,	/* the store cannot be written; told once */
	WRITER_WANTS,	/* it lacks something: hand over all that there is */
	WRITER_WELL,	/* that is written: it is no longer lost */
};

struct writer_options {
	enum event_format format;
	bool		  echo;		/* also to stderr, for people; nothing is
					 * then held for want of a listener */
	const char	 *store;	/* path, borrowed; NULL: none is wanted */
	struct store	 *opened;	/* by store_start; taken. NULL: it is in
					 * trouble, and tried again by and by */
	/* On the conductor's thread, as an errand. why: only of WRITER_LOST. */
	void		(*on_store)(void *ctx, enum writer_news, const char *why);
	void		 *ctx;
};

/* log_open must have been called. NULL: *why; opened is closed. */
struct writer	*writer_new(const struct writer_options *, struct text *why)
		    MUST_USE;
/* Takes what the list holds. Never blocks. */
void		 writer_keep(struct writer *, struct records *);
bool		 writer_submit(struct writer *, struct errand *) MUST_USE;
struct queue	*writer_done_queue(struct writer *);
void		 writer_set_format(struct writer *, enum event_format);
/* Moves while the thread does; also while the log or the disk keeps it, which
 * is no fault of ours. */
uint64_t	 writer_heartbeat(struct writer *);
/*
 * Commits and says what was told so far, if anybody listens, and ends; what
 * hangs is waited for no longer than 3 s. How many lines were neither said nor
 * kept in the store.
 */
size_t		 writer_free(struct writer *);	/* NULL is fine */

#endif
