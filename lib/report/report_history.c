/* SPDX-License-Identifier: ISC */
/*
 * report_history.c - the certificates of a host over time, what told them
 * apart, and what was said meanwhile.
 */
#include <string.h>

#include "cwaudit/document.h"
#include "cwaudit/ledger.h"
#include "cwaudit/page.h"

#define INDENT	2
#define BODY	4

/* "2026-11-28 17:42:05" */
static void
add_second(int64_t at, struct text *out)
{
	char buf[CLOCK_TEXT];

	clock_format(at, buf);
	if (strlen(buf) >= 19) {
		buf[10] = ' ';
		buf[19] = '\0';
	}
	text_add(out, buf);
}

static bool
same_port(const struct ledger_sighting *a, const struct ledger_sighting *b)
{
	return a->port == b->port && strcmp(a->kind, b->kind) == 0 &&
	    strcmp(a->site, b->site) == 0 && strcmp(a->host, b->host) == 0;
}

static void
add_leaf(const struct cert *c, struct text *out)
{
	char until[CLOCK_TEXT];
	struct text sha256 = {0};

	text_add(out, "CN ");
	cert_add_cn(c, out);
	text_addf(out, ", %zu SAN names, serial %s, by ", c->n_san,
	    c->serial);
	cert_add_issuer(c, out);
	if (c->dates_readable)
		text_addf(out, ", until %.10s", clock_format(c->not_after,
		    until));
	text_add_hex(&sha256, c->sha256, CERT_SHA256);
	text_addf(out, ", SHA-256 %s", text_str(&sha256));
	text_done(&sha256);
}

static void
print_sighting(struct page *p, const struct ledger_sighting *s,
    const struct cert *before)
{
	struct text t = {0}, changes = {0};

	add_second(s->since, &t);
	text_add(&t, " to ");
	if (s->until == CLOCK_NEVER)
		text_add(&t, "now");
	else
		add_second(s->until, &t);
	page_to(p, INDENT);
	page_style(p, PAGE_BOLD);
	page_put(p, text_str(&t));
	page_style(p, PAGE_DIM);
	page_putf(p, "  %s", s->outcome);
	page_end(p);
	text_reset(&t);
	if (s->leaf != NULL)
		add_leaf(s->leaf, &t);
	else if (s->detail != NULL)
		text_add(&t, s->detail);
	page_paragraph(p, BODY, text_str(&t));
	if (s->leaf != NULL && before != NULL &&
	    memcmp(s->leaf->sha256, before->sha256, CERT_SHA256) != 0) {
		ledger_add_changes(before, s->leaf, &changes);
		page_style(p, PAGE_NOTICE);
		page_paragraph(p, BODY, changes.len > 0 ? text_str(&changes) :
		    "issued anew, otherwise alike");
	}
	text_done(&t);
	text_done(&changes);
}

static void
print_ports(struct page *p, const struct ledger *l)
{
	const struct cert *before = NULL;

	for (size_t i = 0; i < l->n_sightings; i++) {
		const struct ledger_sighting *s = &l->sightings[i];

		if (i == 0 || !same_port(s, s - 1)) {
			before = NULL;
			page_style(p, PAGE_BOLD);
			page_putf(p, "%s %s %s:%u", s->host, s->kind,
			    s->site, s->port);
			page_end(p);
		}
		print_sighting(p, s, before);
		if (s->leaf != NULL)
			before = s->leaf;
	}
}

/* "2026-11-28 17:42:05  opened site-names error: SAN lacks ..." */
static void
print_event(struct page *p, const struct ledger_event *le)
{
	static const char *const keys[] = { "state", "verdict", "rule",
	    "severity" };
	struct text t = {0};

	add_second(le->at, &t);
	text_add(&t, " ");
	if (event_is(&le->event, "reissue"))
		text_add(&t, " reissue");
	for (size_t i = 0; i < 4; i++) {
		const char *v = event_value(&le->event, keys[i]);

		if (v != NULL)
			text_addf(&t, " %s", v);
	}
	if (event_value(&le->event, "msg") != NULL)
		text_addf(&t, ": %s", event_value(&le->event, "msg"));
	page_paragraph(p, INDENT, text_str(&t));
	text_done(&t);
}

bool
report_history(const struct ledger *l, const struct report_options *ro,
    report_write_fn *write, void *ctx)
{
	struct page p;

	page_init(&p, ro, write, ctx);
	print_ports(&p, l);
	if (l->n_events > 0) {
		page_style(&p, PAGE_BOLD);
		page_put(&p, "what was said");
		page_end(&p);
	}
	for (size_t i = 0; i < l->n_events; i++)
		print_event(&p, &l->events[i]);
	return page_done(&p);
}

static json_t *
sighting_json(const struct ledger_sighting *s)
{
	json_t *o = json_object(), *c;
	struct text cn = {0};

	document_set(o, "host", document_text(s->host));
	document_set(o, "kind", document_text(s->kind));
	document_set(o, "site", document_text(s->site));
	document_set(o, "address", document_text(s->address));
	document_set(o, "port", json_integer(s->port));
	document_set(o, "since", document_time(s->since));
	document_set(o, "until", document_time(s->until));
	document_set(o, "outcome", document_text(s->outcome));
	document_set(o, "detail", document_text(s->detail));
	if (s->leaf == NULL) {
		document_set(o, "certificate", json_null());
		return o;
	}
	c = json_object();
	cert_add_cn(s->leaf, &cn);
	document_set(c, "sha256", document_hex(s->leaf->sha256, CERT_SHA256));
	document_set(c, "subject_cn", document_text(text_str(&cn)));
	document_set(c, "issuer", document_text(s->leaf->issuer));
	document_set(c, "serial", document_text(s->leaf->serial));
	document_set(c, "not_before", document_time(s->leaf->dates_readable ?
	    s->leaf->not_before : CLOCK_NEVER));
	document_set(c, "not_after", document_time(s->leaf->dates_readable ?
	    s->leaf->not_after : CLOCK_NEVER));
	document_set(o, "certificate", c);
	text_done(&cn);
	return o;
}

bool
report_history_json(const struct ledger *l, report_write_fn *write, void *ctx)
{
	struct document d;
	struct text t = {0};

	document_open(&d, write, ctx);
	document_member(&d, "schema", json_string("cwaudit/history/1"));
	document_list(&d, "sightings");
	for (size_t i = 0; i < l->n_sightings; i++)
		document_item(&d, sighting_json(&l->sightings[i]));
	document_list_end(&d);
	document_list(&d, "events");
	for (size_t i = 0; i < l->n_events; i++) {
		json_t *o = json_object();

		text_reset(&t);
		event_write(&l->events[i].event, &t);
		document_set(o, "seq", json_integer(l->events[i].seq));
		document_set(o, "at", document_time(l->events[i].at));
		document_set(o, "event", json_loads(text_str(&t), 0, NULL));
		document_item(&d, o);
	}
	document_list_end(&d);
	text_done(&t);
	return document_close(&d);
}
