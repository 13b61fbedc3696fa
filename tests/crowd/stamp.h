/* SPDX-License-Identifier: ISC */
/*
 * stamp.h - certificates by the hundred thousand: one is made to order, the
 * others are copies with other digits in their names, another serial number
 * and another public exponent, each signed anew by the same issuer. A copy
 * costs one RSA signature. All have the same length.
 */
#ifndef CROWD_STAMP_H
#define CROWD_STAMP_H

#include "leaf.h"

#define STAMP_DIGITS	"000000"	/* of the names in the order */
#define STAMP_MAX	999999

struct stamp;

/*
 * host and site end in STAMP_DIGITS before their first dot: "cwa000000.x.y".
 * Never NULL; ends the process on a template that it cannot copy.
 */
struct stamp	*stamp_new(const char *order, const char *host,
		    const char *site);
void		 stamp_free(struct stamp *);
const struct leaf *stamp_leaf(const struct stamp *);	/* the first one */
size_t		 stamp_len(const struct stamp *);	/* of a copy */
const uint8_t	*stamp_der(const struct stamp *);	/* of the first one */

struct copy {
	unsigned	 number;	/* the digits, up to STAMP_MAX */
	uint32_t	 serial;	/* with the number it is unique */
	unsigned	 exponent;	/* odd, of three bytes; else as it is */
};

/* Writes stamp_len() bytes. Any thread. */
void		 stamp_copy(const struct stamp *, const struct copy *,
		    uint8_t *out);

#endif
