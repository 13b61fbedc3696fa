/* SPDX-License-Identifier: ISC */
/* chain.c - the life of a verdict on a chain, and its names. */
#include "cwaudit/chain.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

static const char *const names[] = {
	[CHAIN_TRUSTED]		= "trusted",
	[CHAIN_SELF_SIGNED]	= "self-signed",
	[CHAIN_UNKNOWN_CA]	= "unknown-ca",
	[CHAIN_NO_ISSUER]	= "no-issuer",
	[CHAIN_BAD_SIGNATURE]	= "bad-signature",
	[CHAIN_CA_EXPIRED]	= "ca-expired",
	[CHAIN_NOT_A_CA]	= "not-a-ca",
	[CHAIN_CONSTRAINED]	= "constrained",
	[CHAIN_UNREADABLE]	= "unreadable",
	[CHAIN_NO_TRUST]	= "no-trust",
	[CHAIN_ERROR]		= "error",
};

struct chain *
chain_ref(const struct chain *chain)
{
	struct chain *mine = (struct chain *)chain;

	__atomic_add_fetch(&mine->refs, 1, __ATOMIC_RELAXED);
	return mine;
}

void
chain_unref(const struct chain *chain)
{
	struct chain *mine = (struct chain *)chain;

	if (mine == NULL ||
	    __atomic_sub_fetch(&mine->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (size_t i = 0; i < mine->n_path; i++)
		cert_unref(mine->path[i]);
	for (size_t i = 0; i < mine->n_sent; i++)
		cert_unref(mine->sent[i]);
	free(mine->path);
	free(mine->sent);
	free(mine->reason);
	free(mine);
}

static const struct cert **
copy_certs(const struct cert **from, size_t n, const struct cert *leaf)
{
	const struct cert **to = n > 0 ? xcalloc(n, sizeof(*to)) : NULL;

	for (size_t i = 0; i < n; i++)
		if (from[i] != NULL)
			to[i] = cert_ref(memcmp(from[i]->sha256, leaf->sha256,
			    CERT_SHA256) == 0 ? leaf : from[i]);
	return to;
}

struct chain *
chain_with_leaf(const struct chain *chain, const struct cert *leaf)
{
	struct chain *copy = xcalloc(1, sizeof(*copy));

	/* but the count, which stands last: other threads change it */
	memcpy(copy, chain, offsetof(struct chain, refs));
	copy->refs = 1;
	copy->path = copy_certs(chain->path, chain->n_path, leaf);
	copy->sent = copy_certs(chain->sent, chain->n_sent, leaf);
	if (chain->reason != NULL)
		copy->reason = xstrdup(chain->reason);
	return copy;
}

const char *
chain_status_name(enum chain_status status)
{
	return names[status];
}
