/* SPDX-License-Identifier: ISC */
/*
 * guess.h - a host that no inventory has: the certificates of its ports in,
 * out comes what they would be right for, and the inventory entry that says
 * so. Names are all there is to go by: what a certificate does not tell is
 * said in a comment of the entry.
 * Names that get into an entry are host names (name.h), whatever the peer
 * sent; so no quoting is needed, and nothing can end a line.
 */
#ifndef CWAUDIT_GUESS_H
#define CWAUDIT_GUESS_H

#include "cwaudit/cert.h"
#include "cwaudit/endpoint.h"

struct guess_port {
	uint16_t	  port;
	bool		  mtls;		/* SIP over mutual TLS; else HTTPS */
	const struct cert *leaf;	/* borrowed; NULL: none was seen */
};

struct guess_site {
	char		*name;		/* site host */
	bool		 sharing;	/* as. and download. names stand there, too */
	bool		 known;		/* false: no certificate names it */
	uint16_t	 https, mtls;	/* ports; 0: not seen */
	enum layout	 layout;	/* LAYOUT_AUTO: one of both is unseen */
};

struct guess {
	char		*fqdn;		/* NULL: nothing tells it */
	bool		 known;		/* false: a site's name stands in for it */
	struct guess_site *sites;
	size_t		 n_sites, cap_sites;
};

/* Ports on which CWA listens for MTLS by custom: Front End services, too. */
#define GUESS_MTLS_FIRST	5060
#define GUESS_MTLS_LAST		5075

/*
 * asked: the name that was looked at, lower case, which is the FQDN unless it
 * is a site's; NULL: it was an address.
 */
void	guess_init(struct guess *, const char *asked, const struct guess_port *,
	    size_t n);
void	guess_done(struct guess *);

/*
 * What a certificate would be right for, a line each: "the MTLS certificate of
 * cwa01.nwtraders.local". None: its names are right for nothing. Dates, keys
 * and trust are not looked at.
 */
void	guess_uses(const struct cert *, struct strings *out);

/*
 * An entry of "hosts:", YAML, indented by two. address: where it was looked
 * at, a literal; NULL: the FQDN leads there. What had to be guessed says so.
 */
void	guess_add_entry(const struct guess *, const char *address, struct text *);

#endif
