/* SPDX-License-Identifier: ISC */
/*
 * cert_pack.c - a certificate in one block: a fleet's are held all the time,
 * and in pieces each would be twenty allocations.
 */
#include "cert_pack.h"

#include <string.h>

#include "cwaudit/mem.h"

#define ALIGN	sizeof(void *)

struct block {
	char	*at;		/* NULL: only counted */
	size_t	 used;
};

static void *
put(struct block *b, const void *from, size_t len)
{
	char *to = b->at != NULL ? b->at + b->used : NULL;

	if (to != NULL && len > 0)
		memcpy(to, from, len);
	b->used += (len + ALIGN - 1) / ALIGN * ALIGN;
	return to;
}

static char *
put_text(struct block *b, const char *s)
{
	return s != NULL ? put(b, s, strlen(s) + 1) : NULL;
}

/* With the NUL behind it. */
static char *
put_bytes(struct block *b, const struct cert_bytes *bytes)
{
	return bytes->data != NULL ? put(b, bytes->data, bytes->len + 1) :
	    NULL;
}

static struct strings
put_strings(struct block *b, const struct strings *s)
{
	char **item = put(b, s->item, s->n * sizeof(*s->item));

	for (size_t i = 0; i < s->n; i++) {
		char *text = put_text(b, s->item[i]);

		if (item != NULL)
			item[i] = text;
	}
	return (struct strings){ .item = item, .n = s->n, .cap = s->n };
}

static void
put_names(struct block *b, const struct cert *c, struct cert *out)
{
	out->cn = put(b, c->cn, c->n_cn * sizeof(*c->cn));
	out->san = put(b, c->san, c->n_san * sizeof(*c->san));
	for (size_t i = 0; i < c->n_cn; i++) {
		char *data = put_bytes(b, &c->cn[i].utf8);

		if (out->cn != NULL)
			out->cn[i].utf8.data = data;
	}
	for (size_t i = 0; i < c->n_san; i++) {
		char *data = put_bytes(b, &c->san[i].value);

		if (out->san != NULL)
			out->san[i].value.data = data;
	}
}

static void
put_all(struct block *b, const struct cert *c, struct cert *out)
{
	*out = *c;
	out->packed = true;
	out->der = put(b, c->der, c->der_len);
	out->serial = put_text(b, c->serial);
	out->subject = put_text(b, c->subject);
	out->issuer = put_text(b, c->issuer);
	out->key_text = put_text(b, c->key_text);
	out->signature = put_text(b, c->signature);
	out->eku = put_strings(b, &c->eku);
	out->cdp = put_strings(b, &c->cdp);
	out->ocsp = put_strings(b, &c->ocsp);
	out->ca_issuers = put_strings(b, &c->ca_issuers);
	put_names(b, c, out);
}

struct cert *
cert_pack(const struct cert *c)
{
	struct block b = {0};
	struct cert counted, *packed;

	put_all(&b, c, &counted);
	packed = xcalloc(1, sizeof(*packed) + b.used);
	b = (struct block){ .at = (char *)(packed + 1) };
	put_all(&b, c, packed);
	packed->refs = 1;
	return packed;
}
