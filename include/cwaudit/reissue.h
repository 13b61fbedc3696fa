/* SPDX-License-Identifier: ISC */
/*
 * reissue.h - one certificate replaced by another: was that good, and why?
 * Two leaves and what the rules answered about each in, a verdict with all its
 * reasons out. Pure: who remembers what was there before is somebody else.
 *
 * It is bad where something that was right is wrong now: a rule that passed
 * fails, or fails worse; a name or usage that is needed is gone; it is another
 * host's. What changed and is needed by nobody is said, and no more.
 */
#ifndef CWAUDIT_REISSUE_H
#define CWAUDIT_REISSUE_H

#include "cwaudit/rule.h"

/* What a reason says of the exchange. */
enum reissue_weight {
	REISSUE_MENDS,		/* something that was wrong is right */
	REISSUE_NOTES,		/* something is otherwise, and may be so */
	REISSUE_BREAKS,		/* something that was right is wrong */
};

struct reissue_reason {
	const char	*id;		/* "fails", "lost-names" ...: permanent */
	enum reissue_weight weight;
	enum severity	 severity;	/* of one that breaks */
	struct text	 message;	/* escaped; a clause without a full stop */
	struct text	 detail;	/* what the rule says; empty: no rule's */
	struct strings	 what;		/* the names or rules; may be empty */
};

struct reissue {
	bool		 bad;
	enum severity	 severity;	/* of the worst reason that breaks */
	struct reissue_reason *reasons;	/* what breaks first, then what mends */
	size_t		 n, cap;
};

/* A leaf, and the results of one port that presents it: of that port alone. */
struct reissue_side {
	const struct cert	*leaf;
	const struct result	*results;
	size_t			 n;
};

struct reissue_case {
	struct reissue_side	 old, new;
	const struct expectation *expect;	/* what is needed there now */
	const char		*other;	/* the host or pool that the new leaf
					 * names instead; NULL: none */
	int64_t			 seen_until;	/* the new leaf was there before,
					 * until then; 0: not that we know */
};

/* The two leaves differ. */
void	reissue_init(struct reissue *, const struct reissue_case *);
void	reissue_done(struct reissue *);
/*
 * Later: drops what broke and is well by now, by the results of today. Without
 * any of it left the exchange is good.
 */
void	reissue_forget_mended(struct reissue *, const struct reissue_side *now);

/* "good", "bad" */
const char *reissue_verdict_name(const struct reissue *);
const char *reissue_weight_name(enum reissue_weight);	/* mends notes breaks */
/*
 * What reissue-bad says of it, to be recorded like any check's answer: passes
 * where it is good.
 */
enum verdict reissue_answer(const struct reissue *, const struct reissue_case *,
	    struct why *);
/* What key-reused says: fails where both leaves have one key. */
enum verdict reissue_key_answer(const struct reissue_case *, struct why *);

#endif
