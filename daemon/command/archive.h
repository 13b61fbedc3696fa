/* SPDX-License-Identifier: ISC */
/* archive.h - the store that a command reads, also while no daemon runs. */
#ifndef CWAUDIT_ARCHIVE_H
#define CWAUDIT_ARCHIVE_H

#include "setup/config.h"
#include "store/store_read.h"

struct archive {
	struct config	 config;
	struct store	*store;
	struct ledger	 ledger;	/* the auditor's run is read */
};

/* config_path: NULL: the usual one, or defaults. False after a message. */
bool	archive_open(struct archive *, const char *config_path) MUST_USE;
void	archive_close(struct archive *);
/* Says what a reading function left in why, and empties it. Returns false. */
bool	archive_complain(struct text *why);
/* "2026-11-28", or "7d": so long ago. False after a message. */
bool	archive_time(const char *, int64_t *out) MUST_USE;

#endif
