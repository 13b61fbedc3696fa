/* SPDX-License-Identifier: ISC */
/* shelf.c - answers that may be asked for again. */
#include "shelf.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/clock.h"
#include "cwaudit/mem.h"

struct shelved {
	TAILQ_ENTRY(shelved) entry;
	char		*target;
	bool		 open;
	struct sheet	*sheet;
};

static size_t
size_of(const struct shelved *s)
{
	return s->sheet->body.len + s->sheet->gzip.len;
}

static void
drop(struct shelf *shelf, struct shelved *s)
{
	TAILQ_REMOVE(&shelf->list, s, entry);
	shelf->n--;
	shelf->bytes -= size_of(s);
	sheet_unref(s->sheet);
	free(s->target);
	free(s);
}

void
shelf_init(struct shelf *shelf)
{
	*shelf = (struct shelf){ .n = 0 };
	TAILQ_INIT(&shelf->list);
}

void
shelf_done(struct shelf *shelf)
{
	while (!TAILQ_EMPTY(&shelf->list))
		drop(shelf, TAILQ_FIRST(&shelf->list));
}

static struct shelved *
find(struct shelf *shelf, const char *target, bool open)
{
	struct shelved *s;

	TAILQ_FOREACH(s, &shelf->list, entry)
		if (s->open == open && strcmp(s->target, target) == 0)
			return s;
	return NULL;
}

struct sheet *
shelf_find(struct shelf *shelf, const char *target, bool open,
    uint64_t edition, int64_t now_ms)
{
	struct shelved *s = find(shelf, target, open);

	if (s == NULL || (s->sheet->edition == edition &&
	    (s->sheet->until_ms == CLOCK_NEVER || now_ms < s->sheet->until_ms)))
		return s != NULL ? s->sheet : NULL;
	drop(shelf, s);
	return NULL;
}

void
shelf_add(struct shelf *shelf, const char *target, bool open,
    struct sheet *sheet)
{
	struct shelved *s = find(shelf, target, open);

	if (s != NULL)
		drop(shelf, s);
	s = xcalloc(1, sizeof(*s));
	s->target = xstrdup(target);
	s->open = open;
	s->sheet = sheet_ref(sheet);
	TAILQ_INSERT_HEAD(&shelf->list, s, entry);
	shelf->n++;
	shelf->bytes += size_of(s);
	while (shelf->n > 1 && (shelf->n > SHELF_SHEETS ||
	    shelf->bytes > SHELF_BYTES))
		drop(shelf, TAILQ_LAST(&shelf->list, shelved_list));
}
