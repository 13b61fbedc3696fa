/* SPDX-License-Identifier: ISC */
/*
 * audit_names.c - what the DNS says of the names of sites with `names_dns`:
 * asked in each sweep and each cycle, judged with the fleet.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "audit_own.h"
#include "cwaudit/mem.h"

/* A site host, and the endpoints that are reached by it. */
struct names_site {
	const char		*name;
	const struct endpoint	*endpoint;	/* the first that asks for it */
	size_t			 first, n;	/* in asked */
	size_t			*members;	/* endpoint indices */
	size_t			 n_members;
};

struct names_asked {
	const char	*name;
	int		 families;
	enum dns_answer	 answer;
	const char	*error;		/* a literal of the resolver's */
	struct strings	 addresses;
	bool		 in_sweep;
};

struct names {
	struct names_site  *site;	/* by name */
	size_t		    n_sites;
	struct names_asked *asked;
	size_t		    n, next;	/* next: the first not asked yet */
};

/* Which names a browser asks for there; NULL: that is not asked of it. */
static const struct strings *
names_of(const struct endpoint *e)
{
	if (!e->settings->names_dns)
		return NULL;
	return e->published != NULL ? &e->published->names : &e->site->names;
}

static int
by_name(const void *x, const void *y)
{
	return strcmp(((const struct names_site *)x)->name,
	    ((const struct names_site *)y)->name);
}

/* One for each name, with the first endpoint that asks for it. */
static void
find_sites(const struct audit *a, struct names *all)
{
	size_t kept = 0;

	all->site = xcalloc(a->inventory->n_endpoints, sizeof(*all->site));
	for (size_t i = 0; i < a->inventory->n_endpoints; i++) {
		const struct endpoint *e = &a->inventory->endpoints[i];

		if (names_of(e) != NULL && audit_wants(a, e))
			all->site[all->n_sites++] = (struct names_site){
			    .name = endpoint_site(e), .endpoint = e };
	}
	if (all->n_sites > 1)
		qsort(all->site, all->n_sites, sizeof(*all->site), by_name);
	for (size_t i = 0; i < all->n_sites; i++) {
		struct names_site *to = &all->site[kept > 0 ? kept - 1 : 0];

		if (kept == 0 || strcmp(to->name, all->site[i].name) != 0)
			all->site[kept++] = all->site[i];
		else if (all->site[i].endpoint < to->endpoint)
			to->endpoint = all->site[i].endpoint;
	}
	all->n_sites = kept;
}

static void
add_asked(struct names *all, struct names_site *s)
{
	const struct strings *names = names_of(s->endpoint);

	s->first = all->n;
	s->n = names->n;
	all->asked = xrealloc(all->asked, all->n + names->n,
	    sizeof(*all->asked));
	for (size_t i = 0; i < names->n; i++)
		all->asked[all->n++] = (struct names_asked){
		    .name = names->item[i],
		    .families = s->endpoint->settings->families };
}

/* Where TLS ends elsewhere the host answers all the same, in plain HTTP. */
static bool
is_reached_by_name(const struct endpoint *e)
{
	switch (e->kind) {
	case ENDPOINT_HTTPS:
	case ENDPOINT_PUBLISHED:
		return true;
	case ENDPOINT_MTLS:
		return !e->site->tls;
	}
	return false;
}

static void
find_members(const struct audit *a, struct names *all)
{
	for (size_t i = 0; all->n_sites > 0 &&
	    i < a->inventory->n_endpoints; i++) {
		const struct endpoint *e = &a->inventory->endpoints[i];
		struct names_site want = { .name = endpoint_site(e) }, *s;

		if (!is_reached_by_name(e))
			continue;
		s = bsearch(&want, all->site, all->n_sites, sizeof(want),
		    by_name);
		if (s == NULL)
			continue;
		s->members = xrealloc(s->members, s->n_members + 1,
		    sizeof(*s->members));
		s->members[s->n_members++] = i;
	}
}

void
audit_load_names(struct audit *a)
{
	struct names *all = xcalloc(1, sizeof(*all));

	find_sites(a, all);
	for (size_t i = 0; i < all->n_sites; i++)
		add_asked(all, &all->site[i]);
	find_members(a, all);
	a->names = all;
}

void
audit_unload_names(struct audit *a)
{
	struct names *all = a->names;

	for (size_t i = 0; i < all->n_sites; i++)
		free(all->site[i].members);
	for (size_t i = 0; i < all->n; i++)
		strings_done(&all->asked[i].addresses);
	free(all->site);
	free(all->asked);
	free(all);
}

size_t
audit_sweep_names(struct audit *a)
{
	struct names *all = a->names;

	all->next = 0;
	for (size_t i = 0; i < all->n; i++)
		all->asked[i].in_sweep = true;
	return all->n;
}

void
audit_names_due(struct audit *a)
{
	a->names->next = 0;
}

void
audit_ask_names(struct audit *a)
{
	struct names *all = a->names;

	while (all->next < all->n &&
	    a->under_way < a->options.config->window) {
		size_t i = all->next++;

		audit_count_begun(a);
		a->io.resolve(a->io.ctx, all->asked[i].name,
		    all->asked[i].families, a->options.config->timeout_ms,
		    audit_ticket(a,
		    a->inventory->n_endpoints + i));
	}
}

static void
add_address(const struct sockaddr_storage *from, struct strings *out)
{
	char buf[INET6_ADDRSTRLEN] = "";
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (from->ss_family == AF_INET) {
		memcpy(&v4, from, sizeof(v4));
		(void)inet_ntop(AF_INET, &v4.sin_addr, buf, sizeof(buf));
	} else {
		memcpy(&v6, from, sizeof(v6));
		(void)inet_ntop(AF_INET6, &v6.sin6_addr, buf, sizeof(buf));
	}
	strings_add(out, buf);
}

bool
audit_name_resolved(struct audit *a, size_t i,
    const struct resolve_answer *answer)
{
	struct names_asked *to = &a->names->asked[i];
	bool was_in_sweep = to->in_sweep;

	strings_done(&to->addresses);
	for (size_t k = 0; k < answer->n; k++)
		add_address(&answer->address[k], &to->addresses);
	to->error = answer->error;
	to->answer = answer->n > 0 ? DNS_FOUND :
	    answer->resolver_failed ? DNS_UNKNOWN : DNS_NONE;
	to->in_sweep = false;
	return was_in_sweep;
}

/* ---- what the check is shown ---- */

/* False: there are addresses that we do not know. */
static bool
add_expected(const struct spot *s, struct strings *out)
{
	const struct endpoint *e = s->endpoint;
	const char *literal = e->address;
	struct strings seen = {0};
	bool known;

	if (e->kind == ENDPOINT_MTLS && e->site->listen_address != NULL)
		literal = e->site->listen_address;
	if (literal != NULL)
		strings_add_unique(out, literal);
	else
		spot_addresses(s, &seen);
	for (size_t i = 0; i < seen.n; i++)
		strings_add_unique(out, seen.item[i]);
	known = literal != NULL || seen.n > 0;
	strings_done(&seen);
	return known;
}

struct dns_site *
audit_dns_view(const struct audit *a, size_t *n)
{
	const struct names *all = a->names;
	struct dns_site *view = xcalloc(all->n_sites, sizeof(*view));

	*n = all->n_sites;
	for (size_t i = 0; i < all->n_sites; i++) {
		const struct names_site *s = &all->site[i];
		struct dns_name *names = xcalloc(s->n, sizeof(*names));
		struct strings expected = {0};
		bool known = true;

		for (size_t k = 0; k < s->n_members; k++)
			known &= add_expected(&a->spots[s->members[k]],
			    &expected);
		for (size_t k = 0; k < s->n; k++) {
			const struct names_asked *from =
			    &all->asked[s->first + k];

			names[k] = (struct dns_name){ .name = from->name,
			    .answer = from->answer, .error = from->error,
			    .known = known };
			strings_copy(&names[k].addresses, &from->addresses);
			strings_copy(&names[k].expected, &expected);
		}
		view[i] = (struct dns_site){ s->endpoint, s->name, names,
		    s->n };
		strings_done(&expected);
	}
	return view;
}

void
audit_dns_view_free(struct dns_site *view, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct dns_name *names =
		    (struct dns_name *)(uintptr_t)view[i].names;

		for (size_t k = 0; k < view[i].n; k++) {
			strings_done(&names[k].addresses);
			strings_done(&names[k].expected);
		}
		free(names);
	}
	free(view);
}
