/* SPDX-License-Identifier: ISC */
/*
 * review.h - a certificate, or a request for one, judged before it is at
 * work: a bundle and the job that it is meant for in, a snapshot out, which
 * every output renders. The rules are those of an audit. What a file cannot
 * tell is listed as not judged, never as fine.
 */
#ifndef CWAUDIT_REVIEW_H
#define CWAUDIT_REVIEW_H

#include "cwaudit/bundle.h"
#include "cwaudit/reissue.h"
#include "cwaudit/snapshot.h"
#include "cwaudit/trust.h"

struct review_job {
	struct inventory	*inventory;	/* that host is of */
	bool			 made_up;	/* for this job: tells of no other host */
	const struct host	*host;
	const struct site	*site;	/* HTTPS: whose certificate; else any */
	enum role		 role;	/* ROLE_MTLS, ROLE_HTTPS or ROLE_SINGLE */
	const struct strings	*files;	/* names, printable */
	/* what is there now, settled, if that is to be compared: both hold
	 * certificates; else NULL */
	const struct bundle	*replaces;
	const char		*replaces_name;	/* of its file, printable */
	int64_t			 now;
};

/* Why a rule was not judged. */
enum review_cause {
	REVIEW_OF_PORT, REVIEW_OF_REQUEST, REVIEW_TEMPLATE, REVIEW_NO_TRUST,
	REVIEW_NO_KEY, REVIEW_LOCKED_KEY, REVIEW_OFF, REVIEW_ELSEWHERE,
	REVIEW_UNKNOWN,
};
#define REVIEW_CAUSES	(REVIEW_UNKNOWN + 1)

struct review_gap {
	const struct rule	*rule;
	enum review_cause	 cause;
};

struct review {
	struct snapshot	 *snapshot;	/* one endpoint, nothing shared */
	enum role	  role;
	bool		  request;
	enum bundle_form  form;
	enum bundle_key	  key;
	size_t		  n_certs;
	struct strings	  files;	/* printable */
	struct strings	  notes;	/* printable */
	char		 *replaced_name; /* of what it replaces; NULL: not asked */
	const struct cert *replaced;	/* a reference; NULL: the same leaf */
	struct reissue	  reissue;	/* where replaced is given */
	struct review_gap *gaps;	/* in the order of the rules */
	size_t		  n_gaps, cap_gaps;
	/* the rest is review.c's own */
	struct host	  host;		/* a copy, active whatever it was */
	struct endpoint	 *endpoints;
	size_t		  n_endpoints;
	struct expectation expect;	/* names: what the report shows */
};

/* The bundle is settled; a host's planned state does not soften anything. */
struct review	*review_run(const struct review_job *, const struct bundle *,
		    struct trust *) MUST_USE;
void		 review_free(struct review *);		/* NULL is fine */
/* "only a look at the port tells: ..." */
const char	*review_cause_words(enum review_cause);

#endif
