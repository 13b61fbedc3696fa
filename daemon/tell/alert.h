/* SPDX-License-Identifier: ISC */
/*
 * alert.h - what a sink is sent: JSON for a webhook and for Alertmanager, an
 * environment for a command. Values in, text out.
 */
#ifndef CWAUDIT_ALERT_H
#define CWAUDIT_ALERT_H

#include "cwaudit/ledger.h"
#include "setup/config_sink.h"
#include "store/store.h"

/* Is this event for this sink: a finding of its severity or worse, which no
 * bad exchange brought (that one is sent itself)? */
bool	alert_is_for(const struct config_sink *, const struct event *);
/* {"schema":"cwaudit/notify/1","events":[...]}, those that are for it. */
size_t	alert_webhook(const struct config_sink *, const struct outbox_line *,
	    size_t n, struct text *out);
/*
 * The list that /api/v2/alerts takes: what is open, firing until valid_until
 * unless it is sent again, and what has ended, as resolved. How many.
 */
size_t	alert_manager(const struct config_sink *, const struct ledger *,
	    int64_t valid_until, struct text *out);
/* "CWAUDIT_STATE=opened" ...: one for each field of the event. */
void	alert_environment(const struct outbox_line *, struct strings *out);

#endif
