/* SPDX-License-Identifier: ISC */
/*
 * observation.h - what one look at one address and port saw.
 * Evidence only: no rule has been asked. Owned by whoever holds it.
 */
#ifndef CWAUDIT_OBSERVATION_H
#define CWAUDIT_OBSERVATION_H

#include <stdint.h>

#include "cwaudit/cert.h"
#include "cwaudit/text.h"

/*
 * OUTCOME_OBSERVED whenever a Certificate message with at least one
 * certificate arrived, whatever happened afterwards; every other outcome says
 * why not.
 */
enum outcome {
	OUTCOME_OBSERVED,
	OUTCOME_DNS_FAILURE,
	OUTCOME_REFUSED,
	OUTCOME_UNREACHABLE,	/* no route, host unreachable */
	OUTCOME_TIMEOUT,
	OUTCOME_RESET,
	OUTCOME_CLOSED,		/* end of file before a certificate */
	OUTCOME_NOT_TLS,
	OUTCOME_TLS_ALERT,
	OUTCOME_MALFORMED,	/* TLS, but against its own grammar or our caps */
	OUTCOME_NO_CERTIFICATE,	/* a handshake without a Certificate, or an empty one */
	OUTCOME_PROXY_ERROR,
	OUTCOME_NOT_TRIED,	/* our own fault: no descriptor, no port */
};

enum via { VIA_NONE, VIA_CURL, VIA_OPENSSL, VIA_HELLO };

enum proof {
	PROOF_NONE,
	PROOF_SIGNATURE,	/* ServerKeyExchange or CertificateVerify checked */
	PROOF_FINISHED,		/* the handshake completed */
};

/* How the connection ended once the certificate was there. */
enum ending {
	ENDING_NONE,		/* no certificate arrived */
	ENDING_COMPLETE,	/* handshake complete */
	ENDING_STOPPED,		/* we had what we came for and hung up */
	ENDING_CLIENT_CERT,	/* refused for want of a client certificate */
	ENDING_NO_SUITE,	/* for reasons of ours: suites, versions, groups */
	ENDING_BROKEN,		/* died otherwise: alert, reset, close, bad signature */
	ENDING_STALLED,		/* nothing more until the deadline */
};

struct observation_der { uint8_t *data; size_t len; };	/* owned */

struct observation {
	int64_t		 at;			/* seconds UTC, start of the look */
	int64_t		 took_ms;
	char		 address[64];		/* literal that was looked at; "" if none */
	uint16_t	 port;
	enum outcome	 outcome;
	enum via	 via;			/* the step that brought the certificate */
	enum proof	 proof;
	enum ending	 ending;
	struct text	 detail;		/* plain words, one line, escaped */
	struct text	 proof_cause;		/* why PROOF_NONE; escaped */
	char		 tls_version[16];	/* "TLSv1.2", "SSLv3"; "" unknown */
	char		 tls_cipher[48];	/* OpenSSL or IANA name; "" unknown */
	bool		 client_cert_known;	/* did we get far enough to see ... */
	bool		 client_cert_requested;	/* ... whether one was asked for */
	bool		 reneg_known, reneg_safe;	/* RFC 5746 */
	bool		 fell_back;		/* a hello after a handshake failed */
	enum outcome	 first_outcome;		/* how that handshake ended */
	struct text	 first_detail;
	int		 step;			/* ladder step that worked; see prober.h */
	long		 http_status;		/* of the HEAD; 0: not asked, -1: failed */
	struct observation_der *der;		/* as sent, leaf first; may be
						 * given back once each is parsed */
	size_t		 n_der;
	bool		 known;			/* they are those that the looker
						 * knew: not copied */
	uint8_t		 message_sha256[CERT_SHA256];	/* over the DERs with lengths */
	struct observation_der staple;		/* OCSP staple; NULL if none */
	unsigned	 refs;			/* atomic */
};

struct observation *observation_new(void);		/* one reference */
/* Once sealed and handed on it is never changed, so threads may share it. */
struct observation *observation_ref(const struct observation *);
void	observation_free(const struct observation *);	/* drops one; NULL is fine */
/* Copies; false, and nothing added, past CERT_MAX_DER in total or 100 items. */
bool	observation_add_der(struct observation *, const uint8_t *, size_t) MUST_USE;
/* Certificates came: copied, or known. Not after they were given back. */
bool	observation_has_chain(const struct observation *);
/* Call once all are in, texts too: makes message_sha256, unless they are known. */
void	observation_seal(struct observation *);
/* Do both show the same: all but when, how long it took, and copies? Both are
 * sealed. */
bool	observation_same(const struct observation *,
	    const struct observation *);
/* Gives the DERs back. Only before it is handed on. */
void	observation_shed(struct observation *);
/* All but the DERs, in memory of the thread that calls. Sealed, if it was. */
struct observation *observation_copy(const struct observation *) MUST_USE;

const char *outcome_name(enum outcome);		/* "dns-failure" ... */
/* Its number by its name. */
bool	outcome_parse(const char *, int *out) MUST_USE;
const char *outcome_words(enum outcome);	/* "connection refused" ... */
const char *via_name(enum via);
const char *proof_name(enum proof);
const char *ending_name(enum ending);

#endif
