/* SPDX-License-Identifier: ISC */
/*
 * credentials.h - who we are to a proxy: a file with one line, USER:PASSWORD.
 */
#ifndef CWAUDIT_CREDENTIALS_H
#define CWAUDIT_CREDENTIALS_H

#include <curl/curl.h>

#include "cwaudit/text.h"

/*
 * Reads the file, which nobody but its owner may open, and gives it to a
 * handle that has a proxy. False: *why, without a secret in it.
 */
bool	credentials_set(CURL *, const char *path, struct text *why) MUST_USE;

#endif
