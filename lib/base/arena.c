/* SPDX-License-Identifier: ISC */
/* arena.c - memory that is given back all at once. */
#include "cwaudit/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define CHUNK_FIRST	(4u << 10)
#define CHUNK_LARGEST	(1u << 20)

struct arena_chunk {
	struct arena_chunk	*before;
	alignas(max_align_t) unsigned char data[];
};

void
arena_done(struct arena *a)
{
	struct arena_chunk *c, *before;

	for (c = a->last; c != NULL; c = before) {
		before = c->before;
		free(c);
	}
	*a = (struct arena){0};
}

static void
add_chunk(struct arena *a, size_t least)
{
	size_t size = a->size < CHUNK_FIRST ? CHUNK_FIRST : a->size * 2;
	struct arena_chunk *c;

	if (size > CHUNK_LARGEST)
		size = CHUNK_LARGEST;
	if (size < least)
		size = least;
	c = xcalloc(1, sizeof(*c) + size);
	c->before = a->last;
	a->last = c;
	a->used = 0;
	a->size = size;
}

/* len zeroed bytes at a multiple of align. */
static void *
take(struct arena *a, size_t len, size_t align)
{
	size_t at = (a->used + align - 1) & ~(align - 1);

	if (a->last == NULL || at > a->size || len > a->size - at) {
		add_chunk(a, len);
		at = 0;
	}
	a->used = at + len;
	return a->last->data + at;
}

void *
arena_new(struct arena *a, size_t n, size_t size)
{
	if (size > 0 && n > (SIZE_MAX / 2) / size)
		return xcalloc(n, size);	/* ends the process */
	return take(a, n * size, alignof(max_align_t));
}

char *
arena_copy(struct arena *a, const void *bytes, size_t len)
{
	char *s = take(a, len + 1, 1);

	if (len > 0)
		memcpy(s, bytes, len);
	return s;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_copy(a, s, strlen(s));
}

void
arena_strings_add(struct arena *a, struct strings *s, const char *item)
{
	if (s->n == s->cap) {
		size_t cap = s->cap > 0 ? s->cap * 2 : 4;
		char **bigger = arena_new(a, cap, sizeof(*bigger));

		if (s->n > 0)
			memcpy(bigger, s->item, s->n * sizeof(*bigger));
		s->item = bigger;
		s->cap = cap;
	}
	s->item[s->n++] = arena_strdup(a, item);
}
