/* SPDX-License-Identifier: ISC */
/* revoker_held.c - what is held, the least used going first. */
#include "revoker_held.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

static void
held_free(struct held *h)
{
	revocation_crl_free(h->crl);
	text_done(&h->words);
	text_done(&h->bytes);
	free(h);
}

static void
drop(struct holder *all, struct held **at)
{
	struct held *h = *at;

	*at = h->next;
	all->size -= h->size;
	held_free(h);
}

void
holder_done(struct holder *all)
{
	while (all->first != NULL)
		drop(all, &all->first);
}

static struct held **
find(struct holder *all, const uint8_t key[CERT_SHA256])
{
	struct held **at = &all->first;

	while (*at != NULL && memcmp((*at)->key, key, CERT_SHA256) != 0)
		at = &(*at)->next;
	return at;
}

/* The one just put in stays, whatever its size. */
static void
make_room(struct holder *all)
{
	while (all->size > HELD_MAX && all->first->next != NULL) {
		struct held **least = &all->first->next;

		for (struct held **at = least; *at != NULL; at = &(*at)->next)
			if ((*at)->used < (*least)->used)
				least = at;
		drop(all, least);
	}
}

static struct held *
put(struct holder *all, const uint8_t key[CERT_SHA256], bool is_crl,
    const struct text *bytes)
{
	struct held *h = xcalloc(1, sizeof(*h)), **before = find(all, key);

	if (*before != NULL)
		drop(all, before);
	memcpy(h->key, key, CERT_SHA256);
	h->is_crl = is_crl;
	h->size = bytes->len + sizeof(*h);
	h->used = ++all->uses;
	if (is_crl)
		h->crl = revocation_crl_parse((const uint8_t *)text_str(bytes),
		    bytes->len, &h->words);
	else
		text_add_bytes(&h->bytes, text_str(bytes), bytes->len);
	h->next = all->first;
	all->first = h;
	all->size += h->size;
	make_room(all);
	return h;
}

struct held *
holder_find(struct holder *all, const uint8_t key[CERT_SHA256], bool is_crl,
    int64_t now)
{
	struct held **at = find(all, key), *h = NULL;
	struct text bytes = {0};
	int64_t until;

	if (*at != NULL && (*at)->until > now) {
		(*at)->used = ++all->uses;
		return *at;
	}
	if (*at != NULL)
		drop(all, at);
	if (all->cache != NULL && fetch_cache_read(all->cache, key, now,
	    &bytes, &until)) {
		h = put(all, key, is_crl, &bytes);
		h->until = until;
		h->saved = true;
	}
	text_done(&bytes);
	return h;
}

struct held *
holder_add(struct holder *all, const uint8_t key[CERT_SHA256], bool is_crl,
    const struct text *bytes, int64_t now)
{
	struct held *h = put(all, key, is_crl, bytes);

	h->fetched = true;
	h->until = now + HELD_USELESS_S;
	return h;
}

/* A valid answer: until the next one is due, within a day. */
static void
keep(struct holder *all, struct held *h, const struct text *bytes, int64_t now,
    int64_t next)
{
	if (h->saved || bytes == NULL)
		return;
	h->until = now + FETCH_CACHE_S;
	if (next != CLOCK_NEVER && next < h->until)
		h->until = next;
	if (next == CLOCK_NEVER)
		h->until = now + HELD_USELESS_S;
	h->saved = true;
	if (all->cache != NULL)
		fetch_cache_write(all->cache, h->key, bytes, now, h->until);
}

void
holder_ask(struct holder *all, struct held *h, const struct text *bytes,
    const struct cert *c, const struct cert *issuer, int64_t now,
    struct revocation_status *out)
{
	if (!h->is_crl)
		revocation_ocsp_ask((const uint8_t *)text_str(&h->bytes),
		    h->bytes.len, c, issuer, now, out);
	else if (h->crl != NULL)
		revocation_crl_ask(h->crl, c, issuer, now, out);
	else
		text_add(&out->words, text_str(&h->words));
	if (out->answer != REVOCATION_UNKNOWN)
		keep(all, h, bytes, now, out->next_update);
}

void
holder_forget(struct holder *all, struct held *h)
{
	struct held **at = find(all, h->key);

	if (all->cache != NULL)
		fetch_cache_forget(all->cache, h->key);
	if (*at != NULL)
		drop(all, at);
}
