/* SPDX-License-Identifier: ISC */
/*
 * corpus_tls.c - every file below a directory as the bytes of a server: to the
 * first-flight reader, however it is cut, and to OpenSSL under our callbacks.
 * Where both are shown a certificate they must tell the same of it. The
 * corpora of other projects are no part of this one: make check-corpus.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "corpus.h"
#include "cwaudit/hello.h"
#include "probe/prober.h"
#include "probe/probe_context.h"
#include "probe/probe_trace.h"

static struct {
	struct contexts	*contexts;
	size_t		 files, by_hello, by_handshake, both, faults;
	struct corpus_time time;
} run;

static void
fault(const char *path, const char *what)
{
	printf("corpus_tls: %s: %s\n", path, what);
	run.faults++;
}

static void
read_cut(struct hello *h, const struct text *bytes, size_t cut)
{
	const uint8_t *p = (const uint8_t *)text_str(bytes);

	hello_init(h);
	for (size_t i = 0; i < bytes->len; i += cut)
		hello_read(h, p + i, bytes->len - i < cut ? bytes->len - i :
		    cut);
	hello_end(h);
}

static void
on_over(struct attempt *a)
{
	(void)a;
}

/* The handshake of an MTLS look, its socket a memory. */
static struct observation *
handshake(const struct text *bytes)
{
	static const struct settings none;
	const struct look look = { .mode = LOOK_PROVE };
	struct attempt a = { .seen = observation_new(), .socket = -1,
	    .look = &look, .connected = true, .on_connected = on_over, .on_heard = on_over,
	    .on_over = on_over };
	struct text why = {0};
	SSL *ssl = SSL_new(contexts_get(run.contexts, &none, &why));
	BIO *in = BIO_new_mem_buf(text_str(bytes), (int)bytes->len);
	struct trace t;
	int ret;

	if (ssl == NULL || in == NULL)
		abort();
	SSL_set_bio(ssl, in, BIO_new(BIO_s_mem()));
	trace_init(&t, &a);
	trace_attach(ssl, &t);
	ERR_clear_error();
	ret = SSL_connect(ssl);
	trace_finish(&t, &a, ret == 1 ? TRACE_COMPLETE :
	    SSL_get_error(ssl, ret) == SSL_ERROR_SSL ? TRACE_FAILED :
	    TRACE_CLOSED, ERR_peek_error());
	ERR_clear_error();
	SSL_free(ssl);
	text_done(&why);
	return a.seen;
}

static bool
same_chain(const struct hello_chain *c, const struct observation *o)
{
	if (c->n != o->n_der)
		return false;
	for (size_t i = 0; i < c->n; i++)
		if (c->item[i].len != o->der[i].len || memcmp(c->item[i].data,
		    o->der[i].data, o->der[i].len) != 0)
			return false;
	return true;
}

/* What the callback saw, the reader must have seen. */
static void
compare(const char *path, const struct hello *h, const struct observation *o)
{
	if (strcmp(o->tls_version, "TLSv1.3") == 0)
		return;		/* encrypted: not the reader's */
	if (h->chain == NULL) {
		fault(path, "OpenSSL is shown a certificate, the reader not");
		return;
	}
	run.both++;
	if (!same_chain(h->chain, o))
		fault(path, "two chains");
	if (strcmp(hello_version_name(h->version), o->tls_version) != 0)
		fault(path, "two versions");
	if (*hello_cipher_name(h->cipher) != '\0' &&
	    strcmp(hello_cipher_name(h->cipher), o->tls_cipher) != 0)
		fault(path, "two suites");
	if (h->reneg_safe != o->reneg_safe)
		fault(path, "RFC 5746 and not");
	if (o->client_cert_requested && !h->asked)
		fault(path, "a CertificateRequest and none");
}

static void
go_through(const char *path, const struct text *bytes)
{
	struct hello whole, cut;
	struct observation *o;

	read_cut(&whole, bytes, bytes->len + 1);
	read_cut(&cut, bytes, 1);
	/* of what is no TLS as much is quoted as is there */
	if (whole.status != cut.status || whole.asked != cut.asked ||
	    (whole.status != HELLO_NOT_TLS && strcmp(text_str(&whole.why), text_str(&cut.why)) != 0))
		fault(path, "cut otherwise, it is something else");
	if (whole.status != HELLO_MORE && whole.status != HELLO_CERTIFICATE &&
	    whole.status != HELLO_DONE && whole.why.len == 0)
		fault(path, "refused without a word");
	o = handshake(bytes);
	run.by_hello += whole.chain != NULL;
	run.by_handshake += o->n_der > 0;
	if (o->n_der > 0)
		compare(path, &whole, o);
	else if (o->outcome == OUTCOME_OBSERVED)
		fault(path, "observed, and no certificate");
	observation_free(o);
	hello_done(&whole);
	hello_done(&cut);
}

static int
on_file(const char *path, const struct stat *st, int kind)
{
	struct text bytes = {0};

	(void)st;
	if (kind != FTW_F)
		return 0;
	corpus_read(path, &bytes);
	corpus_begin(&run.time);
	go_through(path, &bytes);
	if (!corpus_end(&run.time, path))
		fault(path, "more than 50 ms");
	text_done(&bytes);
	run.files++;
	return 0;
}

int
main(int argc, char **argv)
{
	struct text why = {0};

	if (argc != 2) {
		fputs("usage: corpus_tls DIRECTORY\n", stderr);
		return 2;
	}
	if (!prober_global_init(&why) ||
	    (run.contexts = contexts_new(&why)) == NULL) {
		fprintf(stderr, "corpus_tls: %s\n", text_str(&why));
		return 2;
	}
	if (ftw(argv[1], on_file, 20) != 0)
		perror(argv[1]);
	printf("corpus_tls: %zu streams; a certificate seen by the reader in "
	    "%zu, by OpenSSL in %zu, compared in %zu; %zu faults; ",
	    run.files, run.by_hello, run.by_handshake, run.both, run.faults);
	corpus_tell_time(&run.time);
	contexts_free(run.contexts);
	return run.files == 0 || run.both == 0 || run.faults > 0;
}
