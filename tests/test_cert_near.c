/* SPDX-License-Identifier: ISC */
/* A name that stands there, and the one that was meant. */
#include "cwaudit/cert.h"

#include <string.h>

#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

#define P(there)	there, sizeof(there) - 1	/* may hold a NUL */
#define IM		"im.contoso.com"
#define DOWNLOAD	"download.im.contoso.com"
#define CWA01		"cwa01.nwtraders.local"

static const struct {
	const char	*there;
	size_t		 len;
	const char	*wanted, *words;	/* NULL: nothing is near */
} cases[] = {
	/* the same, or another */
	{ P(IM), IM, NULL },
	{ P("IM.Contoso.COM"), IM, NULL },
	{ P(""), IM, NULL },
	{ P("www.fabrikam.com"), IM, NULL },
	{ P("hr.contoso.com"), IM, NULL },
	{ P("in.contoso.com"), IM, NULL },
	{ P("contoso.com"), IM, NULL },
	{ P("www.im.contoso.com"), IM, NULL },
	{ P("as.im.contoso.com"), IM, NULL },
	{ P("im.contoso.com"), "as.im.contoso.com", NULL },
	{ P("as.im.contoso.com"), DOWNLOAD, NULL },
	{ P("*.contoso.com"), IM, NULL },
	{ P("*.im.contoso.cm"), DOWNLOAD, NULL },
	{ P("im.fabrikam.com"), IM, NULL },
	{ P("com"), IM, NULL },
	/* another host is no misspelt one */
	{ P("cwa02.nwtraders.local"), CWA01, NULL },
	{ P("cwa1.nwtraders.local"), CWA01, NULL },
	{ P("cwa.nwtraders.local"), CWA01, NULL },
	{ P("cwa02"), CWA01, NULL },
	{ P("im2.contoso.com"), IM, NULL },
	/* labels */
	{ P("cwa01"), CWA01, "the short name" },
	{ P("CWA01"), CWA01, "the short name" },
	{ P("im.im.contoso.com"), IM, "a label is doubled" },
	{ P("im.contoso.com.com"), IM, "a label is doubled" },
	{ P("download.download.im.contoso.com"), DOWNLOAD,
	    "a label is doubled" },
	{ P("download.contoso.com"), DOWNLOAD, "a label is missing" },
	{ P("im.contoso"), IM, "a label is missing" },
	{ P("im.com"), IM, "a label is missing" },
	/* letters */
	{ P("download.im.contoso.cm"), DOWNLOAD, "misspelt" },
	{ P("downlaod.im.contoso.com"), DOWNLOAD, "misspelt" },
	{ P("donwload.im.contoso.com"), DOWNLOAD, "misspelt" },
	{ P("downloads.im.contoso.com"), DOWNLOAD, "misspelt" },
	{ P("DOWLOAD.im.contoso.com"), DOWNLOAD, "misspelt" },
	{ P("downloda.im.cotoso.com"), DOWNLOAD, "misspelt" },
	{ P("im.contoso.co"), IM, "misspelt" },
	{ P("mi.contoso.com"), IM, "misspelt" },
	{ P("sa.im.contoso.com"), "as.im.contoso.com", "misspelt" },
	{ P("cwa01.nwtrader.local"), CWA01, "misspelt" },
	{ P("cwx01.nwtraders.local"), CWA01, "misspelt" },
	{ P("downlosd.im.conotso.xom"), DOWNLOAD, NULL },	/* three */
	{ P("dwnlod1.im.contoso.com"), DOWNLOAD, NULL },
	/* marks */
	{ P("downloadim.contoso.com"), DOWNLOAD, "other dots or hyphens" },
	{ P("as-im.contoso.com"), "as.im.contoso.com",
	    "other dots or hyphens" },
	{ P("im..contoso.com"), IM, "other dots or hyphens" },
	{ P("im,contoso,com"), IM, "other dots or hyphens" },
	{ P("im contoso com"), IM, "other dots or hyphens" },
	/* what an eye does not see */
	{ P("im.contoso.com "), IM, "with a blank beside it" },
	{ P(" im.contoso.com"), IM, "with a blank beside it" },
	{ P("im.contoso.com."), IM, "with a dot beside it" },
	{ P("im.contoso.com\0.evil.example"), IM, "with a control byte in it" },
	{ P("im.contoso\n.com"), IM, "with a control byte in it" },
	{ P("\tim.contoso.com"), IM, "with a control byte in it" },
	{ P("\x7f"), IM, NULL },
	{ P("im.\xd1\x81ontoso.com"), IM,
	    "with characters that are not ASCII" },
	{ P("im.contoso.com\xe2\x80\x8b"), IM,
	    "with characters that are not ASCII" },
	{ P("im\xc2\xad.contoso.com"), IM,
	    "with characters that are not ASCII" },
	{ P("\xff\xfe"), IM, NULL },
	{ P("\xd1\x81\xd1\x81.fabrikam.com"), IM, NULL },
	/* no name but what has it in it */
	{ P("https://im.contoso.com/"), IM,
	    "a URL or port instead of the name" },
	{ P("https://im.contoso.com"), IM,
	    "a URL or port instead of the name" },
	{ P("im.contoso.com:443"), IM, "a URL or port instead of the name" },
	{ P("https://as.im.contoso.com"), IM, NULL },
	{ P("://"), IM, NULL },
};

static void
what_is_near_is_put_into_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		const char *got = cert_name_near(cases[i].there, cases[i].len,
		    cases[i].wanted);

		if (got == NULL ? cases[i].words != NULL :
		    cases[i].words == NULL ||
		    strcmp(got, cases[i].words) != 0)
			fail_msg("\"%s\" for %s: %s", cases[i].there,
			    cases[i].wanted, got != NULL ? got : "not near");
	}
}

/* Bytes of a peer: any length, nothing behind them is read. */
static void
long_and_odd_names_are_none(void **state)
{
	char many[4096], wanted[260];

	(void)state;
	memset(many, '.', sizeof(many));
	for (size_t n = 0; n <= sizeof(many); n++) {
		char *exact = NULL;

		if (n % 97 != 0 && n > 600)
			continue;
		exact = test_malloc(n + 1);
		memcpy(exact, many, n < sizeof(many) ? n : sizeof(many));
		assert_null(cert_name_near(exact, n, IM));
		test_free(exact);
	}
	memset(wanted, 'a', sizeof(wanted));
	for (size_t i = 63; i < sizeof(wanted); i += 64)
		wanted[i] = '.';
	wanted[253] = '\0';
	memcpy(many, wanted, 253);
	many[10] = 'b';
	assert_string_equal(cert_name_near(many, 253, wanted), "misspelt");
	memset(many, 'a', 253);		/* one label, far too long */
	assert_null(cert_name_near(many, 252, wanted));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_near_is_put_into_words),
		cmocka_unit_test(long_and_odd_names_are_none),
	};

	return cmocka_run_group_tests_name("cert_near", tests, NULL, NULL);
}
