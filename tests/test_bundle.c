/* SPDX-License-Identifier: ISC */
/*
 * Files of every kind into bundles: made here, but for PFX files with the
 * ciphers of old Windows versions, which tests/make-bundles.sh made.
 */
#include "cwaudit/bundle.h"

#include "bundle_pfx.h"
#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

/* -- what they are read as ---------------------------------------------- */

#define GOOD	.n = 1, .cn = FQDN
#define SAYS(s)	.why = (s)

static const struct {
	const char	*name;
	struct file	(*make)(void);
	const char	*password;
	enum bundle_status status;	/* of bundle_add, or of settle */
	const char	*why;		/* words of the reason */
	size_t		 n;		/* certificates */
	const char	*cn;		/* of the leaf */
	enum bundle_form form;
	enum bundle_key	 key;
} cases[] = {
	{ "a chain, text around", pem_chain, .n = 2, .cn = FQDN },
	{ "root first, leaf twice", pem_upside_down, .n = 3, .cn = FQDN },
	{ "TRUSTED CERTIFICATE", pem_trusted, GOOD },
	{ "UTF-16", pem_utf16, .n = 2, .cn = FQDN },
	{ "UTF-16, big-endian", pem_utf16_big, .n = 2, .cn = FQDN },
	{ "UTF-8 with a mark", pem_utf8_mark, .n = 2, .cn = FQDN },
	{ "with its key", pem_with_key, GOOD, .key = BUNDLE_KEY_MATCHES },
	{ "the key decides", pem_with_issuers_key, .n = 2, .cn = "Issuing",
	    .key = BUNDLE_KEY_MATCHES },
	{ "a locked key", pem_with_locked_key, GOOD,
	    .key = BUNDLE_KEY_UNREAD },
	{ "a locked key, old form", pem_with_old_locked_key, GOOD,
	    .key = BUNDLE_KEY_UNREAD },
	{ "DER", der, GOOD, .form = BUNDLE_DER },
	{ "base64 without a header", bare_base64, GOOD,
	    .form = BUNDLE_BASE64 },
	{ "PKCS#7", pkcs7_der, .n = 2, .cn = FQDN, .form = BUNDLE_PKCS7 },
	{ "PKCS#7 in PEM", pkcs7_pem, .n = 2, .cn = FQDN,
	    .form = BUNDLE_PKCS7 },
	{ "PKCS#7 as a certificate", pkcs7_mislabelled, .n = 2, .cn = FQDN,
	    .form = BUNDLE_PKCS7 },
	{ "PFX, RC2", windows_rc2, "geheim", .n = 2, .cn = FQDN,
	    .form = BUNDLE_PKCS12, .key = BUNDLE_KEY_MATCHES },
	{ "PFX, 3DES", windows_3des, "geheim", .n = 2, .cn = FQDN,
	    .form = BUNDLE_PKCS12, .key = BUNDLE_KEY_MATCHES },
	{ "PFX, AES", windows_aes, "geheim", .n = 2, .cn = FQDN,
	    .form = BUNDLE_PKCS12, .key = BUNDLE_KEY_MATCHES },
	{ "PFX, password beyond ASCII", pfx_umlaut,
	    "p\xc3\xa4ssword \xe2\x82\xac", .n = 2, .cn = FQDN,
	    .form = BUNDLE_PKCS12, .key = BUNDLE_KEY_MATCHES },
	{ "PFX, empty password", pfx_empty_password, .n = 2, .cn = FQDN,
	    .form = BUNDLE_PKCS12, .key = BUNDLE_KEY_MATCHES },
	{ "PFX, empty password given", pfx_empty_password, "", .n = 2,
	    .cn = FQDN, .form = BUNDLE_PKCS12, .key = BUNDLE_KEY_MATCHES },
	{ "PFX, no password", pfx_no_password, .n = 2, .cn = FQDN,
	    .form = BUNDLE_PKCS12, .key = BUNDLE_KEY_MATCHES },
	{ "PFX, no password, empty one given", pfx_no_password, "", .n = 2,
	    .cn = FQDN, .form = BUNDLE_PKCS12, .key = BUNDLE_KEY_MATCHES },
	{ "PFX without a MAC", pfx_no_mac, "geheim", .n = 2, .cn = FQDN,
	    .form = BUNDLE_PKCS12, .key = BUNDLE_KEY_MATCHES },
	{ "PFX without a key", pfx_no_key, "geheim", .n = 2, .cn = FQDN,
	    .form = BUNDLE_PKCS12, .key = BUNDLE_KEY_MISSING },
	{ "PFX with another key", other_key, "geheim", GOOD,
	    .form = BUNDLE_PKCS12, .key = BUNDLE_KEY_OTHER },
	{ "a request", request_pem, .n = 0 },
	{ "a request in DER", request_der, .form = BUNDLE_DER },

	{ "PFX, no password given", windows_rc2, NULL, BUNDLE_NEEDS_PASSWORD,
	    SAYS("--password-file") },
	{ "PFX, wrong password", windows_rc2, "Geheim", BUNDLE_WRONG_PASSWORD,
	    SAYS("the password is not its own") },
	{ "PFX without a MAC, wrong password", pfx_no_mac, "nein",
	    BUNDLE_WRONG_PASSWORD,
	    SAYS("the password is not its own") },
	{ "PFX without a MAC, no password", pfx_no_mac, NULL,
	    BUNDLE_NEEDS_PASSWORD,
	    SAYS("--password-file") },
	{ "PFX, endless MAC", pfx_mac_bomb, "geheim", BUNDLE_REFUSED,
	    SAYS("rounds of its password's hash") },
	{ "PFX, negative MAC", pfx_negative_mac, "geheim", BUNDLE_REFUSED,
	    SAYS("rounds of its password's hash") },
	{ "PFX, endless part", pfx_part_bomb, "geheim", BUNDLE_REFUSED,
	    SAYS("rounds of its password's hash") },
	{ "PFX, damaged", pfx_cut_off, "geheim", BUNDLE_DAMAGED,
	    SAYS("cannot be read") },
	{ "a key alone", pem_key_alone, NULL, BUNDLE_UNKNOWN,
	    SAYS("this is a private key alone") },
	{ "a key alone in DER", der_key_alone, NULL, BUNDLE_UNKNOWN,
	    SAYS("this is a private key alone") },
	{ "a public key", pem_public_key, NULL, BUNDLE_UNKNOWN,
	    SAYS("this is a public key and no certificate") },
	{ "a CRL", crl, NULL, BUNDLE_UNKNOWN,
	    SAYS("this is a certificate revocation list and no certificate") },
	{ "cut off PEM", pem_cut_off, NULL, BUNDLE_DAMAGED,
	    SAYS("PEM block 2 (CERTIFICATE) has no line") },
	{ "no base64", pem_broken, NULL, BUNDLE_DAMAGED,
	    SAYS("is no base64") },
	{ "no DER in PEM", pem_lies, NULL, BUNDLE_DAMAGED,
	    SAYS("says CERTIFICATE and is none") },
	{ "cut off DER", der_cut_off, NULL, BUNDLE_DAMAGED,
	    SAYS("ends too early") },
	{ "garbage in DER", der_garbage, NULL, BUNDLE_DAMAGED,
	    SAYS("cannot be read") },
	{ "PKCS#7 without certificates", pkcs7_empty, NULL, BUNDLE_UNKNOWN,
	    SAYS("without certificates") },
	{ "a changed request", request_changed, NULL, BUNDLE_DAMAGED,
	    SAYS("own signature is wrong") },
	{ "101 certificates", pem_of_101, NULL, BUNDLE_TOO_MANY,
	    SAYS("more than 100 certificates") },
	{ "1001 blocks", pem_of_blocks, NULL, BUNDLE_TOO_MANY,
	    SAYS("more than 1000 PEM blocks") },
	{ "HTML", html, NULL, BUNDLE_UNKNOWN,
	    SAYS("this is an HTML page") },
	{ "an INF", inf, NULL, BUNDLE_UNKNOWN,
	    SAYS("a certreq INF file") },
	{ "a ZIP", zip, NULL, BUNDLE_UNKNOWN,
	    SAYS("a ZIP archive") },
	{ "nothing", nothing, NULL, BUNDLE_UNKNOWN,
	    SAYS("this is empty") },
	{ "prose", prose, NULL, BUNDLE_UNKNOWN,
	    SAYS("text without a certificate") },
	{ "4 MiB of zeros", too_big, NULL, BUNDLE_TOO_BIG,
	    SAYS("over 4 MiB") },
};

static bool
cn_is(const struct cert *c, const char *cn)
{
	return c->n_cn == 1 && strcmp(c->cn[0].utf8.data, cn) == 0;
}

static void
check_case(size_t i)
{
	struct file f = cases[i].make();
	struct bundle b = {0};
	struct text why = {0};
	enum bundle_status status = bundle_add(&b, cases[i].name, f.bytes,
	    f.len, cases[i].password, &why);

	if (status == BUNDLE_OK)
		status = bundle_settle(&b, &why);
	if (status != cases[i].status)
		fail_msg("%s: status %d, not %d (%s)", cases[i].name,
		    (int)status, (int)cases[i].status, text_str(&why));
	if (cases[i].why != NULL &&
	    strstr(text_str(&why), cases[i].why) == NULL)
		fail_msg("%s: says \"%s\"", cases[i].name, text_str(&why));
	if (status == BUNDLE_OK) {
		assert_int_equal(why.len, 0);
		if (b.n != cases[i].n || b.key != cases[i].key ||
		    b.form != cases[i].form ||
		    (b.request != NULL) != (cases[i].n == 0))
			fail_msg("%s: %zu certificates, key %s, %s",
			    cases[i].name, b.n, bundle_key_name(b.key),
			    bundle_form_name(b.form));
		if (b.n > 0 && !cn_is(b.cert[0], cases[i].cn))
			fail_msg("%s: leaf is %s", cases[i].name,
			    b.cert[0]->subject);
	}
	bundle_done(&b);
	text_done(&why);
	free(f.bytes);
}

static void
every_kind_of_file_is_read_or_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++)
		check_case(i);
}

static void
add_all(struct bundle *b, struct file f, struct text *why)
{
	if (bundle_add(b, "file", f.bytes, f.len, NULL, why) != BUNDLE_OK)
		fail_msg("%s", text_str(why));
	free(f.bytes);
}

static void
several_files_are_one_chain_in_the_order_given(void **state)
{
	struct bundle b = {0};
	struct text why = {0};
	struct file r = { xmemdup(root.cert->der, root.cert->der_len),
	    root.cert->der_len };

	(void)state;
	add_all(&b, r, &why);
	add_all(&b, pem_key_alone(), &why);
	add_all(&b, pkcs7_der(), &why);
	add_all(&b, der(), &why);
	assert_int_equal(bundle_settle(&b, &why), BUNDLE_OK);
	assert_int_equal(b.n, 3);
	assert_true(cn_is(b.cert[0], FQDN));
	assert_true(cn_is(b.cert[1], "Root"));
	assert_true(cn_is(b.cert[2], "Issuing"));
	assert_int_equal(b.key, BUNDLE_KEY_MATCHES);
	bundle_done(&b);
	text_done(&why);
}

static void
two_leaves_are_told_and_the_first_is_judged(void **state)
{
	struct made second = make_cert((struct recipe){ .cn = "second",
	    .issuer = &issuing, .serial = 9 });
	struct bundle b = {0};
	struct text why = {0};
	struct file f = { xmemdup(second.cert->der, second.cert->der_len),
	    second.cert->der_len };

	(void)state;
	add_all(&b, der(), &why);
	add_all(&b, f, &why);
	assert_int_equal(bundle_settle(&b, &why), BUNDLE_OK);
	assert_true(cn_is(b.cert[0], FQDN));
	assert_int_equal(b.notes.n, 1);
	assert_string_equal(b.notes.item[0], "2 of the certificates issued no "
	    "other; the first is judged: CN=" FQDN);
	bundle_done(&b);
	text_done(&why);
	made_free(&second);
}

static void
a_request_has_its_own_facts_and_no_dates(void **state)
{
	struct bundle b = {0};
	struct text why = {0};
	const struct cert *c;

	(void)state;
	add_all(&b, request_pem(), &why);
	assert_int_equal(bundle_settle(&b, &why), BUNDLE_OK);
	c = b.request;
	assert_non_null(c);
	assert_true(cn_is(c, FQDN));
	assert_true(cert_san_has(c, FQDN));
	assert_string_equal(c->key_text, "RSA 2048");
	assert_string_equal(c->signature, "sha256WithRSAEncryption");
	assert_int_equal(c->usage, 0xa0);
	assert_false(c->eku_present);
	assert_false(c->dates_readable);
	assert_false(c->self_signed);
	assert_int_equal(c->not_after, CLOCK_NEVER);
	assert_string_equal(c->issuer, "");
	assert_memory_equal(c->spki_sha256, leaf.cert->spki_sha256,
	    CERT_SHA256);
	bundle_done(&b);
	text_done(&why);
}

static void
text_of_any_encoding_becomes_utf8(void **state)
{
	static const struct { const char *in; size_t len; const char *out;
	    bool whole; } texts[] = {
		{ "ab", 2, "ab", true },
		{ "\xef\xbb\xbf" "ab", 5, "ab", true },
		{ "\xff\xfe" "a\0\xac\x20", 6, "a\xe2\x82\xac", true },
		{ "\xfe\xff\0a\x20\xac", 6, "a\xe2\x82\xac", true },
		{ "\xff\xfe\x3d\xd8\x00\xde", 6, "\xf0\x9f\x98\x80", true },
		{ "\xff\xfe\x00\xde" "a\0", 6, "\xef\xbf\xbd" "a", true },
		{ "\xff\xfe\x3d\xd8" "a\0", 6, "\xef\xbf\xbd" "a", true },
		{ "\xff\xfe\x3d\xd8", 4, "", false },
		{ "\xff\xfe" "a", 3, "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_N(texts); i++) {
		struct text out = {0};

		assert_int_equal(bundle_utf8((const uint8_t *)texts[i].in,
		    texts[i].len, &out), texts[i].whole);
		assert_string_equal(text_str(&out), texts[i].out);
		text_done(&out);
	}
}

/* Every beginning of every file: read, refused or named, never a crash. */
static void
what_is_cut_anywhere_ends_well(void **state)
{
	static struct file (*const makes[])(void) = {
		pem_trusted, pem_utf16_alone, der, pkcs7_der, request_der, windows_aes,
		windows_rc2,
	};
	size_t read = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_N(makes); i++) {
		struct file f = makes[i]();

		/* without the last line feed it is still whole */
		for (size_t len = 0; len + 2 < f.len; len += 1 + f.len / 97) {
			uint8_t *cut = xmemdup(f.bytes, len);
			struct bundle b = {0};
			struct text why = {0};

			if (bundle_add(&b, "cut", cut, len, "geheim",
			    &why) == BUNDLE_OK)
				read++;
			else
				assert_true(why.len > 0);
			bundle_done(&b);
			text_done(&why);
			free(cut);
		}
		free(f.bytes);
	}
	assert_int_equal(read, 0);
}

static int
set_up(void **state)
{
	(void)state;
	root = make_ca("Root", NULL);
	issuing = make_ca("Issuing", &root);
	leaf = make_cert((struct recipe){ .cn = FQDN, .san = "DNS:" FQDN,
	    .issuer = &issuing });
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	made_free(&leaf);
	made_free(&issuing);
	made_free(&root);
	EVP_PKEY_free(shared_key());
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_file_is_read_or_named),
		cmocka_unit_test(
		    several_files_are_one_chain_in_the_order_given),
		cmocka_unit_test(two_leaves_are_told_and_the_first_is_judged),
		cmocka_unit_test(a_request_has_its_own_facts_and_no_dates),
		cmocka_unit_test(text_of_any_encoding_becomes_utf8),
		cmocka_unit_test(what_is_cut_anywhere_ends_well),
	};

	return cmocka_run_group_tests_name("bundle", tests, set_up, tear_down);
}
