/* SPDX-License-Identifier: ISC */
/* rule_auditor.c - the rules about the auditor, and what they hold back. */
#include "rule_record.h"

static void
run(const struct auditor_view *v, const struct rule *rule, struct results *out)
{
	struct strings none = {0};
	struct about a = { .now = v->now, .thing = "auditor",
	    .names.names = &none };
	struct why why = { .severity = rule->severity };

	(void)rule_record(out, &a, rule, rule->check_auditor(v, &why), &why);
	why_done(&why);
}

void
rules_run_auditor(const struct auditor_view *v, struct results *out)
{
	for (size_t i = 0; i < n_rules; i++)
		if (rules[i].check_auditor != NULL)
			run(v, &rules[i], out);
}

void
rules_hold_clock(struct results *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		struct result *r = &rs->item[i];

		if (!r->rule->by_clock)
			continue;
		r->held = true;
		if (r->verdict == VERDICT_PASS)
			r->verdict = VERDICT_UNKNOWN;
	}
}

void
rules_hold_lost(struct results *rs)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].rule->held)
			rs->item[i].held = true;
}
