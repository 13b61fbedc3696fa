/* SPDX-License-Identifier: ISC */
/* What an audit says of waivers: used, void, ended, of no use. */
#include "sweep.h"

#include "cwaudit/report.h"
#include "cwaudit/waivers.h"

#define FQDN	"cwa01.nwtraders.local"

static const struct {
	const char	*what, *waivers;
	bool		 seen;		/* the MTLS port answers */
	const char	*told;		/* "ended RULE; unused RULE; " */
	enum severity	 worst;		/* of what counts */
	size_t		 waived;
} cases[] = {
	{ "used", "{rule: key-usage, owner: o, reason: r, until: 2026-12-31}",
	    true, "", SEVERITY_OFF, 1 },
	{ "ended", "{rule: key-usage, owner: o, reason: r, until: 2026-05-31}",
	    true, "ended key-usage; ", SEVERITY_ERROR, 0 },
	{ "void, and said so by the finding", "{rule: key-usage, severity: "
	    "notice, owner: o, reason: r, until: 2026-12-31}",
	    true, "", SEVERITY_ERROR, 0 },
	{ "nothing to waive", "{rule: no-cdp, owner: o, reason: r, until: "
	    "2026-12-31}, {rule: key-usage, owner: o, reason: r, until: "
	    "2026-12-31}", true, "unused no-cdp; ", SEVERITY_OFF, 1 },
	{ "for a role that it has not", "{rule: key-usage, role: https, "
	    "owner: o, reason: r, until: 2026-12-31}", true,
	    "unused key-usage; ", SEVERITY_ERROR, 0 },
	{ "nobody knows", "{rule: no-cdp, owner: o, reason: r, until: "
	    "2026-12-31}", false, "", SEVERITY_WARNING, 0 },
	{ "ended, and nobody knows", "{rule: no-cdp, owner: o, reason: r, "
	    "until: 2026-05-31}", false, "ended no-cdp; ", SEVERITY_WARNING,
	    0 },
};

static void
on_review(void *ctx, const struct waiver_review *r)
{
	text_addf(ctx, "%s %s; ", r->use == WAIVER_ENDED ? "ended" : "unused",
	    r->waiver->rule);
	assert_string_equal(endpoint_owner(r->first), FQDN);
	assert_int_equal(r->n, 2);
}

static bool
collect(void *ctx, const char *bytes, size_t len)
{
	text_add_bytes(ctx, bytes, len);
	return true;
}

static void
assert_rendered(const struct snapshot *snap, const char *format,
    const char *part, const char *what)
{
	const struct report_options o = { .width = 0 };
	struct text all = {0};

	assert_true(report_find(format)->render(snap, &o, collect, &all));
	if (strstr(text_str(&all), part) == NULL)
		fail_msg("%s: %s lacks \"%s\":\n%s", what, format, part,
		    text_str(&all));
	text_done(&all);
}

static void
judge(size_t i, const struct made *root, const struct made *https,
    const struct made *mtls)
{
	struct text yaml = {0}, told = {0};
	struct snapshot_count count;
	struct snapshot *snap;
	struct sweep w;

	text_addf(&yaml, "hosts:\n  - fqdn: " FQDN "\n    address: 10.0.0.1\n"
	    "    layout: separate\n    waivers: [%s]\n    sites: [{url: "
	    "\"https://im.contoso.com\", mtls_port: 5061}]\n",
	    cases[i].waivers);
	sweep_init(&w, "inventory.yaml", text_str(&yaml), root, true);
	sweep_present(&w, FQDN, 443, https, NULL);
	if (cases[i].seen)
		sweep_present(&w, FQDN, 5061, mtls, NULL);
	sweep_pass(&w, 10);
	snap = audit_snapshot(w.audit);
	waivers_review(snap, on_review, &told);
	snapshot_count(snap, &count);
	if (strcmp(text_str(&told), cases[i].told) != 0 ||
	    snapshot_worst(snap) != cases[i].worst ||
	    count.waived != cases[i].waived)
		fail_msg("%s: \"%s\", %s, %zu waived", cases[i].what,
		    text_str(&told), severity_name(snapshot_worst(snap)),
		    count.waived);
	if (cases[i].told[0] != '\0')
		assert_rendered(snap, "table", "waivers that waive nothing",
		    cases[i].what);
	if (cases[i].waived > 0) {	/* waived, and to be seen everywhere */
		assert_rendered(snap, "table", "waived until 2026-12-31 by o: "
		    "r", cases[i].what);
		assert_rendered(snap, "json", "\"waived\": {", cases[i].what);
		assert_rendered(snap, "csv", "\"o\",\"2026-12-31T00:00:00Z\"",
		    cases[i].what);
	}
	snapshot_free(snap);
	sweep_done(&w);
	text_done(&yaml);
	text_done(&told);
}

static void
a_waiver_is_used_or_asked_about(void **state)
{
	struct made root = make_ca("Contoso Root CA", NULL);
	struct made mtls = make_cert((struct recipe){ .cn = FQDN,
	    .issuer = &root, .usage = "critical,digitalSignature" });
	struct made https = make_cert((struct recipe){ .cn = "im.contoso.com",
	    .san = "DNS:im.contoso.com,DNS:as.im.contoso.com,"
	    "DNS:download.im.contoso.com", .issuer = &root });

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		judge(i, &root, &https, &mtls);
	made_free(&root);
	made_free(&mtls);
	made_free(&https);
	EVP_PKEY_free(shared_key());
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_waiver_is_used_or_asked_about),
	};

	return cmocka_run_group_tests_name("waiver_review", tests, NULL, NULL);
}
