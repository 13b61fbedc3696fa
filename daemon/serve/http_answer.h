/* SPDX-License-Identifier: ISC */
/*
 * http_answer.h - one answer to one request of HTTP: headers, a sheet as the
 * client wants it (compressed, or not at all where he has it), HEAD without a
 * body. policy: the Content-Security-Policy. The request is evhttp's again.
 */
#ifndef CWAUDIT_HTTP_ANSWER_H
#define CWAUDIT_HTTP_ANSWER_H

#include "sheet.h"

struct evhttp_request;

/* A header of the answer, before it is given. */
void	answer_add_header(struct evhttp_request *, const char *key,
	    const char *value);
/* A header of the request; "": it has none. */
const char *answer_asked(struct evhttp_request *, const char *key);
/* A line of our own words. */
void	answer_plain(struct evhttp_request *, const char *policy, int status,
	    const char *line);
/* Takes a reference to the sheet until it is sent. */
void	answer_sheet(struct evhttp_request *, const char *policy,
	    struct sheet *);

#endif
