/* SPDX-License-Identifier: ISC */
/*
 * audit_issuers.c - intermediates that one host sends and another does not.
 * Workers build paths from what each has met so far, so who was looked at
 * first would decide. Here all CA certificates come together: a path that
 * wants an issuer is built again once that issuer was seen anywhere.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "audit_own.h"
#include "cwaudit/mem.h"

#define KNOWN_MAX	TRUST_LEARN_MAX	/* subjects; peers choose them */
#define SCAN		2000	/* endpoints looked through at once ... */
#define BUILD		20	/* ... and paths built, 0.2 ms each */

struct issuers {
	struct trust	*trust;
	void		*subjects;	/* tsearch(3): of the CAs learned */
	size_t		 n_subjects;
	size_t		 next;		/* the first endpoint to look at again */
};

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

void
audit_load_issuers(struct audit *a)
{
	struct issuers *all = xcalloc(1, sizeof(*all));

	all->trust = setup_trust_new(a->setup);
	all->next = a->inventory->n_endpoints;
	a->issuers = all;
}

void
audit_unload_issuers(struct audit *a)
{
	tdestroy(a->issuers->subjects, free);
	trust_free(a->issuers->trust);
	free(a->issuers);
}

static void
learn(struct audit *a, const struct cert *ca)
{
	struct issuers *all = a->issuers;
	uint64_t before = trust_revision(all->trust);
	char *subject;

	trust_learn(all->trust, ca);
	if (trust_revision(all->trust) == before)
		return;
	all->next = 0;		/* somebody may have waited for it */
	if (all->n_subjects >= KNOWN_MAX ||
	    tfind(ca->subject, &all->subjects, by_text) != NULL)
		return;
	subject = xstrdup(ca->subject);
	if (tsearch(subject, &all->subjects, by_text) == NULL)
		abort();		/* no memory */
	all->n_subjects++;
}

void
audit_learn_issuers(struct audit *a, const struct chain *chain)
{
	for (size_t i = 0; chain != NULL && i < chain->n_sent; i++)
		if (chain->sent[i] != NULL && chain->sent[i]->ca)
			learn(a, chain->sent[i]);
}

/* Does its path stop where an issuer is wanted that was seen elsewhere? */
static bool
wants_known_issuer(const struct audit *a, const struct chain *chain)
{
	const struct cert *last;

	if (chain == NULL || chain->n_path == 0 ||
	    chain->status == CHAIN_TRUSTED || chain->status == CHAIN_ERROR)
		return false;
	last = chain->path[chain->n_path - 1];
	return !last->self_issued && tfind(last->issuer,
	    &a->issuers->subjects, by_text) != NULL;
}

const struct chain *
audit_build_chain(struct audit *a, const struct endpoint *e,
    const struct cert *const *sent, size_t n)
{
	return trust_path(a->issuers->trust, e->kind == ENDPOINT_MTLS ?
	    &e->settings->trust_mtls : &e->settings->trust_https, sent, n,
	    clock_utc(a->options.clock));
}

bool
audit_mend_chain(struct audit *a, struct spot *s)
{
	const struct chain *built;

	if (!wants_known_issuer(a, s->chain))
		return false;
	built = audit_build_chain(a, s->endpoint, s->chain->sent,
	    s->chain->n_sent);
	if (built->n_path <= s->chain->n_path &&
	    built->status != CHAIN_TRUSTED) {
		chain_unref(built);
		return false;
	}
	spot_set_chain(s, built);
	return true;
}

void
audit_mend_some(struct audit *a)
{
	struct issuers *all = a->issuers;
	size_t n = a->inventory->n_endpoints, built = 0;

	for (size_t i = 0; i < SCAN && built < BUILD && all->next < n; i++) {
		struct spot *s = &a->spots[all->next++];

		if (!wants_known_issuer(a, s->chain))
			continue;
		built++;
		if (audit_mend_chain(a, s))
			audit_judge(a, s);
	}
}

void
audit_mend_all(struct audit *a)
{
	for (size_t i = 0; i < a->inventory->n_endpoints; i++)
		(void)audit_mend_chain(a, &a->spots[i]);
}
