/* SPDX-License-Identifier: ISC */
/*
 * rule_slot.c - which slot a port belongs to, and what its ports say together.
 */
#include "rule_slot.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

/* "im.contoso.com:443" of a site's slot; "" where the slot is the host's. */
static void
add_site(const struct endpoint *e, struct text *out)
{
	if (e->site != NULL)
		text_addf(out, "%s:%u", e->site->name, e->site->url_port);
}

void
rule_slot_id(const struct endpoint *e, enum role role, const struct rule *rule,
    char id[FINDING_ID])
{
	bool listener = rule->scope == SCOPE_LISTENER;
	bool of_site = listener ? e->kind == ENDPOINT_HTTPS :
	    role == ROLE_HTTPS;
	enum endpoint_kind kind = !listener && role == ROLE_SINGLE ?
	    ENDPOINT_MTLS : e->kind;
	struct text site = {0};

	if (of_site)
		add_site(e, &site);
	finding_id(id, endpoint_owner(e), endpoint_kind_name(kind),
	    text_str(&site), listener ? e->port : 0, rule->id);
	text_done(&site);
}

const struct settings *
rule_slot_settings(const struct host_view *v, const struct subject *s)
{
	const struct settings *own = s->endpoint->settings;

	if (s->expect.role == ROLE_HTTPS)
		return own;
	for (size_t i = 0; i < v->n; i++)
		if (v->subjects[i].expect.role != ROLE_HTTPS &&
		    v->subjects[i].endpoint->settings != own)
			return v->host->settings;
	return own;
}

bool
result_outranks(const struct result *a, const struct result *b)
{
	if (a->verdict != b->verdict)
		return a->verdict > b->verdict;
	if (a->verdict != VERDICT_FAIL)
		return false;
	if (result_is_finding(a) != result_is_finding(b))
		return result_is_finding(a);
	if ((a->waiver != NULL) != (b->waiver != NULL))
		return b->waiver != NULL;
	return a->severity > b->severity;
}

/* -- the ports of a slot -------------------------------------------------- */

static bool
reads_alike(const struct result *a, const struct result *b)
{
	return result_is_finding(a) && a->severity == b->severity &&
	    strcmp(a->message, b->message) == 0;
}

/* What the slot's finding says, on each of the ports that have it. */
static void
repeat(struct result *to, const struct result *from)
{
	free(to->message);
	free(to->remedy);
	strings_done(&to->offenders);
	to->message = xstrdup(from->message);
	to->remedy = xstrdup(from->remedy);
	strings_copy(&to->offenders, &from->offenders);
	to->offenders_key = from->offenders_key;
	to->severity = from->severity;
	to->own_severity = from->own_severity;
	to->waiver = from->waiver;
	to->void_waiver = from->void_waiver;
}

static void
add_places(struct result *lead, struct result *const *port, size_t n)
{
	struct text place = {0};

	for (size_t i = 0; i < n; i++) {
		const struct endpoint *e = port[i]->endpoint;

		if (e == NULL || !result_is_finding(port[i]))
			continue;
		endpoint_place(e->address != NULL ? e->address : e->resolve,
		    e->port, &place);
		strings_add_unique(&lead->places, text_str(&place));
		text_reset(&place);
	}
	text_done(&place);
}

static void
name_ports(struct result *lead, struct result *const *port, size_t n)
{
	struct text all = {0}, list = {0};
	size_t named = 0;

	for (size_t i = 0; i < n; i++)
		if (reads_alike(port[i], lead))
			text_addf(&list, "%s%u", named++ > 0 ? ", " : "",
			    port[i]->endpoint->port);
	text_addf(&all, "%s (only at port%s %s; the other ports that should "
	    "present the same certificate answer otherwise)", lead->message,
	    named > 1 ? "s" : "", text_str(&list));
	text_done(&list);
	free(lead->message);
	lead->message = text_take(&all);
}

/* The results of one slot and rule, in the order of the endpoints. */
static void
join_slot(struct result **port, size_t n)
{
	struct result *lead = port[0];
	bool differ = false;

	for (size_t i = 1; i < n; i++)
		if (result_outranks(port[i], lead))
			lead = port[i];
	for (size_t i = 0; i < n; i++)
		port[i]->speaks = port[i] == lead;
	if (!result_is_finding(lead))
		return;
	add_places(lead, port, n);
	for (size_t i = 0; i < n; i++)
		differ = differ || (port[i]->verdict != VERDICT_UNKNOWN &&
		    !reads_alike(port[i], lead));
	if (differ)
		name_ports(lead, port, n);
	for (size_t i = 0; i < n; i++)
		if (port[i] != lead && result_is_finding(port[i]))
			repeat(port[i], lead);
}

static int
by_id(const void *x, const void *y)
{
	const struct result *a = *(struct result *const *)x;
	const struct result *b = *(struct result *const *)y;
	int order = strcmp(a->id, b->id);

	return order != 0 ? order : a < b ? -1 : a > b;
}

void
rule_join(struct result *item, size_t n)
{
	struct result **sorted;

	if (n == 0)
		return;
	sorted = xcalloc(n, sizeof(*sorted));
	for (size_t i = 0; i < n; i++)
		sorted[i] = &item[i];
	qsort(sorted, n, sizeof(*sorted), by_id);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n &&
		    strcmp(sorted[i]->id, sorted[end]->id) == 0; end++)
			;
		join_slot(sorted + i, end - i);
	}
	free(sorted);
}
