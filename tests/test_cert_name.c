/* SPDX-License-Identifier: ISC */
/* RFC 9525 section 6.3, pattern by pattern. */
#include "cwaudit/cert.h"

#include <string.h>

#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

/* The pattern with its length: it may hold a NUL. */
#define P(pattern)	pattern, sizeof(pattern) - 1

static const struct {
	const char	*pattern;
	size_t		 len;
	const char	*name;
	bool		 matches;
	const char	*why;
} cases[] = {
	{ P("im.contoso.com"), "im.contoso.com", true, "the same" },
	{ P("IM.Contoso.COM"), "im.contoso.com", true, "ASCII case folds" },
	{ P("im.contoso.com"), "im.contoso.com.", true,
	    "the reference may be absolute" },
	{ P("im.contoso.com."), "im.contoso.com", false,
	    "the presented name may not" },
	{ P("im.contoso.com."), "im.contoso.com.", false, "nor here" },
	{ P("im.contoso.com"), "im.contoso.com..", false, "one dot is stripped" },
	{ P("im.contoso.com"), "as.im.contoso.com", false, "no suffix match" },
	{ P("contoso.com"), "im.contoso.com", false, "no parent match" },
	{ P("*.contoso.com"), "im.contoso.com", true, "one label" },
	{ P("*.contoso.com"), "as.im.contoso.com", false, "not two" },
	{ P("*.contoso.com"), "contoso.com", false, "not none" },
	{ P("*.contoso.com"), ".contoso.com", false, "not an empty one" },
	{ P("*.im.contoso.com"), "as.im.contoso.com", true, "deeper" },
	{ P("*.com"), "contoso.com", false, "two labels must follow" },
	{ P("*"), "localhost", false, "nor alone" },
	{ P("*."), "localhost", false, "nor before nothing" },
	{ P("i*.contoso.com"), "im.contoso.com", false, "no part of a label" },
	{ P("*m.contoso.com"), "im.contoso.com", false, "at neither end" },
	{ P("im.*.com"), "im.contoso.com", false, "left-most only" },
	{ P("*.*.com"), "im.contoso.com", false, "one only" },
	{ P("*.contoso.com"), "*.contoso.com", false,
	    "a reference is no pattern" },
	{ P("*.contoso.com"), "xn--bcher-kva.contoso.com", true,
	    "an A-label is a label" },
	{ P("xn--bcher-kva.contoso.com"), "XN--bcher-kva.contoso.com", true,
	    "A-labels fold too" },
	{ P("b\xc3\xbc" "cher.contoso.com"), "b\xc3\xbc" "cher.contoso.com", false,
	    "U-labels never match" },
	{ P("10.0.0.1"), "10.0.0.1", false, "an address is no name" },
	{ P("*.0.0.1"), "10.0.0.1", false, "nor with a wildcard" },
	{ P("::1"), "::1", false, "nor is this one" },
	{ P(""), "", false, "nothing is no name" },
	{ P(""), "a", false, "empty pattern" },
	{ P("a..b"), "a..b", false, "empty label" },
	{ P(".a.b"), ".a.b", false, "empty first label" },
	{ P(L63 ".com"), L63 ".com", true, "63 is the limit" },
	{ P(L63 "g.com"), L63 "g.com", false, "64 is over it" },
	{ P("*.contoso.com"), L63 "g.contoso.com", false,
	    "also where a wildcard stands" },
	{ P("cwa01"), "cwa01", true, "a short name is a name" },
	{ P("cwa_01.contoso.com"), "cwa_01.contoso.com", true,
	    "Windows names have underscores" },
	{ P("im contoso.com"), "im contoso.com", false, "no blanks" },
	{ P("4.example4"), "4.example4", true, "digits elsewhere are fine" },
	/* trailing dots */
	{ P("*.contoso.com"), "im.contoso.com.", true,
	    "an absolute reference, too" },
	{ P("*.contoso.com."), "im.contoso.com", false,
	    "no presented dot behind a wildcard" },
	{ P("im.contoso.com.."), "im.contoso.com", false, "nor two" },
	{ P("."), ".", false, "the root is no host" },
	{ P("."), "", false, "nor is nothing" },
	{ P(".im.contoso.com"), "im.contoso.com", false, "no leading dot" },
	/* wildcards */
	{ P("*.contoso.com"), "IM.CONTOSO.COM", true, "case folds beside it" },
	{ P("*.CONTOSO.com"), "im.contoso.com", true, "and in it" },
	{ P("*.contoso.com"), "-.contoso.com", true,
	    "whatever the label is" },
	{ P("*.im.contoso.com"), "im.contoso.com", false,
	    "not the parent itself" },
	{ P("*.im.contoso.com"), "download.im.contoso.com", true,
	    "but what is below it" },
	{ P("*.contoso.com"), "download.im.contoso.com", false,
	    "what breaks R2: two labels" },
	{ P("**.contoso.com"), "im.contoso.com", false, "one star" },
	{ P("*im.contoso.com"), "im.contoso.com", false, "a star and more" },
	{ P("im*.contoso.com"), "im.contoso.com", false, "more and a star" },
	{ P("i*m.contoso.com"), "iam.contoso.com", false, "in the middle" },
	{ P("xn--*.contoso.com"), "xn--bcher-kva.contoso.com", false,
	    "nor within an A-label" },
	{ P("im.contoso.*"), "im.contoso.com", false, "not right-most" },
	{ P("*.contoso.com"), "xcontoso.com", false, "a dot is a dot" },
	{ P("*contoso.com"), "im.contoso.com", false, "and no part of it" },
	{ P("*."), "a.", false, "nothing follows" },
	{ P("*.."), "a..", false, "nor here" },
	{ P("*.a"), "b.a", false, "a public suffix alone" },
	{ P("*.co.uk"), "contoso.co.uk", true,
	    "no list of suffixes is asked" },
	{ P("*.contoso..com"), "im.contoso..com", false, "empty label" },
	{ P("*.*"), "contoso.com", false, "a star for the rest" },
	{ P("*.contoso.com"), "a b.contoso.com", false, "a blank label" },
	{ P("*.contoso.com"), "*.contoso.com.", false,
	    "a pattern is no reference" },
	/* addresses */
	{ P("10.0.0.1"), "10.0.0.1.", false, "with a dot, too" },
	{ P("*.0.0.1"), "127.0.0.1", false, "no wildcard for addresses" },
	{ P("010.0.0.1"), "10.0.0.1", false, "in no notation" },
	{ P("0x0a.0.0.1"), "0x0a.0.0.1", false, "that ends in a number" },
	{ P("167772161"), "167772161", false, "one number" },
	{ P("fe80::1"), "fe80::1", false, "colons" },
	{ P("[::1]"), "[::1]", false, "brackets" },
	{ P("im.contoso.com:443"), "im.contoso.com", false, "no port" },
	{ P("https://im.contoso.com"), "im.contoso.com", false, "no URL" },
	{ P("im.contoso.com/"), "im.contoso.com", false, "no path" },
	{ P("user@im.contoso.com"), "im.contoso.com", false, "no mailbox" },
	/* U-labels and A-labels */
	{ P("xn--bcher-kva.contoso.com"), "b\xc3\xbc" "cher.contoso.com", false,
	    "no conversion" },
	{ P("b\xc3\xbc" "cher.contoso.com"), "xn--bcher-kva.contoso.com", false,
	    "in neither direction" },
	{ P("B\xc3\x9c" "CHER.contoso.com"), "b\xc3\xbc" "cher.contoso.com",
	    false, "nor folding" },
	{ P("b\xfc" "cher.contoso.com"), "b\xfc" "cher.contoso.com", false,
	    "nor Latin-1" },
	{ P("*.contoso.com"), "b\xc3\xbc" "cher.contoso.com", false,
	    "nor under a wildcard" },
	{ P("xn--bcher-kva.contoso.com"), "xn--bcher-kvA.contoso.com", true,
	    "an A-label is ASCII" },
	/* ASCII alone folds: K is U+212A, the Kelvin sign, and s is U+017F */
	{ P("im.contoso.com"), "im.conto\xc5\xbf" "o.com", false,
	    "no long s" },
	{ P("\xe2\x84\xaa.contoso.com"), "k.contoso.com", false,
	    "no Kelvin sign" },
	{ P("\xc4\xb0m.contoso.com"), "im.contoso.com", false,
	    "no dotted capital I" },
	{ P("[m.contoso.com"), "{m.contoso.com", false,
	    "nor what is 32 apart and no letter" },
	{ P("im.contoso.com"), "1m.contoso.com", false, "nor look-alikes" },
	{ P("im@contoso.com"), "im`contoso.com", false, "at either end" },
	/* lengths */
	{ P(L63 "." L63 ".com"), L63 "." L63 ".com", true, "each has 63" },
	{ P(L63 "." L63 "g.com"), L63 "." L63 "g.com", false,
	    "the second has 64" },
	{ P("a." L63 "g"), "a." L63 "g", false, "the last has 64" },
	{ P("im.contoso.com "), "im.contoso.com", false, "a blank at the end" },
	{ P(" im.contoso.com"), "im.contoso.com", false, "or the beginning" },
	{ P("im.contoso.co"), "im.contoso.com", false, "a prefix" },
	{ P("m.contoso.com"), "im.contoso.com", false, "a suffix" },
	/* what a C string would hide */
	{ P("im.contoso.com\0"), "im.contoso.com", false, "a NUL at the end" },
	{ P("im.contoso.com\0.evil.example"), "im.contoso.com", false,
	    "a NUL and more" },
	{ P("\0im.contoso.com"), "im.contoso.com", false, "a NUL first" },
	{ P("\0"), "", false, "nothing else" },
	{ P("*.contoso.com\0"), "im.contoso.com", false,
	    "behind a wildcard" },
	{ P("im.con\ntoso.com"), "im.con\ntoso.com", false, "a line's end" },
	{ P("im.con\ttoso.com"), "im.con\ttoso.com", false, "a tab" },
	{ P("im.con\177toso.com"), "im.con\177toso.com", false, "DEL" },
	{ P("im.con\033toso.com"), "im.con\033toso.com", false, "ESC" },
	{ P("im.contoso.com\r"), "im.contoso.com", false, "a return" },
	{ P("im\xe3\x80\x82" "contoso.com"), "im.contoso.com", false,
	    "an ideographic full stop" },
};

static void
patterns_match_as_rfc_9525_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++)
		if (cert_name_matches(cases[i].pattern,
		    cases[i].len, cases[i].name) !=
		    cases[i].matches)
			fail_msg("%s against %s: %s", cases[i].pattern,
			    cases[i].name, cases[i].why);
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
		cmocka_unit_test(names_over_253_bytes_never_match),
		cmocka_unit_test(subject_and_san_are_asked_apart),
	};

	return cmocka_run_group_tests_name("cert_name", tests, NULL, NULL);
}
