/* SPDX-License-Identifier: ISC */
/*
 * assessment_count.c - recorded answers, by rule and by clause; and how long it
 * took to mend what was wrong.
 * Whoever reads a report of a rule wants to know whether it is met, however
 * grave it is: severity plays no part here. A finding that another stands in
 * for is not met either; what was held, for maintenance or because the auditor
 * was in doubt, is not assessed.
 */
#include <stdlib.h>
#include <string.h>

#include "assessment_own.h"
#include "cwaudit/mem.h"

enum answer { NO_ANSWER, MET, WAIVED, NOT_ASSESSED, NOT_MET };	/* rising */

#define CLAUSES_MAX	64	/* that are told apart */

/* ---- one line ---- */

/* The next word of a line; moves *s behind it. "": the line is at its end. */
static size_t
next_word(const char **s, const char **out)
{
	size_t len;

	while (**s == ' ')
		++*s;
	len = strcspn(*s, " \n");
	*out = *s;
	*s += len;
	return len;
}

static bool
is(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

/* "site-names fail error 9f2c1a0b77e1d204 waived"; moves *s to its end. */
static enum answer
read_answer(const char **s)
{
	const char *word;
	size_t len = next_word(s, &word);
	enum answer answer = is(word, len, "pass") ? MET :
	    is(word, len, "fail") ? NOT_MET :
	    is(word, len, "unknown") ? NOT_ASSESSED : NO_ANSWER;

	while ((len = next_word(s, &word)) > 0) {
		if (is(word, len, "off") || is(word, len, "held"))
			answer = NOT_ASSESSED;
		else if (is(word, len, "waived") && answer == NOT_MET)
			answer = WAIVED;
		else if (is(word, len, "by"))
			(void)next_word(s, &word);
	}
	return answer;
}

static void
count_answer(enum answer answer, size_t *met, size_t *not_met, size_t *waived,
    size_t *not_assessed)
{
	switch (answer) {
	case MET:
		++*met;
		return;
	case NOT_MET:
		++*not_met;
		return;
	case WAIVED:
		++*waived;
		return;
	case NOT_ASSESSED:
		++*not_assessed;
		return;
	case NO_ANSWER:
		return;
	}
}

/* ---- rules and clauses ---- */

struct list {
	struct assessed_rule	**item;
	size_t			 *n, *cap;
};

/* Where it stands in a list; rules answer in one order, so from hint on. */
static size_t
find_or_add(struct assessment *a, const struct list *list, const char *name,
    size_t len, size_t hint)
{
	struct assessed_rule *item = *list->item;

	for (size_t i = 0; i < *list->n; i++) {
		size_t at = (hint + i) % *list->n;

		if (strncmp(item[at].name, name, len) == 0 &&
		    item[at].name[len] == '\0')
			return at;
	}
	*list->item = xgrow(item, *list->n, list->cap, sizeof(*item));
	(*list->item)[*list->n] = (struct assessed_rule){
		.name = arena_copy(&a->arena, name, len) };
	return (*list->n)++;
}

/* "NIST SP 800-53r5 SC-8, SC-23": the document is named once. */
void
assessment_split_clauses(const char *clauses, struct strings *out)
{
	struct text whole = {0};

	while (*clauses != '\0') {
		size_t len = strcspn(clauses, ";"), document = 0;
		const char *end = clauses + len, *s = clauses;

		while (s < end) {
			size_t n = strcspn(s, ",;");

			text_reset(&whole);
			if (s == clauses)
				for (size_t i = 0; i < n; i++)
					document = s[i] == ' ' ? i + 1 :
					    document;
			else
				text_add_bytes(&whole, clauses, document);
			text_add_bytes(&whole, s, n);
			strings_add(out, text_str(&whole));
			s += n;
			s += strspn(s, ", ");
		}
		clauses = end + strspn(end, "; ");
	}
	text_done(&whole);
}

/* Clauses that a rule is cited for, by their places. */
static void
cite(struct assessment *a, struct assessed_rule *r)
{
	const struct list clauses = { &a->clauses, &a->n_clauses,
	    &a->cap_clauses };
	struct strings names = {0};
	size_t *cited;

	r->rule = rule_find(r->name);
	if (r->rule == NULL || r->rule->clauses == NULL)
		return;
	assessment_split_clauses(r->rule->clauses, &names);
	cited = arena_new(&a->arena, names.n, sizeof(*cited));
	for (size_t i = 0; i < names.n; i++)
		cited[i] = find_or_add(a, &clauses, names.item[i],
		    strlen(names.item[i]), 0);
	r->cited = cited;
	r->n_cited = names.n;
	strings_done(&names);
}

/* The worst answer that anything gave to each clause. */
static void
meet_clauses(const struct assessed_rule *r, enum answer answer,
    enum answer worst[CLAUSES_MAX])
{
	for (size_t i = 0; i < r->n_cited; i++)
		if (r->cited[i] < CLAUSES_MAX && answer > worst[r->cited[i]])
			worst[r->cited[i]] = answer;
}

static struct assessed_port *
find_port(const struct assessment *a, const struct assessed_host *h,
    const char *kind, const char *site, unsigned port)
{
	for (size_t i = 0; i < h->n_ports; i++) {
		struct assessed_port *p = &a->ports[h->first_port + i];

		if (p->port == port && strcmp(p->kind, kind) == 0 &&
		    strcmp(p->site, site) == 0)
			return p;
	}
	return NULL;
}

/* Is a thing in scope, and which port is it? Farms and the fleet are, unless
 * somebody asks for some hosts only. */
static bool
is_in_scope(const struct assessment *a, const char *owner, const char *kind,
    const char *site, unsigned port, struct assessed_port **out)
{
	const struct assessed_host *h;

	*out = NULL;
	if (strcmp(kind, "farm") == 0 || strcmp(kind, "fleet") == 0)
		return !a->filtered;
	h = assessment_host(a, owner, strlen(owner));
	if (h == NULL)
		return false;
	if (strcmp(kind, "host") != 0)
		*out = find_port(a, h, kind, site, port);
	return *out != NULL || strcmp(kind, "host") == 0;
}

void
assessment_add_answers(struct assessment *a, const char *owner,
    const char *kind, const char *site, unsigned port, const char *answers)
{
	const struct list list = { &a->rules, &a->n_rules, &a->cap_rules };
	enum answer worst[CLAUSES_MAX] = { NO_ANSWER };
	struct assessed_port *p;
	const char *s = answers;
	size_t at = 0;

	if (!is_in_scope(a, owner, kind, site, port, &p))
		return;
	while (*s != '\0') {
		const char *name;
		size_t len = next_word(&s, &name);
		size_t known = a->n_rules;
		struct assessed_rule *r;
		enum answer answer = read_answer(&s);

		at = find_or_add(a, &list, name, len, at + 1);
		r = &a->rules[at];
		if (a->n_rules > known)
			cite(a, r);
		count_answer(answer, &r->met, &r->not_met, &r->waived,
		    &r->not_assessed);
		if (p != NULL)
			count_answer(answer, &p->met, &p->not_met, &p->waived,
			    &p->not_assessed);
		meet_clauses(r, answer, worst);
		s += *s == '\n';
	}
	for (size_t i = 0; i < a->n_clauses && i < CLAUSES_MAX; i++)
		count_answer(worst[i], &a->clauses[i].met,
		    &a->clauses[i].not_met, &a->clauses[i].waived,
		    &a->clauses[i].not_assessed);
	if (p != NULL)
		p->judged = true;
}

/* ---- time to mend ---- */

struct span { const char *name; int64_t s; };

static int
compare_spans(const void *x, const void *y)
{
	const struct span *a = x, *b = y;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : (a->s > b->s) - (a->s < b->s);
}

static struct assessed_mend *
count_spans(struct assessment *a, const struct span *spans, size_t n,
    size_t *n_out)
{
	struct assessed_mend *out = arena_new(&a->arena, n + 1, sizeof(*out));
	size_t begin = 0;

	*n_out = 0;
	for (size_t i = 1; i <= n; i++) {
		if (i < n && strcmp(spans[i].name, spans[begin].name) == 0)
			continue;
		out[(*n_out)++] = (struct assessed_mend){
			.name = arena_strdup(&a->arena, spans[begin].name),
			.n = i - begin,
			.median_s = spans[begin + (i - begin - 1) / 2].s,
			.longest_s = spans[i - 1].s,
		};
		begin = i;
	}
	return out;
}

void
assessment_count_mended(struct assessment *a)
{
	struct span *spans = xcalloc(a->n_changes + 1, sizeof(*spans));

	for (int by_owner = 0; by_owner < 2; by_owner++) {
		size_t n = 0;

		for (size_t i = 0; i < a->n_changes; i++) {
			const struct finding *f = a->changes[i].finding;

			if (a->changes[i].state != TRANSITION_CLEARED)
				continue;
			spans[n++] = (struct span){
				.name = !by_owner ? f->rule->id :
				    f->contact != NULL ? f->contact : "",
				.s = a->changes[i].at - f->opened,
			};
		}
		assessment_sort(spans, n, sizeof(*spans), compare_spans);
		a->mended[by_owner] = count_spans(a, spans, n,
		    &a->n_mended[by_owner]);
	}
	free(spans);
}
