/* SPDX-License-Identifier: ISC */
/*
 * cert_name.c - does a certificate carry a name? RFC 9525 section 6.3.
 * Own code: OpenSSL's X509_check_host takes trailing dots, partial wildcards
 * and the CN where this project must not.
 */
#include "cwaudit/cert.h"

#include <string.h>

#define LABEL_MAX	63
#define NAME_MAX_BYTES	253
#define CN_SHOWN	128	/* bytes of a CN in a message */
#define DN_SHOWN	200	/* of a whole name */

static bool
label_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/*
 * Labels in a name, 0 where it is none. An all-digit last label is no name
 * but the end of an IPv4 address (RFC 1123 section 2.1).
 */
static size_t
count_labels(const char *name, size_t len)
{
	size_t labels = 0, start = 0;
	bool digits = true;

	if (len == 0 || len > NAME_MAX_BYTES)
		return 0;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && name[i] != '.') {
			if (!label_char((unsigned char)name[i]))
				return 0;
			digits = digits && name[i] >= '0' && name[i] <= '9';
			continue;
		}
		if (i == start || i - start > LABEL_MAX)
			return 0;
		labels++;
		start = i + 1;
		if (i < len)
			digits = true;
	}
	return digits ? 0 : labels;
}

bool
cert_name_is_host(const char *name, size_t len)
{
	return count_labels(name, len) > 0;
}

static bool
is_wildcard(const char *pattern, size_t len)
{
	return len > 2 && pattern[0] == '*' && pattern[1] == '.';
}

bool
cert_name_is_pattern(const char *name, size_t len)
{
	if (is_wildcard(name, len))
		return len <= NAME_MAX_BYTES &&
		    count_labels(name + 2, len - 2) >= 2;
	return cert_name_is_host(name, len);
}

/* Both of one length. */
static bool
equal_folded(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char x = (unsigned char)a[i], y = (unsigned char)b[i];

		if (x >= 'A' && x <= 'Z')
			x = (unsigned char)(x + 32);
		if (y >= 'A' && y <= 'Z')
			y = (unsigned char)(y + 32);
		if (x != y)
			return false;
	}
	return true;
}

/*
 * The bytes are compared before anything else is asked of them: a SAN may have
 * thousands of entries, and hardly one of them gets past its length.
 */
bool
cert_name_matches(const char *pattern, size_t len, const char *name)
{
	size_t name_len = strlen(name), skip = 0;
	const char *dot;

	if (name_len > 0 && name[name_len - 1] == '.')
		name_len--;
	if (is_wildcard(pattern, len)) {
		dot = memchr(name, '.', name_len);
		if (dot == NULL)
			return false;
		skip = (size_t)(dot - name);
		pattern++;
		len--;
	}
	if (len != name_len - skip || !equal_folded(pattern, name + skip, len))
		return false;
	/* The rest of a pattern is now that of the name; one check does. */
	return cert_name_is_host(name, name_len) && (skip == 0 ||
	    count_labels(name + skip + 1, name_len - skip - 1) >= 2);
}

bool
cert_cn_is(const struct cert *c, const char *name)
{
	for (size_t i = 0; i < c->n_cn; i++)
		if (c->cn[i].readable && text_equal_bytes(name,
		    c->cn[i].utf8.data, c->cn[i].utf8.len))
			return true;
	return false;
}

bool
cert_san_has(const struct cert *c, const char *name)
{
	for (size_t i = 0; i < c->n_san; i++)
		if (c->san[i].type == CERT_SAN_DNS && text_equal_bytes(name,
		    c->san[i].value.data, c->san[i].value.len))
			return true;
	return false;
}

bool
cert_san_covers(const struct cert *c, const char *name)
{
	for (size_t i = 0; i < c->n_san; i++)
		if (c->san[i].type == CERT_SAN_DNS && cert_name_matches(
		    c->san[i].value.data, c->san[i].value.len, name))
			return true;
	return false;
}

void
cert_add_cn(const struct cert *c, struct text *out)
{
	if (c->n_cn == 0) {
		text_add(out, "(none)");
		return;
	}
	text_add_escaped(out, c->cn[0].utf8.data, c->cn[0].utf8.len, CN_SHOWN);
}

/* dn is printable already; a cut falls between two characters. */
static void
add_dn(const char *dn, struct text *out)
{
	size_t len = strlen(dn), end = len;

	if (len > DN_SHOWN) {
		end = DN_SHOWN;
		while (end > 0 && ((unsigned char)dn[end] & 0xc0) == 0x80)
			end--;
	}
	text_add_bytes(out, dn, end);
	if (end < len)
		text_add(out, "...");
	if (len == 0)
		text_add(out, "(empty)");
}

void
cert_add_subject(const struct cert *c, struct text *out)
{
	add_dn(c->subject, out);
}

void
cert_add_issuer(const struct cert *c, struct text *out)
{
	add_dn(c->issuer, out);
}
