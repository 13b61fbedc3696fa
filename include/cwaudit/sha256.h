/* SPDX-License-Identifier: ISC */
/*
 * sha256.h - SHA-256 (FIPS 180-4), of one piece or of several. OpenSSL's, which
 * looks the algorithm up anew for each digest, under a lock that all threads
 * share, unless it is asked only once.
 */
#ifndef CWAUDIT_SHA256_H
#define CWAUDIT_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE	32

struct sha256;

struct sha256	*sha256_new(void);
void		 sha256_add(struct sha256 *, const void *, size_t);
/* Frees it. */
void		 sha256_end(struct sha256 *, uint8_t out[SHA256_SIZE]);
void		 sha256_of(const void *, size_t, uint8_t out[SHA256_SIZE]);

#endif
