/* SPDX-License-Identifier: ISC */
/*
 * report_rule.c - what the rule table says by itself: the list of rules, and
 * one of them explained.
 */
#include <stdlib.h>
#include <string.h>

#include "cwaudit/document.h"
#include "cwaudit/mem.h"
#include "cwaudit/page.h"
#include "rule/rule_remedy.h"

#define COLUMN	12	/* where the text of a field begins */
#define COLUMN_ROLES	10	/* of the list of rules */
#define COLUMN_ID	16
#define COLUMN_TITLE	36	/* the few longer ids push it to the right */
#define WAIVER_DAYS	90	/* how long the example lasts */

static const char *const scopes[] = {
	[SCOPE_SLOT]		= "certificate",
	[SCOPE_LISTENER]	= "port",
	[SCOPE_HOST]		= "host",
	[SCOPE_FARM]		= "farm",
	[SCOPE_FLEET]		= "fleet",
	[SCOPE_AUDITOR]		= "auditor",
};

static const enum role roles[] = {
	ROLE_MTLS, ROLE_HTTPS, ROLE_SINGLE, ROLE_PUBLISHED,
};
#define N_ROLES	(sizeof(roles) / sizeof(roles[0]))

static void
add_roles(const struct rule *rule, struct text *out)
{
	for (size_t i = 0; i < N_ROLES; i++) {
		if ((rule->roles & (int)roles[i]) == 0)
			continue;
		if (out->len > 0)
			text_add(out, ", ");
		text_add(out, role_name(roles[i]));
	}
}

/* M H S P, a dot where it does not apply: they line up. */
static void
add_letters(const struct rule *rule, struct text *out)
{
	static const char letters[] = "MHSP";

	for (size_t i = 0; i < N_ROLES; i++)
		text_add_char(out, (rule->roles & (int)roles[i]) != 0 ?
		    letters[i] : '.');
}

/* A finding's remedy has the names of its host; a rule's says what kind. */
static void
general_remedy(const struct rule *rule, struct text *out)
{
	char names[] = "<names>", missing[] = "<missing names>";
	char *all[] = { names }, *lacking[] = { missing };
	const struct remedy_names words = {
		.host = "<host>", .site = "<site>", .cn = "<CN>",
		.names = &(struct strings){ .item = all, .n = 1 },
		.missing = &(struct strings){ .item = lacking, .n = 1 },
	};

	if (rule->remedy != NULL)
		remedy_fill(rule->remedy, &words, out);
}

bool
report_rules(const struct report_options *options, report_write_fn *write,
    void *ctx)
{
	struct page page;

	page_init(&page, options, write, ctx);
	for (size_t i = 0; i < n_rules && !page.stopped; i++) {
		struct text letters = {0};

		add_letters(&rules[i], &letters);
		page_style(&page, page_severity_style(rules[i].severity));
		page_put(&page, severity_name(rules[i].severity));
		page_style(&page, PAGE_PLAIN);
		page_to(&page, COLUMN_ROLES);
		page_put(&page, text_str(&letters));
		page_to(&page, COLUMN_ID);
		page_style(&page, PAGE_BOLD);
		page_put(&page, rules[i].id);
		page_style(&page, PAGE_PLAIN);
		page_to(&page, COLUMN_TITLE);
		page_put(&page, rules[i].title);
		if (!rule_is_judged(&rules[i])) {
			page_style(&page, PAGE_DIM);
			page_put(&page, " (not judged yet)");
			page_style(&page, PAGE_PLAIN);
		}
		page_end(&page);
		text_done(&letters);
	}
	page_end(&page);
	page_paragraph(&page, 0, "M: MTLS certificate, H: HTTPS certificate, "
	    "S: single certificate for both, P: published address. The "
	    "severity is the most a finding of the rule has. "
	    "`cwaudit explain RULE` tells more.");
	return page_done(&page);
}

static json_t *
role_list(const struct rule *rule)
{
	json_t *list = json_array();

	for (size_t i = 0; i < N_ROLES; i++)
		if ((rule->roles & (int)roles[i]) != 0)
			(void)json_array_append_new(list,
			    json_string(role_name(roles[i])));
	return list;
}

/* Blank-separated words. */
static json_t *
word_list(const char *words)
{
	json_t *list = json_array();

	for (const char *s = words != NULL ? words : ""; *s != '\0';) {
		size_t len = strcspn(s, " ");

		if (len > 0)
			(void)json_array_append_new(list, json_stringn(s, len));
		s += len;
		s += *s == ' ';
	}
	return list;
}

static json_t *
rule_value(const struct rule *rule)
{
	json_t *o = json_object();
	struct text remedy = {0};

	general_remedy(rule, &remedy);
	document_set(o, "rule", document_text(rule->id));
	document_set(o, "judged", json_boolean(rule_is_judged(rule)));
	document_set(o, "scope", document_text(scopes[rule->scope]));
	document_set(o, "roles", role_list(rule));
	document_set(o, "severity",
	    document_text(severity_name(rule->severity)));
	document_set(o, "severity_text", document_text(rule->severity_text));
	document_set(o, "title", document_text(rule->title));
	document_set(o, "why", document_text(rule->why));
	document_set(o, "symptoms", document_text(rule->symptoms));
	document_set(o, "remedy", document_text(text_str(&remedy)));
	document_set(o, "source", document_text(rule->source));
	document_set(o, "clauses", document_text(rule->clauses));
	document_set(o, "stands_in_for", word_list(rule->stands_in_for));
	text_done(&remedy);
	return o;
}

bool
report_rules_json(report_write_fn *write, void *ctx)
{
	struct document d;

	document_open(&d, write, ctx);
	document_member(&d, "schema", json_string("cwaudit/rules/1"));
	document_member(&d, "version", json_integer(RULE_SET_VERSION));
	document_list(&d, "rules");
	for (size_t i = 0; i < n_rules && !d.stopped; i++)
		document_item(&d, rule_value(&rules[i]));
	document_list_end(&d);
	return document_close(&d);
}

static void
print_field(struct page *p, const char *name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	page_style(p, PAGE_DIM);
	page_put(p, name);
	page_style(p, PAGE_PLAIN);
	page_to(p, COLUMN);
	page_paragraph(p, COLUMN, value);
}

static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *s = words; (s = strstr(s, word)) != NULL; s += len)
		if ((s == words || s[-1] == ' ') &&
		    (s[len] == ' ' || s[len] == '\0'))
			return true;
	return false;
}

/* Which rules are silent where this one fails, and which silence it. */
static void
print_standing_in(struct page *p, const struct rule *rule)
{
	struct text t = {0};

	if (rule->stands_in_for != NULL) {
		json_t *ids = word_list(rule->stands_in_for), *id;
		size_t i;

		json_array_foreach(ids, i, id)
			text_addf(&t, "%s%s", i > 0 ? ", " : "",
			    json_string_value(id));
		text_add(&t, ": not raised where this one fails");
		json_decref(ids);
	}
	print_field(p, "stands for", text_str(&t));
	text_reset(&t);
	for (size_t i = 0; i < n_rules; i++)
		if (rules[i].stands_in_for != NULL &&
		    has_word(rules[i].stands_in_for, rule->id))
			text_addf(&t, "%s%s", t.len > 0 ? ", " : "",
			    rules[i].id);
	if (t.len > 0)
		text_add(&t, ": where it fails, this one is not raised");
	print_field(p, "gives way", text_str(&t));
	text_done(&t);
}

static void
print_line(struct page *p, const char *key, const char *value,
    const char *comment)
{
	page_to(p, 6);
	page_putf(p, "%s: %s", key, value);
	if (comment != NULL) {
		page_style(p, PAGE_DIM);
		page_to(p, 34);
		page_putf(p, "# %s", comment);
	}
	page_end(p);
}

/* To be pasted: nothing in it may be wrapped. */
static void
print_snippet(struct page *p, const struct rule *rule, const char *until)
{
	page_to(p, 4);
	page_put(p, "waivers:");
	page_end(p);
	print_line(p, "- rule", rule->id, NULL);
	for (size_t i = 0; i < N_ROLES; i++) {
		if ((rule->roles & (int)roles[i]) == 0)
			continue;
		print_line(p, "  role", role_name(roles[i]),
		    "leave out: every role");
		break;
	}
	print_line(p, "  ticket", "CHG-1234", NULL);
	print_line(p, "  owner", "j.doe", "who answers for it");
	print_line(p, "  approved_by", "a.roe", NULL);
	print_line(p, "  reason", "replacement ordered", NULL);
	print_line(p, "  until", until, "void from then on");
}

static void
print_waiver(struct page *p, const struct rule *rule,
    const struct report_options *options)
{
	char until[CLOCK_TEXT] = "YYYY-MM-DD";

	if (rule->scope == SCOPE_AUDITOR) {
		print_field(p, "waive", "cannot be waived: it is about the "
		    "auditor, not about a server");
		return;
	}
	if (options->now > 0)
		(void)clock_format(options->now + WAIVER_DAYS * CLOCK_DAY,
		    until);
	until[strlen("YYYY-MM-DD")] = '\0';
	print_field(p, "waive", "in the inventory, at a group, a host or a "
	    "site; such a list replaces the one of the level above:");
	page_end(p);
	print_snippet(p, rule, until);
}

bool
report_rule(const struct rule *rule, const struct report_options *options,
    report_write_fn *write, void *ctx)
{
	struct page page;
	struct text judged = {0}, remedy = {0};

	page_init(&page, options, write, ctx);
	page_style(&page, PAGE_BOLD);
	page_put(&page, rule->id);
	page_style(&page, PAGE_PLAIN);
	page_put(&page, ":");
	page_gap(&page);
	page_paragraph(&page, COLUMN, rule->title);
	page_end(&page);
	add_roles(rule, &judged);
	general_remedy(rule, &remedy);
	print_field(&page, "severity", rule->severity_text);
	if (!rule_is_judged(rule))
		print_field(&page, "state", "not judged by this version; it "
		    "raises no finding");
	print_field(&page, "judges", text_str(&judged));
	print_field(&page, "scope", scopes[rule->scope]);
	print_field(&page, "why", rule->why);
	print_field(&page, "symptoms", rule->symptoms);
	print_field(&page, "mend", text_str(&remedy));
	print_field(&page, "source", rule->source);
	print_field(&page, "clauses", rule->clauses);
	print_standing_in(&page, rule);
	print_waiver(&page, rule, options);
	text_done(&judged);
	text_done(&remedy);
	return page_done(&page);
}
