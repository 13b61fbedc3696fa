/* SPDX-License-Identifier: ISC */
/*
 * arena.h - memory that is given back all at once.
 * For values that are built together, never change afterwards and die
 * together: a parsed tree, an inventory. Parts of it may point at each other
 * freely, and what two levels have in common is stored once.
 */
#ifndef CWAUDIT_ARENA_H
#define CWAUDIT_ARENA_H

#include "cwaudit/text.h"

struct arena_chunk;

struct arena {			/* all zero is an empty one */
	struct arena_chunk	*last;
	size_t			 used;	/* of the last chunk */
	size_t			 size;	/* of the last chunk */
};

void	 arena_done(struct arena *);		/* leaves an empty arena */
/* n * size zeroed bytes, aligned for anything; lives as long as the arena. */
void	*arena_new(struct arena *, size_t n, size_t size);
char	*arena_copy(struct arena *, const void *, size_t len);	/* adds a NUL */
char	*arena_strdup(struct arena *, const char *);
/*
 * A list whose items and array live in the arena: never hand it to strings_add
 * or strings_done.
 */
void	 arena_strings_add(struct arena *, struct strings *, const char *);

#endif
