/* SPDX-License-Identifier: ISC */
/*
 * fuzz_bundle.c - any bytes as a file that people hold certificates in: read
 * with and without a password, settled, judged in every role, rendered.
 * clang -fsanitize=fuzzer,address,undefined.
 */
#include "cwaudit/report.h"
#include "cwaudit/review.h"

#include "../world.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char yaml[] =
    "hosts:\n"
    "  - fqdn: cwa01.nwtraders.local\n"
    "    address: 10.0.0.1\n"
    "    sites:\n"
    "      - {url: https://im.contoso.com, mtls_port: 5061}\n";

static bool
drop(void *ctx, const char *bytes, size_t len)
{
	(void)ctx;
	(void)bytes;
	(void)len;
	return true;
}

static void
judge(struct inventory *inv, struct trust *trust, const struct bundle *b,
    enum role role)
{
	struct strings files = {0};
	const struct review_job job = { .inventory = inv, .made_up = true,
	    .host = &inv->hosts[0], .site = &inv->hosts[0].sites[0],
	    .role = role, .files = &files, .now = 1262304000 };
	struct report_options ro = { .width = 80, .verbose = true };
	struct review *review = review_run(&job, b, trust);

	ro.review = review;
	if (!report_review(review, &ro, drop, NULL) ||
	    !report_json(review->snapshot, &ro, drop, NULL))
		abort();
	review_free(review);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const passwords[] = { NULL, "geheim" };
	static struct inventory *inv;
	struct trust *trust = trust_new();

	if (inv == NULL)
		inv = world_inventory(yaml);
	for (size_t i = 0; i < 2; i++) {
		struct bundle b = {0};
		struct text why = {0};
		bool ok = bundle_add(&b, "file", bytes, len, passwords[i],
		    &why) == BUNDLE_OK && bundle_settle(&b, &why) == BUNDLE_OK;

		if (ok == (why.len > 0))	/* a reason, or none needed */
			abort();
		if (ok) {
			judge(inv, trust, &b, ROLE_MTLS);
			judge(inv, trust, &b, ROLE_HTTPS);
			judge(inv, trust, &b, ROLE_SINGLE);
		}
		bundle_done(&b);
		text_done(&why);
	}
	trust_free(trust);
	return 0;
}
