/* SPDX-License-Identifier: ISC */
/* check.c - what the checks share: words, lists, limits. */
#include "cwaudit/check.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define RAW_SHOWN	128	/* bytes of a peer's string in a message */

void
why_done(struct why *w)
{
	text_done(&w->message);
	text_done(&w->remedy);
	strings_done(&w->offenders);
	strings_done(&w->nodes);
}

bool
check_is_mtls(const struct subject *s)
{
	return s->endpoint->kind == ENDPOINT_MTLS;
}

void
check_add_what(const struct subject *s, struct text *out)
{
	const char *owner = endpoint_owner(s->endpoint);
	const char *site = endpoint_site(s->endpoint);

	switch (s->expect.role) {
	case ROLE_MTLS:
		text_addf(out, "the MTLS certificate of %s", owner);
		return;
	case ROLE_HTTPS:
		text_addf(out, "the HTTPS certificate of %s on %s", site,
		    owner);
		return;
	case ROLE_SINGLE:
		text_addf(out, "the single certificate of %s", owner);
		return;
	case ROLE_PUBLISHED:
		text_addf(out, "the certificate published at %s", owner);
		return;
	}
}

void
check_add_port(const struct subject *s, struct text *out)
{
	const struct endpoint *e = s->endpoint;

	if (s->file != NULL) {
		text_add(out, s->file);
		return;
	}
	text_addf(out, "port %u ", e->port);
	switch (e->kind) {
	case ENDPOINT_HTTPS:
		text_addf(out, "(HTTPS, %s) of %s", endpoint_site(e),
		    endpoint_owner(e));
		break;
	case ENDPOINT_MTLS:
		text_addf(out, "(MTLS) of %s", endpoint_owner(e));
		break;
	case ENDPOINT_PUBLISHED:
		text_addf(out, "of %s", endpoint_owner(e));
		break;
	}
	if (s->seen != NULL && s->seen->address[0] != '\0')
		text_addf(out, " at %s", s->seen->address);
}

void
check_add_list(const struct strings *list, struct text *out)
{
	size_t shown = list->n > CHECK_LISTED ? CHECK_LISTED : list->n;

	for (size_t i = 0; i < shown; i++)
		text_addf(out, "%s%s", i > 0 ? ", " : "", list->item[i]);
	if (shown < list->n)
		text_addf(out, " and %zu more", list->n - shown);
}

void
check_add_raw(const struct cert_bytes *raw, struct text *out)
{
	text_add_escaped(out, raw->data, raw->len, RAW_SHOWN);
}

void
check_add_cn(const struct cert *c, struct text *out)
{
	struct strings list = {0};

	if (c->n_cn == 0) {
		text_add(out, "it has no CN");
		return;
	}
	for (size_t i = 0; i < c->n_cn; i++) {
		struct text cn = {0};

		check_add_raw(&c->cn[i].utf8, &cn);
		strings_add(&list, text_str(&cn));
		text_done(&cn);
	}
	text_add(out, c->n_cn > 1 ? "CNs are " : "CN is ");
	check_add_list(&list, out);
	strings_done(&list);
}

void
check_sort_unique(struct strings *list)
{
	size_t kept = 0;

	strings_sort(list);
	for (size_t i = 0; i < list->n; i++) {
		if (kept > 0 &&
		    strcmp(list->item[kept - 1], list->item[i]) == 0)
			free(list->item[i]);
		else
			list->item[kept++] = list->item[i];
	}
	list->n = kept;
}

void
check_missing_names(const struct cert *c, const struct strings *names,
    struct strings *missing)
{
	for (size_t i = 0; i < names->n; i++)
		if (!cert_san_covers(c, names->item[i]))
			strings_add(missing, names->item[i]);
}

static bool
names_exactly(const struct cert *c, const char *name)
{
	return cert_cn_is(c, name) || cert_san_has(c, name);
}

const char *
check_other_service(const struct subject *s)
{
	const struct host *host = s->endpoint->host;
	const struct host *other;

	if (host == NULL || s->leaf == NULL ||
	    names_exactly(s->leaf, host->fqdn))
		return NULL;
	if (host->pool != NULL && names_exactly(s->leaf, host->pool))
		return host->pool;
	if (s->inventory == NULL)
		return NULL;
	for (size_t i = 0; i < s->leaf->n_cn; i++) {
		const struct cert_cn *cn = &s->leaf->cn[i];

		if (!cn->readable || !cert_name_is_host(cn->utf8.data,
		    cn->utf8.len))
			continue;
		other = inventory_find(s->inventory, cn->utf8.data);
		if (other != NULL && other != host)
			return other->fqdn;
	}
	return NULL;
}

bool
check_right_if_separate(const struct subject *s)
{
	const struct cert *c = s->leaf;
	const char *fqdn = s->endpoint->host->fqdn;
	struct strings missing = {0};
	bool right;

	if (c == NULL)
		return false;
	if (check_is_mtls(s))
		return cert_cn_is(c, fqdn) &&
		    (!c->san_present || cert_san_has(c, fqdn));
	check_missing_names(c, &s->endpoint->site->names, &missing);
	right = missing.n == 0 && cert_cn_is(c, s->endpoint->site->name);
	strings_done(&missing);
	return right;
}

/* So many days, or the share of a short lifetime. */
static int64_t
share_of(int64_t lifetime, int64_t days, int percent)
{
	int64_t absolute = days * CLOCK_DAY;

	if (lifetime <= 0 || lifetime / 100 * percent > absolute)
		return absolute;
	return lifetime / 100 * percent;
}

void
check_expiry_limits(const struct endpoint *e, int64_t lifetime,
    int64_t limit_s[SEVERITY_N])
{
	const struct settings *settings = e->settings;

	memset(limit_s, 0, SEVERITY_N * sizeof(limit_s[0]));
	limit_s[SEVERITY_WARNING] = share_of(lifetime, 45, 33);
	limit_s[SEVERITY_ERROR] = share_of(lifetime, 14, 15);
	limit_s[SEVERITY_CRITICAL] = share_of(lifetime, 2, 15);
	for (int i = SEVERITY_NOTICE; i < SEVERITY_N; i++)
		if (settings->expiring_s[i] >= 0)
			limit_s[i] = settings->expiring_s[i];
}

enum severity
check_urgency(const struct endpoint *e, int64_t lifetime, int64_t left)
{
	int64_t limit_s[SEVERITY_N];

	check_expiry_limits(e, lifetime, limit_s);
	for (int i = SEVERITY_CRITICAL; i >= SEVERITY_NOTICE; i--)
		if (limit_s[i] > 0 && left <= limit_s[i])
			return (enum severity)i;
	return SEVERITY_OFF;
}

bool
check_unanswered(const struct subject *s)
{
	if (s->seen == NULL)
		return false;
	switch (s->seen->outcome) {
	case OUTCOME_DNS_FAILURE:
	case OUTCOME_REFUSED:
	case OUTCOME_UNREACHABLE:
	case OUTCOME_TIMEOUT:
	case OUTCOME_PROXY_ERROR:
		return true;
	case OUTCOME_OBSERVED:
	case OUTCOME_RESET:
	case OUTCOME_CLOSED:
	case OUTCOME_NOT_TLS:
	case OUTCOME_TLS_ALERT:
	case OUTCOME_MALFORMED:
	case OUTCOME_NO_CERTIFICATE:
	case OUTCOME_NOT_TRIED:
		return false;
	}
	return false;
}

bool
check_settled_miss(const struct subject *s)
{
	return s->one_shot || s->misses >= 2;
}
