/* SPDX-License-Identifier: ISC */
/* When the conductor doubts itself, and what it says of others then. */
#include "audit_world.h"

#include <stdio.h>

#define HOSTS	12

/* HOSTS hosts in two zones, two ports each; all leaves are right. */
static void
many(struct world *w, const char *more)
{
	struct text t = {0};
	struct setup *next;

	text_add(&t, "hosts:\n");
	for (int i = 0; i < HOSTS; i++)
		text_addf(&t, "  - fqdn: cwa%02d.nwtraders.local\n"
		    "    address: 127.0.1.%d\n"
		    "    layout: single\n"
		    "    zone: %s\n"
		    "    sites:\n"
		    "      - {url: \"https://im%d.contoso.com\", "
		    "mtls_port: 5061}\n", i, i, i % 2 == 0 ? "even" : "odd", i);
	text_add(&t, more);
	next = load(w, text_str(&t));
	text_done(&t);
	reload(w, next);
	for (int i = 0; i < HOSTS; i++) {
		char cn[40], san[200];
		const struct cert *leaf;

		snprintf(cn, sizeof(cn), "cwa%02d.nwtraders.local", i);
		snprintf(san, sizeof(san), "DNS:%s,DNS:im%d.contoso.com,"
		    "DNS:as.im%d.contoso.com,DNS:download.im%d.contoso.com",
		    cn, i, i, i);
		leaf = make_cert(w, cn, san, 10 + i);
		present(w, (size_t)i * 2, leaf);
		present(w, (size_t)i * 2 + 1, cert_ref(leaf));
	}
	pass(w, 7200);
	text_reset(&w->told);		/* the keys are shared */
	text_reset(&w->lines);
}

static void
silence(struct world *w, int from, int step, const struct cert **kept)
{
	for (int i = from; i < HOSTS; i += step)
		for (int k = i * 2; k < i * 2 + 2; k++) {
			kept[k] = w->leaf[k];
			w->leaf[k] = NULL;
		}
}

static void
speak(struct world *w, int from, int step, const struct cert **kept)
{
	for (int i = from; i < HOSTS; i += step)
		for (int k = i * 2; k < i * 2 + 2; k++)
			w->leaf[k] = kept[k];
}

/* One of the whole lines since the last expect_told() has it. */
static void
expect_line(const struct world *w, const char *what)
{
	if (strstr(text_str(&w->lines), what) == NULL)
		assert_string_equal(text_str(&w->lines), what);
}

static void
a_lost_zone_is_the_auditors_and_one_host_is_not(void **state)
{
	struct world *w = *state;
	const struct cert *kept[2 * HOSTS];

	many(w, "");
	silence(w, 1, 2, kept);			/* the odd ones */
	pass(w, 3 * 3600);
	expect_line(w, "cause=\"odd: no answer");
	expect_line(w, "zone odd: ");
	expect_told(w, "opened auditor-blind auditor; ");
	/* the others are told of as ever */
	present(w, 0, NULL);
	present(w, 1, NULL);
	pass(w, 3 * 3600);
	expect_told(w, "opened host-down host; ");
	/* and of those that are back only what did not come back */
	speak(w, 1, 2, kept);
	w->leaf[2] = w->leaf[3] = NULL;
	pass(w, 3 * 3600);
	expect_told(w, "cleared auditor-blind auditor; "
	    "opened host-down host; ");
	pass(w, 3 * 3600);
	expect_told(w, "");
	cert_unref(kept[2]);
	cert_unref(kept[3]);
}

static void
a_zone_that_is_lost_stays_so_over_a_reload(void **state)
{
	struct world *w = *state;
	const struct cert *kept[2 * HOSTS];

	many(w, "");
	silence(w, 0, 1, kept);			/* all */
	pass(w, 2 * 3600);
	expect_line(w, "cause=\"even: no answer in time,"
	    "odd: no answer in time\"");
	expect_told(w, "opened auditor-blind auditor; ");
	audit_reload(w->audit, w->setup, &w->config);
	pass(w, 2 * 3600);
	expect_told(w, "");
	speak(w, 0, 1, kept);
	pass(w, 3 * 3600);
	expect_told(w, "cleared auditor-blind auditor; ");
}

static void
another_zone_that_is_lost_is_told_too(void **state)
{
	struct world *w = *state;
	const struct cert *kept[2 * HOSTS];

	many(w, "");
	silence(w, 0, 2, kept);
	pass(w, 2 * 3600);
	expect_told(w, "opened auditor-blind auditor; ");
	silence(w, 1, 2, kept);
	pass(w, 2 * 3600);
	expect_line(w, "cause=\"even: no answer in time,odd: ");
	expect_told(w, "changed auditor-blind auditor; ");
	speak(w, 0, 2, kept);
	pass(w, 2 * 3600);
	expect_told(w, "changed auditor-blind auditor; ");
	speak(w, 1, 2, kept);
	pass(w, 3 * 3600);
	expect_told(w, "cleared auditor-blind auditor; ");
}

/* The clock is a year ahead for an hour: nothing expires, nothing clears. */
static void
a_clock_that_steps_turns_no_date(void **state)
{
	struct world *w = *state;

	many(w, "");
	w->config.settle_s = 7200;
	w->step_s = 365 * 86400;
	pass(w, 3600);
	expect_line(w, "set forward by 365d");
	expect_told(w, "opened auditor-clock auditor; ");
	w->step_s = 0;
	pass(w, 4 * 3600);
	expect_told(w, "cleared auditor-clock auditor; ");
	w->step_s = 30;				/* slewed, or nearly so */
	pass(w, 3600);
	expect_told(w, "");
}

/* Whoever wants each pass at once still wants no wrong one. */
static void
a_step_is_told_where_nothing_settles(void **state)
{
	struct world *w = *state;

	many(w, "");
	w->config.settle_s = 0;
	w->config.renotify_s = 0;
	w->step_s = 86400;
	pass(w, 30);
	expect_told(w, "opened auditor-clock auditor; ");
	pass(w, 90);
	expect_told(w, "cleared auditor-clock auditor; ");
}

/* A clock that stays wrong is not waited for without end. */
static void
what_a_clock_that_settled_says_is_told(void **state)
{
	struct world *w = *state;

	many(w, "");
	w->step_s = 365 * 86400;
	pass(w, 599);
	expect_told(w, "opened auditor-clock auditor; ");
	pass(w, 300);
	assert_non_null(strstr(text_str(&w->told),
	    "cleared auditor-clock auditor; "));
	assert_non_null(strstr(text_str(&w->told), "opened expired single; "));
}

static void
a_fifth_that_turns_at_once_is_doubted_first(void **state)
{
	struct world *w = *state;
	const struct cert *kept[2 * HOSTS];
	size_t said = 0;

	many(w, "");
	silence(w, 0, 1, kept);
	for (int i = 0; i < HOSTS; i++) {
		char san[100];
		const struct cert *leaf;

		snprintf(san, sizeof(san), "DNS:cwa%02d.nwtraders.local", i);
		leaf = make_old_cert(w, san + 4, san, 50 + i);
		w->leaf[i * 2] = leaf;
		w->leaf[i * 2 + 1] = cert_ref(leaf);
		cert_unref(kept[i * 2]);
		cert_unref(kept[i * 2 + 1]);
	}
	w->config.settle_s = 3 * 3600;
	pass(w, 2 * 3600);
	assert_non_null(strstr(text_str(&w->told), "opened auditor-clock "));
	for (const char *s = text_str(&w->told); (s = strstr(s,
	    "opened expired ")) != NULL; s++)
		said++;
	assert_in_range(said, 5, HOSTS - 1);
	pass(w, 4 * 3600);
	said = 0;
	for (const char *s = text_str(&w->told); (s = strstr(s,
	    "opened expired ")) != NULL; s++)
		said++;
	assert_int_equal(said, HOSTS);		/* all in the end */
}

/* Where each host is a zone of its own, the fleet is asked. */
static void
a_zone_of_one_is_asked_of_the_fleet(void **state)
{
	struct world *w = *state;
	const struct cert *kept[2 * HOSTS];

	many(w, "  - {fqdn: alone.nwtraders.local, address: 127.0.2.1,\n"
	    "     zone: island, layout: separate, sites: [\n"
	    "     {url: \"https://alone.contoso.com\", mtls_port: 5061}]}\n");
	present(w, 2 * HOSTS, make_cert(w, "alone.contoso.com",
	    "DNS:alone.contoso.com,DNS:as.alone.contoso.com,"
	    "DNS:download.alone.contoso.com", 80));
	present(w, 2 * HOSTS + 1, make_cert(w, "alone.nwtraders.local",
	    "DNS:alone.nwtraders.local", 81));
	pass(w, 8 * 3600);
	text_reset(&w->told);
	w->config.renotify_s = 0;
	present(w, 2 * HOSTS, NULL);
	present(w, 2 * HOSTS + 1, NULL);
	pass(w, 7 * 3600);
	expect_told(w, "opened host-down host; ");
	silence(w, 0, 1, kept);
	pass(w, 3 * 3600);
	expect_line(w, " ports that answered last do not (no answer in time)");
	expect_told(w, "opened auditor-blind auditor; ");
	for (int i = 0; i < 2 * HOSTS; i++)
		cert_unref(kept[i]);
}

/* Its ports are looked at hours apart, but what is said is said of all. */
static void
a_host_goes_and_comes_back_in_two_lines(void **state)
{
	struct world *w = *state;
	const struct cert *kept[2 * HOSTS];

	many(w, "");
	w->config.renotify_s = 0;
	for (int round = 0; round < 3; round++) {
		silence(w, 3, HOSTS, kept);
		pass(w, 7 * 3600 + round * 1000);
		speak(w, 3, HOSTS, kept);
		pass(w, 7 * 3600);
		expect_told(w, "opened host-down host; "
		    "cleared host-down host; ");
	}
}

static void
looks_that_begin_too_late_are_told(void **state)
{
	struct world *w = *state;

	many(w, "");
	w->now_ms += 3 * 3600 * 1000LL;		/* the process was stopped */
	pass(w, 60);
	assert_non_null(strstr(text_str(&w->told), "opened auditor-late "));
	text_reset(&w->told);
	pass(w, 4 * 3600);
	expect_told(w, "cleared auditor-late auditor; ");
}

static void
a_cycle_that_saw_too_little_is_told(void **state)
{
	struct world *w = *state;

	many(w, "");
	w->config.coverage_percent = 99;
	pass(w, 2 * 3600);
	expect_told(w, "");
	present(w, 0, NULL);
	present(w, 1, NULL);
	pass(w, 2 * 3600);
	assert_non_null(strstr(text_str(&w->told), "opened auditor-coverage "));
	expect_line(w, "seen at 22 of 24");
	assert_null(strstr(text_str(&w->told), "unreachable"));
}

static void
a_refused_inventory_stays_open_until_one_is_taken(void **state)
{
	struct world *w = *state;

	pass(w, 60);
	audit_inventory_refused(w->audit, "i.yaml:1:1: no key \"hots\"", 2);
	expect_told(w, "opened auditor-inventory-refused auditor; ");
	pass(w, 7200);
	expect_told(w, "");
	audit_inventory_refused(w->audit, NULL, 0);
	expect_told(w, "cleared auditor-inventory-refused auditor; ");
}

static void
it_says_daily_that_it_is_alive(void **state)
{
	struct world *w = *state;

	pass(w, 86399);
	assert_int_equal(w->alive, 0);
	pass(w, 2);
	assert_int_equal(w->alive, 1);
	pass(w, 3 * 86400);
	assert_int_equal(w->alive, 4);
}

/* A look that never comes back is no life. */
static void
a_look_that_never_ends_is_noticed(void **state)
{
	struct world *w = *state;

	pass(w, 7200);
	assert_true(audit_moves(w->audit));
	audit_sweep(w->audit);
	(void)audit_run(w->audit);
	assert_int_not_equal(w->n_pending, 0);
	w->now_ms += 10 * 60 * 1000;		/* the longest deadline */
	assert_true(audit_moves(w->audit));
	w->now_ms += 5 * 60 * 1000;
	assert_false(audit_moves(w->audit));
	answer(w, w->pending[--w->n_pending]);
	assert_true(audit_moves(w->audit));
	pass(w, 60);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_lost_zone_is_the_auditors_and_one_host_is_not),
		TEST(a_zone_that_is_lost_stays_so_over_a_reload),
		TEST(another_zone_that_is_lost_is_told_too),
		TEST(a_clock_that_steps_turns_no_date),
		TEST(a_step_is_told_where_nothing_settles),
		TEST(what_a_clock_that_settled_says_is_told),
		TEST(a_fifth_that_turns_at_once_is_doubted_first),
		TEST(a_zone_of_one_is_asked_of_the_fleet),
		TEST(a_host_goes_and_comes_back_in_two_lines),
		TEST(looks_that_begin_too_late_are_told),
		TEST(a_cycle_that_saw_too_little_is_told),
		TEST(a_refused_inventory_stays_open_until_one_is_taken),
		TEST(it_says_daily_that_it_is_alive),
		TEST(a_look_that_never_ends_is_noticed),
	};

	return cmocka_run_group_tests_name("audit_health", tests, NULL, NULL);
}
