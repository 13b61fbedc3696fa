/* SPDX-License-Identifier: ISC */
/*
 * cells.h - rows of a spreadsheet (RFC 4180), safe to open in one.
 * Spreadsheets run what begins like a formula; a peer chooses names, so such
 * a text gets an apostrophe in front. Numbers are ours and stay numbers.
 */
#ifndef CWAUDIT_CELLS_H
#define CWAUDIT_CELLS_H

#include "cwaudit/text.h"

/* Adds a quoted cell, and a comma before it unless it is the first. */
void	cells_add(struct text *line, const char *cell, bool number);
void	cells_end(struct text *line);

#endif
