/* SPDX-License-Identifier: ISC */
/*
 * revocation_own.h - what CRLs and OCSP responses have in common: times,
 * keys, X509s. Private to revocation*.c.
 */
#ifndef REVOCATION_OWN_H
#define REVOCATION_OWN_H

#include <openssl/x509.h>

#include "cwaudit/revocation.h"

/* The caller frees; NULL: not readable. */
X509	*revocation_x509(const struct cert *);
/*
 * May this certificate sign for others: readable, a key we compute with, and
 * the key usage bit (KU_*) if key usage is present? NULL: *why.
 */
EVP_PKEY *revocation_key(X509 *, uint32_t usage, const char *what,
	    struct text *why);
/* CLOCK_NEVER: absent or unreadable. */
int64_t	revocation_time(const ASN1_TIME *);
/*
 * Is something of this_update and next_update current? False: the words say
 * why not. what: "the CRL".
 */
bool	revocation_is_current(struct revocation_status *, const char *what,
	    int64_t now);

#endif
