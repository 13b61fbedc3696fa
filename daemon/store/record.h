/* SPDX-License-Identifier: ISC */
/*
 * record.h - what happened and what is to be remembered, on its way from the
 * conductor to the store. Records that belong together travel in one list and
 * are kept together or not at all.
 */
#ifndef CWAUDIT_RECORD_H
#define CWAUDIT_RECORD_H

#include "cwaudit/cert.h"
#include "cwaudit/chain.h"
#include "cwaudit/diff.h"
#include "cwaudit/event.h"
#include "cwaudit/observation.h"

enum record_kind {
	RECORD_LINE,		/* a line of the log, about a finding or not */
	RECORD_SIGHTING,	/* a port shows something else than before */
	RECORD_MEMORY,		/* what is known of a port, all of it */
	RECORD_JUDGEMENT,	/* rules answer otherwise than before */
	RECORD_SPLIT,		/* since when hosts or ports differ */
	RECORD_REVISION,	/* another inventory or configuration */
	RECORD_MARK,		/* a sink took what came up to a number; one
				 * that is new begins with the next event */
	RECORD_CYCLE,		/* the auditor was at work until now */
	RECORD_EXPECTED,	/* a change is announced, or no longer */
	RECORD_GONE,		/* a port left the inventory */
	RECORD_ANEW,		/* what follows is all there is: findings that
				 * are not among it have ended */
	RECORD_OPEN,		/* a finding as it is, without a line */
};

/* What is looked at or judged. Strings are owned; zeroed where there is none. */
struct thing {
	char		*owner;		/* FQDN, URL, "farm KEY", "fleet" */
	const char	*kind;		/* "https" "mtls" "published"; "host"
					 * "farm" "fleet"; a literal */
	char		*site;		/* "" where none */
	uint16_t	 port;		/* as configured; 0 where none */
};

void	thing_init_port(struct thing *, const struct endpoint *);
void	thing_init(struct thing *, const char *owner, const char *kind);
void	thing_done(struct thing *);

/* What is known of a port; references, NULL where there is none. */
struct memory {
	const struct cert  *leaf;	/* last seen */
	const struct chain *chain;	/* of it */
	const struct cert  *accepted, *previous, *refused; /* as in spot.h */
	const struct chain *accepted_chain;
	int64_t		    leaf_since;	/* CLOCK_NEVER */
	enum role	    role;	/* as last judged */
	enum layout	    layout;
};

void	memory_done(struct memory *);

/* Members that a kind does not name are zero. Everything is owned. */
struct record {
	enum record_kind kind;
	int64_t		 at;		/* seconds UTC */
	struct thing	 thing;		/* but of LINE, CYCLE, ANEW, OPEN */
	/* LINE */
	struct event	 event;
	bool		 quiet;		/* it is counted in another line */
	const char	*transition;	/* LINE about a finding; a literal */
	/* LINE about a finding, OPEN */
	char		 finding[FINDING_ID];
	struct text	 state;		/* as diff_finding_write writes it */
	bool		 ended;
	/* SIGHTING; GONE: until alone */
	const struct observation *seen;	/* reference */
	const struct cert *leaf;	/* reference; NULL: none, or unreadable */
	const struct chain *sent;	/* reference; where seen has no DERs */
	int64_t		 until;		/* when what was before was last seen */
	/* MEMORY */
	struct memory	 memory;
	/* JUDGEMENT: one line an answer; REVISION: the document, see pack.h */
	struct text	 text;
	/* REVISION: of the document */
	uint8_t		 sha256[CERT_SHA256];
	/* SPLIT; CLOCK_NEVER: no more. EXPECTED: until then; likewise */
	int64_t		 since;
	bool		 has_leaf;
	uint8_t		 split_leaf[CERT_SHA256];	/* see farm_memory; of an
				 * announcement the leaf that will come */
	/* MARK: of the sink thing.owner */
	int64_t		 seq;
};

struct records {
	struct record	*item;
	size_t		 n, cap;
};

struct record	*records_add(struct records *, enum record_kind, int64_t at);
void		 records_done(struct records *);	/* all zero afterwards */

#endif
