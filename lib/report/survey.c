/* SPDX-License-Identifier: ISC */
/* survey.c - ports of hosts in, a guess at each host out. */
#include "cwaudit/survey.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/name.h"

static bool
is_literal(const char *asked)
{
	struct text clean = {0};
	bool literal = name_address(asked, &clean) == NULL;

	text_done(&clean);
	return literal;
}

static int
by_port(const void *x, const void *y)
{
	const struct guess_port *a = x, *b = y;

	return a->port - b->port;
}

/*
 * Away from its usual ports CWA's MTLS listener shows by asking for a client
 * certificate.
 */
static bool
is_mtls(const struct snapshot_endpoint *e)
{
	return e->endpoint->kind == ENDPOINT_MTLS ||
	    (e->endpoint->port != 443 && e->seen != NULL &&
	    e->seen->client_cert_known && e->seen->client_cert_requested);
}

static void
guess_host(struct survey_host *h)
{
	struct guess_port *ports = xcalloc(h->n_ports + 1, sizeof(*ports));

	for (size_t i = 0; i < h->n_ports; i++) {
		const struct snapshot_endpoint *e = &h->ports[i];

		ports[i] = (struct guess_port){ .port = e->endpoint->port,
		    .mtls = is_mtls(e), .leaf = e->leaf };
		h->n_leaves += e->leaf != NULL;
	}
	qsort(ports, h->n_ports, sizeof(*ports), by_port);
	if (h->n_leaves > 0)
		guess_init(&h->guess, is_literal(h->asked) ? NULL : h->asked,
		    ports, h->n_ports);
	free(ports);
}

/* Where it was looked at, if the FQDN need not lead there. */
static const char *
address_of(const struct survey_host *h)
{
	if (strcmp(h->asked, h->guess.fqdn) == 0)
		return NULL;
	for (size_t i = 0; i < h->n_ports; i++)
		if (h->ports[i].leaf != NULL)
			return snapshot_address(&h->ports[i]);
	return NULL;
}

static const char *
why_no_entry(const struct survey *s, size_t i)
{
	const struct guess *g = &s->hosts[i].guess;

	if (s->hosts[i].n_leaves == 0)
		return "no port presented a certificate";
	if (g->fqdn == NULL)
		return "nothing tells the server's FQDN: ask for the host by "
		    "its name";
	for (size_t k = 0; k < i; k++)
		if (s->hosts[k].no_entry == NULL &&
		    strcmp(s->hosts[k].guess.fqdn, g->fqdn) == 0)
			return "its certificates are of a host that has an "
			    "entry already";
	return NULL;
}

void
survey_init(struct survey *s, const struct snapshot *looked,
    const struct strings *asked)
{
	size_t at = 0;

	*s = (struct survey){ .looked = looked, .n = asked->n };
	s->hosts = xcalloc(asked->n + 1, sizeof(*s->hosts));
	for (size_t i = 0; i < asked->n; i++) {
		struct survey_host *h = &s->hosts[i];

		h->asked = asked->item[i];
		h->ports = looked->endpoints + at;
		while (at < looked->n_endpoints &&
		    looked->endpoints[at].endpoint->host ==
		    &looked->inventory->hosts[i]) {
			h->n_ports++;
			at++;
		}
		guess_host(h);
		h->no_entry = why_no_entry(s, i);
		if (h->no_entry != NULL)
			continue;
		if (s->entry.len == 0)
			text_add(&s->entry, "hosts:\n");
		guess_add_entry(&h->guess, address_of(h), &s->entry);
	}
}

void
survey_done(struct survey *s)
{
	for (size_t i = 0; i < s->n; i++)
		guess_done(&s->hosts[i].guess);
	free(s->hosts);
	text_done(&s->entry);
	*s = (struct survey){0};
}
