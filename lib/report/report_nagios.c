/* SPDX-License-Identifier: ISC */
/* report_nagios.c - one host as the line of a monitoring plugin. */
#include "cwaudit/report_nagios.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SAID_MAX	700	/* bytes of what is said, before "|" */

/* ---- ranges ---- */

/* "~" is no end; "" is what stands in for it. */
static bool
read_end(const char *s, size_t len, int64_t empty, int64_t none, int64_t *out)
{
	char buf[24], *end;

	if (len == 0 || (len == 1 && *s == '~')) {
		*out = len == 0 ? empty : none;
		return true;
	}
	if (len >= sizeof(buf) || s[strspn(s, "-0123456789")] != s[len])
		return false;
	memcpy(buf, s, len);
	buf[len] = '\0';
	errno = 0;
	*out = strtoll(buf, &end, 10);
	return errno == 0 && end != buf && *end == '\0';
}

bool
nagios_range_parse(const char *s, struct nagios_range *out)
{
	struct nagios_range r = { .set = true, .inside = *s == '@' };
	const char *colon;

	s += r.inside;
	colon = strchr(s, ':');
	if (*s == '\0')
		return false;
	if (colon == NULL) {
		r.high = INT64_MAX;
		if (!read_end(s, strlen(s), 0, INT64_MIN, &r.low))
			return false;
	} else if (!read_end(s, (size_t)(colon - s), 0, INT64_MIN, &r.low) ||
	    !read_end(colon + 1, strlen(colon + 1), INT64_MAX, INT64_MAX,
	    &r.high)) {
		return false;
	}
	if (r.low > r.high)
		return false;
	*out = r;
	return true;
}

static bool
alerts(const struct nagios_range *r, int64_t value)
{
	bool within = value >= r->low && value <= r->high;

	return r->set && within == r->inside;
}

static void
add_range(const struct nagios_range *r, struct text *out)
{
	if (!r->set)
		return;
	if (r->inside)
		text_add_char(out, '@');
	if (r->low == INT64_MIN)
		text_add_char(out, '~');
	else
		text_addf(out, "%lld", (long long)r->low);
	text_add_char(out, ':');
	if (r->high != INT64_MAX)
		text_addf(out, "%lld", (long long)r->high);
}

/* ---- what is to be said ---- */

struct facts {
	size_t		 ports, observed, judged;
	int64_t		 days;		/* INT64_MAX: no end is known */
	const char	*missing;	/* outcome of one not observed */
	size_t		 open[SEVERITY_N], waived;
	const struct finding *worst;	/* not waived; NULL: none */
};

static int64_t
days_left(int64_t end, int64_t now)
{
	int64_t left = end - now;

	return left >= 0 ? left / CLOCK_DAY :
	    -((-left + CLOCK_DAY - 1) / CLOCK_DAY);
}

static void
count_port(struct facts *h, const struct ledger *l,
    const struct ledger_sighting *s)
{
	bool observed = strcmp(s->outcome, "observed") == 0;
	int64_t days;

	h->ports++;
	h->observed += observed;
	h->judged += observed && s->judged;
	if (!observed)
		h->missing = s->outcome;
	if (s->leaf == NULL || !s->leaf->dates_readable)
		return;
	days = days_left(s->leaf->not_after, l->now);
	if (days < h->days)
		h->days = days;
}

/* Offenders of what concerns several hosts begin with their names. */
static bool
is_about(const struct finding *f, const char *host)
{
	if (*f->owner != '\0')
		return text_equal(f->owner, host);
	for (size_t i = 0; i < f->offenders.n; i++) {
		const char *s = f->offenders.item[i];

		if (text_equal_bytes(host, s, strcspn(s, " ")))
			return true;
	}
	return false;
}

static void
count_finding(struct facts *h, const struct finding *f)
{
	if (f->waived) {
		h->waived++;
		return;
	}
	h->open[f->severity]++;
	if (h->worst == NULL || f->severity > h->worst->severity)
		h->worst = f;
}

static void
count(const struct ledger *l, const char *host, struct facts *h)
{
	*h = (struct facts){ .days = INT64_MAX };
	for (size_t i = 0; i < l->n_sightings; i++)
		count_port(h, l, &l->sightings[i]);
	for (size_t i = 0; i < l->n_findings; i++)
		if (l->findings[i].ended == CLOCK_NEVER &&
		    is_about(l->findings[i].finding, host))
			count_finding(h, l->findings[i].finding);
}

static bool
is_known(const struct ledger *l, const struct facts *h)
{
	return l->since != CLOCK_NEVER && !ledger_is_stale(l) &&
	    h->ports > 0;
}

static enum nagios_state
judge(const struct ledger *l, const struct facts *h,
    const struct nagios_range *warning, const struct nagios_range *critical)
{
	bool dated = h->days != INT64_MAX;

	if (!is_known(l, h))
		return NAGIOS_UNKNOWN;
	if (h->open[SEVERITY_CRITICAL] + h->open[SEVERITY_ERROR] > 0 ||
	    (dated && alerts(critical, h->days)))
		return NAGIOS_CRITICAL;
	/* the daemon has not looked since it ended */
	if (dated && h->days < 0 && h->waived == 0)
		return NAGIOS_CRITICAL;
	if (h->open[SEVERITY_WARNING] > 0 || (dated && alerts(warning,
	    h->days)))
		return NAGIOS_WARNING;
	return h->judged < h->ports ? NAGIOS_UNKNOWN : NAGIOS_OK;
}

static void
say_unknown(const struct ledger *l, const struct facts *h, struct text *out)
{
	char buf[CLOCK_TEXT];

	if (l->since == CLOCK_NEVER)
		text_add(out, "no auditor has written the store yet");
	else if (ledger_is_stale(l))
		text_addf(out, "cwauditd was last at work at %s, longer than "
		    "twice its interval ago", clock_format(l->until, buf));
	else if (h->ports == 0)
		text_add(out, "the store knows no port of this host");
	else if (h->missing != NULL)
		text_addf(out, "%zu of %zu port%s not observed (%s)",
		    h->ports - h->observed, h->ports, plural(h->ports),
		    h->missing);
	else
		text_addf(out, "%zu of %zu port%s not judged yet",
		    h->ports - h->judged, h->ports, plural(h->ports));
}

static void
say_days(const struct facts *h, struct text *out)
{
	if (h->days == INT64_MAX)
		text_add(out, "no end of a certificate is known");
	else if (h->days < 0)
		text_add(out, "a certificate has ended");
	else
		text_addf(out, "the first certificate ends in %lld day%s",
		    (long long)h->days, plural((uint64_t)h->days));
}

static void
say(const struct ledger *l, const struct facts *h, enum nagios_state state,
    struct text *out)
{
	size_t open = h->open[SEVERITY_CRITICAL] + h->open[SEVERITY_ERROR] +
	    h->open[SEVERITY_WARNING];

	if (state == NAGIOS_UNKNOWN) {
		say_unknown(l, h, out);
		return;
	}
	if (h->worst != NULL && h->worst->severity >= SEVERITY_WARNING) {
		text_addf(out, "%s: %s", h->worst->rule->id,
		    h->worst->message != NULL ? h->worst->message :
		    h->worst->rule->title);
		if (open > 1)
			text_addf(out, " (and %zu more)", open - 1);
		text_add(out, "; ");
	}
	if (h->judged < h->ports)
		text_addf(out, "%zu of %zu port%s not assessed; ",
		    h->ports - h->judged, h->ports, plural(h->ports));
	else if (state == NAGIOS_OK)
		text_addf(out, "%zu port%s right; ", h->ports,
		    plural(h->ports));
	say_days(h, out);
}

/* One line in which no "|" stands, and not too long. */
static void
add_plain(const struct text *said, struct text *out)
{
	struct text t = {0};

	text_add_visible(&t, text_str(said));
	for (size_t i = 0; i < t.len; i++)
		t.data[i] = t.data[i] == '\n' ? ' ' : t.data[i] == '|' ?
		    '/' : t.data[i];
	if (t.len > SAID_MAX) {
		size_t end = SAID_MAX;

		while (end > 0 && ((unsigned char)t.data[end] & 0xc0) == 0x80)
			end--;
		t.data[end] = '\0';
		text_add(out, text_str(&t));
		text_add(out, "...");
	} else {
		text_add(out, text_str(&t));
	}
	text_done(&t);
}

static void
add_data(const struct facts *h, const struct nagios_range *warning,
    const struct nagios_range *critical, struct text *out)
{
	text_add(out, " |");
	if (h->days != INT64_MAX) {
		text_addf(out, " days_left=%lld;", (long long)h->days);
		add_range(warning, out);
		text_add_char(out, ';');
		add_range(critical, out);
		text_add(out, ";;");
	}
	text_addf(out, " ports=%zu;;;0; observed=%zu;;;0;%zu critical=%zu;;;0;"
	    " error=%zu;;;0; warning=%zu;;;0; waived=%zu;;;0;", h->ports,
	    h->observed, h->ports, h->open[SEVERITY_CRITICAL],
	    h->open[SEVERITY_ERROR], h->open[SEVERITY_WARNING], h->waived);
}

enum nagios_state
report_nagios(const struct ledger *l, const char *host,
    const struct nagios_range *warning, const struct nagios_range *critical,
    struct text *out)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL",
	    "UNKNOWN" };
	struct facts h;
	struct text said = {0};
	enum nagios_state state;

	count(l, host, &h);
	state = judge(l, &h, warning, critical);
	text_addf(&said, "%s: ", host);
	say(l, &h, state, &said);
	text_addf(out, "CWA %s - ", words[state]);
	add_plain(&said, out);
	if (is_known(l, &h))
		add_data(&h, warning, critical, out);
	text_done(&said);
	return state;
}
