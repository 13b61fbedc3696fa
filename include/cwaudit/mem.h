/* SPDX-License-Identifier: ISC */
/*
 * mem.h - allocation that cannot fail.
 * Without memory the process ends: no caller has anything better to do.
 * Sizes that a peer chooses are capped before they get here.
 */
#ifndef CWAUDIT_MEM_H
#define CWAUDIT_MEM_H

#include <stddef.h>

void	*xcalloc(size_t n, size_t size);	/* zeroed; n * size is checked */
void	*xrealloc(void *, size_t n, size_t size); /* n * size is checked */
void	*xmemdup(const void *, size_t len);	/* one NUL is put behind it */
char	*xstrdup(const char *);
char	*xstrndup(const char *, size_t len);	/* at most len bytes */

/*
 * Room for one more item in a growing array: doubles *cap when n has reached
 * it. Returns the array, moved or not; the caller stores it.
 */
void	*xgrow(void *, size_t n, size_t *cap, size_t size);

#endif
