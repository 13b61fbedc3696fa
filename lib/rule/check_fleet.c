/* SPDX-License-Identifier: ISC */
/*
 * check_fleet.c - what many hosts have in common: a key, a CA that ends.
 * Both sort pointers to all ports once; nothing compares each with each.
 * They go by the last leaf that a port ever presented: a host that is down
 * has not given up its key.
 */
#include "cwaudit/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define SHORT_SHA256	8	/* bytes of a fingerprint that people compare */

/* -- one key -------------------------------------------------------------- */

static int
by_key(const void *x, const void *y)
{
	const struct port *a = *(const struct port *const *)x;
	const struct port *b = *(const struct port *const *)y;
	int c = memcmp(a->last_leaf->spki_sha256, b->last_leaf->spki_sha256,
	    CERT_SHA256);

	if (c != 0)
		return c;
	return a < b ? -1 : a > b;
}

static const struct port **
seen_ports(const struct fleet_view *v, size_t *n)
{
	const struct port **list = xcalloc(v->n, sizeof(*list));

	*n = 0;
	for (size_t i = 0; i < v->n; i++)
		if (v->ports[i].last_leaf != NULL)
			list[(*n)++] = &v->ports[i];
	return list;
}

static bool
host_has_farm(const struct host *host, const char *farm)
{
	for (size_t i = 0; i < host->n_sites; i++)
		if (strcmp(host->sites[i].farm, farm) == 0)
			return true;
	return false;
}

static bool
host_has_site(const struct host *host, const char *name)
{
	for (size_t i = 0; i < host->n_sites; i++)
		if (strcmp(host->sites[i].name, name) == 0)
			return true;
	return false;
}

/* Is there one farm that all of these hosts are nodes of? */
static bool
share_a_farm(const struct port *const *p, size_t n, const struct host *first)
{
	for (size_t k = 0; k < first->n_sites; k++) {
		size_t i = 0;

		while (i < n && (p[i]->endpoint->host == NULL ||
		    host_has_farm(p[i]->endpoint->host, first->sites[k].farm)))
			i++;
		if (i == n)
			return true;
	}
	return false;
}

/* What stands in front of a site may well hold the certificate of it. */
static bool
fronts_belong(const struct port *const *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool found = p[i]->endpoint->published == NULL;

		for (size_t k = 0; k < n && !found; k++)
			found = p[k]->endpoint->host != NULL && host_has_site(
			    p[k]->endpoint->host,
			    p[i]->endpoint->published->name);
		if (!found)
			return false;
	}
	return true;
}

struct sharing {
	const struct host *first;	/* NULL: published entries alone */
	bool	several;		/* hosts */
	bool	own;			/* of a host by its nature: MTLS, single */
};

static struct sharing
look_at_sharing(const struct port *const *p, size_t n)
{
	struct sharing s = {0};

	for (size_t i = 0; i < n; i++) {
		const struct host *host = p[i]->endpoint->host;

		if (host == NULL)
			continue;
		s.first = s.first != NULL ? s.first : host;
		s.several |= host != s.first;
		s.own |= p[i]->role != ROLE_HTTPS;
	}
	return s;
}

static void
add_user(const struct port *p, struct strings *out)
{
	const struct endpoint *e = p->endpoint;
	struct text line = {0};

	text_addf(&line, "%s (%s %s, port %u)", endpoint_owner(e),
	    endpoint_kind_name(e->kind), endpoint_site(e), e->port);
	strings_add(out, text_str(&line));
	text_done(&line);
}

static void
say_shared_key(const struct port *const *p, size_t n, const char *what,
    shared_fn *say, void *ctx)
{
	const struct cert *leaf = p[0]->last_leaf;
	struct shared to = {0};

	text_add(&to.about, "key ");
	text_add_hex(&to.about, leaf->spki_sha256, CERT_SHA256);
	for (size_t i = 0; i < n; i++) {
		add_user(p[i], &to.why.offenders);
		shared_concern(&to, p[i]->endpoint);
	}
	to.why.offenders_key = "users";
	text_addf(&to.why.message, "one key (SHA-256 ");
	text_add_hex(&to.why.message, leaf->spki_sha256, SHORT_SHA256);
	text_add(&to.why.message, ") is used at ");
	check_add_list(&to.why.offenders, &to.why.message);
	text_addf(&to.why.message, ": %s", what);
	say(ctx, &to);
}

static void
judge_key(const struct port *const *p, size_t n, shared_fn *say, void *ctx)
{
	struct sharing s = look_at_sharing(p, n);

	if (s.first == NULL)
		return;
	if (s.several && !share_a_farm(p, n, s.first))
		say_shared_key(p, n, "these hosts share no farm, so each "
		    "should have a key of its own", say, ctx);
	else if (s.several && s.own)
		say_shared_key(p, n, "MTLS and single certificates name one "
		    "host, so each host should have its own, with a key of "
		    "its own", say, ctx);
	else if (!fronts_belong(p, n))
		say_shared_key(p, n, "what is published there is no site of "
		    "these hosts, so it should have a key of its own", say,
		    ctx);
}

enum verdict
check_shared_key(const struct fleet_view *v, shared_fn *say, void *ctx)
{
	size_t n, first = 0;
	const struct port **ports = seen_ports(v, &n);

	if (n > 1)
		qsort(ports, n, sizeof(*ports), by_key);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && memcmp(ports[i]->last_leaf->spki_sha256,
		    ports[first]->last_leaf->spki_sha256, CERT_SHA256) == 0)
			continue;
		if (i - first > 1)
			judge_key(ports + first, i - first, say, ctx);
		first = i;
	}
	free(ports);
	return v->n == 0 ? VERDICT_NOT_APPLICABLE :
	    n == 0 ? VERDICT_UNKNOWN : VERDICT_PASS;
}

/* -- a CA that ends first ------------------------------------------------- */

/* A CA on the path of a port that outlives it. */
struct ca_end {
	const struct cert	*ca;
	const struct port	*port;
	enum severity		 severity;
};

struct ca_ends {
	struct ca_end	*item;
	size_t		 n, cap;
};

static int
by_ca(const void *x, const void *y)
{
	const struct ca_end *a = x, *b = y;
	int c = memcmp(a->ca->sha256, b->ca->sha256, CERT_SHA256);

	if (c != 0)
		return c;
	return a->port < b->port ? -1 : a->port > b->port;
}

static void
find_endings(const struct port *p, int64_t now, struct ca_ends *out)
{
	for (size_t i = 1; i < p->last_chain->n_path; i++) {
		const struct cert *ca = p->last_chain->path[i];
		enum severity severity;

		if (!ca->dates_readable ||
		    ca->not_after >= p->last_leaf->not_after)
			continue;
		severity = check_urgency(p->endpoint,
		    ca->not_after - ca->not_before, ca->not_after - now);
		if (severity == SEVERITY_OFF)
			continue;
		out->item = xgrow(out->item, out->n, &out->cap,
		    sizeof(*out->item));
		out->item[out->n++] = (struct ca_end){ ca, p, severity };
	}
}

static void
say_ending(const struct ca_end *e, size_t n, int64_t now, shared_fn *say,
    void *ctx)
{
	const struct cert *ca = e[0].ca;
	struct shared to = {0};
	struct text *out = &to.why.message;
	char when[CLOCK_TEXT];

	text_add(&to.about, "ca ");
	text_add_hex(&to.about, ca->sha256, CERT_SHA256);
	for (size_t i = 0; i < n; i++) {
		const char *owner = endpoint_owner(e[i].port->endpoint);

		if (e[i].severity > to.why.severity)
			to.why.severity = e[i].severity;
		if (i == 0 || strcmp(owner,
		    endpoint_owner(e[i - 1].port->endpoint)) != 0)
			strings_add(&to.why.offenders, owner);
		shared_concern(&to, e[i].port->endpoint);
	}
	to.why.offenders_key = "hosts";
	to.why.ends = ca->not_after;
	text_add(out, "the CA certificate ");
	cert_add_subject(ca, out);
	text_add(out, " (SHA-256 ");
	text_add_hex(out, ca->sha256, SHORT_SHA256);
	text_addf(out, ") %s at %s, before certificates below it on ",
	    now > ca->not_after ? "ended" : "ends",
	    clock_format(ca->not_after, when));
	check_add_list(&to.why.offenders, out);
	text_add(out, "; from then on these are refused, although their own "
	    "dates are later");
	say(ctx, &to);
}

enum verdict
check_chain_expiring(const struct fleet_view *v, shared_fn *say, void *ctx)
{
	struct ca_ends all = {0};
	size_t judged = 0, first = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct port *p = &v->ports[i];

		if (p->last_leaf == NULL || !p->last_leaf->dates_readable ||
		    p->last_chain == NULL ||
		    p->last_chain->status != CHAIN_TRUSTED)
			continue;
		judged++;
		find_endings(p, v->now, &all);
	}
	if (all.n > 1)
		qsort(all.item, all.n, sizeof(*all.item), by_ca);
	for (size_t i = 1; i <= all.n; i++) {
		if (i < all.n && memcmp(all.item[i].ca->sha256,
		    all.item[first].ca->sha256, CERT_SHA256) == 0)
			continue;
		say_ending(all.item + first, i - first, v->now, say, ctx);
		first = i;
	}
	free(all.item);
	return v->n == 0 ? VERDICT_NOT_APPLICABLE :
	    judged == 0 ? VERDICT_UNKNOWN : VERDICT_PASS;
}
