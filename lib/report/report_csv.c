/* SPDX-License-Identifier: ISC */
/*
 * report_csv.c - a snapshot as RFC 4180 rows: one for each finding, and one
 * for each endpoint without any.
 */
#include "cwaudit/cells.h"
#include "cwaudit/report.h"

struct row {
	const struct snapshot		*snapshot;
	const struct snapshot_endpoint	*endpoint;	/* NULL: shared finding */
	const struct result		*result;	/* NULL: no finding */
};

/* One cell as text; write_row quotes it. */
struct column {
	const char	*name;
	void		(*add)(const struct row *, struct text *);
	bool		 number;
};

static void
add_if(struct text *out, const char *s)
{
	if (s != NULL)
		text_add(out, s);
}

static void
add_host(const struct row *row, struct text *out)
{
	if (row->endpoint != NULL)
		text_add(out, endpoint_owner(row->endpoint->endpoint));
	else if (row->result->host != NULL)
		text_add(out, row->result->host->fqdn);
}

static void
add_kind(const struct row *row, struct text *out)
{
	if (row->endpoint != NULL)
		text_add(out, endpoint_kind_name(row->endpoint->endpoint->kind));
}

static void
add_site(const struct row *row, struct text *out)
{
	if (row->endpoint != NULL)
		text_add(out, endpoint_site(row->endpoint->endpoint));
	else if (row->result->site != NULL)
		text_add(out, row->result->site->name);
}

static void
add_address(const struct row *row, struct text *out)
{
	if (row->endpoint != NULL)
		add_if(out, snapshot_address(row->endpoint));
}

static void
add_port(const struct row *row, struct text *out)
{
	if (row->endpoint != NULL && row->endpoint->endpoint->port != 0)
		text_addf(out, "%u", row->endpoint->endpoint->port);
}

static void
add_outcome(const struct row *row, struct text *out)
{
	if (row->endpoint != NULL)
		text_add(out, outcome_name(snapshot_outcome(row->endpoint)));
}

static void
add_detail(const struct row *row, struct text *out)
{
	if (row->endpoint != NULL)
		snapshot_detail(row->endpoint, out);
}

static void
add_via(const struct row *row, struct text *out)
{
	if (row->endpoint != NULL && snapshot_observed(row->endpoint) &&
	    row->endpoint->seen->via != VIA_NONE)
		text_add(out, via_name(row->endpoint->seen->via));
}

static void
add_proof(const struct row *row, struct text *out)
{
	if (row->endpoint != NULL && snapshot_observed(row->endpoint))
		text_add(out, proof_name(row->endpoint->seen->proof));
}

static const struct cert *
row_leaf(const struct row *row)
{
	return row->endpoint != NULL ? row->endpoint->leaf : NULL;
}

static void
add_cn(const struct row *row, struct text *out)
{
	if (row_leaf(row) != NULL && row_leaf(row)->n_cn > 0)
		cert_add_cn(row_leaf(row), out);
}

static void
add_san(const struct row *row, struct text *out)
{
	const struct cert *c = row_leaf(row);

	for (size_t i = 0; c != NULL && i < c->n_san; i++) {
		if (c->san[i].type != CERT_SAN_DNS)
			continue;
		if (out->len > 0)
			text_add_char(out, ' ');
		text_add_escaped(out, c->san[i].value.data,
		    c->san[i].value.len, 0);
	}
}

static void
add_issuer(const struct row *row, struct text *out)
{
	if (row_leaf(row) != NULL)
		add_if(out, row_leaf(row)->issuer);
}

static void
add_not_after(const struct row *row, struct text *out)
{
	char buf[CLOCK_TEXT];

	if (row_leaf(row) != NULL && row_leaf(row)->dates_readable)
		text_add(out, clock_format(row_leaf(row)->not_after, buf));
}

static void
add_days_left(const struct row *row, struct text *out)
{
	if (row_leaf(row) != NULL && row_leaf(row)->dates_readable)
		text_addf(out, "%lld", (long long)snapshot_days_left(
		    row->snapshot, row_leaf(row)));
}

static void
add_sha256(const struct row *row, struct text *out)
{
	if (row_leaf(row) != NULL)
		text_add_hex(out, row_leaf(row)->sha256, CERT_SHA256);
}

static void
add_severity(const struct row *row, struct text *out)
{
	if (row->result != NULL)
		text_add(out, severity_name(row->result->severity));
}

static void
add_rule(const struct row *row, struct text *out)
{
	if (row->result != NULL)
		text_add(out, row->result->rule->id);
}

static void
add_finding(const struct row *row, struct text *out)
{
	if (row->result != NULL)
		text_add(out, row->result->id);
}

static void
add_message(const struct row *row, struct text *out)
{
	if (row->result != NULL)
		add_if(out, row->result->message);
}

static void
add_remedy(const struct row *row, struct text *out)
{
	if (row->result != NULL)
		add_if(out, row->result->remedy);
}

static const struct waiver *
row_waiver(const struct row *row)
{
	return row->result != NULL ? row->result->waiver : NULL;
}

static void
add_waived_by(const struct row *row, struct text *out)
{
	if (row_waiver(row) != NULL)
		add_if(out, row_waiver(row)->owner);
}

static void
add_waived_until(const struct row *row, struct text *out)
{
	char buf[CLOCK_TEXT];

	if (row_waiver(row) != NULL)
		text_add(out, clock_format(row_waiver(row)->until, buf));
}

static void
add_waiver_ticket(const struct row *row, struct text *out)
{
	if (row_waiver(row) != NULL)
		add_if(out, row_waiver(row)->ticket);
}

static void
add_waiver_reason(const struct row *row, struct text *out)
{
	if (row_waiver(row) != NULL)
		add_if(out, row_waiver(row)->reason);
}

/* New columns go to the end: people's spreadsheets count them. */
static const struct column columns[] = {
	{ .name = "host",		.add = add_host },
	{ .name = "kind",		.add = add_kind },
	{ .name = "site",		.add = add_site },
	{ .name = "address",		.add = add_address },
	{ .name = "port",		.add = add_port, .number = true },
	{ .name = "outcome",		.add = add_outcome },
	{ .name = "detail",		.add = add_detail },
	{ .name = "via",		.add = add_via },
	{ .name = "proof",		.add = add_proof },
	{ .name = "subject_cn",		.add = add_cn },
	{ .name = "san_dns",		.add = add_san },
	{ .name = "issuer",		.add = add_issuer },
	{ .name = "not_after",		.add = add_not_after },
	{ .name = "days_left",		.add = add_days_left, .number = true },
	{ .name = "sha256",		.add = add_sha256 },
	{ .name = "severity",		.add = add_severity },
	{ .name = "rule",		.add = add_rule },
	{ .name = "finding",		.add = add_finding },
	{ .name = "message",		.add = add_message },
	{ .name = "remedy",		.add = add_remedy },
	{ .name = "waived_by",		.add = add_waived_by },
	{ .name = "waived_until",	.add = add_waived_until },
	{ .name = "waiver_ticket",	.add = add_waiver_ticket },
	{ .name = "waiver_reason",	.add = add_waiver_reason },
};

#define N_COLUMNS	(sizeof(columns) / sizeof(columns[0]))

static bool
write_row(const struct row *row, report_write_fn *write, void *ctx)
{
	struct text line = {0}, cell = {0};
	bool ok;

	for (size_t i = 0; i < N_COLUMNS; i++) {
		text_reset(&cell);
		if (row != NULL)
			columns[i].add(row, &cell);
		else
			text_add(&cell, columns[i].name);
		cells_add(&line, text_str(&cell), columns[i].number);
	}
	cells_end(&line);
	ok = write(ctx, text_str(&line), line.len);
	text_done(&cell);
	text_done(&line);
	return ok;
}

static bool
write_endpoint(const struct snapshot *s, const struct snapshot_endpoint *e,
    report_write_fn *write, void *ctx)
{
	struct row row = { .snapshot = s, .endpoint = e };

	for (size_t i = 0; i < e->n_results; i++) {
		const struct result *r = &s->results.item[e->first_result + i];

		if (!result_is_finding(r))
			continue;
		row.result = r;
		if (!write_row(&row, write, ctx))
			return false;
	}
	return row.result != NULL || write_row(&row, write, ctx);
}

bool
report_csv(const struct snapshot *s, const struct report_options *options,
    report_write_fn *write, void *ctx)
{
	(void)options;
	if (!write_row(NULL, write, ctx))
		return false;
	for (size_t i = 0; i < s->n_endpoints; i++)
		if (!write_endpoint(s, &s->endpoints[i], write, ctx))
			return false;
	for (size_t i = s->first_shared; i < s->results.n; i++) {
		struct row row = { .snapshot = s,
		    .result = &s->results.item[i] };

		if (result_is_finding(row.result) &&
		    !write_row(&row, write, ctx))
			return false;
	}
	return true;
}
