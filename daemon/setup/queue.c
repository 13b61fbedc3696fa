/* SPDX-License-Identifier: ISC */
/* queue.c - a ring under a mutex; the eventfd is written once when something is
 * in it, and drained when it is empty again. */
#include "queue.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cwaudit/mem.h"

struct queue {
	pthread_mutex_t	 lock;
	void		**ring;
	size_t		 capacity;
	size_t		 head;		/* the next to take */
	size_t		 n;
	int		 fd;
	bool		 readable;	/* fd was written, not drained yet */
};

struct queue *
queue_new(size_t capacity)
{
	struct queue *q;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd == -1)
		return NULL;
	q = xcalloc(1, sizeof(*q));
	q->fd = fd;
	q->capacity = capacity;
	q->ring = xcalloc(capacity, sizeof(*q->ring));
	(void)pthread_mutex_init(&q->lock, NULL);
	return q;
}

void
queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	(void)close(q->fd);
	(void)pthread_mutex_destroy(&q->lock);
	free(q->ring);
	free(q);
}

/* The lock is held. */
static void
make_readable(struct queue *q)
{
	if (!q->readable)
		(void)eventfd_write(q->fd, 1);
	q->readable = true;
}

bool
queue_add(struct queue *q, void *item)
{
	bool fits;

	(void)pthread_mutex_lock(&q->lock);
	fits = q->n < q->capacity;
	if (fits)
		q->ring[(q->head + q->n++) % q->capacity] = item;
	(void)pthread_mutex_unlock(&q->lock);
	return fits;
}

void
queue_flush(struct queue *q)
{
	(void)pthread_mutex_lock(&q->lock);
	if (q->n > 0)
		make_readable(q);
	(void)pthread_mutex_unlock(&q->lock);
}

bool
queue_put(struct queue *q, void *item)
{
	bool fits = queue_add(q, item);

	if (fits)
		queue_flush(q);
	return fits;
}

void *
queue_take(struct queue *q)
{
	void *item = NULL;
	eventfd_t ignored;

	(void)pthread_mutex_lock(&q->lock);
	if (q->n > 0) {
		item = q->ring[q->head];
		q->head = (q->head + 1) % q->capacity;
		q->n--;
	}
	if (q->n == 0 && q->readable) {
		(void)eventfd_read(q->fd, &ignored);
		q->readable = false;
	}
	(void)pthread_mutex_unlock(&q->lock);
	return item;
}

void *
queue_wait(struct queue *q, int timeout_ms)
{
	struct pollfd p = { .fd = q->fd, .events = POLLIN };
	void *item = queue_take(q);

	if (item != NULL)
		return item;
	(void)poll(&p, 1, timeout_ms);
	return queue_take(q);
}

void
queue_wake(struct queue *q)
{
	(void)pthread_mutex_lock(&q->lock);
	make_readable(q);
	(void)pthread_mutex_unlock(&q->lock);
}

int
queue_fd(const struct queue *q)
{
	return q->fd;
}
