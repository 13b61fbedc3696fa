/* SPDX-License-Identifier: ISC */
/* mem.c - allocation that cannot fail. */
#include "cwaudit/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
must(void *p)
{
	if (p == NULL) {
		fputs("cwaudit: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	return must(calloc(n > 0 ? n : 1, size > 0 ? size : 1));
}

void *
xrealloc(void *p, size_t n, size_t size)
{
	if (size > 0 && n > SIZE_MAX / size)
		must(NULL);
	return must(realloc(p, n * size > 0 ? n * size : 1));
}

void *
xmemdup(const void *p, size_t len)
{
	char *copy = xrealloc(NULL, len + 1, 1);

	if (len > 0)
		memcpy(copy, p, len);
	copy[len] = '\0';
	return copy;
}

char *
xstrdup(const char *s)
{
	return xmemdup(s, strlen(s));
}

char *
xstrndup(const char *s, size_t len)
{
	return xmemdup(s, strnlen(s, len));
}

void *
xgrow(void *p, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return p;
	if (*cap > SIZE_MAX / 2)
		must(NULL);
	*cap = *cap > 0 ? *cap * 2 : 8;
	return xrealloc(p, *cap, size);
}
