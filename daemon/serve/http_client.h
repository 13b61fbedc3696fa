/* SPDX-License-Identifier: ISC */
/*
 * http_client.h - who is connected: evhttp takes whoever comes and keeps him as
 * long as he sends a byte now and then, so connections are counted and their
 * time is limited here. At most CLIENTS_MAX at once, the next wait in the
 * listener's queue; each has CLIENT_S in all, for one request.
 */
#ifndef CWAUDIT_HTTP_CLIENT_H
#define CWAUDIT_HTTP_CLIENT_H

#include <sys/queue.h>

#define CLIENTS_MAX	256
#define CLIENT_S	60	/* for an answer too */
#define CLIENT_SILENT_S	10	/* between two bytes */
#define CLIENTS_TICK_MS	200

struct bufferevent;
struct event_base;
struct evconnlistener;
struct client;

struct clients {
	struct evconnlistener *listener;
	LIST_HEAD(, client) list;
	unsigned	 n;
};

/* A callback of evhttp_set_bevcb; its argument is the clients. */
struct bufferevent *clients_on_new(struct event_base *, void *clients);
/* Ends those whose time is over, and lets others in; every CLIENTS_TICK_MS. */
void	clients_tick(struct clients *);
/* Forgets them; evhttp ends them. */
void	clients_done(struct clients *);

#endif
