/* SPDX-License-Identifier: ISC */
/* problem.c - located complaints about a text that a person wrote. */
#include "cwaudit/problem.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

void
problem_add(struct problems *ps, const char *file, int line, int column,
    const char *fmt, ...)
{
	struct text message = {0};
	va_list ap;

	if (ps->n == PROBLEM_MAX) {
		ps->dropped++;
		return;
	}
	va_start(ap, fmt);
	text_addv(&message, fmt, ap);
	va_end(ap);
	ps->item = xgrow(ps->item, ps->n, &ps->cap, sizeof(*ps->item));
	ps->item[ps->n++] = (struct problem){
		.file = xstrdup(file), .line = line, .column = column,
		.message = text_take(&message),
	};
}

static int
by_place(const void *a, const void *b)
{
	const struct problem *x = a, *y = b;
	int by_file = strcmp(x->file, y->file);

	if (by_file != 0)
		return by_file;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return strcmp(x->message, y->message);
}

void
problems_print(struct problems *ps, struct text *out)
{
	if (ps->n > 1)
		qsort(ps->item, ps->n, sizeof(*ps->item), by_place);
	for (size_t i = 0; i < ps->n; i++) {
		const struct problem *p = &ps->item[i];

		text_add(out, p->file);
		if (p->line > 0)
			text_addf(out, ":%d:%d", p->line, p->column);
		text_addf(out, ": %s\n", p->message);
	}
	if (ps->dropped > 0)
		text_addf(out, "... and %zu more\n", ps->dropped);
}

void
problems_done(struct problems *ps)
{
	for (size_t i = 0; i < ps->n; i++) {
		free(ps->item[i].file);
		free(ps->item[i].message);
	}
	free(ps->item);
	*ps = (struct problems){0};
}
