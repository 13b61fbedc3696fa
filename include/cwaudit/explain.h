/* SPDX-License-Identifier: ISC */
/*
 * explain.h - one host or published entry, told whole: what is expected of it
 * and why, what a look saw, name by name, and what every rule answered.
 * A value made from a snapshot; report_explain.h prints it.
 */
#ifndef CWAUDIT_EXPLAIN_H
#define CWAUDIT_EXPLAIN_H

#include "cwaudit/request.h"
#include "cwaudit/snapshot.h"

enum name_state {
	NAME_PRESENT,
	NAME_COVERED,		/* by a wildcard */
	NAME_MISSING,
	NAME_WRONG,		/* a CN that should be another */
	NAME_EXTRA,		/* nothing expected asks for it */
	NAME_SPARE,		/* not there, and not needed either */
};

struct explain_name {
	enum name_state	 state;
	bool		 cn;		/* of the subject; else of the SAN */
	char		*name;		/* escaped, bounded */
	char		*why;		/* why it is needed, or what is odd */
};

#define EXPLAIN_EXTRA	50		/* names beyond need that are listed */

struct explain_port {
	const struct snapshot_endpoint *seen;	/* borrowed */
	const struct request	*need;		/* borrowed */
	struct explain_name	*names;		/* CN first; no leaf: none */
	size_t			 n, cap;
	size_t			 more;		/* past EXPLAIN_EXTRA */
};

struct explain_layout {			/* of a site */
	const struct site	*site;
	enum layout		 layout;	/* single or separate */
	char			*why;		/* where declared, or whence */
};

struct explain {
	const struct snapshot	*snapshot;	/* borrowed, as all below */
	const struct host	*host;		/* one of both */
	const struct published	*published;
	struct requests		 needs;		/* certificates it is to have */
	struct strings		 refused;	/* of each need why it cannot be
						 * asked for; "" if it can */
	struct explain_layout	*layouts;	size_t n_layouts;
	struct explain_port	*ports;		size_t n_ports;
};

/* Of a snapshot in which this host, or published entry, was asked for. */
void	explain_init(struct explain *, const struct snapshot *,
	    const struct host *, const struct published *);
void	explain_done(struct explain *);

const char *name_state_name(enum name_state);	/* present MISSING extra ... */
/*
 * The command that prints a need's request; inventory: its path, NULL where
 * the usual configuration names it.
 */
void	explain_add_command(const struct explain *, const struct request *,
	    const char *inventory, struct text *);
/*
 * The request itself, a certreq INF, without the comments that the command
 * adds. Appends to an empty text; false: no INF can say it.
 */
bool	explain_add_inf(const struct request *, struct text *) MUST_USE;

/* What became of a result, so that all of them can be counted. */
enum answer {
	ANSWER_FINDING, ANSWER_WAIVED, ANSWER_SILENT, ANSWER_HELD,
	ANSWER_UNKNOWN, ANSWER_PASS, ANSWER_OFF, ANSWER_N,
};

enum answer result_answer(const struct result *);
const char *answer_name(enum answer);	/* finding waived silent held ... */

/* Rules that one look at one host does not judge: several must be compared. */
bool	explain_is_elsewhere(const struct rule *);

#endif
