/* SPDX-License-Identifier: ISC */
/*
 * report_assessment_oscal.c - a compliance report as OSCAL assessment results
 * (NIST, JSON, 1.1.2): hosts are inventory items, ports and findings
 * observations, and each control of SP 800-53 that rules are cited for is a
 * finding. What was not wholly assessed is not satisfied: OSCAL has no third
 * answer.
 */
#include "cwaudit/report_assessment.h"

#include <openssl/sha.h>
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "cwaudit/document.h"

#define CONTROLS	"NIST SP 800-53r5 "
#define PLAN		"plan"		/* key of the resource */

/* ---- values ---- */

/* RFC 9562, version 5: the same key has the same UUID, in each report. The
 * namespace is cwaudit's own. */
static json_t *
uuid(const char *format, ...) PRINTF_LIKE(1, 2);

static json_t *
uuid(const char *format, ...)
{
	static const char namespace[] = "\x8c\x1f\x4e\x27\x6b\x0a\x4d\x93"
	    "\xa5\x7e\x2f\x90\x3c\xd8\x61\xb4";
	uint8_t sha1[SHA_DIGEST_LENGTH];
	struct text key = {0}, out = {0};
	va_list ap;
	json_t *value;

	text_add_bytes(&key, namespace, 16);
	va_start(ap, format);
	text_addv(&key, format, ap);
	va_end(ap);
	(void)SHA1((const uint8_t *)text_str(&key), key.len, sha1);
	sha1[6] = (uint8_t)((sha1[6] & 0x0f) | 0x50);
	sha1[8] = (uint8_t)((sha1[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text_add_char(&out, '-');
		text_add_hex(&out, &sha1[i], 1);
	}
	value = json_string(text_str(&out));
	text_done(&key);
	text_done(&out);
	return value;
}

static json_t *
host_uuid(const char *name)
{
	return uuid("host %s", name);
}

static json_t *
port_uuid(const struct assessed_host *h, const struct assessed_port *p)
{
	return uuid("port %s %s %s %u", h->name, p->kind, p->site, p->port);
}

static json_t *
finding_uuid(const struct finding *f)
{
	return uuid("finding %s", f->id);
}

/* OSCAL's string: one line, without blanks around it; NULL: nothing is left. */
static json_t *
line(const char *s)
{
	struct text t = {0};
	const char *from;
	json_t *value;
	size_t len;

	if (s == NULL)
		return NULL;
	text_add_visible(&t, s);
	for (size_t i = 0; i < t.len; i++)
		if (t.data[i] == '\n')
			t.data[i] = ' ';
	from = text_str(&t) + strspn(text_str(&t), " ");
	len = strlen(from);
	while (len > 0 && from[len - 1] == ' ')
		len--;
	value = len > 0 ? json_stringn(from, len) : NULL;
	text_done(&t);
	return value;
}

/* Prose, never empty. */
static json_t *
prose(const char *s)
{
	json_t *value = line(s);

	return value != NULL ? value : json_string("(nothing more is on "
	    "record)");
}

static void
add_prop(json_t *props, const char *name, const char *value)
{
	json_t *o, *v = line(value);

	if (v == NULL)
		return;
	o = json_object();
	document_set(o, "name", json_string(name));
	document_set(o, "ns", json_string("urn:cwaudit:oscal"));
	document_set(o, "value", v);
	(void)json_array_append_new(props, o);
}

static void
add_number_prop(json_t *props, const char *name, size_t n)
{
	struct text t = {0};

	text_addf(&t, "%zu", n);
	add_prop(props, name, text_str(&t));
	text_done(&t);
}

static void
add_time_prop(json_t *props, const char *name, int64_t at)
{
	char buf[CLOCK_TEXT];

	if (at != CLOCK_NEVER)
		add_prop(props, name, clock_format(at, buf));
}

static void
add_hex_prop(json_t *props, const char *name, const uint8_t *bytes)
{
	struct text t = {0};

	text_add_hex(&t, bytes, CERT_SHA256);
	add_prop(props, name, text_str(&t));
	text_done(&t);
}

/* Lists must not be empty: then there is none. */
static void
set_list(json_t *o, const char *key, json_t *list)
{
	if (json_array_size(list) > 0)
		document_set(o, key, list);
	else
		json_decref(list);
}

static json_t *
list_of(json_t *item)
{
	json_t *list = json_array();

	(void)json_array_append_new(list, item);
	return list;
}

static json_t *
subject(const char *host)
{
	json_t *o = json_object();

	document_set(o, "subject-uuid", host_uuid(host));
	document_set(o, "type", json_string("inventory-item"));
	document_set(o, "title", prose(host));
	return o;
}

/* ---- metadata ---- */

static void
add_filter(json_t *props, const struct assessment *a)
{
	add_prop(props, "filter-owner", a->filter.owner);
	add_prop(props, "filter-group", a->filter.group);
	add_prop(props, "filter-zone", a->filter.zone);
	add_prop(props, "filter-tag", a->filter.tag);
	add_prop(props, "filter-host", a->filter.host);
}

static void
add_metadata(struct document *d, const struct assessment *a,
    const uint8_t digest[CERT_SHA256])
{
	json_t *o = json_object(), *props = json_array();

	document_set(o, "title", json_string("Certificates of Communicator "
	    "Web Access"));
	document_set(o, "last-modified", document_time(a->until));
	document_set(o, "version", json_string("cwaudit/report/1"));
	document_set(o, "oscal-version", json_string("1.1.2"));
	add_hex_prop(props, "facts_sha256", digest);
	add_prop(props, "auditor-version", a->version);
	add_filter(props, a);
	set_list(o, "props", props);
	document_member(d, "metadata", o);
}

static void
add_plan(struct document *d)
{
	struct text href = {0};
	json_t *o = json_object(), *id = uuid(PLAN);

	text_addf(&href, "#%s", json_string_value(id));
	document_set(o, "href", json_string(text_str(&href)));
	document_set(o, "remarks", json_string("There is no plan in OSCAL: the "
	    "resource says how the facts came about."));
	document_member(d, "import-ap", o);
	json_decref(id);
	text_done(&href);
}

static void
add_method(struct document *d)
{
	struct text t = {0};
	json_t *o = json_object(), *resource = json_object();

	for (size_t i = 0; i < n_assessment_method; i++)
		text_addf(&t, "%s%s", i > 0 ? " " : "", assessment_method[i]);
	document_set(resource, "uuid", uuid(PLAN));
	document_set(resource, "title", json_string("Method"));
	document_set(resource, "description", prose(text_str(&t)));
	document_set(o, "resources", list_of(resource));
	document_member(d, "back-matter", o);
	text_done(&t);
}

/* ---- inventory ---- */

static json_t *
host_value(const struct assessed_host *h)
{
	json_t *o = json_object(), *props = json_array();

	document_set(o, "uuid", host_uuid(h->name));
	document_set(o, "description", prose(h->name));
	add_prop(props, "kind", h->kind);
	add_prop(props, "state", h->state);
	add_prop(props, "group", h->group);
	add_prop(props, "owner", h->owner);
	add_prop(props, "zone", h->zone);
	add_prop(props, "tags", h->tags);
	add_prop(props, "standing", standing_name(h->standing));
	add_time_prop(props, "standing-since", h->since);
	for (size_t i = 0; i < h->left_out.n; i++)
		add_prop(props, "not-assessed", h->left_out.item[i]);
	set_list(o, "props", props);
	return o;
}

static void
add_inventory(struct document *d, const struct assessment *a)
{
	if (a->n_hosts == 0)
		return;
	document_begin(d, "local-definitions");
	document_list(d, "inventory-items");
	for (size_t i = 0; i < a->n_hosts && !d->stopped; i++)
		document_item(d, host_value(&a->hosts[i]));
	document_list_end(d);
	document_end(d);
}

/* ---- controls ---- */

/* "sc-17"; false: it is no control of SP 800-53. */
static bool
control_id(const char *clause, struct text *out)
{
	if (strncmp(clause, CONTROLS, strlen(CONTROLS)) != 0)
		return false;
	text_reset(out);
	for (const char *s = clause + strlen(CONTROLS); *s != '\0'; s++)
		text_add_char(out, (char)tolower((unsigned char)*s));
	return true;
}

static void
add_controls(struct document *d, const struct assessment *a)
{
	json_t *o = json_object(), *selection = json_object(),
	    *controls = json_array();
	struct text id = {0};

	for (size_t i = 0; i < a->n_clauses; i++) {
		json_t *control;

		if (!control_id(a->clauses[i].name, &id))
			continue;
		control = json_object();
		document_set(control, "control-id",
		    json_string(text_str(&id)));
		(void)json_array_append_new(controls, control);
	}
	if (json_array_size(controls) == 0)
		document_set(selection, "include-all", json_object());
	set_list(selection, "include-controls", controls);
	document_set(o, "control-selections", list_of(selection));
	document_member(d, "reviewed-controls", o);
	text_done(&id);
}

/* ---- observations ---- */

static void
set_evidence(json_t *o, const struct assessed_cert *c)
{
	json_t *evidence = json_object(), *props = json_array();
	struct text t = {0};

	text_addf(&t, "Certificate with serial %s, issued by %s", c->serial,
	    c->issuer);
	document_set(evidence, "description", prose(text_str(&t)));
	add_hex_prop(props, "sha256", c->sha256);
	add_prop(props, "subject-cn", c->cn);
	add_prop(props, "san-dns", c->san);
	add_prop(props, "issuer", c->issuer);
	add_prop(props, "serial", c->serial);
	add_prop(props, "key", c->key);
	add_prop(props, "signature", c->signature);
	add_time_prop(props, "not-before", c->not_before);
	add_time_prop(props, "not-after", c->not_after);
	set_list(evidence, "props", props);
	document_set(o, "relevant-evidence", list_of(evidence));
	text_done(&t);
}

static json_t *
collected(const struct assessment *a)
{
	return document_time(a->at_work != CLOCK_NEVER ? a->at_work :
	    a->until);
}

static json_t *
port_value(const struct assessment *a, const struct assessed_host *h,
    const struct assessed_port *p)
{
	json_t *o = json_object(), *props = json_array();
	struct text t = {0};

	text_addf(&t, "%s at %s: ", p->kind, p->place);
	if (*p->missing != '\0')
		text_addf(&t, "not assessed: %s", p->missing);
	else
		text_addf(&t, "of its rules %zu were met, %zu not met, %zu "
		    "waived, %zu not assessed", p->met, p->not_met, p->waived,
		    p->not_assessed);
	document_set(o, "uuid", port_uuid(h, p));
	document_set(o, "description", prose(text_str(&t)));
	add_prop(props, "site", p->site);
	add_prop(props, "endpoint", p->place);
	add_prop(props, "outcome", p->outcome);
	add_prop(props, "via", p->via);
	add_prop(props, "proof", p->proof);
	add_time_prop(props, "shown-since", p->since);
	set_list(o, "props", props);
	document_set(o, "methods", list_of(json_string("TEST")));
	document_set(o, "subjects", list_of(subject(h->name)));
	if (p->cert != ASSESSMENT_NONE)
		set_evidence(o, &a->certs[p->cert]);
	document_set(o, "collected", collected(a));
	text_done(&t);
	return o;
}

static json_t *
finding_value(const struct assessment *a, const struct finding *f)
{
	const struct assessed_waiver *w = assessment_waiver(a, f);
	json_t *o = json_object(), *props = json_array(), *remedy;

	document_set(o, "uuid", finding_uuid(f));
	document_set(o, "title", prose(f->rule->title));
	document_set(o, "description", prose(f->message));
	add_prop(props, "rule", f->rule->id);
	add_prop(props, "severity", severity_name(f->severity));
	add_prop(props, "id", f->id);
	add_prop(props, "clauses", f->rule->clauses);
	add_time_prop(props, "opened", f->opened);
	add_prop(props, "waived", f->waived ? "yes" : "no");
	if (w != NULL) {
		add_prop(props, "waived-by", w->owner);
		add_time_prop(props, "waived-until", w->until);
	}
	set_list(o, "props", props);
	document_set(o, "methods", list_of(json_string("TEST")));
	document_set(o, "types", list_of(json_string("finding")));
	if (*f->owner != '\0')
		document_set(o, "subjects", list_of(subject(f->owner)));
	document_set(o, "collected", collected(a));
	remedy = line(f->remedy);
	if (remedy != NULL)
		document_set(o, "remarks", remedy);
	return o;
}

static void
add_observations(struct document *d, const struct assessment *a)
{
	if (a->n_ports + a->n_findings == 0)
		return;
	document_list(d, "observations");
	for (size_t i = 0; i < a->n_hosts && !d->stopped; i++)
		for (size_t k = 0; k < a->hosts[i].n_ports; k++)
			document_item(d, port_value(a, &a->hosts[i],
			    &a->ports[a->hosts[i].first_port + k]));
	for (size_t i = 0; i < a->n_findings && !d->stopped; i++)
		document_item(d, finding_value(a, a->findings[i].finding));
	document_list_end(d);
}

/* ---- findings: a control each ---- */

static bool
is_cited(const struct rule *rule, const char *clause)
{
	struct strings names = {0};
	bool cited;

	if (rule->clauses == NULL)
		return false;
	assessment_split_clauses(rule->clauses, &names);
	cited = strings_has(&names, clause);
	strings_done(&names);
	return cited;
}

static void
add_status(struct document *d, const struct assessed_rule *r, const char *id)
{
	bool satisfied = r->not_met + r->waived + r->not_assessed == 0 &&
	    r->met > 0;
	json_t *o = json_object(), *status = json_object();
	struct text t = {0};

	text_addf(&t, "%zu met, %zu not met, %zu waived, %zu not assessed",
	    r->met, r->not_met, r->waived, r->not_assessed);
	document_set(status, "state", json_string(satisfied ? "satisfied" :
	    "not-satisfied"));
	document_set(status, "reason", json_string(satisfied ? "pass" :
	    r->not_met > 0 ? "fail" : "other"));
	document_set(status, "remarks", json_string(text_str(&t)));
	document_set(o, "type", json_string("objective-id"));
	document_set(o, "target-id", json_string(id));
	document_set(o, "status", status);
	document_member(d, "target", o);
	text_done(&t);
}

static void
add_related(struct document *d, const struct assessment *a,
    const struct assessed_rule *clause)
{
	bool any = false;

	for (size_t i = 0; i < a->n_findings; i++) {
		const struct finding *f = a->findings[i].finding;
		json_t *o;

		if (!is_cited(f->rule, clause->name))
			continue;
		if (!any)
			document_list(d, "related-observations");
		any = true;
		o = json_object();
		document_set(o, "observation-uuid", finding_uuid(f));
		document_item(d, o);
	}
	if (any)
		document_list_end(d);
}

static void
add_findings(struct document *d, const struct assessment *a)
{
	struct text id = {0};
	bool any = false;

	for (size_t i = 0; i < a->n_clauses && !d->stopped; i++) {
		const struct assessed_rule *r = &a->clauses[i];

		if (!control_id(r->name, &id))
			continue;
		if (!any)
			document_list(d, "findings");
		any = true;
		document_begin(d, NULL);
		document_member(d, "uuid", uuid("control %s", text_str(&id)));
		document_member(d, "title", json_string(r->name));
		document_member(d, "description", json_string("What the rules "
		    "that are cited for this control answered; no "
		    "certification."));
		add_status(d, r, text_str(&id));
		add_related(d, a, r);
		document_end(d);
	}
	if (any)
		document_list_end(d);
	text_done(&id);
}

/* ---- the document ---- */

static void
add_result(struct document *d, const struct assessment *a,
    const uint8_t digest[CERT_SHA256])
{
	json_t *props = json_array();

	document_begin(d, NULL);
	document_member(d, "uuid", uuid("result %lld %lld",
	    (long long)a->since, (long long)a->until));
	document_member(d, "title", json_string("How the certificates stood"));
	document_member(d, "description", json_string("The state at the end of "
	    "the period, as it was recorded then."));
	document_member(d, "start", document_time(a->since));
	document_member(d, "end", document_time(a->until));
	add_hex_prop(props, "facts_sha256", digest);
	add_hex_prop(props, "inventory-sha256", a->inventory_sha256);
	add_hex_prop(props, "settings-sha256", a->settings_sha256);
	for (int i = 0; i < STANDING_N; i++) {
		struct text name = {0};

		text_addf(&name, "hosts-%s", standing_name((enum standing)i));
		add_number_prop(props, text_str(&name), a->standing[i]);
		text_done(&name);
	}
	document_member(d, "props", props);
	add_inventory(d, a);
	add_controls(d, a);
	add_observations(d, a);
	add_findings(d, a);
	document_end(d);
}

bool
report_assessment_oscal(const struct assessment *a,
    const struct report_options *options, report_write_fn *write, void *ctx)
{
	uint8_t digest[CERT_SHA256];
	struct document d;
	struct text hex = {0};

	(void)options;
	report_assessment_digest(a, digest);
	text_add_hex(&hex, digest, CERT_SHA256);
	document_open(&d, write, ctx);
	document_begin(&d, "assessment-results");
	document_member(&d, "uuid", uuid("report %s", text_str(&hex)));
	add_metadata(&d, a, digest);
	add_plan(&d);
	document_list(&d, "results");
	add_result(&d, a, digest);
	document_list_end(&d);
	add_method(&d);
	document_end(&d);
	text_done(&hex);
	return document_close(&d);
}
