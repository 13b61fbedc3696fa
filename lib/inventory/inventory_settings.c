/* SPDX-License-Identifier: ISC */
/*
 * inventory_settings.c - what may be said at every level. A level is a copy
 * of the one above it with what it says itself; lists replace, maps of rules,
 * roles and thresholds are merged key by key.
 */
#include "inventory_parts.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/name.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

const struct settings settings_default = {
	.families = FAMILY_IPV4,
	.probe = true,
	.expiring_s = { -1, -1, -1, -1, -1 },
};

static bool
trust_known(struct reader *r, const struct node *y, const char *name)
{
	const struct inventory_reading *in = r->context;

	for (size_t i = 0; i < in->n_trust; i++)
		if (strcmp(in->trust[i], name) == 0)
			return true;
	if (in->n_trust == 0)
		reader_problem(r, y, "\"%s\" is not defined: the inventory "
		    "needs \"roots: {%s: FILE.pem}\" at the top",
		    reader_shown(r, name), reader_shown(r, name));
	else
		reader_problem(r, y, "\"%s\" is not defined in \"roots\" at "
		    "the top%s", reader_shown(r, name),
		    reader_hint(r, name, in->trust, in->n_trust));
	return false;
}

static bool
issuer_likely(struct reader *r, const struct node *y, const char *name)
{
	static const char *const parts[] = { "CN=", "OU=", "O=" };

	for (size_t i = 0; i < ARRAY_N(parts); i++)
		if (strcasestr(name, parts[i]) != NULL)
			return true;
	reader_problem(r, y, "\"%s\" is no issuer: write the whole name in "
	    "quotes, such as \"CN=Contoso CA,DC=contoso,DC=com\"",
	    reader_shown(r, name));
	return false;
}

/* One list or value, each of whose items is checked. */
static void
read_checked(struct reader *r, const struct node *y, struct strings *field,
    bool (*good)(struct reader *, const struct node *, const char *))
{
	const struct node *item = y->kind == NODE_LIST ? y->child : y;
	struct strings list = {0};

	if (y->kind == NODE_MAP) {
		(void)reader_expect(r, y, NODE_LIST, "this");
		return;
	}
	for (; item != NULL; item = item == y ? NULL : item->next) {
		const char *s = reader_scalar(r, item);

		if (s != NULL && good(r, item, s))
			arena_strings_add(r->arena, &list, s);
	}
	*field = list;
}

static void
read_trust(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	(void)k;
	read_checked(r, y, field, trust_known);
}

static void
read_issuers(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	(void)k;
	read_checked(r, y, field, issuer_likely);
}

/* {mtls: ..., https: ...}, or one for both. */
static void
read_both(struct reader *r, const struct node *y, struct strings *mtls,
    struct strings *https, reader_fn *read)
{
	struct strings lists[2] = { *mtls, *https };
	const struct reader_key keys[] = {
		{ "mtls", read, 0, NULL, false },
		{ "https", read, sizeof(struct strings), NULL, false },
	};
	struct reader_table table = { keys, ARRAY_N(keys), lists };

	if (y->kind == NODE_MAP) {
		(void)reader_map(r, y, y->key, &table, 1);
	} else {
		read(r, y, NULL, &lists[0]);
		lists[1] = lists[0];
	}
	*mtls = lists[0];
	*https = lists[1];
}

static void
read_trusts(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	struct settings *s = field;

	(void)k;
	read_both(r, y, &s->trust_mtls, &s->trust_https, read_trust);
}

static void
read_issuer_lists(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	struct settings *s = field;

	(void)k;
	read_both(r, y, &s->issuers_mtls, &s->issuers_https, read_issuers);
}

static void
read_proxy(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	const char *s = reader_scalar(r, y), *why;

	(void)k;
	if (s == NULL)
		return;
	if (strcmp(s, "none") == 0) {
		*(char **)field = NULL;
		return;
	}
	why = name_proxy_url(s);
	if (why == NULL)
		*(char **)field = arena_strdup(r->arena, s);
	else if (strchr(s, '@') != NULL)	/* no secret into a log */
		reader_problem(r, y, "this proxy %s", why);
	else
		reader_problem(r, y, "the proxy \"%s\" %s", reader_shown(r, s),
		    why);
}

static void
read_path(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	const char *s = reader_scalar(r, y);
	char *path;

	(void)k;
	if (s == NULL)
		return;
	path = name_beside(r->file, s);
	*(char **)field = arena_strdup(r->arena, path);
	free(path);
}

static void
read_families(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	static const struct reader_word words[] = {
		{ "ipv4", FAMILY_IPV4 }, { "ipv6", FAMILY_IPV6 }, { NULL, 0 },
	};
	const struct node *item = y->kind == NODE_LIST ? y->child : y;
	int families = 0, one;

	(void)k;
	if (item == NULL)
		reader_problem(r, y, "\"families\" is empty: ipv4, ipv6 or "
		    "both");
	for (; item != NULL; item = item == y ? NULL : item->next)
		if (reader_word(r, item, words, &one))
			families |= one;
	if (families != 0)
		*(int *)field = families;
}

/* yes, or {enabled: no, reason: ...} */
static void
read_probe(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	static const struct reader_key keys[] = {
		{ "enabled", reader_bool, offsetof(struct settings, probe),
		    NULL, true },
		{ "reason", reader_text,
		    offsetof(struct settings, probe_reason), NULL, false },
	};
	struct settings *s = field;
	struct reader_table table = { keys, ARRAY_N(keys), s };

	s->probe = true;
	s->probe_reason = NULL;
	if (y->kind != NODE_MAP)
		reader_bool(r, y, k, &s->probe);
	else if (!reader_map(r, y, "\"probe\"", &table, 1))
		return;
	if (!s->probe && s->probe_reason == NULL)
		reader_key_problem(r, y, "say why this is not looked at: "
		    "\"probe: {enabled: no, reason: ...}\"");
}

/* Letters, digits, "-._", a port; brackets and colons of an IPv6 literal. */
static bool
looks_like_host(const char *s)
{
	size_t brackets = *s == '[' ? strcspn(s, "]") : 0;
	size_t host = strcspn(s + brackets, ":") + brackets;
	uint64_t port;

	if (host == 0 || s[strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]")] != '\0')
		return false;
	return s[host] == '\0' || (text_number(s + host + 1, 65535, &port) &&
	    port > 0);
}

static void
check_revocation_hosts(struct reader *r, const struct node *y,
    const struct settings *s)
{
	for (size_t i = 0; i < s->revocation_hosts.n; i++)
		if (!looks_like_host(s->revocation_hosts.item[i]))
			reader_key_problem(r, y, "\"%s\" is not a host such as "
			    "\"pki.contoso.com\" or, with another port than "
			    "80, \"pki.contoso.com:8080\"", reader_shown(r,
			    s->revocation_hosts.item[i]));
}

/* yes, or {enabled: yes, hosts: [...]} */
static void
read_revocation(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	static const struct reader_key keys[] = {
		{ "enabled", reader_bool,
		    offsetof(struct settings, revocation), NULL, true },
		{ "hosts", reader_strings,
		    offsetof(struct settings, revocation_hosts), NULL, false },
	};
	struct settings *s = field;
	struct reader_table table = { keys, ARRAY_N(keys), s };

	if (y->kind == NODE_MAP)
		(void)reader_map(r, y, "\"revocation\"", &table, 1);
	else
		reader_bool(r, y, k, &s->revocation);
	check_revocation_hosts(r, y, s);
	if (s->revocation && s->revocation_hosts.n == 0)
		reader_key_problem(r, y, "name the hosts that revocation URLs "
		    "may point to: \"revocation: {enabled: yes, hosts: "
		    "[...]}\"; a certificate must not choose where we connect");
}

static void
read_lifetime(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	if (y->kind == NODE_SCALAR && strcmp(y->value, "none") == 0)
		*(int64_t *)field = 0;
	else
		reader_span_s(r, y, k, field);
}

static const struct reader_word pkis[] = {
	{ "private", PKI_PRIVATE }, { "public", PKI_PUBLIC }, { NULL, 0 },
};
static const struct reader_word layouts[] = {
	{ "auto", LAYOUT_AUTO }, { "single", LAYOUT_SINGLE },
	{ "separate", LAYOUT_SEPARATE }, { NULL, 0 },
};
static const struct reader_range timeouts = { 100, 600000 };
static const struct reader_range lifetimes = { CLOCK_DAY, 36500LL * CLOCK_DAY };

#define FIELD(f)	offsetof(struct settings, f)

const struct reader_key settings_keys[] = {
	{ "owner", reader_text, FIELD(owner), NULL, false },
	{ "zone", reader_text, FIELD(zone), NULL, false },
	{ "tags", reader_strings, FIELD(tags), NULL, false },
	{ "trust", read_trusts, 0, NULL, false },
	{ "issuers", read_issuer_lists, 0, NULL, false },
	{ "pki", reader_words, FIELD(pki), pkis, false },
	{ "proxy", read_proxy, FIELD(proxy), NULL, false },
	{ "proxy_credentials", read_path, FIELD(proxy_credentials), NULL,
	    false },
	{ "timeout", reader_span_ms, FIELD(timeout_ms), &timeouts, false },
	{ "families", read_families, FIELD(families), NULL, false },
	{ "http", reader_bool, FIELD(http), NULL, false },
	{ "client_cert", read_path, FIELD(client_cert), NULL, false },
	{ "client_key", read_path, FIELD(client_key), NULL, false },
	{ "layout", reader_words, FIELD(layout), layouts, false },
	{ "probe", read_probe, 0, NULL, false },
	{ "names_dns", reader_bool, FIELD(names_dns), NULL, false },
	{ "revocation", read_revocation, 0, NULL, false },
	{ "expiring", tailoring_expiring, 0, NULL, false },
	{ "max_lifetime", read_lifetime, FIELD(max_lifetime_s), &lifetimes,
	    false },
	{ "rules", tailoring_rules, 0, NULL, false },
	{ "waivers", tailoring_waivers, 0, NULL, false },
	{ "maintenance", tailoring_maintenance, 0, NULL, false },
};
const size_t n_settings_keys = ARRAY_N(settings_keys);

/* A key of another level's certificate would be a strange thing to use. */
static void
check_client_pair(struct reader *r, const struct node *map)
{
	const struct node *cert = node_find(map, "client_cert");
	const struct node *key = node_find(map, "client_key");

	if (cert != NULL && key == NULL)
		reader_key_problem(r, cert, "\"client_cert\" needs a "
		    "\"client_key\" beside it");
	if (key != NULL && cert == NULL)
		reader_key_problem(r, key, "\"client_key\" needs a "
		    "\"client_cert\" beside it");
}

const struct settings *
settings_read(struct reader *r, const struct node *map, const char *what,
    const struct reader_table *keys, const struct settings *parent)
{
	struct reader_table tables[2];
	struct settings *own = NULL;
	size_t n = 0;

	if (reader_map_has(map, settings_keys, n_settings_keys)) {
		own = arena_new(r->arena, 1, sizeof(*own));
		*own = *parent;
	}
	if (keys != NULL)
		tables[n++] = *keys;
	tables[n++] = (struct reader_table){ settings_keys, n_settings_keys,
	    own };
	if (reader_map(r, map, what, tables, n))
		check_client_pair(r, map);
	return own != NULL ? own : parent;
}
