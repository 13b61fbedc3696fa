/* SPDX-License-Identifier: ISC */
/* paper.h - what is written about the fleet, each from the table. */
#ifndef FLEET_PAPER_H
#define FLEET_PAPER_H

#include "fleet.h"

/* inventory.yaml; its trust file is corp-roots.pem beside it. */
void	paper_inventory(const struct fleet *, struct text *);
/*
 * A line of JSON per finding that the audit must report, sorted as the table
 * is: {"host","kind","site","rule"}; kind is https, mtls, published, host or
 * wide (a farm by its site, or the fleet). The host of a published one is its
 * URL; what there is none of is "". The rule may end in a severity, as in
 * "weak-key/error". What has "tolerated":true may be missing.
 */
void	paper_expect(const struct fleet *, struct text *);
/* What is right or wrong where, for people. */
void	paper_table(const struct fleet *, struct text *);

#endif
