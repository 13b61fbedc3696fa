/* SPDX-License-Identifier: ISC */
/*
 * http_client.c - connections, counted and limited in time.
 * evhttp tells nobody of the end of a connection that asked for nothing: its
 * socket is known again by the number of its inode, of which each has another.
 */
#include "http_client.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "cwaudit/clock.h"
#include "cwaudit/mem.h"

struct client {
	LIST_ENTRY(client) entry;
	struct bufferevent *fresh;	/* a reference, until the socket is
					 * known */
	int		 socket;
	ino_t		 inode;
	int64_t		 until_ms;
};

static void
drop(struct clients *clients, struct client *c)
{
	LIST_REMOVE(c, entry);
	clients->n--;
	if (c->fresh != NULL)
		(void)bufferevent_decref(c->fresh);
	free(c);
}

/* False: it is gone. Sockets are closed by the thread that asks this. */
static bool
is_there(const struct client *c)
{
	struct stat st;

	return fstat(c->socket, &st) == 0 && st.st_ino == c->inode;
}

/* evhttp gives the bufferevent its socket only after it was made. */
static void
learn(struct client *c)
{
	struct stat st;

	c->socket = bufferevent_getfd(c->fresh);
	if (fstat(c->socket, &st) == 0)
		c->inode = st.st_ino;
	(void)bufferevent_decref(c->fresh);
	c->fresh = NULL;
}

/* All but the newest, which may have no socket yet. */
static void
prune(struct clients *clients, const struct client *newest)
{
	int64_t now = clock_mono_ms(&clock_system);
	struct client *c, *next;

	for (c = LIST_FIRST(&clients->list); c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		if (c == newest)
			continue;
		if (c->fresh != NULL)
			learn(c);
		if (!is_there(c))
			drop(clients, c);
		else if (now >= c->until_ms)	/* evhttp sees that, and ends */
			(void)shutdown(c->socket, SHUT_RDWR);
	}
}

struct bufferevent *
clients_on_new(struct event_base *base, void *ctx)
{
	struct clients *clients = ctx;
	struct client *c;
	struct bufferevent *b = bufferevent_socket_new(base, -1,
	    BEV_OPT_CLOSE_ON_FREE);

	if (b == NULL)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	c->until_ms = clock_mono_ms(&clock_system) + CLIENT_S * 1000;
	bufferevent_incref(b);
	c->fresh = b;
	LIST_INSERT_HEAD(&clients->list, c, entry);
	if (++clients->n < CLIENTS_MAX)
		return b;
	prune(clients, c);
	if (clients->n >= CLIENTS_MAX)
		(void)evconnlistener_disable(clients->listener);
	return b;
}

void
clients_tick(struct clients *clients)
{
	prune(clients, NULL);
	if (clients->n < CLIENTS_MAX)
		(void)evconnlistener_enable(clients->listener);
}

void
clients_done(struct clients *clients)
{
	while (!LIST_EMPTY(&clients->list))
		drop(clients, LIST_FIRST(&clients->list));
}
