/* SPDX-License-Identifier: ISC */
/*
 * The table: every row is whole, and every rule with a check is seen to pass
 * and to fail. Rules about a certificate have tests/certs/<id>.{good,bad}.pem
 * and a row in pems[], the others a scene in scenes[]; one without either, or
 * with both, fails here. Those about several hosts have test_rule_fleet.c.
 */
#include "cwaudit/rule.h"

#include <openssl/pem.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW		1780272000	/* 2026-06-01T00:00:00Z */
#define FQDN		"cwa01.nwtraders.local"

enum { HTTPS = 443, MTLS = 5061 };

/* The host of the fixtures; keys: more of it, two blanks deeper than hosts. */
static const char world[] =
    "roots: {corp: root.pem}\n"
    "defaults: {trust: {mtls: [corp], https: [corp]}}\n"
    "hosts:\n"
    "  - fqdn: " FQDN "\n"
    "    address: 10.20.30.41\n"
    "    pool: pool01.contoso.com\n"
    "    layout: %s\n"
    "    %s\n"
    "    sites:\n"
    "      - {url: https://im.contoso.com, mtls_port: 5061}\n";

static struct inventory *
make_world(const char *layout, const char *keys)
{
	struct text yaml = {0};
	const char *l = strstr(world, "%s"), *k = strstr(l + 1, "%s");
	struct inventory *inv;

	text_add_bytes(&yaml, world, (size_t)(l - world));
	text_add(&yaml, layout);
	text_add_bytes(&yaml, l + 2, (size_t)(k - l - 2));
	text_add(&yaml, keys != NULL ? keys : "");
	text_add(&yaml, k + 2);
	inv = world_inventory(text_str(&yaml));
	text_done(&yaml);
	return inv;
}

/* -- certificates from files -------------------------------------------- */

static const struct {
	const char	*rule;
	const char	*layout;
	uint16_t	 port;
	const char	*keys;		/* more of the host */
	const char	*also;		/* what the good one cannot help */
} pems[] = {
	{ "mtls-subject", "separate", MTLS, NULL, "" },
	{ "documented-single", "single", HTTPS, NULL, "" },
	{ "wrong-service", "separate", MTLS, NULL, "" },
	{ "site-subject", "separate", HTTPS, NULL, "" },
	{ "site-names", "separate", HTTPS, NULL, "" },
	{ "single-names", "single", MTLS, NULL, "" },
	{ "subject-not-in-san", "separate", MTLS, NULL, "" },
	{ "layout-differs", "separate", HTTPS, NULL, "" },
	{ "wildcard", "separate", HTTPS, NULL, "" },
	{ "foreign-names", "separate", HTTPS, NULL, "" },
	{ "malformed-name", "separate", HTTPS, NULL, "" },
	{ "unreadable", "separate", MTLS, NULL, "" },
	{ "expired", "separate", MTLS, NULL, "" },
	{ "not-yet-valid", "separate", MTLS, NULL, "" },
	{ "expiring", "separate", MTLS, NULL, "" },
	{ "validity-order", "separate", MTLS, NULL, "" },
	{ "lifetime", "separate", HTTPS, "pki: public", "" },
	{ "weak-key", "separate", MTLS, NULL, "" },
	{ "key-type", "separate", MTLS, NULL, "" },
	{ "weak-signature", "separate", MTLS, NULL, "" },
	{ "sha2-on-2003", "separate", MTLS, "os: 2003",
	    "mtls:weak-signature" },
	{ "key-usage", "separate", MTLS, NULL, "" },
	{ "eku-server-auth", "separate", MTLS, NULL, "" },
	{ "version", "separate", MTLS, NULL, "" },
	{ "leaf-is-ca", "separate", MTLS, NULL, "" },
	{ "no-cdp", "separate", MTLS, NULL, "" },
	{ "self-signed", "separate", MTLS, NULL, "" },
	{ "untrusted", "separate", MTLS, NULL, "" },
	{ "incomplete-chain", "separate", MTLS, NULL, "" },
	{ "chain-order", "separate", MTLS, NULL, "" },
	{ "issuer-unexpected", "separate", MTLS, "issuers: {mtls: ['CN=Contoso "
	    "Issuing CA 2, DC=contoso, DC=COM']}", "" },
};

static char *
read_text(const char *path)
{
	struct text t = {0};
	FILE *f = fopen(path, "r");
	char buf[4096];
	size_t n;

	if (f == NULL)
		return NULL;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add_bytes(&t, buf, n);
	fclose(f);
	return text_take(&t);
}

/* What a server would send; unreadable ones are NULL. */
struct sent {
	struct cert	*certs[8];
	size_t		 n;
};

static bool
read_sent(const char *path, struct sent *out)
{
	char *pem = read_text(path), *label, *header;
	unsigned char *der;
	BIO *bio;
	long len;

	*out = (struct sent){0};
	if (pem == NULL)
		return false;
	bio = BIO_new_mem_buf(pem, -1);
	while (PEM_read_bio(bio, &label, &header, &der, &len) == 1) {
		assert_true(out->n < ARRAY_N(out->certs));
		(void)!cert_parse(der, (size_t)len, &out->certs[out->n++]);
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	BIO_free(bio);
	free(pem);
	return out->n > 0;
}

static void
sent_done(struct sent *sent)
{
	for (size_t i = 0; i < sent->n; i++)
		cert_unref(sent->certs[i]);
}

static struct trust *
corp_trust(void)
{
	struct trust *trust = trust_new();
	struct text why = {0};
	char *root = read_text("tests/certs/root.pem");
	struct sent issuing;

	assert_non_null(root);
	if (!trust_add(trust, "corp", root, strlen(root), &why))
		fail_msg("%s", text_str(&why));
	assert_true(read_sent("tests/certs/issuing.pem", &issuing));
	trust_learn(trust, issuing.certs[0]);
	sent_done(&issuing);
	free(root);
	return trust;
}

/* Puts what was sent on a port, judged up to its chain. */
static void
present(struct subject *s, const struct sent *sent)
{
	struct trust *trust = corp_trust();

	s->seen = world_look(s->now);
	if (sent->certs[0] == NULL) {
		s->unreadable = true;
		s->unreadable_len = 20;
	} else {
		s->leaf = cert_ref(sent->certs[0]);
		s->chain = trust_path(trust,
		    &s->endpoint->settings->trust_mtls,
		    (const struct cert *const *)sent->certs, sent->n, s->now);
	}
	trust_free(trust);
}

static void
judge_pem(size_t i, const char *kind, bool good)
{
	struct inventory *inv = make_world(pems[i].layout, pems[i].keys);
	struct host_view *v = world_view(inv, FQDN, NOW);
	struct subject *s = world_port(v, pems[i].port);
	struct results rs = {0};
	const struct result *r;
	struct text path = {0};
	struct sent sent;
	char *all;

	text_addf(&path, "tests/certs/%s.%s.pem", pems[i].rule, kind);
	if (!read_sent(text_str(&path), &sent))
		fail_msg("%s is missing", text_str(&path));
	present(s, &sent);
	host_view_settle(v);
	rules_run_host(v, &rs);
	all = world_findings(&rs, good ? SEVERITY_WARNING : SEVERITY_NOTICE);
	r = world_result(&rs, s, pems[i].rule);
	if (r == NULL || r->verdict != (good ? VERDICT_PASS : VERDICT_FAIL))
		fail_msg("%s: %s (%s)", text_str(&path), r == NULL ? "none" :
		    verdict_name((enum verdict)r->verdict), all);
	if (good && strcmp(all, pems[i].also) != 0)
		fail_msg("%s: also %s", text_str(&path), all);
	if (!good && !result_is_finding(r))
		fail_msg("%s: stood in for (%s)", text_str(&path), all);
	free(all);
	text_done(&path);
	results_done(&rs);
	sent_done(&sent);
	world_view_free(v);
	inventory_unref(inv);
}

static void
certificate_rules_pass_their_good_and_fail_their_bad_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(pems); i++) {
		judge_pem(i, "good", true);
		judge_pem(i, "bad", false);
	}
}

/* -- rules about ports and hosts ---------------------------------------- */

struct stage {
	struct host_view *v;
	struct subject	 *https, *mtls, *https2, *mtls2;	/* cwa01's */
	struct made	  old, new;	/* two right single certificates */
	bool		  bad;
};

static const char stage_yaml[] =
    "hosts:\n"
    "  - fqdn: " FQDN "\n"
    "    revocation: {enabled: yes, hosts: [pki.contoso.com]}\n"
    "    sites:\n"
    "      - {url: https://im.contoso.com, mtls_port: 5061}\n"
    "      - {url: 'https://chat.contoso.com:444', mtls_port: 5062}\n";

/* What is seen of a port, as one member of the observation decides. */
static void
look_unreachable(struct stage *t)
{
	if (t->bad)
		world_fail(t->mtls, OUTCOME_TIMEOUT);
	else
		world_present(t->mtls, t->new.cert);
	world_present(t->https, t->new.cert);
}

static void
look_no_certificate(struct stage *t)
{
	if (t->bad)
		world_fail(t->mtls, OUTCOME_CLOSED);
	else
		world_present(t->mtls, t->new.cert);
}

static void
look_not_tls(struct stage *t)
{
	world_fail(t->mtls, t->bad ? OUTCOME_NOT_TLS : OUTCOME_TLS_ALERT);
}

static void
look_host_down(struct stage *t)
{
	for (size_t i = 0; i < t->v->n; i++)
		world_fail(&t->v->subjects[i], OUTCOME_REFUSED);
	if (!t->bad)
		((struct observation *)(uintptr_t)t->mtls2->seen)->outcome =
		    OUTCOME_CLOSED;
}

static struct observation *
look_at_mtls(struct stage *t)
{
	world_present(t->mtls, t->new.cert);
	return (struct observation *)(uintptr_t)t->mtls->seen;
}

static void
look_handshake_broken(struct stage *t)
{
	look_at_mtls(t)->ending = t->bad ? ENDING_BROKEN : ENDING_CLIENT_CERT;
}

static void
look_not_proven(struct stage *t)
{
	look_at_mtls(t)->proof = t->bad ? PROOF_NONE : PROOF_SIGNATURE;
}

static void
look_mtls_open(struct stage *t)
{
	look_at_mtls(t)->client_cert_requested = !t->bad;
}

static void
look_legacy_tls(struct stage *t)
{
	if (t->bad)
		strcpy(look_at_mtls(t)->tls_version, "TLSv1");
	else
		(void)look_at_mtls(t);
}

static void
look_address_ambiguous(struct stage *t)
{
	world_present(t->https, t->new.cert);
	strings_add(&t->https->addresses, "10.0.0.1");
	if (t->bad)
		strings_add(&t->https->addresses, "10.0.0.2");
}

static void
look_single_split(struct stage *t)
{
	world_present(t->https, t->old.cert);
	world_present(t->mtls, t->bad ? t->new.cert : t->old.cert);
	world_present(t->https2, t->new.cert);
	world_present(t->mtls2, t->new.cert);
}

static void
look_mtls_split(struct stage *t)
{
	world_present(t->mtls, t->old.cert);
	world_present(t->mtls2, t->bad ? t->new.cert : t->old.cert);
}

static void
look_https_split(struct stage *t)
{
	world_present(t->https, t->old.cert);
	world_present(t->https2, t->bad ? t->new.cert : t->old.cert);
}

static void
look_private_key(struct stage *t)
{
	world_present(t->mtls, t->new.cert);
	t->mtls->file = "new.pfx";
	t->mtls->key = t->bad ? BUNDLE_KEY_OTHER : BUNDLE_KEY_MATCHES;
}

/* An answer about a leaf right below its anchor. */
static struct revocation_status *
look_revocation(struct stage *t)
{
	const struct cert *path[] = { t->new.cert, t->new.cert };
	const struct chain chain = { .path = path, .n_path = 2,
	    .status = CHAIN_TRUSTED };
	struct revocation *r = revocation_new(&chain);

	(void)look_at_mtls(t);
	t->mtls->revocation = r;
	r->item[0].status.answer = REVOCATION_GOOD;
	return &r->item[0].status;
}

static void
look_revoked(struct stage *t)
{
	struct revocation_status *s = look_revocation(t);

	if (t->bad)
		s->answer = REVOCATION_REVOKED;
}

static void
look_revocation_unknown(struct stage *t)
{
	struct revocation_status *s = look_revocation(t);

	if (t->bad)
		s->answer = REVOCATION_UNKNOWN;
}

static const struct {
	const char	*rule;
	uint16_t	 port;		/* 0: the host's */
	void		(*look)(struct stage *);
} scenes[] = {
	{ "private-key", MTLS, look_private_key },
	{ "unreachable", MTLS, look_unreachable },
	{ "no-certificate", MTLS, look_no_certificate },
	{ "not-tls", MTLS, look_not_tls },
	{ "handshake-broken", MTLS, look_handshake_broken },
	{ "not-proven", MTLS, look_not_proven },
	{ "mtls-open", MTLS, look_mtls_open },
	{ "legacy-tls", MTLS, look_legacy_tls },
	{ "address-ambiguous", HTTPS, look_address_ambiguous },
	{ "revoked", MTLS, look_revoked },
	{ "revocation-unknown", MTLS, look_revocation_unknown },
	{ "host-down", 0, look_host_down },
	{ "single-split", 0, look_single_split },
	{ "mtls-split", 0, look_mtls_split },
	{ "https-split", 0, look_https_split },
};

static void
judge_scene(size_t i, bool bad)
{
	struct inventory *inv = world_inventory(stage_yaml);
	struct host_view *v = world_view(inv, FQDN, NOW);
	struct recipe r = { .cn = FQDN, .san = "DNS:" FQDN ","
	    "DNS:im.contoso.com,DNS:as.im.contoso.com,"
	    "DNS:download.im.contoso.com,DNS:chat.contoso.com,"
	    "DNS:as.chat.contoso.com,DNS:download.chat.contoso.com" };
	struct stage t = { v, world_port(v, 443), world_port(v, 5061),
	    world_port(v, 444), world_port(v, 5062), make_cert(r), {0}, bad };
	struct results rs = {0};
	const struct result *found;

	r.serial = 2;
	r.from = "20260501000000Z";
	t.new = make_cert(r);
	scenes[i].look(&t);
	host_view_settle(v);
	rules_run_host(v, &rs);
	found = world_result(&rs, scenes[i].port == 0 ? NULL :
	    world_port(v, scenes[i].port), scenes[i].rule);
	if (found == NULL || found->verdict != (bad ? VERDICT_FAIL :
	    VERDICT_PASS))
		fail_msg("%s, %s: %s", scenes[i].rule, bad ? "bad" : "good",
		    found == NULL ? "none" :
		    verdict_name((enum verdict)found->verdict));
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
	made_free(&t.old);
	made_free(&t.new);
}

static void
every_other_rule_passes_and_fails_its_scene(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(scenes); i++) {
		judge_scene(i, false);
		judge_scene(i, true);
	}
}

/* -- the table itself --------------------------------------------------- */

/* Nothing else of the table speaks of what stands in front of the hosts. */
static void
published_addresses_have_these_rules_and_no_more(void **state)
{
	static const char *const wanted[] = {
		"site-names", "wildcard", "foreign-names", "malformed-name",
		"unreadable", "expired", "not-yet-valid", "expiring",
		"chain-expiring", "validity-order", "lifetime", "weak-key",
		"weak-signature", "eku-server-auth", "version", "leaf-is-ca",
		"no-cdp", "self-signed", "untrusted", "incomplete-chain",
		"chain-order", "issuer-unexpected", "revoked",
		"revocation-unknown", "shared-key", "names-dns",
		"handshake-broken", "not-proven", "legacy-tls", "unreachable",
		"no-certificate", "not-tls", "host-down", "reissue-bad",
		"key-reused",
	};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < n_rules; i++) {
		bool is = false;

		for (size_t k = 0; k < ARRAY_N(wanted); k++)
			is |= strcmp(wanted[k], rules[i].id) == 0;
		if (is != ((rules[i].roles & ROLE_PUBLISHED) != 0))
			fail_msg("%s", rules[i].id);
		n += is;
	}
	assert_int_equal(n, ARRAY_N(wanted));
}

/*
 * What has no check yet, and why it may have none: it is judged from one look
 * to the next, by an answer from elsewhere, or is about the auditor.
 */
static bool
may_lack_a_check(const struct rule *r)
{
	static const char *const ids[] = { "revoked", "revocation-unknown",
	    "reissue-bad", "key-reused" };
	bool listed = r->scope == SCOPE_AUDITOR;

	for (size_t i = 0; i < ARRAY_N(ids); i++)
		listed |= strcmp(r->id, ids[i]) == 0;
	return listed;
}

static bool
has_check(const struct rule *r)
{
	return r->check != NULL || r->check_host != NULL ||
	    r->check_farm != NULL || r->check_fleet != NULL;
}

static void
no_rule_with_a_check_is_without_fixtures(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_rules; i++) {
		const struct rule *r = &rules[i];
		size_t n = 0;

		for (size_t j = 0; j < ARRAY_N(pems); j++)
			n += strcmp(pems[j].rule, r->id) == 0;
		for (size_t j = 0; j < ARRAY_N(scenes); j++)
			n += strcmp(scenes[j].rule, r->id) == 0;
		if (n != (r->check != NULL || r->check_host != NULL))
			fail_msg("%s has %zu fixtures", r->id, n);
		if (!has_check(r) && !may_lack_a_check(r))
			fail_msg("%s is not judged", r->id);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rule_with_a_check_is_without_fixtures),
		cmocka_unit_test(
		    certificate_rules_pass_their_good_and_fail_their_bad_file),
		cmocka_unit_test(every_other_rule_passes_and_fails_its_scene),
		cmocka_unit_test(
		    published_addresses_have_these_rules_and_no_more),
	};

	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
