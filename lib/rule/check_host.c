/* SPDX-License-Identifier: ISC */
/*
 * check_host.c - the ports of one host beside each other.
 * Windows stores each binding as issuer and serial number: a renewed
 * certificate must be bound on every port by hand, and one is easily left.
 */
#include "cwaudit/check.h"

#include <string.h>

static void
add_leaf(const struct subject *s, struct text *out)
{
	char when[CLOCK_TEXT];

	text_addf(out, "port %u (%s) serial %s from %s", s->endpoint->port,
	    check_is_mtls(s) ? "MTLS" : endpoint_site(s->endpoint),
	    s->leaf->serial, clock_format(s->leaf->not_before, when));
}

/* "A, but B", the newer first, and what that means. */
static void
add_pair(const struct subject *a, const struct subject *b, struct why *why)
{
	bool dated = a->leaf->dates_readable && b->leaf->dates_readable &&
	    a->leaf->not_before != b->leaf->not_before;
	const struct subject *newer = dated &&
	    b->leaf->not_before > a->leaf->not_before ? b : a;
	const struct subject *older = newer == a ? b : a;
	struct text line = {0};

	add_leaf(newer, &line);
	text_add(&line, dated ? " is newer than " : " differs from ");
	add_leaf(older, &line);
	strings_add(&why->offenders, text_str(&line));
	text_done(&line);
}

/* A split is expected while the bindings are being moved. */
static void
set_split_severity(const struct host_view *v, struct why *why)
{
	bool begun = v->split_since == CLOCK_NEVER ||
	    v->now - v->split_since < v->host_rollout_s;

	if (!v->one_shot && begun)
		why->severity = SEVERITY_NOTICE;
}

/* Not one certificate's two bindings: two kinds, or another's port. */
static bool
other_kinds(const struct subject *https, const struct subject *mtls)
{
	return check_other_service(mtls) != NULL ||
	    (https->declared == LAYOUT_SINGLE &&
	    check_right_if_separate(https) && check_right_if_separate(mtls) &&
	    !cert_cn_is(https->leaf, mtls->endpoint->host->fqdn));
}

enum verdict
check_single_split(const struct host_view *v, struct why *why)
{
	bool any = false, unseen = false;

	for (size_t i = 0; i < v->n; i++) {
		const struct subject *s = &v->subjects[i], *peer;

		if (s->endpoint->kind != ENDPOINT_HTTPS ||
		    s->layout != LAYOUT_SINGLE)
			continue;
		peer = host_view_peer(v, s);
		if (peer == NULL)
			continue;
		any = true;
		if (s->leaf == NULL || peer->leaf == NULL)
			unseen = true;
		else if (!subject_same_leaf(s, peer) && !other_kinds(s, peer))
			add_pair(s, peer, why);
	}
	if (!any)
		return VERDICT_NOT_APPLICABLE;
	if (why->offenders.n == 0)
		return unseen ? VERDICT_UNKNOWN : VERDICT_PASS;
	why->offenders_key = "split";
	set_split_severity(v, why);
	text_addf(&why->message, "the bindings of the single certificate of %s "
	    "differ: ", v->host->fqdn);
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, "; one was not moved, all should present the "
	    "newer one");
	return VERDICT_FAIL;
}

/* The MTLS port with the newest leaf of this host, or NULL: none was seen. */
static const struct subject *
newest_mtls(const struct host_view *v, bool *unseen, size_t *n)
{
	const struct subject *newest = NULL;

	for (size_t i = 0; i < v->n; i++) {
		const struct subject *s = &v->subjects[i];

		if (!check_is_mtls(s))
			continue;
		++*n;
		if (s->leaf == NULL)
			*unseen = true;
		if (s->leaf == NULL || check_other_service(s) != NULL)
			continue;	/* wrong-service has that one */
		if (newest == NULL ||
		    s->leaf->not_before > newest->leaf->not_before)
			newest = s;
	}
	return newest;
}

enum verdict
check_mtls_split(const struct host_view *v, struct why *why)
{
	bool unseen = false, differing = false;
	size_t n = 0;
	const struct subject *newest = newest_mtls(v, &unseen, &n);

	for (size_t i = 0; i < v->n; i++) {
		const struct subject *s = &v->subjects[i];

		if (!check_is_mtls(s))
			continue;
		for (size_t j = 0; j < s->differing.n; j++)
			strings_add(&why->offenders, s->differing.item[j]);
		differing = differing || s->differing.n > 0;
		if (newest != NULL && s->leaf != NULL &&
		    !subject_same_leaf(s, newest) &&
		    check_other_service(s) == NULL)
			add_pair(newest, s, why);
	}
	if (n < 2 && !differing)
		return n == 0 ? VERDICT_NOT_APPLICABLE :
		    unseen ? VERDICT_UNKNOWN : VERDICT_PASS;
	if (why->offenders.n == 0)
		return unseen ? VERDICT_UNKNOWN : VERDICT_PASS;
	why->offenders_key = "split";
	set_split_severity(v, why);
	text_addf(&why->message, "MTLS of %s presents different certificates: ",
	    v->host->fqdn);
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, "; a host has one MTLS certificate, assigned "
	    "at activation, on all its MTLS ports and addresses");
	return VERDICT_FAIL;
}

/* Each carries the site host of the other: one certificate was meant. */
static bool
meant_to_share(const struct subject *a, const struct subject *b)
{
	return cert_san_covers(a->leaf, b->endpoint->site->name) &&
	    cert_san_covers(b->leaf, a->endpoint->site->name);
}

enum verdict
check_https_split(const struct host_view *v, struct why *why)
{
	const struct subject *first = NULL;
	bool unseen = false;
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct subject *s = &v->subjects[i];

		if (s->endpoint->kind != ENDPOINT_HTTPS)
			continue;
		n++;
		if (s->leaf == NULL) {
			unseen = true;
			continue;
		}
		for (size_t j = 0; j < i; j++) {
			const struct subject *other = &v->subjects[j];

			if (other->endpoint->kind != ENDPOINT_HTTPS ||
			    other->leaf == NULL ||
			    subject_same_leaf(s, other) ||
			    !meant_to_share(s, other))
				continue;
			first = first != NULL ? first : other;
			add_pair(other, s, why);
			break;		/* one partner says enough */
		}
	}
	if (n < 2)
		return VERDICT_NOT_APPLICABLE;
	if (first == NULL)
		return unseen ? VERDICT_UNKNOWN : VERDICT_PASS;
	why->offenders_key = "split";
	text_addf(&why->message, "sites of %s whose certificates carry each "
	    "other's names present different ones: ", v->host->fqdn);
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, "; one certificate on all of them is expected");
	return VERDICT_FAIL;
}

enum verdict
check_host_down(const struct host_view *v, struct why *why)
{
	bool settled = true;

	for (size_t i = 0; i < v->n; i++) {
		const struct subject *s = &v->subjects[i];

		if (s->seen == NULL || s->seen->outcome == OUTCOME_NOT_TRIED)
			settled = false;
		else if (!check_unanswered(s))
			return VERDICT_PASS;
		else if (!check_settled_miss(s))
			settled = false;
	}
	if (v->n == 0)
		return VERDICT_NOT_APPLICABLE;
	if (!settled)
		return VERDICT_UNKNOWN;
	text_addf(&why->message, "%s is down or out of reach: none of its "
	    "ports answers (", v->host->fqdn);
	for (size_t i = 0; i < v->n; i++) {
		const struct subject *s = &v->subjects[i];
		struct text line = {0};

		text_addf(&line, "port %u: %s", s->endpoint->port,
		    outcome_words(s->seen->outcome));
		strings_add_unique(&why->offenders, text_str(&line));
		text_done(&line);
	}
	why->offenders_key = "ports";
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, "); its certificates cannot be assessed");
	return VERDICT_FAIL;
}
