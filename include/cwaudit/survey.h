/* SPDX-License-Identifier: ISC */
/*
 * survey.h - hosts that no inventory has, after a look at their ports: what
 * each port presents, what that would be right for, and the entries to write.
 * A value made from a snapshot of a made-up inventory in which each port is a
 * site of its own; what its rules say means nothing.
 */
#ifndef CWAUDIT_SURVEY_H
#define CWAUDIT_SURVEY_H

#include "cwaudit/guess.h"
#include "cwaudit/snapshot.h"

struct survey_host {
	const char	*asked;		/* as it was named; borrowed */
	const struct snapshot_endpoint *ports;	/* borrowed */
	size_t		 n_ports;
	size_t		 n_leaves;	/* ports that presented a certificate */
	struct guess	 guess;
	const char	*no_entry;	/* why there is none; NULL: there is */
};

struct survey {
	const struct snapshot	*looked;	/* borrowed */
	struct survey_host	*hosts;
	size_t			 n;
	struct text		 entry;		/* "hosts:" and all entries; empty:
						 * there is none */
};

/* asked: a host name or address for each host of the inventory, in order. */
void	survey_init(struct survey *, const struct snapshot *looked,
	    const struct strings *asked);
void	survey_done(struct survey *);

#endif
