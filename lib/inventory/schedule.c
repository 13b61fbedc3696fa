/* SPDX-License-Identifier: ISC */
/* schedule.c - a binary heap of due times with a place for every index. */
#include "cwaudit/schedule.h"

#include <stdlib.h>

#include "cwaudit/mem.h"

#define FIRST_MS	300000	/* first looks take no longer ... */
#define FIRST_EACH_MS	100	/* ... and, of few, so long for each */
#define RETRY_MS	60000	/* until the second look at what was missed */

struct schedule {
	size_t	*heap;		/* indices, earliest first */
	size_t	*place;		/* index -> place in heap, SCHEDULE_NONE */
	int64_t	*due_ms;	/* by index */
	size_t	 pending;
};

struct schedule *
schedule_new(size_t n)
{
	struct schedule *s = xcalloc(1, sizeof(*s));

	s->heap = xcalloc(n, sizeof(*s->heap));
	s->place = xcalloc(n, sizeof(*s->place));
	s->due_ms = xcalloc(n, sizeof(*s->due_ms));
	for (size_t i = 0; i < n; i++)
		s->place[i] = SCHEDULE_NONE;
	return s;
}

void
schedule_free(struct schedule *s)
{
	if (s == NULL)
		return;
	free(s->heap);
	free(s->place);
	free(s->due_ms);
	free(s);
}

static void
put(struct schedule *s, size_t at, size_t index)
{
	s->heap[at] = index;
	s->place[index] = at;
}

static void
sift_up(struct schedule *s, size_t at)
{
	size_t index = s->heap[at];

	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (s->due_ms[s->heap[parent]] <= s->due_ms[index])
			break;
		put(s, at, s->heap[parent]);
		at = parent;
	}
	put(s, at, index);
}

static void
sift_down(struct schedule *s, size_t at)
{
	size_t index = s->heap[at];

	for (;;) {
		size_t child = at * 2 + 1;

		if (child >= s->pending)
			break;
		if (child + 1 < s->pending && s->due_ms[s->heap[child + 1]] <
		    s->due_ms[s->heap[child]])
			child++;
		if (s->due_ms[s->heap[child]] >= s->due_ms[index])
			break;
		put(s, at, s->heap[child]);
		at = child;
	}
	put(s, at, index);
}

void
schedule_set(struct schedule *s, size_t index, int64_t due_ms)
{
	size_t at = s->place[index];

	s->due_ms[index] = due_ms;
	if (at == SCHEDULE_NONE) {
		at = s->pending++;
		put(s, at, index);
	}
	sift_up(s, at);
	sift_down(s, s->place[index]);
}

size_t
schedule_take(struct schedule *s, int64_t now_ms)
{
	size_t index;

	if (s->pending == 0 || s->due_ms[s->heap[0]] > now_ms)
		return SCHEDULE_NONE;
	index = s->heap[0];
	s->place[index] = SCHEDULE_NONE;
	s->pending--;
	if (s->pending > 0) {
		put(s, 0, s->heap[s->pending]);
		sift_down(s, 0);
	}
	return index;
}

int64_t
schedule_next(const struct schedule *s)
{
	return s->pending > 0 ? s->due_ms[s->heap[0]] : INT64_MAX;
}

size_t
schedule_pending(const struct schedule *s)
{
	return s->pending;
}

/* FNV-1a, then a mixer: neighbours in the alphabet land far apart. */
static uint64_t
hash(const char *key)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 0x100000001b3u;
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdu;
	return h ^ h >> 33;
}

int64_t
schedule_spread(const char *key, int64_t interval_ms, int64_t now_ms)
{
	int64_t place = (int64_t)(hash(key) % (uint64_t)interval_ms);
	int64_t start = now_ms - now_ms % interval_ms;

	return start + place >= now_ms ? start + place :
	    start + place + interval_ms;
}

int64_t
schedule_first(const char *key, size_t n, int64_t interval_ms, int64_t now_ms)
{
	int64_t span = interval_ms / 10;

	if (span > FIRST_MS)
		span = FIRST_MS;
	if ((int64_t)n * FIRST_EACH_MS < span)
		span = (int64_t)n * FIRST_EACH_MS;
	return now_ms + (int64_t)(hash(key) % (uint64_t)(span + 1));
}

int64_t
schedule_retry(int64_t interval_ms, unsigned misses)
{
	int64_t delay = RETRY_MS;

	while (misses-- > 1 && delay < interval_ms)
		delay *= 2;
	return delay < interval_ms ? delay : interval_ms;
}
