/* SPDX-License-Identifier: ISC */
/* assessment_own.h - shared by assessment.c and its parts. */
#ifndef CWAUDIT_ASSESSMENT_OWN_H
#define CWAUDIT_ASSESSMENT_OWN_H

#include "cwaudit/assessment.h"

/* Sorts; n may be 0. */
void	assessment_sort(void *, size_t n, size_t size,
	    int (*compare)(const void *, const void *));
/* By name, ASCII case folded; NULL: not in it, or left out by a filter. */
struct assessed_host *assessment_host(const struct assessment *,
	    const char *name, size_t len);
/* Once all hosts are there. */
void	assessment_index(struct assessment *);
/* Waivers and tailoring that several hosts share are listed once. */
void	assessment_merge(struct assessment *);
void	assessment_count_mended(struct assessment *);

#endif
