/* SPDX-License-Identifier: ISC */
/* assessment.c - a fleet as a store recorded it. */
#include "cwaudit/assessment.h"

#include <stdlib.h>
#include <string.h>

#include "assessment_own.h"
#include "cwaudit/mem.h"

static const struct { const char *name, *text; } standings[STANDING_N] = {
	[STANDING_WRONG]	= { "wrong", "wrong" },
	[STANDING_UNKNOWN]	= { "not-assessed", "not assessed" },
	[STANDING_WAIVED]	= { "waived", "waived" },
	[STANDING_WARNED]	= { "warning", "right, with warnings" },
	[STANDING_RIGHT]	= { "right", "right" },
};

const char *const assessment_method[] = {
	"A look connects to a port as a client does and takes the certificates "
	"that are presented there: HTTPS by libcurl with the name of the site, "
	"MTLS by OpenSSL with the FQDN of the host; where a server speaks "
	"nothing that these libraries still speak, a hello of cwaudit's own "
	"reads the certificate, which such servers send in clear text.",
	"Proof: \"finished\" is a complete handshake and \"signature\" a "
	"signature of the server that was verified; both prove that the server "
	"holds the private key. \"none\" shows what was presented, not that it "
	"is the server's.",
	"Each answer is the one that was recorded then; nothing is judged "
	"anew. A port that was not observed, and a rule that is switched off "
	"or could not be answered, counts as not assessed, never as met.",
	"Answers are counted by port, those about a host, a farm or the fleet "
	"as a whole once; a clause is not met where any of the rules that are "
	"cited for it is not. What a finding says is what it said when it last "
	"changed.",
	"A host is wrong while a finding of severity error or critical is open "
	"about it and is not waived. Clauses are named for reference; this is "
	"no certification.",
};
const size_t n_assessment_method =
    sizeof(assessment_method) / sizeof(assessment_method[0]);

const char *
standing_name(enum standing s)
{
	return standings[s].name;
}

const char *
standing_text(enum standing s)
{
	return standings[s].text;
}

void
assessment_init(struct assessment *a, int64_t since, int64_t until,
    const struct assessment_filter *filter)
{
	*a = (struct assessment){
		.since = since, .until = until, .filter = *filter,
		.filtered = filter->owner != NULL || filter->group != NULL ||
		    filter->zone != NULL || filter->tag != NULL ||
		    filter->host != NULL,
		.version = "", .run_since = CLOCK_NEVER,
		.at_work = CLOCK_NEVER, .settings_since = CLOCK_NEVER,
		.inventory_since = CLOCK_NEVER,
		.interval_s = { 3600, 6 * 3600 },
	};
}

void
assessment_done(struct assessment *a)
{
	for (size_t i = 0; i < a->n_findings; i++)
		diff_finding_free(a->findings[i].finding);
	for (size_t i = 0; i < a->n_changes; i++)
		diff_finding_free(a->changes[i].finding);
	for (size_t i = 0; i < a->n_reissues; i++)
		event_done(&a->reissues[i].event);
	free(a->gaps);
	free(a->hosts);
	free(a->ports);
	free(a->certs);
	free(a->findings);
	free(a->rules);
	free(a->clauses);
	free(a->waivers);
	free(a->tailoring);
	free(a->changes);
	free(a->reissues);
	free(a->by_name);
	free(a->given);
	free(a->wanted);
	free(a->finding_host);
	arena_done(&a->arena);
	*a = (struct assessment){0};
}

void
assessment_sort(void *list, size_t n, size_t size,
    int (*compare)(const void *, const void *))
{
	if (n > 1)
		qsort(list, n, size, compare);
}

/* ---- the auditor ---- */

/* What lies between two runs; shorter than an interval no look was missed. */
static void
add_gap(struct assessment *a, int64_t since, int64_t until)
{
	if (since < a->since)
		since = a->since;
	if (until > a->until)
		until = a->until;
	if (until - since <= a->interval_s[0])
		return;
	a->gaps = xgrow(a->gaps, a->n_gaps, &a->cap_gaps, sizeof(*a->gaps));
	a->gaps[a->n_gaps++] = (struct assessed_gap){ since, until };
	a->gap_s += until - since;
}

void
assessment_add_run(struct assessment *a, const char *version, int64_t since,
    int64_t until)
{
	add_gap(a, a->run_since != CLOCK_NEVER ? a->at_work : a->since,
	    since);
	a->version = arena_strdup(&a->arena, version);
	a->run_since = since;
	a->at_work = until;
}

void
assessment_set_work(struct assessment *a, int64_t at, int64_t cycles)
{
	a->cycles = cycles;
	if (a->run_since == CLOCK_NEVER) {
		add_gap(a, a->since, a->until);
		return;
	}
	/* when the run that lasts was last marked nobody can tell later on */
	a->at_work = at > a->run_since ? at : a->run_since;
	add_gap(a, a->at_work, a->until);
	a->stale = a->until - a->at_work > 2 * a->interval_s[0];
}

/* What stands behind "key: " on a line; false: no such line. */
static bool
setting(const char *text, const char *key, struct text *out)
{
	size_t len = strlen(key);

	for (const char *s = text; *s != '\0';) {
		size_t end = strcspn(s, "\n");

		if (strncmp(s, key, len) == 0 && s[len] == ':' &&
		    s[len + 1] == ' ') {
			text_reset(out);
			text_add_bytes(out, s + len + 2, end - len - 2);
			return true;
		}
		s += end;
		s += *s == '\n';
	}
	return false;
}

void
assessment_set_settings(struct assessment *a, int64_t since, const char *text)
{
	static const char *const keys[] = { "interval.https",
	    "interval.mtls" };
	struct text t = {0};
	int64_t ms;

	cert_sha256((const uint8_t *)text, strlen(text), a->settings_sha256);
	a->settings_since = since;
	for (size_t i = 0; i < 2; i++)
		if (setting(text, keys[i], &t) &&
		    clock_parse_span_ms(text_str(&t), &ms))
			a->interval_s[i] = ms / 1000;
	if (setting(text, "rules", &t))
		a->rule_set = strtoll(text_str(&t), NULL, 10);
	text_done(&t);
}

/* ---- hosts ---- */

static int
compare_names(const void *x, const void *y, void *hosts)
{
	const struct assessed_host *all = hosts;

	return strcasecmp(all[*(const size_t *)x].name,
	    all[*(const size_t *)y].name);
}

void
assessment_index(struct assessment *a)
{
	free(a->by_name);
	a->by_name = xcalloc(a->n_hosts + 1, sizeof(*a->by_name));
	for (size_t i = 0; i < a->n_hosts; i++)
		a->by_name[i] = i;
	if (a->n_hosts > 1)
		qsort_r(a->by_name, a->n_hosts, sizeof(*a->by_name),
		    compare_names, a->hosts);
}

struct assessed_host *
assessment_host(const struct assessment *a, const char *name, size_t len)
{
	size_t low = 0, high = a->n_hosts;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct assessed_host *h = &a->hosts[a->by_name[mid]];
		int order = strncasecmp(name, h->name, len);

		if (order == 0 && h->name[len] != '\0')
			order = -1;
		if (order == 0)
			return h;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* ---- ports ---- */

static const char *
or_empty(struct assessment *a, const char *s)
{
	return s != NULL && *s != '\0' ? arena_strdup(&a->arena, s) : "";
}

static void
want(struct assessment *a, int64_t id)
{
	a->wanted = xgrow(a->wanted, a->n_wanted, &a->cap_wanted,
	    sizeof(*a->wanted));
	a->wanted[a->n_wanted++] = id;
}

int64_t
assessment_next_id(const char **s)
{
	char *end;
	long long id = strtoll(*s, &end, 10);

	if (end == *s)
		return -1;
	*s = end;
	return id;
}

static void
set_sighting(struct assessment *a, struct assessed_port *p,
    const struct assessed_row *row)
{
	struct text place = {0};
	int64_t id;

	p->outcome = or_empty(a, row->outcome);
	p->detail = or_empty(a, row->detail);
	p->via = or_empty(a, row->via);
	p->proof = or_empty(a, row->proof);
	p->chain = or_empty(a, row->chain);
	p->since = row->since;
	p->first_seen = row->first_seen;
	p->cert_id = row->leaf;
	if (row->address != NULL && *row->address != '\0') {
		endpoint_place(row->address, (uint16_t)p->port, &place);
		p->place = or_empty(a, text_str(&place));
		text_done(&place);
	}
	if (p->cert_id >= 0)
		want(a, p->cert_id);
	for (const char *s = p->chain; (id = assessment_next_id(&s)) >= 0;)
		want(a, id);
}

void
assessment_add_sighting(struct assessment *a, const struct assessed_row *row)
{
	const struct assessed_host *h = assessment_host(a, row->owner,
	    strlen(row->owner));

	for (size_t i = 0; h != NULL && i < h->n_ports; i++) {
		struct assessed_port *p = &a->ports[h->first_port + i];

		if (p->port == row->port && strcmp(p->kind, row->kind) == 0 &&
		    strcmp(p->site, row->site) == 0)
			set_sighting(a, p, row);
	}
}

int
assessment_compare_ids(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return (a > b) - (a < b);
}

void
assessment_end_sightings(struct assessment *a)
{
	size_t n = 0;

	assessment_sort(a->wanted, a->n_wanted, sizeof(*a->wanted),
	    assessment_compare_ids);
	for (size_t i = 0; i < a->n_wanted; i++)
		if (i == 0 || a->wanted[i] != a->wanted[n - 1])
			a->wanted[n++] = a->wanted[i];
	a->n_wanted = n;
}

/* ---- certificates ---- */

/* Empties t, whose memory stays. */
static const char *
keep(struct assessment *a, struct text *t)
{
	const char *s = or_empty(a, text_str(t));

	text_reset(t);
	return s;
}

static void
set_facts(struct assessment *a, struct assessed_cert *to,
    const struct cert *c)
{
	struct text t = {0};

	to->readable = true;
	to->ca = c->ca;
	if (c->n_cn > 0)
		cert_add_cn(c, &t);
	to->cn = keep(a, &t);
	for (size_t i = 0; i < c->n_san; i++) {
		if (c->san[i].type != CERT_SAN_DNS)
			continue;
		if (t.len > 0)
			text_add(&t, ", ");
		text_add_escaped(&t, c->san[i].value.data,
		    c->san[i].value.len, 0);
	}
	to->san = keep(a, &t);
	to->subject = or_empty(a, c->subject);
	to->issuer = or_empty(a, c->issuer);
	to->serial = or_empty(a, c->serial);
	to->key = or_empty(a, c->key_text);
	to->signature = or_empty(a, c->signature);
	if (c->dates_readable) {
		to->not_before = c->not_before;
		to->not_after = c->not_after;
	}
	text_done(&t);
}

void
assessment_add_certificate(struct assessment *a, int64_t id,
    const uint8_t sha256[CERT_SHA256], int64_t first_seen,
    const uint8_t *der, size_t len)
{
	struct assessed_cert *to;
	struct cert *c = NULL;

	a->certs = xgrow(a->certs, a->n_certs, &a->cap_certs,
	    sizeof(*a->certs));
	to = &a->certs[a->n_certs++];
	*to = (struct assessed_cert){
		.id = id, .cn = "", .san = "", .subject = "", .issuer = "",
		.serial = "", .key = "", .signature = "",
		.not_before = CLOCK_NEVER, .not_after = CLOCK_NEVER,
		.first_seen = first_seen, .host = ASSESSMENT_NONE,
	};
	memcpy(to->sha256, sha256, CERT_SHA256);
	if (der == NULL || cert_parse(der, len, &c) != CERT_OK)
		return;
	set_facts(a, to, c);
	cert_unref(c);
}

/* ---- for renderers ---- */

bool
assessment_turned(const struct assessed_host *h, bool no_longer)
{
	return h->was_seen && h->was_wrong == no_longer &&
	    (h->standing == STANDING_WRONG) != no_longer;
}

void
assessment_add_reasons(const struct assessment *a,
    const struct assessed_host *h, struct text *out)
{
	const struct rule *last = NULL;		/* they stand by rule */

	for (size_t i = 0; i < h->n_findings; i++) {
		const struct finding *f = assessment_findings(a, h)[i].finding;

		if (f->waived || f->severity < SEVERITY_ERROR ||
		    f->rule == last)
			continue;
		last = f->rule;
		text_addf(out, "%s%s", out->len > 0 ? "\n" : "",
		    f->rule->title);
	}
	if (out->len == 0)
		text_add(out, "a finding about several hosts");
}

void
assessment_add_missing(const struct assessment *a,
    const struct assessed_host *h, struct text *out)
{
	for (size_t i = 0; i < h->n_ports; i++) {
		const struct assessed_port *p = &a->ports[h->first_port + i];

		if (*p->missing != '\0')
			text_addf(out, "%s%s %s: %s", out->len > 0 ? "\n" :
			    "", p->kind, p->place, p->missing);
	}
	for (size_t i = 0; i < h->left_out.n; i++)
		text_addf(out, "%s%s", out->len > 0 ? "\n" : "",
		    h->left_out.item[i]);
	if (out->len == 0)
		text_add(out, "it has no port that is looked at");
}

const struct ledger_finding *
assessment_findings(const struct assessment *a, const struct assessed_host *h)
{
	return &a->findings[h->first_finding];
}

const struct assessed_waiver *
assessment_waiver(const struct assessment *a, const struct finding *f)
{
	size_t at = assessment_host_of(a, f);

	if (!f->waived || at == ASSESSMENT_NONE)
		return NULL;
	for (size_t i = 0; i < a->hosts[at].n_waivers; i++) {
		const struct assessed_waiver *w =
		    &a->given[a->hosts[at].first_waiver + i];

		if (strcmp(w->rule, f->rule->id) == 0 && (*w->site == '\0' ||
		    f->site == NULL || text_equal(w->site, f->site)))
			return w;
	}
	return NULL;
}

int64_t
assessment_days_left(const struct assessment *a, int64_t at)
{
	int64_t left = at - a->until;

	return left >= 0 ? left / CLOCK_DAY :
	    -((-left + CLOCK_DAY - 1) / CLOCK_DAY);
}
