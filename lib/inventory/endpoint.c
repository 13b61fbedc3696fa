/* SPDX-License-Identifier: ISC */
/* endpoint.c - what a certificate must carry where; names of things. */
#include "cwaudit/endpoint.h"

#include <string.h>

#define WEEK	(7 * CLOCK_DAY)
#define SUNDAY	(3 * CLOCK_DAY)	/* 1970-01-04, the first one */

static const char *const kind_names[] = {
	[ENDPOINT_HTTPS]	= "https",
	[ENDPOINT_MTLS]		= "mtls",
	[ENDPOINT_PUBLISHED]	= "published",
};

static const struct { enum role role; const char *name; } roles[] = {
	{ ROLE_MTLS, "mtls" }, { ROLE_HTTPS, "https" },
	{ ROLE_SINGLE, "single" }, { ROLE_PUBLISHED, "published" },
};

static const char *const layout_names[] = {
	[LAYOUT_AUTO]		= "auto",
	[LAYOUT_SINGLE]		= "single",
	[LAYOUT_SEPARATE]	= "separate",
};

static const char *const state_names[] = {
	[HOST_ACTIVE]		= "active",
	[HOST_PLANNED]		= "planned",
	[HOST_RETIRED]		= "retired",
};

static const char *const os_names[] = {
	[OS_UNKNOWN]		= "unknown",
	[OS_2003]		= "2003",
	[OS_2008]		= "2008",
	[OS_2008R2]		= "2008r2",
};

static const char *const published_names[] = {
	[PUBLISHED_VIRTUAL]	= "virtual-address",
	[PUBLISHED_OFFLOAD]	= "offload",
	[PUBLISHED_PROXY]	= "reverse-proxy",
};

/* Could this site use the host's single certificate? */
static bool
may_be_single(const struct site *s)
{
	return s->tls && s->settings->layout != LAYOUT_SEPARATE;
}

static bool
any_site(const struct host *h, bool (*holds)(const struct site *))
{
	for (size_t i = 0; i < h->n_sites; i++)
		if (holds(&h->sites[i]))
			return true;
	return false;
}

static bool
is_single(const struct site *s)
{
	return s->tls && s->settings->layout == LAYOUT_SINGLE;
}

/* own: the endpoint's site uses it, whatever the site declares. */
static void
expect_single(struct expectation *e, const struct endpoint *ep, bool own)
{
	const struct host *h = ep->host;

	e->role = ROLE_SINGLE;
	e->cn = h->fqdn;
	e->cn_is_host = true;
	strings_add(&e->names, h->fqdn);
	for (size_t i = 0; i < h->n_sites; i++) {
		const struct site *s = &h->sites[i];

		if (!may_be_single(s) && !(s == ep->site && s->tls && own))
			continue;
		for (size_t j = 0; j < s->names.n; j++)
			strings_add_unique(&e->names, s->names.item[j]);
	}
}

/* A host that ends no TLS itself has nothing to share a certificate with. */
static bool
mtls_is_single(const struct endpoint *ep, enum layout layout)
{
	if (layout == LAYOUT_SEPARATE)
		return any_site(ep->host, is_single);
	return ep->site->tls || any_site(ep->host, may_be_single);
}

void
expectation_init(struct expectation *e, const struct endpoint *ep,
    enum layout layout)
{
	*e = (struct expectation){0};
	switch (ep->kind) {
	case ENDPOINT_PUBLISHED:
		e->role = ROLE_PUBLISHED;
		e->cn = ep->published->name;
		strings_copy(&e->names, &ep->published->names);
		return;
	case ENDPOINT_HTTPS:
		if (layout != LAYOUT_SEPARATE) {
			expect_single(e, ep, true);
			return;
		}
		e->role = ROLE_HTTPS;
		e->cn = ep->site->name;
		strings_copy(&e->names, &ep->site->names);
		return;
	case ENDPOINT_MTLS:
		if (mtls_is_single(ep, layout)) {
			expect_single(e, ep, layout != LAYOUT_SEPARATE);
			return;
		}
		e->role = ROLE_MTLS;
		e->cn = ep->host->fqdn;
		e->cn_is_host = true;
		return;
	}
}

void
expectation_done(struct expectation *e)
{
	strings_done(&e->names);
	*e = (struct expectation){0};
}

const char *
endpoint_kind_name(enum endpoint_kind kind)
{
	return kind_names[kind];
}

const char *
role_name(enum role role)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (roles[i].role == role)
			return roles[i].name;
	return "none";
}

bool
role_parse(const char *name, enum role *out)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (strcmp(roles[i].name, name) == 0) {
			*out = roles[i].role;
			return true;
		}
	}
	return false;
}

const char *
layout_name(enum layout layout)
{
	return layout_names[layout];
}

const char *
host_state_name(enum host_state state)
{
	return state_names[state];
}

const char *
host_os_name(enum host_os os)
{
	return os_names[os];
}

const char *
published_kind_name(enum published_kind kind)
{
	return published_names[kind];
}

const char *
endpoint_owner(const struct endpoint *ep)
{
	return ep->host != NULL ? ep->host->fqdn : ep->published->url;
}

const char *
endpoint_site(const struct endpoint *ep)
{
	return ep->site != NULL ? ep->site->name : ep->published->name;
}

void
endpoint_place(const char *address, uint16_t port, struct text *out)
{
	bool six = strchr(address, ':') != NULL;

	text_addf(out, "%s%s%s:%u", six ? "[" : "", address, six ? "]" : "",
	    port);
}

static bool
in_window(const struct maintenance *m, int64_t now)
{
	int64_t since;

	if (m->weekday < 0)
		return now >= m->from && now < m->until;
	since = (now - SUNDAY - m->weekday * CLOCK_DAY - m->start_s) % WEEK;
	if (since < 0)
		since += WEEK;
	return since < m->length_s;
}

bool
settings_in_maintenance(const struct settings *s, int64_t now)
{
	for (size_t i = 0; i < s->n_windows; i++)
		if (in_window(&s->windows[i], now))
			return true;
	return false;
}

const struct rule_setting *
settings_rule(const struct settings *s, const char *id)
{
	for (size_t i = 0; i < s->n_rules; i++)
		if (strcmp(s->rules[i].rule, id) == 0)
			return &s->rules[i];
	return NULL;
}
