/* SPDX-License-Identifier: ISC */
/*
 * clock.h - now, and how times and spans are written.
 * The only file of lib/ that reads a clock; everything else is handed a
 * struct clock, so that a test can run a year in a second.
 * A time is int64_t seconds UTC since 1970; CLOCK_NEVER means none.
 */
#ifndef CWAUDIT_CLOCK_H
#define CWAUDIT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "cwaudit/text.h"

#define CLOCK_NEVER	INT64_MIN
#define CLOCK_DAY	86400

struct clock {
	int64_t	(*utc)(void *ctx);	/* seconds */
	int64_t	(*mono_ms)(void *ctx);	/* milliseconds, never steps */
	void	*ctx;
};

extern const struct clock clock_system;

int64_t	clock_utc(const struct clock *);
int64_t	clock_mono_ms(const struct clock *);

#define CLOCK_TEXT	80	/* room for whatever a struct tm can hold */
/* "2026-12-12T22:56:30Z"; "never" for CLOCK_NEVER. Returns buf. */
const char *clock_format(int64_t, char buf[CLOCK_TEXT]);
/* 2026-12-31, 2026-12-31T23:59:59Z or 2026-12-31T23:59Z; a bare day is its
 * first second. */
bool	clock_parse(const char *, int64_t *out) MUST_USE;

/* "500ms" "10s" "5m" "1h" "45d" "2w", non-negative; a bare number is refused. */
bool	clock_parse_span_ms(const char *, int64_t *out_ms) MUST_USE;
/* The shortest exact form: "90s", "1h", "45d", "250ms". Returns buf. */
const char *clock_format_span_ms(int64_t ms, char buf[CLOCK_TEXT]);

/*
 * The last time, now or before, at which it was so many seconds after midnight
 * in the local time zone; where a change of summer time skips that, shortly
 * after.
 */
int64_t	clock_last_at(int64_t now, int after_midnight_s);

/* Civil date to seconds (proleptic Gregorian); fields must be in range. */
int64_t	clock_from_civil(int year, int month, int day, int hour, int min,
	    int sec);

#endif
