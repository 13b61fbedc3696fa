/* SPDX-License-Identifier: ISC */
/*
 * leaf.h - certificates made to order.
 * An order is a line of words, so that a row of the table can be read aloud:
 *
 *	cn={host} dns={host} dns={site} dns=as.{site} key=rsa1024 to=-3
 *
 *   cn= dns= uri= ip=	names; {host} and {site} are filled in, %XX is a byte
 *   from= to=		validity in days from now: "-30" (default), "335"
 *   key=		rsa2048 (default) rsa4096 rsa1024 rsa768 ec
 *   sign=		sha256 (default) sha1 md5
 *   issuer=		a row of authorities[]: issuing (default), self ...
 *   eku=		server (default) client both any none
 *   usage=		OpenSSL's words; "none" for no extension
 *   chain=		issuer (default) none root reversed
 *   san=		twice, broken
 *   version=		3 (default) 1 (no extensions then)
 *   cdp=no ca=yes	no CRL distribution point; a CA certificate
 */
#ifndef FLEET_LEAF_H
#define FLEET_LEAF_H

#include <stdint.h>

#include <openssl/x509.h>

#include "cwaudit/text.h"

struct leaf {
	X509		*x509;
	EVP_PKEY	*key;
	STACK_OF(X509)	*chain;		/* what is sent behind it */
	uint8_t		 sha256[32];
};

/* Never NULL; ends the process on an order it cannot read. */
struct leaf	*leaf_new(const char *order, const char *host,
		    const char *site);
void		 leaf_free(struct leaf *);	/* NULL is fine */

/* The roots an auditor trusts, as PEM. */
void		 leaf_roots_pem(struct text *);
/* Borrowed: what an MTLS listener accepts clients from. */
X509		*leaf_client_root(void);
/* Borrowed: who signs for an authority, by its name in an order. */
EVP_PKEY	*leaf_issuer_key(const char *authority);
void		 leaf_done(void);		/* frees the authorities */

#endif
