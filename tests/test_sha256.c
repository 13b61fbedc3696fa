/* SPDX-License-Identifier: ISC */
#include "cwaudit/sha256.h"

#include <string.h>

#include "test.h"

/* FIPS 180-4's examples, whole and in pieces. */
static void
digests_are_the_standards(void **state)
{
	static const struct { const char *text; uint8_t begins[4]; } cases[] = {
		{ "", { 0xe3, 0xb0, 0xc4, 0x42 } },
		{ "abc", { 0xba, 0x78, 0x16, 0xbf } },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    { 0x24, 0x8d, 0x6a, 0x61 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t whole[SHA256_SIZE], pieces[SHA256_SIZE];
		size_t len = strlen(cases[i].text);
		struct sha256 *s = sha256_new();

		sha256_of(cases[i].text, len, whole);
		for (size_t k = 0; k < len; k++)
			sha256_add(s, cases[i].text + k, 1);
		sha256_end(s, pieces);
		assert_memory_equal(whole, cases[i].begins, 4);
		assert_memory_equal(whole, pieces, SHA256_SIZE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_the_standards),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
