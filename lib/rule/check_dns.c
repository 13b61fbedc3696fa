/* SPDX-License-Identifier: ISC */
/* check_dns.c - do the names that browsers ask for lead to the site? */
#include "cwaudit/fleet.h"

#include <string.h>

/* Addresses of a name that are none of the site's. */
static void
find_elsewhere(const struct dns_name *name, struct strings *out)
{
	for (size_t i = 0; i < name->addresses.n; i++)
		if (!strings_has(&name->expected, name->addresses.item[i]))
			strings_add(out, name->addresses.item[i]);
}

/* Appends what is wrong with a name; unknown where that cannot be told. */
static enum verdict
judge_name(const struct dns_name *name, struct strings *out)
{
	struct strings elsewhere = {0};
	struct text line = {0};
	enum verdict verdict = VERDICT_FAIL;

	switch (name->answer) {
	case DNS_UNKNOWN:
		return VERDICT_UNKNOWN;
	case DNS_NONE:
		text_addf(&line, "%s does not resolve (%s)", name->name,
		    name->error != NULL ? name->error : "no address");
		break;
	case DNS_FOUND:
		find_elsewhere(name, &elsewhere);
		if (elsewhere.n == 0)
			verdict = VERDICT_PASS;
		else if (!name->known)
			verdict = VERDICT_UNKNOWN;
		text_addf(&line, "%s leads to ", name->name);
		check_add_list(&elsewhere, &line);
		break;
	}
	if (verdict == VERDICT_FAIL)
		strings_add(out, text_str(&line));
	strings_done(&elsewhere);
	text_done(&line);
	return verdict;
}

static void
say_site(const struct dns_site *s, struct shared *to, shared_fn *say, void *ctx)
{
	struct text *out = &to->why.message;

	text_addf(&to->about, "name %s", s->site);
	to->site = s->endpoint->site;
	to->why.offenders_key = "names";
	shared_concern(to, s->endpoint);
	text_addf(out, "names of the site %s are wrong in the DNS: ", s->site);
	check_add_list(&to->why.offenders, out);
	text_add(out, "; each should lead to the site");
	if (s->n > 0 && s->names[0].expected.n > 0) {
		text_add(out, ", which is at ");
		check_add_list(&s->names[0].expected, out);
	}
	say(ctx, to);
}

enum verdict
check_names_dns(const struct fleet_view *v, shared_fn *say, void *ctx)
{
	bool unknown = false;

	if (v->n_dns == 0)
		return VERDICT_NOT_APPLICABLE;
	for (size_t i = 0; i < v->n_dns; i++) {
		const struct dns_site *s = &v->dns[i];
		struct shared to = {0};

		for (size_t k = 0; k < s->n; k++)
			unknown |= judge_name(&s->names[k],
			    &to.why.offenders) == VERDICT_UNKNOWN;
		if (to.why.offenders.n > 0)
			say_site(s, &to, say, ctx);
		shared_done(&to);
	}
	return unknown ? VERDICT_UNKNOWN : VERDICT_PASS;
}
