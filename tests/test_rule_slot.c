/* SPDX-License-Identifier: ISC */
/* One finding for what an administrator assigns, however many ports show it. */
#include "cwaudit/rule.h"

#include <stdlib.h>
#include <string.h>

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define NOW		1780272000	/* 2026-06-01T00:00:00Z */
#define FQDN		"cwa01.nwtraders.local"
#define NAMES		"DNS:" FQDN ",DNS:im.contoso.com," \
			"DNS:as.im.contoso.com,DNS:download.im.contoso.com," \
			"DNS:chat.contoso.com,DNS:as.chat.contoso.com," \
			"DNS:download.chat.contoso.com"

static const char yaml[] =
    "hosts:\n"
    "  - fqdn: " FQDN "\n"
    "    address: 10.0.0.1\n"
    "    layout: %s\n"
    "    sites:\n"
    "      - {url: https://im.contoso.com, mtls_port: 5061}\n"
    "      - {url: 'https://chat.contoso.com:444', mtls_port: 5062}\n";

/* What each port presents: 'r' right, 'w' too weak a key and right names, 'x'
 * a weaker one, '-' nothing, in the order 443 5061 444 5062. */
static const struct {
	const char	*why;
	const char	*layout;
	const char	*ports;
	size_t		 spoken;	/* findings of weak-key */
	size_t		 places;	/* of the first one */
	const char	*phrase;	/* in its message; NULL: not "only at" */
} cases[] = {
	{ "nothing is wrong", "single", "rrrr", 0, 0, NULL },
	{ "one wrong certificate on all ports", "single", "wwww", 1, 4, NULL },
	{ "one MTLS certificate on two ports", "separate", "rwrw", 1, 2, NULL },
	{ "each site has a slot of its own", "separate", "wrwr", 2, 1, NULL },
	{ "an unseen port adds nothing", "single", "w-ww", 1, 3, NULL },
	{ "one binding was not moved", "single", "rwrr", 1, 1,
	    "(only at port 5061;" },
	{ "the worst speaks", "single", "wxww", 1, 4, "(only at port 5061;" },
};

static struct inventory *
make_inventory(const char *layout)
{
	const char *at = strstr(yaml, "%s");
	struct text all = {0};
	struct inventory *inv;

	text_add_bytes(&all, yaml, (size_t)(at - yaml));
	text_add(&all, layout);
	text_add(&all, at + 2);
	inv = world_inventory(text_str(&all));
	text_done(&all);
	return inv;
}

struct certs { struct made right, weak, weaker; };

static void
judge(const struct certs *c, struct host_view *v, const char *ports,
    struct results *rs)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct made *m = ports[i] == 'r' ? &c->right :
		    ports[i] == 'w' ? &c->weak : &c->weaker;

		if (ports[i] == '-')
			world_fail(&v->subjects[i], OUTCOME_TIMEOUT);
		else
			world_present(&v->subjects[i], m->cert);
	}
	host_view_settle(v);
	rules_run_host(v, rs);
}

static void
check_case(const struct certs *c, size_t i)
{
	struct inventory *inv = make_inventory(cases[i].layout);
	struct host_view *v = world_view(inv, FQDN, NOW);
	const struct result *first = NULL;
	struct results rs = {0};
	size_t spoken = 0;

	judge(c, v, cases[i].ports, &rs);
	for (size_t k = 0; k < rs.n; k++) {
		const struct result *r = &rs.item[k];

		if (strcmp(r->rule->id, "weak-key") != 0 ||
		    !result_is_finding(r))
			continue;
		if (r->speaks && first == NULL)
			first = r;
		spoken += r->speaks;
	}
	if (spoken != cases[i].spoken)
		fail_msg("%s: said %zu times", cases[i].why, spoken);
	if (first != NULL && first->places.n != cases[i].places)
		fail_msg("%s: %zu places", cases[i].why, first->places.n);
	if (first != NULL && (cases[i].phrase != NULL ?
	    strstr(first->message, cases[i].phrase) == NULL :
	    strstr(first->message, "so at") != NULL))
		fail_msg("%s: %s", cases[i].why, first->message);
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
}

static void
a_slot_has_one_finding(void **state)
{
	(void)state;
	struct made ca = make_ca("CA", NULL);
	struct certs c = {
		make_cert((struct recipe){ .cn = FQDN, .san = NAMES,
		    .issuer = &ca }),
		make_cert((struct recipe){ .cn = FQDN, .san = NAMES,
		    .issuer = &ca, .key = EVP_RSA_gen(1024) }),
		make_cert((struct recipe){ .cn = FQDN, .san = NAMES,
		    .issuer = &ca, .key = EVP_RSA_gen(768) }),
	};

	for (size_t i = 0; i < ARRAY_N(cases); i++)
		check_case(&c, i);
	made_free(&c.right);
	made_free(&c.weak);
	made_free(&c.weaker);
	made_free(&ca);
}

/* The id of a rule's result at a port. */
static const char *
id_at(const struct results *rs, const char *rule, uint16_t port)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].endpoint != NULL &&
		    rs->item[i].endpoint->port == port &&
		    strcmp(rs->item[i].rule->id, rule) == 0)
			return rs->item[i].id;
	return "none";
}

static void
ids_are_of_the_slot_and_of_the_port_for_listeners(void **state)
{
	struct inventory *inv = make_inventory("separate");
	struct host_view *v = world_view(inv, FQDN, NOW);
	struct made ca = make_ca("CA", NULL);
	struct made m = make_cert((struct recipe){ .cn = FQDN, .san = NAMES,
	    .issuer = &ca });
	struct certs c = { m, m, m };
	struct results rs = {0};
	char id[FINDING_ID];

	(void)state;
	judge(&c, v, "rrrr", &rs);
	finding_id(id, FQDN, "mtls", "", 0, "expired");
	assert_string_equal(id_at(&rs, "expired", 5061), id);
	assert_string_equal(id_at(&rs, "expired", 5062), id);
	finding_id(id, FQDN, "https", "im.contoso.com:443", 0, "expired");
	assert_string_equal(id_at(&rs, "expired", 443), id);
	finding_id(id, FQDN, "https", "chat.contoso.com:444", 0, "expired");
	assert_string_equal(id_at(&rs, "expired", 444), id);
	finding_id(id, FQDN, "mtls", "", 5062, "unreachable");
	assert_string_equal(id_at(&rs, "unreachable", 5062), id);
	finding_id(id, FQDN, "https", "im.contoso.com:443", 443, "unreachable");
	assert_string_equal(id_at(&rs, "unreachable", 443), id);
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
	made_free(&m);
	made_free(&ca);
}

/* Not observed is never fine: a slot is only as clear as all of its ports. */
static void
an_unseen_port_keeps_the_slot_unknown(void **state)
{
	struct inventory *inv = make_inventory("single");
	struct host_view *v = world_view(inv, FQDN, NOW);
	struct made ca = make_ca("CA", NULL);
	struct made m = make_cert((struct recipe){ .cn = FQDN, .san = NAMES,
	    .issuer = &ca });
	struct certs c = { m, m, m };
	struct results rs = {0};
	size_t speaking = 0;

	(void)state;
	judge(&c, v, "rr-r", &rs);
	for (size_t i = 0; i < rs.n; i++) {
		if (strcmp(rs.item[i].rule->id, "expired") != 0 ||
		    !rs.item[i].speaks)
			continue;
		speaking++;
		assert_int_equal(rs.item[i].verdict, VERDICT_UNKNOWN);
	}
	assert_int_equal(speaking, 1);
	results_done(&rs);
	world_view_free(v);
	inventory_unref(inv);
	made_free(&m);
	made_free(&ca);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_has_one_finding),
		cmocka_unit_test(
		    ids_are_of_the_slot_and_of_the_port_for_listeners),
		cmocka_unit_test(an_unseen_port_keeps_the_slot_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
