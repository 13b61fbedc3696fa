/* SPDX-License-Identifier: ISC */
/* Hosts that no inventory has, as people and programs read of them. */
#include "cwaudit/report_survey.h"

#include "golden.h"
#include "sample.h"

static const char probed[] =
"hosts:\n"
"  - fqdn: cwa01.nwtraders.local\n"
"    sites:\n"
"      - {url: \"https://cwa01.nwtraders.local:443\", mtls_port: unknown}\n"
"      - {url: \"https://cwa01.nwtraders.local:5061\", tls: no, mtls_port: 5061}\n"
"      - {url: \"https://cwa01.nwtraders.local:5062\", tls: no, mtls_port: 5062}\n"
"      - {url: \"https://cwa01.nwtraders.local:5063\", tls: no, mtls_port: 5063}\n"
"  - fqdn: address-2.invalid\n"
"    address: 10.20.30.51\n"
"    sites:\n"
"      - {url: \"https://address-2.invalid:443\", mtls_port: unknown}\n"
"      - {url: \"https://address-2.invalid:6061\", mtls_port: unknown}\n"
"  - fqdn: address-3.invalid\n"
"    address: 10.20.30.52\n"
"    sites:\n"
"      - {url: \"https://address-3.invalid:443\", mtls_port: unknown}\n"
"  - fqdn: address-4.invalid\n"
"    address: 10.20.30.61\n"
"    sites:\n"
"      - {url: \"https://address-4.invalid:443\", mtls_port: unknown}\n";

/* A right pair; a documented single one; the first again; nothing at all. */
static struct snapshot *
look(void)
{
	struct snapshot *s = sample_empty(probed);
	struct snapshot_endpoint *e = s->endpoints;
	const char *im = "im.contoso.com as.im.contoso.com "
	    "download.im.contoso.com";
	struct cert *leaf = sample_cert("chat.contoso.com",
	    "chat.contoso.com as.chat.contoso.com download.chat.contoso.com "
	    "cwa02.nwtraders.local <script>alert(1)</script> "
	    "\xe2\x80\xae" "evil", SAMPLE_NOW + 9 * CLOCK_DAY, 3);

	sample_observe(&e[0], "10.20.30.41", VIA_CURL, PROOF_FINISHED,
	    sample_cert("im.contoso.com", im, SAMPLE_NOW + CLOCK_DAY, 1));
	sample_observe(&e[1], "10.20.30.41", VIA_OPENSSL, PROOF_SIGNATURE,
	    sample_cert("cwa01.nwtraders.local", "", SAMPLE_NOW, 2));
	sample_fail_look(&e[2], OUTCOME_REFUSED, "");
	sample_fail_look(&e[3], OUTCOME_REFUSED, "");
	sample_observe(&e[4], "10.20.30.51", VIA_CURL, PROOF_FINISHED, leaf);
	sample_observe(&e[5], "10.20.30.51", VIA_HELLO, PROOF_NONE,
	    cert_ref(leaf));
	/* Not on a port for MTLS; that it asks says what it is. */
	((struct observation *)(uintptr_t)e[5].seen)->client_cert_known = true;
	((struct observation *)(uintptr_t)e[5].seen)->client_cert_requested =
	    true;
	sample_observe(&e[6], "10.20.30.52", VIA_CURL, PROOF_FINISHED,
	    sample_cert("cwa01.nwtraders.local",
	    "cwa01.nwtraders.local im.contoso.com as.im.contoso.com", SAMPLE_NOW
	    + 3 * CLOCK_DAY, 4));
	sample_fail_look(&e[7], OUTCOME_TIMEOUT, "no answer in time");
	return s;
}

static void
survey_sample(struct survey *s, const struct snapshot *looked,
    struct strings *asked)
{
	strings_add(asked, "cwa01.nwtraders.local");
	strings_add(asked, "10.20.30.51");
	strings_add(asked, "10.20.30.52");
	strings_add(asked, "10.20.30.61");
	survey_init(s, looked, asked);
}

static void
each_host_is_told_as_the_golden_file(void **state)
{
	const struct report_options options = { .width = 80 };
	struct snapshot *looked = look();
	struct strings asked = {0};
	struct text out = {0};
	struct survey s;

	(void)state;
	survey_sample(&s, looked, &asked);
	assert_true(report_survey(&s, &options, keep, &out));
	assert_golden(&out, "survey.txt");
	survey_done(&s);
	strings_done(&asked);
	snapshot_free(looked);
}

static void
the_document_has_hosts_ports_and_entry(void **state)
{
	const struct report_options options = { .version = "0.1.0" };
	struct report_options more = options;
	struct snapshot *looked = look();
	struct strings asked = {0};
	struct text out = {0};
	struct survey s;
	json_t *doc, *hosts;

	(void)state;
	survey_sample(&s, looked, &asked);
	more.survey = &s;
	assert_true(report_json(looked, &more, keep, &out));
	doc = json_loads(text_str(&out), 0, NULL);
	assert_non_null(doc);
	hosts = json_object_get(json_object_get(doc, "probe"), "hosts");
	assert_int_equal(json_array_size(hosts), 4);
	assert_string_equal(json_string_value(json_object_get(json_array_get(
	    hosts, 1), "host")), "cwa02.nwtraders.local");
	assert_true(json_is_null(json_object_get(json_array_get(hosts, 2),
	    "host")));
	assert_int_equal(json_array_size(json_object_get(json_array_get(hosts,
	    0), "ports")), 4);
	assert_string_equal(json_string_value(json_object_get(json_object_get(
	    doc, "probe"), "entry")), text_str(&s.entry));
	json_decref(doc);
	text_done(&out);
	survey_done(&s);
	strings_done(&asked);
	snapshot_free(looked);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_host_is_told_as_the_golden_file),
		cmocka_unit_test(the_document_has_hosts_ports_and_entry),
	};

	return cmocka_run_group_tests_name("report_survey", tests, NULL, NULL);
}
