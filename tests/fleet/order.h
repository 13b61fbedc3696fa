/* SPDX-License-Identifier: ISC */
/* order.h - the words of an order, read. See leaf.h for the words. */
#ifndef FLEET_ORDER_H
#define FLEET_ORDER_H

#include "cwaudit/text.h"

#define ORDER_NAMES	16

struct order_name {
	int		 kind;		/* 'c'n, 'd'ns, 'u'ri, 'i'p */
	struct text	 value;		/* any bytes */
};

struct order {
	struct order_name name[ORDER_NAMES];
	size_t		 n_names;
	int		 from_days, to_days;
	int		 version;
	char		 key[16], sign[16], issuer[16], eku[16], usage[64];
	char		 chain[16], san[16];
	bool		 cdp, ca;
};

/* Ends the process on a word it does not know. */
void	order_init(struct order *, const char *words, const char *host,
	    const char *site);
void	order_done(struct order *);

#endif
