/* SPDX-License-Identifier: ISC */
/* Which certificates are asked for, and what is refused and why. */
#include "cwaudit/request.h"

#include <stdlib.h>
#include <string.h>

#include "plans.h"

static void
every_topology_asks_for_what_it_needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(plans); i++) {
		struct inventory *inv = example(plans[i].file);
		struct requests rs = {0};
		struct text said = {0};

		add_all(inventory_find(inv, plans[i].host), plans[i].as, &rs);
		describe(&rs, &said);
		if (strcmp(text_str(&said), plans[i].requests) != 0)
			fail_msg("%s: %s", plans[i].file, text_str(&said));
		text_done(&said);
		requests_done(&rs);
		inventory_unref(inv);
	}
}

static void
mixed_layouts_make_one_certificate_for_each_binding(void **state)
{
	struct inventory *inv = world_inventory("hosts:\n"
	    "  - fqdn: " CWA01 "\n    sites:\n"
	    "      - {url: 'https://a.b', mtls_port: 1, layout: single}\n"
	    "      - {url: 'https://c.d:8443', mtls_port: 2,"
	    " layout: separate, sharing: no, listen: {port: 8443}}\n"
	    "      - {url: 'https://c.d:8444', mtls_port: 3,"
	    " layout: separate, sharing: no, listen: {port: 8444}}\n");
	struct requests rs = {0};
	struct text said = {0};

	(void)state;
	add_all(&inv->hosts[0], 0, &rs);
	describe(&rs, &said);
	assert_string_equal(text_str(&said), "single " CWA01 ": " CWA01
	    " a.b as.a.b download.a.b; https c.d: c.d");
	assert_int_equal(rs.item[1].sites.n, 2);
	assert_string_equal(rs.item[1].file, CWA01 "-https-c.d");
	text_done(&said);
	requests_done(&rs);
	inventory_unref(inv);
}

static void
layouts_that_were_seen_stand_in_for_undeclared_ones(void **state)
{
	struct inventory *inv = example("ipv6");
	enum layout seen = LAYOUT_SEPARATE;
	struct requests rs = {0};
	struct text why = {0}, said = {0};

	(void)state;
	assert_true(requests_of_host(&(struct request_plan){
	    .host = &inv->hosts[0], .layouts = &seen }, &rs, &why));
	describe(&rs, &said);
	assert_string_equal(text_str(&said), "mtls " CWA01 ": " CWA01
	    "; https im.contoso.com: " SITE_NAMES);
	text_done(&said);
	requests_done(&rs);
	inventory_unref(inv);
}

/* ---- what cannot be issued ---- */

#define X60	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
	const char	*fqdn, *url;
	enum role	 as;
	const char	*why;		/* a part of it; NULL: fine */
} by_hand[] = {
	{ CWA01, "https://im.contoso.com", 0, NULL },
	{ CWA01, NULL, 0, NULL },
	{ CWA01, NULL, ROLE_MTLS, NULL },
	{ CWA01, NULL, ROLE_SINGLE, "no site" },
	{ CWA01, NULL, ROLE_HTTPS, "no site" },
	{ "CWA01.NWTraders.Local.", "https://IM.contoso.com:8443/", 0, NULL },
	{ "cwa01", NULL, 0, "no dot" },
	{ "*.contoso.com", NULL, 0, "wildcard" },
	{ "10.1.2.3", NULL, 0, "address" },
	{ "a.b\nSubject=c", NULL, 0, "is not a host name" },
	{ "a.b\" c", NULL, 0, "is not a host name" },
	{ CWA01, "https://a.b/x", 0, "path" },
	{ CWA01, "http://a.b", 0, "not https" },
	{ CWA01, "https://[2001:db8::1]", 0, "address" },
	/* 64 characters are the most (ub-common-name), 65 too many */
	{ X60 ".com", NULL, 0, NULL },
	{ X60 "x.com", NULL, 0, "shorter DNS suffix" },
	{ X60 "x.com", "https://a.b", ROLE_SINGLE, "shorter DNS suffix" },
	{ CWA01, "https://" X60 ".com", ROLE_HTTPS, NULL },
	{ CWA01, "https://" X60 "x.com", ROLE_HTTPS, "under a shorter name" },
	/* long names may stand in a SAN */
	{ CWA01, "https://" X60 "x.com", ROLE_SINGLE, NULL },
	/* but "download." must fit in front of them */
	{ CWA01, "https://" X60 "." X60 "." X60 "." X60 ".contos.com",
	    ROLE_SINGLE, "longer than 253" },
};

static void
what_cannot_be_issued_is_refused_with_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(by_hand); i++) {
		struct strings urls = {0};
		struct requests rs = {0};
		struct text why = {0};
		bool ok;

		if (by_hand[i].url != NULL)
			strings_add(&urls, by_hand[i].url);
		ok = requests_by_hand(by_hand[i].fqdn, &urls, by_hand[i].as,
		    OS_UNKNOWN, &rs, &why);
		if (ok != (by_hand[i].why == NULL) ||
		    (!ok && strstr(text_str(&why), by_hand[i].why) == NULL))
			fail_msg("%s %s: %s", by_hand[i].fqdn,
			    by_hand[i].url != NULL ? by_hand[i].url : "",
			    text_str(&why));
		assert_true(ok == (rs.n > 0));
		requests_done(&rs);
		strings_done(&urls);
		text_done(&why);
	}
}

static void
hosts_that_need_none_say_so(void **state)
{
	struct inventory *inv = example("offload");
	struct inventory *old = world_inventory("hosts:\n"
	    "  - {fqdn: a.b, state: retired}\n");
	struct requests rs = {0};
	struct text why = {0};

	(void)state;
	assert_false(requests_of_host(&(struct request_plan){
	    .host = &inv->hosts[0], .as = ROLE_SINGLE }, &rs, &why));
	assert_non_null(strstr(text_str(&why), "belongs to what stands in"));
	text_reset(&why);
	assert_false(requests_of_host(&(struct request_plan){
	    .host = &old->hosts[0] }, &rs, &why));
	assert_non_null(strstr(text_str(&why), "retired"));
	text_done(&why);
	assert_int_equal(rs.n, 0);
	inventory_unref(inv);
	inventory_unref(old);
}

static void
what_stands_in_front_gets_one_unless_it_passes_through(void **state)
{
	struct inventory *offload = example("offload");
	struct inventory *array = example("array");
	struct requests rs = {0};
	struct text why = {0}, said = {0};

	(void)state;
	assert_true(requests_of_published(&offload->published[0], OS_UNKNOWN,
	    &rs, &why));
	describe(&rs, &said);
	assert_string_equal(text_str(&said),
	    "published im.contoso.com: " SITE_NAMES);
	assert_false(request_format_find("lcscmd")->write(rs.item, &plain,
	    &said, &why));
	text_reset(&why);
	assert_false(requests_of_published(&array->published[0], OS_UNKNOWN,
	    &rs, &why));
	assert_int_equal(rs.n, 1);
	text_done(&said);
	text_done(&why);
	requests_done(&rs);
	inventory_unref(offload);
	inventory_unref(array);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_topology_asks_for_what_it_needs),
		cmocka_unit_test(
		    mixed_layouts_make_one_certificate_for_each_binding),
		cmocka_unit_test(
		    layouts_that_were_seen_stand_in_for_undeclared_ones),
		cmocka_unit_test(
		    what_cannot_be_issued_is_refused_with_a_reason),
		cmocka_unit_test(hosts_that_need_none_say_so),
		cmocka_unit_test(
		    what_stands_in_front_gets_one_unless_it_passes_through),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
