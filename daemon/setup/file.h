/* SPDX-License-Identifier: ISC */
/*
 * file.h - whole files, read once, with a bound, or written anew; and the
 * lender of files to the pure half (struct inventory_io).
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
 * Writes a file that is not there yet, of mode 0644 less the umask. False: *why
 * holds the reason, with the path; nothing is overwritten, nothing half
 * written stays.
 */
bool	file_write_new(const char *path, const struct text *bytes,
	    struct text *why) MUST_USE;
/*
 * Sets read_file (bounded by NODE_MAX_BYTES, reasons without the path) and
 * glob, and clears the rest: without rules, names of rules are not checked. The
 * caller adds rules, n_rules and rule_severity from its table.
 */
void	file_inventory_io(struct inventory_io *);

#endif
