/* SPDX-License-Identifier: ISC */
/* report_ledger.c - findings of a store, and how its auditor fares. */
#include "report_ledger.h"

#include <ctype.h>
#include <string.h>

#include "cwaudit/page.h"

#define INDENT		2
#define WORD		12	/* where what follows a severity begins */
#define LABEL		13	/* where what follows a label begins */
#define WORST		5	/* findings that the status names */
#define RECENT		5	/* exchanges, likewise */

/* ---- pieces ---- */

void
report_add_minute(int64_t at, struct text *out)
{
	char buf[CLOCK_TEXT];

	clock_format(at, buf);
	if (strlen(buf) < 16) {
		text_add(out, buf);
		return;
	}
	text_add_bytes(out, buf, 10);
	text_add_char(out, ' ');
	text_add_bytes(out, buf + 11, 5);
}

void
report_add_age(int64_t seconds, struct text *out)
{
	static const struct { int64_t s; const char *word; } units[] = {
		{ CLOCK_DAY, "day" }, { 3600, "hour" }, { 60, "minute" },
	};

	for (size_t i = 0; i < 3; i++)
		if (seconds >= units[i].s) {
			text_addf(out, "%lld %s%s",
			    (long long)(seconds / units[i].s), units[i].word,
			    plural((uint64_t)(seconds / units[i].s)));
			return;
		}
	text_add(out, "less than a minute");
}

static void
print_stale(struct page *p, const struct ledger *l)
{
	struct text t = {0};

	if (l->since == CLOCK_NEVER) {
		text_add(&t, "No auditor has written this store yet.");
	} else if (ledger_is_stale(l)) {
		text_add(&t, "STALE: the auditor was last at work ");
		report_add_age(l->now - l->until, &t);
		text_add(&t, " ago, at ");
		report_add_minute(l->until, &t);
		text_add(&t, " UTC; what follows is as of then.");
	}
	if (t.len > 0) {
		page_style(p, PAGE_WARNING);
		page_paragraph(p, 0, text_str(&t));
	}
	text_done(&t);
}

static void
print_severity(struct page *p, const struct ledger_finding *lf)
{
	const struct finding *f = lf->finding;

	if (lf->ended != CLOCK_NEVER) {
		page_style(p, PAGE_DIM);
		page_put(p, transition_name(lf->state));
		return;
	}
	if (f->waived) {
		page_put(p, "waived");
		return;
	}
	page_style(p, page_severity_style(f->severity));
	for (const char *s = severity_name(f->severity); *s != '\0'; s++)
		page_putf(p, "%c", toupper((unsigned char)*s));
}

/* ---- findings ---- */

static void
add_where(const struct finding *f, struct text *out)
{
	text_add(out, f->kind);
	if (f->site != NULL)
		text_addf(out, " %s", f->site);
	for (size_t i = 0; i < f->places.n; i++)
		text_addf(out, "%s%s", i == 0 ? " at " : ", ",
		    f->places.item[i]);
}

static void
print_finding(struct page *p, const struct ledger *l,
    const struct ledger_finding *lf)
{
	const struct finding *f = lf->finding;
	struct text t = {0};

	page_to(p, INDENT);
	print_severity(p, lf);
	page_to(p, WORD);
	page_style(p, PAGE_BOLD);
	page_put(p, f->rule->id);
	page_end(p);
	add_where(f, &t);
	text_addf(&t, "; id %s; opened ", f->id);
	report_add_minute(f->opened, &t);
	text_add(&t, ", ");
	if (lf->ended == CLOCK_NEVER) {
		report_add_age(l->now - f->opened, &t);
		text_add(&t, " ago");
	} else {
		text_addf(&t, "%s ", transition_name(lf->state));
		report_add_minute(lf->ended, &t);
	}
	page_style(p, PAGE_DIM);
	page_paragraph(p, WORD, text_str(&t));
	text_done(&t);
	if (f->message != NULL)
		page_paragraph(p, WORD, f->message);
	if (lf->ended == CLOCK_NEVER && f->remedy != NULL &&
	    f->remedy[0] != '\0') {
		page_to(p, WORD);
		page_style(p, PAGE_GREEN);
		page_put(p, "mend:");
		page_style(p, PAGE_PLAIN);
		page_gap(p);
		page_wrap(p, WORD + 6, f->remedy);
		page_end(p);
	}
}

static const char *
owner_name(const struct finding *f)
{
	if (f->owner[0] != '\0')
		return f->owner;
	return strcmp(f->kind, "auditor") == 0 ? "the auditor itself" :
	    "several hosts";
}

bool
report_findings_table(const struct ledger *l, const struct report_options *ro,
    report_write_fn *write, void *ctx)
{
	const char *last = NULL;
	size_t open = 0;
	struct page p;

	page_init(&p, ro, write, ctx);
	print_stale(&p, l);
	for (size_t i = 0; i < l->n_findings; i++) {
		const struct ledger_finding *lf = &l->findings[i];
		const char *name = owner_name(lf->finding);

		open += lf->ended == CLOCK_NEVER;
		if (last == NULL || strcmp(last, name) != 0) {
			page_style(&p, PAGE_BOLD);
			page_put(&p, name);
			page_end(&p);
		}
		last = name;
		print_finding(&p, l, lf);
	}
	if (open == l->n_findings)
		page_putf(&p, "%zu open", open);
	else
		page_putf(&p, "%zu open, %zu ended", open,
		    l->n_findings - open);
	page_end(&p);
	return page_done(&p);
}

json_t *
report_finding_json(const struct ledger_finding *lf)
{
	const struct finding *f = lf->finding;
	json_t *o = json_object();

	document_set(o, "id", document_text(f->id));
	document_set(o, "rule", document_text(f->rule->id));
	document_set(o, "severity", document_text(severity_name(
	    f->severity)));
	document_set(o, "state", document_text(transition_name(lf->state)));
	document_set(o, "open", json_boolean(lf->ended == CLOCK_NEVER));
	document_set(o, "waived", json_boolean(f->waived));
	document_set(o, "opened", document_time(f->opened));
	document_set(o, "ended", document_time(lf->ended));
	document_set(o, "host", document_text(f->owner));
	document_set(o, "kind", document_text(f->kind));
	document_set(o, "site", document_text(f->site));
	document_set(o, "endpoints", document_strings(&f->places));
	document_set(o, "group", document_text(f->group));
	document_set(o, "owner", document_text(f->contact));
	document_set(o, "offenders", document_strings(&f->offenders));
	document_set(o, "sha256", f->has_leaf ? document_hex(f->leaf,
	    CERT_SHA256) : json_null());
	document_set(o, "cause", document_text(f->cause));
	document_set(o, "message", document_text(f->message));
	document_set(o, "remedy", document_text(f->remedy));
	return o;
}

static void
add_head(struct document *d, const struct ledger *l, const char *schema)
{
	document_member(d, "schema", json_string(schema));
	document_member(d, "store", document_text(l->path));
	document_member(d, "as_of", document_time(l->since == CLOCK_NEVER ?
	    CLOCK_NEVER : l->until));
	document_member(d, "stale", json_boolean(ledger_is_stale(l)));
}

bool
report_findings_json(const struct ledger *l, report_write_fn *write, void *ctx)
{
	struct document d;

	document_open(&d, write, ctx);
	add_head(&d, l, "cwaudit/findings/1");
	document_list(&d, "findings");
	for (size_t i = 0; i < l->n_findings; i++)
		document_item(&d, report_finding_json(&l->findings[i]));
	document_list_end(&d);
	return document_close(&d);
}

/* ---- status ---- */

struct counts { size_t open[SEVERITY_N], waived; };

static void
count(const struct ledger *l, struct counts *c)
{
	*c = (struct counts){0};
	for (size_t i = 0; i < l->n_findings; i++)
		if (l->findings[i].ended != CLOCK_NEVER)
			continue;
		else if (l->findings[i].finding->waived)
			c->waived++;
		else
			c->open[l->findings[i].finding->severity]++;
}

static const struct event *
last_summary(const struct ledger *l)
{
	for (size_t i = l->n_events; i-- > 0;)
		if (event_is(&l->events[i].event, "summary"))
			return &l->events[i].event;
	return NULL;
}

/* A field, or "" where an old line lacks it. */
static const char *
word(const struct event *e, const char *key)
{
	const char *v = event_value(e, key);

	return v != NULL ? v : "";
}

static void
print_label(struct page *p, const char *label)
{
	page_style(p, PAGE_DIM);
	page_put(p, label);
	page_style(p, PAGE_PLAIN);
	page_to(p, LABEL);
}

static void
print_work(struct page *p, const struct ledger *l)
{
	const struct event *s = last_summary(l);
	struct text t = {0};

	print_label(p, "auditor");
	text_addf(&t, "cwauditd %s, at work since ", l->version);
	report_add_minute(l->since, &t);
	text_add(&t, " UTC, last ");
	report_add_age(l->now - l->until, &t);
	text_addf(&t, " ago; %llu cycle%s", (unsigned long long)l->cycles,
	    plural(l->cycles));
	page_wrap(p, LABEL, text_str(&t));
	page_end(p);
	text_done(&t);
	if (s == NULL)
		return;
	print_label(p, "fleet");
	page_putf(p, "%s host%s, %s endpoint%s, %s observed, %s stale",
	    word(s, "hosts"), plural(strtoull(word(s, "hosts"), NULL, 10)),
	    word(s, "endpoints"), plural(strtoull(word(s, "endpoints"), NULL,
	    10)), word(s, "observed"), word(s, "stale"));
	page_end(p);
}

static void
print_counts(struct page *p, const struct counts *c)
{
	print_label(p, "open");
	for (int s = SEVERITY_CRITICAL; s >= SEVERITY_NOTICE; s--) {
		if (c->open[s] > 0)
			page_style(p, page_severity_style((enum severity)s));
		page_putf(p, "%s%zu %s", s == SEVERITY_CRITICAL ? "" : ", ",
		    c->open[s], severity_name((enum severity)s));
		page_style(p, PAGE_PLAIN);
	}
	if (c->waived > 0)
		page_putf(p, "; %zu waived", c->waived);
	page_end(p);
}

/* The worst, a line each: what they are about and which rule says so. */
static void
print_worst(struct page *p, const struct ledger *l, const char *label,
    bool auditor)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_findings; i++) {
		const struct finding *f = l->findings[i].finding;

		if (l->findings[i].ended != CLOCK_NEVER || f->waived ||
		    (strcmp(f->kind, "auditor") == 0) != auditor || n == WORST)
			continue;
		print_label(p, n++ == 0 ? label : "");
		print_severity(p, &l->findings[i]);
		page_style(p, PAGE_PLAIN);
		page_to(p, LABEL + 10);
		page_putf(p, "%s", f->rule->id);
		if (!auditor)
			page_putf(p, " %s", owner_name(f));
		page_end(p);
	}
}

static void
print_next_end(struct page *p, const struct ledger *l)
{
	const struct finding *next = NULL;
	struct text t = {0};

	for (size_t i = 0; i < l->n_findings; i++) {
		const struct finding *f = l->findings[i].finding;

		if (l->findings[i].ended == CLOCK_NEVER &&
		    f->ends > l->now && (next == NULL || f->ends < next->ends))
			next = f;
	}
	if (next == NULL)
		return;
	print_label(p, "ends next");
	report_add_minute(next->ends, &t);
	text_add(&t, " UTC, in ");
	report_add_age(next->ends - l->now, &t);
	text_addf(&t, ": %s", owner_name(next));
	page_wrap(p, LABEL, text_str(&t));
	page_end(p);
	text_done(&t);
}

static void
print_exchanges(struct page *p, const struct ledger *l)
{
	size_t n[2] = {0}, said = 0;

	for (size_t i = 0; i < l->n_events; i++) {
		const struct event *e = &l->events[i].event;

		if (event_is(e, "reissue"))
			n[strcmp(word(e, "verdict"), "bad") == 0]++;
	}
	print_label(p, "reissues");
	page_putf(p, "%zu good, %zu bad in 30 days", n[0], n[1]);
	page_end(p);
	for (size_t i = l->n_events; i-- > 0 && said < RECENT;) {
		const struct event *e = &l->events[i].event;
		struct text t = {0};

		if (!event_is(e, "reissue"))
			continue;
		said++;
		report_add_minute(l->events[i].at, &t);
		text_addf(&t, "  %-4s  %s", word(e, "verdict"),
		    word(e, "host"));
		print_label(p, "");
		page_put(p, text_str(&t));
		page_end(p);
		text_done(&t);
	}
}

bool
report_status(const struct ledger *l, const struct report_options *ro,
    report_write_fn *write, void *ctx)
{
	struct counts c;
	struct page p;

	page_init(&p, ro, write, ctx);
	print_stale(&p, l);
	if (l->since != CLOCK_NEVER) {
		count(l, &c);
		print_work(&p, l);
		print_worst(&p, l, "not well", true);
		print_counts(&p, &c);
		print_worst(&p, l, "worst", false);
		print_next_end(&p, l);
		print_exchanges(&p, l);
	}
	return page_done(&p);
}

bool
report_status_json(const struct ledger *l, report_write_fn *write, void *ctx)
{
	const struct event *s = last_summary(l);
	struct counts c;
	struct document d;
	json_t *open = json_object(), *summary = NULL;
	struct text t = {0};

	count(l, &c);
	for (int i = SEVERITY_CRITICAL; i >= SEVERITY_NOTICE; i--)
		document_set(open, severity_name((enum severity)i),
		    json_integer((json_int_t)c.open[i]));
	document_set(open, "waived", json_integer((json_int_t)c.waived));
	if (s != NULL) {
		event_write(s, &t);
		summary = json_loads(text_str(&t), 0, NULL);
	}
	document_open(&d, write, ctx);
	add_head(&d, l, "cwaudit/status/1");
	document_member(&d, "version", document_text(l->version));
	document_member(&d, "since", document_time(l->since));
	document_member(&d, "cycles", json_integer((json_int_t)l->cycles));
	document_member(&d, "open", open);
	document_member(&d, "summary", summary != NULL ? summary :
	    json_null());
	document_list(&d, "reissues");
	for (size_t i = 0; i < l->n_events; i++) {
		if (!event_is(&l->events[i].event, "reissue"))
			continue;
		text_reset(&t);
		event_write(&l->events[i].event, &t);
		document_item(&d, json_loads(text_str(&t), 0, NULL));
	}
	document_list_end(&d);
	text_done(&t);
	return document_close(&d);
}
