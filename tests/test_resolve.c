/* SPDX-License-Identifier: ISC */
/* Names to addresses, asked of a name server of our own. */
#include "probe/resolve.h"

#include "test.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include "cwaudit/clock.h"
#include "cwaudit/endpoint.h"
#include "servers.h"

struct answers {
	unsigned calls;
	struct resolve_answer last;
	char error[80];		/* resolve_failure()'s, of "it" */
};

static struct event_base *base;
static unsigned outstanding;

static void
on_answer(void *ctx, const struct resolve_answer *a)
{
	struct answers *to = ctx;

	to->calls++;
	to->last = *a;
	if (a->n == 0) {
		struct text words = {0};

		resolve_failure(a, "it", &words);
		snprintf(to->error, sizeof(to->error), "%s", text_str(&words));
		text_done(&words);
	}
	outstanding--;
}

/* One resource record; the name is that of the question. */
static void
put_record(struct text *t, unsigned type, unsigned ttl_s, const void *data,
    size_t len)
{
	put(t, 0xc00c, 2);
	put(t, type, 2);
	put(t, 1, 2);
	put(t, ttl_s, 4);
	put(t, len, 2);
	text_add_bytes(t, data, len);
}

/*
 * many: 20 addresses, backwards, one of them twice. both: A and AAAA.
 * other: another address each time, for a minute; brief: the same, for a
 * second; once: the same, for no time. nothing: no data. quiet: no answer. broken: SERVFAIL. Else: no such name.
 */
static void
answer(const uint8_t *q, size_t len, struct text *t)
{
	bool many = memmem(q, len, "\4many", 5) != NULL;
	bool both = memmem(q, len, "\4both", 5) != NULL;
	bool nothing = memmem(q, len, "\7nothing", 8) != NULL;
	bool other = memmem(q, len, "\5other", 6) != NULL;
	bool brief = memmem(q, len, "\5brief", 6) != NULL;
	bool once = memmem(q, len, "\4once", 5) != NULL;
	static uint8_t asked;
	bool broken = memmem(q, len, "\6broken", 7) != NULL;
	unsigned type = (unsigned)q[len - 3];
	unsigned n = type == 1 ? (many ? 21 : both || other || brief || once) :
	    type == 28 ? both : 0;

	text_add_bytes(t, q, 2);
	put(t, broken ? 0x8182 : n > 0 || nothing ? 0x8180 : 0x8183, 2);
	put(t, 1, 2);
	put(t, n, 2);
	put(t, 0, 4);
	text_add_bytes(t, q + 12, len - 12);
	for (unsigned i = 0; i < n; i++) {
		uint8_t v4[4] = { 10, 0, 0, (uint8_t)(i < 20 ? 20 - i : 3) };
		uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8 };

		if (other || brief || once)
			v4[3] = ++asked;
		put_record(t, type, once ? 0 : brief ? 1 : 60,
		    type == 1 ? v4 : v6, type == 1 ? 4 : 16);
	}
}

static void
serve_names(int fd)
{
	uint8_t q[512];

	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		struct text t = {0};
		ssize_t n = recvfrom(fd, q, sizeof(q), 0, (void *)&from, &len);

		/* no EDNS: c-ares asks without */
		if (n < 17 || memmem(q, (size_t)n, "\5quiet", 6) != NULL)
			continue;
		answer(q, (size_t)n, &t);
		sendto(fd, t.data, t.len, 0, (void *)&from, len);
		text_done(&t);
	}
}

static struct server
name_server(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct server s;

	assert_int_equal(bind(fd, (void *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (void *)&at, &len), 0);
	s.port = ntohs(at.sin_port);
	s.pid = fork();
	if (s.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve_names(fd);
	}
	close(fd);
	return s;
}

static struct resolver *
resolver_at(uint16_t port)
{
	struct strings servers = {0};
	struct text why = {0}, address = {0};
	struct resolver *r;

	text_addf(&address, "127.0.0.1:%u", port);
	strings_add(&servers, text_str(&address));
	base = event_base_new();
	r = resolver_new(base, &servers, 200, &why);
	assert_non_null(r);
	strings_done(&servers);
	text_done(&address);
	return r;
}

static struct answers
ask(struct resolver *r, const char *name, int families)
{
	struct answers a = { .calls = 0 };

	outstanding = 1;
	resolver_ask(r, name, families, 0, on_answer, &a);
	while (outstanding > 0)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(a.calls, 1);
	return a;
}

static unsigned
last_byte(const struct resolve_answer *a, size_t i)
{
	struct sockaddr_in v4;

	memcpy(&v4, &a->address[i], sizeof(v4));
	assert_int_equal(v4.sin_family, AF_INET);
	assert_int_equal(v4.sin_port, 0);
	return ntohl(v4.sin_addr.s_addr) & 255;
}

static void
addresses_are_sorted_unique_and_bounded(void **state)
{
	struct server s = name_server();
	struct resolver *r = resolver_at(s.port);
	struct answers a = ask(r, "many.test", FAMILY_IPV4);

	(void)state;
	assert_int_equal(a.last.n, RESOLVE_MAX);
	assert_int_equal(a.last.left_out, 4);
	assert_null(a.last.error);
	for (size_t i = 0; i < RESOLVE_MAX; i++)
		assert_int_equal(last_byte(&a.last, i), i + 1);
	resolver_free(r);
	event_base_free(base);
	server_stop(&s);
}

static void
families_choose_what_is_asked(void **state)
{
	struct server s = name_server();
	struct resolver *r = resolver_at(s.port);
	struct answers a = ask(r, "both.test", FAMILY_IPV4);

	(void)state;
	assert_int_equal(a.last.n, 1);
	assert_int_equal(a.last.address[0].ss_family, AF_INET);
	a = ask(r, "both.test", FAMILY_IPV6);
	assert_int_equal(a.last.n, 1);
	assert_int_equal(a.last.address[0].ss_family, AF_INET6);
	a = ask(r, "both.test", FAMILY_IPV4 | FAMILY_IPV6);
	assert_int_equal(a.last.n, 2);
	assert_int_equal(a.last.address[0].ss_family, AF_INET);
	assert_int_equal(a.last.address[1].ss_family, AF_INET6);
	resolver_free(r);
	event_base_free(base);
	server_stop(&s);
}

static unsigned
asked_for(struct resolver *r, const char *name)
{
	struct answers a = ask(r, name, FAMILY_IPV4);

	assert_int_equal(a.last.n, 1);
	return last_byte(&a.last, 0);
}

static void
an_answer_is_kept_for_as_long_as_it_holds(void **state)
{
	struct server s = name_server();
	struct resolver *r = resolver_at(s.port);
	unsigned first = asked_for(r, "other.test");
	unsigned brief = asked_for(r, "brief.test");

	(void)state;
	assert_int_equal(asked_for(r, "other.test"), first);
	assert_int_equal(asked_for(r, "brief.test"), brief);
	assert_int_not_equal(asked_for(r, "once.test"),
	    asked_for(r, "once.test"));
	usleep(1100000);
	assert_int_equal(asked_for(r, "other.test"), first);
	assert_int_not_equal(asked_for(r, "brief.test"), brief);
	resolver_free(r);
	event_base_free(base);
	server_stop(&s);
}

static void
what_is_kept_has_its_bounds(void **state)
{
	struct resolve_cache *c = resolve_cache_new();
	struct resolve_answer a = { .n = 1 };

	(void)state;
	resolve_cache_keep(c, "a", FAMILY_IPV4, &a, 86400, 0);
	assert_non_null(resolve_cache_find(c, "a", FAMILY_IPV4,
	    RESOLVE_KEEP_S * 1000 - 1));
	assert_null(resolve_cache_find(c, "a", FAMILY_IPV4,
	    RESOLVE_KEEP_S * 1000));
	assert_null(resolve_cache_find(c, "a", FAMILY_IPV6, 0));
	a.n = 0;
	resolve_cache_keep(c, "b", FAMILY_IPV4, &a, 60, 0);
	assert_null(resolve_cache_find(c, "b", FAMILY_IPV4, 0));
	a.n = 1;
	for (int i = 0; i < 5000; i++) {	/* old names make room */
		char name[16];

		snprintf(name, sizeof(name), "n%d", i);
		resolve_cache_keep(c, name, FAMILY_IPV4, &a, 1, i * 100);
		assert_non_null(resolve_cache_find(c, name, FAMILY_IPV4,
		    i * 100 + 999));
	}
	resolve_cache_free(c);
}

static const struct {
	const char	*name;
	bool		 failed;
	const char	*error;
} failures[] = {
	{ "missing.test", false, "it does not resolve: no such name" },
	{ "nothing.test", false,
	    "it does not resolve: the name has no address" },
	{ "broken.test", true,
	    "it could not be looked up: no name server could answer" },
	{ "quiet.test", true,
	    "it could not be looked up: no answer from any name server" },
};

static void
failures_tell_silence_from_a_no(void **state)
{
	struct server s = name_server();
	struct resolver *r = resolver_at(s.port);

	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		struct answers a = ask(r, failures[i].name, FAMILY_IPV4);

		assert_int_equal(a.last.n, 0);
		assert_string_equal(a.error, failures[i].error);
		assert_int_equal(a.last.resolver_failed, failures[i].failed);
	}
	resolver_free(r);
	event_base_free(base);
	server_stop(&s);
}

static void
a_name_server_that_is_not_there_is_said(void **state)
{
	struct server s = server_none();
	struct resolver *r = resolver_at(s.port);
	struct answers a = ask(r, "both.test", FAMILY_IPV4);

	(void)state;
	assert_int_equal(a.last.n, 0);
	assert_true(a.last.resolver_failed);
	resolver_free(r);
	event_base_free(base);
}

static bool
hosts_file_names_localhost(void)
{
	FILE *f = fopen("/etc/hosts", "re");
	char line[256];
	bool found = false;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		found |= strncmp(line, "127.0.0.1", 9) == 0 &&
		    strstr(line, "localhost") != NULL;
	if (f != NULL)
		fclose(f);
	return found;
}

static void
literals_and_the_hosts_file_need_no_server(void **state)
{
	struct server s = server_none();
	struct resolver *r = resolver_at(s.port);
	struct answers a = ask(r, "10.20.30.40", FAMILY_IPV4);

	(void)state;
	assert_int_equal(a.last.n, 1);
	assert_int_equal(last_byte(&a.last, 0), 40);
	a = ask(r, "2001:db8::1", FAMILY_IPV4);
	assert_int_equal(a.last.n, 1);
	assert_int_equal(a.last.address[0].ss_family, AF_INET6);
	/* a bare system may come without the file */
	if (hosts_file_names_localhost()) {
		a = ask(r, "localhost", FAMILY_IPV4);
		assert_int_equal(a.last.n, 1);
		assert_int_equal(last_byte(&a.last, 0), 1);
	}
	resolver_free(r);
	event_base_free(base);
}

static void
pending_questions_are_dropped_in_silence(void **state)
{
	struct server s = name_server();
	struct resolver *r = resolver_at(s.port);
	struct answers a = { .calls = 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		resolver_ask(r, "quiet.test", FAMILY_IPV4 | FAMILY_IPV6, 0,
		    on_answer, &a);
	event_base_loop(base, EVLOOP_NONBLOCK);
	resolver_free(r);
	assert_int_equal(a.calls, 0);
	event_base_free(base);
	server_stop(&s);
}

/* The servers' own timeouts add up to more than a look may take. */
static void
a_question_is_given_up_at_its_deadline(void **state)
{
	struct server s = name_server();
	struct resolver *r = resolver_at(s.port);
	struct answers a = { .calls = 0 };
	int64_t began = clock_mono_ms(&clock_system);

	(void)state;
	outstanding = 2;
	resolver_ask(r, "quiet.test", FAMILY_IPV4, 60, on_answer, &a);
	resolver_ask(r, "both.test", FAMILY_IPV4, 60, on_answer, &a);
	while (outstanding > 0)
		event_base_loop(base, EVLOOP_ONCE);
	assert_in_range(clock_mono_ms(&clock_system) - began, 50, 180);
	assert_int_equal(a.calls, 2);
	assert_int_equal(a.last.n, 0);
	assert_true(a.last.resolver_failed);
	/* and what c-ares says of it later reaches nobody */
	outstanding = 1;
	resolver_ask(r, "quiet.test", FAMILY_IPV4, 0, on_answer, &a);
	while (outstanding > 0)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(a.calls, 3);
	resolver_free(r);
	event_base_free(base);
	server_stop(&s);
}

static void
a_server_that_is_none_is_refused(void **state)
{
	struct strings servers = {0};
	struct text why = {0};

	(void)state;
	strings_add(&servers, "not an address");
	base = event_base_new();
	assert_null(resolver_new(base, &servers, 200, &why));
	assert_true(why.len > 0);
	event_base_free(base);
	strings_done(&servers);
	text_done(&why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_sorted_unique_and_bounded),
		cmocka_unit_test(families_choose_what_is_asked),
		cmocka_unit_test(failures_tell_silence_from_a_no),
		cmocka_unit_test(a_name_server_that_is_not_there_is_said),
		cmocka_unit_test(literals_and_the_hosts_file_need_no_server),
		cmocka_unit_test(pending_questions_are_dropped_in_silence),
		cmocka_unit_test(a_question_is_given_up_at_its_deadline),
		cmocka_unit_test(a_server_that_is_none_is_refused),
		cmocka_unit_test(an_answer_is_kept_for_as_long_as_it_holds),
		cmocka_unit_test(what_is_kept_has_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
