/* SPDX-License-Identifier: ISC */
/*
 * One host told whole: against golden files, and what they cannot show.
 * GOLDEN_WRITE=1 writes them anew; read the difference before it is kept.
 */
#include "cwaudit/report_explain.h"

#include <jansson.h>
#include <stdio.h>

#include "golden.h"
#include "sample.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * Lists of rules that judged nothing grow with the table; what stands there
 * is the next test's matter.
 */
static void
cut_lists(const struct text *all, struct text *out)
{
	const char *line = text_str(all);
	bool cutting = false;

	while (*line != '\0') {
		size_t len = strcspn(line, "\n") + 1;

		if (strstr(line, "    n/a  ") < line + len &&
		    strstr(line, "    n/a  ") != NULL)
			cutting = true;
		else if (strncmp(line, "not judged\n", len) == 0 ||
		    strstr(line, "not judged\033") == line + 4 ||
		    strncmp(line, "  \"not_judged\"", 14) == 0)
			cutting = true;
		else if (cutting && (line[0] == '\n' ||
		    strncmp(line, "  left out", 10) == 0 ||
		    strncmp(line, "  ],", 4) == 0))
			cutting = false;
		if (!cutting)
			text_add_bytes(out, line, len);
		line += len;
	}
}

static void
explain_sample(struct explain *x, struct snapshot *s, const char *fqdn)
{
	const struct host *h = inventory_find(s->inventory, fqdn);

	explain_init(x, s, h, h == NULL ? &s->inventory->published[0] : NULL);
}

static const struct {
	const char	*golden, *host;		/* NULL: published */
	report_explain_fn *render;
	struct report_options options;
} cases[] = {
	{ "explain-80.txt", "cwa01.nwtraders.local", report_explain,
	    { .width = 80 } },
	{ "explain-120.txt", "cwa01.nwtraders.local", report_explain,
	    { .width = 120 } },
	{ "explain-derived.txt", "cwa02.nwtraders.local", report_explain,
	    { .width = 80, .colour = true } },
	{ "explain-down.txt", "cwa04.nwtraders.local", report_explain,
	    { .width = 80 } },
	{ "explain-retired.txt", "cwa05.nwtraders.local", report_explain,
	    { .width = 80 } },
	{ "explain-offload.txt", "cwa07.nwtraders.local", report_explain,
	    { .width = 80 } },
	{ "explain-published.txt", "", report_explain, { .width = 80 } },
	{ "explain.json", "cwa01.nwtraders.local", report_explain_json,
	    { .width = 0 } },
};

static void
every_host_is_told_as_its_golden_file(void **state)
{
	struct snapshot *s = sample_snapshot();

	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		struct report_options options = cases[i].options;
		struct text all = {0}, out = {0};
		struct explain x;

		options.version = "0.1.0";
		explain_sample(&x, s, cases[i].host);
		assert_true(cases[i].render(&x, "inventory.yaml", &options,
		    keep, &all));
		cut_lists(&all, &out);
		assert_golden(&out, cases[i].golden);
		text_done(&all);
		explain_done(&x);
	}
	snapshot_free(s);
}

static void
no_rule_is_left_unsaid(void **state)
{
	struct snapshot *s = sample_calm();
	struct report_options options = { .width = 0 };
	struct text out = {0};
	struct explain x;

	(void)state;
	explain_sample(&x, s, "cwa03.nwtraders.local");
	assert_true(report_explain(&x, NULL, &options, keep, &out));
	for (size_t i = 0; i < n_rules; i++) {
		const char *found = strstr(text_str(&out), rules[i].id);

		/* rules of the host as a whole have no answer in the sample */
		if (found == NULL && rules[i].check_host == NULL)
			fail_msg("nothing is said of %s", rules[i].id);
	}
	text_done(&out);
	explain_done(&x);
	snapshot_free(s);
}

/* Only "pass" and "present" are said of a host where all is well. */
static void
a_calm_host_has_nothing_missing(void **state)
{
	struct snapshot *s = sample_calm();
	struct report_options options = { .width = 80 };
	struct text out = {0};
	struct explain x;

	(void)state;
	explain_sample(&x, s, "cwa03.nwtraders.local");
	assert_true(report_explain(&x, NULL, &options, keep, &out));
	assert_non_null(strstr(text_str(&out), "    pass      2: "));
	assert_null(strstr(text_str(&out), "MISSING"));
	assert_null(strstr(text_str(&out), "mend:"));
	text_done(&out);
	explain_done(&x);
	snapshot_free(s);
}

static void
a_writer_that_stops_ends_it(void **state)
{
	struct snapshot *s = sample_snapshot();
	struct report_options options = { .width = 80, .version = "0" };
	struct explain x;
	size_t calls = 0;

	(void)state;
	explain_sample(&x, s, "cwa01.nwtraders.local");
	assert_false(report_explain(&x, NULL, &options, refuse, &calls));
	assert_int_equal(calls, 1);
	calls = 0;
	assert_false(report_explain_json(&x, NULL, &options, refuse, &calls));
	assert_int_equal(calls, 1);
	explain_done(&x);
	snapshot_free(s);
}

static void
the_document_is_json_with_every_answer_in_it(void **state)
{
	struct snapshot *s = sample_snapshot();
	struct report_options options = { .version = "0" };
	struct text out = {0};
	json_t *document, *list, *first;
	struct explain x;

	(void)state;
	explain_sample(&x, s, "cwa01.nwtraders.local");
	assert_true(report_explain_json(&x, NULL, &options, keep, &out));
	document = json_loadb(text_str(&out), out.len, 0, NULL);
	list = json_object_get(document, "endpoints");
	assert_int_equal(json_array_size(list), 3);
	first = json_array_get(list, 0);
	assert_int_equal(json_array_size(json_object_get(first, "answers")),
	    s->endpoints[0].n_results);
	assert_string_equal(json_string_value(json_object_get(document,
	    "schema")), "cwaudit/explain/1");
	json_decref(document);
	text_done(&out);
	explain_done(&x);
	snapshot_free(s);
}

/* ---- names, one by one ---- */

/*
 * The host's MTLS port presents this; said: "cn:state:name san:state:name".
 */
static const struct {
	const char	*why, *layout, *cn, *san, *said;
} names[] = {
	{ "right", "single", "a.b", "a.b c.d as.c.d download.c.d",
	    "cn:present:a.b san:present:a.b san:present:c.d "
	    "san:present:as.c.d san:present:download.c.d" },
	{ "case does not count", "single", "A.b", "a.B C.D As.c.d Download.c.d",
	    "cn:present:a.b san:present:a.b san:present:c.d "
	    "san:present:as.c.d san:present:download.c.d" },
	{ "as documented", "single", "c.d", "a.b c.d",
	    "cn:WRONG:c.d san:present:a.b san:present:c.d "
	    "san:MISSING:as.c.d san:MISSING:download.c.d" },
	{ "a wildcard covers one label", "single", "a.b",
	    "a.b *.c.d c.d", "cn:present:a.b san:present:a.b san:present:c.d "
	    "san:covered:as.c.d san:covered:download.c.d san:extra:*.c.d" },
	{ "more than asked for", "single", "a.b",
	    "a.b c.d as.c.d download.c.d e.f",
	    "cn:present:a.b san:present:a.b san:present:c.d "
	    "san:present:as.c.d san:present:download.c.d san:extra:e.f" },
	{ "no SAN where one is needed", "single", "a.b", "",
	    "cn:present:a.b san:MISSING:a.b san:MISSING:c.d "
	    "san:MISSING:as.c.d san:MISSING:download.c.d" },
	{ "no SAN where none is needed", "separate", "a.b", "",
	    "cn:present:a.b san:absent:a.b" },
	{ "a SAN without the FQDN", "separate", "a.b", "x.y",
	    "cn:present:a.b san:MISSING:a.b san:extra:x.y" },
	{ "hostile", "separate", "a\x1b[31m\n", "a.b",
	    "cn:WRONG:a\\x1B[31m\\x0A san:present:a.b" },
};

static struct snapshot *
one_host(const char *layout, const char *cn, const char *san)
{
	struct text yaml = {0};
	struct snapshot *s;

	text_addf(&yaml, "hosts:\n  - {fqdn: a.b, address: 10.0.0.1, "
	    "layout: %s, sites: [{url: 'https://c.d', mtls_port: 5061}]}\n",
	    layout);
	s = sample_empty(text_str(&yaml));
	text_done(&yaml);
	sample_observe(&s->endpoints[1], "10.0.0.1", VIA_OPENSSL,
	    PROOF_FINISHED, sample_cert(cn, san, SAMPLE_NOW + CLOCK_DAY, 1));
	return s;
}

static void
names_are_compared_one_by_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(names); i++) {
		struct snapshot *s = one_host(names[i].layout, names[i].cn,
		    names[i].san);
		struct text said = {0};
		struct explain x;

		explain_sample(&x, s, "a.b");
		assert_int_equal(x.n_ports, 2);
		assert_int_equal(x.ports[0].n, 0);
		for (size_t k = 0; k < x.ports[1].n; k++) {
			const struct explain_name *n = &x.ports[1].names[k];

			text_addf(&said, "%s%s:%s:%s", k > 0 ? " " : "",
			    n->cn ? "cn" : "san", name_state_name(n->state),
			    n->name);
		}
		if (strcmp(text_str(&said), names[i].said) != 0)
			fail_msg("%s: %s", names[i].why, text_str(&said));
		text_done(&said);
		explain_done(&x);
		snapshot_free(s);
	}
}

static void
names_beyond_need_are_counted_not_listed(void **state)
{
	struct text san = {0};
	struct snapshot *s;
	struct explain x;

	(void)state;
	for (int i = 0; i < 1000; i++)
		text_addf(&san, "%sx%d.y", i > 0 ? " " : "", i);
	s = one_host("separate", "a.b", text_str(&san));
	explain_sample(&x, s, "a.b");
	assert_int_equal(x.ports[1].n, 1 + 1 + EXPLAIN_EXTRA);
	assert_int_equal(x.ports[1].more, 1000 - EXPLAIN_EXTRA);
	explain_done(&x);
	snapshot_free(s);
	text_done(&san);
}

/* ---- layouts ---- */

static const struct {
	const char	*https, *mtls;	/* CNs, alike: one leaf; NULL: none */
	enum layout	 judged;
	const char	*why;		/* a part of it */
	const char	*commands;	/* what asks for the certificates */
} layouts[] = {
	{ "a.b", "a.b", LAYOUT_SINGLE, "present the same",
	    "cwaudit request a.b -i 'my file'; " },
	{ "c.d", "a.b", LAYOUT_SEPARATE, "present different",
	    "cwaudit request a.b -i 'my file' --as mtls; "
	    "cwaudit request a.b -i 'my file' --as https; " },
	{ "a.b", NULL, LAYOUT_SINGLE, "FQDN as its CN",
	    "cwaudit request a.b -i 'my file'; " },
	{ "c.d", NULL, LAYOUT_SEPARATE, "none was seen at MTLS",
	    "cwaudit request a.b -i 'my file' --as mtls; "
	    "cwaudit request a.b -i 'my file' --as https; " },
	{ NULL, "a.b", LAYOUT_SEPARATE, "does not carry",
	    "cwaudit request a.b -i 'my file' --as mtls; "
	    "cwaudit request a.b -i 'my file' --as https; " },
	/* not seen, so the rules' guess tells nothing */
	{ NULL, NULL, LAYOUT_SEPARATE, "is assumed",
	    "cwaudit request a.b -i 'my file'; " },
};

static void
a_layout_that_is_not_declared_says_how_it_came(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(layouts); i++) {
		struct snapshot *s = sample_empty("hosts:\n  - {fqdn: a.b, "
		    "sites: [{url: 'https://c.d', mtls_port: 5061}]}\n");
		const char *cns[] = { layouts[i].https, layouts[i].mtls };
		struct text commands = {0};
		struct explain x;

		for (int k = 0; k < 2; k++) {
			s->endpoints[k].layout = layouts[i].judged;
			if (cns[k] != NULL)
				sample_observe(&s->endpoints[k], "10.0.0.1",
				    VIA_CURL, PROOF_FINISHED,
				    sample_cert(cns[k], "", SAMPLE_NOW,
				    cns[k][0]));
		}
		explain_sample(&x, s, "a.b");
		assert_int_equal(x.n_layouts, 1);
		if (strstr(x.layouts[0].why, layouts[i].why) == NULL)
			fail_msg("%zu: %s", i, x.layouts[0].why);
		for (size_t k = 0; k < x.needs.n; k++) {
			explain_add_command(&x, &x.needs.item[k], "my file",
			    &commands);
			text_add(&commands, "; ");
		}
		assert_string_equal(text_str(&commands), layouts[i].commands);
		text_done(&commands);
		explain_done(&x);
		snapshot_free(s);
	}
}

static void
what_cannot_be_asked_for_is_still_expected(void **state)
{
	struct snapshot *s = sample_empty("hosts:\n  - {fqdn: "
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    ".nwtraders.local, "
	    "sites: [{url: 'https://c.d', mtls_port: 5061}]}\n");
	struct report_options options = { .width = 80 };
	struct text out = {0};
	struct explain x;

	(void)state;
	explain_init(&x, s, &s->inventory->hosts[0], NULL);
	assert_true(report_explain(&x, NULL, &options, keep, &out));
	assert_non_null(strstr(text_str(&out), "ub-common-name"));
	assert_null(strstr(text_str(&out), "cwaudit request"));
	assert_non_null(strstr(text_str(&out), "download.c.d"));
	text_done(&out);
	explain_done(&x);
	snapshot_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_host_is_told_as_its_golden_file),
		cmocka_unit_test(no_rule_is_left_unsaid),
		cmocka_unit_test(a_calm_host_has_nothing_missing),
		cmocka_unit_test(a_writer_that_stops_ends_it),
		cmocka_unit_test(the_document_is_json_with_every_answer_in_it),
		cmocka_unit_test(names_are_compared_one_by_one),
		cmocka_unit_test(names_beyond_need_are_counted_not_listed),
		cmocka_unit_test(
		    a_layout_that_is_not_declared_says_how_it_came),
		cmocka_unit_test(what_cannot_be_asked_for_is_still_expected),
	};

	return cmocka_run_group_tests_name("report_explain", tests, NULL,
	    NULL);
}
