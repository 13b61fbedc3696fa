/* SPDX-License-Identifier: ISC */
/*
 * What is written is what is needed, in every format: names are read back out
 * of the text, and a certificate made by the text passes every rule.
 */
#include "cwaudit/request.h"

#include <openssl/conf.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "make_cert.h"
#include "plans.h"

#define NOW		1780272000	/* 2026-06-01T00:00:00Z */

/* ---- the texts, read back ---- */

static void
write_with(const char *format, const struct request *r,
    const struct request_form *form, struct text *out)
{
	struct text why = {0};

	if (!request_format_find(format)->write(r, form, out, &why))
		fail_msg("%s: %s", format, text_str(&why));
	text_done(&why);
}

/* What stands behind a key at the beginning of a line, up to an end. */
static bool
next_value(const char **at, const char *key, const char *ends,
    struct text *out)
{
	size_t len = strlen(key);

	text_reset(out);
	while (**at != '\0') {
		const char *line = *at;

		*at += strcspn(line, "\n");
		*at += **at == '\n';
		if (strncmp(line, key, len) != 0)
			continue;
		text_add_bytes(out, line + len, strcspn(line + len, ends));
		return true;
	}
	return false;
}

static void
assert_same_names(const struct strings *found, const struct request *r,
    const char *where)
{
	struct text a = {0}, b = {0};

	strings_join(found, " ", &a);
	strings_join(&r->names, " ", &b);
	if (strcmp(text_str(&a), text_str(&b)) != 0)
		fail_msg("%s of %s: \"%s\", not \"%s\"", where, r->file,
		    text_str(&a), text_str(&b));
	text_done(&a);
	text_done(&b);
}

static void
assert_inf_text(const struct request *r)
{
	struct request as_2008 = *r;
	struct strings names = {0};
	struct text inf = {0}, value = {0};
	const char *at;

	as_2008.os = OS_2008;
	write_with("inf", &as_2008, &plain, &inf);
	at = text_str(&inf);
	assert_true(next_value(&at, "Subject=\"CN=", "\"", &value));
	assert_string_equal(text_str(&value), r->cn);
	assert_true(next_value(&at, "2.5.29.17=\"", "\"", &value));
	assert_string_equal(text_str(&value), "{text}");
	while (next_value(&at, "_continue_=\"dns=", "&", &value))
		strings_add(&names, text_str(&value));
	assert_same_names(&names, r, "inf");
	strings_done(&names);
	text_done(&value);
	text_done(&inf);
}

static void
add_der_names(const unsigned char *der, long len, struct strings *out)
{
	GENERAL_NAMES *san = d2i_GENERAL_NAMES(NULL, &der, len);

	assert_non_null(san);
	for (int i = 0; i < sk_GENERAL_NAME_num(san); i++) {
		int type;
		const ASN1_STRING *s = GENERAL_NAME_get0_value(
		    sk_GENERAL_NAME_value(san, i), &type);

		assert_int_equal(type, GEN_DNS);
		strings_add(out, (const char *)ASN1_STRING_get0_data(s));
	}
	GENERAL_NAMES_free(san);
}

static void
assert_inf_base64(const struct request *r)
{
	struct request as_2003 = *r;
	struct strings names = {0};
	struct text inf = {0}, value = {0};
	unsigned char *der;
	const char *at;
	int len, pad = 0;

	as_2003.os = OS_2003;
	write_with("inf", &as_2003, &plain, &inf);
	assert_null(strstr(text_str(&inf), "{text}"));
	assert_null(strstr(text_str(&inf), "HashAlgorithm"));
	at = text_str(&inf);
	assert_true(next_value(&at, "2.5.29.17=", "\n", &value));
	der = xcalloc(value.len, 1);
	len = EVP_DecodeBlock(der, (const unsigned char *)text_str(&value),
	    (int)value.len);
	for (size_t i = value.len; i-- > 0 && value.data[i] == '=';)
		pad++;
	assert_true(len > pad);
	add_der_names(der, len - pad, &names);
	assert_same_names(&names, r, "base64");
	free(der);
	strings_done(&names);
	text_done(&value);
	text_done(&inf);
}

/* The CN comes first: LCSCmd.exe adds it to the SAN by itself. */
static void
assert_lcscmd(const struct request *r)
{
	struct strings names = {0};
	struct text cmd = {0}, value = {0}, san = {0};
	const char *at;

	write_with("lcscmd", r, &plain, &cmd);
	at = text_str(&cmd);
	assert_true(next_value(&at, "LCSCmd.exe /Cert /Action:Request /sn:",
	    "\n", &value));
	assert_non_null(strstr(text_str(&value), " /autoAppendSNToSAN:TRUE "));
	text_add_bytes(&san, text_str(&value),
	    strcspn(text_str(&value), " "));
	strings_add(&names, text_str(&san));
	at = strstr(text_str(&value), " /san:");
	for (at = at != NULL ? at + 6 : ""; *at != '\0' && *at != ' ';) {
		size_t len = strcspn(at, ", ");

		text_reset(&san);
		text_add_bytes(&san, at, len);
		strings_add(&names, text_str(&san));
		at += len + (at[len] == ',');
	}
	assert_same_names(&names, r, "lcscmd");
	strings_done(&names);
	text_done(&san);
	text_done(&value);
	text_done(&cmd);
}

static void
every_text_carries_the_names_that_are_needed(void **state)
{
	static const enum role roles[] = { 0, ROLE_MTLS, ROLE_HTTPS,
	    ROLE_SINGLE };

	(void)state;
	for (size_t i = 0; i < ARRAY_N(plans); i++) {
		struct inventory *inv = example(plans[i].file);
		const struct host *h = inventory_find(inv, plans[i].host);

		for (size_t k = 0; k < ARRAY_N(roles); k++) {
			struct requests rs = {0};
			struct text why = {0};

			(void)!requests_of_host(&(struct request_plan){
			    .host = h, .as = roles[k] }, &rs, &why);
			for (size_t j = 0; j < rs.n; j++) {
				assert_inf_text(&rs.item[j]);
				assert_inf_base64(&rs.item[j]);
				assert_lcscmd(&rs.item[j]);
			}
			text_done(&why);
			requests_done(&rs);
		}
		inventory_unref(inv);
	}
}

/* ---- the whole way: text, request, certificate, rules ---- */

static CONF *
load_conf(const struct text *cnf)
{
	BIO *bio = BIO_new_mem_buf(text_str(cnf), (int)cnf->len);
	CONF *conf = NCONF_new(NULL);
	long line = 0;

	if (NCONF_load_bio(conf, bio, &line) <= 0)
		fail_msg("line %ld is no configuration:\n%s", line,
		    text_str(cnf));
	BIO_free(bio);
	return conf;
}

/* As `openssl req` does it: the subject's section, then the extensions. */
static X509_REQ *
make_request(const struct request *r, const struct request_form *form)
{
	X509_REQ *req = X509_REQ_new();
	struct text cnf = {0};
	STACK_OF(CONF_VALUE) *subject;
	X509V3_CTX ctx;
	CONF *conf;

	write_with("openssl", r, form, &cnf);
	conf = load_conf(&cnf);
	subject = NCONF_get_section(conf,
	    NCONF_get_string(conf, "req", "distinguished_name"));
	for (int i = 0; i < sk_CONF_VALUE_num(subject); i++) {
		const CONF_VALUE *v = sk_CONF_VALUE_value(subject, i);

		assert_int_equal(X509_NAME_add_entry_by_txt(
		    X509_REQ_get_subject_name(req), v->name, MBSTRING_UTF8,
		    (unsigned char *)v->value, -1, -1, 0), 1);
	}
	X509V3_set_ctx(&ctx, NULL, NULL, req, NULL, 0);
	X509V3_set_nconf(&ctx, conf);
	assert_int_equal(X509V3_EXT_REQ_add_nconf(conf, &ctx,
	    NCONF_get_string(conf, "req", "req_extensions"), req), 1);
	assert_int_equal(X509_REQ_set_pubkey(req, shared_key()), 1);
	assert_true(X509_REQ_sign(req, shared_key(), EVP_sha256()) > 0);
	NCONF_free(conf);
	text_done(&cnf);
	return req;
}

/* A CA that keeps what it is asked for, and adds what is its own. */
static struct cert *
issue(X509_REQ *req, struct made *ca)
{
	X509 *x = X509_new();
	STACK_OF(X509_EXTENSION) *asked = X509_REQ_get_extensions(req);
	struct cert *cert = NULL;
	unsigned char *der = NULL;
	int len;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	ASN1_TIME_set_string(X509_getm_notBefore(x), "20260101000000Z");
	ASN1_TIME_set_string(X509_getm_notAfter(x), "20271231235959Z");
	X509_set_subject_name(x, X509_REQ_get_subject_name(req));
	X509_set_issuer_name(x, X509_get_subject_name(ca->x));
	X509_set_pubkey(x, X509_REQ_get0_pubkey(req));
	for (int i = 0; i < sk_X509_EXTENSION_num(asked); i++)
		X509_add_ext(x, sk_X509_EXTENSION_value(asked, i), -1);
	add_extension(x, ca->x, NID_crl_distribution_points,
	    "URI:http://pki.example/ca.crl");
	assert_true(X509_sign(x, ca->key, EVP_sha256()) > 0);
	len = i2d_X509(x, &der);
	assert_true(len > 0);
	assert_int_equal(cert_parse(der, (size_t)len, &cert), CERT_OK);
	OPENSSL_free(der);
	sk_X509_EXTENSION_pop_free(asked, X509_EXTENSION_free);
	X509_free(x);
	return cert;
}

static bool
goes_to(const struct request *r, const struct endpoint *e)
{
	if (e->kind == ENDPOINT_MTLS)
		return r->role != ROLE_HTTPS;
	return (r->role == ROLE_HTTPS || r->role == ROLE_SINGLE) &&
	    strings_has(&r->sites, e->site->url);
}

struct ca {
	struct made	 made;
	struct trust	*trust;
	struct strings	 names;
};

static void
judge(const struct inventory *inv, const struct host *h, struct ca *ca)
{
	struct host_view *v = world_view(inv, h->fqdn, NOW);
	struct results found = {0};
	struct requests rs = {0};
	char *said;

	add_all(h, 0, &rs);
	for (size_t i = 0; i < rs.n; i++) {
		X509_REQ *req = make_request(&rs.item[i], &plain);
		const struct cert *leaf = issue(req, &ca->made);

		for (size_t k = 0; k < v->n; k++) {
			if (!goes_to(&rs.item[i], v->subjects[k].endpoint))
				continue;
			assert_null(v->subjects[k].leaf);
			world_present(&v->subjects[k], leaf);
			v->subjects[k].chain = trust_path(ca->trust,
			    &ca->names, &leaf, 1, NOW);
		}
		cert_unref(leaf);
		X509_REQ_free(req);
	}
	for (size_t k = 0; k < v->n; k++)
		assert_non_null(v->subjects[k].leaf);
	host_view_settle(v);
	rules_run_host(v, &found);
	said = world_findings(&found, SEVERITY_NOTICE);
	if (*said != '\0')
		fail_msg("%s: %s", h->fqdn, said);
	assert_true(found.n > 0);
	free(said);
	results_done(&found);
	requests_done(&rs);
	world_view_free(v);
}

static void
what_was_asked_for_passes_every_rule(void **state)
{
	struct ca ca = { .made = make_ca("CA", NULL), .trust = trust_new() };
	char *pem = made_pem(&ca.made);
	struct text why = {0};

	(void)state;
	assert_true(trust_add(ca.trust, "corp", pem, strlen(pem), &why));
	strings_add(&ca.names, "corp");
	for (size_t i = 0; i < ARRAY_N(plans); i++) {
		struct inventory *inv = example(plans[i].file);

		for (size_t k = 0; k < inv->n_hosts; k++)
			judge(inv, &inv->hosts[k], &ca);
		inventory_unref(inv);
	}
	strings_done(&ca.names);
	trust_free(ca.trust);
	made_free(&ca.made);
	free(pem);
}

/* ---- what must not get in ---- */

static const struct {
	const char	*org, *inf;	/* NULL: refused */
} organizations[] = {
	{ "Contoso", "Subject=\"CN=a.b,O=Contoso\"\n" },
	{ "Contoso, Ltd.", "Subject=\"CN=a.b,O=\"\"Contoso, Ltd.\"\"\"\n" },
	{ "A + B = C", "Subject=\"CN=a.b,O=\"\"A + B = C\"\"\"\n" },
	{ "O'Reilly & Sons", "Subject=\"CN=a.b,O=O'Reilly & Sons\"\n" },
	{ "\"", NULL }, { "a\"\nExportable=FALSE", NULL }, { "a\nb", NULL },
	{ "50%", NULL }, { "a;b", NULL }, { "$ENV::HOME", NULL },
	{ "a\\", NULL }, { "a#b", NULL }, { "a|b", NULL }, { "a^b", NULL },
	{ "a<b", NULL }, { "a>b", NULL }, { "", NULL }, { " a", NULL },
	{ "a ", NULL }, { "M\xc3\xbcller", NULL }, { "\xff", NULL },
};

/* What OpenSSL reads out of the configuration is what was said. */
static void
assert_organization(const struct request *r, const struct request_form *form)
{
	X509_REQ *req = make_request(r, form);
	char name[100];

	assert_true(X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(req),
	    NID_organizationName, name, sizeof(name)) > 0);
	assert_string_equal(name, form->subject.org);
	X509_REQ_free(req);
}

static void
a_subject_is_quoted_or_refused(void **state)
{
	struct strings none = {0};
	struct requests rs = {0};
	struct text why = {0};

	(void)state;
	assert_true(requests_by_hand("a.b", &none, 0, OS_2008, &rs, &why));
	for (size_t i = 0; i < ARRAY_N(organizations); i++) {
		struct request_form form = plain;

		form.subject.org = organizations[i].org;
		for (size_t k = 0; k < n_request_formats; k++) {
			struct text out = {0};
			bool ok = request_formats[k].write(rs.item, &form,
			    &out, &why);

			if (ok != (organizations[i].inf != NULL))
				fail_msg("%s: %s", organizations[i].org,
				    request_formats[k].name);
			assert_true(ok == (why.len == 0));
			assert_true(ok == (out.len > 0));
			if (ok && k == 0 && strstr(text_str(&out),
			    organizations[i].inf) == NULL)
				fail_msg("%s:\n%s", organizations[i].inf,
				    text_str(&out));
			text_done(&out);
			text_done(&why);
		}
		if (organizations[i].inf != NULL)
			assert_organization(rs.item, &form);
	}
	requests_done(&rs);
}

static void
a_country_has_two_letters(void **state)
{
	(void)state;
	assert_null(request_subject_problem("US", 2));
	assert_non_null(request_subject_problem("USA", 2));
	assert_non_null(request_subject_problem("U", 2));
	assert_non_null(request_subject_problem("U1", 2));
}

static void
more_than_a_tool_can_take_is_refused(void **state)
{
	struct strings urls = {0};
	struct requests rs = {0};
	struct text why = {0}, out = {0};

	(void)state;
	for (int i = 0; i < 120; i++) {
		struct text url = {0};

		text_addf(&url, "https://im%d.communications.contoso.com", i);
		strings_add(&urls, text_str(&url));
		text_done(&url);
	}
	assert_true(requests_by_hand(CWA01, &urls, 0, OS_2003, &rs, &why));
	assert_false(request_format_find("inf")->write(rs.item, &plain, &out,
	    &why));
	assert_non_null(strstr(text_str(&why), "--os 2008"));
	text_reset(&why);
	assert_false(request_format_find("lcscmd")->write(rs.item, &plain,
	    &out, &why));
	assert_non_null(strstr(text_str(&why), "KB830473"));
	assert_int_equal(out.len, 0);
	assert_inf_text(rs.item);
	text_done(&why);
	requests_done(&rs);
	strings_done(&urls);
}

/* Comments never leave their lines, whatever the inventory is called. */
static void
comments_stay_comments(void **state)
{
	struct request_form form = plain;
	struct strings urls = {0};
	struct requests rs = {0};
	struct text why = {0}, out = {0};
	const char *at;

	(void)state;
	form.inventory = "a b\n[NewRequest]\nKeyLength=512 it's.yaml";
	strings_add(&urls, "https://im.contoso.com");
	assert_true(requests_by_hand(CWA01, &urls, 0, OS_2008, &rs, &why));
	write_with("inf", rs.item, &form, &out);
	assert_null(strstr(text_str(&out), "\nKeyLength=512"));
	assert_non_null(strstr(text_str(&out), "it'\\''s.yaml' "));
	for (at = text_str(&out); strncmp(at, "\n[Version]", 10) != 0;
	    at += strcspn(at, "\n") + 1)
		assert_true(*at == ';' || *at == '\n');
	text_done(&out);
	requests_done(&rs);
	strings_done(&urls);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_carries_the_names_that_are_needed),
		cmocka_unit_test(what_was_asked_for_passes_every_rule),
		cmocka_unit_test(a_subject_is_quoted_or_refused),
		cmocka_unit_test(a_country_has_two_letters),
		cmocka_unit_test(more_than_a_tool_can_take_is_refused),
		cmocka_unit_test(comments_stay_comments),
	};

	return cmocka_run_group_tests_name("request_write", tests, NULL, NULL);
}
