/* SPDX-License-Identifier: ISC */
/* cmd_findings.c - `cwaudit findings`: what the daemon found, from its store. */
#include <stdio.h>
#include <string.h>

#include "archive.h"
#include "command.h"
#include "terminal.h"

struct words {
	const char	*config_path;
	struct store_filter filter;
	enum severity	 fail_on;
	bool		 json;
};

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "output", required_argument, NULL, 'o' },
	{ "open", no_argument, NULL, 'O' },
	{ "all", no_argument, NULL, 'a' },
	{ "since", required_argument, NULL, 's' },
	{ "rule", required_argument, NULL, 'r' },
	{ "host", required_argument, NULL, 'h' },
	{ "owner", required_argument, NULL, 'w' },
	{ "fail-on", required_argument, NULL, 'f' },
	{ NULL, 0, NULL, 0 },
};

static bool
choose_rule(struct words *w, const char *id)
{
	size_t n;
	const char *const *ids = rule_ids(&n);
	const char *near;

	w->filter.rule = id;
	if (rule_find(id) != NULL)
		return true;
	near = text_nearest(id, ids, n);
	fprintf(stderr, "cwaudit: no rule \"%s\"", id);
	if (near != NULL)
		fprintf(stderr, ", did you mean \"%s\"?\n", near);
	else
		fputs("; \"cwaudit rules\" lists them\n", stderr);
	return false;
}

static bool
read_option(struct words *w, int c)
{
	switch (c) {
	case 'c':
		w->config_path = optarg;
		return true;
	case 'o':
		return terminal_choose(optarg, &w->json);
	case 'O':
		w->filter.open = true;
		return true;
	case 'a':
		w->filter.open = false;
		return true;
	case 's':
		w->filter.open = false;
		return archive_time(optarg, &w->filter.since);
	case 'r':
		return choose_rule(w, optarg);
	case 'h':
		w->filter.host = optarg;
		return true;
	case 'w':
		w->filter.contact = optarg;
		return true;
	case 'f':
		return terminal_severity(optarg, &w->fail_on);
	default:
		return false;
	}
}

/* Of what is open and not waived. */
static int
verdict(const struct ledger *l, enum severity fail_on)
{
	for (size_t i = 0; i < l->n_findings; i++) {
		const struct ledger_finding *lf = &l->findings[i];

		if (lf->ended == CLOCK_NEVER && !lf->finding->waived &&
		    fail_on != SEVERITY_OFF &&
		    lf->finding->severity >= fail_on)
			return EXIT_FINDINGS;
	}
	return EXIT_CLEAN;
}

static int
print(struct archive *a, const struct words *w)
{
	struct report_options ro;
	struct text why = {0};
	bool ok;

	if (!store_read_findings(a->store, &w->filter, &a->ledger, &why)) {
		(void)archive_complain(&why);
		return EXIT_USAGE;
	}
	ledger_sort(&a->ledger);
	terminal_options(&ro);
	ok = w->json ? report_findings_json(&a->ledger, terminal_write,
	    stdout) : report_findings_table(&a->ledger, &ro, terminal_write,
	    stdout);
	return ok ? verdict(&a->ledger, w->fail_on) : EXIT_USAGE;
}

int
cmd_findings(int argc, char **argv)
{
	struct words w = { .filter = { .open = true, .since = CLOCK_NEVER },
	    .fail_on = SEVERITY_ERROR };
	struct archive a;
	int c, code;

	while ((c = terminal_option(argc, argv, "c:o:", options)) != -1)
		if (!read_option(&w, c))
			return EXIT_USAGE;
	if (optind < argc)
		return terminal_extra("findings", argv[optind]);
	if (!archive_open(&a, w.config_path))
		return EXIT_USAGE;
	code = print(&a, &w);
	archive_close(&a);
	return code;
}
