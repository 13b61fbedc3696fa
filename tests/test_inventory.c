/* SPDX-License-Identifier: ISC */
/* Inventories: what comes out of good ones, what is said of bad ones. */
#include "cwaudit/inventory.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/inventory/inventory_parts.h"
#include "cwaudit/mem.h"
#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

/* Files that a test lends: in memory, or else from the source tree. */
struct file { const char *path, *text; };

struct lender {
	const struct file	*files;
	size_t			 n;
};

static bool
read_disk(const char *path, struct text *out)
{
	FILE *f = fopen(path, "r");
	char buf[4096];
	size_t n;

	if (f == NULL) {
		text_add(out, "no such file");
		return false;
	}
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add_bytes(out, buf, n);
	(void)fclose(f);
	return true;
}

static bool
lend(void *ctx, const char *path, struct text *out)
{
	const struct lender *l = ctx;

	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->files[i].path, path) != 0)
			continue;
		text_add(out, l->files[i].text);
		return true;
	}
	return read_disk(path, out);
}

/* One directory and a star is all that these tests ask for. */
static void
match(void *ctx, const char *pattern, struct strings *out)
{
	const struct lender *l = ctx;
	size_t len = strcspn(pattern, "*");

	for (size_t i = 0; i < l->n; i++)
		if (strncmp(l->files[i].path, pattern, len) == 0)
			strings_add(out, l->files[i].path);
}

static const char *const rules[] = { "mtls-subject", "weak-key", "no-cdp",
    "expiring" };

static enum severity
severity_of(const char *rule)
{
	return strcmp(rule, "mtls-subject") == 0 ? SEVERITY_CRITICAL :
	    SEVERITY_WARNING;
}

static struct inventory *
parse(const struct file *files, size_t n, struct problems *ps)
{
	struct lender l = { files, n };
	struct inventory_io io = {
		.read_file = lend, .glob = match, .ctx = &l, .rules = rules,
		.n_rules = ARRAY_N(rules), .rule_severity = severity_of,
	};

	return inventory_parse(files[0].path, &io, ps);
}

/* A text without problems. */
static struct inventory *
good(const char *text)
{
	struct file file = { "etc/i.yaml", text };
	struct problems ps = {0};
	struct inventory *inv = parse(&file, 1, &ps);
	struct text t = {0};

	problems_print(&ps, &t);
	assert_string_equal(text_str(&t), "");
	assert_non_null(inv);
	text_done(&t);
	return inv;
}

static void
assert_says(const struct file *files, size_t n, const char *says)
{
	struct problems ps = {0};
	struct inventory *inv = parse(files, n, &ps);
	struct text t = {0};

	problems_print(&ps, &t);
	assert_string_equal(text_str(&t), says);
	assert_null(inv);
	text_done(&t);
	problems_done(&ps);
}

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

#define HOST(name, rest) "  - {fqdn: " name ", sites: [{url: " \
	"\"https://im.contoso.com\", mtls_port: 5061" rest "}]}\n"

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
	    "    proxy: socks5h://[2001:db8::1]:1080\n"
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
	assert_string_equal(s->proxy, "socks5h://[2001:db8::1]:1080");
	assert_string_equal(s->issuers_https.item[0], "CN=A,DC=b");
	assert_int_equal(s->issuers_mtls.n, 0);
	assert_string_equal(s->revocation_hosts.item[0], "crl.contoso.com");
	s = inv->hosts[0].sites[0].settings;
	assert_null(s->proxy);
	w = &s->waivers[0];
	assert_int_equal(w->roles, ROLE_MTLS | ROLE_SINGLE);
	assert_string_equal(w->site, "im.contoso.com");
	assert_int_equal(w->severity, SEVERITY_WARNING);
	assert_int_equal(w->line, 26);
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
ten_mistakes_are_ten_located_lines(void **state)
{
	static const struct file files[] = { { "etc/i.yaml",
	    "defaults: {trust: {mtls: [crop]}, tiemout: 10s}\n"
	    "roots: {corp: corp-roots.pem}\n"
	    "groups: {emea: {layout: both}}\n"
	    "hosts:\n"
	    "  - fqdn: cwa01.nwtraders.local\n"
	    "    group: emae\n"
	    "    adress: 10.20.30.41\n"
	    "    sites:\n"
	    "      - url: http://im.contoso.com\n"
	    "        mtls_port: 70000\n"
	    "  - fqdn: 10.1.2.3\n"
	    "    sites: {}\n"
	    "  - fqdn: CWA01.nwtraders.local\n"
	    "    state: retired\n"
	} };

	(void)state;
	assert_says(files, 1,
	    "etc/i.yaml:1:27: \"crop\" is not defined in \"roots\" at the top; "
	    "did you mean \"corp\"?\n"
	    "etc/i.yaml:1:35: \"defaults\" has no key \"tiemout\"; did you "
	    "mean \"timeout\"?\n"
	    "etc/i.yaml:3:25: \"layout\" must be one of auto, single, "
	    "separate, not \"both\"\n"
	    "etc/i.yaml:6:12: there is no group \"emae\"; did you mean "
	    "\"emea\"?\n"
	    "etc/i.yaml:7:5: a host has no key \"adress\"; did you mean "
	    "\"address\"?\n"
	    "etc/i.yaml:9:14: \"http://im.contoso.com\" is not https; a site "
	    "whose TLS ends elsewhere keeps its https URL and says \"tls: "
	    "no\"\n"
	    "etc/i.yaml:10:20: \"mtls_port\" must be a number from 1 to 65535, "
	    "not \"70000\"\n"
	    "etc/i.yaml:11:11: \"fqdn\": \"10.1.2.3\" is an address; "
	    "certificates name hosts: write the host name\n"
	    "etc/i.yaml:12:12: \"sites\" must be a list, not a map (key: "
	    "value)\n"
	    "etc/i.yaml:13:11: host cwa01.nwtraders.local is already at "
	    "etc/i.yaml:5\n");
}

#define NO_HOST	"not a host such as \"pki.contoso.com\" or, with another port " \
		"than 80, \"pki.contoso.com:8080\"\n"
#define H(rest)	"hosts:\n  - fqdn: a.contoso.com\n" rest
#define SITES	"    sites: [{url: https://im.contoso.com, mtls_port: 5061}]\n"
#define AT	"f:3:"

/* One mistake each; the whole of what is said. */
static const struct { const char *text, *says; } mistakes[] = {
	{ "", "f: there is not a single host in this inventory\n" },
	{ "hosts: []", "f: there is not a single host in this inventory\n" },
	{ "[]", "f:1:1: an inventory must be a map (key: value), not a list\n" },
	{ H(SITES) "host: 1\n", "f:4:1: an inventory has no key \"host\"; did "
	    "you mean \"hosts\"?\n" },
	{ "hosts: [a.contoso.com]", "f:1:9: a host must be a map (key: value), "
	    "not a single value\n" },
	{ "hosts: [{sites: [{url: https://im.contoso.com, mtls_port: 1}]}]",
	    "f:1:9: a host needs \"fqdn\"\n" },
	{ H(""), "f:2:5: a host needs \"sites\": the virtual servers that it "
	    "publishes\n" },
	{ H("    sites:\n"), AT "5: \"sites\" has no value: a list is "
	    "expected\n" },
	{ H("    sites: []\n"), AT "12: \"sites\" is empty: a host has at "
	    "least one site\n" },
	{ H("    sites: [{url: https://im.contoso.com}]\n"), AT "13: a site "
	    "needs \"mtls_port\": the listening port of its virtual server, "
	    "or \"unknown\"\n" },
	{ H("    sites: [{mtls_port: 5061}]\n"), AT "13: a site needs "
	    "\"url\"\n" },
	{ H("    sites: [{url: https://im.contoso.com/cwa, mtls_port: 1}]\n"),
	    AT "19: \"https://im.contoso.com/cwa\" has a path: leave out what "
	    "follows the host and port\n" },
	{ H("    sites: [{url: \"https://u:p@im.contoso.com\", mtls_port: 1}]\n"),
	    AT "19: \"https://u:p@im.contoso.com\" holds a user or password\n" },
	{ H("    sites: [{url: \"https://im.contoso.com:0\", mtls_port: 1}]\n"),
	    AT "19: \"https://im.contoso.com:0\" has a port that is not a "
	    "number from 1 to 65535\n" },
	{ H("    sites: [{url: \"https://[::1]\", mtls_port: 1}]\n"),
	    AT "19: \"https://[::1]\" is an address; certificates name hosts: "
	    "write the host name\n" },
	{ H("    sites: [{url: https://im, mtls_port: 1}]\n"), AT "19: "
	    "\"https://im\" has no dot: write the full name with its "
	    "domain\n" },
	{ H("    sites: [{url: https://b\xc3\xbc.de, mtls_port: 1}]\n"), AT
	    "19: \"https://b\xc3\xbc.de\" has letters outside ASCII: write it "
	    "in its xn-- form\n" },
	{ H(SITES "    address: 10.1.2\n"), "f:4:14: \"address\": \"10.1.2\" "
	    "is not an IPv4 or IPv6 address\n" },
	{ H(SITES "    address: 10.1.2.0/24\n"), "f:4:14: \"address\": "
	    "\"10.1.2.0/24\" is a network: write one address\n" },
	{ H(SITES "    address: 0.0.0.0\n"), "f:4:14: \"address\": "
	    "\"0.0.0.0\" is no address of a host\n" },
	{ H(SITES "    address: \"[2001:db8::1]\"\n"), "f:4:14: \"address\": "
	    "\"[2001:db8::1]\" is written without brackets here\n" },
	{ H(SITES "    pool: [a, b]\n"), "f:4:11: \"pool\" must be a single "
	    "value, not a list\n" },
	{ H(SITES "    os: 2012\n"), "f:4:9: \"os\" must be one of 2003, 2008, "
	    "2008r2, not \"2012\"; did you mean \"2003\"?\n" },
	{ H(SITES "    sha2_ok: maybe\n"), "f:4:14: \"sha2_ok\" must be yes or "
	    "no, not \"maybe\"\n" },
	{ H(SITES "    trust: corp\n"), "f:4:12: \"corp\" is not defined: the "
	    "inventory needs \"roots: {corp: FILE.pem}\" at the top\n" },
	{ H(SITES "    issuers: {mtls: [CN=Contoso CA,DC=contoso]}\n"),
	    "f:4:36: \"DC=contoso\" is no issuer: write the whole name in "
	    "quotes, such as \"CN=Contoso CA,DC=contoso,DC=com\"\n" },
	{ H(SITES "    probe: no\n"), "f:4:5: say why this is not looked at: "
	    "\"probe: {enabled: no, reason: ...}\"\n" },
	{ H(SITES "    proxy: http://u:secret@p.contoso.com:3128\n"),
	    "f:4:12: this proxy holds a user or password: leave them out, and "
	    "let the proxy admit this auditor by its address\n" },
	{ H(SITES "    proxy: http://p.contoso.com\n"), "f:4:12: the proxy "
	    "\"http://p.contoso.com\" lacks a port\n" },
	{ H(SITES "    proxy: ftp://p.contoso.com:21\n"), "f:4:12: the proxy "
	    "\"ftp://p.contoso.com:21\" has an unknown scheme: http, https, "
	    "socks4, socks4a, socks5 or socks5h\n" },
	{ H(SITES "    timeout: 10\n"), "f:4:14: \"timeout\" must be a span of "
	    "time such as 500ms, 10s, 5m, 1h, 45d or 2w, not \"10\"\n" },
	{ H(SITES "    timeout: 1h\n"), "f:4:14: \"timeout\" must be between "
	    "100ms and 10m, not \"1h\"\n" },
	{ H(SITES "    families: [ipv5]\n"), "f:4:16: an item of this list "
	    "must be one of ipv4, ipv6, not \"ipv5\"; did you mean "
	    "\"ipv4\"?\n" },
	{ H(SITES "    families: []\n"), "f:4:15: \"families\" is empty: ipv4, "
	    "ipv6 or both\n" },
	{ H(SITES "    client_cert: c.pem\n"), "f:4:5: \"client_cert\" needs a "
	    "\"client_key\" beside it\n" },
	{ H(SITES "    revocation: {enabled: yes, hosts: [pki.a.com, "
	    "\"http://pki.a.com/\"]}\n"), "f:4:5: \"http://pki.a.com/\" is "
	    NO_HOST },
	{ H(SITES "    revocation: {enabled: no, hosts: \"pki.a.com:0\"}\n"),
	    "f:4:5: \"pki.a.com:0\" is " NO_HOST },
	{ H(SITES "    revocation: {enabled: yes, hosts: \"[::1]:x\"}\n"),
	    "f:4:5: \"[::1]:x\" is " NO_HOST },
	{ H(SITES "    revocation: yes\n"), "f:4:5: name the hosts that "
	    "revocation URLs may point to: \"revocation: {enabled: yes, "
	    "hosts: [...]}\"; a certificate must not choose where we "
	    "connect\n" },
	{ H(SITES "    expiring: {warning: 10d, error: 14d}\n"), "f:4:15: "
	    "\"error\" would come before the milder one: its span must be "
	    "shorter\n" },
	{ H(SITES "    rules: {weak-keys: {severity: off}}\n"), "f:4:13: there "
	    "is no rule \"weak-keys\"; did you mean \"weak-key\"?\n" },
	{ H(SITES "    rules: {weak-key: {severity: error}}\n"), "f:4:34: rule "
	    "\"weak-key\" cannot be raised above \"warning\", its own "
	    "severity\n" },
	{ H(SITES "    rules: {weak-key: {severity: off, owner: a}}\n"),
	    "f:4:13: rule \"weak-key\" is switched off: say who answers for "
	    "it and why (owner, reason)\n" },
	{ H(SITES "    rules: {weak-key: {severity: notice, reason: a}}\n"),
	    "f:4:13: rule \"weak-key\" is lowered: say who answers for it and "
	    "why (owner, reason)\n" },
	{ H(SITES "    waivers: [{rule: no-cdp}]\n"),
	    "f:4:15: a waiver needs \"owner\"\n"
	    "f:4:15: a waiver needs \"reason\"\n"
	    "f:4:15: a waiver needs \"until\"\n" },
	{ H(SITES "    waivers: [{rule: no-cdp, owner: a, reason: b, until: "
	    "2026-02-30}]\n"), "f:4:58: \"until\" must be a time in UTC such "
	    "as 2026-12-31 or 2026-12-31T22:00Z, not \"2026-02-30\"\n" },
	{ H(SITES "    waivers: [{rule: no-cdp, owner: a, reason: b, until: "
	    "2026-02-28, site: x.contoso.com}]\n"), "f:4:76: no site or "
	    "published entry is called \"x.contoso.com\"\n" },
	{ H(SITES "    maintenance: [{from: 2026-01-02, until: 2026-01-01, "
	    "reason: a}]\n"), "f:4:19: this window ends before it begins\n" },
	{ H(SITES "    maintenance: [{every: sun, at: 24:00, for: 1h, reason: "
	    "a}]\n"), "f:4:36: \"24:00\" is no time of day: write \"02:00\" "
	    "(UTC)\n" },
	{ H(SITES "    maintenance: [{every: day, at: 02:00, for: 1h, reason: "
	    "a}]\n"), "f:4:27: \"every\" must be one of sun, mon, tue, wed, "
	    "thu, fri, sat, not \"day\"; did you mean \"sat\"?\n" },
	{ "published: [{url: https://a.contoso.com}]", "f:1:13: a published "
	    "entry needs \"kind\"\n" },
	{ "published: [{url: https://a.contoso.com, kind: offload},\n"
	    " {url: \"https://A.contoso.com:443\", kind: offload}]",
	    "f:2:2: a.contoso.com:443 is already published at f:1\n" },
	{ H(SITES "    owner: \"x\\ny\"\n    \"\\e[2J\": 1\n"), "f:5:5: a host "
	    "has no key \"\\x1B[2J\"\n" },
	{ H(SITES) "include: none.yaml\n",
	    "f:4:10: none.yaml: no such file\n" },
	{ H(SITES "    group: nope\n"), "f:4:12: there is no group \"nope\"\n" },
};

static void
each_mistake_has_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(mistakes); i++) {
		struct file file = { "f", mistakes[i].text };

		assert_says(&file, 1, mistakes[i].says);
	}
}

#define TWO(host, a, b) "hosts: [{fqdn: a.contoso.com, " host "sites: [\n" \
	"  {url: https://x.contoso.com, " a "},\n" \
	"  {url: https://y.contoso.com, " b "}]}]\n"
#define SECOND	"f:3:3: "

static const struct { const char *text, *says; } listeners[] = {
	{ TWO("", "mtls_port: 5061", "mtls_port: 5062"),
	    SECOND "port 443 is already the HTTPS listener of site "
	    "x.contoso.com (line 2)\n" },
	{ TWO("", "mtls_port: 5061", "mtls_port: 5061, listen: {port: 444}"),
	    SECOND "port 5061 is already the MTLS listener of site "
	    "x.contoso.com (line 2)\n" },
	{ TWO("", "mtls_port: 5061", "mtls_port: 5062, listen: {port: 5061}"),
	    SECOND "port 5061 is already the MTLS listener of site "
	    "x.contoso.com (line 2)\n" },
	{ TWO("address: 10.0.0.1, ", "mtls_port: 5061", "mtls_port: 443, "
	    "listen: {address: 10.0.0.2}"),
	    SECOND "port 443 is already the HTTPS listener of site "
	    "x.contoso.com (line 2)\n" },
	{ TWO("address: 10.0.0.1, ", "mtls_port: 5061", "mtls_port: 5062, "
	    "listen: {address: 10.0.0.1}"),
	    SECOND "port 443 is already the HTTPS listener of site "
	    "x.contoso.com (line 2)\n" },
	{ TWO("", "mtls_port: 5061", "mtls_port: 444, listen: {port: 444}"),
	    SECOND "port 444 is this site's HTTPS port and its \"mtls_port\": "
	    "two listeners cannot share one\n" },
	{ "hosts: [{fqdn: a.contoso.com, sites: [\n"
	    "  {url: https://x.contoso.com, mtls_port: 5061},\n"
	    "  {url: https://x.contoso.com, mtls_port: 5062, listen: "
	    "{address: 10.0.0.2}}]}]\n",
	    SECOND "site x.contoso.com on port 443 is already on line 2: two "
	    "of one name and port cannot be told apart\n" },
	/* and these stand beside each other */
	{ TWO("", "mtls_port: 5061", "mtls_port: 5062, listen: "
	    "{address: 10.0.0.2}"), NULL },
	{ TWO("address: 10.0.0.1, ", "mtls_port: 5061", "mtls_port: 5062, "
	    "listen: {address: 10.0.0.2, port: 5061}"), NULL },
	{ TWO("", "mtls_port: unknown", "mtls_port: unknown, tls: no"), NULL },
};

static void
two_listeners_never_share_a_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(listeners); i++) {
		struct file file = { "f", listeners[i].text };

		if (listeners[i].says != NULL)
			assert_says(&file, 1, listeners[i].says);
		else
			inventory_unref(good(listeners[i].text));
	}
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

static void
mistakes_across_files_name_both_places(void **state)
{
	static const struct file files[] = {
		{ "i", "include: d/*\ngroups: {g: {}}\nhosts:\n"
		    HOST("a.contoso.com", "") },
		{ "d/1", "hosts:\n" HOST("a.contoso.com", "")
		    "groups:\n  g: {}\n" },
		{ "d/2", "roots: {}\ninclude: x\ndefaults: {}\n" },
		{ "d/3", "hosts: [\n" },
		{ "d/4", "published: 1\n" },
	};

	(void)state;
	assert_says(files, ARRAY_N(files),
	    "d/1:2:12: host a.contoso.com is already at i:4\n"
	    "d/1:4:3: this group is already at i:2\n"
	    "d/2:1:1: \"roots\" may stand in the main inventory only, not in "
	    "an included file\n"
	    "d/2:2:1: \"include\" may stand in the main inventory only, not "
	    "in an included file\n"
	    "d/2:3:1: \"defaults\" may stand in the main inventory only, not "
	    "in an included file\n"
	    "d/3:2:1: a value is missing here, or a \",\" is one too "
	    "many\n"
	    "d/4:1:12: \"published\" must be a list, not a single value\n");
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

/* Many mistakes are cut, and cost no more than few. */
static void
mistakes_without_end_are_counted(void **state)
{
	struct text t = {0};
	struct problems ps = {0};
	struct file file = { "f", NULL };

	(void)state;
	text_add(&t, "groups:\n");
	for (int i = 0; i < 5000; i++)
		text_addf(&t, "  group%d: {}\n", i);
	text_add(&t, "hosts:\n");
	for (int i = 0; i < 5000; i++)
		text_addf(&t, "  - {fqdn: a%d.contoso.com, state: retired, "
		    "group: grupo%d}\n", i, i);
	file.text = text_str(&t);
	assert_null(parse(&file, 1, &ps));
	assert_int_equal(ps.n, PROBLEM_MAX);
	assert_int_equal(ps.dropped, 5000 - PROBLEM_MAX);
	problems_done(&ps);
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
		cmocka_unit_test(ten_mistakes_are_ten_located_lines),
		cmocka_unit_test(each_mistake_has_its_line),
		cmocka_unit_test(two_listeners_never_share_a_port),
		cmocka_unit_test(included_files_add_hosts_and_groups),
		cmocka_unit_test(mistakes_across_files_name_both_places),
		cmocka_unit_test(twenty_thousand_hosts_load),
		cmocka_unit_test(mistakes_without_end_are_counted),
		cmocka_unit_test(every_shipped_inventory_loads),
		cmocka_unit_test(the_commented_inventory_shows_every_setting),
	};

	return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
