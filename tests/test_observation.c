/* SPDX-License-Identifier: ISC */
/* What one look saw: bounds, the seal, the names that scripts read. */
#include "cwaudit/observation.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ders_are_copied_and_counted),
		cmocka_unit_test(the_last_reference_frees),
		cmocka_unit_test(more_than_a_hundred_certificates_are_refused),
		cmocka_unit_test(more_than_the_cap_in_total_is_refused),
		cmocka_unit_test(seal_covers_every_der_with_its_length),
		cmocka_unit_test(names_are_those_of_the_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
