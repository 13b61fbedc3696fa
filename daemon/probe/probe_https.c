/* SPDX-License-Identifier: ISC */
/*
 * probe_https.c - a handshake by libcurl, as a browser's of the site.
 * CONNECT_TO leads to the listener, SNI and Host stay those of the site. What
 * happened is told from OpenSSL's callbacks and errno: CURLcode alone mixes
 * a closed port, a refusal and nonsense.
 */
#include "probe_https.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "cwaudit/mem.h"
#include "dial.h"
#include "probe_context.h"
#include "probe_trace.h"

#define MAX_BODY	(64u << 10)	/* of headers and whatever follows */
/* TLS 1.3 says only after the handshake that it wants a certificate of us. */
#define SETTLE_MS	500

struct https_probe {
	struct attempt	*attempt;
	struct transfer	 transfer;
	struct trace	 trace;
	struct curl_slist *connect_to;
	bool		 tls_begun;
	struct event	 event;
	bool		 waiting;	/* for event, after the handshake */
	size_t		 received;
	char		 errors[CURL_ERROR_SIZE];
};

/* libcurl is connected and makes its context, one for each connection. */
static CURLcode
begin_tls(struct https_probe *p, SSL_CTX *ctx)
{
	struct attempt *a = p->attempt;
	struct text why = {0};
	SSL_CTX *from = contexts_get(a->kit->contexts,
	    a->look->endpoint->settings, &why);
	bool good = from != NULL && context_prepare(ctx, from);

	p->tls_begun = true;
	if (!good) {
		attempt_end(a, OUTCOME_NOT_TRIED, "%s", why.len > 0 ?
		    text_str(&why) : "OpenSSL refused our settings");
		text_done(&why);
		return CURLE_ABORTED_BY_CALLBACK;
	}
	p->trace.have_client = SSL_CTX_get0_certificate(ctx) != NULL;
	trace_hook(ctx, &p->trace);
	attempt_connected(a);
	return CURLE_OK;
}

static CURLcode
on_context(CURL *easy, void *ctx, void *own)
{
	(void)easy;
	return begin_tls(own, ctx);
}

/* Nothing of an answer is kept but its status. */
static size_t
on_bytes(char *bytes, size_t size, size_t n, void *own)
{
	struct https_probe *p = own;

	(void)bytes;
	p->received += size * n;
	return p->received > MAX_BODY ? 0 : size * n;
}

/* libcurl prints OpenSSL's error as "error:0A000410:SSL routines::...". */
static unsigned long
error_of(const char *errors)
{
	const char *at = strstr(errors, "error:");

	return at != NULL ? strtoul(at + 6, NULL, 16) : 0;
}

static void
judge(struct https_probe *p, CURLcode code)
{
	unsigned long error = error_of(p->errors);
	long os_error = 0;
	enum trace_end end;

	curl_easy_getinfo(p->transfer.easy, CURLINFO_OS_ERRNO, &os_error);
	if (code == CURLE_OK)
		end = TRACE_COMPLETE;
	else if (code == CURLE_SSL_CONNECT_ERROR && error != 0)
		end = TRACE_FAILED;
	else if (os_error != 0 || strstr(p->errors, "reset") != NULL)
		end = TRACE_RESET;
	else if (code == CURLE_OPERATION_TIMEDOUT)
		end = TRACE_STALLED;
	else
		end = error != 0 ? TRACE_FAILED : TRACE_CLOSED;
	trace_finish(&p->trace, p->attempt, end, error);
}

static void settle(struct https_probe *);

static void
on_settled(evutil_socket_t fd, short what, void *own)
{
	struct https_probe *p = own;

	(void)fd;
	p->waiting = false;
	if (!p->attempt->over && (what & EV_TIMEOUT) != 0)
		judge(p, CURLE_OK);
	else if (!p->attempt->over)
		settle(p);
}

/* One read, so that a refusal is heard. */
static void
settle(struct https_probe *p)
{
	struct timeval tv = { 0, SETTLE_MS * 1000 };
	curl_socket_t fd = CURL_SOCKET_BAD;
	char byte;
	size_t n = 0;
	CURLcode code = curl_easy_recv(p->transfer.easy, &byte, 1, &n);

	curl_easy_getinfo(p->transfer.easy, CURLINFO_ACTIVESOCKET, &fd);
	if (code != CURLE_AGAIN || fd == CURL_SOCKET_BAD) {
		judge(p, code == CURLE_OK && n == 0 ? CURLE_RECV_ERROR : code);
		return;
	}
	event_assign(&p->event, p->attempt->kit->base, fd, EV_READ, on_settled,
	    p);
	p->waiting = event_add(&p->event, &tv) == 0;
	if (!p->waiting)
		judge(p, CURLE_OK);
}

/* True where the server may still refuse us. */
static bool
may_refuse(const struct https_probe *p)
{
	return p->trace.complete && p->trace.asked &&
	    !p->attempt->look->endpoint->settings->http &&
	    strcmp(p->trace.seen->tls_version, "TLSv1.3") == 0;
}

static void
note_status(struct https_probe *p)
{
	struct attempt *a = p->attempt;
	long status = 0;

	if (!a->look->endpoint->settings->http || !p->trace.complete)
		return;
	curl_easy_getinfo(p->transfer.easy, CURLINFO_RESPONSE_CODE, &status);
	a->seen->http_status = status > 0 ? status : -1;
}

static void
end(struct https_probe *p, CURLcode code)
{
	struct attempt *a = p->attempt;

	if (a->over)
		return;
	note_status(p);
	if (code == CURLE_OK && may_refuse(p))
		settle(p);
	else if (p->tls_begun)
		judge(p, code);
	else
		dial_end_transfer(a, p->transfer.easy, code, p->errors);
}

static void
on_heard(void *own)
{
	attempt_heard(((struct https_probe *)own)->attempt);
}

static void
on_done(void *own, CURLcode code)
{
	end(own, code);
}

/* The URL as it is published; the name and port of the endpoint else. */
static void
add_url(const struct endpoint *e, struct text *out)
{
	const char *url = e->site != NULL ? e->site->url :
	    e->published != NULL ? e->published->url : NULL;

	if (url != NULL && strncmp(url, "https://", 8) == 0)
		text_add(out, url);
	else
		text_addf(out, "https://%s:%u/", e->name, e->port);
}

static void
set_target(struct https_probe *p)
{
	CURL *easy = p->transfer.easy;
	const struct look *look = p->attempt->look;
	struct text url = {0}, to = {0};

	add_url(look->endpoint, &url);
	text_add(&to, "::");
	dial_add_target(look, &to);
	p->connect_to = curl_slist_append(NULL, text_str(&to));
	curl_easy_setopt(easy, CURLOPT_URL, text_str(&url));
	curl_easy_setopt(easy, CURLOPT_CONNECT_TO, p->connect_to);
	text_done(&url);
	text_done(&to);
}

static void
set_tls(struct https_probe *p)
{
	CURL *easy = p->transfer.easy;

	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	/* Nothing is verified here, and a bundle takes 16 ms to read. */
	curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_0);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, p);
}

static void
set_http(struct https_probe *p)
{
	CURL *easy = p->transfer.easy;
	const struct attempt *a = p->attempt;

	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	if (a->look->endpoint->settings->http)
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	if (a->kit->user_agent != NULL)
		curl_easy_setopt(easy, CURLOPT_USERAGENT, a->kit->user_agent);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_bytes);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, p);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, p);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, p->errors);
}

static void
https_start(struct attempt *a)
{
	struct https_probe *p = xcalloc(1, sizeof(*p));
	struct text why = {0};

	a->own = p;
	p->attempt = a;
	trace_init(&p->trace, a);
	if (contexts_get(a->kit->contexts, a->look->endpoint->settings,
	    &why) == NULL) {
		attempt_end(a, OUTCOME_NOT_TRIED, "%s", text_str(&why));
		text_done(&why);
		return;
	}
	p->transfer = (struct transfer){ .easy = curl_easy_init(),
	    .done = on_done, .heard = on_heard, .ctx = p };
	if (p->transfer.easy == NULL) {
		attempt_end(a, OUTCOME_NOT_TRIED, "no handle from libcurl");
		return;
	}
	set_target(p);
	set_tls(p);
	set_http(p);
	if (!dial_set_manners(p->transfer.easy, a))
		return;
	/* A connection that is only made is kept for settle(). */
	if (!a->look->endpoint->settings->http)
		curl_easy_setopt(p->transfer.easy, CURLOPT_FORBID_REUSE, 0L);
	if (!curl_loop_add(a->kit->curl, &p->transfer))
		attempt_end(a, OUTCOME_NOT_TRIED, "libcurl refused");
}

static void
https_expire(struct attempt *a)
{
	struct https_probe *p = a->own;

	note_status(p);
	if (p->tls_begun)
		trace_finish(&p->trace, a, TRACE_STALLED, 0);
	else
		attempt_end(a, OUTCOME_TIMEOUT, attempt_proxy(a) != NULL ?
		    "no connection through the proxy in time" :
		    "no answer to the connection attempt");
}

static void
https_stop(struct attempt *a)
{
	struct https_probe *p = a->own;

	if (p->waiting)
		event_del(&p->event);
	curl_loop_remove(a->kit->curl, &p->transfer);
	curl_slist_free_all(p->connect_to);
	free(p);
}

const struct way way_https = {
	.via = VIA_CURL,
	.start = https_start,
	.expire = https_expire,
	.stop = https_stop,
};
