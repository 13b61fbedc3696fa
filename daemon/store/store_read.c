/* SPDX-License-Identifier: ISC */
/* store_read.c - rows become values for people. */
#include "store_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "store_own.h"

static char *
copy(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ? NULL :
	    xstrdup(store_text(row, column));
}

static int64_t
time_of(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ?
	    CLOCK_NEVER : sqlite3_column_int64(row, column);
}

/* Calls add for each row; the statement is done with. */
static bool
each(struct store *s, sqlite3_stmt *stmt, void (*add)(sqlite3_stmt *,
    struct ledger *), struct ledger *l, struct text *why)
{
	int code;

	while ((code = store_step(stmt)) == SQLITE_ROW)
		add(stmt, l);
	if (code != SQLITE_DONE)
		return store_fail(s, why);
	store_reset(stmt);
	return true;
}

static void
set_run(sqlite3_stmt *row, struct ledger *l)
{
	l->version = xstrdup(store_text(row, 0));
	l->since = sqlite3_column_int64(row, 1);
	l->until = sqlite3_column_int64(row, 2);
	l->cycles = (uint64_t)sqlite3_column_int64(row, 3);
}

bool
store_read_run(struct store *s, struct ledger *l, struct text *why)
{
	l->path = s->path;
	l->since = CLOCK_NEVER;
	return each(s, store_bind(s, SQL_READ_RUN, ""), set_run, l, why);
}

static void
add_finding(sqlite3_stmt *row, struct ledger *l)
{
	struct ledger_finding lf = { .ended = time_of(row, 1) };

	lf.finding = diff_finding_parse(store_text(row, 2));
	if (lf.finding == NULL)
		return;
	if (!transition_parse(store_text(row, 0), &lf.state)) {
		diff_finding_free(lf.finding);
		return;
	}
	l->findings = xgrow(l->findings, l->n_findings, &l->cap_findings,
	    sizeof(*l->findings));
	l->findings[l->n_findings++] = lf;
}

bool
store_read_findings(struct store *s, const struct store_filter *f,
    struct ledger *l, struct text *why)
{
	int64_t open = f->open, since = f->since;

	return each(s, store_bind(s, SQL_READ_FINDINGS, "iittt", open, since,
	    f->rule, f->host, f->contact), add_finding, l, why);
}

static void
add_event(sqlite3_stmt *row, struct ledger *l)
{
	struct ledger_event e = { .seq = sqlite3_column_int64(row, 0),
	    .at = sqlite3_column_int64(row, 1) };

	if (!event_parse(store_text(row, 2), &e.event))
		return;
	l->events = xgrow(l->events, l->n_events, &l->cap_events,
	    sizeof(*l->events));
	l->events[l->n_events++] = e;
}

bool
store_read_news(struct store *s, int64_t since, struct ledger *l,
    struct text *why)
{
	return each(s, store_bind(s, SQL_READ_NEWS, "i", since), add_event, l,
	    why);
}

static void
add_sighting(sqlite3_stmt *row, struct ledger *l)
{
	struct ledger_sighting s = {
		.host = copy(row, 0), .kind = copy(row, 1),
		.site = copy(row, 2),
		.port = (unsigned)sqlite3_column_int(row, 3),
		.since = sqlite3_column_int64(row, 4), .until = time_of(row, 5),
		.outcome = copy(row, 6), .address = copy(row, 7),
		.detail = copy(row, 8),
	};
	struct cert *c = NULL;

	s.judged = sqlite3_column_count(row) > 10 &&
	    sqlite3_column_int(row, 10) != 0;
	if (sqlite3_column_type(row, 9) == SQLITE_BLOB &&
	    cert_parse(sqlite3_column_blob(row, 9),
	    (size_t)sqlite3_column_bytes(row, 9), &c) == CERT_OK)
		s.leaf = c;
	l->sightings = xgrow(l->sightings, l->n_sightings, &l->cap_sightings,
	    sizeof(*l->sightings));
	l->sightings[l->n_sightings++] = s;
}

bool
store_read_history(struct store *s, const char *host, struct ledger *l,
    struct text *why)
{
	return each(s, store_bind(s, SQL_READ_SIGHTINGS, "t", host),
	    add_sighting, l, why) && each(s, store_bind(s, SQL_READ_EVENTS,
	    "t", host), add_event, l, why);
}

bool
store_read_host(struct store *s, const char *host, struct ledger *l,
    struct text *why)
{
	return each(s, store_bind(s, SQL_READ_HOST, "t", host), add_sighting,
	    l, why) && each(s, store_bind(s, SQL_READ_HOST_FINDINGS, "t",
	    host), add_finding, l, why);
}

static void
add_der(struct store *s, int64_t id, struct store_shown *to)
{
	sqlite3_stmt *stmt = store_bind(s, SQL_CERTIFICATE_DER, "i", id);

	if (store_step(stmt) == SQLITE_ROW &&
	    sqlite3_column_type(stmt, 0) == SQLITE_BLOB &&
	    to->n_der < STORE_SHOWN)
		text_add_bytes(&to->der[to->n_der++],
		    sqlite3_column_blob(stmt, 0),
		    (size_t)sqlite3_column_bytes(stmt, 0));
	if (stmt != NULL)
		store_reset(stmt);
}

static void
set_shown(struct store *s, sqlite3_stmt *row, struct store_shown *to)
{
	const char *ids = store_text(row, 3);
	char *end;

	*to = (struct store_shown){
		.port = (unsigned)sqlite3_column_int(row, 1),
		.leaf = sqlite3_column_int64(row, 2),
	};
	(void)snprintf(to->kind, sizeof(to->kind), "%s", store_text(row, 0));
	for (; *ids != '\0'; ids = end) {
		long long id = strtoll(ids, &end, 10);

		if (end == ids)
			break;
		add_der(s, id, to);
	}
	if (to->n_der == 0)
		add_der(s, to->leaf, to);
}

bool
store_read_shown(struct store *s, const char *host, unsigned port,
    const char *kind, struct store_shown **out, size_t *n, struct text *why)
{
	sqlite3_stmt *stmt = store_bind(s, SQL_READ_SHOWN, "tit", host,
	    (int64_t)port, kind);
	size_t cap = 0;
	int code;

	*out = NULL;
	*n = 0;
	while ((code = store_step(stmt)) == SQLITE_ROW) {
		*out = xgrow(*out, *n, &cap, sizeof(**out));
		set_shown(s, stmt, &(*out)[(*n)++]);
	}
	if (code != SQLITE_DONE)
		return store_fail(s, why);
	store_reset(stmt);
	return true;
}

void
store_shown_free(struct store_shown *shown, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < shown[i].n_der; k++)
			text_done(&shown[i].der[k]);
	free(shown);
}

/* Hex digits as SQLite writes them, within which % and _ have no place. */
static bool
is_hex(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF");

	return s[n] == '\0' && n >= 8 && n <= 2 * CERT_SHA256;
}

bool
store_read_certificate(struct store *s, const char *hex, struct ledger *l,
    struct text *der, size_t *n, struct text *why)
{
	struct text pattern = {0};
	sqlite3_int64 id = -1;
	sqlite3_stmt *stmt;
	int code;

	*n = 0;
	if (!is_hex(hex))
		return true;
	text_addf(&pattern, "%s%%", hex);
	stmt = store_bind(s, SQL_READ_CERTIFICATE, "t", text_str(&pattern));
	while ((code = store_step(stmt)) == SQLITE_ROW && ++*n == 1) {
		id = sqlite3_column_int64(stmt, 0);
		text_add_bytes(der, sqlite3_column_blob(stmt, 1),
		    (size_t)sqlite3_column_bytes(stmt, 1));
	}
	text_done(&pattern);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return store_fail(s, why);
	store_reset(stmt);
	return *n != 1 || each(s, store_bind(s, SQL_READ_SEEN, "i",
	    (int64_t)id), add_sighting, l, why);
}

bool
store_changed(struct store *s, int64_t *version)
{
	sqlite3_int64 now;

	if (!store_number(store_bind(s, SQL_READ_VERSION, ""), &now))
		return true;		/* reading it will say why */
	if (now == *version)
		return false;
	*version = now;
	return true;
}

void
store_interrupt(struct store *s)
{
	sqlite3_interrupt(s->db);
}
