/* SPDX-License-Identifier: ISC */
/*
 * loops KIND WINDOW <TARGETS - the least that a look can cost, one thread, so
 * many at once: "connect" and close; "openssl", a complete handshake; "curl",
 * one by libcurl, with the options of our looks. A target is a line of
 * ADDRESS PORT NAME. Says how many of how many succeeded.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "limit.h"

struct target {
	struct sockaddr_in address;
	char		 literal[16];
	char		 name[256];
};

static struct target *targets;
static size_t n_targets, next, in_flight, good;
static struct event_base *base;
static SSL_CTX *ctx;

static void
read_targets(void)
{
	char address[16], name[256];
	size_t cap = 0;
	unsigned port;

	while (scanf("%15s %u %255s", address, &port, name) == 3) {
		struct target *t;

		if (n_targets == cap) {
			cap = cap == 0 ? 1024 : 2 * cap;
			targets = realloc(targets, cap * sizeof(*targets));
			if (targets == NULL)
				err(1, "loops");
		}
		t = &targets[n_targets++];
		*t = (struct target){ .address = { .sin_family = AF_INET,
		    .sin_port = htons((uint16_t)port) } };
		if (inet_pton(AF_INET, address, &t->address.sin_addr) != 1)
			errx(1, "loops: '%s' is no address", address);
		memcpy(t->literal, address, sizeof(address));
		memcpy(t->name, name, sizeof(name));
	}
}

/* ---- connect, openssl ---- */

struct look {
	struct event	 ev;
	const struct target *target;
	SSL		*ssl;
	int		 fd;
};

static void begin(struct look *);

static void
end(struct look *l, bool ok)
{
	const struct linger now = { 1, 0 };

	if (l->ssl != NULL && ok)
		SSL_shutdown(l->ssl);
	SSL_free(l->ssl);
	l->ssl = NULL;
	ERR_clear_error();
	setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(l->fd);
	good += ok;
	begin(l);
}

static void
step(struct look *l)
{
	int n, error;

	if (ctx == NULL) {
		end(l, true);
		return;
	}
	if (l->ssl == NULL) {
		l->ssl = SSL_new(ctx);
		if (l->ssl == NULL || !SSL_set_fd(l->ssl, l->fd) ||
		    !SSL_set_tlsext_host_name(l->ssl, l->target->name))
			errx(1, "loops: SSL_new");
	}
	n = SSL_connect(l->ssl);
	error = SSL_get_error(l->ssl, n);
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
		event_assign(&l->ev, base, l->fd, error == SSL_ERROR_WANT_READ
		    ? EV_READ : EV_WRITE, event_get_callback(&l->ev), l);
		event_add(&l->ev, NULL);
		return;
	}
	/* one that wants a certificate of us has done all of its work */
	end(l, n == 1 || SSL_get0_peer_certificate(l->ssl) != NULL);
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	step(arg);
}

static void
begin(struct look *l)
{
	if (next == n_targets) {
		in_flight--;
		return;
	}
	l->target = &targets[next++];
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (l->fd < 0 || (connect(l->fd,
	    (const struct sockaddr *)&l->target->address,
	    sizeof(l->target->address)) != 0 && errno != EINPROGRESS))
		err(1, "loops: connect");
	event_assign(&l->ev, base, l->fd, EV_WRITE, on_event, l);
	event_add(&l->ev, NULL);
}

static void
run_sockets(size_t window)
{
	struct look *looks = calloc(window, sizeof(*looks));

	base = event_base_new();
	if (looks == NULL || base == NULL)
		err(1, "loops");
	for (size_t i = 0; i < window && i < n_targets; i++) {
		in_flight++;
		event_assign(&looks[i].ev, base, -1, 0, on_event, &looks[i]);
		begin(&looks[i]);
	}
	event_base_dispatch(base);
	event_base_free(base);
	free(looks);
}

static void
make_ctx(void)
{
	ctx = SSL_CTX_new(TLS_client_method());
	if (ctx == NULL)
		errx(1, "loops: SSL_CTX_new");
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
}

/* ---- curl ---- */

static void
add_transfer(CURLM *multi)
{
	const struct target *t = &targets[next++];
	CURL *easy = curl_easy_init();
	char url[300], to[64];
	struct curl_slist *list;

	snprintf(url, sizeof(url), "https://%s:%u/", t->name,
	    (unsigned)ntohs(t->address.sin_port));
	snprintf(to, sizeof(to), "::%s:%u", t->literal,
	    (unsigned)ntohs(t->address.sin_port));
	list = curl_slist_append(NULL, to);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_CONNECT_TO, list);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, list);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_multi_add_handle(multi, easy);
	in_flight++;
}

static void
take_done(CURLM *multi)
{
	struct curl_slist *list;
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(multi, &left)) != NULL) {
		CURL *easy = m->easy_handle;

		if (m->msg != CURLMSG_DONE)
			continue;
		good += m->data.result == CURLE_OK;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &list);
		curl_multi_remove_handle(multi, easy);
		curl_easy_cleanup(easy);
		curl_slist_free_all(list);
		in_flight--;
		if (next < n_targets)
			add_transfer(multi);
	}
}

/* libevent beneath it, as beneath ours: poll(2) would cost with the window. */
struct watch { struct event ev; };

static CURLM *multi;
static struct event timer;

static void
act(curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(multi, fd, what, &running);
	take_done(multi);
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	(void)arg;
	act(fd, ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
	    ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	act(CURL_SOCKET_TIMEOUT, 0);
}

static int
want_socket(CURL *easy, curl_socket_t fd, int what, void *own, void *arg)
{
	struct watch *w = arg;

	(void)easy;
	(void)own;
	if (w != NULL)
		event_del(&w->ev);
	if (what == CURL_POLL_REMOVE) {
		free(w);
		return 0;
	}
	if (w == NULL)
		w = calloc(1, sizeof(*w));
	if (w == NULL)
		err(1, "loops");
	event_assign(&w->ev, base, fd, (short)(EV_PERSIST |
	    ((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
	    ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0)), on_socket, w);
	event_add(&w->ev, NULL);
	curl_multi_assign(multi, fd, w);
	return 0;
}

static int
want_timer(CURLM *m, long ms, void *own)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	(void)m;
	(void)own;
	return ms < 0 ? event_del(&timer) : event_add(&timer, &tv);
}

static void
run_curl(size_t window)
{
	base = event_base_new();
	multi = curl_multi_init();
	evtimer_assign(&timer, base, on_timer, NULL);
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, want_timer);
	while (in_flight < window && next < n_targets)
		add_transfer(multi);
	while (in_flight > 0)
		event_base_loop(base, EVLOOP_ONCE);
	curl_multi_cleanup(multi);
	event_base_free(base);
}

int
main(int argc, char **argv)
{
	const char *kind = argc == 3 ? argv[1] : "";
	size_t window = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (window == 0)
		errx(2, "usage: loops connect|openssl|curl WINDOW <TARGETS");
	raise_limit();
	signal(SIGPIPE, SIG_IGN);
	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	read_targets();
	if (strcmp(kind, "openssl") == 0)
		make_ctx();
	if (strcmp(kind, "curl") == 0)
		run_curl(window);
	else
		run_sockets(window);
	printf("%zu of %zu\n", good, n_targets);
	SSL_CTX_free(ctx);
	curl_global_cleanup();
	free(targets);
	return good == 0;
}
