/* SPDX-License-Identifier: ISC */
/* lock.h - one daemon for one state directory. */
#ifndef CWAUDIT_LOCK_H
#define CWAUDIT_LOCK_H

#include "cwaudit/text.h"

/*
 * Takes directory/lock until the process, and what it forks, has ended. The
 * descriptor, or -1: *why names who has it, or what is wrong.
 */
int	lock_take(const char *directory, struct text *why) MUST_USE;
/* Writes the process's number into it, for whoever is refused. */
void	lock_sign(int fd);

#endif
