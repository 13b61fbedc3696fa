/* SPDX-License-Identifier: ISC */
/* probe_hello.c - a raw hello on a socket; lib/hello.c reads the answer. */
#include "probe_hello.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "cwaudit/hello.h"
#include "cwaudit/mem.h"
#include "dial.h"

#define SETTLE_MS	250	/* for what follows the chain */
#define READ_SIZE	16384
#define READS		8	/* in a row, before others get their turn */

struct hello_probe {
	struct dial	 dial;
	struct event	 event;
	bool		 waiting;
	struct text	 out;		/* the ClientHello */
	size_t		 sent;
	struct hello	 hello;
	bool		 settling;
};

static const enum hello_kind kinds[LOOK_STEPS] = {
	[STEP_HELLO12] = HELLO_TLS12,
	[STEP_HELLO10] = HELLO_TLS10,
	[STEP_SSL3] = HELLO_SSL3,
};

/* What a status means when the flight goes no further. */
static const enum outcome outcomes[] = {
	[HELLO_MORE] = OUTCOME_CLOSED,
	[HELLO_CERTIFICATE] = OUTCOME_OBSERVED,
	[HELLO_DONE] = OUTCOME_OBSERVED,
	[HELLO_ALERT] = OUTCOME_TLS_ALERT,
	[HELLO_NOT_TLS] = OUTCOME_NOT_TLS,
	[HELLO_MALFORMED] = OUTCOME_MALFORMED,
	[HELLO_NEEDS_TLS13] = OUTCOME_NO_CERTIFICATE,
	[HELLO_NO_CERTIFICATE] = OUTCOME_NO_CERTIFICATE,
};

static void run(struct attempt *);

static void
on_event(evutil_socket_t fd, short what, void *ctx)
{
	struct attempt *a = ctx;

	(void)fd;
	((struct hello_probe *)a->own)->waiting = false;
	if ((what & EV_TIMEOUT) == 0)
		run(a);
	else if (!a->over)
		way_hello.expire(a);
}

static void
wait_for(struct attempt *a, short what)
{
	struct hello_probe *p = a->own;
	struct timeval settle = { 0, SETTLE_MS * 1000 };

	event_assign(&p->event, a->kit->base, p->dial.fd, what, on_event, a);
	p->waiting = event_add(&p->event, p->settling ? &settle : NULL) == 0;
	if (!p->waiting)
		attempt_end(a, OUTCOME_NOT_TRIED, "no event");
}

static void
put_name(char *to, size_t size, const char *name)
{
	size_t i;

	for (i = 0; i + 1 < size && name[i] != '\0'; i++)
		to[i] = name[i];
	to[i] = '\0';
}

/* An alert may mean that nothing below TLS 1.3 is spoken here. */
static bool
may_need_tls13(const struct hello *h)
{
	return h->status == HELLO_NEEDS_TLS13 ||
	    (h->status == HELLO_ALERT && (h->alert == 70 || h->alert == 86 ||
	    h->alert == 109));
}

static void
fill(struct attempt *a, const struct hello *h)
{
	struct observation *o = a->seen;

	a->needs_tls13 = may_need_tls13(h);
	if (h->answered) {
		put_name(o->tls_version, sizeof(o->tls_version),
		    hello_version_name(h->version));
		put_name(o->tls_cipher, sizeof(o->tls_cipher),
		    hello_cipher_name(h->cipher));
		o->reneg_known = true;
		o->reneg_safe = h->reneg_safe;
	}
	if (h->chain == NULL)
		return;
	attempt_take_chain(a, h->chain);
	o->client_cert_known = h->asked || h->finished;
	o->client_cert_requested = h->asked;
	o->ending = ENDING_STOPPED;
	text_add(&o->proof_cause, "a raw hello proves nothing");
}

/* Ends with what the reader knows, or with what stopped the reading. */
static void
end(struct attempt *a, enum outcome otherwise, const char *words)
{
	struct hello_probe *p = a->own;
	struct hello *h = &p->hello;
	bool undecided = h->status == HELLO_MORE;

	fill(a, h);
	if (undecided && h->answered)
		attempt_end(a, otherwise, "%s after its ServerHello", words);
	else if (undecided)
		attempt_end(a, otherwise, "%s", words);
	else
		attempt_end(a, outcomes[h->status], "%s", text_str(&h->why));
}

static void
read_some(struct attempt *a)
{
	struct hello_probe *p = a->own;
	uint8_t buf[READ_SIZE];

	for (int i = 0; i < READS; i++) {
		ssize_t n = read(p->dial.fd, buf, sizeof(buf));

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			break;
		if (n == -1) {
			end(a, attempt_errno_outcome(errno),
			    "connection reset");
			return;
		}
		if (n == 0) {
			hello_end(&p->hello);
			end(a, OUTCOME_CLOSED, "connection closed");
			return;
		}
		attempt_heard(a);
		hello_read(&p->hello, buf, (size_t)n);
		if (p->hello.status != HELLO_MORE &&
		    p->hello.status != HELLO_CERTIFICATE) {
			end(a, OUTCOME_CLOSED, "");
			return;
		}
	}
	p->settling = p->hello.status == HELLO_CERTIFICATE;
	wait_for(a, EV_READ);
}

/* True once all is sent. */
static bool
write_some(struct attempt *a)
{
	struct hello_probe *p = a->own;

	while (p->sent < p->out.len) {
		ssize_t n = send(p->dial.fd, p->out.data + p->sent,
		    p->out.len - p->sent, MSG_NOSIGNAL);

		if (n > 0)
			p->sent += (size_t)n;
		else if (errno == EAGAIN) {
			wait_for(a, EV_WRITE);
			return false;
		} else if (errno != EINTR) {
			end(a, attempt_errno_outcome(errno),
			    "connection reset");
			return false;
		}
	}
	return true;
}

static void
run(struct attempt *a)
{
	struct hello_probe *p = a->own;
	bool all = p->sent == p->out.len;

	if (a->over)
		return;
	if (all)
		read_some(a);
	else if (write_some(a))
		wait_for(a, EV_READ);
}

static void
hello_start(struct attempt *a)
{
	struct hello_probe *p = xcalloc(1, sizeof(*p));
	uint8_t random[HELLO_RANDOM];

	a->own = p;
	p->dial = (struct dial){ .attempt = a, .fd = -1 };
	hello_init(&p->hello);
	if (RAND_bytes(random, sizeof(random)) != 1) {
		attempt_end(a, OUTCOME_NOT_TRIED, "no random bytes");
		return;
	}
	hello_write(kinds[a->step], a->look->endpoint->name, random, &p->out);
	dial_start(&p->dial, a, run);
}

static void
hello_expire(struct attempt *a)
{
	struct hello_probe *p = a->own;

	if (!a->connected)
		dial_expire(&p->dial);
	else
		end(a, OUTCOME_TIMEOUT, "silence");
}

/* The server reads the alert before the RST as a rule. */
static void
say_goodbye(struct hello_probe *p)
{
	struct text out = {0};

	if (p->dial.fd == -1 || !p->hello.answered)
		return;
	hello_write_close(p->hello.version, &out);
	(void)send(p->dial.fd, out.data, out.len, MSG_NOSIGNAL);
	text_done(&out);
}

static void
hello_stop(struct attempt *a)
{
	struct hello_probe *p = a->own;

	if (p->waiting)
		event_del(&p->event);
	say_goodbye(p);
	dial_stop(&p->dial, true);
	hello_done(&p->hello);
	text_done(&p->out);
	free(p);
}

const struct way way_hello = {
	.via = VIA_HELLO,
	.start = hello_start,
	.expire = hello_expire,
	.stop = hello_stop,
};
