/* SPDX-License-Identifier: ISC */
/*
 * bundle_form.c - what a file is: encodings of text, PEM blocks, and the
 * shape of DER.
 */
#include "bundle_parts.h"

#include <openssl/evp.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define SHAPE_ITEMS	6	/* of one level */
#define LABEL_SHOWN	40

/* -- DER ------------------------------------------------------------------ */

static char
letter(int tag, int class)
{
	if (class == V_ASN1_CONTEXT_SPECIFIC && tag == 0)
		return '0';
	if (class != V_ASN1_UNIVERSAL)
		return '?';
	switch (tag) {
	case V_ASN1_SEQUENCE:
		return 's';
	case V_ASN1_INTEGER:
		return 'i';
	case V_ASN1_OBJECT:
		return 'o';
	case V_ASN1_BIT_STRING:
		return 'b';
	case V_ASN1_OCTET_STRING:
		return 'x';
	case V_ASN1_UTCTIME:
	case V_ASN1_GENERALIZEDTIME:
		return 't';
	}
	return '?';
}

/* Letters of the items from p on; what constructed ones hold, in brackets. */
static void
add_items(const uint8_t *p, size_t len, int depth, struct text *out)
{
	const uint8_t *end = p + len;

	for (int i = 0; i < SHAPE_ITEMS && p < end; i++) {
		long item_len;
		int tag, class;
		int form = ASN1_get_object(&p, &item_len, &tag, &class,
		    end - p);
		bool open = (form & 1) != 0;	/* BER: its end is marked */

		if ((form & 0x80) != 0)
			return;
		text_add_char(out, letter(tag, class));
		if (open)
			item_len = end - p;
		if ((form & V_ASN1_CONSTRUCTED) != 0 && depth > 0) {
			text_add_char(out, '(');
			add_items(p, (size_t)item_len, depth - 1, out);
			text_add_char(out, ')');
		}
		p += item_len;
	}
}

/*
 * The first row that fits. RFC 5280 section 4.1 (version 1 has no [0]) and
 * 5.1, RFC 2986, RFC 2315, RFC 7292, RFC 5958, RFC 8017, RFC 5915.
 */
static const struct {
	const char		*begin, *within;
	enum bundle_shape	 shape;
} shapes[] = {
	{ "s(0", "", BUNDLE_SHAPE_CERTIFICATE },
	{ "s(issss", "", BUNDLE_SHAPE_CERTIFICATE },
	{ "s(iss0", "", BUNDLE_SHAPE_REQUEST },
	{ "s(iss)", "", BUNDLE_SHAPE_REQUEST },
	{ "s(isst", "", BUNDLE_SHAPE_CRL },
	{ "s(sst", "", BUNDLE_SHAPE_CRL },
	{ "s(o", ")x", BUNDLE_SHAPE_LOCKED_KEY },
	{ "s(o", ")b", BUNDLE_SHAPE_PUBLIC_KEY },
	{ "s(", ")s", BUNDLE_SHAPE_CERTIFICATE },
	{ "o0", "", BUNDLE_SHAPE_PKCS7 },
	{ "is(o0", "", BUNDLE_SHAPE_PKCS12 },
	{ "is(o", ")x", BUNDLE_SHAPE_KEY },
	{ "iiii", "", BUNDLE_SHAPE_KEY },
	{ "ix", "", BUNDLE_SHAPE_KEY },
};

enum bundle_shape
bundle_shape(const uint8_t *der, size_t len)
{
	enum bundle_shape shape = BUNDLE_SHAPE_NONE;
	const uint8_t *p = der;
	struct text items = {0};
	long item_len;
	int tag, class, form;

	if (len < 2 || len > LONG_MAX || der[0] != 0x30)
		return BUNDLE_SHAPE_NONE;
	form = ASN1_get_object(&p, &item_len, &tag, &class, (long)len);
	if ((form & 0x80) != 0)
		return BUNDLE_SHAPE_CUT;
	if ((form & 1) != 0)
		item_len = (long)len - (p - der);
	add_items(p, (size_t)item_len, 1, &items);
	for (size_t i = 0; i < ARRAY_N(shapes) && shape == BUNDLE_SHAPE_NONE;
	    i++)
		if (strncmp(text_str(&items), shapes[i].begin,
		    strlen(shapes[i].begin)) == 0 &&
		    strstr(text_str(&items), shapes[i].within) != NULL)
			shape = shapes[i].shape;
	text_done(&items);
	return shape;
}

/* -- text ----------------------------------------------------------------- */

static void
add_utf8(struct text *out, uint32_t c)
{
	static const uint32_t limits[] = { 0x80, 0x800, 0x10000, 0x110000 };
	static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	int more = 0;

	while (more < 3 && c >= limits[more])
		more++;
	text_add_char(out, (char)(lead[more] | (c >> (6 * more))));
	while (more-- > 0)
		text_add_char(out, (char)(0x80 | ((c >> (6 * more)) & 0x3f)));
}

/* Lone surrogates become the replacement character. */
static bool
add_utf16(const uint8_t *p, size_t len, bool big, struct text *out)
{
	uint32_t high = 0;

	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = big ? (uint32_t)p[i] << 8 | p[i + 1] :
		    (uint32_t)p[i + 1] << 8 | p[i];
		bool low = c >= 0xdc00 && c < 0xe000;

		if (high != 0)
			add_utf8(out, low ? 0x10000 + ((high - 0xd800) << 10) +
			    (c - 0xdc00) : 0xfffd);
		else if (low)
			add_utf8(out, 0xfffd);
		if (high != 0 && low) {
			high = 0;
			continue;
		}
		high = c >= 0xd800 && c < 0xdc00 ? c : 0;
		if (high == 0 && !low)
			add_utf8(out, c);
	}
	return len % 2 == 0 && high == 0;
}

bool
bundle_utf8(const uint8_t *p, size_t len, struct text *out)
{
	if (len >= 2 && ((p[0] == 0xff && p[1] == 0xfe) ||
	    (p[0] == 0xfe && p[1] == 0xff)))
		return add_utf16(p + 2, len - 2, p[0] == 0xfe, out);
	if (len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		len -= 3;
	}
	text_add_bytes(out, p, len);
	return true;
}

uint8_t *
bundle_base64(const char *s, size_t len, size_t *out_len)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	uint8_t *out = xcalloc(len / 4 + 1, 3);
	int n = 0, last = 0;
	bool ok;

	if (ctx == NULL)
		abort();	/* no memory */
	EVP_DecodeInit(ctx);
	ok = len <= INT_MAX && memchr(s, '-', len) == NULL &&
	    EVP_DecodeUpdate(ctx, out, &n, (const unsigned char *)s,
	    (int)len) >= 0 && EVP_DecodeFinal(ctx, out + n, &last) == 1;
	EVP_ENCODE_CTX_free(ctx);
	if (ok && n + last > 0) {
		*out_len = (size_t)n + (size_t)last;
		return out;
	}
	free(out);
	return NULL;
}

/* -- PEM ------------------------------------------------------------------ */

#define BEGIN	"-----BEGIN "
#define END	"-----END "
#define DASHES	"-----"

/* Header lines (RFC 1421) end with an empty line; most blocks have none. */
static const char *
skip_headers(const char *s, const char *end, bool *locked)
{
	const char *colon = memchr(s, ':', (size_t)(end - s));

	*locked = false;
	if (colon == NULL)
		return s;
	*locked = memmem(s, (size_t)(end - s), "ENCRYPTED", 9) != NULL;
	for (const char *line = s; line < end; line++) {
		line = memchr(line, '\n', (size_t)(end - line));
		if (line == NULL)
			break;
		if (line[1] == '\n' || (line[1] == '\r' && line[2] == '\n'))
			return line + 1;
	}
	return s;
}

/* A block from behind "-----BEGIN " on; *next: behind its end. */
static enum bundle_status
read_block(const char *s, size_t number, bundle_block_fn *fn, void *ctx,
    const char **next, struct text *why)
{
	const char *label_end = strstr(s, DASHES), *end;
	struct text label = {0}, closing = {0};
	struct bundle_block block = {0};
	enum bundle_status status = BUNDLE_DAMAGED;
	uint8_t *der = NULL;

	if (label_end == NULL || memchr(s, '\n', (size_t)(label_end - s)))
		label_end = s;
	text_addf(&closing, END "%.*s" DASHES, (int)(label_end - s), s);
	text_add_escaped(&label, s, (size_t)(label_end - s), LABEL_SHOWN);
	end = strstr(label_end, text_str(&closing));
	if (end == NULL || label_end == s) {
		text_addf(why, "PEM block %zu (%s) has no line %s%s%s: it was "
		    "cut off; copy the whole file again", number,
		    text_str(&label), END, text_str(&label), DASHES);
		goto out;
	}
	*next = end + closing.len;
	s = skip_headers(label_end + strlen(DASHES), end, &block.locked);
	der = bundle_base64(s, (size_t)(end - s), &block.len);
	if (der == NULL) {
		text_addf(why, "PEM block %zu (%s) is no base64: it was "
		    "damaged on its way; copy the file again", number,
		    text_str(&label));
		goto out;
	}
	block.label = text_str(&label);
	block.der = der;
	status = fn(ctx, &block);
	OPENSSL_cleanse(der, block.len);
out:
	free(der);
	text_done(&label);
	text_done(&closing);
	return status;
}

enum bundle_status
bundle_each_block(const char *pem, bundle_block_fn *fn, void *ctx, size_t *n,
    struct text *why)
{
	enum bundle_status status = BUNDLE_OK;

	*n = 0;
	while (status == BUNDLE_OK && (pem = strstr(pem, BEGIN)) != NULL) {
		if (++*n > BUNDLE_MAX_BLOCKS) {
			text_addf(why, "there are more than %d PEM blocks in "
			    "it", BUNDLE_MAX_BLOCKS);
			return BUNDLE_TOO_MANY;
		}
		status = read_block(pem + strlen(BEGIN), *n, fn, ctx, &pem,
		    why);
	}
	return status;
}

/* -- what it is instead --------------------------------------------------- */

/* Lower case; what a file begins with, blanks aside. */
static const struct { const char *bytes; size_t len; const char *looks; }
strangers[] = {
#define BEGINS(s)	s, sizeof(s) - 1
	{ BEGINS("<!doctype html"), "an HTML page: perhaps the CA's web page "
	    "was saved instead of the certificate; use its download link" },
	{ BEGINS("<html"), "an HTML page: perhaps the CA's web page was saved "
	    "instead of the certificate; use its download link" },
	{ BEGINS("<?xml"), "an XML file; export the certificate from the "
	    "certificates console as .cer or .pfx" },
	{ BEGINS("<"), "an HTML or XML page; export the certificate from the "
	    "certificates console as .cer or .pfx" },
	{ BEGINS("pk\003\004"), "a ZIP archive (or an Office document); unpack "
	    "it and name the file within" },
	{ BEGINS("%pdf"), "a PDF document; ask for the certificate itself" },
	{ BEGINS("\xfe\xed\xfe\xed"), "a Java key store; convert it with "
	    "keytool -importkeystore -deststoretype pkcs12" },
	{ BEGINS("putty-user-key"), "a PuTTY key; no certificate is in it" },
	{ BEGINS("ssh-"), "an SSH public key; no certificate is in it" },
	{ BEGINS("[version]"), "a certreq INF file: the order for a request; "
	    "run certreq -new on it first" },
	{ BEGINS("[newrequest]"), "a certreq INF file: the order for a "
	    "request; run certreq -new on it first" },
	{ BEGINS("certificate:"), "a certificate printed as text; the "
	    "certificate itself is needed, as .cer, .pem or .pfx" },
#undef BEGINS
};

static bool
begins(const uint8_t *p, size_t len, const char *with, size_t with_len)
{
	if (len < with_len)
		return false;
	for (size_t i = 0; i < with_len; i++) {
		uint8_t c = p[i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c - 'A' + 'a');
		if (c != (uint8_t)with[i])
			return false;
	}
	return true;
}

void
bundle_add_looks(const uint8_t *p, size_t len, struct text *out)
{
	bool text = true;

	while (len > 0 && (*p == ' ' || *p == '\t' || *p == '\r' ||
	    *p == '\n')) {
		p++;
		len--;
	}
	if (len == 0) {
		text_add(out, "empty");
		return;
	}
	for (size_t i = 0; i < ARRAY_N(strangers); i++) {
		if (begins(p, len, strangers[i].bytes, strangers[i].len)) {
			text_add(out, strangers[i].looks);
			return;
		}
	}
	for (size_t i = 0; i < len && i < 512; i++)
		text = text && (p[i] >= ' ' || (p[i] >= '\t' && p[i] <= '\r'));
	text_add(out, text ? "text without a certificate in it" :
	    "binary data that is no certificate");
	text_add(out, "; a .cer, .crt, .pem, .p7b, .pfx or .csr file is "
	    "expected");
}
