/* SPDX-License-Identifier: ISC */
/*
 * plans.h - the topologies of etc/examples, and what each is to ask for: for
 * the tests of what a request is and of how it is written.
 */
#ifndef PLANS_H
#define PLANS_H

#include <stdio.h>
#include <string.h>

#include "cwaudit/request.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define SITE_NAMES	"im.contoso.com as.im.contoso.com " \
			"download.im.contoso.com"

static const struct request_form plain = { .version = "0.1.0", .number = 1,
    .of = 1 };

static struct inventory *
example(const char *name)
{
	struct text path = {0}, body = {0};
	struct inventory *inv;
	char buf[4096];
	size_t n;
	FILE *f;

	text_addf(&path, "etc/examples/%s.yaml", name);
	f = fopen(text_str(&path), "rb");
	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add_bytes(&body, buf, n);
	(void)fclose(f);
	inv = world_inventory(text_str(&body));
	text_done(&path);
	text_done(&body);
	return inv;
}

static UNUSED_OK void
add_all(const struct host *h, enum role as, struct requests *rs)
{
	struct text why = {0};

	if (!requests_of_host(&(struct request_plan){ .host = h, .as = as },
	    rs, &why))
		fail_msg("%s: %s", h->fqdn, text_str(&why));
	text_done(&why);
}

/* "role cn: name name; role ..." */
static UNUSED_OK void
describe(const struct requests *rs, struct text *out)
{
	for (size_t i = 0; i < rs->n; i++) {
		const struct request *r = &rs->item[i];

		text_addf(out, "%s%s %s: ", i > 0 ? "; " : "",
		    role_name(r->role), r->cn);
		strings_join(&r->names, " ", out);
		assert_int_equal(r->names.n, r->why.n);
	}
}

#define CWA01	"cwa01.nwtraders.local"
#define CWA02	"cwa02.nwtraders.local"
#define AS(n)	n " as." n " download." n

static const struct {
	const char	*file, *host;
	enum role	 as;
	const char	*requests;
} plans[] = {
	{ "single", CWA01, 0, "single " CWA01 ": " CWA01 " " SITE_NAMES },
	{ "single", CWA01, ROLE_MTLS, "mtls " CWA01 ": " CWA01 },
	{ "single", CWA01, ROLE_HTTPS, "https im.contoso.com: " SITE_NAMES },
	{ "separate", CWA01, 0, "mtls " CWA01 ": " CWA01
	    "; https im.contoso.com: " SITE_NAMES },
	{ "separate", CWA01, ROLE_SINGLE,
	    "single " CWA01 ": " CWA01 " " SITE_NAMES },
	{ "array", CWA02, 0, "mtls " CWA02 ": " CWA02
	    "; https im.contoso.com: " SITE_NAMES },
	{ "two-sites-by-address", CWA01, 0, "mtls " CWA01 ": " CWA01
	    "; https im.contoso.com: " SITE_NAMES
	    "; https im.nwtraders.com: " AS("im.nwtraders.com") },
	/* no sharing: no as. and download. */
	{ "two-sites-by-port", CWA01, 0, "single " CWA01 ": " CWA01 " "
	    SITE_NAMES " im-int.contoso.com" },
	{ "two-sites-by-port", CWA01, ROLE_HTTPS, "https im.contoso.com: "
	    SITE_NAMES "; https im-int.contoso.com: im-int.contoso.com" },
	/* ports are no part of a name */
	{ "custom-ports", CWA01, 0, "single " CWA01 ": " CWA01 " " SITE_NAMES
	    " " AS("im-test.contoso.com") },
	/* TLS ends elsewhere: nothing to share a certificate with */
	{ "offload", CWA01, 0, "mtls " CWA01 ": " CWA01 },
	/* one site's TLS ends elsewhere */
	{ "from-wmi", CWA01, 0, "single " CWA01 ": " CWA01 " " SITE_NAMES },
	{ "from-wmi", CWA02, 0, "single " CWA02 ": " CWA02 " " SITE_NAMES },
	{ "ipv6", CWA01, 0, "single " CWA01 ": " CWA01 " " SITE_NAMES },
	{ "ipv6", CWA02, 0, "single " CWA02 ": " CWA02 " "
	    AS("im.nwtraders.com") },
	{ "reverse-proxy", CWA01, 0, "mtls " CWA01 ": " CWA01
	    "; https im.contoso.com: " SITE_NAMES },
	{ "front-end-collision", CWA01, 0, "single " CWA01 ": " CWA01 " "
	    SITE_NAMES " " AS("im-int.contoso.com") },
};

#endif
