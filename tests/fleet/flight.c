/* SPDX-License-Identifier: ISC */
#include "flight.h"

#include <string.h>

#include <openssl/rand.h>
#include <openssl/x509.h>

#include "cwaudit/mem.h"

/* Windows Server 2003 reads no further than this many suites. */
#define SUITES_READ	64

struct hello {
	uint8_t		 minor;		/* of version 3.x */
	const uint8_t	*suites;
	size_t		 n_suites;
};

static void
add_number(struct text *t, size_t value, int bytes)
{
	while (bytes-- > 0)
		text_add_char(t, (char)(value >> (8 * bytes) & 0xff));
}

/* A handshake message in a record of its own; split where it is too long. */
static void
add_message(struct text *out, uint8_t minor, int type, const struct text *body)
{
	struct text m = { 0 };
	size_t done = 0;

	add_number(&m, (size_t)type, 1);
	add_number(&m, body->len, 3);
	text_add_bytes(&m, text_str(body), body->len);
	while (done < m.len) {
		size_t n = m.len - done < 16384 ? m.len - done : 16384;

		add_number(out, 22, 1);
		add_number(out, 0x300u + minor, 2);
		add_number(out, n, 2);
		text_add_bytes(out, m.data + done, n);
		done += n;
	}
	text_done(&m);
}

static int
parse(const uint8_t *p, size_t len, struct hello *h)
{
	size_t record, at = 5 + 4 + 2 + 32, session, suites;

	if (len < 5)
		return 0;
	if (p[0] != 22 || p[1] != 3)
		return -1;
	record = (size_t)p[3] << 8 | p[4];
	if (len < record + 5)
		return len < FLIGHT_HELLO_MAX ? 0 : -1;
	if (record + 5 < at + 1 || p[5] != 1)
		return -1;
	h->minor = p[10];
	session = p[at];
	at += 1 + session;
	if (record + 5 < at + 2)
		return -1;
	suites = (size_t)p[at] << 8 | p[at + 1];
	if (record + 5 < at + 2 + suites)
		return -1;
	h->suites = p + at + 2;
	h->n_suites = suites / 2;
	return 1;
}

/* The first of ours that stands among the first 64 of theirs; 0: none. */
static unsigned
choose(const struct hello *h, const unsigned *ours, size_t n)
{
	size_t limit = h->n_suites < SUITES_READ ? h->n_suites : SUITES_READ;

	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < limit; i++)
			if (((unsigned)h->suites[2 * i] << 8 |
			    h->suites[2 * i + 1]) == ours[k])
				return ours[k];
	return 0;
}

static void
add_der(struct text *list, const uint8_t *der, size_t len)
{
	add_number(list, len, 3);
	text_add_bytes(list, der, len);
}

static void
add_x509(struct text *list, X509 *x509)
{
	uint8_t *der = NULL;
	int len = i2d_X509(x509, &der);

	if (len > 0)
		add_der(list, der, (size_t)len);
	OPENSSL_free(der);
}

static void
add_certificate(struct text *out, uint8_t minor, const struct leaf *leaf)
{
	struct text list = { 0 }, body = { 0 };

	if (leaf == NULL)
		add_der(&list, (const uint8_t *)"this is no certificate", 22);
	else {
		add_x509(&list, leaf->x509);
		for (int i = 0; i < sk_X509_num(leaf->chain); i++)
			add_x509(&list, sk_X509_value(leaf->chain, i));
	}
	add_number(&body, list.len, 3);
	text_add_bytes(&body, text_str(&list), list.len);
	add_message(out, minor, 11, &body);
	text_done(&list);
	text_done(&body);
}

static void
add_hello(struct text *out, uint8_t minor, unsigned suite)
{
	struct text body = { 0 };
	uint8_t bytes[32];

	RAND_bytes(bytes, sizeof bytes);
	add_number(&body, 0x300u + minor, 2);
	text_add_bytes(&body, bytes, sizeof bytes);
	add_number(&body, 0, 1);		/* no session */
	add_number(&body, suite, 2);
	add_number(&body, 0, 1);		/* no compression */
	add_message(out, minor, 2, &body);
	text_done(&body);
}

/* RSA or DSS keys of anybody: TLS 1.0 form, and TLS 1.2's. */
static void
add_request(struct text *out, uint8_t minor)
{
	struct text body = { 0 };

	text_add_bytes(&body, "\2\1\2", 3);
	if (minor >= 3)
		text_add_bytes(&body, "\0\4\4\1\2\1", 6);
	add_number(&body, 0, 2);
	add_message(out, minor, 13, &body);
	text_done(&body);
}

void
flight_write(uint8_t minor, unsigned suite, const struct leaf *leaf,
    bool ask_client_cert, struct text *out)
{
	struct text none = { 0 };

	add_hello(out, minor, suite);
	add_certificate(out, minor, leaf);
	if (ask_client_cert)
		add_request(out, minor);
	add_message(out, minor, 14, &none);
}

int
flight_answer(const uint8_t *p, size_t len, const struct leaf *leaf,
    bool ask_client_cert, struct text *out)
{
	/* RC4-MD5, RC4-SHA, 3DES-SHA; and AES128-SHA for the other kind */
	static const unsigned old[] = { 0x0004, 0x0005, 0x000a };
	static const unsigned aes[] = { 0x002f };
	struct hello h;
	unsigned suite;
	uint8_t minor;
	int got = parse(p, len, &h);

	if (got != 1)
		return got;
	minor = leaf != NULL ? 1 : h.minor;
	suite = leaf != NULL ? choose(&h, old, 3) : choose(&h, aes, 1);
	if (suite == 0 || h.minor < minor) {	/* handshake_failure */
		text_add_bytes(out, "\x15\3\1\0\2\2\x28", 7);
		return 1;
	}
	flight_write(minor, suite, leaf, ask_client_cert, out);
	return 1;
}
