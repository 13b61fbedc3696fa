/* SPDX-License-Identifier: ISC */
#include "serve.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/err.h>

#include "cwaudit/mem.h"
#include "flight.h"

#define SLOW_MS		400
#define PATIENCE_S	60	/* nobody stays longer */
#define BATCH		64	/* accepted in a row */
#define AES128_SHA	0x002f

struct door {
	struct event	 ev;
	struct serve	*serve;
	enum job	 job;
	/* canned: the flight of the template, and where its leaf stands */
	struct text	 flight;
	size_t		 leaf_at;
	SSL_CTX		*ctx;		/* real */
};

struct guest {
	LIST_ENTRY(guest) link;
	struct event	 ev;
	struct door	*door;
	SSL		*ssl;		/* real */
	size_t		 host;
	int		 fd;
	bool		 served, late;
};

struct serve {
	const struct crowd *crowd;
	struct event_base *base;
	struct door	 door[JOBS];
	int		 dead[JOBS][3];	/* a listener; its queue */
	LIST_HEAD(, guest) guests;
};

static const char answer[] = "HTTP/1.1 302 Found\r\n"
    "Location: /cwa/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

static void
guest_free(struct guest *g)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	LIST_REMOVE(g, link);
	event_del(&g->ev);
	SSL_free(g->ssl);
	if (g->ssl == NULL)	/* so that no port waits in TIME_WAIT */
		setsockopt(g->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(g->fd);
	free(g);
}

static void
wait_for(struct guest *g, short what, const struct timeval *most)
{
	static const struct timeval patience = { .tv_sec = PATIENCE_S };

	event_del(&g->ev);
	event_assign(&g->ev, event_get_base(&g->ev), g->fd, what,
	    event_get_callback(&g->ev), g);
	event_add(&g->ev, most != NULL ? most : &patience);
}

static void
send_flight(struct guest *g)
{
	const struct door *d = g->door;
	const struct crowd *c = d->serve->crowd;
	uint8_t out[16384];

	memcpy(out, text_str(&d->flight), d->flight.len);
	memcpy(out + d->leaf_at, crowd_der(c, g->host, d->job),
	    stamp_len(c->stamp[d->job]));
	g->served = true;
	(void)!send(g->fd, out, d->flight.len, MSG_NOSIGNAL);
	wait_for(g, EV_READ, NULL);
}

/* True: it is seen to later, or no more. */
static bool
dally(struct guest *g)
{
	const struct timeval slow = { .tv_usec = SLOW_MS * 1000 };
	enum temper t = crowd_temper(g->door->serve->crowd, g->host);

	if (t == TEMPER_RESET) {
		SSL_free(g->ssl);
		g->ssl = NULL;
		guest_free(g);
		return true;
	}
	if (t != TEMPER_SLOW || g->late)
		return false;
	g->late = true;
	wait_for(g, 0, &slow);
	return true;
}

/* A ClientHello comes in one piece as a rule; what follows it is an end. */
static void
step_canned(struct guest *g)
{
	uint8_t in[4096];

	if (g->late && !g->served) {
		send_flight(g);
		return;
	}
	if (recv(g->fd, in, sizeof in, 0) <= 0 || g->served)
		guest_free(g);
	else if (!dally(g))
		send_flight(g);
}

static void
step_real(struct guest *g)
{
	char in[2048];
	int n, error;

	if (!g->served && dally(g))
		return;
	n = g->served ? SSL_read(g->ssl, in, sizeof in) : SSL_accept(g->ssl);
	error = SSL_get_error(g->ssl, n);
	ERR_clear_error();
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		wait_for(g, error == SSL_ERROR_WANT_READ ? EV_READ : EV_WRITE,
		    NULL);
	else if (n <= 0)
		guest_free(g);
	else if (!g->served) {
		g->served = true;
		wait_for(g, EV_READ, NULL);
	} else {
		SSL_write(g->ssl, answer, sizeof answer - 1);
		SSL_shutdown(g->ssl);
		ERR_clear_error();
		guest_free(g);
	}
}

static void
on_guest(evutil_socket_t fd, short what, void *arg)
{
	struct guest *g = arg;

	(void)fd;
	if ((what & EV_TIMEOUT) != 0 && !g->late)
		guest_free(g);
	else if (g->ssl != NULL)
		step_real(g);
	else
		step_canned(g);
}

static SSL *
make_ssl(const struct door *d, size_t host, int fd)
{
	const struct crowd *c = d->serve->crowd;
	SSL *ssl = SSL_new(d->ctx);

	if (ssl == NULL || !SSL_set_fd(ssl, fd) ||
	    !SSL_use_cert_and_key(ssl, c->x509[d->job][host], c->keys[host],
	    stamp_leaf(c->stamp[d->job])->chain, 1))
		errx(1, "crowd: a certificate cannot be served: %s",
		    ERR_reason_error_string(ERR_peek_last_error()));
	return ssl;
}

static bool
let_in(struct door *d)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof sin;
	/* cppcheck-suppress nullPointer ; its model of accept4 is wrong */
	int fd = accept4(event_get_fd(&d->ev), NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct guest *g;

	if (fd < 0)
		return false;
	g = xcalloc(1, sizeof *g);
	g->fd = fd;
	g->door = d;
	g->host = SIZE_MAX;
	LIST_INSERT_HEAD(&d->serve->guests, g, link);
	event_assign(&g->ev, d->serve->base, fd, EV_READ, on_guest, g);
	if (getsockname(fd, (struct sockaddr *)&sin, &len) == 0)
		g->host = crowd_at(d->serve->crowd, ntohl(sin.sin_addr.s_addr));
	if (g->host == SIZE_MAX) {
		guest_free(g);
		return true;
	}
	if (d->ctx != NULL)
		g->ssl = make_ssl(d, g->host, fd);
	on_guest(fd, EV_READ, g);	/* TCP_DEFER_ACCEPT */
	return true;
}

static void
on_door(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	for (int i = 0; i < BATCH && let_in(arg); i++)
		;
}

static int
listen_at(uint16_t port, int backlog)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_port = htons(port) };
	const int on = 1, wait_s = 3;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);

	if (fd < 0)
		err(1, "crowd: socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (backlog > 0)
		setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &wait_s,
		    sizeof wait_s);
	if (bind(fd, (struct sockaddr *)&sin, sizeof sin) != 0 ||
	    listen(fd, backlog) != 0)
		err(1, "crowd: port %u", (unsigned)port);
	return fd;
}

/* Nobody accepts there; once the queue is full, SYNs are dropped. */
static void
open_dead(int fd[3], uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	fd[0] = listen_at(port, 0);
	for (int i = 1; i < 3; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK |
		    SOCK_CLOEXEC, 0);
		(void)connect(fd[i], (struct sockaddr *)&sin, sizeof sin);
	}
}

static void
make_flight(struct door *d)
{
	const struct crowd *c = d->serve->crowd;
	const struct stamp *s = c->stamp[d->job];
	const char *at;

	flight_write(3, AES128_SHA, stamp_leaf(s), d->job == JOB_MTLS,
	    &d->flight);
	at = memmem(text_str(&d->flight), d->flight.len, stamp_der(s),
	    stamp_len(s));
	if (at == NULL || d->flight.len > 16384)
		errx(1, "crowd: the flight cannot be copied");
	d->leaf_at = (size_t)(at - text_str(&d->flight));
}

static void
make_ctx(struct door *d)
{
	d->ctx = SSL_CTX_new(TLS_server_method());
	if (d->ctx == NULL || !SSL_CTX_set_max_proto_version(d->ctx,
	    TLS1_2_VERSION))
		errx(1, "crowd: no SSL_CTX");
	SSL_CTX_set_session_cache_mode(d->ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(d->ctx, SSL_OP_NO_TICKET);
	SSL_CTX_set_mode(d->ctx, SSL_MODE_RELEASE_BUFFERS);
	if (d->job == JOB_MTLS)
		SSL_CTX_set_verify(d->ctx, SSL_VERIFY_PEER |
		    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

struct serve *
serve_new(struct event_base *base, const struct crowd *c)
{
	struct serve *s = xcalloc(1, sizeof *s);

	s->base = base;
	s->crowd = c;
	LIST_INIT(&s->guests);
	for (int job = 0; job < JOBS; job++) {
		struct door *d = &s->door[job];

		open_dead(s->dead[job], crowd_dead_port[job]);
		*d = (struct door){ .serve = s, .job = (enum job)job };
		if (c->options.real)
			make_ctx(d);
		else
			make_flight(d);
		event_assign(&d->ev, base, listen_at(crowd_port[job], 4096),
		    EV_READ | EV_PERSIST, on_door, d);
		event_add(&d->ev, NULL);
	}
	return s;
}

void
serve_free(struct serve *s)
{
	while (!LIST_EMPTY(&s->guests))
		guest_free(LIST_FIRST(&s->guests));
	for (int job = 0; job < JOBS; job++) {
		event_del(&s->door[job].ev);
		close(event_get_fd(&s->door[job].ev));
		for (int i = 0; i < 3; i++)
			close(s->dead[job][i]);
		text_done(&s->door[job].flight);
		SSL_CTX_free(s->door[job].ctx);
	}
	free(s);
}
