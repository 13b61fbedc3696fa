/* SPDX-License-Identifier: ISC */
/*
 * revoker.c - doubts in, answers out. A task works through the certificates
 * of one path; of each through the sources in their order, of each source
 * through its URLs, until one gives an answer.
 */
#include "revoker.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "cwaudit/mem.h"
#include "fetch.h"
#include "revoker_held.h"
#include "setup/thread.h"

#define BEAT_MS	1000

struct task {
	LIST_ENTRY(task) entry;
	struct revoker	*revoker;
	struct doubt	*doubt;
	int64_t		 began_ms;
	size_t		 item;
	enum revocation_source source;
	size_t		 url;		/* of the source */
};

struct revoker {
	struct revoker_options options;
	struct strings	 servers;
	pthread_t	 thread;
	bool		 started;
	struct queue	*questions, *answers;
	size_t		 open;		/* the conductor's count */
	struct event_base *base;
	struct event	*wake, *beat;
	struct fetcher	*fetcher;
	struct fetch_cache *cache;
	struct text	 cache_trouble;
	struct holder	 held;
	LIST_HEAD(, task) tasks;
	uint64_t	 beats;		/* atomic */
	bool		 stop;		/* atomic */
};

struct doubt *
doubt_new(struct setup *setup, const struct settings *settings,
    const struct chain *chain, const struct observation *seen)
{
	struct doubt *d = xcalloc(1, sizeof(*d));

	d->setup = setup_ref(setup);
	d->settings = settings;
	d->chain = chain_ref(chain);
	d->seen = observation_ref(seen);
	return d;
}

void
doubt_free(struct doubt *d)
{
	if (d == NULL)
		return;
	setup_unref(d->setup);
	chain_unref(d->chain);
	observation_free(d->seen);
	revocation_free(d->answer);
	free(d);
}

/* ---- one certificate ---- */

static const struct strings *
urls_of(const struct task *t)
{
	const struct cert *c = t->doubt->answer->item[t->item].cert;

	return t->source == REVOCATION_OCSP ? &c->ocsp : &c->cdp;
}

/* "; the CRL http://...: " before what is wrong with it */
static void
add_head(const struct task *t, const char *url, struct text *words)
{
	static const char *const names[] = {
		[REVOCATION_STAPLE] = "the stapled OCSP response",
		[REVOCATION_OCSP] = "OCSP ", [REVOCATION_CRL] = "CRL ",
	};

	text_addf(words, "%s%s%s: ", words->len > 0 ? "; " : "",
	    names[t->source], url != NULL ? url : "");
}

/* True where it is an answer; else why not is noted, and the next is tried. */
static bool
take(struct task *t, const char *url, struct revocation_status *s)
{
	struct revocation_item *item = &t->doubt->answer->item[t->item];

	if (s->answer == REVOCATION_UNKNOWN) {
		add_head(t, url, &item->status.words);
		text_add(&item->status.words, text_str(&s->words));
		revocation_status_done(s);
		return false;
	}
	revocation_status_done(&item->status);
	item->status = *s;
	item->source = t->source;
	item->url = url != NULL ? xstrdup(url) : NULL;
	return true;
}

static void
note(struct task *t, const char *url, const char *words)
{
	struct text *all = &t->doubt->answer->item[t->item].status.words;

	add_head(t, url, all);
	text_add(all, words);
}

/* The staple of the handshake speaks of the leaf. */
static bool
ask_staple(struct task *t)
{
	const struct observation_der *staple = &t->doubt->seen->staple;
	struct revocation_status s;

	if (t->item > 0 || staple->data == NULL)
		return false;
	revocation_status_init(&s);
	revocation_ocsp_ask(staple->data, staple->len,
	    t->doubt->answer->item[0].cert,
	    revocation_issuer(t->doubt->chain, 0),
	    clock_utc(t->revoker->options.clock), &s);
	return take(t, NULL, &s);
}

static bool
ask_held(struct task *t, struct held *h, const struct text *bytes,
    const char *url)
{
	struct revocation_status s;

	revocation_status_init(&s);
	holder_ask(&t->revoker->held, h, bytes,
	    t->doubt->answer->item[t->item].cert,
	    revocation_issuer(t->doubt->chain, t->item),
	    clock_utc(t->revoker->options.clock), &s);
	return take(t, url, &s);
}

/* SHA-256 of the URL, and of what is POSTed there. */
static void
key_of(const char *url, const struct text *body, uint8_t key[CERT_SHA256])
{
	struct text all = {0};

	text_add(&all, url);
	if (body->len > 0) {
		text_add_char(&all, '\n');
		text_add_bytes(&all, text_str(body), body->len);
	}
	cert_sha256((const uint8_t *)text_str(&all), all.len, key);
	text_done(&all);
}

static bool
make_body(const struct task *t, struct text *body)
{
	return t->source != REVOCATION_OCSP || revocation_ocsp_request(
	    t->doubt->answer->item[t->item].cert,
	    revocation_issuer(t->doubt->chain, t->item), body);
}

static void advance(struct task *);

static void
fetched(struct task *t, const struct text *bytes, const char *words)
{
	struct revoker *r = t->revoker;
	const char *url = urls_of(t)->item[t->url];
	struct text body = {0};
	uint8_t key[CERT_SHA256];
	bool answered = false;

	if (bytes == NULL) {
		note(t, url, words);
	} else {
		bool is_crl = t->source == REVOCATION_CRL;

		(void)make_body(t, &body);
		key_of(url, &body, key);
		answered = ask_held(t, holder_add(&r->held, key, is_crl, bytes,
		    clock_utc(r->options.clock)), bytes, url);
		text_done(&body);
	}
	t->url++;
	if (answered) {
		t->item++;
		t->source = REVOCATION_STAPLE;
		t->url = 0;
	}
	advance(t);
}

static void
on_fetched(void *ctx, const struct text *bytes, const char *words)
{
	fetched(ctx, bytes, words);
}

static void
fetch(struct task *t, const char *url, const struct text *body)
{
	const struct settings *set = t->doubt->settings;
	bool is_crl = t->source == REVOCATION_CRL;

	fetcher_get(t->revoker->fetcher, &(struct fetch_order){
		.url = url, .body = is_crl ? NULL : body,
		.type = "application/ocsp-request",
		.hosts = &set->revocation_hosts, .proxy = set->proxy,
		.proxy_credentials = set->proxy_credentials,
		.families = set->families,
		.max = is_crl ? REVOCATION_MAX_CRL : REVOCATION_MAX_OCSP,
	}, on_fetched, t);
}

enum tried { TRIED_ANSWERED, TRIED_NOTHING, TRIED_FETCHING };

static bool
is_late(const struct task *t)
{
	return clock_mono_ms(t->revoker->options.clock) - t->began_ms >
	    REVOKER_MS;
}

/* What is at hand, or a fetch. */
static enum tried
try_url(struct task *t, const char *url)
{
	struct revoker *r = t->revoker;
	struct text body = {0}, why = {0};
	uint8_t key[CERT_SHA256];
	struct held *h = NULL;
	enum tried tried = TRIED_NOTHING;
	struct text *words = &t->doubt->answer->item[t->item].status.words;

	if (!fetch_allowed(url, &t->doubt->settings->revocation_hosts, &why)) {
		note(t, url, text_str(&why));
		text_done(&why);
		return TRIED_NOTHING;
	}
	if (!make_body(t, &body)) {
		note(t, url, "no request could be made for it");
		return TRIED_NOTHING;
	}
	key_of(url, &body, key);
	h = holder_find(&r->held, key, t->source == REVOCATION_CRL,
	    clock_utc(r->options.clock));
	if (h != NULL) {
		size_t before = words->len;
		bool fresh = h->fetched;

		if (ask_held(t, h, NULL, url)) {
			tried = TRIED_ANSWERED;
		} else if (!fresh) {
			/* a file that is no use: as if it were not there */
			words->len = before;
			if (words->data != NULL)
				words->data[before] = '\0';
			holder_forget(&r->held, h);
			h = NULL;
		}
	}
	if (h == NULL && is_late(t)) {
		note(t, url, "no time was left to ask");
	} else if (h == NULL) {
		fetch(t, url, &body);
		tried = TRIED_FETCHING;
	}
	text_done(&body);
	return tried;
}

static enum tried
try_urls(struct task *t)
{
	const struct strings *urls = urls_of(t);

	for (; t->url < urls->n && t->url < REVOKER_URLS; t->url++) {
		enum tried tried = try_url(t, urls->item[t->url]);

		if (tried != TRIED_NOTHING)
			return tried;
	}
	t->url = 0;
	return TRIED_NOTHING;
}

/* From the source that it is at to the last. */
static enum tried
try_sources(struct task *t)
{
	struct revocation_item *item = &t->doubt->answer->item[t->item];
	enum tried tried;

	if (revocation_issuer(t->doubt->chain, t->item) == NULL) {
		text_add(&item->status.words, t->doubt->chain->status ==
		    CHAIN_NO_TRUST ? "no trust is configured, so no answer "
		    "could be verified" : "the certificate of its issuer was "
		    "found nowhere, so no answer could be verified");
		return TRIED_NOTHING;
	}
	if (t->source == REVOCATION_STAPLE) {
		if (ask_staple(t))
			return TRIED_ANSWERED;
		t->source = REVOCATION_OCSP;
	}
	if (t->source == REVOCATION_OCSP) {
		tried = try_urls(t);
		if (tried != TRIED_NOTHING)
			return tried;
		t->source = REVOCATION_CRL;
	}
	tried = try_urls(t);
	if (tried == TRIED_NOTHING && item->status.words.len == 0)
		text_add(&item->status.words, "it names neither an OCSP "
		    "responder nor a CRL");
	return tried;
}

static void
task_end(struct task *t)
{
	if (!queue_put(t->revoker->answers, t->doubt))
		abort();	/* as many as questions: ours if it happens */
	LIST_REMOVE(t, entry);
	free(t);
}

/* Until it has to wait for a fetch, or is through. */
static void
advance(struct task *t)
{
	while (t->item < t->doubt->answer->n) {
		if (try_sources(t) == TRIED_FETCHING)
			return;
		t->item++;
		t->source = REVOCATION_STAPLE;
		t->url = 0;
	}
	task_end(t);
}

/* ---- the thread ---- */

static void
begin(struct revoker *r, struct doubt *d)
{
	struct task *t = xcalloc(1, sizeof(*t));

	t->revoker = r;
	t->doubt = d;
	t->began_ms = clock_mono_ms(r->options.clock);
	t->source = REVOCATION_STAPLE;
	d->answer = revocation_new(d->chain);
	LIST_INSERT_HEAD(&r->tasks, t, entry);
	advance(t);
}

static void
on_wake(evutil_socket_t fd, short what, void *ctx)
{
	struct revoker *r = ctx;
	struct doubt *d;

	(void)fd;
	(void)what;
	if (__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE)) {
		(void)event_base_loopbreak(r->base);
		return;
	}
	for (int i = 0; i < 64 && (d = queue_take(r->questions)) != NULL; i++)
		begin(r, d);
}

static void
on_beat(evutil_socket_t fd, short what, void *ctx)
{
	struct revoker *r = ctx;

	__atomic_fetch_add(&r->beats, 1, __ATOMIC_RELAXED);
	on_wake(fd, what, ctx);
}

static void *
run(void *ctx)
{
	(void)event_base_dispatch(((struct revoker *)ctx)->base);
	return NULL;
}

static bool
prepare(struct revoker *r, struct text *why)
{
	const struct fetch_options options = {
		.base = r->base, .clock = r->options.clock,
		.user_agent = "cwaudit/" CWAUDIT_VERSION,
		.resolver_servers = &r->servers,
		.resolver_timeout_ms = r->options.resolver_timeout_ms,
	};
	const struct timeval beat = { BEAT_MS / 1000, 0 };

	r->fetcher = fetcher_new(&options, why);
	if (r->fetcher == NULL)
		return false;
	r->wake = event_new(r->base, queue_fd(r->questions), EV_READ |
	    EV_PERSIST, on_wake, r);
	r->beat = event_new(r->base, -1, EV_PERSIST, on_beat, r);
	if (r->wake != NULL && r->beat != NULL &&
	    event_add(r->wake, NULL) == 0 && event_add(r->beat, &beat) == 0)
		return true;
	text_add(why, "the loop for revocation could not be set up");
	return false;
}

static bool
start(struct revoker *r, struct text *why)
{

	r->questions = queue_new(REVOKER_QUESTIONS);
	r->answers = queue_new(REVOKER_QUESTIONS);
	r->base = event_base_new();
	if (r->questions == NULL || r->answers == NULL || r->base == NULL) {
		text_add(why, "no descriptor left for revocation");
		return false;
	}
	if (!prepare(r, why))
		return false;
	r->started = thread_start(&r->thread, "revoker", run, r);
	if (!r->started)
		text_add(why, "a thread for revocation could not be started");
	return r->started;
}

struct revoker *
revoker_new(const struct revoker_options *o, struct text *why)
{
	struct revoker *r = xcalloc(1, sizeof(*r));

	r->options = *o;
	strings_copy(&r->servers, o->resolver_servers);
	LIST_INIT(&r->tasks);
	if (o->cache != NULL)
		r->cache = fetch_cache_open(o->cache, clock_utc(o->clock),
		    &r->cache_trouble);
	r->held.cache = r->cache;
	if (start(r, why))
		return r;
	revoker_free(r);
	return NULL;
}

bool
revoker_ask(struct revoker *r, struct doubt *d)
{
	if (r->open >= REVOKER_QUESTIONS || !queue_put(r->questions, d))
		return false;
	r->open++;
	return true;
}

struct queue *
revoker_answers(struct revoker *r)
{
	return r->answers;
}

void
revoker_taken(struct revoker *r)
{
	r->open--;
}

const char *
revoker_cache_trouble(const struct revoker *r)
{
	return r->cache_trouble.len > 0 ? text_str(&r->cache_trouble) : NULL;
}

uint64_t
revoker_heartbeat(const struct revoker *r)
{
	return __atomic_load_n(&r->beats, __ATOMIC_RELAXED);
}

void
revoker_free(struct revoker *r)
{
	struct task *t;
	struct doubt *d;

	if (r == NULL)
		return;
	if (r->started) {
		__atomic_store_n(&r->stop, true, __ATOMIC_RELEASE);
		queue_wake(r->questions);
		(void)pthread_join(r->thread, NULL);
	}
	if (r->wake != NULL)
		event_free(r->wake);
	if (r->beat != NULL)
		event_free(r->beat);
	fetcher_free(r->fetcher);
	while ((t = LIST_FIRST(&r->tasks)) != NULL) {
		LIST_REMOVE(t, entry);
		doubt_free(t->doubt);
		free(t);
	}
	while (r->questions != NULL && (d = queue_take(r->questions)) != NULL)
		doubt_free(d);
	while (r->answers != NULL && (d = queue_take(r->answers)) != NULL)
		doubt_free(d);
	queue_free(r->questions);
	queue_free(r->answers);
	if (r->base != NULL)
		event_base_free(r->base);
	holder_done(&r->held);
	fetch_cache_close(r->cache);
	text_done(&r->cache_trouble);
	strings_done(&r->servers);
	free(r);
}
