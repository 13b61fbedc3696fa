/* SPDX-License-Identifier: ISC */
/*
 * inventory_parts.h - what the files that read an inventory share.
 * Private to lib/inventory*.c. Everything lives in the inventory's arena.
 */
#ifndef INVENTORY_PARTS_H
#define INVENTORY_PARTS_H

#include "cwaudit/inventory.h"
#include "cwaudit/reader.h"

#define INVENTORY_MAX_SITES	256	/* of one host */
#define INVENTORY_MAX_RULES	500	/* in one `rules` */

struct group {
	const char		*name;
	const struct settings	*settings;
	size_t			 source;	/* number of its file */
	const char		*file;
	int			 line, column;
};

struct waived_site {		/* a waiver's site: looked up once all are read */
	struct waived_site	*next;
	const char		*file, *site;
	int			 line, column;
};

/* reader.context of every reader of an inventory. */
struct inventory_reading {
	const struct inventory_io *io;
	const char		**trust;	/* the names in trust: */
	size_t			 n_trust;
	const struct settings	*defaults;
	struct group		*groups;	/* sorted by name */
	size_t			 n_groups;
	struct waived_site	*waived_sites;
};

struct inventory_own {
	struct arena	  arena;
	unsigned	  refs;			/* atomic */
	const struct host **by_fqdn;
	size_t		  n_hosts;		/* of by_fqdn */
	const struct site **by_name;		/* every site, by its site host */
	size_t		  n_sites;
	size_t		 *first;		/* per host: its first endpoint */
};

/* What nobody said. */
extern const struct settings settings_default;

/* The keys that every level takes. */
extern const struct reader_key settings_keys[];
extern const size_t	 n_settings_keys;

/*
 * A map that takes keys and settings. settings of the level: a copy of parent's
 * with what the map says, or parent itself if it says nothing.
 */
const struct settings *settings_read(struct reader *, const struct node *map,
	    const char *what, const struct reader_table *keys,
	    const struct settings *parent);

/* Rows of settings_keys; field is the struct settings. */
reader_fn tailoring_rules, tailoring_waivers, tailoring_maintenance,
	  tailoring_expiring;

void	 host_read(struct reader *, const struct node *, struct host *);
void	 published_read(struct reader *, const struct node *,
	    struct published *);
void	 group_read(struct reader *, const struct node *, struct group *);

/* Sorted arrays: what the checks and inventory_find look into. */
void	 inventory_sort(struct inventory *);
void	 inventory_check_duplicates(struct inventory *, struct problems *);
void	 inventory_check_waivers(const struct inventory *,
	    const struct inventory_reading *, struct problems *);
/* Farms and endpoints, of an inventory without a problem. */
void	 inventory_index(struct inventory *);

#endif
