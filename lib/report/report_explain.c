/* SPDX-License-Identifier: ISC */
/*
 * report_explain.c - one host told whole, for people: expected, seen, name by
 * name, and every rule's answer.
 */
#include "cwaudit/report_explain.h"

#include <string.h>

#include "cwaudit/report_findings.h"

#define INDENT	2
#define INNER	4
#define VALUES	14	/* where names, messages and lists begin */
#define NAMES	18	/* names behind their state */

struct telling {
	struct page		 page;
	const struct explain	*x;
	const char		*inventory;
	struct findings		 said;	/* remedies already told */
};

static void
heading(struct page *p, const char *words)
{
	page_style(p, PAGE_BOLD);
	page_put(p, words);
	page_end(p);
}

static void
field(struct page *p, unsigned indent, const char *key, const char *value)
{
	page_to(p, indent);
	page_put(p, key);
	page_to(p, VALUES);
	page_paragraph(p, VALUES, value);
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

/* ---- what the inventory says ---- */

static void
print_layouts(struct telling *t)
{
	for (size_t i = 0; i < t->x->n_layouts; i++) {
		const struct explain_layout *l = &t->x->layouts[i];
		struct text line = {0};

		text_addf(&line, "%s: %s, %s", l->site->url,
		    l->layout == LAYOUT_SINGLE ? "single (one certificate for "
		    "MTLS and HTTPS)" : "separate", l->why);
		field(&t->page, INDENT, i == 0 ? "layout" : "",
		    text_str(&line));
		text_done(&line);
	}
}

static void
print_host(struct telling *t)
{
	const struct host *h = t->x->host;
	const struct published *pub = t->x->published;
	const struct settings *set = h != NULL ? h->settings : pub->settings;
	struct text line = {0};

	heading(&t->page, h != NULL ? h->fqdn : pub->url);
	text_addf(&line, "%s:%d", h != NULL ? h->file : pub->file,
	    h != NULL ? h->line : pub->line);
	field(&t->page, INDENT, "declared", text_str(&line));
	text_reset(&line);
	add_part(&line, h != NULL ? host_state_name(h->state) :
	    published_kind_name(pub->kind));
	add_part(&line, h != NULL ? h->group : pub->group);
	add_part(&line, set->owner);
	field(&t->page, INDENT, h != NULL ? "state" : "kind",
	    text_str(&line));
	if (h != NULL)
		field(&t->page, INDENT, "os", host_os_name(h->os));
	print_layouts(t);
	text_done(&line);
	page_end(&t->page);
}

/* ---- what is expected ---- */

static void
print_need_names(struct page *p, const struct request *r)
{
	unsigned wide = 0;

	for (size_t i = 0; i < r->names.n; i++)
		if (page_columns(r->names.item[i]) > wide)
			wide = page_columns(r->names.item[i]);
	field(p, INNER, "CN", r->cn);
	for (size_t i = 0; i < r->names.n; i++) {
		page_to(p, INNER);
		page_put(p, i == 0 ? "SAN" : "");
		page_to(p, VALUES);
		page_put(p, r->names.item[i]);
		page_to(p, VALUES + wide + 2);
		page_style(p, PAGE_DIM);
		page_paragraph(p, VALUES + wide + 2, r->why.item[i]);
	}
}

static void
print_need(struct telling *t, size_t i)
{
	const struct request *r = &t->x->needs.item[i];
	const char *refused = t->x->refused.item[i];
	struct page *p = &t->page;
	struct text line = {0};

	request_add_title(r, &line);
	page_to(p, INDENT);
	page_style(p, PAGE_BOLD);
	page_paragraph(p, INNER, text_str(&line));
	text_reset(&line);
	print_need_names(p, r);
	if (r->role == ROLE_MTLS)
		field(p, INNER, "", "(for MTLS alone the CN counts; a SAN is "
		    "not needed, but where there is one the FQDN belongs in "
		    "it)");
	for (size_t k = 0; k < r->places.n; k++)
		field(p, INNER, k == 0 ? "on" : "", r->places.item[k]);
	page_to(p, INNER);
	page_put(p, "request");
	page_to(p, VALUES);
	if (*refused != '\0') {
		page_paragraph(p, VALUES, refused);
	} else {
		explain_add_command(t->x, r, t->inventory, &line);
		page_put(p, text_str(&line));	/* to copy: one line */
		page_end(p);
	}
	text_done(&line);
}

static void
print_needs(struct telling *t)
{
	heading(&t->page, "expected");
	for (size_t i = 0; i < t->x->needs.n; i++)
		print_need(t, i);
	if (t->x->needs.n == 0) {
		page_to(&t->page, INDENT);
		page_paragraph(&t->page, INDENT,
		    "nothing: the host is retired");
	}
	page_end(&t->page);
}

/* ---- what to ask for ---- */

static void
print_request(struct telling *t, size_t i)
{
	const struct request *r = &t->x->needs.item[i];
	struct page *p = &t->page;
	struct text line = {0}, inf = {0};

	if (t->x->refused.item[i][0] != '\0')
		return;
	page_end(p);
	text_add(&line, "the request for ");
	request_add_title(r, &line);
	page_style(p, PAGE_BOLD);
	page_paragraph(p, INDENT, text_str(&line));
	page_to(p, INDENT);
	if (explain_add_inf(r, &inf)) {
		page_paragraph(p, INDENT, "for certreq; the command above adds "
		    "what to do with it, and writes it for LCSCmd and openssl");
		page_end(p);
		page_lines(p, text_str(&inf));
	} else {
		page_paragraph(p, INDENT, "too long for an INF: the command "
		    "above writes it with --format openssl");
	}
	text_done(&line);
	text_done(&inf);
}

/* ---- what was seen ---- */

static enum page_style
state_style(enum name_state state)
{
	switch (state) {
	case NAME_PRESENT:
		return PAGE_GREEN;
	case NAME_MISSING:
	case NAME_WRONG:
		return PAGE_ERROR;
	case NAME_COVERED:
	case NAME_EXTRA:
		return PAGE_WARNING;
	case NAME_SPARE:
		return PAGE_DIM;
	}
	return PAGE_PLAIN;
}

#define NAME_WIDE	40	/* a longer one does not push the column */

static unsigned
names_wide(const struct explain_port *port)
{
	unsigned wide = 0;

	for (size_t i = 0; i < port->n; i++) {
		unsigned columns = page_columns(port->names[i].name);

		if (columns > wide && columns <= NAME_WIDE)
			wide = columns;
	}
	return wide;
}

static void
print_names(struct page *p, const struct explain_port *port)
{
	unsigned why = NAMES + names_wide(port) + 2;

	for (size_t i = 0; i < port->n; i++) {
		const struct explain_name *n = &port->names[i];

		page_to(p, INNER);
		if (i == 0 || port->names[i - 1].cn != n->cn)
			page_put(p, n->cn ? "CN" : "SAN");
		page_to(p, INNER + 4);
		page_style(p, state_style(n->state));
		page_put(p, name_state_name(n->state));
		page_style(p, PAGE_PLAIN);
		page_to(p, NAMES);
		page_put(p, n->name);
		page_to(p, why);
		page_style(p, PAGE_DIM);
		page_paragraph(p, why, n->why);
	}
	if (port->more > 0) {
		page_to(p, NAMES);
		page_putf(p, "and %zu more that nothing here asks for",
		    port->more);
		page_end(p);
	}
}

static void
add_look(const struct snapshot_endpoint *e, struct text *out)
{
	char at[CLOCK_TEXT];

	if (e->seen == NULL) {
		text_add(out, "NOT OBSERVED: no look was made");
		return;
	}
	if (snapshot_observed(e))
		text_addf(out, "observed by %s, proof %s",
		    via_name(e->seen->via), proof_name(e->seen->proof));
	else
		text_addf(out, "NOT OBSERVED: %s",
		    outcome_words(e->seen->outcome));
	if (e->seen->tls_version[0] != '\0')
		text_addf(out, ", %s %s", e->seen->tls_version,
		    e->seen->tls_cipher);
	if (e->seen->client_cert_known)
		text_addf(out, ", %s client certificate requested",
		    e->seen->client_cert_requested ? "a" : "no");
	text_addf(out, ", at %s", clock_format(e->seen->at, at));
}

static void
add_certificate(const struct snapshot *s, const struct snapshot_endpoint *e,
    struct text *out)
{
	const struct cert *c = e->leaf;
	char from[CLOCK_TEXT], to[CLOCK_TEXT];

	if (e->unreadable)
		text_add(out, "what was presented is no readable certificate");
	if (c == NULL)
		return;
	if (c->dates_readable) {
		int64_t left = c->not_after - s->finished;

		text_addf(out, "%.10s to %.10s, ",
		    clock_format(c->not_before, from),
		    clock_format(c->not_after, to));
		if (left < 0)
			text_addf(out, "ended %lld d ago; ",
			    (long long)(-left / CLOCK_DAY));
		else
			text_addf(out, "%lld d left; ",
			    (long long)(left / CLOCK_DAY));
	}
	text_addf(out, "issuer %s; serial %s; %s; %s; SHA-256 ", c->issuer,
	    c->serial, c->key_text, c->signature);
	text_add_hex(out, c->sha256, CERT_SHA256);
}

static void
print_look(struct telling *t, const struct explain_port *port)
{
	const struct snapshot_endpoint *e = port->seen;
	struct page *p = &t->page;
	struct text line = {0};

	page_to(p, INDENT);
	page_style(p, PAGE_BOLD);
	page_put(p, endpoint_kind_name(e->endpoint->kind));
	snapshot_place(e, &line);
	page_putf(p, "  %s  %s", text_str(&line), endpoint_site(e->endpoint));
	page_end(p);
	text_reset(&line);
	add_look(e, &line);
	page_to(p, INNER);
	if (!snapshot_observed(e))
		page_style(p, PAGE_WARNING);
	page_paragraph(p, INNER, text_str(&line));
	text_reset(&line);
	if (e->seen != NULL)
		snapshot_detail(e, &line);
	if (line.len > 0) {
		page_style(p, PAGE_DIM);
		page_paragraph(p, INNER, text_str(&line));
		text_reset(&line);
	}
	add_certificate(t->x->snapshot, e, &line);
	if (line.len > 0)
		page_paragraph(p, INNER, text_str(&line));
	text_done(&line);
	print_names(p, port);
}

/* ---- what rules say ---- */

static void
add_reason(const struct explain *x, const struct result *r, enum answer answer,
    struct text *out)
{
	const struct settings *set = r->endpoint != NULL ?
	    r->endpoint->settings : x->host != NULL ? x->host->settings :
	    x->published->settings;
	const struct rule_setting *off = settings_rule(set, r->rule->id);

	if (out->len > 0)
		text_add(out, ", ");
	text_add(out, r->rule->id);
	if (answer == ANSWER_SILENT)
		text_addf(out, " (%s speaks for it)", r->stood_in->id);
	if (answer == ANSWER_HELD)
		text_add(out, " (maintenance)");
	if (answer == ANSWER_OFF && off != NULL && off->reason != NULL)
		text_addf(out, " (%s%s%s)", off->owner != NULL ? off->owner :
		    "", off->owner != NULL ? ": " : "", off->reason);
}

/* The findings, then a line for each other answer. */
static void
print_answers(struct telling *t, size_t first, size_t n)
{
	struct findings found = {0};
	const struct result *r = t->x->snapshot->results.item;

	for (size_t i = first; i < first + n; i++)
		findings_add(&found, &r[i]);
	findings_print(&found, &t->said, &t->page, false);
	findings_done(&found);
	for (enum answer a = ANSWER_SILENT; a < ANSWER_N; a++) {
		struct text list = {0}, line = {0};
		size_t count = 0;

		for (size_t i = first; i < first + n; i++) {
			if (result_answer(&r[i]) != a)
				continue;
			add_reason(t->x, &r[i], a, &list);
			count++;
		}
		text_addf(&line, "%zu: %s", count, text_str(&list));
		if (count > 0)
			field(&t->page, INNER, answer_name(a),
			    text_str(&line));
		text_done(&line);
		text_done(&list);
	}
}

/* Rules of the port's role that had nothing to judge there. */
static void
print_inapplicable(struct telling *t, const struct explain_port *port)
{
	const struct snapshot_endpoint *e = port->seen;
	struct text list = {0}, line = {0};
	size_t count = 0;

	for (size_t i = 0; i < n_rules; i++) {
		bool answered = false;

		if (rules[i].check == NULL)
			continue;
		for (size_t k = 0; k < e->n_results; k++)
			answered = answered || t->x->snapshot->results.item[
			    e->first_result + k].rule == &rules[i];
		if (answered)
			continue;
		count++;
		add_part(&list, rules[i].id);
	}
	text_addf(&line, "%zu: %s", count, text_str(&list));
	if (count > 0) {
		page_style(&t->page, PAGE_DIM);
		field(&t->page, INNER, "n/a", text_str(&line));
	}
	text_done(&line);
	text_done(&list);
}

static void
print_ports(struct telling *t)
{
	heading(&t->page, "seen");
	for (size_t i = 0; i < t->x->n_ports; i++) {
		const struct snapshot_endpoint *e = t->x->ports[i].seen;

		print_look(t, &t->x->ports[i]);
		print_answers(t, e->first_result, e->n_results);
		print_inapplicable(t, &t->x->ports[i]);
		page_end(&t->page);
	}
}

static void
print_whole(struct telling *t)
{
	const struct results *rs = &t->x->snapshot->results;
	size_t first = t->x->snapshot->first_shared;

	for (; first < rs->n && (t->x->host == NULL ||
	    rs->item[first].host != t->x->host); first++)
		;
	if (first < rs->n) {
		size_t n = 0;

		while (first + n < rs->n &&
		    rs->item[first + n].host == t->x->host)
			n++;
		heading(&t->page, "the host as a whole");
		print_answers(t, first, n);
		page_end(&t->page);
	}
}

static void
on_unassessed(void *ctx, const struct unassessed *u)
{
	struct page *p = ctx;
	struct text line = {0};

	text_addf(&line, "%s%s%s: %s", u->what, u->site != NULL ? " of " : "",
	    u->site != NULL ? u->site->url : "", u->reason);
	page_style(p, PAGE_WARNING);
	field(p, INDENT, "left out", text_str(&line));
	text_done(&line);
}

static void
print_unjudged(struct telling *t)
{
	struct text list = {0};

	heading(&t->page, "not judged");
	for (size_t i = 0; i < n_rules; i++)
		if (explain_is_elsewhere(&rules[i]))
			add_part(&list, rules[i].id);
	text_add(&list, ": these compare several hosts or several looks, or "
	    "are about the auditor");
	page_to(&t->page, INDENT);
	page_paragraph(&t->page, INDENT, text_str(&list));
	text_done(&list);
	if (t->x->host != NULL)
		unassessed_host(t->x->host, on_unassessed, &t->page);
	else
		unassessed_published(t->x->published, on_unassessed, &t->page);
}

bool
report_explain(const struct explain *x, const char *inventory,
    const struct report_options *options, report_write_fn *write, void *ctx)
{
	struct telling t = { .x = x, .inventory = inventory };

	page_init(&t.page, options, write, ctx);
	print_host(&t);
	print_needs(&t);
	if (x->n_ports > 0)
		print_ports(&t);
	print_whole(&t);
	print_unjudged(&t);
	for (size_t i = 0; i < x->needs.n; i++)
		print_request(&t, i);
	findings_done(&t.said);
	return page_done(&t.page);
}
