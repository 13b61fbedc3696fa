/* SPDX-License-Identifier: ISC */
/* fetch_url.c - which URLs may be fetched. */
#include "fetch_url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cwaudit/mem.h"
#include "fetch.h"

#define URL_MAX	512

void
fetch_url_done(struct fetch_url *u)
{
	curl_url_cleanup(u->parts);
	free(u->host);
	free(u->port);
	*u = (struct fetch_url){0};
}

/* "ldap:", "file:" ... : said by name, as a CA of Windows has them first. */
static void
refuse_scheme(const char *url, struct text *why)
{
	size_t len = strcspn(url, ":/");

	if (url[len] == ':' && len > 0 && len < 16) {
		text_add_escaped(why, url, len, 0);
		text_add(why, ": is out of the auditor's reach, which asks by "
		    "http only");
	} else {
		text_add(why, "not a URL of http");
	}
}

static bool
has_part(CURLU *parts, CURLUPart part)
{
	char *value = NULL;
	bool has = curl_url_get(parts, part, &value, 0) == CURLUE_OK;

	curl_free(value);
	return has;
}

static bool
take_apart(struct fetch_url *u, const char *url)
{
	char *host = NULL, *port = NULL;
	size_t len;

	u->parts = curl_url();
	if (u->parts == NULL || curl_url_set(u->parts, CURLUPART_URL, url,
	    CURLU_ALLOW_SPACE | CURLU_URLENCODE) != CURLUE_OK ||
	    curl_url_get(u->parts, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
	    curl_url_get(u->parts, CURLUPART_PORT, &port,
	    CURLU_DEFAULT_PORT) != CURLUE_OK) {
		curl_free(host);
		return false;
	}
	len = strlen(host);
	u->is_v6 = len > 2 && host[0] == '[' && host[len - 1] == ']';
	u->host = u->is_v6 ? xstrndup(host + 1, len - 2) :
	    xstrndup(host, len > 1 && host[len - 1] == '.' ? len - 1 : len);
	text_lower(u->host);
	u->port = xstrdup(port);
	curl_free(host);
	curl_free(port);
	return true;
}

/* "host", "host:port", "10.0.0.1:8080", "[::1]:80" */
static bool
is_listed(const struct fetch_url *u, const struct strings *hosts)
{
	struct text bare = {0}, full = {0};
	bool found;

	text_addf(&bare, u->is_v6 ? "[%s]" : "%s", u->host);
	text_addf(&full, "%s:%s", text_str(&bare), u->port);
	found = strings_has(hosts, text_str(&full)) ||
	    (strcmp(u->port, "80") == 0 && (strings_has(hosts, u->host) ||
	    strings_has(hosts, text_str(&bare))));
	text_done(&bare);
	text_done(&full);
	return found;
}

static bool
check(struct fetch_url *u, const char *url, const struct strings *hosts,
    struct text *why)
{
	if (strncasecmp(url, "http://", 7) != 0) {
		refuse_scheme(url, why);
	} else if (strlen(url) > URL_MAX || strchr(url, '\\') != NULL ||
	    !take_apart(u, url)) {
		text_add(why, "not a URL that can be used");
	} else if (has_part(u->parts, CURLUPART_USER) ||
	    has_part(u->parts, CURLUPART_PASSWORD)) {
		text_add(why, "has a user or password in it");
	} else if (!is_listed(u, hosts)) {
		bool default_port = strcmp(u->port, "80") == 0;

		text_add(why, "not fetched: the inventory's revocation.hosts "
		    "does not have ");
		text_add_escaped(why, u->host, strlen(u->host), 0);
		if (!default_port)
			text_addf(why, ":%s", u->port);
	} else {
		return true;
	}
	return false;
}

bool
fetch_url_parse(struct fetch_url *u, const char *url,
    const struct strings *hosts, struct text *why)
{
	*u = (struct fetch_url){0};
	if (check(u, url, hosts, why))
		return true;
	fetch_url_done(u);
	return false;
}

bool
fetch_allowed(const char *url, const struct strings *hosts, struct text *why)
{
	struct fetch_url u;

	if (!fetch_url_parse(&u, url, hosts, why))
		return false;
	fetch_url_done(&u);
	return true;
}
