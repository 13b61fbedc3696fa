/* SPDX-License-Identifier: ISC */
/* cmd_report.c - `cwaudit report`: compliance reports, from the store. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "command.h"
#include "cwaudit/report_assessment.h"
#include "output.h"
#include "terminal.h"

struct words {
	const char	*config_path, *output;
	const struct assessment_format *format;
	struct assessment_filter filter;
	int64_t		 since, until;	/* CLOCK_NEVER: the usual */
	bool		 changes_only;
};

enum {
	OPT_FORMAT = 256, OPT_AS_OF, OPT_SINCE, OPT_DIFF, OPT_OWNER,
	OPT_GROUP, OPT_ZONE, OPT_TAG, OPT_HOST,
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
	const char **texts[] = {
		[OPT_OWNER - OPT_OWNER] = &w->filter.owner,
		[OPT_GROUP - OPT_OWNER] = &w->filter.group,
		[OPT_ZONE - OPT_OWNER] = &w->filter.zone,
		[OPT_TAG - OPT_OWNER] = &w->filter.tag,
		[OPT_HOST - OPT_OWNER] = &w->filter.host,
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
	if (w->output != NULL && strcmp(w->output, "-") != 0) {
		ro.colour = false;
		ro.width = 80;
	}
	if (!output_open(&out, w->output))
		return false;
	ok = w->format->render(a, &ro, terminal_write, out.file);
	if (!ok)
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

int
cmd_report(int argc, char **argv)
{
	struct words w = { .format = &assessment_formats[0],
	    .since = CLOCK_NEVER, .until = CLOCK_NEVER };
	struct archive archive;
	int c, code;

	while ((c = getopt_long(argc, argv, "c:o:", options, NULL)) != -1)
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
	code = report(&archive, &w);
	archive_close(&archive);
	return code;
}
