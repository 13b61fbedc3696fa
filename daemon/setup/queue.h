/* SPDX-License-Identifier: ISC */
/*
 * queue.h - a bounded queue of pointers between threads, with an eventfd that
 * a loop can wait for. Any thread may put, one takes.
 */
#ifndef CWAUDIT_QUEUE_H
#define CWAUDIT_QUEUE_H

#include "cwaudit/text.h"

struct queue;

/* NULL: no descriptor left. */
struct queue	*queue_new(size_t capacity) MUST_USE;
void		 queue_free(struct queue *);	/* items in it are the caller's */
/* False: full, and the item is still the caller's. Never blocks. */
bool		 queue_put(struct queue *, void *item) MUST_USE;
/* The same, and nobody is woken before queue_flush: for several in a row. */
bool		 queue_add(struct queue *, void *item) MUST_USE;
void		 queue_flush(struct queue *);
void		*queue_take(struct queue *);	/* NULL: empty. Never blocks */
void		*queue_wait(struct queue *, int timeout_ms); /* NULL: nothing came */
void		 queue_wake(struct queue *);	/* readable once, also if empty */
int		 queue_fd(const struct queue *);	/* readable while not empty */

#endif
