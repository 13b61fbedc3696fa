/* SPDX-License-Identifier: ISC */
/* target.c - a word of the command line to a host or published entry. */
#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/name.h"

#define SITES_SHOWN	10	/* hosts of one site */

static bool
same_url(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	n -= n > 0 && a[n - 1] == '/';
	m -= m > 0 && b[m - 1] == '/';
	return n == m && strncasecmp(a, b, n) == 0;
}

static const struct published *
find_published(const struct inventory *inv, const char *word)
{
	for (size_t i = 0; i < inv->n_published; i++)
		if (same_url(inv->published[i].url, word))
			return &inv->published[i];
	for (size_t i = 0; i < inv->n_published; i++)
		if (text_equal(inv->published[i].name, word))
			return &inv->published[i];
	return NULL;
}

bool
target_find(const struct inventory *inv, const char *word, struct target *t)
{
	struct text clean = {0};

	*t = (struct target){0};
	if (name_host(word, &clean) == NULL)
		t->host = inventory_find(inv, text_str(&clean));
	if (t->host == NULL)
		t->published = find_published(inv, clean.len > 0 ?
		    text_str(&clean) : word);
	text_done(&clean);
	return t->host != NULL || t->published != NULL;
}

/* The hosts that have this site; false if there are none. */
static bool
tell_hosts(const struct inventory *inv, const char *word)
{
	struct strings hosts = {0};
	struct text list = {0};
	bool any;

	for (size_t i = 0; i < inv->n_hosts; i++)
		for (size_t k = 0; k < inv->hosts[i].n_sites; k++)
			if (text_equal(inv->hosts[i].sites[k].name, word) ||
			    same_url(inv->hosts[i].sites[k].url, word))
				strings_add_unique(&hosts, inv->hosts[i].fqdn);
	for (size_t i = 0; i < hosts.n && i < SITES_SHOWN; i++)
		text_addf(&list, "%s%s", i > 0 ? ", " : "", hosts.item[i]);
	if (hosts.n > SITES_SHOWN)
		text_addf(&list, " and %zu more", hosts.n - SITES_SHOWN);
	any = hosts.n > 0;
	if (any)
		fprintf(stderr, "cwaudit: %s is a site; name a host that has "
		    "it: %s\n", word, text_str(&list));
	text_done(&list);
	strings_done(&hosts);
	return any;
}

void
target_complain(const struct inventory *inv, const char *word,
    const char *const *others, size_t n)
{
	const char **words, *near;
	struct text shown = {0};
	size_t all = 0;

	if (tell_hosts(inv, word))
		return;
	words = xcalloc(inv->n_hosts + inv->n_published + n + 1,
	    sizeof(*words));
	for (size_t i = 0; i < inv->n_hosts; i++)
		words[all++] = inv->hosts[i].fqdn;
	for (size_t i = 0; i < inv->n_published; i++)
		words[all++] = inv->published[i].url;
	for (size_t i = 0; i < n; i++)
		words[all++] = others[i];
	near = text_nearest(word, words, all);
	text_add_escaped(&shown, word, strlen(word), 300);
	fprintf(stderr, "cwaudit: no host%s \"%s\"", n > 0 ? " or rule" : "",
	    text_str(&shown));
	if (near != NULL)
		fprintf(stderr, ", did you mean \"%s\"?\n", near);
	else
		fprintf(stderr, "; \"cwaudit inventory\" lists the hosts%s\n",
		    n > 0 ? ", \"cwaudit rules\" the rules" : "");
	text_done(&shown);
	free(words);
}
