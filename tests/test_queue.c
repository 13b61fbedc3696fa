/* SPDX-License-Identifier: ISC */
#include "setup/queue.h"

#include <poll.h>
#include <stdlib.h>

#include "test.h"

static bool
is_readable(const struct queue *q)
{
	struct pollfd p = { .fd = queue_fd(q), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void
a_queue_is_readable_while_it_holds_something(void **state)
{
	struct queue *q = queue_new(2);
	int a, b, c;

	(void)state;
	assert_false(is_readable(q));
	assert_true(queue_put(q, &a));
	assert_true(is_readable(q));
	assert_true(queue_put(q, &b));
	assert_false(queue_put(q, &c));		/* full */
	assert_ptr_equal(queue_take(q), &a);
	assert_true(is_readable(q));
	assert_ptr_equal(queue_take(q), &b);
	assert_false(is_readable(q));
	assert_null(queue_take(q));
	assert_true(queue_put(q, &c));		/* round the ring's end */
	assert_true(is_readable(q));
	assert_ptr_equal(queue_take(q), &c);
	queue_free(q);
}

static void
what_is_added_wakes_nobody_before_the_flush(void **state)
{
	struct queue *q = queue_new(4);
	int a, b;

	(void)state;
	assert_true(queue_add(q, &a));
	assert_false(is_readable(q));
	assert_true(queue_add(q, &b));
	queue_flush(q);
	assert_true(is_readable(q));
	assert_ptr_equal(queue_take(q), &a);
	assert_ptr_equal(queue_take(q), &b);
	assert_false(is_readable(q));
	queue_flush(q);				/* nothing to tell */
	assert_false(is_readable(q));
	assert_true(queue_add(q, &a));		/* taken before the flush */
	assert_ptr_equal(queue_take(q), &a);
	queue_flush(q);
	assert_false(is_readable(q));
	queue_free(q);
}

static void
who_waits_is_woken_with_nothing_there(void **state)
{
	struct queue *q = queue_new(1);

	(void)state;
	queue_wake(q);
	queue_wake(q);
	assert_true(is_readable(q));
	assert_null(queue_wait(q, 10000));	/* at once */
	assert_false(is_readable(q));
	assert_null(queue_wait(q, 1));
	queue_free(q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_is_readable_while_it_holds_something),
		cmocka_unit_test(what_is_added_wakes_nobody_before_the_flush),
		cmocka_unit_test(who_waits_is_woken_with_nothing_there),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
