/* SPDX-License-Identifier: ISC */
/*
 * script.h - what a server that misbehaves does with one connection, in words:
 * "read hello cert nap:200 reset". What words send is gathered, and goes out
 * before a word that waits or ends, and at 64 KB.
 *
 *	read			one ClientHello
 *	hello[:VERSION[:SUITE[:COMPRESSION]]]
 *				a ServerHello; hexadecimal, 0301:002f:00 if left out
 *	cert[:N]		a Certificate message, the leaf N times
 *	part:N			the first N bytes of a record with one
 *	exchange		ServerKeyExchange, P-256; its signature is none
 *	ask[:N]			CertificateRequest, with N bytes of CA names
 *	done			ServerHelloDone
 *	retry			HelloRetryRequest for P-384 (TLS 1.3)
 *	message:TYPE:LEN:HEX	a handshake message that claims LEN bytes
 *	alert:LEVEL:NUMBER
 *	record:TYPE:LEN:HEX	a record that claims LEN bytes
 *	raw:HEX  say:TEXT	bytes; in TEXT _ is a blank, | a line's end
 *	fill:N			N bytes of no meaning
 *	cut:N			from here, records of at most N bytes
 *	drip:MS			from here, a byte at a time, MS between
 *	nap:MS  wait		so long, or until the client closes
 *	half			no more will be sent
 *	close  reset		ends it
 *	times:N  forever	the rest, so often; without end
 *
 * And with OpenSSL's help, on the connection that accept made:
 *
 *	accept:VERSION[:ask]	a whole handshake; ask for a certificate
 *	update			KeyUpdate of TLS 1.3
 *	ticket			NewSessionTicket of TLS 1.3
 *	renegotiate		HelloRequest of TLS 1.2
 *	tell:TEXT		as say, encrypted
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stddef.h>
#include <stdint.h>

struct script_leaf {		/* whose the server is */
	const uint8_t	*der;
	size_t		 len;
	const char	*cert, *key;	/* PEM files */
};

/* Plays a script on a connected socket. Does not close it, but for reset. */
void	script_play(const char *script, const struct script_leaf *, int fd);
/* The first word that is none, or NULL. */
const char *script_fault(const char *script);

#endif
