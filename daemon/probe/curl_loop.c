/* SPDX-License-Identifier: ISC */
/* curl_loop.c - libcurl asks for sockets and one timer; libevent has them. */
#include "curl_loop.h"

#include <stdlib.h>

#include <event2/event.h>

#include "cwaudit/mem.h"

struct curl_loop {
	struct event_base	*base;
	CURLM			*multi;
	struct event		*timer;
};

/* A socket of a transfer, from libcurl's first word of it to its last. */
struct watch {
	struct curl_loop	*loop;
	struct transfer		*transfer;
	struct event		*event;
};

/* Tells the owners of what has ended; libcurl keeps the list. */
static void
tell_owners(struct curl_loop *l)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(l->multi, &left)) != NULL) {
		struct transfer *t = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		t->done(t->ctx, m->data.result);
	}
}

static void
act(struct curl_loop *l, curl_socket_t fd, int what)
{
	int running;

	(void)curl_multi_socket_action(l->multi, fd, what, &running);
	tell_owners(l);
}

static void
on_socket(evutil_socket_t fd, short what, void *ctx)
{
	struct watch *w = ctx;
	struct transfer *t = w->transfer;

	if ((what & EV_READ) != 0 && t->heard != NULL)
		t->heard(t->ctx);
	act(w->loop, fd, ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
	    ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

static int
want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *own)
{
	struct curl_loop *l = ctx;
	struct watch *w = own;
	short events = (short)(EV_PERSIST |
	    ((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
	    ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));

	if (w == NULL && what == CURL_POLL_REMOVE)
		return 0;
	if (w == NULL)
		w = xcalloc(1, sizeof(*w));
	else
		event_free(w->event);
	w->loop = l;
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &w->transfer);
	w->event = what == CURL_POLL_REMOVE ? NULL :
	    event_new(l->base, fd, events, on_socket, w);
	if (w->event != NULL && event_add(w->event, NULL) == 0) {
		(void)curl_multi_assign(l->multi, fd, w);
		return 0;
	}
	if (w->event != NULL)
		event_free(w->event);
	free(w);
	(void)curl_multi_assign(l->multi, fd, NULL);
	return what == CURL_POLL_REMOVE ? 0 : -1;
}

static int
want_timer(CURLM *multi, long ms, void *ctx)
{
	struct curl_loop *l = ctx;
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	(void)multi;
	if (ms < 0)
		return event_del(l->timer);
	return event_add(l->timer, &tv);
}

struct curl_loop *
curl_loop_new(struct event_base *base)
{
	struct curl_loop *l = xcalloc(1, sizeof(*l));

	l->base = base;
	l->multi = curl_multi_init();
	l->timer = evtimer_new(base, on_timer, l);
	if (l->multi == NULL || l->timer == NULL) {
		curl_loop_free(l);
		return NULL;
	}
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
	return l;
}

void
curl_loop_free(struct curl_loop *l)
{
	if (l == NULL)
		return;
	if (l->multi != NULL)
		curl_multi_cleanup(l->multi);
	if (l->timer != NULL)
		event_free(l->timer);
	free(l);
}

bool
curl_loop_add(struct curl_loop *l, struct transfer *t)
{
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	return curl_multi_add_handle(l->multi, t->easy) == CURLM_OK;
}

void
curl_loop_remove(struct curl_loop *l, struct transfer *t)
{
	if (t->easy == NULL)
		return;
	(void)curl_multi_remove_handle(l->multi, t->easy);
	curl_easy_cleanup(t->easy);
	t->easy = NULL;
}
