/* SPDX-License-Identifier: ISC */
/*
 * hello.c - the flight that answers a ClientHello, read as it comes.
 * Records are put together to handshake messages, of which only ServerHello
 * and Certificate are kept; what follows the chain is counted and forgotten.
 */
#include "cwaudit/hello.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/sha256.h"

#define MAX_RECORD	(16384 + 2048)
#define MAX_ANSWER	(2 + 32 + 1 + 32 + 2 + 1 + 2 + 65535)
#define MAX_CHAIN	(CERT_MAX_DER + 3 + 3 * HELLO_MAX_CERTS)
#define MAX_IDLE	32	/* things that bring nothing */
#define HINT		40	/* bytes shown of what is not TLS */

enum { REC_CCS = 20, REC_ALERT = 21, REC_HANDSHAKE = 22, REC_DATA = 23 };
enum {
	MSG_HELLO_REQUEST = 0, MSG_SERVER_HELLO = 2, MSG_SESSION_TICKET = 4,
	MSG_CERTIFICATE = 11, MSG_KEY_EXCHANGE = 12, MSG_CERT_REQUEST = 13,
	MSG_HELLO_DONE = 14, MSG_FINISHED = 20, MSG_CERT_STATUS = 22,
};
enum { EXT_SUPPORTED_VERSIONS = 43, EXT_RENEGOTIATION = 0xff01 };

/* RFC 8446 4.1.3: the random of a HelloRetryRequest. */
static const uint8_t retry_random[HELLO_RANDOM] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
	0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
	0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

/* A window on bytes; take_* fail once and for all past its end. */
struct window {
	const uint8_t	*p;
	size_t		 left;
	bool		 bad;
};

static const uint8_t *
take(struct window *w, size_t n)
{
	const uint8_t *p = w->p;

	if (w->bad || n > w->left) {
		w->bad = true;
		return NULL;
	}
	w->p += n;
	w->left -= n;
	return p;
}

/* A big-endian number of n bytes; 0 past the end. */
static size_t
take_number(struct window *w, size_t n)
{
	const uint8_t *p = take(w, n);
	size_t v = 0;

	for (size_t i = 0; p != NULL && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/* A vector behind a length of n bytes. */
static struct window
take_vector(struct window *w, size_t n)
{
	struct window v = { NULL, take_number(w, n), false };

	v.p = take(w, v.left);
	v.bad = w->bad;
	if (v.bad)
		v.left = 0;
	return v;
}

void
hello_init(struct hello *h)
{
	*h = (struct hello){ .status = HELLO_MORE };
}

void
hello_done(struct hello *h)
{
	text_done(&h->why);
	text_done(&h->body);
	free(h->chain);
	h->chain = NULL;
}

static bool
over(const struct hello *h)
{
	return h->status != HELLO_MORE && h->status != HELLO_CERTIFICATE;
}

/* A chain that came counts, whatever is wrong with what follows it. */
static void
stop(struct hello *h, enum hello_status status, const char *why)
{
	h->status = h->chain != NULL ? HELLO_DONE : status;
	if (why != NULL)
		text_add(&h->why, why);
}

/* Things that are allowed and bring nothing: not without end. */
static void
idle(struct hello *h)
{
	if (++h->idle > MAX_IDLE)
		stop(h, HELLO_MALFORMED, "endless warnings or empty records");
}

static void
read_extensions(struct hello *h, struct window *w)
{
	struct window all = take_vector(w, 2);

	while (all.left > 0 && !all.bad) {
		size_t type = take_number(&all, 2);
		struct window ext = take_vector(&all, 2);

		if (type == EXT_RENEGOTIATION && !all.bad)
			h->reneg_safe = true;
		if (type == EXT_SUPPORTED_VERSIONS &&
		    take_number(&ext, 2) >= 0x0304 && !ext.bad)
			stop(h, HELLO_NEEDS_TLS13, "the server speaks TLS 1.3");
	}
	w->bad = w->bad || all.bad || w->left > 0;
}

static void
end_server_hello(struct hello *h)
{
	struct window w = { (const uint8_t *)h->body.data, h->body.len, false };
	size_t version = take_number(&w, 2);
	const uint8_t *random = take(&w, HELLO_RANDOM);
	struct window session = take_vector(&w, 1);
	size_t cipher = take_number(&w, 2);

	(void)take_number(&w, 1);	/* compression: never in use here */
	if (w.bad || session.left > 32) {
		stop(h, HELLO_MALFORMED, "a ServerHello that is cut short");
		return;
	}
	if (version < 0x0300 || version > 0x0303) {
		text_addf(&h->why, "a ServerHello of version 0x%04zx", version);
		stop(h, HELLO_MALFORMED, NULL);
		return;
	}
	if (memcmp(random, retry_random, HELLO_RANDOM) == 0) {
		stop(h, HELLO_NEEDS_TLS13, "the server speaks TLS 1.3");
		return;
	}
	if (w.left > 0)
		read_extensions(h, &w);
	if (w.bad && !over(h))
		stop(h, HELLO_MALFORMED,
		    "a ServerHello whose extensions lie about their length");
	if (over(h))
		return;
	h->answered = true;
	h->version = (uint16_t)version;
	h->cipher = (uint16_t)cipher;
}

/* One entry of a list in TLS 1.3 carries extensions, maybe a staple. */
static void
read_entry_extensions(struct window *list, struct hello_chain *chain)
{
	struct window all = take_vector(list, 2);

	while (all.left > 0 && !all.bad) {
		size_t type = take_number(&all, 2);
		struct window ext = take_vector(&all, 2);
		struct window staple;

		if (type != 5 || chain->n != 1 || take_number(&ext, 1) != 1)
			continue;
		staple = take_vector(&ext, 3);
		if (!staple.bad)
			chain->staple = (struct hello_der){ staple.p,
			    staple.left };
	}
	list->bad = list->bad || all.bad;
}

const char *
hello_split(const uint8_t *body, size_t len, bool tls13,
    struct hello_chain *out)
{
	static const char lies[] =
	    "a Certificate message that lies about its length";
	struct window w = { body, len, false };
	struct hello_chain chain = { .n = 0 };
	struct window list;
	size_t total = 0;

	if (tls13)
		(void)take_vector(&w, 1);
	list = take_vector(&w, 3);
	if (list.bad || w.left > 0)
		return lies;
	while (list.left > 0 && !list.bad) {
		struct window der = take_vector(&list, 3);

		if (chain.n == HELLO_MAX_CERTS)
			return "more than 100 certificates";
		if (list.bad || der.left == 0)
			return lies;
		total += der.left;
		chain.item[chain.n++] = (struct hello_der){ der.p, der.left };
		if (tls13)
			read_entry_extensions(&list, &chain);
	}
	if (list.bad)
		return lies;
	if (total > CERT_MAX_DER)
		return "certificates of more than 1 MiB";
	*out = chain;
	return NULL;
}

/* Each DER behind its 24-bit length, as the message of TLS 1.2 has it. */
void
hello_chain_sha256(const struct hello_chain *chain, uint8_t out[CERT_SHA256])
{
	struct sha256 *sha256 = sha256_new();

	for (size_t i = 0; i < chain->n; i++) {
		size_t len = chain->item[i].len;
		uint8_t head[3] = {
			(uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len,
		};

		sha256_add(sha256, head, sizeof(head));
		sha256_add(sha256, chain->item[i].data, len);
	}
	sha256_end(sha256, out);
}

static void
end_certificate(struct hello *h)
{
	struct hello_chain *chain = xcalloc(1, sizeof(*chain));
	const char *why = hello_split((const uint8_t *)h->body.data,
	    h->body.len, false, chain);

	if (why == NULL && chain->n > 0) {
		h->chain = chain;
		h->status = HELLO_CERTIFICATE;
		return;
	}
	free(chain);
	if (why == NULL)
		stop(h, HELLO_NO_CERTIFICATE, "an empty Certificate message");
	else
		stop(h, HELLO_MALFORMED, why);
}

/* Is this the message's place? False after stop(). */
static bool
in_order(struct hello *h, uint8_t type)
{
	bool first = type == MSG_SERVER_HELLO;

	if (first == !h->answered && (type != MSG_CERTIFICATE || !h->chain))
		return true;
	if (!first && !h->answered)
		text_addf(&h->why, "message %u instead of a ServerHello", type);
	else
		text_addf(&h->why, "a second message %u", type);
	stop(h, HELLO_MALFORMED, NULL);
	return false;
}

static void
limit(struct hello *h, size_t max, const char *what)
{
	h->keep = true;
	text_reset(&h->body);
	if (h->body_left <= max)
		return;
	text_addf(&h->why, "%s of %zu bytes", what, h->body_left);
	stop(h, HELLO_MALFORMED, NULL);
}

/* The head of a message is there: what is it, and is its body wanted? */
static void
begin_message(struct hello *h)
{
	uint8_t type = h->message[0];

	h->body_left = (size_t)h->message[1] << 16 |
	    (size_t)h->message[2] << 8 | h->message[3];
	h->keep = false;
	if (type == MSG_HELLO_REQUEST) {
		if (h->body_left > 0)
			stop(h, HELLO_MALFORMED, "a HelloRequest with a body");
		else
			idle(h);
		return;
	}
	if (!in_order(h, type))
		return;
	switch (type) {
	case MSG_SERVER_HELLO:
		limit(h, MAX_ANSWER, "a ServerHello");
		return;
	case MSG_CERTIFICATE:
		limit(h, MAX_CHAIN, "a Certificate message");
		return;
	case MSG_CERT_REQUEST:
		h->asked = h->chain != NULL;
		break;
	case MSG_HELLO_DONE:
		h->finished = h->chain != NULL;
		break;
	case MSG_CERT_STATUS:
	case MSG_KEY_EXCHANGE:
	case MSG_SESSION_TICKET:
	case MSG_FINISHED:
		break;
	default:
		text_addf(&h->why, "unknown handshake message %u", type);
		stop(h, HELLO_MALFORMED, NULL);
		return;
	}
	if (h->chain == NULL)
		stop(h, HELLO_NO_CERTIFICATE,
		    "the suite chosen needs no certificate");
	else if (h->asked || h->finished)
		stop(h, HELLO_DONE, NULL);
}

static void
end_message(struct hello *h)
{
	h->message_len = 0;
	if (!h->keep)
		return;
	if (h->message[0] == MSG_SERVER_HELLO)
		end_server_hello(h);
	else
		end_certificate(h);
}

static void
feed_handshake(struct hello *h, const uint8_t *p, size_t n)
{
	while (n > 0 && !over(h)) {
		size_t some;

		if (h->message_len < sizeof(h->message)) {
			h->message[h->message_len++] = *p++;
			n--;
			if (h->message_len < sizeof(h->message))
				continue;
			begin_message(h);
		} else {
			some = n < h->body_left ? n : h->body_left;
			if (h->keep)
				text_add_bytes(&h->body, p, some);
			h->body_left -= some;
			p += some;
			n -= some;
		}
		if (!over(h) && h->body_left == 0)
			end_message(h);
	}
}

static void
feed_alert(struct hello *h, const uint8_t *p, size_t n)
{
	for (; n > 0 && !over(h); n--, p++) {
		h->alert_bytes[h->alert_len++] = *p;
		if (h->alert_len < 2)
			continue;
		h->alert_len = 0;
		if (h->alert_bytes[0] == 1 && h->alert_bytes[1] != 0) {
			idle(h);
			continue;
		}
		h->alerted = true;
		h->alert = h->alert_bytes[1];
		text_addf(&h->why, "%s (%u)", hello_alert_name(h->alert),
		    h->alert);
		stop(h, HELLO_ALERT, NULL);
	}
}

static void
not_tls(struct hello *h, const uint8_t *rest, size_t len)
{
	struct text hint = {0};
	bool ssl2 = (h->head[0] & 0x80) != 0 && h->head_len > 2 &&
	    (h->head[2] == 4 || h->head[2] == 0);

	text_add_bytes(&hint, h->head, h->head_len);
	text_add_bytes(&hint, rest, len < HINT ? len : HINT);
	if (ssl2)
		text_add(&h->why, "it answers in SSL 2.0: ");
	else if (memcmp(text_str(&hint), "HTTP/", 5) == 0)
		text_add(&h->why, "it answers in plain HTTP: ");
	else
		text_add(&h->why, "it answers: ");
	text_add_escaped(&h->why, hint.data, hint.len, HINT);
	h->status = HELLO_NOT_TLS;
	text_done(&hint);
}

/* The head of a record is there. rest: what is known of what follows it. */
static void
begin_record(struct hello *h, const uint8_t *rest, size_t len)
{
	uint8_t type = h->head[0];

	h->record_left = (size_t)h->head[3] << 8 | h->head[4];
	if (!h->first_seen && ((type != REC_HANDSHAKE && type != REC_ALERT) ||
	    h->head[1] != 3)) {
		not_tls(h, rest, len);
		return;
	}
	h->first_seen = true;
	if (h->head[1] != 3 || h->record_left > MAX_RECORD) {
		stop(h, HELLO_MALFORMED, h->head[1] != 3 ?
		    "a record of an unknown version" : "an oversized record");
		return;
	}
	if (type == REC_CCS && h->answered && h->chain == NULL) {
		stop(h, HELLO_NO_CERTIFICATE,
		    "the server resumes a session that we never had");
		return;
	}
	if (type != REC_HANDSHAKE && type != REC_ALERT) {
		text_addf(&h->why, "a record of type %u in a handshake", type);
		stop(h, HELLO_MALFORMED, NULL);
		return;
	}
	if (h->record_left == 0) {
		h->head_len = 0;
		idle(h);
	}
}

/* One step: a byte of a record's head, or what there is of its content. */
static size_t
step(struct hello *h, const uint8_t *p, size_t len)
{
	size_t n;

	if (h->head_len < sizeof(h->head)) {
		h->head[h->head_len++] = *p;
		if (h->head_len == sizeof(h->head))
			begin_record(h, p + 1, len - 1);
		return 1;
	}
	n = len < h->record_left ? len : h->record_left;
	h->record_left -= n;
	if (h->record_left == 0)
		h->head_len = 0;
	if (h->head[0] == REC_ALERT)
		feed_alert(h, p, n);
	else
		feed_handshake(h, p, n);
	return n;
}

enum hello_status
hello_read(struct hello *h, const uint8_t *p, size_t len)
{
	while (len > 0 && !over(h)) {
		size_t n = step(h, p, len);

		p += n;
		len -= n;
		h->total += n;
		if (h->total > HELLO_MAX_FLIGHT && !over(h))
			stop(h, HELLO_MALFORMED, "a flight without end");
	}
	return h->status;
}

enum hello_status
hello_end(struct hello *h)
{
	if (h->status == HELLO_MORE && !h->first_seen && h->head_len > 0 &&
	    h->head[0] != REC_HANDSHAKE && h->head[0] != REC_ALERT)
		not_tls(h, NULL, 0);
	return h->status;
}
