/* SPDX-License-Identifier: ISC */
/* notify.c - one datagram to the socket that the manager names. */
#include "notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cwaudit/clock.h"

void
notify_send(const char *state)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path != NULL ? strlen(path) : 0;
	int fd;

	if (len < 2 || len >= sizeof(to.sun_path) ||
	    (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@')
		to.sun_path[0] = '\0';		/* an abstract address */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL,
	    (struct sockaddr *)&to,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	(void)close(fd);
}

void
notify_reloading(void)
{
	struct text t = {0};

	text_addf(&t, "RELOADING=1\nMONOTONIC_USEC=%lld000",
	    (long long)clock_mono_ms(&clock_system));
	notify_send(text_str(&t));
	text_done(&t);
}

int64_t
notify_watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	uint64_t us, who;

	if (usec == NULL || !text_number(usec, UINT64_MAX / 2, &us))
		return 0;
	if (pid != NULL && (!text_number(pid, INT32_MAX, &who) ||
	    (pid_t)who != getpid()))
		return 0;
	return (int64_t)(us / 2000);
}
