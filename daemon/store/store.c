/* SPDX-License-Identifier: ISC */
/* store.c - the file: opened, made, brought up to date; and its errors. */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cwaudit/mem.h"
#include "setup/lock.h"
#include "store_own.h"

#define BUSY_MS		2000	/* for a reader's checkpoint, a person's lock */
#define FILE_MODE	0640	/* the group reads */
#define WAL_LIMIT	(64 << 20)	/* what stays of it */

/* ---- errors ---- */

static const struct { int code; const char *words; } errors[] = {
	{ SQLITE_FULL, "no room is left on the device" },
	{ SQLITE_READONLY, "it may not be written" },
	{ SQLITE_BUSY, "another process keeps it locked" },
	{ SQLITE_LOCKED, "another process keeps it locked" },
	{ SQLITE_CORRUPT, "it is damaged, and left as it is; move it away, "
	    "with its -wal and -shm, and a new one is begun" },
	{ SQLITE_NOTADB, "it is no SQLite database, and left as it is; move "
	    "it away, and a new one is begun" },
};

bool
store_fail(struct store *s, struct text *why)
{
	int code = s->db != NULL ? sqlite3_extended_errcode(s->db) :
	    SQLITE_NOMEM;
	int number = s->db != NULL ? sqlite3_system_errno(s->db) : ENOMEM;

	text_addf(why, "%s: ", s->path);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if ((code & 0xff) == errors[i].code) {
			text_add(why, errors[i].words);
			return false;
		}
	text_add(why, s->db != NULL ? sqlite3_errmsg(s->db) : "no memory");
	if (number != 0)
		text_addf(why, " (%s)", strerror(number));
	return false;
}

/* ---- statements ---- */

static int
bind_one(sqlite3_stmt *stmt, int i, char type, va_list *args)
{
	const char *t;
	const void *b;
	size_t len;

	switch (type) {
	case 't':
		t = va_arg(*args, const char *);
		return sqlite3_bind_text(stmt, i, t, -1, SQLITE_STATIC);
	case 'i':
		return sqlite3_bind_int64(stmt, i, va_arg(*args, int64_t));
	case 'b':
		b = va_arg(*args, const void *);
		len = va_arg(*args, size_t);
		return sqlite3_bind_blob64(stmt, i, b, len, SQLITE_STATIC);
	default:
		return sqlite3_bind_null(stmt, i);
	}
}

sqlite3_stmt *
store_bind(struct store *s, enum statement which, const char *types, ...)
{
	sqlite3_stmt **stmt = &s->prepared[which];
	int code = SQLITE_OK;
	va_list args;

	if (*stmt == NULL)
		code = sqlite3_prepare_v3(s->db, store_sql[which], -1,
		    SQLITE_PREPARE_PERSISTENT, stmt, NULL);
	va_start(args, types);
	for (int i = 0; code == SQLITE_OK && types[i] != '\0'; i++)
		code = bind_one(*stmt, i + 1, types[i], &args);
	va_end(args);
	return code == SQLITE_OK ? *stmt : NULL;
}

void
store_reset(sqlite3_stmt *stmt)
{
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
}

int
store_step(sqlite3_stmt *stmt)
{
	return stmt != NULL ? sqlite3_step(stmt) : SQLITE_ERROR;
}

bool
store_run(sqlite3_stmt *stmt)
{
	bool ok = store_step(stmt) == SQLITE_DONE;

	/* a failed reset repeats the error, which is asked for later */
	if (stmt != NULL && ok)
		store_reset(stmt);
	return ok;
}

bool
store_number(sqlite3_stmt *stmt, sqlite3_int64 *out)
{
	int code = store_step(stmt);

	*out = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return false;
	store_reset(stmt);
	return true;
}

const char *
store_text(sqlite3_stmt *stmt, int column)
{
	const void *t = sqlite3_column_text(stmt, column);

	return t != NULL ? t : "";
}

/* ---- the file ---- */

static bool
pragma(struct store *s, const char *sql, sqlite3_int64 *out)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) ==
	    SQLITE_OK;
	int code = ok ? sqlite3_step(stmt) : SQLITE_ERROR;

	ok = code == SQLITE_ROW || code == SQLITE_DONE;
	if (out != NULL)
		*out = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	return sqlite3_finalize(stmt) == SQLITE_OK && ok;
}

static enum store_status
lock(struct store *s, struct text *why)
{
	struct text path = {0};
	bool taken;

	text_addf(&path, "%s-lock", s->path);
	s->lock = lock_take(text_str(&path), "store", &taken, why);
	text_done(&path);
	if (s->lock != -1)
		lock_sign(s->lock);
	return s->lock != -1 ? STORE_OK : taken ? STORE_TAKEN : STORE_TROUBLE;
}

/* Before SQLite does, so that the mode is ours whatever the umask. */
static bool
make_file(struct store *s, struct text *why)
{
	int fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
	    FILE_MODE);

	if (fd == -1 && errno == EEXIST)
		return true;
	if (fd == -1 || fchmod(fd, FILE_MODE) != 0) {
		text_addf(why, "%s: %s", s->path, strerror(errno));
		if (fd != -1)
			(void)close(fd);
		return false;
	}
	(void)close(fd);
	return true;
}

static bool
note_file(struct store *s)
{
	struct stat st;

	if (stat(s->path, &st) != 0)
		return false;
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	return true;
}

bool
store_is_in_place(const struct store *s, struct text *why)
{
	struct stat st;

	if (stat(s->path, &st) == 0 && st.st_dev == s->dev &&
	    st.st_ino == s->ino)
		return true;
	text_addf(why, "%s: it was moved away", s->path);
	return false;
}

static bool
migrate(struct store *s, sqlite3_int64 from)
{
	struct text end = {0};
	bool ok = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) ==
	    SQLITE_OK;

	for (sqlite3_int64 v = from; ok && v < store_version; v++)
		ok = sqlite3_exec(s->db, store_migrations[v], NULL, NULL,
		    NULL) == SQLITE_OK;
	text_addf(&end, "PRAGMA application_id = %d;"
	    "PRAGMA user_version = %d; COMMIT", STORE_APPLICATION,
	    store_version);
	ok = ok && sqlite3_exec(s->db, text_str(&end), NULL, NULL, NULL) ==
	    SQLITE_OK;
	text_done(&end);
	return ok;
}

static enum store_status
check_schema(struct store *s, struct text *why)
{
	sqlite3_int64 version, application, tables;

	if (!pragma(s, "PRAGMA user_version", &version) ||
	    !pragma(s, "PRAGMA application_id", &application) ||
	    !pragma(s, "SELECT count(*) FROM sqlite_schema", &tables)) {
		(void)store_fail(s, why);
		return STORE_TROUBLE;
	}
	if (application != STORE_APPLICATION && tables > 0) {
		text_addf(why, "%s: it is a database of something else, and "
		    "left as it is", s->path);
		return STORE_TROUBLE;
	}
	if (version > store_version) {
		text_addf(why, "%s: it was made by a newer cwaudit (schema "
		    "%lld; this one, " CWAUDIT_VERSION ", knows %d): run that "
		    "version, or name another store", s->path,
		    (long long)version, store_version);
		return STORE_NEWER;
	}
	if (version == store_version)
		return STORE_OK;
	if (!s->writes) {
		text_addf(why, "%s: its schema is older; cwauditd brings it up "
		    "to date when it starts", s->path);
		return STORE_TROUBLE;
	}
	if (migrate(s, version))
		return STORE_OK;
	(void)store_fail(s, why);
	return STORE_TROUBLE;
}

static bool
set_up(struct store *s)
{
	struct text limit = {0};
	int on = 1;
	bool ok;

	if (!s->writes)
		return pragma(s, "PRAGMA query_only = ON", NULL);
	/* readers may come when nobody writes: the log stays for them */
	(void)sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL,
	    &on);
	text_addf(&limit, "PRAGMA journal_size_limit = %d", WAL_LIMIT);
	ok = pragma(s, "PRAGMA journal_mode = WAL", NULL) &&
	    pragma(s, "PRAGMA synchronous = FULL", NULL) &&
	    pragma(s, text_str(&limit), NULL);
	text_done(&limit);
	return ok;
}

/*
 * The daemon leaves its write-ahead log in place. Where somebody else's
 * program has tidied it up, nobody is writing, and a reader that may not make
 * a new one takes the file as it is.
 */
static void
add_uri(const struct store *s, struct text *out)
{
	struct text wal = {0};
	struct stat st;

	text_add(out, "file:");
	for (const char *p = s->path; *p != '\0'; p++)
		if (strchr("?#%", *p) != NULL)
			text_addf(out, "%%%02X", (unsigned char)*p);
		else
			text_add_char(out, *p);
	text_addf(&wal, "%s-wal", s->path);
	if (!s->writes && stat(text_str(&wal), &st) != 0 && errno == ENOENT)
		text_add(out, "?immutable=1");
	text_done(&wal);
}

static int
connect_file(struct store *s)
{
	struct text uri = {0};
	int code;

	add_uri(s, &uri);
	code = sqlite3_open_v2(text_str(&uri), &s->db, SQLITE_OPEN_URI |
	    SQLITE_OPEN_NOMUTEX | (s->writes ? SQLITE_OPEN_READWRITE :
	    SQLITE_OPEN_READONLY), NULL);
	text_done(&uri);
	return code;
}

enum store_status
store_open(const char *path, enum store_use use, struct store **out,
    struct text *why)
{
	struct store *s = xcalloc(1, sizeof(*s));
	enum store_status status = STORE_OK;

	s->path = xstrdup(path);
	s->lock = -1;
	s->writes = use == STORE_WRITE;
	if (s->writes)
		status = lock(s, why);
	if (status == STORE_OK && s->writes && !make_file(s, why))
		status = STORE_TROUBLE;
	if (status != STORE_OK) {
		store_close(s);
		return status;
	}
	if (connect_file(s) != SQLITE_OK ||
	    sqlite3_busy_timeout(s->db, BUSY_MS) != SQLITE_OK ||
	    !note_file(s) || !set_up(s)) {
		(void)store_fail(s, why);
		status = STORE_TROUBLE;
	} else {
		status = check_schema(s, why);
	}
	if (status == STORE_OK)
		*out = s;
	else
		store_close(s);
	return status;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < SQL_N; i++)
		(void)sqlite3_finalize(s->prepared[i]);
	(void)sqlite3_close(s->db);
	if (s->lock != -1)
		(void)close(s->lock);
	free(s->path);
	free(s);
}

static bool
begin_run(struct store *s, int64_t now, struct text *why)
{
	if (!store_run(store_bind(s, SQL_RUN_NEW, "ti", CWAUDIT_VERSION,
	    now)))
		return store_fail(s, why);
	s->run = sqlite3_last_insert_rowid(s->db);
	return store_add_sink(s, STORE_SYSLOG, why);
}

enum store_status
store_start(const char *path, int64_t now, struct past *past,
    struct store **out, struct text *why)
{
	enum store_status status = store_open(path, STORE_WRITE, out, why);

	if (status != STORE_OK)
		return status;
	if ((past == NULL || store_read_past(*out, past, why)) &&
	    begin_run(*out, now, why))
		return STORE_OK;
	if (past != NULL)
		past_done(past);
	store_close(*out);
	*out = NULL;
	return STORE_TROUBLE;
}

void
store_end(struct store *s, int64_t now)
{
	/* if it cannot be written, it ran until its last cycle */
	if (s != NULL && s->run != 0 && store_run(store_bind(s,
	    SQL_RUN_UNTIL, "ii", (int64_t)s->run, now)))
		s->run = 0;
	store_close(s);
}

bool
store_write(struct store *s, const struct records *const *lists, size_t n,
    struct text *why)
{
	bool ok;

	if (!store_is_in_place(s, why))
		return false;
	ok = store_run(store_bind(s, SQL_BEGIN, ""));
	for (size_t i = 0; ok && i < n; i++)
		ok = store_add_records(s, lists[i]);
	if (ok && store_run(store_bind(s, SQL_COMMIT, "")))
		return true;
	(void)store_fail(s, why);
	(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}
