/* SPDX-License-Identifier: ISC */
/*
 * The rules about several hosts: each is seen to pass and to fail its scene,
 * and one without a scene fails here.
 */
#include "cwaudit/rule.h"

#include <string.h>

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW		1780272000	/* 2026-06-01T00:00:00Z */

static const char shared_yaml[] =
    "roots: {corp: root.pem}\n"
    "defaults: {layout: separate, names_dns: yes, trust: {mtls: [corp]}}\n"
    "hosts:\n"
    "  - {fqdn: cwa01.nwtraders.local, address: 10.0.0.1, sites: [{url: "
    "\"https://im.contoso.com\", mtls_port: 5061}]}\n"
    "  - {fqdn: cwa02.nwtraders.local, address: 10.0.0.2, sites: [{url: "
    "\"https://im.contoso.com\", mtls_port: 5061}]}\n";

/* Both hosts: HTTPS, MTLS, HTTPS, MTLS. */
struct shared_stage {
	struct port	 ports[4];
	struct farm_view farm;
	struct fleet_view fleet;
	struct made	 ca, old, new;
	struct dns_name	 names[2];
	struct dns_site	 site;
	bool		 bad;
};

static void
put(struct port *p, const struct cert *c)
{
	p->leaf = p->last_leaf = c;
}

static void
look_farm_split(struct shared_stage *t)
{
	put(&t->ports[0], t->new.cert);
	put(&t->ports[2], t->bad ? t->old.cert : t->new.cert);
}

static void
look_shared_key(struct shared_stage *t)
{
	/* one key of one farm is fine over HTTPS, never over MTLS */
	put(&t->ports[t->bad ? 1 : 0], t->new.cert);
	put(&t->ports[t->bad ? 3 : 2], t->new.cert);
}

static void
look_chain_expiring(struct shared_stage *t)
{
	static const struct cert *path[2];
	static struct chain chain = { .status = CHAIN_TRUSTED, .path = path,
	    .n_path = 2 };

	path[0] = t->new.cert;
	path[1] = t->bad ? t->old.cert : t->ca.cert;	/* old ends first */
	put(&t->ports[1], t->new.cert);
	t->ports[1].last_chain = &chain;
}

static void
look_names_dns(struct shared_stage *t)
{
	t->names[0].answer = DNS_FOUND;
	t->names[1].answer = t->bad ? DNS_NONE : DNS_FOUND;
}

static const struct {
	const char	*rule;
	void		(*look)(struct shared_stage *);
} shared_scenes[] = {
	{ "farm-split", look_farm_split },
	{ "shared-key", look_shared_key },
	{ "chain-expiring", look_chain_expiring },
	{ "names-dns", look_names_dns },
};

static void
stage_init(struct shared_stage *t, const struct inventory *inv, bool bad)
{
	struct recipe r = { .cn = "im.contoso.com", .san = "DNS:im.contoso.com,"
	    "DNS:as.im.contoso.com,DNS:download.im.contoso.com",
	    .issuer = &t->ca, .from = "20250620000000Z",
	    .to = "20260620000000Z" };

	*t = (struct shared_stage){ .bad = bad };
	t->ca = make_ca("CA", NULL);
	t->old = make_cert(r);
	r.from = "20260501000000Z";
	r.to = "20270501000000Z";
	t->new = make_cert(r);
	for (size_t i = 0; i < 4; i++)
		t->ports[i] = (struct port){ .endpoint = &inv->endpoints[i],
		    .role = i % 2 == 0 ? ROLE_HTTPS : ROLE_MTLS };
	for (size_t i = 0; i < 2; i++)
		t->names[i] = (struct dns_name){ .name =
		    i == 0 ? "im.contoso.com" : "as.im.contoso.com" };
	t->site = (struct dns_site){ &inv->endpoints[0], "im.contoso.com",
	    t->names, 2 };
}

static void
expect_nodes(const struct strings *nodes)
{
	static const char *const wanted[] = { "cwa01.nwtraders.local", "right",
	    "cwa02.nwtraders.local", "behind" };

	assert_int_equal(nodes->n, 6);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(nodes->item[i / 2 * 3 + i % 2], wanted[i]);
	assert_non_null(strstr(nodes->item[2], "2026-"));
	assert_string_not_equal(nodes->item[2], nodes->item[5]);
}

static void
judge_shared(size_t i, bool bad)
{
	struct inventory *inv = world_inventory(shared_yaml);
	struct shared_stage t;
	struct port nodes[2];
	struct results rs = {0};
	const struct rule *rule = rule_find(shared_scenes[i].rule);
	int verdict = -1;

	stage_init(&t, inv, bad);
	shared_scenes[i].look(&t);
	nodes[0] = t.ports[0];
	nodes[1] = t.ports[2];
	t.farm = (struct farm_view){ .farm = &inv->farms[0], .nodes = nodes,
	    .n = 2, .now = NOW, .split_since = CLOCK_NEVER, .one_shot = true };
	t.fleet = (struct fleet_view){ .inventory = inv, .ports = t.ports,
	    .n = 4, .dns = &t.site, .n_dns = 1, .now = NOW };
	rules_run_farm(&t.farm, &rs);
	rules_run_fleet(&t.fleet, &rs);
	for (size_t k = 0; k < rs.n; k++) {
		const struct result *r = &rs.item[k];

		if (r->rule != rule || r->verdict < verdict)
			continue;
		verdict = r->verdict;
		if (r->verdict != VERDICT_FAIL)
			continue;
		assert_true(result_is_finding(r) && r->severity ==
		    SEVERITY_WARNING && r->offenders.n > 0);
		if (r->rule->scope == SCOPE_FARM)
			expect_nodes(&r->nodes);
		if (strpbrk(r->remedy, "{}") != NULL)
			fail_msg("%s: %s", rule->id, r->remedy);
	}
	if (verdict != (bad ? VERDICT_FAIL : VERDICT_PASS))
		fail_msg("%s, %s: %d", rule->id, bad ? "bad" : "good", verdict);
	results_done(&rs);
	made_free(&t.ca);
	made_free(&t.old);
	made_free(&t.new);
	inventory_unref(inv);
}

static void
rules_about_several_hosts_pass_and_fail_their_scene(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(shared_scenes); i++) {
		judge_shared(i, false);
		judge_shared(i, true);
	}
}

static void
no_rule_about_several_hosts_is_without_a_scene(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_rules; i++) {
		const struct rule *r = &rules[i];
		size_t n = 0;

		for (size_t k = 0; k < ARRAY_N(shared_scenes); k++)
			n += strcmp(shared_scenes[k].rule, r->id) == 0;
		if (n != (r->check_farm != NULL || r->check_fleet != NULL))
			fail_msg("%s has %zu scenes", r->id, n);
	}
}

/* A key may be the farm's, and that of what stands in front of it. */
static const struct {
	const char	*what;
	int		 a, b;		/* ports that share a key; see roles */
	enum verdict	 verdict;
} sharings[] = {
	{ "HTTPS of two nodes", 0, 2, VERDICT_PASS },
	{ "both ports of one host", 0, 1, VERDICT_PASS },
	{ "MTLS of two nodes", 1, 3, VERDICT_FAIL },
	{ "MTLS of one, HTTPS of the other", 1, 2, VERDICT_FAIL },
};

static void
who_may_share_a_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(sharings); i++) {
		struct inventory *inv = world_inventory(shared_yaml);
		struct fleet_view v = { .inventory = inv, .n = 4, .now = NOW };
		struct shared_stage t;
		struct results rs = {0};
		int verdict = VERDICT_PASS;

		stage_init(&t, inv, false);
		put(&t.ports[sharings[i].a], t.new.cert);
		put(&t.ports[sharings[i].b], t.new.cert);
		v.ports = t.ports;
		rules_run_fleet(&v, &rs);
		for (size_t k = 0; k < rs.n; k++)
			if (rs.item[k].rule == rule_find("shared-key") &&
			    rs.item[k].verdict > verdict)
				verdict = rs.item[k].verdict;
		if (verdict != (int)sharings[i].verdict)
			fail_msg("%s: %d", sharings[i].what, verdict);
		results_done(&rs);
		made_free(&t.ca);
		made_free(&t.old);
		made_free(&t.new);
		inventory_unref(inv);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    no_rule_about_several_hosts_is_without_a_scene),
		cmocka_unit_test(
		    rules_about_several_hosts_pass_and_fail_their_scene),
		cmocka_unit_test(who_may_share_a_key),
	};

	return cmocka_run_group_tests_name("rule_fleet", tests, NULL, NULL);
}
