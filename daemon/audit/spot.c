/* SPDX-License-Identifier: ISC */
/* spot.c - sights of the addresses of one endpoint, made into its memory. */
#include "spot.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define LENT_S		3600	/* no look takes longer */

void
spot_init(struct spot *s, const struct endpoint *e)
{
	*s = (struct spot){
		.endpoint = e, .last_observed = CLOCK_NEVER,
		.leaf_since = CLOCK_NEVER, .proof_tried = CLOCK_NEVER,
		.first = STEP_HELLO12, .kept.last_look = CLOCK_NEVER,
	};
}

static void
drop_parts(struct spot *s)
{
	for (size_t i = 0; i < s->n_parts; i++)
		sight_free(s->part[i]);
	free(s->part);
	s->part = NULL;
	s->n_parts = s->n_expected = 0;
}

void
spot_drop_leaf(struct spot *s, size_t i)
{
	cert_unref(s->set[i].leaf);
	chain_unref(s->set[i].chain);
	memmove(&s->set[i], &s->set[i + 1],
	    (--s->n_set - i) * sizeof(s->set[0]));
}

static bool
is_front(const struct spot *s)
{
	return s->endpoint->published != NULL &&
	    s->endpoint->published->kind == PUBLISHED_VIRTUAL;
}

static struct spot_leaf *
find_in_set(struct spot *s, const struct cert *leaf)
{
	for (size_t i = 0; leaf != NULL && i < s->n_set; i++)
		if (memcmp(s->set[i].leaf->sha256, leaf->sha256,
		    CERT_SHA256) == 0)
			return &s->set[i];
	return NULL;
}

static void
drop_old(struct spot *s, int64_t now)
{
	for (size_t i = s->n_set; i-- > 0;)
		if (now - s->set[i].seen > SPOT_SET_KEEP_S)
			spot_drop_leaf(s, i);
	while (s->n_set == SPOT_SET_MAX) {
		size_t oldest = 0;

		for (size_t i = 1; i < s->n_set; i++)
			if (s->set[i].seen < s->set[oldest].seen)
				oldest = i;
		spot_drop_leaf(s, oldest);
	}
}

/* What a virtual address showed joins what it showed before. */
static void
join_set(struct spot *s, int64_t now)
{
	struct spot_leaf *known = find_in_set(s, s->leaf);

	if (!is_front(s) || s->leaf == NULL)
		return;
	if (s->set == NULL)
		s->set = xcalloc(SPOT_SET_MAX, sizeof(*s->set));
	if (known == NULL) {
		drop_old(s, now);
		known = &s->set[s->n_set++];
		*known = (struct spot_leaf){ .leaf = cert_ref(s->leaf) };
	}
	chain_unref(known->chain);
	known->chain = s->chain != NULL ? chain_ref(s->chain) : NULL;
	known->seen = now;
	drop_old(s, now);
}

void
spot_done(struct spot *s)
{
	while (s->n_set > 0)
		spot_drop_leaf(s, s->n_set - 1);
	free(s->set);
	free(s->before);
	drop_parts(s);
	observation_free(s->seen);
	cert_unref(s->leaf);
	cert_unref(s->last_leaf);
	chain_unref(s->chain);
	chain_unref(s->last_chain);
	cert_unref(s->accepted);
	chain_unref(s->accepted_chain);
	cert_unref(s->previous);
	cert_unref(s->refused);
	revocation_free(s->revocation);
	strings_done(&s->addresses);
	strings_done(&s->differing);
}

/* Each once, the last that left at the end. */
void
spot_add_before(struct spot *s, const uint8_t leaf[CERT_SHA256], int64_t until)
{
	size_t i = 0;

	if (s->before == NULL)
		s->before = xcalloc(SPOT_BEFORE, sizeof(*s->before));
	while (i < s->n_before && memcmp(s->before[i].leaf, leaf,
	    CERT_SHA256) != 0)
		i++;
	if (i == s->n_before && s->n_before == SPOT_BEFORE)
		i = 0;
	if (i < s->n_before)
		memmove(&s->before[i], &s->before[i + 1],
		    (--s->n_before - i) * sizeof(*s->before));
	memcpy(s->before[s->n_before].leaf, leaf, CERT_SHA256);
	s->before[s->n_before++].until = until;
}

int64_t
spot_seen_before(const struct spot *s, const struct cert *leaf)
{
	for (size_t i = 0; i < s->n_before; i++)
		if (memcmp(s->before[i].leaf, leaf->sha256, CERT_SHA256) == 0)
			return s->before[i].until;
	return CLOCK_NEVER;
}

void
spot_accept(struct spot *s)
{
	cert_unref(s->previous);
	s->previous = s->accepted;
	chain_unref(s->accepted_chain);
	s->accepted = cert_ref(s->leaf);
	s->accepted_chain = s->chain != NULL ? chain_ref(s->chain) : NULL;
	spot_refuse(s, NULL);
}

void
spot_refuse(struct spot *s, const struct cert *leaf)
{
	if (leaf != NULL)
		leaf = cert_ref(leaf);
	cert_unref(s->refused);
	s->refused = leaf;
	s->refused_id[0] = '\0';
}

void
spot_key(const struct endpoint *e, struct text *out)
{
	text_addf(out, "%s|%s|%s|%u", endpoint_owner(e),
	    endpoint_kind_name(e->kind), endpoint_site(e), e->port);
}

void
spot_inherit(struct spot *s, struct spot *before)
{
	const struct endpoint *e = s->endpoint;

	drop_parts(before);
	*s = *before;
	s->endpoint = e;
	s->phase = SPOT_IDLE;
	s->in_sweep = s->awaits_answer = false;
	s->witness = s->awaited = s->waits = false;
	s->behind = NULL;
	s->net = NULL;
	s->doubt = 0;		/* the answer goes nowhere */
	s->repath = true;
	spot_init(before, before->endpoint);
}

static bool
is_readable(const struct chain *c)
{
	for (size_t i = 0; i < c->n_sent; i++)
		if (c->sent[i] == NULL)
			return false;
	return true;
}

/* Until well after the look: who takes it builds no other path. */
static bool
path_stands(const struct spot *s, int64_t now)
{
	return !s->repath && (s->chain->valid_until == CLOCK_NEVER ||
	    s->chain->valid_until > now + LENT_S);
}

void
spot_lend(const struct spot *s, int64_t now, struct sight *to)
{
	if (s->leaf == NULL || s->chain == NULL || !is_readable(s->chain) ||
	    s->seen->outcome != OUTCOME_OBSERVED ||
	    (spot_is_lean(s) && !path_stands(s, now)))
		return;
	sight_know(to, s->seen->message_sha256, s->leaf, s->chain);
	to->repath = s->repath;
}

static void
lose(struct spot *s)
{
	if (s->lost++ == 0)
		s->lost_ms = s->began_ms;
}

/* The look failed before any address: evidence that says so. */
enum spot_news
spot_unresolved(struct spot *s, const struct resolve_answer *a,
    const struct clock *clock)
{
	struct observation *o = observation_new();

	o->at = clock_utc(clock);
	o->port = s->endpoint->port;
	/* A name server that does not answer is our side's fault. */
	o->outcome = a->resolver_failed ? OUTCOME_NOT_TRIED :
	    OUTCOME_DNS_FAILURE;
	resolve_failure(a, s->endpoint->resolve, &o->detail);
	observation_seal(o);
	observation_free(s->seen);
	cert_unref(s->leaf);
	chain_unref(s->chain);
	s->seen = o;
	s->leaf = NULL;
	s->chain = NULL;
	s->unreadable = false;
	s->phase = SPOT_IDLE;
	strings_done(&s->addresses);
	strings_done(&s->differing);
	lose(s);
	if (a->resolver_failed)
		return SPOT_OURS;
	s->misses++;
	return SPOT_MISSED;
}

static int
by_address(const void *a, const void *b)
{
	const struct sight *const *x = a, *const *y = b;

	return strcmp((*x)->seen->address, (*y)->seen->address);
}

bool
spot_add(struct spot *s, struct sight *sight)
{
	s->part = xrealloc(s->part, s->n_parts + 1, sizeof(*s->part));
	s->part[s->n_parts++] = sight;
	if (s->n_parts < s->n_expected)
		return false;
	qsort(s->part, s->n_parts, sizeof(*s->part), by_address);
	return true;
}

static bool
presents_site(const struct sight *p)
{
	const char *name = endpoint_site(p->look.endpoint);

	return p->leaf != NULL && (cert_san_covers(p->leaf, name) ||
	    cert_cn_is(p->leaf, name));
}

/* Failures, the more telling the higher: a server that talked before one
 * that did not. */
static int
weight(const struct sight *p, enum endpoint_kind kind)
{
	switch (p->seen->outcome) {
	case OUTCOME_OBSERVED:
		return kind != ENDPOINT_MTLS && presents_site(p) ? 6 : 5;
	case OUTCOME_NOT_TLS:
	case OUTCOME_TLS_ALERT:
	case OUTCOME_MALFORMED:
	case OUTCOME_NO_CERTIFICATE:
		return 4;
	case OUTCOME_RESET:
	case OUTCOME_CLOSED:
	case OUTCOME_PROXY_ERROR:
		return 3;
	case OUTCOME_REFUSED:
	case OUTCOME_TIMEOUT:
		return 2;
	case OUTCOME_UNREACHABLE:
	case OUTCOME_DNS_FAILURE:
		return 1;
	case OUTCOME_NOT_TRIED:
		return 0;
	}
	return 0;
}

static struct sight *
best_part(const struct spot *s)
{
	struct sight *best = s->part[0];

	for (size_t i = 1; i < s->n_parts; i++)
		if (weight(s->part[i], s->endpoint->kind) >
		    weight(best, s->endpoint->kind))
			best = s->part[i];
	return best;
}

static bool
same_leaf(const struct sight *a, const struct sight *b)
{
	if (a->leaf == NULL || b->leaf == NULL)
		return a->leaf == b->leaf;
	return memcmp(a->leaf->sha256, b->leaf->sha256, CERT_SHA256) == 0;
}

/* One address, and the same as last time. */
static bool
is_where_it_was(const struct spot *s, const struct sight *best)
{
	const char *was = s->addresses.n == 1 ? s->addresses.item[0] :
	    s->addresses.n == 0 && s->seen != NULL ? s->seen->address : "";

	return s->n_parts == 1 && s->differing.n == 0 && *was != '\0' &&
	    strcmp(was, best->seen->address) == 0;
}

static void
note_addresses(struct spot *s, const struct sight *best)
{
	strings_done(&s->addresses);
	strings_done(&s->differing);
	for (size_t i = 0; i < s->n_parts; i++) {
		const struct sight *p = s->part[i];
		struct text t = {0};

		if (p->seen->address[0] == '\0')
			continue;
		strings_add(&s->addresses, p->seen->address);
		if (p->seen->outcome != OUTCOME_OBSERVED ||
		    same_leaf(p, best))
			continue;
		text_addf(&t, "%s: CN=", p->seen->address);
		if (p->leaf != NULL)
			cert_add_cn(p->leaf, &t);
		else
			text_add(&t, "(unreadable)");
		strings_add(&s->differing, text_str(&t));
		text_done(&t);
	}
}

static bool
same_message(const struct spot *s, const struct sight *p)
{
	return s->seen != NULL && s->seen->outcome == OUTCOME_OBSERVED &&
	    memcmp(s->seen->message_sha256, p->seen->message_sha256,
	    CERT_SHA256) == 0;
}

void
spot_set_chain(struct spot *s, const struct chain *chain)
{
	chain_unref(s->chain);
	s->chain = chain;
	s->repath = false;
	if (chain == NULL)
		return;
	chain_unref(s->last_chain);
	s->last_chain = chain_ref(chain);
}

/* What was found out, or is being asked, is about another certificate. */
static void
forget_revocation(struct spot *s)
{
	revocation_free(s->revocation);
	s->revocation = NULL;
	s->doubt = 0;
}

/* Moves the references of the sight that counts into the memory. */
static void
keep(struct spot *s, struct sight *p)
{
	observation_free(s->seen);
	cert_unref(s->leaf);
	s->seen = p->seen;
	s->leaf = p->leaf;
	spot_set_chain(s, p->chain);
	s->unreadable = p->unreadable;
	p->seen = NULL;
	p->leaf = NULL;
	p->chain = NULL;
}

static enum spot_news
missed(struct spot *s, struct sight *best)
{
	lose(s);
	if (best->seen->outcome == OUTCOME_NOT_TRIED) {
		keep(s, best);		/* what was seen before is not now */
		return SPOT_OURS;
	}
	s->misses++;
	keep(s, best);
	return SPOT_MISSED;
}

/*
 * The step that a hello look begins with. A server that had to be proved to
 * see anything is so from then on, until a proof gives a hello another try.
 */
static enum look_step
first_step(const struct spot *s, enum look_step worked)
{
	if (worked != STEP_HANDSHAKE || s->mode == LOOK_HELLO)
		return worked;
	return s->first == STEP_HANDSHAKE ? STEP_HELLO12 : s->first;
}

static enum spot_news
observed(struct spot *s, struct sight *best, bool moved)
{
	bool by_hello = s->mode == LOOK_HELLO && best->seen->proof == PROOF_NONE;
	bool stands = !moved && s->misses == 0 && s->lost == 0 &&
	    best->chain == s->chain;
	enum spot_news news = SPOT_SAME;
	int64_t until = s->last_observed;

	s->misses = s->lost = 0;
	s->first = first_step(s, (enum look_step)best->seen->step);
	if (by_hello && same_message(s, best)) {
		s->last_observed = best->seen->at;
		spot_set_chain(s, best->chain);	/* its CAs get older, too */
		best->chain = NULL;
		if (spot_is_lean(s)) {
			cert_unref(s->leaf);
			s->leaf = best->leaf;
			best->leaf = NULL;
		}
		/* and so does the proof of an earlier look */
		return stands ? SPOT_STANDS : SPOT_SAME;
	}
	/* twice broken is told, once is not */
	stands = stands && s->seen != NULL &&
	    best->seen->ending != ENDING_BROKEN &&
	    observation_same(s->seen, best->seen);
	s->last_observed = best->seen->at;
	s->broken = best->seen->ending == ENDING_BROKEN ? s->broken + 1 : 0;
	if (best->leaf != NULL && (s->last_leaf == NULL ||
	    memcmp(s->last_leaf->sha256, best->leaf->sha256, CERT_SHA256) != 0)) {
		news = s->last_leaf == NULL ? SPOT_FIRST :
		    find_in_set(s, best->leaf) != NULL ? SPOT_SAME :
		    SPOT_CHANGED;
		s->leaf_since = best->seen->at;
		if (news == SPOT_CHANGED)
			spot_add_before(s, s->last_leaf->sha256, until);
		forget_revocation(s);
		cert_unref(s->last_leaf);
		s->last_leaf = cert_ref(best->leaf);
	}
	keep(s, best);
	join_set(s, s->last_observed);
	return stands ? SPOT_STANDS : news;
}

/* Did a cheap look see something that a proof should confirm first? */
static bool
wants_proof(struct spot *s, const struct sight *best)
{
	return s->mode == LOOK_HELLO &&
	    best->seen->outcome == OUTCOME_OBSERVED &&
	    !same_message(s, best) && find_in_set(s, best->leaf) == NULL;
}

enum spot_news
spot_settle(struct spot *s, bool confirm)
{
	struct sight *best = best_part(s);
	bool moved = !is_where_it_was(s, best);
	enum spot_news news;

	s->phase = SPOT_IDLE;
	if (confirm && wants_proof(s, best)) {
		drop_parts(s);
		return SPOT_CONFIRM;
	}
	if (s->mode == LOOK_PROVE)
		s->proof_tried = best->seen->at;
	if (moved)
		note_addresses(s, best);
	news = best->seen->outcome == OUTCOME_OBSERVED ?
	    observed(s, best, moved) : missed(s, best);
	if (s->addresses.n == 1 && strcmp(s->addresses.item[0],
	    s->seen->address) == 0)
		strings_done(&s->addresses);	/* said already */
	drop_parts(s);
	return news;
}

void
spot_addresses(const struct spot *s, struct strings *out)
{
	strings_copy(out, &s->addresses);
	if (s->addresses.n == 0 && s->seen != NULL && *s->seen->address != '\0')
		strings_add(out, s->seen->address);
}

void
spot_subject(const struct spot *s, const struct inventory *inv, int64_t now,
    bool one_shot, struct subject *out)
{
	*out = (struct subject){
		.inventory = inv, .endpoint = s->endpoint, .seen = s->seen,
		.leaf = s->leaf, .chain = s->chain, .last_leaf = s->last_leaf,
		.revocation = s->revocation,
		.unreadable = s->unreadable, .now = now, .one_shot = one_shot,
		.misses = s->misses, .broken = s->broken,
		.last_observed = s->last_observed, .leaf_since = s->leaf_since,
	};
	if (s->unreadable && s->seen->n_der > 0) {
		out->unreadable_len = s->seen->der[0].len;
		cert_sha256(s->seen->der[0].data, s->seen->der[0].len,
		    out->unreadable_sha256);
	}
	strings_copy(&out->differing, &s->differing);
	spot_addresses(s, &out->addresses);
}
