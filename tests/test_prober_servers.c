/* SPDX-License-Identifier: ISC */
/*
 * Real servers: OpenSSL's and GnuTLS's, those that want a certificate of us,
 * and the way to them through a proxy.
 */
#include "probe/prober.h"

#include "test.h"

#include <poll.h>

#include "looks.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define TIMEOUT_MS	8000

static char cert[128], key[128], open_key[128];
static char bindto[PATH_MAX];

/* Flags of programs, split at blanks; %c, %k and %p are cert, key and port. */
static struct server
run_program(const char *flags, const char *preload)
{
	static char words[24][256];
	char *argv[24];
	struct server none = server_none();
	size_t n = 0;

	for (const char *p = flags; *p != '\0' && n < ARRAY_N(argv) - 1; n++) {
		size_t len = strcspn(p, " ");
		char *to = words[n];

		if (len == 2 && p[0] == '%')
			snprintf(to, sizeof(words[0]), "%s", p[1] == 'c' ?
			    cert : key);
		else
			snprintf(to, sizeof(words[0]), "%.*s", (int)len, p);
		if (len == 2 && p[0] == '%' && p[1] == 'p')
			snprintf(to, sizeof(words[0]), "%u", none.port);
		if (len == 2 && p[0] == '%' && p[1] == 'a')
			snprintf(to, sizeof(words[0]), "127.0.0.1:%u",
			    none.port);
		argv[n] = to;
		p += len;
		p += strspn(p, " ");
	}
	argv[n] = NULL;
	return server_run(argv, none.port, preload);
}

#define OPENSSL	"openssl s_server -quiet -www -accept %a -cert %c -key %k "
#define GNUTLS	"gnutls-serv --http --port %p --x509certfile %c " \
		"--x509keyfile %k --x509cafile %c "

static const struct {
	const char	*title;
	const char	*flags;
	enum look_mode	 mode;
	enum via	 via;
	enum proof	 proof;
	enum ending	 ending;
	const char	*version;
	bool		 asked;
	bool		 fell_back;
	const char	*detail;
} cases[] = {
	{ "TLS 1.2", OPENSSL "-tls1_2", LOOK_PROVE, VIA_OPENSSL,
	    PROOF_FINISHED, ENDING_COMPLETE, "TLSv1.2", false, false, "" },
	{ "TLS 1.3", OPENSSL "-tls1_3", LOOK_PROVE, VIA_OPENSSL,
	    PROOF_FINISHED, ENDING_COMPLETE, "TLSv1.3", false, false, "" },
	{ "TLS 1.0 with ECDHE, a client certificate needed", OPENSSL
	    "-tls1 -cipher ECDHE-RSA-AES128-SHA:@SECLEVEL=0 -Verify 1",
	    LOOK_PROVE, VIA_OPENSSL, PROOF_SIGNATURE, ENDING_CLIENT_CERT,
	    "TLSv1", true, false,
	    "refused for want of a client certificate (alert handshake" },
	{ "TLS 1.0 with RSA, a client certificate needed", OPENSSL
	    "-tls1 -cipher AES128-SHA:@SECLEVEL=0 -Verify 1",
	    LOOK_PROVE, VIA_OPENSSL, PROOF_NONE, ENDING_CLIENT_CERT,
	    "TLSv1", true, false, "refused for want of a client cert" },
	{ "TLS 1.2, a client certificate needed", OPENSSL "-tls1_2 -Verify 1",
	    LOOK_PROVE, VIA_OPENSSL, PROOF_SIGNATURE, ENDING_CLIENT_CERT,
	    "TLSv1.2", true, false, "handshake_failure (40)" },
	{ "TLS 1.3, a client certificate needed", OPENSSL "-tls1_3 -Verify 1",
	    LOOK_PROVE, VIA_OPENSSL, PROOF_FINISHED, ENDING_CLIENT_CERT,
	    "TLSv1.3", true, false, "certificate_required (116)" },
	{ "a client certificate asked for, not needed", OPENSSL
	    "-tls1_2 -verify 1", LOOK_PROVE, VIA_OPENSSL, PROOF_FINISHED,
	    ENDING_COMPLETE, "TLSv1.2", true, false, "" },
	{ "TLS 1.2, a hello", OPENSSL "-tls1_2", LOOK_HELLO, VIA_HELLO,
	    PROOF_NONE, ENDING_STOPPED, "TLSv1.2", false, false, "" },
	{ "TLS 1.3 alone, a hello", OPENSSL "-tls1_3", LOOK_HELLO,
	    VIA_OPENSSL, PROOF_FINISHED, ENDING_COMPLETE, "TLSv1.3", false,
	    false, "" },
	{ "RC4 alone, a client certificate needed", GNUTLS
	    "--require-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.0"
	    ":-CIPHER-ALL:+ARCFOUR-128:-KX-ALL:+RSA", LOOK_PROVE, VIA_HELLO,
	    PROOF_NONE, ENDING_STOPPED, "TLSv1", true, true,
	    "it accepts none of" },
	{ "3DES alone", GNUTLS "--disable-client-cert --priority NORMAL:"
	    "-VERS-ALL:+VERS-TLS1.0:-CIPHER-ALL:+3DES-CBC:-KX-ALL:+RSA",
	    LOOK_PROVE, VIA_HELLO, PROOF_NONE, ENDING_STOPPED, "TLSv1",
	    false, true, "certificate taken by a raw hello" },
};

static void
check_case(const struct lookout *l, size_t i)
{
	const struct observation *o = l->seen;
	bool https = l->endpoint.kind == ENDPOINT_HTTPS;
	enum via via = https && cases[i].via == VIA_OPENSSL ? VIA_CURL :
	    cases[i].via;

	if (o->outcome != OUTCOME_OBSERVED || o->via != via ||
	    o->proof != cases[i].proof ||
	    o->ending != cases[i].ending ||
	    strcmp(o->tls_version, cases[i].version) != 0 ||
	    o->client_cert_requested != cases[i].asked ||
	    !o->client_cert_known || o->fell_back != cases[i].fell_back ||
	    strstr(text_str(&o->detail), cases[i].detail) == NULL)
		fail_msg("%s (%s): %s %s %s %s %s%s%s \"%s\"", cases[i].title,
		    https ? "https" : "mtls", outcome_name(o->outcome),
		    via_name(o->via), proof_name(o->proof),
		    ending_name(o->ending), o->tls_version,
		    o->client_cert_requested ? " asked" : "",
		    o->fell_back ? " fell back" : "", text_str(&o->detail));
	assert_true(o->tls_cipher[0] != '\0');
	assert_true(o->reneg_known && o->reneg_safe);
	assert_int_equal(o->der[0].len, leaf_len);
	assert_memory_equal(o->der[0].data, leaf_der, leaf_len);
}

/* Seen again it is the same but for its bytes, which are at hand. */
static void
check_again(const struct lookout *l, size_t i)
{
	const struct observation *o = l[1].seen;

	assert_memory_equal(o->message_sha256, l->seen->message_sha256,
	    CERT_SHA256);
	if (!o->known || o->n_der != 0 || !observation_has_chain(o) ||
	    o->outcome != OUTCOME_OBSERVED || o->via != l->seen->via ||
	    o->proof != l->seen->proof || o->ending != l->seen->ending ||
	    o->client_cert_requested != l->seen->client_cert_requested ||
	    strcmp(text_str(&o->detail), text_str(&l->seen->detail)) != 0)
		fail_msg("%s, again: %s %s \"%s\"", cases[i].title,
		    outcome_name(o->outcome), proof_name(o->proof),
		    text_str(&o->detail));
}

static bool
can_run(size_t i)
{
	if (strncmp(cases[i].flags, "gnutls", 6) != 0)
		return true;
	return installed("gnutls-serv") && access(bindto, R_OK) == 0;
}

static void
real_servers_are_seen_as_they_are(void **state)
{
	struct server server[ARRAY_N(cases)];
	struct lookout l[4 * ARRAY_N(cases)];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		if (!can_run(i)) {
			print_message("not installed: %s\n", cases[i].title);
			continue;
		}
		server[i] = run_program(cases[i].flags,
		    cases[i].flags[0] == 'g' ? bindto : NULL);
		lookout_init(&l[n], ENDPOINT_MTLS, server[i].port,
		    cases[i].mode, TIMEOUT_MS);
		lookout_init(&l[n + 2], ENDPOINT_HTTPS, server[i].port,
		    cases[i].mode, TIMEOUT_MS);
		l[n + 1] = l[n];
		l[n + 3] = l[n + 2];
		for (size_t k = 0; k < 4; k++) {
			l[n + k].look.endpoint = &l[n + k].endpoint;
			l[n + k].endpoint.settings = &l[n + k].settings;
		}
		n += 4;
	}
	prober_begin();
	/* a server of s_server serves one at a time: so do we */
	for (size_t i = 0; i < n; i++) {
		if (i % 2 == 1)
			l[i].look.known = l[i - 1].seen->message_sha256;
		run_looks(&l[i], 1);
	}
	prober_end();
	n = 0;
	for (size_t i = 0; i < ARRAY_N(cases); i++) {
		if (!can_run(i))
			continue;
		server_stop(&server[i]);
		check_case(&l[n], i);
		check_again(&l[n], i);
		check_case(&l[n + 2], i);
		check_again(&l[n + 2], i);
		for (size_t end = n + 4; n < end; n++) {
			if (n % 2 == 1)		/* both are of one site */
				l[n].site.url = NULL;
			lookout_done(&l[n]);
		}
	}
}

static void
look_once(struct lookout *l)
{
	unsigned before = count_descriptors();

	prober_begin();
	run_looks(l, 1);
	prober_end();
	assert_int_equal(count_descriptors(), before);
}

static void
a_client_certificate_opens_the_door(void **state)
{
	static const char *const flags[] = {
		OPENSSL "-tls1_2 -Verify 1 -verify_return_error -CAfile %c",
		OPENSSL "-tls1_3 -Verify 1 -verify_return_error -CAfile %c",
	};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct server s = run_program(flags[i % 2], NULL);
		struct lookout l;

		lookout_init(&l, i < 2 ? ENDPOINT_MTLS : ENDPOINT_HTTPS, s.port,
		    LOOK_PROVE, TIMEOUT_MS);
		l.settings.client_cert = cert;
		l.settings.client_key = key;
		look_once(&l);
		assert_int_equal(l.seen->ending, ENDING_COMPLETE);
		assert_int_equal(l.seen->proof, PROOF_FINISHED);
		assert_true(l.seen->client_cert_requested);
		lookout_done(&l);
		server_stop(&s);
	}
}

static void
a_key_that_others_may_read_is_not_used(void **state)
{
	struct server s = server_none();

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct lookout l;

		lookout_init(&l, i < 2 ? ENDPOINT_MTLS : ENDPOINT_HTTPS, s.port,
		    LOOK_PROVE, TIMEOUT_MS);
		l.settings.client_cert = cert;
		l.settings.client_key = i % 2 ? open_key : cert;
		look_once(&l);
		assert_int_equal(l.seen->outcome, OUTCOME_NOT_TRIED);
		assert_words(&l.seen->detail,
		    "must not be open to group or others");
		lookout_done(&l);
	}
}

/* A site: TLS, then an answer to whatever is asked. */
static void
serve_site(int fd)
{
	static const char answer[] =
	    "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n";
	SSL *ssl = server_ssl(SSL_CTX_new(TLS_server_method()), fd);
	char buf[4096];

	if (SSL_accept(ssl) == 1 && SSL_read(ssl, buf, sizeof(buf)) > 0 &&
	    strncmp(buf, "HEAD / HTTP/1.1\r\nHost: im.contoso.com:", 38) == 0)
		SSL_write(ssl, answer, sizeof(answer) - 1);
	SSL_shutdown(ssl);
}

static void
serve_site_without_http(int fd)
{
	SSL_accept(server_ssl(SSL_CTX_new(TLS_server_method()), fd));
	reset(fd);
}

static void
a_head_is_evidence_only(void **state)
{
	static const struct { serve_fn *serve; long status; } sites[] = {
		{ serve_site, 204 }, { serve_site_without_http, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_N(sites); i++) {
		struct server s = server_start(sites[i].serve);
		struct lookout l;

		lookout_init(&l, ENDPOINT_HTTPS, s.port, LOOK_PROVE,
		    TIMEOUT_MS);
		l.settings.http = true;
		look_once(&l);
		assert_int_equal(l.seen->outcome, OUTCOME_OBSERVED);
		assert_int_equal(l.seen->proof, PROOF_FINISHED);
		assert_int_equal(l.seen->ending, ENDING_COMPLETE);
		assert_int_equal(l.seen->http_status, sites[i].status);
		lookout_done(&l);
		server_stop(&s);
	}
}

/* Copies both ways until one side closes. */
static void
relay(int a, int b)
{
	struct pollfd p[2] = { { a, POLLIN, 0 }, { b, POLLIN, 0 } };
	char buf[16384];

	while (poll(p, 2, -1) > 0)
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (p[i].revents == 0)
				continue;
			n = read(p[i].fd, buf, sizeof(buf));
			if (n <= 0)
				return;
			send_all(p[1 - i].fd, buf, (size_t)n);
		}
}

static size_t
read_request(int fd, char *buf, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && (n < 4 || memcmp(buf + n - 4, "\r\n\r\n", 4)))
		if (read(fd, buf + n, 1) != 1)
			_exit(0);
		else
			n++;
	buf[n] = '\0';
	return n;
}

/* CONNECT 127.0.0.1:PORT: a name is resolved before, and none gets here. */
static void
serve_proxy(int fd)
{
	char buf[2048];
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned port = 0;
	int up;

	read_request(fd, buf, sizeof(buf));
	if (sscanf(buf, "CONNECT 127.0.0.1:%u ", &port) != 1)
		return;
	to.sin_port = htons((uint16_t)port);
	up = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(up, (void *)&to, sizeof(to)) != 0) {
		send_all(fd, "HTTP/1.1 502 No\r\n\r\n", 19);
		return;
	}
	send_all(fd, "HTTP/1.1 200 Yes\r\n\r\n", 20);
	relay(fd, up);
}

static void
serve_forbidden(int fd)
{
	char buf[2048];

	read_request(fd, buf, sizeof(buf));
	send_all(fd, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", 38);
}

static void
set_proxy(struct lookout *l, const char *scheme, uint16_t port)
{
	static char url[64];

	snprintf(url, sizeof(url), "%s://127.0.0.1:%u", scheme, port);
	l->settings.proxy = url;
}

static void
all_ways_lead_through_the_proxy(void **state)
{
	static const struct { enum endpoint_kind kind; enum look_mode mode;
	    enum via via; } ways[] = {
		{ ENDPOINT_HTTPS, LOOK_PROVE, VIA_CURL },
		{ ENDPOINT_HTTPS, LOOK_HELLO, VIA_HELLO },
		{ ENDPOINT_PUBLISHED, LOOK_PROVE, VIA_CURL },
		{ ENDPOINT_PUBLISHED, LOOK_HELLO, VIA_HELLO },
	};
	struct server proxy = server_start(serve_proxy);
	struct server s = server_start(serve_site);

	(void)state;
	for (size_t i = 0; i < ARRAY_N(ways); i++) {
		struct lookout l;

		lookout_init(&l, ways[i].kind, s.port, ways[i].mode,
		    TIMEOUT_MS);
		set_proxy(&l, "http", proxy.port);
		look_once(&l);
		if (l.seen->outcome != OUTCOME_OBSERVED)
			fail_msg("%zu: %s: %s", i, outcome_name(
			    l.seen->outcome), text_str(&l.seen->detail));
		assert_int_equal(l.seen->via, ways[i].via);
		assert_string_equal(l.seen->address, "127.0.0.1");
		assert_int_equal(l.seen->port, s.port);
		lookout_done(&l);
	}
	server_stop(&s);
	server_stop(&proxy);
}

/* A proxy that fails is no verdict on the server, and no reason for hellos. */
static void
a_proxy_that_fails_is_named(void **state)
{
	struct server forbidden = server_start(serve_forbidden);
	struct server proxy = server_start(serve_proxy);
	struct server none = server_none();
	const struct { const char *scheme; uint16_t port; const char *words;
	    enum outcome outcome; } proxies[] = {
		{ "http", forbidden.port, "403", OUTCOME_PROXY_ERROR },
		{ "http", proxy.port, "502", OUTCOME_PROXY_ERROR },
		{ "http", none.port, "through the proxy", OUTCOME_PROXY_ERROR },
		{ "socks5", none.port, "through the proxy",
		    OUTCOME_PROXY_ERROR },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_N(proxies); i++) {
		struct lookout l;

		lookout_init(&l, ENDPOINT_HTTPS, none.port,
		    i % 2 ? LOOK_HELLO : LOOK_PROVE, TIMEOUT_MS);
		set_proxy(&l, proxies[i / 2].scheme, proxies[i / 2].port);
		look_once(&l);
		assert_int_equal(l.seen->outcome, proxies[i / 2].outcome);
		assert_words(&l.seen->detail, proxies[i / 2].words);
		assert_false(l.seen->fell_back);
		lookout_done(&l);
	}
	server_stop(&forbidden);
	server_stop(&proxy);
}

/* MTLS is looked at as the pool does it: the proxy would refuse. */
static void
mtls_goes_direct(void **state)
{
	struct server forbidden = server_start(serve_forbidden);
	struct server s = server_start(serve_site);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct lookout l;

		lookout_init(&l, ENDPOINT_MTLS, s.port, i ? LOOK_HELLO :
		    LOOK_PROVE, TIMEOUT_MS);
		set_proxy(&l, "http", forbidden.port);
		look_once(&l);
		assert_int_equal(l.seen->outcome, OUTCOME_OBSERVED);
		lookout_done(&l);
	}
	server_stop(&s);
	server_stop(&forbidden);
}

/* Wants "us:p:%41" of Basic authentication, exactly. */
static void
serve_password(int fd)
{
	char buf[2048];

	read_request(fd, buf, sizeof(buf));
	if (strstr(buf, "Proxy-Authorization: Basic dXM6cDolNDE=\r\n") != NULL)
		send_all(fd, "HTTP/1.1 502 No\r\n\r\n", 19);
	else
		send_all(fd, "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n",
		    39);
}

static void
a_proxy_learns_who_we_are_from_a_safe_file(void **state)
{
	static const struct { const char *text; mode_t mode; enum outcome outcome;
	    const char *words; } files[] = {
		{ "us:p:%41\n", 0600, OUTCOME_PROXY_ERROR, "it answered CONNECT with 502" },
		{ "us:p:A", 0600, OUTCOME_PROXY_ERROR, "it answered CONNECT with 407: it wants other" },
		{ "us:p:%41\n", 0640, OUTCOME_NOT_TRIED,
		    "mode 0640, must not be open to group or others" },
		{ "us", 0600, OUTCOME_NOT_TRIED, "must be USER:PASSWORD" },
		{ ":p", 0600, OUTCOME_NOT_TRIED, "must be USER:PASSWORD" },
		{ NULL, 0, OUTCOME_NOT_TRIED, "No such file" },
	};
	struct server proxy = server_start(serve_password);
	char path[128];

	(void)state;
	pki_path("secret", path);
	for (size_t i = 0; i < 2 * ARRAY_N(files); i++) {
		struct lookout l;

		(void)unlink(path);
		if (files[i / 2].text != NULL) {
			FILE *f = fopen(path, "w");

			assert_non_null(f);
			fputs(files[i / 2].text, f);
			fclose(f);
			assert_int_equal(chmod(path, files[i / 2].mode), 0);
		}
		lookout_init(&l, ENDPOINT_HTTPS, proxy.port,
		    i % 2 ? LOOK_HELLO : LOOK_PROVE, TIMEOUT_MS);
		set_proxy(&l, "http", proxy.port);
		l.settings.proxy_credentials = path;
		look_once(&l);
		assert_int_equal(l.seen->outcome, files[i / 2].outcome);
		assert_words(&l.seen->detail, files[i / 2].words);
		lookout_done(&l);
	}
	server_stop(&proxy);
}

static void
find_bindto(void)
{
	ssize_t n = readlink("/proc/self/exe", bindto, sizeof(bindto) - 16);

	if (n < 0)
		return;
	bindto[n] = '\0';
	strcpy(strrchr(bindto, '/') + 1, "bindto.so");
}

static int
set_up(void **state)
{
	if (pki_make(state) != 0)
		return -1;
	pki_path("cert.pem", cert);
	pki_path("key.pem", key);
	pki_path("key-open.pem", open_key);
	find_bindto();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_servers_are_seen_as_they_are),
		cmocka_unit_test(a_client_certificate_opens_the_door),
		cmocka_unit_test(a_key_that_others_may_read_is_not_used),
		cmocka_unit_test(a_head_is_evidence_only),
		cmocka_unit_test(all_ways_lead_through_the_proxy),
		cmocka_unit_test(a_proxy_that_fails_is_named),
		cmocka_unit_test(mtls_goes_direct),
		cmocka_unit_test(a_proxy_learns_who_we_are_from_a_safe_file),
	};
	struct text why = {0};

	setenv("https_proxy", "http://127.0.0.1:1", 1);
	if (!prober_global_init(&why))
		return 1;
	return cmocka_run_group_tests(tests, set_up, pki_drop);
}
