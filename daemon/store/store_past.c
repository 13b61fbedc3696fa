/* SPDX-License-Identifier: ISC */
/* store_past.c - what a new process goes on from. */
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "store_own.h"

/* ---- certificates ---- */

/* NULL: its bytes were not kept, or they are no certificate. */
static const struct cert *
read_cert(struct store *s, int64_t id)
{
	sqlite3_stmt *stmt = store_bind(s, SQL_CERTIFICATE_DER, "i", id);
	struct cert *c = NULL;

	if (store_step(stmt) == SQLITE_ROW &&
	    sqlite3_column_type(stmt, 0) == SQLITE_BLOB &&
	    cert_parse(sqlite3_column_blob(stmt, 0),
	    (size_t)sqlite3_column_bytes(stmt, 0), &c) != CERT_OK)
		c = NULL;
	if (stmt != NULL)
		store_reset(stmt);
	return c;
}

/* Each is parsed once: a CA stands in the chain of every port. */
static const struct cert *
load_cert(struct store *s, int64_t id)
{
	size_t i = (size_t)id;

	if (id < 0 || i >= s->n_loaded)
		return NULL;
	if (s->loaded[i] == NULL)
		s->loaded[i] = read_cert(s, id);
	return s->loaded[i] != NULL ? cert_ref(s->loaded[i]) : NULL;
}

static bool
begin_loading(struct store *s)
{
	sqlite3_int64 last;

	if (!store_number(store_bind(s, SQL_CERTIFICATE_LAST, ""), &last))
		return false;
	s->n_loaded = (size_t)last + 1;
	s->loaded = xcalloc(s->n_loaded, sizeof(*s->loaded));
	return true;
}

static void
end_loading(struct store *s)
{
	for (size_t i = 0; i < s->n_loaded; i++)
		cert_unref(s->loaded[i]);
	free(s->loaded);
	s->loaded = NULL;
	s->n_loaded = 0;
}

static const struct cert *
load_column(struct store *s, sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ? NULL :
	    load_cert(s, sqlite3_column_int64(row, column));
}

static void
load_chain(struct store *s, const char *ids, struct past_certs *out)
{
	size_t cap = 0;
	char *end;

	for (; *ids != '\0'; ids = end) {
		long long id = strtoll(ids, &end, 10);
		const struct cert *c;

		if (end == ids)
			return;
		c = load_cert(s, id);
		if (c == NULL)
			continue;
		out->item = xgrow(out->item, out->n, &cap,
		    sizeof(*out->item));
		out->item[out->n++] = c;
	}
}

static void
certs_done(struct past_certs *certs)
{
	for (size_t i = 0; i < certs->n; i++)
		cert_unref(certs->item[i]);
	free(certs->item);
}

/* ---- ports ---- */

static const char *
kind_of(const char *kind)
{
	static const char *const kinds[] = { "https", "mtls", "published",
	    "host", "farm", "fleet" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], kind) == 0)
			return kinds[i];
	return "";
}

static bool
read_sha256(sqlite3_stmt *row, int column, uint8_t out[CERT_SHA256])
{
	if (sqlite3_column_bytes(row, column) != CERT_SHA256)
		return false;
	memcpy(out, sqlite3_column_blob(row, column), CERT_SHA256);
	return true;
}

static int64_t
time_or_never(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ?
	    CLOCK_NEVER : sqlite3_column_int64(row, column);
}

static void
add_port(struct store *s, sqlite3_stmt *row, struct past *out)
{
	struct past_port *p;

	out->ports = xgrow(out->ports, out->n_ports, &out->cap_ports,
	    sizeof(*out->ports));
	p = &out->ports[out->n_ports++];
	*p = (struct past_port){0};
	thing_init(&p->thing, store_text(row, 0), kind_of(store_text(row, 1)));
	free(p->thing.site);
	p->thing.site = xstrdup(store_text(row, 2));
	p->thing.port = (uint16_t)sqlite3_column_int(row, 3);
	p->memory.leaf = load_column(s, row, 4);
	p->memory.leaf_since = time_or_never(row, 5);
	load_chain(s, store_text(row, 6), &p->sent);
	p->memory.accepted = load_column(s, row, 7);
	load_chain(s, store_text(row, 8), &p->accepted_sent);
	p->memory.previous = load_column(s, row, 9);
	p->memory.refused = load_column(s, row, 10);
	p->memory.role = (enum role)sqlite3_column_int(row, 11);
	p->memory.layout = (enum layout)sqlite3_column_int(row, 12);
	if (sqlite3_column_type(row, 13) != SQLITE_NULL)
		p->outcome = xstrdup(store_text(row, 13));
	(void)read_sha256(row, 14, p->message_sha256);
	p->last_observed = time_or_never(row, 15);
	p->judged = read_sha256(row, 16, p->judgement);
	p->id = sqlite3_column_int64(row, 17);
}

static int
by_id(const void *key, const void *port)
{
	int64_t a = *(const int64_t *)key, b =
	    ((const struct past_port *)port)->id;

	return a < b ? -1 : a > b;
}

static void
add_before(struct store *s, sqlite3_stmt *row, struct past *out)
{
	int64_t id = sqlite3_column_int64(row, 0);
	struct past_port *p = out->n_ports == 0 ? NULL : bsearch(&id,
	    out->ports, out->n_ports, sizeof(*p), by_id);
	struct past_before before = { .until = sqlite3_column_int64(row, 2) };

	(void)s;
	if (p == NULL || !read_sha256(row, 1, before.leaf))
		return;
	p->before = xgrow(p->before, p->n_before, &p->cap_before,
	    sizeof(*p->before));
	p->before[p->n_before++] = before;
}

static void
add_finding(struct store *s, sqlite3_stmt *row, struct past *out)
{
	struct finding *f = diff_finding_parse(store_text(row, 0));

	(void)s;
	if (f == NULL)
		return;		/* of a rule that this version does not have */
	out->findings = xgrow(out->findings, out->n_findings,
	    &out->cap_findings, sizeof(*out->findings));
	out->findings[out->n_findings++] = f;
}

static void
add_split(struct store *s, sqlite3_stmt *row, struct past *out)
{
	struct past_split *p;

	(void)s;
	out->splits = xgrow(out->splits, out->n_splits, &out->cap_splits,
	    sizeof(*out->splits));
	p = &out->splits[out->n_splits++];
	*p = (struct past_split){ .owner = xstrdup(store_text(row, 0)),
	    .since = time_or_never(row, 1) };
	p->has_leaf = read_sha256(row, 2, p->leaf);
}

static void
add_expected(struct store *s, sqlite3_stmt *row, struct past *out)
{
	struct past_split *p;

	(void)s;
	out->expected = xgrow(out->expected, out->n_expected,
	    &out->cap_expected, sizeof(*out->expected));
	p = &out->expected[out->n_expected++];
	*p = (struct past_split){ .owner = xstrdup(store_text(row, 0)),
	    .since = time_or_never(row, 1) };
	p->has_leaf = read_sha256(row, 2, p->leaf);
}

static void
add_told(struct store *s, sqlite3_stmt *row, struct past *out)
{
	struct past_told t = {0};
	bool finding = strcmp(store_text(row, 0), "finding") == 0;

	(void)s;
	t.rule = finding ? rule_find(store_text(row, 1)) : NULL;
	if (finding && (t.rule == NULL ||
	    !transition_parse(store_text(row, 2), &t.state) ||
	    !severity_parse(store_text(row, 3), &t.severity)))
		return;		/* of a version that is gone */
	t.bad = strcmp(store_text(row, 6), "bad") == 0;
	t.quiet = sqlite3_column_int(row, 5) != 0;
	t.host = xstrdup(store_text(row, 4));
	out->told = xgrow(out->told, out->n_told, &out->cap_told,
	    sizeof(*out->told));
	out->told[out->n_told++] = t;
}

static bool
each_row(struct store *s, enum statement which,
    void (*add)(struct store *, sqlite3_stmt *, struct past *),
    struct past *out)
{
	sqlite3_stmt *stmt = store_bind(s, which, "");
	int code;

	while ((code = store_step(stmt)) == SQLITE_ROW)
		add(s, stmt, out);
	if (code != SQLITE_DONE)
		return false;
	store_reset(stmt);
	return true;
}

static bool
read_revision(struct store *s, const char *kind, uint8_t out[CERT_SHA256])
{
	sqlite3_stmt *stmt = store_bind(s, SQL_PAST_REVISION, "t", kind);
	int code = store_step(stmt);

	if (code == SQLITE_ROW)
		(void)read_sha256(stmt, 0, out);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return false;
	store_reset(stmt);
	return true;
}

static bool
read_all(struct store *s, struct past *out)
{
	sqlite3_int64 cycles = 0, until = 0;

	if (each_row(s, SQL_PAST_PORTS, add_port, out) &&
	    each_row(s, SQL_PAST_BEFORE, add_before, out) &&
	    each_row(s, SQL_PAST_FINDINGS, add_finding, out) &&
	    each_row(s, SQL_PAST_SPLITS, add_split, out) &&
	    each_row(s, SQL_PAST_EXPECTED, add_expected, out) &&
	    each_row(s, SQL_PAST_TOLD, add_told, out) &&
	    read_revision(s, "inventory", out->revision[0]) &&
	    read_revision(s, "settings", out->revision[1]) &&
	    store_number(store_bind(s, SQL_PAST_CYCLES, ""), &cycles) &&
	    store_number(store_bind(s, SQL_PAST_UNTIL, ""), &until)) {
		out->cycles = (uint64_t)cycles;
		out->until = until;
		return true;
	}
	return false;
}

bool
store_read_past(struct store *s, struct past *out, struct text *why)
{
	bool ok;

	*out = (struct past){0};
	ok = begin_loading(s) && read_all(s, out);
	end_loading(s);
	if (ok)
		return true;
	past_done(out);
	return store_fail(s, why);
}

void
past_done(struct past *past)
{
	for (size_t i = 0; i < past->n_ports; i++) {
		thing_done(&past->ports[i].thing);
		memory_done(&past->ports[i].memory);
		certs_done(&past->ports[i].sent);
		certs_done(&past->ports[i].accepted_sent);
		free(past->ports[i].outcome);
		free(past->ports[i].before);
	}
	for (size_t i = 0; i < past->n_findings; i++)
		diff_finding_free(past->findings[i]);
	for (size_t i = 0; i < past->n_splits; i++)
		free(past->splits[i].owner);
	for (size_t i = 0; i < past->n_expected; i++)
		free(past->expected[i].owner);
	free(past->expected);
	for (size_t i = 0; i < past->n_told; i++)
		free(past->told[i].host);
	free(past->told);
	free(past->ports);
	free(past->findings);
	free(past->splits);
	*past = (struct past){0};
}
