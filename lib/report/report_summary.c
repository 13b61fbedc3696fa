/* SPDX-License-Identifier: ISC */
/* report_summary.c - how the table ends. */
#include "cwaudit/report_summary.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/waivers.h"

#define INDENT	2
#define LISTED	10	/* lines of a list that nobody asked to see whole */

struct list {
	struct page	*page;
	size_t		 n, limit;	/* seen; shown at most */
};

static void
list_heading(struct list *list, const char *heading)
{
	if (list->n++ > 0)
		return;
	page_style(list->page, PAGE_BOLD);
	page_put(list->page, heading);
	page_end(list->page);
}

static void
list_rest(const struct list *list)
{
	if (list->n > list->limit) {
		page_to(list->page, INDENT);
		page_putf(list->page, "... and %zu more", list->n - list->limit);
		page_end(list->page);
	}
	if (list->n > 0)
		page_end(list->page);
}

static void
on_unassessed(void *ctx, const struct unassessed *u)
{
	struct list *list = ctx;
	struct page *p = list->page;
	struct text t = {0};

	list_heading(list, "not assessed");
	if (list->n > list->limit)
		return;
	text_add(&t, u->host != NULL ? u->host->fqdn : u->published->url);
	if (u->site != NULL)
		text_addf(&t, " %s of %s", u->what, u->site->url);
	text_addf(&t, ": %s", u->reason);
	page_to(p, INDENT);
	page_paragraph(p, 2 * INDENT, text_str(&t));
	text_done(&t);
}

/* A rule switched off or lowered, and on how many ports. */
struct tailoring {
	const struct rule_setting *setting;
	size_t			   ports;
};

struct tailorings {
	struct tailoring *item;
	size_t		  n, cap;
};

static bool
same_words(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_setting(const struct rule_setting *a, const struct rule_setting *b)
{
	return a == b || (a->severity == b->severity &&
	    strcmp(a->rule, b->rule) == 0 && same_words(a->owner, b->owner) &&
	    same_words(a->reason, b->reason));
}

static void
count_setting(struct tailorings *all, const struct rule_setting *setting)
{
	for (size_t i = 0; i < all->n; i++) {
		if (same_setting(all->item[i].setting, setting)) {
			all->item[i].ports++;
			return;
		}
	}
	all->item = xgrow(all->item, all->n, &all->cap, sizeof(*all->item));
	all->item[all->n++] = (struct tailoring){ setting, 1 };
}

static void
collect_tailoring(const struct snapshot *s, struct tailorings *all)
{
	for (size_t i = 0; i < s->n_endpoints; i++) {
		const struct settings *settings =
		    s->endpoints[i].endpoint->settings;

		for (size_t j = 0; j < settings->n_rules; j++) {
			const struct rule_setting *r = &settings->rules[j];
			const struct rule *rule = rule_find(r->rule);

			if (rule != NULL && r->severity < rule->severity)
				count_setting(all, r);
		}
	}
}

static void
print_tailoring(struct list *list, const struct tailoring *t)
{
	const struct rule_setting *r = t->setting;
	struct text line = {0};

	list_heading(list, "rules switched off or lowered");
	if (list->n > list->limit)
		return;
	text_addf(&line, "%s: %s on %zu port%s", r->rule,
	    severity_name(r->severity), t->ports, plural(t->ports));
	if (r->reason != NULL)
		text_addf(&line, ", %s", r->reason);
	if (r->owner != NULL)
		text_addf(&line, " (%s)", r->owner);
	page_to(list->page, INDENT);
	page_paragraph(list->page, 2 * INDENT, text_str(&line));
	text_done(&line);
}

static void
on_waiver(void *ctx, const struct waiver_review *review)
{
	struct list *list = ctx;
	const struct waiver *w = review->waiver;
	struct text line = {0};
	char when[CLOCK_TEXT];

	list_heading(list, "waivers that waive nothing");
	if (list->n > list->limit)
		return;
	text_addf(&line, "%s on %s", w->rule, endpoint_owner(review->first));
	if (review->n > 1)
		text_addf(&line, " (%zu ports in all)", review->n);
	text_addf(&line, ", granted to %s", w->owner);
	if (w->ticket != NULL)
		text_addf(&line, " (%s)", w->ticket);
	switch (review->use) {
	case WAIVER_ENDED:
		text_addf(&line, ": it ended at %s; renew it or take it out of "
		    "the inventory", clock_format(w->until, when));
		break;
	case WAIVER_UNUSED:
		text_add(&line, ": there is no such finding; take it out of "
		    "the inventory before it hides another");
		break;
	}
	page_to(list->page, INDENT);
	page_paragraph(list->page, 2 * INDENT, text_str(&line));
	text_done(&line);
}

/* How the checks went, findings aside. */
struct answers {
	size_t passed, unknown, held;
};

static struct answers
count_answers(const struct snapshot *s)
{
	struct answers a = {0};

	for (size_t i = 0; i < s->results.n; i++) {
		const struct result *r = &s->results.item[i];

		a.passed += r->verdict == VERDICT_PASS;
		a.unknown += r->verdict == VERDICT_UNKNOWN;
		a.held += r->verdict == VERDICT_FAIL && r->held &&
		    r->stood_in == NULL;
	}
	return a;
}

/* A piece of the counts and what follows it, behind what stands there. */
static void
print_piece(struct page *p, enum page_style style, size_t n, const char *what)
{
	struct text t = {0};

	text_addf(&t, "%zu %s", n, what);
	page_gap(p);
	page_style(p, n > 0 ? style : PAGE_PLAIN);
	page_wrap(p, INDENT, text_str(&t));
	page_style(p, PAGE_PLAIN);
	text_done(&t);
}

static void
print_ports(struct page *p, const struct snapshot_count *count)
{
	size_t missing = count->endpoints - count->observed;
	bool more = count->not_assessed > 0;

	page_putf(p, "%zu host%s,", count->hosts, plural(count->hosts));
	print_piece(p, PAGE_PLAIN, count->endpoints,
	    count->endpoints == 1 ? "endpoint:" : "endpoints:");
	print_piece(p, PAGE_PLAIN, count->observed,
	    missing > 0 || more ? "observed," : "observed");
	if (missing > 0)
		print_piece(p, PAGE_WARNING, missing,
		    more ? "not observed," : "not observed");
	if (more)
		print_piece(p, PAGE_PLAIN, count->not_assessed,
		    "not assessed");
	page_end(p);
}

static size_t
print_severities(struct page *p, const struct snapshot_count *count,
    const struct answers *answers)
{
	bool more = count->waived + answers->held > 0;
	size_t sum = 0;

	page_put(p, "findings:");
	for (int i = SEVERITY_CRITICAL; i > SEVERITY_OFF; i--) {
		struct text what = {0};

		text_add(&what, severity_name((enum severity)i));
		text_add(&what, i > SEVERITY_NOTICE ? "," : more ? ";" : "");
		print_piece(p, page_severity_style((enum severity)i),
		    count->findings[i], text_str(&what));
		text_done(&what);
		sum += count->findings[i];
	}
	if (count->waived > 0)
		print_piece(p, PAGE_PLAIN, count->waived,
		    answers->held > 0 ? "waived," : "waived");
	if (answers->held > 0)
		print_piece(p, PAGE_PLAIN, answers->held,
		    "held by maintenance");
	page_end(p);
	return sum;
}

/* Nothing was found: say what that rests on. */
static void
print_conclusion(struct page *p, const struct snapshot_count *count,
    const struct answers *answers)
{
	struct text t = {0};

	if (count->endpoints == 0) {
		text_add(&t, "No endpoint was looked at: nothing is said "
		    "about any certificate.");
	} else if (count->observed < count->endpoints) {
		text_addf(&t, "No finding, but %zu of %zu endpoints showed no "
		    "certificate: nothing is said about those.",
		    count->endpoints - count->observed, count->endpoints);
	} else {
		page_style(p, answers->unknown + answers->held == 0 ?
		    PAGE_GREEN : PAGE_PLAIN);
		text_addf(&t, "Nothing to mend in what was seen: %zu endpoint%s "
		    "presented a certificate, %zu check%s passed and %s.",
		    count->observed, plural(count->observed), answers->passed,
		    plural(answers->passed),
		    count->waived + answers->held == 0 ? "none failed" :
		    answers->held == 0 ? "those that failed are waived" :
		    count->waived == 0 ? "those that failed are held" :
		    "those that failed are waived or held");
		if (answers->unknown > 0)
			text_addf(&t, " %zu check%s could not be answered.",
			    answers->unknown, plural(answers->unknown));
	}
	page_paragraph(p, 0, text_str(&t));
	text_done(&t);
}

static void
print_times(struct page *p, const struct snapshot *s,
    const struct report_options *options)
{
	char at[CLOCK_TEXT];

	page_style(p, PAGE_DIM);
	page_putf(p, "%s, %lld s", clock_format(s->started, at),
	    (long long)(s->finished - s->started));
	if (options->version != NULL)
		page_putf(p, ", cwaudit %s", options->version);
	page_end(p);
}

void
report_summary(struct page *p, const struct snapshot *s,
    const struct report_options *options)
{
	size_t limit = options->verbose ? SIZE_MAX : LISTED;
	struct list left_out = { .page = p, .limit = limit };
	struct list lowered = { .page = p, .limit = limit };
	struct list waivers = { .page = p, .limit = limit };
	struct answers answers = count_answers(s);
	struct tailorings tailorings = {0};
	struct snapshot_count count;

	snapshot_unassessed(s, on_unassessed, &left_out);
	list_rest(&left_out);
	collect_tailoring(s, &tailorings);
	for (size_t i = 0; i < tailorings.n; i++)
		print_tailoring(&lowered, &tailorings.item[i]);
	list_rest(&lowered);
	free(tailorings.item);
	waivers_review(s, on_waiver, &waivers);
	list_rest(&waivers);

	snapshot_count(s, &count);
	print_ports(p, &count);
	if (print_severities(p, &count, &answers) == 0)
		print_conclusion(p, &count, &answers);
	print_times(p, s, options);
}
