/* SPDX-License-Identifier: ISC */
/*
 * probe.c - the ladder of a look.
 * advance() alone takes the steps; finish() is the only way out. A step that
 * ends only rouses the ladder, which runs from the loop: no way of looking is
 * ever freed from within its own callback.
 */
#include "probe.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "cwaudit/clock.h"
#include "cwaudit/mem.h"
#include "probe_hello.h"
#include "probe_https.h"
#include "probe_tls.h"

#define SOONEST_MS	20	/* no step is begun with less time left */

struct probe {
	LIST_ENTRY(probe)	 entry;
	struct probes		*among;
	struct look		 look;
	probe_done_fn		*done;
	void			*ctx;
	int64_t			 at;		/* seconds UTC */
	int64_t			 started_ms, deadline_ms;
	struct event		 kick, timer;
	struct attempt		 attempt;
	const struct way	*way;		/* running, or NULL */
	bool			 tried[LOOK_STEPS];
	bool			 needs_tls13;
	bool			 last;		/* no step can tell more */
	bool			 fell_back;	/* to a hello */
	struct observation	*best;		/* or NULL */
	int			 best_tells;
	struct observation	*handshake;	/* that failed; or NULL */
};

/* HTTPS and MTLS differ in the way of their handshake alone. */
static const struct {
	const char		*name;
	const struct way	*https, *mtls;
} steps[] = {
	[STEP_HANDSHAKE] = { "handshake", &way_https, &way_tls },
	[STEP_HELLO12]	= { "TLS 1.2 hello", &way_hello, &way_hello },
	[STEP_HELLO10]	= { "TLS 1.0 hello", &way_hello, &way_hello },
	[STEP_SSL3]	= { "SSL 3.0 hello", &way_hello, &way_hello },
};

/* Of two steps that brought nothing, the higher one tells more. */
static const int telling[] = {
	[OUTCOME_NOT_TRIED] = 0, [OUTCOME_DNS_FAILURE] = 1,
	[OUTCOME_PROXY_ERROR] = 1, [OUTCOME_UNREACHABLE] = 2,
	[OUTCOME_REFUSED] = 2, [OUTCOME_TIMEOUT] = 3, [OUTCOME_CLOSED] = 4,
	[OUTCOME_RESET] = 5, [OUTCOME_MALFORMED] = 6,
	[OUTCOME_NO_CERTIFICATE] = 7, [OUTCOME_TLS_ALERT] = 8,
	[OUTCOME_NOT_TLS] = 9, [OUTCOME_OBSERVED] = 10,
};

static void
set_timer(struct probe *p, int64_t ms)
{
	struct timeval tv;

	ms = ms > 0 ? ms : 0;
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	evtimer_add(&p->timer, &tv);
}

static int64_t
left_ms(const struct probe *p)
{
	return p->deadline_ms - clock_mono_ms(p->attempt.kit->clock);
}

/* Which steps this look may still take, the running one aside. */
static bool
may_take(const struct probe *p, enum look_step s)
{
	if (p->tried[s])
		return false;
	return s != STEP_HANDSHAKE || p->look.mode == LOOK_PROVE ||
	    p->look.first == STEP_HANDSHAKE || p->needs_tls13;
}

/* How long the server may be silent: half of what is left, so that one that
 * swallows a hello meets the next; the last step may have all. */
static int64_t
silence_ms(const struct probe *p)
{
	for (int s = 0; s < LOOK_STEPS; s++)
		if (may_take(p, (enum look_step)s))
			return left_ms(p) / 2;
	return left_ms(p);
}

/* The next step, or LOOK_STEPS where there is none. */
static enum look_step
next_step(const struct probe *p)
{
	if (p->last || left_ms(p) < SOONEST_MS)
		return LOOK_STEPS;
	if (may_take(p, STEP_HANDSHAKE))
		return STEP_HANDSHAKE;
	if (may_take(p, p->look.first))
		return p->look.first;
	for (int s = STEP_HELLO12; s < LOOK_STEPS; s++)
		if (may_take(p, (enum look_step)s))
			return (enum look_step)s;
	return LOOK_STEPS;
}

static struct probe *
probe_of(struct attempt *a)
{
	return (struct probe *)((char *)a - offsetof(struct probe, attempt));
}

/* It is connected, or bytes came. */
static void
on_sign(struct attempt *a)
{
	set_timer(probe_of(a), silence_ms(probe_of(a)));
}

static void
on_over(struct attempt *a)
{
	event_active(&probe_of(a)->kick, EV_TIMEOUT, 0);
}

static void
begin(struct probe *p, enum look_step s)
{
	const struct kit *kit = p->attempt.kit;

	p->attempt = (struct attempt){
		.kit = kit, .look = &p->look, .step = s,
		.seen = observation_new(), .socket = -1, .rival = -1,
		.on_connected = on_sign, .on_heard = on_sign,
		.on_over = on_over,
	};
	p->tried[s] = true;
	p->way = p->look.endpoint->kind == ENDPOINT_MTLS ? steps[s].mtls :
	    steps[s].https;
	set_timer(p, silence_ms(p));
	p->way->start(&p->attempt);
}

/* Can another step show what this one did not? */
static bool
is_last(const struct attempt *a)
{
	switch (a->seen->outcome) {
	case OUTCOME_OBSERVED:
	case OUTCOME_DNS_FAILURE:
	case OUTCOME_PROXY_ERROR:
	case OUTCOME_NOT_TRIED:
		return true;
	case OUTCOME_NOT_TLS:
		return a->step != STEP_HANDSHAKE;
	case OUTCOME_REFUSED:
	case OUTCOME_UNREACHABLE:
	case OUTCOME_TIMEOUT:
	case OUTCOME_RESET:
	case OUTCOME_CLOSED:
	case OUTCOME_TLS_ALERT:
	case OUTCOME_MALFORMED:
	case OUTCOME_NO_CERTIFICATE:
		break;
	}
	return !a->connected;
}

/* That a hello is too old for the server tells nothing of the server. */
static int
tells(const struct attempt *a)
{
	return a->needs_tls13 && a->seen->outcome == OUTCOME_NO_CERTIFICATE ?
	    0 : telling[a->seen->outcome];
}

/* A hello stood in for the handshake; or could not be made, and why. */
static void
note_hello(struct probe *p, const struct observation *o)
{
	if (o->outcome != OUTCOME_NOT_TRIED)
		p->fell_back = true;
	else
		text_addf(&p->best->detail, "; no %s: %s",
		    steps[p->attempt.step].name, text_str(&o->detail));
}

/* The hello's reader says what it met in plain words, and quotes it. */
static bool
is_plainer(const struct observation *o, const struct observation *best)
{
	return best->step == STEP_HANDSHAKE &&
	    (o->outcome == OUTCOME_NOT_TLS || o->outcome == OUTCOME_MALFORMED);
}

/* Takes the result of the step that has ended. */
static void
collect(struct probe *p)
{
	struct attempt *a = &p->attempt;
	struct observation *o = a->seen;
	int much = tells(a);
	bool better;

	evtimer_del(&p->timer);
	p->way->stop(a);
	o->via = observation_has_chain(o) ? p->way->via : VIA_NONE;
	o->step = a->step;
	p->way = NULL;
	p->last = is_last(a);
	a->seen = NULL;
	p->needs_tls13 = p->needs_tls13 || a->needs_tls13;
	if (a->step == STEP_HANDSHAKE && o->outcome != OUTCOME_OBSERVED)
		p->handshake = observation_ref(o);
	else if (p->look.mode == LOOK_PROVE && p->handshake != NULL)
		note_hello(p, o);
	better = p->best == NULL || much > p->best_tells ||
	    (much == p->best_tells && is_plainer(o, p->best));
	observation_free(better ? p->best : o);
	if (!better)
		return;
	p->best = o;
	p->best_tells = much;
}

/* What the handshake was, where a hello was made for it. */
static void
tell_handshake(struct probe *p, struct observation *o)
{
	const struct observation *first = p->handshake;
	const char *words = text_str(&first->detail);
	bool refused = first->outcome == OUTCOME_TLS_ALERT;

	o->fell_back = true;
	o->first_outcome = first->outcome;
	text_add(&o->first_detail, words);
	if (o->outcome != OUTCOME_OBSERVED)
		return;
	text_reset(&o->detail);
	if (refused)
		text_addf(&o->detail, "%s from the server: it accepts none of "
		    "the versions and suites of a modern client", words);
	else
		text_addf(&o->detail, "a modern handshake ended before the "
		    "certificate: %s", *words != '\0' ? words :
		    outcome_words(first->outcome));
	text_add(&o->detail, "; certificate taken by a raw hello");
	text_addf(&o->proof_cause, "; the handshake failed: %s", words);
}

static void
probe_free(struct probe *p)
{
	if (p->way != NULL)
		p->way->stop(&p->attempt);
	event_del(&p->kick);
	event_del(&p->timer);
	observation_free(p->attempt.seen);
	observation_free(p->best);
	observation_free(p->handshake);
	LIST_REMOVE(p, entry);
	p->among->n--;
	free(p);
}

static void
finish(struct probe *p)
{
	struct observation *o = p->best;
	probe_done_fn *done = p->done;
	void *ctx = p->ctx;

	if (o == NULL) {
		o = observation_new();
		text_add(&o->detail, "no time for any step");
	}
	p->best = NULL;
	o->at = p->at;
	o->took_ms = clock_mono_ms(p->attempt.kit->clock) - p->started_ms;
	o->port = attempt_address(&p->look, o->address);
	if (p->fell_back)
		tell_handshake(p, o);
	observation_seal(o);
	probe_free(p);
	done(ctx, o);
}

static void
advance(struct probe *p)
{
	enum look_step s;

	if (p->way != NULL && p->attempt.over)
		collect(p);
	if (p->way != NULL)
		return;
	s = next_step(p);
	if (s == LOOK_STEPS)
		finish(p);
	else
		begin(p, s);
}

static void
on_kick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	advance(ctx);
}

static void
on_time(evutil_socket_t fd, short what, void *ctx)
{
	struct probe *p = ctx;

	(void)fd;
	(void)what;
	if (p->way != NULL && !p->attempt.over)
		p->way->expire(&p->attempt);
}

void
probe_start(struct probes *among, const struct kit *kit,
    const struct look *look, probe_done_fn *done, void *ctx)
{
	struct probe *p = xcalloc(1, sizeof(*p));

	p->among = among;
	p->look = *look;
	p->done = done;
	p->ctx = ctx;
	p->attempt.kit = kit;
	p->at = clock_utc(kit->clock);
	p->started_ms = clock_mono_ms(kit->clock);
	p->deadline_ms = p->started_ms + look->timeout_ms;
	evtimer_assign(&p->kick, kit->base, on_kick, p);
	evtimer_assign(&p->timer, kit->base, on_time, p);
	LIST_INSERT_HEAD(&among->head, p, entry);
	among->n++;
	event_active(&p->kick, EV_TIMEOUT, 0);
}

void
probes_drop(struct probes *all)
{
	while (!LIST_EMPTY(&all->head))
		probe_free(LIST_FIRST(&all->head));
}
