/* SPDX-License-Identifier: ISC */
/* What the rules on revocation answer, and in which words. */
#include "cwaudit/check.h"

#include <string.h>

#include "make_cert.h"
#include "test.h"
#include "world.h"

#define NOW	1780272000	/* 2026-06-01T00:00:00Z */
#define FQDN	"cwa01.nwtraders.local"

static const char on[] = "hosts:\n  - fqdn: " FQDN "\n"
    "    revocation: {enabled: yes, hosts: [pki.contoso.com]}\n"
    "    sites: [{url: 'https://im.contoso.com', mtls_port: 5061}]\n";
static const char off[] = "hosts:\n  - fqdn: " FQDN "\n"
    "    sites: [{url: 'https://im.contoso.com', mtls_port: 5061}]\n";

struct scene {
	struct inventory	*inv;
	struct host_view	*view;
	struct subject		*s;
	struct made		 ca, leaf;
	struct revocation	*r;
};

static void
begin(struct scene *c, const char *yaml)
{
	c->inv = world_inventory(yaml);
	c->view = world_view(c->inv, FQDN, NOW);
	c->s = world_port(c->view, 5061);
	c->ca = make_ca("Sub CA", NULL);
	c->leaf = make_cert((struct recipe){ .cn = FQDN, .issuer = &c->ca });
	c->r = NULL;
	world_present(c->s, c->leaf.cert);
	c->s->expect.role = ROLE_MTLS;
}

static struct revocation *
answer(struct scene *c)
{
	const struct cert *path[] = { c->leaf.cert, c->ca.cert, c->ca.cert };
	const struct chain chain = { .status = CHAIN_TRUSTED, .path = path,
	    .n_path = 3 };

	c->r = revocation_new(&chain);
	c->s->revocation = c->r;
	return c->r;
}

static void
end(struct scene *c)
{
	world_view_free(c->view);
	inventory_unref(c->inv);
	made_free(&c->ca);
	made_free(&c->leaf);
}

static void
expect(check_fn *check, const struct scene *c, enum verdict verdict,
    const char *message)
{
	struct why why = { .severity = SEVERITY_CRITICAL };

	assert_int_equal(check(c->s, &why), verdict);
	assert_string_equal(text_str(&why.message), message);
	assert_int_equal(why.offenders.n > 0, verdict == VERDICT_FAIL);
	why_done(&why);
}

static void
off_and_self_signed_do_not_apply_and_no_answer_is_unknown(void **state)
{
	struct scene c;
	const struct cert *leaf;

	(void)state;
	begin(&c, off);
	(void)answer(&c);
	expect(check_revoked, &c, VERDICT_NOT_APPLICABLE, "");
	expect(check_revocation_unknown, &c, VERDICT_NOT_APPLICABLE, "");
	end(&c);
	begin(&c, on);
	expect(check_revoked, &c, VERDICT_UNKNOWN, "");
	expect(check_revocation_unknown, &c, VERDICT_UNKNOWN, "");
	answer(&c);
	leaf = c.s->leaf;
	c.s->leaf = NULL;	/* the last look brought none */
	expect(check_revoked, &c, VERDICT_UNKNOWN, "");
	c.s->leaf = leaf;
	revocation_free(c.r);
	c.s->revocation = revocation_new(&(struct chain){ .n_path = 0 });
	expect(check_revoked, &c, VERDICT_NOT_APPLICABLE, "");
	expect(check_revocation_unknown, &c, VERDICT_NOT_APPLICABLE, "");
	end(&c);
}

static void
only_answers_about_the_whole_path_pass(void **state)
{
	struct scene c;
	struct revocation *r;

	(void)state;
	begin(&c, on);
	r = answer(&c);
	r->item[0].status.answer = REVOCATION_GOOD;
	text_add(&r->item[1].status.words, "the CRL http://x/: status 404");
	expect(check_revoked, &c, VERDICT_UNKNOWN, "");
	expect(check_revocation_unknown, &c, VERDICT_FAIL, "whether CN=Sub CA, "
	    "a CA above the MTLS certificate of " FQDN " was revoked is not "
	    "known: the CRL http://x/: status 404");
	r->item[1].status.answer = REVOCATION_GOOD;
	expect(check_revoked, &c, VERDICT_PASS, "");
	expect(check_revocation_unknown, &c, VERDICT_PASS, "");
	end(&c);
}

static void
who_when_why_and_who_says_so(void **state)
{
	struct scene c;
	struct revocation_item *item;

	(void)state;
	begin(&c, on);
	item = answer(&c)->item;
	item[0].status.answer = REVOCATION_REVOKED;
	item[0].status.revoked_at = NOW - CLOCK_DAY;
	item[0].status.reason = 1;
	item[0].source = REVOCATION_CRL;
	item[0].url = xstrdup("http://pki.contoso.com/a.crl");
	item[1].status.answer = REVOCATION_GOOD;
	expect(check_revoked, &c, VERDICT_FAIL, "the MTLS certificate of " FQDN
	    " is revoked since 2026-05-31T00:00:00Z (reason: key compromise), "
	    "says the CRL http://pki.contoso.com/a.crl; peers that check "
	    "refuse it");
	expect(check_revocation_unknown, &c, VERDICT_PASS, "");
	item[0].status.reason = REVOCATION_ON_HOLD;
	item[0].source = REVOCATION_STAPLE;
	expect(check_revoked, &c, VERDICT_FAIL, "the MTLS certificate of " FQDN
	    " is on hold since 2026-05-31T00:00:00Z (its CA may release it "
	    "again), says the OCSP response that the server staples; peers "
	    "that check refuse it");
	item[0].status.reason = -1;
	item[0].status.revoked_at = NOW + CLOCK_DAY;
	item[0].source = REVOCATION_OCSP;
	expect(check_revoked, &c, VERDICT_FAIL, "the MTLS certificate of " FQDN
	    " is revoked from 2026-06-02T00:00:00Z, which is to come (reason: "
	    "not given), says the OCSP responder http://pki.contoso.com/a.crl; "
	    "peers that check refuse it");
	end(&c);
}

static void
expect_remedy(const struct scene *c, const char *remedy)
{
	struct why why = { .severity = SEVERITY_CRITICAL };

	assert_int_equal(check_revoked(c->s, &why), VERDICT_FAIL);
	assert_string_equal(text_str(&why.remedy), remedy);
	why_done(&why);
}

static void
the_remedy_is_for_what_was_revoked(void **state)
{
	struct scene c;
	struct revocation_item *item;

	(void)state;
	begin(&c, on);
	item = answer(&c)->item;
	item[0].status.answer = REVOCATION_REVOKED;
	expect_remedy(&c, "");			/* the row's */
	item[0].status.reason = REVOCATION_ON_HOLD;
	expect_remedy(&c, "Ask CN=Sub CA why it holds CN=" FQDN "; have it "
	    "released, or the MTLS certificate of " FQDN " replaced.");
	item[1].status.answer = REVOCATION_REVOKED;
	expect_remedy(&c, "Have the MTLS certificate of " FQDN " replaced by "
	    "one that is not issued below CN=Sub CA: what else that CA issued "
	    "is refused, too.");
	end(&c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    off_and_self_signed_do_not_apply_and_no_answer_is_unknown),
		cmocka_unit_test(only_answers_about_the_whole_path_pass),
		cmocka_unit_test(who_when_why_and_who_says_so),
		cmocka_unit_test(the_remedy_is_for_what_was_revoked),
	};

	return cmocka_run_group_tests_name("check_revocation", tests, NULL,
	    NULL);
}
