/* SPDX-License-Identifier: ISC */
/*
 * report_text.c - the table: hosts with something to say first, then the
 * quiet ones a line each, then what concerns several hosts, then the counts.
 * Severity is told by word, and by colour where there is any. What was not
 * observed is shown as such.
 */
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/report_findings.h"
#include "cwaudit/report_summary.h"

#define GAP		2	/* between the columns of ports */
#define NONE		SIZE_MAX

/* The endpoints of one host or published entry stand together. */
struct block {
	const struct host	*host;		/* NULL where published */
	const struct published	*published;
	size_t			 first, n;	/* endpoints */
	bool			 quiet;		/* all observed, no finding */
};

struct table {
	struct page		 page;
	const struct snapshot	*snapshot;
	const struct report_options *options;
	struct block		*blocks;
	size_t			 n_blocks, cap_blocks;
	/* widths of the columns of ports */
	unsigned		 kind, place, site, seen;
	bool			 folded;	/* too wide: two lines a port */
	bool			 long_dates;	/* there is room for them */
	/* shared findings by host: first of host i, then next of result j */
	size_t			*first_of_host;
	size_t			*next_of_result;
};

static void
add_seen(const struct snapshot_endpoint *e, struct text *out)
{
	if (snapshot_observed(e))
		text_addf(out, "observed %s/%s", via_name(e->seen->via),
		    proof_name(e->seen->proof));
	else if (e->seen == NULL)
		text_add(out, "NOT OBSERVED: no look was made");
	else
		text_addf(out, "NOT OBSERVED: %s",
		    outcome_words(e->seen->outcome));
}

static void
add_dates(const struct table *t, const struct snapshot_endpoint *e,
    struct text *out)
{
	char at[CLOCK_TEXT];
	int64_t days;

	if (e->unreadable)
		text_add(out, "unreadable");
	if (e->leaf == NULL)
		return;
	if (!e->leaf->dates_readable) {
		text_add(out, "no readable dates");
		return;
	}
	if (t->long_dates)
		text_addf(out, "until %.10s, ",
		    clock_format(e->leaf->not_after, at));
	days = snapshot_days_left(t->snapshot, e->leaf);
	if (days < 0)
		text_addf(out, "ended %lld d ago", (long long)
		    ((t->snapshot->finished - e->leaf->not_after) / CLOCK_DAY));
	else
		text_addf(out, "%lld d left", (long long)days);
}

static unsigned
widest(unsigned so_far, struct text *cell)
{
	unsigned columns = page_columns(text_str(cell));

	text_reset(cell);
	return columns > so_far ? columns : so_far;
}

static bool
is_shown(const struct table *t, const struct block *b)
{
	return t->options->verbose || !b->quiet;
}

static void
measure_port(struct table *t, const struct snapshot_endpoint *e,
    unsigned dates[2])
{
	struct text cell = {0};

	text_add(&cell, endpoint_kind_name(e->endpoint->kind));
	t->kind = widest(t->kind, &cell);
	snapshot_place(e, &cell);
	t->place = widest(t->place, &cell);
	text_add(&cell, endpoint_site(e->endpoint));
	t->site = widest(t->site, &cell);
	if (snapshot_observed(e)) {
		add_seen(e, &cell);
		t->seen = widest(t->seen, &cell);
	}
	for (int form = 0; form < 2; form++) {
		t->long_dates = form == 1;
		add_dates(t, e, &cell);
		dates[form] = widest(dates[form], &cell);
	}
	text_done(&cell);
}

/* One line a port with long dates, else with short ones, else two lines. */
static void
measure(struct table *t)
{
	const struct snapshot *s = t->snapshot;
	unsigned dates[2] = {0}, fixed, width = t->options->width;

	for (size_t i = 0; i < t->n_blocks; i++) {
		const struct block *b = &t->blocks[i];

		for (size_t j = 0; is_shown(t, b) && j < b->n; j++)
			measure_port(t, &s->endpoints[b->first + j], dates);
	}
	fixed = 5 * GAP + t->kind + t->place + t->site + t->seen;
	t->long_dates = width == 0 || fixed + dates[1] <= width;
	t->folded = width > 0 && fixed + dates[0] > width;
	if (t->folded)
		t->long_dates = 3 * GAP + t->kind + t->seen + dates[1] <= width;
}

static void
print_port(struct table *t, const struct snapshot_endpoint *e)
{
	struct page *p = &t->page;
	unsigned at = GAP;
	struct text cell = {0};

	page_to(p, at);
	page_put(p, endpoint_kind_name(e->endpoint->kind));
	page_to(p, at += t->kind + GAP);
	snapshot_place(e, &cell);
	page_put(p, text_str(&cell));
	text_reset(&cell);
	page_to(p, at += t->place + GAP);
	page_put(p, endpoint_site(e->endpoint));
	at += t->site + GAP;
	if (t->folded) {
		page_end(p);
		at = GAP + t->kind + GAP;
	}
	page_to(p, at);
	if (!snapshot_observed(e))
		page_style(p, PAGE_WARNING);
	add_seen(e, &cell);
	page_put(p, text_str(&cell));
	page_style(p, PAGE_PLAIN);
	text_reset(&cell);
	add_dates(t, e, &cell);
	if (cell.len > 0) {
		page_to(p, at + t->seen + GAP);
		page_put(p, text_str(&cell));
	}
	page_end(p);
	text_done(&cell);
}

static void
add_certificate(const struct cert *c, struct text *out)
{
	text_add(out, "CN ");
	cert_add_cn(c, out);
	text_add(out, "; SAN");
	for (size_t i = 0; i < c->n_san; i++) {
		text_add(out, i > 0 ? ", " : " ");
		text_add_escaped(out, c->san[i].value.data,
		    c->san[i].value.len, 0);
	}
	if (c->n_san == 0)
		text_add(out, c->san_present ? " empty" : " absent");
	text_addf(out, "; issuer %s; serial %s; %s; %s; SHA-256 ", c->issuer,
	    c->serial, c->key_text, c->signature);
	text_add_hex(out, c->sha256, CERT_SHA256);
}

static void
add_session(const struct observation *seen, struct text *out)
{
	if (seen->tls_version[0] == '\0')
		return;
	text_addf(out, "%s %s", seen->tls_version, seen->tls_cipher);
	if (seen->client_cert_known)
		text_addf(out, ", %s client certificate requested",
		    seen->client_cert_requested ? "a" : "no");
}

/* What the line of the port has no room for. */
static void
print_evidence(struct table *t, const struct snapshot_endpoint *e,
    bool findings)
{
	struct page *p = &t->page;
	struct text line = {0};

	if (t->options->verbose && e->seen != NULL)
		add_session(e->seen, &line);
	if (line.len > 0) {
		page_style(p, PAGE_DIM);
		page_paragraph(p, FINDINGS_WORD, text_str(&line));
		text_reset(&line);
	}
	if (e->seen != NULL && (t->options->verbose ||
	    (!snapshot_observed(e) && !findings)))
		snapshot_detail(e, &line);
	if (line.len > 0) {
		page_style(p, PAGE_DIM);
		page_paragraph(p, FINDINGS_WORD, text_str(&line));
		text_reset(&line);
	}
	if (t->options->verbose && e->leaf != NULL) {
		add_certificate(e->leaf, &line);
		page_style(p, PAGE_DIM);
		page_paragraph(p, FINDINGS_WORD, text_str(&line));
	}
	text_done(&line);
}

static void
add_of_endpoint(const struct table *t, const struct snapshot_endpoint *e,
    struct findings *f)
{
	for (size_t i = 0; i < e->n_results; i++)
		findings_add(f, &t->snapshot->results.item[e->first_result + i]);
}

static size_t
host_index(const struct table *t, const struct host *host)
{
	return (size_t)(host - t->snapshot->inventory->hosts);
}

static void
add_of_host(const struct table *t, const struct host *host, struct findings *f)
{
	const struct snapshot *s = t->snapshot;

	if (host == NULL)
		return;
	for (size_t i = t->first_of_host[host_index(t, host)]; i != NONE;
	    i = t->next_of_result[i - s->first_shared])
		findings_add(f, &s->results.item[i]);
}

static bool
block_is_quiet(const struct table *t, const struct block *b)
{
	struct findings f = {0};
	bool observed = true;

	for (size_t i = b->first; i < b->first + b->n; i++) {
		observed = observed &&
		    snapshot_observed(&t->snapshot->endpoints[i]);
		add_of_endpoint(t, &t->snapshot->endpoints[i], &f);
	}
	add_of_host(t, b->host, &f);
	observed = observed && f.n == 0;
	findings_done(&f);
	return observed;
}

static void
add_if(struct text *out, const char *s)
{
	if (s == NULL)
		return;
	if (out->len > 0)
		text_add(out, ", ");
	text_add(out, s);
}

static const char *
block_name(const struct block *b)
{
	return b->host != NULL ? b->host->fqdn : b->published->url;
}

static void
print_heading(struct table *t, const struct block *b)
{
	const struct settings *settings = b->host != NULL ?
	    b->host->settings : b->published->settings;
	struct page *p = &t->page;
	struct text aside = {0};

	if (b->host == NULL)
		add_if(&aside, published_kind_name(b->published->kind));
	else if (b->host->state != HOST_ACTIVE)
		add_if(&aside, host_state_name(b->host->state));
	add_if(&aside, b->host != NULL ? b->host->group : b->published->group);
	add_if(&aside, settings->owner);
	page_style(p, PAGE_BOLD);
	page_put(p, block_name(b));
	if (aside.len > 0) {
		page_style(p, PAGE_DIM);
		page_putf(p, "  (%s)", text_str(&aside));
	}
	page_end(p);
	text_done(&aside);
}

static void
print_block(struct table *t, const struct block *b)
{
	struct findings f = {0}, said = {0};

	print_heading(t, b);
	for (size_t i = b->first; i < b->first + b->n; i++) {
		const struct snapshot_endpoint *e = &t->snapshot->endpoints[i];

		print_port(t, e);
		add_of_endpoint(t, e, &f);
		print_evidence(t, e, f.n > 0);
		findings_print(&f, &said, &t->page, t->options->verbose);
	}
	add_of_host(t, b->host, &f);
	if (f.n > 0) {
		page_to(&t->page, GAP);
		page_put(&t->page, "host as a whole");
		page_end(&t->page);
	}
	findings_print(&f, &said, &t->page, t->options->verbose);
	page_end(&t->page);
	findings_done(&f);
	findings_done(&said);
}

/* With the days left of the certificate that ends first. */
static void
print_quiet(struct table *t, const struct block *b, unsigned column)
{
	const struct snapshot *s = t->snapshot;
	struct page *p = &t->page;
	const struct cert *first = NULL;
	struct text rest = {0};
	size_t unknown = 0, held = 0;

	for (size_t i = b->first; i < b->first + b->n; i++) {
		const struct snapshot_endpoint *e = &s->endpoints[i];

		if (e->leaf != NULL && e->leaf->dates_readable &&
		    (first == NULL || e->leaf->not_after < first->not_after))
			first = e->leaf;
		for (size_t j = 0; j < e->n_results; j++) {
			const struct result *r =
			    &s->results.item[e->first_result + j];

			unknown += r->verdict == VERDICT_UNKNOWN;
			held += r->verdict == VERDICT_FAIL && r->held;
		}
	}
	page_put(p, block_name(b));
	page_to(p, column);
	page_style(p, unknown + held == 0 ? PAGE_GREEN : PAGE_PLAIN);
	page_put(p, "no findings");
	page_style(p, PAGE_PLAIN);
	text_addf(&rest, ", %zu port%s observed", b->n, plural(b->n));
	if (first != NULL)
		text_addf(&rest, ", %lld d left",
		    (long long)snapshot_days_left(s, first));
	if (unknown > 0)
		text_addf(&rest, ", %zu check%s unanswered", unknown,
		    plural(unknown));
	if (held > 0)
		text_addf(&rest, ", %zu held by maintenance", held);
	page_paragraph(p, 2 * GAP, text_str(&rest));
	text_done(&rest);
}

static void
print_all_quiet(struct table *t)
{
	unsigned name = 0;
	size_t n = 0;

	for (size_t i = 0; i < t->n_blocks; i++) {
		unsigned wide = page_columns(block_name(&t->blocks[i]));

		if (wide > name && t->blocks[i].quiet)
			name = wide;
	}
	for (size_t i = 0; i < t->n_blocks; i++) {
		if (!t->blocks[i].quiet)
			continue;
		print_quiet(t, &t->blocks[i], name + GAP);
		n++;
	}
	if (n > 0)
		page_end(&t->page);
}

/* Of farms, of the fleet, and of hosts of which no port is here. */
static void
print_shared(struct table *t)
{
	const struct snapshot *s = t->snapshot;
	struct findings f = {0}, said = {0};

	for (size_t i = s->first_shared; i < s->results.n; i++)
		if (t->next_of_result[i - s->first_shared] == i)
			findings_add(&f, &s->results.item[i]);
	if (f.n > 0) {
		page_style(&t->page, PAGE_BOLD);
		page_put(&t->page, "several hosts");
		page_end(&t->page);
		findings_print(&f, &said, &t->page, t->options->verbose);
		page_end(&t->page);
	}
	findings_done(&f);
	findings_done(&said);
}

static void
find_blocks(struct table *t)
{
	const struct snapshot *s = t->snapshot;

	for (size_t i = 0; i < s->n_endpoints; i++) {
		const struct endpoint *e = s->endpoints[i].endpoint;
		struct block *last = t->n_blocks > 0 ?
		    &t->blocks[t->n_blocks - 1] : NULL;

		if (last != NULL && last->host == e->host &&
		    last->published == e->published) {
			last->n++;
			continue;
		}
		t->blocks = xgrow(t->blocks, t->n_blocks, &t->cap_blocks,
		    sizeof(*t->blocks));
		t->blocks[t->n_blocks++] =
		    (struct block){ e->host, e->published, i, 1, false };
	}
}

/* Backwards, so that each list is in order. Its own next: of no block. */
static void
link_shared(struct table *t)
{
	const struct snapshot *s = t->snapshot;
	size_t n_hosts = s->inventory->n_hosts;
	bool *here = xcalloc(n_hosts, sizeof(*here));

	t->first_of_host = xcalloc(n_hosts, sizeof(*t->first_of_host));
	t->next_of_result = xcalloc(s->results.n - s->first_shared,
	    sizeof(*t->next_of_result));
	for (size_t i = 0; i < n_hosts; i++)
		t->first_of_host[i] = NONE;
	for (size_t i = 0; i < t->n_blocks; i++)
		if (t->blocks[i].host != NULL)
			here[host_index(t, t->blocks[i].host)] = true;
	for (size_t i = s->results.n; i-- > s->first_shared;) {
		const struct result *r = &s->results.item[i];
		size_t *next = &t->next_of_result[i - s->first_shared];

		*next = i;
		if (r->host == NULL || !here[host_index(t, r->host)])
			continue;
		*next = t->first_of_host[host_index(t, r->host)];
		t->first_of_host[host_index(t, r->host)] = i;
	}
	free(here);
}

bool
report_table(const struct snapshot *s, const struct report_options *options,
    report_write_fn *write, void *ctx)
{
	struct table t = { .snapshot = s, .options = options };
	bool ok;

	page_init(&t.page, options, write, ctx);
	find_blocks(&t);
	link_shared(&t);
	for (size_t i = 0; i < t.n_blocks; i++)
		t.blocks[i].quiet = block_is_quiet(&t, &t.blocks[i]);
	measure(&t);
	for (size_t i = 0; i < t.n_blocks && !t.page.stopped; i++)
		if (is_shown(&t, &t.blocks[i]))
			print_block(&t, &t.blocks[i]);
	if (!options->verbose)
		print_all_quiet(&t);
	print_shared(&t);
	report_summary(&t.page, s, options);
	ok = page_done(&t.page);
	free(t.blocks);
	free(t.first_of_host);
	free(t.next_of_result);
	return ok;
}
