/* SPDX-License-Identifier: ISC */
/* probe_https.h - libcurl; the handshake step of HTTPS sites. */
#ifndef PROBE_HTTPS_H
#define PROBE_HTTPS_H

#include "attempt.h"

extern const struct way way_https;

#endif
