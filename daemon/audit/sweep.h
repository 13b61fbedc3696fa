/* SPDX-License-Identifier: ISC */
/*
 * sweep.h - one live look for a command: at everything, or at some hosts.
 * The audit's own machinery: workers, resolver, rules.
 */
#ifndef CWAUDIT_SWEEP_H
#define CWAUDIT_SWEEP_H

#include "loop.h"

/*
 * Looks once and judges. only: host FQDNs, site hosts, URLs; NULL or empty:
 * all. cache: directory for what revocation fetches; NULL: none. Progress goes
 * to stderr where that is a terminal; an interrupt ends the look, and what was
 * not seen by then is not observed. The caller frees it; NULL after a message.
 */
struct snapshot	*sweep_run(const struct config *, struct setup *,
		    const struct strings *only, const char *cache) MUST_USE;

#endif
