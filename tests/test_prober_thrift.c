/* SPDX-License-Identifier: ISC */
/*
 * What a look does not do, so that a hundred thousand cost little: no session
 * is kept, no CA is read, and no port of ours stays behind.
 */
#include "probe/prober.h"

#include "test.h"

#include <sys/inotify.h>
#include <sys/mman.h>

#include "looks.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define TIMEOUT_MS	8000
#define CA_CERTIFICATES	"/etc/ssl/certs"

/* Of all who say hello to serve_sessions; its children share it. */
static struct sessions {
	unsigned	 hellos;
	unsigned	 resuming;	/* by ticket, PSK or session id */
	int		 version;	/* served */
	uint8_t		 id[SSL_MAX_SSL_SESSION_ID_LENGTH];
	size_t		 id_len;	/* of the last session */
} *sessions;

static int
on_client_hello(SSL *ssl, int *alert, void *ctx)
{
	const uint8_t *id, *ext;
	size_t id_len = SSL_client_hello_get0_session_id(ssl, &id), len;

	(void)alert;
	(void)ctx;
	sessions->hellos++;
	sessions->resuming +=
	    SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_session_ticket, &ext,
	    &len) || SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_psk, &ext,
	    &len) || (id_len > 0 && id_len == sessions->id_len &&
	    memcmp(id, sessions->id, id_len) == 0);
	return SSL_CLIENT_HELLO_SUCCESS;
}

/* TLS that remembers its last session. */
static void
serve_sessions(int fd)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL *ssl = server_ssl(ctx, fd);
	const uint8_t *id;
	char buf[512];
	unsigned len;

	SSL_set_max_proto_version(ssl, sessions->version);
	SSL_CTX_set_client_hello_cb(ctx, on_client_hello, NULL);
	if (SSL_accept(ssl) != 1)
		return;
	id = SSL_SESSION_get_id(SSL_get_session(ssl), &len);
	memcpy(sessions->id, id, len);
	sessions->id_len = len;
	while (SSL_read(ssl, buf, sizeof(buf)) > 0)
		;
}

static struct server
start(int version)
{
	*sessions = (struct sessions){ .version = version };
	return server_start(serve_sessions);
}

static void
look(enum endpoint_kind kind, uint16_t port, enum look_mode mode)
{
	struct lookout l;

	lookout_init(&l, kind, port, mode, TIMEOUT_MS);
	run_looks(&l, 1);
	assert_int_equal(l.seen->outcome, OUTCOME_OBSERVED);
	assert_int_equal(l.seen->proof, mode == LOOK_HELLO ? PROOF_NONE :
	    PROOF_FINISHED);
	assert_int_equal(l.seen->n_der, 1);
	lookout_done(&l);
}

/* One that is resumed shows no certificate, or one that stands no more. */
static void
no_session_is_resumed(void **state)
{
	static const struct { enum endpoint_kind kind; int version; } ways[] = {
		{ ENDPOINT_MTLS, TLS1_2_VERSION },
		{ ENDPOINT_MTLS, TLS1_3_VERSION },
		{ ENDPOINT_HTTPS, TLS1_2_VERSION },
		{ ENDPOINT_HTTPS, TLS1_3_VERSION },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_N(ways); i++) {
		struct server s = start(ways[i].version);

		prober_begin();
		for (int k = 0; k < 3; k++)
			look(ways[i].kind, s.port, LOOK_PROVE);
		prober_end();
		server_stop(&s);
		assert_int_equal(sessions->hellos, 3);
		assert_int_equal(sessions->resuming, 0);
	}
}

/* One read takes 16 ms. Others of this machine may read them meanwhile. */
static void
no_look_reads_the_certificates_of_cas(void **state)
{
	struct server s = start(TLS1_3_VERSION);
	bool unread = false;

	(void)state;
	for (int tries = 0; tries < 3 && !unread; tries++) {
		char event[sizeof(struct inotify_event) + NAME_MAX + 1];
		int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

		if (watch == -1 || inotify_add_watch(watch, CA_CERTIFICATES,
		    IN_OPEN) == -1)
			fail_msg("%s can't be watched", CA_CERTIFICATES);
		prober_begin();
		look(ENDPOINT_MTLS, s.port, LOOK_PROVE);
		look(ENDPOINT_HTTPS, s.port, LOOK_PROVE);
		prober_end();
		unread = read(watch, event, sizeof(event)) == -1;
		close(watch);
	}
	server_stop(&s);
	assert_true(unread);
}

/* Sockets of ours to a port that the kernel keeps for a minute. */
static unsigned
count_time_wait(uint16_t port)
{
	FILE *f = fopen("/proc/net/tcp", "r");
	char line[256];
	unsigned to, state, n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		n += sscanf(line, " %*u: %*x:%*x %*x:%x %x", &to,
		    &state) == 2 && to == port && state == 6;
	fclose(f);
	return n;
}

static void
no_port_of_ours_waits_after_a_hello(void **state)
{
	static const struct timespec while_they_close = { 0, 100 * 1000000 };
	struct server s = start(TLS1_2_VERSION);

	(void)state;
	prober_begin();
	for (int i = 0; i < 20; i++)
		look(ENDPOINT_MTLS, s.port, LOOK_HELLO);
	prober_end();
	nanosleep(&while_they_close, NULL);
	assert_int_equal(count_time_wait(s.port), 0);
	server_stop(&s);
}

static int
set_up(void **state)
{
	sessions = mmap(NULL, sizeof(*sessions), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return sessions == MAP_FAILED ? -1 : pki_make(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_session_is_resumed),
		cmocka_unit_test(no_look_reads_the_certificates_of_cas),
		cmocka_unit_test(no_port_of_ours_waits_after_a_hello),
	};
	struct text why = {0};

	if (!prober_global_init(&why))
		return 1;
	return cmocka_run_group_tests_name("prober_thrift", tests, set_up,
	    pki_drop);
}
