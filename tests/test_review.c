/* SPDX-License-Identifier: ISC */
/* Bundles judged for a job: findings, and what is said not to be judged. */
#include "cwaudit/review.h"

#include <openssl/pem.h>

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW		1780272000	/* 2026-06-01T00:00:00Z */
#define FQDN		"cwa01.nwtraders.local"
#define SITE		"DNS:im.contoso.com,DNS:as.im.contoso.com," \
			"DNS:download.im.contoso.com"
#define ALL		"DNS:" FQDN "," SITE

static const char yaml[] =
    "roots: {corp: a, other: b}\n"
    "defaults: {trust: {mtls: [%s], https: [%s]}}\n"
    "hosts:\n"
    "  - fqdn: " FQDN "\n"
    "    state: planned\n"
    "    pool: pool01.contoso.com\n"
    "    rules: {no-cdp: {severity: off, owner: me, reason: private}}\n"
    "    sites:\n"
    "      - {url: https://im.contoso.com, mtls_port: 5061}\n"
    "  - fqdn: cwa02.nwtraders.local\n"
    "    sites:\n"
    "      - {url: https://im.contoso.com, mtls_port: 5061}\n";

static struct made root, other;

static const struct {
	const char	*name;
	struct recipe	 recipe;
	enum role	 role;
	const char	*mtls, *https;	/* trusts of the host */
	const char	*findings;	/* of world_findings */
	const char	*gaps;		/* rules, without those of a port */
	enum bundle_key	 key;
} cases[] = {
#define ELSEWHERE	"reissue-bad key-reused"
	{ "right for both", { .cn = FQDN, .san = ALL }, ROLE_SINGLE, "corp",
	    "corp", "", "no-cdp private-key " ELSEWHERE, 0 },
	{ "right for MTLS", { .cn = FQDN }, ROLE_MTLS, "corp", "corp", "",
	    "no-cdp private-key " ELSEWHERE, 0 },
	{ "right for HTTPS", { .cn = "im.contoso.com", .san = SITE },
	    ROLE_HTTPS, "corp", "corp", "", "no-cdp private-key " ELSEWHERE,
	    0 },
	{ "as documented", { .cn = "im.contoso.com", .san = ALL },
	    ROLE_SINGLE, "corp", "corp", "mtls:documented-single",
	    "no-cdp private-key " ELSEWHERE, 0 },
	{ "without a SAN", { .cn = FQDN }, ROLE_SINGLE, "corp", "corp",
	    "mtls:single-names", "no-cdp private-key " ELSEWHERE, 0 },
	{ "another host's", { .cn = "cwa02.nwtraders.local" }, ROLE_MTLS,
	    "corp", "corp", "mtls:wrong-service", "no-cdp private-key "
	    ELSEWHERE, 0 },
	{ "expired", { .cn = FQDN, .to = "20260501000000Z" }, ROLE_MTLS,
	    "corp", "corp", "mtls:expired", "no-cdp private-key " ELSEWHERE,
	    0 },
	{ "no trust", { .cn = FQDN }, ROLE_MTLS, "", "", "",
	    "chain-expiring no-cdp private-key self-signed untrusted "
	    "incomplete-chain " ELSEWHERE, 0 },
	{ "trusted for one half", { .cn = FQDN, .san = ALL }, ROLE_SINGLE,
	    "corp", "other", "https:untrusted", "no-cdp private-key "
	    ELSEWHERE, 0 },
	{ "trust for the other half alone", { .cn = FQDN, .san = ALL },
	    ROLE_SINGLE, "", "other", "https:untrusted", "chain-expiring "
	    "no-cdp private-key self-signed incomplete-chain " ELSEWHERE, 0 },
	{ "another key", { .cn = FQDN }, ROLE_MTLS, "corp", "corp",
	    "mtls:private-key", "no-cdp " ELSEWHERE, BUNDLE_KEY_OTHER },
	{ "no key in a PFX", { .cn = FQDN }, ROLE_MTLS, "corp", "corp",
	    "mtls:private-key", "no-cdp " ELSEWHERE, BUNDLE_KEY_MISSING },
	{ "the right key", { .cn = FQDN }, ROLE_MTLS, "corp", "corp", "",
	    "no-cdp " ELSEWHERE, BUNDLE_KEY_MATCHES },
	{ "a locked key", { .cn = FQDN }, ROLE_MTLS, "corp", "corp", "",
	    "no-cdp private-key " ELSEWHERE, BUNDLE_KEY_UNREAD },
};

static struct inventory *
make_inventory(const char *mtls, const char *https)
{
	const char *a = strstr(yaml, "%s"), *b = strstr(a + 1, "%s");
	struct text t = {0};
	struct inventory *inv;

	text_add_bytes(&t, yaml, (size_t)(a - yaml));
	text_add(&t, mtls);
	text_add_bytes(&t, a + 2, (size_t)(b - a - 2));
	text_add(&t, https);
	text_add(&t, b + 2);
	inv = world_inventory(text_str(&t));
	text_done(&t);
	return inv;
}

static struct trust *
make_trust(void)
{
	struct trust *trust = trust_new();
	struct text why = {0};
	char *a = made_pem(&root), *b = made_pem(&other);

	assert_true(trust_add(trust, "corp", a, strlen(a), &why));
	assert_true(trust_add(trust, "other", b, strlen(b), &why));
	free(a);
	free(b);
	return trust;
}

static struct review *
run(struct inventory *inv, const struct bundle *b, enum role role)
{
	struct trust *trust = make_trust();
	struct strings files = {0};
	const struct review_job job = { .inventory = inv,
	    .host = inventory_find(inv, FQDN),
	    .site = &inventory_find(inv, FQDN)->sites[0], .role = role,
	    .files = &files, .now = NOW };
	struct review *r;

	strings_add(&files, "new.cer");
	r = review_run(&job, b, trust);
	strings_done(&files);
	trust_free(trust);
	return r;
}

static char *
gaps_of(const struct review *r)
{
	struct text t = {0};

	for (size_t i = 0; i < r->n_gaps; i++)
		if (r->gaps[i].cause != REVIEW_OF_PORT)
			text_addf(&t, "%s%s", t.len > 0 ? " " : "",
			    r->gaps[i].rule->id);
	return text_take(&t);
}

static void
check_case(size_t i)
{
	struct inventory *inv = make_inventory(cases[i].mtls, cases[i].https);
	struct recipe recipe = cases[i].recipe;
	struct bundle b = { .n = 1, .key = cases[i].key };
	struct review *r;
	struct made m;
	char *findings, *gaps;

	recipe.issuer = &root;
	m = make_cert(recipe);
	b.cert = &m.cert;
	r = run(inv, &b, cases[i].role);
	findings = world_findings(&r->snapshot->results, SEVERITY_NOTICE);
	gaps = gaps_of(r);
	if (strcmp(findings, cases[i].findings) != 0)
		fail_msg("%s: finds \"%s\"", cases[i].name, findings);
	if (strcmp(gaps, cases[i].gaps) != 0)
		fail_msg("%s: does not judge \"%s\"", cases[i].name, gaps);
	free(findings);
	free(gaps);
	review_free(r);
	made_free(&m);
	inventory_unref(inv);
}

static void
files_are_judged_for_their_job_and_gaps_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++)
		check_case(i);
}

/* The host is planned, where an audit would tell notices alone. */
static void
a_planned_host_softens_nothing(void **state)
{
	struct inventory *inv = make_inventory("corp", "corp");
	struct made m = make_cert((struct recipe){ .cn = "im.contoso.com",
	    .san = ALL, .issuer = &root });
	struct bundle b = { .n = 1, .cert = &m.cert };
	struct review *r = run(inv, &b, ROLE_SINGLE);

	(void)state;
	assert_int_equal(snapshot_worst(r->snapshot), SEVERITY_ERROR);
	assert_int_equal(r->snapshot->endpoints[0].endpoint->port, 5061);
	assert_true(snapshot_complete(r->snapshot));
	review_free(r);
	made_free(&m);
	inventory_unref(inv);
}

/* Every rule of the role is either answered, or a gap, or not applicable. */
static void
nothing_is_both_judged_and_not(void **state)
{
	struct inventory *inv = make_inventory("corp", "corp");
	struct made m = make_cert((struct recipe){ .cn = FQDN, .san = ALL,
	    .issuer = &root });
	struct bundle b = { .n = 1, .cert = &m.cert };
	struct review *r = run(inv, &b, ROLE_SINGLE);
	size_t of_port = 0;

	(void)state;
	for (size_t i = 0; i < r->snapshot->results.n; i++) {
		const struct result *item = &r->snapshot->results.item[i];

		assert_int_not_equal(item->verdict, VERDICT_UNKNOWN);
		assert_false(item->rule->of_port);
		for (size_t j = 0; j < r->n_gaps; j++)
			assert_ptr_not_equal(r->gaps[j].rule, item->rule);
	}
	for (size_t i = 0; i < r->n_gaps; i++)
		of_port += r->gaps[i].cause == REVIEW_OF_PORT;
	assert_int_equal(of_port, 8);	/* all but address-ambiguous */
	review_free(r);
	made_free(&m);
	inventory_unref(inv);
}

static int
set_up(void **state)
{
	(void)state;
	root = make_ca("Root", NULL);
	other = make_ca("Other", NULL);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	made_free(&root);
	made_free(&other);
	EVP_PKEY_free(shared_key());
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    files_are_judged_for_their_job_and_gaps_are_told),
		cmocka_unit_test(a_planned_host_softens_nothing),
		cmocka_unit_test(nothing_is_both_judged_and_not),
	};

	return cmocka_run_group_tests_name("review", tests, set_up, tear_down);
}
