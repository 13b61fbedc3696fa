/* SPDX-License-Identifier: ISC */
/*
 * fetch_url.h - a URL from outside, taken apart once: what was checked is what
 * libcurl is given. Private to fetch*.c.
 */
#ifndef FETCH_URL_H
#define FETCH_URL_H

#include <curl/curl.h>

#include "cwaudit/text.h"

struct fetch_url {
	CURLU	*parts;
	char	*host;		/* lower case, no brackets, no trailing dot */
	char	*port;
	bool	 is_v6;		/* host is an IPv6 literal */
};

/* False: *why, and there is nothing to give back. */
bool	fetch_url_parse(struct fetch_url *, const char *url,
	    const struct strings *hosts, struct text *why) MUST_USE;
void	fetch_url_done(struct fetch_url *);	/* all zero afterwards */

#endif
