/* SPDX-License-Identifier: ISC */
/* cwaudit.c - the command's main: manners, then the table of commands. */
#include <signal.h>
#include <sys/stat.h>

#include "command/command.h"

int
main(int argc, char **argv)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)umask(0077);
	return command_main(argc, argv);
}
