/* SPDX-License-Identifier: ISC */
/*
 * fleet.h - the table made real: leaves minted, ports open.
 * Host n of the table stands at 127.77.0.(n+1), fronts at 127.77.255.(n+1);
 * ports are base + 443 and 444 for HTTPS, base + 61 and 62 for MTLS.
 */
#ifndef FLEET_FLEET_H
#define FLEET_FLEET_H

#include "port.h"

#define FLEET_HTTPS	443
#define FLEET_MTLS	61

struct fleet {
	uint32_t	 net;		/* 127.77.0.0, host order */
	uint16_t	 base;		/* of the port numbers */
	struct port	*ports;		/* HTTPS, MTLS per site; then fronts */
	size_t		 n_ports;
	struct leaf	**leaves;	/* owned */
	size_t		 n_leaves;
	size_t		 cap_leaves;
	unsigned	 reissues;
};

/* Mints everything; no socket yet. */
void	fleet_init(struct fleet *, uint32_t net, uint16_t base);
/*
 * Opens all ports. base 0 was given: the first base of 20000, 21000 ... at
 * which none is taken. 0, or errno.
 */
int	fleet_open(struct fleet *, struct port_world *);
void	fleet_done(struct fleet *);

uint32_t fleet_host_address(const struct fleet *, size_t host);
uint32_t fleet_front_address(const struct fleet *, size_t front);
/* The port of a site; which: 0 HTTPS, 1 MTLS. NULL: no such site. */
struct port *fleet_port(const struct fleet *, size_t host, size_t site,
	    int which);

/*
 * The first host with reissue orders gets its bad one, then the good one, and
 * so on. Returns a line about it for people, in out.
 */
void	fleet_reissue(struct fleet *, struct text *out);

#endif
