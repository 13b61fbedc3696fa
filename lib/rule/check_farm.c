/* SPDX-License-Identifier: ISC */
/*
 * check_farm.c - the nodes of one farm beside each other.
 *
 * What must agree: the site's names are covered on every node or on none, the
 * issuer is one, and the certificates are of one generation. What need not:
 * the certificate itself. A single certificate has its host's FQDN as CN, so
 * every node has its own; separate ones may be copied to all nodes or be
 * requested for each, with the same names.
 *
 * A generation: where one leaf stands on two nodes, or is known to have done
 * so, the farm copies its certificate, and any other leaf is older or newer.
 * Where each node has its own, a leaf is of the generation before when the
 * newest one began in the last third of its validity, that is when
 * certificates are renewed; a node that was added in between is no fault.
 */
#include "cwaudit/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define SHORT_SHA256	8	/* bytes of a fingerprint that people compare */

struct node {
	const struct port	*port;
	struct strings		 lacks;		/* names of its own site */
	bool			 behind, other_names, other_issuer;
};

struct split {
	const struct farm_view	*view;
	struct node		*nodes;		/* those with a leaf */
	size_t			 n;
	const struct node	*newest;	/* NULL: no readable dates */
	bool			 copied;	/* one leaf on two nodes */
	size_t			 right;		/* nodes without a fault */
};

static const struct host *
host_of(const struct node *n)
{
	return n->port->endpoint->host;
}

static bool
same_leaf(const struct port *a, const struct port *b)
{
	return memcmp(a->leaf->sha256, b->leaf->sha256, CERT_SHA256) == 0;
}

static bool
is_faulty(const struct node *n)
{
	return n->behind || n->other_names || n->other_issuer;
}

/* Sorted by leaf, so that equal ones stand together. */
static int
by_leaf(const void *x, const void *y)
{
	const struct port *a = *(const struct port *const *)x;
	const struct port *b = *(const struct port *const *)y;
	int c = memcmp(a->leaf->sha256, b->leaf->sha256, CERT_SHA256);

	if (c != 0)
		return c;
	return a < b ? -1 : a > b;
}

static void
find_copies(struct split *s)
{
	const struct port **sorted = xcalloc(s->n, sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->nodes[i].port->role == ROLE_HTTPS)
			sorted[n++] = s->nodes[i].port;
	if (n > 1)
		qsort(sorted, n, sizeof(*sorted), by_leaf);
	for (size_t i = 1; i < n; i++)
		s->copied |= same_leaf(sorted[i - 1], sorted[i]) &&
		    sorted[i - 1]->endpoint->host != sorted[i]->endpoint->host;
	free(sorted);
}

static bool
is_behind(const struct split *s, const struct node *n)
{
	const struct cert *old = n->port->leaf, *new;
	int64_t third;

	if (s->newest == NULL || !old->dates_readable ||
	    same_leaf(n->port, s->newest->port))
		return false;
	if (s->copied && n->port->role == ROLE_HTTPS &&
	    s->newest->port->role == ROLE_HTTPS)
		return true;
	if (s->view->copied != NULL &&
	    memcmp(old->sha256, s->view->copied, CERT_SHA256) == 0)
		return true;
	new = s->newest->port->leaf;
	third = (old->not_after - old->not_before) / 3;
	return new->not_before >= old->not_after - third;
}

static bool
same_names(const struct node *a, const struct node *b)
{
	if (a->lacks.n != b->lacks.n)
		return false;
	for (size_t i = 0; i < a->lacks.n; i++)
		if (strcmp(a->port->endpoint->site->name,
		    b->port->endpoint->site->name) == 0 &&
		    strcmp(a->lacks.item[i], b->lacks.item[i]) != 0)
			return false;
	return true;
}

static void
find_faults(struct split *s)
{
	bool one_names = true;

	for (size_t i = 1; i < s->n; i++)
		one_names &= same_names(&s->nodes[0], &s->nodes[i]);
	for (size_t i = 0; i < s->n; i++) {
		struct node *n = &s->nodes[i];

		n->behind = is_behind(s, n);
		n->other_names = !one_names && n->lacks.n > 0;
		n->other_issuer = s->newest != NULL &&
		    strcmp(n->port->leaf->issuer,
		    s->newest->port->leaf->issuer) != 0;
		s->right += !is_faulty(n);
	}
}

static void
split_init(struct split *s, const struct farm_view *v)
{
	*s = (struct split){ .view = v };
	s->nodes = xcalloc(v->n, sizeof(*s->nodes));
	for (size_t i = 0; i < v->n; i++) {
		struct node *n = &s->nodes[s->n];

		if (v->nodes[i].leaf == NULL)
			continue;
		n->port = &v->nodes[i];
		check_missing_names(n->port->leaf,
		    &n->port->endpoint->site->names, &n->lacks);
		s->n++;
		if (n->port->leaf->dates_readable && (s->newest == NULL ||
		    n->port->leaf->not_before >
		    s->newest->port->leaf->not_before))
			s->newest = n;
	}
	find_copies(s);
	find_faults(s);
}

static void
split_done(struct split *s)
{
	for (size_t i = 0; i < s->n; i++)
		strings_done(&s->nodes[i].lacks);
	free(s->nodes);
}

/* "64c0..., 2026-01-18 to 2027-01-18, issuer CN=..." */
static void
add_leaf(const struct cert *c, struct text *out)
{
	char when[CLOCK_TEXT];

	text_add(out, "SHA-256 ");
	text_add_hex(out, c->sha256, SHORT_SHA256);
	if (c->dates_readable) {
		text_addf(out, ", %.10s to ", clock_format(c->not_before,
		    when));
		text_addf(out, "%.10s", clock_format(c->not_after, when));
	}
	text_add(out, ", issuer ");
	cert_add_issuer(c, out);
}

/* "behind, lacks as.im.contoso.com" */
static void
add_state(const struct node *n, struct text *out)
{
	const char *comma = "";

	if (!is_faulty(n))
		text_add(out, "right");
	if (n->behind || n->other_issuer) {
		text_add(out, n->behind ? "behind" : "another issuer");
		comma = ", ";
	}
	if (n->other_names) {
		text_addf(out, "%slacks ", comma);
		check_add_list(&n->lacks, out);
	}
}

static void
add_fault(const struct node *n, struct strings *out)
{
	struct text line = {0};

	text_addf(&line, "%s (", host_of(n)->fqdn);
	add_state(n, &line);
	text_add(&line, ", ");
	add_leaf(n->port->leaf, &line);
	text_add(&line, ")");
	strings_add(out, text_str(&line));
	text_done(&line);
}

/*
 * A virtual address may show any node's leaf. One of no node comes from a node
 * that the inventory lacks, or from the balancer itself.
 */
static bool
is_of_a_node(const struct split *s, const struct port *front)
{
	for (size_t i = 0; i < s->n; i++)
		if (same_leaf(s->nodes[i].port, front))
			return true;
	return s->n < s->view->n || front->leaf == NULL;
}

static bool
add_fronts(const struct split *s, struct shared *to)
{
	bool any = false;

	for (size_t i = 0; i < s->view->n_fronts; i++) {
		const struct port *front = &s->view->fronts[i];
		struct text line = {0};

		if (front->leaf == NULL || is_of_a_node(s, front))
			continue;
		any = true;
		text_addf(&line, "%s (the virtual address, with what no node "
		    "presents, ", front->endpoint->published->url);
		add_leaf(front->leaf, &line);
		text_add(&line, ")");
		strings_add(&to->why.offenders, text_str(&line));
		shared_concern(to, front->endpoint);
		text_done(&line);
	}
	return any;
}

/* Would it be refused for it, whatever the others present? */
static bool
breaks_a_rule(const struct split *s, const struct node *n)
{
	const struct cert *c = n->port->leaf;
	const struct chain *chain = n->port->last_chain;

	if (n->other_names || !check_issuer_allowed(n->port->endpoint, c))
		return true;
	if (c->dates_readable &&
	    (s->view->now > c->not_after || s->view->now < c->not_before))
		return true;
	return chain != NULL && chain->status != CHAIN_TRUSTED &&
	    chain->status != CHAIN_NO_TRUST && chain->status != CHAIN_ERROR;
}

static bool
mixture_breaks_a_rule(const struct split *s)
{
	size_t broken = 0;

	for (size_t i = 0; i < s->n; i++)
		broken += breaks_a_rule(s, &s->nodes[i]);
	return broken > 0 && broken < s->n;
}

/* A roll-out takes its time; where nobody remembers, it is over. */
static bool
is_rolling_out(const struct split *s)
{
	const struct farm_view *v = s->view;

	if (v->one_shot || mixture_breaks_a_rule(s))
		return false;
	return v->split_since == CLOCK_NEVER ||
	    v->now - v->split_since < v->rollout_s;
}

static void
add_right_ones(const struct split *s, struct text *out)
{
	struct strings hosts = {0};

	for (size_t i = 0; i < s->n; i++)
		if (!is_faulty(&s->nodes[i]))
			strings_add(&hosts, host_of(&s->nodes[i])->fqdn);
	text_add(out, ": ");
	check_add_list(&hosts, out);
	text_add(out, " (");
	add_leaf(s->newest->port->leaf, out);
	text_add(out, ")");
	strings_done(&hosts);
}

static void
add_since(const struct split *s, struct text *out)
{
	const struct farm_view *v = s->view;
	char when[CLOCK_TEXT];

	if (!v->one_shot)
		text_addf(out, " since %s", clock_format(v->split_since ==
		    CLOCK_NEVER ? v->now : v->split_since, when));
}

/* All nodes, also those that were not seen: what a person compares. */
static void
add_nodes(const struct split *s, struct strings *out)
{
	size_t k = 0;

	for (size_t i = 0; i < s->view->n; i++) {
		const struct port *port = &s->view->nodes[i];
		struct text state = {0}, leaf = {0};

		strings_add(out, endpoint_owner(port->endpoint));
		if (k < s->n && s->nodes[k].port == port) {
			add_state(&s->nodes[k++], &state);
			add_leaf(port->leaf, &leaf);
		} else {
			text_add(&state, "not seen");
		}
		strings_add(out, text_str(&state));
		strings_add(out, text_str(&leaf));
		text_done(&state);
		text_done(&leaf);
	}
}

static void
say_split(const struct split *s, struct why *why)
{
	const char *site = s->view->farm->sites[0]->name;
	struct text *out = &why->message;
	bool behind = false;
	char when[CLOCK_TEXT];

	for (size_t i = 0; i < s->n; i++)
		behind |= s->nodes[i].behind;
	if (behind) {
		text_addf(out, "%zu of %zu nodes of the farm %s present the "
		    "new certificate", s->right, s->view->n, site);
		add_since(s, out);
	} else {
		text_addf(out, "the nodes of the farm %s differ", site);
		add_since(s, out);
	}
	if (s->right > 0 && s->newest != NULL)
		add_right_ones(s, out);
	text_add(out, "; differing: ");
	check_add_list(&why->offenders, out);
	if (s->n < s->view->n)
		text_addf(out, "; %zu not seen", s->view->n - s->n);
	text_add(out, "; one issuer, the same site names and one generation "
	    "are expected on all");
	if (why->severity == SEVERITY_NOTICE)
		text_addf(out, " from %s on", clock_format(s->view->rollout_s +
		    (s->view->split_since == CLOCK_NEVER ? s->view->now :
		    s->view->split_since), when));
}

enum verdict
check_farm_split(const struct farm_view *v, struct shared *to)
{
	enum verdict verdict = VERDICT_FAIL;
	struct split s;
	bool fronts;

	if (v->n < 2)
		return VERDICT_NOT_APPLICABLE;
	split_init(&s, v);
	for (size_t i = 0; i < s.n; i++) {
		if (!is_faulty(&s.nodes[i]))
			continue;
		add_fault(&s.nodes[i], &to->why.offenders);
		shared_concern(to, s.nodes[i].port->endpoint);
	}
	fronts = add_fronts(&s, to);
	if (to->why.offenders.n == 0) {
		verdict = s.n < v->n ? VERDICT_UNKNOWN : VERDICT_PASS;
	} else {
		to->why.offenders_key = "nodes";
		if (!fronts && is_rolling_out(&s))
			to->why.severity = SEVERITY_NOTICE;
		say_split(&s, &to->why);
		add_nodes(&s, &to->why.nodes);
	}
	split_done(&s);
	return verdict;
}
