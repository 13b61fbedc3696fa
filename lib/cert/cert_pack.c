/* SPDX-License-Identifier: ISC */
/*
 * cert_pack.c - a certificate in one block: a fleet's are held all the time,
 * and in pieces each would be twenty allocations.
 */
#include "cert_pack.h"

#include <stddef.h>
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

/* ---- what kin say alike ---- */

static char *
share_text(struct block *b, const char *s, char *of_kin)
{
	return s != NULL && of_kin != NULL && strcmp(s, of_kin) == 0 ?
	    of_kin : put_text(b, s);
}

static struct strings
share_strings(struct block *b, const struct strings *s,
    const struct strings *of_kin)
{
	return strings_equal(s, of_kin) ? *of_kin : put_strings(b, s);
}

static void
put_shared(struct block *b, const struct cert *c, struct cert *out)
{
	static const struct cert alone;
	const struct cert *kin = out->kin != NULL ? out->kin : &alone;

	out->issuer = share_text(b, c->issuer, kin->issuer);
	out->key_text = share_text(b, c->key_text, kin->key_text);
	out->signature = share_text(b, c->signature, kin->signature);
	out->eku = share_strings(b, &c->eku, &kin->eku);
	out->cdp = share_strings(b, &c->cdp, &kin->cdp);
	out->ocsp = share_strings(b, &c->ocsp, &kin->ocsp);
	out->ca_issuers = share_strings(b, &c->ca_issuers, &kin->ca_issuers);
}

/* ---- all of it ---- */

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

/* The count, which stands last, is other threads' to change meanwhile. */
static void
put_all(struct block *b, const struct cert *c, bool lean,
    const struct cert *kin, struct cert *out)
{
	memcpy(out, c, offsetof(struct cert, refs));
	out->packed = true;
	out->kin = kin;
	out->der = c->der != NULL && !lean ? put(b, c->der, c->der_len) : NULL;
	out->serial = put_text(b, c->serial);
	out->subject = put_text(b, c->subject);
	put_names(b, c, out);
	put_shared(b, c, out);
}

static struct cert *
pack(const struct cert *c, bool lean, const struct cert *kin)
{
	struct block b = {0};
	struct cert counted, *packed;

	put_all(&b, c, lean, kin, &counted);
	packed = xcalloc(1, sizeof(*packed) + b.used);
	b = (struct block){ .at = (char *)(packed + 1) };
	put_all(&b, c, lean, kin, packed);
	packed->refs = 1;
	return packed;
}

struct cert *
cert_pack(const struct cert *c)
{
	return pack(c, false, NULL);
}

struct cert *
cert_lean(const struct cert *c, const struct cert *kin)
{
	return pack(c, true, kin != NULL ? cert_ref(kin) : NULL);
}
