/* SPDX-License-Identifier: ISC */
/*
 * cmd_nagios.c - `cwaudit nagios`: a monitoring plugin that asks the store and
 * makes no second connection. Whatever goes wrong is UNKNOWN, on standard
 * output and in one line: that is where a monitor looks.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "archive.h"
#include "command.h"
#include "cwaudit/report_nagios.h"

struct words {
	const char	*config_path, *host;
	struct nagios_range warning, critical;
};

static int
unknown(const char *why, const char *what)
{
	printf("CWA UNKNOWN - %s%s\n", why, what);
	return NAGIOS_UNKNOWN;
}

static int
ask(struct archive *a, const struct words *w)
{
	struct text line = {0}, why = {0};
	enum nagios_state state;

	if (!store_read_host(a->store, w->host, &a->ledger, &why)) {
		(void)archive_complain(&why);
		return unknown("the store can't be read", "");
	}
	state = report_nagios(&a->ledger, w->host, &w->warning, &w->critical,
	    &line);
	puts(text_str(&line));
	text_done(&line);
	return (int)state;
}

static int
read_words(struct words *w, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'C' },
		{ "warning", required_argument, NULL, 'w' },
		{ "critical", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "w:c:", options, NULL)) != -1) {
		if (c == 'C')
			w->config_path = optarg;
		else if (c != 'w' && c != 'c')
			return unknown("usage: cwaudit nagios HOST [-w DAYS] "
			    "[-c DAYS] [--config FILE]", "");
		else if (!nagios_range_parse(optarg, c == 'w' ? &w->warning :
		    &w->critical))
			return unknown("this is no range of days: ", optarg);
	}
	if (optind + 1 != argc)
		return unknown("name one host, as the inventory does, or a "
		    "published URL", "");
	w->host = argv[optind];
	return NAGIOS_OK;
}

int
cmd_nagios(int argc, char **argv)
{
	struct words w = {0};
	struct archive a;
	int code = read_words(&w, argc, argv);

	if (code != NAGIOS_OK)
		return code;
	if (!archive_open(&a, w.config_path))
		return unknown("the store can't be opened", "");
	code = ask(&a, &w);
	archive_close(&a);
	return code;
}
