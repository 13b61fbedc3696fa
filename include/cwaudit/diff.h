/* SPDX-License-Identifier: ISC */
/*
 * diff.h - answers of rules in, transitions of findings out.
 * Holds what is open now. Only a pass clears; an unknown keeps a finding open
 * and marks it stale; what the inventory no longer holds is closed. A finding
 * is opened at once; a pass that comes within the settle time of that waits
 * for its end, so that what comes and goes doesn't fill the log.
 */
#ifndef CWAUDIT_DIFF_H
#define CWAUDIT_DIFF_H

#include "cwaudit/rule.h"

enum transition {
	TRANSITION_OPENED,
	TRANSITION_CHANGED,	/* severity, offenders or leaf */
	TRANSITION_REMINDER,
	TRANSITION_WAIVED,
	TRANSITION_UNWAIVED,
	TRANSITION_CLEARED,
	TRANSITION_SUPERSEDED,	/* another finding stands in for it */
	TRANSITION_CLOSED,	/* left the inventory, or no longer applies */
};

/* What is open; all strings owned and printable. */
struct finding {
	char		 id[FINDING_ID];
	const struct rule *rule;
	enum severity	 severity;
	bool		 waived;
	bool		 stale;		/* the last answer was unknown */
	bool		 passed;	/* it was a pass, too soon to be said */
	int64_t		 opened, said;	/* seconds UTC; said: last transition */
	char		*about;		/* the owner that diff_apply was given */
	char		*owner;		/* host FQDN or URL of a published entry;
					 * "": several hosts */
	char		*kind;		/* of a certificate its role; of a port
					 * "https" "mtls" "published"; else
					 * "host" "farm" "fleet" "auditor" */
	char		*site;		/* NULL: of no one site */
	struct strings	 places;	/* "10.20.30.42:443"; empty: the host */
	bool		 has_leaf;	/* the certificate that fails: */
	uint8_t		 leaf[CERT_SHA256];
	char		*group, *contact;	/* NULL: none */
	char		*message, *remedy;	/* message: of one that is closed
						 * why it is */
	char		 by[FINDING_ID];	/* superseded: what stands in */
	char		 cause[FINDING_ID];	/* as in struct result */
	int64_t		 ends;			/* likewise */
	struct strings	 offenders;
	char		*offenders_key;	/* NULL: none */
};

struct diff_times {
	int64_t	now;
	int64_t	settle_s;		/* 0: each pass is said at once */
	int64_t	remind_before;		/* what was last said before it is due
					 * for a reminder; CLOCK_NEVER: none */
	/*
	 * Of what is about to end, reminders come when so many days are left,
	 * and only with fewer than the last of them as of all others. Falling;
	 * none: as of all others.
	 */
	const unsigned *notify_days;
	size_t	n_notify_days;
};

/*
 * The finding is borrowed for the call. result is the answer that made the
 * transition; NULL when it was closed. prev is the severity before.
 */
typedef void diff_fn(void *ctx, enum transition, const struct finding *,
	    const struct result *, enum severity prev);

struct diff;

struct diff	*diff_new(void);
void		 diff_free(struct diff *);	/* NULL is fine */
/*
 * owner: the host, published entry or farm, or the fleet, that all of these
 * results are about; all of its results must be given at once.
 */
void	diff_apply(struct diff *, const char *owner, const struct results *,
	    const struct diff_times *, diff_fn *, void *ctx);
/* Closes all findings of every owner that keep says false to. */
void	diff_close(struct diff *, bool (*keep)(void *ctx, const char *owner),
	    int64_t now, diff_fn *, void *ctx);
/*
 * An owner with a pass that has waited long enough: judged again and applied,
 * it is cleared. NULL: none now.
 */
const char *diff_settled(struct diff *, const struct diff_times *);

/*
 * One that was open when the process before this ended. Takes it; from now on
 * it is as if it had been opened here. Of two with one id the second is freed.
 */
void	diff_restore(struct diff *, struct finding *);
/* Is anything open of this owner? */
bool	diff_has(const struct diff *, const char *owner);
/* All that is open; borrowed for the call. */
void	diff_walk(const struct diff *, void (*fn)(void *ctx,
	    const struct finding *), void *ctx);

struct diff_count {
	size_t	open[SEVERITY_N];	/* not waived */
	size_t	waived, stale;
};
void	diff_count(const struct diff *, struct diff_count *);
const char *transition_name(enum transition);
bool	transition_parse(const char *, enum transition *out) MUST_USE;
/* Does it end the finding? */
bool	transition_ends(enum transition);

void	diff_finding_free(struct finding *);		/* NULL is fine */
/* As text, one JSON object, and back. NULL: no such text, or the rule is not
 * known here. */
void	diff_finding_write(const struct finding *, struct text *);
struct finding *diff_finding_parse(const char *);
/* One answer of a rule as a line: "site-names fail error 9f2c1a0b77e1d204
 * waived"; assessment_add_answers reads such lines. */
void	diff_answer_write(const struct result *, struct text *);

#endif
