/* SPDX-License-Identifier: ISC */
/* config_type.c - the types of values in cwauditd.yaml. */
#include "config_type.h"

#include <event2/util.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/clock.h"
#include "cwaudit/endpoint.h"
#include "cwaudit/name.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

static void
set(struct reader *r, void *field, const char *s)
{
	*(char **)field = arena_strdup(r->arena, s);
}

static void
set_beside(struct reader *r, void *field, const char *prefix, const char *s)
{
	char *path = name_beside(r->file, s);
	struct text t = {0};

	text_addf(&t, "%s%s", prefix, path);
	set(r, field, text_str(&t));
	text_done(&t);
	free(path);
}

static void
read_path(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	const char *s = reader_scalar(r, y);

	(void)k;
	if (s != NULL)
		set_beside(r, field, "", s);
}

/* "sqlite:PATH", or none: NULL. */
static void
read_store(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	static const char sqlite[] = "sqlite:";
	const char *s = reader_scalar(r, y);

	(void)k;
	if (s == NULL)
		return;
	if (strcmp(s, "none") == 0)
		*(char **)field = NULL;
	else if (strncmp(s, sqlite, strlen(sqlite)) == 0 &&
	    s[strlen(sqlite)] != '\0')
		set_beside(r, field, "", s + strlen(sqlite));
	else
		reader_problem(r, y, "\"%s\" is no store: write "
		    "sqlite:PATH, or none", reader_shown(r, s));
}

static void
read_socket(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	if (y->kind == NODE_SCALAR && strcmp(y->value, "none") == 0)
		*(char **)field = NULL;
	else
		read_path(r, y, k, field);
}

static bool
is_loopback(const struct sockaddr_storage *at)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)at;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)at;

	return at->ss_family == AF_INET ?
	    ntohl(in->sin_addr.s_addr) >> 24 == 127 :
	    IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static bool
set_place(const char *s, struct config_listen *at)
{
	at->len = sizeof(at->address);
	if (evutil_parse_sockaddr_port(s, (struct sockaddr *)&at->address,
	    &at->len) != 0)
		return false;
	at->remote = !is_loopback(&at->address);
	return at->address.ss_family == AF_INET ?
	    ((struct sockaddr_in *)&at->address)->sin_port != 0 :
	    ((struct sockaddr_in6 *)&at->address)->sin6_port != 0;
}

/* "127.0.0.1:9817", "unix:PATH", or none. */
static void
read_listen(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	static const char prefix[] = "unix:";
	const char *s = reader_scalar(r, y);
	struct config_listen at = {0};

	(void)k;
	if (s == NULL)
		return;
	if (strncmp(s, prefix, strlen(prefix)) == 0) {
		set_beside(r, &at.path, "", s + strlen(prefix));
	} else if (strcmp(s, "none") != 0) {
		if (!set_place(s, &at)) {
			reader_problem(r, y, "\"%s\" is no place to listen: "
			    "write ADDRESS:PORT, unix:PATH, or none",
			    reader_shown(r, s));
			return;
		}
		set(r, &at.place, s);
	}
	*(struct config_listen *)field = at;
}

/* Names as they stand in a Host header, without a port. */
static void
read_hosts(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	struct strings list = {0}, good = {0};
	const struct node *item = y->kind == NODE_LIST ? y->child : y;

	reader_strings(r, y, k, &list);
	for (size_t i = 0; i < list.n; i++, item = item->next) {
		struct text name = {0};
		const char *why = name_address(list.item[i], &name);

		if (why != NULL)
			why = name_host(list.item[i], &name);
		if (why == NULL)
			arena_strings_add(r->arena, &good, text_str(&name));
		else
			reader_problem(r, item, "\"%s\" %s",
			    reader_shown(r, list.item[i]), why);
		text_done(&name);
	}
	*(struct strings *)field = good;
}

static void
read_sinks(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	(void)k;
	config_sinks_read(r, y, field);
}

static void
read_workers(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	if (y->kind == NODE_SCALAR && strcmp(y->value, "cores") == 0)
		*(unsigned *)field = 0;
	else
		reader_number(r, y, k, field);
}

static void
read_percent(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	const char *s = reader_scalar(r, y);
	size_t len = s != NULL ? strlen(s) : 0;
	uint64_t v;
	char *digits;

	(void)k;
	if (s == NULL)
		return;
	digits = arena_copy(r->arena, s, len > 0 ? len - 1 : 0);
	if (len > 0 && s[len - 1] == '%' && text_number(digits, 100, &v))
		*(unsigned *)field = (unsigned)v;
	else
		reader_problem(r, y, "\"%s\" must be a percentage from 0%% to "
		    "100%%, not \"%s\"", y->key, reader_shown(r, s));
}

/* "09:00" as seconds after midnight, or -1. */
static int
time_of_day(const char *s)
{
	int64_t at;
	struct text t = {0};
	bool good;

	text_addf(&t, "1970-01-01T%sZ", s);
	good = strlen(s) == 5 && clock_parse(text_str(&t), &at);
	text_done(&t);
	return good ? (int)at : -1;
}

/* "24h at 09:00", "24h" or "off"; field is the struct config. */
static void
read_renotify(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	const char *s = reader_scalar(r, y), *at;
	struct config *c = field;
	int64_t ms = 0;
	int when = -1;
	char *span;

	(void)k;
	if (s == NULL)
		return;
	at = strstr(s, " at ");
	span = arena_copy(r->arena, s,
	    at != NULL ? (size_t)(at - s) : strlen(s));
	if (at != NULL)
		when = time_of_day(at + 4);
	if (strcmp(s, "off") != 0 && (!clock_parse_span_ms(span, &ms) ||
	    ms < 3600000 || ms > 365LL * CLOCK_DAY * 1000 || ms % 1000 != 0 ||
	    (at != NULL && when < 0))) {
		reader_problem(r, y, "\"renotify\" must be a span from 1h to "
		    "365d, one with a time of day (\"24h at 09:00\"), or off, "
		    "not \"%s\"", reader_shown(r, s));
		return;
	}
	c->renotify_s = ms / 1000;
	c->renotify_at_s = when;
}

static void
read_servers(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	struct strings list = {0}, good = {0};
	const struct node *item = y->kind == NODE_LIST ? y->child : y;

	reader_strings(r, y, k, &list);
	for (size_t i = 0; i < list.n; i++, item = item->next) {
		struct text address = {0}, place = {0};
		uint16_t port = 53;
		const char *why = name_address(list.item[i], &address);

		if (why != NULL)
			why = name_address_port(list.item[i], &address, &port);
		endpoint_place(text_str(&address), port, &place);
		if (why == NULL)
			arena_strings_add(r->arena, &good, text_str(&place));
		else
			reader_problem(r, item, "\"%s\" %s",
			    reader_shown(r, list.item[i]), why);
		text_done(&address);
		text_done(&place);
	}
	*(struct strings *)field = good;
}

/* Falling, so that each is passed after the one before it. */
static void
read_days(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	struct config_days days = { .n = 0 };
	struct strings list = {0};
	bool good = true;

	reader_strings(r, y, k, &list);
	for (size_t i = 0; good && i < list.n; i++) {
		uint64_t day;

		good = days.n < CONFIG_DAYS &&
		    text_number(list.item[i], 3650, &day) && day > 0 &&
		    (days.n == 0 || day < days.day[days.n - 1]);
		if (good)
			days.day[days.n++] = (unsigned)day;
	}
	if (good)
		*(struct config_days *)field = days;
	else
		reader_problem(r, y, "\"%s\" must be a falling list of at most "
		    "%d days, each from 1 to 3650", y->key, CONFIG_DAYS);
}

static void
print_days(const struct config_key *k, const void *field, struct text *out)
{
	const struct config_days *days = field;

	(void)k;
	for (size_t i = 0; i < days->n; i++)
		text_addf(out, "%u ", days->day[i]);
}

static void
print_string(const struct config_key *k, const void *field, struct text *out)
{
	const char *s = *(char *const *)field;

	(void)k;
	text_add(out, s != NULL ? s : "off");
}

static void
print_sinks(const struct config_key *k, const void *field, struct text *out)
{
	(void)k;
	config_sinks_print(field, out);
}

static void
print_listen(const struct config_key *k, const void *field, struct text *out)
{
	const struct config_listen *at = field;

	(void)k;
	if (at->path != NULL)
		text_addf(out, "unix:%s", at->path);
	else
		text_add(out, at->place != NULL ? at->place : "none");
}

static void
print_yes(const struct config_key *k, const void *field, struct text *out)
{
	(void)k;
	text_add(out, *(const bool *)field ? "yes" : "no");
}

static void
print_span_s(const struct config_key *k, const void *field, struct text *out)
{
	char buf[CLOCK_TEXT];

	(void)k;
	text_add(out, clock_format_span_ms(*(const int64_t *)field * 1000,
	    buf));
}

static void
print_span_ms(const struct config_key *k, const void *field, struct text *out)
{
	char buf[CLOCK_TEXT];

	(void)k;
	text_add(out, clock_format_span_ms(*(const int64_t *)field, buf));
}

static void
print_number(const struct config_key *k, const void *field, struct text *out)
{
	(void)k;
	text_addf(out, "%u", *(const unsigned *)field);
}

static void
print_words(const struct config_key *k, const void *field, struct text *out)
{
	int value;

	memcpy(&value, field, sizeof(value));
	for (const struct reader_word *w = k->detail; w->name != NULL; w++)
		if (w->value == value)
			text_add(out, w->name);
}

static void
print_renotify(const struct config_key *k, const void *field,
    struct text *out)
{
	const struct config *c = field;

	(void)k;
	text_addf(out, "%lld at %d", (long long)c->renotify_s,
	    c->renotify_at_s);
}

static void
print_strings(const struct config_key *k, const void *field, struct text *out)
{
	(void)k;
	strings_join(field, "\n", out);
}

static const struct {
	reader_fn	*read;
	void		(*print)(const struct config_key *, const void *,
			    struct text *);
	const char	*words;		/* NULL: told from the detail */
} types[] = {
	[TYPE_PATH]	= { read_path, print_string,
	    "Path, relative to this file" },
	[TYPE_SPAN_S]	= { reader_span_s, print_span_s, NULL },
	[TYPE_SPAN_MS]	= { reader_span_ms, print_span_ms, NULL },
	[TYPE_NUMBER]	= { reader_number, print_number, NULL },
	[TYPE_WORKERS]	= { read_workers, print_number, NULL },
	[TYPE_PERCENT]	= { read_percent, print_number, "Percentage, 0% to 100%" },
	[TYPE_WORDS]	= { reader_words, print_words, NULL },
	[TYPE_RENOTIFY]	= { read_renotify, print_renotify,
	    "Span, 1h to 365d, also \"24h at 09:00\" (local time), or off" },
	[TYPE_SERVERS]	= { read_servers, print_strings,
	    "List of ADDRESS or ADDRESS:PORT" },
	[TYPE_DAYS]	= { read_days, print_days,
	    "Falling list of days, 1 to 3650" },
	[TYPE_SOCKET]	= { read_socket, print_string,
	    "Path of a UNIX socket, relative to this file, or none" },
	[TYPE_SINKS]	= { read_sinks, print_sinks,
	    "List of {name, webhook|alertmanager|command, severity, ca, header}" },
	[TYPE_LISTEN]	= { read_listen, print_listen,
	    "ADDRESS:PORT, unix:PATH relative to this file, or none" },
	[TYPE_YES]	= { reader_bool, print_yes, "Yes or no" },
	[TYPE_HOSTS]	= { read_hosts, print_strings,
	    "List of names or addresses, without ports" },
	[TYPE_STORE]	= { read_store, print_string,
	    "sqlite:PATH, relative to this file, or none" },
};

void
config_type_read(struct reader *r, const struct node *y,
    const struct config_key *k, struct config *c)
{
	struct reader_key key = { .name = k->name, .detail = k->detail };

	types[k->type].read(r, y, &key, (char *)c + k->offset);
}

static void
describe_words(const struct reader_word *w, struct text *out)
{
	for (size_t i = 0; w[i].name != NULL; i++)
		text_addf(out, "%s%s", i == 0 ? "One of " : ", ", w[i].name);
}

static void
describe_range(const struct config_key *k, struct text *out)
{
	const struct reader_range *range = k->detail;
	int64_t unit = k->type == TYPE_SPAN_S ? 1000 : 1;
	char least[CLOCK_TEXT], most[CLOCK_TEXT];

	if (k->type == TYPE_SPAN_S || k->type == TYPE_SPAN_MS)
		text_addf(out, "Span, %s to %s",
		    clock_format_span_ms(range->least * unit, least),
		    clock_format_span_ms(range->most * unit, most));
	else
		text_addf(out, "Number, %lld to %lld%s",
		    (long long)range->least, (long long)range->most,
		    k->type == TYPE_WORKERS ? ", or cores" : "");
}

void
config_type_describe(const struct config_key *k, struct text *out)
{
	if (types[k->type].words != NULL)
		text_add(out, types[k->type].words);
	else if (k->type == TYPE_WORDS)
		describe_words(k->detail, out);
	else
		describe_range(k, out);
}

void
config_type_print(const struct config_key *k, const struct config *c,
    struct text *out)
{
	types[k->type].print(k, (const char *)c + k->offset, out);
}
