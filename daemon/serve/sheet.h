/* SPDX-License-Identifier: ISC */
/*
 * sheet.h - an answer that is ready to be sent, to any number of clients at
 * once: it never changes, and threads share it.
 */
#ifndef CWAUDIT_SHEET_H
#define CWAUDIT_SHEET_H

#include "cwaudit/text.h"

struct sheet {
	int		 status;	/* of HTTP: 200, 404, 503 */
	const char	*type;		/* its media type */
	struct text	 body;
	struct text	 gzip;		/* the same, RFC 1952; empty: not worth
					 * it */
	char		 etag[40];	/* weak, RFC 9110 section 8.8.3 */
	uint64_t	 edition;	/* see press.h */
	int64_t		 until_ms;	/* monotonic; CLOCK_NEVER: as long as
					 * the edition is the last */
	unsigned	 refs;		/* atomic */
};

/* Takes the body. */
struct sheet	*sheet_new(int status, const char *type, struct text *body);
struct sheet	*sheet_ref(struct sheet *);
void		 sheet_unref(struct sheet *);	/* NULL is fine */

#endif
