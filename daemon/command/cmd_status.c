/* SPDX-License-Identifier: ISC */
/*
 * cmd_status.c - `cwaudit status`: one screen, over ssh, from the store; and
 * --plan: the looks of the next day, from the running daemon.
 */
#include <stdio.h>

#include "archive.h"
#include "ask.h"
#include "command.h"
#include "cwaudit/document.h"
#include "cwaudit/plan.h"
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

static int
print_plan(const char *config_path, bool json)
{
	struct text answer = {0};
	struct report_options ro;
	struct plan plan = {0};
	json_t *said = NULL;
	bool ok = ask_daemon(config_path, ask_request("plan"), &answer);

	if (ok) {
		said = json_loads(text_str(&answer), 0, NULL);
		ok = plan_parse(said, &plan);
	}
	terminal_options(&ro);
	if (!ok && answer.len > 0)
		fprintf(stderr, "cwaudit: %s\n", text_str(&answer));
	else if (ok)
		ok = json ? document_line(json_incref(said), terminal_write,
		    stdout) : report_plan(&plan, &ro, terminal_write, stdout);
	json_decref(said);
	plan_done(&plan);
	text_done(&answer);
	return ok ? EXIT_CLEAN : EXIT_USAGE;
}

int
cmd_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "output", required_argument, NULL, 'o' },
		{ "plan", no_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 },
	};
	const char *config_path = NULL;
	struct archive a;
	bool json = false, plan = false;
	int c, code;

	while ((c = terminal_option(argc, argv, "c:o:", options)) != -1) {
		if (c == 'c')
			config_path = optarg;
		else if (c == 'p')
			plan = true;
		else if (c != 'o' || !terminal_choose(optarg, &json))
			return EXIT_USAGE;
	}
	if (optind < argc)
		return terminal_extra("status", argv[optind]);
	if (plan)
		return print_plan(config_path, json);
	if (!archive_open(&a, config_path))
		return EXIT_USAGE;
	code = print(&a, json);
	archive_close(&a);
	return code;
}
