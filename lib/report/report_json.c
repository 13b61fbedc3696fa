/* SPDX-License-Identifier: ISC */
/*
 * report_json.c - a snapshot as JSON: one document, or an object a line.
 * Keys and their order are an interface (cwaudit/audit/1): all are always
 * there, null where nothing is known.
 */
#include <string.h>

#include "cwaudit/document.h"
#include "cwaudit/report_review.h"
#include "cwaudit/report_survey.h"

#define SCHEMA	"cwaudit/audit/1"

static json_t *
waiver_value(const struct waiver *waiver)
{
	json_t *o;

	if (waiver == NULL)
		return json_null();
	o = json_object();
	document_set(o, "owner", document_text(waiver->owner));
	document_set(o, "reason", document_text(waiver->reason));
	document_set(o, "until", document_time(waiver->until));
	document_set(o, "ticket", document_text(waiver->ticket));
	return o;
}

static void
set_finding(json_t *o, const struct result *r)
{
	document_set(o, "id", document_text(r->id));
	document_set(o, "rule", document_text(r->rule->id));
	document_set(o, "severity", json_string(severity_name(r->severity)));
	document_set(o, "offenders", document_strings(&r->offenders));
	document_set(o, "message", document_text(r->message));
	document_set(o, "remedy", document_text(r->remedy));
	document_set(o, "waived", waiver_value(r->waiver));
}

static json_t *
findings_value(const struct snapshot *s, const struct snapshot_endpoint *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->n_results; i++) {
		const struct result *r = &s->results.item[e->first_result + i];
		json_t *o;

		if (!result_is_finding(r))
			continue;
		o = json_object();
		set_finding(o, r);
		(void)json_array_append_new(list, o);
	}
	return list;
}

/* One of a host, a farm (its site) or the fleet (neither), with the nodes,
 * users or hosts that it is about. */
/* Of a farm: each node. */
static json_t *
nodes_value(const struct result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i + 2 < r->nodes.n; i += 3) {
		json_t *node = json_object();

		document_set(node, "host", document_text(r->nodes.item[i]));
		document_set(node, "state",
		    document_text(r->nodes.item[i + 1]));
		document_set(node, "certificate",
		    document_text(r->nodes.item[i + 2]));
		(void)json_array_append_new(list, node);
	}
	return list;
}

static void
set_shared_finding(json_t *o, const struct result *r)
{
	document_set(o, "host",
	    document_text(r->host != NULL ? r->host->fqdn : NULL));
	document_set(o, "site",
	    document_text(r->site != NULL ? r->site->name : NULL));
	set_finding(o, r);
	document_set(o, "nodes", nodes_value(r));
}

static json_t *
cn_value(const struct cert *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_cn; i++)
		(void)json_array_append_new(list, document_raw(
		    c->cn[i].utf8.data, c->cn[i].utf8.len));
	return list;
}

static json_t *
san_value(const struct cert *c, bool dns)
{
	static const char *const prefix[] = {
		[CERT_SAN_DNS]		= "",
		[CERT_SAN_IP]		= "IP:",
		[CERT_SAN_URI]		= "URI:",
		[CERT_SAN_EMAIL]	= "email:",
		[CERT_SAN_OTHER]	= "other:",
	};
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_san; i++) {
		const struct cert_san *san = &c->san[i];
		struct text t = {0};

		if ((san->type == CERT_SAN_DNS) != dns)
			continue;
		text_add(&t, prefix[san->type]);
		text_add_escaped(&t, san->value.data, san->value.len, 0);
		(void)json_array_append_new(list, json_string(text_str(&t)));
		text_done(&t);
	}
	return list;
}

static json_t *
certificate_value(const struct snapshot *s, const struct cert *c)
{
	json_t *o;

	if (c == NULL)
		return json_null();
	o = json_object();
	document_set(o, "sha256", document_hex(c->sha256, CERT_SHA256));
	document_set(o, "subject_cn", cn_value(c));
	document_set(o, "san_dns", san_value(c, true));
	document_set(o, "san_other", san_value(c, false));
	document_set(o, "issuer", document_text(c->issuer));
	document_set(o, "serial", document_text(c->serial));
	document_set(o, "not_before", c->dates_readable ?
	    document_time(c->not_before) : json_null());
	document_set(o, "not_after", c->dates_readable ?
	    document_time(c->not_after) : json_null());
	document_set(o, "days_left", c->dates_readable ?
	    json_integer(snapshot_days_left(s, c)) : json_null());
	document_set(o, "key", document_text(c->key_text));
	document_set(o, "signature", document_text(c->signature));
	document_set(o, "eku", document_strings(&c->eku));
	document_set(o, "spki_sha256",
	    document_hex(c->spki_sha256, CERT_SHA256));
	return o;
}

/* What was sent, leaf first; one that is no certificate by all its bytes. */
static json_t *
chain_value(const struct snapshot_endpoint *e)
{
	const struct chain *chain = e->chain;
	size_t n = e->seen != NULL && e->seen->n_der > 0 ? e->seen->n_der :
	    chain != NULL ? chain->n_sent : 0;	/* its bytes given back */
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		uint8_t sha256[CERT_SHA256];

		if (chain != NULL && i < chain->n_sent &&
		    chain->sent[i] != NULL)
			memcpy(sha256, chain->sent[i]->sha256, CERT_SHA256);
		else
			cert_sha256(e->seen->der[i].data, e->seen->der[i].len,
			    sha256);
		(void)json_array_append_new(list,
		    document_hex(sha256, CERT_SHA256));
	}
	return list;
}

static json_t *
tls_value(const struct observation *seen)
{
	json_t *o = json_object();

	document_set(o, "version",
	    document_text(seen != NULL ? seen->tls_version : NULL));
	document_set(o, "cipher",
	    document_text(seen != NULL ? seen->tls_cipher : NULL));
	document_set(o, "client_certificate_requested",
	    seen != NULL && seen->client_cert_known ?
	    json_boolean(seen->client_cert_requested) : json_null());
	return o;
}

static void
set_endpoint(json_t *o, const struct snapshot *s,
    const struct snapshot_endpoint *e)
{
	bool observed = snapshot_observed(e);
	struct text detail = {0};

	snapshot_detail(e, &detail);
	document_set(o, "host", document_text(endpoint_owner(e->endpoint)));
	document_set(o, "kind",
	    json_string(endpoint_kind_name(e->endpoint->kind)));
	document_set(o, "site", document_text(endpoint_site(e->endpoint)));
	document_set(o, "address", document_text(snapshot_address(e)));
	document_set(o, "port", e->endpoint->port != 0 ?
	    json_integer(e->endpoint->port) : json_null());
	document_set(o, "outcome",
	    json_string(outcome_name(snapshot_outcome(e))));
	document_set(o, "detail", document_text(text_str(&detail)));
	document_set(o, "http_status", observed && e->seen->http_status > 0 ?
	    json_integer(e->seen->http_status) : json_null());
	document_set(o, "via", observed && e->seen->via != VIA_NONE ?
	    json_string(via_name(e->seen->via)) : json_null());
	document_set(o, "proof", observed ?
	    json_string(proof_name(e->seen->proof)) : json_null());
	document_set(o, "tls", tls_value(e->seen));
	document_set(o, "certificate", certificate_value(s, e->leaf));
	document_set(o, "chain", chain_value(e));
	document_set(o, "findings", findings_value(s, e));
	text_done(&detail);
}

static json_t *
summary_value(const struct snapshot *s)
{
	struct snapshot_count count;
	json_t *o = json_object(), *findings = json_object();

	snapshot_count(s, &count);
	for (int i = SEVERITY_CRITICAL; i > SEVERITY_OFF; i--)
		document_set(findings, severity_name((enum severity)i),
		    json_integer((json_int_t)count.findings[i]));
	document_set(o, "hosts", json_integer((json_int_t)count.hosts));
	document_set(o, "endpoints", json_integer((json_int_t)count.endpoints));
	document_set(o, "observed", json_integer((json_int_t)count.observed));
	document_set(o, "findings", findings);
	return o;
}

bool
report_json(const struct snapshot *s, const struct report_options *options,
    report_write_fn *write, void *ctx)
{
	struct document d;

	document_open(&d, write, ctx);
	document_member(&d, "schema", json_string(SCHEMA));
	document_member(&d, "version", document_text(options->version));
	document_member(&d, "started", document_time(s->started));
	document_member(&d, "finished", document_time(s->finished));
	document_member(&d, "summary", summary_value(s));
	if (options->review != NULL)
		document_member(&d, "check",
		    report_review_value(options->review));
	if (options->survey != NULL)
		document_member(&d, "probe",
		    report_survey_value(options->survey));
	document_list(&d, "endpoints");
	for (size_t i = 0; i < s->n_endpoints && !d.stopped; i++) {
		json_t *o = json_object();

		set_endpoint(o, s, &s->endpoints[i]);
		document_item(&d, o);
	}
	document_list_end(&d);
	document_list(&d, "findings");
	for (size_t i = s->first_shared; i < s->results.n && !d.stopped; i++) {
		json_t *o;

		if (!result_is_finding(&s->results.item[i]))
			continue;
		o = json_object();
		set_shared_finding(o, &s->results.item[i]);
		document_item(&d, o);
	}
	document_list_end(&d);
	return document_close(&d);
}

static json_t *
typed(const char *type)
{
	json_t *o = json_object();

	document_set(o, "type", json_string(type));
	return o;
}

static bool
summary_line(const struct snapshot *s, const struct report_options *options,
    report_write_fn *write, void *ctx)
{
	json_t *o = typed("summary");

	document_set(o, "schema", json_string(SCHEMA));
	document_set(o, "version", document_text(options->version));
	document_set(o, "started", document_time(s->started));
	document_set(o, "finished", document_time(s->finished));
	document_set(o, "summary", summary_value(s));
	if (options->review != NULL)
		document_set(o, "check", report_review_value(options->review));
	if (options->survey != NULL)
		document_set(o, "probe", report_survey_value(options->survey));
	return document_line(o, write, ctx);
}

bool
report_jsonl(const struct snapshot *s, const struct report_options *options,
    report_write_fn *write, void *ctx)
{
	for (size_t i = 0; i < s->n_endpoints; i++) {
		json_t *o = typed("endpoint");

		set_endpoint(o, s, &s->endpoints[i]);
		if (!document_line(o, write, ctx))
			return false;
	}
	for (size_t i = s->first_shared; i < s->results.n; i++) {
		json_t *o;

		if (!result_is_finding(&s->results.item[i]))
			continue;
		o = typed("finding");
		set_shared_finding(o, &s->results.item[i]);
		if (!document_line(o, write, ctx))
			return false;
	}
	return summary_line(s, options, write, ctx);
}
