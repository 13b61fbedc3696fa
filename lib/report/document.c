/* SPDX-License-Identifier: ISC */
/* document.c - JSON, streamed. */
#include "cwaudit/document.h"

#include <string.h>

#include "cwaudit/mem.h"

static void
put(struct document *d, const char *bytes, size_t len)
{
	if (!d->stopped && len > 0 && !d->write(d->ctx, bytes, len))
		d->stopped = true;
}

static void
begin_line(struct document *d)
{
	put(d, "\n", 1);
	for (unsigned i = 0; i < d->nesting; i++)
		put(d, "  ", 2);
}

static void
begin_piece(struct document *d)
{
	if (!d->first)
		put(d, ",", 1);
	d->first = false;
	begin_line(d);
}

/* A line feed in a dump stands between tokens: jansson escapes the others. */
static int
on_dump(const char *bytes, size_t len, void *ctx)
{
	struct document *d = ctx;

	for (size_t i = 0; i < len;) {
		const char *feed = memchr(bytes + i, '\n', len - i);
		size_t n = feed != NULL ? (size_t)(feed - bytes) - i : len - i;

		put(d, bytes + i, n);
		i += n;
		if (feed != NULL) {
			begin_line(d);
			i++;
		}
	}
	return d->stopped ? -1 : 0;
}

static void
put_value(struct document *d, json_t *value)
{
	(void)json_dump_callback(value, on_dump, d,
	    JSON_INDENT(2) | JSON_ENCODE_ANY);
	json_decref(value);
}

static void
put_key(struct document *d, const char *key)
{
	put(d, "\"", 1);
	put(d, key, strlen(key));	/* ours: nothing in it to escape */
	put(d, "\": ", 3);
}

void
document_open(struct document *d, report_write_fn *write, void *ctx)
{
	*d = (struct document){ .write = write, .ctx = ctx, .first = true };
	put(d, "{", 1);
	d->nesting = 1;
}

void
document_member(struct document *d, const char *key, json_t *value)
{
	begin_piece(d);
	put_key(d, key);
	put_value(d, value);
}

void
document_begin(struct document *d, const char *key)
{
	begin_piece(d);
	if (key != NULL)
		put_key(d, key);
	put(d, "{", 1);
	d->nesting++;
	d->first = true;
}

void
document_end(struct document *d)
{
	d->nesting--;
	if (!d->first)
		begin_line(d);
	put(d, "}", 1);
	d->first = false;
}

void
document_list(struct document *d, const char *key)
{
	begin_piece(d);
	put_key(d, key);
	put(d, "[", 1);
	d->nesting++;
	d->first = true;
}

void
document_item(struct document *d, json_t *value)
{
	begin_piece(d);
	put_value(d, value);
}

void
document_list_end(struct document *d)
{
	d->nesting--;
	if (!d->first)
		begin_line(d);
	put(d, "]", 1);
	d->first = false;
}

bool
document_close(struct document *d)
{
	put(d, "\n}\n", 3);
	return !d->stopped;
}

bool
document_line(json_t *value, report_write_fn *write, void *ctx)
{
	struct document d = { .write = write, .ctx = ctx };

	(void)json_dump_callback(value, on_dump, &d, JSON_COMPACT);
	json_decref(value);
	put(&d, "\n", 1);
	return !d.stopped;
}

json_t *
document_raw(const char *bytes, size_t len)
{
	struct text t = {0};
	json_t *value;

	text_add_escaped(&t, bytes, len, 0);
	value = json_string(text_str(&t));
	text_done(&t);
	return value;
}

json_t *
document_text(const char *s)
{
	json_t *value;

	if (s == NULL || *s == '\0')
		return json_null();
	value = json_string(s);
	return value != NULL ? value : document_raw(s, strlen(s));
}

json_t *
document_time(int64_t at)
{
	char buf[CLOCK_TEXT];

	return at == CLOCK_NEVER ? json_null() :
	    json_string(clock_format(at, buf));
}

json_t *
document_hex(const uint8_t *bytes, size_t len)
{
	struct text t = {0};
	json_t *value;

	text_add_hex(&t, bytes, len);
	value = json_string(text_str(&t));
	text_done(&t);
	return value;
}

json_t *
document_strings(const struct strings *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n; i++)
		(void)json_array_append_new(list, document_text(s->item[i]));
	return list;
}

void
document_set(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new_nocheck(object, key, value);
}
