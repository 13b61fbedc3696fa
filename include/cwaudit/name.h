/* SPDX-License-Identifier: ISC */
/*
 * name.h - host names, addresses and URLs as people write them.
 * Not for names out of certificates: those are judged, not refused.
 * Functions return NULL and fill *out (which must be empty), or return why
 * not, in words that follow the quoted text: "\"10.1.2.3\" is an address".
 */
#ifndef CWAUDIT_NAME_H
#define CWAUDIT_NAME_H

#include "cwaudit/text.h"

/*
 * A full host name: letters, digits and hyphens, at least one dot (RFC 952,
 * RFC 1123 section 2.1). Comes out in lower case without a trailing dot.
 */
const char *name_host(const char *, struct text *out) MUST_USE;
/* An IPv4 or IPv6 literal without brackets; comes out in its short form. */
const char *name_address(const char *, struct text *out) MUST_USE;
/* https://host[:port][/] and nothing behind it. *port is 443 if not given. */
const char *name_site_url(const char *, struct text *host, uint16_t *port)
	    MUST_USE;
/*
 * http or socks5, "://", a host or address, ":", a port. No user and password:
 * a file that many read is no place.
 */
const char *name_proxy_url(const char *) MUST_USE;
/*
 * "ADDRESS:PORT" or "[IPV6]:PORT"; address comes out without brackets. A
 * missing port is refused if *port is 0 on entry, else *port stays.
 */
const char *name_address_port(const char *, struct text *address,
	    uint16_t *port) MUST_USE;

/*
 * path as seen from the file base: unchanged if absolute, else in base's
 * directory. The caller frees.
 */
char	*name_beside(const char *base, const char *path);

#endif
