/* SPDX-License-Identifier: ISC */
/*
 * document.h - JSON on the way to a report's writer, a piece at a time: a
 * fleet's document is never whole in memory.
 * jansson makes every value; only the brackets between pieces are ours.
 */
#ifndef CWAUDIT_DOCUMENT_H
#define CWAUDIT_DOCUMENT_H

#include <jansson.h>

#include "cwaudit/report.h"

struct document {
	report_write_fn	*write;
	void		*ctx;
	bool		 stopped;	/* the writer said no */
	unsigned	 nesting;	/* how deep the next piece stands */
	bool		 first;		/* of its object or list */
	struct text	 buf;		/* not written yet */
};

/* A document is one object; between open and close come members, lists and
 * objects, which nest. */
void	document_open(struct document *, report_write_fn *, void *ctx);
void	document_member(struct document *, const char *key, json_t *); /* steals */
void	document_list(struct document *, const char *key);
void	document_item(struct document *, json_t *);		/* steals */
void	document_list_end(struct document *);
/* An object, member by member; key NULL: an item of a list. */
void	document_begin(struct document *, const char *key);
void	document_end(struct document *);
/* All of it so far is with the writer. */
void	document_flush(struct document *);
/* False if the writer stopped; also then it must be called. */
bool	document_close(struct document *) MUST_USE;
/* One object and a line feed; false if the writer stopped. Steals. */
bool	document_line(json_t *, report_write_fn *, void *ctx) MUST_USE;

/* New values; nobody fails: what is no UTF-8 is escaped. */
json_t	*document_text(const char *);		/* NULL and "": null */
json_t	*document_time(int64_t);		/* CLOCK_NEVER: null */
json_t	*document_hex(const uint8_t *, size_t);
json_t	*document_strings(const struct strings *);
/* A peer's bytes, escaped. */
json_t	*document_raw(const char *, size_t);
/* Adds under a key; steals. */
void	document_set(json_t *object, const char *key, json_t *);

#endif
