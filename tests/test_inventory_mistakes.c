/* SPDX-License-Identifier: ISC */
/* What is said of bad inventories: each mistake, its place, its remedy. */
#include "inventory_world.h"

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
	    "f:4:12: this proxy holds a user or password: write "
	    "USER:PASSWORD into a file of mode 0600, and name that in "
	    "proxy_credentials\n" },
	{ H(SITES "    proxy: http://p.contoso.com\n"), "f:4:12: the proxy "
	    "\"http://p.contoso.com\" lacks a port\n" },
	{ H(SITES "    proxy: ftp://p.contoso.com:21\n"), "f:4:12: the proxy "
	    "\"ftp://p.contoso.com:21\" has an unknown scheme: http or "
	    "socks5\n" },
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

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_mistakes_are_ten_located_lines),
		cmocka_unit_test(each_mistake_has_its_line),
		cmocka_unit_test(two_listeners_never_share_a_port),
		cmocka_unit_test(mistakes_across_files_name_both_places),
		cmocka_unit_test(mistakes_without_end_are_counted),
	};

	return cmocka_run_group_tests_name("inventory_mistakes", tests, NULL,
	    NULL);
}
