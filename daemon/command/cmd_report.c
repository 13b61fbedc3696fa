/* SPDX-License-Identifier: ISC */
/* cmd_report.c - `cwaudit report`: compliance reports, from the store. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "command.h"
#include "cwaudit/claim.h"
#include "output.h"
#include "setup/file.h"
#include "terminal.h"

#define REPORT_MAX	(1u << 30)	/* bytes of one to verify */

struct words {
	const char	*config_path, *output, *verify;
	const struct assessment_format *format;
	struct assessment_filter filter;
	int64_t		 since, until;	/* CLOCK_NEVER: the usual */
	bool		 changes_only;
};

enum {
	OPT_FORMAT = 256, OPT_AS_OF, OPT_SINCE, OPT_DIFF, OPT_OWNER,
	OPT_GROUP, OPT_ZONE, OPT_TAG, OPT_HOST, OPT_VERIFY,
};

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "output", required_argument, NULL, 'o' },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "as-of", required_argument, NULL, OPT_AS_OF },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "diff", required_argument, NULL, OPT_DIFF },
	{ "owner", required_argument, NULL, OPT_OWNER },
	{ "group", required_argument, NULL, OPT_GROUP },
	{ "zone", required_argument, NULL, OPT_ZONE },
	{ "tag", required_argument, NULL, OPT_TAG },
	{ "host", required_argument, NULL, OPT_HOST },
	{ "verify", required_argument, NULL, OPT_VERIFY },
	{ NULL, 0, NULL, 0 },
};

/* ---- times ---- */

/* "month": when this month began. */
static bool
read_time(const char *s, int64_t *out)
{
	char day[CLOCK_TEXT];

	if (strcmp(s, "month") != 0)
		return archive_time(s, out);
	clock_format(clock_utc(&clock_system), day);
	memcpy(day + 8, "01", 3);
	return clock_parse(day, out);
}

/* The same day of the month before, or the last day of that. */
static int64_t
month_before(int64_t until)
{
	char buf[CLOCK_TEXT];
	int64_t since = until - 30 * CLOCK_DAY;
	int year, month, day;

	clock_format(until, buf);
	if (sscanf(buf, "%d-%d-%d", &year, &month, &day) != 3)
		return since;
	month--;
	if (month == 0) {
		month = 12;
		year--;
	}
	for (; day > 0; day--) {
		struct text t = {0};
		bool ok;

		text_addf(&t, "%04d-%02d-%02d%s", year, month, day, buf + 10);
		ok = clock_parse(text_str(&t), &since);
		text_done(&t);
		if (ok)
			break;
	}
	return since;
}

static bool
set_period(struct words *w)
{
	int64_t now = clock_utc(&clock_system);

	if (w->until == CLOCK_NEVER)
		w->until = now;
	if (w->since == CLOCK_NEVER)
		w->since = month_before(w->until);
	if (w->until > now) {
		fputs("cwaudit: nobody knows the future yet: the period must "
		    "end by now\n", stderr);
		return false;
	}
	if (w->since < w->until)
		return true;
	fputs("cwaudit: the period ends before it begins\n", stderr);
	return false;
}

/* ---- options ---- */

static bool
choose_format(struct words *w, const char *name)
{
	w->format = assessment_format_find(name);
	if (w->format != NULL)
		return true;
	fprintf(stderr, "cwaudit: no format \"%s\" for reports; there are",
	    name);
	for (size_t i = 0; i < n_assessment_formats; i++)
		fprintf(stderr, "%s %s", i > 0 ? "," : "",
		    assessment_formats[i].name);
	fputs("\n", stderr);
	return false;
}

/* The second of two arguments. */
static bool
read_diff(struct words *w, int argc, char **argv)
{
	w->changes_only = true;
	if (optind >= argc) {
		fputs("cwaudit: --diff compares two times: --diff 2026-05-01 "
		    "2026-06-01\n", stderr);
		return false;
	}
	return read_time(optarg, &w->since) &&
	    read_time(argv[optind++], &w->until);
}

static bool
read_option(struct words *w, int c, int argc, char **argv)
{
	const char **const texts[] = {	/* from OPT_OWNER on */
		&w->filter.owner, &w->filter.group, &w->filter.zone,
		&w->filter.tag, &w->filter.host,
	};

	switch (c) {
	case 'c':
		w->config_path = optarg;
		return true;
	case 'o':
		w->output = optarg;
		return true;
	case OPT_FORMAT:
		return choose_format(w, optarg);
	case OPT_AS_OF:
		return read_time(optarg, &w->until);
	case OPT_SINCE:
		return read_time(optarg, &w->since);
	case OPT_DIFF:
		return read_diff(w, argc, argv);
	case OPT_VERIFY:
		w->verify = optarg;
		return true;
	case OPT_OWNER:
	case OPT_GROUP:
	case OPT_ZONE:
	case OPT_TAG:
	case OPT_HOST:
		*texts[c - OPT_OWNER] = optarg;
		return true;
	default:
		return false;
	}
}

/* ---- the report ---- */

static bool
print(const struct assessment *a, const struct words *w)
{
	struct report_options ro;
	struct output out;
	bool ok;

	terminal_options(&ro);
	/* the same bytes, wherever they go, but for people who look on */
	if ((w->output != NULL && strcmp(w->output, "-") != 0) ||
	    !isatty(STDOUT_FILENO)) {
		ro.colour = false;
		ro.width = 80;
	}
	if (!output_open(&out, w->output))
		return false;
	ok = w->format->render(a, &ro, terminal_write, out.file);
	if (!ok && errno != EPIPE)	/* head(1) has seen enough */
		perror("cwaudit: the report");
	return output_close(&out, ok) && ok;
}

static int
report(struct archive *archive, const struct words *w)
{
	struct assessment a;
	struct text why = {0};
	int code = EXIT_USAGE;

	assessment_init(&a, w->since, w->until, &w->filter);
	a.changes_only = w->changes_only;
	if (!store_read_assessment(archive->store, &a, &why))
		(void)archive_complain(&why);
	else if (a.filtered && a.n_hosts == 0 && a.filtered_out > 0)
		fputs("cwaudit: no host of the inventory is what the filters "
		    "ask for\n", stderr);
	else if (print(&a, w))
		code = EXIT_CLEAN;
	assessment_done(&a);
	return code;
}

/* ---- a report that was made once ---- */

/* A renderer's writer that compares. */
struct comparison {
	const char	*left;		/* what the file goes on with */
	size_t		 len;
	size_t		 line;
	bool		 differs;
};

static bool
compare(void *ctx, const char *bytes, size_t len)
{
	struct comparison *c = ctx;

	for (size_t i = 0; i < len && !c->differs; i++) {
		if (c->len == 0 || *c->left != bytes[i]) {
			c->differs = true;
			break;
		}
		c->line += bytes[i] == '\n';
		c->left++;
		c->len--;
	}
	return !c->differs;
}

static void
print_hex(const char *what, const uint8_t sha256[CERT_SHA256])
{
	struct text hex = {0};

	text_add_hex(&hex, sha256, CERT_SHA256);
	printf("  %s  %s\n", what, text_str(&hex));
	text_done(&hex);
}

static int
hold_against(const struct assessment *a, const struct claim *claim,
    const struct text *file, const char *path)
{
	static const struct report_options plain = { .width = 80 };
	struct comparison c = { text_str(file), file->len, 1, false };
	uint8_t facts[CERT_SHA256];

	report_assessment_digest(a, facts);
	if (memcmp(facts, claim->facts_sha256, CERT_SHA256) != 0) {
		printf("%s does not agree with the store: the facts of that "
		    "time are others.\n", path);
		print_hex("the report's facts hash to", claim->facts_sha256);
		print_hex("those of the store to     ", facts);
		return EXIT_FINDINGS;
	}
	if (!claim->format->render(a, &plain, compare, &c) || c.len > 0) {
		printf("%s was changed after it was made: line %zu is not what "
		    "the store says.\n", path, c.line);
		return EXIT_FINDINGS;
	}
	printf("%s agrees with the store, byte for byte.\n", path);
	print_hex("facts", facts);
	return EXIT_CLEAN;
}

static int
verify_file(struct archive *archive, const struct text *file,
    const char *path)
{
	struct claim claim;
	struct assessment a;
	struct text why = {0};
	int code = EXIT_USAGE;

	if (!claim_parse(text_str(file), file->len, &claim, &why)) {
		fprintf(stderr, "cwaudit: %s: %s\n", path, text_str(&why));
		text_done(&why);
		return EXIT_USAGE;
	}
	assessment_init(&a, claim.since, claim.until, &claim.filter);
	a.changes_only = claim.changes_only;
	if (!store_read_assessment(archive->store, &a, &why))
		(void)archive_complain(&why);
	else
		code = hold_against(&a, &claim, file, path);
	assessment_done(&a);
	claim_done(&claim);
	return code;
}

static int
verify(struct archive *archive, const char *path)
{
	struct text file = {0};
	int code = EXIT_USAGE;

	if (!file_read(path, REPORT_MAX, &file))
		(void)archive_complain(&file);
	else
		code = verify_file(archive, &file, path);
	text_done(&file);
	return code;
}

int
cmd_report(int argc, char **argv)
{
	struct words w = { .format = &assessment_formats[0],
	    .since = CLOCK_NEVER, .until = CLOCK_NEVER };
	struct archive archive;
	int c, code;

	while ((c = terminal_option(argc, argv, "c:o:", options)) != -1)
		if (!read_option(&w, c, argc, argv))
			return EXIT_USAGE;
	if (optind < argc)
		return terminal_extra("report", argv[optind]);
	if (!set_period(&w))
		return EXIT_USAGE;
	if (w.changes_only && !w.format->of_changes) {
		fprintf(stderr, "cwaudit: --diff has no form as %s\n",
		    w.format->name);
		return EXIT_USAGE;
	}
	if (!archive_open(&archive, w.config_path))
		return EXIT_USAGE;
	code = w.verify != NULL ? verify(&archive, w.verify) :
	    report(&archive, &w);
	archive_close(&archive);
	return code;
}
