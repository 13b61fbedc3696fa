/* SPDX-License-Identifier: ISC */
/* resolve.c - c-ares asks for sockets; libevent has them, and a tick. */
#include "resolve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <ares.h>
#include <event2/event.h>

#include "cwaudit/clock.h"
#include "cwaudit/endpoint.h"
#include "cwaudit/mem.h"

#define TRIES	2
#define TICK_MS	100	/* c-ares looks for what timed out */

/* A socket of c-ares that it wants to hear of. */
struct watch {
	struct watch		*next;
	struct resolver		*resolver;
	ares_socket_t		 fd;
	struct event		*event;
};

struct resolver {
	struct event_base	*base;
	ares_channel		 channel;
	bool			 have_channel;
	struct resolve_cache	*cache;
	struct watch		*watches;
	struct event		*tick;
	size_t			 pending;
	bool			 ending;	/* answers go nowhere */
};

struct question {
	struct resolver		*resolver;
	resolve_done_fn		*done;		/* NULL once it was called */
	void			*ctx;
	struct event		*deadline;	/* NULL: none */
	char			*name;
	int			 families;
};

static const struct {
	int		 status;
	const char	*words;
	bool		 failed;	/* nobody answered */
} statuses[] = {
	{ ARES_ENOTFOUND, "no such name", false },
	{ ARES_ENODATA, "the name has no address", false },
	{ ARES_EBADNAME, "not a name", false },
	{ ARES_ESERVFAIL, "the name server failed", true },
	{ ARES_EREFUSED, "the name server refused to answer", true },
	{ ARES_ETIMEOUT, "no answer from any name server", true },
	/* also where each answered SERVFAIL */
	{ ARES_ECONNREFUSED, "no name server could answer", true },
	{ ARES_EBADRESP, "the name server's answer is broken", true },
	{ ARES_EFORMERR, "the name server did not understand", true },
	{ ARES_ENOTIMP, "the name server does not do that", true },
};

static void
read_socket(struct resolver *r, ares_socket_t fd, short what)
{
	ares_process_fd(r->channel,
	    (what & EV_READ) != 0 ? fd : ARES_SOCKET_BAD,
	    (what & EV_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
}

static void
on_socket(evutil_socket_t fd, short what, void *ctx)
{
	read_socket(ctx, fd, what);
}

static void
start_tick(struct resolver *r)
{
	struct timeval tv = { 0, TICK_MS * 1000 };

	if (r->pending > 0 && !evtimer_pending(r->tick, NULL))
		evtimer_add(r->tick, &tv);
}

/* ares_timeout() walks every question; a tick costs the same for any number. */
static void
on_tick(evutil_socket_t fd, short what, void *ctx)
{
	struct resolver *r = ctx;

	(void)fd;
	(void)what;
	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	start_tick(r);
}

static void
drop_watch(struct watch **at)
{
	struct watch *w = *at;

	*at = w->next;
	event_free(w->event);
	free(w);
}

static void
watch_socket(struct resolver *r, ares_socket_t fd, short events)
{
	struct watch **at = &r->watches;
	struct watch *w;

	while (*at != NULL && (*at)->fd != fd)
		at = &(*at)->next;
	if (*at != NULL)
		drop_watch(at);
	if (events == 0)
		return;
	w = xcalloc(1, sizeof(*w));
	w->fd = fd;
	w->event = event_new(r->base, fd, (short)(events | EV_PERSIST),
	    on_socket, r);
	if (w->event == NULL || event_add(w->event, NULL) != 0) {
		if (w->event != NULL)
			event_free(w->event);
		free(w);	/* the question times out */
		return;
	}
	w->next = r->watches;
	r->watches = w;
}

static void
on_state(void *ctx, ares_socket_t fd, int readable, int writable)
{
	watch_socket(ctx, fd, (short)((readable ? EV_READ : 0) |
	    (writable ? EV_WRITE : 0)));
}

static bool
make_channel(struct resolver *r, const struct strings *servers,
    int64_t timeout_ms, struct text *why)
{
	static char lookups[] = "fb";	/* files before DNS */
	struct ares_options options = {
		.timeout = (int)(timeout_ms > 0 ? timeout_ms : 2000),
		.tries = TRIES,
		.lookups = lookups,
		.sock_state_cb = on_state,
		.sock_state_cb_data = r,
		.ndomains = 0,		/* nothing is appended */
	};
	struct text list = {0};
	int status = ares_init_options(&r->channel, &options,
	    ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
	    ARES_OPT_SOCK_STATE_CB | ARES_OPT_DOMAINS);

	r->have_channel = status == ARES_SUCCESS;
	if (r->have_channel && servers != NULL && servers->n > 0) {
		strings_join(servers, ",", &list);
		status = ares_set_servers_ports_csv(r->channel,
		    text_str(&list));
	}
	text_done(&list);
	if (status != ARES_SUCCESS)
		text_addf(why, "resolver: %s", ares_strerror(status));
	return status == ARES_SUCCESS;
}

struct resolver *
resolver_new(struct event_base *base, const struct strings *servers,
    int64_t timeout_ms, struct text *why)
{
	struct resolver *r = xcalloc(1, sizeof(*r));
	int status = ares_library_init(ARES_LIB_INIT_ALL);

	if (status != ARES_SUCCESS) {
		text_addf(why, "resolver: %s", ares_strerror(status));
		free(r);
		return NULL;
	}
	r->base = base;
	r->cache = resolve_cache_new();
	r->tick = evtimer_new(base, on_tick, r);
	if (r->tick == NULL)
		text_add(why, "resolver: no event");
	if (r->tick != NULL && make_channel(r, servers, timeout_ms, why))
		return r;
	resolver_free(r);
	return NULL;
}

void
resolve_failure(const struct resolve_answer *a, const char *name,
    struct text *out)
{
	text_addf(out, "%s %s: %s", name, a->resolver_failed ?
	    "could not be looked up" : "does not resolve",
	    a->error != NULL ? a->error : "no address");
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	r->ending = true;
	if (r->have_channel)
		ares_destroy(r->channel);
	while (r->watches != NULL)
		drop_watch(&r->watches);
	if (r->tick != NULL)
		event_free(r->tick);
	resolve_cache_free(r->cache);
	free(r);
	ares_library_cleanup();
}

/* By family, IPv4 first, then by bytes; ports are 0 everywhere. */
static int
by_address(const struct sockaddr_storage *x, const struct sockaddr_storage *y)
{
	if (x->ss_family != y->ss_family)
		return x->ss_family == AF_INET ? -1 : 1;
	return memcmp(x, y, sizeof(*x));
}

/* In order, and the last in order are left out: not those that came last. */
static void
insert(struct resolve_answer *to, const struct sockaddr_storage *one)
{
	size_t at = 0;
	int order = 1;

	while (at < to->n && (order = by_address(one, &to->address[at])) > 0)
		at++;
	if (at < to->n && order == 0)
		return;
	if (to->n < RESOLVE_MAX)
		to->n++;
	else
		to->left_out++;
	if (at == RESOLVE_MAX)
		return;
	memmove(&to->address[at + 1], &to->address[at],
	    (to->n - 1 - at) * sizeof(*one));
	to->address[at] = *one;
}

/* memcpy: a sockaddr_storage is not to be written through other types. */
static void
add_ipv4(struct resolve_answer *to, const struct in_addr *address)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr = *address };
	struct sockaddr_storage one = {0};

	memcpy(&one, &v4, sizeof(v4));
	insert(to, &one);
}

static void
add_ipv6(struct resolve_answer *to, const struct in6_addr *address,
    uint32_t scope)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
	    .sin6_addr = *address, .sin6_scope_id = scope };
	struct sockaddr_storage one = {0};

	memcpy(&one, &v6, sizeof(v6));
	insert(to, &one);
}

static void
add_node(struct resolve_answer *to, const struct ares_addrinfo_node *node)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (node->ai_family == AF_INET) {
		memcpy(&v4, node->ai_addr, sizeof(v4));
		add_ipv4(to, &v4.sin_addr);
	} else if (node->ai_family == AF_INET6) {
		memcpy(&v6, node->ai_addr, sizeof(v6));
		add_ipv6(to, &v6.sin6_addr, v6.sin6_scope_id);
	}
}

static void
say_error(struct resolve_answer *to, int status)
{
	to->error = "the name could not be resolved";
	to->resolver_failed = true;
	if (status == ARES_SUCCESS)
		status = ARES_ENODATA;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].status != status)
			continue;
		to->error = statuses[i].words;
		to->resolver_failed = statuses[i].failed;
	}
}

static void
tell(struct question *q, const struct resolve_answer *to)
{
	resolve_done_fn *done = q->done;

	q->done = NULL;
	done(q->ctx, to);
}

/* Seconds for which all of an answer holds; 0 of the hosts file. */
static int64_t
ttl_of(const struct ares_addrinfo *info)
{
	int64_t least = info->nodes != NULL ? info->nodes->ai_ttl : 0;

	for (const struct ares_addrinfo_node *n = info->nodes; n != NULL;
	    n = n->ai_next)
		if (n->ai_ttl < least)
			least = n->ai_ttl;
	for (const struct ares_addrinfo_cname *c = info->cnames; c != NULL;
	    c = c->next)
		if (c->ttl < least)
			least = c->ttl;
	return least;
}

/* What comes after the deadline is kept, and helps the next who asks. */
static void
answer(struct question *q, int status, const struct ares_addrinfo *info)
{
	struct resolve_answer to = { .n = 0 };
	const struct ares_addrinfo_node *node = info != NULL ? info->nodes :
	    NULL;

	for (; node != NULL; node = node->ai_next)
		add_node(&to, node);
	if (to.n == 0)
		say_error(&to, status);
	else
		resolve_cache_keep(q->resolver->cache, q->name, q->families,
		    &to, ttl_of(info), clock_mono_ms(&clock_system));
	if (q->done != NULL)
		tell(q, &to);
}

/* c-ares keeps the question until its own timeouts have run out. */
static void
on_deadline(evutil_socket_t fd, short what, void *ctx)
{
	struct resolve_answer to = { .n = 0 };

	(void)fd;
	(void)what;
	say_error(&to, ARES_ETIMEOUT);
	tell(ctx, &to);
}

static void
start_deadline(struct question *q, int64_t timeout_ms)
{
	struct timeval tv = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };

	q->deadline = evtimer_new(q->resolver->base, on_deadline, q);
	if (q->deadline != NULL)
		evtimer_add(q->deadline, &tv);
}

static void
on_answer(void *ctx, int status, int timeouts, struct ares_addrinfo *info)
{
	struct question *q = ctx;

	(void)timeouts;
	q->resolver->pending--;
	if (!q->resolver->ending)
		answer(q, status, info);
	ares_freeaddrinfo(info);
	if (q->deadline != NULL)
		event_free(q->deadline);
	free(q->name);
	free(q);
}

/* A literal needs nobody. */
static bool
answer_literal(const char *name, resolve_done_fn *done, void *ctx)
{
	struct resolve_answer to = { .n = 0 };
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, name, &v4) == 1)
		add_ipv4(&to, &v4);
	else if (inet_pton(AF_INET6, name, &v6) == 1)
		add_ipv6(&to, &v6, 0);
	else
		return false;
	done(ctx, &to);
	return true;
}

void
resolver_ask(struct resolver *r, const char *name, int families,
    int64_t timeout_ms, resolve_done_fn *done, void *ctx)
{
	struct ares_addrinfo_hints hints = {
		.ai_flags = ARES_AI_NOSORT,
		.ai_family = families == FAMILY_IPV4 ? AF_INET :
		    families == FAMILY_IPV6 ? AF_INET6 : AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};
	const struct resolve_answer *known;
	struct question *q;

	if (answer_literal(name, done, ctx))
		return;
	known = resolve_cache_find(r->cache, name, families,
	    clock_mono_ms(&clock_system));
	if (known != NULL) {
		const struct resolve_answer to = *known;

		done(ctx, &to);
		return;
	}
	q = xcalloc(1, sizeof(*q));
	*q = (struct question){ r, done, ctx, NULL, xstrdup(name), families };
	r->pending++;
	if (timeout_ms > 0)
		start_deadline(q, timeout_ms);
	ares_getaddrinfo(r->channel, name, NULL, &hints, on_answer, q);
	start_tick(r);
}
