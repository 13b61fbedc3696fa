/* SPDX-License-Identifier: ISC */
/* installed.c - the certificate that a host has now. */
#include "installed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "cwaudit/mem.h"
#include "cwaudit/name.h"

struct place {
	char		*host;
	unsigned	 port;		/* 0: any */
};

static bool
read_place(const char *what, struct place *p)
{
	const char *colon = strrchr(what, ':');
	uint64_t port = 0;

	p->host = colon != NULL ? xstrndup(what, (size_t)(colon - what)) :
	    xstrdup(what);
	if (colon == NULL || (text_number(colon + 1, 65535, &port) &&
	    port > 0)) {
		p->port = (unsigned)port;
		return true;
	}
	fprintf(stderr, "cwaudit: \"%s\" is neither a file nor "
	    "HOST[:PORT]\n", what);
	return false;
}

static bool
differ(const struct store_shown *shown, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (shown[i].leaf != shown[0].leaf)
			return true;
	return false;
}

static bool
complain(const char *what, const struct store_shown *shown, size_t n)
{
	fprintf(stderr, "cwaudit: --replaces %s: ", what);
	if (n == 0) {
		fputs("there is no such file, and the store knows no "
		    "certificate of such a host and port\n", stderr);
		return false;
	}
	fputs("its ports present different certificates; name one of", stderr);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, " %u (%s)%s", shown[i].port, shown[i].kind,
		    i + 1 < n ? "," : "\n");
	return false;
}

static bool
add(const struct store_shown *shown, const struct place *p,
    struct bundle *out, struct strings *names)
{
	struct text name = {0}, why = {0};
	bool ok = true;

	text_addf(&name, "%s, port %u, as last seen", p->host, shown->port);
	for (size_t i = 0; ok && i < shown->n_der; i++)
		ok = bundle_add(out, text_str(&name),
		    (const uint8_t *)text_str(&shown->der[i]),
		    shown->der[i].len, NULL, &why) == BUNDLE_OK;
	ok = ok && bundle_settle(out, &why) == BUNDLE_OK;
	if (!ok)
		fprintf(stderr, "cwaudit: %s: %s\n", text_str(&name),
		    text_str(&why));
	strings_add(names, text_str(&name));
	text_done(&name);
	text_done(&why);
	return ok;
}

bool
installed_read(const char *config_path, const char *what, enum role role,
    struct bundle *out, struct strings *names)
{
	const char *kind = role == ROLE_MTLS ? "mtls" : role == ROLE_HTTPS ?
	    "https" : NULL;
	struct store_shown *shown = NULL;
	struct place p = {0};
	struct text why = {0};
	struct archive a;
	size_t n = 0;
	bool ok = false;

	if (read_place(what, &p) && archive_open(&a, config_path)) {
		if (!store_read_shown(a.store, p.host, p.port, kind, &shown,
		    &n, &why))
			(void)archive_complain(&why);
		else if (n == 0 || differ(shown, n))
			(void)complain(what, shown, n);
		else
			ok = add(shown, &p, out, names);
		archive_close(&a);
	}
	store_shown_free(shown, n);
	free(p.host);
	return ok;
}
