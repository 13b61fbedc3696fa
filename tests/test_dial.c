/* SPDX-License-Identifier: ISC */
/* Which socket is an attempt's while libcurl opens and closes some. */
#include "probe/dial.c"

#include "test.h"

static struct attempt attempt;

static int
open_one(void)
{
	struct curl_sockaddr to = { .family = AF_INET,
	    .socktype = SOCK_STREAM };

	return open_socket(&attempt, CURLSOCKTYPE_IPCXN, &to);
}

/* A number that is closed may be another look's: it must not be shut. */
static void
a_closed_socket_is_not_the_attempts_any_more(void **state)
{
	for (int loser = 0; loser < 2; loser++) {
		int fd[2];

		attempt.socket = attempt.rival = -1;
		fd[0] = open_one();
		fd[1] = open_one();
		assert_true(fd[0] != -1 && fd[1] != -1);
		assert_int_equal(attempt.socket, fd[0]);
		assert_int_equal(close_socket(&attempt, fd[loser]), 0);
		assert_int_equal(attempt.socket, fd[!loser]);
		assert_int_equal(close_socket(&attempt, fd[!loser]), 0);
		assert_int_equal(attempt.socket, -1);
		assert_int_equal(attempt.rival, -1);
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_closed_socket_is_not_the_attempts_any_more),
	};

	return cmocka_run_group_tests_name("dial", tests, NULL, NULL);
}
