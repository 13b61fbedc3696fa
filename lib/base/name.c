/* SPDX-License-Identifier: ISC */
/* name.c - host names, addresses and URLs as people write them. */
#include "cwaudit/name.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define HOST_MAX	253	/* RFC 1035 section 3.1, less the root */
#define LABEL_MAX	63

static const char letters_digits[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

static const char *
label_problem(const char *label, size_t len)
{
	if (len == 0)
		return "has an empty label (two dots, or one in front)";
	if (len > LABEL_MAX)
		return "has a label longer than 63 characters";
	if (label[0] == '-' || label[len - 1] == '-')
		return "has a label that begins or ends with a hyphen";
	return NULL;
}

static bool
is_address(const char *s)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, s, bytes) == 1 ||
	    inet_pton(AF_INET6, s, bytes) == 1;
}

/* What is wrong with the characters, before labels are looked at. */
static const char *
charset_problem(const char *s)
{
	if (is_address(s) || s[0] == '[')
		return "is an address; certificates name hosts: write the host "
		    "name";
	if (strchr(s, '*') != NULL)
		return "is a wildcard: write the name itself";
	for (const char *p = s; *p != '\0'; p++) {
		if ((unsigned char)*p >= 0x80)
			return "has letters outside ASCII: write it in its "
			    "xn-- form";
		if (*p == '_')
			return "has an underscore, which host names may not";
		if (*p != '.' && strchr(letters_digits, *p) == NULL)
			return "is not a host name: letters, digits, hyphens "
			    "and dots only";
	}
	return NULL;
}

const char *
name_host(const char *s, struct text *out)
{
	size_t len = strlen(s), labels = 0;
	const char *why = charset_problem(s), *label = s;

	if (why != NULL)
		return why;
	if (len > 1 && s[len - 1] == '.')
		len--;
	if (len > HOST_MAX)
		return "is longer than 253 characters";
	for (const char *end = s + len; label <= end; labels++) {
		const char *dot = memchr(label, '.', (size_t)(end - label));
		size_t n = (size_t)((dot != NULL ? dot : end) - label);

		why = label_problem(label, n);
		if (why != NULL)
			return why;
		if (dot == NULL && strspn(label, "0123456789") >= n)
			return "ends in a number, as addresses do";
		label += n + 1;
	}
	if (labels < 2)
		return "has no dot: write the full name with its domain";
	text_add_bytes(out, s, len);
	text_lower(out->data);
	return NULL;
}

const char *
name_address(const char *s, struct text *out)
{
	unsigned char bytes[sizeof(struct in6_addr)] = {0};
	char buf[INET6_ADDRSTRLEN];
	int family = AF_INET;
	bool zero = true;

	if (inet_pton(AF_INET, s, bytes) != 1) {
		family = AF_INET6;
		if (s[0] == '[')
			return "is written without brackets here";
		if (strchr(s, '/') != NULL)
			return "is a network: write one address";
		if (inet_pton(AF_INET6, s, bytes) != 1)
			return "is not an IPv4 or IPv6 address";
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		zero = zero && bytes[i] == 0;
	if (zero)
		return "is no address of a host";
	if (family == AF_INET ? bytes[0] >= 224 : bytes[0] == 0xff)
		return "is a multicast or reserved address";
	text_add(out, inet_ntop(family, bytes, buf, sizeof(buf)));
	return NULL;
}

static const char *
port_problem(const char *s, uint16_t *port)
{
	uint64_t v;

	if (!text_number(s, 65535, &v) || v == 0)
		return "has a port that is not a number from 1 to 65535";
	*port = (uint16_t)v;
	return NULL;
}

/* What follows "//": host[:port][/]; host may be "[...]". */
static const char *
authority(const char *s, struct text *host, const char **port)
{
	size_t len = strcspn(s, "/?#");
	const char *bracket;
	size_t n;

	if (memchr(s, '@', len) != NULL)
		return "holds a user or password";
	if (strcmp(s + len, "") != 0 && strcmp(s + len, "/") != 0)
		return "has a path: leave out what follows the host and port";
	bracket = s[0] == '[' ? memchr(s, ']', len) : NULL;
	if (s[0] == '[' && bracket == NULL)
		return "lacks a closing bracket";
	n = bracket != NULL ? (size_t)(bracket - s) + 1 : strcspn(s, ":/");
	text_add_bytes(host, s, n);
	*port = NULL;
	if (n == len)
		return NULL;
	if (s[n] != ':')
		return "has something between host and port";
	*port = s + n + 1;
	return NULL;
}

/* The port in front of an optional slash. */
static const char *
url_port(const char *s, uint16_t *port)
{
	char *digits = xstrndup(s, strcspn(s, "/"));
	const char *why = port_problem(digits, port);

	free(digits);
	return why;
}

const char *
name_site_url(const char *s, struct text *host, uint16_t *port)
{
	struct text raw = {0};
	const char *why, *at = NULL;
	uint16_t found = 443;

	if (strncasecmp(s, "http://", 7) == 0)
		return "is not https; a site whose TLS ends elsewhere keeps its "
		    "https URL and says \"tls: no\"";
	if (strncasecmp(s, "https://", 8) != 0)
		return "is not a URL: write https://host or https://host:port";
	why = authority(s + 8, &raw, &at);
	if (why == NULL)
		why = name_host(text_str(&raw), host);
	if (why == NULL && at != NULL)
		why = url_port(at, &found);
	text_done(&raw);
	if (why != NULL)
		text_done(host);
	else
		*port = found;
	return why;
}

const char *
name_proxy_url(const char *s)
{
	static const char *const schemes[] = { "http", "socks5" };
	const char *rest = strstr(s, "://"), *why, *at = NULL;
	struct text host = {0}, clean = {0};
	bool known = false;
	uint16_t port;

	if (rest == NULL)
		return "is not a URL: write for example "
		    "http://proxy.contoso.com:3128";
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		known = known || (strlen(schemes[i]) == (size_t)(rest - s) &&
		    strncmp(s, schemes[i], (size_t)(rest - s)) == 0);
	if (!known)
		return "has an unknown scheme: http or socks5";
	why = authority(rest + 3, &host, &at);
	if (why != NULL && strchr(rest, '@') != NULL)
		why = "holds a user or password: write USER:PASSWORD into a "
		    "file of mode 0600, and name that in proxy_credentials";
	else if (why == NULL && at == NULL)
		why = "lacks a port";
	else if (why == NULL)
		why = url_port(at, &port);
	if (why == NULL && text_str(&host)[0] == '[') {
		host.data[host.len - 1] = '\0';
		why = name_address(host.data + 1, &clean);
	} else if (why == NULL && !is_address(text_str(&host)) &&
	    strcmp(text_str(&host), "localhost") != 0) {
		why = name_host(text_str(&host), &clean);
	}
	text_done(&host);
	text_done(&clean);
	return why;
}

const char *
name_address_port(const char *s, struct text *address, uint16_t *port)
{
	struct text raw = {0};
	const char *why, *at = NULL;
	uint16_t found = *port;

	why = authority(s, &raw, &at);
	if (why == NULL && at != NULL)
		why = port_problem(at, &found);
	else if (why == NULL && found == 0)
		why = "lacks a port: write ADDRESS:PORT";
	if (why == NULL && text_str(&raw)[0] == '[') {
		raw.data[raw.len - 1] = '\0';
		why = name_address(raw.data + 1, address);
	} else if (why == NULL) {
		why = name_address(text_str(&raw), address);
	}
	text_done(&raw);
	if (why == NULL)
		*port = found;
	return why;
}

char *
name_beside(const char *base, const char *path)
{
	const char *slash = strrchr(base, '/');
	struct text t = {0};

	if (path[0] != '/' && slash != NULL)
		text_add_bytes(&t, base, (size_t)(slash - base) + 1);
	text_add(&t, path);
	return text_take(&t);
}
