/* SPDX-License-Identifier: ISC */
/*
 * rule_record.c - an answer becomes a result: tailoring, planned hosts,
 * maintenance, waivers.
 */
#include "rule_record.h"

#include <stdlib.h>
#include <string.h>

#include "rule_slot.h"

static enum severity
least(enum severity a, enum severity b)
{
	return a < b ? a : b;
}

/*
 * A setting below the row's severity is a ceiling, one at or above it a
 * floor. Planned hosts are being built: nothing about them is urgent.
 */
static enum severity
severity_at(const struct settings *settings, const struct host *host,
    const struct rule *rule, enum severity own)
{
	const struct rule_setting *set = settings_rule(settings, rule->id);
	enum severity severity = own;

	if (set != NULL)
		severity = set->severity < rule->severity ?
		    least(own, set->severity) :
		    own < set->severity ? set->severity : own;
	if (host != NULL && host->state == HOST_PLANNED)
		severity = least(severity, SEVERITY_NOTICE);
	return severity;
}

static enum severity
settle_severity(const struct about *a, const struct rule *rule,
    enum severity own)
{
	enum severity worst = SEVERITY_OFF;

	if (a->settings != NULL)
		return severity_at(a->settings, a->host, rule, own);
	for (size_t i = 0; i < a->n_concerned; i++) {
		enum severity one = severity_at(a->concerned[i]->settings,
		    a->concerned[i]->host, rule, own);

		worst = one > worst ? one : worst;
	}
	return a->n_concerned > 0 ? worst : own;
}

bool
rule_is_off(const struct about *a, const struct rule *rule)
{
	const struct rule_setting *set = a->settings != NULL ?
	    settings_rule(a->settings, rule->id) : NULL;

	return set != NULL && set->severity == SEVERITY_OFF;
}

static bool
is_held(const struct about *a)
{
	return a->held || (a->settings != NULL &&
	    settings_in_maintenance(a->settings, a->now));
}

/* -- waivers -------------------------------------------------------------- */

/* Whether a waiver speaks for a finding; if not, how nearly. */
enum fit {
	FIT_NOT,		/* it is about something else */
	FIT_ENDED,
	FIT_SEVERITY,		/* granted for less */
	FIT_OFFENDER,		/* granted for others */
	FIT_YES,
};

/* One place that a waiver may be about: an endpoint, or a host. */
struct place {
	const struct endpoint	*endpoint;	/* NULL: the host as a whole */
	int			 roles;		/* ROLE_* bits */
	const struct settings	*settings;
	int64_t			 now;
};

/* A waiver speaks of ports; a single certificate stands on both kinds. */
static int
roles_of(const struct endpoint *e, enum role role)
{
	if (role == ROLE_SINGLE && e->host != NULL)
		return ROLE_SINGLE | ROLE_HTTPS | ROLE_MTLS;
	switch (e->kind) {
	case ENDPOINT_HTTPS:
		return (int)role | ROLE_HTTPS;
	case ENDPOINT_MTLS:
		return (int)role | ROLE_MTLS;
	case ENDPOINT_PUBLISHED:
		break;
	}
	return (int)role | ROLE_PUBLISHED;
}

/* As it is told, or its beginning: "cwa04.contoso.com" of "... (behind)". */
static bool
names_offender(const char *granted, const char *offender)
{
	size_t len = strlen(granted);

	return text_equal_bytes(granted, offender,
	    strnlen(offender, len)) && (offender[len] == '\0' ||
	    strncmp(offender + len, " (", 2) == 0 ||
	    strncmp(offender + len, ": ", 2) == 0);
}

/* The first offender that was not granted, or NULL. */
static const char *
new_offender(const struct waiver *w, const struct result *r)
{
	for (size_t i = 0; w->offenders.n > 0 && i < r->offenders.n; i++) {
		size_t k = 0;

		while (k < w->offenders.n && !names_offender(
		    w->offenders.item[k], r->offenders.item[i]))
			k++;
		if (k == w->offenders.n)
			return r->offenders.item[i];
	}
	return NULL;
}

static enum fit
waiver_fit(const struct waiver *w, const struct place *p,
    const struct result *r)
{
	if (strcmp(w->rule, r->rule->id) != 0 ||
	    (w->roles != 0 && (w->roles & p->roles) == 0))
		return FIT_NOT;
	if (w->site != NULL && (p->endpoint == NULL ||
	    !text_equal(w->site, endpoint_site(p->endpoint))))
		return FIT_NOT;
	if (w->until <= p->now)
		return FIT_ENDED;
	if (w->severity != SEVERITY_OFF && r->severity > w->severity)
		return FIT_SEVERITY;
	return new_offender(w, r) != NULL ? FIT_OFFENDER : FIT_YES;
}

/* The waiver that fits best, and how. */
static const struct waiver *
best_waiver(const struct place *p, const struct result *r, enum fit *fit)
{
	const struct waiver *best = NULL;

	*fit = FIT_NOT;
	for (size_t i = 0; i < p->settings->n_waivers; i++) {
		const struct waiver *w = &p->settings->waivers[i];
		enum fit one = waiver_fit(w, p, r);

		if (one <= *fit)
			continue;
		*fit = one;
		best = w;
	}
	return best;
}

/* A waiver that no longer holds is told of: somebody relies on it. */
static void
say_void(struct result *r, const struct waiver *w, enum fit fit)
{
	struct text all = {0};
	char when[CLOCK_TEXT];

	r->void_waiver = w;
	text_addf(&all, "%s; the waiver of %s", r->message, w->owner);
	if (w->ticket != NULL)
		text_addf(&all, " (%s)", w->ticket);
	text_add(&all, " is void: ");
	switch (fit) {
	case FIT_ENDED:
		text_addf(&all, "it ended at %s", clock_format(w->until, when));
		break;
	case FIT_SEVERITY:
		text_addf(&all, "it was granted up to %s, and this is %s",
		    severity_name(w->severity), severity_name(r->severity));
		break;
	case FIT_OFFENDER:
		text_addf(&all, "it was not granted for %s",
		    new_offender(w, r));
		break;
	case FIT_NOT:
	case FIT_YES:
		break;
	}
	free(r->message);
	r->message = text_take(&all);
	text_done(&all);
}

static void
say_partial(struct result *r, const struct waiver *w, const char *without)
{
	struct text all = {0};

	text_addf(&all, "%s; the waiver of %s is not enough: %s has none",
	    r->message, w->owner, without);
	free(r->message);
	r->message = text_take(&all);
	text_done(&all);
}

/* A finding about several is waived where each that it concerns waives it. */
static void
apply_shared_waivers(struct result *r, const struct about *a)
{
	const struct waiver *granted = NULL, *other = NULL;
	const struct endpoint *without = NULL;
	enum fit worst = FIT_YES;

	for (size_t i = 0; i < a->n_concerned; i++) {
		const struct endpoint *e = a->concerned[i];
		const struct place p = { e, roles_of(e, ROLE_SINGLE),
		    e->settings, a->now };
		enum fit fit;
		const struct waiver *w = best_waiver(&p, r, &fit);

		if (fit == FIT_YES)
			granted = granted != NULL ? granted : w;
		else if (w != NULL)
			other = w;
		else if (without == NULL)
			without = e;
		worst = fit != FIT_YES && w != NULL ? fit : worst;
	}
	if (granted != NULL && other == NULL && without == NULL)
		r->waiver = granted;
	else if (other != NULL)
		say_void(r, other, worst);
	else if (granted != NULL)
		say_partial(r, granted, endpoint_owner(without));
}

static void
apply_waivers(struct result *r, const struct about *a)
{
	const struct place p = { a->endpoint, a->endpoint != NULL ?
	    roles_of(a->endpoint, a->role) : r->rule->roles, a->settings,
	    a->now };
	const struct waiver *w;
	enum fit fit;

	if (a->settings == NULL) {
		apply_shared_waivers(r, a);
		return;
	}
	w = best_waiver(&p, r, &fit);
	if (fit == FIT_YES)
		r->waiver = w;
	else if (w != NULL)
		say_void(r, w, fit);
}

/* -- results -------------------------------------------------------------- */

static void
make_id(const struct about *a, const struct rule *rule, char id[FINDING_ID])
{
	if (a->endpoint != NULL)
		rule_slot_id(a->endpoint, a->role, rule, id);
	else if (a->host != NULL)
		finding_id(id, a->host->fqdn, "host", "", 0, rule->id);
	else
		finding_id(id, a->thing, "shared", "", 0, rule->id);
}

static struct result *
add_result(struct results *out, const struct about *a, const struct rule *rule,
    enum verdict verdict)
{
	struct result *r = results_add(out);

	r->rule = rule;
	r->endpoint = a->endpoint;
	r->host = a->host;
	r->site = a->site;
	r->role = a->role;
	r->leaf = rule->scope == SCOPE_SLOT ? a->leaf : NULL;
	r->verdict = (int)verdict;
	r->speaks = true;
	make_id(a, rule, r->id);
	return r;
}

void
rule_record_off(struct results *out, const struct about *a,
    const struct rule *rule)
{
	(void)add_result(out, a, rule, VERDICT_NOT_APPLICABLE);
}

/* Who answers for it: of several, if they agree. */
static const char *
contact_of(const struct about *a)
{
	const char *owner;

	if (a->settings != NULL)
		return a->settings->owner;
	owner = a->n_concerned > 0 ? a->concerned[0]->settings->owner : NULL;
	for (size_t i = 1; owner != NULL && i < a->n_concerned; i++)
		if (a->concerned[i]->settings->owner == NULL ||
		    strcmp(owner, a->concerned[i]->settings->owner) != 0)
			return NULL;
	return owner;
}

/* Empties why into a failing result. */
static void
take_why(struct result *r, struct about *a, struct why *why)
{
	r->own_severity = why->severity;
	r->severity = settle_severity(a, r->rule, why->severity);
	r->message = text_take(&why->message);
	r->offenders = why->offenders;
	why->offenders = (struct strings){0};
	r->ends = why->ends;
	r->nodes = why->nodes;
	why->nodes = (struct strings){0};
	r->offenders_key = r->offenders.n > 0 ? why->offenders_key : NULL;
	a->names.missing = &r->offenders;
	if (why->remedy.len == 0)
		remedy_fill(r->rule->remedy, &a->names, &why->remedy);
	r->remedy = text_take(&why->remedy);
	r->held = r->rule->held && is_held(a);
	apply_waivers(r, a);
}

struct result *
rule_record(struct results *out, struct about *a, const struct rule *rule,
    enum verdict verdict, struct why *why)
{
	struct result *r;

	if (verdict == VERDICT_NOT_APPLICABLE)
		return NULL;
	r = add_result(out, a, rule, verdict);
	r->contact = contact_of(a);
	r->own_severity = rule->severity;
	r->severity = settle_severity(a, rule, rule->severity);
	if (verdict == VERDICT_FAIL)
		take_why(r, a, why);
	return r;
}
