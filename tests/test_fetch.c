/* SPDX-License-Identifier: ISC */
/*
 * Which URLs may be fetched at all, that one transfer serves all who ask, and
 * that what failed is not tried again at once. The server is within the test.
 */
#include "revoke/fetch.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/endpoint.h"
#include "probe/prober.h"
#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define LACKS	"not fetched: the inventory's revocation.hosts does not have "

static const struct { const char *url, *words; } urls[] = {
	{ "http://pki.contoso.com/a.crl", NULL },
	{ "HTTP://PKI.Contoso.com/a.crl", NULL },
	{ "http://pki.contoso.com./a.crl", NULL },
	{ "http://pki.contoso.com:80/Contoso CA(1).crl", NULL },
	{ "http://ocsp.contoso.com:8080/ocsp", NULL },
	{ "http://[::1]/x", NULL },
	{ "http://10.0.0.1:81/x", NULL },
	{ "http://pki.contoso.com:8080/a.crl", LACKS "pki.contoso.com:8080" },
	{ "http://ocsp.contoso.com/ocsp", LACKS "ocsp.contoso.com" },
	{ "http://evil.com/pki.contoso.com", LACKS "evil.com" },
	{ "http://pki.contoso.com.evil.com/", LACKS
	    "pki.contoso.com.evil.com" },
	{ "http://evil.com#@pki.contoso.com/", LACKS "evil.com" },
	{ "http://evil.com?@pki.contoso.com/", LACKS "evil.com" },
	{ "http://evil.com\\@pki.contoso.com/", "not a URL that can be used" },
	{ "http://pki.contoso.com@evil.com/", "has a user or password in it" },
	{ "http://a:b@pki.contoso.com/", "has a user or password in it" },
	{ "http://2130706433/", LACKS "127.0.0.1" },
	{ "http://10.0.0.1/x", LACKS "10.0.0.1" },
	{ "http://pki.contoso.com:99999/", "not a URL that can be used" },
	{ "http:///a.crl", LACKS "a.crl" },
	{ "http://pki.contoso.com/\x01", "not a URL that can be used" },
	{ "ldap:///CN=CA?x", "ldap: is out of the auditor's reach, which asks "
	    "by http only" },
	{ "file:///etc/passwd", "file: is out of the auditor's reach, which "
	    "asks by http only" },
	{ "https://pki.contoso.com/", "https: is out of the auditor's reach, "
	    "which asks by http only" },
	{ "pki.contoso.com/a.crl", "not a URL of http" },
	{ "", "not a URL of http" },
};

static void
only_listed_hosts_by_http(void **state)
{
	struct strings hosts = {0};

	(void)state;
	strings_add(&hosts, "pki.contoso.com");
	strings_add(&hosts, "ocsp.contoso.com:8080");
	strings_add(&hosts, "[::1]");
	strings_add(&hosts, "10.0.0.1:81");
	for (size_t i = 0; i < ARRAY_N(urls); i++) {
		struct text why = {0};
		bool allowed = fetch_allowed(urls[i].url, &hosts, &why);

		if (allowed != (urls[i].words == NULL) ||
		    strcmp(text_str(&why), allowed ? "" : urls[i].words) != 0)
			fail_msg("%s: %s", urls[i].url, allowed ? "allowed" :
			    text_str(&why));
		text_done(&why);
	}
	strings_done(&hosts);
}

/* ---- with a server ---- */

struct world {
	struct event_base *base;
	struct evhttp	*http;
	struct fetcher	*fetcher;
	unsigned	 port, requests, waiting;
	struct strings	 hosts, none;
	struct text	 url, got;	/* "BYTES|WORDS; " of each answer */
	int64_t		 now_ms;
	struct clock	 clock;
};

static int64_t
now_ms(void *ctx)
{
	return ((struct world *)ctx)->now_ms;
}

static void
on_request(struct evhttp_request *r, void *ctx)
{
	struct world *w = ctx;
	struct evbuffer *out = evbuffer_new();

	w->requests++;
	if (strcmp(evhttp_request_get_uri(r), "/never") == 0) {
		evbuffer_free(out);
		return;
	}
	evbuffer_add_printf(out, "%s", evhttp_request_get_command(r) ==
	    EVHTTP_REQ_POST ? "posted:" : "got");
	evbuffer_add_buffer(out, evhttp_request_get_input_buffer(r));
	if (strcmp(evhttp_request_get_uri(r), "/bad") == 0)
		evhttp_send_error(r, 500, "Bad");
	else
		evhttp_send_reply(r, 200, "OK", out);
	evbuffer_free(out);
}

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct fetch_options o;
	struct evhttp_bound_socket *bound;
	struct sockaddr_in at;
	socklen_t len = sizeof(at);
	struct text why = {0};

	assert_true(prober_global_init(&why));
	w->base = event_base_new();
	w->http = evhttp_new(w->base);
	evhttp_set_gencb(w->http, on_request, w);
	bound = evhttp_bind_socket_with_handle(w->http, "127.0.0.1", 0);
	assert_non_null(bound);
	assert_int_equal(getsockname(evhttp_bound_socket_get_fd(bound),
	    (struct sockaddr *)&at, &len), 0);
	w->port = ntohs(at.sin_port);
	w->clock = (struct clock){ now_ms, now_ms, w };
	o = (struct fetch_options){ w->base, &w->clock, "test", &w->none,
	    1000 };
	w->fetcher = fetcher_new(&o, &why);
	if (w->fetcher == NULL)
		fail_msg("%s", text_str(&why));
	text_addf(&w->url, "127.0.0.1:%u", w->port);
	strings_add(&w->hosts, text_str(&w->url));
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	fetcher_free(w->fetcher);
	evhttp_free(w->http);
	event_base_free(w->base);
	strings_done(&w->hosts);
	text_done(&w->url);
	text_done(&w->got);
	free(w);
	return 0;
}

static void
on_fetched(void *ctx, const struct text *bytes, const char *words)
{
	struct world *w = ctx;

	text_addf(&w->got, "%s|%s; ", bytes != NULL ? text_str(bytes) : "-",
	    words);
	if (--w->waiting == 0)
		event_base_loopbreak(w->base);
}

static void
ask(struct world *w, const char *path, const char *body)
{
	struct text url = {0}, post = {0};

	text_addf(&url, "http://127.0.0.1:%u%s", w->port, path);
	text_add(&post, body != NULL ? body : "");
	w->waiting++;
	fetcher_get(w->fetcher, &(struct fetch_order){
		.url = text_str(&url), .body = body != NULL ? &post : NULL,
		.type = "text/plain", .hosts = &w->hosts,
		.families = FAMILY_IPV4, .max = 1000 }, on_fetched, w);
	text_done(&url);
	text_done(&post);
}

static void
expect(struct world *w, const char *got, unsigned requests)
{
	assert_string_equal(text_str(&w->got), "");	/* not from within */
	event_base_dispatch(w->base);
	assert_string_equal(text_str(&w->got), got);
	assert_int_equal(w->requests, requests);
	text_reset(&w->got);
}

static void
one_transfer_serves_all_who_ask_meanwhile(void **state)
{
	struct world *w = *state;

	ask(w, "/a", NULL);
	ask(w, "/a", NULL);
	ask(w, "/a", NULL);
	expect(w, "got|; got|; got|; ", 1);
	ask(w, "/a", NULL);
	expect(w, "got|; ", 2);
	ask(w, "/a", "x");
	expect(w, "posted:x|; ", 3);
}

static void
more_than_fit_take_turns(void **state)
{
	struct world *w = *state;
	struct text want = {0};
	char path[16];

	for (unsigned i = 0; i < 3 * FETCH_AT_ONCE; i++) {
		snprintf(path, sizeof(path), "/%u", i);
		ask(w, path, NULL);
		text_add(&want, "got|; ");
	}
	expect(w, text_str(&want), 3 * FETCH_AT_ONCE);
	text_done(&want);
}

static void
what_failed_rests_a_while(void **state)
{
	struct world *w = *state;

	ask(w, "/bad", NULL);
	expect(w, "-|HTTP status 500; ", 1);
	ask(w, "/bad", NULL);
	expect(w, "-|HTTP status 500; ", 1);
	ask(w, "/good", NULL);			/* its host is well */
	expect(w, "got|; ", 2);
	w->now_ms += FETCH_SORE_MS;
	ask(w, "/bad", NULL);
	expect(w, "-|HTTP status 500; ", 3);
}

static void
a_host_that_is_down_rests_as_a_whole(void **state)
{
	struct world *w = *state;

	evhttp_free(w->http);
	w->http = evhttp_new(w->base);
	ask(w, "/a", NULL);
	expect(w, "-|Connection refused; ", 0);
	evhttp_set_gencb(w->http, on_request, w);
	assert_int_equal(evhttp_bind_socket(w->http, "127.0.0.1",
	    (uint16_t)w->port), 0);
	ask(w, "/b", NULL);
	expect(w, "-|Connection refused; ", 0);
	w->now_ms += FETCH_SORE_MS;
	ask(w, "/b", NULL);
	expect(w, "got|; ", 1);
}

static void
what_is_under_way_can_be_dropped(void **state)
{
	struct world *w = *state;

	ask(w, "/never", NULL);
	while (w->requests == 0)
		(void)event_base_loop(w->base, EVLOOP_ONCE);
	ask(w, "/b", NULL);
	assert_string_equal(text_str(&w->got), "");	/* end() drops them */
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_listed_hosts_by_http),
		TEST(one_transfer_serves_all_who_ask_meanwhile),
		TEST(more_than_fit_take_turns),
		TEST(what_failed_rests_a_while),
		TEST(a_host_that_is_down_rests_as_a_whole),
		TEST(what_is_under_way_can_be_dropped),
	};

	return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
