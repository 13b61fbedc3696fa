/* SPDX-License-Identifier: ISC */
/*
 * audit_gates.c - which gates a look passes. One that waits is not in the
 * schedule; who leaves a gate, or is called and finds another one closed, calls
 * the next one.
 */
#include "audit_own.h"

#define GATES	3

struct passage {
	struct gate	*gate[GATES];	/* host, farm, network; NULL: none */
	unsigned	 most[GATES];
};

/* Where it is looked at; of a name, where it was last. */
static struct gate *
find_net(const struct audit *a, const struct spot *s)
{
	const char *literal = s->endpoint->address != NULL ?
	    s->endpoint->address : s->seen != NULL ? s->seen->address : "";
	struct sockaddr_storage address;

	return look_parse_address(literal, &address) ?
	    nets_find(a->nets, &address) : NULL;
}

/* A farm's MTLS ports are its, too. */
static struct gate *
find_farm(const struct audit *a, const struct spot *s)
{
	const struct farm *farm = s->endpoint->site != NULL ?
	    inventory_farm(a->inventory, s->endpoint->site) : NULL;

	return farm != NULL ? &a->farms[farm - a->inventory->farms].gate :
	    NULL;
}

static void
find_passage(const struct audit *a, const struct spot *s, struct passage *p)
{
	const struct config *c = a->options.config;
	const struct host *host = s->endpoint->host;

	*p = (struct passage){
		.gate = { host != NULL ?
		    &a->hosts[host - a->inventory->hosts].gate : NULL,
		    find_farm(a, s), s->net },
		.most = { c->per_host, c->per_farm, c->per_net },
	};
}

/*
 * Calls who waits first, if there is room; it tries all gates again. Who was
 * called before and did not try yet has no place: at worst one too many tries.
 */
static void
call_next(struct audit *a, struct gate *g, unsigned most)
{
	struct spot *s = gate_is_open(g, most) ? gate_call(g) : NULL;

	if (s != NULL)
		schedule_set(a->schedule, s->endpoint->index,
		    audit_now_ms(a));
}

bool
audit_pass_gates(struct audit *a, struct spot *s)
{
	struct passage p;
	size_t closed;

	s->net = find_net(a, s);
	find_passage(a, s, &p);
	for (closed = 0; closed < GATES; closed++)
		if (p.gate[closed] != NULL &&
		    !gate_is_open(p.gate[closed], p.most[closed]))
			break;
	for (size_t i = 0; i < GATES; i++) {
		if (p.gate[i] == NULL)
			continue;
		if (closed == GATES)
			p.gate[i]->inside++;
		else if (i == closed)
			gate_wait(p.gate[i], s);
		else		/* it may have been called there */
			call_next(a, p.gate[i], p.most[i]);
	}
	return closed == GATES;
}

void
audit_leave_gates(struct audit *a, struct spot *s)
{
	struct passage p;

	find_passage(a, s, &p);
	for (size_t i = 0; i < GATES; i++) {
		if (p.gate[i] == NULL)
			continue;
		p.gate[i]->inside--;
		call_next(a, p.gate[i], p.most[i]);
	}
}
