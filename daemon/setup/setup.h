/* SPDX-License-Identifier: ISC */
/*
 * setup.h - an inventory with the files that it names, read and checked as
 * one: it loads whole or not at all. Immutable, shared by all threads.
 */
#ifndef CWAUDIT_SETUP_H
#define CWAUDIT_SETUP_H

#include "cwaudit/inventory.h"
#include "cwaudit/trust.h"

struct setup_trust { const char *name; char *pem; size_t len; };

struct setup {
	struct inventory   *inventory;
	struct setup_trust *trust;
	size_t		    n_trust;
	unsigned	    refs;	/* atomic */
};

/* NULL after at least one problem. Reads files: not for the conductor. */
struct setup	*setup_load(const char *path, struct problems *) MUST_USE;
/* The inventory alone, trust files unread: to show what it says. */
struct inventory *setup_inventory(const char *path, struct problems *) MUST_USE;
/*
 * The same of an inventory that a command made up: its text. Files that it
 * names are relative to the working directory; it includes none.
 */
#define SETUP_MADE_UP	"command line"
struct setup	*setup_load_text(const char *yaml, struct problems *) MUST_USE;
struct inventory *setup_inventory_text(const char *yaml, struct problems *)
		    MUST_USE;
struct setup	*setup_ref(struct setup *);
void		 setup_unref(struct setup *);		/* NULL is fine */
/* Fills a thread's own trust. What was checked at load cannot fail here. */
struct trust	*setup_trust_new(const struct setup *);

#endif
