/* SPDX-License-Identifier: ISC */
/*
 * command.h - the commands of cwaudit. The table is the master copy: --help
 * is printed from it, the man page is checked against it.
 */
#ifndef CWAUDIT_COMMAND_H
#define CWAUDIT_COMMAND_H

#include <stddef.h>

/* What a command ends with; scripts rely on the numbers. */
enum command_exit {
	EXIT_CLEAN	= 0,	/* nothing at or above --fail-on */
	EXIT_FINDINGS	= 1,
	EXIT_USAGE	= 2,	/* usage, configuration, our own failure */
	EXIT_BLIND	= 3,	/* some endpoints not observed, nothing worse */
};

struct command {
	const char	*name;
	const char	*usage;		/* what follows the name */
	const char	*title;		/* a line */
	const char	*help;		/* options, a line each; NULL: none */
	int		(*run)(int argc, char **argv); /* argv[0] is the name */
};

extern const struct command commands[];
extern const size_t n_commands;

int	command_main(int argc, char **argv);

int	cmd_audit(int argc, char **argv);
int	cmd_check(int argc, char **argv);
int	cmd_init(int argc, char **argv);
int	cmd_inventory(int argc, char **argv);
int	cmd_request(int argc, char **argv);
int	cmd_rules(int argc, char **argv);
int	cmd_explain(int argc, char **argv);
int	cmd_probe(int argc, char **argv);
int	cmd_findings(int argc, char **argv);
int	cmd_status(int argc, char **argv);
int	cmd_run(int argc, char **argv);
int	cmd_accept(int argc, char **argv);
int	cmd_expect(int argc, char **argv);
int	cmd_history(int argc, char **argv);
int	cmd_report(int argc, char **argv);
int	cmd_nagios(int argc, char **argv);
int	cmd_help(int argc, char **argv);
int	cmd_version(int argc, char **argv);

#endif
