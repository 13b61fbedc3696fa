/* SPDX-License-Identifier: ISC */
/* Of a name's addresses the one that tells most counts. */
#include "audit/spot.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "make_cert.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW		1780272000	/* 2026-06-01T00:00:00Z */
#define FQDN		"cwa01.nwtraders.local"

static const struct {
	const char	*why;
	enum outcome	 first, second;	/* of 10.0.0.1 and 10.0.0.2 */
	enum outcome	 counts;
	enum spot_news	 news;
} cases[] = {
	{ "the first is dead", OUTCOME_TIMEOUT, OUTCOME_OBSERVED,
	    OUTCOME_OBSERVED, SPOT_FIRST },
	{ "the second is dead", OUTCOME_OBSERVED, OUTCOME_REFUSED,
	    OUTCOME_OBSERVED, SPOT_FIRST },
	{ "both are", OUTCOME_TIMEOUT, OUTCOME_TIMEOUT, OUTCOME_TIMEOUT,
	    SPOT_MISSED },
	{ "our own fault at both", OUTCOME_NOT_TRIED, OUTCOME_NOT_TRIED,
	    OUTCOME_NOT_TRIED, SPOT_OURS },
};

static struct sight *
make_sight(struct setup *setup, const struct endpoint *e, enum outcome outcome,
    const char *address, const struct cert *leaf)
{
	struct sight *p = sight_new(setup);
	struct observation *o = world_look(NOW);

	o->outcome = outcome;
	snprintf(o->address, sizeof(o->address), "%s", address);
	p->look.endpoint = e;
	p->look.mode = LOOK_PROVE;
	p->seen = o;
	p->leaf = outcome == OUTCOME_OBSERVED ? cert_ref(leaf) : NULL;
	return p;
}

struct scene {
	struct setup		*setup;
	struct made		 ca, leaf;
	const struct endpoint	*mtls;
};

static int
set_scene(void **state)
{
	struct scene *c = xcalloc(1, sizeof(*c));

	c->setup = xcalloc(1, sizeof(*c->setup));
	c->setup->refs = 1;
	c->setup->inventory = world_inventory("hosts:\n  - fqdn: " FQDN "\n"
	    "    sites: [{url: https://im.contoso.com, mtls_port: 5061}]\n");
	c->ca = make_ca("CA", NULL);
	c->leaf = make_cert((struct recipe){ .cn = FQDN, .issuer = &c->ca });
	c->mtls = &c->setup->inventory->endpoints[1];
	*state = c;
	return 0;
}

static int
strike_scene(void **state)
{
	struct scene *c = *state;

	setup_unref(c->setup);
	made_free(&c->leaf);
	made_free(&c->ca);
	free(c);
	return 0;
}

/* A look at s that saw the leaf; s awaits just that. */
static struct sight *
see(struct scene *c, struct spot *s)
{
	s->n_expected = 1;
	return make_sight(c->setup, s->endpoint, OUTCOME_OBSERVED, "10.0.0.1",
	    c->leaf.cert);
}

static void
an_address_that_is_dead_hides_none_that_answers(void **state)
{
	struct scene *c = *state;

	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		struct spot s;
		enum spot_news news;

		spot_init(&s, c->mtls);
		s.mode = LOOK_PROVE;
		s.n_expected = 2;
		assert_false(spot_add(&s, make_sight(c->setup, c->mtls,
		    cases[i].second, "10.0.0.2", c->leaf.cert)));
		assert_true(spot_add(&s, make_sight(c->setup, c->mtls,
		    cases[i].first, "10.0.0.1", c->leaf.cert)));
		news = spot_settle(&s, false);
		if (news != cases[i].news ||
		    s.seen->outcome != cases[i].counts)
			fail_msg("%s: %s", cases[i].why,
			    outcome_name(s.seen->outcome));
		spot_done(&s);
	}
}

/* What a look begins with next time: see look.h. */
static void
the_step_that_worked_is_remembered(void **state)
{
	static const struct { enum look_mode mode; enum look_step worked, first;
	    } looks[] = {
		{ LOOK_PROVE, STEP_HANDSHAKE, STEP_HELLO12 },
		{ LOOK_HELLO, STEP_HELLO10, STEP_HELLO10 },
		{ LOOK_PROVE, STEP_HANDSHAKE, STEP_HELLO10 },
		{ LOOK_PROVE, STEP_SSL3, STEP_SSL3 },
		{ LOOK_HELLO, STEP_HANDSHAKE, STEP_HANDSHAKE },	/* TLS 1.3 */
		{ LOOK_HELLO, STEP_HANDSHAKE, STEP_HANDSHAKE },
		{ LOOK_PROVE, STEP_HANDSHAKE, STEP_HELLO12 },	/* try again */
	};
	struct scene *c = *state;
	struct spot s;

	spot_init(&s, c->mtls);
	for (size_t i = 0; i < ARRAY_N(looks); i++) {
		struct sight *p = make_sight(c->setup, s.endpoint,
		    OUTCOME_OBSERVED, "10.0.0.1", c->leaf.cert);

		s.mode = p->look.mode = looks[i].mode;
		s.n_expected = 1;
		((struct observation *)p->seen)->step = (int)looks[i].worked;
		assert_true(spot_add(&s, p));
		(void)spot_settle(&s, false);
		assert_int_equal(s.first, looks[i].first);
	}
	spot_done(&s);
}

/* What is seen again need not be parsed again; what failed lends nothing. */
static void
a_spot_lends_what_it_saw_last(void **state)
{
	struct scene *c = *state;
	struct chain *chain = xcalloc(1, sizeof(*chain));
	struct sight *p, *next;
	struct spot s, reloaded;

	chain->refs = 1;
	chain->n_sent = 1;
	chain->sent = xcalloc(1, sizeof(*chain->sent));
	chain->sent[0] = cert_ref(c->leaf.cert);
	spot_init(&s, c->mtls);
	p = see(c, &s);
	p->chain = chain;
	assert_true(spot_add(&s, p));
	(void)spot_settle(&s, false);
	next = sight_new(c->setup);
	spot_lend(&s, 0, next);
	assert_ptr_equal(next->known_leaf, c->leaf.cert);
	assert_ptr_equal(next->known_chain, chain);
	assert_memory_equal(next->look.known, s.seen->message_sha256,
	    CERT_SHA256);
	assert_false(next->repath);
	sight_free(next);

	spot_init(&reloaded, s.endpoint);
	spot_inherit(&reloaded, &s);
	next = sight_new(c->setup);
	spot_lend(&reloaded, 0, next);	/* its path was of another trust */
	assert_true(next->repath && next->known_leaf == c->leaf.cert);
	sight_free(next);

	reloaded.n_expected = 1;
	assert_true(spot_add(&reloaded, make_sight(c->setup, s.endpoint,
	    OUTCOME_TIMEOUT, "10.0.0.1", NULL)));
	(void)spot_settle(&reloaded, false);
	next = sight_new(c->setup);
	spot_lend(&reloaded, 0, next);
	assert_null(next->known_leaf);
	assert_null(next->look.known);
	sight_free(next);
	spot_done(&reloaded);
	spot_done(&s);
}

static struct chain *
make_path(const struct cert *leaf, const struct cert *issuer)
{
	struct chain *chain = xcalloc(1, sizeof(*chain));

	chain->refs = 1;
	chain->valid_until = NOW + 86400;
	chain->n_path = chain->n_sent = 2;
	chain->path = xcalloc(2, sizeof(*chain->path));
	chain->sent = xcalloc(2, sizeof(*chain->sent));
	for (size_t i = 0; i < 2; i++) {
		chain->path[i] = cert_ref(i == 0 ? leaf : issuer);
		chain->sent[i] = cert_ref(chain->path[i]);
	}
	return chain;
}

static const struct cert *
lent_leaf(const struct scene *c, const struct spot *s, int64_t now)
{
	struct sight *next = sight_new(c->setup);
	const struct cert *leaf;

	spot_lend(s, now, next);
	leaf = next->known_leaf;	/* borrowed: the spot has it */
	assert_true((leaf == NULL) == (next->look.known == NULL));
	sight_free(next);
	return leaf;
}

/* Without its DER no other path can be built: the next look must bring it. */
static void
a_lean_spot_lends_while_its_path_stands(void **state)
{
	struct scene *c = *state;
	struct spot_kin kin = {0};
	struct sight *p;
	struct spot s;

	spot_init(&s, c->mtls);
	p = see(c, &s);
	p->chain = make_path(c->leaf.cert, c->ca.cert);
	assert_true(spot_add(&s, p));
	(void)spot_settle(&s, false);
	spot_accept(&s);
	assert_false(spot_is_lean(&s));
	spot_lean(&s, &kin);
	spot_lean(&s, &kin);
	assert_true(spot_is_lean(&s));
	assert_int_equal(c->leaf.cert->refs, 1);
	assert_null(s.leaf->der);
	assert_string_equal(s.leaf->issuer, c->leaf.cert->issuer);
	assert_memory_equal(s.leaf->sha256, c->leaf.cert->sha256, CERT_SHA256);
	assert_ptr_equal(s.last_leaf, s.leaf);
	assert_ptr_equal(s.accepted, s.leaf);
	assert_ptr_equal(s.chain->path[0], s.leaf);
	assert_ptr_equal(s.chain->sent[0], s.leaf);
	assert_ptr_equal(s.chain->path[1], c->ca.cert);
	assert_ptr_equal(s.last_chain, s.chain);
	assert_ptr_equal(s.accepted_chain, s.chain);

	assert_ptr_equal(lent_leaf(c, &s, NOW), s.leaf);
	assert_null(lent_leaf(c, &s, NOW + 86400 - 3600));
	s.repath = true;
	assert_null(lent_leaf(c, &s, NOW));

	/* a hello that brings it, and another path */
	p = see(c, &s);
	p->look.mode = s.mode = LOOK_HELLO;
	((struct observation *)(uintptr_t)p->seen)->proof = PROOF_NONE;
	p->chain = make_path(c->leaf.cert, c->ca.cert);
	assert_true(spot_add(&s, p));
	assert_int_equal(spot_settle(&s, false), SPOT_SAME);
	assert_ptr_equal(s.leaf, c->leaf.cert);
	assert_ptr_equal(lent_leaf(c, &s, NOW), c->leaf.cert);
	spot_lean(&s, &kin);
	assert_int_equal(c->leaf.cert->refs, 1);
	assert_ptr_equal(s.leaf, s.accepted);
	assert_ptr_equal(s.chain->sent[0], s.leaf);
	assert_ptr_equal(lent_leaf(c, &s, NOW), s.leaf);
	spot_kin_done(&kin);
	spot_done(&s);
}

/* What is looked for again with every look needs its DER. */
static void
a_spot_without_a_trusted_path_stays_as_it_is(void **state)
{
	struct scene *c = *state;
	struct spot_kin kin = {0};
	struct chain *chain = make_path(c->leaf.cert, c->ca.cert);
	struct sight *p;
	struct spot s;

	spot_init(&s, c->mtls);
	p = see(c, &s);
	chain->status = CHAIN_UNKNOWN_CA;
	p->chain = chain;
	assert_true(spot_add(&s, p));
	(void)spot_settle(&s, false);
	spot_lean(&s, &kin);
	assert_ptr_equal(s.leaf, c->leaf.cert);
	assert_ptr_equal(lent_leaf(c, &s, NOW + 86400), c->leaf.cert);
	spot_done(&s);
	spot_kin_done(&kin);
}

/* What all that a rule asks about is the same stands; nothing else does. */
static void
what_is_as_it_was_stands(void **state)
{
	enum change { NOTHING, ADDRESS, CIPHER, CHAIN, MISS, BROKEN };
	static const struct {
		const char	*why;
		enum look_mode	 mode;
		enum change	 change;
		enum spot_news	 news;
	} looks[] = {
		{ "a hello", LOOK_HELLO, NOTHING, SPOT_STANDS },
		{ "a proof", LOOK_PROVE, NOTHING, SPOT_STANDS },
		{ "a hello elsewhere", LOOK_HELLO, ADDRESS, SPOT_SAME },
		{ "a proof elsewhere", LOOK_PROVE, ADDRESS, SPOT_SAME },
		{ "another suite", LOOK_PROVE, CIPHER, SPOT_SAME },
		{ "another path", LOOK_HELLO, CHAIN, SPOT_SAME },
		{ "another path, proved", LOOK_PROVE, CHAIN, SPOT_SAME },
		{ "a hello after a miss", LOOK_HELLO, MISS, SPOT_SAME },
		{ "a proof after a miss", LOOK_PROVE, MISS, SPOT_SAME },
		{ "one that breaks off", LOOK_PROVE, BROKEN, SPOT_SAME },
	};
	struct scene *c = *state;

	for (size_t i = 0; i < ARRAY_N(looks); i++) {
		struct chain *chain[2];
		struct spot s;
		enum spot_news news = SPOT_OURS;

		spot_init(&s, c->mtls);
		s.mode = looks[i].mode;
		for (int k = 0; k < 2; k++) {
			chain[k] = xcalloc(1, sizeof(**chain));
			chain[k]->refs = 1;
		}
		for (int k = 0; k < 2; k++) {
			enum change now = k == 0 ? NOTHING : looks[i].change;
			struct sight *p = make_sight(c->setup, s.endpoint,
			    OUTCOME_OBSERVED, now == ADDRESS ? "10.0.0.2" :
			    "10.0.0.1", c->leaf.cert);
			struct observation *o =
			    (struct observation *)(uintptr_t)p->seen;

			if (looks[i].mode == LOOK_HELLO)
				o->proof = PROOF_NONE;
			if (now == CIPHER)
				o->tls_cipher[0] = 'X';
			if (now == BROKEN)
				o->ending = ENDING_BROKEN;
			if (now == MISS)
				s.lost = s.misses = 1;
			p->chain = chain_ref(chain[now == CHAIN]);
			s.n_expected = 1;
			assert_true(spot_add(&s, p));
			news = spot_settle(&s, false);
		}
		if (news != looks[i].news)
			fail_msg("%s: %d", looks[i].why, (int)news);
		spot_done(&s);
		chain_unref(chain[0]);
		chain_unref(chain[1]);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_scene, strike_scene)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_address_that_is_dead_hides_none_that_answers),
		TEST(the_step_that_worked_is_remembered),
		TEST(a_spot_lends_what_it_saw_last),
		TEST(a_lean_spot_lends_while_its_path_stands),
		TEST(a_spot_without_a_trusted_path_stays_as_it_is),
		TEST(what_is_as_it_was_stands),
	};

	return cmocka_run_group_tests_name("spot", tests, NULL, NULL);
}
