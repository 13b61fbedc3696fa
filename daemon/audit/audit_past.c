/* SPDX-License-Identifier: ISC */
/*
 * audit_past.c - what the process before this knew. Ports are taken up where
 * it left them, but nothing counts as seen until it is looked at: findings
 * stay open meanwhile, and nothing is judged.
 */
#include <stdlib.h>
#include <string.h>

#include "audit_own.h"
#include "cwaudit/mem.h"

struct entry { char *key; struct past_port *port; };

static int
by_key(const void *x, const void *y)
{
	return strcmp(((const struct entry *)x)->key,
	    ((const struct entry *)y)->key);
}

/* As spot_key writes it. */
static char *
key_of(const struct thing *t)
{
	struct text key = {0};

	text_addf(&key, "%s|%s|%s|%u", t->owner, t->kind, t->site, t->port);
	return text_take(&key);
}

static struct entry *
index_ports(struct past *past)
{
	struct entry *index = xcalloc(past->n_ports, sizeof(*index));

	for (size_t i = 0; i < past->n_ports; i++)
		index[i] = (struct entry){ key_of(&past->ports[i].thing),
		    &past->ports[i] };
	if (past->n_ports > 1)
		qsort(index, past->n_ports, sizeof(*index), by_key);
	return index;
}

static struct past_port *
find_port(const struct entry *index, size_t n, const struct endpoint *e)
{
	struct text key = {0};
	struct entry want = {0}, *found;

	spot_key(e, &key);
	want.key = text_take(&key);
	found = n == 0 ? NULL : bsearch(&want, index, n, sizeof(want), by_key);
	free(want.key);
	return found != NULL ? found->port : NULL;
}

/* ---- ports ---- */

static const struct chain *
build_chain(struct audit *a, const struct spot *s,
    const struct past_certs *sent)
{
	return sent->n > 0 ? audit_build_chain(a, s->endpoint, sent->item,
	    sent->n) : NULL;
}

static bool
same_certs(const struct past_certs *a, const struct past_certs *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (memcmp(a->item[i]->sha256, b->item[i]->sha256,
		    CERT_SHA256) != 0)
			return false;
	return a->n == b->n;
}

static void
move(const struct cert **to, const struct cert **from)
{
	*to = *from;
	*from = NULL;
}

static void
take_port(struct audit *a, struct spot *s, struct past_port *p, int64_t until)
{
	/* a virtual address shows many leaves: it is met anew */
	if (s->endpoint->published == NULL ||
	    s->endpoint->published->kind != PUBLISHED_VIRTUAL) {
		move(&s->last_leaf, &p->memory.leaf);
		s->last_chain = build_chain(a, s, &p->sent);
		s->leaf_since = p->memory.leaf_since;
		s->last_observed = p->last_observed;
	}
	for (size_t i = 0; i < p->n_before; i++)
		spot_add_before(s, p->before[i].leaf, p->before[i].until);
	move(&s->accepted, &p->memory.accepted);
	s->accepted_chain = s->last_chain != NULL && same_certs(&p->sent,
	    &p->accepted_sent) ? chain_ref(s->last_chain) :
	    build_chain(a, s, &p->accepted_sent);
	move(&s->previous, &p->memory.previous);
	move(&s->refused, &p->memory.refused);
	s->role = p->memory.role;
	s->layout = p->memory.layout;
	audit_learn_issuers(a, s->last_chain);
	s->kept.sighted = p->outcome != NULL && outcome_parse(p->outcome,
	    &s->kept.outcome);
	memcpy(s->kept.message, p->message_sha256, CERT_SHA256);
	s->kept.last_look = s->kept.sighted ? until : CLOCK_NEVER;
	if (p->judged)
		memcpy(s->kept.judgement, p->judgement, CERT_SHA256);
	audit_make_lean(a, s);
	p->taken = true;
}

/* ---- what is judged as a whole ---- */

static void
take_whole(struct audit *a, struct past_port *p)
{
	const struct host *host = inventory_find(a->inventory, p->thing.owner);
	size_t farm;

	if (strcmp(p->thing.kind, "fleet") == 0) {
		memcpy(a->fleet_kept, p->judgement, CERT_SHA256);
		p->taken = true;
	} else if (strcmp(p->thing.kind, "host") == 0 && host != NULL) {
		memcpy(a->hosts[host - a->inventory->hosts].kept,
		    p->judgement, CERT_SHA256);
		p->taken = true;
	} else if (strcmp(p->thing.kind, "farm") == 0) {
		farm = audit_find_farm(a, p->thing.owner +
		    strlen(AUDIT_FARM));
		if (farm == SIZE_MAX)
			return;
		memcpy(a->farms[farm].kept, p->judgement, CERT_SHA256);
		p->taken = true;
	}
}

static void
take_split(struct audit *a, const struct past_split *p)
{
	const struct host *host = inventory_find(a->inventory, p->owner);
	struct farm_memory *m;
	size_t farm = SIZE_MAX;

	if (host != NULL)
		a->hosts[host - a->inventory->hosts].split_since = p->since;
	if (strncmp(p->owner, AUDIT_FARM, strlen(AUDIT_FARM)) == 0)
		farm = audit_find_farm(a, p->owner + strlen(AUDIT_FARM));
	if (farm == SIZE_MAX)
		return;
	m = &a->farms[farm];
	m->split_since = p->since;
	m->copied = p->has_leaf;
	memcpy(m->leaf, p->leaf, CERT_SHA256);
}

/* The cycle goes on: what was only counted is told at its end. */
static void
count_told(struct audit *a, const struct past_told *t)
{
	const struct finding f = { .rule = t->rule, .severity = t->severity,
	    .owner = t->host };

	if (t->rule == NULL) {
		(void)!audit_count_exchange(&a->reissues[t->bad], t->host);
		return;
	}
	a->cycle.opened += t->state == TRANSITION_OPENED;
	a->cycle.cleared += t->state == TRANSITION_CLEARED;
	(void)!tally_add(a->tally, t->state, &f, t->quiet ? 0 :
	    a->options.config->log_max_events);
}

/* Of what is no longer in the inventory. */
static void
let_go(struct audit *a, struct past *past)
{
	for (size_t i = 0; i < past->n_ports; i++) {
		struct past_port *p = &past->ports[i];

		if (!p->taken && (p->outcome != NULL || p->judged))
			audit_keep_gone(a, &p->thing, past->until);
	}
	diff_close(a->diff, audit_owner_stays, clock_utc(a->options.clock),
	    audit_on_transition, a);
}

void
audit_take_past(struct audit *a, struct past *past)
{
	struct entry *index = index_ports(past);

	a->cycle.number = past->cycles;
	memcpy(a->revision, past->revision, sizeof(a->revision));
	for (size_t i = 0; i < a->inventory->n_endpoints; i++) {
		struct spot *s = &a->spots[i];
		struct past_port *p = find_port(index, past->n_ports,
		    s->endpoint);

		if (p != NULL)
			take_port(a, s, p, past->until);
	}
	for (size_t i = 0; i < past->n_ports; i++)
		if (past->ports[i].judged && past->ports[i].thing.port == 0)
			take_whole(a, &past->ports[i]);
	for (size_t i = 0; i < past->n_splits; i++)
		take_split(a, &past->splits[i]);
	for (size_t i = 0; i < past->n_findings; i++) {
		if (strcmp(past->findings[i]->rule->id, "auditor-blind") == 0)
			audit_restore_zones(a, past->findings[i]);
		diff_restore(a->diff, past->findings[i]);
		past->findings[i] = NULL;
	}
	for (size_t i = 0; i < past->n_told; i++)
		count_told(a, &past->told[i]);
	audit_restore_expected(a, past);
	let_go(a, past);
	for (size_t i = 0; i < past->n_ports; i++)
		free(index[i].key);
	free(index);
}
