/* SPDX-License-Identifier: ISC */
/* log.c - the only file that calls syslog(3). */
#include "log.h"

#include <stdio.h>
#include <syslog.h>

static const int priorities[] = {
	[EVENT_DEBUG]		= LOG_DEBUG,
	[EVENT_INFO]		= LOG_INFO,
	[EVENT_NOTICE]		= LOG_NOTICE,
	[EVENT_WARNING]		= LOG_WARNING,
	[EVENT_ERROR]		= LOG_ERR,
	[EVENT_CRITICAL]	= LOG_CRIT,
};

void
log_open(int facility, bool foreground)
{
	openlog("cwauditd", LOG_PID | LOG_NDELAY | (foreground ? LOG_PERROR :
	    0), facility);
}

void
log_line(enum event_level level, const char *line)
{
	syslog(priorities[level], "%s", line);
}

void
log_close(void)
{
	closelog();
}
