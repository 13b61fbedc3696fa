/* SPDX-License-Identifier: ISC */
/* store_write.c - records become rows. */
#include <stdlib.h>
#include <string.h>

#include "store_own.h"

#define DER_MAX		65536	/* bytes of one certificate that are kept */
#define DER_SUM		131072	/* and of all that one sighting brought */

/* ---- what rows refer to ---- */

static bool
thing_id(struct store *s, const struct thing *t, sqlite3_int64 *id)
{
	int64_t port = t->port;

	if (!store_number(store_bind(s, SQL_ENDPOINT_ID, "ttti", t->owner,
	    t->kind, t->site, port), id))
		return false;
	if (*id >= 0)
		return true;
	if (!store_run(store_bind(s, SQL_ENDPOINT_ADD, "ttti", t->owner,
	    t->kind, t->site, port)))
		return false;
	*id = sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool
document_id(struct store *s, const uint8_t sha256[CERT_SHA256],
    const struct text *text, bool packed, sqlite3_int64 *id)
{
	sqlite3_stmt *add;

	if (!store_number(store_bind(s, SQL_DOCUMENT_ID, "b", sha256,
	    (size_t)CERT_SHA256), id))
		return false;
	if (*id >= 0)
		return true;
	add = packed ? store_bind(s, SQL_DOCUMENT_ADD, "bb", sha256,
	    (size_t)CERT_SHA256, text_str(text), text->len) :
	    store_bind(s, SQL_DOCUMENT_ADD, "bt", sha256,
	    (size_t)CERT_SHA256, text_str(text));
	if (!store_run(add))
		return false;
	*id = sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool
der_id(struct store *s, const uint8_t sha256[CERT_SHA256],
    const uint8_t *der, size_t len, bool keep, int64_t at, sqlite3_int64 *id)
{
	keep = keep && der != NULL && len <= DER_MAX;
	if (!store_number(store_bind(s, SQL_CERTIFICATE_ID, "bi", sha256,
	    (size_t)CERT_SHA256, (int64_t)keep), id))
		return false;
	if (*id >= 0)
		return true;
	return store_run(store_bind(s, SQL_CERTIFICATE_ADD, "bibi", sha256,
	    (size_t)CERT_SHA256, (int64_t)len, keep ? der : NULL,
	    keep ? len : 0, at)) && store_number(store_bind(s,
	    SQL_CERTIFICATE_ID, "bi", sha256, (size_t)CERT_SHA256,
	    (int64_t)false), id);
}

/* The id of a leaf, or -1 for none; as text to bind, or NULL. */
static bool
cert_id(struct store *s, const struct cert *c, int64_t at, sqlite3_int64 *id)
{
	*id = -1;
	return c == NULL || der_id(s, c->sha256, c->der, c->der_len, true, at,
	    id);
}

static void
add_id(struct text *list, sqlite3_int64 id)
{
	text_addf(list, "%s%lld", list->len > 0 ? " " : "", (long long)id);
}

static bool
chain_ids(struct store *s, const struct chain *chain, int64_t at,
    struct text *out)
{
	sqlite3_int64 id;

	for (size_t i = 0; chain != NULL && i < chain->n_sent; i++) {
		if (chain->sent[i] == NULL)
			continue;
		if (!cert_id(s, chain->sent[i], at, &id))
			return false;
		add_id(out, id);
	}
	return true;
}

/* NULL for an empty list: the column is NULL then. */
static const char *
or_null(const struct text *t)
{
	return t->len > 0 ? text_str(t) : NULL;
}

/* ---- records ---- */

/* Everything that was sent, also what is no certificate. */
static bool
sent_ids(struct store *s, const struct record *r, sqlite3_int64 *leaf,
    struct text *chain)
{
	size_t sum = 0;

	*leaf = -1;
	if (r->seen->n_der == 0)
		return cert_id(s, r->leaf, r->at, leaf) &&
		    chain_ids(s, r->sent, r->at, chain);
	for (size_t i = 0; i < r->seen->n_der; i++) {
		const struct observation_der *d = &r->seen->der[i];
		uint8_t sha256[CERT_SHA256];
		size_t len = d->len;
		sqlite3_int64 id;

		if (i == 0 && r->leaf != NULL) {
			len = r->leaf->der_len;		/* without a tail */
			memcpy(sha256, r->leaf->sha256, CERT_SHA256);
		} else {
			cert_sha256(d->data, d->len, sha256);
		}
		sum += len;
		if (!der_id(s, sha256, d->data, len, sum <= DER_SUM, r->at,
		    &id))
			return false;
		if (i == 0)
			*leaf = id;
		add_id(chain, id);
	}
	return true;
}

static bool
add_sighting(struct store *s, const struct record *r)
{
	const struct observation *o = r->seen;
	sqlite3_int64 id, leaf;
	struct text chain = {0};
	sqlite3_stmt *stmt;
	bool ok;

	if (!thing_id(s, &r->thing, &id) || !store_run(store_bind(s,
	    SQL_SIGHTING_END, "ii", (int64_t)id, r->until)))
		return false;
	ok = sent_ids(s, r, &leaf, &chain);
	stmt = !ok ? NULL : store_bind(s, SQL_SIGHTING_ADD, "iittttntbt",
	    (int64_t)id, r->at, outcome_name(o->outcome), o->address,
	    via_name(o->via), proof_name(o->proof), or_null(&chain),
	    leaf >= 0 ? o->message_sha256 : NULL, (size_t)CERT_SHA256,
	    or_null(&o->detail));
	if (stmt != NULL && leaf >= 0)
		ok = sqlite3_bind_int64(stmt, 7, leaf) == SQLITE_OK;
	ok = ok && store_run(stmt);
	text_done(&chain);
	return ok;
}

static bool
bind_id(sqlite3_stmt *stmt, int column, sqlite3_int64 id)
{
	return id < 0 || sqlite3_bind_int64(stmt, column, id) == SQLITE_OK;
}

static bool
keep_memory(struct store *s, const struct record *r)
{
	const struct memory *m = &r->memory;
	sqlite3_int64 id, leaf, accepted, previous, refused;
	struct text chain = {0}, accepted_chain = {0};
	sqlite3_stmt *stmt = NULL;
	bool ok = thing_id(s, &r->thing, &id) &&
	    cert_id(s, m->leaf, r->at, &leaf) &&
	    cert_id(s, m->accepted, r->at, &accepted) &&
	    cert_id(s, m->previous, r->at, &previous) &&
	    cert_id(s, m->refused, r->at, &refused) &&
	    chain_ids(s, m->chain, r->at, &chain) &&
	    chain_ids(s, m->accepted_chain, r->at, &accepted_chain);

	if (ok)
		stmt = store_bind(s, SQL_ENDPOINT_KEEP, "inntntnnii",
		    (int64_t)id, or_null(&chain), or_null(&accepted_chain),
		    (int64_t)m->role, (int64_t)m->layout);
	ok = stmt != NULL && bind_id(stmt, 2, leaf) &&
	    bind_id(stmt, 5, accepted) && bind_id(stmt, 7, previous) &&
	    bind_id(stmt, 8, refused) && (m->leaf_since == CLOCK_NEVER ||
	    sqlite3_bind_int64(stmt, 3, m->leaf_since) == SQLITE_OK) &&
	    store_run(stmt);
	text_done(&chain);
	text_done(&accepted_chain);
	return ok;
}

static bool
add_judgement(struct store *s, const struct record *r)
{
	sqlite3_int64 id, document;
	uint8_t sha256[CERT_SHA256];

	cert_sha256((const uint8_t *)text_str(&r->text), r->text.len, sha256);
	return thing_id(s, &r->thing, &id) &&
	    document_id(s, sha256, &r->text, false, &document) &&
	    store_run(store_bind(s, SQL_EVALUATION_END, "ii", (int64_t)id,
	    r->at)) &&
	    store_run(store_bind(s, SQL_EVALUATION_ADD, "iii", (int64_t)id,
	    r->at, (int64_t)document));
}

/* A statement whose parameter "ended" is still NULL. */
static bool
run_ended(sqlite3_stmt *stmt, const struct record *r, int column)
{
	return stmt != NULL && (!r->ended ||
	    sqlite3_bind_int64(stmt, column, r->at) == SQLITE_OK) &&
	    store_run(stmt);
}

/* A reminder tells nothing new of it. */
static bool
add_past(struct store *s, const struct record *r, const char *state)
{
	if (strcmp(state, transition_name(TRANSITION_REMINDER)) == 0)
		return true;
	return run_ended(store_bind(s, SQL_FINDING_PAST, "titnit", r->finding,
	    r->at, state, (int64_t)(r->kind == RECORD_LINE),
	    text_str(&r->state)), r, 4);
}

static bool
keep_finding(struct store *s, const struct record *r)
{
	struct finding *f = diff_finding_parse(text_str(&r->state));
	const char *state = r->transition != NULL ? r->transition :
	    transition_name(TRANSITION_OPENED);
	bool ok;

	if (f == NULL)
		return true;	/* ours: it was just written */
	ok = run_ended(store_bind(s, SQL_FINDING_KEEP, "ttttttint",
	    r->finding, f->about, f->owner, f->rule->id,
	    severity_name(f->severity), state, f->opened,
	    text_str(&r->state)), r, 8) && add_past(s, r, state);
	diff_finding_free(f);
	return ok;
}

static bool
add_line(struct store *s, const struct record *r)
{
	const struct event *e = &r->event;
	const char *kind = event_value(e, "event");
	bool about = r->finding[0] != '\0';
	struct text facts = {0};
	bool ok;

	if (e->level == EVENT_DEBUG && !about)
		return true;	/* looks are not kept: intervals are */
	event_write(e, &facts);
	ok = store_run(store_bind(s, SQL_EVENT_ADD, "itttttt" "iiit", r->at,
	    kind != NULL ? kind : "", event_value(e, "state"),
	    about ? r->finding : event_value(e, "id"),
	    event_value(e, "rule"), event_value(e, "severity"),
	    event_value(e, "host"), (int64_t)e->level, (int64_t)e->head,
	    (int64_t)r->quiet, text_str(&facts)));
	text_done(&facts);
	return ok && (!about || keep_finding(s, r));
}

static bool
keep_split(struct store *s, const struct record *r)
{
	if (r->since == CLOCK_NEVER && !r->has_leaf)
		return store_run(store_bind(s, SQL_SPLIT_DROP, "t",
		    r->thing.owner));
	if (r->since == CLOCK_NEVER)
		return store_run(store_bind(s, SQL_SPLIT_KEEP, "tnb",
		    r->thing.owner, r->split_leaf, (size_t)CERT_SHA256));
	return store_run(store_bind(s, SQL_SPLIT_KEEP, "tib", r->thing.owner,
	    r->since, r->has_leaf ? r->split_leaf : NULL,
	    (size_t)CERT_SHA256));
}

static bool
keep_expected(struct store *s, const struct record *r)
{
	if (r->since == CLOCK_NEVER)
		return store_run(store_bind(s, SQL_EXPECTED_DROP, "t",
		    r->thing.owner));
	return store_run(store_bind(s, SQL_EXPECTED_KEEP, "tib",
	    r->thing.owner, r->since, r->has_leaf ? r->split_leaf : NULL,
	    (size_t)CERT_SHA256));
}

static bool
add_revision(struct store *s, const struct record *r)
{
	sqlite3_int64 document;

	return document_id(s, r->sha256, &r->text, true, &document) &&
	    store_run(store_bind(s, SQL_REVISION_ADD, "iti", r->at,
	    r->thing.kind, (int64_t)document));
}

static bool
end_thing(struct store *s, const struct record *r)
{
	sqlite3_int64 id;

	return thing_id(s, &r->thing, &id) &&
	    store_run(store_bind(s, SQL_SIGHTING_END, "ii", (int64_t)id,
	    r->until)) &&
	    store_run(store_bind(s, SQL_EVALUATION_END, "ii", (int64_t)id,
	    r->at));
}

static bool
add_cycle(struct store *s, const struct record *r)
{
	return store_run(store_bind(s, SQL_RUN_CYCLE, "ii", (int64_t)s->run,
	    r->at));
}

static bool
mark_sink(struct store *s, const struct record *r)
{
	return store_run(store_bind(s, SQL_SINK_NEW, "t", r->thing.owner)) &&
	    store_run(store_bind(s, SQL_SINK_MARK, "ti", r->thing.owner,
	    r->seq));
}

static bool
end_findings(struct store *s, const struct record *r)
{
	return store_run(store_bind(s, SQL_FINDING_PAST_END, "i", r->at)) &&
	    store_run(store_bind(s, SQL_FINDING_END_ALL, "i", r->at));
}

static bool (*const kinds[])(struct store *, const struct record *) = {
	[RECORD_LINE]		= add_line,
	[RECORD_SIGHTING]	= add_sighting,
	[RECORD_MEMORY]		= keep_memory,
	[RECORD_JUDGEMENT]	= add_judgement,
	[RECORD_SPLIT]		= keep_split,
	[RECORD_REVISION]	= add_revision,
	[RECORD_MARK]		= mark_sink,
	[RECORD_CYCLE]		= add_cycle,
	[RECORD_EXPECTED]	= keep_expected,
	[RECORD_GONE]		= end_thing,
	[RECORD_ANEW]		= end_findings,
	[RECORD_OPEN]		= keep_finding,
};

bool
store_add_records(struct store *s, const struct records *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (!kinds[list->item[i].kind](s, &list->item[i]))
			return false;
	return true;
}
