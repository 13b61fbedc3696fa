/* SPDX-License-Identifier: ISC */
#include "port.h"

#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "cwaudit/mem.h"
#include "flight.h"

#define PATIENCE_S	60	/* nobody stays longer */

enum flavour { FLAVOUR_12, FLAVOUR_10, FLAVOUR_13, FLAVOURS };

struct conn {
	LIST_ENTRY(conn) link;
	struct event	*ev;
	const struct port *port;
	SSL		*ssl;		/* NULL where TLS is not spoken */
	struct text	 heard;		/* bytes of a hello that is not whole */
	int		 fd;
	bool		 settled;	/* handshake done, or flight sent */
};

struct port_world {
	struct event_base *base;
	SSL_CTX		*ctx[FLAVOURS];
	LIST_HEAD(, conn) conns;
};

static const char answer[] = "HTTP/1.1 302 Found\r\n"
    "Server: Microsoft-IIS/6.0\r\n"
    "Location: /cwa/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

static SSL_CTX *
make_ctx(int min, int max)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL)
		errx(1, "fleet: SSL_CTX_new failed");
	SSL_CTX_set_security_level(ctx, 0);	/* old keys, SHA-1, TLS 1.0 */
	if (!SSL_CTX_set_min_proto_version(ctx, min) ||
	    !SSL_CTX_set_max_proto_version(ctx, max) ||
	    !SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0"))
		errx(1, "fleet: TLS settings refused");
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET |
	    SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_num_tickets(ctx, 0);
	if (!X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx),
	    leaf_client_root()) || !SSL_CTX_add_client_CA(ctx,
	    leaf_client_root()))
		errx(1, "fleet: no root for clients");
	return ctx;
}

struct port_world *
port_world_new(struct event_base *base)
{
	struct port_world *w = xcalloc(1, sizeof *w);

	w->base = base;
	w->ctx[FLAVOUR_12] = make_ctx(TLS1_2_VERSION, TLS1_2_VERSION);
	w->ctx[FLAVOUR_10] = make_ctx(TLS1_VERSION, TLS1_VERSION);
	w->ctx[FLAVOUR_13] = make_ctx(TLS1_3_VERSION, TLS1_3_VERSION);
	LIST_INIT(&w->conns);
	return w;
}

static void
conn_free(struct conn *c)
{
	LIST_REMOVE(c, link);
	event_free(c->ev);
	SSL_free(c->ssl);
	text_done(&c->heard);
	close(c->fd);
	free(c);
}

void
port_world_free(struct port_world *w)
{
	while (!LIST_EMPTY(&w->conns))
		conn_free(LIST_FIRST(&w->conns));
	for (int i = 0; i < FLAVOURS; i++)
		SSL_CTX_free(w->ctx[i]);
	free(w);
}

/* Not a FIN: the peer's next read says "connection reset". */
static void
conn_reset(struct conn *c)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	conn_free(c);
}

static void
conn_wait(struct conn *c, int error)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	short what = error == SSL_ERROR_WANT_WRITE ? EV_WRITE : EV_READ;

	event_del(c->ev);
	event_assign(c->ev, event_get_base(c->ev), c->fd, what,
	    event_get_callback(c->ev), c);
	event_add(c->ev, &patience);
}

/* The certificate lies at the client: it has answered, or gone. */
static bool
certificate_answered(const struct conn *c)
{
	return c->port->does == DOES_RESET &&
	    SSL_get_state(c->ssl) == TLS_ST_SW_SRVR_DONE;
}

static void
step_tls(struct conn *c)
{
	char buf[2048];
	int n;

	if (!c->settled) {
		if (certificate_answered(c)) {
			conn_reset(c);
			return;
		}
		n = SSL_accept(c->ssl);
	} else
		n = SSL_read(c->ssl, buf, sizeof buf);
	if (n <= 0) {
		int error = SSL_get_error(c->ssl, n);

		ERR_clear_error();
		if (error == SSL_ERROR_WANT_READ ||
		    error == SSL_ERROR_WANT_WRITE)
			conn_wait(c, error);
		else
			conn_free(c);
		return;
	}
	if (!c->settled) {
		c->settled = true;
		conn_wait(c, SSL_ERROR_WANT_READ);
		return;
	}
	if (!c->port->mtls) {
		SSL_write(c->ssl, answer, sizeof answer - 1);
		SSL_shutdown(c->ssl);
	}
	ERR_clear_error();
	conn_free(c);
}

/* Bytes in the clear, for all that speak no TLS or only its first words. */
static void
step_plain(struct conn *c)
{
	struct text out = { 0 };
	char buf[4096];
	ssize_t n = recv(c->fd, buf, sizeof buf, 0);
	int got;

	if (n <= 0 || c->settled || c->port->does == DOES_CLOSE) {
		conn_free(c);
		return;
	}
	if (c->port->does == DOES_PLAIN) {
		(void)!send(c->fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
		conn_free(c);
		return;
	}
	if (c->port->does != DOES_SILENT) {
		text_add_bytes(&c->heard, buf, (size_t)n);
		got = flight_answer((const uint8_t *)text_str(&c->heard),
		    c->heard.len, c->port->does == DOES_GARBAGE ? NULL :
		    c->port->leaf, c->port->mtls, &out);
		if (got > 0)
			(void)!send(c->fd, text_str(&out), out.len,
			    MSG_NOSIGNAL);
		text_done(&out);
		if (got < 0) {
			conn_free(c);
			return;
		}
		c->settled = got > 0;
	}
	conn_wait(c, SSL_ERROR_WANT_READ);
}

static void
on_conn(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	if (what & EV_TIMEOUT)
		conn_free(c);
	else if (c->ssl != NULL)
		step_tls(c);
	else
		step_plain(c);
}

static SSL *
make_ssl(const struct port *p, int fd)
{
	enum flavour f = p->does == DOES_TLS10 ? FLAVOUR_10 :
	    p->does == DOES_TLS13 ? FLAVOUR_13 : FLAVOUR_12;
	SSL *ssl = SSL_new(p->world->ctx[f]);

	if (ssl == NULL || !SSL_set_fd(ssl, fd) ||
	    !SSL_use_cert_and_key(ssl, p->leaf->x509, p->leaf->key,
	    p->leaf->chain, 1))
		errx(1, "fleet: a certificate cannot be served: %s",
		    ERR_reason_error_string(ERR_peek_last_error()));
	if (p->mtls && p->does != DOES_OPEN)
		SSL_set_verify(ssl, SSL_VERIFY_PEER |
		    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return ssl;
}

static bool
speaks_tls(const struct port *p)
{
	switch ((enum does)p->does) {
	case DOES_TLS: case DOES_TLS10: case DOES_TLS13: case DOES_OPEN:
	case DOES_RESET:
		return true;
	case DOES_RC4: case DOES_GARBAGE: case DOES_PLAIN: case DOES_CLOSE:
	case DOES_SILENT: case DOES_REFUSE:
		break;
	}
	return false;
}

static void
on_port(evutil_socket_t listener, short what, void *arg)
{
	struct port *p = arg;
	struct conn *c;
	/* cppcheck-suppress nullPointer ; its model of accept4 is wrong */
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (fd < 0)
		return;
	c = xcalloc(1, sizeof *c);
	c->fd = fd;
	c->port = p;
	c->ssl = speaks_tls(p) ? make_ssl(p, fd) : NULL;
	c->ev = event_new(p->world->base, fd, EV_READ, on_conn, c);
	LIST_INSERT_HEAD(&p->world->conns, c, link);
	conn_wait(c, SSL_ERROR_WANT_READ);
}

int
port_open(struct port *p, struct port_world *w)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	const int on = 1;
	int fd, error;

	p->world = w;
	if (p->does == DOES_REFUSE)
		return 0;
	sin.sin_addr.s_addr = htonl(p->address);
	sin.sin_port = htons(p->number);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&sin, sizeof sin) != 0 ||
	    listen(fd, 64) != 0) {
		error = errno;
		close(fd);
		return error;
	}
	event_assign(&p->ev, w->base, fd, EV_READ | EV_PERSIST, on_port, p);
	event_add(&p->ev, NULL);
	p->open = true;
	return 0;
}

void
port_close(struct port *p)
{
	if (!p->open)
		return;
	event_del(&p->ev);
	close(event_get_fd(&p->ev));
	p->open = false;
}
