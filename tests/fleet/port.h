/* SPDX-License-Identifier: ISC */
/*
 * port.h - one listening port of the fleet and what it does to who comes.
 * The port itself is a hundred bytes; all else is made per connection.
 */
#ifndef FLEET_PORT_H
#define FLEET_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "leaf.h"
#include "table.h"

struct port_world;		/* what all ports share: loop, SSL_CTXs */

struct port {
	struct event	 ev;
	struct port_world *world;
	const struct leaf *leaf;	/* what the next client is shown */
	uint32_t	 address;	/* IPv4, host order */
	uint16_t	 number;
	uint8_t		 does;		/* enum does */
	bool		 mtls;
	bool		 open;		/* ev is in the loop */
};

struct port_world *port_world_new(struct event_base *);
void	port_world_free(struct port_world *);	/* closes connections too */

/* Listens. 0, or errno. DOES_REFUSE listens nowhere and is fine. */
int	port_open(struct port *, struct port_world *);
void	port_close(struct port *);

#endif
