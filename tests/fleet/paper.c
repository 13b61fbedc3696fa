/* SPDX-License-Identifier: ISC */
#include "paper.h"

#include <string.h>

static void
add_address(struct text *t, uint32_t a)
{
	text_addf(t, "%u.%u.%u.%u", a >> 24, a >> 16 & 0xff, a >> 8 & 0xff,
	    a & 0xff);
}

static void
add_site(const struct fleet *f, size_t host, size_t site, struct text *t)
{
	const struct fleet_site *s = &fleet_hosts[host].site[site];

	if (s->name == NULL)
		return;
	text_addf(t, "      - url: https://%s:%u\n        mtls_port: %u\n",
	    s->name, (unsigned)fleet_port(f, host, site, 0)->number,
	    (unsigned)fleet_port(f, host, site, 1)->number);
	if (s->keys != NULL)
		text_addf(t, "        %s\n", s->keys);
}

void
paper_inventory(const struct fleet *f, struct text *t)
{
	text_add(t, "# The simulated fleet. Names are made up, ports are real:"
	    " 127.0.0.0/8 only.\n"
	    "defaults:\n  timeout: 6s\n"
	    "  trust: {mtls: [corp], https: [corp]}\n"
	    "roots: {corp: corp-roots.pem}\n"
	    "groups:\n  lab: {owner: uc-lab@contoso.com}\n"
	    "hosts:\n");
	for (size_t i = 0; i < n_fleet_hosts; i++) {
		const struct fleet_host *h = &fleet_hosts[i];

		text_addf(t, "  # %s\n  - fqdn: %s\n    group: lab\n"
		    "    address: ", h->words, h->fqdn);
		add_address(t, fleet_host_address(f, i));
		text_add(t, "\n");
		if (h->layout != NULL)
			text_addf(t, "    layout: %s\n", h->layout);
		text_add(t, h->keys != NULL ? h->keys : "");
		text_add(t, "    sites:\n");
		for (size_t s = 0; s < FLEET_SITES; s++)
			add_site(f, i, s, t);
	}
	text_add(t, "published:\n");
	for (size_t i = 0; i < n_fleet_fronts; i++) {
		text_addf(t, "  # %s\n  - url: https://%s:%u\n    address: ",
		    fleet_fronts[i].words, fleet_fronts[i].name,
		    (unsigned)f->base + FLEET_HTTPS);
		add_address(t, fleet_front_address(f, i));
		text_addf(t, "\n    kind: %s\n", fleet_fronts[i].kind);
	}
}

static void
add_line(struct text *t, const char *host, const char *kind, const char *site,
    const char *rule, bool tolerated)
{
	text_addf(t, "{\"host\":\"%s\",\"kind\":\"%s\",\"site\":\"%s\","
	    "\"rule\":\"%s\"%s}\n", host, kind, site, rule,
	    tolerated ? ",\"tolerated\":true" : "");
}

/* "https:rule mtls2:rule": one line each. */
static void
add_list(struct text *t, const char *list, const char *host,
    const struct fleet_site *sites, bool tolerated)
{
	while (list != NULL && *(list += strspn(list, " ")) != '\0') {
		size_t len = strcspn(list, " "), colon = strcspn(list, ":");
		bool second = colon > 0 && list[colon - 1] == '2';
		struct text kind = { 0 }, rule = { 0 };

		text_add_bytes(&kind, list, colon - second);
		text_add_bytes(&rule, list + colon + 1, len - colon - 1);
		add_line(t, host, text_str(&kind),
		    strcmp(text_str(&kind), "host") == 0 ? "" :
		    sites[second].name, text_str(&rule), tolerated);
		text_done(&kind);
		text_done(&rule);
		list += len;
	}
}

void
paper_expect(const struct fleet *f, struct text *t)
{
	for (size_t i = 0; i < n_fleet_hosts; i++) {
		const struct fleet_host *h = &fleet_hosts[i];

		add_list(t, h->expect, h->fqdn, h->site, false);
		add_list(t, h->tolerate, h->fqdn, h->site, true);
	}
	for (size_t i = 0; i < n_fleet_fronts; i++) {
		const struct fleet_site site = { .name = fleet_fronts[i].name };
		struct text url = { 0 };

		text_addf(&url, "https://%s:%u", fleet_fronts[i].name,
		    (unsigned)f->base + FLEET_HTTPS);
		add_list(t, fleet_fronts[i].expect, text_str(&url), &site,
		    false);
		text_done(&url);
	}
	for (size_t i = 0; i < n_fleet_wides; i++)
		add_line(t, "", "wide", fleet_wides[i].site != NULL ?
		    fleet_wides[i].site : "", fleet_wides[i].rule, false);
}

static void
add_row(struct text *t, const char *name, uint32_t address, const char *words,
    const char *expect)
{
	struct text place = { 0 };

	add_address(&place, address);
	text_addf(t, "%-24s %-14s %s\n", name, text_str(&place), words);
	if (expect != NULL)
		text_addf(t, "%40s-> %s\n", "", expect);
	text_done(&place);
}

void
paper_table(const struct fleet *f, struct text *t)
{
	for (size_t i = 0; i < n_fleet_hosts; i++)
		add_row(t, fleet_hosts[i].fqdn, fleet_host_address(f, i),
		    fleet_hosts[i].words, fleet_hosts[i].expect);
	for (size_t i = 0; i < n_fleet_fronts; i++)
		add_row(t, fleet_fronts[i].name, fleet_front_address(f, i),
		    fleet_fronts[i].words, fleet_fronts[i].expect);
	for (size_t i = 0; i < n_fleet_wides; i++)
		text_addf(t, "%-39s %s\n%40s-> %s\n",
		    fleet_wides[i].site != NULL ? fleet_wides[i].site :
		    "(several hosts)", fleet_wides[i].words, "", fleet_wides[i].rule);
}
