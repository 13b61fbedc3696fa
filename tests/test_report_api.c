/* SPDX-License-Identifier: ISC */
/* JSON, page by page. */
#include <jansson.h>

#include "assessment_world.h"
#include "cwaudit/report_api.h"
#include "golden.h"

static json_t *
ask(report_api_fn *put, const struct api_query *q)
{
	struct assessment a;
	struct text out = {0};
	json_t *o;

	fill(&a, &nothing);
	assert_true(put(&a, q, keep, &out));
	o = json_loads(text_str(&out), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	text_done(&out);
	assessment_done(&a);
	return o;
}

static json_int_t
number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void
each_document_is_as_its_golden_file(void **state)
{
	static const struct { const char *file; report_api_fn *put; } all[] = {
		{ "api-summary.json", report_api_summary },
		{ "api-hosts.json", report_api_hosts },
		{ "api-findings.json", report_api_findings },
		{ "api-certificates.json", report_api_certificates },
	};
	const struct api_query q = { .items = 2, .what.page = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct assessment a;
		struct text out = {0};

		fill(&a, &nothing);
		assert_true(all[i].put(&a, &q, keep, &out));
		assert_golden(&out, all[i].file);
		assessment_done(&a);
	}
}

/* All pages together have each item once. */
static void
pages_make_the_whole(void **state)
{
	size_t all = 0;
	json_int_t total = 1;

	(void)state;
	for (size_t page = 1; all < (size_t)total; page++) {
		const struct api_query q = { .items = 3, .what.page = page };
		json_t *o = ask(report_api_hosts, &q);
		size_t n = json_array_size(json_object_get(o, "items"));

		total = number(o, "total");
		assert_in_range(n, 1, 3);
		assert_int_equal(number(o, "pages"), (total + 2) / 3);
		all += n;
		json_decref(o);
	}
	assert_int_equal(all, total);
	assert_int_equal(total, 8);
}

static void
past_the_end_there_is_nothing(void **state)
{
	/* with 512 of a page, 2^55 of them are none by way of 2^64 */
	static const size_t pages[] = { 5, 1000, SIZE_MAX / 2, SIZE_MAX,
	    (SIZE_MAX >> 9) + 2 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		const struct api_query q = { .items = 512,
		    .what.page = pages[i] };
		json_t *o = ask(report_api_findings, &q);

		assert_int_equal(json_array_size(json_object_get(o, "items")),
		    0);
		assert_int_equal(number(o, "total"), 4);
		json_decref(o);
	}
}

static void
what_is_asked_for_is_what_comes(void **state)
{
	static const struct {
		report_api_fn	*put;
		struct api_query query;
		int		 total;
	} rows[] = {
		{ report_api_hosts, { .standing = "wrong" }, 1 },
		{ report_api_hosts, { .standing = "fine" }, 0 },
		{ report_api_hosts, { .what.text = "CWA01" }, 1 },
		{ report_api_hosts, { .what.text = "emea" }, 2 },
		{ report_api_hosts, { .what.text = "=cmd" }, 1 },
		{ report_api_hosts, { .what.text = "DMZ-FRA" }, 2 },
		{ report_api_hosts, { .what.text = "prod" }, 2 },
		{ report_api_findings, { .what.severity = "waived" }, 1 },
		{ report_api_findings, { .what.rule = "shared-key" }, 1 },
		{ report_api_certificates, { .what.text = "Issuing" }, 4 },
		{ report_api_certificates, { .what.text = "no such" }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct api_query q = rows[i].query;
		json_t *o;

		q.items = API_ITEMS;
		o = ask(rows[i].put, &q);
		if (number(o, "total") != rows[i].total)
			fail_msg("row %zu: %lld", i,
			    (long long)number(o, "total"));
		json_decref(o);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_document_is_as_its_golden_file),
		cmocka_unit_test(pages_make_the_whole),
		cmocka_unit_test(past_the_end_there_is_nothing),
		cmocka_unit_test(what_is_asked_for_is_what_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
