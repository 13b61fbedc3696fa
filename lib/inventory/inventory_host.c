/* SPDX-License-Identifier: ISC */
/*
 * inventory_host.c - groups, hosts with their sites, and what is published
 * in front of them.
 */
#include "inventory_parts.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/name.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

void
group_read(struct reader *r, const struct node *y, struct group *g)
{
	const struct inventory_reading *in = r->context;

	g->name = arena_strdup(r->arena, y->key);
	g->file = r->file;
	g->line = y->key_line;
	g->column = y->key_column;
	g->settings = in->defaults;
	if (y->kind == NODE_SCALAR && y->plain && *y->value == '\0')
		return;			/* a group may be no more than a name */
	g->settings = settings_read(r, y, "a group", NULL, in->defaults);
}

static int
compare_group(const void *name, const void *group)
{
	return strcmp(name, ((const struct group *)group)->name);
}

static void
unknown_group(struct reader *r, const struct node *y, const char *name)
{
	const struct inventory_reading *in = r->context;
	const char **words = arena_new(r->arena, in->n_groups, sizeof(*words));

	for (size_t i = 0; i < in->n_groups; i++)
		words[i] = in->groups[i].name;
	reader_problem(r, y, "there is no group \"%s\"%s",
	    reader_shown(r, name), reader_hint(r, name, words, in->n_groups));
}

/* The settings above a host: its group's, or the defaults. */
static const struct settings *
above(struct reader *r, const struct node *map)
{
	const struct inventory_reading *in = r->context;
	const struct node *y = node_find(map, "group");
	const struct group *g = NULL;

	if (y == NULL || y->kind != NODE_SCALAR || *y->value == '\0')
		return in->defaults;
	if (in->n_groups > 0)
		g = bsearch(y->value, in->groups, in->n_groups, sizeof(*g),
		    compare_group);
	if (g != NULL)
		return g->settings;
	if (r->problems->n < PROBLEM_MAX)
		unknown_group(r, y, y->value);
	else
		r->problems->dropped++;
	return in->defaults;
}

static void
add_names(struct reader *r, struct strings *names, const char *host,
    bool sharing)
{
	static const char *const before[] = { "", "as.", "download." };

	for (size_t i = 0; i < (sharing ? ARRAY_N(before) : 1); i++) {
		struct text t = {0};

		text_addf(&t, "%s%s", before[i], host);
		arena_strings_add(r->arena, names, text_str(&t));
		text_done(&t);
	}
}

/* Name and port of a URL; *name stays NULL after a problem. */
static void
take_url(struct reader *r, const struct node *y, char **url, char **name,
    uint16_t *port)
{
	const char *s = reader_scalar(r, y), *why;
	struct text host = {0};

	if (s == NULL)
		return;
	why = name_site_url(s, &host, port);
	if (why != NULL) {
		reader_problem(r, y, "\"%s\" %s", reader_shown(r, s), why);
		return;
	}
	*url = arena_strdup(r->arena, s);
	*name = arena_strdup(r->arena, text_str(&host));
	text_done(&host);
}

static void
read_site_url(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	struct site *s = field;

	(void)k;
	take_url(r, y, &s->url, &s->name, &s->url_port);
}

static void
read_mtls_port(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	if (y->kind == NODE_SCALAR && strcmp(y->value, "unknown") == 0)
		*(uint16_t *)field = 0;
	else
		reader_port(r, y, k, field);
}

static void
read_listen(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	static const struct reader_key keys[] = {
		{ "address", reader_address,
		    offsetof(struct site, listen_address), NULL, false },
		{ "port", reader_port, offsetof(struct site, listen_port),
		    NULL, false },
	};
	struct reader_table table = { keys, ARRAY_N(keys), field };

	(void)k;
	(void)reader_map(r, y, "\"listen\"", &table, 1);
}

static const struct reader_key site_keys[] = {
	{ "url", read_site_url, 0, NULL, true },
	{ "mtls_port", read_mtls_port, offsetof(struct site, mtls_port), NULL,
	    false },
	{ "listen", read_listen, 0, NULL, false },
	{ "tls", reader_bool, offsetof(struct site, tls), NULL, false },
	{ "sharing", reader_bool, offsetof(struct site, sharing), NULL,
	    false },
	{ "farm", reader_text, offsetof(struct site, farm), NULL, false },
};

static void
site_read(struct reader *r, const struct node *y, const struct host *host,
    struct site *s)
{
	struct reader_table table = { site_keys, ARRAY_N(site_keys), s };

	*s = (struct site){ .host = host, .tls = true, .sharing = true,
	    .line = y->line, .column = y->column };
	s->settings = settings_read(r, y, "a site", &table, host->settings);
	if (y->kind == NODE_MAP && node_find(y, "mtls_port") == NULL)
		reader_problem(r, y, "a site needs \"mtls_port\": the "
		    "listening port of its virtual server, or \"unknown\"");
	if (s->name == NULL)
		return;
	if (s->listen_port == 0)
		s->listen_port = s->url_port;
	add_names(r, &s->names, s->name, s->sharing);
	if (s->farm == NULL) {
		struct text key = {0};

		text_addf(&key, "%s:%u", s->name, s->url_port);
		s->farm = arena_strdup(r->arena, text_str(&key));
		text_done(&key);
	}
}

static bool
same_address(const struct site *a, const struct site *b)
{
	const char *host = a->host->address != NULL ? a->host->address : "";
	const char *x = a->listen_address != NULL ? a->listen_address : host;
	const char *y = b->listen_address != NULL ? b->listen_address : host;

	return strcmp(x, y) == 0;
}

/* Does the site's HTTPS listener stand where the host's MTLS ports do? */
static bool
on_host_address(const struct site *s)
{
	return s->listen_address == NULL || (s->host->address != NULL &&
	    strcmp(s->listen_address, s->host->address) == 0);
}

/* What a site takes that an earlier one (or itself) has; NULL if nothing. */
static const char *
clash(const struct site *a, const struct site *b, unsigned *port)
{
	*port = b->listen_port;
	if (a != b && a->tls && b->tls && a->listen_port == b->listen_port) {
		if (same_address(a, b))
			return "HTTPS listener";
		if (strcmp(a->name, b->name) == 0)
			return "name";
	}
	if (b->tls && on_host_address(b) && a->mtls_port == b->listen_port)
		return "MTLS listener";
	*port = b->mtls_port;
	if (b->mtls_port == 0)
		return NULL;
	if (a != b && a->mtls_port == b->mtls_port)
		return "MTLS listener";
	if (a->tls && on_host_address(a) && a->listen_port == b->mtls_port)
		return "HTTPS listener";
	return NULL;
}

static void
check_clash(struct reader *r, const struct host *h, const struct site *s)
{
	for (const struct site *a = h->sites; a <= s; a++) {
		unsigned port;
		const char *what;

		if (a->name == NULL || s->name == NULL)
			continue;
		what = clash(a, s, &port);
		if (what == NULL)
			continue;
		if (strcmp(what, "name") == 0)
			problem_add(r->problems, r->file, s->line, s->column,
			    "site %s on port %u is already on line %d: two of "
			    "one name and port cannot be told apart", s->name,
			    port, a->line);
		else if (a == s)
			problem_add(r->problems, r->file, s->line, s->column,
			    "port %u is this site's HTTPS port and its "
			    "\"mtls_port\": two listeners cannot share one",
			    port);
		else
			problem_add(r->problems, r->file, s->line, s->column,
			    "port %u is already the %s of site %s (line %d)",
			    port, what, a->name, a->line);
		return;
	}
}

static void
read_sites(struct reader *r, const struct node *list, struct host *h)
{
	size_t n = 0;

	if (!reader_expect(r, list, NODE_LIST, "\"sites\""))
		return;
	for (const struct node *y = list->child; y != NULL; y = y->next)
		n++;
	if (n == 0 && h->state != HOST_RETIRED)
		reader_problem(r, list, "\"sites\" is empty: a host has at "
		    "least one site");
	if (n > INVENTORY_MAX_SITES) {
		reader_problem(r, list, "more than %d sites on one host",
		    INVENTORY_MAX_SITES);
		return;
	}
	h->sites = arena_new(r->arena, n, sizeof(*h->sites));
	for (const struct node *y = list->child; y != NULL; y = y->next) {
		site_read(r, y, h, &h->sites[h->n_sites]);
		check_clash(r, h, &h->sites[h->n_sites]);
		h->n_sites++;
	}
}

/* Read last, out of turn: sites need their host's address and settings. */
static void
read_later(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	(void)r;
	(void)y;
	(void)k;
	(void)field;
}

static const struct reader_word states[] = {
	{ "active", HOST_ACTIVE }, { "planned", HOST_PLANNED },
	{ "retired", HOST_RETIRED }, { NULL, 0 },
};
static const struct reader_word systems[] = {
	{ "2003", OS_2003 }, { "2008", OS_2008 }, { "2008r2", OS_2008R2 },
	{ NULL, 0 },
};

static const struct reader_key host_keys[] = {
	{ "fqdn", reader_host, offsetof(struct host, fqdn), NULL, true },
	{ "group", reader_text, offsetof(struct host, group), NULL, false },
	{ "state", reader_words, offsetof(struct host, state), states, false },
	{ "address", reader_address, offsetof(struct host, address), NULL,
	    false },
	{ "os", reader_words, offsetof(struct host, os), systems, false },
	{ "sha2_ok", reader_bool, offsetof(struct host, sha2_ok), NULL,
	    false },
	{ "pool", reader_host, offsetof(struct host, pool), NULL, false },
	{ "sites", read_later, 0, NULL, false },
};

void
host_read(struct reader *r, const struct node *y, struct host *h)
{
	struct reader_table table = { host_keys, ARRAY_N(host_keys), h };
	const struct node *fqdn = node_find(y, "fqdn"), *sites;

	h->file = r->file;
	h->line = y->line;
	h->column = y->column;
	if (fqdn != NULL) {
		h->line = fqdn->line;
		h->column = fqdn->column;
	}
	h->settings = settings_read(r, y, "a host", &table, above(r, y));
	if (y->kind != NODE_MAP)
		return;
	sites = node_find(y, "sites");
	if (sites != NULL)
		read_sites(r, sites, h);
	else if (h->state != HOST_RETIRED)
		reader_problem(r, y, "a host needs \"sites\": the virtual "
		    "servers that it publishes");
}

static void
read_published_url(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	struct published *p = field;

	(void)k;
	take_url(r, y, &p->url, &p->name, &p->port);
}

static const struct reader_word published_kinds[] = {
	{ "virtual-address", PUBLISHED_VIRTUAL },
	{ "offload", PUBLISHED_OFFLOAD },
	{ "reverse-proxy", PUBLISHED_PROXY }, { NULL, 0 },
};

static const struct reader_key published_keys[] = {
	{ "url", read_published_url, 0, NULL, true },
	{ "address", reader_address, offsetof(struct published, address),
	    NULL, false },
	{ "kind", reader_words, offsetof(struct published, kind),
	    published_kinds, true },
	{ "group", reader_text, offsetof(struct published, group), NULL,
	    false },
	{ "sharing", read_later, 0, NULL, false },
};

void
published_read(struct reader *r, const struct node *y, struct published *p)
{
	struct reader_table table = { published_keys, ARRAY_N(published_keys),
	    p };
	const struct node *said = node_find(y, "sharing");
	bool sharing = true;

	p->file = r->file;
	p->line = y->line;
	p->column = y->column;
	p->settings = settings_read(r, y, "a published entry", &table,
	    above(r, y));
	if (said != NULL)
		reader_bool(r, said, NULL, &sharing);
	if (p->name != NULL)
		add_names(r, &p->names, p->name, sharing);
}
