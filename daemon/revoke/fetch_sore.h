/* SPDX-License-Identifier: ISC */
/*
 * fetch_sore.h - what failed lately, a URL or its host, and in which words: a
 * host that is down costs one time-out, not one for each certificate. Private
 * to fetch*.c.
 */
#ifndef FETCH_SORE_H
#define FETCH_SORE_H

#include "cwaudit/cert.h"

#define SORE_MAX	1024

struct sore {
	uint8_t		 key[CERT_SHA256];
	char		*words;
	int64_t		 until_ms;
};

struct sores {			/* all zero is an empty one */
	struct sore	 item[SORE_MAX];
	size_t		 n;	/* ever added; the oldest make room */
};

void	sores_done(struct sores *);
/* NULL: did not fail lately. Borrowed until the next add. */
const char *sores_find(const struct sores *, const uint8_t key[CERT_SHA256],
	    int64_t now_ms);
void	sores_add(struct sores *, const uint8_t key[CERT_SHA256],
	    const char *words, int64_t until_ms);

#endif
