/* SPDX-License-Identifier: ISC */
/* document.c - JSON, streamed. */
#include "cwaudit/document.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define FLUSH	(64u << 10)

void
document_flush(struct document *d)
{
	if (!d->stopped && d->buf.len > 0 &&
	    !d->write(d->ctx, text_str(&d->buf), d->buf.len))
		d->stopped = true;
	text_reset(&d->buf);
}

static void
put(struct document *d, const char *bytes, size_t len)
{
	text_add_bytes(&d->buf, bytes, len);
	if (d->buf.len > FLUSH)
		document_flush(d);
}

static void
begin_line(struct document *d)
{
	static const char blanks[] = "                                ";
	size_t n = 2 * (size_t)d->nesting;

	put(d, "\n", 1);
	for (; n >= sizeof(blanks); n -= sizeof(blanks) - 1)
		put(d, blanks, sizeof(blanks) - 1);
	put(d, blanks, n);
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
static void
put_value(struct document *d, json_t *value)
{
	char *dump = json_dumps(value, JSON_INDENT(2) | JSON_ENCODE_ANY);

	for (const char *s = dump != NULL ? dump : "null"; *s != '\0';) {
		size_t n = strcspn(s, "\n");

		put(d, s, n);
		s += n;
		if (*s == '\n') {
			begin_line(d);
			s++;
		}
	}
	free(dump);
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
	document_flush(d);
	text_done(&d->buf);
	return !d->stopped;
}

bool
document_line(json_t *value, report_write_fn *write, void *ctx)
{
	struct document d = { .write = write, .ctx = ctx };

	char *dump = json_dumps(value, JSON_COMPACT);

	if (dump != NULL)
		put(&d, dump, strlen(dump));
	free(dump);
	json_decref(value);
	put(&d, "\n", 1);
	document_flush(&d);
	text_done(&d.buf);
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
