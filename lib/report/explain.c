/* SPDX-License-Identifier: ISC */
/* explain.c - a snapshot in, one host told whole out. */
#include "cwaudit/explain.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define NAME_SHOWN	255	/* bytes of a peer's name */

static const char *const states[] = {
	[NAME_PRESENT]	= "present",
	[NAME_COVERED]	= "covered",
	[NAME_MISSING]	= "MISSING",
	[NAME_WRONG]	= "WRONG",
	[NAME_EXTRA]	= "extra",
	[NAME_SPARE]	= "absent",
};

static const char *const answers[] = {
	[ANSWER_FINDING] = "finding",
	[ANSWER_WAIVED]	= "waived",
	[ANSWER_SILENT]	= "silent",
	[ANSWER_HELD]	= "held",
	[ANSWER_UNKNOWN] = "unknown",
	[ANSWER_PASS]	= "pass",
	[ANSWER_OFF]	= "off",
};

const char *
name_state_name(enum name_state state)
{
	return states[state];
}

const char *
answer_name(enum answer answer)
{
	return answers[answer];
}

enum answer
result_answer(const struct result *r)
{
	if (r->verdict == VERDICT_PASS)
		return ANSWER_PASS;
	if (r->verdict == VERDICT_UNKNOWN)
		return ANSWER_UNKNOWN;
	if (r->verdict == VERDICT_NOT_APPLICABLE ||
	    r->severity == SEVERITY_OFF)
		return ANSWER_OFF;
	if (r->stood_in != NULL)
		return ANSWER_SILENT;
	if (r->held)
		return ANSWER_HELD;
	return r->waiver != NULL ? ANSWER_WAIVED : ANSWER_FINDING;
}

bool
explain_is_elsewhere(const struct rule *rule)
{
	return rule->check == NULL && rule->check_host == NULL;
}

/* ---- layouts ---- */

static const struct snapshot_endpoint *
find_port(const struct snapshot *s, const struct site *site,
    enum endpoint_kind kind)
{
	for (size_t i = 0; i < s->n_endpoints; i++)
		if (s->endpoints[i].endpoint->site == site &&
		    s->endpoints[i].endpoint->kind == kind)
			return &s->endpoints[i];
	return NULL;
}

static const struct cert *
leaf_of(const struct snapshot *s, const struct site *site,
    enum endpoint_kind kind)
{
	const struct snapshot_endpoint *e = find_port(s, site, kind);

	return e != NULL ? e->leaf : NULL;
}

/* A leaf at any MTLS port of the host, that one if it is given. */
static const struct cert *
mtls_leaf(const struct snapshot *s, const struct host *h,
    const struct cert *like)
{
	for (size_t i = 0; i < h->n_sites; i++) {
		const struct cert *leaf = leaf_of(s, &h->sites[i],
		    ENDPOINT_MTLS);

		if (leaf != NULL && (like == NULL || memcmp(leaf->sha256,
		    like->sha256, CERT_SHA256) == 0))
			return leaf;
	}
	return NULL;
}

/* The words for what host_view_settle decided. */
static const char *
derivation(const struct explain *x, const struct site *site,
    enum layout layout)
{
	const struct snapshot *s = x->snapshot;
	const struct cert *https = leaf_of(s, site, ENDPOINT_HTTPS);
	const struct cert *mtls = mtls_leaf(s, x->host, NULL);

	if (!site->tls)
		return "not declared; TLS ends in front of the host, MTLS "
		    "stands alone";
	if (https == NULL && mtls == NULL)
		return "not declared, and no certificate was seen to tell: "
		    "one for both is assumed";
	if (https == NULL)
		return layout == LAYOUT_SINGLE ? "derived: the MTLS "
		    "certificate carries the site's name, and none was seen "
		    "at HTTPS" : "derived: the MTLS certificate does not "
		    "carry the site's name, and none was seen at HTTPS";
	if (layout == LAYOUT_SINGLE)
		return mtls_leaf(s, x->host, https) != NULL ? "derived: HTTPS "
		    "and MTLS present the same certificate" : "derived: the "
		    "HTTPS certificate has the host's FQDN as its CN";
	return mtls != NULL ? "derived: HTTPS and MTLS present different "
	    "certificates" : "derived: the HTTPS certificate does not have "
	    "the host's FQDN as its CN, and none was seen at MTLS";
}

static void
settle_layout(const struct explain *x, const struct site *site,
    struct explain_layout *l)
{
	const struct snapshot *s = x->snapshot;
	const struct snapshot_endpoint *e = find_port(s, site, ENDPOINT_HTTPS);
	enum layout said = site->settings->layout;
	struct text why = {0};

	l->site = site;
	l->layout = said;
	if (said != LAYOUT_AUTO) {
		bool own = said != x->host->settings->layout;

		text_addf(&why, "declared at the %s (%s:%d)",
		    own ? "site" : "host, its group or in the defaults",
		    x->host->file, own ? site->line : x->host->line);
	} else {
		if (e == NULL)
			e = find_port(s, site, ENDPOINT_MTLS);
		if (!site->tls)
			l->layout = LAYOUT_SEPARATE;
		else
			l->layout = e != NULL && (e->leaf != NULL || mtls_leaf(
			    s, x->host, NULL) != NULL) &&
			    e->layout != LAYOUT_AUTO ? e->layout :
			    LAYOUT_SINGLE;
		text_add(&why, derivation(x, site, l->layout));
	}
	l->why = text_take(&why);
}

static void
settle_layouts(struct explain *x)
{
	x->layouts = xcalloc(x->host->n_sites + 1, sizeof(*x->layouts));
	x->n_layouts = x->host->n_sites;
	for (size_t i = 0; i < x->n_layouts; i++)
		settle_layout(x, &x->host->sites[i], &x->layouts[i]);
}

/* ---- what is needed ---- */

static void
settle_needs(struct explain *x)
{
	if (x->published != NULL) {
		requests_expect_published(x->published, &x->needs);
	} else {
		enum layout *layouts = xcalloc(x->n_layouts + 1,
		    sizeof(*layouts));

		for (size_t i = 0; i < x->n_layouts; i++)
			layouts[i] = x->layouts[i].layout;
		requests_expect_host(&(struct request_plan){ .host = x->host,
		    .layouts = layouts }, &x->needs);
		free(layouts);
	}
	for (size_t i = 0; i < x->needs.n; i++) {
		struct text why = {0};

		(void)!request_check(&x->needs.item[i], &why);
		if (x->published != NULL &&
		    x->published->kind == PUBLISHED_VIRTUAL) {
			text_reset(&why);
			text_add(&why, "the hosts behind this address "
			    "present it: ask for theirs");
		}
		strings_add(&x->refused, text_str(&why));
		text_done(&why);
	}
}

static const struct request *
need_of(const struct explain *x, const struct endpoint *e)
{
	for (size_t i = 0; i < x->needs.n; i++) {
		const struct request *r = &x->needs.item[i];
		bool own = r->role == ROLE_HTTPS;

		if (e->kind == ENDPOINT_PUBLISHED || (e->kind ==
		    ENDPOINT_MTLS && !own))
			return r;
		if (e->kind != ENDPOINT_HTTPS)
			continue;
		if (own ? text_equal(r->cn, e->site->name) :
		    r->role == ROLE_SINGLE && strings_has(&r->sites,
		    e->site->url))
			return r;
	}
	return NULL;
}

/* ---- names, one by one ---- */

static struct explain_name *
add_name(struct explain_port *p, enum name_state state, bool cn)
{
	struct explain_name *n;

	p->names = xgrow(p->names, p->n, &p->cap, sizeof(*p->names));
	n = &p->names[p->n++];
	*n = (struct explain_name){ .state = state, .cn = cn };
	return n;
}

static void
say(struct explain_name *n, const char *name, const char *why)
{
	n->name = xstrdup(name);
	n->why = xstrdup(why);
}

static void
say_raw(struct explain_name *n, const struct cert_bytes *raw, const char *why)
{
	struct text t = {0};

	text_add_escaped(&t, raw->data, raw->len, NAME_SHOWN);
	n->name = text_take(&t);
	n->why = xstrdup(why);
}

/* The needed name that this one almost is, in words; false: none is. */
static bool
add_meant(const struct request *r, const struct cert_bytes *raw,
    struct text *out)
{
	for (size_t i = 0; i < r->names.n; i++) {
		const char *how = cert_name_near(raw->data, raw->len,
		    r->names.item[i]);

		if (how == NULL)
			continue;
		text_addf(out, "almost %s: %s", r->names.item[i], how);
		return true;
	}
	return false;
}

static void
say_wrong_cn(struct explain_port *p, const struct cert_bytes *raw)
{
	const char *how = cert_name_near(raw->data, raw->len, p->need->cn);
	struct text why = {0};

	text_addf(&why, "%s needed%s%s%s", p->need->cn,
	    how != NULL ? " (" : "", how != NULL ? how : "",
	    how != NULL ? ")" : "");
	say_raw(add_name(p, NAME_WRONG, true), raw, text_str(&why));
	text_done(&why);
}

static void
compare_cn(struct explain_port *p, const struct cert *c)
{
	const struct request *r = p->need;

	if (c->n_cn == 0)
		say(add_name(p, NAME_MISSING, true), r->cn,
		    "the subject has no CN");
	for (size_t i = 0; i < c->n_cn && i < EXPLAIN_EXTRA; i++) {
		const struct cert_bytes *raw = &c->cn[i].utf8;

		if (text_equal_bytes(r->cn, raw->data, raw->len))
			say(add_name(p, NAME_PRESENT, true), r->cn,
			    r->role == ROLE_MTLS || r->role == ROLE_SINGLE ?
			    "the host's FQDN" : "the site host");
		else if (r->role == ROLE_PUBLISHED)
			say_raw(add_name(p, NAME_EXTRA, true), raw,
			    "browsers look at the SAN");
		else
			say_wrong_cn(p, raw);
	}
}

static void
compare_needed(struct explain_port *p, const struct cert *c, size_t i)
{
	const char *name = p->need->names.item[i];
	const char *why = p->need->why.item[i];
	struct text t = {0};

	if (cert_san_has(c, name)) {
		say(add_name(p, NAME_PRESENT, false), name, why);
	} else if (p->need->role == ROLE_MTLS && !c->san_present) {
		say(add_name(p, NAME_SPARE, false), name,
		    "no SAN, and none is needed for MTLS alone");
	} else if (cert_san_covers(c, name)) {
		text_addf(&t, "by a wildcard; %s", why);
		say(add_name(p, NAME_COVERED, false), name, text_str(&t));
	} else {
		text_addf(&t, "%s%s", why, cert_cn_is(c, name) ?
		    "; it stands in the CN only" : "");
		say(add_name(p, NAME_MISSING, false), name, text_str(&t));
	}
	text_done(&t);
}

static const char *
why_extra(const struct cert_san *san)
{
	switch (san->type) {
	case CERT_SAN_DNS:
		return memchr(san->value.data, '*', san->value.len) != NULL ?
		    "a wildcard" : "nothing here asks for it";
	case CERT_SAN_IP:
		return "an IP address entry: no browser name is one";
	case CERT_SAN_URI:
		return "a URI entry: no host name is looked for there";
	case CERT_SAN_EMAIL:
		return "an e-mail entry";
	case CERT_SAN_OTHER:
		return "another kind of entry";
	}
	return "";
}

static bool
is_needed(const struct request *r, const struct cert_san *san)
{
	if (san->type != CERT_SAN_DNS)
		return false;
	for (size_t i = 0; i < r->names.n; i++)
		if (text_equal_bytes(r->names.item[i], san->value.data,
		    san->value.len))
			return true;
	return false;
}

static void
say_extra(struct explain_port *p, const struct cert_san *san)
{
	struct text why = {0};

	if (san->type != CERT_SAN_DNS ||
	    !add_meant(p->need, &san->value, &why))
		text_add(&why, why_extra(san));
	say_raw(add_name(p, NAME_EXTRA, false), &san->value, text_str(&why));
	text_done(&why);
}

static void
compare(struct explain_port *p)
{
	const struct cert *c = p->seen->leaf;
	size_t extra = 0;

	if (c == NULL || p->need == NULL)
		return;
	compare_cn(p, c);
	for (size_t i = 0; i < p->need->names.n; i++)
		compare_needed(p, c, i);
	for (size_t i = 0; i < c->n_san; i++) {
		if (is_needed(p->need, &c->san[i]))
			continue;
		if (extra++ < EXPLAIN_EXTRA)
			say_extra(p, &c->san[i]);
	}
	p->more = extra > EXPLAIN_EXTRA ? extra - EXPLAIN_EXTRA : 0;
}

void
explain_init(struct explain *x, const struct snapshot *s,
    const struct host *host, const struct published *published)
{
	*x = (struct explain){
		.snapshot = s, .host = host, .published = published,
	};
	if (host != NULL)
		settle_layouts(x);
	settle_needs(x);
	x->ports = xcalloc(s->n_endpoints + 1, sizeof(*x->ports));
	for (size_t i = 0; i < s->n_endpoints; i++) {
		const struct endpoint *e = s->endpoints[i].endpoint;
		struct explain_port *p = &x->ports[x->n_ports];

		if (e->host != host || e->published != published)
			continue;
		p->seen = &s->endpoints[i];
		p->need = need_of(x, e);
		compare(p);
		x->n_ports++;
	}
}

void
explain_done(struct explain *x)
{
	for (size_t i = 0; i < x->n_layouts; i++)
		free(x->layouts[i].why);
	for (size_t i = 0; i < x->n_ports; i++) {
		for (size_t k = 0; k < x->ports[i].n; k++) {
			free(x->ports[i].names[k].name);
			free(x->ports[i].names[k].why);
		}
		free(x->ports[i].names);
	}
	free(x->layouts);
	free(x->ports);
	requests_done(&x->needs);
	strings_done(&x->refused);
	*x = (struct explain){0};
}

/* Would the command without --as ask for what is needed here? */
static bool
is_plain(const struct explain *x)
{
	for (size_t i = 0; i < x->n_layouts; i++) {
		const struct site *site = x->layouts[i].site;

		if (site->tls && site->settings->layout == LAYOUT_AUTO &&
		    x->layouts[i].layout != LAYOUT_SINGLE)
			return false;
	}
	return true;
}

void
explain_add_command(const struct explain *x, const struct request *r,
    const char *inventory, struct text *out)
{
	text_addf(out, "cwaudit request %s", r->owner);
	if (inventory != NULL) {
		text_add(out, " -i ");
		text_add_word(out, inventory);
	}
	if (!is_plain(x) && r->role != ROLE_SINGLE)
		text_addf(out, " --as %s", role_name(r->role));
}

/* Comments say what stands elsewhere in the report. */
static void
add_bare(const char *inf, struct text *out)
{
	while (*inf != '\0') {
		size_t len = strcspn(inf, "\n");

		len += inf[len] == '\n';
		if (*inf != ';' && (*inf != '\n' || out->len > 0))
			text_add_bytes(out, inf, len);
		inf += len;
	}
	while (out->len > 1 && out->data[out->len - 2] == '\n')
		out->data[--out->len] = '\0';
}

bool
explain_add_inf(const struct request *r, struct text *out)
{
	const struct request_form form = { .version = "", .number = 1,
	    .of = 1 };
	struct text inf = {0}, why = {0};
	bool ok = request_format_find("inf")->write(r, &form, &inf, &why);

	if (ok)
		add_bare(text_str(&inf), out);
	text_done(&inf);
	text_done(&why);
	return ok;
}
