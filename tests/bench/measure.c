/* SPDX-License-Identifier: ISC */
/*
 * measure FILE COMMAND... - runs a command and writes what it cost: seconds by
 * the wall, of the processor (user and system, its children's too), and the
 * most memory of one process in KiB. Small itself, as what it is counts until
 * the command takes its place. Its status is the command's.
 */
#include <err.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	struct timespec began, ended;
	struct rusage used;
	int status;
	pid_t pid;
	FILE *f;

	if (argc < 3)
		errx(2, "usage: measure FILE COMMAND [ARGUMENT...]");
	clock_gettime(CLOCK_MONOTONIC, &began);
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		err(127, "measure: %s", argv[2]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		err(1, "measure: fork");
	clock_gettime(CLOCK_MONOTONIC, &ended);
	getrusage(RUSAGE_CHILDREN, &used);
	f = fopen(argv[1], "w");
	if (f == NULL || fprintf(f, "%.6f %.6f %.6f %ld\n",
	    (double)(ended.tv_sec - began.tv_sec) +
	    (double)(ended.tv_nsec - began.tv_nsec) / 1e9,
	    seconds(used.ru_utime), seconds(used.ru_stime),
	    used.ru_maxrss) < 0 || fclose(f) != 0)
		err(1, "measure: %s", argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
