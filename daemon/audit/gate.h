/* SPDX-License-Identifier: ISC */
/*
 * gate.h - how many looks pass at once: to one host, one farm, one network.
 * What finds a gate closed waits there, first come first served, and is handed
 * out when another leaves; it costs nothing meanwhile.
 */
#ifndef CWAUDIT_GATE_H
#define CWAUDIT_GATE_H

#include "spot.h"

struct gate {			/* all zero: nobody is there */
	unsigned	 inside;
	struct spot	*first, *last;	/* who waits; by spot.behind */
};

/* most: 0 is no limit. */
bool		 gate_is_open(const struct gate *, unsigned most);
void		 gate_wait(struct gate *, struct spot *);
/* Takes the first one out that waits; NULL: nobody does. */
struct spot	*gate_call(struct gate *);

/* Gates of networks: 256 addresses of IPv4, a /64 of IPv6. */
struct nets;

struct nets	*nets_new(void);
void		 nets_free(struct nets *);	/* NULL is fine */
/* Stays where it is as long as nets does. NULL: of no family that we know. */
struct gate	*nets_find(struct nets *, const struct sockaddr_storage *);

#endif
