/* SPDX-License-Identifier: ISC */
/*
 * request.h - the right certificate for a host, as a request that a person
 * can hand to a CA: an INF for certreq, a line for LCSCmd.exe, a configuration
 * for openssl.
 * Which certificates there are follows the inventory (or what was said by
 * hand), never what a server presents. Whatever gets into a request is checked
 * here first: host names are host names, no text ends a quotation.
 */
#ifndef CWAUDIT_REQUEST_H
#define CWAUDIT_REQUEST_H

#include "cwaudit/endpoint.h"

#define REQUEST_CN_MAX	64	/* ub-common-name: RFC 5280 appendix A.1 */
#define REQUEST_KEY_BITS 2048

struct request {			/* one certificate to ask for */
	enum role	 role;
	enum host_os	 os;		/* of the server that makes it */
	char		*owner;		/* FQDN of the host; URL if published */
	char		*file;		/* for file names, without extension:
					 * letters, digits, dots and hyphens */
	char		*cn;
	struct strings	 names;		/* SAN dNSNames, each once; holds cn */
	struct strings	 why;		/* of each name, in the same order */
	struct strings	 sites;		/* URLs whose names it carries */
	struct strings	 places;	/* where it is presented, in words; may
					 * be empty: not known */
};

struct requests {
	struct request	*item;
	size_t		 n, cap;
};

struct request_plan {
	const struct host *host;
	enum role	 as;		/* 0: by the layout; else mtls,
					 * https (of each site) or single */
	const enum layout *layouts;	/* of each site; NULL: as declared */
	enum host_os	 os;		/* OS_UNKNOWN: as the inventory says */
};

/*
 * The single or MTLS certificate first, then one for each site that has its
 * own; LAYOUT_AUTO counts as single. False: *why says why there is none (a
 * sentence with the names in it), and nothing was added.
 */
bool	requests_of_host(const struct request_plan *, struct requests *,
	    struct text *why) MUST_USE;
/* What stands in front and ends TLS itself: one request. */
bool	requests_of_published(const struct published *, enum host_os,
	    struct requests *, struct text *why) MUST_USE;
/*
 * The same without an inventory: an FQDN and the URLs of its sites, all with
 * desktop sharing. as 0: single, or mtls where there is no site.
 */
bool	requests_by_hand(const char *fqdn, const struct strings *urls,
	    enum role as, enum host_os, struct requests *,
	    struct text *why) MUST_USE;
/*
 * The same, whether or not it can be asked for (a CN may be too long, a
 * virtual address has no certificate of its own): what is expected. A retired
 * host is expected to have none.
 */
void	requests_expect_host(const struct request_plan *, struct requests *);
void	requests_expect_published(const struct published *, struct requests *);
/* May it be asked for? Names and CN; false: *why says what is wrong. */
bool	request_check(const struct request *, struct text *why) MUST_USE;
void	requests_done(struct requests *);

/* "the single certificate of cwa01.nwtraders.local (MTLS and HTTPS)" ... */
void	request_add_title(const struct request *, struct text *);

/* What else a subject may say; NULL: nothing. Each is checked when written. */
struct request_subject {
	const char	*org, *unit, *city, *state, *country;
};

/* What a request's text needs besides the request. */
struct request_form {
	struct request_subject subject;
	const char	*version;	/* of the program */
	const char	*inventory;	/* its path, for the commands shown;
					 * NULL: made by hand */
	size_t		 number, of;	/* this one of how many, from 1 */
};

/* Appends to *out; or false, *why says what is wrong, *out is left alone. */
typedef bool request_write_fn(const struct request *,
	    const struct request_form *, struct text *out, struct text *why);

struct request_format {
	const char	*name;		/* "inf", "lcscmd", "openssl" */
	const char	*extension;	/* of a file: ".inf" */
	bool		 crlf;		/* files' lines end with CR LF */
	request_write_fn *write;
};

extern const struct request_format request_formats[];
extern const size_t n_request_formats;

const struct request_format *request_format_find(const char *name);

/*
 * The value of a subjectAltName extension with these dNSNames, DER (RFC 5280
 * section 4.2.1.6), in base64 on one line.
 */
void	request_add_san_base64(const struct strings *names, struct text *);
/*
 * What may stand in a subject: an organization "Contoso, Ltd." and the like.
 * NULL, or why not, in words that follow the quoted text.
 */
const char *request_subject_problem(const char *value, size_t longest);

#endif
