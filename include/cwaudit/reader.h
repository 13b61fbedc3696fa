/* SPDX-License-Identifier: ISC */
/*
 * reader.h - typed values out of a YAML tree, by tables of keys.
 * One row a key: its name, how it is read and where it goes. Unknown keys,
 * wrong types and values out of range become problems with a place and, where
 * one comes to mind, a "did you mean"; a field that was not readable keeps
 * what it was.
 */
#ifndef CWAUDIT_READER_H
#define CWAUDIT_READER_H

#include "cwaudit/arena.h"
#include "cwaudit/node.h"

struct reader {
	struct arena	*arena;		/* holds the values that are read */
	struct problems	*problems;
	const char	*file;		/* named in problems */
	void		*context;	/* the table's owner's */
};

struct reader_key;

/* Reads a value into a field, or adds problems and leaves it as it is. */
typedef void reader_fn(struct reader *, const struct node *,
	    const struct reader_key *, void *field);

struct reader_key {
	const char	*name;
	reader_fn	*read;
	size_t		 offset;	/* of the field in the table's struct */
	const void	*detail;	/* reader_word list or reader_range */
	bool		 required;
};

struct reader_table {			/* keys of one struct */
	const struct reader_key	*keys;
	size_t			 n;
	void			*base;
};

struct reader_word {		/* a list of them ends with a NULL name */
	const char	*name;
	int		 value;
};

struct reader_range {
	int64_t		 least, most;
};

/*
 * Reads a map by its tables. False if it is none. what names it in problems:
 * "a host", "`listen`".
 */
bool	reader_map(struct reader *, const struct node *, const char *what,
	    const struct reader_table *, size_t n);
/* Does a map hold any key of this table? */
bool	reader_map_has(const struct node *, const struct reader_key *, size_t n);

reader_fn reader_text;		/* char *; not empty */
reader_fn reader_bool;		/* bool; yes, no, true, false */
reader_fn reader_words;		/* an enum; detail: reader_word list */
reader_fn reader_port;		/* uint16_t; 1 to 65535 */
reader_fn reader_number;	/* unsigned; detail: reader_range */
reader_fn reader_span_s;	/* int64_t seconds; detail: reader_range */
reader_fn reader_span_ms;	/* int64_t ms; detail: reader_range in ms */
reader_fn reader_time;		/* int64_t; see clock_parse */
reader_fn reader_strings;	/* struct strings; a list, or one value */
reader_fn reader_host;		/* char *; see name_host */
reader_fn reader_address;	/* char *; see name_address */

/* The parts that those are made of. */
bool	reader_expect(struct reader *, const struct node *, enum node_kind,
	    const char *what);
/* A scalar that is not empty, or NULL after a problem. */
const char *reader_scalar(struct reader *, const struct node *);
/* False: not one of the words, and a problem says which there are. */
bool	reader_word(struct reader *, const struct node *,
	    const struct reader_word *, int *out);
bool	reader_yes(const char *, bool *out);	/* yes, no, true, false */

void	reader_problem(struct reader *, const struct node *, const char *, ...)
	    PRINTF_LIKE(3, 4);
/* At the key of a value instead of at the value. */
void	reader_key_problem(struct reader *, const struct node *, const char *,
	    ...) PRINTF_LIKE(3, 4);
/* The text in a file, made printable and short; lives as long as the arena. */
const char *reader_shown(struct reader *, const char *);
/* "; did you mean "x"?", or "". */
const char *reader_hint(struct reader *, const char *word,
	    const char *const *words, size_t n);

#endif
