/* SPDX-License-Identifier: ISC */
/* prober.c - what the looks of one thread share. */
#include "prober.h"

#include <signal.h>
#include <stdlib.h>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "cwaudit/mem.h"
#include "curl_loop.h"
#include "probe.h"
#include "probe_context.h"
#include "probe_trace.h"

struct prober {
	struct kit	 kit;
	struct probes	 probes;
	char		*user_agent;
};

bool
prober_global_init(struct text *why)
{
	/* A site's openssl.cnf must not change verdicts: before all else. */
	if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1 ||
	    !trace_global_init()) {
		text_add(why, "OpenSSL cannot be initialised");
		return false;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		text_add(why, "libcurl cannot be initialised");
		return false;
	}
	/* OpenSSL writes to sockets by write(2), without MSG_NOSIGNAL. */
	(void)signal(SIGPIPE, SIG_IGN);
	return true;
}

struct prober *
prober_new(struct event_base *base, const struct prober_options *options,
    struct text *why)
{
	struct prober *r = xcalloc(1, sizeof(*r));

	if (options->user_agent != NULL)
		r->user_agent = xstrdup(options->user_agent);
	r->kit = (struct kit){
		.base = base,
		.curl = curl_loop_new(base),
		.contexts = contexts_new(why),
		.clock = options->clock != NULL ? options->clock :
		    &clock_system,
		.user_agent = r->user_agent,
	};
	if (r->kit.curl != NULL && r->kit.contexts != NULL)
		return r;
	if (r->kit.curl == NULL)
		text_add(why, "libcurl gave no multi handle");
	prober_free(r);
	return NULL;
}

void
prober_look(struct prober *r, const struct look *look, prober_done_fn *done,
    void *ctx)
{
	probe_start(&r->probes, &r->kit, look, done, ctx);
}

size_t
prober_in_flight(const struct prober *r)
{
	return r->probes.n;
}

void
prober_free(struct prober *r)
{
	if (r == NULL)
		return;
	probes_drop(&r->probes);
	curl_loop_free(r->kit.curl);
	contexts_free(r->kit.contexts);
	free(r->user_agent);
	free(r);
}
