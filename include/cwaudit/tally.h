/* SPDX-License-Identifier: ISC */
/*
 * tally.h - which transitions get a line of their own, and what the others
 * come to. A rule that opens on more than TALLY_HOSTS hosts in a cycle, and
 * everything past a cycle's limit of lines, is counted: one mistake in a
 * template must not bury the rest of the log.
 */
#ifndef CWAUDIT_TALLY_H
#define CWAUDIT_TALLY_H

#include "cwaudit/diff.h"

#define TALLY_HOSTS	50

/* What was counted instead of said: one state of one rule. */
struct tally_line {
	enum transition	 state;
	const struct rule *rule;
	enum severity	 severity;	/* the worst */
	size_t		 findings, hosts;
	const char	*first;		/* the first of these hosts, or URL; "":
					 * of several hosts */
};

struct tally;

struct tally	*tally_new(void);
void		 tally_free(struct tally *);	/* NULL is fine */
/*
 * Counts a transition; true: it is to be said by itself. max_lines: of a
 * cycle. The findings of one host are given one after the other.
 */
bool		 tally_add(struct tally *, enum transition,
		    const struct finding *, size_t max_lines) MUST_USE;
/* The cycle is over: calls fn for each line, in the order of the table of
 * rules, and begins anew. The line is borrowed for the call. */
void		 tally_end(struct tally *, void (*fn)(void *ctx,
		    const struct tally_line *), void *ctx);

#endif
