/* SPDX-License-Identifier: ISC */
/* Names that a certificate needs, places, windows, words of enums. */
#include "cwaudit/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

/* A host with two sites, whose layout and TLS a case chooses. */
static struct host host;
static struct site sites[2];
static struct settings settings[2];

static void
set_up_host(enum layout a, bool tls_a, enum layout b, bool tls_b)
{
	static char *im[] = { "im.contoso.com", "as.im.contoso.com",
	    "download.im.contoso.com" };
	static char *chat[] = { "chat.contoso.com" };

	settings[0] = (struct settings){ .layout = a };
	settings[1] = (struct settings){ .layout = b };
	sites[0] = (struct site){ .host = &host, .name = im[0], .tls = tls_a,
	    .names = { im, 3, 3 }, .settings = &settings[0] };
	sites[1] = (struct site){ .host = &host, .name = chat[0],
	    .tls = tls_b, .names = { chat, 1, 1 }, .settings = &settings[1] };
	host = (struct host){ .fqdn = "cwa01.nwtraders.local", .sites = sites,
	    .n_sites = 2 };
}

#define S LAYOUT_SINGLE
#define P LAYOUT_SEPARATE
#define A LAYOUT_AUTO
#define BOTH "cwa01.nwtraders.local im.contoso.com as.im.contoso.com " \
	"download.im.contoso.com chat.contoso.com"
#define IM "im.contoso.com as.im.contoso.com download.im.contoso.com"

static const struct {
	enum layout a;
	bool tls_a;
	enum layout b;
	bool tls_b;
	enum endpoint_kind kind;	/* of the first site */
	enum layout judged;
	const char *role, *cn, *names;
	bool cn_is_host;
} cases[] = {
	{ S, true, S, true, ENDPOINT_HTTPS, S, "single",
	    "cwa01.nwtraders.local", BOTH, true },
	{ S, true, S, true, ENDPOINT_MTLS, S, "single",
	    "cwa01.nwtraders.local", BOTH, true },
	{ A, true, A, true, ENDPOINT_MTLS, A, "single",
	    "cwa01.nwtraders.local", BOTH, true },
	{ S, true, P, true, ENDPOINT_HTTPS, S, "single",
	    "cwa01.nwtraders.local", "cwa01.nwtraders.local " IM, true },
	{ S, true, A, false, ENDPOINT_MTLS, S, "single",
	    "cwa01.nwtraders.local", "cwa01.nwtraders.local " IM, true },
	{ P, true, P, true, ENDPOINT_HTTPS, P, "https", "im.contoso.com", IM,
	    false },
	{ P, true, P, true, ENDPOINT_MTLS, P, "mtls", "cwa01.nwtraders.local",
	    "", true },
	/* the other site's single certificate stands on every MTLS port */
	{ P, true, S, true, ENDPOINT_MTLS, P, "single",
	    "cwa01.nwtraders.local", "cwa01.nwtraders.local chat.contoso.com",
	    true },
	/* what was judged counts for the site itself */
	{ P, true, P, true, ENDPOINT_HTTPS, S, "single",
	    "cwa01.nwtraders.local", "cwa01.nwtraders.local " IM, true },
	/* nothing to share a certificate with */
	{ A, false, A, false, ENDPOINT_MTLS, A, "mtls",
	    "cwa01.nwtraders.local", "", true },
};

static void
a_certificate_carries_the_names_of_its_role(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		struct endpoint ep = { .kind = cases[i].kind, .host = &host,
		    .site = &sites[0] };
		struct expectation e;
		struct text t = {0};

		set_up_host(cases[i].a, cases[i].tls_a, cases[i].b,
		    cases[i].tls_b);
		expectation_init(&e, &ep, cases[i].judged);
		strings_join(&e.names, " ", &t);
		assert_string_equal(text_str(&t), cases[i].names);
		assert_string_equal(role_name(e.role), cases[i].role);
		assert_string_equal(e.cn, cases[i].cn);
		assert_int_equal(e.cn_is_host, cases[i].cn_is_host);
		text_done(&t);
		expectation_done(&e);
		assert_int_equal(e.names.n, 0);
	}
}

static void
a_published_entry_needs_its_own_names(void **state)
{
	static char *names[] = { "im.contoso.com", "as.im.contoso.com" };
	struct published p = { .url = "https://im.contoso.com",
	    .name = names[0], .names = { names, 2, 2 } };
	struct endpoint ep = { .kind = ENDPOINT_PUBLISHED, .published = &p };
	struct expectation e;

	(void)state;
	expectation_init(&e, &ep, LAYOUT_AUTO);
	assert_int_equal(e.role, ROLE_PUBLISHED);
	assert_string_equal(e.cn, "im.contoso.com");
	assert_false(e.cn_is_host);
	assert_int_equal(e.names.n, 2);
	expectation_done(&e);
	assert_string_equal(endpoint_owner(&ep), "https://im.contoso.com");
	assert_string_equal(endpoint_site(&ep), "im.contoso.com");
}

static void
a_place_puts_ipv6_in_brackets(void **state)
{
	static const struct { const char *address; uint16_t port;
	    const char *place; } places[] = {
		{ "10.20.30.42", 443, "10.20.30.42:443" },
		{ "2001:db8::1", 443, "[2001:db8::1]:443" },
		{ "cwa01.contoso.com", 5061, "cwa01.contoso.com:5061" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_N(places); i++) {
		struct text t = {0};

		endpoint_place(places[i].address, places[i].port, &t);
		assert_string_equal(text_str(&t), places[i].place);
		text_done(&t);
	}
}

static int64_t
at(const char *time)
{
	int64_t t;

	assert_true(clock_parse(time, &t));
	return t;
}

static void
maintenance_holds_within_its_windows_only(void **state)
{
	struct maintenance windows[] = {
		{ .from = at("2026-03-01T10:00Z"),
		    .until = at("2026-03-01T12:00Z"), .weekday = -1 },
		{ .weekday = 6, .start_s = 23 * 3600, .length_s = 4 * 3600 },
	};
	struct settings s = { .windows = windows, .n_windows = 2 };
	static const struct { const char *time; bool held; } times[] = {
		{ "2026-03-01T09:59:59Z", false },
		{ "2026-03-01T10:00:00Z", true },
		{ "2026-03-01T11:59:59Z", true },
		{ "2026-03-01T12:00:00Z", false },
		{ "2026-03-07T22:59:59Z", false },	/* a Saturday */
		{ "2026-03-07T23:00:00Z", true },
		{ "2026-03-08T02:59:59Z", true },	/* into Sunday */
		{ "2026-03-08T03:00:00Z", false },
		{ "1969-12-27T23:30:00Z", true },	/* before the epoch */
		{ "1969-12-27T22:30:00Z", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_N(times); i++)
		assert_int_equal(settings_in_maintenance(&s,
		    at(times[i].time)), times[i].held);
}

static void
the_setting_of_a_rule_is_found_by_its_id(void **state)
{
	struct rule_setting rules[] = {
		{ .rule = "no-cdp", .severity = SEVERITY_OFF },
		{ .rule = "weak-key", .severity = SEVERITY_NOTICE },
	};
	struct settings s = { .rules = rules, .n_rules = 2 };

	(void)state;
	assert_ptr_equal(settings_rule(&s, "weak-key"), &rules[1]);
	assert_null(settings_rule(&s, "weak"));
}

static void
enums_have_words(void **state)
{
	static const char *const roles[] = { "mtls", "https", "single",
	    "published" };
	enum role role;

	(void)state;
	for (size_t i = 0; i < ARRAY_N(roles); i++) {
		assert_true(role_parse(roles[i], &role));
		assert_string_equal(role_name(role), roles[i]);
	}
	assert_false(role_parse("MTLS", &role));
	assert_string_equal(endpoint_kind_name(ENDPOINT_MTLS), "mtls");
	assert_string_equal(layout_name(LAYOUT_SEPARATE), "separate");
	assert_string_equal(host_state_name(HOST_RETIRED), "retired");
	assert_string_equal(host_os_name(OS_2008R2), "2008r2");
	assert_string_equal(published_kind_name(PUBLISHED_PROXY),
	    "reverse-proxy");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_carries_the_names_of_its_role),
		cmocka_unit_test(a_published_entry_needs_its_own_names),
		cmocka_unit_test(a_place_puts_ipv6_in_brackets),
		cmocka_unit_test(maintenance_holds_within_its_windows_only),
		cmocka_unit_test(the_setting_of_a_rule_is_found_by_its_id),
		cmocka_unit_test(enums_have_words),
	};

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
