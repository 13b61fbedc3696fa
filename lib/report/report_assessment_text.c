/* SPDX-License-Identifier: ISC */
/*
 * report_assessment_text.c - a compliance report for people who read text: the
 * first screen says it all, what follows is the evidence.
 */
#include "report_assessment_text.h"

#include <string.h>

#include "report_ledger.h"

#define COUNTS	28	/* where the counts of a rule begin */

/* ---- rules ---- */

static void
print_counts(struct page *p, const struct assessed_rule *r)
{
	page_to(p, INDENT);
	page_style(p, r->not_met > 0 ? PAGE_ERROR : PAGE_PLAIN);
	page_put(p, r->name);
	page_style(p, PAGE_PLAIN);
	page_to(p, COUNTS);
	page_putf(p, "%7zu %8zu %7zu %13zu", r->met, r->not_met, r->waived,
	    r->not_assessed);
	page_end(p);
}

static void
print_rules(struct page *p, const struct assessment *a)
{
	static const char head[] = "    met  not met  waived  not assessed";

	prose_heading(p, "Rules, whatever their severity");
	page_to(p, COUNTS);
	page_style(p, PAGE_DIM);
	page_put(p, head);
	page_end(p);
	for (size_t i = 0; i < a->n_rules; i++)
		print_counts(p, &a->rules[i]);
	prose_heading(p, "Clauses that they are cited for");
	page_to(p, COUNTS);
	page_style(p, PAGE_DIM);
	page_put(p, head);
	page_end(p);
	for (size_t i = 0; i < a->n_clauses; i++)
		print_counts(p, &a->clauses[i]);
}

static void
print_tailoring(struct page *p, const struct assessment *a)
{
	struct text t = {0};

	prose_heading(p, "Rules that are lowered or off");
	for (size_t i = 0; i < a->n_tailoring; i++) {
		const struct assessed_tailoring *r = &a->tailoring[i];

		text_addf(&t, "%s: %s, by %s: %s (", r->rule, r->severity,
		    *r->owner != '\0' ? r->owner : "nobody named",
		    *r->reason != '\0' ? r->reason : "no reason given");
		if (r->hosts == 1)
			text_addf(&t, "%s)", r->host);
		else
			text_addf(&t, "%zu hosts)", r->hosts);
		page_to(p, INDENT);
		page_paragraph(p, 2 * INDENT, text_str(&t));
		text_reset(&t);
	}
	if (a->n_tailoring == 0) {
		page_to(p, INDENT);
		page_paragraph(p, INDENT, "none");
	}
	text_done(&t);
}

static void
print_waivers(struct page *p, const struct assessment *a)
{
	struct text t = {0};

	prose_heading(p, "Waivers");
	for (size_t i = 0; i < a->n_waivers; i++) {
		const struct assessed_waiver *w = &a->waivers[i];

		text_addf(&t, "%s, until ", w->rule);
		prose_add_time(w->until, &t);
		if (w->until != CLOCK_NEVER && w->until <= a->until)
			text_add(&t, " (it has ended)");
		text_addf(&t, ": %s, by %s, approved by %s, %s; ", w->ticket,
		    w->owner, w->approved_by, w->reason);
		if (w->hosts == 1)
			text_addf(&t, "%s", w->host);
		else
			text_addf(&t, "%zu hosts", w->hosts);
		text_addf(&t, ", %zu finding%s waived", w->n_waived,
		    plural(w->n_waived));
		page_to(p, INDENT);
		page_paragraph(p, 2 * INDENT, text_str(&t));
		text_reset(&t);
	}
	if (a->n_waivers == 0) {
		page_to(p, INDENT);
		page_paragraph(p, INDENT, "none");
	}
	text_done(&t);
}

/* ---- hosts ---- */

/* Do two ports show the same? */
static bool
are_alike(const struct assessed_port *p, const struct assessed_port *q)
{
	return p->cert != ASSESSMENT_NONE && p->cert == q->cert &&
	    p->since == q->since && strcmp(p->via, q->via) == 0 &&
	    strcmp(p->proof, q->proof) == 0 &&
	    strcmp(p->missing, q->missing) == 0;
}

/* The first port, and those that show the same. Returns how many. */
static size_t
print_ports(struct page *p, const struct assessment *a,
    const struct assessed_port *port, size_t n_ports)
{
	struct text t = {0};
	size_t n = 1;

	text_addf(&t, "%s %s", port->kind, port->place);
	for (; n < n_ports && are_alike(port, &port[n]); n++)
		text_addf(&t, ", %s %s", port[n].kind, port[n].place);
	if (port->cert != ASSESSMENT_NONE) {
		const struct assessed_cert *c = &a->certs[port->cert];

		text_addf(&t, ": CN %s, serial %s, issued by %s, valid from ",
		    *c->cn != '\0' ? c->cn : "(none)", c->serial, c->issuer);
		prose_add_time(c->not_before, &t);
		text_add(&t, " to ");
		prose_add_time(c->not_after, &t);
		text_add(&t, ", SHA-256 ");
		text_add_hex(&t, c->sha256, CERT_SHA256);
		text_add(&t, "; shown since ");
		prose_add_time(port->since, &t);
		text_addf(&t, ", by %s, proof: %s", port->via, port->proof);
	}
	if (*port->missing != '\0')
		text_addf(&t, "; not assessed: %s", port->missing);
	page_to(p, 2 * INDENT);
	page_style(p, PAGE_DIM);
	page_paragraph(p, 3 * INDENT, text_str(&t));
	text_done(&t);
	return n;
}

static void
print_finding(struct page *p, const struct assessment *a,
    const struct ledger_finding *lf)
{
	const struct finding *f = lf->finding;
	const struct assessed_waiver *w = assessment_waiver(a, f);
	struct text t = {0};

	page_to(p, 2 * INDENT);
	page_style(p, f->waived ? PAGE_PLAIN :
	    page_severity_style(f->severity));
	page_put(p, f->waived ? "waived" : severity_name(f->severity));
	page_style(p, PAGE_PLAIN);
	page_putf(p, " %s", f->rule->id);
	text_add(&t, ", since ");
	report_add_minute(f->opened, &t);
	if (w != NULL) {
		text_addf(&t, "; waived by %s until ", w->owner);
		prose_add_time(w->until, &t);
	}
	if (f->ends > 0) {
		int64_t days = assessment_days_left(a, f->ends);

		text_add(&t, "; ends ");
		report_add_minute(f->ends, &t);
		text_addf(&t, ", %lld day%s from the day of this report",
		    (long long)days, plural((uint64_t)days));
	}
	page_wrap(p, 3 * INDENT, text_str(&t));
	page_end(p);
	if (f->message != NULL)
		page_paragraph(p, 3 * INDENT, f->message);
	if (f->remedy != NULL && *f->remedy != '\0') {
		text_reset(&t);
		text_addf(&t, "mend: %s", f->remedy);
		page_style(p, PAGE_GREEN);
		page_paragraph(p, 3 * INDENT, text_str(&t));
	}
	text_done(&t);
}

static void
print_host(struct page *p, const struct assessment *a,
    const struct assessed_host *h)
{
	struct text t = {0};

	page_to(p, INDENT);
	page_style(p, PAGE_BOLD);
	page_putf(p, "%s ", h->name);
	page_style(p, prose_standing_style(h->standing));
	page_put(p, standing_text(h->standing));
	page_style(p, PAGE_DIM);
	text_add(&t, ", since ");
	prose_add_time(h->since, &t);
	if (*h->owner != '\0')
		text_addf(&t, "; %s", h->owner);
	page_wrap(p, 2 * INDENT, text_str(&t));
	page_end(p);
	for (size_t i = 0; i < h->n_ports;)
		i += print_ports(p, a, &a->ports[h->first_port + i],
		    h->n_ports - i);
	for (size_t i = 0; i < h->left_out.n; i++) {
		text_reset(&t);
		text_addf(&t, "not assessed: %s", h->left_out.item[i]);
		page_style(p, PAGE_WARNING);
		page_paragraph(p, 2 * INDENT, text_str(&t));
	}
	for (size_t i = 0; i < h->n_findings; i++)
		print_finding(p, a, &assessment_findings(a, h)[i]);
	text_done(&t);
}

static void
print_hosts(struct page *p, const struct assessment *a)
{
	if (a->first_shared < a->n_findings)
		prose_heading(p, "About several hosts, or the auditor");
	for (size_t i = a->first_shared; i < a->n_findings; i++)
		print_finding(p, a, &a->findings[i]);
	prose_heading(p, "Hosts, the worst first");
	for (size_t i = 0; i < a->n_hosts && !p->stopped; i++)
		print_host(p, a, &a->hosts[i]);
}

/* ---- the period ---- */

static void
print_change(struct page *p, const struct assessed_change *c)
{
	const struct finding *f = c->finding;
	struct text t = {0};

	report_add_minute(c->at, &t);
	text_addf(&t, "  %s %s %s: %s", transition_name(c->state),
	    severity_name(f->severity), f->rule->id, *f->owner != '\0' ?
	    f->owner : "several hosts, or the auditor");
	if (f->site != NULL)
		text_addf(&t, ", %s", f->site);
	page_to(p, INDENT);
	page_paragraph(p, LABEL, text_str(&t));
	text_done(&t);
}

static const char *
field(const struct event *e, const char *key)
{
	const char *s = event_value(e, key);

	return s != NULL ? s : "";
}

static void
print_reissue(struct page *p, const struct ledger_event *e)
{
	struct text t = {0};

	report_add_minute(e->at, &t);
	text_addf(&t, "  %s: %s %s: %s", field(&e->event, "verdict"),
	    field(&e->event, "host"), field(&e->event, "role"),
	    field(&e->event, "msg"));
	page_to(p, INDENT);
	page_paragraph(p, LABEL, text_str(&t));
	text_done(&t);
}

static void
print_mended(struct page *p, const struct assessment *a, int by)
{
	struct text t = {0};

	for (size_t i = 0; i < a->n_mended[by]; i++) {
		const struct assessed_mend *m = &a->mended[by][i];

		page_to(p, INDENT);
		page_put(p, *m->name != '\0' ? m->name : "(nobody named)");
		page_to(p, COUNTS);
		text_addf(&t, "%zu, in the median after ", m->n);
		report_add_age(m->median_s, &t);
		text_add(&t, ", at the longest after ");
		report_add_age(m->longest_s, &t);
		page_paragraph(p, COUNTS, text_str(&t));
		text_reset(&t);
	}
	text_done(&t);
}

static void
print_happened(struct page *p, const struct assessment *a)
{
	if (a->n_reissues > 0)
		prose_heading(p, "Reissues");
	for (size_t i = 0; i < a->n_reissues && !p->stopped; i++)
		print_reissue(p, &a->reissues[i]);
	if (a->n_changes > 0)
		prose_heading(p, "What became of findings");
	for (size_t i = 0; i < a->n_changes && !p->stopped; i++)
		print_change(p, &a->changes[i]);
	if (a->n_mended[0] > 0)
		prose_heading(p, "Time to mend, by rule");
	print_mended(p, a, 0);
	if (a->n_mended[1] > 0)
		prose_heading(p, "Time to mend, by owner");
	print_mended(p, a, 1);
}

/* ---- the rest ---- */

static void
print_certs(struct page *p, const struct assessment *a)
{
	prose_heading(p, "Certificates, by their end");
	for (size_t i = 0; i < a->n_certs && !p->stopped; i++) {
		const struct assessed_cert *c = &a->certs[i];
		struct text t = {0};

		if (c->not_after != CLOCK_NEVER)
			prose_print_end(p, a, c);
		text_addf(&t, "issued by %s; serial %s; %s, %s; SHA-256 ",
		    c->issuer, c->serial, c->key, c->signature);
		text_add_hex(&t, c->sha256, CERT_SHA256);
		if (!c->readable)
			text_add(&t, "; it can't be read");
		page_style(p, PAGE_DIM);
		page_paragraph(p, LABEL + 5, text_str(&t));
		text_done(&t);
	}
}

static void
print_gaps(struct page *p, const struct assessment *a)
{
	struct text t = {0};

	prose_label(p, "auditor down");
	if (a->n_gaps == 0)
		text_add(&t, "never for longer than an interval");
	for (size_t i = 0; i < a->n_gaps; i++) {
		text_add(&t, i == 0 ? "" : "; ");
		report_add_minute(a->gaps[i].since, &t);
		text_add(&t, " for ");
		report_add_age(a->gaps[i].until - a->gaps[i].since, &t);
	}
	prose_say(p, &t);
	text_done(&t);
}

static void
print_scope(struct page *p, const struct assessment *a)
{
	struct text t = {0};

	prose_heading(p, "Scope and method");
	prose_label(p, "inventory");
	text_addf(&t, "%zu hosts and published entries with %zu ports, of "
	    "which %zu were observed and %zu assessed; %zu retired; in force "
	    "since ", a->n_hosts, a->n_ports, a->observed, a->judged,
	    a->retired);
	prose_add_time(a->inventory_since, &t);
	text_add(&t, "; SHA-256 ");
	text_add_hex(&t, a->inventory_sha256, CERT_SHA256);
	prose_say(p, &t);
	prose_label(p, "auditor");
	text_addf(&t, "cwauditd %s, rule set %lld, running since ",
	    *a->version != '\0' ? a->version : "(none)",
	    (long long)a->rule_set);
	prose_add_time(a->run_since, &t);
	text_addf(&t, ", %lld cycle%s in the period; configuration SHA-256 ",
	    (long long)a->cycles, plural((uint64_t)a->cycles));
	text_add_hex(&t, a->settings_sha256, CERT_SHA256);
	prose_say(p, &t);
	print_gaps(p, a);
	for (size_t i = 0; i < n_assessment_method; i++)
		page_paragraph(p, INDENT, assessment_method[i]);
	text_done(&t);
}

bool
report_assessment_text(const struct assessment *a,
    const struct report_options *options, report_write_fn *write, void *ctx)
{
	struct page p;

	page_init(&p, options, write, ctx);
	prose_print_head(&p, a);
	if (a->changes_only) {
		prose_print_trend(&p, a);
	} else {
		prose_print_front(&p, a);
		print_hosts(&p, a);
	}
	print_happened(&p, a);
	if (!a->changes_only) {
		print_rules(&p, a);
		print_tailoring(&p, a);
		print_waivers(&p, a);
		print_certs(&p, a);
	}
	print_scope(&p, a);
	return page_done(&p);
}
