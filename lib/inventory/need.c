/* SPDX-License-Identifier: ISC */
/* need.c - endpoints in, the certificates they need out. */
#include "cwaudit/need.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

static bool
same_certificate(const struct expectation *a, const struct expectation *b)
{
	return a->role == b->role && strcmp(a->cn, b->cn) == 0 &&
	    strings_equal(&a->names, &b->names);
}

static void
add_port(struct need *need, const struct endpoint *port)
{
	need->ports = xgrow(need->ports, need->n_ports, &need->cap_ports,
	    sizeof(*need->ports));
	need->ports[need->n_ports++] = port;
}

static bool
has_port(const struct need *need, const struct endpoint *port)
{
	for (size_t i = 0; i < need->n_ports; i++)
		if (need->ports[i] == port)
			return true;
	return false;
}

static void
add_endpoint(struct needs *needs, const struct endpoint *e, enum layout layout)
{
	struct expectation expect;
	bool choice = e->settings->layout == LAYOUT_AUTO &&
	    e->kind != ENDPOINT_PUBLISHED;

	expectation_init(&expect, e, layout);
	for (size_t i = 0; i < needs->n; i++) {
		struct need *need = &needs->item[i];

		if (need->choice != choice ||
		    !same_certificate(&need->expect, &expect))
			continue;
		if (has_port(need, e))
			need->choice = false;	/* the same either way */
		else
			add_port(need, e);
		expectation_done(&expect);
		return;
	}
	needs->item = xgrow(needs->item, needs->n, &needs->cap,
	    sizeof(*needs->item));
	needs->item[needs->n] = (struct need){
		.expect = expect, .choice = choice,
		.layout = e->kind == ENDPOINT_PUBLISHED ? LAYOUT_AUTO :
		    expect.role == ROLE_SINGLE ? LAYOUT_SINGLE :
		    LAYOUT_SEPARATE,
	};
	add_port(&needs->item[needs->n++], e);
}

void
needs_of(const struct endpoint *e, size_t n, struct needs *needs)
{
	for (size_t i = 0; i < n; i++)
		add_endpoint(needs, &e[i], e[i].settings->layout);
	for (size_t i = 0; i < n; i++)
		if (e[i].settings->layout == LAYOUT_AUTO &&
		    e[i].kind != ENDPOINT_PUBLISHED)
			add_endpoint(needs, &e[i], LAYOUT_SEPARATE);
}

void
needs_done(struct needs *needs)
{
	for (size_t i = 0; i < needs->n; i++) {
		expectation_done(&needs->item[i].expect);
		free(needs->item[i].ports);
	}
	free(needs->item);
	*needs = (struct needs){0};
}

const char *
need_purpose(const struct need *need)
{
	switch (need->expect.role) {
	case ROLE_SINGLE:
		return "MTLS and HTTPS";
	case ROLE_MTLS:
		return "MTLS";
	case ROLE_HTTPS:
		return "HTTPS";
	case ROLE_PUBLISHED:
		return "the published address";
	}
	return "";
}

static bool
begins_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* The names of a site or published entry. */
static const char *
why_browsers(const char *site, const char *name)
{
	if (text_equal(name, site))
		return "what browsers ask for";
	if (begins_with(name, "as.") && text_equal(name + 3, site))
		return "desktop sharing";
	if (begins_with(name, "download.") && text_equal(name + 9, site))
		return "client of desktop sharing";
	return NULL;
}

const char *
need_why(const struct need *need, const char *name)
{
	const struct endpoint *e = need->ports[0];
	const char *why = NULL;

	if (e->published != NULL)
		why = why_browsers(e->published->name, name);
	else if (text_equal(name, e->host->fqdn))
		return "the host, for MTLS peers";
	for (size_t i = 0; why == NULL && e->host != NULL &&
	    i < e->host->n_sites; i++)
		why = why_browsers(e->host->sites[i].name, name);
	return why != NULL ? why : "named in the inventory";
}
