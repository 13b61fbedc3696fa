/* SPDX-License-Identifier: ISC */
/* rule_fleet.c - the rules over several hosts: farms, and the whole fleet. */
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "rule_record.h"

#define HOSTS_NAMED	5	/* in a remedy; the finding lists them all */

static bool
is_off_at(const struct endpoint *e, const struct rule *rule)
{
	const struct rule_setting *set = settings_rule(e->settings, rule->id);

	return set != NULL && set->severity == SEVERITY_OFF;
}

/* The ports on which a rule is judged; the caller frees. */
static struct port *
judged_ports(const struct port *ports, size_t n, const struct rule *rule,
    size_t *kept)
{
	struct port *to = xcalloc(n, sizeof(*to));

	*kept = 0;
	for (size_t i = 0; i < n; i++)
		if (!is_off_at(ports[i].endpoint, rule))
			to[(*kept)++] = ports[i];
	return to;
}

/* "cwa01.contoso.com, cwa02.contoso.com and 3 more", each once. */
static void
add_owners(const struct shared *s, struct text *out)
{
	const char *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		const char *owner = endpoint_owner(s->concerned[i]);

		if (last != NULL && strcmp(owner, last) == 0)
			continue;
		if (n++ < HOSTS_NAMED)
			text_addf(out, "%s%s", last != NULL ? ", " : "", owner);
		last = owner;
	}
	if (n > HOSTS_NAMED)
		text_addf(out, " and %zu more", n - HOSTS_NAMED);
}

struct recording {
	struct results		*out;
	const struct rule	*rule;
	int64_t			 now;
	bool			 held;
};

static void
record_failure(const struct recording *to, struct shared *s, const char *thing,
    const struct site *site)
{
	struct strings none = {0};
	struct text hosts = {0};
	struct about a = {
		.site = site, .now = to->now, .thing = thing, .held = to->held,
		.concerned = s->concerned, .n_concerned = s->n,
		.names.names = &none,
	};

	add_owners(s, &hosts);
	a.names.host = a.names.cn = text_str(&hosts);
	a.names.site = site != NULL ? site->name : s->n > 0 ?
	    endpoint_site(s->concerned[0]) : "";
	(void)rule_record(to->out, &a, to->rule, VERDICT_FAIL, &s->why);
	text_done(&hosts);
}

/* ---- a farm ---- */

/* Who works on one node makes the others look behind. */
static bool
any_in_maintenance(const struct farm_view *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (settings_in_maintenance(v->nodes[i].endpoint->settings,
		    v->now))
			return true;
	return false;
}

static void
run_on_farm(const struct farm_view *all, const struct rule *rule,
    struct results *out)
{
	struct recording to = { out, rule, all->now,
	    any_in_maintenance(all) };
	struct shared s = { .why.severity = rule->severity };
	const struct site *site = all->farm->sites[0];
	struct farm_view v = *all;
	struct port *nodes = judged_ports(all->nodes, all->n, rule, &v.n);
	struct port *fronts = judged_ports(all->fronts, all->n_fronts, rule,
	    &v.n_fronts);
	struct text thing = {0};
	struct about a = { .site = site, .now = all->now };
	enum verdict verdict;

	v.nodes = nodes;
	v.fronts = fronts;
	text_addf(&thing, "farm %s", all->farm->key);
	a.thing = text_str(&thing);
	verdict = rule->check_farm(&v, &s);
	if (verdict == VERDICT_FAIL)
		record_failure(&to, &s, a.thing, site);
	else
		(void)rule_record(out, &a, rule, verdict, &s.why);
	shared_done(&s);
	text_done(&thing);
	free(nodes);
	free(fronts);
}

void
rules_run_farm(const struct farm_view *v, struct results *out)
{
	for (size_t i = 0; i < n_rules; i++)
		if (rules[i].check_farm != NULL)
			run_on_farm(v, &rules[i], out);
}

/* ---- the fleet ---- */

static void
on_failure(void *ctx, struct shared *s)
{
	const struct recording *to = ctx;

	if (s->why.severity == SEVERITY_OFF)
		s->why.severity = to->rule->severity;
	record_failure(to, s, text_str(&s->about), s->site);
	shared_done(s);
}

static void
run_on_fleet(const struct fleet_view *all, const struct rule *rule,
    struct results *out)
{
	struct recording to = { out, rule, all->now, false };
	struct why none = {0};
	struct about a = { .now = all->now, .thing = "" };
	struct fleet_view v = *all;
	struct port *ports = judged_ports(all->ports, all->n, rule, &v.n);
	struct dns_site *dns = xcalloc(all->n_dns, sizeof(*dns));
	struct result *rest;
	enum verdict verdict;

	v.ports = ports;
	v.n_dns = 0;
	for (size_t i = 0; i < all->n_dns; i++)
		if (!is_off_at(all->dns[i].endpoint, rule))
			dns[v.n_dns++] = all->dns[i];
	v.dns = dns;
	verdict = rule->check_fleet(&v, on_failure, &to);
	rest = rule_record(out, &a, rule, verdict, &none);
	if (rest != NULL)
		rest->rest = true;
	free(ports);
	free(dns);
}

void
rules_run_fleet(const struct fleet_view *v, struct results *out)
{
	for (size_t i = 0; i < n_rules; i++)
		if (rules[i].check_fleet != NULL)
			run_on_fleet(v, &rules[i], out);
}
