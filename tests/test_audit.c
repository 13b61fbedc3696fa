/* SPDX-License-Identifier: ISC */
/* What the conductor looks at when, and what it tells of it. */
#include "audit_world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

static void
a_right_fleet_is_quiet_for_a_day_and_proved_once(void **state)
{
	struct world *w = *state;

	pass(w, 86000);
	expect_told(w, "");
	assert_in_range(w->summaries, 23, 25);
	assert_in_range(w->looks[0], 24, 26);	/* HTTPS hourly */
	assert_in_range(w->looks[1], 4, 6);	/* MTLS every six hours */
	assert_int_equal(w->proofs, 4);		/* each once; hellos since */
}

static void
one_miss_is_nothing_two_are_told_and_an_answer_clears(void **state)
{
	struct world *w = *state;
	const struct cert *leaf = w->leaf[1];

	pass(w, 10);
	w->leaf[1] = NULL;
	audit_sweep(w->audit);
	pass(w, 10);
	expect_told(w, "");
	pass(w, 60);
	expect_told(w, "opened unreachable mtls; ");
	w->leaf[1] = leaf;
	audit_sweep(w->audit);
	pass(w, 10);
	expect_told(w, "");		/* so soon: it may come again */
	pass(w, 600);
	expect_told(w, "cleared unreachable mtls; ");
}

static void
a_change_is_proved_before_it_is_told(void **state)
{
	struct world *w = *state;
	const struct cert *documented = make_cert(w, "im.contoso.com",
	    "DNS:im.contoso.com,DNS:as.im.contoso.com,"
	    "DNS:download.im.contoso.com,DNS:cwa01.nwtraders.local", 3);
	size_t proofs;

	pass(w, 10);
	proofs = w->proofs;
	present(w, 0, documented);
	present(w, 1, cert_ref(documented));
	audit_sweep(w->audit);
	pass(w, 30);
	assert_in_range(w->proofs, proofs + 2, proofs + 4);
	assert_non_null(strstr(text_str(&w->told),
	    "opened documented-single single; "));
	assert_null(strstr(text_str(&w->told), "documented-single mtls"));
	assert_null(strstr(text_str(&w->told), "documented-single https"));
	assert_null(strstr(text_str(&w->told), "mtls-subject"));
	text_reset(&w->told);
	pass(w, 3600);
	expect_told(w, "");
}

static void
a_changed_leaf_hurries_the_neighbour(void **state)
{
	struct world *w = *state;
	size_t before;

	pass(w, 10);
	before = w->looks[1];
	present(w, 0, make_cert(w, "cwa01.nwtraders.local",
	    "DNS:cwa01.nwtraders.local,DNS:im.contoso.com,"
	    "DNS:as.im.contoso.com,DNS:download.im.contoso.com", 4));
	pass(w, 3700);		/* HTTPS comes round; MTLS would not */
	assert_true(w->looks[1] > before);
}

static void
a_reload_keeps_what_is_known_and_closes_what_left(void **state)
{
	static const char without_first[] =
	    "hosts:\n"
	    "  - fqdn: cwa02.nwtraders.local\n"
	    "    address: 127.0.0.2\n"
	    "    layout: single\n"
	    "    sites:\n"
	    "      - {url: \"https://im2.contoso.com\", mtls_port: 5061}\n";
	struct world *w = *state;
	size_t proofs;

	present(w, 0, NULL);
	present(w, 1, NULL);
	pass(w, 100);
	expect_told(w, "opened host-down host; ");
	proofs = w->proofs;
	present(w, 0, cert_ref(w->leaf[2]));	/* indices move up */
	present(w, 1, cert_ref(w->leaf[2]));
	reload(w, load(w, without_first));
	expect_told(w, "closed host-down host; ");
	pass(w, 4000);
	expect_told(w, "");
	assert_int_equal(w->proofs, proofs);	/* nothing is new to it */
}

static void
caps_hold(void **state)
{
	struct world *w = *state;

	w->config.per_host = 1;
	w->config.window = 3;
	audit_sweep(w->audit);
	(void)audit_run(w->audit);
	assert_int_equal(w->n_pending, 2);	/* one a host */
	while (w->n_pending > 0)
		answer(w, w->pending[--w->n_pending]);
	w->config.per_host = 4;
	audit_sweep(w->audit);
	(void)audit_run(w->audit);
	assert_int_equal(w->n_pending, 3);	/* the window */
	while (w->n_pending > 0)
		answer(w, w->pending[--w->n_pending]);
}

/* What nobody may do shows it: a limit changes, and no look or reload tells. */
static void
a_judgement_that_stands_is_not_made_again(void **state)
{
	struct world *w = *state;
	const struct endpoint *e = w->setup->inventory->endpoints;
	size_t looks;

	w->trusted = true;
	w->config.settle_s = 0;
	pass(w, 4 * 3600);
	text_reset(&w->told);
	for (size_t i = 0; i < 4; i++)
		((struct settings *)(uintptr_t)e[i].settings)->
		    expiring_s[SEVERITY_ERROR] = 360 * 86400;
	looks = w->looks[0];
	pass(w, 2 * 3600);
	assert_true(w->looks[0] > looks);
	expect_told(w, "");
	pass(w, 86400);
	assert_non_null(strstr(text_str(&w->told), "opened expiring"));
}

/* Its timeout runs while the others are looked at. */
static void
what_was_silent_is_looked_at_first(void **state)
{
	struct world *w = *state;

	present(w, 3, NULL);
	pass(w, 10);
	w->config.window = 1;
	audit_sweep(w->audit);
	(void)audit_run(w->audit);
	assert_int_equal(w->n_pending, 1);
	assert_int_equal(w->pending[0]->look.endpoint->index, 3);
	answer(w, w->pending[--w->n_pending]);
}

static void
no_more_looks_begin_in_a_second_than_may(void **state)
{
	struct world *w = *state;

	pass(w, 10);
	w->config.rate = 1;
	audit_sweep(w->audit);
	for (size_t second = 1; second <= 4; second++) {
		(void)audit_run(w->audit);
		(void)audit_run(w->audit);
		assert_int_equal(w->n_pending, second);
		w->now_ms += 1000;
	}
	while (w->n_pending > 0)
		answer(w, w->pending[--w->n_pending]);
}

/* An MTLS port is looked at every six hours, and when its leaf ends. */
static void
a_certificate_that_ends_is_looked_at_then(void **state)
{
	struct world *w = *state;
	size_t looks;

	present(w, 1, make_dated_cert(w, "cwa01.nwtraders.local",
	    "DNS:cwa01.nwtraders.local", 4, -10, 1));
	pass(w, 86400 - 30);
	assert_null(strstr(text_str(&w->told), "opened expired"));
	looks = w->looks[1];
	pass(w, 120);
	assert_non_null(strstr(text_str(&w->told), "opened expired"));
	assert_int_equal(w->looks[1], looks + 1);
	looks = w->looks[1];
	pass(w, 3600);				/* once */
	assert_true(w->looks[1] <= looks + 1);
}

struct caps { unsigned host, farm, net; };

/* Four hosts in two networks; the first two publish one site. */
static const char neighbours[] =
    "hosts:\n"
    "  - {fqdn: a.contoso.com, address: 10.0.0.1, sites: [\n"
    "     {url: \"https://im.contoso.com\", mtls_port: 5061},\n"
    "     {url: \"https://im2.contoso.com:444\", mtls_port: 5062}]}\n"
    "  - {fqdn: b.contoso.com, address: 10.0.1.1, sites: [\n"
    "     {url: \"https://im.contoso.com\", mtls_port: 5061}]}\n"
    "  - {fqdn: c.contoso.com, address: 10.0.0.2, sites: [\n"
    "     {url: \"https://im3.contoso.com\", mtls_port: 5061}]}\n"
    "  - {fqdn: d.contoso.com, address: 10.0.1.2, sites: [\n"
    "     {url: \"https://im4.contoso.com\", mtls_port: 5061}]}\n";

/* How many of those under way share a host, a farm, a network with it. */
static struct caps
beside(const struct world *w, const struct endpoint *e)
{
	const struct inventory *inv = w->setup->inventory;
	const struct farm *farm = inventory_farm(inv, e->site);
	struct caps n = {0};

	for (size_t i = 0; i < w->n_pending; i++) {
		const struct endpoint *o = w->pending[i]->look.endpoint;

		n.host += o->host == e->host;
		n.farm += farm != NULL && inventory_farm(inv, o->site) == farm;
		n.net += o->address[5] == e->address[5];
	}
	return n;
}

static bool
is_under_way(const struct world *w, const struct endpoint *e)
{
	for (size_t i = 0; i < w->n_pending; i++)
		if (w->pending[i]->look.endpoint == e)
			return true;
	return false;
}

static bool
has_room(unsigned n, unsigned most)
{
	return most == 0 || n < most;
}

/* No more than may be are under way, and none waits for whom there is room. */
static void
check_caps(const struct world *w, const struct caps *most,
    const size_t before[])
{
	const struct inventory *inv = w->setup->inventory;

	for (size_t i = 0; i < inv->n_endpoints; i++) {
		const struct endpoint *e = &inv->endpoints[i];
		struct caps n = beside(w, e);

		if ((most->host != 0 && n.host > most->host) ||
		    (most->farm != 0 && n.farm > most->farm) ||
		    (most->net != 0 && n.net > most->net))
			fail_msg("%u at a host, %u at a farm, %u in a network",
			    n.host, n.farm, n.net);
		if (w->looks[i] == before[i] && !is_under_way(w, e) &&
		    has_room(n.host, most->host) &&
		    has_room(n.farm, most->farm) && has_room(n.net, most->net))
			fail_msg("port %u of %s waits for nobody", e->port,
			    e->host->fqdn);
	}
}

static void
no_more_than_a_farm_or_a_network_may_have_at_once(void **state)
{
	static const struct caps caps[] = {
		{ 4, 0, 0 }, { 4, 1, 0 }, { 4, 3, 0 }, { 4, 0, 1 },
		{ 4, 0, 3 }, { 1, 0, 0 }, { 1, 1, 0 }, { 1, 1, 1 },
		{ 2, 1, 2 }, { 1, 0, 2 }, { 2, 2, 1 }, { 2, 1, 3 },
	};
	struct world *w = *state;

	reload(w, load(w, neighbours));
	pass(w, 400);
	for (size_t i = 0; i < 7 * ARRAY_N(caps); i++) {
		const struct caps *most = &caps[i % ARRAY_N(caps)];
		size_t before[WORLD_PORTS];

		memcpy(before, w->looks, sizeof(before));
		w->config.per_host = most->host;
		w->config.per_farm = most->farm;
		w->config.per_net = most->net;
		audit_sweep(w->audit);
		(void)audit_run(w->audit);
		check_caps(w, most, before);
		while (w->n_pending > 0) {
			/* the first answers first, or the last, or another */
			size_t of = i * 5 % w->n_pending;
			struct sight *s = w->pending[of];

			w->pending[of] = w->pending[--w->n_pending];
			answer(w, s);
			(void)audit_run(w->audit);
			check_caps(w, most, before);
		}
		if (!audit_swept(w->audit))
			fail_msg("case %zu: some wait for ever", i);
	}
}

static void
hello_mode_takes_in_what_a_hello_saw(void **state)
{
	struct world *w = *state;
	struct snapshot *snap;

	w->config.mode = MODE_HELLO;
	pass(w, 10);
	assert_int_equal(w->proofs, 0);
	assert_true(audit_swept(w->audit));
	snap = audit_snapshot(w->audit);
	for (size_t i = 0; i < snap->n_endpoints; i++)
		assert_non_null(snap->endpoints[i].leaf);
	snapshot_free(snap);
}

static void
summaries_go_on_where_a_reload_cut_the_first_sweep_short(void **state)
{
	struct world *w = *state;

	audit_sweep(w->audit);
	(void)audit_run(w->audit);
	assert_true(w->n_pending > 0);
	reload(w, load(w, inventory_text));
	pass(w, 5);
	assert_true(w->looks[0] > 0);	/* at once: its look was dropped */
	pass(w, 4 * 3600);
	assert_in_range(w->summaries, 3, 5);
}

/* The MTLS port shows what fails, but the other is not seen yet. */
static void
a_host_half_seen_is_not_judged(void **state)
{
	struct world *w = *state;

	present(w, 1, make_cert(w, "im.contoso.com", "DNS:im.contoso.com", 4));
	w->config.per_host = 1;
	audit_sweep(w->audit);
	while (w->looks[0] + w->looks[1] == 0) {
		(void)audit_run(w->audit);
		while (w->n_pending > 0)
			answer(w, w->pending[--w->n_pending]);
		w->now_ms += 10;
	}
	assert_int_equal(w->looks[0] + w->looks[1], 1);
	expect_told(w, "");
	pass(w, 10);
	assert_non_null(strstr(text_str(&w->told), "opened mtls-subject "));
}

/* Also where the layout is what the ports present. */
static void
an_outage_of_all_closes_and_clears_nothing(void **state)
{
	static const char derived[] =
	    "hosts:\n"
	    "  - {fqdn: cwa01.nwtraders.local, address: 127.0.0.1, sites: [\n"
	    "     {url: \"https://im.contoso.com\", mtls_port: 5061}]}\n"
	    "  - {fqdn: cwa02.nwtraders.local, address: 127.0.0.2, sites: [\n"
	    "     {url: \"https://im2.contoso.com\", mtls_port: 5061}]}\n";
	struct world *w = *state;
	const struct cert *leaf[4];

	reload(w, load(w, derived));
	present(w, 0, make_cert(w, "im.contoso.com", "DNS:im.contoso.com", 4));
	present(w, 1, cert_ref(w->leaf[0]));
	pass(w, 7200);
	assert_non_null(strstr(text_str(&w->told), "opened mtls-subject "));
	text_reset(&w->told);
	for (size_t i = 0; i < 4; i++) {
		leaf[i] = w->leaf[i];
		w->leaf[i] = NULL;
	}
	pass(w, 12 * 3600);
	assert_null(strstr(text_str(&w->told), "cleared"));
	assert_null(strstr(text_str(&w->told), "closed"));
	for (size_t i = 0; i < 4; i++)
		w->leaf[i] = leaf[i];
	text_reset(&w->told);
	pass(w, 12 * 3600);
	assert_non_null(strstr(text_str(&w->told), "cleared host-down "));
	assert_null(strstr(text_str(&w->told), "ed mtls-subject"));
}

static void
what_the_resolver_said_is_passed_on(void **state)
{
	static const char by_name[] =
	    "hosts:\n"
	    "  - fqdn: cwa03.nwtraders.local\n"
	    "    sites: [{url: \"https://im.contoso.com\", "
	    "mtls_port: 5061}]\n";
	struct world *w = *state;
	struct snapshot *snap;

	reload(w, load(w, by_name));
	pass(w, 5);
	snap = audit_snapshot(w->audit);
	assert_int_equal(snap->endpoints[0].seen->outcome,
	    OUTCOME_DNS_FAILURE);
	assert_non_null(strstr(text_str(&snap->endpoints[0].seen->detail),
	    "the server says that there is no such name"));
	snapshot_free(snap);
}

/* Our own fault: nothing is said of the host, and nothing of it is fine. */
static void
silence_of_the_name_servers_is_not_the_hosts(void **state)
{
	static const char by_name[] =
	    "hosts:\n"
	    "  - fqdn: cwa03.nwtraders.local\n"
	    "    sites: [{url: \"https://im.contoso.com\", "
	    "mtls_port: 5061}]\n";
	struct world *w = *state;
	struct snapshot *snap;

	w->silent = true;
	reload(w, load(w, by_name));
	pass(w, 5);
	text_reset(&w->told);
	pass(w, 600);
	expect_told(w, "");
	snap = audit_snapshot(w->audit);
	assert_int_equal(snap->endpoints[0].seen->outcome, OUTCOME_NOT_TRIED);
	assert_int_equal(snapshot_worst(snap), SEVERITY_OFF);
	assert_false(snapshot_complete(snap));
	snapshot_free(snap);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_right_fleet_is_quiet_for_a_day_and_proved_once),
		TEST(one_miss_is_nothing_two_are_told_and_an_answer_clears),
		TEST(a_change_is_proved_before_it_is_told),
		TEST(a_changed_leaf_hurries_the_neighbour),
		TEST(a_reload_keeps_what_is_known_and_closes_what_left),
		TEST(a_judgement_that_stands_is_not_made_again),
		TEST(what_was_silent_is_looked_at_first),
		TEST(no_more_looks_begin_in_a_second_than_may),
		TEST(a_certificate_that_ends_is_looked_at_then),
		TEST(caps_hold),
		TEST(no_more_than_a_farm_or_a_network_may_have_at_once),
		TEST(hello_mode_takes_in_what_a_hello_saw),
		TEST(summaries_go_on_where_a_reload_cut_the_first_sweep_short),
		TEST(a_host_half_seen_is_not_judged),
		TEST(an_outage_of_all_closes_and_clears_nothing),
		TEST(what_the_resolver_said_is_passed_on),
		TEST(silence_of_the_name_servers_is_not_the_hosts),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
