/* SPDX-License-Identifier: ISC */
/* trust.c - sets of anchors, CAs that were learned, and the verdict. */
#include "cwaudit/trust.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/libctx.h"
#include "cwaudit/mem.h"
#include "trust_path.h"

struct trust_set {
	char			*name;
	struct trust_list	 list;
};

struct trust {
	struct trust_set	*set;
	size_t			 n_sets, cap;
	struct trust_list	 learned;
	uint64_t		 looks;		/* counts trust_learn */
	uint64_t		 revision;
};

static X509 *
read_x509(const struct cert *cert)
{
	const unsigned char *p = cert->der;
	X509 *x = p == NULL ? NULL : X509_new_ex(libctx_lean(), NULL);

	/* frees x where it fails */
	return x != NULL ? d2i_X509(&x, &p, (long)cert->der_len) : NULL;
}

static struct trust_entry *
list_put(struct trust_list *list, X509 *x, const struct cert *cert)
{
	struct trust_entry *entry;

	list->entry = xgrow(list->entry, list->n, &list->cap,
	    sizeof(*list->entry));
	entry = &list->entry[list->n++];
	*entry = (struct trust_entry){ .name = X509_subject_name_hash(x),
	    .x = x, .cert = cert_ref(cert) };
	memcpy(entry->sha256, cert->sha256, CERT_SHA256);
	return entry;
}

struct trust_entry *
trust_list_add(struct trust_list *list, const struct cert *cert)
{
	X509 *x = read_x509(cert);

	return x != NULL ? list_put(list, x, cert) : NULL;
}

void
trust_list_share(struct trust_list *list, const struct trust_entry *entry)
{
	X509_up_ref(entry->x);
	(void)list_put(list, entry->x, entry->cert);
}

static void
entry_done(struct trust_entry *entry)
{
	X509_free(entry->x);
	cert_unref(entry->cert);
}

void
trust_list_done(struct trust_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		entry_done(&list->entry[i]);
	free(list->entry);
	*list = (struct trust_list){ .n = 0 };
}

struct trust_entry *
trust_list_find(const struct trust_list *list,
    const uint8_t sha256[CERT_SHA256])
{
	for (size_t i = 0; i < list->n; i++)
		if (memcmp(list->entry[i].sha256, sha256, CERT_SHA256) == 0)
			return &list->entry[i];
	return NULL;
}

struct trust *
trust_new(void)
{
	return xcalloc(1, sizeof(struct trust));
}

void
trust_free(struct trust *trust)
{
	if (trust == NULL)
		return;
	for (size_t i = 0; i < trust->n_sets; i++) {
		free(trust->set[i].name);
		trust_list_done(&trust->set[i].list);
	}
	free(trust->set);
	trust_list_done(&trust->learned);
	free(trust);
}

static const struct trust_set *
find_set(const struct trust *trust, const char *name)
{
	for (size_t i = 0; i < trust->n_sets; i++)
		if (text_equal(trust->set[i].name, name))
			return &trust->set[i];
	return NULL;
}

bool
trust_has(const struct trust *trust, const char *name)
{
	return find_set(trust, name) != NULL;
}

/* One PEM block; number counts from 1. */
static bool
read_block(struct trust_list *list, const char *kind, const uint8_t *der,
    long len, unsigned number, struct text *why)
{
	struct cert *cert = NULL;
	bool ok;

	if (strcmp(kind, "CERTIFICATE") != 0 &&
	    strcmp(kind, "X509 CERTIFICATE") != 0) {
		text_addf(why, "PEM block %u is no certificate but: ", number);
		text_add_escaped(why, kind, strlen(kind), 64);
		return false;
	}
	ok = cert_parse(der, (size_t)len, &cert) == CERT_OK &&
	    trust_list_find(list, cert->sha256) != NULL;
	ok = ok || (cert != NULL && trust_list_add(list, cert) != NULL);
	cert_unref(cert);
	if (!ok)
		text_addf(why, "PEM block %u cannot be read as a certificate",
		    number);
	return ok;
}

static bool
read_blocks(struct trust_list *list, BIO *bio, struct text *why)
{
	for (unsigned number = 1;; number++) {
		char *kind = NULL, *header = NULL;
		unsigned char *der = NULL;
		long len = 0;
		bool ok;

		ERR_clear_error();
		if (PEM_read_bio(bio, &kind, &header, &der, &len) != 1) {
			if (ERR_GET_REASON(ERR_peek_last_error()) ==
			    PEM_R_NO_START_LINE)
				break;
			text_addf(why, "PEM block %u is damaged (its end line "
			    "is missing, or it is no base64)", number);
			return false;
		}
		ok = read_block(list, kind, der, len, number, why);
		OPENSSL_free(kind);
		OPENSSL_free(header);
		OPENSSL_free(der);
		if (!ok)
			return false;
	}
	if (list->n == 0)
		text_add(why, "there is no certificate in PEM form in it");
	return list->n > 0;
}

static void
mark_anchors(struct trust_list *list)
{
	bool any = false;

	for (size_t i = 0; i < list->n; i++) {
		list->entry[i].anchor =
		    X509_self_signed(list->entry[i].x, 0) == 1;
		any = any || list->entry[i].anchor;
	}
	for (size_t i = 0; i < list->n && !any; i++)
		list->entry[i].anchor = true;
}

bool
trust_add(struct trust *trust, const char *name, const char *pem, size_t len,
    struct text *why)
{
	struct trust_list list = { .n = 0 };
	BIO *bio;
	bool ok;

	if (trust_has(trust, name)) {
		text_add(why, "there is a set of that name already");
		return false;
	}
	bio = len <= INT_MAX ? BIO_new_mem_buf(pem, (int)len) : NULL;
	if (bio == NULL) {
		text_add(why, "it is too long");
		return false;
	}
	ok = read_blocks(&list, bio, why);
	ERR_clear_error();
	BIO_free(bio);
	if (!ok) {
		trust_list_done(&list);
		return false;
	}
	mark_anchors(&list);
	trust->set = xgrow(trust->set, trust->n_sets, &trust->cap,
	    sizeof(*trust->set));
	trust->set[trust->n_sets++] =
	    (struct trust_set){ xstrdup(name), list };
	trust->revision++;
	return true;
}

bool
trust_holds(const struct trust *trust, const struct strings *names,
    const struct cert *cert)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct trust_set *set = find_set(trust, names->item[i]);

		if (set != NULL &&
		    trust_list_find(&set->list, cert->sha256) != NULL)
			return true;
	}
	return false;
}

/* Whom a new one must push out, seen longest ago; NULL: there is room. */
static struct trust_entry *
find_oldest(struct trust_list *list, unsigned long name)
{
	struct trust_entry *same = NULL, *any = NULL;
	size_t n_same = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct trust_entry *entry = &list->entry[i];

		if (any == NULL || entry->seen < any->seen)
			any = entry;
		if (entry->name != name)
			continue;
		n_same++;
		if (same == NULL || entry->seen < same->seen)
			same = entry;
	}
	if (n_same >= TRUST_LEARN_NAME)
		return same;
	return list->n >= TRUST_LEARN_MAX ? any : NULL;
}

void
trust_learn(struct trust *trust, const struct cert *cert)
{
	struct trust_list *list = &trust->learned;
	struct trust_entry *entry, *oldest, last;

	if (!cert->ca || cert->key_bits > TRUST_KEY_MAX)
		return;
	trust->looks++;
	entry = trust_list_find(list, cert->sha256);
	if (entry == NULL) {
		(void)ERR_set_mark();
		entry = trust_list_add(list, cert);
		(void)ERR_pop_to_mark();
		if (entry == NULL)
			return;
		trust->revision++;
		last = list->entry[--list->n];
		oldest = find_oldest(list, last.name);
		if (oldest != NULL)
			entry_done(oldest);
		else
			oldest = &list->entry[list->n++];
		*oldest = last;
		entry = oldest;
	}
	entry->seen = trust->looks;
}

uint64_t
trust_revision(const struct trust *trust)
{
	return trust->revision;
}

static struct trust_entry *
find_known(const struct trust *trust, const uint8_t sha256[CERT_SHA256])
{
	struct trust_entry *known = trust_list_find(&trust->learned, sha256);

	for (size_t i = 0; known == NULL && i < trust->n_sets; i++)
		known = trust_list_find(&trust->set[i].list, sha256);
	return known;
}

/* False: not even the leaf can be used. */
static bool
read_sent(const struct trust *trust, const struct cert *const *sent, size_t n,
    struct trust_list *list)
{
	if (n == 0 || sent[0] == NULL)
		return false;
	if (trust_list_add(list, sent[0]) == NULL)
		return false;
	for (size_t i = 1; i < n && i < TRUST_SENT_MAX; i++) {
		const struct trust_entry *known;

		if (sent[i] == NULL || trust_list_find(list, sent[i]->sha256))
			continue;
		known = find_known(trust, sent[i]->sha256);
		if (known != NULL)
			trust_list_share(list, known);
		else if (sent[i]->key_bits <= TRUST_KEY_MAX)
			(void)trust_list_add(list, sent[i]);
	}
	return true;
}

static bool
holds(const struct cert *const *certs, size_t n, const struct cert *cert)
{
	for (size_t i = 0; i < n; i++)
		if (certs[i] != NULL && memcmp(certs[i]->sha256, cert->sha256,
		    CERT_SHA256) == 0)
			return true;
	return false;
}

static void
note_order(struct chain *chain, const struct trust_list *list)
{
	for (size_t i = 1; i < chain->n_sent; i++) {
		const struct cert *cert = chain->sent[i];
		const struct cert *below = chain->sent[i - 1];
		const struct trust_entry *upper, *lower;

		if (cert == NULL || !holds(chain->path, chain->n_path, cert) ||
		    holds(chain->sent, i, cert))
			chain->extras = true;
		if (cert == NULL || below == NULL)
			continue;
		upper = trust_list_find(list, cert->sha256);
		lower = trust_list_find(list, below->sha256);
		if (upper != NULL && lower != NULL &&
		    X509_NAME_cmp(X509_get_subject_name(upper->x),
		    X509_get_issuer_name(lower->x)) != 0)
			chain->disordered = true;
	}
}

static void
note_dates(struct chain *chain, const struct cert *cert, int64_t now)
{
	const int64_t dates[] = { cert->not_before, cert->not_after };

	for (size_t i = 0; i < 2; i++)
		if (dates[i] != CLOCK_NEVER && dates[i] > now &&
		    (chain->valid_until == CLOCK_NEVER ||
		    dates[i] < chain->valid_until))
			chain->valid_until = dates[i];
}

static void
take_path(struct chain *chain, const struct trust_found *found, int64_t now)
{
	chain->path = xcalloc(found->n, sizeof(*chain->path));
	chain->n_path = found->n;
	for (size_t i = 0; i < found->n; i++) {
		const struct cert *cert = found->path[i]->cert;
		bool root = i + 1 == found->n &&
		    (found->path[i]->anchor || cert->self_signed);

		chain->path[i] = cert_ref(cert);
		if (i == 0)
			continue;
		note_dates(chain, cert, now);
		if (!root && !holds(chain->sent, chain->n_sent, cert))
			chain->incomplete = true;
	}
}

/* A missing issuer may be what could not be read. */
static void
note_unreadable(struct chain *chain, struct text *why)
{
	for (size_t i = 1; i < chain->n_sent; i++) {
		if (chain->sent[i] != NULL)
			continue;
		chain->status = CHAIN_UNREADABLE;
		text_addf(why, "; number %zu of the %zu sent cannot be read as "
		    "a certificate", i + 1, chain->n_sent);
		return;
	}
}

static void
find_path(struct trust *trust, const struct trust_space *space,
    const struct strings *names, struct chain *chain)
{
	struct trust_list sent = { .n = 0 };
	struct trust_space all = *space;
	struct trust_found found;
	struct text why = {0};

	if (!read_sent(trust, chain->sent, chain->n_sent, &sent)) {
		chain->status = CHAIN_UNREADABLE;
		chain->reason = xstrdup("no leaf certificate that can be read");
		trust_list_done(&sent);
		return;
	}
	all.sent = &sent;
	trust_search(&all, &found);
	chain->status = found.status;
	if (found.status != CHAIN_TRUSTED) {
		trust_explain(&found, names, &why);
		if (found.status == CHAIN_NO_ISSUER)
			note_unreadable(chain, &why);
		chain->reason = text_take(&why);
	}
	take_path(chain, &found, space->now);
	note_order(chain, &sent);
	trust_list_done(&sent);
}

struct chain *
trust_path(struct trust *trust, const struct strings *names,
    const struct cert *const *sent, size_t n, int64_t now)
{
	struct chain *chain = xcalloc(1, sizeof(*chain));
	struct trust_space space = { .learned = &trust->learned, .now = now };

	chain->refs = 1;
	chain->valid_until = CLOCK_NEVER;
	chain->sent = xcalloc(n, sizeof(*chain->sent));
	chain->n_sent = n;
	for (size_t i = 0; i < n; i++)
		chain->sent[i] = sent[i] != NULL ? cert_ref(sent[i]) : NULL;
	space.sets = xcalloc(names->n, sizeof(*space.sets));
	for (size_t i = 0; i < names->n; i++) {
		const struct trust_set *set = find_set(trust, names->item[i]);

		if (set != NULL)
			space.sets[space.n_sets++] = &set->list;
	}
	if (space.n_sets == 0) {
		chain->status = CHAIN_NO_TRUST;
		chain->reason = xstrdup("no trust is configured to judge it by");
	} else {
		(void)ERR_set_mark();
		find_path(trust, &space, names, chain);
		(void)ERR_pop_to_mark();
	}
	free(space.sets);
	return chain;
}
