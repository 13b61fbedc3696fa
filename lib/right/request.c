/* SPDX-License-Identifier: ISC */
/* request.c - a host or published entry in, the certificates to ask for out. */
#include "cwaudit/request.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/name.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define SAN_MAX	500		/* names; no CA issues as many */

static const char *const before[] = { "", "as.", "download." };
static const char *const reasons[] = {
	"what browsers open", "desktop sharing of ", "sharing client of ",
};

static struct request *
add_request(struct requests *rs, enum role role, enum host_os os,
    const char *owner, const char *cn)
{
	struct request *r;

	rs->item = xgrow(rs->item, rs->n, &rs->cap, sizeof(*rs->item));
	r = &rs->item[rs->n++];
	*r = (struct request){
		.role = role, .os = os, .owner = xstrdup(owner),
		.cn = xstrdup(cn),
	};
	return r;
}

static void
request_done(struct request *r)
{
	free(r->owner);
	free(r->file);
	free(r->cn);
	strings_done(&r->names);
	strings_done(&r->why);
	strings_done(&r->sites);
	strings_done(&r->places);
}

static void
drop_from(struct requests *rs, size_t first)
{
	while (rs->n > first)
		request_done(&rs->item[--rs->n]);
}

void
requests_done(struct requests *rs)
{
	drop_from(rs, 0);
	free(rs->item);
	*rs = (struct requests){0};
}

static void
add_name(struct request *r, const char *name, const char *why)
{
	if (strings_has(&r->names, name))
		return;
	strings_add(&r->names, name);
	strings_add(&r->why, why);
}

/* The names that browsers ask for, with what each is for. */
static void
add_site_names(struct request *r, const char *site, const struct strings *names)
{
	for (size_t i = 0; i < names->n; i++) {
		struct text why = {0};

		for (size_t k = 0; k < ARRAY_N(before); k++) {
			size_t len = strlen(before[k]);

			if (strncmp(names->item[i], before[k], len) != 0 ||
			    !text_equal(names->item[i] + len, site))
				continue;
			text_reset(&why);
			text_addf(&why, "%s%s", reasons[k], k > 0 ? site : "");
		}
		if (why.len == 0)
			text_addf(&why, "named in the inventory for %s", site);
		add_name(r, names->item[i], text_str(&why));
		text_done(&why);
	}
}

/* ---- where it goes ---- */

static void
add_https_place(struct request *r, const struct site *s)
{
	struct text t = {0};
	const char *address = s->listen_address != NULL ? s->listen_address :
	    s->host->address;

	text_addf(&t, "HTTPS of %s, on ", s->url);
	if (address != NULL)
		endpoint_place(address, s->listen_port, &t);
	else
		text_addf(&t, "port %u", s->listen_port);
	strings_add_unique(&r->places, text_str(&t));
	text_done(&t);
}

/* A host's MTLS ports all present one certificate. */
static void
add_mtls_places(struct request *r, const struct host *h)
{
	for (size_t i = 0; i < h->n_sites; i++) {
		struct text t = {0};

		text_addf(&t, "MTLS of %s", h->sites[i].url);
		if (h->sites[i].mtls_port != 0) {
			text_add(&t, ", on ");
			endpoint_place(h->address != NULL ? h->address :
			    h->fqdn, h->sites[i].mtls_port, &t);
		} else if (h->file != NULL) {
			text_add(&t, ", on a port that is not known");
		}
		strings_add_unique(&r->places, text_str(&t));
		text_done(&t);
	}
}

/* ---- which there are ---- */

static enum layout
layout_of(const struct request_plan *p, size_t site)
{
	enum layout layout = p->layouts != NULL ? p->layouts[site] :
	    p->host->sites[site].settings->layout;

	if (p->as != 0)
		return p->as == ROLE_SINGLE ? LAYOUT_SINGLE : LAYOUT_SEPARATE;
	return layout == LAYOUT_AUTO ? LAYOUT_SINGLE : layout;
}

static bool
is_single(const struct request_plan *p, size_t site)
{
	return p->host->sites[site].tls &&
	    layout_of(p, site) == LAYOUT_SINGLE;
}

static enum host_os
os_of(const struct request_plan *p)
{
	return p->os != OS_UNKNOWN ? p->os : p->host->os;
}

static void
add_of_server(const struct request_plan *p, struct requests *rs)
{
	const struct host *h = p->host;
	enum role role = ROLE_MTLS;
	struct text file = {0};
	struct request *r;

	for (size_t i = 0; i < h->n_sites; i++)
		if (is_single(p, i))
			role = ROLE_SINGLE;
	r = add_request(rs, role, os_of(p), h->fqdn, h->fqdn);
	text_addf(&file, "%s-%s", h->fqdn, role_name(role));
	r->file = text_take(&file);
	add_name(r, h->fqdn, "the host, for MTLS peers");
	for (size_t i = 0; i < h->n_sites; i++) {
		if (!is_single(p, i))
			continue;
		add_site_names(r, h->sites[i].name, &h->sites[i].names);
		strings_add_unique(&r->sites, h->sites[i].url);
		add_https_place(r, &h->sites[i]);
	}
	add_mtls_places(r, h);
}

/* Sites of one name differ by port: one certificate does for both. */
static struct request *
find_site(struct requests *rs, size_t first, const char *name)
{
	for (size_t i = first; i < rs->n; i++)
		if (rs->item[i].role == ROLE_HTTPS &&
		    text_equal(rs->item[i].cn, name))
			return &rs->item[i];
	return NULL;
}

static void
add_of_site(const struct request_plan *p, const struct site *s,
    struct requests *rs, size_t first)
{
	struct request *r = find_site(rs, first, s->name);
	struct text file = {0};

	if (r == NULL) {
		r = add_request(rs, ROLE_HTTPS, os_of(p), p->host->fqdn,
		    s->name);
		text_addf(&file, "%s-https-%s", p->host->fqdn, s->name);
		r->file = text_take(&file);
	}
	add_site_names(r, s->name, &s->names);
	strings_add_unique(&r->sites, s->url);
	add_https_place(r, s);
}

/* ---- checked before anything is written ---- */

static bool
check_name(const char *name, struct text *why)
{
	struct text clean = {0};
	const char *wrong = name_host(name, &clean);

	if (wrong != NULL) {
		text_add_char(why, '"');
		text_add_escaped(why, name, strlen(name), 0);
		text_addf(why, "\" %s", wrong);
	}
	text_done(&clean);
	return wrong == NULL;
}

/* certreq, openssl and CAs refuse a longer one: say what can be done. */
static bool
check_cn(const struct request *r, struct text *why)
{
	size_t len = strlen(r->cn);

	if (len <= REQUEST_CN_MAX)
		return true;
	text_addf(why, "%s has %zu characters; a subject CN holds at most %d "
	    "(RFC 5280, ub-common-name), so no CA can issue ", r->cn, len,
	    REQUEST_CN_MAX);
	request_add_title(r, why);
	if (r->role == ROLE_MTLS || r->role == ROLE_SINGLE)
		text_add(why, ": its CN must be the host's FQDN. Give the host "
		    "a shorter name, or a shorter DNS suffix");
	else
		text_add(why, ": its CN must be the name that browsers open. "
		    "Publish the site under a shorter name");
	return false;
}

bool
request_check(const struct request *r, struct text *why)
{
	if (r->names.n > SAN_MAX) {
		text_addf(why, "%s would carry %zu names: more than %d",
		    r->owner, r->names.n, SAN_MAX);
		return false;
	}
	for (size_t i = 0; i < r->names.n; i++)
		if (!check_name(r->names.item[i], why))
			return false;
	return check_cn(r, why);
}

static bool
check_from(struct requests *rs, size_t first, struct text *why)
{
	for (size_t i = first; i < rs->n; i++) {
		if (request_check(&rs->item[i], why))
			continue;
		drop_from(rs, first);
		return false;
	}
	return true;
}

/* Is there anything of that kind to ask for? */
static bool
suits(const struct request_plan *p, struct text *why)
{
	const struct host *h = p->host;
	bool tls = false;

	for (size_t i = 0; i < h->n_sites; i++)
		tls = tls || h->sites[i].tls;
	if (h->state == HOST_RETIRED)
		text_addf(why, "%s is retired: it needs no certificate",
		    h->fqdn);
	else if ((p->as == ROLE_SINGLE || p->as == ROLE_HTTPS) && !tls)
		text_addf(why, h->n_sites == 0 ? "%s has no site to ask a "
		    "certificate for HTTPS for: name its URL" :
		    "no site of %s ends TLS itself: the certificate for HTTPS "
		    "belongs to what stands in front. Ask for that one by the "
		    "URL of its published entry, and for this host's with "
		    "--as mtls", h->fqdn);
	else
		return true;
	return false;
}

void
requests_expect_host(const struct request_plan *p, struct requests *rs)
{
	size_t first = rs->n;

	if (p->host->state == HOST_RETIRED)
		return;
	if (p->as != ROLE_HTTPS)
		add_of_server(p, rs);
	for (size_t i = 0; i < p->host->n_sites; i++)
		if (p->as != ROLE_MTLS && p->host->sites[i].tls &&
		    !is_single(p, i))
			add_of_site(p, &p->host->sites[i], rs, first);
}

bool
requests_of_host(const struct request_plan *p, struct requests *rs,
    struct text *why)
{
	size_t first = rs->n;

	if (!suits(p, why))
		return false;
	requests_expect_host(p, rs);
	return check_from(rs, first, why);
}

void
requests_expect_published(const struct published *pub, struct requests *rs)
{
	struct request *r = add_request(rs, ROLE_PUBLISHED, OS_UNKNOWN,
	    pub->url, pub->name);
	struct text t = {0};

	text_addf(&t, "published-%s", pub->name);
	r->file = text_take(&t);
	add_site_names(r, pub->name, &pub->names);
	strings_add(&r->sites, pub->url);
	endpoint_place(pub->address != NULL ? pub->address : pub->name,
	    pub->port, &t);
	strings_add(&r->places, text_str(&t));
	text_done(&t);
}

bool
requests_of_published(const struct published *pub, enum host_os os,
    struct requests *rs, struct text *why)
{
	size_t first = rs->n;

	if (pub->kind == PUBLISHED_VIRTUAL) {
		text_addf(why, "%s passes TLS through: the hosts behind it "
		    "present their own certificates. Ask for theirs",
		    pub->url);
		return false;
	}
	requests_expect_published(pub, rs);
	rs->item[first].os = os;
	return check_from(rs, first, why);
}

/* ---- by hand ---- */

static bool
make_site(struct site *s, const char *url, struct text *why)
{
	struct text name = {0};
	const char *wrong = name_site_url(url, &name, &s->url_port);

	if (wrong != NULL) {
		text_add_char(why, '"');
		text_add_escaped(why, url, strlen(url), 0);
		text_addf(why, "\" %s", wrong);
		text_done(&name);
		return false;
	}
	s->name = text_take(&name);
	s->url = xstrdup(url);
	s->listen_port = s->url_port;
	s->tls = s->sharing = true;
	for (size_t i = 0; i < ARRAY_N(before); i++) {
		text_addf(&name, "%s%s", before[i], s->name);
		strings_add(&s->names, text_str(&name));
		text_reset(&name);
	}
	text_done(&name);
	return true;
}

static void
drop_sites(struct host *h)
{
	for (size_t i = 0; i < h->n_sites; i++) {
		free(h->sites[i].url);
		free(h->sites[i].name);
		strings_done(&h->sites[i].names);
	}
	free(h->sites);
}

bool
requests_by_hand(const char *fqdn, const struct strings *urls, enum role as,
    enum host_os os, struct requests *rs, struct text *why)
{
	static const struct settings settings = { .layout = LAYOUT_SINGLE };
	struct text name = {0};
	struct host h = { .settings = &settings };
	struct request_plan plan = { .host = &h, .as = as, .os = os };
	const char *wrong = name_host(fqdn, &name);
	bool ok = wrong == NULL;

	if (!ok) {
		text_add_char(why, '"');
		text_add_escaped(why, fqdn, strlen(fqdn), 0);
		text_addf(why, "\" %s", wrong);
	}
	h.fqdn = text_take(&name);
	h.sites = xcalloc(urls->n + 1, sizeof(*h.sites));
	for (size_t i = 0; ok && i < urls->n; i++) {
		h.sites[i].host = &h;
		h.sites[i].settings = &settings;
		ok = make_site(&h.sites[i], urls->item[i], why);
		h.n_sites += ok;
	}
	ok = ok && requests_of_host(&plan, rs, why);
	drop_sites(&h);
	free(h.fqdn);
	return ok;
}

void
request_add_title(const struct request *r, struct text *out)
{
	switch (r->role) {
	case ROLE_MTLS:
		text_addf(out, "the MTLS certificate of %s", r->owner);
		return;
	case ROLE_HTTPS:
		text_addf(out, "the HTTPS certificate of %s on %s", r->cn,
		    r->owner);
		return;
	case ROLE_SINGLE:
		text_addf(out, "the single certificate of %s, for MTLS and "
		    "HTTPS", r->owner);
		return;
	case ROLE_PUBLISHED:
		text_addf(out, "the certificate of what publishes %s",
		    r->owner);
		return;
	}
}
