/* SPDX-License-Identifier: ISC */
/* Until when a host's answers stand. */
#include "cwaudit/rule.h"

#include <stdlib.h>
#include <string.h>

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define FQDN	"cwa01.nwtraders.local"
#define SITE	"im.contoso.com"
#define HOUR	3600
#define BEGIN	1780272000		/* 2026-06-01T00:00:00Z */
#define END	(BEGIN + 100 * CLOCK_DAY)

struct answers {
	struct results	 rs;
	int64_t		 until;
};

static struct made mtls, https, ca;
static struct inventory *inv;

/* What a host with two right certificates is judged at that time. */
static void
judge(int64_t now, int64_t split_since, struct answers *out)
{
	struct host_view *v = world_view(inv, FQDN, now);
	struct chain *chain = xcalloc(1, sizeof(*chain));

	*out = (struct answers){0};
	v->split_since = split_since;
	world_present(world_port(v, 5061), mtls.cert);
	world_present(world_port(v, 443), https.cert);
	chain->refs = 1;
	chain->valid_until = CLOCK_NEVER;
	chain->n_path = 2;
	chain->path = xcalloc(2, sizeof(*chain->path));
	chain->path[0] = cert_ref(mtls.cert);
	chain->path[1] = cert_ref(ca.cert);
	world_port(v, 5061)->chain = chain;
	host_view_settle(v);
	rules_run_host(v, &out->rs);
	out->until = rules_stand_until(v, &out->rs);
	world_view_free(v);
}

static bool
is_same(const struct results *a, const struct results *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->item[i].rule != b->item[i].rule ||
		    a->item[i].verdict != b->item[i].verdict ||
		    a->item[i].severity != b->item[i].severity)
			return false;
	return true;
}

static bool
fails(const struct results *rs)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].verdict == VERDICT_FAIL)
			return true;
	return false;
}

/* Hour by hour, from before the first certificate to after the last. */
static void
answers_stand_as_long_as_they_say(void **state)
{
	int turned = 0;

	(void)state;
	for (int64_t now = BEGIN - 3 * CLOCK_DAY; now < END + 3 * CLOCK_DAY;
	    now += HOUR) {
		struct answers first, last, next;

		judge(now, CLOCK_NEVER, &first);
		assert_true(first.until <= now + CLOCK_DAY);
		if (fails(&first.rs)) {
			assert_int_equal(first.until, now);
			results_done(&first.rs);
			continue;
		}
		assert_true(first.until > now);
		judge(first.until - 1, CLOCK_NEVER, &last);
		judge(first.until, CLOCK_NEVER, &next);
		if (!is_same(&first.rs, &last.rs))
			fail_msg("at %lld another than until %lld",
			    (long long)now, (long long)first.until);
		turned += !is_same(&first.rs, &next.rs);
		results_done(&first.rs);
		results_done(&last.rs);
		results_done(&next.rs);
	}
	assert_true(turned > 0);	/* an end was met to the second */
}

static void
answers_of_ports_that_differ_do_not_stand(void **state)
{
	int64_t now = BEGIN + CLOCK_DAY;
	struct answers a;

	(void)state;
	judge(now, now - HOUR, &a);
	assert_false(fails(&a.rs));
	assert_int_equal(a.until, now);
	results_done(&a.rs);
}

static int
set_up(void **state)
{
	(void)state;
	ca = make_ca("CA", NULL);
	mtls = make_cert((struct recipe){ .cn = FQDN, .san = "DNS:" FQDN,
	    .issuer = &ca, .from = "20260601000000Z",
	    .to = "20260909000000Z" });
	https = make_cert((struct recipe){ .cn = SITE, .issuer = &ca,
	    .san = "DNS:" SITE ",DNS:as." SITE ",DNS:download." SITE,
	    .key = make_key(), .from = "20260601000000Z",
	    .to = "20260909000000Z" });
	inv = world_inventory("hosts:\n  - fqdn: " FQDN "\n"
	    "    sites: [{url: https://" SITE ", mtls_port: 5061}]\n");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	inventory_unref(inv);
	made_free(&mtls);
	made_free(&https);
	made_free(&ca);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_stand_as_long_as_they_say),
		cmocka_unit_test(answers_of_ports_that_differ_do_not_stand),
	};

	return cmocka_run_group_tests_name("rule_stand", tests, set_up,
	    tear_down);
}
