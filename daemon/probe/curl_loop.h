/* SPDX-License-Identifier: ISC */
/*
 * curl_loop.h - libcurl's transfers on a libevent loop (multi_socket).
 */
#ifndef CURL_LOOP_H
#define CURL_LOOP_H

#include <curl/curl.h>

#include "cwaudit/text.h"

struct event_base;
struct curl_loop;

/*
 * One transfer; the owner's memory. done is called once, from the loop; it
 * must not free the handle or the transfer, only note what happened.
 */
struct transfer {
	CURL	*easy;			/* NULL: not begun, or removed */
	void	(*done)(void *ctx, CURLcode);
	void	(*heard)(void *ctx);	/* its socket is readable; NULL: nobody
					 * wants to know */
	void	*ctx;
};

struct curl_loop *curl_loop_new(struct event_base *) MUST_USE; /* or NULL */
void	curl_loop_free(struct curl_loop *);	/* after every transfer */

/* Begins t->easy; CURLOPT_PRIVATE is ours. False: libcurl refused it. */
bool	curl_loop_add(struct curl_loop *, struct transfer *) MUST_USE;
/* Ends it, done or not, and frees t->easy. Never from within done. */
void	curl_loop_remove(struct curl_loop *, struct transfer *);

#endif
