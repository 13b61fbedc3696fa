/* SPDX-License-Identifier: ISC */
/* Host names, addresses and URLs: what comes out, or why nothing does. */
#include "cwaudit/name.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define L63	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* out NULL: refused; a word of the reason is in why. */
struct row { const char *in, *out, *why; };

static const struct row hosts[] = {
	{ "CWA01.Contoso.COM.", "cwa01.contoso.com", NULL },
	{ "a.b", "a.b", NULL },
	{ "3com.com", "3com.com", NULL },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example", NULL },
	{ L63 ".com", L63 ".com", NULL },
	{ "a" L63 ".com", NULL, "longer than 63" },
	{ L63 "." L63 "." L63 "." L63 ".com", NULL, "longer than 253" },
	{ "", NULL, "empty label" },
	{ ".", NULL, "empty label" },
	{ "a..com", NULL, "empty label" },
	{ ".a.com", NULL, "empty label" },
	{ "a.com..", NULL, "empty label" },
	{ "localhost", NULL, "no dot" },
	{ "-a.com", NULL, "hyphen" },
	{ "a-.com", NULL, "hyphen" },
	{ "a_b.com", NULL, "underscore" },
	{ "*.contoso.com", NULL, "wildcard" },
	{ "10.1.2.3", NULL, "is an address" },
	{ "10.1.2", NULL, "ends in a number" },
	{ "::1", NULL, "is an address" },
	{ "[::1]", NULL, "is an address" },
	{ "a b.com", NULL, "not a host name" },
	{ "a.com/x", NULL, "not a host name" },
	{ "a\n.com", NULL, "not a host name" },
	{ "b\xc3\xbc" "cher.de", NULL, "xn--" },
};

static const struct row addresses[] = {
	{ "10.20.30.41", "10.20.30.41", NULL },
	{ "2001:DB8:0:0::1", "2001:db8::1", NULL },
	{ "10.20.30", NULL, "not an IPv4" },
	{ "010.1.1.1", NULL, "not an IPv4" },
	{ "fe80::1%eth0", NULL, "not an IPv4" },
	{ "0.0.0.0", NULL, "no address of a host" },
	{ "::", NULL, "no address of a host" },
	{ "224.0.0.1", NULL, "multicast" },
	{ "255.255.255.255", NULL, "multicast" },
	{ "ff02::1", NULL, "multicast" },
	{ "[::1]", NULL, "brackets" },
	{ "10.0.0.0/8", NULL, "network" },
	{ "cwa01.contoso.com", NULL, "not an IPv4" },
};

static void
check(const struct row *row, const char *why, struct text *out)
{
	if (row->out != NULL) {
		assert_null(why);
		assert_string_equal(text_str(out), row->out);
	} else {
		assert_non_null(why);
		assert_non_null(strstr(why, row->why));
		assert_int_equal(out->len, 0);
	}
	text_done(out);
}

static void
host_names_are_normalised_or_refused(void **state)
{
	struct text out = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_N(hosts); i++)
		check(&hosts[i], name_host(hosts[i].in, &out), &out);
}

static void
addresses_are_normalised_or_refused(void **state)
{
	struct text out = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_N(addresses); i++)
		check(&addresses[i], name_address(addresses[i].in, &out),
		    &out);
}

static const struct { struct row row; uint16_t port; } urls[] = {
	{ { "https://im.contoso.com", "im.contoso.com", NULL }, 443 },
	{ { "HTTPS://IM.contoso.com./", "im.contoso.com", NULL }, 443 },
	{ { "https://im.contoso.com:8443/", "im.contoso.com", NULL }, 8443 },
	{ { "https://im.contoso.com:/", NULL, "port" }, 0 },
	{ { "https://im.contoso.com:65536", NULL, "port" }, 0 },
	{ { "https://im.contoso.com:4 4", NULL, "port" }, 0 },
	{ { "https://im.contoso.com/cwa", NULL, "path" }, 0 },
	{ { "https://im.contoso.com?x", NULL, "path" }, 0 },
	{ { "https://im.contoso.com#", NULL, "path" }, 0 },
	{ { "https://u@im.contoso.com", NULL, "user" }, 0 },
	{ { "https://[::1", NULL, "bracket" }, 0 },
	{ { "https://[::1]x", NULL, "between" }, 0 },
	{ { "https://", NULL, "empty label" }, 0 },
	{ { "http://im.contoso.com", NULL, "not https" }, 0 },
	{ { "im.contoso.com", NULL, "not a URL" }, 0 },
};

static void
site_urls_are_a_host_and_a_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(urls); i++) {
		struct text out = {0};
		uint16_t port = 0;

		check(&urls[i].row, name_site_url(urls[i].row.in, &out,
		    &port), &out);
		assert_int_equal(port, urls[i].port);
	}
}

static const struct row proxies[] = {
	{ "http://proxy.contoso.com:3128", "", NULL },
	{ "socks5://10.0.0.1:1080/", "", NULL },
	{ "http://[2001:db8::1]:443", "", NULL },
	{ "socks5://localhost:1080", "", NULL },
	{ "https://proxy.contoso.com:443", NULL, "scheme" },
	{ "http://proxy.contoso.com", NULL, "lacks a port" },
	{ "http://u:p@proxy.contoso.com:1", NULL, "user or password" },
	{ "http://[::1:80", NULL, "bracket" },
	{ "http://[x]:80", NULL, "not an IPv4" },
	{ "socks://p.contoso.com:1", NULL, "scheme" },
	{ "proxy.contoso.com:3128", NULL, "not a URL" },
	{ "http://proxy:3128", NULL, "no dot" },
};

static void
proxies_have_a_scheme_a_host_and_a_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(proxies); i++) {
		struct text none = {0};

		check(&proxies[i], name_proxy_url(proxies[i].in), &none);
	}
}

static void
paths_are_beside_their_file(void **state)
{
	static const struct { const char *base, *path, *is; } cases[] = {
		{ "/etc/c/a.yaml", "b.pem", "/etc/c/b.pem" },
		{ "/etc/c/a.yaml", "/b.pem", "/b.pem" },
		{ "a.yaml", "b.pem", "b.pem" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *s = name_beside(cases[i].base, cases[i].path);

		assert_string_equal(s, cases[i].is);
		free(s);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_names_are_normalised_or_refused),
		cmocka_unit_test(addresses_are_normalised_or_refused),
		cmocka_unit_test(site_urls_are_a_host_and_a_port),
		cmocka_unit_test(proxies_have_a_scheme_a_host_and_a_port),
		cmocka_unit_test(paths_are_beside_their_file),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
