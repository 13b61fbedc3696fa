/* SPDX-License-Identifier: ISC */
/* cmd_status.c - `cwaudit status`: one screen, over ssh, from the store. */
#include <getopt.h>
#include <stdio.h>

#include "archive.h"
#include "command.h"
#include "terminal.h"

#define RECENT_S	(30 * CLOCK_DAY)

static int
print(struct archive *a, bool json)
{
	const struct store_filter open = { .open = true,
	    .since = CLOCK_NEVER };
	struct ledger *l = &a->ledger;
	struct report_options ro;
	struct text why = {0};
	bool ok;

	if (!store_read_findings(a->store, &open, l, &why) ||
	    !store_read_news(a->store, l->now - RECENT_S, l, &why)) {
		(void)archive_complain(&why);
		return EXIT_USAGE;
	}
	ledger_sort(l);
	terminal_options(&ro);
	ok = json ? report_status_json(l, terminal_write, stdout) :
	    report_status(l, &ro, terminal_write, stdout);
	if (!ok)
		return EXIT_USAGE;
	return l->since == CLOCK_NEVER || ledger_is_stale(l) ? EXIT_BLIND :
	    EXIT_CLEAN;
}

int
cmd_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "output", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	const char *config_path = NULL;
	struct archive a;
	bool json = false;
	int c, code;

	while ((c = getopt_long(argc, argv, "c:o:", options, NULL)) != -1) {
		if (c == 'c')
			config_path = optarg;
		else if (c != 'o' || !terminal_choose(optarg, &json))
			return EXIT_USAGE;
	}
	if (optind < argc)
		return terminal_extra("status", argv[optind]);
	if (!archive_open(&a, config_path))
		return EXIT_USAGE;
	code = print(&a, json);
	archive_close(&a);
	return code;
}
