/* SPDX-License-Identifier: ISC */
/*
 * corpus.c - every file below a directory through what `cwaudit check` does,
 * in every role and format. Each must be judged or be called unreadable with
 * a reason; what took longest is told. The corpora of other projects are not
 * part of this one: make check-corpus CORPUS=DIRECTORY.
 */
#include <ftw.h>
#include <stdio.h>
#include <time.h>

#include "cwaudit/report.h"
#include "cwaudit/review.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

static const char yaml[] =
    "roots: {corp: root.pem}\n"
    "defaults: {trust: {mtls: [corp], https: [corp]}}\n"
    "hosts:\n"
    "  - fqdn: cwa01.nwtraders.local\n"
    "    os: 2003\n"
    "    sites:\n"
    "      - {url: https://im.contoso.com, mtls_port: 5061}\n";

static struct {
	struct inventory *inventory;
	struct trust	 *trust;
	size_t		  judged, unreadable, faults;
	double		  slowest_ms;
	char		 *slowest;
} run;

static void
read_whole(const char *path, struct text *out)
{
	FILE *f = fopen(path, "rb");
	char buf[65536];
	size_t n;

	while (f != NULL && (n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add_bytes(out, buf, n);
	if (f != NULL)
		(void)fclose(f);
}

static bool
count_bytes(void *ctx, const char *bytes, size_t len)
{
	(void)bytes;
	*(size_t *)ctx += len;
	return true;
}

/* What people read and what programs read; one of them empty is a fault. */
static bool
judge(const struct bundle *b, enum role role)
{
	struct strings files = {0};
	struct review_job job = {
		.inventory = run.inventory, .host = &run.inventory->hosts[0],
		.site = &run.inventory->hosts[0].sites[0], .role = role,
		.files = &files, .now = 1780272000,
	};
	struct report_options ro = { .width = 80, .verbose = true };
	struct review *review;
	size_t table = 0, json = 0, csv = 0;
	bool ok;

	strings_add(&files, "file");
	review = review_run(&job, b, run.trust);
	ro.review = review;
	ok = report_review(review, &ro, count_bytes, &table) &&
	    report_json(review->snapshot, &ro, count_bytes, &json) &&
	    report_csv(review->snapshot, &ro, count_bytes, &csv);
	ok = ok && table > 0 && json > 0 && csv > 0 &&
	    review->snapshot->results.n + review->n_gaps > 0;
	review_free(review);
	strings_done(&files);
	return ok;
}

static bool
go_through(const struct text *bytes)
{
	static const enum role roles[] = { ROLE_MTLS, ROLE_HTTPS,
	    ROLE_SINGLE };
	struct bundle b = {0};
	struct text why = {0};
	bool ok = true;

	if (bundle_add(&b, "file", (const uint8_t *)text_str(bytes),
	    bytes->len, NULL, &why) != BUNDLE_OK ||
	    bundle_settle(&b, &why) != BUNDLE_OK) {
		ok = why.len > 0;
		run.unreadable++;
	} else {
		run.judged++;
		for (size_t i = 0; i < ARRAY_N(roles); i++)
			ok = judge(&b, roles[i]) && ok;
	}
	bundle_done(&b);
	text_done(&why);
	return ok;
}

static int
on_file(const char *path, const struct stat *st, int kind)
{
	struct text bytes = {0};
	struct timespec from, to;
	double ms;

	(void)st;
	if (kind != FTW_F)
		return 0;
	read_whole(path, &bytes);
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	if (!go_through(&bytes)) {
		printf("corpus: %s: neither judged nor called unreadable\n",
		    path);
		run.faults++;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	text_done(&bytes);
	ms = (double)(to.tv_sec - from.tv_sec) * 1e3 +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e6;
	if (ms <= run.slowest_ms)
		return 0;
	run.slowest_ms = ms;
	free(run.slowest);
	run.slowest = xstrdup(path);
	return 0;
}

int
main(int argc, char **argv)
{
	struct text pem = {0}, why = {0};

	if (argc != 2) {
		fputs("usage: corpus DIRECTORY\n", stderr);
		return 2;
	}
	run.inventory = world_inventory(yaml);
	run.trust = trust_new();
	read_whole("tests/certs/root.pem", &pem);
	if (!trust_add(run.trust, "corp", text_str(&pem), pem.len, &why)) {
		fprintf(stderr, "corpus: root.pem: %s\n", text_str(&why));
		return 2;
	}
	if (ftw(argv[1], on_file, 20) != 0)
		perror(argv[1]);
	printf("corpus: %zu files judged, %zu called unreadable, %zu neither; "
	    "slowest %.1f ms (three roles): %s\n", run.judged, run.unreadable,
	    run.faults, run.slowest_ms, run.slowest != NULL ? run.slowest :
	    "none");
	text_done(&pem);
	trust_free(run.trust);
	inventory_unref(run.inventory);
	free(run.slowest);
	return run.judged == 0 || run.faults > 0;
}
