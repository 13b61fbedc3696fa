/* SPDX-License-Identifier: ISC */
/* What becomes of a failing check: tailoring, holds, waivers, stand-ins. */
#include "cwaudit/rule.h"

#include <stdlib.h>
#include <string.h>

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW		1780272000	/* 2026-06-01T00:00:00Z, a Monday */
#define FQDN		"cwa01.nwtraders.local"

/*
 * One host, judged once: its separate MTLS certificate has a key usage of too
 * little (error), no CRL distribution point (warning), and a foreign name
 * (notice); its HTTPS port does not answer.
 */
static const struct {
	const char	*why;
	const char	*keys;		/* of the host */
	const char	*findings;	/* at warning and above, unwaived */
} cases[] = {
	{ "as it is", "",
	    "https:unreachable mtls:key-usage mtls:no-cdp" },
	{ "one is off", "rules: {no-cdp: {severity: off, owner: o, reason: r}}",
	    "https:unreachable mtls:key-usage" },
	{ "one is lowered",
	    "rules: {key-usage: {severity: notice, owner: o, reason: r}}",
	    "https:unreachable mtls:no-cdp" },
	{ "planned", "state: planned", "" },
	{ "in maintenance",
	    "maintenance: [{from: 2026-05-31, until: 2026-06-02, reason: r}]",
	    "mtls:key-usage mtls:no-cdp" },
	{ "maintenance is over",
	    "maintenance: [{from: 2026-05-30, until: 2026-05-31, reason: r}]",
	    "https:unreachable mtls:key-usage mtls:no-cdp" },
	{ "waived", "waivers: [{rule: key-usage, ticket: T, owner: o, "
	    "approved_by: a, reason: r, until: 2026-12-31}]",
	    "https:unreachable mtls:no-cdp" },
	{ "waived for its role", "waivers: [{rule: key-usage, role: mtls, "
	    "ticket: T, owner: o, approved_by: a, reason: r, "
	    "until: 2026-12-31}]", "https:unreachable mtls:no-cdp" },
	{ "waived for another role", "waivers: [{rule: key-usage, role: https, "
	    "ticket: T, owner: o, approved_by: a, reason: r, "
	    "until: 2026-12-31}]",
	    "https:unreachable mtls:key-usage mtls:no-cdp" },
	{ "waived until yesterday", "waivers: [{rule: key-usage, ticket: T, "
	    "owner: o, approved_by: a, reason: r, until: 2026-05-31}]",
	    "https:unreachable mtls:key-usage mtls:no-cdp" },
	{ "waived up to a lower severity", "waivers: [{rule: key-usage, "
	    "severity: warning, ticket: T, owner: o, approved_by: a, "
	    "reason: r, until: 2026-12-31}]",
	    "https:unreachable mtls:key-usage mtls:no-cdp" },
	{ "waived up to its severity", "waivers: [{rule: key-usage, "
	    "severity: error, ticket: T, owner: o, approved_by: a, "
	    "reason: r, until: 2026-12-31}]",
	    "https:unreachable mtls:no-cdp" },
	{ "waived for the offender", "waivers: [{rule: key-usage, "
	    "offenders: [keyEncipherment], ticket: T, owner: o, "
	    "approved_by: a, reason: r, until: 2026-12-31}]",
	    "https:unreachable mtls:no-cdp" },
	{ "waived for another offender", "waivers: [{rule: key-usage, "
	    "offenders: [digitalSignature], ticket: T, owner: o, "
	    "approved_by: a, reason: r, until: 2026-12-31}]",
	    "https:unreachable mtls:key-usage mtls:no-cdp" },
	{ "waived at another site", "waivers: [{rule: key-usage, "
	    "site: chat.contoso.com, ticket: T, owner: o, approved_by: a, "
	    "reason: r, until: 2026-12-31}]",
	    "https:unreachable mtls:key-usage mtls:no-cdp" },
};

static struct inventory *
make_world(const char *keys)
{
	struct text yaml = {0};
	struct inventory *inv;

	text_addf(&yaml, "hosts:\n  - fqdn: " FQDN "\n    address: 10.0.0.1\n"
	    "    layout: separate\n    %s\n    sites:\n      - {url: "
	    "https://im.contoso.com, mtls_port: 5061}\n"
	    "      - {url: 'https://chat.contoso.com:444', "
	    "mtls_port: unknown}\n", keys);
	inv = world_inventory(text_str(&yaml));
	text_done(&yaml);
	return inv;
}

static char *
unwaived(const struct results *rs)
{
	struct results kept = {0};
	char *all;

	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].waiver == NULL)
			*results_add(&kept) = rs->item[i];
	all = world_findings(&kept, SEVERITY_WARNING);
	free(kept.item);	/* what is in it belongs to rs */
	return all;
}

static void
tailoring_decides_what_becomes_of_a_failure(void **state)
{
	struct made ca = make_ca("CA", NULL);
	struct made m = make_cert((struct recipe){ .cn = FQDN,
	    .san = "DNS:" FQDN ",DNS:www.fabrikam.com", .issuer = &ca,
	    .usage = "critical,digitalSignature", .cdp = "" });

	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		struct inventory *inv = make_world(cases[i].keys);
		struct host_view *v = world_view(inv, FQDN, NOW);
		struct results rs = {0};
		char *found;

		world_present(world_port(v, 5061), m.cert);
		world_fail(world_port(v, 443), OUTCOME_REFUSED);
		host_view_settle(v);
		rules_run_host(v, &rs);
		found = unwaived(&rs);
		if (strcmp(found, cases[i].findings) != 0)
			fail_msg("%s: %s", cases[i].why, found);
		free(found);
		results_done(&rs);
		world_view_free(v);
		inventory_unref(inv);
	}
	made_free(&ca);
	made_free(&m);
}

/* Where a waiver or setting stands, and how near it is; %s: the host's own. */
static const struct {
	const char	*what, *yaml;
	const char	*findings;
} levels[] = {
	{ "waived in the defaults", "defaults: {waivers: [{rule: key-usage, "
	    "owner: o, reason: r, until: 2026-12-31}]}\nhosts:\n  - {fqdn: "
	    FQDN, "" },
	{ "waived in the group", "groups: {g: {waivers: [{rule: key-usage, "
	    "owner: o, reason: r, until: 2026-12-31}]}}\nhosts:\n  - {group: "
	    "g, fqdn: " FQDN, "" },
	{ "the group's list replaces that of the defaults", "defaults: "
	    "{waivers: [{rule: key-usage, owner: o, reason: r, until: "
	    "2026-12-31}]}\ngroups: {g: {waivers: [{rule: no-cdp, owner: o, "
	    "reason: r, until: 2026-12-31}]}}\nhosts:\n  - {group: g, fqdn: "
	    FQDN, "mtls:key-usage" },
	{ "off in the defaults", "defaults: {rules: {key-usage: {severity: "
	    "off, owner: o, reason: r}}}\nhosts:\n  - {fqdn: " FQDN, "" },
	{ "off in the defaults, on again at the host", "defaults: {rules: "
	    "{key-usage: {severity: off, owner: o, reason: r}}}\nhosts:\n"
	    "  - {rules: {key-usage: {severity: error}}, fqdn: " FQDN,
	    "mtls:key-usage" },
	{ "off in the group", "groups: {g: {rules: {key-usage: {severity: off, "
	    "owner: o, reason: r}}}}\nhosts:\n  - {group: g, fqdn: " FQDN,
	    "" },
};

static void
the_nearest_level_counts(void **state)
{
	struct made ca = make_ca("CA", NULL);
	struct made m = make_cert((struct recipe){ .cn = FQDN, .issuer = &ca,
	    .usage = "critical,digitalSignature" });

	(void)state;
	for (size_t i = 0; i < ARRAY_N(levels); i++) {
		struct text yaml = {0};
		struct inventory *inv;
		struct host_view *v;
		struct results rs = {0};
		char *found;

		text_addf(&yaml, "%s, layout: separate, sites: [{url: "
		    "'https://im.contoso.com', mtls_port: 5061, tls: no}]}\n",
		    levels[i].yaml);
		inv = world_inventory(text_str(&yaml));
		v = world_view(inv, FQDN, NOW);
		world_present(world_port(v, 5061), m.cert);
		host_view_settle(v);
		rules_run_host(v, &rs);
		found = unwaived(&rs);
		if (strcmp(found, levels[i].findings) != 0)
			fail_msg("%s: %s", levels[i].what, found);
		free(found);
		text_done(&yaml);
		results_done(&rs);
		world_view_free(v);
		inventory_unref(inv);
	}
	made_free(&ca);
	made_free(&m);
}

/* Why a waiver does not hold, in the words of the message. */
static const struct { const char *keys, *said; } voids[] = {
	{ "waivers: [{rule: key-usage, ticket: T, owner: j.doe, reason: r, "
	    "until: 2026-05-31}]", "; the waiver of j.doe (T) is void: it "
	    "ended at 2026-05-31T00:00:00Z" },
	{ "waivers: [{rule: key-usage, severity: warning, owner: j.doe, "
	    "reason: r, until: 2026-12-31}]", "; the waiver of j.doe is void: "
	    "it was granted up to warning, and this is error" },
	{ "waivers: [{rule: key-usage, offenders: [digitalSignature], owner: "
	    "j.doe, reason: r, until: 2026-12-31}]", "; the waiver of j.doe "
	    "is void: it was not granted for keyEncipherment" },
	{ "waivers: [{rule: key-usage, owner: old, reason: r, until: "
	    "2026-05-31}, {rule: key-usage, owner: j.doe, reason: r, until: "
	    "2026-12-31}]", NULL },
	{ "waivers: [{rule: key-usage, role: https, owner: j.doe, reason: r, "
	    "until: 2026-05-31}]", NULL },
};

static void
a_void_waiver_is_said_to_be(void **state)
{
	struct made ca = make_ca("CA", NULL);
	struct made m = make_cert((struct recipe){ .cn = FQDN, .issuer = &ca,
	    .usage = "critical,digitalSignature" });

	(void)state;
	for (size_t i = 0; i < ARRAY_N(voids); i++) {
		struct inventory *inv = make_world(voids[i].keys);
		struct host_view *v = world_view(inv, FQDN, NOW);
		struct results rs = {0};
		const struct result *r;

		world_present(world_port(v, 5061), m.cert);
		host_view_settle(v);
		rules_run_host(v, &rs);
		r = world_result(&rs, world_port(v, 5061), "key-usage");
		if (voids[i].said != NULL ? strstr(r->message,
		    voids[i].said) == NULL || r->void_waiver == NULL :
		    strstr(r->message, "void") != NULL)
			fail_msg("case %zu: %s", i, r->message);
		results_done(&rs);
		world_view_free(v);
		inventory_unref(inv);
	}
	made_free(&ca);
	made_free(&m);
}

static void
what_is_off_is_recorded_as_not_assessed(void **state)
{
	struct inventory *inv = make_world("rules: {expired: {severity: off, "
	    "owner: o, reason: r}}");
	struct host_view *v = world_view(inv, FQDN, NOW);
	struct made m = make_cert((struct recipe){ .cn = FQDN,
	    .to = "20260301000000Z" });
	struct results rs = {0};
	const struct result *off, *other;

	(void)state;
	world_present(world_port(v, 5061), m.cert);
	host_view_settle(v);
	rules_run_host(v, &rs);
	off = world_result(&rs, world_port(v, 5061), "expired");
	assert_int_equal(off->verdict, VERDICT_NOT_APPLICABLE);
	assert_int_equal(off->severity, SEVERITY_OFF);
	assert_false(result_is_finding(off));
	/* who is off stands in for nobody */
	other = world_result(&rs, world_port(v, 5061), "expiring");
	assert_true(result_is_finding(other));
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
	made_free(&m);
}

static void
an_expired_one_is_told_once(void **state)
{
	struct inventory *inv = make_world("");
	struct host_view *v = world_view(inv, FQDN, NOW);
	struct made m = make_cert((struct recipe){ .cn = FQDN,
	    .to = "20260301000000Z" });
	struct results rs = {0};
	const struct result *r;

	(void)state;
	world_present(world_port(v, 5061), m.cert);
	host_view_settle(v);
	rules_run_host(v, &rs);
	r = world_result(&rs, world_port(v, 5061), "expiring");
	assert_int_equal(r->verdict, VERDICT_FAIL);
	assert_ptr_equal(r->stood_in, rule_find("expired"));
	assert_false(result_is_finding(r));
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
	made_free(&m);
}

static void
a_host_down_is_told_once_for_all_its_ports(void **state)
{
	struct inventory *inv = make_world("");
	struct host_view *v = world_view(inv, FQDN, NOW);
	struct results rs = {0};
	char *found;

	(void)state;
	world_fail(world_port(v, 443), OUTCOME_TIMEOUT);
	world_fail(world_port(v, 444), OUTCOME_REFUSED);
	world_fail(world_port(v, 5061), OUTCOME_UNREACHABLE);
	host_view_settle(v);
	rules_run_host(v, &rs);
	found = world_findings(&rs, SEVERITY_NOTICE);
	assert_string_equal(found, "host:host-down");
	free(found);
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
}

/* Misses in a row, days since it was seen (-1: never), the other port. */
static const struct {
	unsigned	 misses;
	bool		 one_shot;
	int		 seen_days;
	bool		 other_answers;
	enum verdict	 verdict;
	enum severity	 severity;
} misses[] = {
	{ 1, false, 1, true, VERDICT_UNKNOWN, 0 },
	{ 2, false, -1, true, VERDICT_FAIL, SEVERITY_WARNING },
	{ 2, false, 1, true, VERDICT_FAIL, SEVERITY_ERROR },
	{ 2, false, 7, true, VERDICT_FAIL, SEVERITY_ERROR },
	{ 2, false, 8, true, VERDICT_FAIL, SEVERITY_WARNING },
	{ 2, false, 1, false, VERDICT_FAIL, SEVERITY_WARNING },
	{ 1, true, -1, true, VERDICT_FAIL, SEVERITY_WARNING },
};

static void
a_miss_counts_when_it_is_the_second(void **state)
{
	struct inventory *inv = make_world("");
	struct made m = make_cert((struct recipe){ .cn = FQDN });

	(void)state;
	for (size_t i = 0; i < ARRAY_N(misses); i++) {
		struct host_view *v = world_view(inv, FQDN, NOW);
		struct subject *s = world_port(v, 443);
		struct results rs = {0};
		const struct result *r;

		world_fail(s, OUTCOME_REFUSED);
		s->misses = misses[i].misses;
		s->one_shot = misses[i].one_shot;
		if (misses[i].seen_days >= 0)
			s->last_observed = NOW -
			    misses[i].seen_days * (int64_t)CLOCK_DAY;
		if (misses[i].other_answers)
			world_present(world_port(v, 5061), m.cert);
		host_view_settle(v);
		rules_run_host(v, &rs);
		r = world_result(&rs, s, "unreachable");
		if (r->verdict != (int)misses[i].verdict ||
		    (r->verdict == VERDICT_FAIL &&
		    r->severity != misses[i].severity))
			fail_msg("case %zu: %s %s", i,
			    verdict_name((enum verdict)r->verdict),
			    severity_name(r->severity));
		results_done(&rs);
		world_view_free(v);
	}
	inventory_unref(inv);
	made_free(&m);
}

/* Seconds since the ports differ; -1: not known since when. */
static void
a_split_is_a_notice_until_the_rollout_is_over(void **state)
{
	static const struct { int since; bool one_shot; enum severity s; }
	ages[] = {
		{ -1, false, SEVERITY_NOTICE }, { 0, false, SEVERITY_NOTICE },
		{ 3599, false, SEVERITY_NOTICE },
		{ 3600, false, SEVERITY_ERROR }, { -1, true, SEVERITY_ERROR },
	};
	struct inventory *inv = world_inventory("hosts:\n  - fqdn: " FQDN
	    "\n    sites:\n"
	    "      - {url: https://im.contoso.com, mtls_port: 5061}\n");
	struct made a = make_cert((struct recipe){ .cn = FQDN, .serial = 1 });
	struct made b = make_cert((struct recipe){ .cn = FQDN, .serial = 2 });

	(void)state;
	for (size_t i = 0; i < ARRAY_N(ages); i++) {
		struct host_view *v = world_view(inv, FQDN, NOW);
		struct results rs = {0};

		v->one_shot = ages[i].one_shot;
		if (ages[i].since >= 0)
			v->split_since = NOW - ages[i].since;
		world_present(world_port(v, 443), a.cert);
		world_present(world_port(v, 5061), b.cert);
		host_view_settle(v);
		rules_run_host(v, &rs);
		assert_int_equal(world_result(&rs, NULL,
		    "single-split")->severity, ages[i].s);
		results_done(&rs);
		world_view_free(v);
	}
	inventory_unref(inv);
	made_free(&a);
	made_free(&b);
}

/* A cheap look proves and refutes nothing. */
static void
a_hello_leaves_handshake_rules_undecided(void **state)
{
	static const char *const undecided[] = { "not-proven", "legacy-tls",
	    "handshake-broken" };
	struct inventory *inv = make_world("");
	struct host_view *v = world_view(inv, FQDN, NOW);
	struct made m = make_cert((struct recipe){ .cn = FQDN });
	struct subject *s = world_port(v, 5061);
	struct observation *o;
	struct results rs = {0};

	(void)state;
	world_present(s, m.cert);
	o = (struct observation *)(uintptr_t)s->seen;
	o->via = VIA_HELLO;
	o->proof = PROOF_NONE;
	o->ending = ENDING_STOPPED;
	strcpy(o->tls_version, "TLSv1");
	host_view_settle(v);
	rules_run_host(v, &rs);
	for (size_t i = 0; i < ARRAY_N(undecided); i++)
		assert_int_equal(world_result(&rs, s, undecided[i])->verdict,
		    VERDICT_UNKNOWN);
	results_done(&rs);
	/* the same hello after a handshake had failed decides */
	o->fell_back = true;
	rules_run_host(v, &rs);
	assert_int_equal(world_result(&rs, s, "not-proven")->verdict,
	    VERDICT_FAIL);
	assert_int_equal(world_result(&rs, s, "legacy-tls")->verdict,
	    VERDICT_FAIL);
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
	made_free(&m);
}

/* Nothing seen: nothing fails, nothing passes. */
static void
without_a_look_everything_is_unknown(void **state)
{
	struct inventory *inv = make_world("");
	struct host_view *v = world_view(inv, FQDN, NOW);
	struct results rs = {0};

	(void)state;
	host_view_settle(v);
	rules_run_host(v, &rs);
	assert_true(rs.n > 20);
	for (size_t i = 0; i < rs.n; i++)
		if (rs.item[i].verdict != VERDICT_UNKNOWN)
			fail_msg("%s: %s", rs.item[i].rule->id, verdict_name(
			    (enum verdict)rs.item[i].verdict));
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
}

static void
published_addresses_are_judged_by_their_own_rules(void **state)
{
	struct inventory *inv = world_inventory("published:\n  - {url: "
	    "https://im.contoso.com, address: 192.0.2.10, kind: offload}\n");
	struct made m = make_cert((struct recipe){ .cn = "*.contoso.com",
	    .san = "DNS:*.contoso.com", .key = EVP_EC_gen("P-256") });
	struct subject s = { .inventory = inv, .endpoint = inv->endpoints,
	    .now = NOW, .one_shot = true };
	struct results rs = {0};
	const struct result *r;
	char *found;

	(void)state;
	world_present(&s, m.cert);
	rules_run_published(&s, &rs);
	found = world_findings(&rs, SEVERITY_NOTICE);
	/* no key-type, no site-subject: it is no CWA server */
	assert_string_equal(found, "published:site-names published:wildcard");
	free(found);
	r = world_result(&rs, &s, "wildcard");
	assert_int_equal(r->severity, SEVERITY_NOTICE);
	assert_null(r->host);
	r = world_result(&rs, &s, "site-names");
	assert_non_null(strstr(r->message, "the certificate published at "
	    "https://im.contoso.com"));
	assert_non_null(strstr(r->remedy, "as.im.contoso.com"));
	results_done(&rs);
	cert_unref(s.leaf);
	observation_free(s.seen);
	inventory_unref(inv);
	made_free(&m);
}

/* No pattern of a name is ever left in a remedy, whatever the rule. */
static void
every_remedy_is_filled_in(void **state)
{
	struct inventory *inv = make_world("");
	struct host_view *v = world_view(inv, FQDN, NOW);
	struct made m = make_cert((struct recipe){ .cn = "b d", .cn2 = "x",
	    .san = "DNS:*.fabrikam.com,DNS:a.fabrikam.com", .eku = "clientAuth",
	    .usage = "digitalSignature", .basic = "CA:TRUE", .cdp = "",
	    .md = EVP_md5(), .from = "20300101000000Z",
	    .to = "20200101000000Z" });
	struct results rs = {0};
	size_t fails = 0;

	(void)state;
	world_present(world_port(v, 5061), m.cert);
	world_present(world_port(v, 443), m.cert);
	host_view_settle(v);
	rules_run_host(v, &rs);
	for (size_t i = 0; i < rs.n; i++) {
		const struct result *r = &rs.item[i];

		if (r->verdict != VERDICT_FAIL)
			continue;
		fails++;
		if (strpbrk(r->remedy, "{}") != NULL || r->remedy[0] == '\0' ||
		    strpbrk(r->message, "{}") != NULL)
			fail_msg("%s: %s", r->rule->id, r->remedy);
		assert_int_equal(strlen(r->id), FINDING_ID - 1);
	}
	assert_true(fails > 25);
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
	made_free(&m);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tailoring_decides_what_becomes_of_a_failure),
		cmocka_unit_test(the_nearest_level_counts),
		cmocka_unit_test(a_void_waiver_is_said_to_be),
		cmocka_unit_test(what_is_off_is_recorded_as_not_assessed),
		cmocka_unit_test(an_expired_one_is_told_once),
		cmocka_unit_test(a_host_down_is_told_once_for_all_its_ports),
		cmocka_unit_test(a_miss_counts_when_it_is_the_second),
		cmocka_unit_test(a_split_is_a_notice_until_the_rollout_is_over),
		cmocka_unit_test(a_hello_leaves_handshake_rules_undecided),
		cmocka_unit_test(without_a_look_everything_is_unknown),
		cmocka_unit_test(
		    published_addresses_are_judged_by_their_own_rules),
		cmocka_unit_test(every_remedy_is_filled_in),
	};

	return cmocka_run_group_tests_name("rule_run", tests, NULL, NULL);
}
