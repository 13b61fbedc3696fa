/* SPDX-License-Identifier: ISC */
/* reader.c - typed values out of a YAML tree, by tables of keys. */
#include "cwaudit/reader.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/clock.h"
#include "cwaudit/mem.h"
#include "cwaudit/name.h"

#define SHOWN_MAX	60	/* bytes of a text in a problem */
#define HINT_WORDS	1000	/* more are not compared */

static const char *const kinds[] = {
	[NODE_SCALAR]	= "a single value",
	[NODE_LIST]	= "a list",
	[NODE_MAP]	= "a map (key: value)",
};

static void
add(struct reader *r, int line, int column, const char *fmt, va_list ap)
{
	struct text t = {0};

	text_addv(&t, fmt, ap);
	problem_add(r->problems, r->file, line, column, "%s", text_str(&t));
	text_done(&t);
}

void
reader_problem(struct reader *r, const struct node *y, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, y->line, y->column, fmt, ap);
	va_end(ap);
}

void
reader_key_problem(struct reader *r, const struct node *y, const char *fmt,
    ...)
{
	bool key = y->key != NULL;
	va_list ap;

	va_start(ap, fmt);
	add(r, key ? y->key_line : y->line, key ? y->key_column : y->column,
	    fmt, ap);
	va_end(ap);
}

const char *
reader_shown(struct reader *r, const char *s)
{
	struct text t = {0};
	const char *shown;

	text_add_escaped(&t, s, strlen(s), SHOWN_MAX);
	shown = arena_strdup(r->arena, text_str(&t));
	text_done(&t);
	return shown;
}

const char *
reader_hint(struct reader *r, const char *word, const char *const *words,
    size_t n)
{
	struct text t = {0};
	const char *near, *hint;

	if (r->problems->n >= PROBLEM_MAX)
		return "";		/* will not be shown */
	near = text_nearest(word, words, n < HINT_WORDS ? n : HINT_WORDS);
	if (near == NULL)
		return "";
	text_addf(&t, "; did you mean \"%s\"?", reader_shown(r, near));
	hint = arena_strdup(r->arena, text_str(&t));
	text_done(&t);
	return hint;
}

bool
reader_expect(struct reader *r, const struct node *y, enum node_kind kind,
    const char *what)
{
	bool nothing = y->kind == NODE_SCALAR && y->plain && *y->value == '\0';

	if (y->kind == kind && !(nothing && kind == NODE_SCALAR))
		return true;
	if (nothing)
		reader_key_problem(r, y, "%s has no value: %s is expected",
		    what, kinds[kind]);
	else
		reader_problem(r, y, "%s must be %s, not %s", what,
		    kinds[kind], kinds[y->kind]);
	return false;
}

/* How a value is called in problems: "key", or what lists hold. */
static const char *
called(struct reader *r, const struct node *y)
{
	struct text t = {0};
	const char *s;

	if (y->key == NULL)
		return "an item of this list";
	text_addf(&t, "\"%s\"", reader_shown(r, y->key));
	s = arena_strdup(r->arena, text_str(&t));
	text_done(&t);
	return s;
}

const char *
reader_scalar(struct reader *r, const struct node *y)
{
	if (y->kind != NODE_SCALAR || *y->value == '\0') {
		if (!reader_expect(r, y, NODE_SCALAR, called(r, y)))
			return NULL;
		reader_problem(r, y, "%s is empty", called(r, y));
		return NULL;
	}
	return y->value;
}

static const struct reader_key *
find_key(const struct reader_key *keys, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

bool
reader_map_has(const struct node *map, const struct reader_key *keys,
    size_t n)
{
	if (map->kind != NODE_MAP)
		return false;
	for (const struct node *y = map->child; y != NULL; y = y->next)
		if (find_key(keys, n, y->key) != NULL)
			return true;
	return false;
}

static void
unknown_key(struct reader *r, const struct node *y, const char *what,
    const struct reader_table *tables, size_t n_tables)
{
	const char **words;
	size_t n = 0, at = 0;

	for (size_t i = 0; i < n_tables; i++)
		n += tables[i].n;
	words = xcalloc(n, sizeof(*words));
	for (size_t i = 0; i < n_tables; i++)
		for (size_t j = 0; j < tables[i].n; j++)
			words[at++] = tables[i].keys[j].name;
	reader_key_problem(r, y, "%s has no key \"%s\"%s", what,
	    reader_shown(r, y->key), reader_hint(r, y->key, words, n));
	free(words);
}

static void
read_value(struct reader *r, const struct node *y, const char *what,
    const struct reader_table *tables, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct reader_key *k;

		k = find_key(tables[i].keys, tables[i].n, y->key);
		if (k == NULL)
			continue;
		k->read(r, y, k, (char *)tables[i].base + k->offset);
		return;
	}
	unknown_key(r, y, what, tables, n);
}

bool
reader_map(struct reader *r, const struct node *map, const char *what,
    const struct reader_table *tables, size_t n)
{
	if (!reader_expect(r, map, NODE_MAP, what))
		return false;
	for (const struct node *y = map->child; y != NULL; y = y->next)
		read_value(r, y, what, tables, n);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < tables[i].n; j++)
			if (tables[i].keys[j].required &&
			    node_find(map, tables[i].keys[j].name) == NULL)
				reader_problem(r, map, "%s needs \"%s\"", what,
				    tables[i].keys[j].name);
	return true;
}

void
reader_text(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	const char *s = reader_scalar(r, y);

	(void)k;
	if (s != NULL)
		*(char **)field = arena_strdup(r->arena, s);
}

bool
reader_yes(const char *s, bool *out)
{
	bool yes = strcmp(s, "yes") == 0 || strcmp(s, "true") == 0;

	if (!yes && strcmp(s, "no") != 0 && strcmp(s, "false") != 0)
		return false;
	*out = yes;
	return true;
}

void
reader_bool(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	const char *s = reader_scalar(r, y);

	(void)k;
	if (s != NULL && !reader_yes(s, field))
		reader_problem(r, y, "%s must be yes or no, not \"%s\"",
		    called(r, y), reader_shown(r, s));
}

bool
reader_word(struct reader *r, const struct node *y,
    const struct reader_word *words, int *out)
{
	const char *s = reader_scalar(r, y), *near[32];
	struct text all = {0};
	size_t n = 0;

	if (s == NULL)
		return false;
	for (; words[n].name != NULL; n++) {
		if (strcmp(words[n].name, s) == 0) {
			*out = words[n].value;
			text_done(&all);
			return true;
		}
		text_addf(&all, "%s%s", n > 0 ? ", " : "", words[n].name);
		if (n < sizeof(near) / sizeof(near[0]))
			near[n] = words[n].name;
	}
	if (n > sizeof(near) / sizeof(near[0]))
		n = sizeof(near) / sizeof(near[0]);
	reader_problem(r, y, "%s must be one of %s, not \"%s\"%s",
	    called(r, y), text_str(&all), reader_shown(r, s),
	    reader_hint(r, s, near, n));
	text_done(&all);
	return false;
}

void
reader_words(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	int value;

	if (reader_word(r, y, k->detail, &value))
		memcpy(field, &value, sizeof(value));	/* an enum */
}

static bool
read_number(struct reader *r, const struct node *y,
    const struct reader_range *range, int64_t *out)
{
	const char *s = reader_scalar(r, y);
	uint64_t v;

	if (s == NULL)
		return false;
	if (text_number(s, (uint64_t)range->most, &v) &&
	    (int64_t)v >= range->least) {
		*out = (int64_t)v;
		return true;
	}
	reader_problem(r, y, "%s must be a number from %lld to %lld, not "
	    "\"%s\"", called(r, y), (long long)range->least,
	    (long long)range->most, reader_shown(r, s));
	return false;
}

void
reader_port(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	static const struct reader_range ports = { 1, 65535 };
	int64_t v;

	(void)k;
	if (read_number(r, y, &ports, &v))
		*(uint16_t *)field = (uint16_t)v;
}

void
reader_number(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	int64_t v;

	if (read_number(r, y, k->detail, &v))
		*(unsigned *)field = (unsigned)v;
}

/* range is in milliseconds. */
static bool
read_span(struct reader *r, const struct node *y,
    const struct reader_range *range, int64_t *out_ms)
{
	const char *s = reader_scalar(r, y);
	char least[CLOCK_TEXT], most[CLOCK_TEXT];

	if (s == NULL)
		return false;
	if (!clock_parse_span_ms(s, out_ms)) {
		reader_problem(r, y, "%s must be a span of time such as 500ms, "
		    "10s, 5m, 1h, 45d or 2w, not \"%s\"", called(r, y),
		    reader_shown(r, s));
		return false;
	}
	if (*out_ms >= range->least && *out_ms <= range->most)
		return true;
	reader_problem(r, y, "%s must be between %s and %s, not \"%s\"",
	    called(r, y), clock_format_span_ms(range->least, least),
	    clock_format_span_ms(range->most, most), reader_shown(r, s));
	return false;
}

void
reader_span_ms(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	int64_t ms;

	if (read_span(r, y, k->detail, &ms))
		*(int64_t *)field = ms;
}

void
reader_span_s(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	const struct reader_range *s = k->detail;
	struct reader_range range = { s->least * 1000, s->most * 1000 };
	int64_t ms;

	if (!read_span(r, y, &range, &ms))
		return;
	if (ms % 1000 == 0)
		*(int64_t *)field = ms / 1000;
	else
		reader_problem(r, y, "%s is counted in whole seconds",
		    called(r, y));
}

void
reader_time(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	const char *s = reader_scalar(r, y);
	int64_t at;

	(void)k;
	if (s == NULL)
		return;
	if (clock_parse(s, &at))
		*(int64_t *)field = at;
	else
		reader_problem(r, y, "%s must be a time in UTC such as "
		    "2026-12-31 or 2026-12-31T22:00Z, not \"%s\"",
		    called(r, y), reader_shown(r, s));
}

void
reader_strings(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	const struct node *item = y->kind == NODE_LIST ? y->child : y;
	struct strings list = {0};

	(void)k;
	if (y->kind == NODE_MAP) {
		(void)reader_expect(r, y, NODE_LIST, called(r, y));
		return;
	}
	for (; item != NULL; item = item == y ? NULL : item->next) {
		const char *s = reader_scalar(r, item);

		if (s != NULL)
			arena_strings_add(r->arena, &list, s);
	}
	*(struct strings *)field = list;
}

static void
read_name(struct reader *r, const struct node *y, void *field,
    const char *(*parse)(const char *, struct text *))
{
	const char *s = reader_scalar(r, y), *why;
	struct text name = {0};

	if (s == NULL)
		return;
	why = parse(s, &name);
	if (why == NULL)
		*(char **)field = arena_strdup(r->arena, text_str(&name));
	else
		reader_problem(r, y, "%s: \"%s\" %s", called(r, y),
		    reader_shown(r, s), why);
	text_done(&name);
}

void
reader_host(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	(void)k;
	read_name(r, y, field, name_host);
}

void
reader_address(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	(void)k;
	read_name(r, y, field, name_address);
}
