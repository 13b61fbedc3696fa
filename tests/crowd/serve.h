/* SPDX-License-Identifier: ISC */
/*
 * serve.h - the ports of a crowd: one listener a job for all its addresses,
 * which a network namespace of our own allows. A canned flight is TLS 1.2
 * with RSA key exchange, up to ServerHelloDone; nobody gets further. Real
 * handshakes are OpenSSL's, TLS 1.2; MTLS demands a client certificate.
 */
#ifndef CROWD_SERVE_H
#define CROWD_SERVE_H

#include "crowd.h"

struct event_base;
struct serve;

/* Listens. Ends the process where it cannot. */
struct serve	*serve_new(struct event_base *, const struct crowd *);
void		 serve_free(struct serve *);	/* its connections too */

#endif
