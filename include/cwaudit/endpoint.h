/* SPDX-License-Identifier: ISC */
/*
 * endpoint.h - what to look at: hosts, sites, published addresses, and the
 * ports of theirs that present a certificate.
 * Plain values, made by inventory.c and never changed afterwards, so every
 * thread may read them.
 */
#ifndef CWAUDIT_ENDPOINT_H
#define CWAUDIT_ENDPOINT_H

#include <stdint.h>

#include "cwaudit/clock.h"
#include "cwaudit/severity.h"
#include "cwaudit/text.h"

enum endpoint_kind {
	ENDPOINT_HTTPS,		/* a site's IIS binding */
	ENDPOINT_MTLS,		/* a site's SIP-over-mutual-TLS listener */
	ENDPOINT_PUBLISHED,	/* what stands in front of the hosts */
};

/* What a certificate is there for; a rule names the roles it judges. */
enum role {
	ROLE_MTLS	= 1,	/* M: MTLS certificate of a separate layout */
	ROLE_HTTPS	= 2,	/* H: HTTPS certificate of a separate layout */
	ROLE_SINGLE	= 4,	/* S: one certificate for both */
	ROLE_PUBLISHED	= 8,	/* P: reverse proxy, offloader, virtual address */
};

enum layout { LAYOUT_AUTO, LAYOUT_SINGLE, LAYOUT_SEPARATE };
enum host_state { HOST_ACTIVE, HOST_PLANNED, HOST_RETIRED };
enum host_os { OS_UNKNOWN, OS_2003, OS_2008, OS_2008R2 };
enum pki { PKI_PRIVATE, PKI_PUBLIC };
enum published_kind {
	PUBLISHED_VIRTUAL,	/* a load balancer that passes TLS through */
	PUBLISHED_OFFLOAD,	/* one that ends TLS */
	PUBLISHED_PROXY,	/* a reverse proxy with a certificate of its own */
};
enum family { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 };	/* bits */

struct rule_setting {		/* rules: {no-cdp: {severity: off, ...}} */
	char		*rule;
	enum severity	 severity;
	char		*owner, *reason;	/* NULL unless lowered or off */
};

struct waiver {
	char		*rule;
	int		 roles;		/* ROLE_* bits; 0: any */
	char		*site;		/* site host; NULL: any */
	struct strings	 offenders;	/* empty: any */
	enum severity	 severity;	/* granted up to; SEVERITY_OFF: as found */
	char		*ticket, *owner, *approved_by, *reason;
	int64_t		 until;		/* void from then on */
	int		 line;		/* where it stands in the inventory */
};

struct maintenance {		/* availability and split findings are held */
	int64_t	 from, until;	/* once, seconds UTC; or, if weekday >= 0: */
	int	 weekday;	/* weekly: 0 = Sunday ... 6; -1: once */
	int	 start_s;	/* weekly: seconds after midnight UTC */
	int64_t	 length_s;	/* weekly */
	char	*reason;
};

/*
 * What may be said at every level: defaults < group < host < site. Resolved
 * once; a level that says nothing shares its parent's.
 */
struct settings {
	char		*owner;		/* NULL: none named */
	char		*zone;		/* NULL: none named */
	struct strings	 tags;
	struct strings	 trust_mtls, trust_https;	/* names in trust: */
	struct strings	 issuers_mtls, issuers_https;	/* RFC 2253; empty: any */
	enum pki	 pki;
	char		*proxy;		/* of HTTPS; URL; NULL: direct, whatever the
					 * environment */
	char		*proxy_credentials; /* path; USER:PASSWORD; NULL: none */
	int64_t		 timeout_ms;	/* one deadline of a look; 0: the daemon's */
	int		 families;	/* FAMILY_* bits */
	bool		 http;		/* HEAD of the URL, as evidence */
	char		*client_cert, *client_key;	/* PEM files; both or none */
	enum layout	 layout;
	bool		 probe;		/* false: not looked at ... */
	char		*probe_reason;	/* ... and why */
	bool		 names_dns;	/* resolve browser names too */
	bool		 revocation;
	struct strings	 revocation_hosts;	/* where a CRL or OCSP URL may point */
	int64_t		 expiring_s[SEVERITY_N];	/* < 0: the rule's own */
	int64_t		 max_lifetime_s;	/* 0: no limit of ours */
	struct rule_setting *rules;	size_t n_rules;
	struct waiver	*waivers;	size_t n_waivers;
	struct maintenance *windows;	size_t n_windows;
};

struct site {
	const struct host *host;
	char		*url;		/* as written */
	char		*name;		/* site host, lower case, no trailing dot */
	uint16_t	 url_port;
	bool		 tls;		/* false: offloaded, MTLS only */
	char		*listen_address; /* literal; NULL: the host's */
	uint16_t	 listen_port;
	uint16_t	 mtls_port;	/* 0: unknown, not assessed */
	bool		 sharing;	/* as. and download. names are needed */
	struct strings	 names;		/* what browsers ask for: name, as, download */
	char		*farm;		/* sites of one farm share this key */
	const struct settings *settings;
	int		 line, column;
};

struct host {
	char		*fqdn;		/* lower case, no trailing dot */
	char		*group;		/* NULL: none */
	enum host_state	 state;
	char		*address;	/* literal; NULL: resolve the FQDN */
	enum host_os	 os;
	bool		 sha2_ok;
	char		*pool;		/* must not answer here; NULL: not named */
	struct site	*sites;		/* never NULL for an active host */
	size_t		 n_sites;
	const struct settings *settings;
	const char	*file;
	int		 line, column;
};

struct published {
	char		*url;
	char		*name;		/* lower case, no trailing dot */
	uint16_t	 port;
	char		*address;	/* literal; NULL: resolve the name */
	enum published_kind kind;
	char		*group;
	struct strings	 names;
	const struct settings *settings;
	const char	*file;
	int		 line, column;
};

/* One port that presents a certificate: the unit of schedule and findings. */
struct endpoint {
	size_t		 index;		/* place in the inventory's list */
	enum endpoint_kind kind;
	const struct host *host;	/* NULL where published */
	const struct site *site;	/* NULL where published */
	const struct published *published;	/* NULL where not */
	const char	*name;		/* SNI: FQDN (MTLS) or site host */
	const char	*resolve;	/* FQDN or published name, NULL if address
					 * is set */
	const char	*address;	/* literal, NULL: resolve */
	uint16_t	 port;
	const struct settings *settings;
};

/* The names that a certificate must carry in one role. Borrows from hosts. */
struct expectation {
	enum role	 role;
	const char	*cn;		/* the subject CN that is right */
	struct strings	 names;		/* SAN dNSNames that must be covered */
	bool		 cn_is_host;	/* cn is the FQDN, wildcards never count */
};

/*
 * layout: how this site's certificate is to be judged, LAYOUT_AUTO as single.
 * For MTLS it is single if any site of the host is. Single takes the names of
 * every site of the host that is not declared separate and ends TLS itself.
 * On a host where no site ends TLS itself the MTLS certificate stands alone,
 * and a separate MTLS certificate needs no SAN: names is empty.
 */
void	expectation_init(struct expectation *, const struct endpoint *,
	    enum layout);
void	expectation_done(struct expectation *);

const char *endpoint_kind_name(enum endpoint_kind);	/* https mtls published */
const char *role_name(enum role);	/* mtls https single published */
bool	role_parse(const char *, enum role *out) MUST_USE;
const char *layout_name(enum layout);
const char *host_state_name(enum host_state);
const char *host_os_name(enum host_os);	/* unknown 2003 2008 2008r2 */
const char *published_kind_name(enum published_kind);
/* FQDN of the host, or URL of a published entry. */
const char *endpoint_owner(const struct endpoint *);
/* Site host, for every kind. */
const char *endpoint_site(const struct endpoint *);
/* "10.20.30.42:443", "[2001:db8::1]:443", "cwa01.contoso.com:5061". */
void	endpoint_place(const char *address, uint16_t port, struct text *);
/* True while a window holds availability and split findings. */
bool	settings_in_maintenance(const struct settings *, int64_t now);
/* The setting for a rule, or NULL where its own severity holds. */
const struct rule_setting *settings_rule(const struct settings *, const char *id);

#endif
