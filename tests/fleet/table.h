/* SPDX-License-Identifier: ISC */
/*
 * table.h - the simulated fleet, host by host: what each presents, what is
 * right or wrong there in words, and the rules that must say so. The
 * inventory, the human table and the expected findings are printed from it.
 */
#ifndef FLEET_TABLE_H
#define FLEET_TABLE_H

#include <stddef.h>

/* What a listener does; 0 is what a sound server does. */
enum does {
	DOES_TLS,	/* TLS 1.2; MTLS demands a client certificate */
	DOES_TLS10,	/* TLS 1.0 and nothing newer */
	DOES_TLS13,	/* TLS 1.3 and nothing older */
	DOES_OPEN,	/* as TLS, but asks for no client certificate */
	DOES_RESET,	/* resets once its Certificate message was answered */
	DOES_RC4,	/* TLS 1.0 with RC4 or 3DES only, as Windows 2003 */
	DOES_GARBAGE,	/* a Certificate message that holds no certificate */
	DOES_PLAIN,	/* answers in plain HTTP */
	DOES_CLOSE,	/* reads, says nothing, closes */
	DOES_SILENT,	/* accepts, then nothing */
	DOES_REFUSE,	/* no listener at all */
};

#define FLEET_SITES	2

/* A site; its ports are the site's place: base + 443, + 444; + 61, + 62. */
struct fleet_site {
	const char	*name;		/* site host; NULL: no such site */
	/*
	 * Orders for leaf_new(), or "=HOST" or "=HOST/mtls": the leaf that
	 * host's first site presents. mtls NULL: the leaf of https.
	 */
	const char	*https, *mtls;
	enum does	 https_does, mtls_does;
	const char	*keys;		/* further YAML keys: "sharing: no" */
};

struct fleet_host {
	const char	*fqdn;
	const char	*words;		/* what is right or wrong here */
	const char	*layout;	/* NULL: auto */
	const char	*keys;		/* further YAML lines, indented; or NULL */
	struct fleet_site site[FLEET_SITES];
	/*
	 * "mtls:rule https:rule https2:rule host:rule", blank separated; 2 is
	 * the second site. "rule/warning" also asks for a severity, or for
	 * "waived". NULL: nothing may be found here.
	 */
	const char	*expect;
	const char	*tolerate;	/* may be found besides, same form */
	const char	*bad_reissue;	/* orders for the first site's leaf, */
	const char	*good_reissue;	/* swapped in by fleet_reissue() */
};

/* What stands in front. */
struct fleet_front {
	const char	*name;		/* its URL is https://name:port */
	const char	*words;
	const char	*kind;		/* as in the inventory */
	const char	*leaf;		/* as fleet_site.https */
	const char	*expect;	/* "published:rule" */
};

/* Findings of no single host. */
struct fleet_wide {
	const char	*site;		/* of a farm; NULL: the fleet's */
	const char	*rule;
	const char	*words;
};

extern const struct fleet_host	fleet_hosts[];
extern const size_t		n_fleet_hosts;
extern const struct fleet_front	fleet_fronts[];
extern const size_t		n_fleet_fronts;
extern const struct fleet_wide	fleet_wides[];
extern const size_t		n_fleet_wides;

#endif
