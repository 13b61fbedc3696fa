/* SPDX-License-Identifier: ISC */
/* rule_remedy.c - fills names into a remedy. */
#include "rule_remedy.h"

#include <string.h>

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define REMEDY_LISTED	60	/* names; a request for more is made by hand */

static void
add_names(const struct strings *names, struct text *out)
{
	size_t shown = names->n > REMEDY_LISTED ? REMEDY_LISTED : names->n;

	if (names->n == 0)
		text_add(out, "(none)");
	for (size_t i = 0; i < shown; i++)
		text_addf(out, "%s%s", i > 0 ? ", " : "", names->item[i]);
	if (shown < names->n)
		text_addf(out, " and %zu more", names->n - shown);
}

/* Fills in one placeholder at s; its length, or 0 where it is none. */
static size_t
fill_one(const char *s, const struct remedy_names *n, struct text *out)
{
	const struct {
		const char		*key;
		const char		*value;
		const struct strings	*list;
	} keys[] = {
		{ "{host}", n->host, NULL }, { "{site}", n->site, NULL },
		{ "{cn}", n->cn, NULL }, { "{names}", NULL, n->names },
		{ "{missing}", NULL, n->missing },
	};

	for (size_t i = 0; i < ARRAY_N(keys); i++) {
		if (strncmp(s, keys[i].key, strlen(keys[i].key)) != 0)
			continue;
		/* A separate MTLS certificate needs no SAN but the FQDN. */
		if (keys[i].list != NULL && (keys[i].list->n > 0 ||
		    keys[i].list != n->names))
			add_names(keys[i].list, out);
		else
			text_add(out, keys[i].list != NULL ? n->cn :
			    keys[i].value);
		return strlen(keys[i].key);
	}
	return 0;
}

void
remedy_fill(const char *pattern, const struct remedy_names *n,
    struct text *out)
{
	while (*pattern != '\0') {
		size_t plain = strcspn(pattern, "{"), taken;

		text_add_bytes(out, pattern, plain);
		pattern += plain;
		if (*pattern == '\0')
			return;
		taken = fill_one(pattern, n, out);
		if (taken == 0) {	/* a brace of the text's own */
			text_add_char(out, *pattern);
			taken = 1;
		}
		pattern += taken;
	}
}
