/* SPDX-License-Identifier: ISC */
/*
 * hello.h - as much TLS as it takes to be shown a certificate: three kinds of
 * ClientHello, and a reader of the flight that answers one (RFC 5246, RFC
 * 6101 for SSL 3.0). No cryptography: up to TLS 1.2 that flight is in clear
 * text. It shows what was presented, not that the server holds the key.
 * Bytes in, bytes out; whoever calls owns the socket.
 */
#ifndef CWAUDIT_HELLO_H
#define CWAUDIT_HELLO_H

#include <stdint.h>

#include "cwaudit/cert.h"
#include "cwaudit/text.h"

#define HELLO_MAX_CERTS		100
/* Bytes of one flight, records' heads included: more is malformed. */
#define HELLO_MAX_FLIGHT	(2u << 20)
#define HELLO_RANDOM		32

enum hello_kind {
	HELLO_TLS12,	/* extensions, fewer than 64 suites, RSA-AES first */
	HELLO_TLS10,	/* short, no extensions */
	HELLO_SSL3,
};

/*
 * Appends a record with a ClientHello. name is sent as SNI unless it is NULL,
 * an IP literal or over 255 bytes long; only HELLO_TLS12 has room for it.
 * Every kind carries the SCSV of RFC 5746 and no session id.
 */
void	hello_write(enum hello_kind, const char *name,
	    const uint8_t random[HELLO_RANDOM], struct text *out);

/* A close_notify alert in clear text, for a polite end. */
void	hello_write_close(uint16_t version, struct text *out);

enum hello_status {
	HELLO_MORE,		/* bytes are missing */
	HELLO_CERTIFICATE,	/* the chain is there, the flight goes on */
	HELLO_DONE,		/* the chain is there, and whether a client
				 * certificate is asked for; or, after the
				 * chain, an alert or nonsense */
	HELLO_ALERT,		/* a fatal one, or close_notify */
	HELLO_NOT_TLS,
	HELLO_MALFORMED,	/* against the grammar or our caps */
	HELLO_NEEDS_TLS13,	/* it answered in TLS 1.3 */
	HELLO_NO_CERTIFICATE,	/* an anonymous suite, or an empty list */
};

struct hello_der { const uint8_t *data; size_t len; };	/* borrowed */

struct hello_chain {
	struct hello_der item[HELLO_MAX_CERTS];	/* as sent, leaf first */
	size_t		 n;
	struct hello_der staple;	/* OCSP response of the leaf; or NULL */
};

/* The reader. What it learned is to be read only. */
struct hello {
	enum hello_status status;
	struct text	 why;		/* plain words, escaped */
	bool		 answered;	/* a ServerHello was read: */
	uint16_t	 version;	/*   0x0300 SSLv3 ... 0x0303 TLSv1.2 */
	uint16_t	 cipher;
	bool		 reneg_safe;	/*   RFC 5746 */
	struct hello_chain *chain;	/* NULL until it is there */
	bool		 asked;		/* CertificateRequest seen */
	bool		 finished;	/* ServerHelloDone seen */
	bool		 alerted;	/* fatal, or close_notify: */
	uint8_t		 alert;		/*   its number */
	/* the rest is hello.c's own */
	size_t		 total;
	uint8_t		 head[5];	/* of the record */
	unsigned	 head_len;
	size_t		 record_left;
	uint8_t		 message[4];	/* head of the handshake message */
	unsigned	 message_len;
	size_t		 body_left;
	bool		 keep;		/* its body is wanted */
	struct text	 body;
	uint8_t		 alert_bytes[2];
	unsigned	 alert_len;
	unsigned	 idle;		/* things that bring nothing */
	bool		 first_seen;	/* the first record's head was read */
};

void	hello_init(struct hello *);
void	hello_done(struct hello *);
/*
 * Takes the next bytes, in pieces of any size. Memory: what has arrived of
 * one message, at most a little over CERT_MAX_DER. Once the status is neither
 * HELLO_MORE nor HELLO_CERTIFICATE it stays and bytes are ignored.
 */
enum hello_status hello_read(struct hello *, const uint8_t *, size_t);
/* The server closed: few bytes that are no TLS become HELLO_NOT_TLS. */
enum hello_status hello_end(struct hello *);

/*
 * The body of a Certificate message (RFC 5246 7.4.2, RFC 8446 4.4.2), which
 * *chain borrows from. NULL on success, an empty list included; else what is
 * wrong with it, and *chain is left alone.
 */
const char *hello_split(const uint8_t *body, size_t len, bool tls13,
	    struct hello_chain *chain) MUST_USE;

/* As observation_seal makes it of the same certificates. */
void	hello_chain_sha256(const struct hello_chain *,
	    uint8_t out[CERT_SHA256]);

/* "handshake_failure"; "unknown alert" for a number that has no name. */
const char *hello_alert_name(uint8_t);
/* "TLSv1.2", "TLSv1", "SSLv3"; "" if it is none of ours. */
const char *hello_version_name(uint16_t);
/* "TLS_RSA_WITH_RC4_128_MD5"; "" unless it is in our table. */
const char *hello_cipher_name(uint16_t);

#endif
