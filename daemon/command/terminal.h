/* SPDX-License-Identifier: ISC */
/*
 * terminal.h - what all commands share with the person at the terminal: where
 * output goes, how wide it is, which files were meant, and complaints.
 */
#ifndef CWAUDIT_TERMINAL_H
#define CWAUDIT_TERMINAL_H

#include <getopt.h>

#include "setup/config.h"
#include "cwaudit/report.h"

#define CONFIG_DEFAULT	"/etc/cwaudit/cwauditd.yaml"

/* Colours and width of standard output; NO_COLOR and COLUMNS are honoured. */
void	terminal_options(struct report_options *);
/* A report_write_fn whose ctx is a FILE. */
bool	terminal_write(void *file, const char *bytes, size_t len);
/* "table" or "json" into *json; false after a message. */
bool	terminal_choose(const char *, bool *json) MUST_USE;
/* A format of report_formats; false after a message that lists them. */
bool	terminal_format(const char *, const struct report_format **) MUST_USE;
bool	terminal_severity(const char *, enum severity *) MUST_USE; /* likewise */
/* As getopt_long(3), and after a mistake the message says where to look. */
int	terminal_option(int argc, char *const *argv, const char *letters,
	    const struct option *);
/* An argument too many: the message, and the exit status 2. */
int	terminal_extra(const char *command, const char *argument);
void	terminal_problems(struct problems *);	/* to stderr; empties it */
bool	terminal_has_config(void);	/* at its usual place? */
/*
 * -c and -i, either may be NULL: reads the configuration (defaults where there
 * is none) and settles which inventory was meant. False after a message; then
 * config holds nothing.
 */
bool	terminal_config(const char *config_path, const char **inventory_path,
	    struct config *) MUST_USE;

#endif
