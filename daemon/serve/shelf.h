/* SPDX-License-Identifier: ISC */
/*
 * shelf.h - answers that may be asked for again, by their targets. The oldest
 * give way: there are SHELF_SHEETS of SHELF_BYTES at most.
 */
#ifndef CWAUDIT_SHELF_H
#define CWAUDIT_SHELF_H

#include <sys/queue.h>

#include "sheet.h"

#define SHELF_SHEETS	128
#define SHELF_BYTES	(64u << 20)

struct shelved;
TAILQ_HEAD(shelved_list, shelved);

struct shelf {
	struct shelved_list list;	/* the newest first */
	size_t		 n, bytes;
};

void	shelf_init(struct shelf *);
void	shelf_done(struct shelf *);
/* Of this edition and still fresh; borrowed. NULL: none. */
struct sheet *shelf_find(struct shelf *, const char *target, bool open,
	    uint64_t edition, int64_t now_ms);
/* Takes another reference. */
void	shelf_add(struct shelf *, const char *target, bool open,
	    struct sheet *);

#endif
