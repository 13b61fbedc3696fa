/* SPDX-License-Identifier: ISC */
/* Which layout a host's ports are judged by, and what is then expected. */
#include "cwaudit/subject.h"

#include <stdlib.h>
#include <string.h>

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define FQDN		"cwa01.nwtraders.local"
#define NOW		1780272000

/* Leaves by letter; '-': none was seen. */
static const struct { char letter; const char *cn, *san; } leaves[] = {
	{ 'S', FQDN, "DNS:" FQDN ",DNS:im.contoso.com" },	/* single */
	{ 'T', FQDN, "DNS:" FQDN ",DNS:im.contoso.com" },	/* next */
	{ 'D', "im.contoso.com", "DNS:" FQDN ",DNS:im.contoso.com" },
	{ 'M', FQDN, NULL },				/* MTLS */
	{ 'I', "im.contoso.com", "DNS:im.contoso.com" },	/* HTTPS */
	{ 'C', "chat.contoso.com", "DNS:chat.contoso.com" },
};

/* Ports in order: im's HTTPS and MTLS, chat's HTTPS and MTLS. */
static const struct {
	const char	*why, *layout, *seen;
	const char	*roles;		/* of each: h m s */
	const char	*names;		/* that im's MTLS port expects */
} cases[] = {
	{ "one leaf on both ports", "auto", "SS--", "sshs",
	    FQDN " im.contoso.com" },
	{ "the documented form on both", "auto", "DD--", "sshs",
	    FQDN " im.contoso.com" },
	{ "a pair", "auto", "IMCM", "hmhm", "" },
	{ "half-done renewal", "auto", "STCT", "sshs",
	    FQDN " im.contoso.com" },
	{ "one single, one on its own", "auto", "SSCS", "sshs",
	    FQDN " im.contoso.com" },
	{ "HTTPS not seen, MTLS carries the site", "auto", "-S-S", "sshs",
	    FQDN " im.contoso.com" },
	{ "HTTPS not seen, MTLS does not", "auto", "-M-M", "hmhm", "" },
	{ "MTLS not seen, HTTPS has the FQDN", "auto", "S-C-", "sshs",
	    FQDN " im.contoso.com" },
	{ "nothing seen", "auto", "----", "hmhm", "" },
	{ "declared single, seen a pair", "single", "IMCM", "ssss",
	    FQDN " im.contoso.com chat.contoso.com" },
	{ "declared separate, seen single", "separate", "SSSS", "hmhm", "" },
};

static const struct cert *
leaf(const struct made *made, char letter)
{
	for (size_t i = 0; i < ARRAY_N(leaves); i++)
		if (leaves[i].letter == letter)
			return made[i].cert;
	return NULL;
}

static struct inventory *
make_world(const char *layout)
{
	struct text yaml = {0};
	struct inventory *inv;

	text_addf(&yaml, "hosts:\n  - fqdn: " FQDN "\n    layout: %s\n"
	    "    sites:\n"
	    "      - {url: https://im.contoso.com, mtls_port: 5061, "
	    "sharing: no}\n"
	    "      - {url: 'https://chat.contoso.com:444', mtls_port: 5062, "
	    "sharing: no}\n", layout);
	inv = world_inventory(text_str(&yaml));
	text_done(&yaml);
	return inv;
}

static void
judge(size_t i, const struct made *made)
{
	static const uint16_t ports[] = { 443, 5061, 444, 5062 };
	struct inventory *inv = make_world(cases[i].layout);
	struct host_view *v = world_view(inv, FQDN, NOW);
	struct text names = {0};
	char roles[5] = "";

	for (size_t j = 0; j < 4; j++)
		if (cases[i].seen[j] != '-')
			world_present(world_port(v, ports[j]),
			    leaf(made, cases[i].seen[j]));
	host_view_settle(v);
	for (size_t j = 0; j < 4; j++)
		roles[j] = role_name(world_port(v, ports[j])->expect.role)[0];
	strings_join(&world_port(v, 5061)->expect.names, " ", &names);
	if (strcmp(text_str(&names), cases[i].names) != 0)
		fail_msg("%s: %s", cases[i].why, text_str(&names));
	if (strcmp(roles, cases[i].roles) != 0)
		fail_msg("%s: %s", cases[i].why, roles);
	/* settling twice is settling once */
	host_view_settle(v);
	assert_int_equal(world_port(v, 443)->declared,
	    world_port(v, 443)->endpoint->settings->layout);
	text_done(&names);
	world_view_free(v);
	inventory_unref(inv);
}

static void
layouts_are_told_from_what_is_presented(void **state)
{
	struct made made[ARRAY_N(leaves)];

	(void)state;
	for (size_t i = 0; i < ARRAY_N(leaves); i++)
		made[i] = make_cert((struct recipe){ .cn = leaves[i].cn,
		    .san = leaves[i].san, .serial = (long)i + 1 });
	for (size_t i = 0; i < ARRAY_N(cases); i++)
		judge(i, made);
	for (size_t i = 0; i < ARRAY_N(leaves); i++)
		made_free(&made[i]);
}

static void
a_peer_is_the_other_port_of_the_same_site(void **state)
{
	struct inventory *inv = make_world("auto");
	struct host_view *v = world_view(inv, FQDN, NOW);

	(void)state;
	assert_ptr_equal(host_view_peer(v, world_port(v, 444)),
	    world_port(v, 5062));
	assert_ptr_equal(host_view_peer(v, world_port(v, 5061)),
	    world_port(v, 443));
	world_view_free(v);
	inventory_unref(inv);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts_are_told_from_what_is_presented),
		cmocka_unit_test(a_peer_is_the_other_port_of_the_same_site),
	};

	return cmocka_run_group_tests_name("subject", tests, NULL, NULL);
}
