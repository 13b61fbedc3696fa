/* SPDX-License-Identifier: ISC */
/*
 * audit_reissue.c - exchanges of certificates: what a port presents, beside
 * the last leaf that was accepted there. That is the first one seen, then each
 * whose exchange was good. A bad one is judged again with each look, until it
 * is well, or goes.
 *
 * Both leaves are judged as of the moment of the exchange, so that what comes
 * with time (it ends soon) is not the exchange's; and what is well today is
 * forgiven.
 */
#include <stdlib.h>
#include <string.h>

#include "audit_own.h"
#include "cwaudit/mem.h"

/* The host once more, with other leaves or at another time. */
struct judged {
	struct host_view view;
	struct results	 all;
};

static bool
same(const struct cert *a, const struct cert *b)
{
	return memcmp(a->sha256, b->sha256, CERT_SHA256) == 0;
}

static struct spot *
spot_of(const struct audit *a, const struct subject *s)
{
	return &a->spots[s->endpoint->index];
}

static bool
is_exchanged(const struct audit *a, const struct subject *s)
{
	const struct spot *spot = spot_of(a, s);

	return s->leaf != NULL && spot->accepted != NULL &&
	    !same(s->leaf, spot->accepted);
}

static void
judge_again(const struct audit *a, const struct host *host, int64_t at,
    bool accepted, struct judged *j)
{
	audit_view(a, host, at, &j->view);
	for (size_t i = 0; accepted && i < j->view.n; i++) {
		struct subject *s = &j->view.subjects[i];

		if (!is_exchanged(a, s))
			continue;
		s->leaf = s->last_leaf = spot_of(a, s)->accepted;
		s->chain = spot_of(a, s)->accepted_chain;
	}
	host_view_settle(&j->view);
	rules_run_host(&j->view, &j->all);
}

static void
judged_done(struct judged *j)
{
	results_done(&j->all);
	audit_view_done(&j->view);
}

/* The results of a port stand together. */
static struct reissue_side
side_of(const struct results *all, const struct subject *s)
{
	struct reissue_side side = { .leaf = s->leaf };

	for (size_t i = 0; i < all->n; i++) {
		if (all->item[i].endpoint != s->endpoint)
			continue;
		if (side.n++ == 0)
			side.results = &all->item[i];
	}
	return side;
}

static void
add_key_answer(const struct host_view *v, const struct subject *s,
    const struct cert *before, struct results *out)
{
	const struct reissue_case c = { .old.leaf = before,
	    .new.leaf = s->leaf };
	struct why why = { .severity = SEVERITY_NOTICE };
	enum verdict verdict = s->leaf == NULL ? VERDICT_UNKNOWN :
	    before == NULL ? VERDICT_PASS : reissue_key_answer(&c, &why);

	(void)rules_add_change(v, s, rule_find("key-reused"), verdict, &why,
	    out);
}

/* MTLS ports, and the sites that share their certificate, are one slot. */
static bool
share_slot(const struct subject *a, const struct subject *b)
{
	return a->expect.role != ROLE_HTTPS && b->expect.role != ROLE_HTTPS;
}

/*
 * Has a port of the same slot told of the same exchange? One before it, now;
 * or one whose binding was moved first.
 */
static bool
was_told(const struct audit *a, const struct host_view *v, size_t i)
{
	const struct subject *s = &v->subjects[i];
	const struct cert *before = spot_of(a, s)->accepted;

	for (size_t k = 0; k < v->n; k++) {
		const struct subject *t = &v->subjects[k];
		const struct spot *other = spot_of(a, t);

		if (k == i || !share_slot(s, t) || t->leaf == NULL ||
		    !same(t->leaf, s->leaf))
			continue;
		if (k < i && is_exchanged(a, t) && same(other->accepted,
		    before))
			return true;
		if (!is_exchanged(a, t) && other->previous != NULL &&
		    same(other->previous, before))
			return true;
	}
	return false;
}

bool
audit_count_exchange(struct news_reissues *n, const char *fqdn)
{
	if (n->told < NEWS_REISSUES) {
		n->told++;
		return true;
	}
	if (n->counted++ == 0)
		n->first = xstrdup(fqdn);
	return false;
}

static void
tell(struct audit *a, const char *id, const struct subject *s,
    const struct reissue_case *c, const struct reissue *r)
{
	enum announced announced = audit_announced(a,
	    s->endpoint->host->fqdn, s->leaf, !r->bad);
	struct news_reissues *n = &a->reissues[r->bad];
	struct event e = {0};

	news_reissue(&e, id, s, c, r);
	if (announced != ANNOUNCED_NOTHING)
		event_word(&e, "announced", announced == ANNOUNCED_THIS ?
		    "yes" : "no");
	if (announced == ANNOUNCED_OTHER)
		e.level = EVENT_WARNING;
	if (audit_count_exchange(n, s->endpoint->host->fqdn))
		audit_tell(a, &e);
	else
		audit_tell_quietly(a, &e);
}

void
audit_end_exchanges(struct audit *a)
{
	for (int bad = 1; bad >= 0; bad--) {
		struct event e = {0};

		if (a->reissues[bad].counted > 0) {
			news_reissues(&e, bad == 1, &a->reissues[bad]);
			audit_tell(a, &e);
		}
		free(a->reissues[bad].first);
		a->reissues[bad] = (struct news_reissues){0};
	}
}

/* What the exchange broke says that it is the cause. */
static void
blame(const struct reissue *r, const struct subject *s,
    const char id[FINDING_ID], struct results *out)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct reissue_reason *reason = &r->reasons[i];

		if (reason->weight != REISSUE_BREAKS ||
		    reason->detail.len == 0)
			continue;
		for (size_t k = 0; k < out->n; k++)
			if (out->item[k].endpoint == s->endpoint &&
			    strcmp(out->item[k].rule->id,
			    reason->what.item[0]) == 0)
				memcpy(out->item[k].cause, id, FINDING_ID);
	}
}

static int64_t
seen_until(const struct spot *spot, const struct cert *leaf)
{
	int64_t until = spot_seen_before(spot, leaf);

	return until != CLOCK_NEVER ? until : 0;
}

/* One port: its answer, and what there is to tell. True: accepted. */
static bool
judge_exchange(struct audit *a, struct host_view *now, size_t i,
    const struct judged *old, const struct judged *then, struct results *out)
{
	const struct subject *s = &now->subjects[i];
	const struct reissue_side today = side_of(out, s);
	const struct reissue_case c = {
		.old = side_of(&old->all, &old->view.subjects[i]),
		.new = side_of(&then->all, &then->view.subjects[i]),
		.expect = &s->expect, .other = check_other_service(s),
		.seen_until = seen_until(spot_of(a, s), s->leaf),
	};
	struct spot *spot = spot_of(a, s);
	const struct result *result;
	struct reissue r;
	struct why why = {0};
	enum verdict verdict;
	bool good;

	reissue_init(&r, &c);
	reissue_forget_mended(&r, &today);
	/* what was announced by name is right to come */
	good = !r.bad || audit_announced(a, now->host->fqdn, s->leaf, false)
	    == ANNOUNCED_THIS;
	verdict = good ? VERDICT_PASS : reissue_answer(&r, &c, &why);
	result = rules_add_change(now, s, rule_find("reissue-bad"), verdict,
	    &why, out);
	if ((good || spot->refused == NULL || !same(spot->refused, s->leaf)) &&
	    !was_told(a, now, i))
		tell(a, result != NULL ? result->id : NULL, s, &c, &r);
	if (!good)
		spot_refuse(spot, s->leaf);
	if (!good && result != NULL)
		memcpy(spot->refused_id, result->id, FINDING_ID);
	if (!good && result != NULL)
		blame(&r, s, result->id, out);
	reissue_done(&r);
	return good;
}

/* The moment of the last exchange. */
static int64_t
moment(const struct audit *a, const struct host_view *v)
{
	int64_t at = 0;

	for (size_t i = 0; i < v->n; i++)
		if (is_exchanged(a, &v->subjects[i]) &&
		    v->subjects[i].leaf_since > at)
			at = v->subjects[i].leaf_since;
	return at;
}

static void
judge_all(struct audit *a, struct host_view *v, struct results *out)
{
	bool *good = xcalloc(v->n, sizeof(*good));
	struct judged old = {0}, then = {0};
	int64_t at = moment(a, v);

	judge_again(a, v->host, at, true, &old);
	judge_again(a, v->host, at, false, &then);
	for (size_t i = 0; i < v->n; i++) {
		const struct subject *s = &v->subjects[i];

		if (!is_exchanged(a, s))
			continue;
		good[i] = judge_exchange(a, v, i, &old, &then, out);
		add_key_answer(v, s, spot_of(a, s)->accepted, out);
	}
	judged_done(&old);
	judged_done(&then);
	for (size_t i = 0; i < v->n; i++)
		if (good[i])
			spot_accept(spot_of(a, &v->subjects[i]));
	free(good);
}

static bool
is_put_back(const struct audit *a, const struct subject *s)
{
	const struct spot *spot = spot_of(a, s);

	return s->leaf != NULL && spot->refused != NULL &&
	    spot->accepted != NULL && same(s->leaf, spot->accepted);
}

/* The accepted one is back, on all ports of its slot: told once. */
static void
tell_put_back(struct audit *a, const struct host_view *v, size_t i,
    const char *id)
{
	const struct subject *s = &v->subjects[i];
	const struct reissue_case c = { .old.leaf = spot_of(a, s)->refused,
	    .new.leaf = s->leaf, .expect = &s->expect };
	struct reissue r;

	for (size_t k = 0; k < i; k++) {
		const struct subject *t = &v->subjects[k];

		if (share_slot(s, t) && is_put_back(a, t) &&
		    same(t->leaf, s->leaf) &&
		    same(spot_of(a, t)->refused, c.old.leaf))
			return;
	}
	reissue_init(&r, &c);
	tell(a, id, s, &c, &r);
	reissue_done(&r);
}

/* What is as it was: nothing to compare, or nothing was seen. */
static void
add_calm(struct audit *a, const struct host_view *v, size_t i,
    struct results *out)
{
	const struct subject *s = &v->subjects[i];
	struct spot *spot = spot_of(a, s);
	const struct result *result;
	struct why why = {0};

	if (s->leaf != NULL && spot->accepted == NULL)
		spot_accept(spot);
	if (spot->accepted == NULL)
		return;
	result = rules_add_change(v, s, rule_find("reissue-bad"),
	    s->leaf == NULL ? VERDICT_UNKNOWN : VERDICT_PASS, &why, out);
	if (is_put_back(a, s))
		tell_put_back(a, v, i, result != NULL ? result->id : NULL);
	add_key_answer(v, s, spot->previous, out);
}

void
audit_judge_exchanges(struct audit *a, struct host_view *v,
    struct results *out)
{
	size_t first = out->n;
	bool exchanged = false;

	if (a->options.one_shot)
		return;
	for (size_t i = 0; i < v->n; i++)
		if (is_exchanged(a, &v->subjects[i]))
			exchanged = true;
		else
			add_calm(a, v, i, out);
	if (exchanged)
		judge_all(a, v, out);
	for (size_t i = 0; i < v->n; i++)
		if (is_put_back(a, &v->subjects[i]))
			spot_refuse(spot_of(a, &v->subjects[i]), NULL);
	rules_join_changes(out, first);
}
