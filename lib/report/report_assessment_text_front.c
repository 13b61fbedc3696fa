/* SPDX-License-Identifier: ISC */
/* report_assessment_text_front.c - the first screen of the text report. */
#include "report_assessment_text.h"

#include <string.h>

#include "report_ledger.h"

#define SOON	10	/* certificates that it names */
#define NAMED	20	/* hosts that a list names */

/* ---- pieces ---- */

void
prose_heading(struct page *p, const char *title)
{
	page_end(p);
	page_style(p, PAGE_BOLD);
	page_put(p, title);
	page_end(p);
}

void
prose_label(struct page *p, const char *s)
{
	page_to(p, INDENT);
	page_style(p, PAGE_DIM);
	page_put(p, s);
	page_style(p, PAGE_PLAIN);
	page_to(p, LABEL);
}

/* The rest of a labelled line; empties t. */
void
prose_say(struct page *p, struct text *t)
{
	page_paragraph(p, LABEL, text_str(t));
	text_reset(t);
}

void
prose_add_time(int64_t at, struct text *out)
{
	if (at == CLOCK_NEVER)
		text_add(out, "not on record");
	else
		report_add_minute(at, out);
}

enum page_style
prose_standing_style(enum standing s)
{
	static const enum page_style styles[STANDING_N] = {
		[STANDING_WRONG] = PAGE_ERROR,
		[STANDING_UNKNOWN] = PAGE_WARNING,
		[STANDING_WAIVED] = PAGE_NOTICE,
		[STANDING_WARNED] = PAGE_WARNING,
		[STANDING_RIGHT] = PAGE_GREEN,
	};

	return styles[s];
}

/* ---- the first screen ---- */

static void
print_head(struct page *p, const struct assessment *a)
{
	struct text t = {0};

	page_style(p, PAGE_BOLD);
	page_put(p, a->changes_only ?
	    "Certificates of Communicator Web Access: what changed" :
	    "Certificates of Communicator Web Access: compliance report");
	page_end(p);
	prose_label(p, a->changes_only ? "between" : "as of");
	if (a->changes_only) {
		report_add_minute(a->since, &t);
		text_add(&t, " and ");
	}
	report_add_minute(a->until, &t);
	text_add(&t, " UTC");
	prose_say(p, &t);
	if (!a->changes_only) {
		prose_label(p, "period since");
		report_add_minute(a->since, &t);
		prose_say(p, &t);
	}
	text_done(&t);
}

static void
print_filter(struct page *p, const struct assessment *a)
{
	const struct { const char *name, *value; } parts[] = {
		{ "owner", a->filter.owner }, { "group", a->filter.group },
		{ "zone", a->filter.zone }, { "tag", a->filter.tag },
		{ "host", a->filter.host },
	};
	struct text t = {0};

	if (!a->filtered)
		return;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].value != NULL)
			text_addf(&t, "%s%s %s", t.len > 0 ? ", " : "",
			    parts[i].name, parts[i].value);
	text_addf(&t, "; %zu host%s left out", a->filtered_out,
	    plural(a->filtered_out));
	prose_label(p, "only");
	prose_say(p, &t);
	text_done(&t);
}

/* Whatever makes the rest doubtful comes first. */
static void
print_doubts(struct page *p, const struct assessment *a)
{
	struct text t = {0};

	if (a->inventory_since == CLOCK_NEVER)
		text_add(&t, "No inventory is on record for this day: nothing "
		    "was assessed.");
	else if (a->stale) {
		text_add(&t, "The auditor was last at work at ");
		report_add_minute(a->at_work, &t);
		text_add(&t, " UTC. What it has not seen since is not "
		    "assessed.");
	}
	if (t.len > 0) {
		page_style(p, PAGE_WARNING);
		page_paragraph(p, INDENT, text_str(&t));
	}
	text_done(&t);
}

static void
print_standings(struct page *p, const struct assessment *a)
{
	prose_heading(p, "Hosts");
	for (int i = STANDING_N - 1; i >= 0; i--) {
		page_to(p, INDENT);
		if (a->standing[i] > 0)
			page_style(p, prose_standing_style((enum standing)i));
		page_putf(p, "%6zu  %s", a->standing[i],
		    standing_text((enum standing)i));
		page_end(p);
	}
}

static void
print_names(struct page *p, const char *what, const struct assessment *a,
    bool no_longer)
{
	struct text t = {0};

	for (size_t i = 0; i < a->n_hosts; i++)
		if (assessment_turned(&a->hosts[i], no_longer))
			text_addf(&t, "%s%s", t.len > 0 ? ", " : "",
			    a->hosts[i].name);
	prose_label(p, what);
	if (t.len == 0)
		text_add(&t, "none");
	prose_say(p, &t);
	text_done(&t);
}

static void
print_list(struct page *p, const char *what, const struct strings *list)
{
	struct text t = {0};

	if (list->n == 0)
		return;
	prose_label(p, what);
	strings_join(list, ", ", &t);
	prose_say(p, &t);
	text_done(&t);
}

void
prose_print_trend(struct page *p, const struct assessment *a)
{
	struct text t = {0};

	prose_heading(p, "In the period");
	print_names(p, "became wrong", a, false);
	print_names(p, "no longer wrong", a, true);
	print_list(p, "hosts added", &a->added);
	print_list(p, "hosts removed", &a->removed);
	prose_label(p, "findings");
	text_addf(&t, "%zu opened, %zu cleared; now open: %zu critical, "
	    "%zu error, %zu warning, %zu notice, and %zu waived", a->opened,
	    a->cleared, a->open[SEVERITY_CRITICAL], a->open[SEVERITY_ERROR],
	    a->open[SEVERITY_WARNING], a->open[SEVERITY_NOTICE], a->waived);
	prose_say(p, &t);
	prose_label(p, "reissues");
	text_addf(&t, "%zu good, %zu bad", a->good, a->bad);
	prose_say(p, &t);
	text_done(&t);
}

/* "im.contoso.com on cwa04.nwtraders.local, 2 ports" */
static void
add_holder(const struct assessment *a, const struct assessed_cert *c,
    struct text *out)
{
	const char *host = c->host != ASSESSMENT_NONE ?
	    a->hosts[c->host].name : "";

	text_addf(out, "%s%s", c->ca ? "CA " : "", *c->cn != '\0' ? c->cn :
	    *c->subject != '\0' ? c->subject : "(unreadable)");
	if (!text_equal(c->cn, host))
		text_addf(out, " on %s", host);
	if (c->n_leaf + c->n_sent > 1)
		text_addf(out, ", %zu ports", c->n_leaf + c->n_sent);
}

void
prose_print_end(struct page *p, const struct assessment *a,
    const struct assessed_cert *c)
{
	int64_t days = assessment_days_left(a, c->not_after);
	struct text t = {0};

	page_to(p, INDENT);
	report_add_minute(c->not_after, &t);
	page_putf(p, "%.10s", text_str(&t));
	page_to(p, LABEL - 5);
	page_style(p, days < 0 ? PAGE_CRITICAL : days < 14 ? PAGE_ERROR :
	    days < 45 ? PAGE_WARNING : PAGE_PLAIN);
	page_putf(p, "%4lld d", (long long)days);
	page_to(p, LABEL + 5);
	page_style(p, PAGE_PLAIN);
	text_reset(&t);
	add_holder(a, c, &t);
	page_paragraph(p, LABEL + 5, text_str(&t));
	text_done(&t);
}

static void
print_soon(struct page *p, const struct assessment *a)
{
	size_t n = 0;

	prose_heading(p, "What ends next");
	for (size_t i = 0; i < a->n_certs && n < SOON; i++)
		if (a->certs[i].not_after != CLOCK_NEVER) {
			prose_print_end(p, a, &a->certs[i]);
			n++;
		}
	if (n == 0) {
		page_to(p, INDENT);
		page_put(p, "no certificate is on record");
		page_end(p);
	}
}

/* ---- what is not right, in short ---- */

static void
print_standing_list(struct page *p, const struct assessment *a,
    enum standing standing, const char *title,
    void (*add)(const struct assessment *, const struct assessed_host *,
    struct text *))
{
	size_t n = 0;

	if (a->standing[standing] == 0)
		return;
	prose_heading(p, title);
	for (size_t i = 0; i < a->n_hosts && n < NAMED; i++) {
		const struct assessed_host *h = &a->hosts[i];
		struct text t = {0}, why = {0};

		if (h->standing != standing)
			continue;
		n++;
		add(a, h, &why);
		text_addf(&t, "%s, since ", h->name);
		prose_add_time(h->since, &t);
		text_addf(&t, ": %s", text_str(&why));
		page_to(p, INDENT);
		page_paragraph(p, 2 * INDENT, text_str(&t));
		text_done(&why);
		text_done(&t);
	}
	if (a->standing[standing] > n) {
		page_to(p, INDENT);
		page_putf(p, "and %zu more, below", a->standing[standing] - n);
		page_end(p);
	}
}

static void
print_lists(struct page *p, const struct assessment *a)
{
	print_standing_list(p, a, STANDING_WRONG, "Wrong",
	    assessment_add_reasons);
	print_standing_list(p, a, STANDING_UNKNOWN, "Not assessed",
	    assessment_add_missing);
}

void
prose_print_head(struct page *p, const struct assessment *a)
{
	print_head(p, a);
	print_filter(p, a);
	print_doubts(p, a);
}

void
prose_print_front(struct page *p, const struct assessment *a)
{
	print_standings(p, a);
	print_lists(p, a);
	prose_print_trend(p, a);
	print_soon(p, a);
}
