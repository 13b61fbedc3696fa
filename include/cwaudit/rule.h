/* SPDX-License-Identifier: ISC */
/*
 * rule.h - THE TABLE of rules and the loop over it.
 * A row holds everything about a rule; nothing else lists rules. Its check, a
 * pure predicate on a subject, stands in check.h.
 */
#ifndef CWAUDIT_RULE_H
#define CWAUDIT_RULE_H

#include "cwaudit/check_auditor.h"
#include "cwaudit/check.h"
#include "cwaudit/finding.h"
#include "cwaudit/fleet.h"

enum rule_scope {
	SCOPE_SLOT,		/* a certificate, whichever ports present it */
	SCOPE_LISTENER,		/* one port */
	SCOPE_HOST,
	SCOPE_FARM,
	SCOPE_FLEET,
	SCOPE_AUDITOR,
};

struct rule {
	const char	*id;
	enum rule_scope	 scope;
	int		 roles;		/* ROLE_* bits it judges */
	enum severity	 severity;	/* what it usually has, and the most it has */
	const char	*severity_text;	/* "critical; error if the FQDN is in the SAN" */
	bool		 needs_leaf;	/* without a readable leaf: unknown */
	bool		 held;		/* by maintenance: availability, splits */
	bool		 by_clock;	/* a wrong clock makes it fail, or pass */
	const char	*title;		/* a line */
	const char	*why;		/* what is wrong with that */
	const char	*symptoms;	/* what users notice, what logs show; "None.":
					 * nobody notices */
	const char	*remedy;	/* {host} {site} {cn} {names} {missing} are filled in */
	const char	*source;	/* page, RFC clause */
	const char	*clauses;	/* for reports: "PCI DSS 4.2.1; SC-17" */
	const char	*stands_in_for;	/* rule ids, blank separated; NULL: none.
					 * A host's row stands in at all its ports */
	bool		 needs_trust;	/* means nothing where none is configured */
	bool		 of_port;	/* of what answers there: no file tells it */
	bool		 on_request;	/* a certificate request tells it, too */
	const char	*windows;	/* what Windows does when such a certificate
					 * is chosen, a sentence; NULL: nothing */
	bool		 by_change;	/* judged when one certificate replaces
					 * another: reissue.h */
	/* by scope; all NULL: judged elsewhere, or not yet */
	check_fn	*check;
	check_host_fn	*check_host;
	check_farm_fn	*check_farm;
	check_fleet_fn	*check_fleet;
	check_auditor_fn *check_auditor;
};

extern const struct rule rules[];
extern const size_t	 n_rules;

#define RULE_SET_VERSION 1	/* goes up when a verdict may change */

const struct rule *rule_find(const char *id);	/* NULL if none */
/* Does this version judge it? If not, the row stands for what will come. */
bool	rule_is_judged(const struct rule *);
/* For inventory_io: the ids, and a rule's own severity. */
const char *const *rule_ids(size_t *n);
enum severity rule_severity(const char *id);

/*
 * Judges every endpoint of a host, then the host: settings, planned state,
 * maintenance and "stands in for" applied. Appends one result per rule and
 * endpoint that applies, the endpoints' before the host's; the caller frees
 * with results_done. A rule that is switched off is appended too, as not
 * applicable with SEVERITY_OFF: it counts as not assessed.
 */
void	rules_run_host(struct host_view *, struct results *);
/*
 * Until when these answers about a host stand, as long as nothing else is seen
 * there: the next date that turns one, a day at most. now: not at all, as
 * something fails (its words and reminders depend on the time) or its ports
 * differ.
 */
int64_t	rules_stand_until(const struct host_view *, const struct results *);
/* The next date of a leaf that turns an answer about its port; CLOCK_NEVER:
 * none. */
int64_t	rules_next_date(const struct endpoint *, const struct cert *leaf,
	    int64_t now);
/*
 * A published endpoint: rules with P. Where the caller has not filled in
 * expect (no cn), it is filled in for the call.
 */
void	rules_run_published(struct subject *, struct results *);
/*
 * Judges a farm. The result has no host; its site is the farm's first. Nodes
 * on which a rule is off are left out of it.
 */
void	rules_run_farm(const struct farm_view *, struct results *);
/*
 * Judges what concerns several hosts: for each rule a result for each thing
 * that is wrong, and one more, the rest, with neither host nor site. Ports on
 * which a rule is off are left out of it.
 */
void	rules_run_fleet(const struct fleet_view *, struct results *);

/*
 * Appends what reissue.h answers, as that of any check: settings of the slot
 * and waivers are applied; why is emptied. view: the host's, NULL where the
 * subject stands alone. Returns the result; NULL where it does not apply or
 * the rule is off.
 */
struct result *rules_add_change(const struct host_view *,
	    const struct subject *, const struct rule *, enum verdict,
	    struct why *, struct results *);
/* Of those from first on the ports of one slot get one voice. */
void	rules_join_changes(struct results *, size_t first);

/* Judges the auditor itself: its findings can be neither tailored nor waived. */
void	rules_run_auditor(const struct auditor_view *, struct results *);

/*
 * While the auditor is in doubt. Clock: what depends on dates neither opens
 * nor clears. Lost: that ports do not answer is not raised.
 */
void	rules_hold_clock(struct results *);
void	rules_hold_lost(struct results *);

/* A failure before what nobody knows before a pass; the worst of failures,
 * those that are waived last. */
bool	result_outranks(const struct result *, const struct result *);
const char *verdict_name(enum verdict);

#endif
