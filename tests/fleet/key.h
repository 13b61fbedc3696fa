/* SPDX-License-Identifier: ISC */
/*
 * key.h - private keys for the fleet, many and fast.
 * RSA keys of one size share a few pairs of primes and differ in their public
 * exponent: each has an SPKI of its own (so that only who means to share a key
 * shares one), and costs a modular inverse instead of a search for primes.
 * Worthless as secrets, on purpose.
 */
#ifndef FLEET_KEY_H
#define FLEET_KEY_H

#include <openssl/evp.h>

/* "rsa2048", "rsa1024", "ec" ...: never NULL, the caller's. Ends the process
 * on an unknown kind: the table is wrong then. */
EVP_PKEY	*key_new(const char *kind);

#endif
