/* SPDX-License-Identifier: ISC */
/*
 * report_assessment_csv.c - a compliance report as RFC 4180 rows. The first
 * column says what a row is about: a port with the certificate it shows, what
 * the inventory keeps out, an open finding, what became of one in the period,
 * or an exchange of certificates.
 */
#include "cwaudit/report_assessment.h"

#include <string.h>

#include "cwaudit/cells.h"

struct row {
	const char			*record;
	const struct assessment		*a;
	const struct assessed_host	*host;	/* NULL: of several, or gone */
	const struct assessed_port	*port;	/* NULL: not about one */
	const struct finding		*finding;	/* NULL: none */
	const struct assessed_change	*change;	/* NULL: it is open */
	const struct ledger_event	*reissue;	/* NULL: none */
	const char			*left_out;	/* NULL: nothing */
};

struct column {
	const char	*name;
	void		(*add)(const struct row *, struct text *);
	bool		 number;
};

static void
add_if(struct text *out, const char *s)
{
	if (s != NULL)
		text_add_visible(out, s);
}

static void
add_time(struct text *out, int64_t at)
{
	char buf[CLOCK_TEXT];

	if (at != CLOCK_NEVER)
		text_add(out, clock_format(at, buf));
}

static const char *
field(const struct row *r, const char *key)
{
	return r->reissue != NULL ? event_value(&r->reissue->event, key) :
	    NULL;
}

static const struct assessed_cert *
cert(const struct row *r)
{
	return r->port != NULL && r->port->cert != ASSESSMENT_NONE ?
	    &r->a->certs[r->port->cert] : NULL;
}

static const struct assessed_waiver *
waiver(const struct row *r)
{
	return r->finding != NULL && r->change == NULL ?
	    assessment_waiver(r->a, r->finding) : NULL;
}

/* ---- columns ---- */

static void
add_record(const struct row *r, struct text *out)
{
	text_add(out, r->record);
}

static void
add_host(const struct row *r, struct text *out)
{
	add_if(out, r->host != NULL ? r->host->name : r->finding != NULL ?
	    r->finding->owner : field(r, "host"));
}

static void
add_group(const struct row *r, struct text *out)
{
	add_if(out, r->host != NULL ? r->host->group : r->finding != NULL ?
	    r->finding->group : field(r, "group"));
}

static void
add_owner(const struct row *r, struct text *out)
{
	add_if(out, r->finding != NULL ? r->finding->contact :
	    r->host != NULL ? r->host->owner : field(r, "owner"));
}

static void
add_zone(const struct row *r, struct text *out)
{
	add_if(out, r->host != NULL ? r->host->zone : NULL);
}

static void
add_standing(const struct row *r, struct text *out)
{
	if (r->host != NULL)
		text_add(out, standing_name(r->host->standing));
}

static void
add_standing_since(const struct row *r, struct text *out)
{
	if (r->host != NULL)
		add_time(out, r->host->since);
}

static void
add_kind(const struct row *r, struct text *out)
{
	add_if(out, r->port != NULL ? r->port->kind : r->finding != NULL ?
	    r->finding->kind : field(r, "role"));
}

static void
add_site(const struct row *r, struct text *out)
{
	add_if(out, r->port != NULL ? r->port->site : r->finding != NULL ?
	    r->finding->site : field(r, "site"));
}

static void
add_place(const struct row *r, struct text *out)
{
	struct text t = {0};

	if (r->port != NULL) {
		add_if(out, r->port->place);
	} else if (r->finding != NULL) {
		strings_join(&r->finding->places, " ", &t);
		add_if(out, text_str(&t));
	} else {
		add_if(out, field(r, "endpoint"));
	}
	text_done(&t);
}

static void
add_outcome(const struct row *r, struct text *out)
{
	add_if(out, r->port != NULL ? r->port->outcome : NULL);
}

static void
add_shown_since(const struct row *r, struct text *out)
{
	if (r->port != NULL)
		add_time(out, r->port->since);
}

static void
add_via(const struct row *r, struct text *out)
{
	add_if(out, r->port != NULL ? r->port->via : NULL);
}

static void
add_proof(const struct row *r, struct text *out)
{
	add_if(out, r->port != NULL ? r->port->proof : NULL);
}

static void
add_missing(const struct row *r, struct text *out)
{
	add_if(out, r->port != NULL ? r->port->missing : r->left_out);
}

static void
add_sha256(const struct row *r, struct text *out)
{
	if (cert(r) != NULL)
		text_add_hex(out, cert(r)->sha256, CERT_SHA256);
	else if (r->finding != NULL && r->finding->has_leaf)
		text_add_hex(out, r->finding->leaf, CERT_SHA256);
	else
		add_if(out, field(r, "new_sha256"));
}

static void
add_old_sha256(const struct row *r, struct text *out)
{
	add_if(out, field(r, "old_sha256"));
}

static void
add_serial(const struct row *r, struct text *out)
{
	add_if(out, cert(r) != NULL ? cert(r)->serial : NULL);
}

static void
add_issuer(const struct row *r, struct text *out)
{
	add_if(out, cert(r) != NULL ? cert(r)->issuer : NULL);
}

static void
add_cn(const struct row *r, struct text *out)
{
	add_if(out, cert(r) != NULL ? cert(r)->cn : NULL);
}

static void
add_san(const struct row *r, struct text *out)
{
	add_if(out, cert(r) != NULL ? cert(r)->san : NULL);
}

static void
add_not_before(const struct row *r, struct text *out)
{
	if (cert(r) != NULL)
		add_time(out, cert(r)->not_before);
}

static void
add_not_after(const struct row *r, struct text *out)
{
	if (cert(r) != NULL)
		add_time(out, cert(r)->not_after);
}

static void
add_days_left(const struct row *r, struct text *out)
{
	if (cert(r) != NULL && cert(r)->not_after != CLOCK_NEVER)
		text_addf(out, "%lld", (long long)assessment_days_left(r->a,
		    cert(r)->not_after));
}

static void
add_at(const struct row *r, struct text *out)
{
	if (r->change != NULL)
		add_time(out, r->change->at);
	else if (r->reissue != NULL)
		add_time(out, r->reissue->at);
}

static void
add_state(const struct row *r, struct text *out)
{
	if (r->change != NULL)
		text_add(out, transition_name(r->change->state));
	else if (r->finding != NULL)
		text_add(out, r->finding->waived ? "waived" : "open");
	else
		add_if(out, field(r, "verdict"));
}

static void
add_severity(const struct row *r, struct text *out)
{
	if (r->finding != NULL)
		text_add(out, severity_name(r->finding->severity));
}

static void
add_rule(const struct row *r, struct text *out)
{
	if (r->finding != NULL)
		text_add(out, r->finding->rule->id);
}

static void
add_clauses(const struct row *r, struct text *out)
{
	add_if(out, r->finding != NULL ? r->finding->rule->clauses : NULL);
}

static void
add_finding(const struct row *r, struct text *out)
{
	add_if(out, r->finding != NULL ? r->finding->id : field(r, "id"));
}

static void
add_opened(const struct row *r, struct text *out)
{
	if (r->finding != NULL)
		add_time(out, r->finding->opened);
}

static void
add_waived_by(const struct row *r, struct text *out)
{
	add_if(out, waiver(r) != NULL ? waiver(r)->owner : NULL);
}

static void
add_waived_until(const struct row *r, struct text *out)
{
	if (waiver(r) != NULL)
		add_time(out, waiver(r)->until);
}

static void
add_ticket(const struct row *r, struct text *out)
{
	add_if(out, waiver(r) != NULL ? waiver(r)->ticket : NULL);
}

static void
add_message(const struct row *r, struct text *out)
{
	add_if(out, r->finding != NULL ? r->finding->message :
	    field(r, "msg"));
}

static void
add_remedy(const struct row *r, struct text *out)
{
	add_if(out, r->finding != NULL && r->change == NULL ?
	    r->finding->remedy : NULL);
}

/* New columns go to the end: people's spreadsheets count them. */
static const struct column columns[] = {
	{ .name = "record",		.add = add_record },
	{ .name = "host",		.add = add_host },
	{ .name = "group",		.add = add_group },
	{ .name = "owner",		.add = add_owner },
	{ .name = "zone",		.add = add_zone },
	{ .name = "standing",		.add = add_standing },
	{ .name = "standing_since",	.add = add_standing_since },
	{ .name = "kind",		.add = add_kind },
	{ .name = "site",		.add = add_site },
	{ .name = "endpoint",		.add = add_place },
	{ .name = "outcome",		.add = add_outcome },
	{ .name = "shown_since",	.add = add_shown_since },
	{ .name = "via",		.add = add_via },
	{ .name = "proof",		.add = add_proof },
	{ .name = "not_assessed",	.add = add_missing },
	{ .name = "sha256",		.add = add_sha256 },
	{ .name = "old_sha256",		.add = add_old_sha256 },
	{ .name = "serial",		.add = add_serial },
	{ .name = "issuer",		.add = add_issuer },
	{ .name = "subject_cn",		.add = add_cn },
	{ .name = "san_dns",		.add = add_san },
	{ .name = "not_before",		.add = add_not_before },
	{ .name = "not_after",		.add = add_not_after },
	{ .name = "days_left",		.add = add_days_left, .number = true },
	{ .name = "at",			.add = add_at },
	{ .name = "state",		.add = add_state },
	{ .name = "severity",		.add = add_severity },
	{ .name = "rule",		.add = add_rule },
	{ .name = "clauses",		.add = add_clauses },
	{ .name = "finding",		.add = add_finding },
	{ .name = "opened",		.add = add_opened },
	{ .name = "waived_by",		.add = add_waived_by },
	{ .name = "waived_until",	.add = add_waived_until },
	{ .name = "waiver_ticket",	.add = add_ticket },
	{ .name = "message",		.add = add_message },
	{ .name = "remedy",		.add = add_remedy },
};
#define N_COLUMNS	(sizeof(columns) / sizeof(columns[0]))

/* ---- rows ---- */

struct table {
	report_write_fn		*write;
	void			*ctx;
	const struct assessment	*a;
	bool			 stopped;
};

static void
put(struct table *t, const struct row *row)
{
	struct text line = {0}, cell = {0};

	for (size_t i = 0; i < N_COLUMNS && !t->stopped; i++) {
		text_reset(&cell);
		if (row != NULL)
			columns[i].add(row, &cell);
		else
			text_add(&cell, columns[i].name);
		cells_add(&line, text_str(&cell), columns[i].number);
	}
	cells_end(&line);
	if (!t->stopped && !t->write(t->ctx, text_str(&line), line.len))
		t->stopped = true;
	text_done(&cell);
	text_done(&line);
}

static void
put_host(struct table *t, const struct assessed_host *h)
{
	const struct assessment *a = t->a;

	for (size_t i = 0; i < h->n_ports; i++)
		put(t, &(struct row){ .record = "endpoint", .a = a, .host = h,
		    .port = &a->ports[h->first_port + i] });
	for (size_t i = 0; i < h->left_out.n; i++)
		put(t, &(struct row){ .record = "left-out", .a = a, .host = h,
		    .left_out = h->left_out.item[i] });
	for (size_t i = 0; i < h->n_findings; i++)
		put(t, &(struct row){ .record = "finding", .a = a, .host = h,
		    .finding = assessment_findings(a, h)[i].finding });
}

bool
report_assessment_csv(const struct assessment *a,
    const struct report_options *options, report_write_fn *write, void *ctx)
{
	struct table t = { write, ctx, a, false };

	(void)options;
	put(&t, NULL);
	for (size_t i = 0; !a->changes_only && i < a->n_hosts; i++)
		put_host(&t, &a->hosts[i]);
	for (size_t i = a->first_shared; !a->changes_only &&
	    i < a->n_findings; i++)
		put(&t, &(struct row){ .record = "finding", .a = a,
		    .finding = a->findings[i].finding });
	for (size_t i = 0; i < a->n_changes; i++)
		put(&t, &(struct row){ .record = "change", .a = a,
		    .finding = a->changes[i].finding,
		    .change = &a->changes[i] });
	for (size_t i = 0; i < a->n_reissues; i++)
		put(&t, &(struct row){ .record = "reissue", .a = a,
		    .reissue = &a->reissues[i] });
	return !t.stopped;
}
