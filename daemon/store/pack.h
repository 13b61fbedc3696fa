/* SPDX-License-Identifier: ISC */
/*
 * pack.h - a long text on its way to the store, packed by zlib as it comes:
 * the inventory of a large fleet as JSON is nowhere whole.
 */
#ifndef CWAUDIT_PACK_H
#define CWAUDIT_PACK_H

#include "cwaudit/cert.h"

#define UNPACK_MAX	(1u << 30)	/* bytes; our own texts are far shorter */

struct packer;

struct packer	*packer_new(void);
/* The packer; a report_write_fn. Always true. */
bool	packer_add(void *, const char *bytes, size_t len);
/* Frees it. What was packed, and the SHA-256 of what was added. */
void	packer_end(struct packer *, struct text *out,
	    uint8_t sha256[CERT_SHA256]);

/* What was added. False, and out is empty, if it is not that, or longer than
 * UNPACK_MAX. */
bool	unpack(const void *, size_t, struct text *out) MUST_USE;

#endif
