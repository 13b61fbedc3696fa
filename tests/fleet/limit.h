/* SPDX-License-Identifier: ISC */
/* limit.h - as many descriptors as a process may have. */
#ifndef FLEET_LIMIT_H
#define FLEET_LIMIT_H

#include <sys/resource.h>

static inline void
raise_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

#endif
