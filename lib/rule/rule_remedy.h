/* SPDX-License-Identifier: ISC */
/*
 * rule_remedy.h - a row's remedy with this host's names in it. Private to
 * rule_*.c.
 */
#ifndef RULE_REMEDY_H
#define RULE_REMEDY_H

#include "cwaudit/rule.h"

struct remedy_names {
	const char		*host, *site, *cn;	/* never NULL */
	const struct strings	*names;		/* empty: the cn alone */
	const struct strings	*missing;	/* the finding's offenders */
};

/* {host} {site} {cn} {names} {missing}; no brace of these is ever left. */
void	remedy_fill(const char *pattern, const struct remedy_names *,
	    struct text *out);

#endif
