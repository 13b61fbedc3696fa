/* SPDX-License-Identifier: ISC */
/*
 * report_assessment_json.c - a compliance report as one JSON document, which
 * says at its end what it hashes to. Its schema stands in etc/schemas.
 */
#include "cwaudit/report_assessment.h"

#include <stdlib.h>

#include "cwaudit/sha256.h"
#include "report_assessment_json.h"
#include "report_ledger.h"

static json_t *
number(size_t n)
{
	return json_integer((json_int_t)n);
}

/* ---- head ---- */

static void
add_period(struct document *d, const struct assessment *a)
{
	const struct assessment_filter *f = &a->filter;
	json_t *period = json_object(), *filter = json_object();

	document_set(period, "since", document_time(a->since));
	document_set(period, "until", document_time(a->until));
	document_set(filter, "owner", document_text(f->owner));
	document_set(filter, "group", document_text(f->group));
	document_set(filter, "zone", document_text(f->zone));
	document_set(filter, "tag", document_text(f->tag));
	document_set(filter, "host", document_text(f->host));
	document_member(d, "period", period);
	document_member(d, "changes_only", json_boolean(a->changes_only));
	document_member(d, "filter", filter);
}

static void
add_auditor(struct document *d, const struct assessment *a)
{
	json_t *o = json_object(), *gaps = json_array();

	for (size_t i = 0; i < a->n_gaps; i++) {
		json_t *gap = json_object();

		document_set(gap, "since", document_time(a->gaps[i].since));
		document_set(gap, "until", document_time(a->gaps[i].until));
		(void)json_array_append_new(gaps, gap);
	}
	document_set(o, "version", document_text(a->version));
	document_set(o, "running_since", document_time(a->run_since));
	document_set(o, "at_work", document_time(a->at_work));
	document_set(o, "stale", json_boolean(a->stale));
	document_set(o, "cycles", json_integer(a->cycles));
	document_set(o, "rule_set", json_integer(a->rule_set));
	document_set(o, "settings_sha256", a->settings_since == CLOCK_NEVER ?
	    json_null() : document_hex(a->settings_sha256, CERT_SHA256));
	document_set(o, "settings_since", document_time(a->settings_since));
	document_set(o, "downtime", gaps);
	document_set(o, "downtime_seconds", json_integer(a->gap_s));
	document_member(d, "auditor", o);
}

static void
add_inventory(struct document *d, const struct assessment *a)
{
	json_t *o = json_object();

	document_set(o, "sha256", a->inventory_since == CLOCK_NEVER ?
	    json_null() : document_hex(a->inventory_sha256, CERT_SHA256));
	document_set(o, "since", document_time(a->inventory_since));
	document_set(o, "hosts", number(a->n_hosts));
	document_set(o, "retired", number(a->retired));
	document_set(o, "filtered_out", number(a->filtered_out));
	document_set(o, "added", document_strings(&a->added));
	document_set(o, "removed", document_strings(&a->removed));
	document_member(d, "inventory", o);
}

/* Hosts that were wrong and are not, or the other way round. */
static json_t *
turned(const struct assessment *a, bool no_longer)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->n_hosts; i++)
		if (assessment_turned(&a->hosts[i], no_longer))
			(void)json_array_append_new(list,
			    document_text(a->hosts[i].name));
	return list;
}

json_t *
assessment_summary_json(const struct assessment *a)
{
	json_t *o = json_object(), *hosts = json_object(),
	    *open = json_object(), *endpoints = json_object();

	for (int i = 0; i < STANDING_N; i++)
		document_set(hosts, standing_name((enum standing)i),
		    number(a->standing[i]));
	for (int i = SEVERITY_CRITICAL; i >= SEVERITY_NOTICE; i--)
		document_set(open, severity_name((enum severity)i),
		    number(a->open[i]));
	document_set(open, "waived", number(a->waived));
	document_set(endpoints, "all", number(a->n_ports));
	document_set(endpoints, "observed", number(a->observed));
	document_set(endpoints, "assessed", number(a->judged));
	document_set(o, "hosts", hosts);
	document_set(o, "endpoints", endpoints);
	document_set(o, "findings", open);
	document_set(o, "opened", number(a->opened));
	document_set(o, "cleared", number(a->cleared));
	document_set(o, "reissues_good", number(a->good));
	document_set(o, "reissues_bad", number(a->bad));
	document_set(o, "became_wrong", turned(a, false));
	document_set(o, "no_longer_wrong", turned(a, true));
	return o;
}

/* ---- rules ---- */

static json_t *
counts(const struct assessed_rule *r)
{
	json_t *o = json_object();

	document_set(o, "name", document_text(r->name));
	document_set(o, "met", number(r->met));
	document_set(o, "not_met", number(r->not_met));
	document_set(o, "waived", number(r->waived));
	document_set(o, "not_assessed", number(r->not_assessed));
	return o;
}

static json_t *
rule_value(const struct assessed_rule *r)
{
	json_t *o = counts(r);

	document_set(o, "severity", document_text(r->rule != NULL ?
	    severity_name(r->rule->severity) : NULL));
	document_set(o, "title", document_text(r->rule != NULL ?
	    r->rule->title : NULL));
	document_set(o, "clauses", document_text(r->rule != NULL ?
	    r->rule->clauses : NULL));
	return o;
}

static void
add_rules(struct document *d, const struct assessment *a)
{
	document_list(d, "rules");
	for (size_t i = 0; i < a->n_rules; i++)
		document_item(d, rule_value(&a->rules[i]));
	document_list_end(d);
	document_list(d, "clauses");
	for (size_t i = 0; i < a->n_clauses; i++)
		document_item(d, counts(&a->clauses[i]));
	document_list_end(d);
}

static json_t *
tailoring_value(const struct assessed_tailoring *t)
{
	json_t *o = json_object();

	document_set(o, "rule", document_text(t->rule));
	document_set(o, "severity", document_text(t->severity));
	document_set(o, "site", document_text(t->site));
	document_set(o, "owner", document_text(t->owner));
	document_set(o, "reason", document_text(t->reason));
	document_set(o, "host", document_text(t->host));
	document_set(o, "hosts", number(t->hosts));
	return o;
}

static json_t *
waiver_value(const struct assessed_waiver *w)
{
	json_t *o = json_object();

	document_set(o, "rule", document_text(w->rule));
	document_set(o, "roles", document_text(w->roles));
	document_set(o, "site", document_text(w->site));
	document_set(o, "offenders", document_text(w->offenders));
	document_set(o, "ticket", document_text(w->ticket));
	document_set(o, "owner", document_text(w->owner));
	document_set(o, "approved_by", document_text(w->approved_by));
	document_set(o, "reason", document_text(w->reason));
	document_set(o, "until", document_time(w->until));
	document_set(o, "host", document_text(w->host));
	document_set(o, "hosts", number(w->hosts));
	document_set(o, "findings_waived", number(w->n_waived));
	return o;
}

static void
add_exceptions(struct document *d, const struct assessment *a)
{
	document_list(d, "tailoring");
	for (size_t i = 0; i < a->n_tailoring; i++)
		document_item(d, tailoring_value(&a->tailoring[i]));
	document_list_end(d);
	document_list(d, "waivers");
	for (size_t i = 0; i < a->n_waivers; i++)
		document_item(d, waiver_value(&a->waivers[i]));
	document_list_end(d);
}

/* ---- hosts ---- */

static json_t *
port_value(const struct assessment *a, const struct assessed_port *p)
{
	json_t *o = json_object();

	document_set(o, "kind", document_text(p->kind));
	document_set(o, "site", document_text(p->site));
	document_set(o, "port", json_integer(p->port));
	document_set(o, "place", document_text(p->place));
	document_set(o, "outcome", document_text(p->outcome));
	document_set(o, "detail", document_text(p->detail));
	document_set(o, "via", document_text(p->via));
	document_set(o, "proof", document_text(p->proof));
	document_set(o, "since", document_time(p->since));
	document_set(o, "sha256", p->cert == ASSESSMENT_NONE ? json_null() :
	    document_hex(a->certs[p->cert].sha256, CERT_SHA256));
	document_set(o, "met", number(p->met));
	document_set(o, "not_met", number(p->not_met));
	document_set(o, "waived", number(p->waived));
	document_set(o, "not_assessed", number(p->not_assessed));
	document_set(o, "missing", document_text(p->missing));
	return o;
}

json_t *
assessment_finding_json(const struct assessment *a, const struct ledger_finding *lf)
{
	const struct assessed_waiver *w = assessment_waiver(a, lf->finding);
	json_t *o = report_finding_json(lf);

	document_set(o, "said", document_time(lf->finding->said));
	document_set(o, "waived_by", document_text(w != NULL ? w->owner :
	    NULL));
	document_set(o, "waived_until", document_time(w != NULL ? w->until :
	    CLOCK_NEVER));
	return o;
}

json_t *
assessment_host_json(const struct assessment *a, const struct assessed_host *h)
{
	json_t *o = json_object(), *ports = json_array(),
	    *findings = json_array();

	for (size_t i = 0; i < h->n_ports; i++)
		(void)json_array_append_new(ports,
		    port_value(a, &a->ports[h->first_port + i]));
	for (size_t i = 0; i < h->n_findings; i++)
		(void)json_array_append_new(findings,
		    assessment_finding_json(a, &assessment_findings(a, h)[i]));
	document_set(o, "host", document_text(h->name));
	document_set(o, "kind", document_text(h->kind));
	document_set(o, "state", document_text(h->state));
	document_set(o, "group", document_text(h->group));
	document_set(o, "owner", document_text(h->owner));
	document_set(o, "zone", document_text(h->zone));
	document_set(o, "tags", document_text(h->tags));
	document_set(o, "standing", document_text(standing_name(
	    h->standing)));
	document_set(o, "since", document_time(h->since));
	document_set(o, "left_out", document_strings(&h->left_out));
	document_set(o, "endpoints", ports);
	document_set(o, "findings", findings);
	return o;
}

json_t *
assessment_cert_json(const struct assessment *a, const struct assessed_cert *c)
{
	json_t *o = json_object();

	document_set(o, "sha256", document_hex(c->sha256, CERT_SHA256));
	document_set(o, "readable", json_boolean(c->readable));
	document_set(o, "ca", json_boolean(c->ca));
	document_set(o, "subject_cn", document_text(c->cn));
	document_set(o, "san_dns", document_text(c->san));
	document_set(o, "subject", document_text(c->subject));
	document_set(o, "issuer", document_text(c->issuer));
	document_set(o, "serial", document_text(c->serial));
	document_set(o, "key", document_text(c->key));
	document_set(o, "signature", document_text(c->signature));
	document_set(o, "not_before", document_time(c->not_before));
	document_set(o, "not_after", document_time(c->not_after));
	document_set(o, "days_left", c->not_after == CLOCK_NEVER ?
	    json_null() : json_integer(assessment_days_left(a,
	    c->not_after)));
	document_set(o, "first_seen", document_time(c->first_seen));
	document_set(o, "endpoints", number(c->n_leaf));
	document_set(o, "in_chains_of", number(c->n_sent));
	document_set(o, "host", document_text(c->host != ASSESSMENT_NONE ?
	    a->hosts[c->host].name : NULL));
	return o;
}

static void
add_state(struct document *d, const struct assessment *a)
{
	document_list(d, "hosts");
	for (size_t i = 0; i < a->n_hosts && !d->stopped; i++)
		document_item(d, assessment_host_json(a, &a->hosts[i]));
	document_list_end(d);
	document_list(d, "findings");
	for (size_t i = a->first_shared; i < a->n_findings; i++)
		document_item(d, assessment_finding_json(a, &a->findings[i]));
	document_list_end(d);
	document_list(d, "certificates");
	for (size_t i = 0; i < a->n_certs && !d->stopped; i++)
		document_item(d, assessment_cert_json(a, &a->certs[i]));
	document_list_end(d);
}

/* ---- the period ---- */

static json_t *
change_value(const struct assessed_change *c)
{
	const struct ledger_finding lf = { .finding = c->finding,
	    .state = c->state, .ended = transition_ends(c->state) ? c->at :
	    CLOCK_NEVER };
	json_t *o = report_finding_json(&lf);

	document_set(o, "at", document_time(c->at));
	return o;
}

static json_t *
reissue_value(const struct ledger_event *e)
{
	struct text t = {0};
	json_t *o;

	event_write(&e->event, &t);
	o = json_loads(text_str(&t), 0, NULL);
	text_done(&t);
	if (o == NULL)
		o = json_object();
	document_set(o, "seq", json_integer(e->seq));
	document_set(o, "at", document_time(e->at));
	return o;
}

static void
add_mended(struct document *d, const struct assessment *a, const char *key,
    int by)
{
	document_list(d, key);
	for (size_t i = 0; i < a->n_mended[by]; i++) {
		const struct assessed_mend *m = &a->mended[by][i];
		json_t *o = json_object();

		document_set(o, "name", document_text(m->name));
		document_set(o, "findings", number(m->n));
		document_set(o, "median_seconds", json_integer(m->median_s));
		document_set(o, "longest_seconds",
		    json_integer(m->longest_s));
		document_item(d, o);
	}
	document_list_end(d);
}

static void
add_happened(struct document *d, const struct assessment *a)
{
	document_list(d, "changes");
	for (size_t i = 0; i < a->n_changes && !d->stopped; i++)
		document_item(d, change_value(&a->changes[i]));
	document_list_end(d);
	document_list(d, "reissues");
	for (size_t i = 0; i < a->n_reissues && !d->stopped; i++)
		document_item(d, reissue_value(&a->reissues[i]));
	document_list_end(d);
	add_mended(d, a, "mended_by_rule", 0);
	add_mended(d, a, "mended_by_owner", 1);
}

static void
add_method(struct document *d)
{
	document_list(d, "method");
	for (size_t i = 0; i < n_assessment_method; i++)
		document_item(d, json_string(assessment_method[i]));
	document_list_end(d);
}

/* ---- the document, and what it hashes to ---- */

struct digest {
	report_write_fn	*write;		/* NULL: it is only hashed */
	void		*ctx;
	struct sha256	*sha256;	/* NULL: no longer */
};

static bool
pass_on(void *ctx, const char *bytes, size_t len)
{
	struct digest *g = ctx;

	if (g->sha256 != NULL)
		sha256_add(g->sha256, bytes, len);
	return g->write == NULL || g->write(g->ctx, bytes, len);
}

static void
add_all(struct document *d, const struct assessment *a)
{
	document_member(d, "schema", json_string("cwaudit/report/1"));
	add_period(d, a);
	add_auditor(d, a);
	add_inventory(d, a);
	document_member(d, "summary", assessment_summary_json(a));
	if (!a->changes_only) {
		add_method(d);
		add_rules(d, a);
		add_exceptions(d, a);
		add_state(d, a);
	}
	add_happened(d, a);
}

static bool
render(const struct assessment *a, report_write_fn *write, void *ctx,
    uint8_t out[CERT_SHA256])
{
	struct digest g = { write, ctx, sha256_new() };
	struct document d;

	document_open(&d, pass_on, &g);
	add_all(&d, a);
	document_flush(&d);
	sha256_end(g.sha256, out);
	g.sha256 = NULL;
	document_member(&d, "facts_sha256", document_hex(out, CERT_SHA256));
	return document_close(&d);
}

bool
report_assessment_json(const struct assessment *a,
    const struct report_options *options, report_write_fn *write, void *ctx)
{
	uint8_t sha256[CERT_SHA256];

	(void)options;
	return render(a, write, ctx, sha256);
}

void
report_assessment_digest(const struct assessment *a, uint8_t out[CERT_SHA256])
{
	(void)!render(a, NULL, NULL, out);
}
