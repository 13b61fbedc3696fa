/* SPDX-License-Identifier: ISC */
/*
 * report_web_host.c - the page of one host: what is wrong, what is expected
 * beside what was seen, the request for the right certificate, what happened.
 */
#include <string.h>

#include "cwaudit/report_web.h"
#include "report_assessment_html.h"
#include "report_ledger.h"

#define SIGHTINGS	40	/* that it tells of, the last */
#define EVENTS		60

static void
put_dt(struct web *w, const char *term, const char *s)
{
	if (s == NULL || *s == '\0')
		return;
	web_putf(w, "<dt>%s</dt><dd>", term);
	web_text(w, s);
	web_put(w, "</dd>\n");
}

static void
put_head(struct web *w, const struct assessed_host *h)
{
	web_put(w, "<h1>");
	web_text(w, h->name);
	web_put(w, "</h1>\n<p>");
	web_standing(w, h->standing);
	web_put(w, " <span class=\"soft\">since ");
	web_time(w, h->since);
	web_put(w, "</span></p>\n<dl>\n");
	put_dt(w, "State", h->state);
	put_dt(w, "Owner", h->owner);
	put_dt(w, "Group", h->group);
	put_dt(w, "Zone", h->zone);
	put_dt(w, "Tags", h->tags);
	web_put(w, "</dl>\n");
}

/* ---- what is wrong ---- */

static bool
ends_name(char c)
{
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
	    (c < '0' || c > '9') && c != '-';
}

/* Does it name the host, and not one whose name has this one in it? */
static bool
is_about(const struct finding *f, const char *name)
{
	size_t len = strlen(name);
	const char *s = f->message;

	while (len > 0 && (s = strcasestr(s, name)) != NULL) {
		bool begins = s == f->message || (ends_name(s[-1]) &&
		    s[-1] != '.');

		s += len;
		if (begins && ends_name(*s) && (*s != '.' ||
		    ends_name(s[1])))
			return true;
	}
	return false;
}

static void
put_findings(struct web *w, const struct web_host_page *page)
{
	const struct assessment *a = page->assessment;
	const struct assessed_host *h = page->host;
	struct text missing = {0};
	size_t n = h->n_findings;

	web_put(w, "<section>\n<h2>Open findings</h2>\n");
	for (size_t i = 0; i < h->n_findings; i++)
		html_put_finding(w, a, assessment_findings(a, h)[i].finding);
	/* of several hosts: those that name this one */
	for (size_t i = a->first_shared; i < a->n_findings; i++)
		if (is_about(a->findings[i].finding, h->name)) {
			html_put_finding(w, a, a->findings[i].finding);
			n++;
		}
	if (n == 0)
		web_put(w, "<p>There is none.</p>\n");
	assessment_add_missing(a, h, &missing);
	if (h->standing == STANDING_UNKNOWN && missing.len > 0) {
		web_put(w, "<p>Not assessed:</p>\n<p class=\"lines\">");
		web_text(w, text_str(&missing));
		web_put(w, "</p>\n");
	}
	web_put(w, "</section>\n");
	text_done(&missing);
}

/* ---- expected and seen ---- */

static const char *
shape_of(enum name_state state)
{
	switch (state) {
	case NAME_PRESENT:
	case NAME_COVERED:
		return "right";
	case NAME_MISSING:
	case NAME_WRONG:
		return "wrong";
	case NAME_EXTRA:
	case NAME_SPARE:
		break;
	}
	return "notice";
}

static void
put_names(struct web *w, const struct explain_port *p)
{
	web_put(w, "<div class=\"wide\"><table>\n<thead><tr>"
	    "<th scope=\"col\">it is</th><th scope=\"col\">in</th>"
	    "<th scope=\"col\">name</th><th scope=\"col\">why</th></tr>"
	    "</thead>\n<tbody>\n");
	for (size_t i = 0; i < p->n; i++) {
		const struct explain_name *n = &p->names[i];
		const char *shape = shape_of(n->state);
		struct text word = {0};

		text_add(&word, name_state_name(n->state));
		text_lower(word.data);
		web_putf(w, "<tr><td><span class=\"mark %s\">", shape);
		web_shape(w, shape);
		web_putf(w, "%s</span></td><td>%s</td><td>", text_str(&word),
		    n->cn ? "CN" : "SAN");
		web_text(w, n->name);
		web_put(w, "</td><td>");
		web_text(w, n->why);
		web_put(w, "</td></tr>\n");
		text_done(&word);
	}
	web_put(w, "</tbody>\n</table></div>\n");
	if (p->more > 0)
		web_putf(w, "<p class=\"small\">and %zu more that nothing "
		    "here asks for</p>\n", p->more);
}

static void
put_cert(struct web *w, const struct assessment *a,
    const struct assessed_cert *c)
{
	web_put(w, "<dt>Certificate</dt><dd>");
	web_text(w, c->readable ? c->subject : "it can't be read");
	web_put(w, "<br>issued by ");
	web_text(w, c->issuer);
	web_put(w, "</dd>\n<dt>Valid</dt><dd>");
	web_day(w, c->not_before);
	web_put(w, " to ");
	web_day(w, c->not_after);
	if (c->not_after != CLOCK_NEVER) {
		int64_t days = assessment_days_left(a, c->not_after);

		if (days >= 0)
			web_putf(w, ", <b>%lld day%s</b> left",
			    (long long)days, plural((uint64_t)days));
		else
			web_putf(w, ", <b class=\"wrong\">ended %lld day%s "
			    "ago</b>", (long long)-days,
			    plural((uint64_t)-days));
	}
	web_put(w, "</dd>\n");
	put_dt(w, "Key, signature", c->key);
	web_put(w, "<dt>SHA-256</dt><dd><code>");
	web_hex(w, c->sha256, CERT_SHA256);
	web_put(w, "</code></dd>\n");
}

static const struct explain_port *
find_compared(const struct explain *x, const struct assessed_port *p)
{
	for (size_t i = 0; x != NULL && i < x->n_ports; i++) {
		const struct endpoint *e = x->ports[i].seen->endpoint;

		if (e->port == p->port && strcmp(endpoint_kind_name(e->kind),
		    p->kind) == 0 && text_equal(endpoint_site(e), p->site))
			return &x->ports[i];
	}
	return NULL;
}

static void
put_port(struct web *w, const struct web_host_page *page,
    const struct assessed_port *p)
{
	const struct explain_port *compared = find_compared(page->explain, p);
	bool seen = strcmp(p->outcome, outcome_name(OUTCOME_OBSERVED)) == 0;

	web_put(w, "<article class=\"host\">\n<h3>");
	web_text(w, strcmp(p->kind, "mtls") == 0 ? "MTLS" : "HTTPS");
	web_put(w, " ");
	web_text(w, p->site);
	web_put(w, " <span class=\"soft\">");
	web_text(w, p->place);
	web_put(w, "</span></h3>\n<dl>\n<dt>Seen</dt><dd>");
	if (seen) {
		web_put(w, "since ");
		web_time(w, p->since);
		web_put(w, ", by ");
		web_text(w, p->via);
		web_put(w, "; proof of the key: ");
		web_text(w, p->proof);
	} else {
		web_put(w, "<b class=\"wrong\">no certificate now: ");
		web_text(w, p->outcome);
		web_put(w, "</b> ");
		web_text(w, p->detail);
	}
	web_put(w, "</dd>\n");
	if (p->cert != ASSESSMENT_NONE)
		put_cert(w, page->assessment, &page->assessment->certs[
		    p->cert]);
	web_put(w, "</dl>\n");
	if (compared != NULL && compared->n > 0) {
		if (!seen)
			web_put(w, "<p class=\"small\">The names of the "
			    "certificate that was last seen here:</p>\n");
		put_names(w, compared);
	}
	web_put(w, "</article>\n");
}

static void
put_ports(struct web *w, const struct web_host_page *page)
{
	const struct explain *x = page->explain;

	web_put(w, "<section>\n<h2>Expected, and seen</h2>\n");
	for (size_t i = 0; x != NULL && i < x->n_layouts; i++) {
		const struct explain_layout *l = &x->layouts[i];

		web_put(w, "<p class=\"small\">");
		web_text(w, l->site->url);
		web_put(w, l->layout == LAYOUT_SINGLE ? ": one certificate "
		    "for MTLS and HTTPS; " : ": separate certificates; ");
		web_text(w, l->why);
		web_put(w, "</p>\n");
	}
	for (size_t i = 0; i < page->host->n_ports; i++)
		put_port(w, page, &page->assessment->ports[
		    page->host->first_port + i]);
	web_put(w, "</section>\n");
}

/* ---- the right certificate ---- */

static void
put_need(struct web *w, const struct explain *x, size_t i)
{
	const struct request *r = &x->needs.item[i];
	struct text t = {0}, inf = {0};

	request_add_title(r, &t);
	web_put(w, "<h3>");
	web_text(w, text_str(&t));
	web_put(w, "</h3>\n");
	text_reset(&t);
	if (*x->refused.item[i] != '\0') {
		web_put(w, "<p>");
		web_text(w, x->refused.item[i]);
		web_put(w, "</p>\n");
	} else if (explain_add_inf(r, &inf)) {
		explain_add_command(x, r, NULL, &t);
		web_put(w, "<p class=\"small\">For certreq on the server; "
		    "other forms by <code>");
		web_text(w, text_str(&t));
		web_putf(w, "</code> <button type=\"button\" hidden "
		    "data-copy=\"inf-%zu\">Copy</button></p>\n"
		    "<pre id=\"inf-%zu\" tabindex=\"0\">", i, i);
		web_text(w, text_str(&inf));
		web_put(w, "</pre>\n");
	}
	text_done(&t);
	text_done(&inf);
}

static void
put_needs(struct web *w, const struct explain *x)
{
	if (x == NULL || x->needs.n == 0)
		return;
	web_put(w, "<section>\n<h2>The right certificate</h2>\n");
	for (size_t i = 0; i < x->needs.n; i++)
		put_need(w, x, i);
	web_put(w, "</section>\n");
}

/* ---- what happened ---- */

static void
put_sighting(struct web *w, const struct ledger_sighting *s)
{
	struct text t = {0};

	web_put(w, "<tr><td>");
	web_time(w, s->since);
	web_put(w, "</td><td>");
	if (s->until == CLOCK_NEVER)
		web_put(w, "now");
	else
		web_time(w, s->until);
	web_put(w, "</td><td>");
	web_text(w, s->kind);
	web_put(w, " ");
	web_text(w, s->site);
	web_putf(w, ":%u</td><td>", s->port);
	web_text(w, s->outcome);
	web_put(w, "</td><td>");
	if (s->leaf != NULL) {
		text_add(&t, "CN ");
		cert_add_cn(s->leaf, &t);
		text_addf(&t, ", serial %s, SHA-256 ", s->leaf->serial);
		text_add_hex(&t, s->leaf->sha256, 8);
		web_text(w, text_str(&t));
	} else {
		web_text(w, s->detail);
	}
	web_put(w, "</td></tr>\n");
	text_done(&t);
}

static void
put_event(struct web *w, const struct ledger_event *e)
{
	static const char *const keys[] = { "event", "state", "verdict",
	    "severity", "rule" };
	struct text t = {0};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *s = event_value(&e->event, keys[i]);

		if (s != NULL)
			text_addf(&t, "%s%s", t.len > 0 ? " " : "", s);
	}
	web_put(w, "<tr><td>");
	web_time(w, e->at);
	web_put(w, "</td><td>");
	web_text(w, text_str(&t));
	web_put(w, "</td><td>");
	web_text(w, event_value(&e->event, "msg"));
	web_put(w, "</td></tr>\n");
	text_done(&t);
}

static void
put_sightings(struct web *w, const struct ledger *l)
{
	size_t n = l->n_sightings;

	if (n == 0) {
		web_put(w, "<p>No look is on record.</p>\n");
		return;
	}
	web_put(w, "<div class=\"wide\"><table>\n<thead><tr>"
	    "<th scope=\"col\">from</th><th scope=\"col\">to</th>"
	    "<th scope=\"col\">port</th><th scope=\"col\">outcome</th>"
	    "<th scope=\"col\">certificate</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n && i < SIGHTINGS; i++)
		put_sighting(w, &l->sightings[n - 1 - i]);
	web_put(w, "</tbody>\n</table></div>\n");
}

static void
put_events(struct web *w, const struct ledger *l)
{
	size_t n = l->n_events;

	if (n == 0) {
		web_put(w, "<p>Nothing.</p>\n");
		return;
	}
	web_put(w, "<div class=\"wide\"><table>\n<thead><tr>"
	    "<th scope=\"col\">when</th><th scope=\"col\">what</th>"
	    "<th scope=\"col\">in words</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n && i < EVENTS; i++)
		put_event(w, &l->events[n - 1 - i]);
	web_put(w, "</tbody>\n</table></div>\n");
}

static void
put_history(struct web *w, const struct ledger *l)
{
	web_put(w, "<section>\n<h2>What was seen when</h2>\n");
	put_sightings(w, l);
	web_put(w, "</section>\n<section>\n<h2>What was said when</h2>\n");
	put_events(w, l);
	if (l->n_events > EVENTS || l->n_sightings > SIGHTINGS)
		web_put(w, "<p class=\"small\">All of it: <code>cwaudit "
		    "history</code></p>\n");
	web_put(w, "</section>\n");
}

bool
report_web_host(const struct web_host_page *page, report_write_fn *write,
    void *ctx)
{
	struct web w;

	web_init(&w, write, ctx);
	w.served = true;
	web_begin(&w, page->host->name);
	html_put_top(&w, page->assessment);
	web_put(&w, "<main id=\"main\">\n");
	put_head(&w, page->host);
	put_findings(&w, page);
	put_ports(&w, page);
	put_needs(&w, page->explain);
	put_history(&w, page->history);
	web_put(&w, "</main>\n");
	web_end(&w);
	return web_done(&w);
}
