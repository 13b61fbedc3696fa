/* SPDX-License-Identifier: ISC */
/*
 * cert_extension.h - the extensions of a certificate as facts. Private to
 * the cert files: it speaks OpenSSL.
 */
#ifndef CERT_EXTENSION_H
#define CERT_EXTENSION_H

#include <openssl/x509.h>

#include "cwaudit/cert.h"

#define CERT_MAX_PARTS	4096	/* elements outside the extensions */

/* Elements in DER, nested ones included, counting on to about max. */
size_t	cert_count_parts(const uint8_t *, size_t len, size_t max);
/*
 * Fills in everything that stands in extensions. False: they hold more parts
 * than CERT_MAX_NAMES allows, nothing was read.
 */
bool	cert_read_extensions(const X509 *, struct cert *) MUST_USE;

#endif
