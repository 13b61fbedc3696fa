/* SPDX-License-Identifier: ISC */
/* report_findings.c - findings of the table, the worst first. */
#include "cwaudit/report_findings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define NODES_GAP	2	/* between the columns of a farm's nodes */
#define NODES_LEAF	40	/* columns that their certificates need */

static void
print_waiver(struct page *p, const struct result *r)
{
	const struct waiver *w = r->waiver;
	struct text line = {0};
	char until[CLOCK_TEXT];

	clock_format(w->until, until);
	if (w->until % CLOCK_DAY == 0 && strlen(until) > 10)
		until[10] = '\0';	/* a day is what people wrote */
	text_addf(&line, "waived until %s", until);
	if (w->owner != NULL)
		text_addf(&line, " by %s", w->owner);
	if (w->ticket != NULL)
		text_addf(&line, " (%s)", w->ticket);
	if (w->reason != NULL)
		text_addf(&line, ": %s", w->reason);
	page_paragraph(p, FINDINGS_MESSAGE, text_str(&line));
	text_done(&line);
}

static void
print_word(struct page *p, const struct result *r)
{
	if (r->waiver != NULL) {
		page_put(p, "waived");
		return;
	}
	page_style(p, page_severity_style(r->severity));
	for (const char *s = severity_name(r->severity); *s != '\0'; s++)
		page_putf(p, "%c", toupper((unsigned char)*s));
	page_style(p, PAGE_BOLD);
}

static bool
is_said(const struct findings *said, const struct result *r)
{
	for (size_t i = 0; i < said->n; i++) {
		const struct result *before = said->item[i];

		if (before->rule == r->rule && before->waiver == NULL &&
		    before->remedy != NULL &&
		    strcmp(before->remedy, r->remedy) == 0)
			return true;
	}
	return false;
}

static void
print_remedy(struct page *p, const struct result *r,
    const struct findings *said)
{
	if (r->remedy == NULL || r->remedy[0] == '\0')
		return;
	page_to(p, FINDINGS_MESSAGE);
	page_style(p, PAGE_GREEN);
	page_put(p, "mend:");
	page_style(p, PAGE_PLAIN);
	page_gap(p);
	page_wrap(p, FINDINGS_MESSAGE + 6,
	    is_said(said, r) ? "as above" : r->remedy);
	page_end(p);
}

/* The other ports that present what this is about. */
static void
print_places(struct page *p, const struct result *r)
{
	const struct endpoint *e = r->endpoint;
	struct text line = {0}, own = {0};

	if (e != NULL)
		endpoint_place(e->address != NULL ? e->address : e->resolve,
		    e->port, &own);
	for (size_t i = 0; i < r->places.n; i++)
		if (!text_equal(r->places.item[i], text_str(&own)))
			text_addf(&line, "%s%s", line.len > 0 ? ", " :
			    "also at ", r->places.item[i]);
	if (line.len > 0) {
		page_style(p, PAGE_DIM);
		page_paragraph(p, FINDINGS_MESSAGE, text_str(&line));
	}
	text_done(&line);
	text_done(&own);
}

static void
print_node(struct page *p, const struct strings *nodes, size_t i,
    const unsigned column[2], bool folded)
{
	const char *state = nodes->item[i + 1], *leaf = nodes->item[i + 2];

	page_to(p, FINDINGS_MESSAGE);
	page_put(p, nodes->item[i]);
	page_to(p, column[0]);
	page_style(p, strcmp(state, "right") == 0 ? PAGE_GREEN : PAGE_WARNING);
	if (folded || *leaf == '\0')
		page_paragraph(p, column[0], state);
	else
		page_put(p, state);
	if (*leaf == '\0')
		return;
	page_style(p, PAGE_DIM);
	page_to(p, column[1]);
	page_paragraph(p, column[1], leaf);
}

/* The table of a farm: node, state, certificate; these below if it is narrow. */
static void
print_nodes(struct page *p, const struct result *r)
{
	unsigned column[2] = { FINDINGS_MESSAGE, FINDINGS_MESSAGE };
	bool folded = false;

	for (size_t i = 0; i < r->nodes.n; i++) {
		unsigned wide = page_columns(r->nodes.item[i]);

		if (i % 3 < 2 && wide > column[i % 3] - FINDINGS_MESSAGE)
			column[i % 3] = FINDINGS_MESSAGE + wide;
	}
	column[1] += column[0] - FINDINGS_MESSAGE + 2 * NODES_GAP;
	column[0] += NODES_GAP;
	if (p->width > 0 && column[1] + NODES_LEAF > p->width) {
		column[1] = FINDINGS_MESSAGE + NODES_GAP;
		folded = true;
	}
	for (size_t i = 0; i + 2 < r->nodes.n; i += 3)
		print_node(p, &r->nodes, i, column, folded);
}

static void
print_finding(struct page *p, const struct result *r,
    const struct findings *said, bool verbose)
{
	page_to(p, FINDINGS_WORD);
	if (r->waiver != NULL)
		page_style(p, PAGE_DIM);
	print_word(p, r);
	page_to(p, FINDINGS_MESSAGE);
	page_put(p, r->rule->id);
	if (r->waiver != NULL)
		page_putf(p, " (%s)", severity_name(r->severity));
	page_put(p, ":");
	if (r->waiver == NULL)
		page_style(p, PAGE_PLAIN);
	page_gap(p);
	if (r->message != NULL)
		page_wrap(p, FINDINGS_MESSAGE, r->message);
	page_end(p);
	print_places(p, r);
	print_nodes(p, r);
	if (r->waiver != NULL) {
		page_style(p, PAGE_DIM);
		print_waiver(p, r);
	} else {
		print_remedy(p, r, said);
	}
	if (verbose) {
		page_style(p, PAGE_DIM);
		page_to(p, FINDINGS_MESSAGE);
		page_putf(p, "id %s", r->id);
		page_end(p);
	}
}

/* Waived ones last, the worst first, else in the order of the rules. */
static int
by_weight(const void *a, const void *b)
{
	const struct result *x = *(const struct result *const *)a;
	const struct result *y = *(const struct result *const *)b;

	if ((x->waiver != NULL) != (y->waiver != NULL))
		return x->waiver != NULL ? 1 : -1;
	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	return x < y ? -1 : x > y;
}

void
findings_add(struct findings *f, const struct result *r)
{
	if (!result_is_finding(r) || !r->speaks)
		return;
	f->item = xgrow(f->item, f->n, &f->cap, sizeof(*f->item));
	f->item[f->n++] = r;
}

void
findings_print(struct findings *f, struct findings *said, struct page *p,
    bool verbose)
{
	if (f->n > 1)
		qsort(f->item, f->n, sizeof(*f->item), by_weight);
	for (size_t i = 0; i < f->n; i++) {
		print_finding(p, f->item[i], said, verbose);
		findings_add(said, f->item[i]);
	}
	f->n = 0;
}

void
findings_done(struct findings *f)
{
	free(f->item);
	*f = (struct findings){0};
}
