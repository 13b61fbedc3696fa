/* SPDX-License-Identifier: ISC */
/* audit.c - who is due, what is looked at, what is new about it. */
#include "audit.h"

#include <stdlib.h>

#include "audit_own.h"
#include "cwaudit/mem.h"

#define HURRY_MS	5000	/* the neighbours of a leaf that changed */
#define STUCK_MS	(15 * 60000)

int64_t
audit_now_ms(const struct audit *a)
{
	return clock_mono_ms(a->options.clock);
}

void
audit_count_begun(struct audit *a)
{
	if (a->under_way++ == 0)
		a->moved_ms = audit_now_ms(a);
}

static void
count_ended(struct audit *a)
{
	a->under_way--;
	a->moved_ms = audit_now_ms(a);
}

bool
audit_moves(const struct audit *a)
{
	return a->under_way == 0 || audit_now_ms(a) - a->moved_ms < STUCK_MS;
}

bool
audit_wants(const struct audit *a, const struct endpoint *e)
{
	const struct strings *only = a->options.only;

	return only == NULL || only->n == 0 ||
	    strings_has(only, endpoint_owner(e)) ||
	    strings_has(only, endpoint_site(e));
}

/* ---- the inventory comes in ---- */

void
audit_load(struct audit *a, struct setup *setup)
{
	a->setup = setup_ref(setup);
	a->inventory = setup->inventory;
	a->generation++;
	a->spots = xcalloc(a->inventory->n_endpoints, sizeof(*a->spots));
	a->hosts = xcalloc(a->inventory->n_hosts, sizeof(*a->hosts));
	a->schedule = schedule_new(a->inventory->n_endpoints);
	a->nets = nets_new();
	for (size_t i = 0; i < a->inventory->n_endpoints; i++)
		spot_init(&a->spots[i], &a->inventory->endpoints[i]);
	for (size_t i = 0; i < a->inventory->n_hosts; i++)
		a->hosts[i].split_since = CLOCK_NEVER;
	audit_load_farms(a);
	audit_load_names(a);
	audit_load_issuers(a);
	audit_load_zones(a);
}

void
audit_unload(struct audit *a)
{
	for (size_t i = 0; i < a->inventory->n_endpoints; i++)
		spot_done(&a->spots[i]);
	audit_unload_farms(a);
	audit_unload_names(a);
	audit_unload_issuers(a);
	audit_unload_zones(a);
	free(a->spots);
	free(a->hosts);
	schedule_free(a->schedule);
	nets_free(a->nets);
	setup_unref(a->setup);
}

static void
sweep(struct audit *, bool first);

struct audit *
audit_new(const struct audit_options *o, const struct audit_io *io,
    struct setup *setup)
{
	struct audit *a = xcalloc(1, sizeof(*a));

	a->options = *o;
	a->io = *io;
	a->diff = diff_new();
	a->tally = tally_new();
	a->began = clock_utc(o->clock);
	a->tokens_at_ms = audit_now_ms(a);
	a->cycle_ends_ms = audit_now_ms(a) +
	    o->config->interval_https_s * 1000;
	audit_load(a, setup);
	a->health.judge_from = SIZE_MAX;
	audit_start_health(a);
	a->keep_from = a->inventory->n_endpoints;
	if (o->past != NULL)
		audit_take_past(a, o->past);
	audit_keep_revision(a);
	a->options.past = NULL;
	sweep(a, !o->one_shot);
	return a;
}

void
audit_free(struct audit *a)
{
	if (a == NULL)
		return;
	records_done(&a->records);
	audit_unload(a);
	spot_kin_done(&a->kin);
	audit_end_health(a);
	audit_end_expected(a);
	diff_free(a->diff);
	free(a->reissues[0].first);
	free(a->reissues[1].first);
	tally_free(a->tally);
	free(a);
}

/* ---- a sweep ---- */

static void
sweep(struct audit *a, bool first)
{
	int64_t now = audit_now_ms(a);

	a->sweep_left = a->sweep_all = 0;
	a->sweep_began_ms = now;
	for (size_t i = 0; i < a->inventory->n_endpoints; i++) {
		struct spot *s = &a->spots[i];

		s->awaits_answer = false;
		s->in_sweep = audit_wants(a, s->endpoint);
		if (!s->in_sweep)
			continue;
		a->sweep_left++;
		if (first)
			audit_set_first(a, s);
		else if (s->phase == SPOT_IDLE)
			/* what most likely stays silent may do so beside
			 * the others */
			audit_set_due(a, s, s->lost > 0 ? now - 1 : now);
	}
	a->sweep_left += audit_sweep_names(a);
	a->sweep_all = a->sweep_left;
}

void
audit_sweep(struct audit *a)
{
	sweep(a, false);
}

bool
audit_swept(const struct audit *a)
{
	return a->sweep_left == 0;
}

void
audit_progress(const struct audit *a, size_t *done, size_t *all)
{
	*all = a->sweep_all;
	*done = a->sweep_all - a->sweep_left;
}

/* ---- a look begins ---- */

static enum look_mode
mode_of(const struct audit *a, const struct spot *s)
{
	const struct config *c = a->options.config;

	switch (c->mode) {
	case MODE_HANDSHAKE:
		return LOOK_PROVE;
	case MODE_HELLO:
		return LOOK_HELLO;
	case MODE_AUTO:
		break;
	}
	if (a->options.one_shot || s->proof_tried == CLOCK_NEVER ||
	    s->broken > 0 || s->seen == NULL || s->seen->outcome != OUTCOME_OBSERVED)
		return LOOK_PROVE;
	return clock_utc(a->options.clock) - s->proof_tried >=
	    c->prove_every_s ? LOOK_PROVE : LOOK_HELLO;
}

/* One deadline of a look, its name included. */
static int64_t
timeout_of(const struct audit *a, const struct endpoint *e)
{
	return e->settings->timeout_ms > 0 ? e->settings->timeout_ms :
	    a->options.config->timeout_ms;
}

static void
order(struct audit *a, struct spot *s, const struct sockaddr_storage *address)
{
	struct sight *sight = sight_new(a->setup);
	int64_t spent = audit_now_ms(a) - s->began_ms;
	int64_t timeout = timeout_of(a, s->endpoint);

	sight->generation = a->generation;
	sight->look = (struct look){
		.endpoint = s->endpoint, .mode = s->mode, .first = s->first,
		.timeout_ms = timeout - (spent < timeout / 2 ? spent :
		    timeout / 2),
	};
	look_set_address(&sight->look, address, s->endpoint->port);
	spot_lend(s, clock_utc(a->options.clock), sight);
	audit_count_begun(a);
	a->io.look(a->io.ctx, sight);
}

static void
settle(struct audit *, struct spot *, enum spot_news, bool had_leaf,
    bool was_lost);
static void
leave_sweep(struct audit *);

/* Tickets of another inventory are told apart by the generation. */
uint64_t
audit_ticket(const struct audit *a, size_t i)
{
	return (uint64_t)a->generation << 32 | (uint64_t)i;
}

static void
tell_look(struct audit *a, const struct endpoint *to,
    const struct observation *seen, const struct cert *leaf)
{
	struct event e = {0};

	if (!a->options.config->log_looks)
		return;
	news_look(&e, to, seen, leaf);
	audit_tell(a, &e);
}

void
audit_resolved(struct audit *a, uint64_t ticket,
    const struct resolve_answer *answer)
{
	size_t i = (size_t)(ticket & 0xffffffff);
	struct spot *s;
	enum spot_news news;
	bool had_leaf;

	count_ended(a);
	if ((unsigned)(ticket >> 32) != a->generation)
		return;		/* asked for an inventory that is gone */
	if (i >= a->inventory->n_endpoints) {
		if (audit_name_resolved(a, i - a->inventory->n_endpoints,
		    answer))
			leave_sweep(a);
		audit_flush(a);
		return;
	}
	s = &a->spots[i];
	if (answer->n == 0) {
		had_leaf = s->leaf != NULL;
		news = spot_unresolved(s, answer, a->options.clock);
		tell_look(a, s->endpoint, s->seen, NULL);
		settle(a, s, news, had_leaf, true);
		audit_flush(a);
		return;
	}
	s->phase = SPOT_LOOKING;
	s->n_expected = answer->n;
	for (size_t k = 0; k < answer->n; k++)
		order(a, s, &answer->address[k]);
}

static void
begin(struct audit *a, struct spot *s)
{
	const struct endpoint *e = s->endpoint;
	struct resolve_answer literal = { .n = 1 };

	s->mode = mode_of(a, s);
	s->phase = SPOT_LOOKING;
	s->n_expected = 1;
	s->began_ms = audit_now_ms(a);
	audit_note_begin(a, s, audit_interval_ms(a, e));
	if (e->address != NULL) {
		if (look_parse_address(e->address, &literal.address[0]))
			order(a, s, &literal.address[0]);
	} else {
		s->phase = SPOT_RESOLVING;
		audit_count_begun(a);
		a->io.resolve(a->io.ctx, e->resolve, e->settings->families,
		    timeout_of(a, e) / 2, audit_ticket(a, e->index));
	}
}

/* Looks a second: a bucket that holds one second's worth. */
static bool
take_token(struct audit *a, int64_t now)
{
	double rate = a->options.config->rate;

	if (a->options.config->rate == 0)
		return true;
	a->tokens += (double)(now - a->tokens_at_ms) / 1000.0 * rate;
	a->tokens_at_ms = now;
	if (a->tokens > rate)
		a->tokens = rate;
	if (a->tokens < 1)
		return false;
	a->tokens -= 1;
	return true;
}

static void
give_token_back(struct audit *a)
{
	a->tokens += 1;
}

int64_t
audit_run(struct audit *a)
{
	const struct config *c = a->options.config;
	int64_t now = audit_now_ms(a), next;
	size_t i;

	audit_watch_health(a);
	audit_watch_zones(a);
	audit_mend_some(a);
	audit_judge_changed_farms(a);
	audit_judge_settled(a);
	audit_keep_some(a);
	audit_ask_names(a);
	while (a->under_way < c->window) {
		struct spot *s;

		if (schedule_next(a->schedule) > now || !take_token(a, now))
			break;
		i = schedule_take(a->schedule, now);
		s = &a->spots[i];
		if (s->phase == SPOT_IDLE && !s->waits &&
		    audit_pass_gates(a, s))
			begin(a, s);
		else
			give_token_back(a);
	}
	if (!a->options.one_shot && now >= a->cycle_ends_ms)
		audit_end_cycle(a);
	audit_flush(a);
	next = schedule_next(a->schedule);
	if (a->under_way >= c->window || next > now + 1000)
		return 1000;
	return next > now ? next - now : 20;
}

/* Has it shown another leaf just now, too? */
static bool
changed_with(const struct spot *other, const struct spot *s)
{
	return other->leaf_since != CLOCK_NEVER && s->leaf_since -
	    other->leaf_since <= HURRY_MS / 1000;
}

/*
 * A leaf changed: its neighbours most likely changed with it. A port is
 * silent for the first time: are they, too? One that was lost answers: what
 * they were missed for may be over, and is not held against them.
 */
static void
mind_neighbours(struct audit *a, const struct spot *s, enum spot_news news,
    bool was_lost)
{
	bool silent = news == SPOT_MISSED || news == SPOT_OURS;
	bool back = !silent && was_lost;
	size_t n;
	const struct endpoint *e;

	if (s->endpoint->host == NULL || a->options.one_shot ||
	    (news != SPOT_CHANGED && !back && !(silent && s->lost == 1)))
		return;
	e = inventory_endpoints(a->inventory, s->endpoint->host, &n);
	for (size_t i = 0; i < n; i++) {
		struct spot *other = &a->spots[e[i].index];

		if (other == s || other->phase != SPOT_IDLE ||
		    (silent && other->lost > 0) || (back && other->lost == 0) ||
		    (news == SPOT_CHANGED && changed_with(other, s)))
			continue;
		if (back)
			other->lost = other->misses = 0;
		other->awaited = true;
		audit_set_due(a, other, audit_now_ms(a) +
		    (news == SPOT_CHANGED ? HURRY_MS : 0));
	}
}

static void
leave_sweep(struct audit *a)
{
	if (--a->sweep_left > 0)
		return;
	audit_end_cycle(a);
	if (a->io.swept != NULL)
		a->io.swept(a->io.ctx);
}

/* A look is under way or awaited, it was never looked at, or missed once. */
static bool
is_pending(const struct audit *a, const struct spot *s)
{
	return s->phase != SPOT_IDLE || s->awaited ||
	    (s->seen == NULL && audit_wants(a, s->endpoint)) ||
	    (s->lost == 1 && !a->options.one_shot);
}

bool
audit_host_is_busy(const struct audit *a, const struct spot *s)
{
	size_t n;
	const struct endpoint *e;

	if (s->endpoint->host == NULL)
		return false;
	e = inventory_endpoints(a->inventory, s->endpoint->host, &n);
	for (size_t i = 0; i < n; i++)
		if (is_pending(a, &a->spots[e[i].index]))
			return true;
	return false;
}

/* Asks whether what was seen is revoked, unless that is under way. */
static void
ask_revocation(struct audit *a, struct spot *s)
{
	const struct settings *set = s->endpoint->settings;
	struct doubt *d;

	if (!set->revocation || a->io.doubt == NULL || s->leaf == NULL ||
	    s->chain == NULL || s->doubt != 0 || spot_is_lean(s))
		return;
	d = doubt_new(a->setup, set, s->chain, s->seen);
	d->ticket = ++a->doubts;
	d->index = s->endpoint->index;
	if (a->io.doubt(a->io.ctx, d))
		s->doubt = a->doubts;
	else
		doubt_free(d);
}

void
audit_answered(struct audit *a, struct doubt *d)
{
	struct spot *s = d->index < a->inventory->n_endpoints ?
	    &a->spots[d->index] : NULL;

	/* else about a certificate, or for an inventory, that is gone */
	if (s != NULL && s->doubt == d->ticket) {
		revocation_free(s->revocation);
		s->revocation = d->answer;
		d->answer = NULL;
		s->doubt = 0;
		if (!audit_host_is_busy(a, s))
			audit_judge(a, s);
		if (s->awaits_answer) {
			s->awaits_answer = s->in_sweep = false;
			leave_sweep(a);
		}
	}
	doubt_free(d);
	audit_flush(a);
}

static void
settle(struct audit *a, struct spot *s, enum spot_news news, bool had_leaf,
    bool was_lost)
{
	if (news == SPOT_CONFIRM) {
		s->proof_tried = CLOCK_NEVER;
		begin(a, s);
		return;
	}
	audit_leave_gates(a, s);
	s->awaited = false;
	audit_keep_sighting(a, s);
	audit_make_lean(a, s);
	mind_neighbours(a, s, news, was_lost);
	if ((news != SPOT_SAME && news != SPOT_STANDS) ||
	    had_leaf != (s->leaf != NULL))
		audit_farm_changed(a, s);
	if (audit_mend_chain(a, s) || news != SPOT_STANDS)
		audit_void_judgement(a, s);
	audit_set_next(a, s, news);
	audit_zone_heard(a, s, news);
	ask_revocation(a, s);
	if (!audit_host_is_busy(a, s) && !audit_judgement_stands(a, s))
		audit_judge(a, s);
	s->awaits_answer = s->in_sweep && s->doubt != 0;
	if (!s->in_sweep || s->awaits_answer)
		return;
	s->in_sweep = false;
	leave_sweep(a);
}

void
audit_seen(struct audit *a, struct sight *sight)
{
	struct spot *s;
	bool had_leaf, was_lost;

	count_ended(a);
	if (sight->generation != a->generation) {
		sight_free(sight);
		return;
	}
	s = &a->spots[sight->look.endpoint->index];
	tell_look(a, s->endpoint, sight->seen, sight->leaf);
	audit_learn_issuers(a, sight->chain);
	had_leaf = s->leaf != NULL;
	was_lost = s->lost > 0;
	if (spot_add(s, sight))
		settle(a, s, spot_settle(s, a->options.config->mode ==
		    MODE_AUTO), had_leaf, was_lost);
	audit_flush(a);
}
