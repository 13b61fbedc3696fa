/* SPDX-License-Identifier: ISC */
/* cells.c - rows of a spreadsheet. */
#include "cwaudit/cells.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

/* What OWASP lists as the beginnings of a formula. */
static bool
looks_like_formula(const char *s)
{
	return *s != '\0' && strchr("=+-@\t\r", *s) != NULL;
}

void
cells_add(struct text *line, const char *cell, bool number)
{
	struct text guarded = {0};
	char *quoted;
	size_t room, len;

	if (!number && looks_like_formula(cell))
		text_add_char(&guarded, '\'');
	text_add(&guarded, cell);
	room = guarded.len * 2 + 2;	/* every byte a quote, and two more */
	quoted = xcalloc(room, 1);
	len = csv_write(quoted, room, text_str(&guarded), guarded.len);
	if (line->len > 0)
		text_add_char(line, ',');
	text_add_bytes(line, quoted, len);
	free(quoted);
	text_done(&guarded);
}

void
cells_end(struct text *line)
{
	text_add(line, "\r\n");
}
