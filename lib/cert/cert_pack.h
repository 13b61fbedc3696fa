/* SPDX-License-Identifier: ISC */
/* cert_pack.h - a certificate in one block of memory. Private to cert.h. */
#ifndef CERT_PACK_H
#define CERT_PACK_H

#include "cwaudit/cert.h"

/* A copy, with one reference. */
struct cert	*cert_pack(const struct cert *);

#endif
