/* SPDX-License-Identifier: ISC */
/* pulse.c - how the auditor fares, behind a lock. */
#include "pulse.h"

#include <pthread.h>
#include <stdlib.h>

#include "cwaudit/mem.h"

#define DEAD_MS		20000	/* without a beat of the conductor */
#define SLICE		256	/* ports asked about at once */

static const char *const troubles[PULSE_TROUBLES] = {
	[PULSE_STUCK]		= "a thread hangs",
	[PULSE_STORE]		= "the store cannot be written",
	[PULSE_INVENTORY]	= "the inventory was refused, an old one is in "
				  "force",
};

struct pulse {
	pthread_mutex_t	 lock;
	const struct clock *clock;
	struct vitals	 vitals;
	int64_t		 interval_s;
	int64_t		 beat_ms, began_ms, cycle_ms;
	uint64_t	 cycles;
	char		*trouble[PULSE_TROUBLES];	/* NULL: none */
};

struct pulse *
pulse_new(const struct clock *clock, int64_t interval_s)
{
	struct pulse *p = xcalloc(1, sizeof(*p));

	(void)pthread_mutex_init(&p->lock, NULL);
	p->clock = clock;
	p->interval_s = interval_s;
	vitals_init(&p->vitals, clock_utc(clock));
	p->beat_ms = p->began_ms = p->cycle_ms = clock_mono_ms(clock);
	return p;
}

void
pulse_free(struct pulse *p)
{
	if (p == NULL)
		return;
	vitals_done(&p->vitals);
	for (int i = 0; i < PULSE_TROUBLES; i++)
		free(p->trouble[i]);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

void
pulse_beat(struct pulse *p)
{
	(void)pthread_mutex_lock(&p->lock);
	p->beat_ms = clock_mono_ms(p->clock);
	(void)pthread_mutex_unlock(&p->lock);
}

void
pulse_keep(struct pulse *p, const struct records *rs)
{
	(void)pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].kind == RECORD_LINE)
			vitals_take(&p->vitals, rs->item[i].at,
			    &rs->item[i].event);
	if (p->vitals.cycles != p->cycles) {
		p->cycles = p->vitals.cycles;
		p->cycle_ms = clock_mono_ms(p->clock);
	}
	(void)pthread_mutex_unlock(&p->lock);
}

void
pulse_set_trouble(struct pulse *p, enum pulse_trouble what, const char *why)
{
	char *mine = why != NULL ? xstrdup(why) : NULL;

	(void)pthread_mutex_lock(&p->lock);
	free(p->trouble[what]);
	p->trouble[what] = mine;
	(void)pthread_mutex_unlock(&p->lock);
}

void
pulse_set_interval(struct pulse *p, int64_t interval_s)
{
	(void)pthread_mutex_lock(&p->lock);
	p->interval_s = interval_s;
	(void)pthread_mutex_unlock(&p->lock);
}

void
pulse_read(struct pulse *p, struct vitals *out)
{
	(void)pthread_mutex_lock(&p->lock);
	*out = p->vitals;
	(void)pthread_mutex_unlock(&p->lock);
	out->observed = NULL;
}

int64_t *
pulse_observed(struct pulse *p, const struct assessment *a)
{
	int64_t *at = xcalloc(a->n_ports + 1, sizeof(*at));
	size_t asked = 0;

	(void)pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < a->n_hosts; i++)
		for (size_t k = 0; k < a->hosts[i].n_ports; k++) {
			size_t n = a->hosts[i].first_port + k;
			const struct assessed_port *port = &a->ports[n];

			at[n] = vitals_observed(&p->vitals, a->hosts[i].name,
			    port->kind, port->site, port->port);
			if (++asked % SLICE != 0)
				continue;
			(void)pthread_mutex_unlock(&p->lock);
			(void)pthread_mutex_lock(&p->lock);
		}
	(void)pthread_mutex_unlock(&p->lock);
	return at;
}

/* The lock is held. A cycle is late after twice its time. */
static void
add_lateness(const struct pulse *p, struct text *why)
{
	int64_t now = clock_mono_ms(p->clock);

	if (now - p->beat_ms > DEAD_MS)
		text_addf(why, "the auditor has not moved for %lld seconds\n",
		    (long long)(now - p->beat_ms) / 1000);
	if (now - p->cycle_ms > 2 * p->interval_s * 1000)
		text_addf(why, "no cycle has ended for %lld seconds; one "
		    "should every %lld\n",
		    (long long)(now - p->cycle_ms) / 1000,
		    (long long)p->interval_s);
}

bool
pulse_healthy(struct pulse *p, struct text *why)
{
	size_t before = why->len;

	(void)pthread_mutex_lock(&p->lock);
	for (int i = 0; i < PULSE_TROUBLES; i++)
		if (p->trouble[i] != NULL)
			text_addf(why, "%s: %s\n", troubles[i],
			    p->trouble[i]);
	add_lateness(p, why);
	(void)pthread_mutex_unlock(&p->lock);
	return why->len == before;
}
