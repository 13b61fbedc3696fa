/* SPDX-License-Identifier: ISC */
/*
 * chain.h - the verdict on a chain: what path was found to which trust, and
 * how the server ordered what it sent. A value; trust.h makes it.
 * Dates of the leaf are no part of it: rules judge those by their own clock.
 */
#ifndef CWAUDIT_CHAIN_H
#define CWAUDIT_CHAIN_H

#include "cwaudit/cert.h"

enum chain_status {
	CHAIN_TRUSTED,
	CHAIN_SELF_SIGNED,	/* the leaf is its own issuer and not trusted */
	CHAIN_UNKNOWN_CA,	/* the path ends at a root we do not trust */
	CHAIN_NO_ISSUER,	/* an issuer is found nowhere */
	CHAIN_BAD_SIGNATURE,
	CHAIN_CA_EXPIRED,	/* every path has a CA outside its dates */
	CHAIN_NOT_A_CA,		/* an issuer may not issue */
	CHAIN_CONSTRAINED,	/* name constraints, path length, purpose */
	CHAIN_UNREADABLE,	/* a certificate in it is no certificate */
	CHAIN_NO_TRUST,		/* no trust is configured: not judged */
	CHAIN_ERROR,		/* ours: could not be judged; reason says why */
};

/* Immutable and reference-counted. */
struct chain {
	enum chain_status	  status;
	char			 *reason;	/* plain words, printable; NULL:
						 * it is trusted */
	const struct cert	**path;		/* leaf to anchor; references */
	size_t			  n_path;	/* what was found, if not trusted */
	const struct cert	**sent;		/* leaf first; references; NULL
						 * where a sent one is unreadable */
	size_t			  n_sent;
	bool			  incomplete;	/* path needs one not sent, root aside */
	bool			  disordered;	/* each sent one should issue the one before */
	bool			  extras;	/* sent, but not in the path */
	int64_t			  valid_until;	/* re-judge then; CLOCK_NEVER: no date in it */
	unsigned		  refs;		/* atomic */
};

struct chain	*chain_ref(const struct chain *);
void		 chain_unref(const struct chain *);	/* NULL is fine */
/* A copy with this leaf where one of the same SHA-256 stands. */
struct chain	*chain_with_leaf(const struct chain *, const struct cert *leaf)
	    MUST_USE;
const char	*chain_status_name(enum chain_status);

#endif
