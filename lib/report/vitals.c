/* SPDX-License-Identifier: ISC */
/* vitals.c - lines of the log in, counts out. */
#include "cwaudit/vitals.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

const int64_t vitals_bucket_ms[VITALS_BUCKETS] = {
	5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10000,
};

struct port {
	int64_t	at;
	char	key[];			/* as write_key wrote it */
};

static int
compare_ports(const void *x, const void *y)
{
	return strcmp(((const struct port *)x)->key,
	    ((const struct port *)y)->key);
}

static struct port *
port_new(const char *host, const char *kind, const char *site,
    const char *port)
{
	struct text t = {0};
	struct port *p;

	text_addf(&t, "%s\n%s\n%s\n%s", host, kind, site, port);
	p = xcalloc(1, sizeof(*p) + t.len + 1);
	memcpy(p->key, text_str(&t), t.len + 1);
	text_done(&t);
	return p;
}

void
vitals_init(struct vitals *v, int64_t began)
{
	*v = (struct vitals){ .began = began, .cycle_ended = CLOCK_NEVER };
}

void
vitals_done(struct vitals *v)
{
	tdestroy(v->observed, free);
	*v = (struct vitals){0};
}

static const char *
value(const struct event *e, const char *key)
{
	const char *s = event_value(e, key);

	return s != NULL ? s : "";
}

static void
note_observed(struct vitals *v, int64_t at, const struct event *e)
{
	const char *colon = strrchr(value(e, "endpoint"), ':');
	struct port *p = port_new(value(e, "host"), value(e, "role"),
	    value(e, "site"), colon != NULL ? colon + 1 : ""), **there;

	p->at = at;
	there = tsearch(p, &v->observed, compare_ports);
	if (there == NULL)
		abort();		/* no memory */
	if (*there == p)
		return;
	(*there)->at = at;
	free(p);
}

static void
take_look(struct vitals *v, int64_t at, const struct event *e)
{
	const char *kind = value(e, "role");
	uint64_t ms = 0;
	size_t k = 0;
	int outcome, i;

	if (!outcome_parse(value(e, "outcome"), &outcome) ||
	    !text_number(value(e, "took_ms"), INT64_MAX, &ms))
		return;
	v->outcomes[outcome]++;
	for (i = 0; i < VITALS_KINDS; i++)
		if (strcmp(endpoint_kind_name((enum endpoint_kind)i),
		    kind) == 0)
			break;
	if (i == VITALS_KINDS)
		return;
	while (k < VITALS_BUCKETS && (int64_t)ms > vitals_bucket_ms[k])
		k++;
	v->looks[i].bucket[k]++;
	v->looks[i].took_ms += ms;
	if (outcome == OUTCOME_OBSERVED)
		note_observed(v, at, e);
}

static void
take_finding(struct vitals *v, const struct event *e)
{
	const char *state = value(e, "state");
	enum severity s;

	if (strcmp(state, "cleared") == 0)
		v->cleared++;
	else if (strcmp(state, "opened") == 0 &&
	    severity_parse(value(e, "severity"), &s))
		v->opened[s]++;
}

void
vitals_take(struct vitals *v, int64_t at, const struct event *e)
{
	if (event_is(e, "look")) {
		take_look(v, at, e);
	} else if (event_is(e, "finding")) {
		take_finding(v, e);
	} else if (event_is(e, "reissue")) {
		if (strcmp(value(e, "verdict"), "bad") == 0)
			v->bad++;
		else
			v->good++;
	} else if (event_is(e, "summary")) {
		v->cycle_ended = at;
		v->cycles++;
	}
}

int64_t
vitals_observed(const struct vitals *v, const char *host, const char *kind,
    const char *site, unsigned port)
{
	struct text number = {0};
	struct port *p, *const *there;
	int64_t at = CLOCK_NEVER;

	text_addf(&number, "%u", port);
	p = port_new(host, kind, site, text_str(&number));
	there = tfind(p, &v->observed, compare_ports);
	if (there != NULL)
		at = (*there)->at;
	free(p);
	text_done(&number);
	return at;
}
