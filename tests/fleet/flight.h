/* SPDX-License-Identifier: ISC */
/*
 * flight.h - a server's first flight written by hand, for servers that
 * OpenSSL can no longer play: RC4 and 3DES only, or no certificate at all.
 * No key is ever used: nobody gets further than this flight.
 */
#ifndef FLEET_FLIGHT_H
#define FLEET_FLIGHT_H

#include "cwaudit/text.h"
#include "leaf.h"

/* Longest ClientHello record that is waited for. */
#define FLIGHT_HELLO_MAX	(16384 + 5)

/*
 * Reads a ClientHello. -1: not one; 0: more bytes are needed; 1: out holds
 * the answer: an alert, or ServerHello .. ServerHelloDone.
 * leaf NULL: the Certificate message holds garbage.
 */
int	flight_answer(const uint8_t *hello, size_t len, const struct leaf *,
	    bool ask_client_cert, struct text *out);

/* ServerHello .. ServerHelloDone of TLS 1.MINOR - 1, as above. */
void	flight_write(uint8_t minor, unsigned suite, const struct leaf *,
	    bool ask_client_cert, struct text *out);

#endif
