/* SPDX-License-Identifier: ISC */
/*
 * file.h - whole files, read once, with a bound; and the lender of files to
 * the pure half (struct inventory_io).
 */
#ifndef CWAUDIT_FILE_H
#define CWAUDIT_FILE_H

#include "cwaudit/inventory.h"

/*
 * Appends a whole file to *out. False: *out holds the reason and nothing else
 * ("cwa.yaml: Permission denied"). Regular files and pipes; nothing above max
 * bytes is read.
 */
bool	file_read(const char *path, size_t max, struct text *out) MUST_USE;
/*
 * Sets read_file (bounded by NODE_MAX_BYTES, reasons without the path) and
 * glob, and clears the rest: without rules, names of rules are not checked. The
 * caller adds rules, n_rules and rule_severity from its table.
 */
void	file_inventory_io(struct inventory_io *);

#endif
