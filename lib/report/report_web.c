/* SPDX-License-Identifier: ISC */
/*
 * report_web.c - the status page: which hosts are wrong, why, and what ends
 * next, before anything else.
 */
#include "cwaudit/report_web.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cwaudit/mem.h"
#include "report_assessment_html.h"
#include "report_ledger.h"

#define NAMED		120	/* hosts whose tiles have names */
#define REISSUES	10

/* ---- which findings ---- */

static bool
is_asked(const char *s)
{
	return s != NULL && *s != '\0';
}

bool
web_is_in(const char *part, const char *const *fields, size_t n)
{
	bool found = !is_asked(part);

	for (size_t i = 0; i < n && !found; i++)
		found = fields[i] != NULL && strcasestr(fields[i], part) !=
		    NULL;
	return found;
}

bool
web_query_matches(const struct web_query *q, const struct finding *f)
{
	const char *const fields[] = { f->owner, f->site, f->contact,
	    f->rule->id, f->message };

	if (is_asked(q->severity) && strcmp(q->severity, f->waived ? "waived" :
	    severity_name(f->severity)) != 0)
		return false;
	if (is_asked(q->rule) && strcmp(q->rule, f->rule->id) != 0)
		return false;
	return web_is_in(q->text, fields, sizeof(fields) / sizeof(fields[0])) ||
	    strcasecmp(f->id, q->text) == 0;
}

/* ---- the head ---- */

static void
put_next_end(struct web *w, const struct assessment *a)
{
	const struct assessed_cert *c = NULL;
	size_t ended = 0;
	int64_t days;

	for (size_t i = 0; i < a->n_certs && c == NULL; i++) {
		if (a->certs[i].not_after == CLOCK_NEVER)
			continue;
		if (a->certs[i].not_after < a->until)
			ended++;
		else			/* they are sorted */
			c = &a->certs[i];
	}
	if (ended == 0 && c == NULL)
		return;
	web_put(w, "<p>");
	if (ended > 0)
		web_putf(w, "<b class=\"wrong\">%zu certificate%s ended."
		    "</b> ", ended, ended == 1 ? " has" : "s have");
	if (c != NULL) {
		days = assessment_days_left(a, c->not_after);
		web_put(w, "The next to end, ");
		if (days < 1)
			web_put(w, "<b>within a day</b>");
		else
			web_putf(w, "in <b>%lld day%s</b>", (long long)days,
			    plural((uint64_t)days));
		web_putf(w, ", is %s", c->ca ? "the CA " : "");
		web_text(w, *c->cn != '\0' ? c->cn : c->subject);
		if (c->host != ASSESSMENT_NONE) {
			web_put(w, " on ");
			web_host(w, a->hosts[c->host].name);
		}
		web_put(w, ".");
	}
	web_put(w, "</p>\n");
}

static void
put_trouble(struct web *w, const char *trouble)
{
	if (*trouble == '\0')
		return;
	web_put(w, "<p class=\"well wrong\" role=\"alert\"><span "
	    "class=\"mark\">");
	web_shape(w, "wrong");
	web_put(w, "</span><span>The auditor is in trouble: ");
	for (const char *s = trouble; *s != '\0'; s += *s == '\n') {
		size_t len = strcspn(s, "\n");
		char *line = xstrndup(s, len);

		web_put(w, s > trouble ? "; " : "");
		web_text(w, line);
		free(line);
		s += len;
	}
	web_put(w, ".</span></p>\n");
}

void
html_put_top(struct web *w, const struct assessment *a)
{
	web_put(w, "<a class=\"skip\" href=\"#main\">Skip to the hosts</a>\n"
	    "<header class=\"top\"><b><a href=\"/\">cwaudit</a></b>"
	    "<span class=\"soft small\">as of ");
	web_time(w, a->until);
	web_put(w, " UTC</span><nav class=\"small\" aria-label=\"Site\">"
	    "<a href=\"/\">All hosts</a> &#183; <a href=\"/#findings\">"
	    "Findings</a> &#183; <a href=\"/report\">Report</a> &#183; "
	    "<a href=\"/metrics\">Metrics</a></nav></header>\n");
}

/* ---- the map ---- */

static void
put_map(struct web *w, const struct assessment *a)
{
	bool named = a->n_hosts <= NAMED;

	if (a->n_hosts == 0)
		return;
	web_putf(w, "<h2>Hosts, the worst first</h2>\n<ul class=\"map%s\">\n",
	    named ? " named" : "");
	for (size_t i = 0; i < a->n_hosts && !w->stopped; i++) {
		const struct assessed_host *h = &a->hosts[i];
		const char *how = standing_name(h->standing);

		web_putf(w, "<li><a class=\"%s\" href=\"/host/", how);
		web_url(w, h->name);
		web_put(w, "\" title=\"");
		web_text(w, h->name);
		web_putf(w, ": %s\" aria-label=\"", standing_text(h->standing));
		web_text(w, h->name);
		web_putf(w, ": %s\">", standing_text(h->standing));
		web_shape(w, how);
		if (named) {
			size_t len = strncmp(h->name, "https://", 8) == 0 ?
			    strlen(h->name) : strcspn(h->name, ".");
			char *label = xstrndup(h->name, len);

			web_put(w, "<span>");
			web_text(w, strncmp(label, "https://", 8) == 0 ?
			    label + 8 : label);
			web_put(w, "</span>");
			free(label);
		}
		web_put(w, "</a></li>\n");
	}
	web_put(w, "</ul>\n");
}

/* ---- findings ---- */

static void
put_option(struct web *w, const char *value, const char *chosen)
{
	web_put(w, "<option");
	web_put(w, is_asked(chosen) && strcmp(value, chosen) == 0 ?
	    " selected>" : ">");
	web_text(w, value);
	web_put(w, "</option>");
}

static void
put_rules(struct web *w, const struct assessment *a, const char *chosen)
{
	for (size_t r = 0; r < n_rules; r++)
		for (size_t i = 0; i < a->n_findings; i++)
			if (a->findings[i].finding->rule == &rules[r]) {
				put_option(w, rules[r].id, chosen);
				break;
			}
}

static void
put_filter(struct web *w, const struct assessment *a,
    const struct web_query *q)
{
	web_put(w, "<form class=\"filter\" action=\"/#findings\" "
	    "method=\"get\" role=\"search\">\n<label>Text<input name=\"q\" "
	    "type=\"search\" size=\"24\" placeholder=\"host, site, owner, "
	    "name\" value=\"");
	web_text(w, q->text);
	web_put(w, "\"></label>\n<label>Severity<select name=\"severity\">"
	    "<option value=\"\">all</option>");
	for (int i = SEVERITY_CRITICAL; i >= SEVERITY_NOTICE; i--)
		put_option(w, severity_name((enum severity)i), q->severity);
	put_option(w, "waived", q->severity);
	web_put(w, "</select></label>\n<label>Rule<select name=\"rule\">"
	    "<option value=\"\">all</option>");
	put_rules(w, a, q->rule);
	web_put(w, "</select></label>\n<button>Show</button>\n");
	if (is_asked(q->text) || is_asked(q->severity) || is_asked(q->rule))
		web_put(w, "<a class=\"small\" href=\"/#findings\">all of "
		    "them</a>\n");
	web_put(w, "</form>\n");
}

static void
put_row(struct web *w, const struct finding *f)
{
	web_put(w, "<tr><td>");
	web_severity(w, f->severity, f->waived);
	web_put(w, "</td><td class=\"who\">");
	if (*f->owner != '\0')
		web_host(w, f->owner);
	else
		web_put(w, "several hosts, or the auditor");
	if (f->site != NULL && *f->site != '\0') {
		web_put(w, "<br><span class=\"soft\">");
		web_text(w, f->site);
		web_put(w, "</span>");
	}
	web_putf(w, "</td><td><b>%s</b>: ", f->rule->id);
	web_text(w, f->message);
	if (f->remedy != NULL && *f->remedy != '\0') {
		web_put(w, "<details><summary>How to mend it</summary>"
		    "<p class=\"lines\">");
		web_text(w, f->remedy);
		web_put(w, "</p></details>");
	}
	web_put(w, "</td><td>");
	web_day(w, f->opened);
	web_put(w, "</td></tr>\n");
}

static void
put_page_link(struct web *w, const struct web_query *q, size_t page,
    const char *words)
{
	web_putf(w, "<a href=\"/?page=%zu&amp;q=", page);
	web_url(w, q->text);
	web_put(w, "&amp;severity=");
	web_url(w, q->severity);
	web_put(w, "&amp;rule=");
	web_url(w, q->rule);
	web_putf(w, "#findings\">%s</a> ", words);
}

/* The worst first, whoever's they are. */
static int
compare_findings(const void *x, const void *y)
{
	const struct finding *a = *(const struct finding *const *)x;
	const struct finding *b = *(const struct finding *const *)y;
	int d;

	if (a->waived != b->waived)
		return a->waived ? 1 : -1;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	d = strcmp(a->owner, b->owner);
	return d != 0 ? d : strcmp(a->id, b->id);
}

static void
put_table(struct web *w, const struct finding *const *found, size_t n,
    const struct web_query *q)
{
	size_t pages = (n + WEB_FINDINGS - 1) / WEB_FINDINGS;
	size_t page = q->page < 1 ? 1 : q->page > pages ? pages : q->page;
	size_t first = (page - 1) * WEB_FINDINGS;

	web_put(w, "<div class=\"wide\"><table>\n<thead><tr>"
	    "<th scope=\"col\">severity</th><th scope=\"col\">host, site</th>"
	    "<th scope=\"col\">what is wrong</th><th scope=\"col\">since</th>"
	    "</tr></thead>\n<tbody>\n");
	for (size_t i = first; i < n && i < first + WEB_FINDINGS; i++)
		put_row(w, found[i]);
	web_put(w, "</tbody>\n</table></div>\n");
	if (pages < 2)
		return;
	web_putf(w, "<p>Page %zu of %zu ", page, pages);
	if (page > 1)
		put_page_link(w, q, page - 1, "before");
	if (page < pages)
		put_page_link(w, q, page + 1, "next");
	web_put(w, "</p>\n");
}

static void
put_findings(struct web *w, const struct assessment *a,
    const struct web_query *q)
{
	const struct finding **found = xcalloc(a->n_findings + 1,
	    sizeof(const struct finding *));
	size_t n = 0;

	for (size_t i = 0; i < a->n_findings; i++)
		if (web_query_matches(q, a->findings[i].finding))
			found[n++] = a->findings[i].finding;
	if (n > 1)
		qsort(found, n, sizeof(*found), compare_findings);
	web_put(w, "<section id=\"findings\">\n<h2>Open findings</h2>\n");
	put_filter(w, a, q);
	web_putf(w, "<p class=\"soft small\">%zu of %zu</p>\n", n,
	    a->n_findings);
	if (n > 0)
		put_table(w, found, n, q);
	web_put(w, "</section>\n");
	free(found);
}

/* ---- the rest ---- */

/* The latest first. */
static void
put_reissues(struct web *w, const struct assessment *a)
{
	web_put(w, "<section class=\"whole\">\n<h2>Reissues of the last "
	    "30 days</h2>\n");
	if (a->n_reissues == 0) {
		web_put(w, "<p>No certificate took the place of another."
		    "</p>\n</section>\n");
		return;
	}
	web_put(w, HTML_REISSUES);
	for (size_t i = 0; i < a->n_reissues && i < REISSUES; i++)
		html_put_reissue(w, &a->reissues[a->n_reissues - 1 - i]);
	web_put(w, "</tbody>\n</table></div>\n");
	if (a->n_reissues > REISSUES)
		web_putf(w, "<p>and %zu before; <a href=\"/report\">the "
		    "report</a> has them</p>\n", a->n_reissues - REISSUES);
	web_put(w, "</section>\n");
}

static void
put_auditor(struct web *w, const struct web_status *s)
{
	const struct assessment *a = s->assessment;
	uint64_t looks = 0;

	for (int i = 0; i < VITALS_OUTCOMES; i++)
		looks += s->vitals->outcomes[i];
	web_put(w, "<section>\n<h2>The auditor</h2>\n<p class=\"well\">");
	if (*s->trouble == '\0') {
		web_put(w, "<span class=\"mark right\">");
		web_shape(w, "right");
		web_put(w, "at work</span>");
	} else {
		web_put(w, "<span class=\"mark wrong\">");
		web_shape(w, "wrong");
		web_put(w, "in trouble</span>");
	}
	web_put(w, "</p>\n<dl>\n<dt>Version</dt><dd>cwauditd ");
	web_text(w, a->version);
	web_put(w, ", running since ");
	web_time(w, s->vitals->began);
	web_put(w, "</dd>\n<dt>Last cycle ended</dt><dd>");
	if (s->vitals->cycle_ended == CLOCK_NEVER)
		web_put(w, "none has yet");
	else
		web_time(w, s->vitals->cycle_ended);
	web_putf(w, "</dd>\n<dt>Since it began</dt><dd>%llu cycle%s, %llu "
	    "looks, of which %llu saw a certificate</dd>\n"
	    "<dt>Ports</dt><dd>%zu, of which %zu are observed and %zu "
	    "assessed</dd>\n",
	    (unsigned long long)s->vitals->cycles,
	    plural(s->vitals->cycles), (unsigned long long)looks,
	    (unsigned long long)s->vitals->outcomes[OUTCOME_OBSERVED],
	    a->n_ports, a->observed, a->judged);
	web_put(w, "<dt>Inventory</dt><dd>in force since ");
	web_time(w, a->inventory_since);
	web_put(w, "</dd>\n");
	html_put_gaps(w, a);
	web_put(w, "</dl>\n</section>\n");
}

bool
report_web_status(const struct web_status *s, report_write_fn *write,
    void *ctx)
{
	const struct assessment *a = s->assessment;
	struct web w;

	web_init(&w, write, ctx);
	w.served = true;
	web_begin(&w, "Certificates of Communicator Web Access");
	html_put_top(&w, a);
	web_put(&w, "<main id=\"main\">\n<h1>Certificates of Communicator Web "
	    "Access</h1>\n");
	put_trouble(&w, s->trouble);
	html_put_lead(&w, a);
	put_next_end(&w, a);
	html_put_tiles(&w, a);
	put_map(&w, a);
	html_put_lists(&w, a);
	web_put(&w, "<div class=\"pair\">\n");
	html_put_soon(&w, a);
	html_put_trend(&w, a);
	web_put(&w, "</div>\n");
	html_put_chart(&w, a);
	put_findings(&w, a, &s->query);
	put_reissues(&w, a);
	put_auditor(&w, s);
	web_put(&w, "</main>\n");
	web_end(&w);
	return web_done(&w);
}

/* ---- what goes with the pages ---- */

/* Nothing of a peer's gets in here: it reads what the page shows. */
const char web_script[] =
"'use strict';\n"
"for (const button of document.querySelectorAll('button[data-copy]')) {\n"
"  button.hidden = false;\n"
"  button.addEventListener('click', async () => {\n"
"    const from = document.getElementById(button.dataset.copy);\n"
"    try {\n"
"      await navigator.clipboard.writeText(from.textContent);\n"
"      button.textContent = 'Copied';\n"
"    } catch {\n"
"      getSelection().selectAllChildren(from);\n"
"      button.textContent = 'Selected: press Ctrl+C';\n"
"    }\n"
"  });\n"
"}\n"
"const filter = document.querySelector('form.filter');\n"
"if (filter)\n"
"  for (const select of filter.querySelectorAll('select'))\n"
"    select.addEventListener('change', () => filter.requestSubmit());\n"
"/* Old news misleads; who is reading or typing is let be. */\n"
"setInterval(() => {\n"
"  const at = document.activeElement;\n"
"  if (document.visibilityState === 'visible' && scrollY < 100 &&\n"
"      (at === null || at === document.body) &&\n"
"      getSelection().isCollapsed)\n"
"    location.reload();\n"
"}, 60000);\n";

const char web_icon[] =
"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\">"
"<rect width=\"16\" height=\"16\" rx=\"3\" fill=\"#0b63a5\"/>"
"<path d=\"M3 9 5 7 7 9 11 4 13 6 7 13Z\" fill=\"#fff\"/></svg>\n";
