/* SPDX-License-Identifier: ISC */
/*
 * rule_run.c - the loop over the table: subjects in, results out, and which
 * finding speaks for another.
 */
#include "cwaudit/rule.h"

#include <string.h>

#include "rule_record.h"
#include "rule_slot.h"

static void
run_on_subject(const struct subject *s, const struct rule *rule,
    struct about *a, struct results *out)
{
	struct why why = { .severity = rule->severity };
	enum verdict verdict = VERDICT_UNKNOWN;

	if (rule_is_off(a, rule)) {
		rule_record_off(out, a, rule);
		return;
	}
	if (!rule->needs_leaf || s->leaf != NULL)
		verdict = rule->check(s, &why);
	(void)rule_record(out, a, rule, verdict, &why);
	why_done(&why);
}

static struct about
about_subject(const struct subject *s)
{
	const struct endpoint *e = s->endpoint;

	return (struct about){
		.endpoint = e, .host = e->host, .site = e->site,
		.role = s->expect.role, .leaf = s->leaf, .now = s->now,
		.names = {
			.host = endpoint_owner(e), .site = endpoint_site(e),
			.cn = s->expect.cn, .names = &s->expect.names,
		},
	};
}

/* slot: the settings of the slot that the port belongs to. */
static void
run_subject(const struct subject *s, const struct settings *slot,
    struct results *out)
{
	struct about a = about_subject(s);

	for (size_t i = 0; i < n_rules; i++) {
		if (rules[i].check == NULL ||
		    (rules[i].roles & (int)s->expect.role) == 0)
			continue;
		a.settings = rules[i].scope == SCOPE_SLOT ? slot :
		    s->endpoint->settings;
		run_on_subject(s, &rules[i], &a, out);
	}
}

struct result *
rules_add_change(const struct host_view *v, const struct subject *s,
    const struct rule *rule, enum verdict verdict, struct why *why,
    struct results *out)
{
	struct about a = about_subject(s);
	struct result *r = NULL;

	a.settings = v != NULL ? rule_slot_settings(v, s) :
	    s->endpoint->settings;
	if (rule_is_off(&a, rule))
		rule_record_off(out, &a, rule);
	else
		r = rule_record(out, &a, rule, verdict, why);
	why_done(why);
	return r;
}

void
rules_join_changes(struct results *out, size_t first)
{
	if (out->n > first)
		rule_join(out->item + first, out->n - first);
}

static void
run_on_host(const struct host_view *v, struct results *out)
{
	struct strings none = {0};
	struct about a = {
		.host = v->host, .settings = v->host->settings, .now = v->now,
		.names = {
			.host = v->host->fqdn, .cn = v->host->fqdn,
			.site = v->host->n_sites > 0 ? v->host->sites[0].name :
			    v->host->fqdn,
			.names = &none,
		},
	};

	for (size_t i = 0; i < n_rules; i++) {
		struct why why = { .severity = rules[i].severity };

		if (rules[i].check_host == NULL)
			continue;
		if (rule_is_off(&a, &rules[i]))
			rule_record_off(out, &a, &rules[i]);
		else
			(void)rule_record(out, &a, &rules[i],
			    rules[i].check_host(v, &why), &why);
		why_done(&why);
	}
}

/* Is id one of the blank separated words? */
static bool
is_word(const char *words, const char *id)
{
	size_t len = strlen(id);

	for (const char *at = words; (at = strstr(at, id)) != NULL; at += len)
		if ((at == words || at[-1] == ' ') &&
		    (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

/*
 * One that fails and is not off stands in, whether or not another stands in
 * for it again: what it speaks for stays silent either way.
 */
static void
apply_stand_ins(struct result *item, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct result *a = &item[i];

		if (a->verdict != VERDICT_FAIL || a->severity == SEVERITY_OFF ||
		    a->rule->stands_in_for == NULL)
			continue;
		for (size_t j = 0; j < n; j++) {
			struct result *b = &item[j];

			if (b->verdict == VERDICT_FAIL &&
			    (a->endpoint == NULL ||
			    a->endpoint == b->endpoint) &&
			    is_word(a->rule->stands_in_for, b->rule->id))
				b->stood_in = a->rule;
		}
	}
}

void
rules_run_host(struct host_view *v, struct results *out)
{
	size_t first = out->n;

	for (size_t i = 0; i < v->n; i++)
		run_subject(&v->subjects[i],
		    rule_slot_settings(v, &v->subjects[i]), out);
	run_on_host(v, out);
	if (out->n == first)
		return;
	apply_stand_ins(out->item + first, out->n - first);
	rule_join(out->item + first, out->n - first);
}

void
rules_run_published(struct subject *s, struct results *out)
{
	bool filled = s->expect.cn == NULL;
	size_t first = out->n;

	if (filled)
		expectation_init(&s->expect, s->endpoint, LAYOUT_SEPARATE);
	run_subject(s, s->endpoint->settings, out);
	if (filled)
		expectation_done(&s->expect);
	if (out->n > first)
		apply_stand_ins(out->item + first, out->n - first);
}
