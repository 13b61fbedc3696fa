/* SPDX-License-Identifier: ISC */
/*
 * logsink.c - a syslog socket for tests: binds PATH, appends every datagram as
 * one line "<priority>text" to FILE, ends with its parent or on SIGTERM.
 * A newline inside a datagram is written as "\n" so that a forged line shows.
 * A third argument makes it lag: so many microseconds for each.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char line[65536];
	useconds_t lag = argc == 4 ? (useconds_t)strtoul(argv[3], NULL, 10) : 0;
	FILE *out;
	int fd;

	if (argc < 3 || argc > 4 || strlen(argv[1]) >= sizeof(at.sun_path)) {
		fputs("usage: logsink SOCKET FILE [MICROSECONDS]\n", stderr);
		return 2;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	memcpy(at.sun_path, argv[1], strlen(argv[1]));
	(void)unlink(argv[1]);
	out = fopen(argv[2], "a");
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (out == NULL || fd == -1 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    chmod(argv[1], 0666) != 0) {
		perror("logsink");
		return 1;
	}
	for (;;) {
		ssize_t n = recv(fd, line, sizeof(line), 0);

		for (ssize_t i = 0; i < n; i++) {
			if (line[i] == '\n')
				fputs("\\n", out);
			else if (line[i] != '\0')
				fputc(line[i], out);
		}
		fputc('\n', out);
		(void)fflush(out);
		if (lag > 0)
			(void)usleep(lag);
	}
}
