/* SPDX-License-Identifier: ISC */
/* Certificates of a host that nobody has described, and the entry they make. */
#include "cwaudit/guess.h"

#include <string.h>

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW		1780272000	/* 2026-06-01T00:00:00Z */
#define CWA		"cwa01.nwtraders.local"
#define IM		"im.contoso.com"
#define CHAT		"chat.contoso.com"
#define NAMES(s)	"DNS:" s ",DNS:as." s ",DNS:download." s
#define DOCUMENTED	"not the single certificate of " CWA ": its CN is the " \
			"site host, as Microsoft documented it, and " \
			"activation refuses that"

struct seen {
	uint16_t	 port;
	const char	*cn, *san;	/* "=": the certificate before */
};

static const struct {
	const char	*what, *asked;
	struct seen	 seen[5];
	const char	*address;
	const char	*uses;		/* of the first, "; " between them */
	const char	*entry;		/* NULL: none can be made */
	const char	*findings;	/* by that entry, above notice */
} cases[] = {
	{ "a single one", CWA,
	    { { 443, CWA, "DNS:" CWA "," NAMES(IM) }, { 5061, "=", NULL } },
	    NULL, "the MTLS certificate of " CWA "; the single certificate of "
	    CWA " for " IM,
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" IM "\n"
	    "        layout: single\n        mtls_port: 5061\n", "" },
	{ "one for each", CWA,
	    { { 443, IM, NAMES(IM) }, { 5061, CWA, NULL } }, NULL,
	    "the HTTPS certificate of " IM,
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" IM "\n"
	    "        layout: separate\n        mtls_port: 5061\n", "" },
	{ "as documented", CWA,
	    { { 443, IM, "DNS:" CWA "," NAMES(IM) }, { 5061, "=", NULL } },
	    NULL, "the HTTPS certificate of " IM "; " DOCUMENTED,
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" IM "\n"
	    "        layout: single\n        mtls_port: 5061\n",
	    "https:documented-single mtls:documented-single" },
	{ "as documented, asked for by address", NULL,
	    { { 443, IM, "DNS:" CWA "," NAMES(IM) }, { 5061, "=", NULL } },
	    "10.0.0.1", "the HTTPS certificate of " IM "; " DOCUMENTED,
	    "  - fqdn: " CWA "\n    address: 10.0.0.1\n    sites:\n"
	    "      - url: https://" IM "\n"
	    "        layout: single\n        mtls_port: 5061\n",
	    "https:documented-single mtls:documented-single" },
	{ "asked for by its site", IM,
	    { { 443, IM, NAMES(IM) }, { 5061, CWA, "DNS:" CWA } }, "10.0.0.1",
	    "the HTTPS certificate of " IM,
	    "  - fqdn: " CWA "\n    address: 10.0.0.1\n    sites:\n"
	    "      - url: https://" IM "\n"
	    "        layout: separate\n        mtls_port: 5061\n", "" },
	{ "its site alone", IM, { { 443, IM, NAMES(IM) } }, NULL,
	    "the HTTPS certificate of " IM,
	    "  - fqdn: " IM "   # a site's name: its server's FQDN is not "
	    "known\n    sites:\n      - url: https://" IM "\n"
	    "        mtls_port: unknown\n", "" },
	{ "two sites", CWA,
	    { { 443, CWA, "DNS:" CWA "," NAMES(IM) "," NAMES(CHAT) },
	    { 444, "=", NULL }, { 5061, "=", NULL }, { 5062, "=", NULL } },
	    NULL, "the MTLS certificate of " CWA "; the single certificate of "
	    CWA " for " IM ", " CHAT,
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" IM "\n"
	    "        layout: single\n        mtls_port: 5061\n"
	    "      - url: https://" CHAT ":444\n"
	    "        layout: single\n        mtls_port: 5062\n", "" },
	{ "two HTTPS ports, one MTLS port", CWA,
	    { { 443, CHAT, NAMES(CHAT) }, { 8443, IM, NAMES(IM) },
	    { 5061, CWA, NULL } }, NULL, "the HTTPS certificate of " CHAT,
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" CHAT "\n"
	    "        layout: separate\n        mtls_port: 5061\n"
	    "      - url: https://" IM ":8443\n"
	    "        mtls_port: unknown\n", "" },
	{ "MTLS alone", CWA, { { 5061, CWA, "DNS:" CWA "," NAMES(IM) } }, NULL,
	    "the MTLS certificate of " CWA "; the single certificate of " CWA
	    " for " IM,
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" IM "\n"
	    "        mtls_port: 5061\n        tls: no   # where its HTTPS port "
	    "is was not seen\n", "" },
	{ "more MTLS ports than sites", CWA,
	    { { 443, IM, NAMES(IM) }, { 5061, CWA, NULL }, { 5063, "=", NULL } },
	    NULL, "the HTTPS certificate of " IM,
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" IM "\n"
	    "        layout: separate\n        mtls_port: 5061\n"
	    "      - url: https://" CWA ":5063   # its URL is not known\n"
	    "        mtls_port: 5063\n        tls: no   # where its HTTPS port "
	    "is was not seen\n", "" },
	{ "no desktop sharing", CWA,
	    { { 443, IM, "DNS:" IM }, { 5061, CWA, NULL } }, NULL,
	    "the MTLS certificate of " IM "; the HTTPS certificate of " IM
	    ", without desktop sharing",
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" IM "\n"
	    "        layout: separate\n        mtls_port: 5061\n"
	    "        sharing: no   # the certificate has no as. and download. "
	    "names\n", "" },
	{ "a name is missing", CWA,
	    { { 443, CWA, "DNS:" CWA ",DNS:" IM ",DNS:as." IM },
	    { 5061, "=", NULL } }, NULL, "the MTLS certificate of " CWA,
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" IM "\n"
	    "        layout: single\n        mtls_port: 5061\n",
	    "https:single-names mtls:single-names" },
	{ "another host answers", CWA, { { 5061, "cwa02.nwtraders.local",
	    NULL } }, NULL, "the MTLS certificate of cwa02.nwtraders.local",
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" CWA ":5061   "
	    "# its URL is not known\n        mtls_port: 5061\n"
	    "        tls: no   # where its HTTPS port is was not seen\n",
	    "mtls:mtls-subject" },
	{ "asked for by a site without desktop sharing", IM,
	    { { 443, IM, "DNS:" IM }, { 5061, CWA, NULL } }, "10.0.0.1",
	    "the MTLS certificate of " IM "; the HTTPS certificate of " IM
	    ", without desktop sharing",
	    "  - fqdn: " CWA "\n    address: 10.0.0.1\n    sites:\n"
	    "      - url: https://" IM "\n"
	    "        layout: separate\n        mtls_port: 5061\n"
	    "        sharing: no   # the certificate has no as. and download. "
	    "names\n", "" },
	{ "a name for nothing", CWA, { { 443, "localhost", NULL } }, NULL, "",
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" CWA
	    "   # its URL is not known\n        mtls_port: unknown\n"
	    "        sharing: no   # the certificate has no as. and download. "
	    "names\n", "https:site-names https:site-subject" },
	{ "names that are none", CWA, { { 443, "a: b\n  - x",
	    "DNS:as.e_vil.com,DNS:" IM ",DNS:*." IM ",DNS:x: {" } }, NULL, "",
	    "  - fqdn: " CWA "\n    sites:\n      - url: https://" IM "\n"
	    "        mtls_port: unknown\n        sharing: no   # the "
	    "certificate has no as. and download. names\n",
	    "https:malformed-name https:site-subject https:subject-not-in-san "
	    "https:wildcard" },
	{ "an address, and nothing tells the host", NULL,
	    { { 443, IM, NAMES(IM) } }, "10.0.0.1",
	    "the HTTPS certificate of " IM, NULL, NULL },
};

static size_t
make_ports(const struct seen *seen, struct guess_port *ports, struct made *m)
{
	size_t n = 0;

	for (; n < 5 && seen[n].port != 0; n++) {
		uint16_t port = seen[n].port;

		ports[n] = (struct guess_port){ .port = port,
		    .mtls = port >= GUESS_MTLS_FIRST &&
		    port <= GUESS_MTLS_LAST };
		if (seen[n].cn[0] != '=') {
			m[n] = make_cert((struct recipe){ .cn = seen[n].cn,
			    .san = seen[n].san, .serial = (long)n + 1,
			    .from = "20260301000000Z" });
			ports[n].leaf = m[n].cert;
		} else {
			ports[n].leaf = ports[n - 1].leaf;
		}
	}
	return n;
}

/* The entry is an inventory, and by it the rules find what is wrong. */
static void
judge(size_t i, const char *entry, const char *fqdn,
    const struct guess_port *ports, size_t n)
{
	struct text yaml = {0};
	struct inventory *inv;
	struct host_view *v;
	struct results rs = {0};
	char *found;

	text_addf(&yaml, "hosts:\n%s", entry);
	inv = world_inventory(text_str(&yaml));
	v = world_view(inv, fqdn, NOW);
	for (size_t k = 0; k < n; k++) {
		struct subject *s = NULL;

		for (size_t j = 0; j < v->n; j++)
			if (v->subjects[j].endpoint->port == ports[k].port)
				s = &v->subjects[j];
		if (s == NULL)
			fail_msg("%s: port %u is not in the entry",
			    cases[i].what, ports[k].port);
		else
			world_present(s, ports[k].leaf);
	}
	host_view_settle(v);
	rules_run_host(v, &rs);
	found = world_findings(&rs, SEVERITY_WARNING);
	if (strcmp(found, cases[i].findings) != 0)
		fail_msg("%s: %s", cases[i].what, found);
	free(found);
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
	text_done(&yaml);
}

static void
each_host_gets_the_entry_that_its_certificates_tell(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		struct guess_port ports[5];
		struct made m[5] = {0};
		struct strings uses = {0};
		struct text words = {0}, entry = {0};
		struct guess g;
		size_t n = make_ports(cases[i].seen, ports, m);

		guess_uses(ports[0].leaf, &uses);
		strings_join(&uses, "; ", &words);
		if (strcmp(text_str(&words), cases[i].uses) != 0)
			fail_msg("%s: %s", cases[i].what, text_str(&words));
		guess_init(&g, cases[i].asked, ports, n);
		if ((g.fqdn == NULL) != (cases[i].entry == NULL))
			fail_msg("%s: host %s", cases[i].what, g.fqdn);
		if (g.fqdn != NULL) {
			guess_add_entry(&g, cases[i].address, &entry);
			if (strcmp(text_str(&entry), cases[i].entry) != 0)
				fail_msg("%s:\n%s", cases[i].what,
				    text_str(&entry));
			judge(i, text_str(&entry), g.fqdn, ports, n);
		}
		guess_done(&g);
		strings_done(&uses);
		text_done(&words);
		text_done(&entry);
		for (size_t k = 0; k < 5; k++)
			made_free(&m[k]);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_host_gets_the_entry_that_its_certificates_tell),
	};

	return cmocka_run_group_tests_name("guess", tests, NULL, NULL);
}
