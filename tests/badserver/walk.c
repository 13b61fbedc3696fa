/* SPDX-License-Identifier: ISC */
/*
 * walk.c - every behaviour of the table is looked at, by the whole ladder and
 * by hellos alone, as an HTTPS and as an MTLS port: each look ends in time and
 * with the right cause, what was on the wire is reported, no other look waits
 * for it, and it costs little more than a look at a good server.
 */
#include "probe/prober.h"

#include "test.h"

#include <malloc.h>

#include "behaviour.h"
#include "looks.h"
#include "serve.h"

#define TIMEOUT_MS	3000
#define AT_ONCE		12	/* of those that are not slow */
#define GRACE_MS	1000	/* after its deadline, the machine being busy */

/* What a look may cost above one at a good server. */
#define MAX_CPU_US	30000
#define MAX_KIB		1024
#define MAX_GAP_US	30000	/* in which nothing else has its turn */
#define COST_MS		600	/* its deadline */
#define TRIES		3	/* this machine may be busy otherwise */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COSTS		false	/* are the sanitizer's, fork's above all */
#define SOON_MS		TIMEOUT_MS
#else
#define COSTS		true
#define SOON_MS		1400	/* of what isn't slow: no step waited in vain */
#endif

static const struct way_of_looking {
	const char		*name;
	enum endpoint_kind	 kind;
	enum look_mode		 mode;
} ways[] = {
	{ "MTLS by handshake", ENDPOINT_MTLS, LOOK_PROVE },
	{ "MTLS by hello", ENDPOINT_MTLS, LOOK_HELLO },
	{ "HTTPS by handshake", ENDPOINT_HTTPS, LOOK_PROVE },
	{ "HTTPS by hello", ENDPOINT_HTTPS, LOOK_HELLO },
};

static struct server
start_script(const char *script)
{
	const char *fault = script_fault(script);

	if (fault != NULL)
		fail_msg("no word of scripts: %s", fault);
	played = script;
	return server_start(serve_script);
}

static const struct makes *
expected(const struct behaviour *b, enum look_mode mode)
{
	return mode == LOOK_PROVE ? &b->prove : &b->hello;
}

/* Adds what is wrong. */
static void
check(const struct behaviour *b, const struct way_of_looking *way,
    const struct observation *o, struct text *wrong)
{
	const struct makes *e = expected(b, way->mode);
	bool observed = e->outcome == OUTCOME_OBSERVED;
	size_t before = wrong->len;

	if (o->outcome != e->outcome || o->ending != e->ending)
		text_addf(wrong, ", not %s %s", outcome_name(e->outcome),
		    ending_name(e->ending));
	if (strstr(text_str(&o->detail), e->words) == NULL)
		text_addf(wrong, ", not \"%s\"", e->words);
	if (o->n_der != (observed ? b->certs : 0))
		text_addf(wrong, ", %zu certificates, not %u", o->n_der,
		    observed ? b->certs : 0);
	if (o->took_ms > (b->slow ? TIMEOUT_MS + GRACE_MS : SOON_MS))
		text_addf(wrong, ", %d ms", (int)o->took_ms);
	if (observed && b->certs > 0 && o->n_der > 0 &&
	    (o->der[0].len != leaf_len ||
	    memcmp(o->der[0].data, leaf_der, leaf_len) != 0))
		text_add(wrong, ", another certificate");
	if (wrong->len > before)
		text_addf(wrong, ": \"%s\" %s: %s %s \"%s\"\n", b->name,
		    way->name, outcome_name(o->outcome),
		    ending_name(o->ending), text_str(&o->detail));
}

/* Looks at n of them at once, and at a good server among them. */
static void
look_at(const struct way_of_looking *way, const struct behaviour *const *b,
    size_t n, struct text *wrong)
{
	struct server *server = calloc(n + 1, sizeof(*server));
	struct lookout *l = calloc(n + 1, sizeof(*l));

	for (size_t i = 0; i <= n; i++) {
		server[i] = start_script(i < n ? b[i]->script :
		    behaviour_good);
		lookout_init(&l[i], way->kind, server[i].port, way->mode,
		    TIMEOUT_MS);
	}
	prober_begin();
	run_looks(l, n + 1);
	prober_end();
	for (size_t i = 0; i <= n; i++)
		server_stop(&server[i]);
	for (size_t i = 0; i < n; i++)
		check(b[i], way, l[i].seen, wrong);
	if (l[n].seen->outcome != OUTCOME_OBSERVED ||
	    l[n].seen->took_ms > SOON_MS)
		text_addf(wrong, ", the good server: %s after %d ms\n",
		    outcome_words(l[n].seen->outcome),
		    (int)l[n].seen->took_ms);
	for (size_t i = 0; i <= n; i++)
		lookout_done(&l[i]);
	free(l);
	free(server);
}

/* The slow ones together, the others a few at a time: they are busy. */
static void
walk(const struct way_of_looking *way)
{
	const struct behaviour **some = calloc(n_behaviours, sizeof(*some));
	struct text wrong = {0};
	size_t n = 0, slow = 0;
	int failed;

	for (size_t i = 0; i < n_behaviours; i++)
		if (behaviours[i].slow)
			some[slow++] = &behaviours[i];
	look_at(way, some, slow, &wrong);
	for (size_t i = 0; i < n_behaviours; i++) {
		if (!behaviours[i].slow)
			some[n++] = &behaviours[i];
		if (n == AT_ONCE || (n > 0 && i + 1 == n_behaviours)) {
			look_at(way, some, n, &wrong);
			n = 0;
		}
	}
	failed = wrong.len > 0;
	fputs(text_str(&wrong), stderr);
	text_done(&wrong);
	free(some);
	assert_false(failed);
}

static void mtls_by_handshake(void **state) { (void)state; walk(&ways[0]); }
static void mtls_by_hello(void **state) { (void)state; walk(&ways[1]); }
static void https_by_handshake(void **state) { (void)state; walk(&ways[2]); }
static void https_by_hello(void **state) { (void)state; walk(&ways[3]); }

/* ---- what a look costs ---- */

struct cost {
	int64_t	 cpu_us;
	int64_t	 kib;		/* resident above what was before */
	int64_t	 gap_us;	/* the longest in which the loop was kept */
};

static int64_t
clock_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t
status_kib(const char *what)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	long kib = -1;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, what, strlen(what)) == 0)
			kib = strtol(line + strlen(what), NULL, 10);
	if (f != NULL)
		fclose(f);
	return kib;
}

static void
forget_peak(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	malloc_trim(0);
	if (f == NULL || fputs("5", f) < 0 || fclose(f) != 0)
		fail_msg("no peak of memory can be had");
}

/* A timer for each millisecond: what it is late was spent in one callback. */
static void
on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	(void)ctx;
}

static struct cost
cost_of_look(const struct way_of_looking *way, uint16_t port)
{
	struct timeval ms = { 0, 1000 };
	struct event *tick;
	struct lookout l;
	struct cost c;
	int64_t before, at;

	lookout_init(&l, way->kind, port, way->mode, COST_MS);
	prober_begin();
	tick = event_new(base, -1, EV_PERSIST, on_tick, NULL);
	event_add(tick, &ms);
	forget_peak();
	before = status_kib("VmRSS:");
	c.cpu_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
	c.gap_us = 0;
	at = clock_us(CLOCK_MONOTONIC);
	prober_look(prober, &l.look, on_done, &l);
	while (prober_in_flight(prober) > 0) {
		int64_t now;

		event_base_loop(base, EVLOOP_ONCE);
		now = clock_us(CLOCK_MONOTONIC);
		if (now - at > c.gap_us)
			c.gap_us = now - at;
		at = now;
	}
	c.cpu_us = clock_us(CLOCK_PROCESS_CPUTIME_ID) - c.cpu_us;
	c.kib = status_kib("VmHWM:") - before;
	event_free(tick);
	prober_end();
	lookout_done(&l);
	return c;
}

static bool
is_dear(struct cost c, struct cost good_look)
{
	return c.cpu_us > good_look.cpu_us + MAX_CPU_US ||
	    c.kib > good_look.kib + MAX_KIB || c.gap_us > MAX_GAP_US;
}

/* The least of some tries. */
static struct cost
cost_of(const struct way_of_looking *way, const char *script,
    const struct cost *good_look)
{
	struct server s = start_script(script);
	struct cost least = cost_of_look(way, s.port);

	for (int i = 1; i < TRIES && (good_look == NULL ||
	    is_dear(least, *good_look)); i++) {
		struct cost c = cost_of_look(way, s.port);

		least.cpu_us = c.cpu_us < least.cpu_us ? c.cpu_us : least.cpu_us;
		least.kib = c.kib < least.kib ? c.kib : least.kib;
		least.gap_us = c.gap_us < least.gap_us ? c.gap_us : least.gap_us;
	}
	server_stop(&s);
	return least;
}

static void
no_look_costs_much_more_than_at_a_good_server(void **state)
{
	struct cost good_look, worst = {0};
	struct text dear = {0};
	int failed;

	(void)state;
	if (!COSTS)
		skip();
	mallopt(M_MMAP_THRESHOLD, 128 << 10);	/* and no larger by itself */
	for (size_t w = 0; w < 4; w++) {
		good_look = cost_of(&ways[w], behaviour_good, NULL);
		for (size_t i = 0; i < n_behaviours; i++) {
			struct cost c = cost_of(&ways[w],
			    behaviours[i].script, &good_look);

			if (is_dear(c, good_look))
				text_addf(&dear, "\"%s\" %s: %d us of CPU, "
				    "%d KiB, the loop kept for %d us\n",
				    behaviours[i].name, ways[w].name,
				    (int)c.cpu_us, (int)c.kib, (int)c.gap_us);
			if (c.cpu_us > worst.cpu_us)
				worst.cpu_us = c.cpu_us;
			if (c.kib > worst.kib)
				worst.kib = c.kib;
			if (c.gap_us > worst.gap_us)
				worst.gap_us = c.gap_us;
		}
		printf("%s: a good server %d us, %d KiB; so far at most %d us,"
		    " %d KiB, the loop kept for %d us\n", ways[w].name,
		    (int)good_look.cpu_us, (int)good_look.kib,
		    (int)worst.cpu_us, (int)worst.kib, (int)worst.gap_us);
	}
	failed = dear.len > 0;
	fputs(text_str(&dear), stderr);
	text_done(&dear);
	assert_false(failed);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mtls_by_handshake),
		cmocka_unit_test(mtls_by_hello),
		cmocka_unit_test(https_by_handshake),
		cmocka_unit_test(https_by_hello),
		cmocka_unit_test(no_look_costs_much_more_than_at_a_good_server),
	};
	struct text why = {0};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	if (!prober_global_init(&why))
		return 1;
	printf("%zu behaviours\n", n_behaviours);
	return cmocka_run_group_tests(tests, pki_make, pki_drop);
}
