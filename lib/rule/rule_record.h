/* SPDX-License-Identifier: ISC */
/*
 * rule_record.h - what becomes of a check's answer: tailoring, planned hosts,
 * maintenance and waivers make it a result. Private to rule_*.c.
 */
#ifndef RULE_RECORD_H
#define RULE_RECORD_H

#include "cwaudit/rule.h"
#include "rule_remedy.h"

/* What a result is about: an endpoint, a host, or several hosts. */
struct about {
	const struct endpoint	*endpoint;	/* NULL: no single port */
	const struct host	*host;		/* NULL: published, several */
	const struct site	*site;
	const struct settings	*settings;	/* NULL where several are concerned */
	enum role		 role;		/* of the endpoint, else 0 */
	const struct cert	*leaf;		/* of the endpoint; NULL: none */
	int64_t			 now;
	struct remedy_names	 names;
	/* of several hosts: what it is about, and whose settings decide */
	const char		*thing;		/* "farm im.contoso.com:443" */
	const struct endpoint *const *concerned;
	size_t			 n_concerned;
	bool			 held;		/* maintenance, of any of a farm */
};

/* Is the rule off there? Never where several are concerned. */
bool	rule_is_off(const struct about *, const struct rule *);
/* Appends the result that says so. */
void	rule_record_off(struct results *, const struct about *,
	    const struct rule *);
/* Appends the answer of a check; of a failing one why is emptied into it. */
struct result *rule_record(struct results *, struct about *,
	    const struct rule *, enum verdict, struct why *);

#endif
