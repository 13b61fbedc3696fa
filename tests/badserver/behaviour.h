/* SPDX-License-Identifier: ISC */
/*
 * behaviour.h - how servers misbehave, and what a look must make of each.
 */
#ifndef BEHAVIOUR_H
#define BEHAVIOUR_H

#include "cwaudit/observation.h"

struct makes {
	enum outcome	 outcome;
	const char	*words;		/* that the detail has */
	enum ending	 ending;	/* of OUTCOME_OBSERVED */
};

struct behaviour {
	const char	*name;
	const char	*script;	/* see script.h */
	unsigned	 certs;		/* sent; a look reports them all */
	bool		 slow;		/* looks may last to their deadline */
	struct makes prove;	/* the whole ladder */
	struct makes hello;	/* --mode hello */
};

extern const char behaviour_good[];	/* the script of a good server */
extern const struct behaviour behaviours[];
extern const size_t n_behaviours;

#endif
