/* SPDX-License-Identifier: ISC */
/* fetch_transfer.c - one transfer by libcurl, bounded while it comes in. */
#include <string.h>
#include <sys/socket.h>

#include <event2/event.h>

#include "fetch_own.h"
#include "setup/credentials.h"

#define HEADERS_MAX	(64u << 10)

static size_t
on_bytes(char *bytes, size_t size, size_t n, void *ctx)
{
	struct fetch *t = ctx;

	t->too_large = size * n > t->max - t->bytes.len;
	if (t->too_large)
		return 0;
	text_add_bytes(&t->bytes, bytes, size * n);
	return size * n;
}

static size_t
on_header(char *bytes, size_t size, size_t n, void *ctx)
{
	struct fetch *t = ctx;

	(void)bytes;
	t->header_bytes += size * n;
	return t->header_bytes > HEADERS_MAX ? 0 : size * n;
}

/* libcurl's default lacks CLOEXEC. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	int fd = socket(to->family,
	    to->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to->protocol);

	(void)ctx;
	(void)purpose;
	return fd == -1 ? CURL_SOCKET_BAD : fd;
}

/* False: the fetch has failed. A name is the proxy's to resolve. */
static bool
set_proxy(CURL *easy, struct fetch *t)
{
	static const char socks[] = "socks5://";
	struct text url = {0}, why = {0};
	bool ok = true;

	if (t->proxy != NULL && strncmp(t->proxy, socks, strlen(socks)) == 0)
		text_addf(&url, "socks5h://%s", t->proxy + strlen(socks));
	else if (t->proxy != NULL)
		text_add(&url, t->proxy);
	/* Empty, not NULL: NULL would mean the environment's. */
	curl_easy_setopt(easy, CURLOPT_PROXY, text_str(&url));
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	if (t->proxy != NULL && t->proxy_credentials != NULL)
		ok = credentials_set(easy, t->proxy_credentials, &why);
	if (!ok)
		fetch_fail(t, text_str(&why));
	text_done(&url);
	text_done(&why);
	return ok;
}

static void
set_manners(CURL *easy, struct fetch *t)
{
	curl_easy_setopt(easy, CURLOPT_CURLU, t->url.parts);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_USERAGENT,
	    t->fetcher->options.user_agent);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->errors);
}

static void
set_data(CURL *easy, struct fetch *t)
{
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->max);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(easy, CURLOPT_RESOLVE, t->resolved);
	if (!t->post)
		return;
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)t->body.len);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, text_str(&t->body));
}

static void
on_done(void *ctx, CURLcode code)
{
	struct fetch *t = ctx;

	t->code = code;
	if (t->state != FETCH_OVER)
		event_active(t->work, EV_TIMEOUT, 0);
}

void
fetch_transfer(struct fetch *t)
{
	t->state = FETCH_TRANSFER;
	t->header_bytes = 0;
	*t->errors = '\0';
	t->transfer = (struct transfer){ .easy = curl_easy_init(),
	    .done = on_done, .ctx = t };
	if (t->transfer.easy == NULL) {
		fetch_fail(t, "no handle from libcurl");
		return;
	}
	if (!set_proxy(t->transfer.easy, t))
		return;
	set_manners(t->transfer.easy, t);
	set_data(t->transfer.easy, t);
	if (!curl_loop_add(t->fetcher->curl, &t->transfer))
		fetch_fail(t, "libcurl refused");
}
