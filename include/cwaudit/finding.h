/* SPDX-License-Identifier: ISC */
/*
 * finding.h - what one rule says of one thing, with an id that stays.
 * What is judged is a slot, that which an administrator assigns: a host's one
 * MTLS certificate, with the sites that share it where it is a single one; or
 * a site's HTTPS certificate; or a published one. Listener rules judge a port.
 *
 * The id is the first 16 hex digits of SHA-256 over length-prefixed (host
 * FQDN or URL; "mtls", "https", "published" or "host"; "SITEHOST:PORT" of a
 * site's slot; configured port of a listener rule, else 0; rule): never an
 * address, offender, severity or fingerprint. Of what concerns several hosts
 * it is over (the thing, "shared", "", 0, rule), the thing being "farm KEY",
 * "name SITEHOST", "key HEX" or "ca HEX": those two are about that key and
 * that CA certificate and about nothing else.
 *
 * Each port of a slot has a result of its own, all with the slot's id; the one
 * that speaks stands for them, so count and tell by it.
 */
#ifndef CWAUDIT_FINDING_H
#define CWAUDIT_FINDING_H

#include "cwaudit/cert.h"
#include "cwaudit/endpoint.h"

#define FINDING_ID	17		/* 16 hex digits and a NUL */

struct rule;

/* One answer of one rule. Findings are the results that fail. */
struct result {
	const struct rule	*rule;
	const struct endpoint	*endpoint;	/* NULL: the host as a whole */
	const struct host	*host;		/* NULL: published, several,
						 * auditor */
	const struct site	*site;		/* NULL where there is none */
	enum role		 role;		/* as judged; 0: no single port */
	const struct cert	*leaf;		/* that was judged; borrowed; NULL:
						 * none, or not of one port */
	char			 id[FINDING_ID];
	bool			 speaks;	/* for all results with its id */
	struct strings		 places;	/* "10.20.30.42:443": of those that
						 * fail; only where it speaks */
	int			 verdict;	/* enum verdict */
	enum severity		 severity;	/* after settings */
	enum severity		 own_severity;	/* before them */
	char			*message;	/* NULL unless it fails */
	char			*remedy;
	struct strings		 offenders;
	const char		*offenders_key;	/* NULL: none */
	struct strings		 nodes;		/* of a farm that fails, three a
						 * node: FQDN, state ("right",
						 * "behind" ...), certificate or "" */
	char			 cause[FINDING_ID]; /* the id of the exchange of
						 * certificates that brought it, a
						 * reissue-bad; "": none */
	int64_t			 ends;		/* what is about to end, does then;
						 * 0: it is not about that */
	bool			 held;		/* maintenance: not to be raised now */
	const struct rule	*stood_in;	/* the failing rule that stands in; not raised */
	const struct waiver	*waiver;	/* NULL: not waived */
	const struct waiver	*void_waiver;	/* one that no longer holds; the
						 * message says why; or NULL */
	const char		*contact;	/* who answers for it; borrowed;
						 * NULL: none named, or several */
	bool			 rest;		/* of several hosts: the rule's
						 * answer on all that it has no
						 * failing result of */
};

struct results {
	struct result	*item;
	size_t		 n;
	size_t		 cap;
};

void	results_done(struct results *);
struct result *results_add(struct results *);	/* zeroed, owned by the list */
/* Takes everything out of from, which is left empty. */
void	results_move(struct results *to, struct results *from);
/* Fails, and neither stood in for nor held: what users see as a finding. */
bool	result_is_finding(const struct result *);

void	finding_id(char id[FINDING_ID], const char *owner, const char *kind,
	    const char *site, unsigned port, const char *rule);

#endif
