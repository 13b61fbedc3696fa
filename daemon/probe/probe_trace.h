/* SPDX-License-Identifier: ISC */
/*
 * probe_trace.h - what a handshake by OpenSSL showed, whoever drives it: the
 * chain as raw bytes, what was asked for, what was proven, how it ended.
 * Everything is told from OpenSSL's message callback, which sees a message
 * before OpenSSL has an opinion on it.
 */
#ifndef PROBE_TRACE_H
#define PROBE_TRACE_H

#include <openssl/ssl.h>

#include "attempt.h"

struct trace {
	struct attempt	*attempt;
	struct observation *seen;	/* its own: chain, staple, version */
	bool	 record_seen;		/* a first record's head: */
	uint8_t	 record[5];
	bool	 answered;		/* ServerHello */
	bool	 certificate;		/* a Certificate message came ... */
	const char *bad_chain;		/* ... and what is wrong; NULL: nothing */
	bool	 after;			/* and another message after it */
	bool	 signature;		/* ... KeyExchange, CertificateVerify */
	bool	 checked;		/* OpenSSL went on past that one */
	bool	 asked;			/* for a client certificate */
	bool	 asked_known;
	bool	 replied;		/* we sent ours, or that we have none */
	bool	 have_client;		/* we have one to show */
	bool	 complete;
	unsigned noise;			/* HelloRequests and warnings */
	int	 alert_in;		/* fatal or close_notify; -1: none */
	int	 alert_out;
};

/* How the bytes ended. */
enum trace_end {
	TRACE_COMPLETE,		/* handshake complete, nothing else to learn */
	TRACE_STALLED,		/* our time is over */
	TRACE_CLOSED,		/* end of file */
	TRACE_RESET,
	TRACE_FAILED,		/* OpenSSL gave up; error says why */
	TRACE_FLOODED,		/* told by trace_finish itself: see_noise() */
};

void	trace_init(struct trace *, struct attempt *);
/* Hooks on a context; the trace is that of its SSLs, or its own if given. */
void	trace_hook(SSL_CTX *, struct trace *);
void	trace_attach(SSL *, struct trace *);
/* Ends the attempt: outcome, ending, proof and their words. */
void	trace_finish(struct trace *, struct attempt *, enum trace_end,
	    unsigned long error);

/* Once per process. */
bool	trace_global_init(void);

#endif
