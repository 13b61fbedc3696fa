/* SPDX-License-Identifier: ISC */
/*
 * route_host.h - the page of one host, made of what the store last saw there
 * and what the inventory expects now. No look is made, nobody is asked.
 */
#ifndef CWAUDIT_ROUTE_HOST_H
#define CWAUDIT_ROUTE_HOST_H

#include "cwaudit/report_web.h"
#include "setup/setup.h"
#include "store/store_read.h"

/* name: FQDN or published URL. False: the assessment has no such host, or its
 * history can't be read. */
bool	route_host(const struct assessment *, struct store *,
	    const struct setup *, const char *name, report_write_fn *,
	    void *ctx) MUST_USE;

#endif
