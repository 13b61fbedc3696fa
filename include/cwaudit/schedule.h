/* SPDX-License-Identifier: ISC */
/*
 * schedule.h - who is due next. A heap of times by index; no timers inside,
 * no clock: the caller says what time it is, in monotonic milliseconds.
 */
#ifndef CWAUDIT_SCHEDULE_H
#define CWAUDIT_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCHEDULE_NONE	SIZE_MAX

struct schedule;

struct schedule	*schedule_new(size_t n);	/* indices 0 .. n-1, none due */
void	 schedule_free(struct schedule *);	/* NULL is fine */
void	 schedule_set(struct schedule *, size_t index, int64_t due_ms);
/* Takes the earliest out if it is due, else SCHEDULE_NONE. */
size_t	 schedule_take(struct schedule *, int64_t now_ms);
/* When the earliest is due; INT64_MAX if nothing is set. */
int64_t	 schedule_next(const struct schedule *);
size_t	 schedule_pending(const struct schedule *);

/*
 * The next time at or after now_ms that keeps a thing's place in the interval:
 * the place is a stable hash of its key, so that a restart or a reload moves
 * nobody, and looks are spread evenly. Where one interval is a multiple of
 * another, the looks of the longer one coincide with some of the shorter.
 */
int64_t	 schedule_spread(const char *key, int64_t interval_ms, int64_t now_ms);
/*
 * When one of n things that nothing is known of is looked at first: they are
 * spread over a tenth of the interval, at most 5 minutes, sooner where they
 * are few.
 */
int64_t	 schedule_first(const char *key, size_t n, int64_t interval_ms,
	    int64_t now_ms);
/* How long to wait after n misses in a row (1 ...): a minute, then twice as
 * long each time, up to the interval. */
int64_t	 schedule_retry(int64_t interval_ms, unsigned misses);

#endif
