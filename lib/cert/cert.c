/* SPDX-License-Identifier: ISC */
/* cert.c - the life of a certificate's facts; cert_parse.c makes them. */
#include "cwaudit/cert.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/sha256.h"

void
cert_sha256(const uint8_t *bytes, size_t len, uint8_t out[CERT_SHA256])
{
	sha256_of(bytes, len, out);
}

struct cert *
cert_ref(const struct cert *c)
{
	struct cert *mine = (struct cert *)c;	/* only the count changes */

	__atomic_add_fetch(&mine->refs, 1, __ATOMIC_RELAXED);
	return mine;
}

static void
free_all(struct cert *c)
{
	for (size_t i = 0; i < c->n_cn; i++)
		free(c->cn[i].utf8.data);
	for (size_t i = 0; i < c->n_san; i++)
		free(c->san[i].value.data);
	free(c->cn);
	free(c->san);
	free(c->der);
	free(c->serial);
	free(c->subject);
	free(c->issuer);
	free(c->key_text);
	free(c->signature);
	strings_done(&c->eku);
	strings_done(&c->cdp);
	strings_done(&c->ocsp);
	strings_done(&c->ca_issuers);
	free(c);
}

void
cert_unref(const struct cert *c)
{
	struct cert *mine = (struct cert *)c;

	if (mine == NULL ||
	    __atomic_sub_fetch(&mine->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	cert_unref(mine->kin);
	if (mine->packed)
		free(mine);
	else
		free_all(mine);
}
