/* SPDX-License-Identifier: ISC */
/*
 * store_assess.c - the past of a fleet, read for a report.
 * A report of a past day must say what one of that day said, so nothing is
 * read here that could still change: of an interval when it began and, at
 * most, whether it lasted then.
 */
#include "pack.h"
#include "store_own.h"
#include "store_read.h"

static int64_t
time_of(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ?
	    CLOCK_NEVER : sqlite3_column_int64(row, column);
}

static int64_t
id_of(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ? -1 :
	    sqlite3_column_int64(row, column);
}

typedef void row_fn(sqlite3_stmt *, struct assessment *);

static bool
each(sqlite3_stmt *stmt, row_fn *add, struct assessment *a)
{
	int code;

	while ((code = store_step(stmt)) == SQLITE_ROW)
		add(stmt, a);
	if (code != SQLITE_DONE)
		return false;
	store_reset(stmt);
	return true;
}

/* ---- the auditor and the inventory ---- */

/* As it was packed; of a store from before, as it is. */
static void
read_document(sqlite3_stmt *row, int column, struct text *out)
{
	const void *packed;

	*out = (struct text){0};
	if (sqlite3_column_type(row, column) != SQLITE_BLOB) {
		text_add(out, store_text(row, column));
		return;
	}
	packed = sqlite3_column_blob(row, column);
	(void)!unpack(packed, (size_t)sqlite3_column_bytes(row, column), out);
}

static void
set_settings(sqlite3_stmt *row, struct assessment *a)
{
	struct text text;

	read_document(row, 1, &text);
	assessment_set_settings(a, sqlite3_column_int64(row, 0),
	    text_str(&text));
	text_done(&text);
}

static void
add_run(sqlite3_stmt *row, struct assessment *a)
{
	assessment_add_run(a, store_text(row, 0),
	    sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2));
}

static void
set_work(sqlite3_stmt *row, struct assessment *a)
{
	assessment_set_work(a, sqlite3_column_int64(row, 0),
	    sqlite3_column_int64(row, 1));
}

/* Text that cannot be read any more is as if there were none. */
static void
set_inventory(sqlite3_stmt *row, struct assessment *a)
{
	struct text text;

	read_document(row, 1, &text);
	(void)!assessment_set_inventory(a, sqlite3_column_int64(row, 0),
	    text_str(&text));
	text_done(&text);
}

static void
set_former(sqlite3_stmt *row, struct assessment *a)
{
	struct text text;

	read_document(row, 1, &text);
	(void)!assessment_set_former(a, text_str(&text));
	text_done(&text);
}

static bool
read_scope(struct store *s, struct assessment *a)
{
	return each(store_bind(s, SQL_ASSESS_REVISION, "ti", "settings",
	    a->until), set_settings, a) &&
	    each(store_bind(s, SQL_ASSESS_RUNS, "i", a->until), add_run, a) &&
	    each(store_bind(s, SQL_ASSESS_WORK, "ii", a->since, a->until),
	    set_work, a) &&
	    each(store_bind(s, SQL_ASSESS_REVISION, "ti", "inventory",
	    a->until), set_inventory, a) &&
	    each(store_bind(s, SQL_ASSESS_REVISION, "ti", "inventory",
	    a->since), set_former, a);
}

/* ---- what was seen ---- */

static void
add_sighting(sqlite3_stmt *row, struct assessment *a)
{
	const struct assessed_row r = {
		.owner = store_text(row, 0), .kind = store_text(row, 1),
		.site = store_text(row, 2),
		.port = (unsigned)sqlite3_column_int(row, 3),
		.since = sqlite3_column_int64(row, 4),
		.first_seen = time_of(row, 5),
		.outcome = store_text(row, 6), .address = store_text(row, 7),
		.via = store_text(row, 8), .proof = store_text(row, 9),
		.detail = store_text(row, 10), .leaf = id_of(row, 11),
		.chain = store_text(row, 12),
	};

	assessment_add_sighting(a, &r);
}

static bool
read_certificate(struct store *s, struct assessment *a, int64_t id)
{
	sqlite3_stmt *stmt = store_bind(s, SQL_ASSESS_CERTIFICATE, "i", id);
	int code = store_step(stmt);

	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return false;
	if (code == SQLITE_ROW &&
	    sqlite3_column_bytes(stmt, 0) == CERT_SHA256)
		assessment_add_certificate(a, id, sqlite3_column_blob(stmt, 0),
		    sqlite3_column_int64(stmt, 1),
		    sqlite3_column_blob(stmt, 2),
		    (size_t)sqlite3_column_bytes(stmt, 2));
	store_reset(stmt);
	return true;
}

static bool
read_seen(struct store *s, struct assessment *a)
{
	if (!each(store_bind(s, SQL_ASSESS_SIGHTINGS, "i", a->until),
	    add_sighting, a))
		return false;
	assessment_end_sightings(a);
	for (size_t i = 0; i < a->n_wanted; i++)
		if (!read_certificate(s, a, a->wanted[i]))
			return false;
	return true;
}

/* ---- what was judged ---- */

static void
add_answers(sqlite3_stmt *row, struct assessment *a)
{
	assessment_add_answers(a, store_text(row, 0), store_text(row, 1),
	    store_text(row, 2), (unsigned)sqlite3_column_int(row, 3),
	    store_text(row, 4));
}

static void
add_finding(sqlite3_stmt *row, struct assessment *a)
{
	assessment_add_finding(a, store_text(row, 0), time_of(row, 1),
	    store_text(row, 2));
}

static void
add_former(sqlite3_stmt *row, struct assessment *a)
{
	assessment_add_former(a, store_text(row, 2));
}

static void
add_change(sqlite3_stmt *row, struct assessment *a)
{
	assessment_add_change(a, sqlite3_column_int64(row, 0),
	    store_text(row, 1), store_text(row, 2));
}

static void
add_reissue(sqlite3_stmt *row, struct assessment *a)
{
	assessment_add_reissue(a, sqlite3_column_int64(row, 0),
	    sqlite3_column_int64(row, 1), store_text(row, 2));
}

static bool
read_judged(struct store *s, struct assessment *a)
{
	const int64_t any = 0, open = 1;

	return each(store_bind(s, SQL_ASSESS_ANSWERS, "i", a->until),
	    add_answers, a) &&
	    each(store_bind(s, SQL_ASSESS_FINDINGS, "ii", a->until, any),
	    add_finding, a) &&
	    each(store_bind(s, SQL_ASSESS_FINDINGS, "ii", a->since, open),
	    add_former, a) &&
	    each(store_bind(s, SQL_ASSESS_CHANGES, "ii", a->since, a->until),
	    add_change, a) &&
	    each(store_bind(s, SQL_ASSESS_REISSUES, "ii", a->since, a->until),
	    add_reissue, a);
}

bool
store_read_assessment(struct store *s, struct assessment *a, struct text *why)
{
	bool ok = sqlite3_exec(s->db, "BEGIN", NULL, NULL, NULL) ==
	    SQLITE_OK && read_scope(s, a) && read_seen(s, a) &&
	    read_judged(s, a);

	if (!ok)
		(void)store_fail(s, why);
	(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	if (ok)
		assessment_finish(a);
	return ok;
}
