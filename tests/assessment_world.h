/* SPDX-License-Identifier: ISC */
/*
 * assessment_world.h - rows of a store, as many kinds as there are: a small
 * fleet whose names are as nasty as names can be.
 */
#ifndef ASSESSMENT_WORLD_H
#define ASSESSMENT_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "cwaudit/assessment.h"
#include "fixture.h"

#define UNTIL	1780272000	/* 2026-06-01T00:00:00Z */
#define SINCE	1777593600	/* 2026-05-01T00:00:00Z */
#define DAY	CLOCK_DAY

/* What a peer or a careless administrator may put anywhere. */
#define NASTY	"<script>alert(1)</script> \\\"=1+1\\\" \\u202ebidi\\nnext & " \
		"'x'"

static const char inventory[] =
"{\"schema\":\"cwaudit/inventory/1\",\"hosts\":["
"{\"host\":\"cwa01.nwtraders.local\",\"state\":\"active\",\"group\":\"emea\","
"\"owner\":\"uc-emea@contoso.com\",\"zone\":\"dmz-fra\",\"tags\":[\"prod\","
"\"dr\"],\"rules\":[{\"rule\":\"no-cdp\",\"severity\":\"off\",\"owner\":"
"\"pki\",\"reason\":\"our CA has none\"},{\"rule\":\"weak-key\",\"severity\":"
"\"critical\"}],\"waivers\":[],\"endpoints\":["
"{\"kind\":\"https\",\"site\":\"im.contoso.com\",\"address\":\"10.20.30.41\","
"\"port\":443},{\"kind\":\"mtls\",\"site\":\"im.contoso.com\",\"address\":"
"\"10.20.30.41\",\"port\":5061}],\"not_assessed\":[]},"
"{\"host\":\"cwa02.nwtraders.local\",\"state\":\"active\",\"group\":\"emea\","
"\"owner\":\"uc-emea@contoso.com\",\"zone\":\"dmz-fra\",\"tags\":[\"prod\"],"
"\"rules\":[{\"rule\":\"no-cdp\",\"severity\":\"off\",\"owner\":\"pki\","
"\"reason\":\"our CA has none\"}],\"waivers\":[{\"rule\":\"weak-key\","
"\"roles\":[],\"ticket\":\"CHG-1234\",\"owner\":\"j.doe\",\"approved_by\":"
"\"a.roe\",\"reason\":\"" NASTY "\",\"until\":\"2026-12-31T00:00:00Z\"}],"
"\"endpoints\":[{\"kind\":\"https\",\"site\":\"im2.contoso.com\",\"resolve\":"
"\"cwa02.nwtraders.local\",\"port\":443}],\"not_assessed\":[]},"
"{\"host\":\"cwa03.nwtraders.local\",\"state\":\"active\",\"owner\":"
"\"uc-apac@contoso.com\",\"tags\":[],\"endpoints\":[{\"kind\":\"https\","
"\"site\":\"im3.contoso.com\",\"address\":\"10.20.30.43\",\"port\":443}],"
"\"not_assessed\":[]},"
"{\"host\":\"cwa04.nwtraders.local\",\"state\":\"active\",\"tags\":[],"
"\"endpoints\":[{\"kind\":\"https\",\"site\":\"im4.contoso.com\",\"address\":"
"\"10.20.30.44\",\"port\":443}],\"not_assessed\":[{\"what\":\"mtls\","
"\"site\":\"https://im4.contoso.com\",\"cause\":\"mtls_port\",\"reason\":"
"\"its MTLS port is not known\"}]},"
"{\"host\":\"cwa05.nwtraders.local\",\"state\":\"planned\",\"tags\":[],"
"\"endpoints\":[{\"kind\":\"https\",\"site\":\"im5.contoso.com\",\"address\":"
"\"10.20.30.45\",\"port\":443}],\"not_assessed\":[]},"
"{\"host\":\"cwa06.nwtraders.local\",\"state\":\"active\",\"tags\":[],"
"\"endpoints\":[{\"kind\":\"https\",\"site\":\"im6.contoso.com\",\"address\":"
"\"10.20.30.46\",\"port\":443}],\"not_assessed\":[{\"what\":\"https\","
"\"site\":\"https://im6.contoso.com\",\"cause\":\"tls\",\"reason\":\"TLS ends "
"in front of it\"}]},"
"{\"host\":\"cwa07.nwtraders.local\",\"state\":\"active\",\"tags\":[\"<b>\"],"
"\"owner\":\"" NASTY "\",\"group\":\"=cmd|'/C calc'!A0\",\"zone\":\"+1\","
"\"endpoints\":[{\"kind\":\"https\",\"site\":\"im7.contoso.com\",\"address\":"
"\"10.20.30.47\",\"port\":443}],\"not_assessed\":[]},"
"{\"host\":\"cwa99.nwtraders.local\",\"state\":\"retired\",\"tags\":[]}],"
"\"published\":[{\"url\":\"https://im.contoso.com\",\"kind\":\"virtual-"
"address\",\"owner\":\"net@contoso.com\",\"tags\":[],\"endpoints\":[{\"kind\":"
"\"published\",\"site\":\"im.contoso.com\",\"address\":\"192.0.2.10\","
"\"port\":443}],\"not_assessed\":[]}]}";

static const char former[] = "{\"hosts\":["
"{\"host\":\"cwa01.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa02.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa03.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa04.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa06.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa99.nwtraders.local\",\"state\":\"active\"},"
"{\"host\":\"cwa98.nwtraders.local\",\"state\":\"retired\"}],"
"\"published\":[{\"url\":\"https://im.contoso.com\"}]}";

/* ---- rows ---- */

static inline void
add_certificate(struct assessment *a, int64_t id, const char *name)
{
	const struct cert *c = fixture(name);

	assessment_add_certificate(a, id, c->sha256, SINCE - 90 * DAY, c->der,
	    c->der_len);
	cert_unref(c);
}

static inline void
see(struct assessment *a, const char *owner, const char *kind,
    const char *site, unsigned port, int64_t leaf, const char *chain)
{
	const struct assessed_row row = {
		.owner = owner, .kind = kind, .site = site, .port = port,
		.since = SINCE + 3 * DAY, .first_seen = SINCE - 90 * DAY,
		.outcome = leaf >= 0 ? "observed" : "timeout",
		.address = "10.20.30.40", .via = leaf >= 0 ? "openssl" : "",
		.proof = leaf >= 0 ? "finished" : "none",
		.detail = leaf >= 0 ? "" : "silence after the connect",
		.leaf = leaf, .chain = chain,
	};

	assessment_add_sighting(a, &row);
}

/* more: further members of the finding. */
static inline void
find(struct assessment *a, const char *id, const char *rule,
    const char *severity, const char *owner, int64_t ended, const char *more)
{
	struct text t = {0};

	text_addf(&t, "{\"id\":\"%s\",\"rule\":\"%s\",\"severity\":\"%s\","
	    "\"opened\":%d,\"said\":%d,\"about\":\"%s\",\"owner\":\"%s\","
	    "\"kind\":\"https\",\"contact\":\"uc-emea@contoso.com\","
	    "\"message\":\"SAN lacks " NASTY "\",\"remedy\":\"Issue it again "
	    "with CN=cwa01.nwtraders.local.\"%s}", id, rule, severity,
	    SINCE + 4 * DAY, SINCE + 5 * DAY, owner, owner, more);
	assessment_add_finding(a, ended == CLOCK_NEVER ? "opened" : "cleared",
	    ended, text_str(&t));
	assessment_add_change(a, SINCE + 4 * DAY, "opened", text_str(&t));
	if (ended != CLOCK_NEVER)
		assessment_add_change(a, ended, "cleared", text_str(&t));
	text_done(&t);
}

static inline void
answer(struct assessment *a, const char *owner, const char *kind,
    const char *site, unsigned port, const char *answers)
{
	assessment_add_answers(a, owner, kind, site, port, answers);
}

static const char good[] = "site-names pass\nweak-key pass\nexpiring pass\n"
    "no-cdp not-applicable off\nrevoked unknown\nlayout-differs "
    "not-applicable\n";

static inline void
add_scope(struct assessment *a)
{
	assessment_set_settings(a, SINCE - 100 * DAY, "version: 0.1.0\n"
	    "rules: 7\ninterval.https: 2h\ninterval.mtls: 6h\n");
	assessment_add_run(a, "0.1.0", SINCE - 100 * DAY, SINCE + 10 * DAY);
	assessment_add_run(a, "0.1.1", SINCE + 11 * DAY, UNTIL + 90 * DAY);
	assessment_set_work(a, UNTIL - 600, 743);
	assert_true(assessment_set_inventory(a, SINCE + 2 * DAY, inventory));
	assert_true(assessment_set_former(a, former));
}

static inline void
add_seen(struct assessment *a)
{
	see(a, "cwa01.nwtraders.local", "https", "im.contoso.com", 443, 3,
	    "3 2");
	see(a, "cwa01.nwtraders.local", "mtls", "im.contoso.com", 5061, 3,
	    "3 2");
	see(a, "cwa02.nwtraders.local", "https", "im2.contoso.com", 443, 5,
	    "5");
	see(a, "cwa03.nwtraders.local", "https", "im3.contoso.com", 443, -1,
	    "");
	see(a, "cwa04.nwtraders.local", "https", "im4.contoso.com", 443, 5,
	    "5");
	see(a, "cwa05.nwtraders.local", "https", "im5.contoso.com", 443, 5,
	    "5");
	see(a, "cwa06.nwtraders.local", "https", "im6.contoso.com", 443, 4,
	    "4 9");
	see(a, "cwa07.nwtraders.local", "https", "im7.contoso.com", 443, 5,
	    "5");
	see(a, "cwa77.nwtraders.local", "https", "im7.contoso.com", 443, 8,
	    "8");
	see(a, "https://im.contoso.com", "published", "im.contoso.com", 443,
	    3, "3 2");
	assessment_end_sightings(a);
}

static inline void
add_judged(struct assessment *a)
{
	answer(a, "cwa01.nwtraders.local", "https", "im.contoso.com", 443,
	    "site-names fail critical 1111111111111111\nweak-key pass\n"
	    "subject-not-in-san fail error 2222222222222222 by site-names\n"
	    "expiring pass\n");
	answer(a, "cwa01.nwtraders.local", "mtls", "im.contoso.com", 5061,
	    good);
	answer(a, "cwa01.nwtraders.local", "host", "", 0, "host-down fail "
	    "warning 3333333333333333 held\n");
	answer(a, "cwa02.nwtraders.local", "https", "im2.contoso.com", 443,
	    "site-names pass\nweak-key fail warning 4444444444444444 waived\n"
	    "a-rule-of-another-version pass\n");
	answer(a, "cwa03.nwtraders.local", "https", "im3.contoso.com", 443,
	    good);
	answer(a, "cwa04.nwtraders.local", "https", "im4.contoso.com", 443,
	    good);
	answer(a, "cwa05.nwtraders.local", "https", "im5.contoso.com", 443,
	    good);
	answer(a, "cwa06.nwtraders.local", "https", "im6.contoso.com", 443,
	    "site-names pass\nexpiring fail warning 5555555555555555\n");
	answer(a, "https://im.contoso.com", "published", "im.contoso.com",
	    443, good);
	answer(a, "fleet", "fleet", "", 0, "shared-key pass\n");
	find(a, "1111111111111111", "site-names", "critical",
	    "cwa01.nwtraders.local", CLOCK_NEVER,
	    ",\"offenders\":[\"as.im.contoso.com\"],\"places\":"
	    "[\"10.20.30.41:443\"],\"site\":\"im.contoso.com\"");
	find(a, "4444444444444444", "weak-key", "warning",
	    "cwa02.nwtraders.local", CLOCK_NEVER, ",\"waived\":true");
	find(a, "5555555555555555", "expiring", "warning",
	    "cwa06.nwtraders.local", CLOCK_NEVER, ",\"ends\":1781000000");
	find(a, "6666666666666666", "site-names", "error",
	    "cwa06.nwtraders.local", SINCE + 9 * DAY, "");
	find(a, "7777777777777777", "shared-key", "warning", "", CLOCK_NEVER,
	    ",\"offenders\":[\"cwa06.nwtraders.local (https im6.contoso.com, "
	    "port 443)\"]");
	find(a, "8888888888888888", "site-names", "error",
	    "cwa98.nwtraders.local", CLOCK_NEVER, "");
	assessment_add_former(a, "{\"id\":\"6666666666666666\",\"rule\":"
	    "\"site-names\",\"severity\":\"error\",\"opened\":5,\"about\":"
	    "\"x\",\"owner\":\"cwa06.nwtraders.local\",\"kind\":\"https\"}");
	assessment_add_former(a, "no JSON");
	assessment_add_reissue(a, 17, SINCE + 4 * DAY, "{\"event\":"
	    "\"reissue\",\"verdict\":\"bad\",\"host\":"
	    "\"cwa01.nwtraders.local\",\"role\":\"https\",\"old_sha256\":"
	    "\"aa\",\"new_sha256\":\"bb\",\"msg\":\"lost " NASTY "\"}");
	assessment_add_reissue(a, 18, SINCE + 9 * DAY, "{\"event\":"
	    "\"reissue\",\"verdict\":\"good\",\"host\":"
	    "\"cwa06.nwtraders.local\",\"msg\":\"all is well\"}");
}

static inline void
fill(struct assessment *a, const struct assessment_filter *filter)
{
	assessment_init(a, SINCE, UNTIL, filter);
	add_scope(a);
	add_seen(a);
	add_certificate(a, 2, "issuing");
	add_certificate(a, 3, "site-names.bad");
	add_certificate(a, 4, "site-names.good");
	add_certificate(a, 5, "weak-key.bad");
	assessment_add_certificate(a, 9, (const uint8_t *)
	    "0123456789abcdef0123456789abcdef", SINCE, NULL, 0);
	add_judged(a);
	assessment_finish(a);
}

static const struct assessment_filter nothing;

static inline const struct assessed_host *
host(const struct assessment *a, const char *name)
{
	for (size_t i = 0; i < a->n_hosts; i++)
		if (strcmp(a->hosts[i].name, name) == 0)
			return &a->hosts[i];
	fail_msg("%s is not in it", name);
	return NULL;
}

#endif
