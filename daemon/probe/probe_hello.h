/* SPDX-License-Identifier: ISC */
/* probe_hello.h - a raw hello and what answers it; steps hello12 to ssl3. */
#ifndef PROBE_HELLO_H
#define PROBE_HELLO_H

#include "attempt.h"

extern const struct way way_hello;

#endif
