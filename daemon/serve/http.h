/* SPDX-License-Identifier: ISC */
/*
 * http.h - the page, metrics and API, to read only: a thread with evhttp that
 * sends what the press has made. It holds nothing that a look waits for.
 *
 * GET and HEAD, one request a connection, for hosts on a list. Who connects
 * is not asked who he is.
 */
#ifndef CWAUDIT_HTTP_H
#define CWAUDIT_HTTP_H

#include "press.h"
#include "setup/config.h"

struct http;

/* NULL: *why. The configuration is read, not kept. */
struct http	*http_new(const struct config *, struct setup *,
		    struct pulse *, struct text *why) MUST_USE;
void		 http_free(struct http *);	/* NULL is fine */
/* Another inventory. */
void		 http_set_setup(struct http *, struct setup *);

#endif
