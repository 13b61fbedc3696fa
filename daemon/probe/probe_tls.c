/* SPDX-License-Identifier: ISC */
/*
 * probe_tls.c - a handshake by OpenSSL, as an MTLS port wants it.
 * The SSL is made only once the socket is connected: a dead host costs no
 * more than a socket.
 */
#include "probe_tls.h"

#include <errno.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "cwaudit/mem.h"
#include "dial.h"
#include "probe_context.h"
#include "probe_trace.h"

/* TLS 1.3 says only after the handshake that it wants a certificate of us. */
#define SETTLE_MS	500

struct tls_probe {
	struct dial	 dial;
	struct trace	 trace;
	SSL		*ssl;
	struct event	 event;
	bool		 waiting;
	bool		 settling;
};

static void run(struct attempt *);

static void
on_event(evutil_socket_t fd, short what, void *ctx)
{
	struct attempt *a = ctx;

	(void)fd;
	((struct tls_probe *)a->own)->waiting = false;
	if ((what & EV_READ) != 0)
		attempt_heard(a);
	if ((what & EV_TIMEOUT) == 0)
		run(a);
	else if (!a->over)
		way_tls.expire(a);
}

static void
wait_for(struct attempt *a, int ssl_error)
{
	struct tls_probe *p = a->own;
	struct timeval settle = { 0, SETTLE_MS * 1000 };

	event_assign(&p->event, a->kit->base, p->dial.fd,
	    ssl_error == SSL_ERROR_WANT_WRITE ? EV_WRITE : EV_READ, on_event,
	    a);
	p->waiting = event_add(&p->event, p->settling ? &settle : NULL) == 0;
	if (!p->waiting)
		attempt_end(a, OUTCOME_NOT_TRIED, "no event");
}

/* OpenSSL stopped: for what reason? */
static void
fail(struct attempt *a, int ssl_error, int error)
{
	struct tls_probe *p = a->own;

	if (ssl_error == SSL_ERROR_SSL)
		trace_finish(&p->trace, a, TRACE_FAILED, ERR_peek_error());
	else if (ssl_error == SSL_ERROR_SYSCALL && error != 0)
		trace_finish(&p->trace, a, TRACE_RESET, 0);
	else
		trace_finish(&p->trace, a, TRACE_CLOSED, 0);
}

/* True where the server may still refuse us. */
static bool
may_refuse(const struct tls_probe *p)
{
	return p->trace.asked && SSL_version(p->ssl) >= TLS1_3_VERSION;
}

static void
run(struct attempt *a)
{
	struct tls_probe *p = a->own;
	char byte;
	int ret, ssl_error;

	if (a->over)
		return;
	ERR_clear_error();
	errno = 0;
	ret = p->settling ? SSL_read(p->ssl, &byte, 1) :
	    SSL_do_handshake(p->ssl);
	ssl_error = SSL_get_error(p->ssl, ret);
	if (ssl_error == SSL_ERROR_WANT_READ ||
	    ssl_error == SSL_ERROR_WANT_WRITE)
		wait_for(a, ssl_error);
	else if (ret <= 0)
		fail(a, ssl_error, errno);
	else if (!p->settling && may_refuse(p)) {
		p->settling = true;
		wait_for(a, SSL_ERROR_WANT_READ);
	} else
		trace_finish(&p->trace, a, TRACE_COMPLETE, 0);
	ERR_clear_error();
}

static bool
make_ssl(struct attempt *a, struct text *why)
{
	struct tls_probe *p = a->own;
	SSL_CTX *ctx = contexts_get(a->kit->contexts,
	    a->look->endpoint->settings, why);

	if (ctx == NULL)
		return false;
	p->ssl = SSL_new(ctx);
	if (p->ssl == NULL || SSL_set_fd(p->ssl, p->dial.fd) != 1) {
		text_add(why, "OpenSSL gave no connection");
		return false;
	}
	/* A name that OpenSSL refuses as SNI (over 255 bytes) is left out. */
	if (SSL_set_tlsext_host_name(p->ssl, a->look->endpoint->name) != 1)
		ERR_clear_error();
	SSL_set_connect_state(p->ssl);
	trace_attach(p->ssl, &p->trace);
	p->trace.have_client = SSL_get_certificate(p->ssl) != NULL;
	return true;
}

static void
begin_tls(struct attempt *a)
{
	struct text why = {0};

	if (make_ssl(a, &why))
		run(a);
	else
		attempt_end(a, OUTCOME_NOT_TRIED, "%s", text_str(&why));
	text_done(&why);
}

static void
tls_start(struct attempt *a)
{
	struct tls_probe *p = xcalloc(1, sizeof(*p));
	struct text why = {0};

	a->own = p;
	p->dial = (struct dial){ .attempt = a, .fd = -1 };
	trace_init(&p->trace, a);
	/* What is wrong with our own files is said without a connection. */
	if (contexts_get(a->kit->contexts, a->look->endpoint->settings,
	    &why) == NULL)
		attempt_end(a, OUTCOME_NOT_TRIED, "%s", text_str(&why));
	else
		dial_start(&p->dial, a, begin_tls);
	text_done(&why);
}

static void
tls_expire(struct attempt *a)
{
	struct tls_probe *p = a->own;

	if (p->ssl == NULL)
		dial_expire(&p->dial);
	else
		trace_finish(&p->trace, a, p->settling ? TRACE_COMPLETE :
		    TRACE_STALLED, 0);
}

static void
tls_stop(struct attempt *a)
{
	struct tls_probe *p = a->own;

	if (p->waiting)
		event_del(&p->event);
	if (p->ssl != NULL && p->trace.complete) {
		(void)SSL_shutdown(p->ssl);	/* sends close_notify */
		ERR_clear_error();
	}
	SSL_free(p->ssl);
	dial_stop(&p->dial, false);
	free(p);
}

const struct way way_tls = {
	.via = VIA_OPENSSL,
	.start = tls_start,
	.expire = tls_expire,
	.stop = tls_stop,
};
