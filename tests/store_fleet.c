/* SPDX-License-Identifier: ISC */
/*
 * store_fleet.c - the store of a large fleet on one day, as the daemon would
 * have written it: HOSTS hosts with two ports each, real certificates of their
 * own, every rule answered, two notices a host, and errors on one in fifty.
 * For what reports of it cost.
 * usage: store_fleet FILE [HOSTS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/report.h"
#include "make_cert.h"
#include "store/pack.h"
#include "store/store.h"

#define BEGAN	1780272000	/* 2026-06-01T00:00:00Z */
#define PARTS	500		/* hosts of one commit */

struct fleet {
	struct store	*store;
	struct records	 records;
	struct made	 ca;
};

static void
die(struct text *why)
{
	fprintf(stderr, "store_fleet: %s\n", text_str(why));
	exit(1);
}

static void
commit(struct fleet *f)
{
	const struct records *list = &f->records;
	struct text why = {0};

	if (f->records.n > 0 && !store_write(f->store, &list, 1, &why))
		die(&why);
	records_done(&f->records);
}

/* ---- the inventory ---- */

static bool
read_text(void *ctx, const char *path, struct text *out)
{
	(void)path;
	text_add(out, text_str(ctx));
	return true;
}

static void
glob_none(void *ctx, const char *pattern, struct strings *out)
{
	(void)ctx;
	(void)pattern;
	(void)out;
}

static void
add_revisions(struct fleet *f, size_t hosts)
{
	struct text yaml = {0};
	const struct inventory_io io = { read_text, glob_none, &yaml, NULL, 0,
	    NULL };
	struct problems ps = {0};
	struct inventory *inventory;
	struct packer *packer = packer_new();
	static const char settings[] = "version: 0.1.0\nrules: 1\n"
	    "interval.https: 1h\ninterval.mtls: 6h\n";
	struct record *r;

	text_add(&yaml, "defaults: {owner: uc@contoso.com, tags: [prod]}\n"
	    "hosts:\n");
	for (size_t i = 0; i < hosts; i++)
		text_addf(&yaml, "  - {fqdn: cwa%05zu.nwtraders.local, "
		    "address: 10.%zu.%zu.1, layout: separate, sites: [{url: "
		    "\"https://im%05zu.contoso.com\", mtls_port: 5061}]}\n",
		    i, i / 250, i % 250, i);
	inventory = inventory_parse("inventory.yaml", &io, &ps);
	assert(inventory != NULL);
	r = records_add(&f->records, RECORD_REVISION, BEGAN);
	thing_init(&r->thing, "", "inventory");
	if (!report_inventory_json(inventory, packer_add, packer))
		abort();
	packer_end(packer, &r->text, r->sha256);
	r = records_add(&f->records, RECORD_REVISION, BEGAN);
	thing_init(&r->thing, "", "settings");
	packer = packer_new();
	(void)packer_add(packer, settings, sizeof(settings) - 1);
	packer_end(packer, &r->text, r->sha256);
	inventory_unref(inventory);
	text_done(&yaml);
	commit(f);
}

/* ---- one port ---- */

struct one {
	size_t	host;
	bool	https, wrong;
	char	fqdn[40], site[40];
};

static void
set_thing(struct thing *t, const struct one *p)
{
	thing_init(t, p->fqdn, p->https ? "https" : "mtls");
	free(t->site);
	t->site = xstrdup(p->site);
	t->port = p->https ? 443 : 5061;
}

static void
find(struct fleet *f, const struct one *p, const char *rule,
    enum severity severity, char id[FINDING_ID])
{
	struct record *r = records_add(&f->records, RECORD_LINE, BEGAN + 1);
	struct finding g = { .rule = rule_find(rule), .severity = severity,
	    .opened = BEGAN + 1, .said = BEGAN + 1 };
	char kind[] = "https", contact[] = "uc@contoso.com",
	    message[] = "the server negotiates TLS 1.0 with an RC4 suite, "
	    "which RFC 7465 forbids and current clients refuse: browsers show "
	    "no page, and the sign-in fails without a message of its own",
	    remedy[] = "Install KB948963 where it is Windows Server 2003, and "
	    "switch RC4 off in the registry (SCHANNEL\\Ciphers).";

	g.about = g.owner = (char *)(uintptr_t)p->fqdn;
	g.site = (char *)(uintptr_t)p->site;
	g.kind = kind;
	g.contact = contact;
	g.message = message;
	g.remedy = remedy;
	strings_add(&g.places, "10.20.30.40:443");
	finding_id(g.id, p->fqdn, p->https ? "https" : "mtls", p->site,
	    p->https ? 443 : 5061, rule);
	memcpy(id, g.id, FINDING_ID);
	r->transition = transition_name(TRANSITION_OPENED);
	memcpy(r->finding, g.id, FINDING_ID);
	diff_finding_write(&g, &r->state);
	event_number(&r->event, "v", 1);
	event_word(&r->event, "event", "finding");
	event_word(&r->event, "state", "opened");
	event_word(&r->event, "host", p->fqdn);
	event_text(&r->event, "msg", message);
	strings_done(&g.places);
}

static void
judge(struct fleet *f, const struct one *p)
{
	char legacy[FINDING_ID], names[FINDING_ID];
	struct text t = {0};
	struct record *r;

	find(f, p, "legacy-tls", SEVERITY_NOTICE, legacy);
	if (p->wrong)
		find(f, p, "site-names", SEVERITY_ERROR, names);
	for (size_t i = 0; i < n_rules; i++) {
		const struct rule *rule = &rules[i];

		if (rule->scope != SCOPE_SLOT && rule->scope != SCOPE_LISTENER)
			continue;
		if (strcmp(rule->id, "legacy-tls") == 0)
			text_addf(&t, "%s fail notice %s\n", rule->id, legacy);
		else if (p->wrong && strcmp(rule->id, "site-names") == 0)
			text_addf(&t, "%s fail error %s\n", rule->id, names);
		else
			text_addf(&t, "%s pass\n", rule->id);
	}
	r = records_add(&f->records, RECORD_JUDGEMENT, BEGAN + 1);
	set_thing(&r->thing, p);
	r->text = t;
}

static void
show(struct fleet *f, const struct one *p)
{
	struct record *r = records_add(&f->records, RECORD_SIGHTING, BEGAN + 1);
	struct observation *o = observation_new();
	char san[200];
	struct recipe recipe = {
		.cn = p->https ? p->site : p->fqdn, .san = san,
		.eku = "serverAuth", .issuer = &f->ca,
		.serial = (long)(p->host * 2 + p->https + 10),
	};
	struct made leaf;

	snprintf(san, sizeof(san), p->https ? "DNS:%s,DNS:as.%s,"
	    "DNS:download.%s" : "DNS:%s", recipe.cn, p->site, p->site);
	leaf = make_cert(recipe);
	if (!observation_add_der(o, leaf.cert->der, leaf.cert->der_len) ||
	    !observation_add_der(o, f->ca.cert->der, f->ca.cert->der_len))
		abort();
	o->outcome = OUTCOME_OBSERVED;
	o->via = VIA_CURL;
	o->proof = PROOF_FINISHED;
	(void)strcpy(o->address, "10.20.30.42");
	observation_seal(o);
	set_thing(&r->thing, p);
	r->seen = o;
	r->leaf = cert_ref(leaf.cert);
	r->until = BEGAN;
	made_free(&leaf);
}

static void
add_host(struct fleet *f, size_t host)
{
	for (int i = 0; i < 2; i++) {
		struct one p = { .host = host, .https = i == 0,
		    .wrong = host % 50 == 0 };

		snprintf(p.fqdn, sizeof(p.fqdn), "cwa%05zu.nwtraders.local",
		    host);
		snprintf(p.site, sizeof(p.site), "im%05zu.contoso.com", host);
		show(f, &p);
		judge(f, &p);
	}
	if (host % PARTS == PARTS - 1)
		commit(f);
}

int
main(int argc, char **argv)
{
	struct fleet f = {0};
	size_t hosts = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000;
	struct text why = {0};

	if (argc < 2 || store_start(argv[1], BEGAN, NULL, &f.store, &why) !=
	    STORE_OK)
		die(&why);
	f.ca = make_ca("Contoso Issuing CA 2", NULL);
	add_revisions(&f, hosts);
	for (size_t i = 0; i < hosts; i++)
		add_host(&f, i);
	(void)records_add(&f.records, RECORD_CYCLE, BEGAN + 3600);
	commit(&f);
	store_end(f.store, BEGAN + 3600);
	made_free(&f.ca);
	return 0;
}
