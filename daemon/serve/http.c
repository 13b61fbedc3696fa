/* SPDX-License-Identifier: ISC */
/* http.c - requests of HTTP, and answers to them. */
#include "http.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cwaudit/mem.h"
#include "cwaudit/sha256.h"
#include "cwaudit/web.h"
#include "http_answer.h"
#include "http_client.h"
#include "local.h"
#include "shelf.h"
#include "setup/thread.h"

#define HEADERS_MAX	8192	/* bytes, the request line included */
#define BODY_MAX	1024	/* of a request; none is wanted */
#define NICE		5	/* looks come first, pages last */

/* Somebody who waits for the press. */
struct waiting {
	STAILQ_ENTRY(waiting) entry;
	struct evhttp_request *request;
};

/* A target that the press is at, and who wants it. */
struct wanted {
	LIST_ENTRY(wanted) entry;
	struct press_order *order;	/* the press has it; to compare with */
	char		*target;
	bool		 open;
	STAILQ_HEAD(, waiting) readers;
};

struct http {
	pthread_t	 thread;
	bool		 started;
	struct event_base *base;
	struct evhttp	*evhttp;
	struct event	*tick, *printed, *end;
	int		 stop[2];	/* a pipe */
	struct press	*press;
	struct pulse	*pulse;		/* borrowed */
	char		*path;		/* of a UNIX socket; NULL */
	struct strings	 hosts;		/* empty: any */
	char		*policy;	/* Content-Security-Policy */
	struct clients	 clients;
	struct shelf	 shelf;
	LIST_HEAD(, wanted) wanted;
	unsigned	 n_wanted;
};

/* ---- what the press makes ---- */

static struct wanted *
find_wanted(struct http *h, const char *target, bool open)
{
	struct wanted *w;

	LIST_FOREACH(w, &h->wanted, entry)
		if (w->open == open && strcmp(w->target, target) == 0)
			return w;
	return NULL;
}

static void
drop_wanted(struct http *h, struct wanted *w)
{
	LIST_REMOVE(w, entry);
	h->n_wanted--;
	free(w->target);
	free(w);
}

/* NULL: the press has enough to do. */
static struct wanted *
order(struct http *h, const char *target, bool open)
{
	struct press_order *o;
	struct wanted *w;

	if (h->n_wanted == PRESS_ORDERS)
		return NULL;
	o = xcalloc(1, sizeof(*o));
	o->target = xstrdup(target);
	o->open = open;
	if (!press_take(h->press, o)) {
		press_order_free(o);
		return NULL;
	}
	w = xcalloc(1, sizeof(*w));
	w->order = o;
	w->target = xstrdup(target);
	w->open = open;
	STAILQ_INIT(&w->readers);
	LIST_INSERT_HEAD(&h->wanted, w, entry);
	h->n_wanted++;
	return w;
}

/* sheet NULL: there will be none. Of readers that have left evhttp knows. */
static void
serve_readers(struct http *h, struct wanted *w, struct sheet *sheet)
{
	struct waiting *one;

	while ((one = STAILQ_FIRST(&w->readers)) != NULL) {
		STAILQ_REMOVE_HEAD(&w->readers, entry);
		if (sheet != NULL)
			answer_sheet(one->request, h->policy, sheet);
		else
			answer_plain(one->request, h->policy, HTTP_SERVUNAVAIL,
			    "the auditor ends\n");
		free(one);
	}
}

static void
take_printed(struct http *h)
{
	struct press_order *o;
	struct wanted *w;

	while ((o = queue_take(press_done(h->press))) != NULL) {
		LIST_FOREACH(w, &h->wanted, entry)
			if (w->order == o)
				break;
		if (o->answer->status == HTTP_OK)
			shelf_add(&h->shelf, o->target, o->open, o->answer);
		if (w != NULL) {
			serve_readers(h, w, o->answer);
			drop_wanted(h, w);
		}
		press_order_free(o);
	}
}

static void
want(struct http *h, struct evhttp_request *r, const char *target, bool open)
{
	struct wanted *w = find_wanted(h, target, open);
	struct waiting *one;

	if (w == NULL)
		w = order(h, target, open);
	if (w == NULL) {
		answer_add_header(r, "Retry-After", "2");
		answer_plain(r, h->policy, HTTP_SERVUNAVAIL, "too many "
		    "different pages are asked for at once; try again\n");
		return;
	}
	one = xcalloc(1, sizeof(*one));
	one->request = r;
	STAILQ_INSERT_TAIL(&w->readers, one, entry);
}

/* ---- requests ---- */

/* Names that lead here by a trick of a DNS server's are not on the list. */
static bool
is_our_name(const struct http *h, struct evhttp_request *r)
{
	const char *host = evhttp_request_get_host(r);
	size_t len = host != NULL ? strlen(host) : 0;
	struct text name = {0};
	bool ours;

	if (h->hosts.n == 0)
		return true;
	if (len > 2 && host[0] == '[' && host[len - 1] == ']')
		text_add_bytes(&name, host + 1, len - 2);
	else if (len > 0)
		text_add_bytes(&name, host, len);
	ours = strings_has(&h->hosts, text_str(&name));
	text_done(&name);
	return ours;
}

/* Path and query, also of one who writes the whole URL (RFC 9112 section
 * 3.2.2). */
static void
add_target(struct evhttp_request *r, struct text *out)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(r);
	const char *path = evhttp_uri_get_path(uri);
	const char *query = evhttp_uri_get_query(uri);

	text_add(out, path != NULL && *path != '\0' ? path : "/");
	if (query != NULL)
		text_addf(out, "?%s", query);
}

static void
serve_health(struct http *h, struct evhttp_request *r)
{
	struct text why = {0};
	bool well = pulse_healthy(h->pulse, &why);

	answer_plain(r, h->policy, well ? HTTP_OK : HTTP_SERVUNAVAIL,
	    well ? "ok\n" : text_str(&why));
	text_done(&why);
}

static void
serve_sheet(struct http *h, struct evhttp_request *r, const char *target,
    bool open)
{
	struct sheet *ready = shelf_find(&h->shelf, target, open,
	    press_edition(h->press), clock_mono_ms(&clock_system));

	if (ready != NULL)
		answer_sheet(r, h->policy, ready);
	else
		want(h, r, target, open);
}

static void
serve(struct http *h, struct evhttp_request *r)
{
	enum evhttp_cmd_type command = evhttp_request_get_command(r);
	bool open = strstr(answer_asked(r, "Accept"),
	    "application/openmetrics-text") != NULL;
	struct text target = {0};

	add_target(r, &target);
	if (!is_our_name(h, r)) {
		answer_plain(r, h->policy, 421, "this name is not on the list "
		    "of this auditor: see http.hosts in cwauditd.yaml\n");
	} else if (command != EVHTTP_REQ_GET && command != EVHTTP_REQ_HEAD) {
		answer_add_header(r, "Allow", "GET, HEAD");
		answer_plain(r, h->policy, HTTP_BADMETHOD,
		    "it can be read, and no more\n");
	} else if (text_str(&target)[0] != '/') {
		answer_plain(r, h->policy, HTTP_BADREQUEST,
		    "that is no path\n");
	} else if (strcmp(text_str(&target), "/healthz") == 0) {
		serve_health(h, r);
	} else {
		serve_sheet(h, r, text_str(&target), open);
	}
	text_done(&target);
}

static void
on_request(struct evhttp_request *r, void *ctx)
{
	serve(ctx, r);
}

static void
on_printed(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	take_printed(ctx);
}

static void
on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	clients_tick(&((struct http *)ctx)->clients);
}

static void
on_end(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	(void)event_base_loopbreak(((struct http *)ctx)->base);
}

static void *
run(void *ctx)
{
	struct http *h = ctx;

	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	(void)event_base_dispatch(h->base);
	return NULL;
}

/* ---- start and stop ---- */

/* The style of each page is one text, and no other is taken. */
static char *
make_policy(void)
{
	uint8_t sha256[SHA256_SIZE], base64[64];
	const char *style = web_style();
	struct text t = {0};

	sha256_of(style, strlen(style), sha256);
	(void)EVP_EncodeBlock(base64, sha256, SHA256_SIZE);
	text_addf(&t, "default-src 'none'; script-src 'self'; img-src 'self'; "
	    "style-src 'sha256-%s'; form-action 'self'; base-uri 'none'; "
	    "frame-ancestors 'none'", base64);
	return text_take(&t);
}

static void
set_hosts(struct http *h, const struct config *c)
{
	char name[64];

	if (c->http_listen.path != NULL)
		return;		/* nobody gets there by a name */
	strings_copy(&h->hosts, &c->http_hosts);
	strings_add_unique(&h->hosts, "localhost");
	strings_add_unique(&h->hosts, "127.0.0.1");
	strings_add_unique(&h->hosts, "::1");
	if (getnameinfo((const struct sockaddr *)&c->http_listen.address,
	    (socklen_t)c->http_listen.len, name, sizeof(name), NULL, 0,
	    NI_NUMERICHOST) == 0)
		strings_add_unique(&h->hosts, name);
}

static struct evconnlistener *
listen_at(struct http *h, const struct config_listen *at, struct text *why)
{
	const unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC;
	struct evconnlistener *l;
	struct sockaddr_un path = { .sun_family = AF_UNIX };

	if (at->path == NULL) {
		l = evconnlistener_new_bind(h->base, NULL, NULL, flags |
		    LEV_OPT_REUSEABLE, -1, (const struct sockaddr *)
		    &at->address, at->len);
	} else {
		l = NULL;
		if (!local_claim(at->path, &path, why))
			return NULL;
		l = evconnlistener_new_bind(h->base, NULL, NULL, flags, -1,
		    (const struct sockaddr *)&path, sizeof(path));
		if (l != NULL) {
			h->path = xstrdup(at->path);
			(void)chmod(at->path, 0660);	/* for its group */
		}
	}
	if (l == NULL)
		text_addf(why, "%s: %s", at->path != NULL ? at->path :
		    at->place, strerror(errno));
	return l;
}

static bool
start_evhttp(struct http *h, const struct config *c, struct text *why)
{
	struct evconnlistener *l;

	h->base = event_base_new();
	h->evhttp = h->base != NULL ? evhttp_new(h->base) : NULL;
	if (h->evhttp == NULL) {
		text_add(why, "no server could be made");
		return false;
	}
	evhttp_set_max_headers_size(h->evhttp, HEADERS_MAX);
	evhttp_set_max_body_size(h->evhttp, BODY_MAX);
	evhttp_set_timeout(h->evhttp, CLIENT_SILENT_S);
	/* others than the first two get an answer too: no */
	evhttp_set_allowed_methods(h->evhttp, EVHTTP_REQ_GET |
	    EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
	    EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH);
	evhttp_set_gencb(h->evhttp, on_request, h);
	evhttp_set_bevcb(h->evhttp, clients_on_new, &h->clients);
	l = listen_at(h, &c->http_listen, why);
	if (l == NULL)
		return false;
	h->clients.listener = l;
	if (evhttp_bind_listener(h->evhttp, l) != NULL)
		return true;
	evconnlistener_free(l);
	text_add(why, "no server could be made");
	return false;
}

static bool
add_events(struct http *h, struct text *why)
{
	const struct timeval tick = { 0, CLIENTS_TICK_MS * 1000 };

	h->tick = event_new(h->base, -1, EV_PERSIST, on_tick, h);
	h->printed = event_new(h->base, queue_fd(press_done(h->press)),
	    EV_READ | EV_PERSIST, on_printed, h);
	if (pipe2(h->stop, O_CLOEXEC) == 0)
		h->end = event_new(h->base, h->stop[0], EV_READ, on_end, h);
	if (h->tick != NULL && h->printed != NULL && h->end != NULL &&
	    event_add(h->tick, &tick) == 0 &&
	    event_add(h->printed, NULL) == 0 && event_add(h->end, NULL) == 0)
		return true;
	text_add(why, "no event could be added to its loop");
	return false;
}

static bool
start(struct http *h, const struct config *c, struct setup *setup,
    struct text *why)
{
	const struct press_options po = { .store = c->store, .setup = setup,
	    .pulse = h->pulse, .max_ports = c->metrics_max_endpoints };

	if (!start_evhttp(h, c, why))
		return false;
	h->press = press_new(&po, why);
	if (h->press == NULL || !add_events(h, why))
		return false;
	h->started = thread_start(&h->thread, "http", run, h);
	if (!h->started)
		text_add(why, "its thread could not be started");
	return h->started;
}

struct http *
http_new(const struct config *c, struct setup *setup, struct pulse *pulse,
    struct text *why)
{
	struct http *h = xcalloc(1, sizeof(*h));

	h->pulse = pulse;
	h->stop[0] = h->stop[1] = -1;
	LIST_INIT(&h->wanted);
	LIST_INIT(&h->clients.list);
	shelf_init(&h->shelf);
	set_hosts(h, c);
	h->policy = make_policy();
	if (start(h, c, setup, why))
		return h;
	http_free(h);
	return NULL;
}

/* The mirror of start. */
void
http_free(struct http *h)
{
	struct event *events[3];
	struct wanted *w;

	if (h == NULL)
		return;
	if (h->started) {
		(void)!write(h->stop[1], "", 1);
		(void)pthread_join(h->thread, NULL);
	}
	events[0] = h->tick;
	events[1] = h->printed;
	events[2] = h->end;
	for (int i = 0; i < 3; i++)
		if (events[i] != NULL)
			event_free(events[i]);
	for (int i = 0; i < 2; i++)
		if (h->stop[i] != -1)
			(void)close(h->stop[i]);
	while ((w = LIST_FIRST(&h->wanted)) != NULL) {
		serve_readers(h, w, NULL);
		drop_wanted(h, w);
	}
	press_free(h->press);
	clients_done(&h->clients);
	if (h->evhttp != NULL)
		evhttp_free(h->evhttp);
	if (h->base != NULL)
		event_base_free(h->base);
	if (h->path != NULL)
		(void)unlink(h->path);
	shelf_done(&h->shelf);
	strings_done(&h->hosts);
	free(h->policy);
	free(h->path);
	free(h);
}

void
http_set_setup(struct http *h, struct setup *setup)
{
	press_set_setup(h->press, setup);
}
