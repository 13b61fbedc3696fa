/* SPDX-License-Identifier: ISC */
/*
 * report_assessment_html_front.c - the first page of the HTML report, for who
 * signs it: how many hosts are right, what became of them, what ends when.
 */
#include "report_assessment_html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define SOON		8	/* certificates that it names */
#define NAMED		12	/* hosts that a list names */
#define MONTHS		24	/* that the chart shows one by one */

static void
put_filter(struct web *w, const struct assessment *a)
{
	const struct { const char *name, *value; } parts[] = {
		{ "owner", a->filter.owner }, { "group", a->filter.group },
		{ "zone", a->filter.zone }, { "tag", a->filter.tag },
		{ "host", a->filter.host },
	};

	if (!a->filtered)
		return;
	web_put(w, "<p>Only hosts with");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].value != NULL) {
			web_putf(w, " %s <b>", parts[i].name);
			web_text(w, parts[i].value);
			web_put(w, "</b>");
		}
	web_putf(w, "; %zu are left out.</p>\n", a->filtered_out);
}

void
html_put_head(struct web *w, const struct assessment *a)
{
	web_begin(w, a->changes_only ?
	    "Certificates of Communicator Web Access: what changed" :
	    "Certificates of Communicator Web Access: compliance report");
	web_put(w, "<header>\n<h1>Certificates of Communicator Web Access"
	    "</h1>\n<p class=\"soft\">");
	web_put(w, a->changes_only ? "What changed between " :
	    "Compliance report as of ");
	web_time(w, a->changes_only ? a->since : a->until);
	web_put(w, a->changes_only ? " and " : " UTC, period since ");
	web_time(w, a->changes_only ? a->until : a->since);
	web_put(w, " UTC</p>\n");
	put_filter(w, a);
	web_put(w, "</header>\n<main>\n");
}

/* "9 of 410 hosts are wrong", and what makes that doubtful. */
void
html_put_lead(struct web *w, const struct assessment *a)
{
	size_t wrong = a->standing[STANDING_WRONG],
	    unknown = a->standing[STANDING_UNKNOWN];

	web_put(w, "<p class=\"lead\">");
	if (a->inventory_since == CLOCK_NEVER)
		web_put(w, "No inventory is on record for this day: nothing "
		    "was assessed.");
	else if (wrong == 0 && unknown == 0)
		web_putf(w, "None of %zu hosts is wrong.", a->n_hosts);
	else
		web_putf(w, "%zu of %zu hosts %s wrong; %zu %s not assessed.",
		    wrong, a->n_hosts, wrong == 1 ? "is" : "are", unknown,
		    unknown == 1 ? "was" : "were");
	web_put(w, "</p>\n");
	if (!a->stale)
		return;
	web_put(w, "<p class=\"warning\">The auditor was last at work at ");
	web_time(w, a->at_work);
	web_put(w, " UTC. What it has not seen since is not assessed.</p>\n");
}

void
html_put_tiles(struct web *w, const struct assessment *a)
{
	web_put(w, "<ul class=\"tiles\" aria-label=\"Hosts\">\n");
	for (int i = 0; i < STANDING_N; i++) {
		web_putf(w, "<li class=\"%s\"><b>%zu</b>",
		    standing_name((enum standing)i), a->standing[i]);
		web_standing(w, (enum standing)i);
		web_put(w, "</li>\n");
	}
	web_put(w, "</ul>\n");
}

static void
put_standing_list(struct web *w, const struct assessment *a,
    enum standing standing, const char *title,
    void (*add)(const struct assessment *, const struct assessed_host *,
    struct text *))
{
	struct text why = {0};
	size_t n = 0;

	if (a->standing[standing] == 0)
		return;
	web_putf(w, "<section>\n<h2>%s</h2>\n<div class=\"wide\"><table>\n"
	    "<thead><tr><th scope=\"col\">host</th><th scope=\"col\">since"
	    "</th><th scope=\"col\">why</th><th scope=\"col\">owner</th></tr>"
	    "</thead>\n<tbody>\n", title);
	for (size_t i = 0; i < a->n_hosts && n < NAMED; i++) {
		const struct assessed_host *h = &a->hosts[i];

		if (h->standing != standing)
			continue;
		n++;
		web_put(w, "<tr><th scope=\"row\">");
		web_host(w, h->name);
		web_put(w, "</th><td>");
		web_day(w, h->since);
		web_put(w, "</td><td class=\"lines\">");
		text_reset(&why);
		add(a, h, &why);
		web_text(w, text_str(&why));
		web_put(w, "</td><td>");
		web_text(w, h->owner);
		web_put(w, "</td></tr>\n");
	}
	web_put(w, "</tbody>\n</table></div>\n");
	if (a->standing[standing] > n)
		web_putf(w, "<p>and %zu more, %s</p>\n",
		    a->standing[standing] - n,
		    w->served ? "above" : "below");
	web_put(w, "</section>\n");
	text_done(&why);
}

struct names { struct web *w; size_t n; };

static void
put_name(struct names *list, const char *name)
{
	if (list->n < NAMED) {
		web_put(list->w, list->n > 0 ? ", " : "");
		web_host(list->w, name);
	}
	list->n++;
}

static void
end_names(struct names *list)
{
	if (list->n == 0)
		web_put(list->w, "none");
	if (list->n > NAMED)
		web_putf(list->w, " and %zu more", list->n - NAMED);
	web_put(list->w, "</dd>\n");
}

static void
put_turned(struct web *w, const struct assessment *a, bool no_longer)
{
	struct names list = { w, 0 };

	for (size_t i = 0; i < a->n_hosts; i++)
		if (assessment_turned(&a->hosts[i], no_longer))
			put_name(&list, a->hosts[i].name);
	end_names(&list);
}

static void
put_strings(struct web *w, const struct strings *s)
{
	struct names list = { w, 0 };

	for (size_t i = 0; i < s->n; i++)
		put_name(&list, s->item[i]);
	end_names(&list);
}

void
html_put_trend(struct web *w, const struct assessment *a)
{
	web_put(w, "<section>\n<h2>In the period</h2>\n<dl>\n"
	    "<dt>Became wrong</dt><dd>");
	put_turned(w, a, false);
	web_put(w, "<dt>No longer wrong</dt><dd>");
	put_turned(w, a, true);
	web_put(w, "<dt>Hosts added</dt><dd>");
	put_strings(w, &a->added);
	web_put(w, "<dt>Hosts removed</dt><dd>");
	put_strings(w, &a->removed);
	web_putf(w, "<dt>Findings</dt><dd>%zu opened, %zu cleared; open now: "
	    "%zu critical, %zu error, %zu warning, %zu notice; %zu waived"
	    "</dd>\n<dt>Reissues</dt><dd>%zu good, %zu bad</dd>\n</dl>\n"
	    "</section>\n", a->opened, a->cleared, a->open[SEVERITY_CRITICAL],
	    a->open[SEVERITY_ERROR], a->open[SEVERITY_WARNING],
	    a->open[SEVERITY_NOTICE], a->waived, a->good, a->bad);
}

/* ---- what ends when ---- */

static const char *
urgency(const struct assessment *a, int64_t not_after)
{
	int64_t days = assessment_days_left(a, not_after);

	return days < 14 ? "wrong" : days < 45 ? "warning" : "right";
}

void
html_put_soon(struct web *w, const struct assessment *a)
{
	size_t n = 0;

	web_put(w, "<section>\n<h2>What ends next</h2>\n<table>\n<thead><tr>"
	    "<th scope=\"col\">ends</th><th scope=\"col\" class=\"n\">days"
	    "</th><th scope=\"col\">certificate</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < a->n_certs && n < SOON; i++) {
		const struct assessed_cert *c = &a->certs[i];

		if (c->not_after == CLOCK_NEVER)
			continue;
		n++;
		web_put(w, "<tr><td>");
		web_day(w, c->not_after);
		web_putf(w, "</td><td class=\"n %s\">%lld</td><td>",
		    urgency(a, c->not_after),
		    (long long)assessment_days_left(a, c->not_after));
		web_put(w, c->ca ? "CA " : "");
		web_text(w, *c->cn != '\0' ? c->cn : c->subject);
		web_put(w, "<br><span class=\"soft\">on ");
		web_host(w, c->host != ASSESSMENT_NONE ?
		    a->hosts[c->host].name : "");
		if (c->n_leaf + c->n_sent > 1)
			web_putf(w, ", %zu ports", c->n_leaf + c->n_sent);
		web_put(w, "</span></td></tr>\n");
	}
	web_put(w, "</tbody>\n</table>\n</section>\n");
}

/* Months since the year 0. */
static int
month_of(int64_t at)
{
	char buf[CLOCK_TEXT];
	int year = 0, month = 1;

	(void)clock_format(at, buf);
	(void)sscanf(buf, "%d-%d", &year, &month);
	return year * 12 + month - 1;
}

struct chart {
	size_t	bar[MONTHS + 2];	/* ended; each month; later */
	int64_t	next[MONTHS + 2];	/* the first end of those */
	size_t	most;
	int	first;			/* month of bar[1] */
};

static void
count_ends(const struct assessment *a, struct chart *c)
{
	*c = (struct chart){ .most = 1, .first = month_of(a->until) };
	for (size_t i = 0; i < a->n_certs; i++) {
		int64_t end = a->certs[i].not_after;
		int at;

		if (end == CLOCK_NEVER)
			continue;
		at = month_of(end) - c->first + 1;
		if (end < a->until)
			at = 0;
		else if (at > MONTHS)
			at = MONTHS + 1;
		if (c->bar[at]++ == 0)
			c->next[at] = end;	/* they are sorted */
		if (c->bar[at] > c->most)
			c->most = c->bar[at];
	}
}

#define BAR		36	/* from bar to bar */
#define HEIGHT		120	/* of the highest */
#define BASE		150

static void
put_bar(struct web *w, const struct assessment *a, const struct chart *c,
    int at)
{
	int x = 8 + at * BAR, month = c->first + at - 1;
	size_t height = c->bar[at] * HEIGHT / c->most;

	if (c->bar[at] > 0 && height < 2)
		height = 2;
	if (c->bar[at] > 0)
		web_putf(w, "<g class=\"%s\"><rect x=\"%d\" y=\"%zu\" "
		    "width=\"%d\" height=\"%zu\"/><text class=\"n\" x=\"%d\" "
		    "y=\"%zu\" text-anchor=\"middle\">%zu</text></g>\n",
		    urgency(a, c->next[at]), x, BASE - height, BAR - 8,
		    height, x + (BAR - 8) / 2, BASE - height - 5, c->bar[at]);
	web_putf(w, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
	    x + (BAR - 8) / 2, BASE + 16);
	if (at == 0)
		web_put(w, "ended");
	else if (at == MONTHS + 1)
		web_put(w, "later");
	else
		web_putf(w, "%02d", month % 12 + 1);
	web_put(w, "</text>\n");
	if (at >= 1 && at <= MONTHS && (at == 1 || month % 12 == 0))
		web_putf(w, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">"
		    "%d</text>\n", x + (BAR - 8) / 2, BASE + 32, month / 12);
}

struct issuer { const char *name; int64_t next; };

static int
compare_issuers(const void *x, const void *y)
{
	return strcmp(((const struct issuer *)x)->name,
	    ((const struct issuer *)y)->name);
}

/* Who issued what is presented, and what of it ends next. */
static void
put_issuers(struct web *w, const struct assessment *a)
{
	struct issuer *all = xcalloc(a->n_certs + 1, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < a->n_certs; i++)
		if (a->certs[i].readable && a->certs[i].n_leaf > 0)
			all[n++] = (struct issuer){ a->certs[i].issuer,
			    a->certs[i].not_after };
	if (n > 1)
		qsort(all, n, sizeof(*all), compare_issuers);
	web_put(w, "<table>\n<thead><tr><th scope=\"col\">issuing CA</th>"
	    "<th scope=\"col\" class=\"n\">certificates</th>"
	    "<th scope=\"col\">the next ends</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && strcmp(all[k].name, all[i].name) ==
		    0; k++)
			if (all[k].next < all[i].next)
				all[i].next = all[k].next;
		web_put(w, "<tr><th scope=\"row\">");
		web_text(w, all[i].name);
		web_putf(w, "</th><td class=\"n\">%zu</td><td>", k - i);
		web_day(w, all[i].next);
		web_put(w, "</td></tr>\n");
	}
	web_put(w, "</tbody>\n</table>\n");
	free(all);
}

void
html_put_chart(struct web *w, const struct assessment *a)
{
	int width = 8 + (MONTHS + 2) * BAR;
	struct chart c;

	count_ends(a, &c);
	web_putf(w, "<section class=\"whole\">\n<h2>What ends when</h2>\n"
	    "<p class=\"soft\">Certificates that are presented, by the month of their end."
	    "</p>\n<div class=\"wide\"><svg class=\"chart\" role=\"img\" "
	    "viewBox=\"0 0 %d %d\"><title>Certificates by the month in which "
	    "they end</title>\n", width, BASE + 40);
	web_putf(w, "<line class=\"axis\" x1=\"0\" y1=\"%d\" x2=\"%d\" "
	    "y2=\"%d\"/>\n", BASE, width, BASE);
	for (int i = 0; i < MONTHS + 2; i++)
		put_bar(w, a, &c, i);
	web_put(w, "</svg></div>\n");
	put_issuers(w, a);
	web_put(w, "</section>\n");
}

void
html_put_lists(struct web *w, const struct assessment *a)
{
	put_standing_list(w, a, STANDING_WRONG, "Wrong",
	    assessment_add_reasons);
	put_standing_list(w, a, STANDING_UNKNOWN, "Not assessed",
	    assessment_add_missing);
}

void
html_put_front(struct web *w, const struct assessment *a)
{
	html_put_lead(w, a);
	html_put_tiles(w, a);
	html_put_lists(w, a);
	web_put(w, "<div class=\"pair\">\n");
	html_put_trend(w, a);
	html_put_soon(w, a);
	web_put(w, "</div>\n");
	html_put_chart(w, a);
}
