/* SPDX-License-Identifier: ISC */
/* ask.h - requests of commands to the running daemon. */
#ifndef CWAUDIT_ASK_H
#define CWAUDIT_ASK_H

#include <jansson.h>

#include "cwaudit/text.h"

/* { "do": what } */
json_t	*ask_request(const char *what);
/*
 * Asks the daemon of a configuration (NULL: the installed one) by its control
 * socket. Steals the request. False: *answer says why, or stderr did.
 */
bool	 ask_daemon(const char *config_path, json_t *request,
	    struct text *answer) MUST_USE;

#endif
