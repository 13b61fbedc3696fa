/* SPDX-License-Identifier: ISC */
/*
 * guess.c - certificates in, an inventory entry out.
 *
 * A site shows by its as. and download. names; what is left over is a host, or
 * a site without desktop sharing. Which of both, the CN and the port tell: the
 * MTLS certificate has the FQDN as CN, the HTTPS certificate the site host.
 */
#include "cwaudit/guess.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/name.h"

#define NAMES_MAX	200	/* of one certificate; more are no CWA site's */
#define SITES_MAX	60	/* of one host */

/* The names of one certificate, sorted out. */
struct sorted {
	char		*cn;		/* NULL: none, several, or no host name */
	struct strings	 sites;		/* with as. or download. names */
	struct strings	 whole;		/* of these: all three names stand there */
	struct strings	 others;	/* neither a site nor one of its names */
	bool		 san;
};

/* -- sorting -------------------------------------------------------------- */

static void
add_host_name(const struct cert_bytes *raw, struct strings *out)
{
	struct text clean = {0};

	if (cert_name_is_host(raw->data, raw->len) &&
	    name_host(raw->data, &clean) == NULL)
		strings_add_unique(out, text_str(&clean));
	text_done(&clean);
}

static const char *
behind(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) == 0 &&
	    strchr(name + len, '.') != NULL ? name + len : NULL;
}

static const char *
site_of(const char *name)
{
	const char *site = behind(name, "as.");

	return site != NULL ? site : behind(name, "download.");
}

static bool
has_prefixed(const struct strings *names, const char *prefix, const char *site)
{
	struct text name = {0};
	bool has;

	text_addf(&name, "%s%s", prefix, site);
	has = strings_has(names, text_str(&name));
	text_done(&name);
	return has;
}

static void
sort_names(const struct strings *names, struct sorted *s)
{
	for (size_t i = 0; i < names->n; i++) {
		const char *site = site_of(names->item[i]);

		if (site != NULL && s->sites.n < SITES_MAX)
			strings_add_unique(&s->sites, site);
	}
	for (size_t i = 0; i < s->sites.n; i++) {
		const char *site = s->sites.item[i];

		if (strings_has(names, site) &&
		    has_prefixed(names, "as.", site) &&
		    has_prefixed(names, "download.", site))
			strings_add(&s->whole, site);
	}
	for (size_t i = 0; i < names->n; i++)
		if (site_of(names->item[i]) == NULL &&
		    !strings_has(&s->sites, names->item[i]))
			strings_add(&s->others, names->item[i]);
}

/* The CN's site goes first: it is what the certificate was made for. */
static void
to_front(struct strings *list, const char *name)
{
	for (size_t i = 1; name != NULL && i < list->n; i++) {
		char *item = list->item[i];

		if (strcmp(item, name) != 0)
			continue;
		memmove(&list->item[1], &list->item[0], i * sizeof(char *));
		list->item[0] = item;
	}
}

static void
sorted_init(struct sorted *s, const struct cert *c)
{
	struct strings names = {0}, cn = {0};

	*s = (struct sorted){ .san = c->san_present };
	if (c->n_cn == 1 && c->cn[0].readable)
		add_host_name(&c->cn[0].utf8, &cn);
	for (size_t i = 0; i < c->n_san && names.n < NAMES_MAX; i++)
		if (c->san[i].type == CERT_SAN_DNS)
			add_host_name(&c->san[i].value, &names);
	if (cn.n > 0)
		s->cn = xstrdup(cn.item[0]);
	sort_names(c->san_present ? &names : &cn, s);
	to_front(&s->sites, s->cn);
	to_front(&s->whole, s->cn);
	strings_done(&names);
	strings_done(&cn);
}

static void
sorted_done(struct sorted *s)
{
	free(s->cn);
	strings_done(&s->sites);
	strings_done(&s->whole);
	strings_done(&s->others);
}

static bool
cn_is_site(const struct sorted *s)
{
	return s->cn != NULL && strings_has(&s->sites, s->cn);
}

/* -- what it would be right for ------------------------------------------- */

static void
add_use(struct strings *out, const char *what, const char *name,
    const struct strings *sites, const char *more)
{
	struct text line = {0};

	text_addf(&line, "the %s certificate of %s%s", what, name,
	    sites != NULL ? " for " : more);
	if (sites != NULL)
		strings_join(sites, ", ", &line);
	strings_add(out, text_str(&line));
	text_done(&line);
}

static void
add_documented(struct strings *out, const struct sorted *s)
{
	struct text line = {0};

	if (!cn_is_site(s) || s->others.n != 1)
		return;
	text_addf(&line, "not the single certificate of %s: its CN is the "
	    "site host, as Microsoft documented it, and activation refuses "
	    "that", s->others.item[0]);
	strings_add(out, text_str(&line));
	text_done(&line);
}

void
guess_uses(const struct cert *c, struct strings *out)
{
	struct sorted s;
	bool counts;		/* the CN, where there is a SAN */

	sorted_init(&s, c);
	counts = s.cn != NULL && (!s.san || cert_san_has(c, s.cn));
	if (cn_is_site(&s) && strings_has(&s.whole, s.cn))
		add_use(out, "HTTPS", s.cn, NULL, "");
	if (counts && !cn_is_site(&s)) {
		add_use(out, "MTLS", s.cn, NULL, "");
		if (s.whole.n > 0 && s.whole.n == s.sites.n)
			add_use(out, "single", s.cn, &s.whole, "");
	}
	if (counts && s.sites.n == 0 && s.san)
		add_use(out, "HTTPS", s.cn, NULL, ", without desktop sharing");
	add_documented(out, &s);
	sorted_done(&s);
}

/* -- which host ------------------------------------------------------------ */

static char *
fqdn_by_mtls(const struct sorted *s, const char *asked)
{
	if (s->cn != NULL && !cn_is_site(s))
		return xstrdup(s->cn);
	if (asked != NULL && strings_has(&s->others, asked))
		return xstrdup(asked);
	return s->others.n == 1 ? xstrdup(s->others.item[0]) : NULL;
}

/* A CN that is no site of a certificate that has sites is a host's. */
static char *
fqdn_by_https(const struct sorted *s, const char *asked)
{
	if (s->sites.n == 0)
		return NULL;
	return fqdn_by_mtls(s, asked);
}

/*
 * Was the host asked for by the name of a site? By names of sites it shows, or
 * by an HTTPS certificate for that name beside an MTLS certificate for another.
 */
static bool
asked_for_site(const char *asked, const struct guess_port *ports, size_t n)
{
	bool site = false, https = false, other = false;

	for (size_t i = 0; i < n; i++) {
		struct sorted s;

		if (ports[i].leaf == NULL)
			continue;
		sorted_init(&s, ports[i].leaf);
		site = site || strings_has(&s.sites, asked);
		if (s.cn != NULL && strcmp(s.cn, asked) == 0)
			https = https || !ports[i].mtls;
		else
			other = other || ports[i].mtls;
		sorted_done(&s);
	}
	return site || (https && other);
}

static char *
find_fqdn(const char *asked, const struct guess_port *ports, size_t n)
{
	char *found = NULL;

	if (asked != NULL && !asked_for_site(asked, ports, n))
		return xstrdup(asked);
	for (int mtls = 1; mtls >= 0; mtls--) {
		for (size_t i = 0; i < n && found == NULL; i++) {
			struct sorted s;

			if (ports[i].leaf == NULL ||
			    ports[i].mtls != (mtls == 1))
				continue;
			sorted_init(&s, ports[i].leaf);
			found = (mtls == 1 ? fqdn_by_mtls : fqdn_by_https)(&s,
			    asked);
			sorted_done(&s);
		}
	}
	if (found == NULL && asked != NULL)
		found = xstrdup(asked);
	return found;
}

/* -- which sites ----------------------------------------------------------- */

static struct guess_site *
add_site(struct guess *g, const char *name)
{
	struct guess_site *site;

	g->sites = xgrow(g->sites, g->n_sites, &g->cap_sites,
	    sizeof(*g->sites));
	site = &g->sites[g->n_sites++];
	*site = (struct guess_site){ .name = xstrdup(name), .known = true };
	return site;
}

static struct guess_site *
find_site(const struct guess *g, const char *name)
{
	for (size_t i = 0; i < g->n_sites; i++)
		if (strcmp(g->sites[i].name, name) == 0)
			return &g->sites[i];
	return NULL;
}

/* The sites that a certificate names, with or without desktop sharing. */
static void
add_sites(struct guess *g, const struct sorted *s, bool https)
{
	for (size_t i = 0; i < s->sites.n && g->n_sites < SITES_MAX; i++)
		if (find_site(g, s->sites.item[i]) == NULL)
			add_site(g, s->sites.item[i])->sharing = true;
	for (size_t i = 0; https && s->sites.n == 0 && i < s->others.n &&
	    g->n_sites < SITES_MAX; i++)
		if (strcmp(s->others.item[i], g->fqdn) != 0 &&
		    find_site(g, s->others.item[i]) == NULL)
			(void)add_site(g, s->others.item[i]);
}

/* A site of this certificate without an HTTPS port, the CN's before others. */
static struct guess_site *
free_site(const struct guess *g, const struct sorted *s)
{
	struct guess_site *site = s->cn != NULL ? find_site(g, s->cn) : NULL;

	if (site != NULL && site->https == 0)
		return site;
	for (size_t i = 0; i < s->sites.n + s->others.n; i++) {
		site = find_site(g, i < s->sites.n ? s->sites.item[i] :
		    s->others.item[i - s->sites.n]);
		if (site != NULL && site->https == 0)
			return site;
	}
	return NULL;
}

static void
place_https(struct guess *g, const struct guess_port *p)
{
	struct guess_site *site;
	struct sorted s;

	sorted_init(&s, p->leaf);
	site = free_site(g, &s);
	if (site == NULL && s.sites.n > 0) {
		site = add_site(g, s.sites.item[0]);
		site->sharing = true;
	} else if (site == NULL) {
		site = add_site(g, g->fqdn);
		site->known = s.cn != NULL && strcmp(s.cn, g->fqdn) == 0;
	}
	site->https = p->port;
	sorted_done(&s);
}

static const struct guess_port *
port_of(const struct guess_port *ports, size_t n, uint16_t port)
{
	for (size_t i = 0; i < n; i++)
		if (ports[i].port == port)
			return &ports[i];
	return NULL;
}

static enum layout
layout_of(const struct guess *g, const struct guess_site *site,
    const struct guess_port *ports, size_t n)
{
	const struct cert *a, *b;

	if (site->https == 0 || site->mtls == 0)
		return LAYOUT_AUTO;
	a = port_of(ports, n, site->https)->leaf;
	b = port_of(ports, n, site->mtls)->leaf;
	return memcmp(a->sha256, b->sha256, CERT_SHA256) == 0 ||
	    cert_cn_is(a, g->fqdn) ? LAYOUT_SINGLE : LAYOUT_SEPARATE;
}

/* By custom the listening ports are in the order of the sites. */
static void
place_mtls(struct guess *g, uint16_t port)
{
	struct guess_site *site = NULL;

	for (int https = 1; https >= 0 && site == NULL; https--)
		for (size_t i = 0; i < g->n_sites && site == NULL; i++)
			if (g->sites[i].mtls == 0 &&
			    (g->sites[i].https != 0) == (https == 1))
				site = &g->sites[i];
	if (site == NULL) {
		site = add_site(g, g->fqdn);
		site->known = false;
	}
	site->mtls = port;
}

void
guess_init(struct guess *g, const char *asked, const struct guess_port *ports,
    size_t n)
{
	const struct guess_site *site;
	size_t n_mtls = 0;

	*g = (struct guess){ .fqdn = find_fqdn(asked, ports, n) };
	if (g->fqdn == NULL)
		return;
	for (int https = 1; https >= 0; https--) {
		for (size_t i = 0; i < n; i++) {
			struct sorted s;

			if (ports[i].leaf == NULL ||
			    ports[i].mtls == (https == 1))
				continue;
			sorted_init(&s, ports[i].leaf);
			add_sites(g, &s, https == 1);
			sorted_done(&s);
		}
	}
	for (size_t i = 0; i < n; i++)
		if (ports[i].leaf != NULL && !ports[i].mtls)
			place_https(g, &ports[i]);
	for (size_t i = 0; i < n; i++) {
		if (ports[i].leaf == NULL || !ports[i].mtls)
			continue;
		place_mtls(g, ports[i].port);
		n_mtls++;
	}
	/* Only a site's name is known: that is no server's. */
	site = find_site(g, g->fqdn);
	g->known = site == NULL || !site->known || n_mtls > 0;
	for (size_t i = 0; i < g->n_sites; i++)
		g->sites[i].layout = layout_of(g, &g->sites[i], ports, n);
}

void
guess_done(struct guess *g)
{
	for (size_t i = 0; i < g->n_sites; i++)
		free(g->sites[i].name);
	free(g->sites);
	free(g->fqdn);
	*g = (struct guess){0};
}

/* -- the entry ------------------------------------------------------------- */

static void
add_site_entry(const struct guess_site *site, struct text *out)
{
	/* Two sites of a host never have one URL: ports tell them apart. */
	uint16_t port = site->https != 0 ? site->https : site->known ? 443 :
	    site->mtls;

	text_addf(out, "      - url: https://%s", site->name);
	if (port != 443)
		text_addf(out, ":%u", port);
	text_add(out, site->known ? "\n" : "   # its URL is not known\n");
	if (site->layout != LAYOUT_AUTO)
		text_addf(out, "        layout: %s\n",
		    layout_name(site->layout));
	if (site->mtls != 0)
		text_addf(out, "        mtls_port: %u\n", site->mtls);
	else
		text_add(out, "        mtls_port: unknown\n");
	if (site->https == 0)
		text_add(out, "        tls: no   # where its HTTPS port is "
		    "was not seen\n");
	if (!site->sharing && site->https != 0)
		text_add(out, "        sharing: no   # the certificate has no "
		    "as. and download. names\n");
}

void
guess_add_entry(const struct guess *g, const char *address, struct text *out)
{
	text_addf(out, "  - fqdn: %s%s\n", g->fqdn, g->known ? "" :
	    "   # a site's name: its server's FQDN is not known");
	if (address != NULL)
		text_addf(out, "    address: %s\n", address);
	text_add(out, "    sites:\n");
	for (size_t i = 0; i < g->n_sites; i++)
		add_site_entry(&g->sites[i], out);
}
