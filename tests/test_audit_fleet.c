/* SPDX-License-Identifier: ISC */
/*
 * What the conductor says of several hosts: farms and their roll-outs, keys,
 * CAs, names in the DNS, intermediates that only some send; and waivers of it.
 */
#include "sweep.h"

#define IM	"im.contoso.com"
#define NAMES	"DNS:" IM ",DNS:as." IM ",DNS:download." IM

static const char *const fqdns[] = { "cwa01.contoso.com", "cwa02.contoso.com",
    "cwa03.contoso.com" };

static struct made root, middle;
static EVP_PKEY *keys[5];

/* An array of three; %s: more of the defaults, of cwa03. */
static char *
array_yaml(const char *defaults, const char *cwa03)
{
	struct text t = {0};

	text_addf(&t, "roots: {corp: root.pem}\n"
	    "defaults: {layout: separate, trust: {mtls: [corp], "
	    "https: [corp]}%s}\nhosts:\n", defaults);
	for (int i = 0; i < 3; i++)
		text_addf(&t, "  - fqdn: cwa0%d.contoso.com\n"
		    "    address: 10.0.0.%d\n%s    sites:\n      - {url: "
		    "\"https://im.contoso.com\", mtls_port: 5061}\n", i + 1,
		    i + 1, i == 2 ? cwa03 : "");
	return text_take(&t);
}

struct array {
	struct sweep	 w;
	char		*yaml;
	struct made	 mtls[3], old, new;
};

static void
array_init(struct array *a, const char *defaults, const char *cwa03,
    bool one_shot)
{
	a->yaml = array_yaml(defaults, cwa03);
	sweep_init(&a->w, "inventory.yaml", a->yaml, &root, one_shot);
	for (int i = 0; i < 3; i++)
		a->mtls[i] = make_cert((struct recipe){ .cn = fqdns[i],
		    .issuer = &root, .key = keys[i] });
	a->old = make_cert((struct recipe){ .cn = IM, .san = NAMES,
	    .issuer = &root, .key = keys[3], .from = "20250801000000Z",
	    .to = "20260801000000Z" });
	a->new = make_cert((struct recipe){ .cn = IM, .san = NAMES, .serial = 2,
	    .issuer = &root, .key = keys[4], .from = "20260530000000Z",
	    .to = "20270530000000Z" });
	for (int i = 0; i < 3; i++) {
		sweep_present(&a->w, fqdns[i], 443, &a->old, NULL);
		sweep_present(&a->w, fqdns[i], 5061, &a->mtls[i], NULL);
	}
}

static void
drop(struct made *m)
{
	m->key = shared_key();		/* ours are kept */
	made_free(m);
}

static void
array_done(struct array *a)
{
	sweep_done(&a->w);
	free(a->yaml);
	for (int i = 0; i < 3; i++)
		drop(&a->mtls[i]);
	drop(&a->old);
	drop(&a->new);
}

static void
expect_told(struct sweep *w, const char *told)
{
	assert_string_equal(text_str(&w->told), told);
	text_reset(&w->told);
}

static void
assert_said(struct sweep *w, const char *part)
{
	if (strstr(text_str(&w->last_msg), part) == NULL)
		fail_msg("no \"%s\" in %s", part, text_str(&w->last_msg));
}

static void
a_rollout_is_noticed_then_warned_of_then_cleared(void **state)
{
	struct array a;

	(void)state;
	array_init(&a, "", "", false);
	sweep_pass(&a.w, 7200);
	expect_told(&a.w, "");
	sweep_present(&a.w, fqdns[0], 443, &a.new, NULL);
	sweep_pass(&a.w, 3700);
	expect_told(&a.w, "opened farm-split/notice farm; ");
	assert_said(&a.w, "1 of 3 nodes of the farm im.contoso.com present "
	    "the new certificate since 2026-06-01T0");
	assert_said(&a.w, "cwa02.contoso.com (behind, SHA-256 ");
	assert_said(&a.w, "site=im.contoso.com");
	assert_null(strstr(text_str(&a.w.last_msg), " host="));
	sweep_present(&a.w, fqdns[1], 443, &a.new, NULL);
	sweep_pass(&a.w, 3700);
	expect_told(&a.w, "changed farm-split/notice farm; ");
	assert_said(&a.w, "2 of 3 nodes");
	sweep_pass(&a.w, 86400);
	expect_told(&a.w, "changed farm-split/warning farm; ");
	assert_said(&a.w, "prev_severity=notice");
	sweep_present(&a.w, fqdns[2], 443, &a.new, NULL);
	sweep_pass(&a.w, 3700);
	expect_told(&a.w, "cleared farm-split/warning farm; ");
	array_done(&a);
}

/* Nobody knows since when: as for the ports of one host, it counts at once. */
static void
one_look_at_a_split_farm_warns(void **state)
{
	struct array a;

	(void)state;
	array_init(&a, "", "", true);
	sweep_present(&a.w, fqdns[0], 443, &a.new, NULL);
	sweep_pass(&a.w, 10);
	sweep_expect(&a.w, SEVERITY_WARNING, "farm:farm-split", "one look");
	array_done(&a);
}

static void
a_node_that_breaks_a_rule_does_not_wait(void **state)
{
	struct array a;
	struct made bad;

	(void)state;
	array_init(&a, "", "", false);
	bad = make_cert((struct recipe){ .cn = IM, .san = "DNS:" IM,
	    .issuer = &root, .key = keys[4], .from = "20260530000000Z" });
	sweep_pass(&a.w, 10);
	sweep_present(&a.w, fqdns[0], 443, &bad, NULL);
	sweep_pass(&a.w, 3700);
	assert_non_null(strstr(text_str(&a.w.told),
	    "opened farm-split/warning farm; "));
	array_done(&a);
	drop(&bad);
}

/* Between two nodes only memory tells that the certificate is a copy. */
static void
two_nodes_with_own_leaves_are_no_split_unless_one_was_a_copy(void **state)
{
	static const char yaml[] = "hosts:\n"
	    "  - {fqdn: cwa01.contoso.com, address: 10.0.0.1, layout: separate,"
	    " sites: [{url: \"https://im.contoso.com\", mtls_port: unknown}]}\n"
	    "  - {fqdn: cwa02.contoso.com, address: 10.0.0.2, layout: separate,"
	    " sites: [{url: \"https://im.contoso.com\", mtls_port: unknown}]}\n";
	struct made ca = make_ca("CA", NULL);
	struct made one = make_cert((struct recipe){ .cn = IM, .san = NAMES,
	    .issuer = &ca, .key = keys[0] });
	struct made two = make_cert((struct recipe){ .cn = IM, .san = NAMES,
	    .issuer = &ca, .key = keys[1], .from = "20260301000000Z" });
	struct sweep w;

	(void)state;
	sweep_init(&w, "inventory.yaml", yaml, &ca, false);
	sweep_present(&w, fqdns[0], 443, &one, NULL);
	sweep_present(&w, fqdns[1], 443, &two, NULL);
	sweep_pass(&w, 4000);
	expect_told(&w, "");
	sweep_present(&w, fqdns[1], 443, &one, NULL);
	sweep_pass(&w, 4000);
	expect_told(&w, "");
	sweep_present(&w, fqdns[1], 443, &two, NULL);
	sweep_pass(&w, 4000);
	expect_told(&w, "opened farm-split/notice farm; ");
	sweep_done(&w);
	drop(&one);
	drop(&two);
	made_free(&ca);
}

/* -- settings, waivers, planned, maintenance ------------------------------ */

#define WAIVER(more)	"    waivers: [{rule: farm-split, owner: j.doe, " \
	"reason: r, until: 2026-12-31" more "}]\n"

static const struct {
	const char	*what, *defaults, *cwa03;
	const char	*findings;
	const char	*message;	/* part of the farm's, or NULL */
} tailored[] = {
	{ "as it is", "", "", "farm:farm-split", "differing: cwa03" },
	{ "off in the defaults", ", rules: {farm-split: {severity: off, "
	    "owner: o, reason: r}}", "", "", NULL },
	{ "off on the node that is behind", "", "    rules: {farm-split: "
	    "{severity: off, owner: o, reason: r}}\n", "", NULL },
	{ "lowered there", "", "    rules: {farm-split: {severity: notice, "
	    "owner: o, reason: r}}\n", "", NULL },
	{ "the node is planned", "", "    state: planned\n", "", NULL },
	{ "the node is in maintenance", "", "    maintenance: [{from: "
	    "2026-05-31, until: 2026-06-02, reason: r}]\n", "", NULL },
	{ "waived on the node", "", WAIVER(""), "", NULL },
	{ "waived there for it", "", WAIVER(", offenders: "
	    "[cwa03.contoso.com]"), "", NULL },
	{ "waived there for another", "", WAIVER(", offenders: "
	    "[cwa02.contoso.com]"), "farm:farm-split",
	    "the waiver of j.doe is void: it was not granted for cwa03" },
	{ "waived there for less", "", WAIVER(", severity: notice"),
	    "farm:farm-split", "it was granted up to notice, and this is "
	    "warning" },
	{ "waived in the defaults", ", waivers: [{rule: farm-split, owner: o, "
	    "reason: r, until: 2026-12-31}]", "", "", NULL },
	{ "waived until yesterday", ", waivers: [{rule: farm-split, owner: o, "
	    "reason: r, until: 2026-05-31}]", "", "farm:farm-split",
	    "it ended at 2026-05-31T00:00:00Z" },
};

static void
assert_farm_says(struct sweep *w, const char *part, const char *what)
{
	struct snapshot *snap = audit_snapshot(w->audit);
	bool found = false;

	for (size_t i = 0; i < snap->results.n; i++)
		if (strcmp(snap->results.item[i].rule->id, "farm-split") == 0 &&
		    snap->results.item[i].message != NULL)
			found |= strstr(snap->results.item[i].message, part) !=
			    NULL;
	if (!found)
		fail_msg("%s: nothing says %s", what, part);
	snapshot_free(snap);
}

static void
settings_of_the_nodes_decide_about_their_farm(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tailored) / sizeof(tailored[0]); i++) {
		struct array a;

		array_init(&a, tailored[i].defaults, tailored[i].cwa03, true);
		sweep_present(&a.w, fqdns[0], 443, &a.new, NULL);
		sweep_present(&a.w, fqdns[1], 443, &a.new, NULL);
		sweep_pass(&a.w, 10);
		sweep_expect(&a.w, SEVERITY_WARNING, tailored[i].findings,
		    tailored[i].what);
		if (tailored[i].message != NULL)
			assert_farm_says(&a.w, tailored[i].message,
			    tailored[i].what);
		array_done(&a);
	}
}

/* Who works on a node makes the others look behind. */
static void
maintenance_of_one_node_holds_its_farm(void **state)
{
	struct array a;

	(void)state;
	array_init(&a, "", "    maintenance: [{from: 2026-05-31, until: "
	    "2026-06-02, reason: r}]\n", true);
	sweep_present(&a.w, fqdns[2], 443, &a.new, NULL);
	sweep_pass(&a.w, 10);
	sweep_expect(&a.w, SEVERITY_NOTICE, "", "the others are behind");
	array_done(&a);
}

/* A finding about two hosts is not waived by one of them. */
static void
a_waiver_of_one_is_not_one_of_all(void **state)
{
	struct array a;

	(void)state;
	array_init(&a, "", WAIVER(""), true);
	sweep_present(&a.w, fqdns[0], 443, &a.new, NULL);
	sweep_pass(&a.w, 10);
	sweep_expect(&a.w, SEVERITY_WARNING, "farm:farm-split", "one of two");
	assert_farm_says(&a.w, "the waiver of j.doe is not enough: "
	    "cwa02.contoso.com has none", "one of two");
	array_done(&a);
}

/* The end of a waiver is told when it comes, and what is waived is quiet. */
static void
a_waiver_that_ends_is_told(void **state)
{
	struct array a;

	(void)state;
	array_init(&a, "", "    waivers: [{rule: farm-split, owner: j.doe, "
	    "reason: r, until: \"2026-06-01T04:00Z\"}]\n", false);
	a.w.config.rollout_s = 60;
	sweep_present(&a.w, fqdns[0], 443, &a.new, NULL);
	sweep_present(&a.w, fqdns[1], 443, &a.new, NULL);
	sweep_pass(&a.w, 10000);
	assert_non_null(strstr(text_str(&a.w.told), "farm-split/warning"));
	assert_said(&a.w, "waived=yes");
	text_reset(&a.w.told);
	sweep_pass(&a.w, 8000);
	expect_told(&a.w, "unwaived farm-split/warning farm; ");
	assert_said(&a.w, "is void: it ended at 2026-06-01T04:00:00Z");
	array_done(&a);
}

/* -- the fleet ------------------------------------------------------------ */

static void
a_shared_key_opens_once_and_clears(void **state)
{
	struct array a;

	(void)state;
	array_init(&a, "", "", false);
	sweep_present(&a.w, fqdns[1], 5061, &a.mtls[0], NULL);
	sweep_pass(&a.w, 3600);
	assert_non_null(strstr(text_str(&a.w.told),
	    "opened shared-key/warning fleet; "));
	assert_non_null(strstr(text_str(&a.w.told), "opened wrong-service"));
	text_reset(&a.w.told);
	sweep_present(&a.w, fqdns[1], 5061, NULL, NULL);	/* it is down */
	sweep_pass(&a.w, 30000);
	assert_null(strstr(text_str(&a.w.told), "shared-key"));
	text_reset(&a.w.told);
	sweep_present(&a.w, fqdns[1], 5061, &a.mtls[1], NULL);
	sweep_pass(&a.w, 40000);
	assert_non_null(strstr(text_str(&a.w.told),
	    "cleared shared-key/warning fleet; "));
	array_done(&a);
}

/* One host sends the intermediate; who is looked at first must not matter. */
static void
an_intermediate_helps_all_whoever_comes_first(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct made leaf[3];
		struct array a;

		array_init(&a, "", "", true);
		a.w.backwards = order == 1;
		for (int i = 0; i < 3; i++) {
			leaf[i] = make_cert((struct recipe){ .cn = fqdns[i],
			    .issuer = &middle, .key = keys[i] });
			sweep_present(&a.w, fqdns[i], 5061, &leaf[i],
			    i == 1 ? &middle : NULL);
		}
		sweep_pass(&a.w, 10);
		assert_true(audit_swept(a.w.audit));
		sweep_expect(&a.w, SEVERITY_WARNING, "mtls:incomplete-chain",
		    order == 0 ? "in order" : "backwards");
		array_done(&a);
		for (int i = 0; i < 3; i++)
			drop(&leaf[i]);
	}
}

static void
the_daemon_judges_again_when_an_intermediate_comes(void **state)
{
	struct made leaf, other;
	struct array a;

	(void)state;
	array_init(&a, "", "", false);
	a.w.config.settle_s = 0;
	leaf = make_cert((struct recipe){ .cn = fqdns[0], .issuer = &middle,
	    .key = keys[0] });
	other = make_cert((struct recipe){ .cn = fqdns[2], .issuer = &middle,
	    .key = keys[2] });
	a.w.strangers = true;
	sweep_present(&a.w, fqdns[0], 5061, &leaf, NULL);
	sweep_pass(&a.w, 10);
	expect_told(&a.w, "opened untrusted/error mtls; ");
	sweep_present(&a.w, fqdns[2], 5061, &other, &middle);
	audit_sweep(a.w.audit);
	sweep_pass(&a.w, 30);
	assert_non_null(strstr(text_str(&a.w.told),
	    "cleared untrusted/error mtls; "));
	assert_non_null(strstr(text_str(&a.w.told),
	    "opened incomplete-chain/warning mtls; "));
	text_reset(&a.w.told);
	sweep_pass(&a.w, 50000);	/* and it stays so */
	expect_told(&a.w, "");
	array_done(&a);
	drop(&leaf);
	drop(&other);
}

/* One node's leaf or the other's: what is found does not come and go. */
static void
a_virtual_address_has_a_set_of_leaves(void **state)
{
	static const char yaml[] = "defaults: {layout: separate}\nhosts:\n"
	    "  - {fqdn: cwa01.contoso.com, address: 10.0.0.1, "
	    "sites: [{url: \"https://im.contoso.com\", mtls_port: unknown}]}\n"
	    "  - {fqdn: cwa02.contoso.com, address: 10.0.0.2, "
	    "sites: [{url: \"https://im.contoso.com\", mtls_port: unknown}]}\n"
	    "published: [{url: \"https://im.contoso.com\", address: "
	    "192.0.2.10, kind: virtual-address}]\n";
	static const char front[] = "https://im.contoso.com";
	struct made ca = make_ca("CA", NULL);
	struct made good = make_cert((struct recipe){ .cn = IM, .san = NAMES,
	    .issuer = &ca, .key = keys[0] });
	struct made bare = make_cert((struct recipe){ .cn = IM, .san = NAMES,
	    .issuer = &ca, .key = keys[1], .cdp = "" });
	struct sweep w;
	size_t told;

	(void)state;
	sweep_init(&w, "inventory.yaml", yaml, &ca, false);
	sweep_present(&w, fqdns[0], 443, &good, NULL);
	sweep_present(&w, fqdns[1], 443, &bare, NULL);
	sweep_present(&w, front, 443, &good, NULL);
	sweep_pass(&w, 100);
	expect_told(&w, "opened no-cdp/warning https; ");
	sweep_present(&w, front, 443, &bare, NULL);
	sweep_pass(&w, 3700);
	expect_told(&w, "opened no-cdp/warning published; ");
	for (int i = 0; i < 6; i++) {
		sweep_present(&w, front, 443, i % 2 == 0 ? &good : &bare,
		    NULL);
		sweep_pass(&w, 3700);
	}
	expect_told(&w, "");
	sweep_present(&w, front, 443, &good, NULL);
	sweep_present(&w, fqdns[1], 443, &good, NULL);
	sweep_pass(&w, 7500);
	told = w.told.len;
	assert_non_null(strstr(text_str(&w.told),
	    "cleared no-cdp/warning published; "));
	assert_non_null(strstr(text_str(&w.told),
	    "cleared no-cdp/warning https; "));
	sweep_pass(&w, 7500);
	assert_int_equal(w.told.len, told);
	sweep_done(&w);
	drop(&good);
	drop(&bare);
	made_free(&ca);
}

/* -- names in the DNS ----------------------------------------------------- */

static const struct {
	const char	*what, *dns, *findings, *message;
} dns[] = {
	{ "all lead to the site", " im.contoso.com=10.0.0.1,10.0.0.2"
	    " as.im.contoso.com=10.0.0.3 download.im.contoso.com=192.0.2.10",
	    "", NULL },
	{ "one does not resolve", " im.contoso.com=10.0.0.1"
	    " as.im.contoso.com= download.im.contoso.com=10.0.0.1",
	    "fleet:names-dns", "as.im.contoso.com does not resolve (no such "
	    "name)" },
	{ "one leads elsewhere", " im.contoso.com=10.0.0.1"
	    " as.im.contoso.com=10.7.7.7,10.0.0.1"
	    " download.im.contoso.com=10.0.0.1",
	    "fleet:names-dns", "as.im.contoso.com leads to 10.7.7.7" },
	{ "nobody answers", " im.contoso.com=? as.im.contoso.com=?"
	    " download.im.contoso.com=?", "", NULL },
};

static void
names_must_lead_to_the_site(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(dns) / sizeof(dns[0]); i++) {
		struct array a;
		char *yaml = array_yaml(", names_dns: yes", "");
		struct text all = {0};

		array_init(&a, "", "", true);
		sweep_done(&a.w);
		text_addf(&all, "%spublished: [{url: \"https://im.contoso.com\""
		    ", address: 192.0.2.10, kind: virtual-address}]\n", yaml);
		sweep_init(&a.w, "inventory.yaml", text_str(&all), &root, true);
		a.w.dns = dns[i].dns;
		for (int k = 0; k < 3; k++) {
			sweep_present(&a.w, fqdns[k], 443, &a.old, NULL);
			sweep_present(&a.w, fqdns[k], 5061, &a.mtls[k], NULL);
		}
		sweep_present(&a.w, "https://im.contoso.com", 443, &a.old,
		    NULL);
		sweep_pass(&a.w, 10);
		assert_true(audit_swept(a.w.audit));
		sweep_expect(&a.w, SEVERITY_WARNING, dns[i].findings,
		    dns[i].what);
		if (dns[i].message != NULL) {
			struct snapshot *s = audit_snapshot(a.w.audit);
			bool found = false;

			for (size_t k = s->first_shared; k < s->results.n; k++)
				found |= s->results.item[k].message != NULL &&
				    strstr(s->results.item[k].message,
				    dns[i].message) != NULL;
			assert_true(found);
			snapshot_free(s);
		}
		array_done(&a);
		text_done(&all);
		free(yaml);
	}
}

static int
make_all(void **state)
{
	(void)state;
	root = make_ca("Contoso Root CA", NULL);
	middle = make_ca("Contoso Issuing CA", &root);
	for (size_t i = 0; i < 5; i++)
		keys[i] = make_key();
	return 0;
}

static int
free_all(void **state)
{
	(void)state;
	made_free(&root);
	made_free(&middle);
	for (size_t i = 0; i < 5; i++)
		EVP_PKEY_free(keys[i]);
	EVP_PKEY_free(shared_key());
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_rollout_is_noticed_then_warned_of_then_cleared),
		cmocka_unit_test(one_look_at_a_split_farm_warns),
		cmocka_unit_test(a_node_that_breaks_a_rule_does_not_wait),
		cmocka_unit_test(
		    two_nodes_with_own_leaves_are_no_split_unless_one_was_a_copy),
		cmocka_unit_test(settings_of_the_nodes_decide_about_their_farm),
		cmocka_unit_test(maintenance_of_one_node_holds_its_farm),
		cmocka_unit_test(a_waiver_of_one_is_not_one_of_all),
		cmocka_unit_test(a_waiver_that_ends_is_told),
		cmocka_unit_test(a_shared_key_opens_once_and_clears),
		cmocka_unit_test(an_intermediate_helps_all_whoever_comes_first),
		cmocka_unit_test(
		    the_daemon_judges_again_when_an_intermediate_comes),
		cmocka_unit_test(a_virtual_address_has_a_set_of_leaves),
		cmocka_unit_test(names_must_lead_to_the_site),
	};

	return cmocka_run_group_tests_name("audit_fleet", tests, make_all,
	    free_all);
}
