/* SPDX-License-Identifier: ISC */
/*
 * file.h - whole files, read once, with a bound; and the lender of files to
 * the pure half (struct inventory_io).
 */
#ifndef CWAUDIT_FILE_H
#define CWAUDIT_FILE_H

#include "cwaudit/inventory.h"

/* False: *out holds the reason ("cwa.yaml: Permission denied"). Regular
 * files and pipes; nothing above max bytes is read. */
bool	file_read(const char *path, size_t max, struct text *out) MUST_USE;
/* Files by file_read and glob(3), rules from the table. */
void	file_inventory_io(struct inventory_io *);
/* path relative to the directory of base, unless absolute. Caller frees. */
char	*file_beside(const char *base, const char *path);

#endif
