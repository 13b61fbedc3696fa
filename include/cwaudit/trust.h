/* SPDX-License-Identifier: ISC */
/*
 * trust.h - what we trust, and paths to it. The only X509_STORE.
 * One struct trust per thread: share nothing. Bytes come in, the caller reads
 * the files.
 */
#ifndef CWAUDIT_TRUST_H
#define CWAUDIT_TRUST_H

#include "cwaudit/chain.h"

struct trust;

struct trust	*trust_new(void);
void		 trust_free(struct trust *);		/* NULL is fine */
/*
 * Adds a named set from PEM text. Self-signed ones are anchors, the others
 * help to build paths (and are anchors only if nothing in the set is
 * self-signed). False: nothing was added, *why says what is wrong with the
 * text (or that the name is taken).
 */
bool	trust_add(struct trust *, const char *name, const char *pem, size_t len,
	    struct text *why) MUST_USE;
bool	trust_has(const struct trust *, const char *name);
/* Is this certificate itself in one of these sets? */
bool	trust_holds(const struct trust *, const struct strings *names,
	    const struct cert *);
/*
 * A CA certificate seen in the fleet: helps to build paths, never an anchor.
 * Others are passed over. Those seen last are kept: TRUST_LEARN_MAX, and
 * TRUST_LEARN_NAME of one subject.
 */
#define TRUST_LEARN_MAX		4096
#define TRUST_LEARN_NAME	8
void	trust_learn(struct trust *, const struct cert *);
/* Goes up whenever a path may come out otherwise than before. */
uint64_t trust_revision(const struct trust *);
/*
 * Builds the best path to any of the named sets, dates as of now (a path whose
 * CAs are all within their dates is preferred). sent[i] may be NULL
 * (unreadable) for i > 0. No purpose is checked on the leaf, SHA-1 and short
 * keys are not refused: rules judge those. Paths are built from the first
 * TRUST_SENT_MAX, and the work on one call is bounded. Never NULL.
 */
#define TRUST_SENT_MAX	20
struct chain *trust_path(struct trust *, const struct strings *names,
	    const struct cert *const *sent, size_t n, int64_t now) MUST_USE;

#endif
