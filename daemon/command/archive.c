/* SPDX-License-Identifier: ISC */
/* archive.c - the store that a command reads. */
#include "archive.h"

#include <stdio.h>

#include "terminal.h"

bool
archive_complain(struct text *why)
{
	fprintf(stderr, "cwaudit: %s\n", text_str(why));
	text_done(why);
	return false;
}

static bool
read_config(struct archive *a, const char *path)
{
	struct problems ps = {0};

	config_init(&a->config);
	if (path == NULL && terminal_has_config())
		path = CONFIG_DEFAULT;
	if (path == NULL || config_read(path, &a->config, &ps))
		return true;
	terminal_problems(&ps);
	return false;
}

bool
archive_open(struct archive *a, const char *config_path)
{
	struct text why = {0};

	*a = (struct archive){0};
	if (!read_config(a, config_path)) {
		archive_close(a);
		return false;
	}
	if (a->config.store == NULL)
		text_add(&why, "the configuration has store: none, so nothing "
		    "is remembered");
	else if (store_open(a->config.store, STORE_READ, &a->store, &why) ==
	    STORE_OK && store_read_run(a->store, &a->ledger, &why)) {
		a->ledger.now = clock_utc(&clock_system);
		a->ledger.interval_s = a->config.interval_https_s;
		return true;
	}
	archive_close(a);
	return archive_complain(&why);
}

void
archive_close(struct archive *a)
{
	ledger_done(&a->ledger);
	store_close(a->store);
	config_done(&a->config);
	*a = (struct archive){0};
}

bool
archive_time(const char *s, int64_t *out)
{
	int64_t ms;

	if (clock_parse(s, out))
		return true;
	if (clock_parse_span_ms(s, &ms)) {
		*out = clock_utc(&clock_system) - ms / 1000;
		return true;
	}
	fprintf(stderr, "cwaudit: \"%s\" is no time: write 2026-11-28, "
	    "2026-11-28T17:42Z, or 7d for so long ago\n", s);
	return false;
}
