/* SPDX-License-Identifier: ISC */
/*
 * assessment_inventory.c - the scope of an assessment: hosts and ports of the
 * inventory that was in force, read back from the text that
 * report_inventory_json writes.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "assessment_own.h"
#include "cwaudit/mem.h"

/* A member that is a string; else "". */
static const char *
word(const json_t *from, const char *key)
{
	const char *s = json_string_value(json_object_get(from, key));

	return s != NULL ? s : "";
}

static const char *
keep_word(struct assessment *a, const json_t *from, const char *key)
{
	const char *s = word(from, key);

	return *s != '\0' ? arena_strdup(&a->arena, s) : "";
}

static const char *
keep_list(struct assessment *a, const json_t *from, const char *key)
{
	const json_t *list = json_object_get(from, key), *item;
	struct text t = {0};
	const char *kept;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_is_string(item))
			text_addf(&t, "%s%s", i > 0 ? ", " : "",
			    json_string_value(item));
	kept = arena_strdup(&a->arena, text_str(&t));
	text_done(&t);
	return kept;
}

/* ---- filters ---- */

static bool
is_asked(const char *wanted, const char *is)
{
	return wanted == NULL || text_equal(wanted, is);
}

static bool
has_tag(const json_t *host, const char *tag)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(host, "tags"), i, item)
		if (json_is_string(item) &&
		    text_equal(json_string_value(item), tag))
			return true;
	return false;
}

static const char *
name_of(const json_t *host)
{
	const char *fqdn = word(host, "host");

	return *fqdn != '\0' ? fqdn : word(host, "url");
}

static bool
passes(const struct assessment_filter *f, const json_t *host)
{
	return is_asked(f->owner, word(host, "owner")) &&
	    is_asked(f->group, word(host, "group")) &&
	    is_asked(f->zone, word(host, "zone")) &&
	    is_asked(f->host, name_of(host)) &&
	    (f->tag == NULL || has_tag(host, f->tag));
}

/* ---- hosts ---- */

static void
add_port(struct assessment *a, const json_t *from)
{
	struct assessed_port *p;
	struct text place = {0};
	const char *address = word(from, "address");

	a->ports = xgrow(a->ports, a->n_ports, &a->cap_ports,
	    sizeof(*a->ports));
	p = &a->ports[a->n_ports++];
	*p = (struct assessed_port){
		.kind = keep_word(a, from, "kind"),
		.site = keep_word(a, from, "site"),
		.port = (unsigned)json_integer_value(json_object_get(from,
		    "port")),
		.outcome = "not-tried", .detail = "", .via = "", .proof = "",
		.since = CLOCK_NEVER, .first_seen = CLOCK_NEVER,
		.cert = ASSESSMENT_NONE, .cert_id = -1, .missing = "",
		.chain = "",
	};
	endpoint_place(*address != '\0' ? address : word(from, "resolve"),
	    (uint16_t)p->port, &place);
	p->place = arena_strdup(&a->arena, text_str(&place));
	text_done(&place);
}

/* TLS that ends in front of a host is judged there: nothing is missing. */
static void
add_left_out(struct assessment *a, struct assessed_host *h,
    const json_t *from)
{
	struct text t = {0};

	text_add(&t, word(from, "what"));
	if (*word(from, "site") != '\0')
		text_addf(&t, " of %s", word(from, "site"));
	text_addf(&t, ": %s", word(from, "reason"));
	arena_strings_add(&a->arena, &h->left_out, text_str(&t));
	text_done(&t);
	if (strcmp(word(from, "cause"), "tls") != 0)
		h->incomplete = true;
}

static void
add_waiver(struct assessment *a, const struct assessed_host *h,
    const json_t *from)
{
	struct assessed_waiver w = {
		.host = h->name, .rule = keep_word(a, from, "rule"),
		.site = keep_word(a, from, "site"),
		.roles = keep_list(a, from, "roles"),
		.offenders = keep_list(a, from, "offenders"),
		.ticket = keep_word(a, from, "ticket"),
		.owner = keep_word(a, from, "owner"),
		.approved_by = keep_word(a, from, "approved_by"),
		.reason = keep_word(a, from, "reason"),
		.until = CLOCK_NEVER, .hosts = 1,
	};
	int64_t until;

	if (clock_parse(word(from, "until"), &until))
		w.until = until;
	a->given = xgrow(a->given, a->n_given, &a->cap_given,
	    sizeof(*a->given));
	a->given[a->n_given++] = w;
}

/* Raised ones are not listed: they ask for more. */
static void
add_tailoring(struct assessment *a, const struct assessed_host *h,
    const json_t *from)
{
	const struct rule *rule = rule_find(word(from, "rule"));
	enum severity severity;

	if (!severity_parse(word(from, "severity"), &severity) ||
	    (rule != NULL && severity >= rule->severity))
		return;
	a->tailoring = xgrow(a->tailoring, a->n_tailoring, &a->cap_tailoring,
	    sizeof(*a->tailoring));
	a->tailoring[a->n_tailoring++] = (struct assessed_tailoring){
		.rule = keep_word(a, from, "rule"),
		.severity = severity_name(severity),
		.site = keep_word(a, from, "site"),
		.owner = keep_word(a, from, "owner"),
		.reason = keep_word(a, from, "reason"),
		.host = h->name, .hosts = 1,
	};
}

static void
add_parts(struct assessment *a, struct assessed_host *h, const json_t *from)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(from, "endpoints"), i, item)
		add_port(a, item);
	json_array_foreach(json_object_get(from, "not_assessed"), i, item)
		add_left_out(a, h, item);
	json_array_foreach(json_object_get(from, "waivers"), i, item)
		add_waiver(a, h, item);
	json_array_foreach(json_object_get(from, "rules"), i, item)
		add_tailoring(a, h, item);
	h->n_ports = a->n_ports - h->first_port;
	h->n_waivers = a->n_given - h->first_waiver;
}

static void
add_host(struct assessment *a, const json_t *from)
{
	bool published = *word(from, "host") == '\0';
	const char *state = word(from, "state");
	struct assessed_host *h;

	if (!passes(&a->filter, from)) {
		a->filtered_out++;
		return;
	}
	if (strcmp(state, "retired") == 0) {
		a->retired++;
		return;
	}
	a->hosts = xgrow(a->hosts, a->n_hosts, &a->cap_hosts,
	    sizeof(*a->hosts));
	h = &a->hosts[a->n_hosts++];
	*h = (struct assessed_host){
		.name = arena_strdup(&a->arena, name_of(from)),
		.kind = published ? "published" : "host",
		.state = published ? "active" : keep_word(a, from, "state"),
		.group = keep_word(a, from, "group"),
		.owner = keep_word(a, from, "owner"),
		.zone = keep_word(a, from, "zone"),
		.tags = keep_list(a, from, "tags"),
		.first_port = a->n_ports, .first_waiver = a->n_given,
		.since = CLOCK_NEVER, .wrong_since = CLOCK_NEVER,
		.right_since = CLOCK_NEVER,
	};
	add_parts(a, h, from);
}

/* Calls fn for each host and each published entry. */
static bool
each_host(struct assessment *a, const char *json,
    void (*fn)(struct assessment *, const json_t *))
{
	json_t *top = json_loads(json, 0, NULL);
	const json_t *item;
	bool ok = json_is_object(top);
	size_t i;

	json_array_foreach(json_object_get(top, "hosts"), i, item)
		fn(a, item);
	json_array_foreach(json_object_get(top, "published"), i, item)
		fn(a, item);
	json_decref(top);
	return ok;
}

bool
assessment_set_inventory(struct assessment *a, int64_t since,
    const char *json)
{
	if (!each_host(a, json, add_host))
		return false;
	cert_sha256((const uint8_t *)json, strlen(json), a->inventory_sha256);
	a->inventory_since = since;
	assessment_index(a);
	return true;
}

/* ---- who is new, and who is gone ---- */

static void
meet_former(struct assessment *a, const json_t *from)
{
	const char *name = name_of(from);
	struct assessed_host *h = assessment_host(a, name, strlen(name));

	if (strcmp(word(from, "state"), "retired") == 0)
		return;
	if (h != NULL)
		h->was_there = true;
	else if (passes(&a->filter, from))
		arena_strings_add(&a->arena, &a->removed, name);
}

bool
assessment_set_former(struct assessment *a, const char *json)
{
	if (!each_host(a, json, meet_former))
		return false;
	for (size_t i = 0; i < a->n_hosts; i++)
		if (!a->hosts[i].was_there)
			arena_strings_add(&a->arena, &a->added,
			    a->hosts[i].name);
	return true;
}

/* ---- what several hosts share ---- */

static int
compare_words(const char *const *x, const char *const *y, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int order = strcmp(x[i], y[i]);

		if (order != 0)
			return order;
	}
	return 0;
}

static int
compare_terms(const struct assessed_waiver *x, const struct assessed_waiver *y)
{
	const char *const wx[] = { x->rule, x->site, x->roles, x->offenders,
	    x->ticket, x->owner, x->approved_by, x->reason };
	const char *const wy[] = { y->rule, y->site, y->roles, y->offenders,
	    y->ticket, y->owner, y->approved_by, y->reason };

	if (x->until != y->until)
		return x->until < y->until ? -1 : 1;
	return compare_words(wx, wy, sizeof(wx) / sizeof(wx[0]));
}

/* What ends next comes first. */
static int
compare_waivers(const void *p, const void *q)
{
	const struct assessed_waiver *x = *(struct assessed_waiver *const *)p,
	    *y = *(struct assessed_waiver *const *)q;
	int order = compare_terms(x, y);

	return order != 0 ? order : strcmp(x->host, y->host);
}

static void
merge_waivers(struct assessment *a)
{
	struct assessed_waiver **all = xcalloc(a->n_given + 1, sizeof(*all));

	for (size_t i = 0; i < a->n_given; i++)
		all[i] = &a->given[i];
	assessment_sort(all, a->n_given, sizeof(*all), compare_waivers);
	for (size_t i = 0; i < a->n_given; i++) {
		struct assessed_waiver *last = a->n_waivers > 0 ?
		    &a->waivers[a->n_waivers - 1] : NULL;

		if (last != NULL && compare_terms(last, all[i]) == 0) {
			last->hosts += strcmp(all[i - 1]->host,
			    all[i]->host) != 0;
		} else {
			a->waivers = xgrow(a->waivers, a->n_waivers,
			    &a->cap_waivers, sizeof(*a->waivers));
			a->waivers[a->n_waivers++] = *all[i];
		}
		all[i]->listed = a->n_waivers - 1;
	}
	free(all);
}

static int
compare_tailoring_terms(const struct assessed_tailoring *x,
    const struct assessed_tailoring *y)
{
	const char *const wx[] = { x->rule, x->severity, x->site, x->owner,
	    x->reason };
	const char *const wy[] = { y->rule, y->severity, y->site, y->owner,
	    y->reason };

	return compare_words(wx, wy, sizeof(wx) / sizeof(wx[0]));
}

static int
compare_tailoring(const void *p, const void *q)
{
	const struct assessed_tailoring *x = p, *y = q;
	int order = compare_tailoring_terms(x, y);

	return order != 0 ? order : strcmp(x->host, y->host);
}

static void
merge_tailoring(struct assessment *a)
{
	size_t n = 0;

	assessment_sort(a->tailoring, a->n_tailoring, sizeof(*a->tailoring),
	    compare_tailoring);
	for (size_t i = 0; i < a->n_tailoring; i++)
		if (n > 0 && compare_tailoring_terms(&a->tailoring[n - 1],
		    &a->tailoring[i]) == 0)
			a->tailoring[n - 1].hosts++;
		else
			a->tailoring[n++] = a->tailoring[i];
	a->n_tailoring = n;
}

void
assessment_merge(struct assessment *a)
{
	merge_waivers(a);
	merge_tailoring(a);
}
