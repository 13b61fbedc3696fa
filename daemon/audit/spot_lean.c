/* SPDX-License-Identifier: ISC */
/*
 * spot_lean.c - of a leaf that is in the store the facts are enough. In a
 * large fleet the DERs are a third of what is held. What stays is copied, so
 * that it lies together in this thread's heap, not between holes in a
 * worker's.
 */
#include <string.h>

#include "spot.h"

static bool
same(const struct cert *a, const struct cert *b)
{
	return memcmp(a->sha256, b->sha256, CERT_SHA256) == 0;
}

/* One of the same issuer, if there was one lately; else it is that. */
static const struct cert *
with_kin(const struct cert *c, struct spot_kin *kin)
{
	const struct cert **of;

	for (size_t i = 0; i < SPOT_KIN; i++)
		if (kin->of[i] != NULL &&
		    strcmp(kin->of[i]->issuer, c->issuer) == 0)
			return cert_lean(c, kin->of[i]);
	of = &kin->of[kin->next++ % SPOT_KIN];
	cert_unref(*of);
	*of = cert_lean(c, NULL);
	return cert_ref(*of);
}

void
spot_kin_done(struct spot_kin *kin)
{
	for (size_t i = 0; i < SPOT_KIN; i++)
		cert_unref(kin->of[i]);
	*kin = (struct spot_kin){0};
}

static void
make_lean(const struct spot *s, const struct cert **c, struct spot_kin *kin)
{
	const struct cert *full = *c;

	if (full == NULL)
		return;
	if (full != s->last_leaf && same(full, s->last_leaf))
		*c = cert_ref(s->last_leaf);
	else if (full->der != NULL)
		*c = with_kin(full, kin);
	else
		return;
	cert_unref(full);
}

static bool
holds_another(const struct chain *c, const struct cert *leaf)
{
	return (c->n_path > 0 && c->path[0] != leaf &&
	    same(c->path[0], leaf)) || (c->n_sent > 0 && c->sent[0] != NULL &&
	    c->sent[0] != leaf && same(c->sent[0], leaf));
}

static void
make_chain_lean(const struct spot *s, const struct chain **c)
{
	const struct chain *full = *c;

	if (full == NULL || !holds_another(full, s->last_leaf))
		return;
	*c = chain_with_leaf(full, s->last_leaf);
	chain_unref(full);
}

/* Both are the same chain: they stay so. */
static void
share(const struct chain **c, const struct chain *was, const struct chain *is)
{
	if (*c == NULL || *c != was)
		return;
	chain_unref(*c);
	*c = chain_ref(is);
}

/* The DERs in it are gone, but those that no certificate was made of. */
static void
make_own(const struct observation **o)
{
	const struct observation *shared = *o;

	if (shared == NULL || shared->n_der > 0)
		return;
	*o = observation_copy(shared);
	observation_free(shared);
}

/* A path that is not trusted is looked for again with every look. */
static bool
needs_der(const struct spot *s)
{
	return s->last_chain == NULL || s->last_chain->status != CHAIN_TRUSTED ||
	    s->last_leaf->ca || s->last_leaf->trailing > 0 || s->n_set > 0;
}

void
spot_lean(struct spot *s, struct spot_kin *kin)
{
	const struct chain *was = s->last_chain;

	if (s->last_leaf == NULL || needs_der(s))
		return;
	if (s->last_leaf->der != NULL ||
	    (s->leaf != NULL && s->leaf->der != NULL))
		make_own(&s->seen);
	make_lean(s, &s->last_leaf, kin);
	make_lean(s, &s->leaf, kin);
	make_lean(s, &s->accepted, kin);
	make_lean(s, &s->previous, kin);
	make_lean(s, &s->refused, kin);
	(void)chain_ref(was);
	make_chain_lean(s, &s->last_chain);
	share(&s->chain, was, s->last_chain);
	share(&s->accepted_chain, was, s->last_chain);
	make_chain_lean(s, &s->chain);
	make_chain_lean(s, &s->accepted_chain);
	chain_unref(was);
}

bool
spot_is_lean(const struct spot *s)
{
	return s->leaf != NULL && s->leaf->der == NULL;
}
