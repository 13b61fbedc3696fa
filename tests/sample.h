/* SPDX-License-Identifier: ISC */
/*
 * sample.h - a fleet of a few hosts as an audit would hand it to the reports,
 * built by hand: the severities, marks and gaps that a reader meets.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/snapshot.h"
#include "sample_inventory.h"

static const char sample_text[] =
"roots: {corp: corp-roots.pem}\n"
"defaults: {trust: corp}\n"
"groups:\n"
"  emea: {owner: uc-emea@contoso.com}\n"
"hosts:\n"
"  - fqdn: cwa01.nwtraders.local\n"
"    group: emea\n"
"    address: 10.20.30.41\n"
"    layout: single\n"
"    sites:\n"
"      - url: https://im.contoso.com\n"
"        mtls_port: 5061\n"
"        listen: {address: 10.20.30.42}\n"
"      - {url: \"https://im-int.contoso.com:8443\", mtls_port: unknown,"
" sharing: no}\n"
"    waivers:\n"
"      - {rule: weak-key, ticket: CHG-1234, owner: j.doe,\n"
"         approved_by: a.roe, reason: replacement ordered,"
" until: 2026-12-31}\n"
"    rules:\n"
"      no-cdp: {severity: off, owner: pki, reason: our CA has none}\n"
"  - fqdn: cwa02.nwtraders.local\n"
"    group: emea\n"
"    address: 10.20.30.51\n"
"    sites:\n"
"      - {url: \"https://im.contoso.com\", mtls_port: 5061}\n"
"  - fqdn: cwa03.nwtraders.local\n"
"    state: planned\n"
"    layout: separate\n"
"    sites:\n"
"      - {url: \"https://chat.contoso.com\", mtls_port: 5061}\n"
"  - fqdn: cwa04.nwtraders.local\n"
"    address: \"2001:db8::4\"\n"
"    families: ipv6\n"
"    sites:\n"
"      - {url: \"https://talk.contoso.com\", mtls_port: 5061}\n"
"  - {fqdn: cwa05.nwtraders.local, state: retired}\n"
"  - fqdn: cwa06.nwtraders.local\n"
"    probe: {enabled: no, reason: behind a firewall we cannot pass}\n"
"    sites:\n"
"      - {url: \"https://lab.contoso.com\", mtls_port: 5061}\n"
"  - fqdn: cwa07.nwtraders.local\n"
"    address: 10.20.30.71\n"
"    sites:\n"
"      - {url: \"https://web.contoso.com\", mtls_port: 5061, tls: no}\n"
"published:\n"
"  - {url: \"https://im.contoso.com\", address: 192.0.2.10,"
" kind: virtual-address}\n";

static void
sample_add_san(struct cert *c, enum cert_san_type type, const char *value,
    size_t len)
{
	c->san = xrealloc(c->san, c->n_san + 1, sizeof(*c->san));
	c->san[c->n_san++] = (struct cert_san){
		.type = type, .value = { xmemdup(value, len), len },
	};
}

/* One reference. sans: blank-separated; "" for none. seed: its hashes. */
static struct cert *
sample_cert(const char *cn, const char *sans, int64_t not_after, int seed)
{
	struct cert *c = xcalloc(1, sizeof(*c));

	c->refs = 1;
	memset(c->sha256, seed, sizeof(c->sha256));
	memset(c->spki_sha256, seed + 1, sizeof(c->spki_sha256));
	c->version = 3;
	c->serial = xstrdup("61a4c30000000002");
	c->subject = xstrdup("CN=...");
	c->issuer = xstrdup("CN=Contoso Issuing CA 2,DC=contoso,DC=com");
	c->cn = xcalloc(1, sizeof(*c->cn));
	c->cn[c->n_cn++] = (struct cert_cn){
		.utf8 = { xstrdup(cn), strlen(cn) }, .readable = true,
	};
	while (*sans != '\0') {
		size_t len = strcspn(sans, " ");

		sample_add_san(c, CERT_SAN_DNS, sans, len);
		sans += len + (sans[len] == ' ');
	}
	c->san_present = c->san_readable = c->n_san > 0;
	c->dates_readable = true;
	c->not_before = not_after - 730 * CLOCK_DAY;
	c->not_after = not_after;
	c->key_bits = 2048;
	c->key_text = xstrdup("RSA 2048");
	c->digest = CERT_DIGEST_SHA2;
	c->signature = xstrdup("sha256WithRSAEncryption");
	c->eku_present = c->eku_server = true;
	strings_add(&c->eku, "serverAuth");
	return c;
}

static struct chain *
sample_chain(const struct cert *leaf)
{
	struct chain *chain = xcalloc(1, sizeof(*chain));

	chain->refs = 1;
	chain->status = CHAIN_TRUSTED;
	chain->n_sent = 2;
	chain->sent = xcalloc(2, sizeof(*chain->sent));
	chain->sent[0] = cert_ref(leaf);	/* the other is no certificate */
	return chain;
}

/* Steals the leaf, which may be NULL. */
static void
sample_observe(struct snapshot_endpoint *e, const char *address, enum via via,
    enum proof proof, struct cert *leaf)
{
	struct observation *seen = observation_new();

	seen->at = SAMPLE_STARTED;
	text_add(&seen->detail, "");
	memcpy(seen->address, address, strlen(address) + 1);
	seen->port = e->endpoint->port;
	seen->outcome = OUTCOME_OBSERVED;
	seen->via = via;
	seen->proof = proof;
	memcpy(seen->tls_version, "TLSv1", 6);
	memcpy(seen->tls_cipher, "AES128-SHA", 11);
	if (proof == PROOF_NONE)
		text_add(&seen->proof_cause,
		    "RC4-MD5 cannot be spoken by this auditor");
	if (e->endpoint->kind == ENDPOINT_MTLS)
		seen->client_cert_known = seen->client_cert_requested = true;
	if (!observation_add_der(seen, (const uint8_t *)"leaf", 4) ||
	    !observation_add_der(seen, (const uint8_t *)"junk", 4))
		abort();
	observation_seal(seen);
	e->seen = seen;
	e->leaf = leaf;
	e->chain = leaf != NULL ? sample_chain(leaf) : NULL;
	e->unreadable = leaf == NULL;
}

static void
sample_fail_look(struct snapshot_endpoint *e, enum outcome outcome,
    const char *detail)
{
	struct observation *seen = observation_new();

	seen->at = SAMPLE_STARTED;
	seen->port = e->endpoint->port;
	seen->outcome = outcome;
	text_add(&seen->detail, detail);
	observation_seal(seen);
	e->seen = seen;
}

/* The last result, failing; the id is made from a counter. */
static struct result *
sample_find(struct snapshot *s, const char *rule, enum severity severity,
    const char *message, const char *remedy)
{
	struct result *r = results_add(&s->results);
	struct text id = {0};

	r->rule = rule_find(rule);
	if (r->rule == NULL)
		abort();
	text_addf(&id, "%016zx", s->results.n * 0x9f2c1a0b);
	memcpy(r->id, text_str(&id), FINDING_ID);
	text_done(&id);
	r->verdict = VERDICT_FAIL;
	r->speaks = true;
	r->severity = r->own_severity = severity;
	r->message = xstrdup(message);
	r->remedy = remedy != NULL ? xstrdup(remedy) : NULL;
	return r;
}

static void
sample_add_node(struct result *r, const char *host, const char *state,
    const char *leaf)
{
	strings_add(&r->nodes, host);
	strings_add(&r->nodes, state);
	strings_add(&r->nodes, leaf);
}

static void
sample_answer(struct snapshot *s, const char *rule, enum verdict verdict)
{
	struct result *r = results_add(&s->results);

	r->rule = rule_find(rule);
	if (r->rule == NULL)
		abort();
	r->verdict = verdict;
	r->speaks = true;
	r->severity = r->own_severity = r->rule->severity;
}

static struct snapshot *
sample_empty(const char *text)
{
	struct inventory *inventory = sample_inventory(text);
	struct snapshot *s;

	if (inventory == NULL)
		abort();
	s = snapshot_new(inventory);
	inventory_unref(inventory);
	s->started = SAMPLE_STARTED;
	s->finished = SAMPLE_NOW;
	s->n_endpoints = s->inventory->n_endpoints;
	s->endpoints = xcalloc(s->n_endpoints, sizeof(*s->endpoints));
	for (size_t i = 0; i < s->n_endpoints; i++)
		s->endpoints[i].endpoint = &s->inventory->endpoints[i];
	for (size_t i = 0; i < s->n_endpoints; i++)
		s->n_hosts += s->endpoints[i].endpoint->host != NULL &&
		    (i == 0 || s->endpoints[i].endpoint->host !=
		    s->endpoints[i - 1].endpoint->host);
	return s;
}

/* Results of endpoint i begin with the next one; those of i - 1 end. */
static void
sample_begin(struct snapshot *s, size_t i)
{
	s->endpoints[i].first_result = s->results.n;
	if (i > 0)
		s->endpoints[i - 1].n_results =
		    s->results.n - s->endpoints[i - 1].first_result;
}

static void
sample_begin_shared(struct snapshot *s)
{
	size_t last = s->n_endpoints - 1;

	s->first_shared = s->results.n;
	s->endpoints[last].n_results =
	    s->results.n - s->endpoints[last].first_result;
}

static void
sample_first_host(struct snapshot *s)
{
	struct snapshot_endpoint *e = s->endpoints;
	struct cert *leaf = sample_cert("im.contoso.com",
	    "im.contoso.com cwa01.nwtraders.local as.im.contoso.com",
	    SAMPLE_NOW + 12 * CLOCK_DAY + 5, 0x64);
	struct result *r;

	sample_add_san(leaf, CERT_SAN_IP, "10.20.30.42", 11);
	sample_observe(&e[0], "10.20.30.42", VIA_CURL, PROOF_FINISHED, leaf);
	sample_begin(s, 0);
	sample_find(s, "expiring", SEVERITY_ERROR,
	    "the certificate ends on 2026-10-03T14:13:37Z, in 12 days",
	    "renew it now, and move both bindings to the new one: the site's "
	    "in IIS and the host's MTLS certificate");
	sample_find(s, "single-names", SEVERITY_ERROR,
	    "SAN lacks download.im.contoso.com: browsers ask for it when a "
	    "chat opens and show a certificate warning",
	    "request a certificate with the SAN entries cwa01.nwtraders.local,"
	    " im.contoso.com, as.im.contoso.com, download.im.contoso.com, "
	    "im-int.contoso.com");
	r = sample_find(s, "weak-key", SEVERITY_WARNING,
	    "the key is RSA 1024; at least 2048 bits are needed", "");
	r->waiver = &s->inventory->hosts[0].settings->waivers[0];
	sample_answer(s, "wildcard", VERDICT_PASS);

	sample_observe(&e[1], "10.20.30.41", VIA_OPENSSL, PROOF_SIGNATURE,
	    cert_ref(leaf));
	sample_begin(s, 1);
	sample_find(s, "documented-single", SEVERITY_ERROR,
	    "the CN is im.contoso.com and the FQDN cwa01.nwtraders.local "
	    "stands in the SAN only: Microsoft's page asks for this form, and "
	    "the Activate wizard refuses it (\xe2\x80\x9cThe subject of the "
	    "certificate you selected doesn't match the current computer's "
	    "FQDN.\xe2\x80\x9d)",
	    "request one with CN=cwa01.nwtraders.local");
	sample_find(s, "single-names", SEVERITY_ERROR,
	    "SAN lacks download.im.contoso.com",
	    s->results.item[1].remedy);

	sample_observe(&e[2], "10.20.30.41", VIA_HELLO, PROOF_NONE,
	    sample_cert("b\xc3\xbc" "cher\n=\x1b[31m\"x\"", "*.contoso.com "
	    "\xe2\x80\xae" "evil", SAMPLE_NOW - 3 * CLOCK_DAY - 1, 0xc3));
	sample_begin(s, 2);
	sample_find(s, "expired", SEVERITY_CRITICAL,
	    "the certificate ended on 2026-09-18T14:13:31Z, 3 days ago",
	    "renew it");
	sample_find(s, "not-proven", SEVERITY_NOTICE,
	    "nothing proves that the server holds the key: RC4-MD5 cannot be "
	    "spoken by this auditor", NULL);
}

static void
sample_other_hosts(struct snapshot *s)
{
	struct snapshot_endpoint *e = s->endpoints;
	struct cert *cwa02 = sample_cert("cwa02.nwtraders.local",
	    "cwa02.nwtraders.local im.contoso.com as.im.contoso.com "
	    "download.im.contoso.com", SAMPLE_NOW + 300 * CLOCK_DAY, 0x21);

	sample_observe(&e[3], "10.20.30.51", VIA_CURL, PROOF_FINISHED, cwa02);
	sample_begin(s, 3);
	sample_answer(s, "single-names", VERDICT_PASS);
	sample_observe(&e[4], "10.20.30.51", VIA_OPENSSL, PROOF_SIGNATURE,
	    sample_cert("cwa02.nwtraders.local", "", SAMPLE_NOW +
	    20 * CLOCK_DAY, 0x22));
	sample_begin(s, 4);
	sample_find(s, "single-names", SEVERITY_CRITICAL, "SAN is absent; "
	    "cwa02.nwtraders.local, im.contoso.com, as.im.contoso.com, "
	    "download.im.contoso.com are needed", "request a new one")->
	    held = true;

	sample_observe(&e[5], "10.20.30.61", VIA_CURL, PROOF_FINISHED,
	    sample_cert("chat.contoso.com", "chat.contoso.com "
	    "as.chat.contoso.com download.chat.contoso.com",
	    SAMPLE_NOW + 213 * CLOCK_DAY, 0x31));
	sample_begin(s, 5);
	sample_answer(s, "site-names", VERDICT_PASS);
	sample_observe(&e[6], "10.20.30.61", VIA_OPENSSL, PROOF_SIGNATURE,
	    sample_cert("cwa03.nwtraders.local", "", SAMPLE_NOW +
	    214 * CLOCK_DAY, 0x32));
	sample_begin(s, 6);
	sample_answer(s, "mtls-subject", VERDICT_PASS);
	sample_answer(s, "untrusted", VERDICT_UNKNOWN);

	sample_fail_look(&e[7], OUTCOME_REFUSED, "connect to "
	    "[2001:db8::4]:443: Connection refused");
	sample_begin(s, 7);
	sample_find(s, "unreachable", SEVERITY_ERROR,
	    "[2001:db8::4]:443 refused the connection; another port of the "
	    "host answers", "see whether the site is started");
	sample_observe(&e[8], "2001:db8::4", VIA_HELLO, PROOF_NONE, NULL);
	sample_begin(s, 8);
	sample_find(s, "unreadable", SEVERITY_ERROR,
	    "the leaf (4 bytes, SHA-256 0f1a...) is no readable certificate",
	    NULL);
	sample_begin(s, 9);		/* cwa07: never looked at */
	sample_observe(&e[10], "192.0.2.10", VIA_CURL, PROOF_FINISHED,
	    cert_ref(cwa02));
	sample_begin(s, 10);
	sample_answer(s, "site-names", VERDICT_PASS);
}

static void
sample_shared(struct snapshot *s)
{
	struct result *r;

	sample_begin_shared(s);
	r = sample_find(s, "single-split", SEVERITY_ERROR,
	    "HTTPS 10.20.30.51:443 and MTLS 10.20.30.51:5061 present different "
	    "leaves; the one on HTTPS is newer: the MTLS binding was not moved",
	    "select the new certificate for MTLS, too");
	r->host = &s->inventory->hosts[1];
	r = sample_find(s, "farm-split", SEVERITY_WARNING,
	    "im.contoso.com:443 is not the same on its hosts: "
	    "cwa01.nwtraders.local lacks download.im.contoso.com",
	    "give cwa01.nwtraders.local the names of cwa02.nwtraders.local");
	r->site = &s->inventory->hosts[0].sites[0];
	sample_add_node(r, "cwa01.nwtraders.local",
	    "lacks download.im.contoso.com", "SHA-256 6464646464646464");
	sample_add_node(r, "cwa02.nwtraders.local", "right",
	    "SHA-256 2121212121212121");
	sample_add_node(r, "cwa09.nwtraders.local", "not seen", "");
	(void)sample_find(s, "shared-key", SEVERITY_WARNING,
	    "one key on cwa01.nwtraders.local and cwa02.nwtraders.local", "");
}

static inline struct snapshot *
sample_snapshot(void)
{
	struct snapshot *s = sample_empty(sample_text);

	sample_first_host(s);
	sample_other_hosts(s);
	sample_shared(s);
	return s;
}

/* A host where all is well, and nothing that was left out. */
static inline struct snapshot *
sample_calm(void)
{
	struct snapshot *s = sample_empty("roots: {corp: a.pem}\n"
	    "defaults: {trust: corp}\n"
	    "hosts:\n"
	    "  - fqdn: cwa03.nwtraders.local\n"
	    "    address: 10.20.30.61\n"
	    "    layout: separate\n"
	    "    sites:\n"
	    "      - {url: \"https://chat.contoso.com\", mtls_port: 5061}\n");

	sample_observe(&s->endpoints[0], "10.20.30.61", VIA_CURL,
	    PROOF_FINISHED, sample_cert("chat.contoso.com", "chat.contoso.com "
	    "as.chat.contoso.com download.chat.contoso.com",
	    SAMPLE_NOW + 213 * CLOCK_DAY, 0x31));
	sample_begin(s, 0);
	sample_answer(s, "site-subject", VERDICT_PASS);
	sample_answer(s, "site-names", VERDICT_PASS);
	sample_observe(&s->endpoints[1], "10.20.30.61", VIA_OPENSSL,
	    PROOF_SIGNATURE, sample_cert("cwa03.nwtraders.local", "",
	    SAMPLE_NOW + 214 * CLOCK_DAY, 0x32));
	sample_begin(s, 1);
	sample_answer(s, "mtls-subject", VERDICT_PASS);
	sample_begin_shared(s);
	return s;
}

#endif
