/* SPDX-License-Identifier: ISC */
/*
 * report_assessment_html.c - a compliance report as one file that needs nothing
 * else: no script, nothing from elsewhere. The first page is for who signs it;
 * what follows is the evidence.
 */
#include "report_assessment_html.h"

#include <string.h>

#include "report_ledger.h"

#define SHORT		8	/* bytes of a SHA-256 that stand for it */

/* ---- hosts ---- */

/* A second line of a cell, where there is one. */
static void
put_aside(struct web *w, const char *label, const char *s)
{
	if (*s == '\0')
		return;
	web_putf(w, "<br><span class=\"soft\">%s", label);
	web_text(w, s);
	web_put(w, "</span>");
}

static void
put_waived_by(struct web *w, const struct assessed_waiver *waiver)
{
	if (waiver == NULL)
		return;
	web_put(w, "; waived by ");
	web_text(w, waiver->owner);
	web_put(w, " until ");
	web_day(w, waiver->until);
	web_put(w, ", ");
	web_text(w, waiver->ticket);
}

void
html_put_finding(struct web *w, const struct assessment *a,
    const struct finding *f)
{
	web_putf(w, "<div class=\"finding %s\">\n",
	    web_severity_class(f->severity, f->waived));
	web_severity(w, f->severity, f->waived);
	web_putf(w, " <b>%s</b> <span class=\"soft small\">since ",
	    f->rule->id);
	web_time(w, f->opened);
	if (f->ends > 0) {
		int64_t days = assessment_days_left(a, f->ends);

		web_put(w, "; ends ");
		web_day(w, f->ends);
		web_putf(w, ", %lld day%s from the day of this report",
		    (long long)days, plural((uint64_t)days));
	}
	put_waived_by(w, assessment_waiver(a, f));
	web_putf(w, "; id %s</span>\n<p>", f->id);
	web_text(w, f->message);
	web_put(w, "</p>\n");
	if (f->remedy != NULL && *f->remedy != '\0') {
		web_put(w, "<p class=\"mend\"><b>To mend it:</b> ");
		web_text(w, f->remedy);
		web_put(w, "</p>\n");
	}
	web_put(w, "</div>\n");
}

/* Its row in the list of all certificates has the rest. */
static void
put_link(struct web *w, const struct assessed_cert *c)
{
	web_put(w, "<a href=\"#c-");
	web_hex(w, c->sha256, SHORT);
	web_put(w, "\"><code>");
	web_hex(w, c->sha256, SHORT);
	web_put(w, "</code></a>");
}

static void
put_port(struct web *w, const struct assessment *a,
    const struct assessed_port *p)
{
	const struct assessed_cert *c = p->cert != ASSESSMENT_NONE ?
	    &a->certs[p->cert] : NULL;

	web_putf(w, "<tr><td>%s ", p->kind);
	web_text(w, p->place);
	put_aside(w, "", p->site);
	web_put(w, "</td><td>");
	if (c != NULL) {
		put_link(w, c);
		web_put(w, "<br>");
		web_text(w, c->cn);
	}
	web_put(w, "</td><td>");
	if (c != NULL)
		web_day(w, c->not_after);
	web_put(w, "</td><td>");
	web_time(w, p->since);
	web_put(w, "</td><td>");
	web_text(w, p->via);
	if (*p->via != '\0')
		web_put(w, ", ");
	web_text(w, p->proof);
	web_put(w, "</td><td>");
	if (*p->missing != '\0') {
		web_put(w, "not assessed: ");
		web_text(w, p->missing);
	} else {
		web_putf(w, "%zu met, %zu not met, %zu waived, %zu not "
		    "assessed", p->met, p->not_met, p->waived,
		    p->not_assessed);
	}
	web_put(w, "</td></tr>\n");
}

static void
put_ports(struct web *w, const struct assessment *a,
    const struct assessed_host *h)
{
	if (h->n_ports == 0)
		return;
	web_put(w, "<div class=\"wide\"><table>\n<thead><tr>"
	    "<th scope=\"col\">port</th><th scope=\"col\">certificate</th>"
	    "<th scope=\"col\">ends</th><th scope=\"col\">shown since</th>"
	    "<th scope=\"col\">seen by, proof</th>"
	    "<th scope=\"col\">rules</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < h->n_ports; i++)
		put_port(w, a, &a->ports[h->first_port + i]);
	web_put(w, "</tbody>\n</table></div>\n");
}

static void
put_host(struct web *w, const struct assessment *a,
    const struct assessed_host *h)
{
	web_put(w, "<article class=\"host\">\n<h3>");
	web_text(w, h->name);
	web_put(w, " ");
	web_standing(w, h->standing);
	web_put(w, "</h3>\n<p class=\"soft small\">since ");
	web_time(w, h->since);
	if (*h->owner != '\0') {
		web_put(w, "; ");
		web_text(w, h->owner);
	}
	if (*h->group != '\0') {
		web_put(w, "; group ");
		web_text(w, h->group);
	}
	if (*h->zone != '\0') {
		web_put(w, "; zone ");
		web_text(w, h->zone);
	}
	web_put(w, "</p>\n");
	for (size_t i = 0; i < h->n_findings; i++)
		html_put_finding(w, a, assessment_findings(a, h)[i].finding);
	for (size_t i = 0; i < h->left_out.n; i++) {
		web_put(w, "<p class=\"small\">not assessed: ");
		web_text(w, h->left_out.item[i]);
		web_put(w, "</p>\n");
	}
	put_ports(w, a, h);
	web_put(w, "</article>\n");
}

static void
put_hosts(struct web *w, const struct assessment *a)
{
	if (a->first_shared < a->n_findings)
		web_put(w, "<section>\n<h2>About several hosts, or the auditor"
		    "</h2>\n");
	for (size_t i = a->first_shared; i < a->n_findings; i++)
		html_put_finding(w, a, a->findings[i].finding);
	if (a->first_shared < a->n_findings)
		web_put(w, "</section>\n");
	web_put(w, "<section>\n<h2>Hosts, the worst first</h2>\n");
	for (size_t i = 0; i < a->n_hosts && !w->stopped; i++)
		put_host(w, a, &a->hosts[i]);
	web_put(w, "</section>\n");
}

/* ---- the period ---- */

static const char *
field(const struct event *e, const char *key)
{
	const char *s = event_value(e, key);

	return s != NULL ? s : "";
}

void
html_put_reissue(struct web *w, const struct ledger_event *e)
{
	bool bad = strcmp(field(&e->event, "verdict"), "bad") == 0;

	web_put(w, "<tr><td>");
	web_time(w, e->at);
	web_putf(w, "</td><td class=\"%s\">%s</td><td>", bad ? "wrong" :
	    "right", bad ? "bad" : "good");
	web_host(w, field(&e->event, "host"));
	web_put(w, " ");
	web_text(w, field(&e->event, "role"));
	web_put(w, "</td><td>");
	web_text(w, field(&e->event, "msg"));
	web_put(w, "</td></tr>\n");
}

static void
put_reissues(struct web *w, const struct assessment *a)
{
	if (a->n_reissues == 0)
		return;
	web_put(w, "<section>\n<h2>Reissues</h2>\n" HTML_REISSUES);
	for (size_t i = 0; i < a->n_reissues && !w->stopped; i++)
		html_put_reissue(w, &a->reissues[i]);
	web_put(w, "</tbody>\n</table></div>\n</section>\n");
}

static void
put_changes(struct web *w, const struct assessment *a)
{
	if (a->n_changes == 0)
		return;
	web_put(w, "<section>\n<h2>What became of findings</h2>\n"
	    "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">when"
	    "</th><th scope=\"col\">state</th><th scope=\"col\">severity</th>"
	    "<th scope=\"col\">rule</th><th scope=\"col\">about</th></tr>"
	    "</thead>\n<tbody>\n");
	for (size_t i = 0; i < a->n_changes && !w->stopped; i++) {
		const struct finding *f = a->changes[i].finding;

		web_put(w, "<tr><td>");
		web_time(w, a->changes[i].at);
		web_putf(w, "</td><td>%s</td><td>",
		    transition_name(a->changes[i].state));
		web_severity(w, f->severity, f->waived);
		web_putf(w, "</td><td>%s</td><td>", f->rule->id);
		web_text(w, *f->owner != '\0' ? f->owner :
		    "several hosts, or the auditor");
		if (f->site != NULL) {
			web_put(w, ", ");
			web_text(w, f->site);
		}
		web_put(w, "</td></tr>\n");
	}
	web_put(w, "</tbody>\n</table></div>\n</section>\n");
}

static void
put_age(struct web *w, int64_t seconds)
{
	struct text t = {0};

	report_add_age(seconds, &t);
	web_text(w, text_str(&t));
	text_done(&t);
}

static void
put_mended(struct web *w, const struct assessment *a, int by)
{
	web_putf(w, "<table>\n<thead><tr><th scope=\"col\">%s</th>"
	    "<th scope=\"col\" class=\"n\">cleared</th><th scope=\"col\" "
	    "class=\"n\">median</th><th scope=\"col\" class=\"n\">longest"
	    "</th></tr></thead>\n<tbody>\n", by == 0 ? "rule" : "owner");
	for (size_t i = 0; i < a->n_mended[by]; i++) {
		const struct assessed_mend *m = &a->mended[by][i];

		web_put(w, "<tr><th scope=\"row\">");
		web_text(w, *m->name != '\0' ? m->name : "(nobody named)");
		web_putf(w, "</th><td class=\"n\">%zu</td><td class=\"n\">",
		    m->n);
		put_age(w, m->median_s);
		web_put(w, "</td><td class=\"n\">");
		put_age(w, m->longest_s);
		web_put(w, "</td></tr>\n");
	}
	web_put(w, "</tbody>\n</table>\n");
}

static void
put_mending(struct web *w, const struct assessment *a)
{
	if (a->n_mended[0] == 0)
		return;
	web_put(w, "<section>\n<h2>Time to mend</h2>\n<div class=\"pair\">\n");
	put_mended(w, a, 0);
	put_mended(w, a, 1);
	web_put(w, "</div>\n</section>\n");
}

/* ---- rules ---- */

static void
put_counts(struct web *w, const char *title, const char *what,
    const struct assessed_rule *r, size_t n)
{
	web_putf(w, "<section>\n<h2>%s</h2>\n<table>\n<thead><tr>"
	    "<th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">met</th>"
	    "<th scope=\"col\" class=\"n\">not met</th><th scope=\"col\" "
	    "class=\"n\">waived</th><th scope=\"col\" class=\"n\">not assessed"
	    "</th></tr></thead>\n<tbody>\n", title, what);
	for (size_t i = 0; i < n; i++) {
		web_put(w, "<tr><th scope=\"row\">");
		web_text(w, r[i].name);
		if (r[i].rule != NULL)
			web_putf(w, "<br><span class=\"soft\">fails where %s"
			    "</span>", r[i].rule->title);
		web_putf(w, "</th><td class=\"n\">%zu</td><td class=\"n%s\">"
		    "%zu</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td>"
		    "</tr>\n", r[i].met, r[i].not_met > 0 ? " wrong" : "",
		    r[i].not_met, r[i].waived, r[i].not_assessed);
	}
	web_put(w, "</tbody>\n</table>\n</section>\n");
}

static void
put_tailoring(struct web *w, const struct assessment *a)
{
	web_put(w, "<section>\n<h2>Rules that are lowered or off</h2>\n");
	if (a->n_tailoring == 0) {
		web_put(w, "<p>none</p>\n</section>\n");
		return;
	}
	web_put(w, "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">"
	    "rule</th><th scope=\"col\">now</th><th scope=\"col\">hosts</th>"
	    "<th scope=\"col\">by</th><th scope=\"col\">reason</th></tr>"
	    "</thead>\n<tbody>\n");
	for (size_t i = 0; i < a->n_tailoring; i++) {
		const struct assessed_tailoring *t = &a->tailoring[i];

		web_put(w, "<tr><th scope=\"row\">");
		web_text(w, t->rule);
		web_putf(w, "</th><td>%s</td><td>", t->severity);
		if (t->hosts == 1)
			web_text(w, t->host);
		else
			web_putf(w, "%zu", t->hosts);
		web_put(w, "</td><td>");
		web_text(w, t->owner);
		web_put(w, "</td><td>");
		web_text(w, t->reason);
		web_put(w, "</td></tr>\n");
	}
	web_put(w, "</tbody>\n</table></div>\n</section>\n");
}

static void
put_waiver(struct web *w, const struct assessment *a,
    const struct assessed_waiver *v)
{
	web_put(w, "<tr><th scope=\"row\">");
	web_text(w, v->rule);
	web_put(w, "</th><td>");
	web_day(w, v->until);
	if (v->until != CLOCK_NEVER && v->until <= a->until)
		web_put(w, " <b>ended</b>");
	web_put(w, "</td><td>");
	web_text(w, v->ticket);
	web_put(w, "</td><td>");
	web_text(w, v->owner);
	web_put(w, "</td><td>");
	web_text(w, v->approved_by);
	web_put(w, "</td><td>");
	web_text(w, v->reason);
	web_put(w, "</td><td>");
	if (v->hosts == 1)
		web_text(w, v->host);
	else
		web_putf(w, "%zu", v->hosts);
	web_putf(w, "</td><td class=\"n\">%zu</td></tr>\n", v->n_waived);
}

static void
put_waivers(struct web *w, const struct assessment *a)
{
	web_put(w, "<section>\n<h2>Waivers</h2>\n");
	if (a->n_waivers == 0) {
		web_put(w, "<p>none</p>\n</section>\n");
		return;
	}
	web_put(w, "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">"
	    "rule</th><th scope=\"col\">until</th><th scope=\"col\">ticket"
	    "</th><th scope=\"col\">owner</th><th scope=\"col\">approved by"
	    "</th><th scope=\"col\">reason</th><th scope=\"col\">hosts</th>"
	    "<th scope=\"col\" class=\"n\">findings</th></tr></thead>\n"
	    "<tbody>\n");
	for (size_t i = 0; i < a->n_waivers; i++)
		put_waiver(w, a, &a->waivers[i]);
	web_put(w, "</tbody>\n</table></div>\n</section>\n");
}

/* ---- certificates, scope, method ---- */

static void
put_cert(struct web *w, const struct assessment *a,
    const struct assessed_cert *c)
{
	web_put(w, "<tr id=\"c-");
	web_hex(w, c->sha256, SHORT);
	web_put(w, "\"><td>");
	web_day(w, c->not_after);
	web_put(w, "</td><td>");
	web_put(w, c->ca ? "CA " : "");
	web_text(w, !c->readable ? "it can't be read" : *c->cn != '\0' ?
	    c->cn : c->subject);
	put_aside(w, "", c->san);
	web_put(w, "</td><td>");
	web_text(w, c->issuer);
	put_aside(w, "serial ", c->serial);
	web_put(w, "</td><td>");
	web_text(w, c->key);
	web_put(w, "<br>");
	web_text(w, c->signature);
	web_put(w, "</td><td>");
	web_day(w, c->not_before);
	web_put(w, "<br><span class=\"soft\">seen ");
	web_day(w, c->first_seen);
	web_put(w, "</span></td><td>");
	web_text(w, c->host != ASSESSMENT_NONE ? a->hosts[c->host].name : "");
	web_putf(w, "<br><span class=\"soft\">%zu port%s</span></td><td>"
	    "<code>", c->n_leaf + c->n_sent, plural(c->n_leaf + c->n_sent));
	web_hex(w, c->sha256, CERT_SHA256);
	web_put(w, "</code></td></tr>\n");
}

static void
put_certs(struct web *w, const struct assessment *a)
{
	web_put(w, "<section>\n<h2>Certificates, by their end</h2>\n"
	    "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">ends"
	    "</th><th scope=\"col\">names</th><th scope=\"col\">issued by</th>"
	    "<th scope=\"col\">key, signature</th><th scope=\"col\">valid "
	    "since</th><th scope=\"col\">on</th><th scope=\"col\">SHA-256</th>"
	    "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < a->n_certs && !w->stopped; i++)
		put_cert(w, a, &a->certs[i]);
	web_put(w, "</tbody>\n</table></div>\n</section>\n");
}

void
html_put_gaps(struct web *w, const struct assessment *a)
{
	web_put(w, "<dt>Auditor down</dt><dd>");
	if (a->n_gaps == 0)
		web_put(w, "never for longer than an interval");
	for (size_t i = 0; i < a->n_gaps; i++) {
		web_put(w, i > 0 ? "; " : "");
		web_time(w, a->gaps[i].since);
		web_put(w, " for ");
		put_age(w, a->gaps[i].until - a->gaps[i].since);
	}
	web_put(w, "</dd>\n");
}

static void
put_scope(struct web *w, const struct assessment *a)
{
	web_putf(w, "<section>\n<h2>Scope and method</h2>\n<dl>\n"
	    "<dt>Inventory</dt><dd>%zu hosts and published entries with %zu "
	    "ports, of which %zu were observed and %zu assessed; %zu retired; "
	    "in force since ", a->n_hosts, a->n_ports, a->observed, a->judged,
	    a->retired);
	web_time(w, a->inventory_since);
	web_put(w, "<br><span class=\"soft\">SHA-256</span> <code>");
	web_hex(w, a->inventory_sha256, CERT_SHA256);
	web_put(w, "</code></dd>\n<dt>Auditor</dt><dd>cwauditd ");
	web_text(w, a->version);
	web_putf(w, ", rule set %lld, running since ", (long long)a->rule_set);
	web_time(w, a->run_since);
	web_putf(w, ", %lld cycle%s in the period<br><span class=\"soft\">"
	    "configuration SHA-256</span> <code>", (long long)a->cycles,
	    plural((uint64_t)a->cycles));
	web_hex(w, a->settings_sha256, CERT_SHA256);
	web_put(w, "</code></dd>\n");
	html_put_gaps(w, a);
	web_put(w, "</dl>\n");
	for (size_t i = 0; i < n_assessment_method; i++) {
		web_put(w, "<p>");
		web_text(w, assessment_method[i]);
		web_put(w, "</p>\n");
	}
	web_put(w, "</section>\n");
}

bool
report_assessment_html(const struct assessment *a,
    const struct report_options *options, report_write_fn *write, void *ctx)
{
	struct web w;

	(void)options;
	web_init(&w, write, ctx);
	html_put_head(&w, a);
	if (a->changes_only) {
		html_put_trend(&w, a);
	} else {
		html_put_front(&w, a);
		put_hosts(&w, a);
	}
	put_reissues(&w, a);
	put_changes(&w, a);
	put_mending(&w, a);
	if (!a->changes_only) {
		put_counts(&w, "Rules, whatever their severity", "rule",
		    a->rules, a->n_rules);
		put_counts(&w, "Clauses that they are cited for", "clause",
		    a->clauses, a->n_clauses);
		put_tailoring(&w, a);
		put_waivers(&w, a);
		put_certs(&w, a);
	}
	put_scope(&w, a);
	web_put(&w, "</main>\n");
	web_end(&w);
	return web_done(&w);
}
