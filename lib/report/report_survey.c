/* SPDX-License-Identifier: ISC */
/* report_survey.c - hosts that no inventory has, port by port. */
#include "cwaudit/report_survey.h"

#include <string.h>

#include "cwaudit/document.h"
#include "cwaudit/page.h"

#define INDENT	2
#define SEEN	9	/* where a port's words begin */
#define NAMES	40	/* of a SAN; more are counted */
#define SHOWN	128	/* bytes of a name */

static void
add_san(const struct cert *c, struct text *out)
{
	size_t shown = 0;

	text_add(out, c->san_present ? "SAN " : "no SAN");
	for (size_t i = 0; i < c->n_san && shown < NAMES; i++) {
		text_add(out, shown++ > 0 ? ", " : "");
		text_add_escaped(out, c->san[i].value.data,
		    c->san[i].value.len, SHOWN);
	}
	if (shown < c->n_san)
		text_addf(out, " and %zu more", c->n_san - shown);
}

static void
add_certificate(const struct cert *c, struct text *out)
{
	char at[CLOCK_TEXT];

	text_add(out, "CN ");
	cert_add_cn(c, out);
	text_add(out, "; ");
	add_san(c, out);
	text_add(out, "; issuer ");
	cert_add_issuer(c, out);
	text_addf(out, "; %s; %s; ", c->key_text, c->signature);
	if (c->dates_readable)
		text_addf(out, "until %.10s",
		    clock_format(c->not_after, at));
	else
		text_add(out, "no readable dates");
}

static void
add_look(const struct snapshot_endpoint *e, struct text *out)
{
	const struct observation *o = e->seen;

	if (o == NULL) {
		text_add(out, "NOT OBSERVED: no look was made");
		return;
	}
	if (!snapshot_observed(e)) {
		text_addf(out, "NOT OBSERVED: %s", outcome_words(o->outcome));
		return;
	}
	text_addf(out, "observed %s/%s", via_name(o->via),
	    proof_name(o->proof));
	if (o->tls_version[0] != '\0')
		text_addf(out, ", %s %s", o->tls_version, o->tls_cipher);
	if (o->client_cert_known)
		text_addf(out, ", %s client certificate requested",
		    o->client_cert_requested ? "a" : "no");
}

static void
print_uses(struct page *p, const struct cert *c)
{
	struct strings uses = {0};

	guess_uses(c, &uses);
	for (size_t i = 0; i < uses.n; i++) {
		struct text line = {0};

		text_addf(&line, "right as %s", uses.item[i]);
		if (strncmp(uses.item[i], "not ", 4) == 0) {
			text_reset(&line);
			text_add(&line, uses.item[i]);
			page_style(p, PAGE_ERROR);
		} else {
			page_style(p, PAGE_GREEN);
		}
		page_to(p, SEEN);
		page_paragraph(p, SEEN, text_str(&line));
		text_done(&line);
	}
	if (uses.n == 0) {
		page_style(p, PAGE_WARNING);
		page_to(p, SEEN);
		page_paragraph(p, SEEN, "its names are right for no "
		    "certificate that a host or site needs");
	}
	strings_done(&uses);
}

static bool
failed_alike(const struct snapshot_endpoint *a,
    const struct snapshot_endpoint *b)
{
	struct text x = {0}, y = {0};
	bool alike = !snapshot_observed(a) && !snapshot_observed(b) &&
	    !a->unreadable && !b->unreadable &&
	    snapshot_outcome(a) == snapshot_outcome(b);

	if (alike && a->seen != NULL && b->seen != NULL) {
		snapshot_detail(a, &x);
		snapshot_detail(b, &y);
		alike = strcmp(text_str(&x), text_str(&y)) == 0;
	}
	text_done(&x);
	text_done(&y);
	return alike;
}

/* A port, and those after it that failed as it did: how many. */
static size_t
print_numbers(struct page *p, const struct snapshot_endpoint *e, size_t n)
{
	size_t alike = 1;

	page_to(p, INDENT);
	page_putf(p, "%u", e->endpoint->port);
	while (alike < n && failed_alike(e, &e[alike]))
		page_putf(p, ", %u", e[alike++].endpoint->port);
	if (p->column + 1 >= SEEN)
		page_put(p, " ");
	page_to(p, SEEN);
	return alike;
}

static void
print_port(struct page *p, const struct snapshot_endpoint *e)
{
	struct text line = {0};

	add_look(e, &line);
	if (!snapshot_observed(e))
		page_style(p, PAGE_WARNING);
	page_paragraph(p, SEEN, text_str(&line));
	text_reset(&line);
	if (e->seen != NULL)
		snapshot_detail(e, &line);
	if (line.len > 0) {
		page_style(p, PAGE_DIM);
		page_to(p, SEEN);
		page_paragraph(p, SEEN, text_str(&line));
		text_reset(&line);
	}
	if (e->leaf != NULL) {
		add_certificate(e->leaf, &line);
		page_to(p, SEEN);
		page_paragraph(p, SEEN, text_str(&line));
		print_uses(p, e->leaf);
	} else if (e->unreadable) {
		page_to(p, SEEN);
		page_paragraph(p, SEEN, "what it presents is no readable "
		    "certificate");
	}
	text_done(&line);
}

static void
print_host(struct page *p, const struct survey_host *h)
{
	page_style(p, PAGE_BOLD);
	page_put(p, h->asked);
	page_end(p);
	for (size_t i = 0; i < h->n_ports;) {
		const struct snapshot_endpoint *e = &h->ports[i];

		i += print_numbers(p, e, h->n_ports - i);
		print_port(p, e);
	}
	if (h->no_entry != NULL) {
		page_style(p, PAGE_WARNING);
		page_to(p, INDENT);
		page_put(p, "no entry:");
		page_gap(p);
		page_paragraph(p, SEEN, h->no_entry);
	}
	page_end(p);
}

bool
report_survey(const struct survey *s, const struct report_options *options,
    report_write_fn *write, void *ctx)
{
	struct page page;

	page_init(&page, options, write, ctx);
	for (size_t i = 0; i < s->n && !page.stopped; i++)
		print_host(&page, &s->hosts[i]);
	if (s->entry.len > 0) {
		page_style(&page, PAGE_DIM);
		page_paragraph(&page, 0, "# To paste into an inventory: made "
		    "from the names alone, so read it first.");
		page_style(&page, PAGE_PLAIN);
		page_lines(&page, text_str(&s->entry));
		page_end(&page);
	}
	return page_done(&page);
}

/* -- JSON ----------------------------------------------------------------- */

static json_t *
port_value(const struct snapshot_endpoint *e)
{
	json_t *o = json_object();
	struct text detail = {0};
	struct strings uses = {0};

	snapshot_detail(e, &detail);
	if (e->leaf != NULL)
		guess_uses(e->leaf, &uses);
	document_set(o, "port", json_integer(e->endpoint->port));
	document_set(o, "outcome",
	    json_string(outcome_name(snapshot_outcome(e))));
	document_set(o, "detail", document_text(text_str(&detail)));
	document_set(o, "sha256", e->leaf != NULL ?
	    document_hex(e->leaf->sha256, CERT_SHA256) : json_null());
	document_set(o, "uses", document_strings(&uses));
	text_done(&detail);
	strings_done(&uses);
	return o;
}

json_t *
report_survey_value(const struct survey *s)
{
	json_t *o = json_object(), *hosts = json_array();

	for (size_t i = 0; i < s->n; i++) {
		const struct survey_host *h = &s->hosts[i];
		json_t *host = json_object(), *ports = json_array();

		for (size_t k = 0; k < h->n_ports; k++)
			(void)json_array_append_new(ports,
			    port_value(&h->ports[k]));
		document_set(host, "asked", document_text(h->asked));
		document_set(host, "host", document_text(h->no_entry == NULL ?
		    h->guess.fqdn : NULL));
		document_set(host, "no_entry", document_text(h->no_entry));
		document_set(host, "ports", ports);
		(void)json_array_append_new(hosts, host);
	}
	document_set(o, "hosts", hosts);
	document_set(o, "entry", document_text(text_str(&s->entry)));
	return o;
}
