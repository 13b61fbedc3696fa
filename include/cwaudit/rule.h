/* SPDX-License-Identifier: ISC */
/*
 * rule.h - THE TABLE of rules and the loop over it.
 * A row holds everything about a rule; nothing else lists rules. A check is a
 * pure predicate on a subject: it knows neither its id nor its reader.
 */
#ifndef CWAUDIT_RULE_H
#define CWAUDIT_RULE_H

#include "cwaudit/finding.h"
#include "cwaudit/subject.h"

enum verdict {
	VERDICT_NOT_APPLICABLE,
	VERDICT_PASS,
	VERDICT_UNKNOWN,	/* not enough was seen: neither opens nor clears */
	VERDICT_FAIL,
};

enum rule_scope { SCOPE_ENDPOINT, SCOPE_HOST, SCOPE_FARM, SCOPE_FLEET, SCOPE_AUDITOR };

/* What a failing check says. The loop presets severity to the row's first. */
struct why {
	enum severity	 severity;
	struct text	 message;	/* subject, fact, expectation; escaped; stands alone */
	struct text	 remedy;	/* empty: the row's, with names filled in */
	struct strings	 offenders;	/* all of them, escaped, in a stable order */
	const char	*offenders_key;	/* "missing", "wildcard" ...: log and csv key */
};

struct rule {
	const char	*id;
	enum rule_scope	 scope;
	int		 roles;		/* ROLE_* bits it judges */
	enum severity	 severity;	/* what it usually has, and the most it has */
	const char	*severity_text;	/* "critical; error if the FQDN is in the SAN" */
	bool		 needs_leaf;	/* without a readable leaf: unknown */
	const char	*title;		/* a line */
	const char	*why;		/* what breaks, what administrators see */
	const char	*remedy;	/* {host} {site} {cn} {names} {missing} are filled in */
	const char	*source;	/* page, RFC clause */
	const char	*clauses;	/* for reports: "PCI DSS 4.2.1; SC-17" */
	const char	*stands_in_for;	/* rule ids, blank separated; NULL: none */
	enum verdict	(*check)(const struct subject *, struct why *);
	enum verdict	(*check_host)(const struct host_view *, struct why *);
};

extern const struct rule rules[];
extern const size_t	 n_rules;

#define RULE_SET_VERSION 1	/* goes up when a verdict may change */

const struct rule *rule_find(const char *id);	/* NULL if none */
/* For inventory_io: the ids, and a rule's own severity. */
const char *const *rule_ids(size_t *n);
enum severity rule_severity(const char *id);

/*
 * Judges every endpoint of a host, then the host: settings, planned state,
 * maintenance and "stands in for" applied. Appends one result per rule and
 * endpoint that applies; the caller frees with results_done.
 */
void	rules_run_host(struct host_view *, struct results *);
/* A published endpoint: rules with P. */
void	rules_run_published(struct subject *, struct results *);

const char *verdict_name(enum verdict);

#endif
