/* SPDX-License-Identifier: ISC */
/*
 * http_client.c - connections, counted and limited in time.
 * evhttp tells nobody of the end of a connection that asked for nothing, but it
 * takes its callbacks away from a bufferevent that it frees. A reference keeps
 * that, and its socket, until it is seen here; the client has seen the end of
 * the connection by then.
 */
#include "http_client.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "cwaudit/clock.h"
#include "cwaudit/mem.h"

struct client {
	LIST_ENTRY(client) entry;
	struct bufferevent *io;		/* a reference */
	int64_t		 until_ms;
};

static void
drop(struct clients *clients, struct client *c)
{
	LIST_REMOVE(c, entry);
	clients->n--;
	(void)bufferevent_decref(c->io);
	free(c);
}

static bool
is_freed(const struct client *c)
{
	bufferevent_data_cb on_read, on_write;
	bufferevent_event_cb on_event;
	void *ctx;

	bufferevent_getcb(c->io, &on_read, &on_write, &on_event, &ctx);
	return on_read == NULL && on_write == NULL && on_event == NULL;
}

static void
prune(struct clients *clients)
{
	int64_t now = clock_mono_ms(&clock_system);
	struct client *c, *next;

	for (c = LIST_FIRST(&clients->list); c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		if (is_freed(c))
			drop(clients, c);
		else if (now >= c->until_ms)	/* evhttp sees that, and ends */
			(void)shutdown(bufferevent_getfd(c->io), SHUT_RDWR);
	}
}

struct bufferevent *
clients_on_new(struct event_base *base, void *ctx)
{
	struct clients *clients = ctx;
	struct client *c;
	struct bufferevent *io = bufferevent_socket_new(base, -1,
	    BEV_OPT_CLOSE_ON_FREE);

	if (io == NULL)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	c->until_ms = clock_mono_ms(&clock_system) + CLIENT_S * 1000;
	bufferevent_incref(io);
	c->io = io;
	if (clients->n + 1 >= CLIENTS_MAX)
		prune(clients);
	/* now: this one has no callbacks yet */
	LIST_INSERT_HEAD(&clients->list, c, entry);
	if (++clients->n >= CLIENTS_MAX)
		(void)evconnlistener_disable(clients->listener);
	return io;
}

void
clients_tick(struct clients *clients)
{
	prune(clients);
	if (clients->n < CLIENTS_MAX)
		(void)evconnlistener_enable(clients->listener);
}

void
clients_done(struct clients *clients)
{
	while (!LIST_EMPTY(&clients->list))
		drop(clients, LIST_FIRST(&clients->list));
}
