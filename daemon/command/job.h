/* SPDX-License-Identifier: ISC */
/*
 * job.h - what a certificate is to do: the words of the command line become
 * a host of an inventory, the one that is named or one made up for them, with
 * the trust to judge by.
 */
#ifndef CWAUDIT_JOB_H
#define CWAUDIT_JOB_H

#include "cwaudit/inventory.h"
#include "cwaudit/trust.h"

struct job_words {			/* all borrowed; NULL, empty: not given */
	const char	*as, *host;
	struct strings	 sites;		/* URLs, or host names for https:// */
	struct strings	 trust;		/* PEM files, or "system" */
	const char	*config_path, *inventory_path;
};

struct job {
	struct inventory *inventory;	/* a reference */
	struct trust	 *trust;
	bool		  made_up;	/* no inventory was asked */
	const struct host *host;
	const struct site *site;	/* HTTPS: whose; else the first it serves */
	enum role	  role;		/* ROLE_MTLS, ROLE_HTTPS, ROLE_SINGLE */
	struct text	  note;		/* what people should know; may be empty */
};

/*
 * An inventory is asked where one is named, or where neither --site nor
 * --trust is given and the configuration stands at its usual place. False
 * after a message; then job holds nothing.
 */
bool	job_init(struct job *, const struct job_words *) MUST_USE;
void	job_done(struct job *);

#endif
