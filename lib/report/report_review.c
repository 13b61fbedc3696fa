/* SPDX-License-Identifier: ISC */
/*
 * report_review.c - a check of files for people: what was read, what it is
 * to be, what is wrong, what Windows would say, what was not judged; and the
 * same as JSON.
 */
#include "cwaudit/report_review.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/page.h"
#include "cwaudit/report_findings.h"

#define INDENT	2
#define COLUMN	12	/* of what follows "CN", "SAN", "issuer" */
#define LISTED	6	/* rules that a line spells out */

static const char *const key_words[] = {
	[BUNDLE_KEY_ABSENT]	= "no private key in it",
	[BUNDLE_KEY_MISSING]	= "no private key in it",
	[BUNDLE_KEY_UNREAD]	= "a private key under its own password",
	[BUNDLE_KEY_OTHER]	= "the private key is another certificate's",
	[BUNDLE_KEY_MATCHES]	= "the private key matches",
};

static void
print_row(struct page *p, const char *name, const char *value)
{
	page_to(p, INDENT);
	page_style(p, PAGE_DIM);
	page_put(p, name);
	page_style(p, PAGE_PLAIN);
	page_to(p, COLUMN);
	page_paragraph(p, COLUMN, value);
}

/* Empties the text. */
static void
print_text(struct page *p, const char *name, struct text *value)
{
	print_row(p, name, text_str(value));
	text_reset(value);
}

static void
print_heading(struct page *p, const struct review *r)
{
	struct text line = {0};

	strings_join(&r->files, ", ", &line);
	page_style(p, PAGE_BOLD);
	page_put(p, text_str(&line));
	text_reset(&line);
	page_style(p, PAGE_DIM);
	text_addf(&line, "(%s, ", bundle_form_name(r->form));
	if (r->request)
		text_add(&line, "a certificate request)");
	else
		text_addf(&line, "%zu certificate%s, %s)", r->n_certs,
		    plural(r->n_certs), key_words[r->key]);
	page_gap(p);
	page_paragraph(p, INDENT, text_str(&line));
	text_done(&line);
}

static void
add_names(const struct cert *c, struct text *out)
{
	for (size_t i = 0; i < c->n_san; i++) {
		const struct cert_san *san = &c->san[i];

		text_add(out, i > 0 ? ", " : "");
		text_add(out, san->type == CERT_SAN_DNS ? "" :
		    san->type == CERT_SAN_URI ? "URI " :
		    san->type == CERT_SAN_IP ? "IP " :
		    san->type == CERT_SAN_EMAIL ? "mail " : "");
		text_add_escaped(out, san->value.data, san->value.len, 128);
		if (i == 39 && c->n_san > 40) {
			text_addf(out, " and %zu more", c->n_san - 40);
			break;
		}
	}
	if (c->n_san == 0)
		text_add(out, c->san_present ? "empty" : "none");
}

static void
print_dates(struct page *p, const struct snapshot *s, const struct cert *c)
{
	char from[CLOCK_TEXT], to[CLOCK_TEXT];
	struct text line = {0};
	int64_t days;

	if (!c->dates_readable) {
		print_row(p, "valid", "its dates are unreadable");
		return;
	}
	days = snapshot_days_left(s, c);
	text_addf(&line, "%.10s to %.10s, ", clock_format(c->not_before, from),
	    clock_format(c->not_after, to));
	if (days < 0)
		text_addf(&line, "ended %lld day%s ago", (long long)-days,
		    plural((size_t)-days));
	else
		text_addf(&line, "%lld day%s left", (long long)days,
		    plural((size_t)days));
	print_text(p, "valid", &line);
	text_done(&line);
}

static void
print_certificate(struct page *p, const struct review *r)
{
	const struct cert *c = r->snapshot->endpoints[0].leaf;
	struct text line = {0};

	cert_add_cn(c, &line);
	print_text(p, "CN", &line);
	add_names(c, &line);
	print_text(p, "SAN", &line);
	if (!r->request) {
		cert_add_issuer(c, &line);
		print_text(p, "issuer", &line);
		print_dates(p, r->snapshot, c);
	}
	text_addf(&line, "%s, %s", c->key_text, c->signature);
	print_text(p, "key", &line);
	text_add_hex(&line, c->sha256, CERT_SHA256);
	print_text(p, "SHA-256", &line);
	for (size_t i = 0; i < r->notes.n; i++)
		print_row(p, "note", r->notes.item[i]);
	text_done(&line);
}

static void
add_job(const struct review *r, struct text *out)
{
	switch (r->role) {
	case ROLE_MTLS:
		text_addf(out, "the MTLS certificate of %s", r->host.fqdn);
		return;
	case ROLE_HTTPS:
		text_addf(out, "the HTTPS certificate of %s on %s",
		    endpoint_site(&r->endpoints[0]), r->host.fqdn);
		return;
	case ROLE_SINGLE:
		text_addf(out, "the single certificate of %s", r->host.fqdn);
		return;
	case ROLE_PUBLISHED:
		text_addf(out, "the certificate published at %s", r->host.fqdn);
		return;
	}
}

static void
print_job(struct page *p, const struct review *r)
{
	struct text line = {0};

	text_add(&line, "judged as ");
	add_job(r, &line);
	text_add(&line, ", which needs");
	page_style(p, PAGE_BOLD);
	page_paragraph(p, 0, text_str(&line));
	text_reset(&line);
	print_row(p, "CN", r->expect.cn);
	if (r->expect.names.n > 0)
		strings_join(&r->expect.names, ", ", &line);
	else
		text_addf(&line, "none; if there is one, it has %s",
		    r->expect.cn);
	print_text(p, "SAN", &line);
	page_end(p);
	text_done(&line);
}

static bool
print_findings(struct page *p, const struct review *r, bool verbose)
{
	const struct results *rs = &r->snapshot->results;
	struct findings f = {0}, said = {0};
	bool any;

	for (size_t i = 0; i < rs->n; i++)
		findings_add(&f, &rs->item[i]);
	any = f.n > 0;
	findings_print(&f, &said, p, verbose);
	if (any)
		page_end(p);
	findings_done(&f);
	findings_done(&said);
	return any;
}

/* What Windows would do, each once. */
static void
print_windows(struct page *p, const struct review *r)
{
	const struct results *rs = &r->snapshot->results;
	const char *said = NULL;
	bool any = false;

	for (size_t i = 0; i < rs->n; i++) {
		const struct result *item = &rs->item[i];
		const char *windows = item->rule->windows;

		if (windows == NULL || !result_is_finding(item) ||
		    item->own_severity < SEVERITY_ERROR ||
		    (said != NULL && strcmp(said, windows) == 0))
			continue;
		page_style(p, PAGE_ERROR);
		if (r->request)
			page_put(p, "Once issued: ");
		page_paragraph(p, 0, windows);
		said = windows;
		any = true;
	}
	if (any)
		page_end(p);
}

static enum page_style
weight_style(const struct reissue_reason *reason)
{
	switch (reason->weight) {
	case REISSUE_BREAKS:
		return page_severity_style(reason->severity);
	case REISSUE_MENDS:
		return PAGE_GREEN;
	case REISSUE_NOTES:
		break;
	}
	return PAGE_DIM;
}

/* All that is otherwise, what breaks first. */
static void
print_exchange(struct page *p, const struct review *r)
{
	struct text line = {0};

	if (r->replaced_name == NULL)
		return;
	if (r->replaced == NULL) {
		text_addf(&line, "in the place of %s: nothing to compare, it "
		    "is the same certificate", r->replaced_name);
		page_paragraph(p, 0, text_str(&line));
		page_end(p);
		text_done(&line);
		return;
	}
	text_addf(&line, "in the place of %s: %s", r->replaced_name,
	    reissue_verdict_name(&r->reissue));
	page_style(p, PAGE_BOLD);
	page_paragraph(p, 0, text_str(&line));
	for (size_t i = 0; i < r->reissue.n; i++) {
		const struct reissue_reason *reason = &r->reissue.reasons[i];

		page_to(p, INDENT);
		page_style(p, weight_style(reason));
		page_put(p, reissue_weight_name(reason->weight));
		page_style(p, PAGE_PLAIN);
		page_to(p, COLUMN);
		page_paragraph(p, COLUMN, text_str(&reason->message));
	}
	if (r->reissue.n == 0) {
		page_to(p, INDENT);
		page_paragraph(p, INDENT, "nothing is otherwise but the serial "
		    "number, the dates and the key");
	}
	page_end(p);
	text_done(&line);
}

static void
print_gaps(struct page *p, const struct review *r, enum review_cause cause,
    bool verbose)
{
	struct text line = {0};
	size_t n = 0, at = 0;

	for (size_t i = 0; i < r->n_gaps; i++)
		n += r->gaps[i].cause == cause;
	if (n == 0)
		return;
	if (n > LISTED && !verbose)
		text_addf(&line, "%zu rules (-v names them)", n);
	for (size_t i = 0; i < r->n_gaps && (n <= LISTED || verbose); i++)
		if (r->gaps[i].cause == cause)
			text_addf(&line, "%s%s", at++ > 0 ? ", " : "",
			    r->gaps[i].rule->id);
	text_addf(&line, ": %s", review_cause_words(cause));
	page_to(p, INDENT);
	page_paragraph(p, 2 * INDENT, text_str(&line));
	text_done(&line);
}

static void
print_all_gaps(struct page *p, const struct review *r, bool verbose)
{
	if (r->n_gaps == 0)
		return;
	page_style(p, PAGE_BOLD);
	page_put(p, "not judged");
	page_end(p);
	for (int i = 0; i < REVIEW_CAUSES; i++)
		print_gaps(p, r, (enum review_cause)i, verbose);
	page_end(p);
}

static void
add_counts(const struct snapshot_count *count, struct text *out)
{
	const char *comma = "";

	for (int i = SEVERITY_CRITICAL; i > SEVERITY_OFF; i--) {
		if (count->findings[i] == 0)
			continue;
		text_addf(out, "%s%zu %s%s", comma, count->findings[i],
		    severity_name((enum severity)i), i == SEVERITY_CRITICAL ?
		    "" : plural(count->findings[i]));
		comma = ", ";
	}
	if (count->waived > 0)
		text_addf(out, "%s%zu waived", comma, count->waived);
}

/* Is something open that a better file, or a trust, would have answered? */
static bool
could_tell_more(const struct review *r)
{
	for (size_t i = 0; i < r->n_gaps; i++)
		if (r->gaps[i].cause == REVIEW_NO_TRUST ||
		    r->gaps[i].cause == REVIEW_LOCKED_KEY ||
		    r->gaps[i].cause == REVIEW_UNKNOWN)
			return true;
	return false;
}

static void
print_conclusion(struct page *p, const struct review *r)
{
	const struct results *rs = &r->snapshot->results;
	enum severity worst = snapshot_worst(r->snapshot);
	const char *what = r->request ? "request" : "certificate";
	struct snapshot_count count;
	struct text line = {0}, counts = {0};
	size_t passed = 0;

	for (size_t i = 0; i < rs->n; i++)
		passed += rs->item[i].verdict == VERDICT_PASS;
	snapshot_count(r->snapshot, &count);
	add_counts(&count, &counts);
	if (worst >= SEVERITY_ERROR)
		text_addf(&line, "This is not the right %s for the job: %s.",
		    what, text_str(&counts));
	else
		text_addf(&line, "This is the right %s for the job%s%s%s: "
		    "%zu check%s passed, %s; %zu rule%s not judged.", what,
		    could_tell_more(r) ? ", as far as it was judged" : "",
		    counts.len > 0 ? ", but for " : "", text_str(&counts),
		    passed, plural(passed), counts.len > 0 ?
		    "no error was found" : "none failed", r->n_gaps,
		    r->n_gaps == 1 ? " was" : "s were");
	if (worst < SEVERITY_ERROR && r->request)
		text_add(&line, " The CA may issue something else: check its "
		    "certificate, too.");
	page_style(p, worst == SEVERITY_OFF ? PAGE_GREEN :
	    page_severity_style(worst));
	page_paragraph(p, 0, text_str(&line));
	text_done(&line);
	text_done(&counts);
}

bool
report_review(const struct review *r, const struct report_options *options,
    report_write_fn *write, void *ctx)
{
	struct page page;

	page_init(&page, options, write, ctx);
	print_heading(&page, r);
	print_certificate(&page, r);
	page_end(&page);
	print_job(&page, r);
	(void)print_findings(&page, r, options->verbose);
	print_windows(&page, r);
	print_exchange(&page, r);
	print_all_gaps(&page, r, options->verbose);
	print_conclusion(&page, r);
	return page_done(&page);
}

static json_t *
exchange_value(const struct review *r)
{
	json_t *o, *reasons;

	if (r->replaced == NULL)
		return json_null();
	o = json_object();
	reasons = json_array();
	for (size_t i = 0; i < r->reissue.n; i++) {
		const struct reissue_reason *reason = &r->reissue.reasons[i];
		json_t *one = json_object();

		document_set(one, "reason", json_string(reason->id));
		document_set(one, "weight",
		    json_string(reissue_weight_name(reason->weight)));
		document_set(one, "severity",
		    reason->weight == REISSUE_BREAKS ? json_string(
		    severity_name(reason->severity)) : json_null());
		document_set(one, "message",
		    document_text(text_str(&reason->message)));
		document_set(one, "what", document_strings(&reason->what));
		(void)json_array_append_new(reasons, one);
	}
	document_set(o, "file", document_text(r->replaced_name));
	document_set(o, "sha256",
	    document_hex(r->replaced->sha256, CERT_SHA256));
	document_set(o, "verdict",
	    json_string(reissue_verdict_name(&r->reissue)));
	document_set(o, "reasons", reasons);
	return o;
}

json_t *
report_review_value(const struct review *r)
{
	json_t *o = json_object(), *gaps = json_array();

	document_set(o, "files", document_strings(&r->files));
	document_set(o, "form", document_text(bundle_form_name(r->form)));
	document_set(o, "request", json_boolean(r->request));
	document_set(o, "as", document_text(role_name(r->role)));
	document_set(o, "private_key", document_text(bundle_key_name(r->key)));
	document_set(o, "needs_cn", document_text(r->expect.cn));
	document_set(o, "needs_san", document_strings(&r->expect.names));
	document_set(o, "notes", document_strings(&r->notes));
	document_set(o, "replaces", exchange_value(r));
	for (size_t i = 0; i < r->n_gaps; i++) {
		json_t *gap = json_object();

		document_set(gap, "rule", document_text(r->gaps[i].rule->id));
		document_set(gap, "reason",
		    document_text(review_cause_words(r->gaps[i].cause)));
		(void)json_array_append_new(gaps, gap);
	}
	document_set(o, "not_judged", gaps);
	return o;
}
