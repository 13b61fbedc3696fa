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
/* The next id of a chain; moves *s behind it. -1: no more. */
int64_t	assessment_next_id(const char **s);
/* Two int64_t, for a sort. */
int	assessment_compare_ids(const void *, const void *);
/* Whose finding it is: a place in hosts; ASSESSMENT_NONE: of no one host. */
size_t	assessment_host_of(const struct assessment *, const struct finding *);
/* Waivers and tailoring that several hosts share are listed once. */
void	assessment_merge(struct assessment *);
void	assessment_count_mended(struct assessment *);

#endif
