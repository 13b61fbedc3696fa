/* SPDX-License-Identifier: ISC */
/*
 * fuzz_report.c - any bytes as what a store holds: whoever can write one must
 * not get further through its reports. Parts end with a byte 0x1e: inventory,
 * the former one, settings, answers, a finding, an exchange, ids of a chain, a
 * certificate. The whole is a report to verify, too. Pages, metrics and the API
 * are made of the same, and asked with what stands in the parts.
 * clang -fsanitize=fuzzer,address,undefined.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/claim.h"
#include "cwaudit/report_api.h"
#include "cwaudit/report_assessment.h"
#include "cwaudit/report_metrics.h"

#define PARTS	8
#define SINCE	1777593600
#define UNTIL	1780272000

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static bool
collect(void *ctx, const char *bytes, size_t len)
{
	text_add_bytes(ctx, bytes, len);
	return true;
}

/* Each part as text; what is behind a NUL in it is left out. */
static void
split(const uint8_t *bytes, size_t len, struct text part[PARTS])
{
	for (size_t i = 0; i < PARTS; i++) {
		const uint8_t *end = len > 0 ? memchr(bytes, 0x1e, len) :
		    NULL;
		size_t n = end != NULL ? (size_t)(end - bytes) : len;

		if (n > 0)
			text_add_bytes(&part[i], bytes, n);
		n += end != NULL;
		bytes += n;
		len -= n;
	}
}

/* Every port that the inventory has, as if it had been looked at. */
static void
see_all(struct assessment *a, const struct text part[PARTS])
{
	for (size_t i = 0; i < a->n_hosts; i++)
		for (size_t k = 0; k < a->hosts[i].n_ports; k++) {
			const struct assessed_port *p =
			    &a->ports[a->hosts[i].first_port + k];
			const struct assessed_row row = {
				.owner = a->hosts[i].name, .kind = p->kind,
				.site = p->site, .port = p->port,
				.since = SINCE + 5, .first_seen = SINCE - 5,
				.outcome = "observed",
				.address = p->site, .via = p->site,
				.proof = "none", .detail = p->site,
				.leaf = 7, .chain = text_str(&part[6]),
			};

			assessment_add_sighting(a, &row);
			assessment_add_answers(a, a->hosts[i].name, p->kind,
			    p->site, p->port, text_str(&part[3]));
		}
}

static void
fill(struct assessment *a, const struct text part[PARTS])
{
	static const uint8_t sha256[CERT_SHA256] = {0};
	const char *facts = text_str(&part[4]);

	assessment_set_settings(a, SINCE - 100, text_str(&part[2]));
	assessment_add_run(a, "0.1.0", SINCE - 1000, UNTIL - 100);
	assessment_set_work(a, UNTIL - 100, 9);
	(void)!assessment_set_inventory(a, SINCE - 100, text_str(&part[0]));
	(void)!assessment_set_former(a, text_str(&part[1]));
	see_all(a, part);
	assessment_end_sightings(a);
	for (size_t i = 0; i < a->n_wanted; i++)
		assessment_add_certificate(a, a->wanted[i], sha256, SINCE,
		    part[7].len > 0 ? (const uint8_t *)text_str(&part[7]) :
		    NULL, part[7].len);
	assessment_add_finding(a, "opened", CLOCK_NEVER, facts);
	assessment_add_finding(a, "cleared", SINCE + 9, facts);
	assessment_add_former(a, facts);
	assessment_add_change(a, SINCE + 9, "cleared", facts);
	assessment_add_reissue(a, 1, SINCE + 9, text_str(&part[5]));
	assessment_finish(a);
}

/* Nothing is hidden or reordered. */
static void
check_visible(const struct text *out)
{
	const char *s = text_str(out);

	for (size_t len = out->len, n; len > 0; s += n, len -= n) {
		bool bad;

		n = text_next(s, len, &bad);
		if (bad && *s != '\n' && *s != '\r')
			abort();
	}
}

/* One script, which is ours. */
static void
check_page(struct text *out)
{
	const char *s = strstr(text_str(out), "<script");

	check_visible(out);
	if (s == NULL || strstr(s + 1, "<script") != NULL ||
	    strstr(text_str(out), "<img") != NULL)
		abort();
	text_reset(out);
}

static void
check_json(struct text *out)
{
	json_t *json = json_loads(text_str(out), JSON_REJECT_DUPLICATES,
	    NULL);

	if (json == NULL)
		abort();
	json_decref(json);
	text_reset(out);
}

/* Every line is a comment or ends with a number. */
static void
check_metrics(struct text *out)
{
	for (const char *s = text_str(out), *end; *s != '\0'; s = end + 1) {
		end = strchr(s, '\n');
		if (end == NULL || (*s != '#' && (strncmp(s, "cwaudit_",
		    8) != 0 || end[-1] < '0' || end[-1] > '9')))
			abort();
	}
	text_reset(out);
}

static void
serve(const struct assessment *a, const struct text part[PARTS])
{
	static report_api_fn *const api[] = { report_api_summary,
	    report_api_hosts, report_api_findings, report_api_certificates };
	const struct web_query query = { text_str(&part[3]),
	    text_str(&part[5]), text_str(&part[6]), part[3].len },
	    everything = { "", "", "", 1 };
	struct vitals v;
	struct event e = {0};
	struct ledger none = {0};
	int64_t *observed = calloc(a->n_ports + 1, sizeof(*observed));
	struct text out = {0};

	vitals_init(&v, SINCE);
	if (event_parse(text_str(&part[5]), &e))
		vitals_take(&v, UNTIL, &e);
	event_done(&e);
	(void)!report_web_status(&(struct web_status){ a, &v,
	    text_str(&part[2]), query }, collect, &out);
	check_page(&out);
	(void)!report_web_status(&(struct web_status){ a, &v, "",
	    everything }, collect, &out);
	check_page(&out);
	for (size_t i = 0; i < a->n_hosts && i < 3; i++) {
		(void)!report_web_host(&(struct web_host_page){ a,
		    &a->hosts[i], NULL, &none }, collect, &out);
		check_page(&out);
	}
	for (size_t i = 0; i < 4; i++) {
		(void)!api[i](a, &(struct api_query){ query,
		    text_str(&part[1]), 1 + part[1].len % API_ITEMS_MAX },
		    collect, &out);
		check_json(&out);
	}
	for (int open = 0; observed != NULL && open < 2; open++) {
		(void)!report_metrics(&(struct metrics){ "0", &v, a, observed,
		    100, open }, collect, &out);
		if (open)
			text_reset(&out);	/* ends with a word */
		else
			check_metrics(&out);
	}
	text_done(&out);
	vitals_done(&v);
	free(observed);
}

/* People's formats are to be seen; programs' are what they say. */
static void
check(const struct assessment_format *f, const struct text *out)
{
	const char *s = text_str(out);
	json_t *json;

	if (f->checked) {
		json = json_loads(s, 0, NULL);
		if (json == NULL)
			abort();
		json_decref(json);
		return;
	}
	check_visible(out);
	if (strcmp(f->name, "html") == 0 &&
	    strstr(text_str(out), "<script") != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct assessment_filter all = {0};
	static const struct report_options options = { .width = 80 };
	struct text part[PARTS] = {{0}}, why = {0};
	struct assessment a;
	struct claim claim;

	split(bytes, len, part);
	assessment_init(&a, SINCE, UNTIL, &all);
	fill(&a, part);
	for (size_t i = 0; i < n_assessment_formats; i++) {
		struct text out = {0};

		if (!assessment_formats[i].render(&a, &options, collect,
		    &out))
			abort();
		check(&assessment_formats[i], &out);
		text_done(&out);
	}
	serve(&a, part);
	assessment_done(&a);
	if (claim_parse((const char *)bytes, len, &claim, &why))
		claim_done(&claim);
	else if (why.len == 0)
		abort();
	text_done(&why);
	for (size_t i = 0; i < PARTS; i++)
		text_done(&part[i]);
	return 0;
}
