/* SPDX-License-Identifier: ISC */
/*
 * servers.h - servers for tests: children on 127.0.0.1 and free ports, each
 * connection in a process of its own, all dead when the test is. A server of
 * ours is a function that is given a connected socket.
 */
#ifndef SERVERS_H
#define SERVERS_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "cwaudit/text.h"

#define UNUSED	__attribute__((unused))

struct server {
	pid_t	 pid;		/* 0: only a port */
	uint16_t port;
};

typedef void serve_fn(int fd);

/* cert.pem, key.pem and key-open.pem (0644) in a directory of their own. */
static char	 pki_dir[64];
static uint8_t	*leaf_der;
static size_t	 leaf_len;

UNUSED static const char *
pki_path(const char *name, char buf[128])
{
	snprintf(buf, 128, "%s/%s", pki_dir, name);
	return buf;
}

static void
write_key(const char *name, EVP_PKEY *key, mode_t mode)
{
	char path[128];
	FILE *f = fopen(pki_path(name, path), "w");

	if (f == NULL || !PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL,
	    NULL) || fchmod(fileno(f), mode) != 0)
		abort();
	fclose(f);
}

/* So that a hundred of them are more than OpenSSL's own limit of 100 KB. */
static void
add_ballast(X509 *x)
{
	char comment[512];
	X509_EXTENSION *e;

	memset(comment, 'x', sizeof(comment));
	comment[sizeof(comment) - 1] = '\0';
	e = X509V3_EXT_conf_nid(NULL, NULL, NID_netscape_comment, comment);
	if (e == NULL || !X509_add_ext(x, e, -1))
		abort();
	X509_EXTENSION_free(e);
}

/* A self-signed RSA certificate that is its own CA. */
static X509 *
make_cert(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400L * 30);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"cwa01.nwtraders.local", -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	add_ballast(x);
	if (X509_sign(x, key, EVP_sha256()) == 0)
		abort();
	return x;
}

UNUSED static int
pki_make(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *x = make_cert(key);
	char path[128];
	FILE *f;

	(void)state;
	snprintf(pki_dir, sizeof(pki_dir), "/tmp/cwaudit-test-XXXXXX");
	if (mkdtemp(pki_dir) == NULL)
		return -1;
	write_key("key.pem", key, 0600);
	write_key("key-open.pem", key, 0644);
	f = fopen(pki_path("cert.pem", path), "w");
	if (f == NULL || !PEM_write_X509(f, x))
		return -1;
	fclose(f);
	leaf_len = (size_t)i2d_X509(x, &leaf_der);
	X509_free(x);
	EVP_PKEY_free(key);
	return 0;
}

UNUSED static int
pki_drop(void **state)
{
	static const char *const names[] = { "key.pem", "key-open.pem",
	    "cert.pem" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		unlink(pki_path(names[i], path));
	OPENSSL_free(leaf_der);
	return rmdir(pki_dir);
}

/* At an address, on any port. */
static int
listen_on(in_addr_t address, uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(address) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || bind(fd, (void *)&at, sizeof(at)) != 0 ||
	    listen(fd, 1024) != 0 || getsockname(fd, (void *)&at, &len) != 0)
		abort();
	*port = ntohs(at.sin_port);
	return fd;
}

/* A port on which nobody listens, for now. */
UNUSED static struct server
server_none(void)
{
	struct server s = {0};

	close(listen_on(INADDR_LOOPBACK, &s.port));
	return s;
}

static void
serve_connections(int fd, serve_fn *serve)
{
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int one = accept(fd, NULL, NULL);

		if (one == -1)
			_exit(0);
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(fd);
			serve(one);
			_exit(0);
		}
		close(one);
	}
}

static struct server
start_at(in_addr_t address, serve_fn *serve)
{
	struct server s = {0};
	int fd = listen_on(address, &s.port);

	s.pid = fork();
	if (s.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve_connections(fd, serve);
	}
	close(fd);
	return s;
}

UNUSED static struct server
server_start(serve_fn *serve)
{
	return start_at(INADDR_LOOPBACK, serve);
}

/* At every address: in a network namespace of its own only. */
UNUSED static struct server
server_start_any(serve_fn *serve)
{
	return start_at(INADDR_ANY, serve);
}

/* argv[0] is looked for in PATH; false if it is not installed. */
UNUSED static bool
installed(const char *program)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/usr/bin/%s", program);
	return access(path, X_OK) == 0;
}

static bool
answers(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port =
	    htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = connect(fd, (void *)&at, sizeof(at)) == 0;

	close(fd);
	return good;
}

/* Runs a program that listens on s.port; waits until it does. */
UNUSED static struct server
server_run(char *const argv[], uint16_t port, const char *preload)
{
	struct server s = { .port = port };
	struct timespec nap = { 0, 20 * 1000000 };

	s.pid = fork();
	if (s.pid == 0) {
		int null = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		if (preload != NULL)
			setenv("LD_PRELOAD", preload, 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	for (int i = 0; i < 500 && !answers(port); i++)
		nanosleep(&nap, NULL);
	return s;
}

UNUSED static void
server_stop(struct server *s)
{
	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
	}
	s->pid = 0;
}

/* Bytes of TLS */

static void
put(struct text *t, size_t v, unsigned bytes)
{
	while (bytes-- > 0)
		text_add_char(t, (char)(uint8_t)(v >> (8 * bytes)));
}

/* A handshake message in as many records as it takes. */
static void
put_message(struct text *t, unsigned type, const struct text *body)
{
	struct text m = {0};

	put(&m, type, 1);
	put(&m, body->len, 3);
	text_add_bytes(&m, text_str(body), body->len);
	for (size_t at = 0; at < m.len; at += 16384) {
		size_t len = m.len - at < 16384 ? m.len - at : 16384;

		put(t, 0x160301, 3);
		put(t, len, 2);
		text_add_bytes(t, m.data + at, len);
	}
	text_done(&m);
}

UNUSED static void
put_server_hello(struct text *t, unsigned version, unsigned cipher)
{
	struct text body = {0};

	put(&body, version, 2);
	for (int i = 0; i < 33; i++)	/* random, no session */
		put(&body, i < 32 ? 7 : 0, 1);
	put(&body, cipher, 2);
	put(&body, 0, 1);
	put_message(t, 2, &body);
	text_done(&body);
}

/* The leaf, n times. */
UNUSED static void
put_certificate(struct text *t, size_t n)
{
	struct text body = {0};

	put(&body, n * (leaf_len + 3), 3);
	for (size_t i = 0; i < n; i++) {
		put(&body, leaf_len, 3);
		text_add_bytes(&body, leaf_der, leaf_len);
	}
	put_message(t, 11, &body);
	text_done(&body);
}

/* One ClientHello, whole; its length, 0 if none came. */
UNUSED static size_t
read_hello(int fd, uint8_t *buf, size_t size)
{
	size_t n = 0;

	while (n < 5 || n < 5 + ((size_t)buf[3] << 8 | buf[4])) {
		ssize_t got = read(fd, buf + n, size - n);

		if (got <= 0)
			return 0;
		n += (size_t)got;
	}
	return n;
}

UNUSED static void
send_all(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			_exit(0);
		p += n;
		len -= (size_t)n;
	}
}

/* A server's side of TLS, with cert.pem. */
UNUSED static SSL *
server_ssl(SSL_CTX *ctx, int fd)
{
	char path[128];
	SSL *ssl;

	if (SSL_CTX_use_certificate_file(ctx, pki_path("cert.pem", path),
	    SSL_FILETYPE_PEM) != 1 || SSL_CTX_use_PrivateKey_file(ctx,
	    pki_path("key.pem", path), SSL_FILETYPE_PEM) != 1)
		abort();
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, fd);
	return ssl;
}

UNUSED static void
wait_for_close(int fd)
{
	char buf[512];

	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

UNUSED static void
reset(int fd)
{
	struct linger now = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

#endif
