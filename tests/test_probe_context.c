/* SPDX-License-Identifier: ISC */
/* Contexts are prepared once: a look takes one that is there. */
#include "probe/probe_context.h"

#include "test.h"

#include <sys/stat.h>

#include "servers.h"

static struct contexts *all;

static SSL_CTX *
get(char *cert, char *key)
{
	const struct settings s = {
		.client_cert = cert, .client_key = key,
	};
	struct text why = {0};
	SSL_CTX *ctx = contexts_get(all, &s, &why);

	if (ctx == NULL)
		fail_msg("%s", text_str(&why));
	return ctx;
}

static void
who_shows_no_certificate_shares_one(void **state)
{
	(void)state;
	assert_ptr_equal(get(NULL, NULL), get(NULL, NULL));
}

static void
a_pair_is_read_again_when_a_file_changes(void **state)
{
	static const char *const names[] = { "cert.pem", "key.pem" };
	char cert[128], key[128], path[128];

	(void)state;
	pki_path("cert.pem", cert);
	pki_path("key.pem", key);
	assert_ptr_not_equal(get(cert, key), get(NULL, NULL));
	for (int i = 0; i < 2; i++) {
		const struct timespec then[2] = { { 1 + i, 0 }, { 1 + i, 0 } };
		SSL_CTX *before = get(cert, key);

		SSL_CTX_up_ref(before);		/* its address stays its own */
		assert_ptr_equal(get(cert, key), before);
		assert_int_equal(utimensat(AT_FDCWD, pki_path(names[i], path),
		    then, 0), 0);
		assert_ptr_not_equal(get(cert, key), before);
		SSL_CTX_free(before);
	}
}

static int
set_up(void **state)
{
	struct text why = {0};

	all = contexts_new(&why);
	return all != NULL ? pki_make(state) : -1;
}

static int
tear_down(void **state)
{
	contexts_free(all);
	return pki_drop(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_shows_no_certificate_shares_one),
		cmocka_unit_test(a_pair_is_read_again_when_a_file_changes),
	};

	return cmocka_run_group_tests_name("probe_context", tests, set_up,
	    tear_down);
}
