/* SPDX-License-Identifier: ISC */
/* check_auditor.c - when the auditor's own word is not to be taken. */
#include "cwaudit/check_auditor.h"

#include <string.h>

#define REFUSED_MAX	400	/* of the first mistake */
#define STORE_MAX	400	/* of what is wrong with the store */

enum verdict
check_auditor_clock(const struct auditor_view *v, struct why *why)
{
	char span[CLOCK_TEXT];
	int64_t by = v->step_s < 0 ? -v->step_s : v->step_s;

	if (!v->clock_in_doubt)
		return VERDICT_PASS;
	if (v->step_s != 0)
		text_addf(&why->message, "the auditor's clock was set %s by "
		    "%s", v->step_s < 0 ? "back" : "forward",
		    clock_format_span_ms(by * 1000, span));
	else
		text_addf(&why->message, "%zu of %zu hosts have an expired or "
		    "not yet valid certificate at once: either the auditor's "
		    "clock is wrong, or a renewal was missed", v->turned,
		    v->hosts);
	text_addf(&why->message, "; it says %s, and what depends on dates is "
	    "held until it has settled", clock_format(v->now, span));
	return VERDICT_FAIL;
}

static void
add_zone(const struct lost_zone *z, struct text *out)
{
	if (z->name != NULL)
		text_addf(out, "zone %s", z->name);
	else
		text_add(out, "the hosts without a zone");
	text_addf(out, ": %zu of %zu ports that answered last do not (%s)",
	    z->lost, z->asked, z->cause);
}

enum verdict
check_auditor_blind(const struct auditor_view *v, struct why *why)
{
	if (v->n_lost == 0)
		return VERDICT_PASS;
	text_add(&why->message, "many hosts were lost at once, which is the "
	    "auditor's network or resolver rather than they: ");
	for (size_t i = 0; i < v->n_lost; i++) {
		const struct lost_zone *z = &v->lost[i];
		struct text offender = {0};

		text_add(&why->message, i > 0 ? "; " : "");
		add_zone(z, &why->message);
		/* another zone with the same cause is news, too */
		text_addf(&offender, "%s%s%s", z->name != NULL ? z->name : "",
		    z->name != NULL ? ": " : "", z->cause);
		strings_add(&why->offenders, text_str(&offender));
		text_done(&offender);
	}
	text_add(&why->message, "; nothing is said of single ones until they "
	    "answer again");
	why->offenders_key = "cause";
	return VERDICT_FAIL;
}

enum verdict
check_auditor_late(const struct auditor_view *v, struct why *why)
{
	char span[CLOCK_TEXT];

	if (v->late == 0)
		return v->cycled ? VERDICT_PASS : VERDICT_UNKNOWN;
	text_addf(&why->message, "%zu looks began more than their interval "
	    "after they were due, the latest %s after: what is reported is "
	    "older than promised", v->late,
	    clock_format_span_ms(v->latest_s * 1000, span));
	return VERDICT_FAIL;
}

enum verdict
check_auditor_coverage(const struct auditor_view *v, struct why *why)
{
	if (!v->cycled)
		return VERDICT_UNKNOWN;
	if (v->observed * 100 >= v->endpoints * (size_t)v->coverage_percent)
		return VERDICT_PASS;
	text_addf(&why->message, "a certificate was seen at %zu of %zu "
	    "endpoints, which is less than the %u %% asked for: the others "
	    "were not assessed", v->observed, v->endpoints,
	    v->coverage_percent);
	return VERDICT_FAIL;
}

enum verdict
check_auditor_inventory_refused(const struct auditor_view *v, struct why *why)
{
	if (v->refused == NULL)
		return VERDICT_PASS;
	text_add(&why->message, "the inventory was refused: ");
	text_add_escaped(&why->message, v->refused, strlen(v->refused),
	    REFUSED_MAX);
	if (v->mistakes > 1)
		text_addf(&why->message, " (and %zu more)", v->mistakes - 1);
	text_add(&why->message, "; the one before is in use");
	return VERDICT_FAIL;
}

enum verdict
check_auditor_store(const struct auditor_view *v, struct why *why)
{
	if (v->store == NULL)
		return VERDICT_PASS;
	text_add(&why->message, "the store cannot be written: ");
	text_add_escaped(&why->message, v->store, strlen(v->store),
	    STORE_MAX);
	text_add(&why->message, "; looks and the log go on, but what happens "
	    "now is not in the history, and a restart forgets it");
	return VERDICT_FAIL;
}
