/* SPDX-License-Identifier: ISC */
/*
 * fetchd.c - an HTTP server for CRLs and OCSP responses, and for all that one
 * should not do. Listens on one port of 127.0.0.1, 127.0.0.2 and 127.0.0.3.
 * usage: fetchd DIRECTORY: serves its files, writes the port to "port" in it
 * and "METHOD ADDRESS PATH TYPE" of each request to "requests".
 *   /file/NAME  the file          /hop/N/NAME  N redirects, then the file
 *   /ocsp/NAME  the file, POSTed  /loop        a redirect to itself
 *   /away       to 127.0.0.2      /ldap        to another scheme
 *   /huge       17 MiB, announced /endless     without an end, chunked
 *   /slow       no answer         /drip        a byte now and then
 *   anything else: 404
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct server {
	struct event_base *base;
	struct evhttp	*http[3];
	const char	*dir;
	FILE		*log;
	unsigned	 port;
};

struct stream {
	struct evhttp_request *request;
	struct event	*timer;
	size_t		 size;		/* of a piece */
	int		 ms;		/* between them */
};

static const char *const addresses[] = { "127.0.0.1", "127.0.0.2",
    "127.0.0.3" };

static void
redirect(struct evhttp_request *r, const char *to)
{
	evhttp_add_header(evhttp_request_get_output_headers(r), "Location",
	    to);
	evhttp_send_reply(r, 302, "Found", NULL);
}

static void
send_file(struct server *s, struct evhttp_request *r, const char *name)
{
	struct evbuffer *out = evbuffer_new();
	char path[512];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	fd = strchr(name, '/') == NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd == -1 || fstat(fd, &st) != 0 || evbuffer_add_file(out, fd, 0,
	    st.st_size) != 0)
		evhttp_send_error(r, 404, "Not Found");
	else
		evhttp_send_reply(r, 200, "OK", out);
	evbuffer_free(out);
}

static void
on_piece(evutil_socket_t fd, short what, void *ctx)
{
	struct stream *t = ctx;
	struct timeval next = { t->ms / 1000, t->ms % 1000 * 1000 };
	struct evbuffer *out = evbuffer_new();
	static char zeros[65536];

	(void)fd;
	(void)what;
	evbuffer_add(out, zeros, t->size);
	evhttp_send_reply_chunk(t->request, out);
	evbuffer_free(out);
	event_add(t->timer, &next);
}

static void
on_close(struct evhttp_connection *connection, void *ctx)
{
	struct stream *t = ctx;

	(void)connection;
	event_free(t->timer);
	free(t);
}

static void
stream(struct server *s, struct evhttp_request *r, size_t size, int ms)
{
	struct stream *t = calloc(1, sizeof(*t));
	struct timeval now = { 0, 0 };

	*t = (struct stream){ r, evtimer_new(s->base, on_piece, t), size, ms };
	evhttp_connection_set_closecb(evhttp_request_get_connection(r),
	    on_close, t);
	evhttp_send_reply_start(r, 200, "OK");
	event_add(t->timer, &now);
}

static void
send_huge(struct evhttp_request *r)
{
	struct evbuffer *out = evbuffer_new();
	size_t size = 17u << 20;
	char *zeros = calloc(1, size);

	evbuffer_add(out, zeros, size);
	evhttp_send_reply(r, 200, "OK", out);
	evbuffer_free(out);
	free(zeros);
}

static void
hop(struct server *s, struct evhttp_request *r, const char *rest)
{
	char *name, to[256];
	long n = strtol(rest, &name, 10);

	if (n <= 0) {
		send_file(s, r, *name == '/' ? name + 1 : name);
		return;
	}
	snprintf(to, sizeof(to), "/hop/%ld%s", n - 1, name);	/* relative */
	redirect(r, to);
}

static void
answer(struct server *s, struct evhttp_request *r, const char *path)
{
	char to[128];

	snprintf(to, sizeof(to), "http://127.0.0.2:%u/file/ca.crl", s->port);
	if (strncmp(path, "/file/", 6) == 0)
		send_file(s, r, path + 6);
	else if (strncmp(path, "/ocsp/", 6) == 0 &&
	    evhttp_request_get_command(r) == EVHTTP_REQ_POST)
		send_file(s, r, path + 6);
	else if (strncmp(path, "/hop/", 5) == 0)
		hop(s, r, path + 5);
	else if (strcmp(path, "/loop") == 0)
		redirect(r, "/loop");
	else if (strcmp(path, "/away") == 0)
		redirect(r, to);
	else if (strcmp(path, "/ldap") == 0)
		redirect(r, "ldap://127.0.0.2/cn=ca");
	else if (strcmp(path, "/huge") == 0)
		send_huge(r);
	else if (strcmp(path, "/endless") == 0)
		stream(s, r, 65536, 0);
	else if (strcmp(path, "/drip") == 0)
		stream(s, r, 1, 500);
	else if (strcmp(path, "/slow") != 0)
		evhttp_send_error(r, 404, "Not Found");
}

static void
on_request(struct evhttp_request *r, void *ctx)
{
	struct server *s = ctx;
	const char *host = evhttp_request_get_host(r);
	const char *type = evhttp_find_header(
	    evhttp_request_get_input_headers(r), "Content-Type");

	fprintf(s->log, "%s %s %s %s\n", evhttp_request_get_command(r) ==
	    EVHTTP_REQ_POST ? "POST" : "GET", host != NULL ? host : "-",
	    evhttp_request_get_uri(r), type != NULL ? type : "-");
	fflush(s->log);
	answer(s, r, evhttp_request_get_uri(r));
}

/* The first gets a port of the system's, the others the same one. */
static int
listen_on(struct server *s, size_t i)
{
	struct evhttp_bound_socket *bound;
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	s->http[i] = evhttp_new(s->base);
	evhttp_set_gencb(s->http[i], on_request, s);
	bound = evhttp_bind_socket_with_handle(s->http[i], addresses[i],
	    (uint16_t)s->port);
	if (bound == NULL || getsockname(evhttp_bound_socket_get_fd(bound),
	    (struct sockaddr *)&at, &len) != 0)
		return 0;
	s->port = ntohs(at.sin_port);
	return 1;
}

static int
say_port(const struct server *s)
{
	char part[512], path[512];
	FILE *f;

	snprintf(part, sizeof(part), "%s/port.part", s->dir);
	snprintf(path, sizeof(path), "%s/port", s->dir);
	f = fopen(part, "w");
	if (f == NULL)
		return 0;
	fprintf(f, "%u\n", s->port);
	return fclose(f) == 0 && rename(part, path) == 0;
}

int
main(int argc, char **argv)
{
	struct server s = { .base = event_base_new() };
	char path[512];

	if (argc != 2 || s.base == NULL)
		return 2;
	(void)signal(SIGPIPE, SIG_IGN);
	s.dir = argv[1];
	snprintf(path, sizeof(path), "%s/requests", s.dir);
	s.log = fopen(path, "a");
	for (size_t i = 0; i < 3; i++) {
		if (s.log != NULL && listen_on(&s, i))
			continue;
		perror("fetchd");
		return 1;
	}
	if (!say_port(&s))
		return 1;
	event_base_dispatch(s.base);
	return 0;
}
