/* SPDX-License-Identifier: ISC */
/* installed.h - the certificate that a host has now, as the store last saw it
 * there. */
#ifndef CWAUDIT_INSTALLED_H
#define CWAUDIT_INSTALLED_H

#include "cwaudit/bundle.h"
#include "cwaudit/endpoint.h"

/*
 * what: "HOST" or "HOST:PORT"; role: what the certificate is for, which says
 * at which ports it stands. Adds it, with what was sent beside it, and its
 * place to shown. False after a message: no store, no such host, or ports that
 * present different ones.
 */
bool	installed_read(const char *config_path, const char *what, enum role,
	    struct bundle *, struct strings *shown) MUST_USE;

#endif
