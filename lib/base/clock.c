/* SPDX-License-Identifier: ISC */
/* clock.c - now, and how times and spans are written. */
#include "cwaudit/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

static int64_t
system_utc(void *ctx)
{
	(void)ctx;
	return (int64_t)time(NULL);
}

static int64_t
system_mono_ms(void *ctx)
{
	struct timespec ts;

	(void)ctx;
	if (clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const struct clock clock_system = { system_utc, system_mono_ms, NULL };

int64_t
clock_utc(const struct clock *c)
{
	return c->utc(c->ctx);
}

int64_t
clock_mono_ms(const struct clock *c)
{
	return c->mono_ms(c->ctx);
}

const char *
clock_format(int64_t at, char buf[CLOCK_TEXT])
{
	time_t t = (time_t)at;
	struct tm tm;

	if (at == CLOCK_NEVER || gmtime_r(&t, &tm) == NULL) {
		memcpy(buf, "never", 6);
		return buf;
	}
	(void)snprintf(buf, CLOCK_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec);
	return buf;
}

/* Days since 1970-01-01 (H. Hinnant, "chrono-compatible algorithms"). */
static int64_t
days_from_civil(int64_t y, int m, int d)
{
	int64_t era, year_of_era, day_of_year;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	    year_of_era / 100 + day_of_year - 719468;
}

int64_t
clock_from_civil(int year, int month, int day, int hour, int min, int sec)
{
	return days_from_civil(year, month, day) * CLOCK_DAY + hour * 3600 +
	    min * 60 + sec;
}

/* n digits at *s as a number in [low, high]; moves *s behind them. */
static bool
take_digits(const char **s, int n, int low, int high, int *out)
{
	int v = 0;

	for (int i = 0; i < n; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		v = v * 10 + (**s - '0');
	}
	*out = v;
	return v >= low && v <= high;
}

static bool
take_char(const char **s, char c)
{
	return **s == c && *(*s)++ == c;
}

static int
month_days(int year, int month)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

bool
clock_parse(const char *s, int64_t *out)
{
	int year, month, day, hour = 0, min = 0, sec = 0;

	if (!take_digits(&s, 4, 1, 9999, &year) || !take_char(&s, '-') ||
	    !take_digits(&s, 2, 1, 12, &month) || !take_char(&s, '-') ||
	    !take_digits(&s, 2, 1, month_days(year, month), &day))
		return false;
	if (*s != '\0') {
		if (!take_char(&s, 'T') || !take_digits(&s, 2, 0, 23, &hour) ||
		    !take_char(&s, ':') || !take_digits(&s, 2, 0, 59, &min))
			return false;
		if (take_char(&s, ':') && !take_digits(&s, 2, 0, 59, &sec))
			return false;
		if (!take_char(&s, 'Z') || *s != '\0')
			return false;
	}
	*out = clock_from_civil(year, month, day, hour, min, sec);
	return true;
}

static const struct {
	const char	*name;
	int64_t		 ms;
} units[] = {			/* largest first: formatting takes the first that divides */
	{ "w", 7LL * CLOCK_DAY * 1000 },
	{ "d", 1LL * CLOCK_DAY * 1000 },
	{ "h", 3600LL * 1000 },
	{ "m", 60LL * 1000 },
	{ "s", 1000 },
	{ "ms", 1 },
};

bool
clock_parse_span_ms(const char *s, int64_t *out_ms)
{
	size_t digits = strspn(s, "0123456789");
	char number[20];
	uint64_t v;

	if (digits == 0 || digits >= sizeof(number))
		return false;
	memcpy(number, s, digits);
	number[digits] = '\0';
	for (size_t i = 0; i < ARRAY_N(units); i++) {
		if (strcmp(s + digits, units[i].name) != 0)
			continue;
		if (!text_number(number, (uint64_t)(INT64_MAX / units[i].ms), &v))
			return false;
		*out_ms = (int64_t)v * units[i].ms;
		return true;
	}
	return false;
}

const char *
clock_format_span_ms(int64_t ms, char buf[CLOCK_TEXT])
{
	for (size_t i = 1; i < ARRAY_N(units); i++) {	/* days read better than weeks */
		if (ms % units[i].ms != 0 || (ms == 0 && units[i].ms != 1000))
			continue;
		(void)snprintf(buf, CLOCK_TEXT, "%lld%s",
		    (long long)(ms / units[i].ms), units[i].name);
		return buf;
	}
	return buf;
}

int64_t
clock_last_at(int64_t now, int after_midnight_s)
{
	time_t t = (time_t)now;
	struct tm tm;

	for (int back = 0; back < 2; back++) {
		if (localtime_r(&t, &tm) == NULL)
			return now;
		tm.tm_mday -= back;
		tm.tm_hour = after_midnight_s / 3600;
		tm.tm_min = after_midnight_s / 60 % 60;
		tm.tm_sec = after_midnight_s % 60;
		tm.tm_isdst = -1;	/* as it is at that time */
		if (mktime(&tm) <= t)
			break;
	}
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm);
}
