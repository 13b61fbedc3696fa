/* SPDX-License-Identifier: ISC */
/* Certificates as facts, right ones and hostile ones. */
#include "cwaudit/cert.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "make_cert.h"
#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

static void
a_right_certificate_gives_its_facts(void **state)
{
	struct made ca = make_ca("Issuing CA", NULL);
	struct made m = make_cert((struct recipe){ .cn = "im.contoso.com",
	    .san = "DNS:im.contoso.com,URI:https://x.example/,IP:10.0.0.1,"
	    "IP:2001:db8::1,email:a@b.example,otherName:1.2.3.4;UTF8:x",
	    .issuer = &ca, .serial = 0x1f2e });
	const struct cert *c = m.cert;
	static const struct { enum cert_san_type type; const char *value; }
	sans[] = {
		{ CERT_SAN_DNS, "im.contoso.com" },
		{ CERT_SAN_URI, "https://x.example/" },
		{ CERT_SAN_IP, "10.0.0.1" }, { CERT_SAN_IP, "2001:db8::1" },
		{ CERT_SAN_EMAIL, "a@b.example" },
		{ CERT_SAN_OTHER, "another name" },
	};

	(void)state;
	assert_int_equal(c->version, 3);
	assert_string_equal(c->serial, "1f2e");
	assert_string_equal(c->subject, "CN=im.contoso.com");
	assert_string_equal(c->issuer, "CN=Issuing CA");
	assert_int_equal(c->n_cn, 1);
	assert_true(c->cn[0].readable);
	assert_string_equal(c->cn[0].utf8.data, "im.contoso.com");
	assert_int_equal(c->n_san, ARRAY_N(sans));
	for (size_t i = 0; i < ARRAY_N(sans); i++) {
		assert_int_equal(c->san[i].type, sans[i].type);
		assert_string_equal(c->san[i].value.data, sans[i].value);
	}
	assert_true(c->dates_readable);
	assert_int_equal(c->not_before, clock_from_civil(2026, 1, 1, 0, 0, 0));
	assert_int_equal(c->not_after,
	    clock_from_civil(2027, 12, 31, 23, 59, 59));
	assert_int_equal(c->key, CERT_KEY_RSA);
	assert_string_equal(c->key_text, "RSA 2048");
	assert_int_equal(c->digest, CERT_DIGEST_SHA2);
	assert_string_equal(c->signature, "sha256WithRSAEncryption");
	assert_int_equal(c->usage, 0xa0);
	assert_true(c->eku_server && !c->eku_client && !c->eku_any);
	assert_string_equal(c->eku.item[0], "serverAuth");
	assert_string_equal(c->cdp.item[0], "http://pki.example/ca.crl");
	assert_false(c->ca || c->self_issued || c->self_signed);
	assert_true(ca.cert->ca && ca.cert->self_signed);
	assert_int_equal(ERR_peek_error(), 0);
	made_free(&ca);
	made_free(&m);
}

/* The same key has one SPKI hash, whatever is certified. */
static void
the_key_hash_is_the_keys(void **state)
{
	struct made a = make_cert((struct recipe){ .cn = "a.example" });
	struct made b = make_cert((struct recipe){ .cn = "b.example" });
	struct made other = make_cert((struct recipe){ .cn = "a.example",
	    .key = make_key() });
	unsigned char *spki = NULL;
	uint8_t hash[CERT_SHA256];
	int len = i2d_PUBKEY(a.key, &spki);

	(void)state;
	cert_sha256(spki, (size_t)len, hash);
	assert_memory_equal(a.cert->spki_sha256, hash, CERT_SHA256);
	assert_memory_equal(b.cert->spki_sha256, hash, CERT_SHA256);
	assert_memory_not_equal(other.cert->spki_sha256, hash, CERT_SHA256);
	OPENSSL_free(spki);
	made_free(&a);
	made_free(&b);
	made_free(&other);
}

static const struct {
	const char	*why;
	const char	*bytes;
	int		 len, type;
	bool		 readable;
	const char	*utf8;		/* as it must come out */
	size_t		 utf8_len;
	const char	*shown;		/* in the subject */
} cns[] = {
	{ "a NUL stays", "im.contoso.com\0.evil.example", 28,
	    V_ASN1_UTF8STRING, true, "im.contoso.com\0.evil.example", 28,
	    "CN=im.contoso.com\\x00.evil.example" },
	{ "a newline stays", "a\nb", 3, V_ASN1_UTF8STRING, true, "a\nb", 3,
	    "CN=a\\x0Ab" },
	{ "an escape stays", "\x1b[2J", 4, V_ASN1_PRINTABLESTRING, true,
	    "\x1b[2J", 4, "CN=\\x1B[2J" },
	{ "T61String is Latin-1", "b\xfc" "cher", 6, V_ASN1_T61STRING, true,
	    "b\xc3\xbc" "cher", 7, "CN=b\xc3\xbc" "cher" },
	{ "BMPString", "\0i\0m\x20\xac", 6, V_ASN1_BMPSTRING, true,
	    "im\xe2\x82\xac", 5, "CN=im\xe2\x82\xac" },
	{ "UniversalString", "\0\0\0i\0\0\0m", 8, V_ASN1_UNIVERSALSTRING, true,
	    "im", 2, "CN=im" },
	{ "IA5String", "im", 2, V_ASN1_IA5STRING, true, "im", 2, "CN=im" },
	{ "NumericString", "42", 2, V_ASN1_NUMERICSTRING, true, "42", 2,
	    "CN=42" },
	{ "a comma is escaped as RFC 2253 does", "a,b+c", 5,
	    V_ASN1_UTF8STRING, true, "a,b+c", 5, "CN=a\\,b\\+c" },
	{ "a quote cannot end a log value", "a\"b", 3, V_ASN1_UTF8STRING, true,
	    "a\"b", 3, "CN=a\\x5C\\x22b" },
	{ "a BIT STRING is no text", "abc", 3, V_ASN1_BIT_STRING, false,
	    "abc", 3, NULL },
};

static void
every_string_type_is_read_and_kept_raw(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(cns); i++) {
		struct made m = make_cert((struct recipe){
		    .cn = cns[i].bytes, .cn_len = cns[i].len,
		    .cn_type = cns[i].type });
		const struct cert_cn *cn = &m.cert->cn[0];

		if (cn->readable != cns[i].readable ||
		    cn->utf8.len != cns[i].utf8_len ||
		    memcmp(cn->utf8.data, cns[i].utf8, cn->utf8.len) != 0 ||
		    (cns[i].shown != NULL &&
		    strcmp(m.cert->subject, cns[i].shown) != 0))
			fail_msg("%s: got %s", cns[i].why, m.cert->subject);
		made_free(&m);
	}
}

static void
several_cns_and_none_are_told(void **state)
{
	struct made two = make_cert((struct recipe){ .cn = "a.example",
	    .cn2 = "b.example" });
	struct made none = make_cert((struct recipe){ .san = "DNS:a.example" });

	(void)state;
	assert_int_equal(two.cert->n_cn, 2);
	assert_string_equal(two.cert->cn[1].utf8.data, "b.example");
	assert_int_equal(none.cert->n_cn, 0);
	assert_true(none.cert->subject_empty);
	made_free(&two);
	made_free(&none);
}

static void
a_doubled_san_is_counted(void **state)
{
	struct made m = make_cert((struct recipe){ .cn = "a.example",
	    .san = "DNS:a.example", .double_san = 1 });

	(void)state;
	assert_int_equal(m.cert->san_count, 2);
	assert_true(m.cert->san_readable);
	made_free(&m);
}

/* Parses a copy of m's DER with the first `from` replaced by `to`. */
static enum cert_status
parse_patched(const struct made *m, const char *from, const char *to,
    size_t len, struct cert **out)
{
	uint8_t *der = xmemdup(m->cert->der, m->cert->der_len);
	uint8_t *at = memmem(der, m->cert->der_len, from, len);
	enum cert_status status;

	assert_non_null(at);
	memcpy(at, to, len);
	status = cert_parse(der, m->cert->der_len, out);
	free(der);
	return status;
}

static void
a_broken_san_is_there_but_unreadable(void **state)
{
	struct made m = make_cert((struct recipe){ .cn = "x",
	    .san = "DNS:broken.example" });
	struct cert *c;

	(void)state;
	/* the entry's length reaches past its sequence */
	assert_int_equal(parse_patched(&m, "\x82\x0e" "broken",
	    "\x82\x7e" "broken", 8, &c), CERT_OK);
	assert_true(c->san_present);
	assert_false(c->san_readable);
	cert_unref(c);
	/* the sequence ends before its extension does */
	assert_int_equal(parse_patched(&m, "\x30\x10\x82\x0e" "broken",
	    "\x30\x0e\x82\x0c" "broken", 10, &c), CERT_OK);
	assert_false(c->san_readable);
	cert_unref(c);
	made_free(&m);
}

/* OpenSSL refuses the name, so the certificate as a whole is unreadable. */
static void
a_cn_of_invalid_utf8_is_refused(void **state)
{
	struct made m = make_cert((struct recipe){ .cn = "abcdef" });
	struct cert *c;

	(void)state;
	assert_int_equal(parse_patched(&m, "abcdef", "abc\xff\xfe" "f", 6, &c),
	    CERT_BAD_DER);
	made_free(&m);
}

static void
dates_that_are_none_are_told(void **state)
{
	static const struct { const char *to; bool readable; } dates[] = {
		{ "261301000000Z", false },	/* month 13 */
		{ "26XX01000000Z", false },
		{ "260230000000Z", false },	/* 30 February */
		{ "260228000000Z", true },
		{ "280229000000Z", true },	/* a leap year */
		{ "260229000000Z", false },
		{ "260228240000Z", false },
		{ "2602282359+01", false },
		{ "-60228000000Z", false },
		{ "\0" "60228000000Z", false },
	};
	struct made m = make_cert((struct recipe){ .cn = "x",
	    .from = "20260101000000Z" });

	(void)state;
	for (size_t i = 0; i < ARRAY_N(dates); i++) {
		struct cert *c;

		assert_int_equal(parse_patched(&m, "260101000000Z",
		    dates[i].to, 13, &c), CERT_OK);
		assert_int_equal(c->dates_readable, dates[i].readable);
		if (!dates[i].readable)
			assert_int_equal(c->not_before, CLOCK_NEVER);
		cert_unref(c);
	}
	made_free(&m);
}

/* RFC 5280 section 4.1.2.5.1: 50 is 1950, 49 is 2049; and no end at all. */
static void
years_are_those_of_rfc_5280(void **state)
{
	static const struct { const char *from, *to; int64_t at; } years[] = {
		{ "260101000000Z", "490101000000Z", 2493072000 },
		{ "260101000000Z", "500101000000Z", -631152000 },
		{ "260101000000Z", "991231235959Z", 946684799 },
		{ "20600101000000Z", "20500101000000Z", 2524608000 },
		{ "20600101000000Z", "99991231235959Z", 253402300799 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_N(years); i++) {
		struct made m = make_cert((struct recipe){ .cn = "x",
		    .from = years[i].from, .to = "20991231235959Z" });
		struct cert *c;

		assert_int_equal(parse_patched(&m, years[i].from, years[i].to,
		    strlen(years[i].from), &c), CERT_OK);
		assert_true(c->dates_readable);
		if (c->not_before != years[i].at)
			fail_msg("%s is %lld", years[i].to,
			    (long long)c->not_before);
		cert_unref(c);
		made_free(&m);
	}
}

static void
bytes_behind_the_certificate_are_cut(void **state)
{
	struct made m = make_cert((struct recipe){ .cn = "x" });
	size_t len = m.cert->der_len;
	uint8_t *der = xcalloc(len + 7, 1);
	struct cert *c;

	(void)state;
	memcpy(der, m.cert->der, len);
	assert_int_equal(cert_parse(der, len + 7, &c), CERT_OK);
	assert_int_equal(c->der_len, len);
	assert_int_equal(c->trailing, 7);
	assert_memory_equal(c->sha256, m.cert->sha256, CERT_SHA256);
	free(der);
	cert_unref(c);
	made_free(&m);
}

static void
garbage_is_refused_and_leaves_no_error_behind(void **state)
{
	static uint8_t huge[CERT_MAX_DER + 1];
	static const char *const bad[] = { "", "0", "0\x80", "\x30\x03\x02\x01",
	    "-----BEGIN CERTIFICATE-----", "\x30\x84\xff\xff\xff\xff" };
	struct cert *c = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_N(bad); i++)
		assert_int_equal(cert_parse((const uint8_t *)bad[i],
		    strlen(bad[i]), &c), CERT_BAD_DER);
	assert_int_equal(cert_parse(huge, sizeof(huge), &c), CERT_TOO_BIG);
	assert_null(c);
	assert_int_equal(ERR_peek_error(), 0);
}

/* Every prefix and every byte turned over: no crash, no lost memory. */
static void
damaged_certificates_do_no_harm(void **state)
{
	struct made m = make_cert((struct recipe){ .cn = "im.contoso.com",
	    .san = "DNS:im.contoso.com,IP:10.0.0.1" });
	size_t len = m.cert->der_len, parsed = 0;
	uint8_t *der = xmemdup(m.cert->der, len);
	struct cert *c;

	(void)state;
	for (size_t i = 0; i < len; i++)
		assert_int_equal(cert_parse(der, i, &c), CERT_BAD_DER);
	for (size_t i = 0; i < len; i++) {
		der[i] ^= 0xff;
		if (cert_parse(der, len, &c) == CERT_OK) {
			parsed++;
			cert_unref(c);
		}
		der[i] ^= 0xff;
	}
	assert_true(parsed > 0);
	free(der);
	made_free(&m);
}

/* Milliseconds of this thread's CPU time that a parse takes. */
static double
parse_ms(const uint8_t *der, size_t len, enum cert_status *status)
{
	struct timespec from, to;
	struct cert *c = NULL;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	*status = cert_parse(der, len, &c);
	if (*status == CERT_OK)
		cert_unref(c);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	return (double)(to.tv_sec - from.tv_sec) * 1e3 +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PARSE_MS_MAX	1000.0
#else
#define PARSE_MS_MAX	50.0
#endif

static struct made
with_sans(int n)
{
	struct recipe r = { .cn = "x" };
	struct text san = {0};
	struct made m;

	for (int i = 0; i < n; i++)
		text_addf(&san, "%sDNS:host-%d.some.where.contoso.com",
		    i > 0 ? "," : "", i);
	r.san = text_str(&san);
	m = make_cert(r);
	text_done(&san);
	return m;
}

static void
large_certificates_are_read_in_time(void **state)
{
	static const int sizes[] = { 2049, 6000 };
	enum cert_status status;

	(void)state;
	for (size_t i = 0; i < ARRAY_N(sizes); i++) {
		struct made m = with_sans(sizes[i]);

		assert_int_equal(m.cert->n_san, sizes[i]);
		assert_true(cert_san_covers(m.cert,
		    "host-2000.some.where.contoso.com"));
		assert_true(parse_ms(m.cert->der, m.cert->der_len, &status) <
		    PARSE_MS_MAX);
		assert_int_equal(status, CERT_OK);
		made_free(&m);
	}
}

/* m again, with a second SAN of this content; the caller frees it. */
static uint8_t *
with_raw_san(const struct made *m, const struct text *san, size_t *len_out)
{
	X509 *x = X509_dup(m->x);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;
	unsigned char *out = NULL;

	ASN1_OCTET_STRING_set(value, (uint8_t *)san->data, (int)san->len);
	ext = X509_EXTENSION_create_by_NID(NULL, NID_subject_alt_name, 0,
	    value);
	X509_add_ext(x, ext, -1);
	assert_true(X509_sign(x, m->key, EVP_sha256()) > 0);
	*len_out = (size_t)i2d_X509(x, &out);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(value);
	X509_free(x);
	return out;
}

/* The smallest parts there are, as many as fit: they cost the most. */
static void
a_megabyte_of_small_parts_is_refused_in_time(void **state)
{
	struct made m = make_cert((struct recipe){ .cn = "x" });
	struct text nested = {0}, san = {0};
	enum cert_status status;
	uint8_t *der;
	size_t len;

	(void)state;
	while (nested.len < CERT_MAX_DER - 8)
		text_add_bytes(&nested, "\x30\x80", 2);
	assert_true(parse_ms((uint8_t *)nested.data, nested.len, &status) <
	    PARSE_MS_MAX);
	assert_int_equal(status, CERT_BAD_DER);

	text_add_bytes(&san, "\x30\x83\x0d\xbb\xa0", 5);	/* 900,000 */
	while (san.len < 900005)
		text_add_bytes(&san, "\x82\x00", 2);
	der = with_raw_san(&m, &san, &len);
	assert_true(len > 900000);
	assert_true(parse_ms(der, len, &status) < PARSE_MS_MAX);
	assert_int_equal(status, CERT_BAD_DER);
	OPENSSL_free(der);
	text_done(&nested);
	text_done(&san);
	made_free(&m);
}

/* An RSA key of 16,384 bits, never used to verify anything. */
static void
a_giant_key_is_read_in_time(void **state)
{
	struct made m = make_cert((struct recipe){ .cn = "x" });
	X509 *x = X509_dup(m.x);
	BIGNUM *n = BN_new(), *e = BN_new();
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;
	unsigned char *out = NULL;
	enum cert_status status;
	struct cert *c;
	int len;

	(void)state;
	BN_set_bit(n, 16383);
	BN_set_bit(n, 0);
	BN_set_word(e, 65537);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e);
	params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY,
	    params), 1);
	X509_set_pubkey(x, key);
	assert_true(i2d_re_X509_tbs(x, NULL) > 0);	/* it had been kept */
	len = i2d_X509(x, &out);
	assert_true(len > 2000);
	assert_int_equal(cert_parse(out, (size_t)len, &c), CERT_OK);
	assert_int_equal(c->key_bits, 16384);
	assert_true(c->self_issued);
	assert_false(c->self_signed);
	cert_unref(c);
	assert_true(parse_ms(out, (size_t)len, &status) < PARSE_MS_MAX);
	OPENSSL_free(out);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	BN_free(n);
	BN_free(e);
	X509_free(x);
	made_free(&m);
}

/* The DER is gone, what kin says alike is there once, and outlives it. */
static void
a_lean_copy_has_the_facts_and_shares_with_its_kin(void **state)
{
	struct made ca = make_ca("CA", NULL), other_ca = make_ca("CB", NULL);
	struct made m[3] = {
		make_cert((struct recipe){ .cn = "a", .san = "DNS:a",
		    .issuer = &ca, .cdp = "URI:http://a/1" }),
		make_cert((struct recipe){ .cn = "b", .san = "DNS:b",
		    .issuer = &ca, .cdp = "URI:http://a/1" }),
		make_cert((struct recipe){ .cn = "c", .san = "DNS:c",
		    .issuer = &other_ca, .cdp = "URI:http://a/2" }),
	};
	const struct cert *kin = cert_lean(m[0].cert, NULL), *lean, *strange;

	(void)state;
	assert_null(kin->der);
	assert_int_equal(kin->der_len, m[0].cert->der_len);
	lean = cert_lean(m[1].cert, kin);
	strange = cert_lean(m[2].cert, kin);
	assert_ptr_equal(lean->issuer, kin->issuer);
	assert_ptr_equal(lean->cdp.item, kin->cdp.item);
	assert_ptr_equal(lean->eku.item, kin->eku.item);
	assert_ptr_not_equal(strange->issuer, kin->issuer);
	assert_ptr_not_equal(strange->cdp.item, kin->cdp.item);
	cert_unref(kin);
	for (size_t i = 1; i < 3; i++) {
		const struct cert *c = i == 1 ? lean : strange;
		const struct cert *full = m[i].cert;

		assert_memory_equal(c->sha256, full->sha256, CERT_SHA256);
		assert_string_equal(c->subject, full->subject);
		assert_string_equal(c->issuer, full->issuer);
		assert_string_equal(c->serial, full->serial);
		assert_string_equal(c->signature, full->signature);
		assert_string_equal(c->key_text, full->key_text);
		assert_string_equal(c->cdp.item[0], full->cdp.item[0]);
		assert_true(strings_equal(&c->eku, &full->eku));
		assert_true(cert_san_has(c, full->cn[0].utf8.data));
	}
	cert_unref(lean);
	cert_unref(strange);
	for (size_t i = 0; i < 3; i++)
		made_free(&m[i]);
	made_free(&ca);
	made_free(&other_ca);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_certificate_gives_its_facts),
		cmocka_unit_test(the_key_hash_is_the_keys),
		cmocka_unit_test(every_string_type_is_read_and_kept_raw),
		cmocka_unit_test(several_cns_and_none_are_told),
		cmocka_unit_test(a_doubled_san_is_counted),
		cmocka_unit_test(a_broken_san_is_there_but_unreadable),
		cmocka_unit_test(a_cn_of_invalid_utf8_is_refused),
		cmocka_unit_test(dates_that_are_none_are_told),
		cmocka_unit_test(years_are_those_of_rfc_5280),
		cmocka_unit_test(bytes_behind_the_certificate_are_cut),
		cmocka_unit_test(garbage_is_refused_and_leaves_no_error_behind),
		cmocka_unit_test(damaged_certificates_do_no_harm),
		cmocka_unit_test(large_certificates_are_read_in_time),
		cmocka_unit_test(a_megabyte_of_small_parts_is_refused_in_time),
		cmocka_unit_test(a_giant_key_is_read_in_time),
		cmocka_unit_test(
		    a_lean_copy_has_the_facts_and_shares_with_its_kin),
	};

	return cmocka_run_group_tests_name("cert", tests, NULL, NULL);
}
