/* SPDX-License-Identifier: ISC */
/* Every limit of a rule, from both of its sides. */
#include "cwaudit/check.h"

#include <string.h>

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW		1780272000	/* 2026-06-01T00:00:00Z */
#define FQDN		"cwa01.nwtraders.local"

/* What a right certificate is changed to, and the answer. */
static const struct {
	const char	*why;
	check_fn	*check;
	int64_t		 begins, ends;	/* from now; 0: a year each way */
	unsigned	 bits;		/* 0: 2048 */
	unsigned	 usage;		/* 0: both bits */
	bool		 no_eku, eku_any;
	unsigned	 misses;	/* 0: it was observed */
	enum verdict	 verdict;
	enum severity	 severity;	/* of a failure */
} cases[] = {
	{ .why = "RSA 2048", .check = check_weak_key, .bits = 2048,
	    .verdict = VERDICT_PASS },
	{ .why = "RSA 2047", .check = check_weak_key, .bits = 2047,
	    .verdict = VERDICT_FAIL, .severity = SEVERITY_WARNING },
	{ .why = "RSA 1024", .check = check_weak_key, .bits = 1024,
	    .verdict = VERDICT_FAIL, .severity = SEVERITY_WARNING },
	{ .why = "RSA 1023", .check = check_weak_key, .bits = 1023,
	    .verdict = VERDICT_FAIL, .severity = SEVERITY_ERROR },
	/* RFC 5280 4.1.2.5: both ends belong to the validity */
	{ .why = "its last second", .check = check_expired, .ends = 0,
	    .begins = -1000, .verdict = VERDICT_PASS },
	{ .why = "a second later", .check = check_expired, .ends = -1,
	    .begins = -1000, .verdict = VERDICT_FAIL,
	    .severity = SEVERITY_CRITICAL },
	{ .why = "its first second", .check = check_not_yet_valid,
	    .begins = 0, .ends = 1000, .verdict = VERDICT_PASS },
	{ .why = "a second before", .check = check_not_yet_valid,
	    .begins = 1, .ends = 1000, .verdict = VERDICT_FAIL,
	    .severity = SEVERITY_CRITICAL },
	{ .why = "serverAuth", .check = check_eku_server_auth,
	    .verdict = VERDICT_PASS },
	{ .why = "anyExtendedKeyUsage", .check = check_eku_server_auth,
	    .no_eku = true, .eku_any = true, .verdict = VERDICT_FAIL,
	    .severity = SEVERITY_WARNING },
	{ .why = "neither", .check = check_eku_server_auth, .no_eku = true,
	    .verdict = VERDICT_FAIL, .severity = SEVERITY_ERROR },
	{ .why = "no keyEncipherment", .check = check_key_usage,
	    .usage = CERT_USE_DIGITAL_SIGNATURE, .verdict = VERDICT_FAIL,
	    .severity = SEVERITY_ERROR },
	{ .why = "no digitalSignature", .check = check_key_usage,
	    .usage = CERT_USE_KEY_ENCIPHERMENT, .verdict = VERDICT_FAIL,
	    .severity = SEVERITY_ERROR },
	{ .why = "one miss", .check = check_unreachable, .misses = 1,
	    .verdict = VERDICT_UNKNOWN },
	{ .why = "two misses", .check = check_unreachable, .misses = 2,
	    .verdict = VERDICT_FAIL, .severity = SEVERITY_WARNING },
};

static struct cert
change(const struct cert *right, size_t i)
{
	struct cert c = *right;

	if (cases[i].bits != 0)
		c.key_bits = cases[i].bits;
	if (cases[i].usage != 0)
		c.usage = cases[i].usage;
	if (cases[i].begins != 0 || cases[i].ends != 0) {
		c.not_before = NOW + cases[i].begins;
		c.not_after = NOW + cases[i].ends;
	}
	c.eku_server = !cases[i].no_eku;
	c.eku_any = cases[i].eku_any;
	return c;
}

static void
each_limit_is_where_it_should_be(void **state)
{
	struct inventory *inv = world_inventory("hosts:\n"
	    "  - fqdn: " FQDN "\n    address: 10.0.0.1\n"
	    "    layout: separate\n    sites:\n"
	    "      - {url: https://im.contoso.com, mtls_port: 5061}\n");
	struct made ca = make_ca("CA", NULL);
	struct made m = make_cert((struct recipe){ .cn = FQDN, .issuer = &ca });

	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		struct host_view *v = world_view(inv, FQDN, NOW);
		struct subject *s = world_port(v, 5061);
		struct why why = { .severity = SEVERITY_OFF };
		struct cert changed = change(m.cert, i);
		enum verdict verdict;

		if (cases[i].misses > 0)
			world_fail(s, OUTCOME_TIMEOUT);
		else
			world_present(s, m.cert);
		host_view_settle(v);
		s->one_shot = false;
		s->misses = cases[i].misses;
		if (cases[i].misses == 0)
			s->leaf = &changed;
		why.severity = cases[i].check == check_expired ||
		    cases[i].check == check_not_yet_valid ?
		    SEVERITY_CRITICAL : SEVERITY_ERROR;
		verdict = cases[i].check(s, &why);
		if (cases[i].misses == 0)
			s->leaf = m.cert;
		if (verdict != cases[i].verdict)
			fail_msg("%s: %s", cases[i].why, verdict_name(verdict));
		if (verdict == VERDICT_FAIL &&
		    why.severity != cases[i].severity)
			fail_msg("%s: %s", cases[i].why,
			    severity_name(why.severity));
		why_done(&why);
		world_view_free(v);
	}
	inventory_unref(inv);
	made_free(&m);
	made_free(&ca);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_limit_is_where_it_should_be),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
