/* SPDX-License-Identifier: ISC */
/*
 * report_inventory.c - what an inventory says by itself: the ports to look at,
 * the certificates they need with every name, and what is left out and why.
 */
#include <string.h>

#include "cwaudit/document.h"
#include "cwaudit/need.h"
#include "cwaudit/page.h"
#include "cwaudit/unassessed.h"

#define INDENT	2
#define VALUES	9	/* where names begin */

static void
add_place(const struct endpoint *e, struct text *out)
{
	endpoint_place(e->address != NULL ? e->address : e->resolve, e->port,
	    out);
}

static void
add_port(const struct endpoint *e, struct text *out)
{
	text_addf(out, "%s ", endpoint_kind_name(e->kind));
	add_place(e, out);
}

static void
add_part(struct text *out, const char *s)
{
	if (s == NULL)
		return;
	if (out->len > 0)
		text_add(out, ", ");
	text_add(out, s);
}

static void
print_heading(struct page *p, const char *name, struct text *aside)
{
	page_style(p, PAGE_BOLD);
	page_put(p, name);
	if (aside->len > 0) {
		page_style(p, PAGE_DIM);
		page_putf(p, "  (%s)", text_str(aside));
	}
	page_end(p);
	text_done(aside);
}

static void
print_host_heading(struct page *p, const struct host *host)
{
	struct text aside = {0};

	if (host->state != HOST_ACTIVE)
		add_part(&aside, host_state_name(host->state));
	add_part(&aside, host->group);
	add_part(&aside, host->settings->owner);
	print_heading(p, host->fqdn, &aside);
}

/* "if one certificate serves both" tells apart what auto leaves open. */
static void
print_need_heading(struct page *p, const struct need *need)
{
	struct text t = {0};

	text_addf(&t, "certificate for %s", need_purpose(need));
	if (need->choice)
		text_addf(&t, " (layout: auto; if %s)",
		    need->layout == LAYOUT_SINGLE ?
		    "one serves both" : "each has its own");
	else if (need->layout != LAYOUT_AUTO)
		text_addf(&t, " (layout: %s)", layout_name(need->layout));
	page_to(p, INDENT);
	page_style(p, PAGE_BOLD);
	page_paragraph(p, 2 * INDENT, text_str(&t));
	text_done(&t);
}

static void
print_names(struct page *p, const struct need *need)
{
	const struct strings *names = &need->expect.names;
	unsigned wide = 0;

	for (size_t i = 0; i < names->n; i++)
		if (page_columns(names->item[i]) > wide)
			wide = page_columns(names->item[i]);
	page_to(p, 2 * INDENT);
	page_put(p, "SAN");
	if (names->n == 0) {
		page_to(p, VALUES);
		page_paragraph(p, VALUES, "none needed; where there is one, "
		    "the name above belongs in it");
	}
	for (size_t i = 0; i < names->n; i++) {
		page_to(p, VALUES);
		page_put(p, names->item[i]);
		page_to(p, VALUES + wide + 2);
		page_style(p, PAGE_DIM);
		page_put(p, need_why(need, names->item[i]));
		page_end(p);
	}
}

static void
print_need(struct page *p, const struct need *need)
{
	struct text ports = {0};

	print_need_heading(p, need);
	page_to(p, 2 * INDENT);
	page_put(p, "CN");
	page_to(p, VALUES);
	if (need->expect.role == ROLE_PUBLISHED)
		page_put(p, "any: browsers go by the SAN");
	else
		page_put(p, need->expect.cn);
	page_end(p);
	print_names(p, need);
	for (size_t i = 0; i < need->n_ports; i++) {
		if (i > 0)
			text_add(&ports, ", ");
		add_port(need->ports[i], &ports);
	}
	page_to(p, 2 * INDENT);
	page_put(p, "on");
	page_to(p, VALUES);
	page_paragraph(p, VALUES, text_str(&ports));
	text_done(&ports);
}

static unsigned
widest(unsigned so_far, const struct endpoint *e)
{
	struct text place = {0};
	unsigned columns;

	add_place(e, &place);
	columns = page_columns(text_str(&place));
	text_done(&place);
	return columns > so_far ? columns : so_far;
}

static void
print_port(struct page *p, const struct endpoint *e, unsigned wide)
{
	struct text place = {0};

	add_place(e, &place);
	page_to(p, INDENT);
	page_put(p, endpoint_kind_name(e->kind));
	page_to(p, e->kind == ENDPOINT_PUBLISHED ? 0 : VALUES);
	page_put(p, text_str(&place));
	page_to(p, VALUES + wide + 2);
	page_put(p, endpoint_site(e));
	if (e->address == NULL) {
		page_style(p, PAGE_DIM);
		page_put(p, "  (address by DNS)");
	}
	page_end(p);
	text_done(&place);
}

static void
print_ports(struct page *p, const struct endpoint *e, size_t n)
{
	struct needs needs = {0};
	unsigned wide = 0;

	for (size_t i = 0; i < n; i++)
		wide = widest(wide, &e[i]);
	for (size_t i = 0; i < n; i++)
		print_port(p, &e[i], wide);
	needs_of(e, n, &needs);
	for (size_t i = 0; i < needs.n; i++)
		print_need(p, &needs.item[i]);
	needs_done(&needs);
}

struct printing {
	struct page	*page;
	size_t		 unassessed;
};

static void
on_unassessed(void *ctx, const struct unassessed *u)
{
	struct printing *printing = ctx;
	struct page *p = printing->page;

	printing->unassessed++;
	page_to(p, INDENT);
	page_style(p, PAGE_WARNING);
	page_put(p, "not assessed:");
	page_style(p, PAGE_PLAIN);
	if (u->site != NULL)
		page_putf(p, " %s of %s:", u->what, u->site->url);
	page_gap(p);
	page_wrap(p, 2 * INDENT, u->reason);
	page_end(p);
}

/* A published entry has one endpoint or, where it is left out, none. */
static const struct endpoint *
published_endpoint(const struct inventory *inventory,
    const struct published *published)
{
	for (size_t i = inventory->n_endpoints; i > 0; i--)
		if (inventory->endpoints[i - 1].published == published)
			return &inventory->endpoints[i - 1];
	return NULL;
}

static void
print_published(struct printing *printing, const struct inventory *inventory,
    const struct published *published)
{
	const struct endpoint *e = published_endpoint(inventory, published);
	struct text aside = {0};

	add_part(&aside, published_kind_name(published->kind));
	add_part(&aside, published->group);
	add_part(&aside, published->settings->owner);
	print_heading(printing->page, published->url, &aside);
	if (e != NULL)
		print_ports(printing->page, e, 1);
	unassessed_published(published, on_unassessed, printing);
	page_end(printing->page);
}

bool
report_inventory(const struct inventory *inventory,
    const struct report_options *options, report_write_fn *write, void *ctx)
{
	struct page page;
	struct printing printing = { .page = &page };

	page_init(&page, options, write, ctx);
	for (size_t i = 0; i < inventory->n_hosts && !page.stopped; i++) {
		const struct host *host = &inventory->hosts[i];
		size_t n = 0;
		const struct endpoint *e =
		    inventory_endpoints(inventory, host, &n);

		print_host_heading(&page, host);
		print_ports(&page, e, n);
		unassessed_host(host, on_unassessed, &printing);
		page_end(&page);
	}
	for (size_t i = 0; i < inventory->n_published && !page.stopped; i++)
		print_published(&printing, inventory, &inventory->published[i]);
	page_putf(&page, "%zu host%s, %zu published, %zu endpoint%s, "
	    "%zu not assessed", inventory->n_hosts,
	    plural(inventory->n_hosts), inventory->n_published,
	    inventory->n_endpoints, plural(inventory->n_endpoints),
	    printing.unassessed);
	page_end(&page);
	return page_done(&page);
}

static json_t *
endpoint_value(const struct endpoint *e)
{
	json_t *o = json_object();

	document_set(o, "kind", json_string(endpoint_kind_name(e->kind)));
	document_set(o, "site", document_text(endpoint_site(e)));
	document_set(o, "address", document_text(e->address));
	document_set(o, "resolve", document_text(e->resolve));
	document_set(o, "port", json_integer(e->port));
	return o;
}

static json_t *
need_value(const struct need *need)
{
	json_t *o = json_object(), *names = json_array(), *on = json_array();

	for (size_t i = 0; i < need->expect.names.n; i++) {
		json_t *name = json_object();

		document_set(name, "name",
		    document_text(need->expect.names.item[i]));
		document_set(name, "why", document_text(
		    need_why(need, need->expect.names.item[i])));
		(void)json_array_append_new(names, name);
	}
	for (size_t i = 0; i < need->n_ports; i++)
		(void)json_array_append_new(on,
		    endpoint_value(need->ports[i]));
	document_set(o, "role", document_text(role_name(need->expect.role)));
	document_set(o, "layout", need->expect.role == ROLE_PUBLISHED ?
	    json_null() : document_text(layout_name(need->layout)));
	document_set(o, "choice", json_boolean(need->choice));
	document_set(o, "cn", need->expect.role == ROLE_PUBLISHED ?
	    json_null() : document_text(need->expect.cn));
	document_set(o, "san_dns", names);
	document_set(o, "presented_on", on);
	return o;
}

static void
set_ports(json_t *o, const struct endpoint *e, size_t n)
{
	json_t *endpoints = json_array(), *certificates = json_array();
	struct needs needs = {0};

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(endpoints, endpoint_value(&e[i]));
	needs_of(e, n, &needs);
	for (size_t i = 0; i < needs.n; i++)
		(void)json_array_append_new(certificates,
		    need_value(&needs.item[i]));
	needs_done(&needs);
	document_set(o, "endpoints", endpoints);
	document_set(o, "certificates", certificates);
}

static void
append_unassessed(void *ctx, const struct unassessed *u)
{
	json_t *o = json_object();

	document_set(o, "what", document_text(u->what));
	document_set(o, "site",
	    document_text(u->site != NULL ? u->site->url : NULL));
	document_set(o, "cause", document_text(u->cause));
	document_set(o, "reason", document_text(u->reason));
	(void)json_array_append_new(ctx, o);
}

/* ---- what was tailored, and who answers for it ---- */

static void
append_rules(json_t *to, const struct settings *s, const char *site)
{
	for (size_t i = 0; i < s->n_rules; i++) {
		json_t *o = json_object();

		document_set(o, "rule", document_text(s->rules[i].rule));
		document_set(o, "severity", document_text(severity_name(
		    s->rules[i].severity)));
		document_set(o, "site", document_text(site));
		document_set(o, "owner", document_text(s->rules[i].owner));
		document_set(o, "reason", document_text(s->rules[i].reason));
		(void)json_array_append_new(to, o);
	}
}

static json_t *
waiver_value(const struct waiver *w, const char *site)
{
	static const enum role each[] = { ROLE_MTLS, ROLE_HTTPS, ROLE_SINGLE,
	    ROLE_PUBLISHED };
	json_t *o = json_object(), *roles = json_array();

	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++)
		if (w->roles & (int)each[i])
			(void)json_array_append_new(roles,
			    document_text(role_name(each[i])));
	document_set(o, "rule", document_text(w->rule));
	document_set(o, "roles", roles);
	document_set(o, "site", document_text(w->site != NULL ? w->site :
	    site));
	document_set(o, "offenders", document_strings(&w->offenders));
	document_set(o, "severity", w->severity == SEVERITY_OFF ?
	    json_null() : document_text(severity_name(w->severity)));
	document_set(o, "ticket", document_text(w->ticket));
	document_set(o, "owner", document_text(w->owner));
	document_set(o, "approved_by", document_text(w->approved_by));
	document_set(o, "reason", document_text(w->reason));
	document_set(o, "until", document_time(w->until));
	return o;
}

static void
append_waivers(json_t *to, const struct settings *s, const char *site)
{
	for (size_t i = 0; i < s->n_waivers; i++)
		(void)json_array_append_new(to, waiver_value(&s->waivers[i],
		    site));
}

/* Of the host, then of each site that has its own; sites may be none. */
static void
set_settings(json_t *o, const struct settings *s, const struct site *sites,
    size_t n_sites)
{
	json_t *tailored = json_array(), *waivers = json_array();

	append_rules(tailored, s, NULL);
	append_waivers(waivers, s, NULL);
	for (size_t i = 0; i < n_sites; i++) {
		const struct settings *own = sites[i].settings;

		if (own->rules != s->rules)
			append_rules(tailored, own, sites[i].name);
		if (own->waivers != s->waivers)
			append_waivers(waivers, own, sites[i].name);
	}
	document_set(o, "owner", document_text(s->owner));
	document_set(o, "zone", document_text(s->zone));
	document_set(o, "tags", document_strings(&s->tags));
	document_set(o, "rules", tailored);
	document_set(o, "waivers", waivers);
}

static json_t *
host_value(const struct inventory *inventory, const struct host *host)
{
	json_t *o = json_object(), *left_out = json_array();
	size_t n = 0;
	const struct endpoint *e = inventory_endpoints(inventory, host, &n);

	document_set(o, "host", document_text(host->fqdn));
	document_set(o, "state", document_text(host_state_name(host->state)));
	document_set(o, "group", document_text(host->group));
	set_settings(o, host->settings, host->sites, host->n_sites);
	set_ports(o, e, n);
	unassessed_host(host, append_unassessed, left_out);
	document_set(o, "not_assessed", left_out);
	return o;
}

static json_t *
published_value(const struct inventory *inventory,
    const struct published *published)
{
	const struct endpoint *e = published_endpoint(inventory, published);
	json_t *o = json_object(), *left_out = json_array();

	document_set(o, "url", document_text(published->url));
	document_set(o, "kind",
	    document_text(published_kind_name(published->kind)));
	document_set(o, "group", document_text(published->group));
	set_settings(o, published->settings, NULL, 0);
	set_ports(o, e, e != NULL);
	unassessed_published(published, append_unassessed, left_out);
	document_set(o, "not_assessed", left_out);
	return o;
}

bool
report_inventory_json(const struct inventory *inventory,
    report_write_fn *write, void *ctx)
{
	struct document d;

	document_open(&d, write, ctx);
	document_member(&d, "schema", json_string("cwaudit/inventory/1"));
	document_list(&d, "hosts");
	for (size_t i = 0; i < inventory->n_hosts && !d.stopped; i++)
		document_item(&d, host_value(inventory, &inventory->hosts[i]));
	document_list_end(&d);
	document_list(&d, "published");
	for (size_t i = 0; i < inventory->n_published && !d.stopped; i++)
		document_item(&d,
		    published_value(inventory, &inventory->published[i]));
	document_list_end(&d);
	return document_close(&d);
}
