/* SPDX-License-Identifier: ISC */
/*
 * Hosts as they are met, and all that is said of them: no more and no less.
 * The first cases are those of the article that this project exists for:
 * im.contoso.com on a host of the same and of another domain.
 */
#include "cwaudit/check.h"

#include <stdlib.h>
#include <string.h>

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW		1780272000	/* 2026-06-01T00:00:00Z */

#define CONTOSO		"cwaserver.contoso.com"
#define NWTRADERS	"cwaserver.nwtraders.local"
#define SITE		"im.contoso.com"
#define SITE_NAMES	"DNS:im.contoso.com,DNS:as.im.contoso.com," \
			"DNS:download.im.contoso.com"
#define CHAT_NAMES	"DNS:chat.contoso.com,DNS:as.chat.contoso.com," \
			"DNS:download.chat.contoso.com"
#define WIZARD		"The subject of the certificate you selected doesn't " \
			"match the current computer's FQDN."

/* "- SITES" of a host at 10.0.0.1, and what stands beside them */
#define HOST(fqdn, keys, sites) "hosts:\n  - fqdn: " fqdn "\n" \
	"    address: 10.0.0.1\n    pool: pool01.contoso.com\n" \
	"    " keys "\n    sites:\n" sites
#define IM	"      - {url: https://im.contoso.com, mtls_port: 5061}\n"
#define CHAT	"      - {url: 'https://chat.contoso.com:444', " \
		"mtls_port: 5062}\n"

/* One certificate on a port; same: that of the first port. */
struct on_port {
	uint16_t	 port;
	const char	*cn, *san;
	bool		 same;
};

static const struct {
	const char	*why;
	const char	*fqdn, *yaml;
	struct on_port	 ports[4];
	const char	*findings;	/* all, sorted, down to notices */
	const char	*rule;		/* one of them ... */
	enum severity	 severity;
	const char	*phrases[3];	/* ... says this */
} cases[] = {
	{ "documented single, same domain", CONTOSO, HOST(CONTOSO, "", IM),
	    { { 443, SITE, "DNS:" CONTOSO "," SITE_NAMES, false },
	    { 5061, NULL, NULL, true } },
	    "https:documented-single mtls:documented-single",
	    "documented-single", SEVERITY_ERROR,
	    { WIZARD, "the CN must be " CONTOSO, "stands only in the SAN" } },
	{ "documented single, other domain", NWTRADERS,
	    HOST(NWTRADERS, "", IM),
	    { { 443, SITE, "DNS:" NWTRADERS "," SITE_NAMES, false },
	    { 5061, NULL, NULL, true } },
	    "https:documented-single mtls:documented-single",
	    "documented-single", SEVERITY_ERROR,
	    { WIZARD, "the CN must be " NWTRADERS, "Microsoft documented" } },
	{ "documented form where two certificates are declared", NWTRADERS,
	    HOST(NWTRADERS, "layout: separate", IM),
	    { { 443, SITE, "DNS:" NWTRADERS "," SITE_NAMES, false },
	    { 5061, NULL, NULL, true } }, "mtls:documented-single",
	    "documented-single", SEVERITY_ERROR,
	    { WIZARD, "the CN must be " NWTRADERS } },
	{ "corrected single, same domain", CONTOSO, HOST(CONTOSO, "", IM),
	    { { 443, CONTOSO, "DNS:" CONTOSO "," SITE_NAMES, false },
	    { 5061, NULL, NULL, true } }, "", NULL, 0, { NULL } },
	{ "corrected single, other domain", NWTRADERS,
	    HOST(NWTRADERS, "", IM),
	    { { 443, NWTRADERS, "DNS:" NWTRADERS "," SITE_NAMES, false },
	    { 5061, NULL, NULL, true } }, "", NULL, 0, { NULL } },
	{ "right pair, same domain", CONTOSO, HOST(CONTOSO, "", IM),
	    { { 443, SITE, SITE_NAMES, false },
	    { 5061, CONTOSO, NULL, false } },
	    "", NULL, 0, { NULL } },
	{ "right pair, other domain", NWTRADERS, HOST(NWTRADERS, "", IM),
	    { { 443, SITE, SITE_NAMES, false },
	    { 5061, NWTRADERS, NULL, false } }, "", NULL, 0, { NULL } },
	{ "right pair, MTLS with a SAN of its own", NWTRADERS,
	    HOST(NWTRADERS, "", IM),
	    { { 443, SITE, SITE_NAMES, false },
	    { 5061, NWTRADERS, "DNS:" NWTRADERS, false } }, "", NULL, 0,
	    { NULL } },
	{ "MTLS with a SAN that lacks it", NWTRADERS, HOST(NWTRADERS, "", IM),
	    { { 443, SITE, SITE_NAMES, false },
	    { 5061, NWTRADERS, "DNS:im.contoso.com", false } },
	    "mtls:subject-not-in-san", "subject-not-in-san", SEVERITY_ERROR,
	    { "CN " NWTRADERS " is not among" } },
	{ "the site's certificate on the MTLS port", NWTRADERS,
	    HOST(NWTRADERS, "layout: separate", IM),
	    { { 443, SITE, SITE_NAMES, false }, { 5061, NULL, NULL, true } },
	    "mtls:mtls-subject", "mtls-subject", SEVERITY_CRITICAL,
	    { "CN is im.contoso.com, but the MTLS certificate of " NWTRADERS
	    " must have the host's FQDN as its CN; MTLS peers refuse it and "
	    "the Activate wizard does not accept it" } },
	{ "FQDN only in the SAN of a separate one", NWTRADERS,
	    HOST(NWTRADERS, "layout: separate", IM),
	    { { 5061, "cwa", "DNS:" NWTRADERS, false } },
	    "mtls:foreign-names mtls:mtls-subject mtls:subject-not-in-san",
	    "mtls-subject", SEVERITY_ERROR,
	    { "stands only in the SAN", "Activate wizard refuses" } },
	{ "half-done renewal", NWTRADERS, HOST(NWTRADERS, "", IM),
	    { { 443, NWTRADERS, "DNS:" NWTRADERS "," SITE_NAMES, false },
	    { 5061, NWTRADERS, "DNS:" NWTRADERS "," SITE_NAMES, false } },
	    "host:single-split", "single-split", SEVERITY_ERROR,
	    { "port 5061 (MTLS) serial 02 from 2026-03-02T00:00:00Z is newer "
	    "than port 443" } },
	{ "the CA dropped the SAN", NWTRADERS, HOST(NWTRADERS, "", IM),
	    { { 443, NWTRADERS, NULL, false }, { 5061, NULL, NULL, true } },
	    "https:single-names mtls:single-names", "single-names",
	    SEVERITY_CRITICAL, { "there is no SAN", "needs " NWTRADERS ", "
	    "im.contoso.com, as.im.contoso.com, download.im.contoso.com" } },
	{ "FQDN only in the CN of a single one", NWTRADERS,
	    HOST(NWTRADERS, "", IM),
	    { { 443, NWTRADERS, SITE_NAMES, false },
	    { 5061, NULL, NULL, true } },
	    "https:single-names mtls:single-names", "single-names",
	    SEVERITY_ERROR, { "SAN lacks " NWTRADERS ":",
	    NWTRADERS " stands only in the CN" } },
	{ "wildcard for everything", CONTOSO, HOST(CONTOSO, "", IM),
	    { { 443, "*.contoso.com", "DNS:*.contoso.com", false },
	    { 5061, NULL, NULL, true } },
	    "https:mtls-subject https:single-names https:wildcard "
	    "mtls:mtls-subject mtls:single-names mtls:wildcard",
	    "single-names", SEVERITY_ERROR,
	    { "SAN lacks as.im.contoso.com, download.im.contoso.com:" } },
	{ "documented single, HTTPS not seen", NWTRADERS,
	    HOST(NWTRADERS, "", IM),
	    { { 5061, SITE, "DNS:" NWTRADERS "," SITE_NAMES, false } },
	    "mtls:documented-single", NULL, 0, { NULL } },
	{ "a right pair where single is declared", NWTRADERS,
	    HOST(NWTRADERS, "layout: single", IM),
	    { { 443, SITE, SITE_NAMES, false },
	    { 5061, NWTRADERS, NULL, false } },
	    "https:layout-differs mtls:layout-differs", "layout-differs",
	    SEVERITY_WARNING, { "right for layout separate",
	    "the inventory says single" } },
	{ "a single one where separate is declared", NWTRADERS,
	    HOST(NWTRADERS, "layout: separate", IM),
	    { { 443, NWTRADERS, "DNS:" NWTRADERS "," SITE_NAMES, false },
	    { 5061, NULL, NULL, true } },
	    "https:layout-differs", NULL, 0, { NULL } },
	{ "the pool answers", NWTRADERS, HOST(NWTRADERS, "", IM),
	    { { 443, NWTRADERS, "DNS:" NWTRADERS "," SITE_NAMES, false },
	    { 5061, "pool01.contoso.com", "DNS:pool01.contoso.com", false } },
	    "mtls:wrong-service", "wrong-service", SEVERITY_ERROR,
	    { "the MTLS port of " NWTRADERS,
	    "a certificate of pool01.contoso.com" } },
	{ "another host's certificate", NWTRADERS,
	    HOST(NWTRADERS, "layout: separate", IM) "  - fqdn: " CONTOSO
	    "\n    sites:\n" IM,
	    { { 5061, CONTOSO, NULL, false } },
	    "mtls:wrong-service", NULL, 0, { NULL } },
	{ "one site single, the other with its own", NWTRADERS,
	    HOST(NWTRADERS, "", IM CHAT),
	    { { 443, NWTRADERS, "DNS:" NWTRADERS "," SITE_NAMES, false },
	    { 5061, NULL, NULL, true }, { 5062, NULL, NULL, true },
	    { 444, "chat.contoso.com", CHAT_NAMES, false } },
	    "", NULL, 0, { NULL } },
	{ "two sites, one single without the second's names", NWTRADERS,
	    HOST(NWTRADERS, "", IM CHAT),
	    { { 443, NWTRADERS, "DNS:" NWTRADERS "," SITE_NAMES, false },
	    { 5061, NULL, NULL, true }, { 5062, NULL, NULL, true },
	    { 444, NULL, NULL, true } },
	    "https:single-names https:single-names mtls:single-names "
	    "mtls:single-names", NULL, 0, { NULL } },
	{ "TLS ends in front of it", NWTRADERS, HOST(NWTRADERS, "",
	    "      - {url: https://im.contoso.com, mtls_port: 5061, "
	    "tls: no}\n"),
	    { { 5061, NWTRADERS, NULL, false } }, "", NULL, 0, { NULL } },
	{ "MTLS port not known", NWTRADERS, HOST(NWTRADERS, "",
	    "      - {url: https://im.contoso.com, mtls_port: unknown}\n"),
	    { { 443, SITE, SITE_NAMES, false } }, "", NULL, 0, { NULL } },
	{ "a site named like its host, right pair", "im.contoso.com",
	    HOST("im.contoso.com", "", IM),
	    { { 443, SITE, SITE_NAMES, false }, { 5061, SITE, NULL, false } },
	    "", NULL, 0, { NULL } },
	{ "names where browsers do not look", NWTRADERS,
	    HOST(NWTRADERS, "", IM),
	    { { 443, SITE, "DNS:as.im.contoso.com,"
	    "URI:https://download.im.contoso.com/x", false } },
	    "https:site-names https:subject-not-in-san", "site-names",
	    SEVERITY_ERROR, { "SAN lacks im.contoso.com, "
	    "download.im.contoso.com", "im.contoso.com stands only in the CN",
	    "download.im.contoso.com stands only in a URI entry" } },
	{ "an HTTPS certificate of somebody else", NWTRADERS,
	    HOST(NWTRADERS, "", IM),
	    { { 443, "www.fabrikam.com", "DNS:www.fabrikam.com", false } },
	    "https:foreign-names https:site-names https:site-subject",
	    "site-names", SEVERITY_CRITICAL, { "SAN lacks im.contoso.com" } },
	{ "no CN at all", NWTRADERS, HOST(NWTRADERS, "", IM),
	    { { 443, NULL, SITE_NAMES, false } },
	    "https:malformed-name https:site-subject", "malformed-name",
	    SEVERITY_ERROR, { "the subject is empty" } },
	{ "names that were misspelt", NWTRADERS, HOST(NWTRADERS, "", IM),
	    { { 443, NWTRADERS, "DNS:" NWTRADERS ",DNS:im.contoso.com,"
	    "DNS:as.im.contoso.cm,DNS:downlaod.im.contoso.com", false },
	    { 5061, NULL, NULL, true } },
	    "https:foreign-names https:single-names mtls:foreign-names "
	    "mtls:single-names", "single-names", SEVERITY_ERROR,
	    { "as.im.contoso.cm stands there instead of as.im.contoso.com "
	    "(misspelt)", "downlaod.im.contoso.com stands there instead of "
	    "download.im.contoso.com (misspelt)" } },
	{ "a label doubled, another missing", NWTRADERS,
	    HOST(NWTRADERS, "", IM),
	    { { 443, SITE, "DNS:im.contoso.com,DNS:as.im.im.contoso.com,"
	    "DNS:download.contoso.com", false } },
	    "https:foreign-names https:site-names", "site-names",
	    SEVERITY_ERROR, { "as.im.im.contoso.com stands there instead of "
	    "as.im.contoso.com (a label is doubled)",
	    "download.contoso.com stands there instead of "
	    "download.im.contoso.com (a label is missing)" } },
	{ "the short name", NWTRADERS, HOST(NWTRADERS, "layout: separate", IM),
	    { { 5061, "CWASERVER", NULL, false } }, "mtls:mtls-subject",
	    "mtls-subject", SEVERITY_CRITICAL,
	    { "CWASERVER stands there instead of " NWTRADERS
	    " (the short name)" } },
	{ "a blank behind it", NWTRADERS,
	    HOST(NWTRADERS, "layout: separate", IM),
	    { { 5061, NWTRADERS " ", NULL, false } },
	    "mtls:malformed-name mtls:mtls-subject", "mtls-subject",
	    SEVERITY_CRITICAL, { NWTRADERS "\\x20 stands there instead of "
	    NWTRADERS " (with a blank beside it)" } },
	{ "a letter that looks the same", NWTRADERS,
	    HOST(NWTRADERS, "layout: separate", IM),
	    { { 5061, "cw\xd0\xb0server.nwtraders.local", NULL, false } },
	    "mtls:malformed-name mtls:mtls-subject", "mtls-subject",
	    SEVERITY_CRITICAL, { "cw\\xd0\\xb0server.nwtraders.local stands "
	    "there instead of " NWTRADERS
	    " (with characters that are not ASCII)" } },
	{ "a dot behind it", NWTRADERS, HOST(NWTRADERS, "layout: separate", IM),
	    { { 443, SITE ".", SITE_NAMES, false } },
	    "https:malformed-name https:site-subject https:subject-not-in-san",
	    "site-subject", SEVERITY_WARNING, { "im.contoso.com. stands there "
	    "instead of im.contoso.com (with a dot beside it)" } },
	{ "another site's name is no misspelt one", NWTRADERS,
	    HOST(NWTRADERS, "layout: separate", IM
	    "      - {url: 'https://imm.contoso.com:444', mtls_port: 5062}\n"
	    "      - {url: 'https://imn.contoso.com:445', mtls_port: 5063}\n"),
	    { { 444, "imn.contoso.com", "DNS:imn.contoso.com,"
	    "DNS:as.imn.contoso.com,DNS:download.imn.contoso.com", false } },
	    "https:site-names https:site-subject", "site-names",
	    SEVERITY_CRITICAL, { "download.imm.contoso.com as SAN dNSNames$" } },
	{ "no sharing, no sharing names", NWTRADERS, HOST(NWTRADERS, "",
	    "      - {url: https://im.contoso.com, mtls_port: 5061, "
	    "sharing: no}\n"),
	    { { 443, SITE, "DNS:im.contoso.com", false },
	    { 5061, NWTRADERS, NULL, false } }, "", NULL, 0, { NULL } },
};

static void
stage(struct host_view *v, const struct on_port *ports, size_t n,
    const struct made *ca)
{
	struct subject *first = world_port(v, ports[0].port);

	for (size_t i = 0; i < n && ports[i].port != 0; i++) {
		struct made m;

		if (ports[i].same) {
			world_present(world_port(v, ports[i].port),
			    first->leaf);
			continue;
		}
		m = make_cert((struct recipe){ .cn = ports[i].cn,
		    .san = ports[i].san, .issuer = ca, .serial = (long)i + 1,
		    .from = i == 0 ? "20260301000000Z" : "20260302000000Z" });
		world_present(world_port(v, ports[i].port), m.cert);
		made_free(&m);
	}
}

/* A phrase that ends in "$" is the last one. */
static bool
says(const char *message, const char *phrase)
{
	size_t len = strlen(phrase);

	if (phrase[len - 1] != '$')
		return strstr(message, phrase) != NULL;
	return strlen(message) >= len - 1 && strncmp(message +
	    strlen(message) - (len - 1), phrase, len - 1) == 0;
}

static void
expect_words(size_t i, const struct results *rs)
{
	const struct result *r = NULL;

	for (size_t j = 0; r == NULL && j < rs->n; j++)
		if (result_is_finding(&rs->item[j]) &&
		    strcmp(rs->item[j].rule->id, cases[i].rule) == 0)
			r = &rs->item[j];
	assert_non_null(r);
	if (r->severity != cases[i].severity)
		fail_msg("%s: %s", cases[i].why, severity_name(r->severity));
	/* a message stands between quotes in the log */
	assert_null(strchr(r->message, '"'));
	for (size_t j = 0; j < 3 && cases[i].phrases[j] != NULL; j++)
		if (!says(r->message, cases[i].phrases[j]))
			fail_msg("%s: \"%s\" is not in: %s", cases[i].why,
			    cases[i].phrases[j], r->message);
	if (strchr(r->remedy, '{') != NULL || *r->remedy == '\0')
		fail_msg("%s: remedy: %s", cases[i].why, r->remedy);
}

static void
all_that_is_wrong_is_said_and_nothing_else(void **state)
{
	struct made ca = make_ca("CA", NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		struct inventory *inv = world_inventory(cases[i].yaml);
		struct host_view *v = world_view(inv, cases[i].fqdn, NOW);
		struct results rs = {0};
		char *found;

		stage(v, cases[i].ports, ARRAY_N(cases[i].ports), &ca);
		host_view_settle(v);
		rules_run_host(v, &rs);
		found = world_findings(&rs, SEVERITY_NOTICE);
		if (strcmp(found, cases[i].findings) != 0)
			fail_msg("%s: %s", cases[i].why, found);
		if (cases[i].rule != NULL)
			expect_words(i, &rs);
		free(found);
		results_done(&rs);
		world_view_free(v);
		inventory_unref(inv);
	}
	made_free(&ca);
}

/* -- one check at a time ------------------------------------------------ */

static void
a_list_is_cut_at_ten_and_counted(void **state)
{
	struct strings list = {0};
	struct text out = {0};

	(void)state;
	for (int i = 0; i < 12; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d", i);
		strings_add(&list, name);
	}
	check_add_list(&list, &out);
	assert_string_equal(text_str(&out),
	    "n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 2 more");
	strings_done(&list);
	text_done(&out);
}

/* Lifetimes in days, what is left of them, and how bad that is. */
static const struct {
	int	lifetime, left;
	enum severity severity;		/* SEVERITY_OFF: fine */
} expiries[] = {
	{ 730, 46, SEVERITY_OFF }, { 730, 45, SEVERITY_WARNING },
	{ 730, 15, SEVERITY_WARNING }, { 730, 14, SEVERITY_ERROR },
	{ 730, 3, SEVERITY_ERROR }, { 730, 2, SEVERITY_CRITICAL },
	{ 730, 0, SEVERITY_CRITICAL },
	{ 100, 40, SEVERITY_OFF }, { 100, 33, SEVERITY_WARNING },
	{ 100, 14, SEVERITY_ERROR },
	{ 47, 16, SEVERITY_OFF }, { 47, 15, SEVERITY_WARNING },
	{ 47, 7, SEVERITY_ERROR }, { 47, 2, SEVERITY_CRITICAL },
};

static void
expiring_follows_the_lifetime(void **state)
{
	struct inventory *inv = world_inventory(HOST(CONTOSO, "", IM));
	struct host_view *v = world_view(inv, CONTOSO, NOW);
	struct subject *s = world_port(v, 443);

	(void)state;
	for (size_t i = 0; i < ARRAY_N(expiries); i++) {
		struct why why = {0};
		struct cert c = { .dates_readable = true,
		    .not_after = NOW + expiries[i].left * CLOCK_DAY,
		    .not_before = NOW + (expiries[i].left -
		    expiries[i].lifetime) * (int64_t)CLOCK_DAY };
		enum verdict verdict;

		s->leaf = &c;
		s->expect.role = ROLE_HTTPS;
		verdict = check_expiring(s, &why);
		if (why.severity != expiries[i].severity ||
		    (verdict == VERDICT_FAIL) !=
		    (expiries[i].severity != SEVERITY_OFF))
			fail_msg("%d of %d days: %s", expiries[i].left,
			    expiries[i].lifetime, severity_name(why.severity));
		s->leaf = NULL;
		why_done(&why);
	}
	world_view_free(v);
	inventory_unref(inv);
}

static void
a_setting_of_expiring_replaces_the_default(void **state)
{
	struct inventory *inv = world_inventory(HOST(CONTOSO,
	    "expiring: {warning: 90d}", IM));
	struct host_view *v = world_view(inv, CONTOSO, NOW);
	struct subject *s = world_port(v, 443);
	struct cert c = { .dates_readable = true,
	    .not_before = NOW - 600 * (int64_t)CLOCK_DAY,
	    .not_after = NOW + 80 * (int64_t)CLOCK_DAY };
	struct why why = {0};

	(void)state;
	s->leaf = &c;
	s->expect.role = ROLE_HTTPS;
	assert_int_equal(check_expiring(s, &why), VERDICT_FAIL);
	assert_int_equal(why.severity, SEVERITY_WARNING);
	assert_non_null(strstr(text_str(&why.message),
	    "expires in 80 days, at 2026-08-20T00:00:00Z"));
	why_done(&why);
	s->leaf = NULL;
	world_view_free(v);
	inventory_unref(inv);
}

/* Public certificates, the limit in force at their notBefore, in days. */
static const struct { const char *from; int days; bool fails; } lives[] = {
	{ "2011-01-01", 3650, false },
	{ "2013-01-01", 1827, false }, { "2013-01-01", 1828, true },
	{ "2018-03-01", 825, false }, { "2018-03-01", 826, true },
	{ "2020-08-31", 825, false }, { "2020-09-01", 399, true },
	{ "2026-03-14", 398, false }, { "2026-03-15", 201, true },
	{ "2026-03-15", 200, false }, { "2027-03-15", 101, true },
	{ "2029-03-15", 47, false }, { "2029-03-15", 48, true },
};

static void
public_lifetimes_follow_the_baseline_requirements(void **state)
{
	struct inventory *inv = world_inventory(HOST(CONTOSO, "pki: public",
	    IM));
	struct host_view *v = world_view(inv, CONTOSO, NOW);
	struct subject *s = world_port(v, 443);

	(void)state;
	for (size_t i = 0; i < ARRAY_N(lives); i++) {
		struct why why = {0};
		struct cert c = { .dates_readable = true };

		assert_true(clock_parse(lives[i].from, &c.not_before));
		c.not_after = c.not_before +
		    lives[i].days * (int64_t)CLOCK_DAY - 1;
		s->leaf = &c;
		s->expect.role = ROLE_HTTPS;
		if (check_lifetime(s, &why) != (lives[i].fails ? VERDICT_FAIL :
		    VERDICT_PASS))
			fail_msg("%s, %d days", lives[i].from, lives[i].days);
		s->leaf = NULL;
		why_done(&why);
	}
	world_view_free(v);
	inventory_unref(inv);
}

/* No date that cannot be read is one at which something is valid. */
static void
unreadable_dates_are_never_valid(void **state)
{
	static enum verdict (*const dated[])(const struct subject *,
	    struct why *) = { check_expired, check_not_yet_valid,
	    check_expiring, check_lifetime };
	struct inventory *inv = world_inventory(HOST(CONTOSO, "pki: public",
	    IM));
	struct host_view *v = world_view(inv, CONTOSO, NOW);
	struct subject *s = world_port(v, 443);
	struct cert c = { .not_before = NOW - CLOCK_DAY,
	    .not_after = NOW + 1000 * (int64_t)CLOCK_DAY };
	struct why why = {0};

	(void)state;
	s->leaf = &c;
	s->expect.role = ROLE_HTTPS;
	for (size_t i = 0; i < ARRAY_N(dated); i++)
		assert_int_equal(dated[i](s, &why), VERDICT_UNKNOWN);
	assert_int_equal(check_validity_order(s, &why), VERDICT_FAIL);
	assert_non_null(strstr(text_str(&why.message), "cannot be read"));
	s->leaf = NULL;
	why_done(&why);
	world_view_free(v);
	inventory_unref(inv);
}

/* Six thousand names nobody knows: all are listed, ten are told. */
static void
long_lists_stay_complete_and_messages_short(void **state)
{
	struct inventory *inv = world_inventory(HOST(CONTOSO, "", IM));
	struct host_view *v = world_view(inv, CONTOSO, NOW);
	struct subject *s = world_port(v, 443);
	struct cert_san *sans = xcalloc(6000, sizeof(*sans));
	struct cert c = { .san = sans, .n_san = 6000, .san_present = true,
	    .san_readable = true };
	char (*names)[64] = xcalloc(6000, sizeof(*names));
	struct why why = {0};

	(void)state;
	for (size_t i = 0; i < 6000; i++) {
		int len = snprintf(names[i], sizeof(names[i]),
		    "Host-%zu.Fabrikam.com", i);

		sans[i] = (struct cert_san){ CERT_SAN_DNS,
		    { names[i], (size_t)len } };
	}
	s->leaf = &c;
	s->expect.role = ROLE_HTTPS;
	assert_int_equal(check_foreign_names(s, &why), VERDICT_FAIL);
	assert_int_equal(why.offenders.n, 6000);
	assert_string_equal(why.offenders.item[0], "host-0.fabrikam.com");
	assert_non_null(strstr(text_str(&why.message), " and 5990 more"));
	assert_true(why.message.len < 600);
	why_done(&why);
	s->leaf = NULL;
	free(names);
	free(sans);
	world_view_free(v);
	inventory_unref(inv);
}

/* Whatever stands in a CN, a message stays one printable line. */
static void
a_hostile_cn_does_not_leave_its_place(void **state)
{
	struct inventory *inv = world_inventory(HOST(CONTOSO, "", IM));
	struct host_view *v = world_view(inv, CONTOSO, NOW);
	struct made m = make_cert((struct recipe){
	    .cn = "a\n<3>Jan 1 root: \"ok\" \x1b[2J", .san = SITE_NAMES });
	struct results rs = {0};

	(void)state;
	world_present(world_port(v, 443), m.cert);
	host_view_settle(v);
	rules_run_host(v, &rs);
	for (size_t i = 0; i < rs.n; i++) {
		const char *text = rs.item[i].message;

		for (; text != NULL && *text != '\0'; text++)
			assert_true((unsigned char)*text >= 0x20);
	}
	assert_int_equal(world_result(&rs, world_port(v, 443),
	    "malformed-name")->verdict, VERDICT_FAIL);
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
	made_free(&m);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_wrong_is_said_and_nothing_else),
		cmocka_unit_test(a_list_is_cut_at_ten_and_counted),
		cmocka_unit_test(expiring_follows_the_lifetime),
		cmocka_unit_test(a_setting_of_expiring_replaces_the_default),
		cmocka_unit_test(
		    public_lifetimes_follow_the_baseline_requirements),
		cmocka_unit_test(unreadable_dates_are_never_valid),
		cmocka_unit_test(long_lists_stay_complete_and_messages_short),
		cmocka_unit_test(a_hostile_cn_does_not_leave_its_place),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
