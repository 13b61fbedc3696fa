/* SPDX-License-Identifier: ISC */
/*
 * rule_slot.h - which slot a port belongs to, and what its ports say together.
 * Private to rule_*.c.
 */
#ifndef RULE_SLOT_H
#define RULE_SLOT_H

#include "cwaudit/rule.h"

/*
 * The id of what a rule says of the slot that a port belongs to, judged by
 * that role; a listener rule's is of the port alone.
 */
void	rule_slot_id(const struct endpoint *, enum role, const struct rule *,
	    char id[FINDING_ID]);
/* Those that the ports of the subject's slot share, else the host's. */
const struct settings *rule_slot_settings(const struct host_view *,
	    const struct subject *);
/*
 * Results of one host, each speaking for itself: of those with one id all but
 * the worst fall silent. What reads alike on every port of a slot is said
 * once; where the answers differ the worst is said, with its ports.
 */
void	rule_join(struct result *, size_t n);

#endif
