/* SPDX-License-Identifier: ISC */
/* control.c - requests of people, a line each. */
#include "control.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/buffer.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cwaudit/mem.h"
#include "local.h"

#define CLIENTS_MAX	16
#define CLIENT_S	5
#define ASK_S		10

struct client {
	LIST_ENTRY(client) entry;
	struct control	*control;
	struct bufferevent *io;
	uid_t		 by;
	bool		 answered;
};

struct control {
	struct evconnlistener *listener;
	char		*path;
	control_fn	*fn;
	void		*ctx;
	LIST_HEAD(, client) clients;
	unsigned	 n;
};

static void
drop(struct client *c)
{
	LIST_REMOVE(c, entry);
	c->control->n--;
	bufferevent_free(c->io);
	free(c);
}

static void
answer(struct client *c, const char *line)
{
	json_error_t where;
	json_t *request = json_loads(line, JSON_REJECT_DUPLICATES, &where);
	json_t *out = json_object();
	struct text said = {0};
	bool ok = false;
	char *s;

	if (json_is_object(request))
		ok = c->control->fn(c->control->ctx, request, c->by, &said);
	else
		text_add(&said, "the request is no JSON object");
	(void)json_object_set_new(out, "ok", json_boolean(ok));
	(void)json_object_set_new(out, "msg", json_string(text_str(&said)));
	s = json_dumps(out, JSON_COMPACT);
	(void)bufferevent_write(c->io, s, strlen(s));
	(void)bufferevent_write(c->io, "\n", 1);
	c->answered = true;
	free(s);
	json_decref(out);
	json_decref(request);
	text_done(&said);
}

static void
on_read(struct bufferevent *io, void *ctx)
{
	struct client *c = ctx;
	struct evbuffer *in = bufferevent_get_input(io);
	char *line = c->answered ? NULL : evbuffer_readln(in, NULL,
	    EVBUFFER_EOL_LF);

	if (line != NULL)
		answer(c, line);
	else if (evbuffer_get_length(in) >= CONTROL_MAX)
		drop(c);
	free(line);
}

static void
on_write(struct bufferevent *io, void *ctx)
{
	(void)io;
	if (((struct client *)ctx)->answered)
		drop(ctx);
}

static void
on_end(struct bufferevent *io, short what, void *ctx)
{
	(void)io;
	(void)what;
	drop(ctx);
}

static bool
is_allowed(int fd, uid_t *by)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return false;
	*by = peer.uid;
	return peer.uid == 0 || peer.uid == geteuid();
}

static void
on_client(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *from, int len, void *ctx)
{
	const struct timeval limit = { CLIENT_S, 0 };
	struct control *control = ctx;
	struct client *c;
	uid_t by;

	(void)from;
	(void)len;
	if (control->n == CLIENTS_MAX || !is_allowed(fd, &by)) {
		(void)close(fd);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->control = control;
	c->by = by;
	c->io = bufferevent_socket_new(evconnlistener_get_base(listener), fd,
	    BEV_OPT_CLOSE_ON_FREE);
	if (c->io == NULL) {
		(void)close(fd);
		free(c);
		return;
	}
	LIST_INSERT_HEAD(&control->clients, c, entry);
	control->n++;
	bufferevent_setcb(c->io, on_read, on_write, on_end, c);
	bufferevent_setwatermark(c->io, EV_READ, 0, CONTROL_MAX);
	(void)bufferevent_set_timeouts(c->io, &limit, &limit);
	(void)bufferevent_enable(c->io, EV_READ | EV_WRITE);
}

struct control *
control_new(struct event_base *base, const char *path, control_fn *fn,
    void *ctx, struct text *why)
{
	struct control *c = xcalloc(1, sizeof(*c));
	struct sockaddr_un at;

	c->path = xstrdup(path);
	c->fn = fn;
	c->ctx = ctx;
	LIST_INIT(&c->clients);
	if (!local_claim(path, &at, why)) {
		control_free(c);
		return NULL;
	}
	c->listener = evconnlistener_new_bind(base, on_client, c,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, CLIENTS_MAX,
	    (const struct sockaddr *)&at, sizeof(at));
	if (c->listener != NULL && chmod(path, 0600) == 0)
		return c;
	text_addf(why, "%s: %s", path, strerror(errno));
	control_free(c);
	return NULL;
}

void
control_free(struct control *c)
{
	struct client *client;

	if (c == NULL)
		return;
	while ((client = LIST_FIRST(&c->clients)) != NULL)
		drop(client);
	if (c->listener != NULL) {
		evconnlistener_free(c->listener);
		(void)unlink(c->path);
	}
	free(c->path);
	free(c);
}

/* ---- the other end ---- */

static bool
send_line(int fd, const char *line)
{
	size_t len = strlen(line);

	return send(fd, line, len, MSG_NOSIGNAL) == (ssize_t)len &&
	    send(fd, "\n", 1, MSG_NOSIGNAL) == 1;
}

static bool
read_answer(int fd, struct text *answer)
{
	struct text line = {0};
	json_t *said;
	char buf[1024];
	ssize_t n;
	bool ok;

	while (line.len < CONTROL_MAX &&
	    (n = recv(fd, buf, sizeof(buf), 0)) > 0)
		text_add_bytes(&line, buf, (size_t)n);
	said = json_loads(text_str(&line), 0, NULL);
	ok = json_is_true(json_object_get(said, "ok"));
	if (json_is_string(json_object_get(said, "msg")))
		text_add(answer, json_string_value(json_object_get(said,
		    "msg")));
	else
		text_add(answer, "the daemon did not answer; only root and "
		    "its own user are heard");
	json_decref(said);
	text_done(&line);
	return ok;
}

bool
control_ask(const char *path, json_t *request, struct text *answer)
{
	const struct timeval limit = { ASK_S, 0 };
	char *line = json_dumps(request, JSON_COMPACT);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un at;
	bool ok = false;

	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
	    sizeof(limit)) != 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO,
	    &limit, sizeof(limit)) != 0)
		text_addf(answer, "a socket: %s", strerror(errno));
	else if (!local_address(path, &at, answer))
		ok = false;		/* it said why */
	else if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
		text_addf(answer, "%s: %s (does cwauditd run?)", path,
		    strerror(errno));
	else if (!send_line(fd, line))
		text_addf(answer, "%s: %s", path, strerror(errno));
	else
		ok = read_answer(fd, answer);
	if (fd != -1)
		(void)close(fd);
	free(line);
	json_decref(request);
	return ok;
}
