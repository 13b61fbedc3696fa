/* SPDX-License-Identifier: ISC */
/*
 * notify.h - the service manager's notification socket (sd_notify(3)), in as
 * many lines as systemd itself advises. Without the manager all is a no-op.
 */
#ifndef CWAUDIT_NOTIFY_H
#define CWAUDIT_NOTIFY_H

#include <stdint.h>

/* "READY=1", "STOPPING=1", "RELOADING=1\nMONOTONIC_USEC=...", "WATCHDOG=1". */
void	notify_send(const char *state);
/* READY again after a reload; says when it began, as Type=notify-reload asks. */
void	notify_reloading(void);
/* How often WATCHDOG=1 is due, in milliseconds; 0: not watched. */
int64_t	notify_watchdog_ms(void);

#endif
