/* SPDX-License-Identifier: ISC */
/*
 * need.h - which certificates a host or published entry needs: for which
 * ports, with which names, and why. The inventory's word alone: nothing is
 * looked at.
 */
#ifndef CWAUDIT_NEED_H
#define CWAUDIT_NEED_H

#include "cwaudit/inventory.h"

struct need {				/* one certificate */
	struct expectation	  expect;
	enum layout		  layout;	/* by which it is needed */
	bool			  choice;	/* layout: auto; another would do */
	const struct endpoint	**ports;	/* that present it, borrowed */
	size_t			  n_ports, cap_ports;
};

struct needs {
	struct need	*item;
	size_t		 n, cap;
};

/*
 * Of endpoints of one host, or of one published entry. Layouts that are
 * declared are taken; auto gives both ways, single first.
 */
void	needs_of(const struct endpoint *, size_t n, struct needs *);
void	needs_done(struct needs *);

/* "MTLS and HTTPS", "MTLS", "HTTPS", "the published address". */
const char *need_purpose(const struct need *);
/* Why a certificate must carry this name, in a few words. */
const char *need_why(const struct need *, const char *name);

#endif
