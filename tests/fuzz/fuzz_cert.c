/* SPDX-License-Identifier: ISC */
/*
 * fuzz_cert.c - any bytes as a certificate: parse, search a path, ask every
 * rule in every role; the entry that it makes for a host that nobody has
 * described is an inventory; and a second one, behind it, takes its place.
 * clang -fsanitize=fuzzer,address,undefined.
 */
#include "../world.h"
#include "cwaudit/guess.h"
#include "cwaudit/reissue.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char yaml[] =
    "hosts:\n"
    "  - fqdn: cwa01.nwtraders.local\n"
    "    address: 10.0.0.1\n"
    "    os: 2003\n"
    "    pool: pool01.contoso.com\n"
    "    layout: single\n"
    "    pki: public\n"
    "    issuers: {mtls: [CN=a], https: [CN=b]}\n"
    "    sites:\n"
    "      - {url: https://im.contoso.com, mtls_port: 5061}\n"
    "  - fqdn: cwa02.nwtraders.local\n"
    "    address: 10.0.0.2\n"
    "    layout: separate\n"
    "    sites:\n"
    "      - {url: https://chat.contoso.com, mtls_port: 5061}\n"
    "published:\n"
    "  - {url: https://www.contoso.com, address: 10.0.0.3, kind: offload}\n";

static void
judge_host(const struct inventory *inv, const char *fqdn,
    const struct cert *leaf, const struct chain *chain)
{
	struct host_view *v = world_view(inv, fqdn, 1262304000);
	struct results results = {0};

	for (size_t i = 0; i < v->n; i++) {
		world_present(&v->subjects[i], leaf);
		v->subjects[i].chain = chain_ref(chain);
	}
	host_view_settle(v);
	rules_run_host(v, &results);
	results_done(&results);
	world_view_free(v);
}

static void
judge_published(const struct inventory *inv, const struct cert *leaf,
    const struct chain *chain)
{
	struct results results = {0};
	struct subject s = {
		.inventory = inv, .leaf = leaf, .chain = chain,
		.endpoint = &inv->endpoints[inv->n_endpoints - 1],
	};

	rules_run_published(&s, &results);
	results_done(&results);
}

/* A host as it presents a leaf on its first port. */
static struct host_view *
present(const struct inventory *inv, const struct cert *leaf,
    struct results *results)
{
	struct host_view *v = world_view(inv, "cwa01.nwtraders.local",
	    1262304000);

	world_present(&v->subjects[0], leaf);
	host_view_settle(v);
	rules_run_host(v, results);
	return v;
}

static void
exchange(const struct inventory *inv, const struct cert *old,
    const struct cert *new)
{
	struct results before = {0}, after = {0};
	struct host_view *v = present(inv, old, &before);
	struct host_view *w = present(inv, new, &after);
	const struct reissue_case c = { .old = { old, before.item, before.n },
	    .new = { new, after.item, after.n },
	    .expect = &w->subjects[0].expect,
	    .other = check_other_service(&w->subjects[0]) };
	struct why why = {0}, key = {0};
	struct reissue r;

	reissue_init(&r, &c);
	reissue_forget_mended(&r, &c.new);
	(void)reissue_answer(&r, &c, &why);
	(void)reissue_key_answer(&c, &key);
	why_done(&why);
	why_done(&key);
	reissue_done(&r);
	results_done(&before);
	results_done(&after);
	world_view_free(v);
	world_view_free(w);
}

/* It is an inventory, whatever the names: else world_inventory aborts. */
static void
describe(const struct cert *leaf, const char *asked)
{
	const struct guess_port ports[] = { { 443, false, leaf },
	    { 444, false, leaf }, { 5061, true, leaf }, { 5062, true, leaf },
	    { 5063, true, leaf } };
	struct text entry = {0};
	struct strings uses = {0};
	struct guess g;

	guess_uses(leaf, &uses);
	strings_done(&uses);
	guess_init(&g, asked, ports, sizeof(ports) / sizeof(ports[0]));
	if (g.fqdn != NULL) {
		text_add(&entry, "hosts:\n");
		guess_add_entry(&g, NULL, &entry);
		inventory_unref(world_inventory(text_str(&entry)));
	}
	guess_done(&g);
	text_done(&entry);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct inventory *inv;
	struct strings names = {0};
	struct trust *trust = trust_new();
	struct chain *chain;
	struct cert *c, *other;

	if (inv == NULL)
		inv = world_inventory(yaml);
	if (cert_parse(bytes, len, &c) == CERT_OK) {
		const struct cert *sent[3] = { c, c, NULL };

		trust_learn(trust, c);
		chain = trust_path(trust, &names, sent, 3, 1262304000);
		judge_host(inv, "cwa01.nwtraders.local", c, chain);
		judge_host(inv, "cwa02.nwtraders.local", c, chain);
		judge_published(inv, c, chain);
		if (c->trailing > 0 && cert_parse(bytes + c->der_len,
		    c->trailing, &other) == CERT_OK) {
			exchange(inv, c, other);
			exchange(inv, other, c);
			cert_unref(other);
		}
		describe(c, NULL);
		describe(c, "cwa01.nwtraders.local");
		chain_unref(chain);
		cert_unref(c);
	}
	trust_free(trust);
	strings_done(&names);
	return 0;
}
