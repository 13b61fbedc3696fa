/* SPDX-License-Identifier: ISC */
/* reissue.c - two certificates and two judgements in, a verdict out. */
#include "cwaudit/reissue.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define SHORT_SHA256	8	/* bytes of a fingerprint that people compare */
#define NAMES_MAX	200	/* of a certificate; they are compared pairwise */

static const char *const weights[] = {
	[REISSUE_MENDS]		= "mends",
	[REISSUE_NOTES]		= "notes",
	[REISSUE_BREAKS]	= "breaks",
};

const char *
reissue_verdict_name(const struct reissue *r)
{
	return r->bad ? "bad" : "good";
}

const char *
reissue_weight_name(enum reissue_weight weight)
{
	return weights[weight];
}

static struct reissue_reason *
add_reason(struct reissue *r, const char *id, enum reissue_weight weight,
    enum severity severity)
{
	r->reasons = xgrow(r->reasons, r->n, &r->cap, sizeof(*r->reasons));
	r->reasons[r->n] = (struct reissue_reason){ .id = id,
	    .weight = weight, .severity = severity };
	if (weight == REISSUE_BREAKS) {
		r->bad = true;
		if (severity > r->severity)
			r->severity = severity;
	}
	return &r->reasons[r->n++];
}

static struct text *
note(struct reissue *r, const char *id)
{
	return &add_reason(r, id, REISSUE_NOTES, SEVERITY_OFF)->message;
}

/* -- rules ----------------------------------------------------------------- */

/* About the certificate itself; of a port other looks say more. */
static bool
counts(const struct rule *rule)
{
	return rule->scope == SCOPE_SLOT && rule->check != NULL;
}

static const struct result *
find_result(const struct reissue_side *side, const struct rule *rule)
{
	for (size_t i = 0; i < side->n; i++)
		if (side->results[i].rule == rule)
			return &side->results[i];
	return NULL;
}

static bool
fails(const struct result *r)
{
	return r != NULL && r->verdict == VERDICT_FAIL &&
	    r->severity != SEVERITY_OFF;
}

/* Was it judged, and is it not failing? What does not apply is no fault. */
static bool
was_right(const struct result *r)
{
	return r == NULL || r->verdict == VERDICT_PASS ||
	    r->verdict == VERDICT_NOT_APPLICABLE;
}

static void
compare_rule(struct reissue *r, const struct reissue_case *c,
    const struct result *now)
{
	const struct result *before = find_result(&c->old, now->rule);
	struct reissue_reason *reason;
	bool worse = fails(before) && now->severity > before->severity;

	if (!was_right(before) && !worse)
		return;
	reason = add_reason(r, worse ? "fails-worse" : "fails",
	    now->severity >= SEVERITY_WARNING && now->waiver == NULL ?
	    REISSUE_BREAKS : REISSUE_NOTES, now->severity);
	strings_add(&reason->what, now->rule->id);
	if (worse)
		text_addf(&reason->message, "%s is %s, and was %s",
		    now->rule->id, severity_name(now->severity),
		    severity_name(before->severity));
	else
		text_addf(&reason->message, "%s fails (%s), and did not before",
		    now->rule->id, severity_name(now->severity));
	text_add(&reason->detail, now->message != NULL ? now->message :
	    now->rule->title);
}

static void
compare_rules(struct reissue *r, const struct reissue_case *c)
{
	for (size_t i = 0; i < c->new.n; i++)
		if (counts(c->new.results[i].rule) &&
		    result_is_finding(&c->new.results[i]))
			compare_rule(r, c, &c->new.results[i]);
}

/* A rule that another stands in for was wrong, too. */
static void
find_mended(struct reissue *r, const struct reissue_case *c)
{
	struct strings ids = {0};
	struct reissue_reason *reason;

	for (size_t i = 0; i < c->old.n; i++) {
		const struct result *before = &c->old.results[i];
		const struct result *now = find_result(&c->new, before->rule);

		if (counts(before->rule) && result_is_finding(before) &&
		    was_right(now))
			strings_add(&ids, before->rule->id);
	}
	if (ids.n > 0) {
		reason = add_reason(r, "mends", REISSUE_MENDS, SEVERITY_OFF);
		text_add(&reason->message, "what failed before passes: ");
		check_add_list(&ids, &reason->message);
		strings_copy(&reason->what, &ids);
	}
	strings_done(&ids);
}

/* -- names ----------------------------------------------------------------- */

static void
add_name(const struct cert_bytes *raw, struct strings *out)
{
	struct text name = {0};

	check_add_raw(raw, &name);
	strings_add_unique(out, text_str(&name));
	text_done(&name);
}

static void
san_names(const struct cert *c, struct strings *out)
{
	for (size_t i = 0; i < c->n_san && out->n < NAMES_MAX; i++)
		if (c->san[i].type == CERT_SAN_DNS)
			add_name(&c->san[i].value, out);
}

static void
subtract(const struct strings *a, const struct strings *b, struct strings *out)
{
	for (size_t i = 0; i < a->n; i++)
		if (!strings_has(b, a->item[i]))
			strings_add(out, a->item[i]);
}

/* How bad the lack of this name is now; off: no rule minds. */
static enum severity
severity_of_lack(const struct reissue_side *new, const char *name)
{
	enum severity worst = SEVERITY_OFF;

	for (size_t i = 0; i < new->n; i++) {
		const struct result *r = &new->results[i];

		if (result_is_finding(r) && r->waiver == NULL &&
		    counts(r->rule) && r->severity > worst &&
		    strings_has(&r->offenders, name))
			worst = r->severity;
	}
	return worst;
}

/* Needed ones, that the old certificate covered. */
static void
find_lost(struct reissue *r, const struct reissue_case *c,
    struct strings *needed)
{
	struct reissue_reason *reason;
	enum severity worst = SEVERITY_OFF;

	for (size_t i = 0; i < c->expect->names.n; i++) {
		const char *name = c->expect->names.item[i];
		enum severity lack = severity_of_lack(&c->new, name);

		if (!cert_san_covers(c->old.leaf, name) ||
		    cert_san_covers(c->new.leaf, name))
			continue;
		strings_add(needed, name);
		if (lack > worst)
			worst = lack;
	}
	if (needed->n == 0)
		return;
	reason = add_reason(r, "lost-names", worst >= SEVERITY_WARNING ?
	    REISSUE_BREAKS : REISSUE_NOTES, worst);
	text_add(&reason->message, "it lost ");
	check_add_list(needed, &reason->message);
	text_add(&reason->message, needed->n == 1 ? ", which is needed" :
	    ", which are needed");
	strings_copy(&reason->what, needed);
}

static void
note_names(struct reissue *r, const char *id, const char *words,
    const struct strings *names, const char *more)
{
	struct reissue_reason *reason;

	if (names->n == 0)
		return;
	reason = add_reason(r, id, REISSUE_NOTES, SEVERITY_OFF);
	text_add(&reason->message, words);
	check_add_list(names, &reason->message);
	text_add(&reason->message, more);
	strings_copy(&reason->what, names);
}

static void
compare_names(struct reissue *r, const struct reissue_case *c)
{
	struct strings old = {0}, new = {0}, lost = {0}, gained = {0};
	struct strings needed = {0}, spare = {0};

	san_names(c->old.leaf, &old);
	san_names(c->new.leaf, &new);
	find_lost(r, c, &needed);
	subtract(&old, &new, &lost);
	subtract(&new, &old, &gained);
	subtract(&lost, &needed, &spare);
	note_names(r, "dropped-names", "it no longer has ", &spare,
	    ", which nothing here needs or something else in it covers");
	note_names(r, "gained-names", "it also has ", &gained, "");
	strings_done(&old);
	strings_done(&new);
	strings_done(&lost);
	strings_done(&gained);
	strings_done(&needed);
	strings_done(&spare);
}

static void
cn_names(const struct cert *c, struct strings *out)
{
	for (size_t i = 0; i < c->n_cn && out->n < NAMES_MAX; i++)
		add_name(&c->cn[i].utf8, out);
}

/* Whether it may, the rules say. */
static void
compare_cn(struct reissue *r, const struct reissue_case *c)
{
	struct strings old = {0}, new = {0}, differing = {0};
	struct text *out;

	cn_names(c->old.leaf, &old);
	cn_names(c->new.leaf, &new);
	subtract(&old, &new, &differing);
	subtract(&new, &old, &differing);
	if (differing.n > 0) {
		out = note(r, "cn-moved");
		text_add(out, "the CN went from ");
		check_add_list(&old, out);
		text_add(out, old.n == 0 ? "none to " : " to ");
		check_add_list(&new, out);
		text_add(out, new.n == 0 ? "none" : "");
	}
	strings_done(&old);
	strings_done(&new);
	strings_done(&differing);
}

/* -- what else is otherwise ------------------------------------------------ */

/* That serverAuth is gone, eku-server-auth says. */
static void
compare_usages(struct reissue *r, const struct reissue_case *c)
{
	struct strings lost = {0}, gained = {0};

	if (c->old.leaf->eku_present && c->new.leaf->eku_present) {
		subtract(&c->old.leaf->eku, &c->new.leaf->eku, &lost);
		subtract(&c->new.leaf->eku, &c->old.leaf->eku, &gained);
	}
	note_names(r, "lost-usages", "it is no longer for ", &lost, "");
	note_names(r, "gained-usages", "it is also for ", &gained, "");
	strings_done(&lost);
	strings_done(&gained);
}

static void
compare_issuer(struct reissue *r, const struct reissue_case *c)
{
	struct text *out;

	if (strcmp(c->old.leaf->issuer, c->new.leaf->issuer) == 0)
		return;
	out = note(r, "issuer-changed");
	text_add(out, "the issuer went from ");
	cert_add_issuer(c->old.leaf, out);
	text_add(out, " to ");
	cert_add_issuer(c->new.leaf, out);
}

static void
compare_keys(struct reissue *r, const struct reissue_case *c)
{
	const struct cert *old = c->old.leaf, *new = c->new.leaf;

	if (memcmp(old->spki_sha256, new->spki_sha256, CERT_SHA256) == 0)
		text_add(note(r, "key-reused"), "the key is the same");
	else if (old->key != new->key)
		text_addf(note(r, "key-type-changed"), "the key is %s, "
		    "was %s", new->key_text, old->key_text);
	else if (new->key_bits < old->key_bits)
		text_addf(note(r, "key-shorter"), "the key is %s, was %s",
		    new->key_text, old->key_text);
	if (new->digest < old->digest)
		text_addf(note(r, "digest-weaker"), "it is signed with %s, "
		    "was with %s", new->signature, old->signature);
}

static int64_t
lifetime(const struct cert *c)
{
	return c->not_after - c->not_before;
}

static void
compare_dates(struct reissue *r, const struct reissue_case *c)
{
	const struct cert *old = c->old.leaf, *new = c->new.leaf;
	char a[CLOCK_TEXT], b[CLOCK_TEXT];

	if (!old->dates_readable || !new->dates_readable)
		return;
	if (c->seen_until > 0)
		text_addf(note(r, "put-back"), "it was here before, until "
		    "%.10s", clock_format(c->seen_until, a));
	else if (new->not_before < old->not_before)
		text_addf(note(r, "put-back"), "it is an older one, from "
		    "%.10s, and the one before is from %.10s",
		    clock_format(new->not_before, a),
		    clock_format(old->not_before, b));
	if (new->not_after < old->not_after)
		text_addf(note(r, "ends-earlier"), "it ends on %.10s, before "
		    "the one that it replaces (%.10s)",
		    clock_format(new->not_after, a),
		    clock_format(old->not_after, b));
	if (lifetime(new) + CLOCK_DAY < lifetime(old))
		text_addf(note(r, "lifetime-shorter"), "it lives for %lld "
		    "days, the one before for %lld",
		    (long long)(lifetime(new) / CLOCK_DAY),
		    (long long)(lifetime(old) / CLOCK_DAY));
}

/* Of another host: on an MTLS port wrong-service says so. */
static void
find_stranger(struct reissue *r, const struct reissue_case *c)
{
	const struct result *told = find_result(&c->new,
	    rule_find("wrong-service"));
	struct reissue_reason *reason;

	if (c->other == NULL || fails(told))
		return;
	reason = add_reason(r, "other-host", REISSUE_BREAKS, SEVERITY_ERROR);
	text_addf(&reason->message, "it is a certificate of %s", c->other);
	strings_add(&reason->what, c->other);
}

/* -- all of it -------------------------------------------------------------- */

static int
by_weight(const void *x, const void *y)
{
	const struct reissue_reason *a = x, *b = y;
	static const int order[] = {
		[REISSUE_BREAKS] = 0, [REISSUE_MENDS] = 1, [REISSUE_NOTES] = 2,
	};

	if (a->weight != b->weight)
		return order[a->weight] - order[b->weight];
	return (int)b->severity - (int)a->severity;
}

/* Stable: of one weight and severity the order of the checks stays. */
static void
sort_reasons(struct reissue *r)
{
	for (size_t i = 1; i < r->n; i++) {
		struct reissue_reason one = r->reasons[i];
		size_t k = i;

		for (; k > 0 && by_weight(&one, &r->reasons[k - 1]) < 0; k--)
			r->reasons[k] = r->reasons[k - 1];
		r->reasons[k] = one;
	}
}

void
reissue_init(struct reissue *r, const struct reissue_case *c)
{
	*r = (struct reissue){ .severity = SEVERITY_OFF };
	compare_rules(r, c);
	compare_names(r, c);
	find_stranger(r, c);
	find_mended(r, c);
	compare_cn(r, c);
	compare_usages(r, c);
	compare_issuer(r, c);
	compare_keys(r, c);
	compare_dates(r, c);
	sort_reasons(r);
}

static void
reason_done(struct reissue_reason *reason)
{
	text_done(&reason->message);
	text_done(&reason->detail);
	strings_done(&reason->what);
}

void
reissue_done(struct reissue *r)
{
	for (size_t i = 0; i < r->n; i++)
		reason_done(&r->reasons[i]);
	free(r->reasons);
	*r = (struct reissue){0};
}

static bool
still_fails(const struct reissue_reason *reason,
    const struct reissue_side *now)
{
	const struct rule *rule = reason->detail.len > 0 ?
	    rule_find(reason->what.item[0]) : NULL;
	const struct result *r = rule != NULL ? find_result(now, rule) : NULL;

	return rule == NULL || r == NULL || (r->waiver == NULL &&
	    r->severity >= SEVERITY_WARNING && (fails(r) ||
	    r->verdict == VERDICT_UNKNOWN));
}

void
reissue_forget_mended(struct reissue *r, const struct reissue_side *now)
{
	size_t kept = 0;

	r->bad = false;
	r->severity = SEVERITY_OFF;
	for (size_t i = 0; i < r->n; i++) {
		struct reissue_reason one = r->reasons[i];

		if (one.weight == REISSUE_BREAKS && !still_fails(&one, now)) {
			reason_done(&one);
			continue;
		}
		if (one.weight == REISSUE_BREAKS) {
			r->bad = true;
			if (one.severity > r->severity)
				r->severity = one.severity;
		}
		r->reasons[kept++] = one;
	}
	r->n = kept;
}

static void
add_leaf(const struct cert *c, struct text *out)
{
	char from[CLOCK_TEXT];

	text_add(out, "SHA-256 ");
	text_add_hex(out, c->sha256, SHORT_SHA256);
	if (c->dates_readable)
		text_addf(out, " of %.10s", clock_format(c->not_before, from));
}

/* A line of the log has no remedy beside it. */
static void
add_way_back(const struct reissue_case *c, struct text *out)
{
	text_addf(out, "; put back serial %s, or issue it again with CN %s",
	    c->old.leaf->serial, c->expect->cn);
	if (c->expect->names.n > 0) {
		text_add(out, " and SAN ");
		check_add_list(&c->expect->names, out);
	}
}

enum verdict
reissue_answer(const struct reissue *r, const struct reissue_case *c,
    struct why *why)
{
	const char *semicolon = "";

	if (!r->bad)
		return VERDICT_PASS;
	why->severity = r->severity;
	why->offenders_key = "reasons";
	text_add(&why->message, "the certificate ");
	add_leaf(c->new.leaf, &why->message);
	text_add(&why->message, " is worse than the one that it replaces (");
	add_leaf(c->old.leaf, &why->message);
	text_add(&why->message, "): ");
	for (size_t i = 0; i < r->n; i++) {
		const struct reissue_reason *reason = &r->reasons[i];

		if (reason->weight != REISSUE_BREAKS)
			continue;
		text_addf(&why->message, "%s%s%s%s", semicolon,
		    text_str(&reason->message), reason->detail.len > 0 ? ": " :
		    "", text_str(&reason->detail));
		semicolon = "; ";
		for (size_t k = 0; k < reason->what.n; k++)
			strings_add_unique(&why->offenders,
			    reason->what.item[k]);
	}
	add_way_back(c, &why->message);
	return VERDICT_FAIL;
}

enum verdict
reissue_key_answer(const struct reissue_case *c, struct why *why)
{
	if (memcmp(c->old.leaf->spki_sha256, c->new.leaf->spki_sha256,
	    CERT_SHA256) != 0)
		return VERDICT_PASS;
	text_add(&why->message, "the certificate ");
	add_leaf(c->new.leaf, &why->message);
	text_add(&why->message, " has the key of the one that it replaces (");
	add_leaf(c->old.leaf, &why->message);
	text_add(&why->message, "); a new key with each certificate is "
	    "expected");
	return VERDICT_FAIL;
}
