/* SPDX-License-Identifier: ISC */
/*
 * probe_context.h - SSL_CTXs that talk to servers as they are: old protocols
 * and suites allowed, nothing verified, no session resumed. These manners are
 * for probes alone.
 */
#ifndef PROBE_CONTEXT_H
#define PROBE_CONTEXT_H

#include "probe_trace.h"

struct contexts;

struct contexts	*contexts_new(struct text *why) MUST_USE;
void		 contexts_free(struct contexts *);	/* NULL is fine */
/*
 * The context for these settings: one for all that show no client
 * certificate, one per pair of files else, read again when a file changes.
 * A key file that others may read is refused. NULL: *why. Borrowed until the
 * next call: SSLs hold their own reference.
 */
SSL_CTX		*contexts_get(struct contexts *, const struct settings *,
		    struct text *why) MUST_USE;
/* Puts our manners on libcurl's context, with from's client certificate. */
bool		 context_prepare(SSL_CTX *, SSL_CTX *from) MUST_USE;

#endif
