/* SPDX-License-Identifier: ISC */
/*
 * config_type.h - the types of values in cwauditd.yaml: how each is read,
 * described and printed back. Private to daemon/config*.c.
 */
#ifndef CWAUDIT_CONFIG_TYPE_H
#define CWAUDIT_CONFIG_TYPE_H

#include "config.h"
#include "cwaudit/reader.h"

enum config_type {
	TYPE_PATH, TYPE_SPAN_S, TYPE_SPAN_MS, TYPE_NUMBER,
	TYPE_WORKERS, TYPE_PERCENT, TYPE_WORDS, TYPE_RENOTIFY,
	TYPE_SERVERS, TYPE_DAYS, TYPE_STORE, TYPE_SOCKET, TYPE_SINKS,
	TYPE_LISTEN, TYPE_YES, TYPE_HOSTS,
};

/* A row of the table in config.c. */
struct config_key {
	const char	*name;		/* dotted: "interval.https" */
	enum config_type type;
	size_t		 offset;	/* in struct config */
	const void	*detail;	/* reader_range or reader_word list */
	const char	*preset;	/* as it would stand in the file */
	bool		 reloadable;
	const char	*text;		/* its comment in the sample */
};

/* Reads a value into c; problems go to the reader. */
void	config_type_read(struct reader *, const struct node *,
	    const struct config_key *, struct config *c);
/* "Span, 1m to 30d", "Yes or no": what may stand there. */
void	config_type_describe(const struct config_key *, struct text *);
/* Something that differs exactly if the values of two configurations do. */
void	config_type_print(const struct config_key *, const struct config *,
	    struct text *);

#endif
