/* SPDX-License-Identifier: ISC */
/*
 * hello_write.c - the ClientHellos of the ladder.
 * Windows Server 2003 reads only the first 64 suites offered, so every list
 * is shorter, and begins with what such servers know.
 */
#include "cwaudit/hello.h"

#include <string.h>

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define SCSV		0x00ff	/* TLS_EMPTY_RENEGOTIATION_INFO_SCSV */

enum { EXT_NAME = 0, EXT_GROUPS = 10, EXT_POINTS = 11, EXT_SIGNATURES = 13,
    EXT_PADDING = 21 };

static const uint16_t suites_tls12[] = {
	/* RSA with AES: the server has nothing to sign */
	0x002f, 0x0035, 0x003c, 0x003d, 0x009c, 0x009d,
	/* RC4, 3DES, DES, export */
	0x0005, 0x0004, 0x000a, 0x0009, 0x0003, 0x0006, 0x0008, 0x0062, 0x0064,
	/* ECDHE-RSA, ECDHE-ECDSA */
	0xc02f, 0xc030, 0xc013, 0xc014, 0xc027, 0xc028, 0xc011, 0xc012, 0xcca8,
	0xc02b, 0xc02c, 0xc009, 0xc00a, 0xc023, 0xc024, 0xc007, 0xc008, 0xcca9,
	/* DHE, Camellia */
	0x009e, 0x009f, 0x0033, 0x0039, 0x0067, 0x006b, 0x0016, 0x0015,
	0x0032, 0x0038, 0x0013, 0x0041, 0x0084,
	SCSV,
};

static const uint16_t suites_tls10[] = {
	0x0005, 0x0004, 0x000a, 0x002f, 0x0035, 0x0009, SCSV,
};

static const uint16_t suites_ssl3[] = {
	0x0005, 0x0004, 0x000a, 0x0009, 0x0003, 0x0006, 0x0008, 0x002f, 0x0035,
	SCSV,
};

static const struct {
	uint16_t	 record;	/* version in the record's head */
	uint16_t	 client;	/* version in the hello */
	const uint16_t	*suites;
	size_t		 n;
	bool		 extensions;
} kinds[] = {
	[HELLO_TLS12] = { 0x0301, 0x0303, suites_tls12, ARRAY_N(suites_tls12),
	    true },
	[HELLO_TLS10] = { 0x0301, 0x0301, suites_tls10, ARRAY_N(suites_tls10),
	    false },
	[HELLO_SSL3] = { 0x0300, 0x0300, suites_ssl3, ARRAY_N(suites_ssl3),
	    false },
};

_Static_assert(ARRAY_N(suites_tls12) < 64, "Windows 2003 reads 64 suites");

static void
put8(struct text *t, unsigned v)
{
	text_add_char(t, (char)(uint8_t)v);
}

static void
put16(struct text *t, unsigned v)
{
	put8(t, v >> 8);
	put8(t, v);
}

/* Leaves room for a length of two bytes; seal16 fills it in. */
static size_t
open16(struct text *t)
{
	put16(t, 0);
	return t->len;
}

static void
seal16(struct text *t, size_t start)
{
	size_t len = t->len - start;

	t->data[start - 2] = (char)(uint8_t)(len >> 8);
	t->data[start - 1] = (char)(uint8_t)len;
}

static void
put_list16(struct text *t, const uint16_t *item, size_t n)
{
	size_t start = open16(t);

	for (size_t i = 0; i < n; i++)
		put16(t, item[i]);
	seal16(t, start);
}

/* No host name ends in a label of digits only, and none has a colon. */
static bool
is_literal(const char *name)
{
	const char *last = strrchr(name, '.');

	last = last != NULL ? last + 1 : name;
	return strchr(name, ':') != NULL ||
	    last[strspn(last, "0123456789")] == '\0';
}

static void
put_name(struct text *t, const char *name)
{
	size_t len = name != NULL ? strlen(name) : 0;

	if (len == 0 || len > 255 || is_literal(name))
		return;
	put16(t, EXT_NAME);
	put16(t, (unsigned)len + 5);
	put16(t, (unsigned)len + 3);
	put8(t, 0);			/* host_name */
	put16(t, (unsigned)len);
	text_add_bytes(t, name, len);
}

static void
put_extensions(struct text *t, const char *name)
{
	static const uint16_t groups[] = { 0x0017, 0x0018, 0x0019, 0x001d };
	static const uint16_t signatures[] = {
		0x0401, 0x0501, 0x0601, 0x0403, 0x0503, 0x0603, 0x0804, 0x0805,
		0x0806, 0x0201, 0x0203, 0x0202, 0x0301, 0x0303, 0x0101,
	};
	size_t start;

	put_name(t, name);
	put16(t, EXT_GROUPS);
	start = open16(t);
	put_list16(t, groups, ARRAY_N(groups));
	seal16(t, start);
	put16(t, EXT_POINTS);
	put16(t, 2);
	put16(t, 0x0100);		/* one: uncompressed */
	put16(t, EXT_SIGNATURES);
	start = open16(t);
	put_list16(t, signatures, ARRAY_N(signatures));
	seal16(t, start);
}

/*
 * RFC 7685: some load balancers hang on a hello of 256 to 511 bytes. message
 * is where the handshake message begins.
 */
static void
put_padding(struct text *t, size_t message)
{
	size_t len = t->len - message;

	if (len < 256 || len > 511)
		return;
	len = len < 508 ? 508 - len : 0;
	put16(t, EXT_PADDING);
	put16(t, (unsigned)len);
	for (size_t i = 0; i < len; i++)
		put8(t, 0);
}

void
hello_write(enum hello_kind kind, const char *name,
    const uint8_t random[HELLO_RANDOM], struct text *out)
{
	size_t record, message, body, extensions;

	put8(out, 22);			/* handshake */
	put16(out, kinds[kind].record);
	record = open16(out);
	message = out->len;
	put16(out, 0x0100);		/* client_hello, length of 24 bits */
	body = open16(out);
	put16(out, kinds[kind].client);
	text_add_bytes(out, random, HELLO_RANDOM);
	put8(out, 0);			/* no session */
	put_list16(out, kinds[kind].suites, kinds[kind].n);
	put16(out, 0x0100);		/* one compression: none */
	if (kinds[kind].extensions) {
		extensions = open16(out);
		put_extensions(out, name);
		put_padding(out, message);
		seal16(out, extensions);
	}
	seal16(out, body);
	seal16(out, record);
}

void
hello_write_close(uint16_t version, struct text *out)
{
	put8(out, 21);			/* alert */
	put16(out, version != 0 ? version : 0x0301);
	put16(out, 2);
	put16(out, 0x0100);		/* warning, close_notify */
}
