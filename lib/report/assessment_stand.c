/* SPDX-License-Identifier: ISC */
/*
 * assessment_stand.c - how hosts stand: what was found about each, what of it
 * nobody could say, and the order in which people read them.
 */
#include <stdlib.h>
#include <string.h>

#include "assessment_own.h"
#include "cwaudit/mem.h"

/* ---- findings ---- */

size_t
assessment_host_of(const struct assessment *a, const struct finding *f)
{
	const struct assessed_host *h = *f->owner != '\0' ?
	    assessment_host(a, f->owner, strlen(f->owner)) : NULL;

	return h != NULL ? (size_t)(h - a->hosts) : ASSESSMENT_NONE;
}

/* Calls fn for each host that it is about. Offenders of what concerns several
 * begin with their names. */
static bool
each_host_of(struct assessment *a, const struct finding *f,
    void (*fn)(struct assessed_host *, const struct finding *))
{
	size_t own = assessment_host_of(a, f);
	bool any = own != ASSESSMENT_NONE;

	if (any)
		fn(&a->hosts[own], f);
	for (size_t i = 0; *f->owner == '\0' && i < f->offenders.n; i++) {
		const char *s = f->offenders.item[i];
		struct assessed_host *h = assessment_host(a, s,
		    strcspn(s, " "));

		if (h == NULL)
			continue;
		any = true;
		fn(h, f);
	}
	return any;
}

static void
mark_host(struct assessed_host *h, const struct finding *f)
{
	if (f->waived) {
		h->excused |= f->severity >= SEVERITY_WARNING;
	} else if (f->severity >= SEVERITY_ERROR) {
		if (h->wrong_since == CLOCK_NEVER ||
		    f->opened < h->wrong_since)
			h->wrong_since = f->opened;
	} else {
		h->warned |= f->severity == SEVERITY_WARNING;
	}
}

static void
touch_host(struct assessed_host *h, const struct finding *f)
{
	(void)h;
	(void)f;
}

static void
mark_former(struct assessed_host *h, const struct finding *f)
{
	h->was_wrong |= !f->waived && f->severity >= SEVERITY_ERROR;
}

/* What is about no host is about all of them, or about the auditor. */
static bool
concerns(struct assessment *a, const struct finding *f)
{
	return each_host_of(a, f, touch_host) ||
	    (*f->owner == '\0' && !a->filtered);
}

static void
keep_right_since(struct assessment *a, const struct finding *f, int64_t ended)
{
	size_t own = assessment_host_of(a, f);

	if (own != ASSESSMENT_NONE && f->severity >= SEVERITY_ERROR &&
	    ended > a->hosts[own].right_since)
		a->hosts[own].right_since = ended;
}

void
assessment_add_finding(struct assessment *a, const char *state, int64_t ended,
    const char *facts)
{
	struct finding *f = diff_finding_parse(facts);
	enum transition t;

	if (f != NULL && ended != CLOCK_NEVER)
		keep_right_since(a, f, ended);
	if (f == NULL || ended != CLOCK_NEVER ||
	    !transition_parse(state, &t) || !concerns(a, f)) {
		diff_finding_free(f);
		return;
	}
	(void)each_host_of(a, f, mark_host);
	a->findings = xgrow(a->findings, a->n_findings, &a->cap_findings,
	    sizeof(*a->findings));
	a->finding_host = xgrow(a->finding_host, a->n_findings,
	    &a->cap_finding_host, sizeof(*a->finding_host));
	a->finding_host[a->n_findings] = assessment_host_of(a, f);
	a->findings[a->n_findings++] = (struct ledger_finding){ .finding = f,
	    .state = t, .ended = CLOCK_NEVER };
}

void
assessment_add_former(struct assessment *a, const char *facts)
{
	struct finding *f = diff_finding_parse(facts);

	if (f != NULL)
		(void)each_host_of(a, f, mark_former);
	diff_finding_free(f);
}

/* Of a host that is gone nothing is left but this: it is kept too. */
void
assessment_add_change(struct assessment *a, int64_t at, const char *state,
    const char *facts)
{
	struct finding *f = diff_finding_parse(facts);
	enum transition t;

	if (f == NULL || !transition_parse(state, &t) ||
	    (a->filtered && !concerns(a, f))) {
		diff_finding_free(f);
		return;
	}
	a->changes = xgrow(a->changes, a->n_changes, &a->cap_changes,
	    sizeof(*a->changes));
	a->changes[a->n_changes++] = (struct assessed_change){ at, t, f };
}

void
assessment_add_reissue(struct assessment *a, int64_t seq, int64_t at,
    const char *facts)
{
	struct ledger_event e = { .seq = seq, .at = at };
	const char *host, *verdict;

	if (!event_parse(facts, &e.event))
		return;
	host = event_value(&e.event, "host");
	verdict = event_value(&e.event, "verdict");
	if (host == NULL || verdict == NULL || (a->filtered &&
	    assessment_host(a, host, strlen(host)) == NULL)) {
		event_done(&e.event);
		return;
	}
	if (strcmp(verdict, "bad") == 0)
		a->bad++;
	else
		a->good++;
	a->reissues = xgrow(a->reissues, a->n_reissues, &a->cap_reissues,
	    sizeof(*a->reissues));
	a->reissues[a->n_reissues++] = e;
}

/* ---- the end ---- */

static const char *
what_is_missing(struct assessment *a, const struct assessed_host *h,
    const struct assessed_port *p)
{
	int64_t interval = a->interval_s[strcmp(p->kind, "mtls") == 0];
	struct text t = {0};
	const char *kept;

	if (strcmp(h->state, "planned") == 0)
		text_add(&t, "planned: nothing is demanded of it yet");
	else if (p->since == CLOCK_NEVER)
		text_add(&t, "no look is on record");
	else if (strcmp(p->outcome, "observed") != 0)
		text_addf(&t, "not observed: %s%s%s", p->outcome,
		    *p->detail != '\0' ? ", " : "", p->detail);
	else if (!p->judged)
		text_add(&t, "no answer of the rules is on record");
	else if (a->at_work == CLOCK_NEVER ||
	    a->until - a->at_work > 2 * interval)
		text_add(&t, "the auditor was not at work for longer than "
		    "twice the interval");
	kept = arena_strdup(&a->arena, text_str(&t));
	text_done(&t);
	return kept;
}

static void
stand(struct assessment *a, struct assessed_host *h)
{
	int64_t missing_since = CLOCK_NEVER, first = CLOCK_NEVER;
	bool missing = h->incomplete || h->n_ports == 0;

	for (size_t i = 0; i < h->n_ports; i++) {
		struct assessed_port *p = &a->ports[h->first_port + i];

		p->missing = what_is_missing(a, h, p);
		a->observed += strcmp(p->outcome, "observed") == 0;
		a->judged += *p->missing == '\0';
		if (p->first_seen != CLOCK_NEVER && (first == CLOCK_NEVER ||
		    p->first_seen < first))
			first = p->first_seen;
		if (*p->missing == '\0')
			continue;
		missing = true;
		if (p->since > missing_since)
			missing_since = p->since;
	}
	h->was_seen = first != CLOCK_NEVER && first < a->since;
	h->standing = h->wrong_since != CLOCK_NEVER ? STANDING_WRONG :
	    missing ? STANDING_UNKNOWN : h->excused ? STANDING_WAIVED :
	    h->warned ? STANDING_WARNED : STANDING_RIGHT;
	h->since = h->standing == STANDING_WRONG ? h->wrong_since :
	    h->standing == STANDING_UNKNOWN ? missing_since :
	    h->right_since > first ? h->right_since : first;
	a->standing[h->standing]++;
}

static int
compare_hosts(const void *x, const void *y)
{
	const struct assessed_host *a = x, *b = y;

	if (a->standing != b->standing)
		return a->standing < b->standing ? -1 : 1;
	return strcmp(a->name, b->name);
}

struct placed { size_t host; struct ledger_finding finding; };

static int
compare_findings(const void *x, const void *y)
{
	const struct placed *p = x, *q = y;
	const struct finding *f = p->finding.finding, *g = q->finding.finding;
	int order;

	if (p->host != q->host)
		return p->host < q->host ? -1 : 1;
	if (f->waived != g->waived)
		return f->waived ? 1 : -1;
	if (f->severity != g->severity)
		return f->severity > g->severity ? -1 : 1;
	order = strcmp(f->rule->id, g->rule->id);
	return order != 0 ? order : strcmp(f->id, g->id);
}

static void
count_finding(struct assessment *a, const struct finding *f)
{
	const struct assessed_waiver *w;

	if (!f->waived) {
		a->open[f->severity]++;
		return;
	}
	a->waived++;
	w = assessment_waiver(a, f);
	if (w != NULL)
		a->waivers[w->listed].n_waived++;
}

/* Hosts stand in their last order, and were elsewhere before. */
static void
place_findings(struct assessment *a, const size_t *moved)
{
	struct placed *all = xcalloc(a->n_findings + 1, sizeof(*all));

	for (size_t i = 0; i < a->n_findings; i++) {
		size_t h = a->finding_host[i];

		all[i].host = h != ASSESSMENT_NONE ? moved[h] : h;
		all[i].finding = a->findings[i];
	}
	assessment_sort(all, a->n_findings, sizeof(*all), compare_findings);
	a->first_shared = a->n_findings;
	for (size_t i = 0; i < a->n_findings; i++) {
		size_t h = all[i].host;

		a->findings[i] = all[i].finding;
		if (h == ASSESSMENT_NONE) {
			if (a->first_shared == a->n_findings)
				a->first_shared = i;
		} else if (a->hosts[h].n_findings++ == 0) {
			a->hosts[h].first_finding = i;
		}
		count_finding(a, a->findings[i].finding);
	}
	free(all);
}

static void
place_hosts(struct assessment *a)
{
	size_t *moved = xcalloc(a->n_hosts + 1, sizeof(*moved));

	for (size_t i = 0; i < a->n_hosts; i++)
		a->hosts[i].place = i;
	assessment_sort(a->hosts, a->n_hosts, sizeof(*a->hosts),
	    compare_hosts);
	for (size_t i = 0; i < a->n_hosts; i++)
		moved[a->hosts[i].place] = i;
	assessment_index(a);
	place_findings(a, moved);
	free(moved);
}

static int
compare_certs(const void *x, const void *y)
{
	const struct assessed_cert *a = x, *b = y;

	if (a->not_after != b->not_after)
		return a->not_after < b->not_after ? -1 : 1;
	return memcmp(a->sha256, b->sha256, CERT_SHA256);
}

struct keyed { int64_t id; size_t at; };

static int
compare_keyed(const void *x, const void *y)
{
	return assessment_compare_ids(&((const struct keyed *)x)->id,
	    &((const struct keyed *)y)->id);
}

static size_t
find_cert(const struct assessment *a, const struct keyed *keys, int64_t id)
{
	const struct keyed key = { id, 0 }, *found = a->n_certs == 0 ? NULL :
	    bsearch(&key, keys, a->n_certs, sizeof(*keys), compare_keyed);

	return found != NULL ? found->at : ASSESSMENT_NONE;
}

/* Who presents what. */
static void
present(struct assessment *a, size_t host, struct assessed_port *p,
    const struct keyed *keys)
{
	const char *s = p->chain;
	int64_t id;

	p->cert = find_cert(a, keys, p->cert_id);
	while ((id = assessment_next_id(&s)) >= 0) {
		size_t at = find_cert(a, keys, id);

		if (at == ASSESSMENT_NONE)
			continue;
		if (id == p->cert_id)
			a->certs[at].n_leaf++;
		else
			a->certs[at].n_sent++;
		if (host < a->certs[at].host)
			a->certs[at].host = host;
	}
}

static void
place_certs(struct assessment *a)
{
	struct keyed *keys = xcalloc(a->n_certs + 1, sizeof(*keys));

	assessment_sort(a->certs, a->n_certs, sizeof(*a->certs),
	    compare_certs);
	for (size_t i = 0; i < a->n_certs; i++)
		keys[i] = (struct keyed){ a->certs[i].id, i };
	assessment_sort(keys, a->n_certs, sizeof(*keys), compare_keyed);
	for (size_t h = 0; h < a->n_hosts; h++)
		for (size_t i = 0; i < a->hosts[h].n_ports; i++)
			present(a, h, &a->ports[a->hosts[h].first_port + i],
			    keys);
	free(keys);
}

static int
compare_rules(const void *x, const void *y)
{
	const struct assessed_rule *a = x, *b = y;

	if (a->rule != NULL && b->rule != NULL)
		return (a->rule > b->rule) - (a->rule < b->rule);
	if (a->rule != NULL || b->rule != NULL)
		return a->rule != NULL ? -1 : 1;
	return strcmp(a->name, b->name);
}

void
assessment_finish(struct assessment *a)
{
	assessment_merge(a);
	for (size_t i = 0; i < a->n_hosts; i++)
		stand(a, &a->hosts[i]);
	place_hosts(a);
	place_certs(a);
	assessment_sort(a->rules, a->n_rules, sizeof(*a->rules),
	    compare_rules);
	assessment_sort(a->clauses, a->n_clauses, sizeof(*a->clauses),
	    compare_rules);
	for (size_t i = 0; i < a->n_changes; i++) {
		a->opened += a->changes[i].state == TRANSITION_OPENED;
		a->cleared += a->changes[i].state == TRANSITION_CLEARED;
	}
	assessment_count_mended(a);
}
