/* SPDX-License-Identifier: ISC */
/*
 * The ladder of a look: every one ends within its deadline, by the step that
 * brings most, with a name for what happened. What servers send that is not
 * good stands in badserver/.
 */
#include "probe/prober.h"

#include "test.h"

#include <sys/resource.h>

#include "cwaudit/hello.h"
#include "looks.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define TIMEOUT_MS	(3000 * slowness)

/* Under valgrind: SLOWNESS=10 */
static int slowness = 1;

static uint8_t buf[65536];

static void
send_text(int fd, struct text *t)
{
	send_all(fd, t->data, t->len);
	text_done(t);
}

static void
serve_silence(int fd)
{
	wait_for_close(fd);
}

static void
send_flight(int fd, unsigned version, unsigned cipher, size_t n)
{
	struct text t = {0};

	put_server_hello(&t, version, cipher);
	put_certificate(&t, n);
	send_text(fd, &t);
}

static void
nap(void)
{
	struct timespec ts = { 0, 200 * 1000000 };

	nanosleep(&ts, NULL);
}

static void
serve_refusal(int fd)
{
	read_hello(fd, buf, sizeof(buf));
	send_all(fd, "\25\3\1\0\2\2\50", 7);
	wait_for_close(fd);
}

/* Sends a flight for two seconds and more, never silent for long; resets. */
static void
drip_flight(int fd)
{
	struct text t = {0};

	put_server_hello(&t, 0x0301, 0x002f);
	put_certificate(&t, 1);
	for (size_t i = 0; i < 11; i++) {
		size_t from = t.len * i / 11;

		send_all(fd, t.data + from, t.len * (i + 1) / 11 - from);
		nap();
	}
	reset(fd);
}

/* Half of the deadline would not do. */
static void
serve_slowly(int fd)
{
	read_hello(fd, buf, sizeof(buf));
	drip_flight(fd);
}

/* The step of the ladder that a hello is, by what it looks like. */
static enum look_step
step_of(size_t n)
{
	if (buf[10] == 0)
		return STEP_SSL3;
	if (n < 120)
		return STEP_HELLO10;
	return memmem(buf, n, "\0\5\0\4", 4) != NULL ? STEP_HELLO12 :
	    STEP_HANDSHAKE;
}

/* Each step meets something else; an alert tells more than what follows. */
static void
serve_all_kinds(int fd)
{
	switch (step_of(read_hello(fd, buf, sizeof(buf)))) {
	case STEP_HANDSHAKE:
		reset(fd);
		break;
	case STEP_HELLO12:
		send_all(fd, "\25\3\1\0\2\2\50", 7);
		wait_for_close(fd);
		break;
	case STEP_HELLO10:
		send_all(fd, "\26\3\1\0\12\2\0\0\6\0\0\3\0\0\17", 15);
		wait_for_close(fd);
		break;
	default:
		break;
	}
}

/* ... and of what tells equally much, the handshake's counts. */
static void
serve_alerts(int fd)
{
	if (step_of(read_hello(fd, buf, sizeof(buf))) == STEP_HANDSHAKE)
		send_all(fd, "\25\3\1\0\2\2\120", 7);
	else
		send_all(fd, "\25\3\1\0\2\2\50", 7);
	wait_for_close(fd);
}

/* A slow flight for a hello; and a late one for the last, without a sign. */
static void
serve_slow_hello(int fd)
{
	if (step_of(read_hello(fd, buf, sizeof(buf))) == STEP_HELLO12)
		drip_flight(fd);
	reset(fd);
}

static void
serve_late_ssl3(int fd)
{
	if (step_of(read_hello(fd, buf, sizeof(buf))) != STEP_SSL3) {
		reset(fd);
		return;
	}
	for (int i = 0; i < 10; i++)
		nap();
	send_flight(fd, 0x0300, 0x0004, 1);
	wait_for_close(fd);
}

/* Knows RC4 alone, as Windows Server 2003 does. */
static void
serve_rc4(int fd)
{
	size_t n = read_hello(fd, buf, sizeof(buf));

	if (memmem(buf, n, "\0\5\0\4", 4) == NULL) {
		send_all(fd, "\25\3\1\0\2\2\50", 7);
		return;
	}
	send_flight(fd, 0x0301, 0x0005, 1);
	send_all(fd, "\26\3\1\0\4\15\0\0\0\26\3\1\0\4\16\0\0\0", 18);
	wait_for_close(fd);
}

/* Answers hellos without extensions only; swallows the others. */
static void
serve_short_hellos(int fd)
{
	if (read_hello(fd, buf, sizeof(buf)) < 120)
		send_flight(fd, 0x0301, 0x0005, 1);
	wait_for_close(fd);
}

static void
serve_ssl3(int fd)
{
	read_hello(fd, buf, sizeof(buf));
	if (buf[10] != 0) {
		reset(fd);
		return;
	}
	send_flight(fd, 0x0300, 0x0004, 1);
	wait_for_close(fd);
}

/* A chain of one certificate that is no DER. */
static void
serve_unreadable(int fd)
{
	struct text t = {0};

	read_hello(fd, buf, sizeof(buf));
	put_server_hello(&t, 0x0301, 0x002f);
	text_add_bytes(&t, "\26\3\1\0\17\13\0\0\13\0\0\10\0\0\5hello", 20);
	send_text(fd, &t);
	wait_for_close(fd);
}

static const struct {
	const char	*title;
	serve_fn	*serve;		/* NULL: nobody listens */
	enum outcome	 outcome;
	enum ending	 ending;
	enum look_step	 step;		/* that brought the certificate */
	bool		 fell_back;
	bool		 slow;		/* takes its time, up to the deadline */
	const char	*detail;
} servers[] = {
	{ "silence", serve_silence, OUTCOME_TIMEOUT, ENDING_NONE, 0, true,
	    true, "silence" },
	{ "refusal", serve_refusal, OUTCOME_TLS_ALERT, ENDING_NONE, 0, true,
	    false, "handshake_failure (40)" },
	{ "nobody", NULL, OUTCOME_REFUSED, ENDING_NONE, 0, false, false,
	    "refused" },
	{ "no DER", serve_unreadable, OUTCOME_OBSERVED, ENDING_NO_SUITE,
	    STEP_HANDSHAKE, false, false, "OpenSSL: " },
	{ "a slow flight", serve_slowly, OUTCOME_OBSERVED, ENDING_BROKEN,
	    STEP_HANDSHAKE, false, true, "reset" },
	{ "a slow flight for a hello", serve_slow_hello, OUTCOME_OBSERVED,
	    ENDING_STOPPED, STEP_HELLO12, true, true, "raw hello" },
	{ "a late answer to the last hello", serve_late_ssl3, OUTCOME_OBSERVED,
	    ENDING_STOPPED, STEP_SSL3, true, true, "raw hello" },
	{ "all kinds of answers", serve_all_kinds, OUTCOME_TLS_ALERT,
	    ENDING_NONE, 0, true, false, "handshake_failure (40)" },
	{ "alerts", serve_alerts, OUTCOME_TLS_ALERT, ENDING_NONE, 0, true,
	    false, "internal_error (80)" },
	{ "RC4 alone", serve_rc4, OUTCOME_OBSERVED, ENDING_STOPPED,
	    STEP_HELLO12, true, false, "it accepts none of" },
	{ "short hellos alone", serve_short_hellos, OUTCOME_OBSERVED,
	    ENDING_STOPPED, STEP_HELLO10, true, true, "raw hello" },
	{ "SSL 3.0 alone", serve_ssl3, OUTCOME_OBSERVED, ENDING_STOPPED,
	    STEP_SSL3, true, false, "raw hello" },
};

static void
check_look(const struct lookout *l, size_t i)
{
	const struct observation *o = l->seen;
	bool observed = servers[i].outcome == OUTCOME_OBSERVED;
	enum via handshake = l->endpoint.kind == ENDPOINT_MTLS ? VIA_OPENSSL :
	    VIA_CURL;

	if (o->outcome != servers[i].outcome ||
	    o->ending != servers[i].ending ||
	    o->fell_back != servers[i].fell_back)
		fail_msg("%s: %s, %s, %sfell back: \"%s\" after %s \"%s\"",
		    servers[i].title, outcome_name(o->outcome),
		    ending_name(o->ending), o->fell_back ? "" : "not ",
		    text_str(&o->detail), outcome_name(o->first_outcome),
		    text_str(&o->first_detail));
	assert_words(&o->detail, servers[i].detail);
	assert_string_equal(o->address, "127.0.0.1");
	assert_int_equal(o->port, l->endpoint.port);
	assert_int_equal(o->n_der > 0, observed);
	assert_int_equal(o->proof, PROOF_NONE);
	if (o->took_ms > (servers[i].slow ? TIMEOUT_MS + 500 :
	    2000 * slowness))
		fail_msg("%s took %d ms", servers[i].title, (int)o->took_ms);
	if (!observed) {
		assert_int_equal(o->via, VIA_NONE);
		return;
	}
	assert_int_equal(o->step, servers[i].step);
	assert_int_equal(o->via, servers[i].step == STEP_HANDSHAKE ?
	    handshake : VIA_HELLO);
	assert_true(text_str(&o->proof_cause)[0] != '\0');
	if (servers[i].serve != serve_unreadable) {
		assert_int_equal(o->der[0].len, leaf_len);
		assert_memory_equal(o->der[0].data, leaf_der, leaf_len);
	}
}

static void
look_at_all(enum endpoint_kind kind)
{
	struct server server[ARRAY_N(servers)];
	struct lookout l[ARRAY_N(servers)];
	unsigned before;

	for (size_t i = 0; i < ARRAY_N(servers); i++) {
		server[i] = servers[i].serve != NULL ?
		    server_start(servers[i].serve) : server_none();
		lookout_init(&l[i], kind, server[i].port, LOOK_PROVE,
		    TIMEOUT_MS);
	}
	before = count_descriptors();
	prober_begin();
	run_looks(l, ARRAY_N(servers));
	prober_end();
	assert_int_equal(count_descriptors(), before);
	for (size_t i = 0; i < ARRAY_N(servers); i++)
		server_stop(&server[i]);
	for (size_t i = 0; i < ARRAY_N(servers); i++) {
		check_look(&l[i], i);
		lookout_done(&l[i]);
	}
}

static void
mtls_looks_end_in_time_and_with_a_name(void **state)
{
	(void)state;
	look_at_all(ENDPOINT_MTLS);
}

static void
https_looks_end_in_time_and_with_a_name(void **state)
{
	(void)state;
	look_at_all(ENDPOINT_HTTPS);
}

/* One look; the caller frees what it saw. */
static void
look_once(struct lookout *l)
{
	prober_begin();
	run_looks(l, 1);
	prober_end();
}

static void
a_hello_look_learns_what_a_hello_can(void **state)
{
	struct server s = server_start(serve_rc4);
	struct lookout l;

	(void)state;
	lookout_init(&l, ENDPOINT_HTTPS, s.port, LOOK_HELLO, TIMEOUT_MS);
	look_once(&l);
	assert_int_equal(l.seen->outcome, OUTCOME_OBSERVED);
	assert_int_equal(l.seen->via, VIA_HELLO);
	assert_false(l.seen->fell_back);
	assert_string_equal(l.seen->tls_version, "TLSv1");
	assert_string_equal(l.seen->tls_cipher, "TLS_RSA_WITH_RC4_128_SHA");
	assert_true(l.seen->client_cert_known);
	assert_true(l.seen->client_cert_requested);
	assert_true(l.seen->reneg_known);
	assert_false(l.seen->reneg_safe);
	lookout_done(&l);
	server_stop(&s);
}

/* The remembered step comes first, and brings it at once. */
static void
the_step_that_worked_is_tried_first(void **state)
{
	struct server s = server_start(serve_short_hellos);
	struct lookout l;

	(void)state;
	lookout_init(&l, ENDPOINT_MTLS, s.port, LOOK_HELLO, TIMEOUT_MS);
	l.look.first = STEP_HELLO10;
	look_once(&l);
	assert_int_equal(l.seen->outcome, OUTCOME_OBSERVED);
	assert_int_equal(l.seen->step, STEP_HELLO10);
	assert_true(l.seen->took_ms < 1000 * slowness);
	lookout_done(&l);
	server_stop(&s);
}

static void
without_descriptors_nothing_is_tried(void **state)
{
	static const enum endpoint_kind kinds[] = { ENDPOINT_MTLS,
	    ENDPOINT_HTTPS };
	struct server s = server_start(serve_rc4);
	struct rlimit old, few;

	(void)state;
	for (size_t i = 0; i < ARRAY_N(kinds); i++) {
		struct lookout l;
		int next;

		lookout_init(&l, kinds[i], s.port, LOOK_PROVE, TIMEOUT_MS);
		prober_begin();
		next = dup(0);
		close(next);
		assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
		few = old;
		few.rlim_cur = (rlim_t)next;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		run_looks(&l, 1);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
		prober_end();
		assert_int_equal(l.seen->outcome, OUTCOME_NOT_TRIED);
		assert_words(&l.seen->detail, "Too many open files");
		lookout_done(&l);
	}
	server_stop(&s);
}

static void
a_prober_may_go_with_looks_in_flight(void **state)
{
	struct server s = server_start(serve_silence);
	struct lookout l[4];
	unsigned before = count_descriptors();

	(void)state;
	prober_begin();
	for (size_t i = 0; i < ARRAY_N(l); i++) {
		lookout_init(&l[i], i % 2 ? ENDPOINT_MTLS : ENDPOINT_HTTPS,
		    s.port, i < 2 ? LOOK_PROVE : LOOK_HELLO, TIMEOUT_MS);
		prober_look(prober, &l[i].look, on_done, &l[i]);
	}
	assert_int_equal(prober_in_flight(prober), ARRAY_N(l));
	for (int i = 0; i < 20; i++) {
		nap();
		event_base_loop(base, EVLOOP_NONBLOCK);
		if (i == 3)
			break;
	}
	assert_int_equal(prober_in_flight(prober), ARRAY_N(l));
	prober_end();
	for (size_t i = 0; i < ARRAY_N(l); i++) {
		assert_int_equal(l[i].calls, 0);
		lookout_done(&l[i]);
	}
	assert_int_equal(count_descriptors(), before);
	server_stop(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mtls_looks_end_in_time_and_with_a_name),
		cmocka_unit_test(https_looks_end_in_time_and_with_a_name),
		cmocka_unit_test(a_hello_look_learns_what_a_hello_can),
		cmocka_unit_test(the_step_that_worked_is_tried_first),
		cmocka_unit_test(without_descriptors_nothing_is_tried),
		cmocka_unit_test(a_prober_may_go_with_looks_in_flight),
	};
	struct text why = {0};

	if (getenv("SLOWNESS") != NULL)
		slowness = atoi(getenv("SLOWNESS"));
	/* None of our business: no look may go there. */
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	if (!prober_global_init(&why))
		return 1;
	return cmocka_run_group_tests(tests, pki_make, pki_drop);
}
