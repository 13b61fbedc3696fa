/* SPDX-License-Identifier: ISC */
/* lock.c - a file that is locked, and says by whom. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void
name_owner(int fd, const char *path, const char *what, struct text *why)
{
	char pid[16] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	text_addf(why, "%s: another cwauditd", path);
	if (n > 0 && strspn(pid, "0123456789") > 0)
		text_addf(why, ", process %.*s,",
		    (int)strspn(pid, "0123456789"), pid);
	text_addf(why, " is at work for this %s", what);
}

int
lock_take(const char *path, const char *what, bool *taken, struct text *why)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	*taken = false;
	if (fd == -1) {
		text_addf(why, "%s: %s", path, strerror(errno));
	} else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		*taken = true;
		name_owner(fd, path, what, why);
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

void
lock_sign(int fd)
{
	char pid[16];
	int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n)
		return;		/* the lock holds without its number */
}
