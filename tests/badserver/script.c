/* SPDX-License-Identifier: ISC */
/* script.c - the words of scripts, and the bytes that they mean. */
#include "script.h"

#include <openssl/rand.h>

#include "../servers.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define GATHER		65536
#define ARGS		3

enum { ALERT = 21, HANDSHAKE = 22 };

struct play {
	int		 fd;
	const struct script_leaf *leaf;
	SSL		*ssl;
	struct text	 out;
	unsigned	 version;	/* of records */
	size_t		 cut;
	unsigned	 pace_ms;
	uint8_t		 client[4096];	/* its hello */
	size_t		 client_len;
	bool		 over;
	char		*arg[ARGS];	/* of the word; "" if left out */
};

static void
nap_ms(unsigned ms)
{
	struct timespec ts = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&ts, NULL);
}

static void
flush(struct play *p)
{
	for (size_t i = 0; p->pace_ms > 0 && i < p->out.len; i++) {
		send_all(p->fd, p->out.data + i, 1);
		nap_ms(p->pace_ms);
	}
	if (p->pace_ms == 0 && p->out.len > 0)
		send_all(p->fd, p->out.data, p->out.len);
	text_reset(&p->out);
}

static size_t
number(const struct play *p, unsigned i, int base, size_t otherwise)
{
	return *p->arg[i] != '\0' ? strtoul(p->arg[i], NULL, base) : otherwise;
}

static void
put_hex(struct text *t, const char *hex)
{
	for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
		char byte[3] = { hex[0], hex[1], '\0' };

		put(t, strtoul(byte, NULL, 16), 1);
	}
}

static void
put_records(struct play *p, unsigned type, const struct text *bytes)
{
	for (size_t at = 0; at < bytes->len; at += p->cut) {
		size_t len = bytes->len - at < p->cut ? bytes->len - at :
		    p->cut;

		put(&p->out, type, 1);
		put(&p->out, p->version, 2);
		put(&p->out, len, 2);
		text_add_bytes(&p->out, bytes->data + at, len);
	}
}

/* Frees the body. */
static void
put_handshake(struct play *p, unsigned type, struct text *body)
{
	struct text m = {0};

	put(&m, type, 1);
	put(&m, body->len, 3);
	text_add_bytes(&m, text_str(body), body->len);
	put_records(p, HANDSHAKE, &m);
	text_done(&m);
	text_done(body);
}

static void
do_read(struct play *p)
{
	flush(p);
	p->client_len = read_hello(p->fd, p->client, sizeof(p->client));
	p->over = p->client_len == 0;
}

/* TLS 1.3 wants the client's own session id back. */
static void
put_session(struct play *p, struct text *body)
{
	size_t len = p->client_len > 44 ? p->client[43] : 0;

	if (44 + len > p->client_len)
		len = 0;
	put(body, len, 1);
	text_add_bytes(body, (const char *)p->client + 44, len);
}

static void
do_hello(struct play *p)
{
	struct text body = {0};
	size_t version = number(p, 0, 16, 0x0301);

	if (version >= 0x0300 && version <= 0x0303)
		p->version = (unsigned)version;
	put(&body, version, 2);
	for (int i = 0; i < 33; i++)	/* random, no session */
		put(&body, i < 32 ? 7 : 0, 1);
	put(&body, number(p, 1, 16, 0x002f), 2);
	put(&body, number(p, 2, 16, 0), 1);
	put_handshake(p, 2, &body);
}

static void
do_retry(struct play *p)
{
	static const char magic[] = "cf21ad74e59a6111be1d8c021e65b891"
	    "c2a211167abb8c5e079e09e2c8a8339c";
	struct text body = {0};

	p->version = 0x0303;
	put(&body, 0x0303, 2);
	put_hex(&body, magic);
	put_session(p, &body);
	put_hex(&body, "130100" "000c" "002b00020304" "003300020018");
	put_handshake(p, 2, &body);
}

static void
do_cert(struct play *p)
{
	size_t n = number(p, 0, 10, 1);
	struct text body = {0};

	put(&body, n * (p->leaf->len + 3), 3);
	for (size_t i = 0; i < n; i++) {
		put(&body, p->leaf->len, 3);
		text_add_bytes(&body, (const char *)p->leaf->der,
		    p->leaf->len);
	}
	put_handshake(p, 11, &body);
}

static void
do_part(struct play *p)
{
	struct text before = p->out;
	char one[] = "1";
	size_t n = number(p, 0, 10, 0);

	p->out = (struct text){0};
	p->arg[0] = one;
	do_cert(p);
	text_add_bytes(&before, p->out.data, n);
	text_done(&p->out);
	p->out = before;
}

/* The point is one of the curve, of the generator's own. */
static void
do_exchange(struct play *p)
{
	struct text body = {0};

	put_hex(&body, "030017" "41" "04"
	    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
	    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
	if (p->version >= 0x0303)
		put_hex(&body, "0401");	/* RSA, SHA-256 */
	put(&body, 256, 2);
	for (int i = 0; i < 256; i++)
		put(&body, 0x42, 1);
	put_handshake(p, 12, &body);
}

/* Names of CAs: CN= and a hundred letters, 115 bytes each. */
static void
do_ask(struct play *p)
{
	size_t n = number(p, 0, 10, 0) / 115;
	struct text body = {0};

	put(&body, 0x0101, 2);		/* RSA */
	if (p->version >= 0x0303)
		put(&body, 0x00020401, 4);
	put(&body, n * 115, 2);
	while (n-- > 0) {
		put_hex(&body, "0071" "306f" "316d" "306b" "0603550403" "0c64");
		for (int i = 0; i < 100; i++)
			put(&body, 'x', 1);
	}
	put_handshake(p, 13, &body);
}

static void
do_done(struct play *p)
{
	struct text none = {0};

	put_handshake(p, 14, &none);
}

static void
do_message(struct play *p)
{
	struct text m = {0};

	put(&m, number(p, 0, 10, 0), 1);
	put(&m, number(p, 1, 10, 0), 3);
	put_hex(&m, p->arg[2]);
	put_records(p, HANDSHAKE, &m);
	text_done(&m);
}

static void
do_record(struct play *p)
{
	put(&p->out, number(p, 0, 10, HANDSHAKE), 1);
	put(&p->out, p->version, 2);
	put(&p->out, number(p, 1, 10, 0), 2);
	put_hex(&p->out, p->arg[2]);
}

static void
do_alert(struct play *p)
{
	struct text m = {0};

	put(&m, number(p, 0, 10, 2), 1);
	put(&m, number(p, 1, 10, 0), 1);
	put_records(p, ALERT, &m);
	text_done(&m);
}

static void
do_raw(struct play *p)
{
	put_hex(&p->out, p->arg[0]);
}

static void
put_words(struct text *t, const char *words)
{
	for (; *words != '\0'; words++)
		text_add(t, *words == '|' ? "\r\n" : *words == '_' ? " " :
		    (char[]){ *words, '\0' });
}

static void
do_say(struct play *p)
{
	put_words(&p->out, p->arg[0]);
}

static void
do_fill(struct play *p)
{
	size_t n = number(p, 0, 10, 0);

	for (size_t i = 0; i < n; i++) {
		put(&p->out, i * 131 + 77, 1);
		if (p->out.len >= GATHER)
			flush(p);
	}
}

static void
do_cut(struct play *p)
{
	p->cut = number(p, 0, 10, 1);
}

static void
do_drip(struct play *p)
{
	flush(p);
	p->pace_ms = (unsigned)number(p, 0, 10, 1);
}

static void
do_nap(struct play *p)
{
	flush(p);
	nap_ms((unsigned)number(p, 0, 10, 0));
}

static void
do_wait(struct play *p)
{
	flush(p);
	wait_for_close(p->fd);
	p->over = true;
}

static void
do_half(struct play *p)
{
	flush(p);
	shutdown(p->fd, SHUT_WR);
}

static void
do_close(struct play *p)
{
	flush(p);
	p->over = true;
}

static void
do_reset(struct play *p)
{
	flush(p);
	reset(p->fd);
	p->over = true;
}

static void
do_accept(struct play *p)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	int version = (int)number(p, 0, 16, TLS1_3_VERSION);

	SSL_CTX_set_min_proto_version(ctx, version);
	SSL_CTX_set_max_proto_version(ctx, version);
	if (SSL_CTX_use_certificate_file(ctx, p->leaf->cert,
	    SSL_FILETYPE_PEM) != 1 || SSL_CTX_use_PrivateKey_file(ctx,
	    p->leaf->key, SSL_FILETYPE_PEM) != 1)
		abort();
	if (*p->arg[1] != '\0')
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	p->ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	SSL_set_fd(p->ssl, p->fd);
	p->over = SSL_accept(p->ssl) != 1;
}

static void
do_update(struct play *p)
{
	p->over = SSL_key_update(p->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) != 1 ||
	    SSL_do_handshake(p->ssl) != 1;
}

static void
do_ticket(struct play *p)
{
	p->over = SSL_new_session_ticket(p->ssl) != 1 ||
	    SSL_do_handshake(p->ssl) != 1;
}

/* SSL_renegotiate() would wait for the answer of the client. */
static void
do_renegotiate(struct play *p)
{
	p->over = SSL_renegotiate(p->ssl) != 1 ||
	    SSL_do_handshake(p->ssl) != 1;
}

static void
do_tell(struct play *p)
{
	struct text t = {0};

	put_words(&t, p->arg[0]);
	p->over = SSL_write(p->ssl, text_str(&t), (int)t.len) <= 0;
	text_done(&t);
}

static const struct {
	const char	*word;
	void		(*play)(struct play *);	/* NULL: repeats the rest */
} words[] = {
	{ "read", do_read }, { "hello", do_hello }, { "cert", do_cert },
	{ "part", do_part }, { "exchange", do_exchange }, { "ask", do_ask },
	{ "done", do_done }, { "retry", do_retry }, { "message", do_message },
	{ "alert", do_alert }, { "record", do_record }, { "raw", do_raw },
	{ "say", do_say }, { "fill", do_fill }, { "cut", do_cut },
	{ "drip", do_drip }, { "nap", do_nap }, { "wait", do_wait },
	{ "half", do_half }, { "close", do_close }, { "reset", do_reset },
	{ "accept", do_accept }, { "update", do_update },
	{ "ticket", do_ticket }, { "renegotiate", do_renegotiate },
	{ "tell", do_tell }, { "times", NULL }, { "forever", NULL },
};

/* Takes a word and its arguments off *at; its number, or -1 at the end. */
static int
take_word(struct play *p, const char **at, char buf[2048])
{
	size_t len = strcspn(*at, " ");
	char *rest = buf;

	if (len == 0 || len >= 2048)
		return -1;
	memcpy(buf, *at, len);
	buf[len] = '\0';
	*at += len + strspn(*at + len, " ");
	(void)strsep(&rest, ":");
	for (size_t i = 0; i < ARGS; i++)
		p->arg[i] = rest != NULL ? strsep(&rest, ":") : buf + len;
	for (size_t i = 0; i < ARRAY_N(words); i++)
		if (strcmp(words[i].word, buf) == 0)
			return (int)i;
	return (int)ARRAY_N(words);
}

const char *
script_fault(const char *script)
{
	struct play p = {0};
	char buf[2048];

	for (;;) {
		const char *at = script;
		int word = take_word(&p, &script, buf);

		if (word == -1)
			return NULL;
		if (word == (int)ARRAY_N(words))
			return at;
	}
}

static void
play_all(struct play *p, const char *script)
{
	char buf[2048];

	while (!p->over) {
		int word = take_word(p, &script, buf);
		size_t n;

		if (word == -1)
			return;
		if (words[word].play != NULL) {
			words[word].play(p);
			if (p->out.len >= GATHER)
				flush(p);
			continue;
		}
		n = number(p, 0, 10, SIZE_MAX);
		while (!p->over && n-- > 0)
			play_all(p, script);
		return;
	}
}

void
script_play(const char *script, const struct script_leaf *leaf, int fd)
{
	struct play p = { .fd = fd, .leaf = leaf, .version = 0x0301, .cut = 16384 };

	play_all(&p, script);
	flush(&p);
	SSL_free(p.ssl);
	text_done(&p.out);
}
