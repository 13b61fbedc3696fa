/* SPDX-License-Identifier: ISC */
/*
 * spot.h - what the conductor remembers of one endpoint: the look under way,
 * the last that counted, and what rules ask about the time before.
 */
#ifndef CWAUDIT_SPOT_H
#define CWAUDIT_SPOT_H

#include "cwaudit/finding.h"
#include "cwaudit/subject.h"
#include "probe/resolve.h"
#include "worker.h"

struct gate;

enum spot_phase { SPOT_IDLE, SPOT_RESOLVING, SPOT_LOOKING };

/*
 * A virtual address shows now one node's leaf, now another's: all of them are
 * judged together, until one was not seen for SPOT_SET_KEEP_S.
 */
#define SPOT_SET_MAX	16
#define SPOT_SET_KEEP_S	86400

struct spot_leaf {
	const struct cert	*leaf;		/* references */
	const struct chain	*chain;
	int64_t			 seen;		/* last, seconds UTC */
};

/* What was handed over to be remembered: only what differs is, again. */
struct spot_kept {
	bool		 sighted;
	int		 outcome;	/* enum outcome */
	uint8_t		 message[CERT_SHA256];	/* where it was observed */
	int64_t		 last_look;	/* that saw the same; CLOCK_NEVER */
	uint8_t		 memory[CERT_SHA256], judgement[CERT_SHA256];
};

/* A leaf that was here before the last one. */
#define SPOT_BEFORE	8
struct spot_before {
	uint8_t		 leaf[CERT_SHA256];
	int64_t		 until;		/* last seen, seconds UTC */
};

struct spot {
	const struct endpoint	 *endpoint;
	/* the look under way */
	enum spot_phase		  phase;
	enum look_mode		  mode;
	int64_t			  due_ms, began_ms;	/* monotonic */
	bool			  waits;	/* at a gate, see gate.h: */
	struct spot		 *behind;	/* who is next there; NULL: none */
	struct gate		 *net;		/* that it passed; NULL: none */
	bool			  witness;	/* for a zone, see audit_zones.c */
	bool			  awaited;	/* a neighbour changed: its host is
						 * judged when this was looked at */
	struct sight		**part;		/* one per address, as they come */
	size_t			  n_parts, n_expected;
	/* the last that counted */
	const struct observation *seen;		/* references */
	const struct cert	 *leaf, *last_leaf;
	const struct chain	 *chain, *last_chain;	/* last: of last_leaf */
	bool			  unreadable;
	bool			  repath;	/* chain is of another trust */
	enum role		  role;		/* as last judged */
	enum layout		  layout;
	struct strings		  addresses;	/* of the last look; none: the
						 * one in seen */
	struct strings		  differing;
	struct spot_leaf	 *set;	/* virtual addresses; NULL: none yet */
	size_t			  n_set;
	/* the time before; CLOCK_NEVER: never */
	unsigned		  misses, broken;
	unsigned		  lost;		/* looks in a row without a
						 * certificate, ours too: */
	int64_t			  lost_ms;	/* when the first of them began */
	int64_t			  last_observed, leaf_since, proof_tried;
	enum look_step		  first;	/* step that worked */
	bool			  in_sweep;	/* waits for its look in this sweep */
	struct spot_before	 *before;	/* SPOT_BEFORE of them, the oldest
						 * first; NULL: none */
	size_t			  n_before;
	/* exchanges, see audit_reissue.c: references, NULL: none yet */
	const struct cert	 *accepted;	/* the last leaf that was right to
						 * come: first seen, or good */
	const struct chain	 *accepted_chain;
	const struct cert	 *previous;	/* the one that it took the place of */
	const struct cert	 *refused;	/* one that was said to be bad, and
						 * neither accepted nor left since */
	char			  refused_id[FINDING_ID]; /* of its reissue-bad; "":
						 * the rule is off, or not judged yet */
	/* revocation */
	const struct revocation	 *revocation;	/* of last_leaf; reference; NULL:
						 * no answer yet */
	uint64_t		  doubt;	/* ticket under way; 0: none */
	bool			  awaits_answer; /* all that this sweep lacks */
	struct spot_kept	  kept;
};

/* What a look made of a spot. */
enum spot_news {
	SPOT_STANDS,		/* all that a rule may ask about is as it was */
	SPOT_SAME,		/* the leaf is the one known */
	SPOT_FIRST,		/* the first leaf ever seen here */
	SPOT_CHANGED,		/* another leaf than before */
	SPOT_MISSED,		/* no certificate */
	SPOT_CONFIRM,		/* a hello saw a change: prove it before saying so */
	SPOT_OURS,		/* our own fault: nothing learned */
};

void	spot_init(struct spot *, const struct endpoint *);
void	spot_done(struct spot *);
/* After a reload: the memory of the same endpoint of the inventory before. */
void	spot_inherit(struct spot *, struct spot *before);

/* What a look may take as it is, if it is seen again; now: seconds UTC. */
void	spot_lend(const struct spot *, int64_t now, struct sight *);

/*
 * Holds no more than the facts of its leaves, once the store has their DERs.
 * They are not needed again while the path stands: where it does not, nothing
 * is lent, and the next look brings them.
 */
#define SPOT_KIN	8	/* issuers, for all spots */
struct spot_kin { const struct cert *of[SPOT_KIN]; size_t next; };	/* zero it */
void	spot_kin_done(struct spot_kin *);
void	spot_lean(struct spot *, struct spot_kin *);
/* Has it a leaf of which only the facts are here? */
bool	spot_is_lean(const struct spot *);

/* The key that stays over reloads: for spreading and for inheriting. */
void	spot_key(const struct endpoint *, struct text *);

/* Its name did not resolve. */
enum spot_news spot_unresolved(struct spot *, const struct resolve_answer *,
	    const struct clock *);
/* Takes one address's sight. True when it was the last one awaited. */
bool	spot_add(struct spot *, struct sight *) MUST_USE;
/*
 * All are in: which counts, and what is new about it. With confirm, a change
 * that only a hello saw is not taken in: SPOT_CONFIRM asks for a proof first.
 */
enum spot_news spot_settle(struct spot *, bool confirm);

/* It was here before, until then. */
void	spot_add_before(struct spot *, const uint8_t leaf[CERT_SHA256],
	    int64_t until);
/* Until when; CLOCK_NEVER: not that we know. */
int64_t	spot_seen_before(const struct spot *, const struct cert *);
/* The leaf that is there was right to come. */
void	spot_accept(struct spot *);
/* It was not; NULL: none there is that was not. */
void	spot_refuse(struct spot *, const struct cert *leaf);

/* A better path for the leaf that is there. Takes the reference. */
void	spot_set_chain(struct spot *, const struct chain *);

/* Takes the i-th out of the set. */
void	spot_drop_leaf(struct spot *, size_t i);

/* Those of its last look; out: empty. */
void	spot_addresses(const struct spot *, struct strings *out);

/* Fills a rule's subject in; borrows from the spot. */
void	spot_subject(const struct spot *, const struct inventory *, int64_t now,
	    bool one_shot, struct subject *);

#endif
