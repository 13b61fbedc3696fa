/* SPDX-License-Identifier: ISC */
/*
 * crowd.h - a fleet of any size: which host is what, from a seed; and the
 * certificate that each shows. Host n stands at 127.1.0.1 + n; it has a
 * certificate for each of its two jobs, of its own. Dead hosts stand at other
 * ports, behind a listener whose queue is full: their SYNs are dropped.
 */
#ifndef CROWD_CROWD_H
#define CROWD_CROWD_H

#include <openssl/ssl.h>

#include "cwaudit/text.h"
#include "stamp.h"

enum job { JOB_HTTPS, JOB_MTLS, JOBS };

enum temper {
	TEMPER_SOUND,
	TEMPER_SLOW,		/* its flight comes late */
	TEMPER_DEAD,		/* swallows SYNs */
	TEMPER_RESET,		/* resets who says hello */
	TEMPER_CHANGE,		/* to another certificate: crowd_change() */
	TEMPERS,
};

struct crowd_options {
	size_t		 hosts;
	uint64_t	 seed;
	unsigned	 share[TEMPERS];	/* of 1000; the rest: sound */
	bool		 real;		/* handshakes, not canned flights */
	unsigned	 farm;		/* hosts that share a site */
	const char	*timeout;	/* of a look: "5s" */
};

struct crowd {
	struct crowd_options options;
	struct stamp	*stamp[JOBS];
	uint8_t		*der[JOBS];	/* stamp_len() bytes a host */
	EVP_PKEY	**keys;		/* real: one a host */
	X509		**x509[JOBS];	/* real */
	uint32_t	 generation;
};

extern const uint16_t	crowd_port[JOBS], crowd_dead_port[JOBS];

/* Makes all certificates, on every core: 0.6 ms each. */
void		 crowd_init(struct crowd *, const struct crowd_options *);
void		 crowd_done(struct crowd *);
enum temper	 crowd_temper(const struct crowd *, size_t host);
uint32_t	 crowd_address(size_t host);		/* IPv4, host order */
/* The host that stands there; SIZE_MAX: none. */
size_t		 crowd_at(const struct crowd *, uint32_t address);
const uint8_t	*crowd_der(const struct crowd *, size_t host, enum job);
/* Another certificate for those that change. */
void		 crowd_change(struct crowd *);

/* inventory.yaml; its roots are corp-roots.pem beside it. job: JOBS for both,
 * else the ports of this job alone. */
void		 crowd_inventory(const struct crowd *, enum job, struct text *);
/* "ADDRESS PORT NAME" a line, of all that are not dead. */
void		 crowd_targets(const struct crowd *, enum job, struct text *);

#endif
