/* SPDX-License-Identifier: ISC */
/* What comes out of good inventories. */
#include "cwaudit/inventory.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/inventory/inventory_parts.h"
#include "inventory_world.h"

/* Every endpoint, a line each: kind, SNI, place, what is resolved. */
static char *
endpoints(const struct inventory *inv)
{
	struct text t = {0};

	for (size_t i = 0; i < inv->n_endpoints; i++) {
		const struct endpoint *ep = &inv->endpoints[i];

		assert_int_equal(ep->index, i);
		assert_true((ep->address == NULL) == (ep->resolve != NULL));
		text_addf(&t, "%s %s %s ", endpoint_kind_name(ep->kind),
		    endpoint_owner(ep), ep->name);
		endpoint_place(ep->address != NULL ? ep->address : ep->resolve,
		    ep->port, &t);
		text_add(&t, "\n");
	}
	return text_take(&t);
}

static const char fleet[] =
    "defaults: {timeout: 10s, owner: uc@contoso.com, pki: private,\n"
    "  trust: {mtls: [corp], https: [corp, public]}}\n"
    "roots: {corp: corp-roots.pem, public: system, more: /abs/more.pem}\n"
    "groups:\n"
    "  emea: {zone: dmz-fra, tags: [prod, eu], trust: corp}\n"
    "  empty:\n"
    "hosts:\n"
    "  - fqdn: CWA01.NWTraders.local.\n"
    "    group: emea\n"
    "    address: 10.20.30.41\n"
    "    os: 2008r2\n"
    "    sha2_ok: yes\n"
    "    pool: Pool01.contoso.com\n"
    "    layout: single\n"
    "    sites:\n"
    "      - url: https://im.contoso.com/\n"
    "        mtls_port: 5061\n"
    "        listen: {address: 10.20.30.42, port: 4443}\n"
    "      - {url: \"https://im-int.contoso.com:8443\", mtls_port: 5062,\n"
    "         sharing: no, layout: separate, owner: other@contoso.com}\n"
    "  - fqdn: cwa02.nwtraders.local\n"
    "    sites:\n"
    "      - {url: https://im.contoso.com, mtls_port: unknown}\n"
    "      - {url: https://lb.contoso.com, mtls_port: 5062, tls: no}\n"
    "  - {fqdn: cwa03.nwtraders.local, state: planned, group: empty,\n"
    "     address: \"2001:DB8:0::3\", families: [ipv4, ipv6], sites: [\n"
    "       {url: https://im3.contoso.com, mtls_port: 5061, farm: f}]}\n"
    "  - {fqdn: cwa04.nwtraders.local, state: retired}\n"
    "  - {fqdn: cwa05.nwtraders.local,\n"
    "     probe: {enabled: no, reason: behind a diode}, sites: [\n"
    "       {url: https://im5.contoso.com, mtls_port: 5061, farm: f}]}\n"
    "published:\n"
    "  - {url: https://im.contoso.com, address: 192.0.2.10,\n"
    "     kind: virtual-address, group: emea}\n"
    "  - {url: \"https://rp.contoso.com:444\", kind: reverse-proxy,\n"
    "     sharing: no}\n";

static void
endpoints_stand_in_order(void **state)
{
	struct inventory *inv = good(fleet);
	char *list = endpoints(inv);
	size_t n;

	(void)state;
	assert_string_equal(list,
	    "https cwa01.nwtraders.local im.contoso.com 10.20.30.42:4443\n"
	    "mtls cwa01.nwtraders.local cwa01.nwtraders.local "
	    "10.20.30.41:5061\n"
	    "https cwa01.nwtraders.local im-int.contoso.com "
	    "10.20.30.41:8443\n"
	    "mtls cwa01.nwtraders.local cwa01.nwtraders.local "
	    "10.20.30.41:5062\n"
	    "https cwa02.nwtraders.local im.contoso.com "
	    "cwa02.nwtraders.local:443\n"
	    "mtls cwa02.nwtraders.local cwa02.nwtraders.local "
	    "cwa02.nwtraders.local:5062\n"
	    "https cwa03.nwtraders.local im3.contoso.com "
	    "[2001:db8::3]:443\n"
	    "mtls cwa03.nwtraders.local cwa03.nwtraders.local "
	    "[2001:db8::3]:5061\n"
	    "published https://im.contoso.com im.contoso.com "
	    "192.0.2.10:443\n"
	    "published https://rp.contoso.com:444 rp.contoso.com "
	    "rp.contoso.com:444\n");
	free(list);
	assert_ptr_equal(inventory_endpoints(inv, &inv->hosts[1], &n),
	    &inv->endpoints[4]);
	assert_int_equal(n, 2);
	(void)inventory_endpoints(inv, &inv->hosts[3], &n);
	assert_int_equal(n, 0);
	(void)inventory_endpoints(inv, &inv->hosts[4], &n);
	assert_int_equal(n, 0);
	inventory_unref(inv);
}

static void
hosts_sites_and_farms_are_found(void **state)
{
	struct inventory *inv = good(fleet);
	const struct host *h = inventory_find(inv, "Cwa01.NWTRADERS.local");
	const struct farm *farm;

	(void)state;
	assert_ptr_equal(h, &inv->hosts[0]);
	assert_string_equal(h->fqdn, "cwa01.nwtraders.local");
	assert_string_equal(h->pool, "pool01.contoso.com");
	assert_int_equal(h->os, OS_2008R2);
	assert_true(h->sha2_ok);
	assert_int_equal(h->line, 8);
	assert_int_equal(h->column, 11);
	assert_string_equal(h->file, "etc/i.yaml");
	assert_null(inventory_find(inv, "cwa01"));
	assert_ptr_equal(inventory_find_site(inv, "IM.contoso.com"),
	    &inv->hosts[0].sites[0]);
	assert_null(inventory_find_site(inv, "rp.contoso.com"));
	assert_int_equal(inv->n_farms, 2);
	farm = inventory_farm(inv, &inv->hosts[1].sites[0]);
	assert_int_equal(farm->n, 2);
	assert_string_equal(farm->key, "im.contoso.com:443");
	assert_ptr_equal(farm->sites[0], &inv->hosts[0].sites[0]);
	assert_ptr_equal(inventory_farm(inv, &inv->hosts[2].sites[0]),
	    inventory_farm(inv, &inv->hosts[4].sites[0]));
	assert_null(inventory_farm(inv, &inv->hosts[1].sites[1]));
	assert_int_equal(inv->n_trust, 3);
	assert_string_equal(inv->trust[0].path, "etc/corp-roots.pem");
	assert_null(inv->trust[1].path);
	assert_string_equal(inv->trust[2].path, "/abs/more.pem");
	assert_ptr_equal(inventory_ref(inv), inv);
	inventory_unref(inv);
	inventory_unref(inv);
	inventory_unref(NULL);
}

static void
a_nearer_level_wins_and_a_silent_one_is_shared(void **state)
{
	struct inventory *inv = good(fleet);
	const struct host *h = inv->hosts;
	const struct settings *s = h[0].settings;

	(void)state;
	assert_string_equal(s->owner, "uc@contoso.com");
	assert_string_equal(s->zone, "dmz-fra");
	assert_int_equal(s->tags.n, 2);
	assert_int_equal(s->trust_https.n, 1);
	assert_string_equal(s->trust_mtls.item[0], "corp");
	assert_int_equal(s->layout, LAYOUT_SINGLE);
	assert_int_equal(s->timeout_ms, 10000);
	assert_int_equal(s->families, FAMILY_IPV4);
	assert_ptr_equal(h[0].sites[0].settings, s);
	assert_int_equal(h[0].sites[1].settings->layout, LAYOUT_SEPARATE);
	assert_string_equal(h[0].sites[1].settings->owner,
	    "other@contoso.com");
	assert_string_equal(h[0].sites[1].settings->zone, "dmz-fra");
	assert_int_equal(h[1].settings->trust_https.n, 2);
	assert_ptr_equal(h[1].settings, h[1].sites[0].settings);
	assert_ptr_equal(h[1].settings, h[3].settings);
	assert_int_equal(h[2].settings->families, FAMILY_IPV4 | FAMILY_IPV6);
	assert_false(h[4].settings->probe);
	assert_string_equal(h[4].settings->probe_reason, "behind a diode");
	assert_ptr_equal(inv->published[1].settings, h[1].settings);
	assert_int_equal(h[0].sites[0].names.n, 3);
	assert_string_equal(h[0].sites[0].names.item[2],
	    "download.im.contoso.com");
	assert_int_equal(h[0].sites[1].names.n, 1);
	assert_int_equal(inv->published[1].names.n, 1);
	inventory_unref(inv);
}

static void
tailoring_is_merged_by_rule_and_replaced_by_list(void **state)
{
	struct inventory *inv = good(
	    "defaults:\n"
	    "  expiring: {warning: 45d, error: 14d}\n"
	    "  rules:\n"
	    "    no-cdp: {severity: off, owner: a, reason: none here}\n"
	    "    weak-key: {severity: notice, owner: a, reason: soon}\n"
	    "  maintenance: [{every: sun, at: \"02:30\", for: 4h, reason: p}]\n"
	    "hosts:\n"
	    "  - fqdn: a.contoso.com\n"
	    "    expiring: {critical: 2d, error: 20d}\n"
	    "    rules: {weak-key: {severity: warning}}\n"
	    "    maintenance: [{from: 2026-01-01, until: 2026-01-02T03:00Z,\n"
	    "      reason: move}]\n"
	    "    max_lifetime: 400d\n"
	    "    http: yes\n"
	    "    names_dns: true\n"
	    "    client_cert: c.pem\n"
	    "    client_key: /k.pem\n"
	    "    proxy: socks5://[2001:db8::1]:1080\n"
	    "    proxy_credentials: proxy.secret\n"
	    "    issuers: {https: \"CN=A,DC=b\"}\n"
	    "    revocation: {enabled: yes, hosts: [crl.contoso.com]}\n"
	    "    sites:\n"
	    "      - url: https://im.contoso.com\n"
	    "        mtls_port: 5061\n"
	    "        proxy: none\n"
	    "        waivers:\n"
	    "          - {rule: weak-key, role: [mtls, single], until:\n"
	    "             2026-12-31, owner: j, approved_by: a, reason: r,\n"
	    "             ticket: C-1, severity: warning, site: "
	    "IM.contoso.com}\n");
	const struct settings *s = inv->hosts[0].settings;
	const struct waiver *w;

	(void)state;
	assert_int_equal(s->n_rules, 2);
	assert_int_equal(settings_rule(s, "no-cdp")->severity, SEVERITY_OFF);
	assert_int_equal(settings_rule(s, "weak-key")->severity,
	    SEVERITY_WARNING);
	assert_int_equal(s->expiring_s[SEVERITY_WARNING], 45 * CLOCK_DAY);
	assert_int_equal(s->expiring_s[SEVERITY_ERROR], 20 * CLOCK_DAY);
	assert_int_equal(s->expiring_s[SEVERITY_CRITICAL], 2 * CLOCK_DAY);
	assert_int_equal(s->expiring_s[SEVERITY_NOTICE], -1);
	assert_int_equal(s->n_windows, 1);
	assert_int_equal(s->windows[0].weekday, -1);
	assert_int_equal(s->windows[0].until - s->windows[0].from,
	    CLOCK_DAY + 3 * 3600);
	assert_int_equal(s->max_lifetime_s, 400LL * CLOCK_DAY);
	assert_true(s->http && s->names_dns && s->revocation);
	assert_string_equal(s->client_cert, "etc/c.pem");
	assert_string_equal(s->client_key, "/k.pem");
	assert_string_equal(s->proxy, "socks5://[2001:db8::1]:1080");
	assert_string_equal(s->proxy_credentials, "etc/proxy.secret");
	assert_string_equal(s->issuers_https.item[0], "CN=A,DC=b");
	assert_int_equal(s->issuers_mtls.n, 0);
	assert_string_equal(s->revocation_hosts.item[0], "crl.contoso.com");
	s = inv->hosts[0].sites[0].settings;
	assert_null(s->proxy);
	w = &s->waivers[0];
	assert_int_equal(w->roles, ROLE_MTLS | ROLE_SINGLE);
	assert_string_equal(w->site, "im.contoso.com");
	assert_int_equal(w->severity, SEVERITY_WARNING);
	assert_int_equal(w->line, 27);
	inventory_unref(inv);
}

static void
weekly_windows_are_read(void **state)
{
	struct inventory *inv = good("hosts:\n"
	    HOST("a.contoso.com", "")
	    "defaults: {maintenance: [{every: sat, at: 23:30, for: 90m,\n"
	    "  reason: patches}]}\n");
	const struct maintenance *m = inv->hosts[0].settings->windows;

	(void)state;
	assert_int_equal(m->weekday, 6);
	assert_int_equal(m->start_s, 23 * 3600 + 1800);
	assert_int_equal(m->length_s, 5400);
	assert_string_equal(m->reason, "patches");
	inventory_unref(inv);
}

static void
included_files_add_hosts_and_groups(void **state)
{
	static const struct file files[] = {
		{ "etc/i.yaml", "include: [d/*.yaml, d/a.yaml]\n"
		    "defaults: {owner: o}\nroots: {corp: c.pem}\n"
		    "hosts:\n" HOST("m.contoso.com", "") },
		{ "etc/d/a.yaml", "hosts:\n"
		    "  - {fqdn: a.contoso.com, group: later, sites: [\n"
		    "      {url: https://im.contoso.com, mtls_port: 5061}]}\n" },
		{ "etc/d/b.yaml", "groups: {later: {trust: corp}}\n" },
	};
	struct problems ps = {0};
	struct inventory *inv = parse(files, ARRAY_N(files), &ps), *alone;

	(void)state;
	assert_non_null(inv);
	assert_int_equal(inv->n_hosts, 2);
	assert_string_equal(inv->hosts[1].file, "etc/d/a.yaml");
	assert_string_equal(inv->hosts[1].settings->owner, "o");
	assert_int_equal(inv->hosts[1].settings->trust_mtls.n, 1);
	alone = good("hosts:\n" HOST("m.contoso.com", ""));
	assert_memory_not_equal(alone->sha256, inv->sha256, 32);
	inventory_unref(alone);
	inventory_unref(inv);
}

#define MANY	20000

static void
twenty_thousand_hosts_load(void **state)
{
	struct text t = {0};
	struct inventory *inv;
	clock_t begun;

	(void)state;
	text_add(&t, "groups: {emea: {owner: uc-emea@contoso.com}}\nhosts:\n");
	for (int i = 0; i < MANY; i++)
		text_addf(&t, "  - fqdn: cwa%05d.nwtraders.local\n"
		    "    group: emea\n"
		    "    address: 10.%d.%d.%d\n"
		    "    sites:\n"
		    "      - url: https://im%d.contoso.com\n"
		    "        mtls_port: 5061\n"
		    "      - {url: \"https://chat%d.contoso.com:8443\", "
		    "mtls_port: 5062}\n", i, i >> 16 & 255, i >> 8 & 255,
		    i & 255, i / 2, i);
	begun = clock();
	inv = good(text_str(&t));
	print_message("%d hosts from %zu KiB in %.3f s\n", MANY, t.len >> 10,
	    (double)(clock() - begun) / CLOCKS_PER_SEC);
	assert_int_equal(inv->n_hosts, MANY);
	assert_int_equal(inv->n_endpoints, 4 * MANY);
	assert_int_equal(inv->n_farms, MANY / 2);
	for (int i = 0; i < MANY; i++) {
		char fqdn[40];
		const struct host *h;
		size_t n;

		(void)snprintf(fqdn, sizeof(fqdn), "CWA%05d.nwtraders.local",
		    i);
		h = inventory_find(inv, fqdn);
		assert_ptr_equal(h, &inv->hosts[i]);
		assert_ptr_equal(h->settings, inv->hosts[0].settings);
		assert_ptr_equal(inventory_endpoints(inv, h, &n),
		    &inv->endpoints[4 * i]);
		assert_int_equal(n, 4);
		assert_int_equal(inventory_farm(inv, &h->sites[0])->n, 2);
	}
	inventory_unref(inv);
	text_done(&t);
}

static void
every_shipped_inventory_loads(void **state)
{
	glob_t g = {0};

	(void)state;
	assert_int_equal(glob("etc/examples/*.yaml", 0, NULL, &g), 0);
	assert_int_equal(glob("etc/inventory.yaml", GLOB_APPEND, NULL, &g), 0);
	assert_true(g.gl_pathc >= 12);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct lender none = { NULL, 0 };
		struct inventory_io io = { .read_file = lend, .glob = match,
		    .ctx = &none };
		struct problems ps = {0};
		struct text text = {0}, t = {0};
		struct inventory *inv;

		assert_true(read_disk(g.gl_pathv[i], &text));
		assert_true(strncmp(text_str(&text), "# ", 2) == 0);
		inv = inventory_parse(g.gl_pathv[i], &io, &ps);
		problems_print(&ps, &t);
		assert_string_equal(text_str(&t), "");
		assert_non_null(inv);
		assert_true(inv->n_endpoints > 0);
		inventory_unref(inv);
		text_done(&text);
		text_done(&t);
	}
	globfree(&g);
}

static void
the_commented_inventory_shows_every_setting(void **state)
{
	struct text text = {0};

	(void)state;
	assert_true(read_disk("etc/inventory.yaml", &text));
	for (size_t i = 0; i < n_settings_keys; i++) {
		struct text key = {0};

		text_addf(&key, "  %s: ", settings_keys[i].name);
		if (strstr(text_str(&text), text_str(&key)) == NULL) {
			key.data[key.len - 1] = '\n';	/* a list below it */
			if (strstr(text_str(&text), text_str(&key)) == NULL)
				fail_msg("%s is not shown",
				    settings_keys[i].name);
		}
		text_done(&key);
	}
	text_done(&text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints_stand_in_order),
		cmocka_unit_test(hosts_sites_and_farms_are_found),
		cmocka_unit_test(
		    a_nearer_level_wins_and_a_silent_one_is_shared),
		cmocka_unit_test(
		    tailoring_is_merged_by_rule_and_replaced_by_list),
		cmocka_unit_test(weekly_windows_are_read),
		cmocka_unit_test(included_files_add_hosts_and_groups),
		cmocka_unit_test(twenty_thousand_hosts_load),
		cmocka_unit_test(every_shipped_inventory_loads),
		cmocka_unit_test(the_commented_inventory_shows_every_setting),
	};

	return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
