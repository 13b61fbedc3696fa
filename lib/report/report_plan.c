/* SPDX-License-Identifier: ISC */
/* report_plan.c - the next day, as a table with a bar for each hour. */
#include <string.h>

#include "cwaudit/page.h"
#include "cwaudit/plan.h"

#define FIRST	13		/* where the numbers begin */
#define WIDTH	10		/* of a number */
#define BAR	20		/* the busiest hour's */

static const char *const heads[PLAN_COLUMNS] = {
	[PLAN_HTTPS] = "HTTPS", [PLAN_MTLS] = "MTLS",
	[PLAN_PROOFS] = "proofs", [PLAN_AGAIN] = "again",
};

static size_t
looks(const size_t count[PLAN_COLUMNS])
{
	return count[PLAN_HTTPS] + count[PLAN_MTLS] + count[PLAN_AGAIN];
}

static void
put_row(struct page *p, const char *label, const size_t count[PLAN_COLUMNS],
    size_t most)
{
	size_t bar = most > 0 ? (looks(count) * BAR + most - 1) / most : 0;

	page_put(p, label);
	page_to(p, FIRST);
	for (int c = 0; c < PLAN_COLUMNS; c++)
		page_putf(p, "%*zu", WIDTH, count[c]);
	if (bar > 0)
		page_put(p, "  ");
	while (bar-- > 0)
		page_put(p, "#");
	page_end(p);
}

static void
put_now(struct page *p, const struct plan *plan)
{
	struct text t = {0};
	char from[CLOCK_TEXT];

	clock_format(plan->from, from);
	text_addf(&t, "The looks of the day that begins at %s. Now %zu %s "
	    "under way, of %zu at most", from, plan->under_way,
	    plan->under_way == 1 ? "is" : "are", plan->window);
	if (plan->waiting > 0)
		text_addf(&t, "; %zu wait%s for others at their host, farm or "
		    "network", plan->waiting, plan->waiting == 1 ? "s" : "");
	text_add(&t, ".");
	page_paragraph(p, 0, text_str(&t));
	text_done(&t);
}

static void
put_hours(struct page *p, const struct plan *plan)
{
	size_t all[PLAN_COLUMNS] = {0}, most = 0;
	char from[CLOCK_TEXT], to[CLOCK_TEXT];

	for (int h = 0; h < PLAN_HOURS; h++) {
		most = looks(plan->count[h]) > most ? looks(plan->count[h]) :
		    most;
		for (int c = 0; c < PLAN_COLUMNS; c++)
			all[c] += plan->count[h][c];
	}
	page_style(p, PAGE_DIM);
	page_put(p, "from");
	page_to(p, FIRST);
	for (int c = 0; c < PLAN_COLUMNS; c++)
		page_putf(p, "%*s", WIDTH, heads[c]);
	page_end(p);
	for (int h = 0; h < PLAN_HOURS; h++) {
		struct text label = {0};

		clock_format(plan->from + h * 3600, from);
		clock_format(plan->from + (h + 1) * 3600, to);
		text_addf(&label, "%.5s - %.5s", from + 11, to + 11);
		put_row(p, text_str(&label), plan->count[h], most);
		text_done(&label);
	}
	put_row(p, "the day", all, 0);
}

static void
put_next(struct page *p, const struct plan *plan)
{
	char at[CLOCK_TEXT];

	if (plan->n_next == 0)
		return;
	page_end(p);
	page_style(p, PAGE_DIM);
	page_put(p, "next");
	page_end(p);
	for (size_t i = 0; i < plan->n_next; i++) {
		const struct plan_next *n = &plan->next[i];

		clock_format(n->at, at);
		page_putf(p, "%.8s", at + 11);
		page_to(p, FIRST);
		page_putf(p, "%s, %s, port %u", n->host, n->kind, n->port);
		page_end(p);
	}
}

bool
report_plan(const struct plan *plan, const struct report_options *ro,
    report_write_fn *write, void *ctx)
{
	struct page p;

	page_init(&p, ro, write, ctx);
	put_now(&p, plan);
	page_end(&p);
	put_hours(&p, plan);
	put_next(&p, plan);
	return page_done(&p);
}
