/* SPDX-License-Identifier: ISC */
/* check_near.c - the name that was meant, where what stands there misses it. */
#include "cwaudit/check.h"

#include <stdlib.h>

#include "cwaudit/mem.h"

#define SHOWN	128	/* bytes of a peer's string in a message */

void
check_add_exact(const void *bytes, size_t len, struct text *out)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < len && i < SHOWN; i++) {
		if (p[i] > 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\') {
			text_add_char(out, (char)p[i]);
			continue;
		}
		text_add(out, "\\x");
		text_add_hex(out, &p[i], 1);
	}
	if (len > SHOWN)
		text_add(out, "...");
}

static bool
is_known(const struct subject *s, const struct cert_bytes *raw)
{
	char *name;
	bool known;

	if (!cert_name_is_host(raw->data, raw->len))
		return false;
	name = xstrndup(raw->data, raw->len);
	text_lower(name);
	known = check_is_known(s, name);
	free(name);
	return known;
}

static bool
add_if_near(const struct subject *s, const struct cert_bytes *raw,
    const char *wanted, struct text *out)
{
	const char *how = cert_name_near(raw->data, raw->len, wanted);

	if (how == NULL || is_known(s, raw))
		return false;
	text_add(out, "; ");
	check_add_exact(raw->data, raw->len, out);
	text_addf(out, " stands there instead of %s (%s)", wanted, how);
	return true;
}

static bool
near_cn(const struct subject *s, const char *wanted, struct text *out)
{
	const struct cert *c = s->leaf;
	bool found = false;

	for (size_t i = 0; i < c->n_cn && i < CHECK_NEAR && !found; i++)
		found = add_if_near(s, &c->cn[i].utf8, wanted, out);
	return found;
}

static bool
near_san(const struct subject *s, const char *wanted, struct text *out)
{
	const struct cert *c = s->leaf;
	bool found = false;

	for (size_t i = 0; i < c->n_san && i < CHECK_NEAR && !found; i++)
		found = c->san[i].type == CERT_SAN_DNS &&
		    add_if_near(s, &c->san[i].value, wanted, out);
	return found;
}

void
check_add_near(const struct subject *s, bool cn, const struct strings *wanted,
    struct text *out)
{
	for (size_t i = 0; i < wanted->n && i < CHECK_LISTED; i++)
		(void)(cn ? near_cn : near_san)(s, wanted->item[i], out);
}
