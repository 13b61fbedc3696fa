/* SPDX-License-Identifier: ISC */
/* dial.c - connect(2), or libcurl's CONNECT and SOCKS through a proxy. */
#include "dial.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "setup/credentials.h"

static void
connected(struct dial *d)
{
	d->attempt->socket = d->fd;
	attempt_connected(d->attempt);
	d->on_socket(d->attempt);
}

static void
finish_connect(struct dial *d)
{
	int error = 0;
	socklen_t len = sizeof(error);

	d->waiting = false;
	if (d->attempt->over)
		return;
	if (getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (error != 0)
		attempt_end_errno(d->attempt, error, "connect");
	else
		connected(d);
}

static void
on_writable(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	finish_connect(ctx);
}

static void
start_direct(struct dial *d)
{
	const struct look *look = d->attempt->look;
	const struct sockaddr *to = (const struct sockaddr *)&look->address;

	d->fd = socket(to->sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->fd == -1) {
		attempt_end_errno(d->attempt, errno, "socket");
		return;
	}
	if (connect(d->fd, to, look->address_len) == 0) {
		connected(d);
		return;
	}
	if (errno != EINPROGRESS) {
		attempt_end_errno(d->attempt, errno, "connect");
		return;
	}
	event_assign(&d->event, d->attempt->kit->base, d->fd, EV_WRITE,
	    on_writable, d);
	d->waiting = event_add(&d->event, NULL) == 0;
	if (!d->waiting)
		attempt_end(d->attempt, OUTCOME_NOT_TRIED, "no event");
}

void
dial_add_target(const struct look *look, struct text *out)
{
	char literal[ATTEMPT_LITERAL];
	uint16_t port = attempt_address(look, literal);

	if (strchr(literal, ':') != NULL)
		text_addf(out, "[%s]:%u", literal, port);
	else
		text_addf(out, "%s:%u", literal, port);
}

/* libcurl's default lacks CLOEXEC; and the errno is not lost this way. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct attempt *a = ctx;
	int fd = socket(to->family,
	    to->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to->protocol);

	(void)purpose;
	if (fd == -1)
		a->socket_errno = errno;
	else if (a->socket == -1)
		a->socket = fd;
	else
		a->rival = fd;
	return fd == -1 ? CURL_SOCKET_BAD : fd;
}

/* Its number may be another look's at once: what is closed is forgotten. */
static int
close_socket(void *ctx, curl_socket_t fd)
{
	struct attempt *a = ctx;

	if (fd == a->socket) {
		a->socket = a->rival;
		a->rival = -1;
	} else if (fd == a->rival)
		a->rival = -1;
	return close(fd);
}

bool
dial_set_manners(CURL *easy, struct attempt *a)
{
	const char *proxy = attempt_proxy(a);
	const char *file = a->look->endpoint->settings->proxy_credentials;
	struct text why = {0};

	/* Empty, not NULL: NULL would mean the environment's. */
	curl_easy_setopt(easy, CURLOPT_PROXY, proxy != NULL ? proxy : "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	/* Only a proxy's name is ever resolved here; else it is walked for
	 * nothing after each transfer. */
	curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT,
	    proxy != NULL ? 60L : 0L);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, a);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, a);
	if (proxy == NULL || file == NULL ||
	    credentials_set(easy, file, &why))
		return true;
	attempt_end(a, OUTCOME_NOT_TRIED, "%s", text_str(&why));
	text_done(&why);
	return false;
}

/* Replies of a SOCKS server that tell of the server behind it (RFC 1928). */
static const struct {
	CURLproxycode	 reply;
	enum outcome	 outcome;
	const char	*words;
} beyond[] = {
	{ CURLPX_REPLY_NETWORK_UNREACHABLE, OUTCOME_UNREACHABLE,
	    "network unreachable" },
	{ CURLPX_REPLY_HOST_UNREACHABLE, OUTCOME_UNREACHABLE,
	    "host unreachable" },
	{ CURLPX_REPLY_CONNECTION_REFUSED, OUTCOME_REFUSED,
	    "connection refused" },
};

static void
end_proxy(struct attempt *a, CURL *easy, const char *errors)
{
	long status = 0, reply = 0;

	curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &reply);
	for (size_t i = 0; i < sizeof(beyond) / sizeof(*beyond); i++)
		if (reply == (long)beyond[i].reply) {
			attempt_end(a, beyond[i].outcome,
			    "%s, says the proxy", beyond[i].words);
			return;
		}
	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
	text_add(&a->seen->detail, "through the proxy: ");
	if (status != 0 && status / 100 != 2) {
		attempt_end(a, OUTCOME_PROXY_ERROR,
		    "it answered CONNECT with %ld%s", status,
		    status == 401 || status == 407 ?
		    ": it wants other proxy_credentials" : "");
		return;
	}
	text_add_escaped(&a->seen->detail, errors, strlen(errors), 200);
	attempt_end(a, OUTCOME_PROXY_ERROR, "%s", "");
}

void
dial_end_transfer(struct attempt *a, CURL *easy, CURLcode code,
    const char *errors)
{
	long error = 0;

	if (*errors == '\0')
		errors = curl_easy_strerror(code);
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
	if (a->socket_errno != 0)
		attempt_end_errno(a, a->socket_errno, "socket");
	else if (error != 0 && attempt_errno_outcome((int)error) ==
	    OUTCOME_NOT_TRIED)
		attempt_end_errno(a, (int)error, "connect");
	else if (attempt_proxy(a) != NULL)
		end_proxy(a, easy, errors);
	else if (error != 0)
		attempt_end_errno(a, (int)error, "connect");
	else {
		text_add_escaped(&a->seen->detail, errors, strlen(errors), 200);
		attempt_end(a, code == CURLE_OPERATION_TIMEDOUT ?
		    OUTCOME_TIMEOUT : code == CURLE_COULDNT_CONNECT ?
		    OUTCOME_UNREACHABLE : OUTCOME_NOT_TRIED, "%s", "");
	}
}

/* The tunnel stands. libcurl closes its descriptor with the handle. */
static void
take_tunnel(struct dial *d, CURLcode code)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (d->attempt->over)
		return;
	if (code != CURLE_OK) {
		dial_end_transfer(d->attempt, d->tunnel.easy, code, d->errors);
		return;
	}
	curl_easy_getinfo(d->tunnel.easy, CURLINFO_ACTIVESOCKET, &fd);
	if (fd == CURL_SOCKET_BAD) {
		attempt_end(d->attempt, OUTCOME_PROXY_ERROR,
		    "the proxy's connection is gone");
		return;
	}
	d->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (d->fd == -1)
		attempt_end_errno(d->attempt, errno, "proxy socket");
	else
		connected(d);
}

static void
on_tunnel(void *ctx, CURLcode code)
{
	take_tunnel(ctx, code);
}

static void
start_tunnel(struct dial *d)
{
	struct attempt *a = d->attempt;
	struct text url = {0};
	CURL *easy;

	d->tunnel = (struct transfer){ .easy = curl_easy_init(),
	    .done = on_tunnel, .ctx = d };
	easy = d->tunnel.easy;
	if (easy == NULL) {
		attempt_end(a, OUTCOME_NOT_TRIED, "no handle from libcurl");
		return;
	}
	text_add(&url, "http://");
	dial_add_target(a->look, &url);
	curl_easy_setopt(easy, CURLOPT_URL, text_str(&url));
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, d->errors);
	text_done(&url);
	if (!dial_set_manners(easy, a))
		return;
	/* Else it is closed before we can have it; the handle's end does. */
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 0L);
	if (!curl_loop_add(a->kit->curl, &d->tunnel))
		attempt_end(a, OUTCOME_NOT_TRIED, "libcurl refused");
}

void
dial_start(struct dial *d, struct attempt *a,
    void (*on_socket)(struct attempt *))
{
	*d = (struct dial){ .attempt = a, .on_socket = on_socket, .fd = -1 };
	if (attempt_proxy(a) != NULL)
		start_tunnel(d);
	else
		start_direct(d);
}

void
dial_expire(struct dial *d)
{
	attempt_end(d->attempt, OUTCOME_TIMEOUT, attempt_proxy(d->attempt) ?
	    "no connection through the proxy in time" :
	    "no answer to the connection attempt");
}

void
dial_stop(struct dial *d, bool abrupt)
{
	struct linger now = { 1, 0 };

	if (d->waiting)
		event_del(&d->event);
	d->waiting = false;
	if (d->fd != -1) {
		if (abrupt)
			(void)setsockopt(d->fd, SOL_SOCKET, SO_LINGER, &now,
			    sizeof(now));
		close(d->fd);
	}
	d->fd = -1;
	curl_loop_remove(d->attempt->kit->curl, &d->tunnel);
}
