/* SPDX-License-Identifier: ISC */
/* looks.h - a prober on a loop of its own, and looks at ports of 127.0.0.1. */
#ifndef LOOKS_H
#define LOOKS_H

#include <dirent.h>

#include <event2/event.h>

#include "cwaudit/clock.h"
#include "probe/prober.h"
#include "servers.h"

struct lookout {		/* one look of a test */
	struct settings		 settings;
	struct site		 site;
	struct endpoint		 endpoint;
	struct look		 look;
	struct observation	*seen;	/* once it is done */
	unsigned		 calls;
};

static struct event_base *base;
static struct prober *prober;

static void
on_done(void *ctx, struct observation *o)
{
	struct lookout *l = ctx;

	l->calls++;
	l->seen = o;
}

UNUSED static void
lookout_init(struct lookout *l, enum endpoint_kind kind, uint16_t port,
    enum look_mode mode, int64_t timeout_ms)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port =
	    htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char url[64];

	*l = (struct lookout){ .settings = { .families = FAMILY_IPV4 } };
	snprintf(url, sizeof(url), "https://im.contoso.com:%u", port);
	l->site.url = strdup(url);
	l->endpoint = (struct endpoint){ .kind = kind,
	    .name = kind == ENDPOINT_MTLS ? "cwa01.nwtraders.local" :
	    "im.contoso.com", .port = port, .site = &l->site,
	    .settings = &l->settings };
	l->look = (struct look){ .endpoint = &l->endpoint, .mode = mode,
	    .first = mode == LOOK_HELLO ? STEP_HELLO12 : STEP_HANDSHAKE,
	    .timeout_ms = timeout_ms, .address_len = sizeof(to) };
	memcpy(&l->look.address, &to, sizeof(to));
}

UNUSED static void
lookout_done(struct lookout *l)
{
	observation_free(l->seen);
	free(l->site.url);
	l->seen = NULL;
	l->site.url = NULL;
}

UNUSED static void
prober_begin(void)
{
	struct prober_options options = { &clock_system, "cwaudit-test" };
	struct text why = {0};

	base = event_base_new();
	prober = prober_new(base, &options, &why);
	assert_non_null(prober);
	assert_string_equal(text_str(&why), "");
}

UNUSED static void
prober_end(void)
{
	prober_free(prober);
	event_base_free(base);
}

/* Runs the loop until no look is in flight. */
UNUSED static void
run_looks(struct lookout *l, size_t n)
{
	for (size_t i = 0; i < n; i++)
		prober_look(prober, &l[i].look, on_done, &l[i]);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(l[i].calls, 0);
	while (prober_in_flight(prober) > 0)
		event_base_loop(base, EVLOOP_ONCE);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(l[i].calls, 1);
}

UNUSED static void
assert_words(const struct text *t, const char *part)
{
	if (strstr(text_str(t), part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", text_str(t), part);
}

UNUSED static unsigned
count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

#endif
