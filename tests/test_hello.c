/* SPDX-License-Identifier: ISC */
/* Hellos that old servers can read, and flights of every kind that answer. */
#include "cwaudit/hello.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

static void
put(struct text *t, size_t v, unsigned bytes)
{
	while (bytes-- > 0)
		text_add_char(t, (char)(uint8_t)(v >> (8 * bytes)));
}

/* A record around a whole handshake message. */
static void
put_message(struct text *t, unsigned type, const struct text *body)
{
	put(t, 22, 1);
	put(t, 0x0301, 2);
	put(t, body->len + 4, 2);
	put(t, type, 1);
	put(t, body->len, 3);
	text_add_bytes(t, text_str(body), body->len);
}

static void
put_server_hello(struct text *t, unsigned version, unsigned cipher,
    const char *extensions, size_t len)
{
	struct text body = {0};

	put(&body, version, 2);
	for (int i = 0; i < 32; i++)
		put(&body, 7, 1);
	put(&body, 0, 1);
	put(&body, cipher, 2);
	put(&body, 0, 1);
	if (extensions != NULL) {
		put(&body, len, 2);
		text_add_bytes(&body, extensions, len);
	}
	put_message(t, 2, &body);
	text_done(&body);
}

static void
put_certificate(struct text *t, const size_t *size, size_t n)
{
	struct text body = {0};
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += size[i] + 3;
	put(&body, total, 3);
	for (size_t i = 0; i < n; i++) {
		put(&body, size[i], 3);
		for (size_t j = 0; j < size[i]; j++)
			put(&body, 'A' + i % 26, 1);
	}
	put_message(t, 11, &body);
	text_done(&body);
}

static void
put_empty(struct text *t, unsigned type)
{
	static const struct text none;

	put_message(t, type, &none);
}

static const char reneg[] = { (char)0xff, 1, 0, 1, 0 };
static const size_t two[] = { 5, 3 };

/* ServerHello, two certificates, CertificateRequest, ServerHelloDone. */
static void
put_good_flight(struct text *t)
{
	put_server_hello(t, 0x0301, 0x0005, reneg, sizeof(reneg));
	put_certificate(t, two, 2);
	put_empty(t, 13);
	put_empty(t, 14);
}

static void
assert_good(const struct hello *h)
{
	assert_int_equal(h->status, HELLO_DONE);
	assert_int_equal(h->version, 0x0301);
	assert_int_equal(h->cipher, 0x0005);
	assert_true(h->reneg_safe);
	assert_true(h->asked);
	assert_int_equal(h->chain->n, 2);
	assert_int_equal(h->chain->item[0].len, 5);
	assert_memory_equal(h->chain->item[0].data, "AAAAA", 5);
	assert_memory_equal(h->chain->item[1].data, "BBB", 3);
}

static void
a_flight_is_read_however_it_is_cut(void **state)
{
	struct text t = {0};

	(void)state;
	put_good_flight(&t);
	for (size_t cut = 0; cut <= t.len; cut++) {
		const uint8_t *p = (const uint8_t *)t.data;
		struct hello h;

		hello_init(&h);
		hello_read(&h, p, cut);
		hello_read(&h, p + cut, t.len - cut);
		assert_good(&h);
		hello_done(&h);
	}
	text_done(&t);
}

/* The same messages, but in records of a few bytes, fed byte by byte. */
static void
messages_span_records_of_any_size(void **state)
{
	struct text messages = {0}, t = {0};

	(void)state;
	put_good_flight(&t);
	for (size_t i = 0; i < t.len;) {
		size_t len = (size_t)(uint8_t)t.data[i + 3] << 8 |
		    (uint8_t)t.data[i + 4];

		text_add_bytes(&messages, t.data + i + 5, len);
		i += 5 + len;
	}
	for (size_t size = 1; size <= messages.len; size++) {
		struct hello h;

		text_reset(&t);
		for (size_t i = 0; i < messages.len; i += size) {
			size_t n = messages.len - i < size ?
			    messages.len - i : size;

			put(&t, 22, 1);
			put(&t, 0x0300, 2);
			put(&t, n, 2);
			text_add_bytes(&t, messages.data + i, n);
		}
		hello_init(&h);
		for (size_t i = 0; i < t.len; i++)
			hello_read(&h, (const uint8_t *)t.data + i, 1);
		assert_good(&h);
		hello_done(&h);
	}
	text_done(&messages);
	text_done(&t);
}

static void
a_flight_without_a_request_ends_at_its_done(void **state)
{
	struct text t = {0};
	struct hello h;

	(void)state;
	put_server_hello(&t, 0x0300, 0x000a, NULL, 0);
	put_certificate(&t, two, 1);
	hello_init(&h);
	assert_int_equal(hello_read(&h, (uint8_t *)t.data, t.len),
	    HELLO_CERTIFICATE);
	assert_false(h.finished);
	text_reset(&t);
	put_empty(&t, 12);
	put_empty(&t, 14);
	assert_int_equal(hello_read(&h, (uint8_t *)t.data, t.len), HELLO_DONE);
	assert_true(h.finished);
	assert_false(h.asked);
	assert_false(h.reneg_safe);
	assert_string_equal(hello_version_name(h.version), "SSLv3");
	hello_done(&h);
	text_done(&t);
}

/*
 * Flights as bytes. $ stands for a ServerHello without extensions, & for a
 * Certificate message with one certificate.
 */
static const struct {
	const char		*title;
	const char		*bytes;
	size_t			 len;
	enum hello_status	 status;
	const char		*why;		/* part of it */
} flights[] = {
#define F(t, b, s, w) { t, b, sizeof(b) - 1, s, w }
	F("an alert", "\25\3\1\0\2\2\50", HELLO_ALERT,
	    "handshake_failure (40)"),
	F("an alert in two records", "\25\3\1\0\1\2\25\3\1\0\1\106",
	    HELLO_ALERT, "protocol_version (70)"),
	F("an alert without a name", "\25\3\1\0\2\2\377", HELLO_ALERT,
	    "unknown alert (255)"),
	F("close_notify", "\25\3\1\0\2\1\0", HELLO_ALERT, "close_notify"),
	F("a warning, then more", "\25\3\1\0\2\1\160", HELLO_MORE, ""),
	F("HTTP", "HTTP/1.1 400 Bad Request\r\n", HELLO_NOT_TLS,
	    "plain HTTP: HTTP/1.1 400 Bad Request\\x0D\\x0A"),
	F("SSH", "SSH-2.0-OpenSSH\r\n", HELLO_NOT_TLS, "SSH-2.0"),
	F("SMTP", "220 mail ESMTP\r\n", HELLO_NOT_TLS, "220 mail"),
	F("SSL 2.0", "\200\43\4\0\1\0\2", HELLO_NOT_TLS, "SSL 2.0"),
	F("zeros", "\0\0\0\0\0\0", HELLO_NOT_TLS, "\\x00"),
	F("a version of none", "\26\2\0\0\4\2\0\0\0", HELLO_NOT_TLS, ""),
	F("an oversized record", "\26\3\1\377\377\2", HELLO_MALFORMED,
	    "oversized"),
	F("data first", "$\27\3\1\0\2hi", HELLO_MALFORMED, "type 23"),
	F("a session resumed", "$\24\3\1\0\1\1", HELLO_NO_CERTIFICATE,
	    "resumes"),
	F("a later record of no version", "$\26\7\1\0\1\1", HELLO_MALFORMED,
	    "unknown version"),
	F("an empty ServerHello", "\26\3\1\0\4\2\0\0\0", HELLO_MALFORMED,
	    "cut short"),
	F("a huge ServerHello", "\26\3\1\0\4\2\377\377\377", HELLO_MALFORMED,
	    "ServerHello of 16777215"),
	F("a certificate first", "&", HELLO_MALFORMED,
	    "message 11 instead of a ServerHello"),
	F("two ServerHellos", "$$", HELLO_MALFORMED, "a second message 2"),
	F("an unknown message", "$\26\3\1\0\4\143\0\0\0", HELLO_MALFORMED,
	    "unknown handshake message 99"),
	F("an anonymous suite", "$\26\3\1\0\4\14\0\1\0", HELLO_NO_CERTIFICATE,
	    "needs no certificate"),
	F("nothing but done", "$\26\3\1\0\4\16\0\0\0", HELLO_NO_CERTIFICATE,
	    "needs no certificate"),
	F("an empty list", "$\26\3\1\0\7\13\0\0\3\0\0\0",
	    HELLO_NO_CERTIFICATE, "empty"),
	F("a list that lies", "$\26\3\1\0\7\13\0\0\3\0\0\1", HELLO_MALFORMED,
	    "lies about its length"),
	F("a list with a rest", "$\26\3\1\0\10\13\0\0\4\0\0\0x",
	    HELLO_MALFORMED, "lies about its length"),
	F("a certificate that lies", "$\26\3\1\0\12\13\0\0\6\0\0\3\0\0\1",
	    HELLO_MALFORMED, "lies about its length"),
	F("a certificate of no bytes", "$\26\3\1\0\12\13\0\0\6\0\0\3\0\0\0",
	    HELLO_MALFORMED, "lies about its length"),
	F("a certificate of 16 MB", "$\26\3\1\0\4\13\377\377\377",
	    HELLO_MALFORMED, "Certificate message of 16777215"),
	F("a HelloRequest on the way", "\26\3\1\0\4\0\0\0\0$&",
	    HELLO_CERTIFICATE, ""),
	F("a HelloRequest with a body", "\26\3\1\0\5\0\0\0\1x",
	    HELLO_MALFORMED, "HelloRequest"),
	F("an alert after the chain", "$&\25\3\1\0\2\2\120", HELLO_DONE,
	    "internal_error (80)"),
	F("nonsense after the chain", "$&HTTP/1.1", HELLO_DONE,
	    "unknown version"),
	F("two chains", "$&&", HELLO_DONE, "a second message 11"),
#undef F
};

static void
every_odd_flight_has_its_status_and_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(flights); i++) {
		struct text t = {0};
		struct hello h;

		for (size_t j = 0; j < flights[i].len; j++) {
			if (flights[i].bytes[j] == '$')
				put_server_hello(&t, 0x0303, 0x2f, NULL, 0);
			else if (flights[i].bytes[j] == '&')
				put_certificate(&t, two, 1);
			else
				text_add_char(&t, flights[i].bytes[j]);
		}
		hello_init(&h);
		hello_read(&h, (uint8_t *)t.data, t.len);
		if (h.status != flights[i].status ||
		    strstr(text_str(&h.why), flights[i].why) == NULL)
			fail_msg("%s: %d, \"%s\"", flights[i].title, h.status,
			    text_str(&h.why));
		assert_int_equal(h.chain != NULL,
		    h.status == HELLO_DONE || h.status == HELLO_CERTIFICATE);
		/* the end has come: more bytes change nothing */
		if (h.status != HELLO_MORE && h.status != HELLO_CERTIFICATE) {
			enum hello_status before = h.status;

			assert_int_equal(hello_read(&h,
			    (const uint8_t *)"\26\3\1\0\4\16\0\0\0", 9),
			    before);
		}
		hello_done(&h);
		text_done(&t);
	}
}

static void
a_server_hello_of_tls_1_3_says_so(void **state)
{
	static const char picked[] = { 0, 43, 0, 2, 3, 4 };
	static const char lies[] = { 0, 43, 0, 9, 3, 4 };
	struct text t = {0};
	struct hello h;

	(void)state;
	put_server_hello(&t, 0x0303, 0x1301, picked, sizeof(picked));
	hello_init(&h);
	assert_int_equal(hello_read(&h, (uint8_t *)t.data, t.len),
	    HELLO_NEEDS_TLS13);
	hello_done(&h);

	text_reset(&t);
	put_server_hello(&t, 0x0303, 0x1301, lies, sizeof(lies));
	hello_init(&h);
	assert_int_equal(hello_read(&h, (uint8_t *)t.data, t.len),
	    HELLO_MALFORMED);
	hello_done(&h);

	text_reset(&t);
	put_server_hello(&t, 0x0399, 0x1301, NULL, 0);
	hello_init(&h);
	assert_int_equal(hello_read(&h, (uint8_t *)t.data, t.len),
	    HELLO_MALFORMED);
	assert_non_null(strstr(text_str(&h.why), "version 0x0399"));
	hello_done(&h);
	text_done(&t);
}

/* One piece over and over. */
static enum hello_status
read_forever(const char *piece, size_t len, bool with_chain)
{
	struct text t = {0};
	enum hello_status status;
	struct hello h;

	put_server_hello(&t, 0x0301, 0x2f, NULL, 0);
	if (with_chain)
		put_certificate(&t, two, 1);
	hello_init(&h);
	hello_read(&h, (uint8_t *)t.data, t.len);
	for (int i = 0; i < 1000 && (h.status == HELLO_MORE ||
	    h.status == HELLO_CERTIFICATE); i++)
		hello_read(&h, (const uint8_t *)piece, len);
	status = h.status;
	hello_done(&h);
	text_done(&t);
	return status;
}

static void
what_has_no_end_is_ended(void **state)
{
	static const struct { const char *piece; size_t len; } endless[] = {
		{ "\25\3\1\0\2\1\160", 7 }, { "\26\3\1\0\0", 5 },
		{ "\26\3\1\0\4\0\0\0\0", 9 },
	};
	char record[4 + 5 + 16000] = "\26\3\1\76\204\26\0\76\200";

	(void)state;
	for (size_t i = 0; i < ARRAY_N(endless); i++) {
		assert_int_equal(read_forever(endless[i].piece,
		    endless[i].len, false), HELLO_MALFORMED);
		assert_int_equal(read_forever(endless[i].piece,
		    endless[i].len, true), HELLO_DONE);
	}
	/* CertificateStatus after CertificateStatus, skipped, up to a cap */
	assert_int_equal(read_forever(record, sizeof(record), true),
	    HELLO_DONE);
}

static void
chains_up_to_the_caps_are_taken(void **state)
{
	static const struct { size_t n, size; enum hello_status status; }
	cases[] = {
		{ 1, 200000, HELLO_CERTIFICATE },
		{ 100, 10, HELLO_CERTIFICATE },
		{ 101, 10, HELLO_MALFORMED },
		{ 1, CERT_MAX_DER, HELLO_CERTIFICATE },
		{ 1, CERT_MAX_DER + 1, HELLO_MALFORMED },
		{ 2, CERT_MAX_DER / 2 + 1, HELLO_MALFORMED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		struct text body = {0}, t = {0};
		struct hello h;

		put(&body, 11, 1);
		put(&body, 3 + cases[i].n * (3 + cases[i].size), 3);
		put(&body, cases[i].n * (3 + cases[i].size), 3);
		for (size_t j = 0; j < cases[i].n; j++) {
			put(&body, cases[i].size, 3);
			for (size_t k = 0; k < cases[i].size; k++)
				text_add_char(&body, 'x');
		}
		put_server_hello(&t, 0x0303, 0x2f, NULL, 0);
		for (size_t at = 0; at < body.len; at += 16384) {
			size_t len = body.len - at < 16384 ?
			    body.len - at : 16384;

			put(&t, 22, 1);
			put(&t, 0x0303, 2);
			put(&t, len, 2);
			text_add_bytes(&t, body.data + at, len);
		}
		hello_init(&h);
		hello_read(&h, (uint8_t *)t.data, t.len);
		assert_int_equal(h.status, cases[i].status);
		if (h.chain != NULL)
			assert_int_equal(h.chain->n, cases[i].n);
		hello_done(&h);
		text_done(&t);
		text_done(&body);
	}
}

static void
few_bytes_and_a_close_are_judged_at_the_end(void **state)
{
	struct hello h;

	(void)state;
	hello_init(&h);
	hello_read(&h, (const uint8_t *)"no\n", 3);
	assert_int_equal(h.status, HELLO_MORE);
	assert_int_equal(hello_end(&h), HELLO_NOT_TLS);
	assert_string_equal(text_str(&h.why), "it answers: no\\x0A");
	hello_done(&h);
	hello_init(&h);
	assert_int_equal(hello_end(&h), HELLO_MORE);
	hello_done(&h);
	hello_init(&h);
	hello_read(&h, (const uint8_t *)"\26\3", 2);
	assert_int_equal(hello_end(&h), HELLO_MORE);
	hello_done(&h);
}

static void
the_list_of_tls_1_3_is_read_too(void **state)
{
	static const uint8_t body[] = {
		0, 0, 0, 23,
		0, 0, 2, 'a', 'b',
		0, 9, 0, 5, 0, 5, 1, 0, 0, 1, 's',
		0, 0, 2, 'c', 'd', 0, 0,
	};
	struct hello_chain chain;

	(void)state;
	assert_null(hello_split(body, sizeof(body), true, &chain));
	assert_int_equal(chain.n, 2);
	assert_memory_equal(chain.item[1].data, "cd", 2);
	assert_int_equal(chain.staple.len, 1);
	assert_memory_equal(chain.staple.data, "s", 1);
	for (size_t cut = 0; cut < sizeof(body); cut++)
		assert_non_null(hello_split(body, cut, true, &chain));
}

static size_t
suites_of(const struct text *t, const uint8_t **first)
{
	const uint8_t *p = (const uint8_t *)t->data;

	*first = p + 5 + 4 + 2 + 32 + 1 + 2;
	return ((size_t)(*first)[-2] << 8 | (*first)[-1]) / 2;
}

static bool
offers(const struct text *t, unsigned suite)
{
	const uint8_t *p;
	size_t n = suites_of(t, &p);

	for (size_t i = 0; i < n; i++)
		if (((unsigned)p[2 * i] << 8 | p[2 * i + 1]) == suite)
			return true;
	return false;
}

static const uint8_t random_bytes[HELLO_RANDOM] = { 1, 2, 3 };

static void
hellos_fit_old_servers(void **state)
{
	static const struct { unsigned record, client; bool extensions; }
	want[] = {
		[HELLO_TLS12] = { 0x0301, 0x0303, true },
		[HELLO_TLS10] = { 0x0301, 0x0301, false },
		[HELLO_SSL3] = { 0x0300, 0x0300, false },
	};

	(void)state;
	for (int kind = HELLO_TLS12; kind <= HELLO_SSL3; kind++) {
		struct text t = {0};
		const uint8_t *p, *suite;
		size_t n, end;

		hello_write((enum hello_kind)kind, "cwa01.nwtraders.local",
		    random_bytes, &t);
		p = (const uint8_t *)t.data;
		assert_int_equal(p[1] << 8 | p[2], want[kind].record);
		assert_int_equal(p[9] << 8 | p[10], want[kind].client);
		assert_int_equal((p[3] << 8 | p[4]) + 5, t.len);
		assert_int_equal((p[7] << 8 | p[8]) + 9, t.len);
		assert_memory_equal(p + 11, random_bytes, HELLO_RANDOM);
		n = suites_of(&t, &suite);
		assert_in_range(n, 5, 63);
		assert_true(offers(&t, 0x00ff));
		assert_true(offers(&t, 0x0005) && offers(&t, 0x0004));
		assert_true(offers(&t, 0x000a) && offers(&t, 0x0009));
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < i; j++)
				assert_memory_not_equal(suite + 2 * i,
				    suite + 2 * j, 2);
		end = (size_t)(suite - p) + 2 * n + 2;
		assert_int_equal(t.len > end, want[kind].extensions);
		text_done(&t);
	}
}

static void
a_name_goes_into_the_first_hello_alone(void **state)
{
	static const struct { enum hello_kind kind; const char *name; bool in; }
	cases[] = {
		{ HELLO_TLS12, "im.contoso.com", true },
		{ HELLO_TLS10, "im.contoso.com", false },
		{ HELLO_SSL3, "im.contoso.com", false },
		{ HELLO_TLS12, "10.20.30.40", false },
		{ HELLO_TLS12, "2001:db8::1", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		struct text t = {0};

		hello_write(cases[i].kind, cases[i].name, random_bytes, &t);
		assert_int_equal(memmem(t.data, t.len, cases[i].name,
		    strlen(cases[i].name)) != NULL, cases[i].in);
		text_done(&t);
	}
}

/* RFC 7685: a message of 256 to 511 bytes hangs some load balancers. */
static void
no_hello_has_an_unlucky_length(void **state)
{
	char name[300] = "";

	(void)state;
	for (size_t len = 1; len < sizeof(name) - 1; len++) {
		struct text t = {0};

		name[len - 1] = 'a';
		hello_write(HELLO_TLS12, name, random_bytes, &t);
		assert_int_equal((size_t)(uint8_t)t.data[7] << 8 |
		    (uint8_t)t.data[8], t.len - 9);
		assert_false(t.len - 5 >= 256 && t.len - 5 < 512);
		text_done(&t);
	}
}

static void
numbers_have_words(void **state)
{
	struct text t = {0};

	(void)state;
	assert_string_equal(hello_alert_name(116), "certificate_required");
	assert_string_equal(hello_cipher_name(0x0005),
	    "TLS_RSA_WITH_RC4_128_SHA");
	assert_string_equal(hello_cipher_name(0xfefe), "");
	assert_string_equal(hello_version_name(0x0303), "TLSv1.2");
	hello_write_close(0x0301, &t);
	assert_int_equal(t.len, 7);
	assert_memory_equal(t.data, "\25\3\1\0\2\1\0", 7);
	text_done(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flight_is_read_however_it_is_cut),
		cmocka_unit_test(messages_span_records_of_any_size),
		cmocka_unit_test(a_flight_without_a_request_ends_at_its_done),
		cmocka_unit_test(every_odd_flight_has_its_status_and_words),
		cmocka_unit_test(a_server_hello_of_tls_1_3_says_so),
		cmocka_unit_test(what_has_no_end_is_ended),
		cmocka_unit_test(chains_up_to_the_caps_are_taken),
		cmocka_unit_test(few_bytes_and_a_close_are_judged_at_the_end),
		cmocka_unit_test(the_list_of_tls_1_3_is_read_too),
		cmocka_unit_test(hellos_fit_old_servers),
		cmocka_unit_test(a_name_goes_into_the_first_hello_alone),
		cmocka_unit_test(no_hello_has_an_unlucky_length),
		cmocka_unit_test(numbers_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
