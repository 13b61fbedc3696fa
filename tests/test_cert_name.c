/* SPDX-License-Identifier: ISC */
/* RFC 9525 section 6.3, pattern by pattern. */
#include "cwaudit/cert.h"

#include <string.h>

#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

static const struct {
	const char	*pattern, *name;
	bool		 matches;
	const char	*why;
} cases[] = {
	{ "im.contoso.com", "im.contoso.com", true, "the same" },
	{ "IM.Contoso.COM", "im.contoso.com", true, "ASCII case folds" },
	{ "im.contoso.com", "im.contoso.com.", true,
	    "the reference may be absolute" },
	{ "im.contoso.com.", "im.contoso.com", false,
	    "the presented name may not" },
	{ "im.contoso.com.", "im.contoso.com.", false, "nor here" },
	{ "im.contoso.com", "im.contoso.com..", false, "one dot is stripped" },
	{ "im.contoso.com", "as.im.contoso.com", false, "no suffix match" },
	{ "contoso.com", "im.contoso.com", false, "no parent match" },
	{ "*.contoso.com", "im.contoso.com", true, "one label" },
	{ "*.contoso.com", "as.im.contoso.com", false, "not two" },
	{ "*.contoso.com", "contoso.com", false, "not none" },
	{ "*.contoso.com", ".contoso.com", false, "not an empty one" },
	{ "*.im.contoso.com", "as.im.contoso.com", true, "deeper" },
	{ "*.com", "contoso.com", false, "two labels must follow" },
	{ "*", "localhost", false, "nor alone" },
	{ "*.", "localhost", false, "nor before nothing" },
	{ "i*.contoso.com", "im.contoso.com", false, "no part of a label" },
	{ "*m.contoso.com", "im.contoso.com", false, "at neither end" },
	{ "im.*.com", "im.contoso.com", false, "left-most only" },
	{ "*.*.com", "im.contoso.com", false, "one only" },
	{ "*.contoso.com", "*.contoso.com", false,
	    "a reference is no pattern" },
	{ "*.contoso.com", "xn--bcher-kva.contoso.com", true,
	    "an A-label is a label" },
	{ "xn--bcher-kva.contoso.com", "XN--bcher-kva.contoso.com", true,
	    "A-labels fold too" },
	{ "b\xc3\xbc" "cher.contoso.com", "b\xc3\xbc" "cher.contoso.com", false,
	    "U-labels never match" },
	{ "10.0.0.1", "10.0.0.1", false, "an address is no name" },
	{ "*.0.0.1", "10.0.0.1", false, "nor with a wildcard" },
	{ "::1", "::1", false, "nor is this one" },
	{ "", "", false, "nothing is no name" },
	{ "", "a", false, "empty pattern" },
	{ "a..b", "a..b", false, "empty label" },
	{ ".a.b", ".a.b", false, "empty first label" },
	{ L63 ".com", L63 ".com", true, "63 is the limit" },
	{ L63 "g.com", L63 "g.com", false, "64 is over it" },
	{ "*.contoso.com", L63 "g.contoso.com", false,
	    "also where a wildcard stands" },
	{ "cwa01", "cwa01", true, "a short name is a name" },
	{ "cwa_01.contoso.com", "cwa_01.contoso.com", true,
	    "Windows names have underscores" },
	{ "im contoso.com", "im contoso.com", false, "no blanks" },
	{ "4.example4", "4.example4", true, "digits elsewhere are fine" },
};

static void
patterns_match_as_rfc_9525_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++)
		if (cert_name_matches(cases[i].pattern,
		    strlen(cases[i].pattern), cases[i].name) !=
		    cases[i].matches)
			fail_msg("%s against %s: %s", cases[i].pattern,
			    cases[i].name, cases[i].why);
}

static void
a_nul_in_a_pattern_ends_nothing(void **state)
{
	(void)state;
	assert_false(cert_name_matches("im.contoso.com\0.evil.example", 28,
	    "im.contoso.com"));
}

static void
names_over_253_bytes_never_match(void **state)
{
	char name[256];

	(void)state;
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 2 == 0 ? 'a' : '.';
	name[253] = '\0';
	assert_true(cert_name_matches(name, 253, name));
	name[253] = '.';
	name[254] = 'a';
	name[255] = '\0';
	assert_false(cert_name_matches(name, 255, name));
}

static void
subject_and_san_are_asked_apart(void **state)
{
	struct cert_cn cns[] = {
		{ { (char[]){ "CWA01.contoso.com" }, 17 }, true },
		{ { (char[]){ "*.contoso.com" }, 13 }, true },
		{ { (char[]){ "odd.contoso.com" }, 15 }, false },
	};
	struct cert_san sans[] = {
		{ CERT_SAN_DNS, { (char[]){ "*.contoso.com" }, 13 } },
		{ CERT_SAN_URI, { (char[]){ "im.fabrikam.com" }, 15 } },
	};
	struct cert c = { .cn = cns, .n_cn = 3, .san = sans, .n_san = 2 };

	(void)state;
	assert_true(cert_cn_is(&c, "cwa01.contoso.com"));
	assert_false(cert_cn_is(&c, "cwa02.contoso.com"));
	assert_false(cert_cn_is(&c, "odd.contoso.com"));
	assert_true(cert_san_covers(&c, "im.contoso.com"));
	assert_false(cert_san_covers(&c, "im.fabrikam.com"));
	assert_true(cert_san_has(&c, "*.CONTOSO.com"));
	assert_false(cert_san_has(&c, "im.contoso.com"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_as_rfc_9525_says),
		cmocka_unit_test(a_nul_in_a_pattern_ends_nothing),
		cmocka_unit_test(names_over_253_bytes_never_match),
		cmocka_unit_test(subject_and_san_are_asked_apart),
	};

	return cmocka_run_group_tests_name("cert_name", tests, NULL, NULL);
}
