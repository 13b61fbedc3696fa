/* SPDX-License-Identifier: ISC */
/* serve.h - servers that play scripts, each connection by itself. */
#ifndef SERVE_H
#define SERVE_H

#include "../servers.h"
#include "script.h"

#define SERVE_S		60	/* a connection lasts no longer */

static const char *played;	/* by the children of the next server */

static inline void
serve_script(int fd)
{
	char cert[128], key[128];
	const struct script_leaf leaf = { leaf_der, leaf_len,
	    pki_path("cert.pem", cert), pki_path("key.pem", key) };

	(void)alarm(SERVE_S);
	script_play(played, &leaf, fd);
}

#endif
