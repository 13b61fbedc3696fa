/* SPDX-License-Identifier: ISC */
/* What a look leaves in the store: nothing, where it saw what was there
 * before; an interval more, where it did not. */
#include "audit_world.h"

#include <sqlite3.h>

#define ALL	"DNS:cwa01.nwtraders.local,DNS:im.contoso.com," \
		"DNS:as.im.contoso.com,DNS:download.im.contoso.com"
#define HOUR	3600
#define DAY	86400

static sqlite3_int64
count(const struct world *w, const char *query)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	sqlite3_int64 n;

	assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

static void
begin(struct world *w)
{
	use_store(w);
	restart(w);
	pass(w, HOUR);
}

/* Somebody deletes it, and it is begun anew. */
static void
lose_store(struct world *w)
{
	struct text why = {0};

	store_close(w->store);
	assert_int_equal(unlink(w->path), 0);
	drop_wal(w);
	assert_int_equal(store_start(w->path, utc(w), NULL, &w->store, &why),
	    STORE_OK);
	audit_keep_anew(w->audit);
	pass(w, 2);
}

/* 168 looks at each HTTPS port, proofs and hellos, add no row. */
static void
a_week_of_the_same_is_one_interval(void **state)
{
	struct world *w = *state;

	begin(w);
	assert_int_equal(count(w, "SELECT count(*) FROM sighting"), 4);
	pass(w, 7 * DAY);
	assert_true(w->looks[0] > 150);
	assert_int_equal(count(w, "SELECT count(*) FROM sighting"), 4);
	assert_int_equal(count(w, "SELECT count(*) FROM sighting "
	    "WHERE until IS NULL"), 4);
	assert_int_equal(count(w, "SELECT count(*) FROM certificate"), 2);
	assert_int_equal(count(w, "SELECT count(*) FROM evaluation"),
	    count(w, "SELECT count(DISTINCT endpoint) FROM evaluation"));
	assert_int_equal(count(w, "SELECT count(*) FROM revision"), 2);
	assert_int_equal(count(w, "SELECT count(*) FROM event WHERE event "
	    "NOT IN ('summary', 'alive')"), 0);
	restart(w);
	pass(w, DAY);
	assert_int_equal(count(w, "SELECT count(*) FROM sighting"), 4);
	assert_int_equal(count(w, "SELECT count(*) FROM revision"), 2);
}

static void
what_a_port_shows_becomes_intervals(void **state)
{
	struct world *w = *state;
	const struct cert *first = cert_ref(w->leaf[1]);

	begin(w);
	present(w, 1, make_cert(w, "im.contoso.com", ALL, 3));
	pass(w, DAY);
	present(w, 1, NULL);
	pass(w, DAY);
	present(w, 1, first);
	pass(w, DAY);
	assert_int_equal(count(w, "SELECT count(*) FROM sighting s JOIN "
	    "endpoint e ON e.id = s.endpoint WHERE e.port = 5061 AND "
	    "e.owner LIKE 'cwa01%'"), 4);
	/* each ends before the next begins, and the last lasts */
	assert_int_equal(count(w, "SELECT count(*) FROM sighting a JOIN "
	    "sighting b ON a.endpoint = b.endpoint AND a.since < b.since "
	    "WHERE a.until IS NULL OR a.until > b.since"), 0);
	assert_int_equal(count(w, "SELECT count(*) FROM evaluation a JOIN "
	    "evaluation b ON a.endpoint = b.endpoint AND a.since < b.since "
	    "WHERE a.until IS NULL OR a.until > b.since"), 0);
	assert_int_equal(count(w, "SELECT count(*) FROM certificate"), 3);
	assert_true(count(w, "SELECT count(*) FROM evaluation v JOIN document "
	    "d ON d.id = v.document WHERE d.text LIKE "
	    "'%documented-single fail error%'") >= 1);
}

/* One who knows nothing is told all: what is open, and each port. */
static void
a_store_that_was_lost_is_filled_anew(void **state)
{
	struct world *w = *state;

	present(w, 0, make_cert(w, "im.contoso.com", ALL, 3));
	present(w, 1, cert_ref(w->leaf[0]));
	begin(w);
	lose_store(w);
	assert_int_equal(count(w, "SELECT count(*) FROM finding WHERE ended "
	    "IS NULL AND rule = 'documented-single'"), 1);
	assert_int_equal(count(w, "SELECT count(*) FROM sighting"), 4);
	assert_int_equal(count(w, "SELECT count(*) FROM endpoint WHERE "
	    "accepted NOT NULL AND leaf NOT NULL"), 4);
	/* a judgement comes with a look, also where it stood */
	pass(w, 7 * HOUR);
	assert_int_equal(count(w, "SELECT count(DISTINCT endpoint) FROM "
	    "evaluation v JOIN endpoint e ON e.id = v.endpoint WHERE "
	    "v.until IS NULL AND e.port <> 0"), 4);
	text_reset(&w->told);
	restart(w);
	pass(w, DAY);
	if (strstr(text_str(&w->told), "opened") != NULL)
		fail_msg("%s", text_str(&w->told));
}

/* Of leaves that are trusted only the facts are held: a store that lost their
 * DERs gets them with the next look. */
static void
a_store_that_was_lost_gets_the_ders_again(void **state)
{
	struct world *w = *state;

	w->trusted = true;
	begin(w);
	assert_int_equal(count(w, "SELECT count(*) FROM certificate WHERE "
	    "der NOT NULL"), 2);
	lose_store(w);
	assert_int_equal(count(w, "SELECT count(*) FROM certificate"), 0);
	pass(w, 7 * HOUR);
	assert_int_equal(count(w, "SELECT count(*) FROM certificate WHERE "
	    "der NOT NULL"), 2);
	assert_int_equal(count(w, "SELECT count(*) FROM sighting"), 4);
	assert_int_equal(count(w, "SELECT count(*) FROM endpoint WHERE "
	    "accepted NOT NULL AND leaf NOT NULL"), 4);
	restart(w);
	pass(w, DAY);
	assert_int_equal(count(w, "SELECT count(*) FROM sighting"), 4);
}

static void
what_left_the_inventory_has_an_end(void **state)
{
	static const char one[] =
	    "hosts:\n"
	    "  - fqdn: cwa02.nwtraders.local\n"
	    "    address: 127.0.0.2\n"
	    "    layout: single\n"
	    "    sites:\n"
	    "      - {url: \"https://im2.contoso.com\", mtls_port: 5061}\n";
	struct world *w = *state;

	begin(w);
	present(w, 0, cert_ref(w->leaf[2]));
	present(w, 1, cert_ref(w->leaf[3]));
	reload(w, load(w, one));
	pass(w, HOUR);
	assert_int_equal(count(w, "SELECT count(*) FROM sighting s JOIN "
	    "endpoint e ON e.id = s.endpoint WHERE e.owner LIKE 'cwa01%' AND "
	    "s.until IS NULL"), 0);
	assert_int_equal(count(w, "SELECT count(*) FROM evaluation v JOIN "
	    "endpoint e ON e.id = v.endpoint WHERE e.owner LIKE 'cwa01%' AND "
	    "v.until IS NULL"), 0);
	assert_int_equal(count(w, "SELECT count(*) FROM sighting WHERE until "
	    "IS NULL"), 2);
	assert_int_equal(count(w, "SELECT count(*) FROM revision"), 3);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_week_of_the_same_is_one_interval),
		TEST(what_a_port_shows_becomes_intervals),
		TEST(a_store_that_was_lost_is_filled_anew),
		TEST(a_store_that_was_lost_gets_the_ders_again),
		TEST(what_left_the_inventory_has_an_end),
	};

	return cmocka_run_group_tests_name("audit_keep", tests, NULL, NULL);
}
