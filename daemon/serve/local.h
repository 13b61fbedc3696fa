/* SPDX-License-Identifier: ISC */
/* local.h - paths of UNIX sockets. */
#ifndef CWAUDIT_LOCAL_H
#define CWAUDIT_LOCAL_H

#include <sys/un.h>

#include "cwaudit/text.h"

/* False: *why: the path is too long. */
bool	local_address(const char *path, struct sockaddr_un *, struct text *why)
	    MUST_USE;
/* Also makes room there: a socket that nobody listens at any more goes. False:
 * somebody does. */
bool	local_claim(const char *path, struct sockaddr_un *, struct text *why)
	    MUST_USE;

#endif
