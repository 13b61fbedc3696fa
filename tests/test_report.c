/* SPDX-License-Identifier: ISC */
/*
 * The formats against golden files, and what golden files cannot show.
 * GOLDEN_WRITE=1 writes them anew; read the difference before it is kept.
 */
#include "cwaudit/report.h"

#include <csv.h>
#include <jansson.h>
#include <stdio.h>

#include "cwaudit/assessment.h"
#include "golden.h"
#include "sample.h"

static const struct {
	const char *golden, *format;
	struct report_options options;
	struct snapshot *(*sample)(void);
} cases[] = {
	{ "audit-80.txt", "table", { .width = 80 }, sample_snapshot },
	{ "audit-120.txt", "table", { .width = 120 }, sample_snapshot },
	{ "audit-colour.txt", "table", { .width = 80, .colour = true },
	    sample_snapshot },
	{ "audit-verbose.txt", "table", { .width = 80, .verbose = true },
	    sample_snapshot },
	{ "audit-narrow.txt", "table", { .width = 60 }, sample_snapshot },
	{ "calm.txt", "table", { .width = 80 }, sample_calm },
	{ "audit.json", "json", { .width = 0 }, sample_snapshot },
	{ "audit.jsonl", "jsonl", { .width = 0 }, sample_snapshot },
	{ "audit.csv", "csv", { .width = 0 }, sample_snapshot },
};

static void
every_format_is_as_its_golden_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report_options options = cases[i].options;
		struct snapshot *s = cases[i].sample();
		struct text out = {0};

		options.version = "0.1.0";
		assert_true(report_find(cases[i].format)->render(s, &options,
		    keep, &out));
		assert_golden(&out, cases[i].golden);
		snapshot_free(s);
	}
}

static void
an_inventory_is_as_its_golden_files(void **state)
{
	struct report_options options = { .width = 80 };
	struct inventory *inventory = sample_inventory(sample_text);
	struct text out = {0};

	(void)state;
	assert_non_null(inventory);
	assert_true(report_inventory(inventory, &options, keep, &out));
	assert_golden(&out, "inventory.txt");
	assert_true(report_inventory_json(inventory, keep, &out));
	assert_golden(&out, "inventory.json");
	inventory_unref(inventory);
}

/* Of one moment: what the table says of the snapshot. */
static void
an_audit_is_a_compliance_report_too(void **state)
{
	struct snapshot *s = sample_snapshot();
	struct snapshot_count count;
	struct assessment a;
	size_t open = 0;

	(void)state;
	snapshot_count(s, &count);
	assessment_of_snapshot(&a, s, "0.1.0");
	assert_int_equal(a.n_ports, count.endpoints);
	assert_int_equal(a.observed, count.observed);
	for (int i = SEVERITY_NOTICE; i < SEVERITY_N; i++) {
		assert_int_equal(a.open[i], count.findings[i]);
		open += a.open[i];
	}
	assert_int_equal(a.waived, count.waived);
	assert_int_equal(a.n_findings, open + a.waived);
	assert_true(a.n_hosts > 1 && a.standing[STANDING_WRONG] > 0);
	assert_int_equal(a.since, s->started);
	assert_int_equal(a.until, s->finished);
	assessment_done(&a);
	snapshot_free(s);
}

static void
no_format_goes_on_after_its_writer_stopped(void **state)
{
	struct report_options options = { .width = 80, .version = "0" };
	struct snapshot *s = sample_snapshot();

	(void)state;
	for (size_t i = 0; i < n_report_formats; i++) {
		size_t calls = 0;

		assert_false(report_formats[i].render(s, &options, refuse,
		    &calls));
		assert_int_equal(calls, 1);
	}
	assert_null(report_find("xml"));
	snapshot_free(s);
}

static void
assert_keys(json_t *object, const char *const *keys, size_t n)
{
	const char *key;
	json_t *value;
	size_t i = 0;

	assert_true(json_is_object(object));
	json_object_foreach(object, key, value) {
		assert_true(i < n && strcmp(key, keys[i]) == 0);
		i++;
	}
	assert_int_equal(i, n);
}

#define ASSERT_KEYS(o, keys) \
	assert_keys(o, keys, sizeof(keys) / sizeof((keys)[0]))

static const char *const document_keys[] = { "schema", "version", "started",
    "finished", "summary", "endpoints", "findings" };
static const char *const summary_keys[] = { "hosts", "endpoints", "observed",
    "findings" };
static const char *const severity_keys[] = { "critical", "error", "warning",
    "notice" };
static const char *const endpoint_keys[] = { "host", "kind", "site",
    "address", "port", "outcome", "detail",
    "http_status", "via", "proof", "tls",
    "certificate", "chain", "findings" };
static const char *const tls_keys[] = { "version", "cipher",
    "client_certificate_requested" };
static const char *const certificate_keys[] = { "sha256", "subject_cn",
    "san_dns", "san_other", "issuer", "serial", "not_before", "not_after",
    "days_left", "key", "signature", "eku", "spki_sha256" };
static const char *const finding_keys[] = { "id", "rule", "severity",
    "offenders", "message", "remedy", "waived" };
static const char *const shared_keys[] = { "host", "site", "id", "rule",
    "severity", "offenders", "message", "remedy", "waived", "nodes" };
static const char *const waived_keys[] = { "owner", "reason", "until",
    "ticket" };

static json_t *
render_document(void)
{
	struct report_options options = { .version = "0.1.0" };
	struct snapshot *s = sample_snapshot();
	struct text out = {0};
	json_t *document;

	assert_true(report_json(s, &options, keep, &out));
	document = json_loadb(text_str(&out), out.len, JSON_REJECT_DUPLICATES,
	    NULL);
	assert_non_null(document);
	text_done(&out);
	snapshot_free(s);
	return document;
}

static void
json_has_every_key_in_its_place(void **state)
{
	json_t *document = render_document(), *e, *f;
	json_t *summary = json_object_get(document, "summary");
	size_t i, j;

	(void)state;
	ASSERT_KEYS(document, document_keys);
	ASSERT_KEYS(summary, summary_keys);
	ASSERT_KEYS(json_object_get(summary, "findings"), severity_keys);
	json_array_foreach(json_object_get(document, "endpoints"), i, e) {
		ASSERT_KEYS(e, endpoint_keys);
		ASSERT_KEYS(json_object_get(e, "tls"), tls_keys);
		if (!json_is_null(json_object_get(e, "certificate")))
			ASSERT_KEYS(json_object_get(e, "certificate"),
			    certificate_keys);
		json_array_foreach(json_object_get(e, "findings"), j, f) {
			json_t *waived = json_object_get(f, "waived");

			ASSERT_KEYS(f, finding_keys);
			if (!json_is_null(waived))
				ASSERT_KEYS(waived, waived_keys);
		}
	}
	assert_int_equal(i, 11);
	json_array_foreach(json_object_get(document, "findings"), i, f)
		ASSERT_KEYS(f, shared_keys);
	assert_int_equal(i, 3);
	json_decref(document);
}

static json_int_t
number_at(json_t *object, const char *key)
{
	assert_true(json_is_integer(json_object_get(object, key)));
	return json_integer_value(json_object_get(object, key));
}

static void
json_counts_agree_with_what_it_lists(void **state)
{
	json_t *document = render_document(), *e, *f;
	json_t *summary = json_object_get(document, "summary");
	json_int_t observed = 0, errors = 0;
	size_t i, j;

	(void)state;
	json_array_foreach(json_object_get(document, "endpoints"), i, e) {
		observed += strcmp(json_string_value(json_object_get(e,
		    "outcome")), "observed") == 0;
		json_array_foreach(json_object_get(e, "findings"), j, f)
			errors += strcmp(json_string_value(json_object_get(f,
			    "severity")), "error") == 0;
	}
	json_array_foreach(json_object_get(document, "findings"), i, f)
		errors += strcmp(json_string_value(json_object_get(f,
		    "severity")), "error") == 0;
	assert_int_equal(number_at(summary, "observed"), observed);
	assert_int_equal(number_at(json_object_get(summary, "findings"),
	    "error"), errors);
	/* the only warning of an endpoint is waived, two are shared */
	assert_int_equal(number_at(json_object_get(summary, "findings"),
	    "warning"), 2);
	json_decref(document);
}

static void
each_line_of_jsonl_is_an_object(void **state)
{
	struct report_options options = { .version = "0.1.0" };
	struct snapshot *s = sample_snapshot();
	struct text out = {0};
	size_t n[3] = {0};

	(void)state;
	assert_true(report_jsonl(s, &options, keep, &out));
	for (const char *p = text_str(&out); *p != '\0';) {
		size_t len = strcspn(p, "\n");
		json_t *line = json_loadb(p, len, 0, NULL);
		const char *type;

		assert_non_null(line);
		type = json_string_value(json_object_get(line, "type"));
		assert_non_null(type);
		n[0] += strcmp(type, "endpoint") == 0;
		n[1] += strcmp(type, "finding") == 0;
		n[2] += strcmp(type, "summary") == 0;
		json_decref(line);
		p += len + 1;
	}
	assert_int_equal(n[0], 11);
	assert_int_equal(n[1], 3);
	assert_int_equal(n[2], 1);
	text_done(&out);
	snapshot_free(s);
}

/* Rows and cells as libcsv reads them back. */
struct cells {
	size_t rows, cells, first_cells;
	bool formula;
	bool apostrophe;
};

static void
on_cell(void *cell, size_t len, void *ctx)
{
	struct cells *c = ctx;
	const char *s = cell;

	c->cells++;
	if (len == 0)
		return;
	/* days_left of what has ended: a number, and ours */
	if (strchr("=+-@\t\r", s[0]) != NULL &&
	    strspn(s + 1, "0123456789") != len - 1)
		c->formula = true;
	if (s[0] == '\'')
		c->apostrophe = true;
}

static void
on_row(int end, void *ctx)
{
	struct cells *c = ctx;

	(void)end;
	if (c->rows++ == 0)
		c->first_cells = c->cells;
	assert_int_equal(c->cells, c->rows * c->first_cells);
}

static void
read_csv(const struct text *out, struct cells *cells)
{
	struct csv_parser parser;

	assert_int_equal(csv_init(&parser, CSV_STRICT), 0);
	assert_int_equal(csv_parse(&parser, text_str(out), out->len, on_cell,
	    on_row, cells), out->len);
	assert_int_equal(csv_fini(&parser, on_cell, on_row, cells), 0);
	csv_free(&parser);
}

static void
csv_has_a_row_for_each_finding_and_each_endpoint_without(void **state)
{
	struct report_options options = {0};
	struct snapshot *s = sample_snapshot();
	struct text out = {0};
	struct cells cells = {0};

	(void)state;
	assert_true(report_csv(s, &options, keep, &out));
	read_csv(&out, &cells);
	/* a head, 3 + 2 + 2, four without, 1 + 1, two without, 3 shared */
	assert_int_equal(cells.rows, 1 + 7 + 4 + 2 + 2 + 3);
	assert_false(cells.formula);
	text_done(&out);
	snapshot_free(s);
}

static void
csv_never_begins_a_cell_like_a_formula(void **state)
{
	static const char *const hostile[] = {
		"=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(1)", "\tx", "\rx",
	};
	struct report_options options = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct snapshot *s = sample_calm();
		struct text out = {0};
		struct cells cells = {0};
		struct cert *leaf = sample_cert(hostile[i], hostile[i],
		    SAMPLE_NOW, 1);

		free(leaf->issuer);
		leaf->issuer = xstrdup(hostile[i]);
		cert_unref(s->endpoints[0].leaf);
		s->endpoints[0].leaf = leaf;
		assert_true(report_csv(s, &options, keep, &out));
		read_csv(&out, &cells);
		assert_false(cells.formula);
		assert_true(cells.apostrophe);
		text_done(&out);
		snapshot_free(s);
	}
}

/* Escape sequences and line ends aside, a terminal gets printable bytes. */
static void
no_report_lets_a_control_byte_through(void **state)
{
	struct report_options options = { .width = 80, .verbose = true,
	    .version = "0" };
	struct snapshot *s = sample_snapshot();

	(void)state;
	for (size_t i = 0; i < n_report_formats; i++) {
		struct text out = {0};

		assert_true(report_formats[i].render(s, &options, keep, &out));
		for (size_t j = 0; j < out.len; j++) {
			unsigned char c = (unsigned char)out.data[j];

			assert_true(c >= 0x20 || c == '\n' || (c == '\r' &&
			    strcmp(report_formats[i].name, "csv") == 0));
			assert_int_not_equal(c, 0x7f);
		}
		assert_null(strstr(text_str(&out), "\xe2\x80\xae"));
		text_done(&out);
	}
	snapshot_free(s);
}

/* Unless it is one word that is longer by itself. */
static void
assert_line_fits(const char *line, size_t len, unsigned width)
{
	size_t columns = 0;

	for (size_t i = 0; i < len; i++)
		columns += ((unsigned char)line[i] & 0xc0) != 0x80;
	if (columns <= width)
		return;
	line += strspn(line, " ");
	if (strcspn(line, " \n") < strcspn(line, "\n"))
		fail_msg("%zu columns of %u: %.*s", columns, width, (int)len,
		    line);
}

static void
lines_of_the_table_fit_the_terminal(void **state)
{
	struct snapshot *s = sample_snapshot();

	(void)state;
	for (unsigned width = 60; width <= 160; width += 20) {
		struct report_options options = { .width = width,
		    .version = "0", .verbose = width % 40 == 0 };
		struct text out = {0};

		assert_true(report_table(s, &options, keep, &out));
		for (const char *p = text_str(&out); *p != '\0';) {
			size_t len = strcspn(p, "\n");

			assert_line_fits(p, len, width);
			p += len + 1;
		}
		text_done(&out);
	}
	snapshot_free(s);
}

static void
what_was_not_observed_is_never_called_fine(void **state)
{
	struct report_options options = { .width = 80 };
	struct snapshot *s = sample_calm();
	struct text out = {0};

	(void)state;
	assert_true(snapshot_complete(s));
	assert_true(report_table(s, &options, keep, &out));
	assert_non_null(strstr(text_str(&out), "Nothing to mend"));
	text_reset(&out);
	observation_free(s->endpoints[1].seen);
	s->endpoints[1].seen = NULL;
	assert_false(snapshot_complete(s));
	assert_true(report_table(s, &options, keep, &out));
	assert_null(strstr(text_str(&out), "Nothing to mend"));
	assert_null(strstr(text_str(&out), "no findings"));
	assert_non_null(strstr(text_str(&out), "NOT OBSERVED"));
	assert_non_null(strstr(text_str(&out), "1 of 2 endpoints showed no"));
	text_done(&out);
	snapshot_free(s);
}

static void
what_is_held_or_waived_did_not_pass(void **state)
{
	static const struct waiver waiver = { .until = SAMPLE_NOW };
	struct report_options options = { .width = 0 };
	struct snapshot *s = sample_calm();
	struct result *r = &s->results.item[0];
	struct text out = {0};

	(void)state;
	r->verdict = VERDICT_FAIL;
	r->held = true;
	assert_int_equal(snapshot_worst(s), SEVERITY_OFF);
	assert_true(report_table(s, &options, keep, &out));
	assert_non_null(strstr(text_str(&out), "2 checks passed and those "
	    "that failed are held."));
	text_reset(&out);
	r->held = false;
	r->waiver = &waiver;
	assert_int_equal(snapshot_worst(s), SEVERITY_OFF);
	assert_true(report_table(s, &options, keep, &out));
	assert_non_null(strstr(text_str(&out), "2 checks passed and those "
	    "that failed are waived."));
	r->waiver = NULL;
	assert_int_equal(snapshot_worst(s), r->severity);
	text_done(&out);
	snapshot_free(s);
}

static void
a_part_of_the_fleet_leaves_the_rest_unmentioned(void **state)
{
	struct report_options options = { .width = 80 };
	struct snapshot *s = sample_snapshot();
	struct snapshot_count count;
	struct text out = {0};

	(void)state;
	snapshot_count(s, &count);
	assert_int_equal(count.not_assessed, 4);
	assert_int_equal(count.observed, 9);
	assert_int_equal(count.waived, 1);
	assert_int_equal(snapshot_worst(s), SEVERITY_CRITICAL);
	s->n_hosts = 1;
	for (size_t i = 3; i < s->n_endpoints; i++) {
		observation_free(s->endpoints[i].seen);
		cert_unref(s->endpoints[i].leaf);
		chain_unref(s->endpoints[i].chain);
	}
	s->n_endpoints = 3;
	assert_true(snapshot_covers(s, &s->inventory->hosts[0]));
	assert_false(snapshot_covers(s, &s->inventory->hosts[4]));
	assert_true(report_table(s, &options, keep, &out));
	assert_null(strstr(text_str(&out), "cwa05"));
	assert_non_null(strstr(text_str(&out), "1 not assessed"));
	text_done(&out);
	snapshot_free(s);
}

static void
days_left_are_whole_and_rounded_down(void **state)
{
	static const struct { int64_t ends; int64_t days; } ends[] = {
		{ SAMPLE_NOW + 2 * CLOCK_DAY - 1, 1 }, { SAMPLE_NOW + 1, 0 },
		{ SAMPLE_NOW, 0 }, { SAMPLE_NOW - 1, -1 },
		{ SAMPLE_NOW - CLOCK_DAY, -1 },
		{ SAMPLE_NOW - CLOCK_DAY - 1, -2 },
	};
	struct snapshot s = { .finished = SAMPLE_NOW };

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct cert c = { .not_after = ends[i].ends };

		assert_int_equal(snapshot_days_left(&s, &c), ends[i].days);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_is_as_its_golden_file),
		cmocka_unit_test(an_inventory_is_as_its_golden_files),
		cmocka_unit_test(an_audit_is_a_compliance_report_too),
		cmocka_unit_test(no_format_goes_on_after_its_writer_stopped),
		cmocka_unit_test(json_has_every_key_in_its_place),
		cmocka_unit_test(json_counts_agree_with_what_it_lists),
		cmocka_unit_test(each_line_of_jsonl_is_an_object),
		cmocka_unit_test(
		    csv_has_a_row_for_each_finding_and_each_endpoint_without),
		cmocka_unit_test(csv_never_begins_a_cell_like_a_formula),
		cmocka_unit_test(no_report_lets_a_control_byte_through),
		cmocka_unit_test(lines_of_the_table_fit_the_terminal),
		cmocka_unit_test(what_was_not_observed_is_never_called_fine),
		cmocka_unit_test(what_is_held_or_waived_did_not_pass),
		cmocka_unit_test(
		    a_part_of_the_fleet_leaves_the_rest_unmentioned),
		cmocka_unit_test(days_left_are_whole_and_rounded_down),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
