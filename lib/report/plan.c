/* SPDX-License-Identifier: ISC */
/* plan.c - looks counted by the hour, and sent. */
#include "cwaudit/plan.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/document.h"
#include "cwaudit/mem.h"

#define HOUR_S	3600
#define LAST	253402300800	/* the year 10000 */

static const char *const columns[PLAN_COLUMNS] = {
	[PLAN_HTTPS] = "https", [PLAN_MTLS] = "mtls",
	[PLAN_PROOFS] = "proofs", [PLAN_AGAIN] = "again",
};

static void
next_done(struct plan_next *n)
{
	free(n->host);
	free(n->kind);
}

void
plan_done(struct plan *p)
{
	for (size_t i = 0; i < p->n_next; i++)
		next_done(&p->next[i]);
	*p = (struct plan){0};
}

/* How many of first, first + period ... come before end. */
static int64_t
count_before(int64_t end, int64_t first, int64_t period)
{
	if (end <= first)
		return 0;
	return period == 0 ? 1 : (end - first - 1) / period + 1;
}

void
plan_add(struct plan *p, enum plan_column column, int64_t first_s,
    int64_t period_s)
{
	for (int h = 0; h < PLAN_HOURS; h++)
		p->count[h][column] += (size_t)
		    (count_before((h + 1) * HOUR_S, first_s, period_s) -
		    count_before(h * HOUR_S, first_s, period_s));
}

void
plan_offer(struct plan *p, int64_t at, const char *host, const char *kind,
    unsigned port)
{
	size_t i = p->n_next;

	while (i > 0 && p->next[i - 1].at > at)
		i--;
	if (i == PLAN_NEXT)
		return;
	if (p->n_next == PLAN_NEXT)
		next_done(&p->next[--p->n_next]);
	memmove(&p->next[i + 1], &p->next[i],
	    (p->n_next++ - i) * sizeof(p->next[0]));
	p->next[i] = (struct plan_next){ at, xstrdup(host), xstrdup(kind),
	    port };
}

static json_t *
number(size_t n)
{
	return json_integer((json_int_t)n);
}

json_t *
plan_json(const struct plan *p)
{
	json_t *out = json_object(), *hours = json_array();
	json_t *next = json_array();

	for (int h = 0; h < PLAN_HOURS; h++) {
		json_t *row = json_object();

		for (int c = 0; c < PLAN_COLUMNS; c++)
			document_set(row, columns[c], number(p->count[h][c]));
		(void)json_array_append_new(hours, row);
	}
	for (size_t i = 0; i < p->n_next; i++) {
		json_t *row = json_object();

		document_set(row, "at", document_time(p->next[i].at));
		document_set(row, "host", document_text(p->next[i].host));
		document_set(row, "kind", document_text(p->next[i].kind));
		document_set(row, "port", number(p->next[i].port));
		(void)json_array_append_new(next, row);
	}
	document_set(out, "schema", document_text("cwaudit/plan/1"));
	document_set(out, "from", document_time(p->from));
	document_set(out, "under_way", number(p->under_way));
	document_set(out, "window", number(p->window));
	document_set(out, "waiting", number(p->waiting));
	document_set(out, "hours", hours);
	document_set(out, "next", next);
	return out;
}

static bool
read_number(const json_t *from, const char *key, size_t *out)
{
	const json_t *n = json_object_get(from, key);

	if (!json_is_integer(n) || json_integer_value(n) < 0)
		return false;
	*out = (size_t)json_integer_value(n);
	return true;
}

static bool
read_time(const json_t *from, const char *key, int64_t *out)
{
	const char *s = json_string_value(json_object_get(from, key));

	return s != NULL && clock_parse(s, out) && *out >= 0 &&
	    *out < LAST;
}

static bool
read_hours(const json_t *hours, struct plan *out)
{
	if (json_array_size(hours) != PLAN_HOURS)
		return false;
	for (size_t h = 0; h < PLAN_HOURS; h++)
		for (int c = 0; c < PLAN_COLUMNS; c++)
			if (!read_number(json_array_get(hours, h), columns[c],
			    &out->count[h][c]))
				return false;
	return true;
}

static bool
read_next(const json_t *next, struct plan *out)
{
	for (size_t i = 0; i < json_array_size(next); i++) {
		const json_t *row = json_array_get(next, i);
		const char *host = json_string_value(json_object_get(row,
		    "host"));
		const char *kind = json_string_value(json_object_get(row,
		    "kind"));
		int64_t at;
		size_t port;

		if (host == NULL || kind == NULL ||
		    !read_time(row, "at", &at) ||
		    !read_number(row, "port", &port))
			return false;
		plan_offer(out, at, host, kind, (unsigned)port);
	}
	return true;
}

bool
plan_parse(const json_t *from, struct plan *out)
{
	*out = (struct plan){0};
	if (read_time(from, "from", &out->from) &&
	    read_number(from, "under_way", &out->under_way) &&
	    read_number(from, "window", &out->window) &&
	    read_number(from, "waiting", &out->waiting) &&
	    read_hours(json_object_get(from, "hours"), out) &&
	    read_next(json_object_get(from, "next"), out))
		return true;
	plan_done(out);
	return false;
}
