/* SPDX-License-Identifier: ISC */
/*
 * inventory_tailoring.c - what an inventory says about rules: their severity,
 * waivers, maintenance windows and the thresholds of `expiring`.
 * All of these name somebody and a reason, so that a report can print them.
 */
#include "inventory_parts.h"

#include <string.h>

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

static const struct reader_word severities[] = {
	{ "notice", SEVERITY_NOTICE }, { "warning", SEVERITY_WARNING },
	{ "error", SEVERITY_ERROR }, { "critical", SEVERITY_CRITICAL },
	{ "off", SEVERITY_OFF }, { NULL, 0 },
};

/* False after a problem at the place of y (its key if key). */
static bool
rule_known(struct reader *r, const struct node *y, const char *rule, bool key)
{
	const struct inventory_reading *in = r->context;
	const struct inventory_io *io = in->io;
	void (*complain)(struct reader *, const struct node *, const char *,
	    ...) = key ? reader_key_problem : reader_problem;

	if (io->rules == NULL)
		return true;
	for (size_t i = 0; i < io->n_rules; i++)
		if (strcmp(io->rules[i], rule) == 0)
			return true;
	complain(r, y, "there is no rule \"%s\"%s", reader_shown(r, rule),
	    reader_hint(r, rule, io->rules, io->n_rules));
	return false;
}

/* rules: {id: {severity, owner, reason}} */
static void
check_rule_setting(struct reader *r, const struct node *y,
    const struct rule_setting *s)
{
	const struct inventory_reading *in = r->context;
	enum severity own = SEVERITY_CRITICAL;

	if (in->io->rules != NULL && in->io->rule_severity != NULL)
		own = in->io->rule_severity(s->rule);
	if (s->severity > own)
		reader_problem(r, node_find(y, "severity"),
		    "rule \"%s\" cannot be raised above \"%s\", its own "
		    "severity", s->rule, severity_name(own));
	if (s->severity < own && (s->owner == NULL || s->reason == NULL))
		reader_key_problem(r, y, "rule \"%s\" is %s: say who answers "
		    "for it and why (owner, reason)", s->rule,
		    s->severity == SEVERITY_OFF ? "switched off" : "lowered");
}

static bool
read_rule_setting(struct reader *r, const struct node *y,
    struct rule_setting *s)
{
	static const struct reader_key keys[] = {
		{ "severity", reader_words,
		    offsetof(struct rule_setting, severity), severities, true },
		{ "owner", reader_text, offsetof(struct rule_setting, owner),
		    NULL, false },
		{ "reason", reader_text, offsetof(struct rule_setting, reason),
		    NULL, false },
	};
	struct reader_table table = { keys, ARRAY_N(keys), s };
	size_t before = r->problems->n + r->problems->dropped;

	*s = (struct rule_setting){0};
	if (!rule_known(r, y, y->key, true))
		return false;
	s->rule = arena_strdup(r->arena, y->key);
	if (!reader_map(r, y, "the setting of a rule", &table, 1))
		return false;
	if (r->problems->n + r->problems->dropped == before)
		check_rule_setting(r, y, s);
	return true;
}

/* Rule by rule: what a level does not name stays as its parent has it. */
void
tailoring_rules(struct reader *r, const struct node *map,
    const struct reader_key *k, void *field)
{
	struct settings *s = field;
	struct rule_setting *list;
	size_t n = s->n_rules, said = 0;

	(void)k;
	if (!reader_expect(r, map, NODE_MAP, "\"rules\""))
		return;
	for (const struct node *y = map->child; y != NULL; y = y->next)
		said++;
	if (said > INVENTORY_MAX_RULES) {
		reader_problem(r, map, "more than %d rules: there are not that "
		    "many", INVENTORY_MAX_RULES);
		return;
	}
	list = arena_new(r->arena, n + said, sizeof(*list));
	if (n > 0)
		memcpy(list, s->rules, n * sizeof(*list));
	for (const struct node *y = map->child; y != NULL; y = y->next) {
		struct rule_setting one;
		size_t at = 0;

		if (!read_rule_setting(r, y, &one))
			continue;
		while (at < n && strcmp(list[at].rule, one.rule) != 0)
			at++;
		list[at] = one;
		if (at == n)
			n++;
	}
	s->rules = list;
	s->n_rules = n;
}

static void
read_roles(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	static const struct reader_word words[] = {
		{ "mtls", ROLE_MTLS }, { "https", ROLE_HTTPS },
		{ "single", ROLE_SINGLE }, { "published", ROLE_PUBLISHED },
		{ NULL, 0 },
	};
	const struct node *item = y->kind == NODE_LIST ? y->child : y;
	int roles = 0, one;

	(void)k;
	for (; item != NULL; item = item == y ? NULL : item->next)
		if (reader_word(r, item, words, &one))
			roles |= one;
	*(int *)field = roles;
}

static void
read_waived_rule(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	const char *s = reader_scalar(r, y);

	(void)k;
	if (s != NULL && rule_known(r, y, s, false))
		*(char **)field = arena_strdup(r->arena, s);
}

static void
read_waived_site(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	struct inventory_reading *in = r->context;
	struct waived_site *w;
	char *site = NULL;

	reader_host(r, y, k, &site);
	if (site == NULL)
		return;
	w = arena_new(r->arena, 1, sizeof(*w));
	*w = (struct waived_site){ .next = in->waived_sites, .file = r->file,
	    .site = site, .line = y->line, .column = y->column };
	in->waived_sites = w;
	*(char **)field = site;
}

static void
read_waiver(struct reader *r, const struct node *y, struct waiver *w)
{
	static const struct reader_key keys[] = {
		{ "rule", read_waived_rule, offsetof(struct waiver, rule),
		    NULL, true },
		{ "role", read_roles, offsetof(struct waiver, roles), NULL,
		    false },
		{ "site", read_waived_site, offsetof(struct waiver, site),
		    NULL, false },
		{ "offenders", reader_strings,
		    offsetof(struct waiver, offenders), NULL, false },
		{ "severity", reader_words, offsetof(struct waiver, severity),
		    severities, false },
		{ "ticket", reader_text, offsetof(struct waiver, ticket), NULL,
		    false },
		{ "owner", reader_text, offsetof(struct waiver, owner), NULL,
		    true },
		{ "approved_by", reader_text,
		    offsetof(struct waiver, approved_by), NULL, false },
		{ "reason", reader_text, offsetof(struct waiver, reason), NULL,
		    true },
		{ "until", reader_time, offsetof(struct waiver, until), NULL,
		    true },
	};
	struct reader_table table = { keys, ARRAY_N(keys), w };

	w->line = y->line;
	(void)reader_map(r, y, "a waiver", &table, 1);
}

static size_t
count_items(const struct node *list)
{
	size_t n = 0;

	for (const struct node *y = list->child; y != NULL; y = y->next)
		n++;
	return n;
}

void
tailoring_waivers(struct reader *r, const struct node *list,
    const struct reader_key *k, void *field)
{
	struct settings *s = field;
	struct waiver *w;
	size_t n = 0;

	(void)k;
	if (!reader_expect(r, list, NODE_LIST, "\"waivers\""))
		return;
	w = arena_new(r->arena, count_items(list), sizeof(*w));
	for (const struct node *y = list->child; y != NULL; y = y->next)
		read_waiver(r, y, &w[n++]);
	s->waivers = w;
	s->n_waivers = n;
}

static void
read_clock_time(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	const char *s = reader_scalar(r, y);

	(void)k;
	if (s == NULL)
		return;
	if (strlen(s) == 5 && s[0] >= '0' && s[0] <= '2' && s[1] >= '0' &&
	    s[1] <= '9' && s[2] == ':' && s[3] >= '0' && s[3] <= '5' &&
	    s[4] >= '0' && s[4] <= '9' && (s[0] < '2' || s[1] < '4')) {
		*(int *)field = ((s[0] - '0') * 10 + s[1] - '0') * 3600 +
		    ((s[3] - '0') * 10 + s[4] - '0') * 60;
		return;
	}
	reader_problem(r, y, "\"%s\" is no time of day: write \"02:00\" (UTC)",
	    reader_shown(r, s));
}

static void
read_weekly(struct reader *r, const struct node *y, struct maintenance *m)
{
	static const struct reader_word days[] = {
		{ "sun", 0 }, { "mon", 1 }, { "tue", 2 }, { "wed", 3 },
		{ "thu", 4 }, { "fri", 5 }, { "sat", 6 }, { NULL, 0 },
	};
	static const struct reader_range week = { 60, 7 * CLOCK_DAY };
	static const struct reader_key keys[] = {
		{ "every", reader_words, offsetof(struct maintenance, weekday),
		    days, true },
		{ "at", read_clock_time, offsetof(struct maintenance, start_s),
		    NULL, true },
		{ "for", reader_span_s, offsetof(struct maintenance, length_s),
		    &week, true },
		{ "reason", reader_text, offsetof(struct maintenance, reason),
		    NULL, true },
	};
	struct reader_table table = { keys, ARRAY_N(keys), m };

	(void)reader_map(r, y, "a weekly maintenance window", &table, 1);
}

static void
read_once(struct reader *r, const struct node *y, struct maintenance *m)
{
	static const struct reader_key keys[] = {
		{ "from", reader_time, offsetof(struct maintenance, from),
		    NULL, true },
		{ "until", reader_time, offsetof(struct maintenance, until),
		    NULL, true },
		{ "reason", reader_text, offsetof(struct maintenance, reason),
		    NULL, true },
	};
	struct reader_table table = { keys, ARRAY_N(keys), m };

	m->weekday = -1;
	m->from = m->until = CLOCK_NEVER;
	(void)reader_map(r, y, "a maintenance window", &table, 1);
	if (m->from != CLOCK_NEVER && m->until != CLOCK_NEVER &&
	    m->until <= m->from)
		reader_problem(r, y, "this window ends before it begins");
}

void
tailoring_maintenance(struct reader *r, const struct node *list,
    const struct reader_key *k, void *field)
{
	struct settings *s = field;
	struct maintenance *m;
	size_t n = 0;

	(void)k;
	if (!reader_expect(r, list, NODE_LIST, "\"maintenance\""))
		return;
	m = arena_new(r->arena, count_items(list), sizeof(*m));
	for (const struct node *y = list->child; y != NULL; y = y->next, n++) {
		if (node_find(y, "every") != NULL)
			read_weekly(r, y, &m[n]);
		else
			read_once(r, y, &m[n]);
	}
	s->windows = m;
	s->n_windows = n;
}

void
tailoring_expiring(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	static const struct reader_range range = { 3600, 3650 * CLOCK_DAY };
	static const struct reader_key keys[] = {
		{ "warning", reader_span_s, SEVERITY_WARNING * sizeof(int64_t),
		    &range, false },
		{ "error", reader_span_s, SEVERITY_ERROR * sizeof(int64_t),
		    &range, false },
		{ "critical", reader_span_s,
		    SEVERITY_CRITICAL * sizeof(int64_t), &range, false },
	};
	struct settings *s = field;
	struct reader_table table = { keys, ARRAY_N(keys), s->expiring_s };
	int64_t longer = INT64_MAX;

	(void)k;
	if (!reader_map(r, y, "\"expiring\"", &table, 1))
		return;
	for (int i = SEVERITY_WARNING; i <= SEVERITY_CRITICAL; i++) {
		int64_t span = s->expiring_s[i];

		if (span < 0)
			continue;
		if (span > longer) {
			reader_problem(r, y, "\"%s\" would come before the "
			    "milder one: its span must be shorter",
			    severity_name((enum severity)i));
			return;
		}
		longer = span;
	}
}
