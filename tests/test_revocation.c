/* SPDX-License-Identifier: ISC */
/*
 * Only what is current and signed by the right CA is an answer: each CRL and
 * each OCSP response here is a row with the one thing that is odd about it.
 */
#include "cwaudit/revocation.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/trust.h"
#include "make_revocation.h"
#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define SERIAL		0x4242
#define CDP		"http://pki.contoso.com/a.crl"

static struct made root, ca, other, ca_again, ca_no_crl, leaf, sub, responder,
    server, late;

static int
make_world(void **state)
{
	(void)state;
	root = make_ca("Root", NULL);
	ca = make_ca("CA", &root);
	other = make_ca("Other", NULL);
	ca_again = make_ca("CA", NULL);		/* its name, another key */
	ca_no_crl = make_cert((struct recipe){ .cn = "CA", .key = ca.key,
	    .issuer = &root, .basic = "critical,CA:TRUE",
	    .usage = "critical,keyCertSign" });
	leaf = make_cert((struct recipe){ .cn = "leaf", .issuer = &ca,
	    .serial = SERIAL, .cdp = "URI:" CDP });
	sub = make_cert((struct recipe){ .cn = "Sub", .issuer = &ca,
	    .serial = SERIAL, .basic = "critical,CA:TRUE" });
	responder = make_cert((struct recipe){ .cn = "OCSP", .issuer = &ca,
	    .eku = "OCSPSigning", .key = make_key(), .serial = 7 });
	server = make_cert((struct recipe){ .cn = "leaf2", .issuer = &ca,
	    .key = make_key(), .serial = 8 });
	late = make_cert((struct recipe){ .cn = "OCSP", .issuer = &ca,
	    .eku = "OCSPSigning", .key = make_key(), .serial = 9,
	    .from = "20250101000000Z", .to = "20260101000000Z" });
	return 0;
}

static int
drop_world(void **state)
{
	struct made *all[] = { &root, &other, &ca_again, &leaf, &sub,
	    &responder, &server, &late, &ca };

	(void)state;
	X509_free(ca_no_crl.x);
	cert_unref(ca_no_crl.cert);
	for (size_t i = 0; i < ARRAY_N(all); i++)
		made_free(all[i]);
	return 0;
}

static void
expect(const char *why, const struct revocation_status *s,
    enum revocation_answer answer, const char *words)
{
	if (s->answer != answer)
		fail_msg("%s: answer %d (%s)", why, s->answer,
		    text_str(&s->words));
	if (strstr(text_str(&s->words), words) == NULL)
		fail_msg("%s: \"%s\" is not in: %s", why, words,
		    text_str(&s->words));
	if (answer == REVOCATION_UNKNOWN && s->words.len == 0)
		fail_msg("%s: unknown without a reason", why);
}

/* ---- CRLs ---- */

static const struct {
	const char	*why;
	struct crl_recipe recipe;
	enum revocation_answer answer;
	const char	*words;		/* in the reason */
	const struct made *about, *by;	/* NULL: leaf and ca */
} crls[] = {
	{ "not in it", { .issuer = &ca, .revoked = 5 }, REVOCATION_GOOD, "",
	    NULL, NULL },
	{ "empty", { .issuer = &ca }, REVOCATION_GOOD, "", NULL, NULL },
	{ "in it", { .issuer = &ca, .revoked = SERIAL, .reason = 1 },
	    REVOCATION_REVOKED, "", NULL, NULL },
	{ "in it among many", { .issuer = &ca, .revoked = SERIAL,
	    .many = 2000 }, REVOCATION_REVOKED, "", NULL, NULL },
	{ "will be revoked", { .issuer = &ca, .revoked = SERIAL,
	    .revoked_h = 48 }, REVOCATION_REVOKED, "", NULL, NULL },
	{ "stale", { .issuer = &ca, .revoked = SERIAL, .from_h = -72,
	    .to_h = -1 }, REVOCATION_UNKNOWN,
	    "out of date since 2026-05-31T23:00:00Z", NULL, NULL },
	{ "not valid yet", { .issuer = &ca, .from_h = 1, .to_h = 24 },
	    REVOCATION_UNKNOWN, "not valid before 2026-06-01T01:00:00Z", NULL,
	    NULL },
	{ "no end, fresh", { .issuer = &ca, .no_next = 1 }, REVOCATION_GOOD,
	    "", NULL, NULL },
	{ "no end, old", { .issuer = &ca, .no_next = 1, .from_h = -25,
	    .to_h = 1 }, REVOCATION_UNKNOWN, "does not say how long it holds",
	    NULL, NULL },
	{ "another CA's", { .issuer = &other, .revoked = SERIAL },
	    REVOCATION_UNKNOWN, "a CRL of another CA", NULL, NULL },
	{ "signed by another key", { .issuer = &ca, .signer = &other,
	    .revoked = SERIAL }, REVOCATION_UNKNOWN, "its signature is not by "
	    "the CA", NULL, NULL },
	{ "the CA's name, another CA's key", { .issuer = &ca_again,
	    .revoked = SERIAL }, REVOCATION_UNKNOWN, "its signature is not "
	    "by", NULL, NULL },
	{ "a CA that may not sign CRLs", { .issuer = &ca, .revoked = SERIAL },
	    REVOCATION_UNKNOWN, "key usage of the CA", NULL, &ca_no_crl },
	{ "of a point that is named", { .issuer = &ca, .revoked = SERIAL,
	    .point = "u:" CDP }, REVOCATION_REVOKED, "", NULL, NULL },
	{ "of another point", { .issuer = &ca, .revoked = SERIAL,
	    .point = "u:http://pki.contoso.com/b.crl" }, REVOCATION_UNKNOWN,
	    "a distribution point that the certificate does not name", NULL,
	    NULL },
	{ "of users, about a leaf", { .issuer = &ca, .point = "user" },
	    REVOCATION_GOOD, "", NULL, NULL },
	{ "of users, about a CA", { .issuer = &ca, .point = "user" },
	    REVOCATION_UNKNOWN, "does not speak of CA certificates", &sub,
	    NULL },
	{ "of CAs, about a leaf", { .issuer = &ca, .point = "CA" },
	    REVOCATION_UNKNOWN, "speaks of CA certificates only", NULL, NULL },
	{ "of CAs, about a CA", { .issuer = &ca, .point = "CA",
	    .revoked = SERIAL }, REVOCATION_REVOKED, "", &sub, NULL },
	{ "some reasons, not in it", { .issuer = &ca, .point = "some" },
	    REVOCATION_UNKNOWN, "some reasons only", NULL, NULL },
	{ "some reasons, in it", { .issuer = &ca, .point = "some",
	    .revoked = SERIAL }, REVOCATION_REVOKED, "", NULL, NULL },
	{ "entry with a critical extension", { .issuer = &ca,
	    .revoked = SERIAL, .odd_entry = 1 }, REVOCATION_UNKNOWN,
	    "not understood", NULL, NULL },
};

static void
ask_crl(size_t i, bool pem, struct revocation_status *s)
{
	X509_CRL *made = make_crl(crls[i].recipe);
	struct text bytes = {0}, why = {0};
	struct revocation_crl *crl;

	if (pem) {
		BIO *bio = BIO_new(BIO_s_mem());
		char *p;
		long n;

		PEM_write_bio_X509_CRL(bio, made);
		n = BIO_get_mem_data(bio, &p);
		text_add_bytes(&bytes, p, (size_t)n);
		BIO_free(bio);
		X509_CRL_free(made);
	} else {
		crl_der(made, &bytes);
	}
	crl = revocation_crl_parse((uint8_t *)bytes.data, bytes.len, &why);
	if (crl == NULL)
		fail_msg("%s: %s", crls[i].why, text_str(&why));
	for (int again = 0; again < 2; again++) {
		revocation_status_done(s);
		revocation_status_init(s);
		revocation_crl_ask(crl,
		    crls[i].about != NULL ? crls[i].about->cert : leaf.cert,
		    crls[i].by != NULL ? crls[i].by->cert : ca.cert, MAKE_NOW,
		    s);
		expect(crls[i].why, s, crls[i].answer, crls[i].words);
	}
	revocation_crl_free(crl);
	text_done(&bytes);
}

static void
a_crl_answers_only_if_it_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(crls); i++) {
		struct revocation_status s = {0};

		ask_crl(i, false, &s);
		ask_crl(i, true, &s);
		if (s.answer == REVOCATION_REVOKED &&
		    (s.reason != crls[i].recipe.reason || s.revoked_at !=
		    MAKE_NOW + (crls[i].recipe.revoked_h ?
		    crls[i].recipe.revoked_h : -48) * 3600))
			fail_msg("%s: reason %d", crls[i].why, s.reason);
		revocation_status_done(&s);
	}
}

static void
a_crl_verified_for_one_ca_is_none_of_another(void **state)
{
	struct text bytes = {0}, why = {0};
	struct revocation_status s;
	struct revocation_crl *crl;

	(void)state;
	crl_der(make_crl((struct crl_recipe){ .issuer = &ca }), &bytes);
	crl = revocation_crl_parse((uint8_t *)bytes.data, bytes.len, &why);
	assert_non_null(crl);
	revocation_status_init(&s);
	revocation_crl_ask(crl, leaf.cert, ca.cert, MAKE_NOW, &s);
	expect("its own", &s, REVOCATION_GOOD, "");
	revocation_status_init(&s);
	revocation_crl_ask(crl, leaf.cert, ca_again.cert, MAKE_NOW, &s);
	expect("another's", &s, REVOCATION_UNKNOWN, "its signature is not by");
	revocation_status_done(&s);
	revocation_crl_free(crl);
	text_done(&bytes);
}

static const struct { const char *words; struct crl_recipe recipe; } odd[] = {
	{ "a delta CRL", { .issuer = &ca, .delta = 1 } },
	{ "a critical extension that is not understood: 1.2.3.4.5",
	    { .issuer = &ca, .odd = 1 } },
	{ "an indirect CRL", { .issuer = &ca, .point = "indirect" } },
	{ "attribute certificates", { .issuer = &ca, .point = "attr" } },
};

static void
crls_of_other_kinds_are_not_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(odd); i++) {
		struct text bytes = {0}, why = {0};

		crl_der(make_crl(odd[i].recipe), &bytes);
		assert_null(revocation_crl_parse((uint8_t *)bytes.data,
		    bytes.len, &why));
		if (strstr(text_str(&why), odd[i].words) == NULL)
			fail_msg("%s: %s", odd[i].words, text_str(&why));
		text_done(&bytes);
		text_done(&why);
	}
}

static void
no_part_of_a_crl_is_a_crl(void **state)
{
	struct text bytes = {0}, why = {0};
	uint8_t *part;

	(void)state;
	crl_der(make_crl((struct crl_recipe){ .issuer = &ca, .revoked = 1 }),
	    &bytes);
	for (size_t n = 0; n < bytes.len; n++) {
		text_reset(&why);
		part = xmemdup(bytes.data, n);	/* its end is watched */
		assert_null(revocation_crl_parse(part, n, &why));
		assert_non_null(strstr(text_str(&why), "is no CRL"));
		free(part);
	}
	text_reset(&why);
	assert_null(revocation_crl_parse((const uint8_t *)"<html>404</html>",
	    16, &why));
	text_reset(&why);
	part = xcalloc(1, REVOCATION_MAX_CRL + 1);
	assert_null(revocation_crl_parse(part, REVOCATION_MAX_CRL + 1, &why));
	assert_string_equal(text_str(&why), "it is larger than 16 MiB");
	free(part);
	text_done(&bytes);
	text_done(&why);
}

/* ---- OCSP ---- */

#define REVOKED	V_OCSP_CERTSTATUS_REVOKED

static const struct {
	const char	*why;
	struct ocsp_recipe recipe;
	enum revocation_answer answer;
	const char	*words;
} responses[] = {
	{ "good", { .issuer = &ca, .about = &leaf }, REVOCATION_GOOD, "" },
	{ "SHA-256 in the ID", { .issuer = &ca, .about = &leaf, .md = NULL },
	    REVOCATION_GOOD, "" },
	{ "revoked", { .issuer = &ca, .about = &leaf, .status = REVOKED,
	    .reason = 6 }, REVOCATION_REVOKED, "" },
	{ "revoked, no reason", { .issuer = &ca, .about = &leaf,
	    .status = REVOKED, .reason = -1 }, REVOCATION_REVOKED, "" },
	{ "not known there", { .issuer = &ca, .about = &leaf,
	    .status = V_OCSP_CERTSTATUS_UNKNOWN }, REVOCATION_UNKNOWN,
	    "does not know the certificate" },
	{ "among others", { .issuer = &ca, .about = &leaf, .many = 20,
	    .status = REVOKED, .reason = 1 }, REVOCATION_REVOKED, "" },
	{ "stale", { .issuer = &ca, .about = &leaf, .from_h = -72,
	    .to_h = -1 }, REVOCATION_UNKNOWN, "out of date since" },
	{ "not valid yet", { .issuer = &ca, .about = &leaf, .from_h = 1,
	    .to_h = 24 }, REVOCATION_UNKNOWN, "not valid before" },
	{ "no end, fresh", { .issuer = &ca, .about = &leaf, .no_next = 1 },
	    REVOCATION_GOOD, "" },
	{ "about another", { .issuer = &ca, .about = &server },
	    REVOCATION_UNKNOWN, "about other certificates" },
	{ "signed by another CA", { .issuer = &ca, .about = &leaf,
	    .signer = &other, .with_signer = 1 }, REVOCATION_UNKNOWN,
	    "the responder's certificate is of another CA" },
	{ "signed by the CA's namesake", { .issuer = &ca, .about = &leaf,
	    .signer = &ca_again, .with_signer = 1 }, REVOCATION_UNKNOWN,
	    "not signed by the CA" },
	{ "delegated", { .issuer = &ca, .about = &leaf, .signer = &responder,
	    .with_signer = 1, .status = REVOKED, .reason = 4 },
	    REVOCATION_REVOKED, "" },
	{ "delegated, certificate missing", { .issuer = &ca, .about = &leaf,
	    .signer = &responder }, REVOCATION_UNKNOWN, "not signed by" },
	{ "signed by a server of the CA", { .issuer = &ca, .about = &leaf,
	    .signer = &server, .with_signer = 1 }, REVOCATION_UNKNOWN,
	    "not meant for OCSP signing" },
	{ "delegate expired", { .issuer = &ca, .about = &leaf,
	    .signer = &late, .with_signer = 1 }, REVOCATION_UNKNOWN,
	    "outside its dates" },
	{ "try later", { .issuer = &ca, .about = &leaf,
	    .error = OCSP_RESPONSE_STATUS_TRYLATER }, REVOCATION_UNKNOWN,
	    "try later" },
	{ "unauthorized", { .issuer = &ca, .about = &leaf,
	    .error = OCSP_RESPONSE_STATUS_UNAUTHORIZED }, REVOCATION_UNKNOWN,
	    "unauthorized" },
};

static void
a_response_answers_only_if_it_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(responses); i++) {
		struct ocsp_recipe r = responses[i].recipe;
		struct text bytes = {0};
		struct revocation_status s;

		if (i == 1)
			r.md = EVP_sha256();
		ocsp_der(r, &bytes);
		revocation_status_init(&s);
		revocation_ocsp_ask((uint8_t *)bytes.data, bytes.len,
		    leaf.cert, ca.cert, MAKE_NOW, &s);
		expect(responses[i].why, &s, responses[i].answer,
		    responses[i].words);
		if (s.answer == REVOCATION_REVOKED) {
			assert_int_equal(s.reason, r.reason);
			assert_int_equal(s.revoked_at, MAKE_NOW - 48 * 3600);
		}
		revocation_status_done(&s);
		text_done(&bytes);
	}
}

static void
no_part_of_a_response_is_one_and_no_flipped_bit_is_believed(void **state)
{
	struct text bytes = {0};

	(void)state;
	ocsp_der((struct ocsp_recipe){ .issuer = &ca, .about = &leaf }, &bytes);
	for (size_t n = 0; n < bytes.len; n++) {
		uint8_t *part = xmemdup(bytes.data, n);
		struct revocation_status s;

		revocation_status_init(&s);
		revocation_ocsp_ask(part, n, leaf.cert, ca.cert, MAKE_NOW, &s);
		expect("cut", &s, REVOCATION_UNKNOWN, "is no OCSP response");
		revocation_status_done(&s);
		free(part);
	}
	text_reset(&bytes);
	ocsp_der((struct ocsp_recipe){ .issuer = &ca, .about = &leaf,
	    .status = REVOKED, .reason = 1 }, &bytes);
	for (size_t n = 0; n < bytes.len; n += 7) {
		struct revocation_status s;

		bytes.data[n] = (char)(bytes.data[n] ^ 0x10);
		revocation_status_init(&s);
		revocation_ocsp_ask((uint8_t *)bytes.data, bytes.len,
		    leaf.cert, ca.cert, MAKE_NOW, &s);
		bytes.data[n] = (char)(bytes.data[n] ^ 0x10);
		assert_int_not_equal(s.answer, REVOCATION_GOOD);
		revocation_status_done(&s);
	}
	text_done(&bytes);
}

static void
a_request_names_the_certificate(void **state)
{
	struct text der = {0};
	const unsigned char *p;
	OCSP_REQUEST *request;
	OCSP_CERTID *mine;

	(void)state;
	assert_true(revocation_ocsp_request(leaf.cert, ca.cert, &der));
	p = (const unsigned char *)der.data;
	request = d2i_OCSP_REQUEST(NULL, &p, (long)der.len);
	assert_non_null(request);
	assert_int_equal(OCSP_request_onereq_count(request), 1);
	mine = OCSP_cert_to_id(EVP_sha1(), leaf.x, ca.x);
	assert_int_equal(OCSP_id_cmp(mine, OCSP_onereq_get0_id(
	    OCSP_request_onereq_get0(request, 0))), 0);
	OCSP_CERTID_free(mine);
	OCSP_REQUEST_free(request);
	text_done(&der);
}

/* ---- a path ---- */

static void
anchors_are_not_asked_about(void **state)
{
	const struct cert *path[] = { leaf.cert, ca.cert, root.cert };
	struct chain chain = { .status = CHAIN_TRUSTED, .path = path,
	    .n_path = 3 };
	struct revocation *r = revocation_new(&chain);

	(void)state;
	assert_int_equal(r->n, 2);
	assert_ptr_equal(r->item[0].cert, leaf.cert);
	assert_ptr_equal(r->item[1].cert, ca.cert);
	assert_ptr_equal(revocation_issuer(&chain, 1), root.cert);
	revocation_free(r);
	/* an anchor that is no root ends it as well */
	chain.n_path = 2;
	r = revocation_new(&chain);
	assert_int_equal(r->n, 1);
	revocation_free(r);
	/* and where nothing is trusted, the last one's issuer is missing */
	chain.status = CHAIN_NO_ISSUER;
	r = revocation_new(&chain);
	assert_int_equal(r->n, 2);
	assert_null(revocation_issuer(&chain, 1));
	revocation_free(r);
	/* no path was looked for: the leaf is in doubt all the same */
	chain = (struct chain){ .status = CHAIN_NO_TRUST, .sent = path,
	    .n_sent = 2 };
	r = revocation_new(&chain);
	assert_int_equal(r->n, 1);
	assert_ptr_equal(r->item[0].cert, leaf.cert);
	assert_null(revocation_issuer(&chain, 0));
	revocation_free(r);
	/* nobody could revoke a self-signed one */
	chain = (struct chain){ .status = CHAIN_SELF_SIGNED,
	    .path = &path[2], .n_path = 1 };
	r = revocation_new(&chain);
	assert_int_equal(r->n, 0);
	revocation_free(r);
}

static void
reasons_have_words(void **state)
{
	(void)state;
	assert_string_equal(revocation_reason_words(1), "key compromise");
	assert_string_equal(revocation_reason_words(REVOCATION_ON_HOLD),
	    "certificate hold");
	assert_null(revocation_reason_words(7));
	assert_null(revocation_reason_words(-1));
	assert_null(revocation_reason_words(11));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crl_answers_only_if_it_is_right),
		cmocka_unit_test(a_crl_verified_for_one_ca_is_none_of_another),
		cmocka_unit_test(crls_of_other_kinds_are_not_taken),
		cmocka_unit_test(no_part_of_a_crl_is_a_crl),
		cmocka_unit_test(a_response_answers_only_if_it_is_right),
		cmocka_unit_test(
		    no_part_of_a_response_is_one_and_no_flipped_bit_is_believed),
		cmocka_unit_test(a_request_names_the_certificate),
		cmocka_unit_test(anchors_are_not_asked_about),
		cmocka_unit_test(reasons_have_words),
	};

	return cmocka_run_group_tests_name("revocation", tests, make_world,
	    drop_world);
}
