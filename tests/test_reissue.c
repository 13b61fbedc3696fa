/* SPDX-License-Identifier: ISC */
/*
 * Pairs of certificates, one in the place of the other, and what is to be said
 * of each exchange. All rules judge both.
 */
#include "cwaudit/reissue.h"

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW		1780272000	/* 2026-06-01T00:00:00Z */
#define CWA		"cwa01.nwtraders.local"
#define OTHER		"cwa02.nwtraders.local"
#define IM		"im.contoso.com"
#define SITE		"DNS:" IM ",DNS:as." IM ",DNS:download." IM
#define ALL		"DNS:" CWA "," SITE
#define LESS		"DNS:" CWA ",DNS:" IM

/* Two years each, the new one since yesterday. */
#define OLD_FROM	"20250701000000Z"
#define OLD_TO		"20270701000000Z"
#define NEW_FROM	"20260531000000Z"
#define NEW_TO		"20280530000000Z"

enum key { KEY_OWN, KEY_SAME, KEY_768, KEY_1024, KEY_3072, KEY_EC, KEY_N };
enum ca { CA_USUAL, CA_OTHER, CA_UNTRUSTED, CA_SELF };

struct side {
	const char	*cn, *san;
	const char	*cn2, *eku, *usage, *cdp, *basic, *from, *to;
	enum key	 key;
	enum ca		 ca;
	int		 md;		/* 1, 5; 0: SHA-256 */
};

#define SINGLE(...)	{ .cn = CWA, .san = ALL, __VA_ARGS__ }
#define MTLS(...)	{ .cn = CWA, __VA_ARGS__ }
#define HTTPS(...)	{ .cn = IM, .san = SITE, __VA_ARGS__ }
#define PLAIN		.key = KEY_OWN

static const struct {
	const char	*what;
	char		 role;		/* S, M, H */
	struct side	 old, new;
	enum severity	 bad;		/* SEVERITY_OFF: good */
	/* "!" breaks, "+" mends; ids with what they name */
	const char	*reasons;
	const char	*keys;		/* of the host, YAML */
} pairs[] = {
	/* what this is about */
	{ "renewed as it was", 'S', SINGLE(PLAIN), SINGLE(PLAIN), 0, "", "" },
	{ "by the documentation", 'S', SINGLE(PLAIN),
	    { .cn = IM, .san = ALL }, SEVERITY_ERROR,
	    "!fails:documented-single cn-moved", "" },
	{ "the documented one made right", 'S', { .cn = IM, .san = ALL },
	    SINGLE(PLAIN), 0, "+mends:documented-single cn-moved", "" },
	{ "documented again", 'S', { .cn = IM, .san = ALL },
	    { .cn = IM, .san = ALL }, 0, "", "" },
	{ "the CA dropped the SAN", 'S', SINGLE(PLAIN), { .cn = CWA },
	    SEVERITY_CRITICAL, "!fails:single-names !lost-names:" CWA "," IM
	    ",as." IM ",download." IM, "" },
	/* names */
	{ "one name lost", 'S', SINGLE(PLAIN), { .cn = CWA,
	    .san = LESS ",DNS:download." IM }, SEVERITY_ERROR,
	    "!fails:single-names !lost-names:as." IM, "" },
	{ "one more lost", 'S', { .cn = CWA, .san = LESS ",DNS:as." IM },
	    { .cn = CWA, .san = LESS }, SEVERITY_ERROR,
	    "!lost-names:as." IM, "" },
	{ "a missing one came", 'S', { .cn = CWA, .san = LESS ",DNS:as." IM },
	    SINGLE(PLAIN), 0, "+mends:single-names gained-names:download." IM,
	    "" },
	{ "one misspelt", 'S', SINGLE(PLAIN), { .cn = CWA,
	    .san = LESS ",DNS:as.im.contoso.cm,DNS:download." IM },
	    SEVERITY_ERROR, "!fails:single-names !lost-names:as." IM
	    " fails:foreign-names gained-names:as.im.contoso.cm", "" },
	{ "in other case", 'S', SINGLE(PLAIN), { .cn = "CWA01.NWTraders.local",
	    .san = "DNS:CWA01.nwtraders.local,DNS:IM.contoso.com,DNS:AS." IM
	    ",DNS:Download." IM }, 0, "", "" },
	{ "names in another order", 'S', SINGLE(PLAIN), { .cn = CWA,
	    .san = SITE ",DNS:" CWA }, 0, "", "" },
	{ "a wildcard beside", 'S', SINGLE(PLAIN), { .cn = CWA,
	    .san = ALL ",DNS:*.contoso.com" }, SEVERITY_WARNING,
	    "!fails:wildcard gained-names:*.contoso.com", "" },
	{ "a wildcard instead", 'S', SINGLE(PLAIN), { .cn = CWA,
	    .san = LESS ",DNS:*." IM }, SEVERITY_WARNING, "!fails:wildcard "
	    "dropped-names:as." IM ",download." IM " gained-names:*." IM, "" },
	{ "a retired site's name is gone", 'S', { .cn = CWA,
	    .san = ALL ",DNS:old.contoso.com" }, SINGLE(PLAIN), 0,
	    "+mends:foreign-names dropped-names:old.contoso.com", "" },
	{ "a name that nobody knows", 'S', SINGLE(PLAIN), { .cn = CWA,
	    .san = ALL ",DNS:www.fabrikam.com" }, 0, "fails:foreign-names "
	    "gained-names:www.fabrikam.com", "" },
	{ "two CNs", 'S', SINGLE(PLAIN), SINGLE(.cn2 = IM), SEVERITY_ERROR,
	    "!fails:malformed-name cn-moved", "" },
	{ "no CN", 'S', SINGLE(PLAIN), { .san = ALL }, SEVERITY_ERROR,
	    "!fails:mtls-subject !fails:malformed-name cn-moved", "" },
	/* MTLS alone */
	{ "renewed", 'M', MTLS(PLAIN), MTLS(PLAIN), 0, "", "" },
	{ "with a SAN now", 'M', MTLS(PLAIN), MTLS(.san = "DNS:" CWA), 0,
	    "gained-names:" CWA, "" },
	{ "without one again", 'M', MTLS(.san = "DNS:" CWA), MTLS(PLAIN), 0,
	    "dropped-names:" CWA, "" },
	{ "a SAN without it", 'M', MTLS(PLAIN), MTLS(.san = "DNS:" IM),
	    SEVERITY_ERROR, "!fails:subject-not-in-san gained-names:" IM, "" },
	{ "the site's on the MTLS port", 'M', MTLS(PLAIN), HTTPS(PLAIN),
	    SEVERITY_CRITICAL, "!fails:mtls-subject gained-names:" IM ",as." IM
	    ",download." IM " cn-moved", "" },
	{ "the short name", 'M', MTLS(PLAIN), { .cn = "cwa01" },
	    SEVERITY_CRITICAL, "!fails:mtls-subject cn-moved", "" },
	{ "another host's", 'M', MTLS(PLAIN), { .cn = OTHER }, SEVERITY_ERROR,
	    "!fails:wrong-service cn-moved", "" },
	{ "its own again", 'M', { .cn = OTHER }, MTLS(PLAIN), 0,
	    "+mends:wrong-service cn-moved", "" },
	{ "the pool's", 'M', MTLS(PLAIN), { .cn = "pool01.contoso.com" },
	    SEVERITY_ERROR, "!fails:wrong-service cn-moved", "" },
	/* HTTPS alone */
	{ "renewed", 'H', HTTPS(PLAIN), HTTPS(PLAIN), 0, "", "" },
	{ "the download name lost", 'H', HTTPS(PLAIN), { .cn = IM,
	    .san = "DNS:" IM ",DNS:as." IM }, SEVERITY_ERROR,
	    "!fails:site-names !lost-names:download." IM, "" },
	{ "another CN", 'H', HTTPS(PLAIN), { .cn = "www." IM,
	    .san = SITE ",DNS:www." IM }, SEVERITY_WARNING,
	    "!fails:site-subject fails:foreign-names gained-names:www." IM
	    " cn-moved", "" },
	{ "another host's", 'H', HTTPS(PLAIN), { .cn = OTHER,
	    .san = SITE ",DNS:" OTHER }, SEVERITY_ERROR, "!other-host:" OTHER
	    " !fails:site-subject gained-names:" OTHER " cn-moved", "" },
	/* issuers */
	{ "another CA", 'H', HTTPS(PLAIN), HTTPS(.ca = CA_OTHER), 0,
	    "issuer-changed", "" },
	{ "a CA outside the list", 'H', HTTPS(PLAIN), HTTPS(.ca = CA_OTHER),
	    SEVERITY_ERROR, "!fails:issuer-unexpected issuer-changed",
	    "issuers: {https: [CN=CA 1]}" },
	{ "a CA that nobody trusts", 'H', HTTPS(PLAIN),
	    HTTPS(.ca = CA_UNTRUSTED), SEVERITY_ERROR,
	    "!fails:untrusted issuer-changed", "" },
	{ "trusted now", 'H', HTTPS(.ca = CA_UNTRUSTED), HTTPS(PLAIN), 0,
	    "+mends:untrusted issuer-changed", "" },
	{ "self-signed", 'H', HTTPS(PLAIN), HTTPS(.ca = CA_SELF),
	    SEVERITY_ERROR, "!fails:self-signed issuer-changed", "" },
	/* keys and signatures */
	{ "the same key", 'S', SINGLE(PLAIN), SINGLE(.key = KEY_SAME), 0,
	    "key-reused", "" },
	{ "a key of 1024 bits", 'S', SINGLE(PLAIN), SINGLE(.key = KEY_1024),
	    SEVERITY_WARNING, "!fails:weak-key key-shorter", "" },
	{ "1024 as before", 'S', SINGLE(.key = KEY_1024),
	    SINGLE(.key = KEY_1024), 0, "key-reused", "" },
	{ "worse than 1024", 'S', SINGLE(.key = KEY_1024),
	    SINGLE(.key = KEY_768), SEVERITY_ERROR,
	    "!fails-worse:weak-key key-shorter", "" },
	{ "2048 at last", 'S', SINGLE(.key = KEY_1024), SINGLE(PLAIN), 0,
	    "+mends:weak-key", "" },
	{ "shorter, and long enough", 'S', SINGLE(.key = KEY_3072),
	    SINGLE(PLAIN), 0, "key-shorter", "" },
	{ "no RSA", 'S', SINGLE(PLAIN), SINGLE(.key = KEY_EC), SEVERITY_ERROR,
	    "!fails:key-type key-type-changed", "" },
	{ "SHA-1", 'S', SINGLE(PLAIN), SINGLE(.md = 1), SEVERITY_WARNING,
	    "!fails:weak-signature digest-weaker", "" },
	{ "SHA-1 no more", 'S', SINGLE(.md = 1), SINGLE(PLAIN), 0,
	    "+mends:weak-signature", "" },
	{ "MD5", 'S', SINGLE(.md = 1), SINGLE(.md = 5), SEVERITY_ERROR,
	    "!fails-worse:weak-signature digest-weaker", "" },
	/* usages */
	{ "no clientAuth, which nobody asks for", 'S',
	    SINGLE(.eku = "serverAuth,clientAuth"), SINGLE(PLAIN), 0,
	    "lost-usages:clientAuth", "" },
	{ "clientAuth as well", 'S', SINGLE(PLAIN),
	    SINGLE(.eku = "serverAuth,clientAuth"), 0,
	    "gained-usages:clientAuth", "" },
	{ "no serverAuth", 'S', SINGLE(PLAIN), SINGLE(.eku = "clientAuth"),
	    SEVERITY_ERROR, "!fails:eku-server-auth lost-usages:serverAuth "
	    "gained-usages:clientAuth", "" },
	{ "no EKU", 'S', SINGLE(PLAIN), SINGLE(.eku = ""), SEVERITY_WARNING,
	    "!fails:eku-server-auth", "" },
	{ "no keyEncipherment", 'S', SINGLE(PLAIN),
	    SINGLE(.usage = "digitalSignature"), SEVERITY_ERROR,
	    "!fails:key-usage", "" },
	{ "a CA", 'S', SINGLE(PLAIN), SINGLE(.basic = "CA:TRUE",
	    .eku = "serverAuth", .usage = "digitalSignature,keyEncipherment"),
	    SEVERITY_WARNING, "!fails:leaf-is-ca", "" },
	{ "no CDP", 'S', SINGLE(PLAIN), SINGLE(.cdp = ""), SEVERITY_WARNING,
	    "!fails:no-cdp", "" },
	/* dates */
	{ "for 90 days", 'S', SINGLE(PLAIN), SINGLE(.to = "20260829000000Z"),
	    0, "ends-earlier lifetime-shorter", "" },
	{ "for one year", 'S', SINGLE(.to = "20260615000000Z"),
	    SINGLE(.to = "20270531000000Z"), 0, "+mends:expiring", "" },
	{ "an older one", 'S', SINGLE(PLAIN), SINGLE(.from = "20250101000000Z",
	    .to = "20270101000000Z"), 0, "put-back ends-earlier", "" },
	{ "an older one that ends soon", 'S', SINGLE(PLAIN),
	    SINGLE(.from = "20240701000000Z", .to = "20260701000000Z"),
	    SEVERITY_WARNING, "!fails:expiring put-back ends-earlier", "" },
	{ "one that has ended", 'S', SINGLE(PLAIN),
	    SINGLE(.from = "20240501000000Z", .to = "20260501000000Z"),
	    SEVERITY_CRITICAL, "!fails:expired put-back ends-earlier", "" },
	{ "one of the future", 'S', SINGLE(PLAIN),
	    SINGLE(.from = "20260701000000Z", .to = "20280630000000Z"),
	    SEVERITY_CRITICAL, "!fails:not-yet-valid", "" },
	/* what the inventory says about it */
	{ "a rule that is off", 'S', SINGLE(PLAIN), SINGLE(.cdp = ""), 0, "",
	    "rules: {no-cdp: {severity: off, owner: o, reason: r}}" },
	{ "a lowered one", 'S', SINGLE(PLAIN), SINGLE(.key = KEY_1024), 0,
	    "fails:weak-key key-shorter",
	    "rules: {weak-key: {severity: notice, owner: o, reason: r}}" },
	{ "a waived one", 'S', SINGLE(PLAIN), SINGLE(.cdp = ""), 0,
	    "fails:no-cdp",
	    "waivers: [{rule: no-cdp, owner: o, reason: r, until: 2026-12-31}]" },
	{ "names that no rule minds", 'S', SINGLE(PLAIN), { .cn = CWA,
	    .san = LESS ",DNS:download." IM }, 0, "lost-names:as." IM,
	    "rules: {single-names: {severity: off, owner: o, reason: r}}" },
};

/* -- the stage --------------------------------------------------------------- */

struct cast {
	EVP_PKEY	*key[KEY_N];
	struct made	 ca[4];
};

static void
cast_init(struct cast *c)
{
	c->key[KEY_OWN] = EVP_RSA_gen(2048);
	c->key[KEY_768] = EVP_RSA_gen(768);
	c->key[KEY_1024] = EVP_RSA_gen(1024);
	c->key[KEY_3072] = EVP_RSA_gen(3072);
	c->key[KEY_EC] = EVP_EC_gen("P-256");
	c->ca[CA_USUAL] = make_ca("CA 1", NULL);
	c->ca[CA_OTHER] = make_ca("CA 2", NULL);
	c->ca[CA_UNTRUSTED] = make_ca("CA 3", NULL);
}

static void
cast_done(struct cast *c)
{
	for (int i = 0; i < KEY_N; i++)
		EVP_PKEY_free(c->key[i]);
	for (int i = 0; i < CA_SELF; i++)
		made_free(&c->ca[i]);
}

/* KEY_SAME is the old one's own: the key that all fixtures share. */
static struct cert *
make_side(const struct cast *cast, const struct side *s, bool new)
{
	EVP_PKEY *key = s->key == KEY_SAME || (s->key == KEY_OWN && !new) ?
	    shared_key() : cast->key[s->key];
	struct made m = make_cert((struct recipe){
		.cn = s->cn, .san = s->san, .cn2 = s->cn2, .eku = s->eku,
		.usage = s->usage, .cdp = s->cdp, .basic = s->basic,
		.from = s->from != NULL ? s->from : new ? NEW_FROM : OLD_FROM,
		.to = s->to != NULL ? s->to : new ? NEW_TO : OLD_TO,
		.issuer = s->ca == CA_SELF ? NULL : &cast->ca[s->ca],
		.key = key, .serial = new ? 2 : 1,
		.md = s->md == 1 ? EVP_sha1() : s->md == 5 ? EVP_md5() : NULL,
	});
	struct cert *leaf = cert_ref(m.cert);

	X509_free(m.x);
	cert_unref(m.cert);
	return leaf;
}

static struct chain *
chain_of(const struct side *s)
{
	struct chain *chain = xcalloc(1, sizeof(*chain));

	chain->refs = 1;
	chain->status = s->ca == CA_SELF ? CHAIN_SELF_SIGNED :
	    s->ca == CA_UNTRUSTED ? CHAIN_UNKNOWN_CA : CHAIN_TRUSTED;
	chain->reason = xstrdup("so it is");
	return chain;
}

/* One of both, judged: the view stays for what the results borrow. */
struct judged {
	struct host_view *view;
	struct results	 all;
	struct reissue_side side;
	const struct subject *subject;
};

static void
judge(struct judged *j, const struct inventory *inv, char role,
    const struct side *side, const struct cert *leaf)
{
	j->view = world_view(inv, CWA, NOW);
	for (size_t i = 0; i < j->view->n; i++) {
		struct subject *s = &j->view->subjects[i];
		bool mtls = s->endpoint->kind == ENDPOINT_MTLS;

		if (role != 'S' && mtls != (role == 'M'))
			continue;
		world_present(s, leaf);
		s->chain = chain_of(side);
		if (j->subject == NULL || mtls)
			j->subject = s;
	}
	host_view_settle(j->view);
	rules_run_host(j->view, &j->all);
	j->side.leaf = leaf;
	for (size_t i = 0; i < j->all.n; i++) {
		if (j->all.item[i].endpoint != j->subject->endpoint)
			continue;
		if (j->side.n++ == 0)
			j->side.results = &j->all.item[i];
	}
}

static void
judged_done(struct judged *j)
{
	results_done(&j->all);
	world_view_free(j->view);
}

static void
add_reasons(const struct reissue *r, struct text *out)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct reissue_reason *reason = &r->reasons[i];

		assert_true(reason->message.len > 0);
		text_addf(out, "%s%s%s", i > 0 ? " " : "",
		    reason->weight == REISSUE_BREAKS ? "!" :
		    reason->weight == REISSUE_MENDS ? "+" : "", reason->id);
		for (size_t k = 0; k < reason->what.n; k++)
			text_addf(out, "%s%s", k > 0 ? "," : ":",
			    reason->what.item[k]);
	}
}

/* Was it as it should be? */
static bool
exchange(const struct cast *cast, size_t i)
{
	struct text yaml = {0}, reasons = {0};
	struct cert *old = make_side(cast, &pairs[i].old, false);
	struct cert *new = make_side(cast, &pairs[i].new, true);
	struct judged before = {0}, after = {0};
	struct inventory *inv;
	struct reissue r;
	bool right;

	text_addf(&yaml, "hosts:\n  - fqdn: " CWA "\n    address: 10.0.0.1\n"
	    "    pool: pool01.contoso.com\n    layout: %s\n    %s\n    sites:\n"
	    "      - {url: 'https://" IM "', mtls_port: 5061}\n"
	    "  - fqdn: " OTHER "\n    sites:\n"
	    "      - {url: 'https://" IM "', mtls_port: 5061}\n",
	    pairs[i].role == 'S' ? "single" : "separate", pairs[i].keys);
	inv = world_inventory(text_str(&yaml));
	judge(&before, inv, pairs[i].role, &pairs[i].old, old);
	judge(&after, inv, pairs[i].role, &pairs[i].new, new);
	reissue_init(&r, &(struct reissue_case){ .old = before.side,
	    .new = after.side, .expect = &after.subject->expect,
	    .other = check_other_service(after.subject) });
	add_reasons(&r, &reasons);
	right = strcmp(text_str(&reasons), pairs[i].reasons) == 0 &&
	    r.severity == pairs[i].bad && r.bad == (pairs[i].bad != 0);
	if (!right)
		print_error("%c, %s: %s, %s: %s\n", pairs[i].role,
		    pairs[i].what, reissue_verdict_name(&r),
		    severity_name(r.severity), text_str(&reasons));
	reissue_done(&r);
	judged_done(&before);
	judged_done(&after);
	inventory_unref(inv);
	cert_unref(old);
	cert_unref(new);
	text_done(&yaml);
	text_done(&reasons);
	return right;
}

static void
each_exchange_has_its_verdict_and_all_reasons(void **state)
{
	struct cast cast = {0};
	size_t wrong = 0;

	(void)state;
	cast_init(&cast);
	assert_true(ARRAY_N(pairs) >= 40);
	for (size_t i = 0; i < ARRAY_N(pairs); i++)
		wrong += !exchange(&cast, i);
	cast_done(&cast);
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_exchange_has_its_verdict_and_all_reasons),
	};

	return cmocka_run_group_tests_name("reissue", tests, NULL, NULL);
}
