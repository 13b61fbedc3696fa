/* SPDX-License-Identifier: ISC */
/* event.c - fields in, one bounded line out. */
#include "cwaudit/event.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define ITEM_MAX	256	/* bytes of one value or list item */
#define TEXT_MAX	900	/* bytes of a message */

void
event_done(struct event *e)
{
	for (size_t i = 0; i < e->n; i++) {
		free(e->field[i].key);
		free(e->field[i].value);
		strings_done(&e->field[i].list);
	}
	free(e->field);
	*e = (struct event){0};
}

static struct event_field *
add(struct event *e, const char *key)
{
	struct event_field *f;

	e->field = xgrow(e->field, e->n, &e->cap, sizeof(*e->field));
	f = &e->field[e->n++];
	*f = (struct event_field){ .key = xstrdup(key) };
	return f;
}

void
event_word(struct event *e, const char *key, const char *value)
{
	struct text t = {0};
	struct event_field *f;

	if (value == NULL || value[0] == '\0')
		return;
	text_add_escaped(&t, value, strlen(value), ITEM_MAX);
	f = add(e, key);
	f->quoted = strpbrk(text_str(&t), " =\\") != NULL;
	f->value = text_take(&t);
}

void
event_number(struct event *e, const char *key, int64_t n)
{
	struct text t = {0};
	struct event_field *f = add(e, key);

	text_addf(&t, "%lld", (long long)n);
	f->value = text_take(&t);
	f->number = true;
}

void
event_text(struct event *e, const char *key, const char *value)
{
	struct text t = {0};
	struct event_field *f;

	if (value == NULL)
		return;
	text_add_escaped(&t, value, strlen(value), TEXT_MAX);
	f = add(e, key);
	f->quoted = true;
	f->value = text_take(&t);
}

/* Escapes what no escaped text holds, keeps the backslash of \xNN; cuts. */
static char *
again(const char *s, size_t max)
{
	struct text t = {0};
	const char *part = s;

	while (*part != '\0' && t.len < max) {
		size_t n = strcspn(part, "\\");

		text_add_escaped(&t, part, n, max - t.len);
		part += n;
		if (*part == '\\') {
			text_add_char(&t, '\\');
			part++;
		}
	}
	if (*part != '\0')
		text_add(&t, "...");
	return text_take(&t);
}

void
event_escaped(struct event *e, const char *key, const char *value)
{
	struct event_field *f;

	if (value == NULL)
		return;
	f = add(e, key);
	f->quoted = true;
	f->value = again(value, TEXT_MAX);
}

void
event_list(struct event *e, const char *key, const struct strings *list)
{
	struct event_field *f;

	if (list->n == 0)
		return;
	f = add(e, key);
	f->quoted = true;
	for (size_t i = 0; i < list->n; i++) {
		char *item = again(list->item[i], ITEM_MAX);

		strings_add(&f->list, item);
		free(item);
	}
}

void
event_end_head(struct event *e)
{
	e->head = e->n;
}

void
event_set_seq(struct event *e, int64_t seq)
{
	size_t at = e->head > 0 ? e->head : 2;
	struct event_field f;

	event_number(e, "seq", seq);
	if (at >= e->n - 1)
		return;
	f = e->field[e->n - 1];
	memmove(&e->field[at + 1], &e->field[at],
	    (e->n - 1 - at) * sizeof(*e->field));
	e->field[at] = f;
}

/*
 * What a list may take of a line: whole items while they fit, then how many
 * were left out. Returns false where all fit.
 */
static bool
join_list(const struct strings *list, size_t room, struct text *out,
    size_t *left_out)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		size_t need = strlen(list->item[i]) + (i > 0);

		if (out->len + need > room)
			break;
		if (i > 0)
			text_add_char(out, ',');
		text_add(out, list->item[i]);
	}
	*left_out = list->n - i;
	return *left_out > 0;
}

/* Bytes that a field takes without its list's items or the text's tail. */
static size_t
reserve(const struct event_field *f)
{
	return strlen(f->key) + 8 + (f->value != NULL && !f->quoted ?
	    strlen(f->value) : 32);
}

/* How long this field's value may be so that the rest still finds room. */
static size_t
room_for(const struct event *e, size_t i, size_t used)
{
	size_t later = 0;

	for (size_t k = i + 1; k < e->n; k++)
		later += reserve(&e->field[k]);
	used += strlen(e->field[i].key) + 24;
	return used + later < EVENT_MAX ? EVENT_MAX - used - later : 16;
}

/* Cuts at max bytes, but never inside a UTF-8 character or an escape. */
static void
add_cut(struct text *out, const char *s, size_t max)
{
	size_t n = strlen(s);

	if (n <= max) {
		text_add(out, s);
		return;
	}
	n = max > 3 ? max - 3 : 0;
	while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	for (size_t back = 0; back < 3 && n > back; back++)
		if (s[n - back - 1] == '\\') {
			n -= back + 1;
			break;
		}
	text_add_bytes(out, s, n);
	text_add(out, "...");
}

static void
print_kv(const struct event *e, struct text *out)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct event_field *f = &e->field[i];
		struct text joined = {0};
		size_t left_out = 0, room = room_for(e, i, out->len);

		text_addf(out, "%s%s=%s", i > 0 ? " " : "", f->key,
		    f->quoted ? "\"" : "");
		if (f->value != NULL) {
			add_cut(out, f->value, room);
		} else {
			(void)join_list(&f->list, room, &joined, &left_out);
			text_add(out, text_str(&joined));
		}
		if (f->quoted)
			text_add_char(out, '"');
		if (left_out > 0)
			text_addf(out, " %s_more=%zu", f->key, left_out);
		text_done(&joined);
	}
}

static json_t *
field_json(const struct event_field *f, size_t room, size_t *left_out)
{
	struct text cut = {0};
	json_t *j;

	if (f->value != NULL) {
		if (f->number)
			return json_integer(strtoll(f->value, NULL, 10));
		/* a backslash costs two bytes in JSON */
		for (const char *p = f->value; *p != '\0' && room > 16; p++)
			room -= *p == '\\';
		add_cut(&cut, f->value, room);
		j = json_string(text_str(&cut));
		text_done(&cut);
		return j;
	}
	j = json_array();
	for (size_t i = 0, used = 0; i < f->list.n; i++) {
		used += strlen(f->list.item[i]) * 2 + 4;
		if (used > room) {
			*left_out = f->list.n - i;
			break;
		}
		(void)json_array_append_new(j, json_string(f->list.item[i]));
	}
	return j;
}

static void
print_cee(const struct event *e, struct text *out)
{
	json_t *object = json_object();
	size_t used = 8;
	char *s;

	for (size_t i = 0; i < e->n; i++) {
		size_t left_out = 0, room = room_for(e, i, used);
		json_t *j = field_json(&e->field[i], room, &left_out);
		char *part = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);

		used += strlen(e->field[i].key) + 6 +
		    (part != NULL ? strlen(part) : 0);
		free(part);
		(void)json_object_set_new(object, e->field[i].key, j);
		if (left_out > 0) {
			struct text key = {0};

			text_addf(&key, "%s_more", e->field[i].key);
			(void)json_object_set_new(object, text_str(&key),
			    json_integer((json_int_t)left_out));
			text_done(&key);
		}
	}
	s = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
	text_add(out, "@cee: ");
	text_add(out, s != NULL ? s : "{}");
	free(s);
	json_decref(object);
}

const char *
event_value(const struct event *e, const char *key)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->field[i].key, key) == 0)
			return e->field[i].value;
	return NULL;
}

bool
event_is(const struct event *e, const char *kind)
{
	const char *what = event_value(e, "event");

	return what != NULL && strcmp(what, kind) == 0;
}

static void
add_words(const struct event *e, const char *const *keys, struct text *out)
{
	for (; *keys != NULL; keys++) {
		const char *value = event_value(e, *keys);

		if (value != NULL)
			text_addf(out, "%s%s", out->len > 0 ? " " : "", value);
	}
}

/* People read quotes; escaped they are for the sake of kv. */
static void
add_with_quotes(const char *escaped, struct text *out)
{
	static const char quote[] = "\\x22";
	const char *at;

	while ((at = strstr(escaped, quote)) != NULL) {
		text_add_bytes(out, escaped, (size_t)(at - escaped));
		text_add_char(out, '"');
		escaped = at + strlen(quote);
	}
	text_add(out, escaped);
}

/* "opened site-names cwa01.nwtraders.local 10.0.0.1:443: SAN lacks ..." */
static void
print_plain(const struct event *e, struct text *out)
{
	static const char *const of_finding[] = { "state", "rule", "host",
	    "endpoint", NULL };
	static const char *const kind[] = { "event", NULL };
	const char *msg = event_value(e, "msg");
	bool finding = event_is(e, "finding");

	add_words(e, finding ? of_finding : kind, out);
	for (size_t i = 0; !finding && i < e->n; i++)
		if (e->field[i].value != NULL &&
		    strcmp(e->field[i].key, "v") != 0 &&
		    strcmp(e->field[i].key, "event") != 0 &&
		    strcmp(e->field[i].key, "seq") != 0 &&
		    strcmp(e->field[i].key, "msg") != 0)
			text_addf(out, " %s=%s", e->field[i].key,
			    e->field[i].value);
	if (msg == NULL)
		return;
	text_add(out, out->len > 0 ? ": " : "");
	add_with_quotes(msg, out);
}

void
event_print(const struct event *e, enum event_format format, struct text *out)
{
	struct text line = {0};

	switch (format) {
	case EVENT_KV:
		print_kv(e, &line);
		break;
	case EVENT_CEE:
		print_cee(e, &line);
		break;
	case EVENT_PLAIN:
		print_plain(e, &line);
		break;
	}
	text_add(out, text_str(&line));
	text_done(&line);
}

enum event_level
event_level_of(enum severity s)
{
	static const enum event_level levels[SEVERITY_N] = {
		[SEVERITY_OFF]		= EVENT_DEBUG,
		[SEVERITY_NOTICE]	= EVENT_NOTICE,
		[SEVERITY_WARNING]	= EVENT_WARNING,
		[SEVERITY_ERROR]	= EVENT_ERROR,
		[SEVERITY_CRITICAL]	= EVENT_CRITICAL,
	};

	return levels[s];
}

void
event_write(const struct event *e, struct text *out)
{
	json_t *object = json_object();
	char *s;

	for (size_t i = 0; i < e->n; i++) {
		size_t left_out;

		(void)json_object_set_new(object, e->field[i].key,
		    field_json(&e->field[i], SIZE_MAX, &left_out));
	}
	s = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
	text_add(out, s != NULL ? s : "{}");
	free(s);
	json_decref(object);
}

/* Values were escaped when they were written. */
static bool
parse_value(struct event *e, const char *key, json_t *value)
{
	struct event_field *f;
	json_t *item;
	size_t i;

	if (json_is_integer(value)) {
		event_number(e, key, json_integer_value(value));
		return true;
	}
	f = add(e, key);
	if (json_is_string(value)) {
		f->value = xstrdup(json_string_value(value));
		f->quoted = strcmp(key, "msg") == 0 ||
		    strcmp(key, "detail") == 0 ||
		    strpbrk(f->value, " =\\") != NULL;
		return true;
	}
	f->quoted = true;
	json_array_foreach(value, i, item) {
		if (!json_is_string(item))
			return false;
		strings_add(&f->list, json_string_value(item));
	}
	return json_is_array(value);
}

bool
event_parse(const char *json, struct event *out)
{
	json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	struct event e = {0};
	bool ok = json_is_object(object);
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
		ok = ok && parse_value(&e, key, value);
	json_decref(object);
	if (ok)
		*out = e;
	else
		event_done(&e);
	return ok;
}
