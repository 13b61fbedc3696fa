/* SPDX-License-Identifier: ISC */
/* probe_tls.h - OpenSSL on our own socket; the handshake of MTLS ports. */
#ifndef PROBE_TLS_H
#define PROBE_TLS_H

#include "attempt.h"

extern const struct way way_tls;

#endif
