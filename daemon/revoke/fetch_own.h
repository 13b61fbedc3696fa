/* SPDX-License-Identifier: ISC */
/*
 * fetch_own.h - a fetch and its fetcher, shared by fetch.c (whose turn it is,
 * names, redirects, the end) and fetch_transfer.c (libcurl). Nobody else's.
 */
#ifndef FETCH_OWN_H
#define FETCH_OWN_H

#include <sys/queue.h>

#include "cwaudit/cert.h"
#include "probe/curl_loop.h"
#include "fetch.h"
#include "fetch_sore.h"
#include "fetch_url.h"
#include "probe/resolve.h"

enum fetch_state { FETCH_WAITING, FETCH_RESOLVING, FETCH_TRANSFER, FETCH_OVER };

struct waiter {
	STAILQ_ENTRY(waiter) entry;
	fetch_done_fn	*done;
	void		*ctx;
};

struct fetch {
	TAILQ_ENTRY(fetch) entry;
	struct fetcher	*fetcher;
	uint8_t		 key[CERT_SHA256];
	enum fetch_state state;
	STAILQ_HEAD(, waiter) waiters;
	/* the order, copied */
	struct fetch_url url;
	struct text	 body;
	bool		 post;
	struct curl_slist *headers, *resolved;
	struct strings	 hosts;
	char		*proxy, *proxy_credentials;
	int		 families;
	size_t		 max;
	/* what became of it */
	struct question	*question;	/* NULL: none is asked */
	struct transfer	 transfer;
	struct text	 bytes, words;
	size_t		 header_bytes;
	unsigned	 redirects;
	bool		 too_large, host_failed, was_sore;
	struct event	*timer, *work;
	CURLcode	 code;
	char		 errors[CURL_ERROR_SIZE];
};

struct question {		/* outlives a fetch that gave up */
	LIST_ENTRY(question) entry;
	struct fetch	*fetch;		/* NULL: nobody waits any more */
};

struct fetcher {
	struct fetch_options options;
	struct curl_loop *curl;
	struct resolver	*resolver;
	TAILQ_HEAD(, fetch) fetches;	/* in the order of their coming */
	LIST_HEAD(, question) questions;
	unsigned	 under_way;
	struct sores	 sores;
};

/* Begins; what became of it, t->code, is told by t->work. */
void	fetch_transfer(struct fetch *);
/* It is over, once; who waits hears of it from the loop. */
void	fetch_fail(struct fetch *, const char *words);

#endif
