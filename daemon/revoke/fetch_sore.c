/* SPDX-License-Identifier: ISC */
/* fetch_sore.c - a ring of what failed lately. */
#include "fetch_sore.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

void
sores_done(struct sores *s)
{
	for (size_t i = 0; i < SORE_MAX; i++)
		free(s->item[i].words);
	memset(s, 0, sizeof(*s));
}

const char *
sores_find(const struct sores *s, const uint8_t key[CERT_SHA256],
    int64_t now_ms)
{
	size_t n = s->n < SORE_MAX ? s->n : SORE_MAX;

	for (size_t i = 0; i < n; i++)
		if (s->item[i].until_ms > now_ms &&
		    memcmp(s->item[i].key, key, CERT_SHA256) == 0)
			return s->item[i].words;
	return NULL;
}

void
sores_add(struct sores *s, const uint8_t key[CERT_SHA256], const char *words,
    int64_t until_ms)
{
	struct sore *item = &s->item[s->n++ % SORE_MAX];

	free(item->words);
	memcpy(item->key, key, CERT_SHA256);
	item->words = xstrdup(words);
	item->until_ms = until_ms;
}
