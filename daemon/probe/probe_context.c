/* SPDX-License-Identifier: ISC */
/* probe_context.c - the SSL_CTXs of a prober. */
#include "probe_context.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "cwaudit/libctx.h"
#include "cwaudit/mem.h"

#define MAX_PAIRS	64	/* in memory; the oldest goes first */

/*
 * ECDHE first: its signature proves the key even where we are refused. Short:
 * Windows Server 2003 reads the first 64 suites only, and with all of them
 * AES128-SHA would stand at place 82.
 */
static const char suites[] =
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA256:"
    "ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA384:"
    "ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:"
    "ECDHE-RSA-AES256-SHA:ECDHE-ECDSA-AES256-SHA:"
    "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:"
    "DHE-RSA-AES128-SHA:DHE-RSA-AES256-SHA:"
    "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:"
    "AES128-SHA:AES256-SHA:CAMELLIA128-SHA:CAMELLIA256-SHA:@SECLEVEL=0";

struct pair {
	char		*cert, *key;		/* paths */
	struct timespec	 cert_at, key_at;	/* when they were changed */
	SSL_CTX		*ctx;
};

struct contexts {
	SSL_CTX		*plain;
	struct pair	 pairs[MAX_PAIRS];	/* oldest first */
	size_t		 n_pairs;
};

/* OpenSSL would ask the terminal otherwise. */
static int
no_password(char *buf, int size, int writing, void *ctx)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

bool
context_prepare(SSL_CTX *ctx, SSL_CTX *from)
{
	STACK_OF(X509) *chain = NULL;
	X509 *cert = from != NULL ? SSL_CTX_get0_certificate(from) : NULL;

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT |
	    SSL_OP_NO_TICKET);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
	    SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_cert_list(ctx, (long)CERT_MAX_DER + 4096);
	SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, suites) != 1)
		return false;
	if (cert == NULL)
		return true;
	SSL_CTX_get0_chain_certs(from, &chain);
	return SSL_CTX_use_cert_and_key(ctx, cert,
	    SSL_CTX_get0_privatekey(from), chain, 1) == 1;
}

static SSL_CTX *
new_context(SSL_CTX *from)
{
	SSL_CTX *ctx = SSL_CTX_new_ex(libctx_lean(), NULL,
	    TLS_client_method());

	if (ctx == NULL || !context_prepare(ctx, from)) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	trace_hook(ctx, NULL);
	return ctx;
}

struct contexts *
contexts_new(struct text *why)
{
	struct contexts *all = xcalloc(1, sizeof(*all));

	all->plain = new_context(NULL);
	if (all->plain != NULL)
		return all;
	text_add(why, "OpenSSL gave no context");
	contexts_free(all);
	return NULL;
}

static void
pair_done(struct pair *p)
{
	free(p->cert);
	free(p->key);
	SSL_CTX_free(p->ctx);
}

void
contexts_free(struct contexts *all)
{
	if (all == NULL)
		return;
	for (size_t i = 0; i < all->n_pairs; i++)
		pair_done(&all->pairs[i]);
	SSL_CTX_free(all->plain);
	free(all);
}

static bool
same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static void
drop(struct contexts *all, size_t i)
{
	pair_done(&all->pairs[i]);
	memmove(&all->pairs[i], &all->pairs[i + 1],
	    (all->n_pairs - i - 1) * sizeof(all->pairs[0]));
	all->n_pairs--;
}

/* When a file was changed; the key's must be its owner's alone. */
static bool
look_at(const char *path, bool secret, struct timespec *at, struct text *why)
{
	struct stat st;
	char buf[128];

	if (stat(path, &st) != 0) {
		text_addf(why, "%s: %s", path,
		    strerror_r(errno, buf, sizeof(buf)));
		return false;
	}
	if (secret && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		text_addf(why, "client key %s: mode %04o, must not be open to "
		    "group or others", path, st.st_mode & 07777);
		return false;
	}
	*at = st.st_mtim;
	return true;
}

/* By OpenSSL as it comes: the lean one reads no private keys. */
static SSL_CTX *
read_pair(const struct pair *p, struct text *why)
{
	SSL_CTX *ctx = SSL_CTX_new_ex(OSSL_LIB_CTX_get0_global_default(), NULL,
	    TLS_client_method());
	const char *reason;

	ERR_clear_error();
	if (ctx != NULL) {
		SSL_CTX_set_security_level(ctx, 0);
		SSL_CTX_set_default_passwd_cb(ctx, no_password);
	}
	if (ctx != NULL &&
	    SSL_CTX_use_certificate_chain_file(ctx, p->cert) == 1 &&
	    SSL_CTX_use_PrivateKey_file(ctx, p->key, SSL_FILETYPE_PEM) == 1 &&
	    SSL_CTX_check_private_key(ctx) == 1)
		return ctx;
	reason = ERR_reason_error_string(ERR_peek_last_error());
	text_addf(why, "client certificate %s with key %s: %s", p->cert, p->key,
	    reason != NULL ? reason : "not usable");
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return NULL;
}

static SSL_CTX *
add_pair(struct contexts *all, struct pair p, struct text *why)
{
	SSL_CTX *from = read_pair(&p, why);

	if (from == NULL)
		return NULL;
	p.ctx = new_context(from);
	SSL_CTX_free(from);
	if (p.ctx == NULL) {
		text_addf(why, "client certificate %s with key %s: not usable",
		    p.cert, p.key);
		return NULL;
	}
	if (all->n_pairs == MAX_PAIRS)
		drop(all, 0);
	p.cert = xstrdup(p.cert);
	p.key = xstrdup(p.key);
	all->pairs[all->n_pairs++] = p;
	return p.ctx;
}

SSL_CTX *
contexts_get(struct contexts *all, const struct settings *s, struct text *why)
{
	struct pair want = { .cert = s->client_cert, .key = s->client_key };

	if (want.cert == NULL || want.key == NULL)
		return all->plain;
	if (!look_at(want.cert, false, &want.cert_at, why) ||
	    !look_at(want.key, true, &want.key_at, why))
		return NULL;
	for (size_t i = 0; i < all->n_pairs; i++) {
		struct pair *p = &all->pairs[i];

		if (strcmp(p->cert, want.cert) != 0 ||
		    strcmp(p->key, want.key) != 0)
			continue;
		if (same_time(p->cert_at, want.cert_at) &&
		    same_time(p->key_at, want.key_at))
			return p->ctx;
		drop(all, i);
		break;
	}
	return add_pair(all, want, why);
}
