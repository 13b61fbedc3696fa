/* SPDX-License-Identifier: ISC */
/* What stands between the auditor and those who read what is served. */
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "cwaudit/mem.h"
#include "serve/route.h"
#include "serve/shelf.h"

/* ---- health ---- */

static int64_t now_s = 1000000;

static int64_t
my_utc(void *ctx)
{
	(void)ctx;
	return now_s;
}

static int64_t
my_mono(void *ctx)
{
	(void)ctx;
	return now_s * 1000;
}

static const struct clock mine = { my_utc, my_mono, NULL };

static void
keep(struct pulse *p, const char *kind)
{
	struct records rs = {0};

	event_word(&records_add(&rs, RECORD_LINE, now_s)->event, "event", kind);
	pulse_keep(p, &rs);
	records_done(&rs);
}

static void
expect_health(struct pulse *p, const char *why)
{
	struct text said = {0};

	assert_int_equal(pulse_healthy(p, &said), why == NULL);
	if (why == NULL)
		assert_int_equal(said.len, 0);
	else
		assert_non_null(strstr(text_str(&said), why));
	text_done(&said);
}

static void
pass(struct pulse *p, int64_t seconds)
{
	now_s += seconds;
	pulse_beat(p);
}

static void
health_is_cycles_that_end_in_time(void **state)
{
	struct pulse *p = pulse_new(&mine, 3600);

	(void)state;
	expect_health(p, NULL);
	pass(p, 7200);
	expect_health(p, NULL);
	pass(p, 1);
	expect_health(p, "no cycle has ended for 7201 seconds");
	keep(p, "look");		/* that is none */
	expect_health(p, "no cycle");
	keep(p, "summary");
	expect_health(p, NULL);
	pulse_set_interval(p, 60);
	pass(p, 121);
	expect_health(p, "no cycle has ended for 121 seconds; one should "
	    "every 60\n");
	pulse_free(p);
}

static void
an_auditor_that_does_not_move_is_not_well(void **state)
{
	struct pulse *p = pulse_new(&mine, 3600);

	(void)state;
	now_s += 20;
	expect_health(p, NULL);
	now_s += 1;
	expect_health(p, "has not moved for 21 seconds");
	pulse_beat(p);
	expect_health(p, NULL);
	pulse_free(p);
}

static void
each_trouble_is_told_until_it_is_over(void **state)
{
	struct pulse *p = pulse_new(&mine, 3600);

	(void)state;
	pulse_set_trouble(p, PULSE_STORE, "no room");
	pulse_set_trouble(p, PULSE_INVENTORY, "inventory.yaml:3:1: nonsense");
	expect_health(p, "the store cannot be written: no room\n");
	expect_health(p, "an old one is in force: inventory.yaml:3:1");
	pulse_set_trouble(p, PULSE_STORE, "locked");
	expect_health(p, "written: locked\n");
	pulse_set_trouble(p, PULSE_STORE, NULL);
	expect_health(p, "nonsense");
	pulse_set_trouble(p, PULSE_INVENTORY, NULL);
	expect_health(p, NULL);
	pulse_free(p);
}

/* ---- answers ---- */

static struct sheet *
sheet_of(const char *body, uint64_t edition)
{
	struct text t = {0};
	struct sheet *s;

	text_add(&t, body);
	s = sheet_new(200, ROUTE_TEXT, &t);
	s->edition = edition;
	return s;
}

static void
put(struct shelf *shelf, const char *target, bool open, struct sheet *s)
{
	shelf_add(shelf, target, open, s);
	sheet_unref(s);
}

static void
an_answer_is_kept_as_long_as_it_is_true(void **state)
{
	struct sheet *brief = sheet_of("brief", 1);
	struct shelf shelf;

	(void)state;
	shelf_init(&shelf);
	put(&shelf, "/", false, sheet_of("one", 1));
	put(&shelf, "/", true, sheet_of("open", 1));
	brief->until_ms = 500;
	put(&shelf, "/metrics", false, brief);
	assert_string_equal(text_str(&shelf_find(&shelf, "/", false, 1,
	    0)->body), "one");
	assert_string_equal(text_str(&shelf_find(&shelf, "/", true, 1,
	    0)->body), "open");
	assert_null(shelf_find(&shelf, "/?q=", false, 1, 0));
	assert_non_null(shelf_find(&shelf, "/metrics", false, 1, 499));
	assert_null(shelf_find(&shelf, "/metrics", false, 1, 500));
	put(&shelf, "/", false, sheet_of("another", 1));
	assert_string_equal(text_str(&shelf_find(&shelf, "/", false, 1,
	    0)->body), "another");
	assert_null(shelf_find(&shelf, "/", false, 2, 0));
	assert_int_equal(shelf.n, 1);	/* "open"; the rest went */
	shelf_done(&shelf);
	assert_int_equal(shelf.n, 0);
	assert_int_equal(shelf.bytes, 0);
}

static void
a_shelf_has_its_bounds(void **state)
{
	struct text large = {0};
	struct shelf shelf;

	(void)state;
	shelf_init(&shelf);
	for (int i = 0; i < 2 * SHELF_SHEETS; i++) {
		char target[32];

		(void)snprintf(target, sizeof(target), "/?page=%d", i);
		put(&shelf, target, false, sheet_of("x", 1));
	}
	assert_int_equal(shelf.n, SHELF_SHEETS);
	assert_null(shelf_find(&shelf, "/?page=0", false, 1, 0));
	assert_non_null(shelf_find(&shelf, "/?page=255", false, 1, 0));
	for (size_t i = 0; i < (SHELF_BYTES >> 20); i++)
		for (size_t k = 0; k < 1u << 10; k++)
			text_addf(&large, "%01024zu", i * 1024 + k);
	put(&shelf, "/report", false, sheet_of(text_str(&large), 1));
	/* too large for any other beside it, but kept */
	assert_int_equal(shelf.n, 1);
	assert_non_null(shelf_find(&shelf, "/report", false, 1, 0));
	shelf_done(&shelf);
	text_done(&large);
}

static void
what_is_compressed_is_the_same(void **state)
{
	struct text body = {0};
	char back[20001] = {0};
	z_stream z = {0};
	struct sheet *s, *other = sheet_of("short", 1);

	(void)state;
	for (int i = 0; i < 2000; i++)
		text_addf(&body, "%010d", i * i);
	s = sheet_of(text_str(&body), 1);
	assert_in_range(s->gzip.len, 1, s->body.len - 1);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (Bytef *)s->gzip.data;
	z.avail_in = (uInt)s->gzip.len;
	z.next_out = (Bytef *)back;
	z.avail_out = sizeof(back);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	(void)inflateEnd(&z);
	assert_string_equal(back, text_str(&body));
	assert_int_equal(other->gzip.len, 0);	/* not worth it */
	assert_string_not_equal(s->etag, other->etag);
	sheet_unref(s);
	sheet_unref(other);
	text_done(&body);
}

static void
before_the_store_is_read_pages_say_so(void **state)
{
	static const struct { const char *target; int status; } rows[] = {
		{ "/", 503 }, { "/report", 503 }, { "/host/x", 503 },
		{ "/api/v1/summary", 503 }, { "/metrics", 200 },
		{ "/script.js", 200 }, { "/nothing", 404 }, { "/%00", 404 },
		{ "//", 404 }, { "/host", 404 }, { "/metrics/", 404 },
	};
	struct route_world world = { .pulse = pulse_new(&mine, 3600) };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sheet *s = route_answer(&world, rows[i].target, false);

		if (s->status != rows[i].status)
			fail_msg("%s: %d", rows[i].target, s->status);
		if (strncmp(rows[i].target, "/api/", 5) == 0)
			assert_non_null(strstr(text_str(&s->body),
			    "\"error\":"));
		sheet_unref(s);
	}
	pulse_free(world.pulse);
}

/* A page that nobody can make anew says so. */
static void
an_old_edition_is_trouble(void **state)
{
	static const struct assessment_filter all = {0};
	static const struct { int64_t age; const char *says; } rows[] = {
		{ 60, NULL }, { 899, NULL },
		{ 3660, "has not been read for 61 minutes" },
	};
	struct route_world world = { .pulse = pulse_new(&mine, 3600) };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		int64_t until = clock_utc(&clock_system) - rows[i].age;
		struct assessment a;
		struct sheet *s;

		assessment_init(&a, until - 100, until, &all);
		assessment_finish(&a);
		world.assessment = &a;
		s = route_answer(&world, "/", false);
		assert_int_equal(s->status, 200);
		assert_true(s->until_ms != CLOCK_NEVER);
		if (rows[i].says == NULL)
			assert_null(strstr(text_str(&s->body), "in trouble"));
		else
			assert_non_null(strstr(text_str(&s->body),
			    rows[i].says));
		sheet_unref(s);
		assessment_done(&a);
	}
	pulse_free(world.pulse);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(health_is_cycles_that_end_in_time),
		cmocka_unit_test(an_auditor_that_does_not_move_is_not_well),
		cmocka_unit_test(each_trouble_is_told_until_it_is_over),
		cmocka_unit_test(an_answer_is_kept_as_long_as_it_is_true),
		cmocka_unit_test(a_shelf_has_its_bounds),
		cmocka_unit_test(what_is_compressed_is_the_same),
		cmocka_unit_test(an_old_edition_is_trouble),
		cmocka_unit_test(before_the_store_is_read_pages_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
