/* SPDX-License-Identifier: ISC */
/*
 * event.h - one thing that happened, as one line of the log.
 * The line is key=value or "@cee:" JSON, never longer than EVENT_MAX; the
 * fields added first are never cut, lists are cut at whole items with a count.
 * Values are escaped here, whatever they are.
 */
#ifndef CWAUDIT_EVENT_H
#define CWAUDIT_EVENT_H

#include "cwaudit/severity.h"
#include "cwaudit/text.h"

#define EVENT_MAX	2000	/* bytes of a line, so that syslog keeps it whole */

enum event_format {
	EVENT_KV, EVENT_CEE,
	EVENT_PLAIN,	/* the gist, for people at a terminal */
};

/* Levels of syslog(3), by meaning; log.c translates. */
enum event_level {
	EVENT_DEBUG, EVENT_INFO, EVENT_NOTICE, EVENT_WARNING, EVENT_ERROR,
	EVENT_CRITICAL,
};

struct event_field {
	char		*key;
	char		*value;		/* printable: escaped already */
	struct strings	 list;		/* instead of value: escaped items */
	bool		 quoted;
	bool		 number;	/* JSON: without quotes */
};

/* All zero is an empty event. */
struct event {
	enum event_level    level;
	struct event_field *field;
	size_t		    n;
	size_t		    cap;
	size_t		    head;	/* fields that stand before "seq" */
};

void	event_done(struct event *);
/* A value that is a word: no blanks, from our own tables or an address. Left
 * out when NULL or empty. */
void	event_word(struct event *, const char *key, const char *value);
void	event_number(struct event *, const char *key, int64_t);
/* Any bytes; printed quoted. Left out when NULL. */
void	event_text(struct event *, const char *key, const char *value);
/* The same, for what text_add_escaped has made printable already. */
void	event_escaped(struct event *, const char *key, const char *value);
void	event_list(struct event *, const char *key, const struct strings *);

/* What was added so far is the head: the number in a store stands behind it. */
void	event_end_head(struct event *);
/* Its number; without a head behind the first two fields. */
void	event_set_seq(struct event *, int64_t seq);

/* Is it of this kind, the value of "event"? */
bool	event_is(const struct event *, const char *kind);
/* The value of a field that is no list; NULL: there is none. */
const char *event_value(const struct event *, const char *key);
/* All fields, uncut, as one JSON object; event_parse reads it back. */
void	event_write(const struct event *, struct text *out);
/* False, and nothing left in *out: it is no such object. Level and head are
 * the caller's to set. */
bool	event_parse(const char *json, struct event *out) MUST_USE;
/* One line without a newline. */
void	event_print(const struct event *, enum event_format, struct text *out);

enum event_level event_level_of(enum severity);

#endif
