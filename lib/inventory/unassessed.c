/* SPDX-License-Identifier: ISC */
/* unassessed.c - what an inventory says is not looked at. */
#include "cwaudit/unassessed.h"

static const char *
probe_reason(const struct settings *settings)
{
	return settings->probe_reason != NULL ? settings->probe_reason :
	    "probe is off";
}

static void
walk_site(const struct site *site, unassessed_fn *fn, void *ctx)
{
	struct unassessed u = { .host = site->host, .site = site };

	if (!site->settings->probe) {
		u.what = "site";
		u.cause = "probe";
		u.reason = probe_reason(site->settings);
		fn(ctx, &u);
		return;
	}
	if (!site->tls) {
		u.what = "https";
		u.cause = "tls";
		u.reason = "TLS ends in front of this host";
		fn(ctx, &u);
	}
	if (site->mtls_port == 0) {
		u.what = "mtls";
		u.cause = "mtls_port";
		u.reason = "its listening port is not known";
		fn(ctx, &u);
	}
}

/* A site may say otherwise than its host. */
static bool
any_probed(const struct host *host)
{
	for (size_t i = 0; i < host->n_sites; i++)
		if (host->sites[i].settings->probe)
			return true;
	return false;
}

void
unassessed_host(const struct host *host, unassessed_fn *fn, void *ctx)
{
	struct unassessed u = { .host = host, .what = "host" };

	if (host->state == HOST_RETIRED) {
		u.cause = "retired";
		u.reason = "retired";
		fn(ctx, &u);
		return;
	}
	if (!host->settings->probe && !any_probed(host)) {
		u.cause = "probe";
		u.reason = probe_reason(host->settings);
		fn(ctx, &u);
		return;
	}
	for (size_t i = 0; i < host->n_sites; i++)
		walk_site(&host->sites[i], fn, ctx);
}

void
unassessed_published(const struct published *published, unassessed_fn *fn,
    void *ctx)
{
	struct unassessed u = {
		.published = published, .what = "published", .cause = "probe",
		.reason = probe_reason(published->settings),
	};

	if (!published->settings->probe)
		fn(ctx, &u);
}
