/* SPDX-License-Identifier: ISC */
/* output.h - a document that is there whole or not at all. */
#ifndef CWAUDIT_OUTPUT_H
#define CWAUDIT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "cwaudit/text.h"

struct output {
	FILE	*file;
	char	*path, *part;	/* NULL: standard output */
};

/*
 * path: NULL or "-": standard output. Else what is written stands beside it
 * until output_close gives it its name; mode 0640. False after a message.
 */
bool	output_open(struct output *, const char *path) MUST_USE;
/* keep false: it is thrown away. False, after a message, where it could not be
 * written whole; then what stood there still does. */
bool	output_close(struct output *, bool keep) MUST_USE;

#endif
