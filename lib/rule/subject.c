/* SPDX-License-Identifier: ISC */
/* subject.c - which certificate a host's ports are expected to present. */
#include "cwaudit/subject.h"

#include <string.h>

#include "cwaudit/mem.h"

bool
subject_same_leaf(const struct subject *a, const struct subject *b)
{
	return a->leaf != NULL && b->leaf != NULL &&
	    memcmp(a->leaf->sha256, b->leaf->sha256, CERT_SHA256) == 0;
}

const struct subject *
host_view_peer(const struct host_view *view, const struct subject *s)
{
	for (size_t i = 0; i < view->n; i++) {
		const struct subject *other = &view->subjects[i];

		if (other != s && other->endpoint->site == s->endpoint->site &&
		    other->endpoint->kind != s->endpoint->kind)
			return other;
	}
	return NULL;
}

/* What a port presents, or presented when it last answered: a host that is
 * down keeps the layout that it had. */
static const struct cert *
known_leaf(const struct subject *s)
{
	return s->leaf != NULL ? s->leaf : s->last_leaf;
}

/* Is this HTTPS leaf at work on an MTLS port of the host as well? */
static bool
serves_mtls(const struct host_view *view, const struct cert *https)
{
	for (size_t i = 0; i < view->n; i++) {
		const struct cert *leaf = known_leaf(&view->subjects[i]);

		if (view->subjects[i].endpoint->kind == ENDPOINT_MTLS &&
		    leaf != NULL &&
		    memcmp(leaf->sha256, https->sha256, CERT_SHA256) == 0)
			return true;
	}
	return false;
}

/* Does a leaf on an MTLS port carry the name that browsers ask for? */
static bool
mtls_carries(const struct host_view *view, const char *site_host)
{
	for (size_t i = 0; i < view->n; i++)
		if (view->subjects[i].endpoint->kind == ENDPOINT_MTLS &&
		    known_leaf(&view->subjects[i]) != NULL &&
		    cert_san_covers(known_leaf(&view->subjects[i]), site_host))
			return true;
	return false;
}

static enum layout
guess_layout(const struct host_view *view, const struct site *site,
    const struct subject *https)
{
	const char *fqdn = view->host->fqdn;
	const struct cert *leaf = https != NULL ? known_leaf(https) : NULL;

	/* An HTTPS port that never answered must not turn a single one round. */
	if (leaf == NULL)
		return site->tls && !text_equal(site->name, fqdn) &&
		    mtls_carries(view, site->name) ?
		    LAYOUT_SINGLE : LAYOUT_SEPARATE;
	if (serves_mtls(view, leaf))
		return LAYOUT_SINGLE;
	if (!text_equal(site->name, fqdn) &&
	    cert_cn_is(leaf, fqdn))
		return LAYOUT_SINGLE;
	return LAYOUT_SEPARATE;
}

static void
settle_site(struct host_view *view, struct subject *s)
{
	const struct subject *https = s;

	s->view = view;
	s->declared = s->endpoint->settings->layout;
	s->layout = s->declared;
	if (s->declared != LAYOUT_AUTO)
		return;
	if (s->endpoint->kind != ENDPOINT_HTTPS)
		https = host_view_peer(view, s);
	s->layout = guess_layout(view, s->endpoint->site, https);
}

/* What a site is judged as; one that is not looked at, as it is declared. */
static enum layout
site_layout(const struct host_view *view, const struct site *site)
{
	for (size_t i = 0; i < view->n; i++)
		if (view->subjects[i].endpoint->site == site)
			return view->subjects[i].layout;
	return site->settings->layout;
}

/*
 * expectation_init knows only what is declared; a site that turned out to
 * have a certificate of its own asks nothing of the single one.
 */
static void
narrow_names(const struct host_view *view, struct expectation *e)
{
	struct strings names = {0};

	strings_add(&names, view->host->fqdn);
	for (size_t i = 0; i < view->host->n_sites; i++) {
		const struct site *site = &view->host->sites[i];

		if (!site->tls || site_layout(view, site) != LAYOUT_SINGLE)
			continue;
		for (size_t j = 0; j < site->names.n; j++)
			strings_add_unique(&names, site->names.item[j]);
	}
	strings_done(&e->names);
	e->names = names;
}

void
host_view_settle(struct host_view *view)
{
	bool any_single = false;

	for (size_t i = 0; i < view->n; i++) {
		settle_site(view, &view->subjects[i]);
		any_single |= view->subjects[i].layout == LAYOUT_SINGLE;
	}
	for (size_t i = 0; i < view->n; i++) {
		struct subject *s = &view->subjects[i];
		enum layout as = s->layout;

		if (s->endpoint->kind == ENDPOINT_MTLS && any_single)
			as = LAYOUT_SINGLE;
		expectation_done(&s->expect);
		expectation_init(&s->expect, s->endpoint, as);
		if (s->expect.role == ROLE_SINGLE)
			narrow_names(view, &s->expect);
	}
}

void
host_view_done(struct host_view *view)
{
	for (size_t i = 0; i < view->n; i++)
		expectation_done(&view->subjects[i].expect);
}
