/* SPDX-License-Identifier: ISC */
/* log.c - the only file that calls syslog(3). */
#include "log.h"

#include <paths.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "cwaudit/clock.h"

#ifndef _PATH_LOG
#define _PATH_LOG "/dev/log"
#endif

static const struct { int priority; const char *name; } levels[] = {
	[EVENT_DEBUG]		= { LOG_DEBUG, "debug" },
	[EVENT_INFO]		= { LOG_INFO, "info" },
	[EVENT_NOTICE]		= { LOG_NOTICE, "notice" },
	[EVENT_WARNING]		= { LOG_WARNING, "warning" },
	[EVENT_ERROR]		= { LOG_ERR, "error" },
	[EVENT_CRITICAL]	= { LOG_CRIT, "critical" },
};

void
log_open(int facility)
{
	openlog("cwauditd", LOG_PID | LOG_NDELAY, facility);
}

bool
log_ready(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX,
	    .sun_path = _PATH_LOG };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ready;

	if (fd == -1)
		return true;	/* out of descriptors: syslog(3) has its own */
	ready = connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0;
	(void)close(fd);
	return ready;
}

void
log_line(enum event_level level, const char *line)
{
	syslog(levels[level].priority, "%s", line);
}

void
log_echo(enum event_level level, const char *line)
{
	time_t now = (time_t)clock_utc(&clock_system);
	struct tm tm;
	char clock[16] = "";

	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	fprintf(stderr, "%s %-8s %s\n", clock, levels[level].name, line);
}

void
log_close(void)
{
	closelog();
}
