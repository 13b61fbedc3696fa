/* SPDX-License-Identifier: ISC */
/*
 * route.h - THE TABLE of what is served: a target in, an answer out. What it
 * is made of is handed in and does not change meanwhile.
 */
#ifndef CWAUDIT_ROUTE_H
#define CWAUDIT_ROUTE_H

#include "pulse.h"
#include "setup/setup.h"
#include "sheet.h"
#include "store/store_read.h"

struct route_world {
	const struct assessment *assessment;	/* NULL: none was read yet */
	struct store	*store;		/* of it; NULL likewise */
	const struct setup *setup;
	struct pulse	*pulse;
	unsigned	 max_ports;	/* see struct metrics */
};

#define ROUTE_HTML	"text/html; charset=utf-8"
#define ROUTE_TEXT	"text/plain; charset=utf-8"

/*
 * target: a path and maybe a query, as a client wrote it. open: it takes
 * OpenMetrics. Never NULL; the caller owns it.
 */
struct sheet	*route_answer(const struct route_world *, const char *target,
		    bool open);

#endif
