/* SPDX-License-Identifier: ISC */
/* What one look saw: bounds, the seal, the names that scripts read. */
#include "cwaudit/observation.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "cwaudit/mem.h"
#include "test.h"

static void
ders_are_copied_and_counted(void **state)
{
	struct observation *o = observation_new();
	uint8_t der[3] = { 0x30, 0x01, 0x00 };

	(void)state;
	assert_int_equal(o->outcome, OUTCOME_NOT_TRIED);
	assert_true(observation_add_der(o, der, sizeof(der)));
	der[0] = 0xff;
	assert_int_equal(o->n_der, 1);
	assert_int_equal(o->der[0].data[0], 0x30);
	observation_free(o);
	observation_free(NULL);
}

static void
the_last_reference_frees(void **state)
{
	struct observation *o = observation_new();
	struct observation *again = observation_ref(o);

	(void)state;
	assert_ptr_equal(o, again);
	observation_free(o);
	assert_true(observation_add_der(again, (const uint8_t *)"x", 1));
	assert_int_equal(again->refs, 1);
	observation_free(again);
}

static void
more_than_a_hundred_certificates_are_refused(void **state)
{
	struct observation *o = observation_new();

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_true(observation_add_der(o, (const uint8_t *)"x", 1));
	assert_false(observation_add_der(o, (const uint8_t *)"x", 1));
	assert_int_equal(o->n_der, 100);
	observation_free(o);
}

static void
more_than_the_cap_in_total_is_refused(void **state)
{
	struct observation *o = observation_new();
	uint8_t *big = calloc(1, CERT_MAX_DER);

	(void)state;
	assert_non_null(big);
	assert_true(observation_add_der(o, big, CERT_MAX_DER - 10));
	assert_false(observation_add_der(o, big, 11));
	assert_int_equal(o->n_der, 1);
	assert_true(observation_add_der(o, big, 10));
	assert_false(observation_add_der(o, big, 1));
	free(big);
	observation_free(o);
}

static void
seal_covers_every_der_with_its_length(void **state)
{
	static const uint8_t framed[] = { 0, 0, 2, 'a', 'b', 0, 0, 1, 'c' };
	struct observation *o = observation_new();
	struct observation *other = observation_new();
	uint8_t want[SHA256_DIGEST_LENGTH];

	(void)state;
	assert_true(observation_add_der(o, (const uint8_t *)"ab", 2));
	assert_true(observation_add_der(o, (const uint8_t *)"c", 1));
	observation_seal(o);
	SHA256(framed, sizeof(framed), want);
	assert_memory_equal(o->message_sha256, want, sizeof(want));

	assert_true(observation_add_der(other, (const uint8_t *)"a", 1));
	assert_true(observation_add_der(other, (const uint8_t *)"bc", 2));
	observation_seal(other);
	assert_memory_not_equal(other->message_sha256, want, sizeof(want));
	observation_free(o);
	observation_free(other);
}

#define FIELD(f)	{ #f, offsetof(struct observation, f) }

/* Whatever a rule may ask about; not when, and not whether it was copied. */
static void
the_same_is_told_from_another(void **state)
{
	static const struct { const char *name; size_t at; } fields[] = {
		FIELD(address), FIELD(port), FIELD(outcome), FIELD(via),
		FIELD(proof), FIELD(ending), FIELD(tls_version),
		FIELD(tls_cipher), FIELD(client_cert_known),
		FIELD(client_cert_requested), FIELD(reneg_known),
		FIELD(reneg_safe), FIELD(fell_back), FIELD(first_outcome),
		FIELD(step), FIELD(http_status), FIELD(message_sha256),
	};
	struct observation *a = observation_new(), *b = observation_new();
	struct text *const texts[] = { &b->detail, &b->proof_cause,
	    &b->first_detail };

	(void)state;
	a->at = 5;
	a->took_ms = 7;
	a->known = true;
	assert_true(observation_same(a, b));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint8_t *byte = (uint8_t *)b + fields[i].at;

		*byte ^= 1;
		if (observation_same(a, b) || observation_same(b, a))
			fail_msg("%s is not compared", fields[i].name);
		*byte ^= 1;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		text_add(texts[i], "x");
		assert_false(observation_same(a, b));
		text_done(texts[i]);
	}
	b->staple.data = xmemdup("ab", 2);
	b->staple.len = 2;
	assert_false(observation_same(a, b));
	a->staple.data = xmemdup("ac", 2);
	a->staple.len = 2;
	assert_false(observation_same(a, b));
	a->staple.data[1] = 'b';
	assert_true(observation_same(a, b));
	observation_free(a);
	observation_free(b);
}

static void
names_are_those_of_the_json(void **state)
{
	static const char *const want[] = {
		"observed", "dns-failure", "refused", "unreachable", "timeout",
		"reset", "closed", "not-tls", "tls-alert", "malformed",
		"no-certificate", "proxy-error", "not-tried",
	};

	(void)state;
	for (int i = OUTCOME_OBSERVED; i <= OUTCOME_NOT_TRIED; i++) {
		assert_string_equal(outcome_name((enum outcome)i), want[i]);
		assert_true(strlen(outcome_words((enum outcome)i)) > 5);
	}
	assert_string_equal(via_name(VIA_HELLO), "hello");
	assert_string_equal(proof_name(PROOF_SIGNATURE), "signature");
	assert_string_equal(ending_name(ENDING_CLIENT_CERT), "client-cert");
	assert_string_equal(ending_name(ENDING_STALLED), "stalled");
}

static void
a_copy_shows_the_same_without_the_ders(void **state)
{
	struct observation *o = observation_new(), *copy;

	(void)state;
	o->outcome = OUTCOME_OBSERVED;
	assert_true(observation_add_der(o, (const uint8_t *)"abc", 3));
	text_add(&o->proof_cause, "none");
	o->staple.data = malloc(3);
	memcpy(o->staple.data, "xyz", 3);
	o->staple.len = 3;
	observation_seal(o);
	copy = observation_copy(o);
	assert_true(observation_same(o, copy));
	assert_int_equal(copy->n_der, 0);
	observation_free(o);
	assert_string_equal(text_str(&copy->proof_cause), "none");
	assert_memory_equal(copy->staple.data, "xyz", 3);
	observation_free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ders_are_copied_and_counted),
		cmocka_unit_test(the_last_reference_frees),
		cmocka_unit_test(more_than_a_hundred_certificates_are_refused),
		cmocka_unit_test(more_than_the_cap_in_total_is_refused),
		cmocka_unit_test(seal_covers_every_der_with_its_length),
		cmocka_unit_test(the_same_is_told_from_another),
		cmocka_unit_test(a_copy_shows_the_same_without_the_ders),
		cmocka_unit_test(names_are_those_of_the_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
