/* SPDX-License-Identifier: ISC */
/* What was written is read back by another; and a file that is not ours, or
 * cannot be written now, stays as it is. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cwaudit/mem.h"
#include "fixture.h"
#include "setup/file.h"

#define NOBODY	65534

static char directory[64], path[96];
static char cwa01[] = "cwa01", farm[] = "farm x";

static int
begin(void **state)
{
	(void)state;
	(void)strcpy(directory, "/tmp/cwaudit-store-XXXXXX");
	if (mkdtemp(directory) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/cwaudit.db", directory);
	return 0;
}

static int
end(void **state)
{
	static const char *const tails[] = { "", "-wal", "-shm", "-lock",
	    "-moved" };
	char name[128];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, tails[i]);
		(void)unlink(name);
	}
	return rmdir(directory);
}

static struct store *
must_open(enum store_use use)
{
	struct store *s = NULL;
	struct text why = {0};

	if (store_open(path, use, &s, &why) != STORE_OK)
		fail_msg("%s", text_str(&why));
	return s;
}

static void
must_refuse(enum store_use use, enum store_status status, const char *words)
{
	struct store *s = NULL;
	struct text why = {0};

	assert_int_equal(store_open(path, use, &s, &why), status);
	assert_null(s);
	assert_true(strncmp(text_str(&why), path, strlen(path)) == 0);
	if (strstr(text_str(&why), words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", text_str(&why), words);
	text_done(&why);
}

static void
must_write(struct store *s, struct records *rs)
{
	const struct records *list = rs;
	struct text why = {0};

	if (!store_write(s, &list, 1, &why))
		fail_msg("%s", text_str(&why));
	records_done(rs);
}

/* Somebody else's statement, by a connection of its own. */
static void
sql(const char *statement)
{
	sqlite3 *db;
	char *message = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, statement, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", statement, message);
	sqlite3_close(db);
}

static sqlite3_int64
count(const char *query)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	sqlite3_int64 n;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

static void
add_line(struct records *rs, int64_t at, const char *kind, bool quiet)
{
	struct record *r = records_add(rs, RECORD_LINE, at);

	r->quiet = quiet;
	r->event.level = EVENT_WARNING;
	event_number(&r->event, "v", 1);
	event_word(&r->event, "event", kind);
	event_text(&r->event, "msg", "said");
}

/* ---- the past ---- */

static void
add_finding(struct records *rs, const char *id, char *about,
    enum transition t, int64_t at)
{
	char kind[] = "mtls", host[] = "cwa01.nwtraders.local", msg[] = "msg";
	struct finding f = { .rule = rule_find("site-names"),
	    .severity = SEVERITY_ERROR, .opened = 5, .said = at,
	    .about = about, .owner = host, .kind = kind, .message = msg };
	struct record *r = records_add(rs, RECORD_LINE, at);

	memcpy(f.id, id, FINDING_ID);
	memcpy(r->finding, id, FINDING_ID);
	r->transition = transition_name(t);
	r->ended = transition_ends(t);
	diff_finding_write(&f, &r->state);
	r->event.level = EVENT_ERROR;
	event_number(&r->event, "v", 1);
	event_word(&r->event, "event", "finding");
	event_word(&r->event, "id", id);
}

static void
open_findings_are_what_a_new_process_goes_on_from(void **state)
{
	struct store *s = NULL;
	struct records rs = {0};
	struct past past;
	struct text why = {0};

	(void)state;
	assert_int_equal(store_start(path, 100, NULL, &s, &why), STORE_OK);
	add_finding(&rs, "00000000000000a1", cwa01, TRANSITION_OPENED, 101);
	add_finding(&rs, "00000000000000a2", farm, TRANSITION_OPENED, 102);
	add_finding(&rs, "00000000000000a1", cwa01, TRANSITION_CLEARED, 103);
	add_finding(&rs, "00000000000000a2", farm, TRANSITION_CHANGED, 104);
	(void)records_add(&rs, RECORD_CYCLE, 110);
	(void)records_add(&rs, RECORD_CYCLE, 120);
	must_write(s, &rs);
	store_close(s);
	s = must_open(STORE_READ);
	assert_true(store_read_past(s, &past, &why));
	assert_int_equal(past.n_findings, 1);
	assert_string_equal(past.findings[0]->about, "farm x");
	assert_string_equal(past.findings[0]->id, "00000000000000a2");
	assert_int_equal(past.findings[0]->said, 104);
	assert_int_equal(past.cycles, 2);
	past_done(&past);
	store_close(s);
	assert_int_equal(count("SELECT until FROM auditor_run"), 120);
	assert_int_equal(count("SELECT ended FROM finding WHERE state = "
	    "'cleared'"), 103);
	assert_int_equal(count("SELECT count(*) FROM event"), 4);
}

/* While nothing could be written, findings may have ended. */
static void
what_is_not_among_all_that_there_is_has_ended(void **state)
{
	struct store *s = must_open(STORE_WRITE);
	struct records rs = {0};
	struct record *r;

	(void)state;
	add_finding(&rs, "00000000000000a1", cwa01, TRANSITION_OPENED, 1);
	add_finding(&rs, "00000000000000a2", cwa01, TRANSITION_OPENED, 1);
	must_write(s, &rs);
	(void)records_add(&rs, RECORD_ANEW, 50);
	add_finding(&rs, "00000000000000a2", cwa01, TRANSITION_OPENED, 1);
	r = &rs.item[1];
	r->kind = RECORD_OPEN;
	must_write(s, &rs);
	store_close(s);
	assert_int_equal(count("SELECT count(*) FROM finding WHERE "
	    "ended = 50 AND id = '00000000000000a1'"), 1);
	assert_int_equal(count("SELECT count(*) FROM finding WHERE "
	    "ended IS NULL"), 1);
	assert_int_equal(count("SELECT count(*) FROM event"), 2);
}

static struct observation *
make_sight(const struct cert *leaf)
{
	struct observation *o = observation_new();

	o->outcome = leaf != NULL ? OUTCOME_OBSERVED : OUTCOME_TIMEOUT;
	if (leaf != NULL)
		assert_true(observation_add_der(o, leaf->der, leaf->der_len));
	observation_seal(o);
	return o;
}

static void
add_sighting(struct records *rs, int64_t at, int64_t until,
    const struct cert *leaf)
{
	struct record *r = records_add(rs, RECORD_SIGHTING, at);

	thing_init(&r->thing, "cwa01", "mtls");
	r->thing.port = 5061;
	r->seen = make_sight(leaf);
	r->leaf = leaf != NULL ? cert_ref(leaf) : NULL;
	r->until = until;
}

static void
a_port_is_remembered_with_its_certificates(void **state)
{
	const struct cert *a = fixture("site-names.good"),
	    *b = fixture("site-names.bad");
	struct store *s = NULL;
	struct records rs = {0};
	struct record *r;
	struct past past;
	struct text why = {0};

	(void)state;
	assert_int_equal(store_start(path, 1, NULL, &s, &why), STORE_OK);
	add_sighting(&rs, 10, 10, a);
	add_sighting(&rs, 20, 19, b);
	add_sighting(&rs, 30, 29, NULL);
	r = records_add(&rs, RECORD_MEMORY, 30);
	thing_init(&r->thing, "cwa01", "mtls");
	r->thing.port = 5061;
	r->memory = (struct memory){ .leaf = cert_ref(b),
	    .accepted = cert_ref(a), .leaf_since = 20, .role = ROLE_SINGLE,
	    .layout = LAYOUT_SINGLE };
	r = records_add(&rs, RECORD_JUDGEMENT, 31);
	thing_init(&r->thing, "cwa01", "mtls");
	r->thing.port = 5061;
	text_add(&r->text, "site-names fail error\n");
	must_write(s, &rs);
	store_close(s);
	s = must_open(STORE_READ);
	assert_true(store_read_past(s, &past, &why));
	assert_int_equal(past.n_ports, 1);
	assert_string_equal(past.ports[0].thing.kind, "mtls");
	assert_memory_equal(past.ports[0].memory.leaf->sha256, b->sha256,
	    CERT_SHA256);
	assert_memory_equal(past.ports[0].memory.accepted->sha256, a->sha256,
	    CERT_SHA256);
	assert_null(past.ports[0].memory.refused);
	assert_int_equal(past.ports[0].memory.leaf_since, 20);
	assert_int_equal(past.ports[0].memory.role, ROLE_SINGLE);
	assert_string_equal(past.ports[0].outcome, "timeout");
	assert_int_equal(past.ports[0].last_observed, 29);
	assert_true(past.ports[0].judged);
	past_done(&past);
	store_close(s);
	assert_int_equal(count("SELECT count(*) FROM certificate WHERE "
	    "length(der) = size"), 2);
	assert_int_equal(count("SELECT until FROM sighting ORDER BY since"),
	    19);
	cert_unref(a);
	cert_unref(b);
}

/* ---- the outbox ---- */

static void
an_event_is_handed_out_until_it_is_marked(void **state)
{
	struct store *s = must_open(STORE_WRITE);
	struct outbox_line lines[OUTBOX_MAX];
	struct records rs = {0};
	struct text why = {0}, line = {0};
	size_t n;

	(void)state;
	add_line(&rs, 1, "before", false);
	must_write(s, &rs);
	assert_true(store_add_sink(s, "syslog", &why));
	add_line(&rs, 2, "first", false);
	add_line(&rs, 3, "counted", true);
	add_line(&rs, 4, "second", false);
	must_write(s, &rs);
	store_close(s);
	s = must_open(STORE_WRITE);
	assert_true(store_add_sink(s, "syslog", &why));
	for (int again = 0; again < 2; again++) {
		assert_true(store_outbox(s, "syslog", lines, &n, &why));
		assert_int_equal(n, 2);
		assert_int_equal(lines[0].seq, 2);
		assert_int_equal(lines[1].seq, 4);
		text_done(&line);
		event_print(&lines[1].event, EVENT_KV, &line);
		assert_string_equal(text_str(&line),
		    "v=1 event=second seq=4 msg=\"said\"");
		assert_int_equal(lines[1].event.level, EVENT_WARNING);
		event_done(&lines[0].event);
		event_done(&lines[1].event);
	}
	assert_true(store_mark(s, "syslog", 4, &why));
	assert_true(store_mark(s, "syslog", 2, &why));	/* never back */
	assert_true(store_outbox(s, "syslog", lines, &n, &why));
	assert_int_equal(n, 0);
	text_done(&line);
	store_close(s);
}

/* ---- what findings were ---- */

static void
add_transition(struct records *rs, enum record_kind kind, int64_t at,
    enum transition t)
{
	struct record *r = records_add(rs, kind, at);
	struct finding f = { .id = "0123456789abcdef", .rule =
	    rule_find("no-cdp"), .severity = SEVERITY_WARNING, .opened = 10,
	    .said = at, .about = cwa01, .owner = cwa01, .kind = cwa01 };

	memcpy(r->finding, f.id, FINDING_ID);
	diff_finding_write(&f, &r->state);
	if (kind == RECORD_OPEN)
		return;
	r->transition = transition_name(t);
	r->ended = transition_ends(t);
	event_word(&r->event, "event", "finding");
	event_word(&r->event, "state", r->transition);
}

/* A reminder tells nothing new; what was only written anew was not told. */
static void
what_a_finding_was_is_kept(void **state)
{
	struct store *s = must_open(STORE_WRITE);
	struct records rs = {0};

	(void)state;
	add_transition(&rs, RECORD_LINE, 10, TRANSITION_OPENED);
	add_transition(&rs, RECORD_LINE, 20, TRANSITION_REMINDER);
	add_transition(&rs, RECORD_LINE, 30, TRANSITION_CHANGED);
	(void)records_add(&rs, RECORD_ANEW, 40);
	add_transition(&rs, RECORD_OPEN, 40, TRANSITION_OPENED);
	add_transition(&rs, RECORD_LINE, 50, TRANSITION_CLEARED);
	must_write(s, &rs);
	assert_int_equal(count("SELECT count(*) FROM finding_past"), 5);
	assert_int_equal(count("SELECT count(*) FROM finding_past"
	    " WHERE told"), 3);
	assert_int_equal(count("SELECT count(*) FROM finding_past"
	    " WHERE at = 20"), 0);
	/* closed and opened in one moment: it is open then */
	assert_int_equal(count("SELECT ended IS NULL FROM finding_past"
	    " WHERE at <= 40 ORDER BY at DESC, id DESC LIMIT 1"), 1);
	assert_int_equal(count("SELECT ended FROM finding_past"
	    " ORDER BY id DESC LIMIT 1"), 50);
	store_close(s);
}

/* ---- files ---- */

static void
a_newer_schema_is_refused_and_left_alone(void **state)
{
	(void)state;
	store_close(must_open(STORE_WRITE));
	sql("PRAGMA user_version = 99");
	must_refuse(STORE_WRITE, STORE_NEWER, "newer cwaudit (schema 99");
	must_refuse(STORE_READ, STORE_NEWER, "newer cwaudit (schema 99");
	assert_int_equal(count("PRAGMA user_version"), 99);
}

/* What a finding was begins with what is known of it. */
static void
an_older_schema_is_brought_up_to_date(void **state)
{
	(void)state;
	store_close(must_open(STORE_WRITE));
	sql("DROP TABLE finding_past; DROP INDEX event_at;"
	    "INSERT INTO finding VALUES('aa', 'cwa01', 'cwa01', 'no-cdp',"
	    " 'warning', 'opened', 5, NULL, '{\"said\":7}'),"
	    "('bb', 'cwa01', 'cwa01', 'no-cdp', 'warning', 'cleared', 5, 9,"
	    " '{\"said\":7}');"
	    "PRAGMA user_version = 1");
	must_refuse(STORE_READ, STORE_TROUBLE, "its schema is older");
	store_close(must_open(STORE_WRITE));
	/* it was wrong since it was opened, not since it was last said */
	assert_int_equal(count("SELECT count(*) FROM finding_past"), 3);
	assert_int_equal(count("SELECT at FROM finding_past"
	    " WHERE finding = 'aa' AND ended IS NULL"), 5);
	assert_int_equal(count("SELECT at FROM finding_past"
	    " WHERE finding = 'bb' AND ended IS NULL"), 5);
	assert_int_equal(count("SELECT at FROM finding_past"
	    " WHERE finding = 'bb' AND ended = 9"), 9);
	store_close(must_open(STORE_READ));
}

static void
of_two_writers_the_second_is_refused(void **state)
{
	struct store *s = must_open(STORE_WRITE);
	char words[96];

	(void)state;
	(void)snprintf(words, sizeof(words), "another cwauditd, process %ld, "
	    "is at work for this store", (long)getpid());
	must_refuse(STORE_WRITE, STORE_TAKEN, words);
	store_close(must_open(STORE_READ));
	store_close(s);
	store_close(must_open(STORE_WRITE));
}

static void
what_is_not_ours_stays_as_it_is(void **state)
{
	static const char junk[] = "not a database, but somebody's only copy "
	    "of something that is longer than a header of SQLite, which has "
	    "a hundred bytes";
	struct text after = {0};
	FILE *f = fopen(path, "w");

	(void)state;
	assert_non_null(f);
	fputs(junk, f);
	fclose(f);
	must_refuse(STORE_WRITE, STORE_TROUBLE, "no SQLite database");
	assert_true(file_read(path, 1000, &after));
	assert_string_equal(text_str(&after), junk);
	text_done(&after);
	assert_int_equal(unlink(path), 0);
	sql("CREATE TABLE mine(a)");
	must_refuse(STORE_WRITE, STORE_TROUBLE, "something else");
	assert_int_equal(count("SELECT count(*) FROM mine"), 0);
}

static void
a_folder_that_is_missing_is_named(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof(path), "%s/none/cwaudit.db", directory);
	must_refuse(STORE_WRITE, STORE_TROUBLE, "No such file or directory");
	must_refuse(STORE_READ, STORE_TROUBLE, "unable to open");
	(void)snprintf(path, sizeof(path), "%s/cwaudit.db", directory);
}

/* How a child of nobody's ends: 0, it found the one finding. */
static int
read_as_nobody(void)
{
	struct store *s = NULL;
	struct past past;
	struct text why = {0};
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 ||
		    setuid(NOBODY) != 0)
			_exit(10);
		if (store_open(path, STORE_READ, &s, &why) != STORE_OK ||
		    !store_read_past(s, &past, &why)) {
			fprintf(stderr, "%s\n", text_str(&why));
			_exit(11);
		}
		_exit(past.n_findings == 1 ? 0 : 12);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* The group reads it while nobody has it open; others don't. */
static void
the_group_reads_while_no_daemon_runs(void **state)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	struct records rs = {0};
	struct store *s;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(directory, 0, NOBODY), 0);
	assert_int_equal(chmod(directory, 0750), 0);
	s = must_open(STORE_WRITE);
	add_finding(&rs, "00000000000000a1", cwa01, TRANSITION_OPENED, 1);
	must_write(s, &rs);
	store_close(s);
	for (size_t i = 0; i < 3; i++) {
		char name[128];
		struct stat st;

		(void)snprintf(name, sizeof(name), "%s%s", path, tails[i]);
		assert_int_equal(stat(name, &st), 0);	/* they stay */
		assert_int_equal(st.st_mode & 07777, 0640);
		assert_int_equal(chown(name, 0, NOBODY), 0);
	}
	assert_int_equal(read_as_nobody(), 0);
	/* also where another program has tidied the log up */
	sql("PRAGMA wal_checkpoint(TRUNCATE)");
	for (size_t i = 1; i < 3; i++) {
		char name[128];

		(void)snprintf(name, sizeof(name), "%s%s", path, tails[i]);
		(void)unlink(name);
	}
	assert_int_equal(read_as_nobody(), 0);
}

static void
nothing_is_written_to_a_file_that_was_moved_away(void **state)
{
	struct store *s = must_open(STORE_WRITE);
	struct records rs = {0};
	const struct records *list = &rs;
	struct text why = {0};
	char moved[128];

	(void)state;
	add_line(&rs, 1, "first", false);
	(void)snprintf(moved, sizeof(moved), "%s-moved", path);
	assert_int_equal(rename(path, moved), 0);
	assert_false(store_write(s, &list, 1, &why));
	assert_non_null(strstr(text_str(&why), "moved away"));
	store_close(s);
	s = must_open(STORE_WRITE);		/* a new one is begun */
	must_write(s, &rs);
	store_close(s);
	assert_int_equal(count("SELECT count(*) FROM event"), 1);
	text_done(&why);
}

static void
a_lock_that_somebody_holds_is_said(void **state)
{
	struct store *s = must_open(STORE_WRITE);
	struct records rs = {0};
	const struct records *list = &rs;
	struct text why = {0};
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL,
	    NULL), SQLITE_OK);
	add_line(&rs, 1, "first", false);
	assert_false(store_write(s, &list, 1, &why));
	assert_non_null(strstr(text_str(&why), "keeps it locked"));
	sqlite3_close(db);
	store_close(s);
	s = must_open(STORE_WRITE);
	must_write(s, &rs);
	store_close(s);
	text_done(&why);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(open_findings_are_what_a_new_process_goes_on_from),
		TEST(what_is_not_among_all_that_there_is_has_ended),
		TEST(a_port_is_remembered_with_its_certificates),
		TEST(an_event_is_handed_out_until_it_is_marked),
		TEST(what_a_finding_was_is_kept),
		TEST(an_older_schema_is_brought_up_to_date),
		TEST(a_newer_schema_is_refused_and_left_alone),
		TEST(of_two_writers_the_second_is_refused),
		TEST(what_is_not_ours_stays_as_it_is),
		TEST(a_folder_that_is_missing_is_named),
		TEST(the_group_reads_while_no_daemon_runs),
		TEST(nothing_is_written_to_a_file_that_was_moved_away),
		TEST(a_lock_that_somebody_holds_is_said),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
