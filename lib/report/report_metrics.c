/* SPDX-License-Identifier: ISC */
/* report_metrics.c - THE TABLE of metrics. */
#include "cwaudit/report_metrics.h"

#include <stdio.h>
#include <string.h>

#define FLUSH		(64u << 10)

struct output {
	const struct metrics *m;
	const char	*name;		/* of the family in hand */
	report_write_fn	*write;
	void		*ctx;
	bool		 stopped;
	struct text	 buf;
};

static void
flush(struct output *o)
{
	if (!o->stopped && o->buf.len > 0 &&
	    !o->write(o->ctx, text_str(&o->buf), o->buf.len))
		o->stopped = true;
	text_reset(&o->buf);
}

/* ---- samples: begin, labels, a value ---- */

static void
begin(struct output *o, const char *suffix)
{
	text_addf(&o->buf, "%s%s", o->name, suffix);
}

static void
label(struct output *o, const char *key, const char *s)
{
	bool first = o->buf.data[o->buf.len - 1] != '"';

	text_addf(&o->buf, "%s%s=\"", first ? "{" : ",", key);
	for (; *s != '\0'; s++) {
		if (*s == '\\' || *s == '"')
			text_add_char(&o->buf, '\\');
		if (*s == '\n')
			text_add(&o->buf, "\\n");
		else
			text_add_char(&o->buf, *s);
	}
	text_add_char(&o->buf, '"');
}

static void
end(struct output *o)
{
	if (o->buf.data[o->buf.len - 1] == '"')
		text_add_char(&o->buf, '}');
	text_add_char(&o->buf, ' ');
}

static void
whole(struct output *o, uint64_t n)
{
	end(o);
	text_addf(&o->buf, "%llu\n", (unsigned long long)n);
	if (o->buf.len > FLUSH)
		flush(o);
}

static void
moment(struct output *o, int64_t at)
{
	end(o);
	text_addf(&o->buf, "%lld\n", (long long)at);
	if (o->buf.len > FLUSH)
		flush(o);
}

static void
seconds(struct output *o, uint64_t ms)
{
	end(o);
	text_addf(&o->buf, "%llu.%03u\n", (unsigned long long)ms / 1000,
	    (unsigned)(ms % 1000));
}

/* ---- the auditor ---- */

static void
add_build(struct output *o)
{
	begin(o, "");
	label(o, "version", o->m->version);
	whole(o, 1);
}

static void
add_began(struct output *o)
{
	begin(o, "");
	moment(o, o->m->vitals->began);
}

static void
add_cycle_ended(struct output *o)
{
	if (o->m->vitals->cycle_ended == CLOCK_NEVER)
		return;
	begin(o, "");
	moment(o, o->m->vitals->cycle_ended);
}

static void
add_cycles(struct output *o)
{
	begin(o, "_total");
	whole(o, o->m->vitals->cycles);
}

/* As OpenMetrics writes a number: 1.0, not 1. */
static void
label_bound(struct output *o, int bucket)
{
	struct text t = {0};

	if (bucket == VITALS_BUCKETS)
		text_add(&t, "+Inf");
	else
		text_addf(&t, "%g", (double)vitals_bucket_ms[bucket] / 1000);
	if (bucket < VITALS_BUCKETS && strchr(text_str(&t), '.') == NULL)
		text_add(&t, ".0");
	label(o, "le", text_str(&t));
	text_done(&t);
}

static void
add_durations(struct output *o)
{
	for (int i = 0; i < VITALS_KINDS; i++) {
		const struct vitals_looks *l = &o->m->vitals->looks[i];
		const char *kind = endpoint_kind_name((enum endpoint_kind)i);
		uint64_t sum = 0;

		for (int k = 0; k <= VITALS_BUCKETS; k++) {
			sum += l->bucket[k];
			begin(o, "_bucket");
			label(o, "kind", kind);
			label_bound(o, k);
			whole(o, sum);
		}
		begin(o, "_sum");
		label(o, "kind", kind);
		seconds(o, l->took_ms);
		begin(o, "_count");
		label(o, "kind", kind);
		whole(o, sum);
	}
}

static void
add_failures(struct output *o)
{
	for (int i = 0; i < VITALS_OUTCOMES; i++) {
		if (i == OUTCOME_OBSERVED)
			continue;
		begin(o, "_total");
		label(o, "reason", outcome_name((enum outcome)i));
		whole(o, o->m->vitals->outcomes[i]);
	}
}

static void
add_opened(struct output *o)
{
	for (int i = SEVERITY_NOTICE; i < SEVERITY_N; i++) {
		begin(o, "_total");
		label(o, "severity", severity_name((enum severity)i));
		whole(o, o->m->vitals->opened[i]);
	}
}

static void
add_cleared(struct output *o)
{
	begin(o, "_total");
	whole(o, o->m->vitals->cleared);
}

static void
add_reissues(struct output *o)
{
	begin(o, "_total");
	label(o, "verdict", "good");
	whole(o, o->m->vitals->good);
	begin(o, "_total");
	label(o, "verdict", "bad");
	whole(o, o->m->vitals->bad);
}

/* ---- the fleet ---- */

static void
add_read(struct output *o)
{
	begin(o, "");
	moment(o, o->m->assessment->until);
}

static void
add_intervals(struct output *o)
{
	for (int i = 0; i < VITALS_KINDS; i++) {
		begin(o, "");
		label(o, "kind", endpoint_kind_name((enum endpoint_kind)i));
		moment(o, o->m->assessment->interval_s[i == ENDPOINT_MTLS]);
	}
}

static void
add_hosts(struct output *o)
{
	for (int i = 0; i < STANDING_N; i++) {
		begin(o, "");
		label(o, "standing", standing_name((enum standing)i));
		whole(o, o->m->assessment->standing[i]);
	}
}

static void
add_endpoints(struct output *o)
{
	begin(o, "");
	whole(o, o->m->assessment->n_ports);
}

static void
add_observed(struct output *o)
{
	begin(o, "");
	whole(o, o->m->assessment->observed);
}

/* Open findings by rule and severity; of a rule without any, its own severity
 * stands there with 0, so that a series is not born with its first finding. */
static void
add_findings(struct output *o)
{
	const struct assessment *a = o->m->assessment;

	for (size_t r = 0; r < n_rules; r++) {
		size_t n[SEVERITY_N] = {0};
		bool any = false;

		for (size_t i = 0; i < a->n_findings; i++) {
			const struct finding *f = a->findings[i].finding;

			if (f->rule != &rules[r] || f->waived)
				continue;
			n[f->severity]++;
			any = true;
		}
		for (int s = SEVERITY_NOTICE; s < SEVERITY_N; s++) {
			if (n[s] == 0 && (any || rules[r].severity !=
			    (enum severity)s))
				continue;
			begin(o, "");
			label(o, "rule", rules[r].id);
			label(o, "severity", severity_name((enum severity)s));
			whole(o, n[s]);
		}
	}
}

static void
add_waived(struct output *o)
{
	begin(o, "");
	whole(o, o->m->assessment->waived);
}

/* Leaves that are presented now and end soon, or have ended. */
static void
add_ending(struct output *o)
{
	static const int within[] = { 0, 2, 7, 14, 30, 45, 90 };
	const struct assessment *a = o->m->assessment;

	for (size_t k = 0; k < sizeof(within) / sizeof(within[0]); k++) {
		int64_t limit = a->until + within[k] * CLOCK_DAY;
		char days[8];
		size_t n = 0;

		for (size_t i = 0; i < a->n_certs; i++)
			n += a->certs[i].n_leaf > 0 &&
			    a->certs[i].not_after != CLOCK_NEVER &&
			    a->certs[i].not_after < limit;
		(void)snprintf(days, sizeof(days), "%d", within[k]);
		begin(o, "");
		label(o, "within_days", days);
		whole(o, n);
	}
}

/* ---- each port ---- */

static void
begin_port(struct output *o, const struct assessed_host *h,
    const struct assessed_port *p)
{
	const char *colon = strrchr(p->place, ':');
	struct text address = {0};
	char port[8];

	(void)snprintf(port, sizeof(port), "%u", p->port % 65536);
	text_add_bytes(&address, p->place, colon != NULL ?
	    (size_t)(colon - p->place) : strlen(p->place));
	begin(o, "");
	label(o, "host", h->name);
	label(o, "kind", p->kind);
	label(o, "site", p->site);
	label(o, "address", text_str(&address));
	label(o, "port", port);
	text_done(&address);
}

typedef void port_fn(struct output *, const struct assessed_host *, size_t);

static void
each_port(struct output *o, port_fn *add)
{
	const struct assessment *a = o->m->assessment;

	if (a->n_ports > o->m->max_ports)
		return;
	for (size_t i = 0; i < a->n_hosts && !o->stopped; i++)
		for (size_t k = 0; k < a->hosts[i].n_ports; k++)
			add(o, &a->hosts[i], a->hosts[i].first_port + k);
}

static void
add_end_of(struct output *o, const struct assessed_host *h, size_t i)
{
	const struct assessment *a = o->m->assessment;
	size_t c = a->ports[i].cert;

	if (c == ASSESSMENT_NONE || a->certs[c].not_after == CLOCK_NEVER)
		return;
	begin_port(o, h, &a->ports[i]);
	moment(o, a->certs[c].not_after);
}

/* What was not tried is neither up nor down. */
static void
add_up_of(struct output *o, const struct assessed_host *h, size_t i)
{
	const struct assessed_port *p = &o->m->assessment->ports[i];

	if (strcmp(p->outcome, outcome_name(OUTCOME_NOT_TRIED)) == 0)
		return;
	begin_port(o, h, p);
	whole(o, strcmp(p->outcome, outcome_name(OUTCOME_OBSERVED)) == 0);
}

static void
add_observed_of(struct output *o, const struct assessed_host *h, size_t i)
{
	if (o->m->observed[i] == CLOCK_NEVER)
		return;
	begin_port(o, h, &o->m->assessment->ports[i]);
	moment(o, o->m->observed[i]);
}

static void
add_ends(struct output *o)
{
	each_port(o, add_end_of);
}

static void
add_ups(struct output *o)
{
	each_port(o, add_up_of);
}

static void
add_observed_times(struct output *o)
{
	each_port(o, add_observed_of);
}

static const struct measure {
	const char	*name;
	const char	*type;
	bool		 fleet;		/* of the assessment */
	void		(*add)(struct output *);
	const char	*help;
} families[] = {
	{ "cwaudit_build_info", "gauge", false, add_build,
	    "The version of the auditor; always 1." },
	{ "cwaudit_start_timestamp_seconds", "gauge", false, add_began,
	    "When the auditor began; its counters began with it." },
	{ "cwaudit_last_cycle_timestamp_seconds", "gauge", false,
	    add_cycle_ended, "When the last cycle ended; absent until one "
	    "has." },
	{ "cwaudit_cycles", "counter", false, add_cycles,
	    "Cycles that ended." },
	{ "cwaudit_probe_duration_seconds", "histogram", false, add_durations,
	    "What looks took, failed ones too." },
	{ "cwaudit_probe_failures", "counter", false, add_failures,
	    "Looks that saw no certificate, by what became of them." },
	{ "cwaudit_findings_opened", "counter", false, add_opened,
	    "Findings that opened." },
	{ "cwaudit_findings_cleared", "counter", false, add_cleared,
	    "Findings that cleared." },
	{ "cwaudit_reissues", "counter", false, add_reissues,
	    "Certificates that took the place of another, by verdict." },
	{ "cwaudit_assessment_timestamp_seconds", "gauge", true, add_read,
	    "When the store was read for what follows." },
	{ "cwaudit_interval_seconds", "gauge", true, add_intervals,
	    "How often ports of a kind are looked at; a cycle takes as long "
	    "as that of HTTPS." },
	{ "cwaudit_hosts", "gauge", true, add_hosts,
	    "Hosts and published entries, by how they stand." },
	{ "cwaudit_endpoints", "gauge", true, add_endpoints,
	    "Ports that the inventory has." },
	{ "cwaudit_endpoints_observed", "gauge", true, add_observed,
	    "Those that present a certificate." },
	{ "cwaudit_findings", "gauge", true, add_findings,
	    "Open findings, waived ones aside." },
	{ "cwaudit_findings_waived", "gauge", true, add_waived,
	    "Open findings that are waived." },
	{ "cwaudit_certificates_ending", "gauge", true, add_ending,
	    "Server certificates that end within so many days, or have." },
	{ "cwaudit_certificate_not_after_timestamp_seconds", "gauge", true,
	    add_ends, "When the certificate that a port presents ends." },
	{ "cwaudit_endpoint_up", "gauge", true, add_ups,
	    "Whether a port presents a certificate; absent where no look "
	    "could be made." },
	{ "cwaudit_endpoint_last_observed_timestamp_seconds", "gauge", true,
	    add_observed_times, "When a port last presented a certificate; "
	    "absent until it has since the auditor began." },
};

/* Prometheus names a counter as its samples are, OpenMetrics without. */
static void
add_family(struct output *o, const struct measure *f)
{
	const char *suffix = !o->m->open && strcmp(f->type, "counter") == 0 ?
	    "_total" : "";

	o->name = f->name;
	text_addf(&o->buf, "# HELP %s%s %s\n# TYPE %s%s %s\n", f->name, suffix,
	    f->help, f->name, suffix, f->type);
	f->add(o);
}

bool
report_metrics(const struct metrics *m, report_write_fn *write, void *ctx)
{
	struct output o = { .m = m, .write = write, .ctx = ctx };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (!families[i].fleet || m->assessment != NULL)
			add_family(&o, &families[i]);
	if (m->open)
		text_add(&o.buf, "# EOF\n");
	flush(&o);
	text_done(&o.buf);
	return !o.stopped;
}
