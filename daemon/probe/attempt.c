/* SPDX-License-Identifier: ISC */
/* attempt.c - how one step of a look ends. */
#include "attempt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

/* What is not listed is the network's: OUTCOME_UNREACHABLE. */
static const struct { int error; enum outcome outcome; } errors[] = {
	{ ECONNREFUSED, OUTCOME_REFUSED },
	{ ETIMEDOUT, OUTCOME_TIMEOUT },
	{ ECONNRESET, OUTCOME_RESET },
	{ ECONNABORTED, OUTCOME_RESET },
	{ EPIPE, OUTCOME_RESET },
	/* ours */
	{ EMFILE, OUTCOME_NOT_TRIED },
	{ ENFILE, OUTCOME_NOT_TRIED },
	{ ENOBUFS, OUTCOME_NOT_TRIED },
	{ ENOMEM, OUTCOME_NOT_TRIED },
	{ EADDRNOTAVAIL, OUTCOME_NOT_TRIED },	/* no port, or no address */
	{ EADDRINUSE, OUTCOME_NOT_TRIED },
	{ EAGAIN, OUTCOME_NOT_TRIED },
	{ EACCES, OUTCOME_NOT_TRIED },
	{ EPERM, OUTCOME_NOT_TRIED },		/* a local packet filter */
	{ EAFNOSUPPORT, OUTCOME_NOT_TRIED },
	{ EINVAL, OUTCOME_NOT_TRIED },
};

enum outcome
attempt_errno_outcome(int error)
{
	for (size_t i = 0; i < ARRAY_N(errors); i++)
		if (errors[i].error == error)
			return errors[i].outcome;
	return OUTCOME_UNREACHABLE;
}

const char *
attempt_proxy(const struct attempt *a)
{
	const struct endpoint *e = a->look->endpoint;

	return e->kind != ENDPOINT_MTLS ? e->settings->proxy : NULL;
}

void
attempt_connected(struct attempt *a)
{
	if (a->connected || a->over)
		return;
	a->connected = true;
	a->on_connected(a);
}

void
attempt_take_chain(struct attempt *a, const struct hello_chain *chain)
{
	struct observation *o = a->seen;
	uint8_t sha256[CERT_SHA256];

	if (a->look->known != NULL && chain->n > 0) {
		hello_chain_sha256(chain, sha256);
		o->known = memcmp(sha256, a->look->known, CERT_SHA256) == 0;
	}
	if (o->known) {
		memcpy(o->message_sha256, sha256, CERT_SHA256);
		return;
	}
	for (size_t i = 0; i < chain->n; i++)
		if (!observation_add_der(o, chain->item[i].data,
		    chain->item[i].len))
			break;
}

void
attempt_heard(struct attempt *a)
{
	if (a->connected && !a->over)
		a->on_heard(a);
}

void
attempt_end(struct attempt *a, enum outcome outcome, const char *fmt, ...)
{
	va_list ap;

	if (a->over)
		return;
	a->over = true;
	a->seen->outcome = observation_has_chain(a->seen) ? OUTCOME_OBSERVED :
	    outcome;
	va_start(ap, fmt);
	text_addv(&a->seen->detail, fmt, ap);
	va_end(ap);
	a->on_over(a);
}

void
attempt_end_errno(struct attempt *a, int error, const char *doing)
{
	char buf[128];

	attempt_end(a, attempt_errno_outcome(error), "%s: %s", doing,
	    strerror_r(error, buf, sizeof(buf)));
}

/* memcpy: a sockaddr_storage is not to be read through other types. */
uint16_t
attempt_address(const struct look *look, char literal[ATTEMPT_LITERAL])
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	literal[0] = '\0';
	if (look->address.ss_family == AF_INET) {
		memcpy(&v4, &look->address, sizeof(v4));
		inet_ntop(AF_INET, &v4.sin_addr, literal, ATTEMPT_LITERAL);
		return ntohs(v4.sin_port);
	}
	if (look->address.ss_family == AF_INET6) {
		memcpy(&v6, &look->address, sizeof(v6));
		inet_ntop(AF_INET6, &v6.sin6_addr, literal, ATTEMPT_LITERAL);
		return ntohs(v6.sin6_port);
	}
	return look->endpoint->port;
}
