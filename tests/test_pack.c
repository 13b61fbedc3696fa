/* SPDX-License-Identifier: ISC */
#include "store/pack.h"

#include <string.h>

#include "cwaudit/report.h"
#include "cwaudit/sha256.h"
#include "test.h"

/* Several pieces of zlib's, and of a length that is no multiple of any. */
#define LINES	50021

static void
what_was_packed_is_unpacked(void **state)
{
	struct packer *p = packer_new();
	struct text all = {0}, packed, again;
	uint8_t sha256[CERT_SHA256], whole[CERT_SHA256];
	report_write_fn *write = packer_add;

	(void)state;
	for (int i = 0; i < LINES; i++) {
		size_t from = all.len;

		text_addf(&all, "{\"fqdn\": \"cwa%d.contoso.com\"}\n",
		    i * 7919 % LINES);
		assert_true(write(p, all.data + from, all.len - from));
	}
	packer_end(p, &packed, sha256);
	sha256_of(all.data, all.len, whole);
	assert_memory_equal(sha256, whole, CERT_SHA256);
	assert_in_range(packed.len, 1, all.len / 5);
	assert_true(unpack(packed.data, packed.len, &again));
	assert_int_equal(again.len, all.len);
	assert_memory_equal(again.data, all.data, all.len);
	text_done(&again);

	/* cut, altered, or something else */
	assert_false(unpack(packed.data, packed.len - 1, &again));
	assert_int_equal(again.len, 0);
	packed.data[packed.len / 2] ^= 1;
	assert_false(unpack(packed.data, packed.len, &again));
	assert_false(unpack("{}", 2, &again));
	assert_false(unpack("", 0, &again));
	text_done(&packed);
	text_done(&all);
}

static void
nothing_is_packed_too(void **state)
{
	struct packer *p = packer_new();
	struct text packed, again;
	uint8_t sha256[CERT_SHA256];

	(void)state;
	packer_end(p, &packed, sha256);
	assert_true(unpack(packed.data, packed.len, &again));
	assert_int_equal(again.len, 0);
	text_done(&again);
	text_done(&packed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_is_unpacked),
		cmocka_unit_test(nothing_is_packed_too),
	};

	return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
