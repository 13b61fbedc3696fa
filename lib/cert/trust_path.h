/* SPDX-License-Identifier: ISC */
/*
 * trust_path.h - the certificates that a path can be made of, and the search
 * for the best one. Private to the trust files: it speaks OpenSSL.
 */
#ifndef TRUST_PATH_H
#define TRUST_PATH_H

#include <openssl/x509.h>

#include "cwaudit/trust.h"

#define TRUST_PATH_MAX	12	/* certificates, leaf and anchor included */
#define TRUST_KEY_MAX	8192	/* bits of a CA's key that a peer sends */

struct trust_entry {
	unsigned long		 name;		/* hash of the subject */
	uint8_t			 sha256[CERT_SHA256];
	X509			*x;		/* a reference */
	const struct cert	*cert;		/* a reference */
	uint64_t		 seen;		/* learned ones: when last */
	bool			 anchor;
};

struct trust_list {
	struct trust_entry	*entry;
	size_t			 n, cap;
};

/* NULL if OpenSSL cannot read it: nothing was added. */
struct trust_entry *trust_list_add(struct trust_list *, const struct cert *);
/* Shares the parsed certificate. */
void	trust_list_share(struct trust_list *, const struct trust_entry *);
void	trust_list_done(struct trust_list *);
struct trust_entry *trust_list_find(const struct trust_list *,
	    const uint8_t sha256[CERT_SHA256]);

/* What a path is searched in. The leaf is the first of sent. */
struct trust_space {
	const struct trust_list	*sent;
	const struct trust_list	**sets;		/* of the names asked for */
	size_t			 n_sets;
	const struct trust_list	*learned;
	int64_t			 now;
};

/* How the search ended; pointers into the space. */
struct trust_found {
	enum chain_status	 status;
	int			 error;		/* X509_V_* */
	size_t			 at;		/* the one in path it is about */
	bool			 other_key;	/* its issuer's name is known */
	bool			 gave_up;	/* at the bound of work */
	const struct trust_entry *path[TRUST_PATH_MAX];
	size_t			 n;
};

void	trust_search(const struct trust_space *, struct trust_found *);
/* In plain words; sets: the names asked for. */
void	trust_explain(const struct trust_found *, const struct strings *sets,
	    struct text *);

#endif
