/* SPDX-License-Identifier: ISC */
/* review.c - made-up subjects of a file, and the rules over them. */
#include "cwaudit/review.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

static const char *const words[] = {
	[REVIEW_OF_PORT]	= "only a look at the port tells: audit the "
	    "host once it is installed",
	[REVIEW_OF_REQUEST]	= "only the certificate tells: check what the "
	    "CA makes of the request",
	[REVIEW_TEMPLATE]	= "the request leaves it to the CA's template",
	[REVIEW_NO_TRUST]	= "no trust is named: --trust FILE, or an "
	    "inventory that says trust:",
	[REVIEW_NO_KEY]		= "no private key in the file: it should wait "
	    "where the request was made",
	[REVIEW_LOCKED_KEY]	= "the private key has a password of its own",
	[REVIEW_OFF]		= "switched off in the inventory",
	[REVIEW_ELSEWHERE]	= "only CRLs, OCSP or what is there now tell "
	    "(--replaces FILE)",
	[REVIEW_UNKNOWN]	= "the file does not tell",
};

const char *
review_cause_words(enum review_cause cause)
{
	return words[cause];
}

/* -- the ports that it is meant for ------------------------------------- */

static void
add_endpoint(struct review *r, const struct review_job *job,
    enum endpoint_kind kind, const struct site *site)
{
	r->endpoints[r->n_endpoints] = (struct endpoint){
		.index = r->n_endpoints, .kind = kind, .host = &r->host,
		.site = site, .settings = site->settings,
		.name = kind == ENDPOINT_MTLS ? r->host.fqdn : site->name,
		.resolve = r->host.fqdn,
		.port = kind == ENDPOINT_HTTPS ? site->listen_port :
		    job->made_up ? 0 : site->mtls_port,
	};
	r->n_endpoints++;
}

/* A single certificate answers on an MTLS port and for every site. */
static void
make_endpoints(struct review *r, const struct review_job *job)
{
	const struct host *h = &r->host;

	r->endpoints = xcalloc(h->n_sites + 1, sizeof(*r->endpoints));
	if (job->role == ROLE_HTTPS) {
		add_endpoint(r, job, ENDPOINT_HTTPS, job->site);
		return;
	}
	add_endpoint(r, job, ENDPOINT_MTLS, job->site);
	for (size_t i = 0; job->role == ROLE_SINGLE && i < h->n_sites; i++)
		if (h->sites[i].tls && (&h->sites[i] == job->site ||
		    h->sites[i].settings->layout != LAYOUT_SEPARATE))
			add_endpoint(r, job, ENDPOINT_HTTPS, &h->sites[i]);
}

/* What was asked for, whatever the inventory declares. */
static void
expect(struct expectation *e, const struct endpoint *ep, enum role role)
{
	if (role != ROLE_MTLS) {
		expectation_init(e, ep, role == ROLE_SINGLE ? LAYOUT_SINGLE :
		    LAYOUT_SEPARATE);
		return;
	}
	*e = (struct expectation){ .role = ROLE_MTLS, .cn = ep->host->fqdn,
	    .cn_is_host = true };
}

static struct chain *
find_path(const struct bundle *b, const struct endpoint *e, struct trust *trust,
    int64_t now)
{
	if (b->n == 0)
		return NULL;
	return trust_path(trust, e->kind == ENDPOINT_MTLS ?
	    &e->settings->trust_mtls : &e->settings->trust_https,
	    (const struct cert *const *)b->cert, b->n, now);
}

/* -- what was judged, and what was not ---------------------------------- */

static struct result *
find_result(const struct results *rs, const struct endpoint *e,
    const struct rule *rule)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].endpoint == e && rs->item[i].rule == rule)
			return &rs->item[i];
	return NULL;
}

/* Of the rules over a fleet, those that one path says all about. */
static bool
is_of_path(const struct rule *rule)
{
	return rule->check_fleet != NULL && rule->needs_trust;
}

static bool
is_judged(const struct rule *rule)
{
	return rule->check != NULL || is_of_path(rule);
}

static enum review_cause
why_unknown(const struct rule *rule, const struct bundle *b)
{
	return !is_judged(rule) ? REVIEW_ELSEWHERE :
	    b->key == BUNDLE_KEY_UNREAD &&
	    strcmp(rule->id, "private-key") == 0 ? REVIEW_LOCKED_KEY :
	    REVIEW_UNKNOWN;
}

/* Does a request leave this to its CA? An extension that is not asked for. */
static bool
left_to_template(const struct rule *rule, const struct cert *request)
{
	return (!request->usage_present &&
	    strcmp(rule->id, "key-usage") == 0) ||
	    (!request->eku_present && strcmp(rule->id, "eku-server-auth") == 0);
}

/* By the trust of another port of the same certificate. */
static bool
fails_elsewhere(const struct result *r)
{
	return r != NULL && r->endpoint->index > 0 && result_is_finding(r);
}

/* False: it was judged, or is none of this certificate's. */
static bool
is_gap(const struct rule *rule, const struct bundle *b,
    const struct chain *chain, const struct result *r,
    enum review_cause *cause)
{
	bool request = b->n == 0;

	if (r == NULL && is_judged(rule) && !rule->needs_trust &&
	    (request || strcmp(rule->id, "private-key") != 0))
		return false;	/* not applicable */
	if (rule->of_port)
		*cause = REVIEW_OF_PORT;
	else if (request && !rule->on_request)
		*cause = REVIEW_OF_REQUEST;
	else if (request && left_to_template(rule, b->request))
		*cause = REVIEW_TEMPLATE;
	else if (rule->needs_trust && chain->status == CHAIN_NO_TRUST &&
	    !fails_elsewhere(r))
		*cause = REVIEW_NO_TRUST;
	else if (b->key == BUNDLE_KEY_ABSENT &&
	    strcmp(rule->id, "private-key") == 0)
		*cause = REVIEW_NO_KEY;
	else if (r == NULL ? !is_judged(rule) :
	    r->verdict == VERDICT_UNKNOWN)
		*cause = why_unknown(rule, b);
	else if (r != NULL && r->verdict == VERDICT_NOT_APPLICABLE)
		*cause = REVIEW_OFF;
	else
		return false;
	return true;
}

/* Where it would be presented is no place where it is. */
static void
keep(struct results *to, struct result *r)
{
	strings_done(&r->places);
	*results_add(to) = *r;
	memset(r, 0, sizeof(*r));
}

/*
 * The result of a rule: that of the first port; where another port of the
 * same certificate fails it worse (its trust may differ), that one.
 */
static struct result *
worst_result(const struct review *r, const struct results *all,
    const struct rule *rule)
{
	struct result *worst = find_result(all, &r->endpoints[0], rule);

	for (size_t i = 1; i < r->n_endpoints; i++) {
		struct result *other = find_result(all, &r->endpoints[i], rule);

		if (other == NULL || !result_is_finding(other))
			continue;
		if (worst == NULL || !result_is_finding(worst) ||
		    other->severity > worst->severity)
			worst = other;
	}
	return worst;
}

static void
sort_out(struct review *r, const struct bundle *b, const struct chain *chain,
    struct results *all)
{
	for (size_t i = 0; i < n_rules; i++) {
		const struct rule *rule = &rules[i];
		struct result *result;
		enum review_cause cause;

		if ((rule->check == NULL && rule->scope != SCOPE_SLOT &&
		    !is_of_path(rule)) ||
		    (rule->roles & (int)r->role) == 0)
			continue;
		result = worst_result(r, all, rule);
		if (is_gap(rule, b, chain, result, &cause)) {
			r->gaps = xgrow(r->gaps, r->n_gaps, &r->cap_gaps,
			    sizeof(*r->gaps));
			r->gaps[r->n_gaps++] =
			    (struct review_gap){ rule, cause };
		} else if (result != NULL) {
			keep(&r->snapshot->results, result);
		}
	}
	/* a path may have several that end too soon */
	for (size_t i = 0; i < all->n; i++)
		if (all->item[i].rule != NULL &&
		    is_of_path(all->item[i].rule) &&
		    result_is_finding(&all->item[i]))
			keep(&r->snapshot->results, &all->item[i]);
}

/* The rules about the path, as if the ports were the whole fleet. */
static void
judge_path(const struct review *r, const struct host_view *view,
    struct results *out)
{
	struct port *ports = xcalloc(view->n, sizeof(*ports));
	struct fleet_view fleet = { .ports = ports, .n = view->n,
	    .now = view->now };
	struct results all = {0};

	for (size_t i = 0; i < view->n; i++)
		ports[i] = (struct port){
			.endpoint = view->subjects[i].endpoint,
			.leaf = view->subjects[i].leaf,
			.last_leaf = view->subjects[i].leaf,
			.last_chain = view->subjects[i].chain,
			.role = r->role, .leaf_since = CLOCK_NEVER,
		};
	rules_run_fleet(&fleet, &all);
	for (size_t i = 0; i < all.n; i++) {
		struct result *result = &all.item[i];

		if (!is_of_path(result->rule))
			continue;
		result->endpoint = &r->endpoints[0];
		result->host = &r->host;
		keep(out, result);
	}
	free(ports);
	results_done(&all);
}

/* -- the whole ------------------------------------------------------------ */

static struct observation *
evidence(const struct review *r, const struct bundle *b, int64_t now)
{
	struct observation *o = observation_new();

	o->at = now;
	o->outcome = OUTCOME_OBSERVED;
	text_add(&o->detail, "read from ");
	strings_join(&r->files, ", ", &o->detail);
	text_add(&o->detail, "; no port was looked at");
	for (size_t i = 0; i < b->n; i++)
		(void)!observation_add_der(o, b->cert[i]->der,
		    b->cert[i]->der_len);
	if (b->n == 0)
		(void)!observation_add_der(o, b->request->der,
		    b->request->der_len);
	observation_seal(o);
	return o;
}

/* A bundle on the ports that it is meant for. */
struct judged {
	struct host_view view;
	struct results	 all;
	struct text	 files;
};

static void
judge_bundle(struct judged *j, const struct review *r,
    const struct review_job *job, const struct bundle *b, struct trust *trust)
{
	const struct cert *leaf = b->n > 0 ? b->cert[0] : b->request;

	j->view = (struct host_view){ .host = &r->host, .n = r->n_endpoints,
	    .now = job->now, .split_since = CLOCK_NEVER, .one_shot = true };
	j->view.subjects = xcalloc(j->view.n, sizeof(*j->view.subjects));
	for (size_t i = 0; i < j->view.n; i++) {
		j->view.subjects[i] = (struct subject){
			.inventory = job->made_up ? NULL : job->inventory,
			.endpoint = &r->endpoints[i], .leaf = leaf,
			.chain = find_path(b, &r->endpoints[i], trust,
			    job->now),
			.now = job->now, .one_shot = true,
			.last_observed = CLOCK_NEVER,
			.leaf_since = CLOCK_NEVER, .view = &j->view,
			.layout = job->role == ROLE_SINGLE ? LAYOUT_SINGLE :
			    LAYOUT_SEPARATE,
			.file = text_str(&j->files), .key = b->key,
		};
		expect(&j->view.subjects[i].expect, &r->endpoints[i],
		    job->role);
	}
	rules_run_host(&j->view, &j->all);
}

static void
judged_done(struct judged *j)
{
	for (size_t i = 0; i < j->view.n; i++)
		chain_unref(j->view.subjects[i].chain);
	host_view_done(&j->view);
	free(j->view.subjects);
	results_done(&j->all);
	text_done(&j->files);
}

/* What the first port's results are: that of the slot, whose one it is. */
static struct reissue_side
side_of(const struct review *r, const struct judged *j)
{
	struct reissue_side side = { j->view.subjects[0].leaf, j->all.item,
	    0 };

	while (side.n < j->all.n &&
	    j->all.item[side.n].endpoint == &r->endpoints[0])
		side.n++;
	return side;
}

/* The new one beside that which it is to replace. */
static void
compare(struct review *r, const struct review_job *job, struct judged *new,
    struct trust *trust)
{
	const struct subject *s = &new->view.subjects[0];
	struct why bad = {0}, key = { .severity = SEVERITY_NOTICE };
	struct judged old = {0};
	struct reissue_case c;

	text_add(&old.files, job->replaces_name);
	judge_bundle(&old, r, job, job->replaces, trust);
	c = (struct reissue_case){ .old = side_of(r, &old),
	    .new = side_of(r, new), .expect = &s->expect,
	    .other = check_other_service(s) };
	reissue_init(&r->reissue, &c);
	(void)rules_add_change(NULL, s, rule_find("reissue-bad"),
	    reissue_answer(&r->reissue, &c, &bad), &bad, &new->all);
	(void)rules_add_change(NULL, s, rule_find("key-reused"),
	    reissue_key_answer(&c, &key), &key, &new->all);
	r->replaced = cert_ref(c.old.leaf);
	judged_done(&old);
}

static void
judge(struct review *r, const struct review_job *job, const struct bundle *b,
    struct trust *trust)
{
	struct snapshot_endpoint *e = r->snapshot->endpoints;
	struct judged j = {0};

	strings_join(&r->files, ", ", &j.files);
	judge_bundle(&j, r, job, b, trust);
	if (job->replaces != NULL) {
		r->replaced_name = xstrdup(job->replaces_name);
		if (memcmp(b->cert[0]->sha256, job->replaces->cert[0]->sha256,
		    CERT_SHA256) != 0)
			compare(r, job, &j, trust);
	}
	if (b->n > 0)
		judge_path(r, &j.view, &j.all);
	sort_out(r, b, j.view.subjects[0].chain, &j.all);
	e->leaf = cert_ref(j.view.subjects[0].leaf);
	if (j.view.subjects[0].chain != NULL)
		e->chain = chain_ref(j.view.subjects[0].chain);
	judged_done(&j);
}

struct review *
review_run(const struct review_job *job, const struct bundle *b,
    struct trust *trust)
{
	struct review *r = xcalloc(1, sizeof(*r));
	struct snapshot *s = snapshot_new(job->inventory);

	r->snapshot = s;
	r->role = job->role;
	r->request = b->n == 0;
	r->form = b->form;
	r->key = b->key;
	r->n_certs = b->n;
	strings_copy(&r->files, job->files);
	strings_copy(&r->notes, &b->notes);
	r->host = *job->host;
	r->host.state = HOST_ACTIVE;
	make_endpoints(r, job);
	expect(&r->expect, &r->endpoints[0], job->role);
	s->started = s->finished = job->now;
	s->n_hosts = s->n_endpoints = 1;
	s->endpoints = xcalloc(1, sizeof(*s->endpoints));
	judge(r, job, b, trust);
	s->endpoints[0].endpoint = &r->endpoints[0];
	s->endpoints[0].seen = evidence(r, b, job->now);
	s->endpoints[0].role = job->role;
	s->endpoints[0].layout = job->role == ROLE_SINGLE ? LAYOUT_SINGLE :
	    LAYOUT_SEPARATE;
	s->endpoints[0].n_results = s->results.n;
	s->first_shared = s->results.n;
	return r;
}

void
review_free(struct review *r)
{
	if (r == NULL)
		return;
	snapshot_free(r->snapshot);
	strings_done(&r->files);
	strings_done(&r->notes);
	cert_unref(r->replaced);
	free(r->replaced_name);
	reissue_done(&r->reissue);
	expectation_done(&r->expect);
	free(r->gaps);
	free(r->endpoints);
	free(r);
}
