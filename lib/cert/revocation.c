/* SPDX-License-Identifier: ISC */
/* revocation.c - what CRLs and OCSP have in common; the collected answer. */
#include "cwaudit/revocation.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdlib.h>

#include "cwaudit/mem.h"
#include "revocation_own.h"

/* Without a next update, what is so old is not believed. */
#define AGE_MAX	CLOCK_DAY

void
revocation_status_init(struct revocation_status *s)
{
	*s = (struct revocation_status){
		.answer = REVOCATION_UNKNOWN, .this_update = CLOCK_NEVER,
		.next_update = CLOCK_NEVER, .revoked_at = CLOCK_NEVER,
		.reason = -1,
	};
}

void
revocation_status_done(struct revocation_status *s)
{
	text_done(&s->words);
}

const char *
revocation_reason_words(int reason)
{
	static const char *const words[] = {
		[0] = "unspecified", [1] = "key compromise",
		[2] = "CA compromise", [3] = "affiliation changed",
		[4] = "superseded", [5] = "cessation of operation",
		[REVOCATION_ON_HOLD] = "certificate hold",
		[8] = "removed from CRL", [9] = "privilege withdrawn",
		[10] = "AA compromise",
	};

	if (reason < 0 || (size_t)reason >= sizeof(words) / sizeof(words[0]))
		return NULL;
	return words[reason];
}

X509 *
revocation_x509(const struct cert *c)
{
	const unsigned char *p = c->der;
	X509 *x = d2i_X509(NULL, &p, (long)c->der_len);

	ERR_clear_error();
	return x;
}

EVP_PKEY *
revocation_key(X509 *x, uint32_t usage, const char *what, struct text *why)
{
	EVP_PKEY *key = X509_get0_pubkey(x);

	ERR_clear_error();
	if (key == NULL)
		text_addf(why, "the key of %s cannot be read", what);
	else if (EVP_PKEY_get_bits(key) > CERT_MAX_KEY)
		text_addf(why, "the key of %s is too long to compute with",
		    what);
	else if ((X509_get_extension_flags(x) & EXFLAG_KUSAGE) != 0 &&
	    (X509_get_key_usage(x) & usage) == 0)
		text_addf(why, "the key usage of %s does not allow it to sign "
		    "that", what);
	else
		return key;
	return NULL;
}

int64_t
revocation_time(const ASN1_TIME *t)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1) {
		ERR_clear_error();
		return CLOCK_NEVER;
	}
	return clock_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

bool
revocation_is_current(struct revocation_status *s, const char *what,
    int64_t now)
{
	char when[CLOCK_TEXT];

	if (s->this_update == CLOCK_NEVER)
		text_addf(&s->words, "%s does not say when it was made", what);
	else if (s->this_update > now + REVOCATION_CLOCKS_APART)
		text_addf(&s->words, "%s is not valid before %s", what,
		    clock_format(s->this_update, when));
	else if (s->next_update != CLOCK_NEVER &&
	    s->next_update < now - REVOCATION_CLOCKS_APART)
		text_addf(&s->words, "%s is out of date since %s", what,
		    clock_format(s->next_update, when));
	else if (s->next_update == CLOCK_NEVER &&
	    s->this_update < now - AGE_MAX)
		text_addf(&s->words, "%s is of %s and does not say how long it "
		    "holds", what, clock_format(s->this_update, when));
	else
		return true;
	return false;
}

/* ---- the collected answer ---- */

/* Is the last of this path where revocation ends: an anchor, or a root? */
static bool
ends_in_root(const struct chain *chain)
{
	return chain->status == CHAIN_TRUSTED ||
	    chain->path[chain->n_path - 1]->self_issued;
}

/* Where no path was looked for, the leaf stands alone. */
static size_t
count_items(const struct chain *chain)
{
	if (chain->n_path == 0)
		return chain->n_sent > 0 && chain->sent[0] != NULL &&
		    !chain->sent[0]->self_signed;
	return chain->n_path - (ends_in_root(chain) ? 1 : 0);
}

struct revocation *
revocation_new(const struct chain *chain)
{
	struct revocation *r = xcalloc(1, sizeof(*r));

	r->n = count_items(chain);
	r->item = xcalloc(r->n, sizeof(*r->item));
	for (size_t i = 0; i < r->n; i++) {
		r->item[i].cert = cert_ref(chain->n_path > 0 ?
		    chain->path[i] : chain->sent[0]);
		revocation_status_init(&r->item[i].status);
	}
	return r;
}

const struct cert *
revocation_issuer(const struct chain *chain, size_t i)
{
	return i + 1 < chain->n_path ? chain->path[i + 1] : NULL;
}

void
revocation_free(const struct revocation *r)
{
	struct revocation *mine = (struct revocation *)(uintptr_t)r;

	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++) {
		cert_unref(mine->item[i].cert);
		revocation_status_done(&mine->item[i].status);
		free(mine->item[i].url);
	}
	free(mine->item);
	free(mine);
}
