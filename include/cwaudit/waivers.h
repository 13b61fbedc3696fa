/* SPDX-License-Identifier: ISC */
/*
 * waivers.h - waivers of the inventory that waived nothing: those past their
 * end, and those whose finding is gone. Both should leave the inventory before
 * they hide something.
 */
#ifndef CWAUDIT_WAIVERS_H
#define CWAUDIT_WAIVERS_H

#include "cwaudit/snapshot.h"

enum waiver_use {
	WAIVER_ENDED,
	WAIVER_UNUSED,		/* its rule was judged and found nothing */
};

struct waiver_review {
	const struct waiver	*waiver;
	enum waiver_use		 use;
	const struct endpoint	*first;		/* the first it speaks for ... */
	size_t			 n;		/* ... of so many */
};

/* Valid during the call alone. */
typedef void waivers_fn(void *ctx, const struct waiver_review *);

/*
 * In the order of the endpoints. A waiver whose rule could not be judged
 * everywhere is not called unused, nor one that is void and said to be so, nor
 * any where only some hosts were asked for.
 */
void	waivers_review(const struct snapshot *, waivers_fn *, void *ctx);

#endif
