/* SPDX-License-Identifier: ISC */
/* news.c - the fields of every kind of log line. */
#include "news.h"

#include <string.h>

static void
head(struct event *e, const char *kind)
{
	event_number(e, "v", 1);
	event_word(e, "event", kind);
}

static enum event_level
level(enum transition t, enum severity s)
{
	switch (t) {
	case TRANSITION_OPENED:
	case TRANSITION_CHANGED:
	case TRANSITION_UNWAIVED:
		return event_level_of(s);
	case TRANSITION_REMINDER:
	case TRANSITION_WAIVED:
	case TRANSITION_CLEARED:
	case TRANSITION_SUPERSEDED:
	case TRANSITION_CLOSED:
		break;
	}
	return EVENT_NOTICE;
}

static void
add_leaf(struct event *e, const struct cert *leaf)
{
	struct text sha256 = {0};
	char buf[CLOCK_TEXT];

	text_add_hex(&sha256, leaf->sha256, CERT_SHA256);
	event_word(e, "sha256", text_str(&sha256));
	if (leaf->dates_readable)
		event_word(e, "not_after", clock_format(leaf->not_after, buf));
	text_done(&sha256);
}

/* What is right now: the certificate that passes, or that there is one. */
static void
add_right(struct event *e, const struct finding *f, const struct spot *spot)
{
	const struct cert *leaf = spot != NULL ? spot->leaf : NULL;
	struct text msg = {0};
	char buf[CLOCK_TEXT];

	if (f->rule->scope != SCOPE_SLOT || leaf == NULL) {
		text_addf(&msg, "no longer so: %s", f->rule->title);
	} else {
		text_add(&msg, "the certificate presented now passes: CN ");
		cert_add_cn(leaf, &msg);
		text_addf(&msg, ", %zu SAN names", leaf->n_san);
		if (leaf->dates_readable)
			text_addf(&msg, ", valid until %s",
			    clock_format(leaf->not_after, buf));
	}
	event_escaped(e, "msg", text_str(&msg));
	text_done(&msg);
}

void
news_finding(struct event *e, enum transition t, const struct finding *f,
    const struct spot *spot, enum severity prev)
{
	e->level = f->waived ? EVENT_NOTICE : level(t, f->severity);
	head(e, "finding");
	event_word(e, "state", transition_name(t));
	event_word(e, "id", f->id);
	event_word(e, "rule", f->rule->id);
	event_word(e, "severity", severity_name(f->severity));
	event_word(e, "role", f->kind);
	event_word(e, "host", f->owner);
	event_word(e, "site", f->site);
	event_word(e, "endpoint", f->places.n > 0 ? f->places.item[0] : NULL);
	event_word(e, "group", f->group);
	event_word(e, "owner", f->contact);
	event_end_head(e);
	if (f->places.n > 1)
		event_list(e, "endpoints", &f->places);
	if (f->by[0] != '\0')
		event_word(e, "by", f->by);
	if (f->cause[0] != '\0' && t != TRANSITION_CLEARED)
		event_word(e, "cause", f->cause);
	if (t == TRANSITION_CHANGED && prev != f->severity)
		event_word(e, "prev_severity", severity_name(prev));
	if (f->waived)
		event_word(e, "waived", "yes");
	if (f->offenders_key != NULL && t != TRANSITION_CLEARED)
		event_list(e, f->offenders_key, &f->offenders);
	if (spot != NULL && spot->leaf != NULL)
		add_leaf(e, spot->leaf);
	if (t == TRANSITION_CLEARED)
		add_right(e, f, spot);
	else
		event_escaped(e, "msg", f->message);
}

static void
add_sha256(struct event *e, const char *key, const struct cert *leaf)
{
	struct text sha256 = {0};

	text_add_hex(&sha256, leaf->sha256, CERT_SHA256);
	event_word(e, key, text_str(&sha256));
	text_done(&sha256);
}

static const struct reissue_reason *
find_reason(const struct reissue *r, const char *id)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->reasons[i].id, id) == 0)
			return &r->reasons[i];
	return NULL;
}

/* What it names, where there is such a reason. */
static void
add_what(struct event *e, const char *key, const struct reissue *r,
    const char *id)
{
	const struct reissue_reason *reason = find_reason(r, id);

	if (reason != NULL)
		event_list(e, key, &reason->what);
}

/* All rules of one weight. */
static void
add_rules(struct event *e, const char *key, const struct reissue *r,
    enum reissue_weight weight)
{
	struct strings ids = {0};

	for (size_t i = 0; i < r->n; i++)
		if (r->reasons[i].weight == weight &&
		    (r->reasons[i].detail.len > 0 ||
		    weight == REISSUE_MENDS))
			for (size_t k = 0; k < r->reasons[i].what.n; k++)
				strings_add_unique(&ids,
				    r->reasons[i].what.item[k]);
	if (ids.n > 0)
		event_list(e, key, &ids);
	strings_done(&ids);
}

static void
add_story(struct event *e, const struct reissue *r)
{
	struct text msg = {0};

	text_addf(&msg, "another certificate is presented, and that is %s",
	    reissue_verdict_name(r));
	for (size_t i = 0; i < r->n; i++)
		text_addf(&msg, "%s%s", i == 0 ? ": " : "; ",
		    text_str(&r->reasons[i].message));
	event_escaped(e, "msg", text_str(&msg));
	text_done(&msg);
}

void
news_reissue(struct event *e, const char *id, const struct subject *s,
    const struct reissue_case *c, const struct reissue *r)
{
	const struct endpoint *to = s->endpoint;
	struct text place = {0};

	e->level = EVENT_NOTICE;
	head(e, "reissue");
	event_word(e, "verdict", reissue_verdict_name(r));
	event_word(e, "id", id);
	event_word(e, "role", role_name(s->expect.role));
	event_word(e, "host", endpoint_owner(to));
	if (s->expect.role == ROLE_HTTPS)
		event_word(e, "site", endpoint_site(to));
	endpoint_place(to->address != NULL ? to->address : to->resolve,
	    to->port, &place);
	event_word(e, "endpoint", text_str(&place));
	event_word(e, "group", to->host != NULL ? to->host->group : NULL);
	event_word(e, "owner", to->settings->owner);
	event_end_head(e);
	add_sha256(e, "old_sha256", c->old.leaf);
	add_sha256(e, "new_sha256", c->new.leaf);
	add_rules(e, "breaks", r, REISSUE_BREAKS);
	add_rules(e, "mends", r, REISSUE_MENDS);
	add_what(e, "lost_names", r, "lost-names");
	add_what(e, "gained_names", r, "gained-names");
	event_word(e, "issuer_changed", find_reason(r, "issuer-changed") !=
	    NULL ? "yes" : "no");
	event_word(e, "key_reused", find_reason(r, "key-reused") != NULL ?
	    "yes" : "no");
	add_story(e, r);
	text_done(&place);
}

void
news_reissues(struct event *e, bool bad, const struct news_reissues *n)
{
	struct text msg = {0};

	e->level = EVENT_NOTICE;
	head(e, "reissues");
	event_word(e, "verdict", bad ? "bad" : "good");
	event_number(e, "exchanges", (int64_t)n->counted);
	event_word(e, "host", n->first);
	text_addf(&msg, "besides those logged one by one: %zu exchanges of "
	    "certificates were %s", n->counted, bad ? "bad" : "good");
	event_text(e, "msg", text_str(&msg));
	text_done(&msg);
}

void
news_look(struct event *e, const struct endpoint *to,
    const struct observation *seen, const struct cert *leaf)
{
	struct text place = {0};

	e->level = EVENT_DEBUG;
	head(e, "look");
	event_word(e, "role", endpoint_kind_name(to->kind));
	event_word(e, "host", endpoint_owner(to));
	event_word(e, "site", endpoint_site(to));
	endpoint_place(seen->address[0] != '\0' ? seen->address :
	    to->name, to->port, &place);
	event_word(e, "endpoint", text_str(&place));
	event_word(e, "outcome", outcome_name(seen->outcome));
	event_word(e, "via", via_name(seen->via));
	event_word(e, "proof", proof_name(seen->proof));
	event_word(e, "tls", seen->tls_version);
	event_number(e, "took_ms", seen->took_ms);
	if (leaf != NULL)
		add_leaf(e, leaf);
	if (seen->detail.len > 0)
		event_escaped(e, "detail", text_str(&seen->detail));
	text_done(&place);
}

static void
add_counts(struct event *e, const struct news_cycle *c,
    const struct diff_count *open)
{
	event_number(e, "hosts", (int64_t)c->hosts);
	event_number(e, "endpoints", (int64_t)c->endpoints);
	event_number(e, "observed", (int64_t)c->observed);
	event_number(e, "stale", (int64_t)open->stale);
	event_number(e, "waived", (int64_t)open->waived);
	event_number(e, "critical", (int64_t)open->open[SEVERITY_CRITICAL]);
	event_number(e, "error", (int64_t)open->open[SEVERITY_ERROR]);
	event_number(e, "warning", (int64_t)open->open[SEVERITY_WARNING]);
	event_number(e, "notice", (int64_t)open->open[SEVERITY_NOTICE]);
}

void
news_summary(struct event *e, const struct news_cycle *c,
    const struct diff_count *open)
{
	struct text took = {0};

	e->level = EVENT_INFO;
	head(e, "summary");
	event_number(e, "cycle", (int64_t)c->number);
	add_counts(e, c, open);
	event_number(e, "opened", (int64_t)c->opened);
	event_number(e, "cleared", (int64_t)c->cleared);
	text_addf(&took, "%lld.%llds", (long long)(c->took_ms / 1000),
	    (long long)(c->took_ms % 1000 / 100));
	event_word(e, "duration", text_str(&took));
	text_done(&took);
}

void
news_alive(struct event *e, int64_t up_s, const struct news_cycle *c,
    const struct diff_count *open)
{
	char span[CLOCK_TEXT];

	e->level = EVENT_NOTICE;
	head(e, "alive");
	event_word(e, "up", clock_format_span_ms(up_s / 3600 * 3600000, span));
	event_number(e, "cycles", (int64_t)c->number);
	add_counts(e, c, open);
}

void
news_tally(struct event *e, const struct tally_line *l)
{
	struct text msg = {0};

	e->level = level(l->state, l->severity);
	head(e, "findings");
	event_word(e, "state", transition_name(l->state));
	event_word(e, "rule", l->rule->id);
	event_word(e, "severity", severity_name(l->severity));
	event_number(e, "hosts", (int64_t)l->hosts);
	event_number(e, "findings", (int64_t)l->findings);
	event_word(e, "host", l->first);
	text_addf(&msg, "besides those logged one by one: %zu %s of this rule "
	    "on %zu %s: %s", l->findings,
	    l->findings == 1 ? "finding" : "findings", l->hosts,
	    l->hosts == 1 ? "host" : "hosts", l->rule->title);
	event_text(e, "msg", text_str(&msg));
	text_done(&msg);
}

void
news_plain(struct event *e, enum event_level l, const char *kind,
    const char *msg)
{
	e->level = l;
	head(e, kind);
	event_text(e, "msg", msg);
}
