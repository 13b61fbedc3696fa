/* SPDX-License-Identifier: ISC */
/*
 * log.h - lines to syslog, and in the foreground to stderr as well.
 * Called by the writer thread, and by main before and after it.
 */
#ifndef CWAUDIT_LOG_H
#define CWAUDIT_LOG_H

#include "cwaudit/event.h"

/* facility: LOG_DAEMON ...; stderr also, if foreground. */
void	log_open(int facility, bool foreground);
void	log_line(enum event_level, const char *line);
void	log_close(void);

#endif
