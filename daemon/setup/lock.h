/* SPDX-License-Identifier: ISC */
/* lock.h - one daemon for one state directory, and for one store. */
#ifndef CWAUDIT_LOCK_H
#define CWAUDIT_LOCK_H

#include "cwaudit/text.h"

/*
 * Takes a file, made where it is missing, until the process, and what it
 * forks, has ended. The descriptor, or -1: *why names who has it (then *taken
 * is true), or what is wrong. what: it guards, "state directory".
 */
int	lock_take(const char *path, const char *what, bool *taken,
	    struct text *why) MUST_USE;
/* Writes the process's number into it, for whoever is refused. */
void	lock_sign(int fd);

#endif
