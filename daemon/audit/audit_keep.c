/* SPDX-License-Identifier: ISC */
/*
 * audit_keep.c - what is told and remembered, gathered until it is whole. Of
 * what is remembered only news is handed over.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "audit_own.h"
#include "cwaudit/mem.h"
#include "cwaudit/report.h"
#include "store/pack.h"

#define SLICE	500		/* ports before others have a turn */

void
audit_flush(struct audit *a)
{
	if (a->records.n > 0)
		a->io.keep(a->io.ctx, &a->records);
	records_done(&a->records);
}

static struct record *
add(struct audit *a, enum record_kind kind)
{
	return records_add(&a->records, kind, clock_utc(a->options.clock));
}

/* ---- lines ---- */

void
audit_tell(struct audit *a, struct event *e)
{
	add(a, RECORD_LINE)->event = *e;
	*e = (struct event){0};
}

void
audit_tell_quietly(struct audit *a, struct event *e)
{
	audit_tell(a, e);
	a->records.item[a->records.n - 1].quiet = true;
}

static void
set_finding(struct record *r, const struct finding *f)
{
	memcpy(r->finding, f->id, FINDING_ID);
	diff_finding_write(f, &r->state);
}

void
audit_tell_finding(struct audit *a, struct event *e, enum transition t,
    const struct finding *f, bool quiet)
{
	struct record *r = add(a, RECORD_LINE);

	r->event = *e;
	*e = (struct event){0};
	r->quiet = quiet;
	r->transition = transition_name(t);
	r->ended = transition_ends(t);
	set_finding(r, f);
}

/* ---- ports ---- */

static bool
is_seen_alike(const struct spot *s)
{
	return s->kept.sighted && s->kept.outcome == (int)s->seen->outcome &&
	    (s->seen->outcome != OUTCOME_OBSERVED ||
	    memcmp(s->kept.message, s->seen->message_sha256,
	    CERT_SHA256) == 0);
}

void
audit_keep_sighting(struct audit *a, struct spot *s)
{
	int64_t now = clock_utc(a->options.clock);
	struct record *r;

	if (a->options.one_shot || s->seen == NULL)
		return;
	if (!s->kept.sighted && spot_is_lean(s)) {
		s->repath = true;	/* the next look brings the DERs */
		return;
	}
	if (!is_seen_alike(s)) {
		r = add(a, RECORD_SIGHTING);
		thing_init_port(&r->thing, s->endpoint);
		r->seen = observation_ref(s->seen);
		r->leaf = s->leaf != NULL ? cert_ref(s->leaf) : NULL;
		r->sent = s->chain != NULL ? chain_ref(s->chain) : NULL;
		r->until = s->kept.last_look != CLOCK_NEVER ?
		    s->kept.last_look : now;
		s->kept.sighted = true;
		s->kept.outcome = (int)s->seen->outcome;
		memcpy(s->kept.message, s->seen->message_sha256, CERT_SHA256);
	}
	s->kept.last_look = now;
}

void
audit_make_lean(struct audit *a, struct spot *s)
{
	if (!a->options.one_shot && !s->endpoint->settings->revocation &&
	    s->kept.sighted)
		spot_lean(s, &a->kin);
}

static void
add_sha256(const struct cert *c, struct text *out)
{
	if (c != NULL)
		text_add_hex(out, c->sha256, CERT_SHA256);
	text_add_char(out, ' ');
}

static void
add_sent(const struct chain *chain, struct text *out)
{
	for (size_t i = 0; chain != NULL && i < chain->n_sent; i++)
		add_sha256(chain->sent[i], out);
	text_add_char(out, '|');
}

/* True: it differs from what was kept, which is it now. */
static bool
is_news(const struct text *t, uint8_t kept[CERT_SHA256])
{
	uint8_t sha256[CERT_SHA256];

	cert_sha256((const uint8_t *)text_str(t), t->len, sha256);
	if (memcmp(sha256, kept, CERT_SHA256) == 0)
		return false;
	memcpy(kept, sha256, CERT_SHA256);
	return true;
}

static const struct cert *
ref(const struct cert *c)
{
	return c != NULL ? cert_ref(c) : NULL;
}

static const struct chain *
ref_chain(const struct chain *c)
{
	return c != NULL ? chain_ref(c) : NULL;
}

void
audit_keep_memory(struct audit *a, struct spot *s)
{
	struct text all = {0};
	struct record *r;

	if (a->options.one_shot || s->last_leaf == NULL ||
	    (!s->kept.sighted && spot_is_lean(s)))
		return;
	add_sha256(s->last_leaf, &all);
	add_sent(s->last_chain, &all);
	add_sha256(s->accepted, &all);
	add_sent(s->accepted_chain, &all);
	add_sha256(s->previous, &all);
	add_sha256(s->refused, &all);
	text_addf(&all, "%lld %d %d", (long long)s->leaf_since, (int)s->role,
	    (int)s->layout);
	if (is_news(&all, s->kept.memory)) {
		r = add(a, RECORD_MEMORY);
		thing_init_port(&r->thing, s->endpoint);
		r->memory = (struct memory){
			.leaf = cert_ref(s->last_leaf),
			.chain = ref_chain(s->last_chain),
			.accepted = ref(s->accepted),
			.accepted_chain = ref_chain(s->accepted_chain),
			.previous = ref(s->previous),
			.refused = ref(s->refused),
			.leaf_since = s->leaf_since, .role = s->role,
			.layout = s->layout,
		};
	}
	text_done(&all);
}

/* ---- judgements ---- */

/* The answers about one endpoint; NULL: about no single one. */
static void
add_answers(const struct results *rs, const struct endpoint *e,
    struct text *out)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].endpoint == e)
			diff_answer_write(&rs->item[i], out);
}

/* Takes the text. */
static struct record *
add_judgement(struct audit *a, struct text *all, uint8_t kept[CERT_SHA256])
{
	struct record *r = NULL;

	if (all->len > 0 && is_news(all, kept)) {
		r = add(a, RECORD_JUDGEMENT);
		r->text = *all;
		*all = (struct text){0};
	}
	text_done(all);
	return r;
}

static void
keep_ports(struct audit *a, const struct host *host, const struct results *rs)
{
	size_t n;
	const struct endpoint *e = inventory_endpoints(a->inventory, host, &n);

	for (size_t i = 0; i < n; i++) {
		struct spot *s = &a->spots[e[i].index];
		struct text all = {0};
		struct record *r;

		add_answers(rs, &e[i], &all);
		r = add_judgement(a, &all, s->kept.judgement);
		if (r != NULL)
			thing_init_port(&r->thing, &e[i]);
		audit_keep_memory(a, s);
	}
}

static uint8_t *
find_kept(struct audit *a, const char *owner, const char **kind)
{
	const struct host *host = inventory_find(a->inventory, owner);
	size_t farm;

	if (strcmp(owner, AUDIT_FLEET) == 0) {
		*kind = "fleet";
		return a->fleet_kept;
	}
	if (strncmp(owner, AUDIT_FARM, strlen(AUDIT_FARM)) == 0) {
		*kind = "farm";
		farm = audit_find_farm(a, owner + strlen(AUDIT_FARM));
		return farm != SIZE_MAX ? a->farms[farm].kept : NULL;
	}
	*kind = "host";
	return host != NULL ? a->hosts[host - a->inventory->hosts].kept :
	    NULL;
}

static void
keep_published(struct audit *a, const struct results *rs)
{
	struct spot *s = &a->spots[rs->item[0].endpoint->index];
	struct text all = {0};
	struct record *r;

	add_answers(rs, s->endpoint, &all);
	r = add_judgement(a, &all, s->kept.judgement);
	if (r != NULL)
		thing_init_port(&r->thing, s->endpoint);
	audit_keep_memory(a, s);
}

void
audit_keep_judgement(struct audit *a, const char *owner,
    const struct results *rs)
{
	const struct host *host = inventory_find(a->inventory, owner);
	struct text all = {0};
	struct record *r;
	const char *kind;
	uint8_t *kept;

	/* of the auditor its findings say all */
	if (a->options.one_shot || rs->n == 0 ||
	    strcmp(owner, AUDIT_ITSELF) == 0)
		return;
	if (rs->item[0].endpoint != NULL &&
	    rs->item[0].endpoint->published != NULL) {
		keep_published(a, rs);
		return;
	}
	if (host != NULL)
		keep_ports(a, host, rs);
	kept = find_kept(a, owner, &kind);
	add_answers(rs, NULL, &all);
	r = kept != NULL ? add_judgement(a, &all, kept) : NULL;
	if (r != NULL)
		thing_init(&r->thing, owner, kind);
	text_done(&all);
}

void
audit_keep_cycle(struct audit *a)
{
	/* What workers and the writer had of what is new are holes by now. */
	(void)malloc_trim(0);
	if (!a->options.one_shot)
		(void)add(a, RECORD_CYCLE);
}

void
audit_keep_split(struct audit *a, const char *owner, int64_t since,
    const uint8_t *leaf)
{
	struct record *r;

	if (a->options.one_shot)
		return;
	r = add(a, RECORD_SPLIT);
	thing_init(&r->thing, owner, "");
	r->since = since;
	r->has_leaf = leaf != NULL;
	if (leaf != NULL)
		memcpy(r->split_leaf, leaf, CERT_SHA256);
}

/* ---- what the audit was made from ---- */

/* Takes the packer. */
static void
add_revision(struct audit *a, const char *kind, struct packer *document,
    uint8_t kept[CERT_SHA256])
{
	uint8_t sha256[CERT_SHA256];
	struct text packed;
	struct record *r;

	packer_end(document, &packed, sha256);
	if (memcmp(sha256, kept, CERT_SHA256) == 0) {
		text_done(&packed);
		return;
	}
	memcpy(kept, sha256, CERT_SHA256);
	r = add(a, RECORD_REVISION);
	thing_init(&r->thing, "", kind);
	r->text = packed;
	memcpy(r->sha256, sha256, CERT_SHA256);
}

void
audit_keep_revision(struct audit *a)
{
	struct packer *inventory, *settings;
	struct text values = {0};

	if (a->options.one_shot)
		return;
	inventory = packer_new();
	(void)report_inventory_json(a->inventory, packer_add, inventory);
	add_revision(a, "inventory", inventory, a->revision[0]);
	text_addf(&values, "version: " CWAUDIT_VERSION "\nrules: %d\n",
	    RULE_SET_VERSION);
	config_print_values(a->options.config, &values);
	settings = packer_new();
	(void)packer_add(settings, text_str(&values), values.len);
	add_revision(a, "settings", settings, a->revision[1]);
	text_done(&values);
}

/* Takes the thing. */
void
audit_keep_gone(struct audit *a, struct thing *t, int64_t last_look)
{
	struct record *r = add(a, RECORD_GONE);

	r->thing = *t;
	*t = (struct thing){0};
	r->until = last_look != CLOCK_NEVER ? last_look : r->at;
}

/* ---- to one who knows nothing ---- */

static void
add_open(void *ctx, const struct finding *f)
{
	set_finding(add(ctx, RECORD_OPEN), f);
}

void
audit_keep_anew(struct audit *a)
{
	(void)add(a, RECORD_ANEW);
	diff_walk(a->diff, add_open, a);
	memset(a->revision, 0, sizeof(a->revision));
	memset(a->fleet_kept, 0, sizeof(a->fleet_kept));
	audit_keep_revision(a);
	audit_keep_expected(a);
	for (size_t i = 0; i < a->inventory->n_hosts; i++) {
		memset(a->hosts[i].kept, 0, CERT_SHA256);
		a->hosts[i].stands_until = 0;	/* a judgement keeps it */
		audit_keep_split(a, a->inventory->hosts[i].fqdn,
		    a->hosts[i].split_since, NULL);
	}
	for (size_t i = 0; i < a->inventory->n_farms; i++) {
		struct farm_memory *m = &a->farms[i];
		struct text owner = {0};

		memset(m->kept, 0, CERT_SHA256);
		text_addf(&owner, AUDIT_FARM "%s", a->inventory->farms[i].key);
		audit_keep_split(a, text_str(&owner), m->split_since,
		    m->copied ? m->leaf : NULL);
		text_done(&owner);
	}
	a->keep_from = 0;
	audit_flush(a);
}

void
audit_keep_some(struct audit *a)
{
	size_t end = a->keep_from + SLICE;

	for (; a->keep_from < a->inventory->n_endpoints && a->keep_from < end;
	    a->keep_from++) {
		struct spot *s = &a->spots[a->keep_from];

		s->kept = (struct spot_kept){ .last_look = CLOCK_NEVER };
		audit_keep_sighting(a, s);
		audit_keep_memory(a, s);	/* it is judged with a look */
	}
}
