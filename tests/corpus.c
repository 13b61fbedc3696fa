/* SPDX-License-Identifier: ISC */
/*
 * corpus.c - every file below a directory through what `cwaudit check` does,
 * in every role and format. Each must be judged or be called unreadable with
 * a reason; what took longest is told. The corpora of other projects are not
 * part of this one: make check-corpus CORPUS=DIRECTORY.
 */
#include <ftw.h>
#include <stdio.h>

#include "corpus.h"
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
	struct corpus_time time;	/* of one role each */
} run;

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

static void
fault(const char *path, const char *what)
{
	printf("corpus: %s: %s\n", path, what);
	run.faults++;
}

/* Each role by itself, read anew: that is what a command, or a look, does. */
static void
go_through(const char *path, const struct text *bytes, enum role role)
{
	struct bundle b = {0};
	struct text why = {0};

	corpus_begin(&run.time);
	if (bundle_add(&b, "file", (const uint8_t *)text_str(bytes),
	    bytes->len, NULL, &why) != BUNDLE_OK ||
	    bundle_settle(&b, &why) != BUNDLE_OK) {
		run.unreadable++;
		if (why.len == 0)
			fault(path, "unreadable, and no reason");
	} else {
		run.judged++;
		if (!judge(&b, role))
			fault(path, "neither judged nor called unreadable");
	}
	bundle_done(&b);
	text_done(&why);
	if (!corpus_end(&run.time, path))
		fault(path, "more than 50 ms");
}

static int
on_file(const char *path, const struct stat *st, int kind)
{
	static const enum role roles[] = { ROLE_MTLS, ROLE_HTTPS,
	    ROLE_SINGLE };
	struct text bytes = {0};

	(void)st;
	if (kind != FTW_F)
		return 0;
	corpus_read(path, &bytes);
	for (size_t i = 0; i < ARRAY_N(roles); i++)
		go_through(path, &bytes, roles[i]);
	text_done(&bytes);
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
	corpus_read("tests/certs/root.pem", &pem);
	if (!trust_add(run.trust, "corp", text_str(&pem), pem.len, &why)) {
		fprintf(stderr, "corpus: root.pem: %s\n", text_str(&why));
		return 2;
	}
	if (ftw(argv[1], on_file, 20) != 0)
		perror(argv[1]);
	printf("corpus: in three roles %zu judged, %zu called unreadable, "
	    "%zu faults; ", run.judged, run.unreadable, run.faults);
	corpus_tell_time(&run.time);
	text_done(&pem);
	trust_free(run.trust);
	inventory_unref(run.inventory);
	return run.judged == 0 || run.faults > 0;
}
