/* SPDX-License-Identifier: ISC */
/*
 * cert_cache.c - two open-addressing tables. The keys are SHA-256 already:
 * their first eight bytes are the hash, all 32 are compared.
 */
#include "cwaudit/cert_cache.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define FIRST_SIZE	1024	/* slots; a power of two, as all sizes */

struct slot {
	uint8_t		 key[CERT_SHA256];
	const void	*value;		/* NULL: the slot is free */
	bool		 asked;		/* found since the last eviction */
};

struct table {
	struct slot	*slot;
	size_t		 size;		/* slots; at most half of them used */
	size_t		 n, max;
	void		(*unref)(const void *);
};

struct cert_cache {
	struct table	certs, chains;
};

static void
unref_cert(const void *cert)
{
	cert_unref(cert);
}

static void
unref_chain(const void *chain)
{
	chain_unref(chain);
}

static size_t
home_of(const struct table *t, const uint8_t key[CERT_SHA256])
{
	uint64_t hash;

	memcpy(&hash, key, sizeof(hash));
	return (size_t)hash & (t->size - 1);
}

/* The slot of this key, or the free one where it belongs. */
static struct slot *
slot_of(const struct table *t, const uint8_t key[CERT_SHA256])
{
	size_t i = home_of(t, key);

	while (t->slot[i].value != NULL &&
	    memcmp(t->slot[i].key, key, CERT_SHA256) != 0)
		i = (i + 1) & (t->size - 1);
	return &t->slot[i];
}

static void
table_init(struct table *t, void (*unref)(const void *))
{
	t->size = FIRST_SIZE;
	t->slot = xcalloc(t->size, sizeof(*t->slot));
	t->n = 0;
	t->max = CERT_CACHE_MAX;
	t->unref = unref;
}

static void
table_done(struct table *t)
{
	for (size_t i = 0; i < t->size; i++)
		if (t->slot[i].value != NULL)
			t->unref(t->slot[i].value);
	free(t->slot);
}

static void
rebuild(struct table *t, size_t size)
{
	struct slot *old = t->slot;
	size_t old_size = t->size;

	t->size = size;
	t->slot = xcalloc(size, sizeof(*t->slot));
	for (size_t i = 0; i < old_size; i++)
		if (old[i].value != NULL)
			*slot_of(t, old[i].key) = old[i];
	free(old);
}

/* Slots may be dropped in a sweep only if a rebuild follows. */
static void
drop(struct table *t, struct slot *slot)
{
	t->unref(slot->value);
	slot->value = NULL;
	t->n--;
}

/*
 * Those not asked for go; if that are few, every second of the others as
 * well, so that the next eviction is far away.
 */
static void
evict(struct table *t)
{
	size_t before = t->n;

	for (size_t i = 0; i < t->size; i++)
		if (t->slot[i].value != NULL && !t->slot[i].asked)
			drop(t, &t->slot[i]);
	if (before - t->n < before / 4) {
		bool odd = false;

		for (size_t i = 0; i < t->size; i++) {
			if (t->slot[i].value == NULL)
				continue;
			if ((odd = !odd))
				drop(t, &t->slot[i]);
		}
	}
	for (size_t i = 0; i < t->size; i++)
		t->slot[i].asked = false;
	rebuild(t, t->size);
}

/* The table owns value from here on. */
static void
table_put(struct table *t, const uint8_t key[CERT_SHA256], const void *value)
{
	struct slot *slot = slot_of(t, key);

	if (slot->value != NULL) {
		t->unref(slot->value);
		slot->value = value;
		return;
	}
	if (t->n >= t->max)
		evict(t);
	if ((t->n + 1) * 2 > t->size)
		rebuild(t, t->size * 2);
	slot = slot_of(t, key);
	memcpy(slot->key, key, CERT_SHA256);
	slot->value = value;
	slot->asked = false;
	t->n++;
}

static const void *
table_find(const struct table *t, const uint8_t key[CERT_SHA256])
{
	struct slot *slot = slot_of(t, key);

	slot->asked = true;
	return slot->value;
}

/* Slots behind a freed one move up: a search stops at a free slot. */
static void
table_remove(struct table *t, const uint8_t key[CERT_SHA256])
{
	struct slot *slot = slot_of(t, key);
	size_t hole = (size_t)(slot - t->slot), mask = t->size - 1;

	if (slot->value == NULL)
		return;
	drop(t, slot);
	for (size_t i = (hole + 1) & mask; t->slot[i].value != NULL;
	    i = (i + 1) & mask) {
		size_t home = home_of(t, t->slot[i].key);

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		t->slot[hole] = t->slot[i];
		t->slot[i].value = NULL;
		hole = i;
	}
}

struct cert_cache *
cert_cache_new(void)
{
	struct cert_cache *cache = xcalloc(1, sizeof(*cache));

	table_init(&cache->certs, unref_cert);
	table_init(&cache->chains, unref_chain);
	return cache;
}

void
cert_cache_free(struct cert_cache *cache)
{
	if (cache == NULL)
		return;
	table_done(&cache->certs);
	table_done(&cache->chains);
	free(cache);
}

const struct cert *
cert_cache_find(struct cert_cache *cache, const uint8_t sha256[CERT_SHA256])
{
	return table_find(&cache->certs, sha256);
}

void
cert_cache_add(struct cert_cache *cache, const struct cert *cert)
{
	table_put(&cache->certs, cert->sha256, cert_ref(cert));
}

const struct chain *
cert_cache_find_chain(struct cert_cache *cache, const uint8_t key[CERT_SHA256],
    int64_t now)
{
	const struct chain *chain = table_find(&cache->chains, key);

	if (chain == NULL)
		return NULL;
	if (chain->valid_until != CLOCK_NEVER && chain->valid_until <= now) {
		table_remove(&cache->chains, key);
		return NULL;
	}
	return chain_ref(chain);
}

void
cert_cache_add_chain(struct cert_cache *cache, const uint8_t key[CERT_SHA256],
    const struct chain *chain)
{
	table_put(&cache->chains, key, chain_ref(chain));
}

void
cert_cache_forget_chains(struct cert_cache *cache)
{
	size_t max = cache->chains.max;

	table_done(&cache->chains);
	table_init(&cache->chains, unref_chain);
	cache->chains.max = max;
}

enum cert_status
cert_cache_parse(struct cert_cache *cache, const uint8_t *der, size_t len,
    struct cert **out)
{
	uint8_t sha256[CERT_SHA256];
	const struct cert *known;
	enum cert_status status;

	if (len > CERT_MAX_DER)
		return CERT_TOO_BIG;
	cert_sha256(der, len, sha256);
	known = cert_cache_find(cache, sha256);
	if (known != NULL) {
		*out = cert_ref(known);
		return CERT_OK;
	}
	status = cert_parse(der, len, out);
	/* The key is that of the bytes without what was cut. */
	if (status == CERT_OK && (*out)->trailing == 0)
		cert_cache_add(cache, *out);
	return status;
}

struct chain *
cert_cache_path(struct cert_cache *cache, struct trust *trust,
    const struct strings *names, const uint8_t message[CERT_SHA256],
    const struct cert *const *sent, size_t n, int64_t now)
{
	uint64_t revision = trust_revision(trust);
	uint8_t key[CERT_SHA256];
	struct text all = {0};
	const struct chain *known;
	struct chain *chain;

	text_add_bytes(&all, message, CERT_SHA256);
	text_add_bytes(&all, &revision, sizeof(revision));
	for (size_t i = 0; i < names->n; i++)
		text_add_bytes(&all, names->item[i],
		    strlen(names->item[i]) + 1);
	cert_sha256((const uint8_t *)all.data, all.len, key);
	text_done(&all);
	known = cert_cache_find_chain(cache, key, now);
	if (known != NULL)
		return (struct chain *)known;	/* the reference is ours */
	chain = trust_path(trust, names, sent, n, now);
	cert_cache_add_chain(cache, key, chain);
	return chain;
}
