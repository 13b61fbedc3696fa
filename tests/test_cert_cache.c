/* SPDX-License-Identifier: ISC */
/* What cert_cache.h promises; the .c is included to make its tables small. */
#include "../lib/cert/cert_cache.c"

#include "test.h"

/* Each test frees its certificates last: refs must be back to its own. */
static struct cert *
make_cert(uint32_t number)
{
	struct cert *cert = xcalloc(1, sizeof(*cert));

	cert->refs = 1;
	cert_sha256((const uint8_t *)&number, sizeof(number), cert->sha256);
	return cert;
}

static struct chain *
make_chain(int64_t valid_until)
{
	struct chain *chain = xcalloc(1, sizeof(*chain));

	chain->refs = 1;
	chain->valid_until = valid_until;
	return chain;
}

static void
a_certificate_is_found_by_all_of_its_fingerprint(void **state)
{
	struct cert_cache *cache = cert_cache_new();
	struct cert *cert = make_cert(1);
	uint8_t near[CERT_SHA256];

	(void)state;
	memcpy(near, cert->sha256, sizeof(near));
	near[CERT_SHA256 - 1] ^= 1;
	assert_null(cert_cache_find(cache, cert->sha256));
	cert_cache_add(cache, cert);
	cert_cache_add(cache, cert);
	assert_ptr_equal(cert_cache_find(cache, cert->sha256), cert);
	assert_null(cert_cache_find(cache, near));
	assert_int_equal(cert->refs, 2);
	cert_cache_free(cache);
	assert_int_equal(cert->refs, 1);
	cert_unref(cert);
}

static void
many_certificates_are_all_found(void **state)
{
	struct cert_cache *cache = cert_cache_new();
	struct cert *cert[CERT_CACHE_MAX];

	(void)state;
	for (uint32_t i = 0; i < CERT_CACHE_MAX; i++) {
		cert[i] = make_cert(i);
		cert_cache_add(cache, cert[i]);
	}
	for (uint32_t i = 0; i < CERT_CACHE_MAX; i++) {
		assert_ptr_equal(cert_cache_find(cache, cert[i]->sha256),
		    cert[i]);
		cert_unref(cert[i]);
	}
	cert_cache_free(cache);
}

static void
a_full_cache_keeps_what_is_asked_for(void **state)
{
	struct cert_cache *cache = cert_cache_new();
	struct cert *wanted = make_cert(1000000);

	(void)state;
	cache->certs.max = 100;
	cert_cache_add(cache, wanted);
	for (uint32_t i = 0; i < 1000; i++) {
		struct cert *cert = make_cert(i);

		assert_ptr_equal(cert_cache_find(cache, wanted->sha256),
		    wanted);
		cert_cache_add(cache, cert);
		assert_ptr_equal(cert_cache_find(cache, wanted->sha256),
		    wanted);
		cert_unref(cert);
		assert_true(cache->certs.n <= 100);
	}
	cert_cache_free(cache);
	cert_unref(wanted);
}

static void
a_cache_where_all_is_asked_for_still_makes_room(void **state)
{
	struct cert_cache *cache = cert_cache_new();

	(void)state;
	cache->certs.max = 64;
	for (uint32_t i = 0; i < 500; i++) {
		struct cert *cert = make_cert(i);

		cert_cache_add(cache, cert);
		assert_ptr_equal(cert_cache_find(cache, cert->sha256), cert);
		assert_true(cache->certs.n <= 64);
		cert_unref(cert);
	}
	assert_true(cache->certs.n >= 24);
	cert_cache_free(cache);
}

static void
a_chain_is_forgotten_when_its_date_has_come(void **state)
{
	static const uint8_t one[CERT_SHA256] = { 1 }, two[CERT_SHA256] = { 2 };
	struct cert_cache *cache = cert_cache_new();
	struct chain *dated = make_chain(1000), *ever = make_chain(CLOCK_NEVER);
	const struct chain *found;

	(void)state;
	cert_cache_add_chain(cache, one, dated);
	cert_cache_add_chain(cache, two, ever);
	found = cert_cache_find_chain(cache, one, 999);
	assert_ptr_equal(found, dated);
	assert_int_equal(dated->refs, 3);
	chain_unref(found);
	assert_null(cert_cache_find_chain(cache, one, 1000));
	assert_int_equal(dated->refs, 1);
	assert_null(cert_cache_find_chain(cache, one, 999));
	found = cert_cache_find_chain(cache, two, INT64_MAX);
	assert_ptr_equal(found, ever);
	chain_unref(found);
	cert_cache_forget_chains(cache);
	assert_null(cert_cache_find_chain(cache, two, 0));
	assert_int_equal(ever->refs, 1);
	cert_cache_free(cache);
	chain_unref(dated);
	chain_unref(ever);
}

static void
a_newer_chain_takes_the_place_of_an_older(void **state)
{
	static const uint8_t key[CERT_SHA256] = { 7 };
	struct cert_cache *cache = cert_cache_new();
	struct chain *old = make_chain(5), *new = make_chain(9);
	const struct chain *found;

	(void)state;
	cert_cache_add_chain(cache, key, old);
	cert_cache_add_chain(cache, key, new);
	assert_int_equal(old->refs, 1);
	found = cert_cache_find_chain(cache, key, 6);
	assert_ptr_equal(found, new);
	chain_unref(found);
	cert_cache_free(cache);
	chain_unref(old);
	chain_unref(new);
}

/* Keys that share a home slot, at the table's end, so that they wrap. */
static void
forgetting_one_of_a_cluster_leaves_the_others(void **state)
{
	struct cert_cache *cache = cert_cache_new();
	struct chain *dated = make_chain(10), *ever = make_chain(CLOCK_NEVER);
	uint8_t key[6][CERT_SHA256] = {{0}};

	(void)state;
	for (uint8_t i = 0; i < 6; i++) {
		/* the last has a home of its own, taken by then */
		uint64_t hash = i < 5 ? FIRST_SIZE - 2 : 0;

		memcpy(key[i], &hash, sizeof(hash));
		key[i][31] = i;
		cert_cache_add_chain(cache, key[i], i % 2 ? dated : ever);
	}
	for (uint8_t i = 1; i < 6; i += 2)
		assert_null(cert_cache_find_chain(cache, key[i], 10));
	for (uint8_t i = 0; i < 6; i += 2) {
		const struct chain *found =
		    cert_cache_find_chain(cache, key[i], 10);

		assert_ptr_equal(found, ever);
		chain_unref(found);
	}
	assert_int_equal(cache->chains.n, 3);
	cert_cache_free(cache);
	assert_int_equal(ever->refs, 1);
	chain_unref(dated);
	chain_unref(ever);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_is_found_by_all_of_its_fingerprint),
		cmocka_unit_test(many_certificates_are_all_found),
		cmocka_unit_test(a_full_cache_keeps_what_is_asked_for),
		cmocka_unit_test(a_cache_where_all_is_asked_for_still_makes_room),
		cmocka_unit_test(a_chain_is_forgotten_when_its_date_has_come),
		cmocka_unit_test(a_newer_chain_takes_the_place_of_an_older),
		cmocka_unit_test(forgetting_one_of_a_cluster_leaves_the_others),
	};

	return cmocka_run_group_tests_name("cert_cache", tests, NULL, NULL);
}
