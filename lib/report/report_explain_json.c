/* SPDX-License-Identifier: ISC */
/*
 * report_explain_json.c - one host told whole, as JSON. Keys are an interface
 * (cwaudit/explain/1): all are always there, null where nothing is known.
 */
#include "cwaudit/document.h"
#include "cwaudit/report_explain.h"

static json_t *
need_value(const struct explain *x, size_t i, const char *inventory)
{
	const struct request *r = &x->needs.item[i];
	const char *refused = x->refused.item[i];
	json_t *o = json_object(), *names = json_array();
	struct text command = {0}, inf = {0};

	for (size_t k = 0; k < r->names.n; k++) {
		json_t *name = json_object();

		document_set(name, "name", document_text(r->names.item[k]));
		document_set(name, "why", document_text(r->why.item[k]));
		(void)json_array_append_new(names, name);
	}
	if (*refused == '\0') {
		explain_add_command(x, r, inventory, &command);
		if (!explain_add_inf(r, &inf))
			text_reset(&inf);
	}
	document_set(o, "role", document_text(role_name(r->role)));
	document_set(o, "cn", document_text(r->cn));
	document_set(o, "san_dns", names);
	document_set(o, "presented_on", document_strings(&r->places));
	document_set(o, "request", document_text(text_str(&command)));
	document_set(o, "inf", document_text(inf.len > 0 ? text_str(&inf) :
	    NULL));
	document_set(o, "refused", document_text(refused));
	text_done(&command);
	text_done(&inf);
	return o;
}

static json_t *
names_value(const struct explain_port *port)
{
	json_t *list = json_array();

	for (size_t i = 0; i < port->n; i++) {
		const struct explain_name *n = &port->names[i];
		const char *state = n->state == NAME_MISSING ? "missing" :
		    n->state == NAME_WRONG ? "wrong" :
		    name_state_name(n->state);
		json_t *o = json_object();

		document_set(o, "in", json_string(n->cn ? "cn" : "san"));
		document_set(o, "state", json_string(state));
		document_set(o, "name", document_text(n->name));
		document_set(o, "why", document_text(n->why));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *
answers_value(const struct snapshot *s, size_t first, size_t n)
{
	json_t *list = json_array();

	for (size_t i = first; i < first + n; i++) {
		const struct result *r = &s->results.item[i];
		json_t *o = json_object();

		document_set(o, "rule", document_text(r->rule->id));
		document_set(o, "answer",
		    json_string(answer_name(result_answer(r))));
		document_set(o, "severity", r->verdict == VERDICT_FAIL ?
		    json_string(severity_name(r->severity)) : json_null());
		document_set(o, "message", document_text(r->message));
		document_set(o, "remedy", document_text(r->remedy));
		document_set(o, "spoken_for_by", document_text(
		    r->stood_in != NULL ? r->stood_in->id : NULL));
		(void)json_array_append_new(list, o);
	}
	return list;
}

static json_t *
port_value(const struct explain *x, const struct explain_port *port)
{
	const struct snapshot_endpoint *e = port->seen;
	const struct cert *c = e->leaf;
	json_t *o = json_object();
	struct text detail = {0};

	snapshot_detail(e, &detail);
	document_set(o, "kind",
	    json_string(endpoint_kind_name(e->endpoint->kind)));
	document_set(o, "site", document_text(endpoint_site(e->endpoint)));
	document_set(o, "address", document_text(snapshot_address(e)));
	document_set(o, "port", json_integer(e->endpoint->port));
	document_set(o, "outcome",
	    json_string(outcome_name(snapshot_outcome(e))));
	document_set(o, "detail", document_text(text_str(&detail)));
	document_set(o, "via", e->seen != NULL && snapshot_observed(e) ?
	    json_string(via_name(e->seen->via)) : json_null());
	document_set(o, "proof", e->seen != NULL && snapshot_observed(e) ?
	    json_string(proof_name(e->seen->proof)) : json_null());
	document_set(o, "sha256", c != NULL ?
	    document_hex(c->sha256, CERT_SHA256) : json_null());
	document_set(o, "not_after", c != NULL && c->dates_readable ?
	    document_time(c->not_after) : json_null());
	document_set(o, "names", names_value(port));
	document_set(o, "names_left_out", json_integer((json_int_t)port->more));
	document_set(o, "answers", answers_value(x->snapshot, e->first_result,
	    e->n_results));
	text_done(&detail);
	return o;
}

static void
put_layouts(struct document *d, const struct explain *x)
{
	document_list(d, "layouts");
	for (size_t i = 0; i < x->n_layouts; i++) {
		const struct explain_layout *l = &x->layouts[i];
		json_t *o = json_object();

		document_set(o, "site", document_text(l->site->url));
		document_set(o, "declared",
		    json_string(layout_name(l->site->settings->layout)));
		document_set(o, "layout", json_string(layout_name(l->layout)));
		document_set(o, "why", document_text(l->why));
		document_item(d, o);
	}
	document_list_end(d);
}

/* Of the host as a whole. */
static json_t *
shared_value(const struct explain *x)
{
	const struct results *rs = &x->snapshot->results;
	size_t first = x->snapshot->first_shared, n = 0;

	while (first < rs->n && (x->host == NULL ||
	    rs->item[first].host != x->host))
		first++;
	while (first + n < rs->n && rs->item[first + n].host == x->host)
		n++;
	return answers_value(x->snapshot, first, n);
}

static void
append_unassessed(void *ctx, const struct unassessed *u)
{
	json_t *o = json_object();

	document_set(o, "what", document_text(u->what));
	document_set(o, "site",
	    document_text(u->site != NULL ? u->site->url : NULL));
	document_set(o, "reason", document_text(u->reason));
	(void)json_array_append_new(ctx, o);
}

static void
put_left_out(struct document *d, const struct explain *x)
{
	json_t *list = json_array(), *elsewhere = json_array();

	for (size_t i = 0; i < n_rules; i++)
		if (explain_is_elsewhere(&rules[i]))
			(void)json_array_append_new(elsewhere,
			    json_string(rules[i].id));
	if (x->host != NULL)
		unassessed_host(x->host, append_unassessed, list);
	else
		unassessed_published(x->published, append_unassessed, list);
	document_member(d, "not_judged", elsewhere);
	document_member(d, "not_assessed", list);
}

bool
report_explain_json(const struct explain *x, const char *inventory,
    const struct report_options *options, report_write_fn *write, void *ctx)
{
	struct document d;

	document_open(&d, write, ctx);
	document_member(&d, "schema", json_string("cwaudit/explain/1"));
	document_member(&d, "version", document_text(options->version));
	document_member(&d, "at", document_time(x->snapshot->finished));
	document_member(&d, "host",
	    document_text(x->host != NULL ? x->host->fqdn : NULL));
	document_member(&d, "published",
	    document_text(x->published != NULL ? x->published->url : NULL));
	put_layouts(&d, x);
	document_list(&d, "expected");
	for (size_t i = 0; i < x->needs.n; i++)
		document_item(&d, need_value(x, i, inventory));
	document_list_end(&d);
	document_list(&d, "endpoints");
	for (size_t i = 0; i < x->n_ports && !d.stopped; i++)
		document_item(&d, port_value(x, &x->ports[i]));
	document_list_end(&d);
	document_member(&d, "answers", shared_value(x));
	put_left_out(&d, x);
	return document_close(&d);
}
