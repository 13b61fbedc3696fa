/* SPDX-License-Identifier: ISC */
/*
 * check_odd_names.c - names that nobody accounts for, and names that are none.
 * Both walk lists that a peer chose, up to CERT_MAX_NAMES long: nothing here
 * compares every name with every other.
 */
#include "cwaudit/check.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define ODD_NAMES_MAX	1000	/* malformed names that are listed one by one */

/* The first label of the host's FQDN: its NetBIOS name, as a rule. */
static bool
is_short_name(const char *name, const char *fqdn)
{
	size_t len = strcspn(fqdn, ".");

	return text_equal_bytes(name, fqdn, len);
}

static bool
known_on_host(const struct subject *s, const char *name)
{
	const struct host *host = s->endpoint->host;

	if (text_equal(name, endpoint_site(s->endpoint)))
		return true;
	return host != NULL && (text_equal(name, host->fqdn) ||
	    (host->pool != NULL && text_equal(name, host->pool)));
}

/* Where there is no inventory to ask: what this port is expected to carry. */
static bool
is_expected(const struct subject *s, const char *name)
{
	const struct host *host = s->endpoint->host;

	if (strings_has(&s->expect.names, name))
		return true;
	for (size_t i = 0; host != NULL && i < host->n_sites; i++)
		if (strings_has(&host->sites[i].names, name))
			return true;
	return false;
}

static bool
known_in_inventory(const struct inventory *inventory, const char *name)
{
	static const char *const prefixes[] = { "as.", "download." };

	if (inventory_find(inventory, name) != NULL ||
	    inventory_find_site(inventory, name) != NULL)
		return true;
	for (size_t i = 0; i < ARRAY_N(prefixes); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(name, prefixes[i], len) == 0 &&
		    inventory_find_site(inventory, name + len) != NULL)
			return true;
	}
	return false;
}

bool
check_is_known(const struct subject *s, const char *name)
{
	return known_on_host(s, name) || (s->inventory != NULL ?
	    known_in_inventory(s->inventory, name) : is_expected(s, name));
}

static void
add_if_foreign(const struct subject *s, const struct cert_bytes *raw,
    struct strings *out)
{
	char *name;

	/* Wildcards and what is no host name have rules of their own. */
	if (!cert_name_is_host(raw->data, raw->len))
		return;
	name = xstrndup(raw->data, raw->len);
	text_lower(name);
	if (!check_is_known(s, name) && (s->endpoint->host == NULL ||
	    !is_short_name(name, s->endpoint->host->fqdn)))
		strings_add(out, name);
	free(name);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Published names are not indexed; the sorted candidates are. */
static void
drop_published(const struct inventory *inventory, struct strings *candidates)
{
	bool *known = xcalloc(candidates->n, sizeof(*known));
	size_t kept = 0;

	for (size_t i = 0; i < inventory->n_published; i++) {
		const struct strings *names = &inventory->published[i].names;

		for (size_t j = 0; j < names->n; j++) {
			char **hit = bsearch(&names->item[j], candidates->item,
			    candidates->n, sizeof(char *), by_bytes);

			if (hit != NULL)
				known[hit - candidates->item] = true;
		}
	}
	for (size_t i = 0; i < candidates->n; i++) {
		if (known[i])
			free(candidates->item[i]);
		else
			candidates->item[kept++] = candidates->item[i];
	}
	candidates->n = kept;
	free(known);
}

enum verdict
check_foreign_names(const struct subject *s, struct why *why)
{
	const struct cert *c = s->leaf;

	for (size_t i = 0; i < c->n_cn; i++)
		if (c->cn[i].readable)
			add_if_foreign(s, &c->cn[i].utf8, &why->offenders);
	for (size_t i = 0; i < c->n_san; i++)
		if (c->san[i].type == CERT_SAN_DNS)
			add_if_foreign(s, &c->san[i].value, &why->offenders);
	check_sort_unique(&why->offenders);
	if (why->offenders.n > 0 && s->inventory != NULL)
		drop_published(s->inventory, &why->offenders);
	if (why->offenders.n == 0)
		return c->san_present && !c->san_readable ? VERDICT_UNKNOWN :
		    VERDICT_PASS;
	why->offenders_key = "foreign";
	check_add_what(s, &why->message);
	text_add(&why->message, " also names ");
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, s->inventory != NULL ? ", which no host or "
	    "site of the inventory accounts for" : ", which it is not needed "
	    "for");
	return VERDICT_FAIL;
}

/* What is odd about a name that should be a host name; NULL: nothing. */
static const char *
oddity(const struct cert_bytes *raw, bool wildcard_allowed)
{
	const unsigned char *p = (const unsigned char *)raw->data;

	for (size_t i = 0; i < raw->len; i++) {
		if (p[i] == '\0')
			return "has a NUL in it";
		if (p[i] < 0x20 || p[i] == 0x7f)
			return "has a control byte in it";
	}
	for (size_t i = 0; i < raw->len; i++)
		if (p[i] >= 0x80)
			return "is not ASCII (an A-label is needed)";
	if (raw->len == 0)
		return "is empty";
	if (wildcard_allowed ? cert_name_is_pattern(raw->data, raw->len) :
	    cert_name_is_host(raw->data, raw->len))
		return NULL;
	return "is not a host name";
}

static void
add_odd(const char *kind, const struct cert_bytes *raw, const char *what,
    struct strings *out)
{
	struct text line = {0};

	text_addf(&line, "%s \"", kind);
	check_add_raw(raw, &line);
	text_addf(&line, "\" %s", what);
	/* "" cannot stand inside a log value's quotes */
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] == '"')
			line.data[i] = '\'';
	if (out->n < ODD_NAMES_MAX)
		strings_add(out, text_str(&line));
	text_done(&line);
}

static void
add_odd_cns(const struct cert *c, struct strings *out)
{
	if (c->subject_empty)
		strings_add(out, "the subject is empty");
	else if (c->n_cn == 0)
		strings_add(out, "the subject has no CN");
	if (c->n_cn > 1) {
		struct text line = {0};

		text_addf(&line, "the subject has %zu CNs", c->n_cn);
		strings_add(out, text_str(&line));
		text_done(&line);
	}
	for (size_t i = 0; i < c->n_cn; i++) {
		const char *what = c->cn[i].readable ?
		    oddity(&c->cn[i].utf8, true) : "cannot be decoded";

		if (what != NULL)
			add_odd("CN", &c->cn[i].utf8, what, out);
	}
}

static void
add_odd_sans(const struct cert *c, struct strings *out)
{
	if (c->san_count > 1)
		strings_add(out, "the SAN extension is there more than once");
	if (c->san_present && !c->san_readable)
		strings_add(out, "the SAN cannot be decoded");
	for (size_t i = 0; i < c->n_san; i++) {
		const char *what;

		if (c->san[i].type != CERT_SAN_DNS)
			continue;
		what = oddity(&c->san[i].value, true);
		if (what != NULL)
			add_odd("dNSName", &c->san[i].value, what, out);
	}
}

enum verdict
check_malformed_name(const struct subject *s, struct why *why)
{
	add_odd_cns(s->leaf, &why->offenders);
	add_odd_sans(s->leaf, &why->offenders);
	if (why->offenders.n == 0)
		return VERDICT_PASS;
	why->offenders_key = "malformed";
	if (s->expect.role == ROLE_PUBLISHED)
		why->severity = SEVERITY_WARNING;
	text_add(&why->message, "names in ");
	check_add_what(s, &why->message);
	text_add(&why->message, " are malformed: ");
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, "; one CN and SAN dNSNames that are plain host "
	    "names are expected");
	return VERDICT_FAIL;
}
