/* SPDX-License-Identifier: ISC */
/*
 * fetch.c - transfers by libcurl: waiting for a turn, resolving, transferring,
 * over. A redirect goes back to resolving. finish() is the only way out.
 */
#include "fetch.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "cwaudit/mem.h"
#include "fetch_own.h"
#include "probe/look.h"


static int64_t
now_ms(const struct fetcher *f)
{
	return clock_mono_ms(f->options.clock);
}

/* ---- what failed lately ---- */

static const char *
find_sore(const struct fetcher *f, const uint8_t key[CERT_SHA256])
{
	return sores_find(&f->sores, key, now_ms(f));
}

static void
host_key(const struct fetch *t, uint8_t key[CERT_SHA256])
{
	struct text all = {0};

	text_addf(&all, "%s\n%s\n%s", t->proxy != NULL ? t->proxy : "",
	    t->url.host, t->url.port);
	cert_sha256((const uint8_t *)text_str(&all), all.len, key);
	text_done(&all);
}

static void
order_key(const struct fetch_order *o, uint8_t key[CERT_SHA256])
{
	struct text all = {0};

	text_addf(&all, "%s\n%s\n%s\n", o->url,
	    o->proxy != NULL ? o->proxy : "",
	    o->proxy_credentials != NULL ? o->proxy_credentials : "");
	strings_join(o->hosts, "\n", &all);
	text_addf(&all, "\n%d %zu\n", o->families, o->max);
	if (o->body != NULL)
		text_add_bytes(&all, text_str(o->body), o->body->len);
	cert_sha256((const uint8_t *)text_str(&all), all.len, key);
	text_done(&all);
}

static void
note_sores(struct fetch *t)
{
	struct fetcher *f = t->fetcher;
	int64_t until = now_ms(f) + FETCH_SORE_MS;
	uint8_t key[CERT_SHA256];

	if (t->words.len == 0 || t->was_sore)
		return;
	sores_add(&f->sores, t->key, text_str(&t->words), until);
	if (!t->host_failed)
		return;
	host_key(t, key);
	sores_add(&f->sores, key, text_str(&t->words), until);
}

/* ---- the end ---- */

static void start_waiting(struct fetcher *);

static void
forget_question(struct fetch *t)
{
	if (t->question != NULL)
		t->question->fetch = NULL;
	t->question = NULL;
}

static void
end_transfer(struct fetch *t)
{
	curl_loop_remove(t->fetcher->curl, &t->transfer);
	curl_slist_free_all(t->resolved);
	t->resolved = NULL;
}

static void
fetch_free(struct fetch *t)
{
	struct waiter *w;

	forget_question(t);
	end_transfer(t);
	while ((w = STAILQ_FIRST(&t->waiters)) != NULL) {
		STAILQ_REMOVE_HEAD(&t->waiters, entry);
		free(w);
	}
	TAILQ_REMOVE(&t->fetcher->fetches, t, entry);
	fetch_url_done(&t->url);
	curl_slist_free_all(t->headers);
	strings_done(&t->hosts);
	free(t->proxy);
	free(t->proxy_credentials);
	text_done(&t->body);
	text_done(&t->bytes);
	text_done(&t->words);
	if (t->timer != NULL)
		event_free(t->timer);
	if (t->work != NULL)
		event_free(t->work);
	free(t);
}

/* Tells everyone who waits, then makes room for another. */
static void
finish(struct fetch *t)
{
	struct fetcher *f = t->fetcher;
	struct waiter *w;
	bool good = t->words.len == 0;

	note_sores(t);
	STAILQ_FOREACH(w, &t->waiters, entry)
		w->done(w->ctx, good ? &t->bytes : NULL, text_str(&t->words));
	fetch_free(t);
	start_waiting(f);
}

/* It is over; who waits hears of it from the loop. */
void
fetch_fail(struct fetch *t, const char *words)
{
	if (t->state == FETCH_OVER)
		return;
	if (t->state != FETCH_WAITING)
		t->fetcher->under_way--;
	t->state = FETCH_OVER;
	forget_question(t);
	text_add(&t->words, words);
	event_active(t->work, EV_TIMEOUT, 0);
}

static void
succeed(struct fetch *t)
{
	fetch_fail(t, "");
}

/* ---- one transfer ---- */

static void resolve(struct fetch *);

/* Several hops have the time of one: the timer runs on. */
static void
follow(struct fetch *t, long status)
{
	char *to = NULL;
	struct text why = {0}, words = {0};
	struct fetch_url url;

	curl_easy_getinfo(t->transfer.easy, CURLINFO_REDIRECT_URL, &to);
	if (to == NULL) {
		text_addf(&words, "HTTP status %ld without a place to go",
		    status);
	} else if (++t->redirects > FETCH_REDIRECTS) {
		text_addf(&words, "redirected more than %d times",
		    FETCH_REDIRECTS);
	} else if (!fetch_url_parse(&url, to, &t->hosts, &why)) {
		text_add(&words, "redirected to ");
		text_add_escaped(&words, to, strlen(to), 200);
		text_addf(&words, ": %s", text_str(&why));
	} else {
		end_transfer(t);
		fetch_url_done(&t->url);
		t->url = url;
		text_reset(&t->bytes);
		resolve(t);
	}
	if (words.len > 0)
		fetch_fail(t, text_str(&words));
	text_done(&why);
	text_done(&words);
}

static void
judge_failure(struct fetch *t)
{
	struct text words = {0};
	long error = 0;

	curl_easy_getinfo(t->transfer.easy, CURLINFO_OS_ERRNO, &error);
	if (t->too_large || t->code == CURLE_FILESIZE_EXCEEDED) {
		text_addf(&words, "larger than %zu KiB", t->max >> 10);
	} else {
		t->host_failed = t->code == CURLE_COULDNT_CONNECT ||
		    t->code == CURLE_COULDNT_RESOLVE_PROXY;
		if (t->proxy != NULL)
			text_add(&words, "through the proxy: ");
		if (error != 0)
			text_add(&words, strerror((int)error));
		else
			text_add_escaped(&words, *t->errors != '\0' ?
			    t->errors : curl_easy_strerror(t->code),
			    strlen(*t->errors != '\0' ? t->errors :
			    curl_easy_strerror(t->code)), 200);
	}
	fetch_fail(t, text_str(&words));
	text_done(&words);
}

static void
judge(struct fetch *t)
{
	long status = 0;

	if (t->code != CURLE_OK) {
		judge_failure(t);
		return;
	}
	curl_easy_getinfo(t->transfer.easy, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200) {
		succeed(t);
	} else if (status == 301 || status == 302 || status == 303 ||
	    status == 307 || status == 308) {
		follow(t, status);
	} else {
		struct text words = {0};

		text_addf(&words, "HTTP status %ld", status);
		fetch_fail(t, text_str(&words));
		text_done(&words);
	}
}

/* From the loop, never from within libcurl or a caller. */
static void
on_work(evutil_socket_t fd, short what, void *ctx)
{
	struct fetch *t = ctx;

	(void)fd;
	(void)what;
	if (t->state == FETCH_OVER)
		finish(t);
	else if (t->state == FETCH_TRANSFER)
		judge(t);
}

static void
on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct fetch *t = ctx;

	(void)fd;
	(void)what;
	t->host_failed = t->state == FETCH_TRANSFER && t->bytes.len == 0;
	fetch_fail(t, t->state == FETCH_WAITING ? "no time was left to ask" :
	    "no whole answer within 10 s");
}

/* ---- names ---- */

static void
add_literal(const struct sockaddr_storage *a, struct text *out)
{
	char literal[INET6_ADDRSTRLEN] = "";

	if (a->ss_family == AF_INET)
		(void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const
		    void *)a)->sin_addr, literal, sizeof(literal));
	else
		(void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const
		    void *)a)->sin6_addr, literal, sizeof(literal));
	text_addf(out, a->ss_family == AF_INET ? "%s" : "[%s]", literal);
}

static void
resolved(struct fetch *t, const struct resolve_answer *answer)
{
	struct text line = {0}, words = {0};

	if (answer->n == 0) {
		resolve_failure(answer, t->url.host, &words);
		t->host_failed = true;
		fetch_fail(t, text_str(&words));
		text_done(&words);
		return;
	}
	text_addf(&line, "+%s:%s:", t->url.host, t->url.port);
	for (size_t i = 0; i < answer->n; i++) {
		text_add(&line, i > 0 ? "," : "");
		add_literal(&answer->address[i], &line);
	}
	t->resolved = curl_slist_append(NULL, text_str(&line));
	text_done(&line);
	fetch_transfer(t);
}

static void
on_resolved(void *ctx, const struct resolve_answer *answer)
{
	struct question *q = ctx;
	struct fetch *t = q->fetch;

	LIST_REMOVE(q, entry);
	free(q);
	if (t == NULL)
		return;
	t->question = NULL;
	resolved(t, answer);
}

/* By the project's own resolver: libcurl's makes a thread for each name. */
static void
resolve(struct fetch *t)
{
	struct sockaddr_storage literal;
	struct question *q;

	if (t->proxy != NULL || look_parse_address(t->url.host, &literal)) {
		fetch_transfer(t);
		return;
	}
	t->state = FETCH_RESOLVING;
	q = xcalloc(1, sizeof(*q));
	q->fetch = t;
	t->question = q;
	LIST_INSERT_HEAD(&t->fetcher->questions, q, entry);
	resolver_ask(t->fetcher->resolver, t->url.host, t->families, 0,
	    on_resolved, q);
}

/* ---- the beginning ---- */

static void
start(struct fetch *t)
{
	const struct timeval limit = { FETCH_MS / 1000, 0 };
	uint8_t key[CERT_SHA256];
	const char *sore;

	host_key(t, key);
	sore = find_sore(t->fetcher, key);
	if (sore != NULL) {
		t->was_sore = true;
		fetch_fail(t, sore);
		return;
	}
	t->fetcher->under_way++;
	t->state = FETCH_RESOLVING;
	(void)event_add(t->timer, &limit);
	resolve(t);
}

static void
start_waiting(struct fetcher *f)
{
	struct fetch *t;

	TAILQ_FOREACH(t, &f->fetches, entry) {
		if (f->under_way >= FETCH_AT_ONCE)
			return;
		if (t->state == FETCH_WAITING)
			start(t);
	}
}

static struct fetch *
find_fetch(struct fetcher *f, const uint8_t key[CERT_SHA256])
{
	struct fetch *t;

	TAILQ_FOREACH(t, &f->fetches, entry)
		if (memcmp(t->key, key, CERT_SHA256) == 0)
			return t;
	return NULL;
}

/* Copies the order. Where it must not be made, it is over at once. */
static struct fetch *
fetch_new(struct fetcher *f, const struct fetch_order *o,
    const uint8_t key[CERT_SHA256])
{
	const struct timeval limit = { FETCH_WAIT_MS / 1000, 0 };
	struct fetch *t = xcalloc(1, sizeof(*t));
	struct text why = {0};
	const char *sore = find_sore(f, key);

	t->fetcher = f;
	memcpy(t->key, key, CERT_SHA256);
	STAILQ_INIT(&t->waiters);
	TAILQ_INSERT_TAIL(&f->fetches, t, entry);
	t->timer = evtimer_new(f->options.base, on_timer, t);
	t->work = evtimer_new(f->options.base, on_work, t);
	if (t->timer == NULL || t->work == NULL)
		abort();	/* as without memory: see mem.h */
	strings_copy(&t->hosts, o->hosts);
	t->proxy = o->proxy != NULL ? xstrdup(o->proxy) : NULL;
	t->proxy_credentials = o->proxy_credentials != NULL ?
	    xstrdup(o->proxy_credentials) : NULL;
	t->families = o->families;
	t->max = o->max;
	t->post = o->body != NULL;
	if (t->post) {
		struct text type = {0};

		text_add_bytes(&t->body, text_str(o->body), o->body->len);
		text_addf(&type, "Content-Type: %s", o->type);
		t->headers = curl_slist_append(NULL, text_str(&type));
		t->headers = curl_slist_append(t->headers, "Expect:");
		text_done(&type);
	}
	(void)event_add(t->timer, &limit);
	t->was_sore = sore != NULL;
	if (sore != NULL)
		fetch_fail(t, sore);
	else if (!fetch_url_parse(&t->url, o->url, o->hosts, &why))
		fetch_fail(t, text_str(&why));
	text_done(&why);
	return t;
}

void
fetcher_get(struct fetcher *f, const struct fetch_order *o,
    fetch_done_fn *done, void *ctx)
{
	struct waiter *w = xcalloc(1, sizeof(*w));
	uint8_t key[CERT_SHA256];
	struct fetch *t;

	order_key(o, key);
	t = find_fetch(f, key);
	if (t == NULL)
		t = fetch_new(f, o, key);
	w->done = done;
	w->ctx = ctx;
	STAILQ_INSERT_TAIL(&t->waiters, w, entry);
	start_waiting(f);
}

struct fetcher *
fetcher_new(const struct fetch_options *o, struct text *why)
{
	struct fetcher *f = xcalloc(1, sizeof(*f));

	f->options = *o;
	TAILQ_INIT(&f->fetches);
	LIST_INIT(&f->questions);
	f->resolver = resolver_new(o->base, o->resolver_servers,
	    o->resolver_timeout_ms, why);
	f->curl = f->resolver != NULL ? curl_loop_new(o->base) : NULL;
	if (f->curl != NULL)
		return f;
	if (f->resolver != NULL)
		text_add(why, "libcurl gave no handle for fetching");
	fetcher_free(f);
	return NULL;
}

void
fetcher_free(struct fetcher *f)
{
	struct fetch *t;
	struct question *q;

	if (f == NULL)
		return;
	while ((t = TAILQ_FIRST(&f->fetches)) != NULL)
		fetch_free(t);
	resolver_free(f->resolver);
	while ((q = LIST_FIRST(&f->questions)) != NULL) {
		LIST_REMOVE(q, entry);
		free(q);
	}
	curl_loop_free(f->curl);
	sores_done(&f->sores);
	free(f);
}
