/* SPDX-License-Identifier: ISC */
/*
 * problem.h - what is wrong with a text that a person wrote, all at once,
 * each with file:line:column.
 * Not for findings: those are about servers, these about our own input.
 */
#ifndef CWAUDIT_PROBLEM_H
#define CWAUDIT_PROBLEM_H

#include "cwaudit/text.h"

#define PROBLEM_MAX	200		/* more are only counted */

struct problem {
	char	*file;
	int	 line;			/* from 1; 0: the file as a whole */
	int	 column;		/* from 1, in bytes */
	char	*message;		/* printable: escaped where it quotes */
};

/* All zero is an empty list. */
struct problems {
	struct problem	*item;
	size_t		 n;
	size_t		 cap;
	size_t		 dropped;	/* past PROBLEM_MAX */
};

void	problem_add(struct problems *, const char *file, int line, int column,
	    const char *fmt, ...) PRINTF_LIKE(5, 6);
/* Sorted by file, line, column; one "file:line:column: message" a line. */
void	problems_print(struct problems *, struct text *);
void	problems_done(struct problems *);

#endif
