/* SPDX-License-Identifier: ISC */
/*
 * target.h - what a person means by HOST on a command line: a host of the
 * inventory by its FQDN, or a published entry by its URL or name.
 */
#ifndef CWAUDIT_TARGET_H
#define CWAUDIT_TARGET_H

#include "cwaudit/inventory.h"

struct target {			/* one of both; borrowed from the inventory */
	const struct host	*host;
	const struct published	*published;
};

bool	target_find(const struct inventory *, const char *word,
	    struct target *) MUST_USE;
/*
 * Tells on stderr that there is no such host, and what may have been meant:
 * the hosts of a site, or something with a similar name. others: what else
 * the command takes, n of them (rule ids), called "rule" in the message.
 */
void	target_complain(const struct inventory *, const char *word,
	    const char *const *others, size_t n);

#endif
