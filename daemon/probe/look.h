/* SPDX-License-Identifier: ISC */
/*
 * look.h - one look: an order to a prober. Private to daemon/.
 */
#ifndef CWAUDIT_LOOK_H
#define CWAUDIT_LOOK_H

#include <sys/socket.h>

#include "cwaudit/inventory.h"
#include "cwaudit/observation.h"

enum look_mode {
	LOOK_PROVE,	/* handshake first, hello as fallback */
	LOOK_HELLO,	/* hello only: cheap, no proof */
};

/* The steps of the ladder; observation.step says which brought the leaf. */
enum look_step {
	STEP_HANDSHAKE,
	STEP_HELLO12,		/* TLS 1.2 hello with extensions */
	STEP_HELLO10,		/* short TLS 1.0 hello without extensions */
	STEP_SSL3,
	LOOK_STEPS,
};

struct look {
	const struct endpoint	*endpoint;	/* borrowed; outlives the look */
	struct sockaddr_storage	 address;	/* with port */
	socklen_t		 address_len;
	enum look_mode		 mode;
	enum look_step		 first;		/* step that worked last time;
						 * LOOK_PROVE starts at the
						 * handshake all the same */
	int64_t			 timeout_ms;	/* one deadline for all steps */
	/* The message_sha256 of certificates that need not be copied, as whoever
	 * asks has them. Borrowed; NULL: none. */
	const uint8_t		*known;
};

/* An IPv4 or IPv6 literal; false: it is none. The port is left 0. */
bool	look_parse_address(const char *literal, struct sockaddr_storage *out)
	    MUST_USE;
/* address must be IPv4 or IPv6. */
void	look_set_address(struct look *, const struct sockaddr_storage *,
	    uint16_t port);

#endif
