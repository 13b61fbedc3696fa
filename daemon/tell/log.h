/* SPDX-License-Identifier: ISC */
/*
 * log.h - lines to syslog, and in the foreground to stderr as well.
 * Called by the writer thread, and by main before and after it.
 */
#ifndef CWAUDIT_LOG_H
#define CWAUDIT_LOG_H

#include "cwaudit/event.h"

void	log_open(int facility);		/* LOG_DAEMON ... */
/*
 * Does anybody listen at /dev/log? syslog(3) does not say whether it was
 * heard, so this is asked before each line; what is said in the instant in
 * which a listener ends is lost.
 */
bool	log_ready(void);
/* May block while the listener is there and takes nothing. */
void	log_line(enum event_level, const char *line);
/* To stderr, for people: the local time, the level, the line. */
void	log_echo(enum event_level, const char *line);
void	log_close(void);

#endif
