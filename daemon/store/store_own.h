/* SPDX-License-Identifier: ISC */
/*
 * store_own.h - the connection and its statements, shared by store.c (files,
 * schema, errors), store_write.c, store_outbox.c, store_past.c,
 * store_read.c and store_assess.c.
 */
#ifndef CWAUDIT_STORE_OWN_H
#define CWAUDIT_STORE_OWN_H

#include <sqlite3.h>
#include <sys/types.h>

#include "store.h"

/* Statements that are kept prepared; their text: store_schema.c. */
enum statement {
	SQL_BEGIN, SQL_COMMIT,
	SQL_RUN_NEW, SQL_RUN_UNTIL, SQL_RUN_CYCLE,
	SQL_DOCUMENT_ADD, SQL_DOCUMENT_ID, SQL_REVISION_ADD,
	SQL_ENDPOINT_ADD, SQL_ENDPOINT_ID, SQL_ENDPOINT_KEEP,
	SQL_CERTIFICATE_ADD, SQL_CERTIFICATE_ID, SQL_CERTIFICATE_DER,
	SQL_CERTIFICATE_LAST,
	SQL_SIGHTING_END, SQL_SIGHTING_ADD,
	SQL_EVALUATION_END, SQL_EVALUATION_ADD,
	SQL_EVENT_ADD, SQL_EVENT_LAST, SQL_FINDING_KEEP,
	SQL_FINDING_PAST, SQL_FINDING_PAST_END, SQL_FINDING_END_ALL,
	SQL_SPLIT_KEEP, SQL_SPLIT_DROP, SQL_EXPECTED_KEEP, SQL_EXPECTED_DROP,
	SQL_SINK_NEW, SQL_SINK_MARK, SQL_SINK_EVENTS,
	SQL_PAST_PORTS, SQL_PAST_BEFORE, SQL_PAST_FINDINGS, SQL_PAST_SPLITS,
	SQL_PAST_EXPECTED, SQL_PAST_TOLD, SQL_PAST_CYCLES, SQL_PAST_UNTIL,
	SQL_PAST_REVISION,
	SQL_READ_RUN, SQL_READ_FINDINGS, SQL_READ_NEWS, SQL_READ_SIGHTINGS,
	SQL_READ_EVENTS, SQL_READ_CERTIFICATE, SQL_READ_SEEN,
	SQL_READ_VERSION, SQL_READ_SHOWN, SQL_READ_HOST, SQL_READ_HOST_FINDINGS,
	SQL_ASSESS_RUNS, SQL_ASSESS_WORK, SQL_ASSESS_REVISION,
	SQL_ASSESS_SIGHTINGS, SQL_ASSESS_CERTIFICATE, SQL_ASSESS_ANSWERS,
	SQL_ASSESS_FINDINGS, SQL_ASSESS_CHANGES, SQL_ASSESS_REISSUES,
	SQL_N
};

struct store {
	sqlite3		*db;
	char		*path;
	dev_t		 dev;		/* of the file that was opened */
	ino_t		 ino;
	sqlite3_stmt	*prepared[SQL_N];
	sqlite3_int64	 run;		/* auditor_run.id; 0: none begun */
	bool		 writes;
	int		 lock;		/* of PATH-lock; -1: none */
	const struct cert **loaded;	/* by id, while the past is read */
	size_t		 n_loaded;
};

extern const char *const store_sql[SQL_N];
/* migrations[i] brings version i to i + 1. */
extern const char *const store_migrations[];
extern const int store_version;
#define STORE_APPLICATION 0x63776175	/* "cwau" */

/*
 * The statement, with its arguments bound: t text (NULL is NULL), i int64_t,
 * b blob (pointer, size_t; NULL is NULL), n: NULL, one a letter. Borrowed
 * arguments must live until it was stepped. NULL: it could not be prepared or
 * bound.
 */
sqlite3_stmt *store_bind(struct store *, enum statement, const char *types, ...);
/* One step: SQLITE_ROW, SQLITE_DONE or an error; NULL is an error. */
int	store_step(sqlite3_stmt *);
/* Runs what has no rows. The statement is done with. */
bool	store_run(sqlite3_stmt *) MUST_USE;
/* The first column of the one row; -1: no row. False: an error. */
bool	store_number(sqlite3_stmt *, sqlite3_int64 *out) MUST_USE;
/* Done with: its arguments may go. */
void	store_reset(sqlite3_stmt *);
/* The last error in words, with what to do. Returns false. */
bool	store_fail(struct store *, struct text *why);
/* store_write.c: within a transaction; false: an error, to be rolled back. */
bool	store_add_records(struct store *, const struct records *) MUST_USE;
/* A text column; "" for NULL. Lives until the next step. */
const char *store_text(sqlite3_stmt *, int column);

#endif
