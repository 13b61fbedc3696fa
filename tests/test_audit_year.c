/* SPDX-License-Identifier: ISC */
/*
 * A year of a fleet that reissues well and badly, by a script. What the log
 * says of it is compared with what a careful person would have written: no
 * line is missing, and none is there twice; also where the process is killed
 * every 17 hours.
 */
#include "audit_world.h"

#include <stdio.h>
#include <time.h>

#include "cwaudit/report_assessment.h"
#include "store/store_read.h"

#define HOSTS	11
#define REPORTS	5
#define FORMATS	8	/* of reports, at most */
#define HOUR	3600
#define DAY	86400
/* The world begins at 14:13:20. */
#define AT(day, hour)	((day) * DAY + ((hour) - 14) * HOUR - 800)

struct year {
	struct world	*w;
	EVP_PKEY	*key[64];	/* a new one for each certificate */
	size_t		 n_keys;
	const struct cert *made[HOSTS][4];
	struct text	 report[REPORTS][FORMATS];	/* made on their days */
	size_t		 n_reports;
};

enum form { RIGHT, DOCUMENTED, FEWER };

/*
 * The certificates of each host: what it is, from which day to which, and
 * whether it has the key of the one before.
 */
static const struct issue {
	enum form	form;
	int		from, until;
	bool		same_key;
} plans[HOSTS][4] = {
	{ { RIGHT, -30, 700, false } },			/* right all year */
	{ { RIGHT, -225, 140, false }, { RIGHT, 99, 465, false } },
	{ { RIGHT, -305, 60, false }, { RIGHT, 62, 428, false } },
	{ { RIGHT, -30, 700, false }, { DOCUMENTED, 29, 395, false } },
	{ { RIGHT, -30, 700, false }, { DOCUMENTED, 29, 430, false },
	    { RIGHT, 44, 430, false } },
	{ { RIGHT, -30, 700, false }, { FEWER, 199, 700, false },
	    { RIGHT, 199, 700, false } },
	{ { RIGHT, -30, 700, false }, { RIGHT, 119, 700, false } },
	{ { RIGHT, -30, 700, false }, { RIGHT, 149, 700, true },
	    { RIGHT, 239, 700, false } },
	{ { DOCUMENTED, -30, 700, false } },		/* removed */
	{ { RIGHT, -30, 700, false }, { RIGHT, 169, 700, false } },
	{ { RIGHT, -30, 700, false }, { RIGHT, 179, 700, false } },
};

/* What happens, in order; port 2: both. */
static const struct {
	int64_t		 at;		/* seconds of the year */
	int		 host, which, port;
	const char	*why;
} script[] = {
	{ AT(30, 10), 3, 1, 2, "reissued by the page" },
	{ AT(30, 11), 4, 1, 2, "and another" },
	{ AT(31, 17), 3, 0, 2, "the former one put back" },
	{ AT(45, 17), 4, 2, 2, "issued again, right" },
	{ AT(63, 17), 2, 1, 2, "forgotten for three days" },
	{ AT(90, 17), 8, -1, 2, "taken out of the inventory" },
	{ AT(100, 10), 1, 1, 2, "renewed in time" },
	{ AT(120, 10), 6, 1, 0, "one binding moved" },
	{ AT(121, 17), 6, 1, 1, "and the other" },
	{ AT(150, 10), 7, 1, 2, "renewed with the old key" },
	{ AT(170, 10), 9, 1, 2, "renewed" },
	{ AT(180, 10), 10, 1, 2, "renewed" },
	{ AT(200, 10), 5, 1, 2, "names forgotten" },
	{ AT(201, 17), 5, 2, 2, "issued again" },
	{ AT(240, 17), 7, 2, 2, "renewed with a new key" },
};

/* What a careful person writes of the year, and nothing else. */
static const struct { size_t n; const char *state, *rule, *host; } year[] = {
	/* the day it begins: found in the documented form, said every day
	 * until the host is gone */
	{ 1, "state=opened", "rule=documented-single", "host=cwa8" },
	{ 90, "state=reminder", "rule=documented-single", "host=cwa8" },
	{ 1, "state=closed", "no longer in the inventory", "host=cwa8" },
	/* renewed 40 days before its end: 45 days before it was said once */
	{ 1, "state=opened", "rule=expiring severity=warning", "host=cwa1." },
	{ 1, "state=cleared", "rule=expiring", "host=cwa1." },
	{ 1, "event=reissue", "verdict=good", "host=cwa1." },
	/* forgotten: at 45 days, 28, 14 (an error), 7, 3, 2 (critical), 1, and
	 * on the morning of its day */
	{ 1, "state=opened", "rule=expiring severity=warning", "host=cwa2" },
	{ 1, "state=changed", "rule=expiring severity=error", "host=cwa2" },
	{ 1, "state=changed", "rule=expiring severity=critical", "host=cwa2" },
	{ 5, "state=reminder", "rule=expiring", "host=cwa2" },
	{ 1, "state=superseded", "rule=expiring", "host=cwa2" },
	{ 1, "state=opened", "rule=expired", "host=cwa2" },
	{ 3, "state=reminder", "rule=expired", "host=cwa2" },
	{ 1, "state=cleared", "rule=expired", "host=cwa2" },
	{ 1, "event=reissue", "verdict=good", "host=cwa2" },
	/* by the page, and the way back a day later */
	{ 1, "event=reissue", "verdict=bad", "host=cwa3" },
	{ 1, "state=opened", "rule=reissue-bad severity=error", "host=cwa3" },
	{ 1, "state=opened", "rule=documented-single", "host=cwa3" },
	{ 1, "state=reminder", "rule=reissue-bad", "host=cwa3" },
	{ 1, "state=reminder", "rule=documented-single", "host=cwa3" },
	{ 1, "state=cleared", "rule=reissue-bad", "host=cwa3" },
	{ 1, "state=cleared", "rule=documented-single", "host=cwa3" },
	{ 1, "event=reissue", "verdict=good", "host=cwa3" },
	/* by the page, and mended after two weeks */
	{ 1, "event=reissue", "verdict=bad", "host=cwa4" },
	{ 1, "state=opened", "rule=reissue-bad severity=error", "host=cwa4" },
	{ 1, "state=opened", "rule=documented-single", "host=cwa4" },
	{ 15, "state=reminder", "rule=reissue-bad", "host=cwa4" },
	{ 15, "state=reminder", "rule=documented-single", "host=cwa4" },
	{ 1, "state=cleared", "rule=reissue-bad", "host=cwa4" },
	{ 1, "state=cleared", "rule=documented-single", "host=cwa4" },
	{ 1, "event=reissue", "verdict=good", "host=cwa4" },
	/* names forgotten for a day */
	{ 1, "event=reissue", "verdict=bad", "host=cwa5" },
	{ 1, "lost_names=\"as.im5.contoso.com,download.im5.contoso.com\"",
	    "verdict=bad", "host=cwa5" },
	{ 1, "state=opened", "rule=reissue-bad severity=error", "host=cwa5" },
	{ 1, "state=opened", "rule=single-names", "host=cwa5" },
	{ 1, "state=reminder", "rule=reissue-bad", "host=cwa5" },
	{ 1, "state=reminder", "rule=single-names", "host=cwa5" },
	{ 1, "state=cleared", "rule=reissue-bad", "host=cwa5" },
	{ 1, "state=cleared", "rule=single-names", "host=cwa5" },
	{ 1, "event=reissue", "verdict=good", "host=cwa5" },
	/* half done for a day: told as such, one verdict for both */
	{ 1, "event=reissue", "verdict=good", "host=cwa6" },
	{ 1, "state=opened", "rule=single-split severity=notice",
	    "host=cwa6" },
	{ 1, "state=changed", "rule=single-split severity=error",
	    "host=cwa6" },
	{ 1, "state=reminder", "rule=single-split", "host=cwa6" },
	{ 1, "state=cleared", "rule=single-split", "host=cwa6" },
	/* the old key, for ninety days */
	{ 2, "event=reissue", "verdict=good", "host=cwa7" },
	{ 1, "state=opened", "rule=key-reused severity=notice", "host=cwa7" },
	{ 90, "state=reminder", "rule=key-reused", "host=cwa7" },
	{ 1, "state=cleared", "rule=key-reused", "host=cwa7" },
	/* a plain renewal is a notice, once */
	{ 1, "event=reissue", "verdict=good", "host=cwa9" },
	{ 1, "event=reissue", "verdict=good", "host=cwa10" },
};

static const struct cert *
issue(struct year *y, int host, int which)
{
	const struct issue *p = &plans[host][which];
	struct world *w = y->w;
	EVP_PKEY *mine = w->key[1];
	char fqdn[40], site[40], san[300];
	const struct cert *c;

	if (!p->same_key)
		y->key[y->n_keys++] = EVP_RSA_gen(2048);
	w->key[1] = y->key[y->n_keys - 1];
	snprintf(fqdn, sizeof(fqdn), "cwa%d.nwtraders.local", host);
	snprintf(site, sizeof(site), "im%d.contoso.com", host);
	snprintf(san, sizeof(san), "DNS:%s,DNS:%s", fqdn, site);
	if (p->form != FEWER)
		snprintf(san + strlen(san), sizeof(san) - strlen(san),
		    ",DNS:as.%s,DNS:download.%s", site, site);
	c = make_dated_cert(w, p->form == DOCUMENTED ? site : fqdn, san,
	    host * 10 + which + 10, p->from, p->until);
	w->key[1] = mine;
	return c;
}

static struct setup *
inventory(struct world *w, int without)
{
	struct text t = {0};
	struct setup *s;

	text_add(&t, "hosts:\n");
	for (int i = 0; i < HOSTS; i++)
		if (i != without)
			text_addf(&t, "  - fqdn: cwa%d.nwtraders.local\n"
			    "    address: 127.0.1.%d\n    layout: single\n"
			    "    sites: [{url: \"https://im%d.contoso.com\", "
			    "mtls_port: 5061}]\n", i, i, i);
	s = load(w, text_str(&t));
	text_done(&t);
	return s;
}

/* Where a host's first port stands in the inventory. */
static size_t
place(const struct world *w, int host)
{
	char fqdn[40];
	size_t n;

	snprintf(fqdn, sizeof(fqdn), "cwa%d.nwtraders.local", host);
	return inventory_endpoints(w->setup->inventory,
	    inventory_find(w->setup->inventory, fqdn), &n)->index;
}

static void
present_to(struct year *y, int host, int which, int port)
{
	size_t at = place(y->w, host);

	for (int k = 0; k < 2; k++)
		if (port == 2 || port == k)
			present(y->w, at + (size_t)k,
			    cert_ref(y->made[host][which]));
}

/* The ports of the others move up. */
static void
take_out(struct year *y, int host)
{
	struct world *w = y->w;
	size_t at = place(w, host);

	for (size_t k = at; k + 2 < WORLD_PORTS; k++)
		present(w, k, w->leaf[k + 2] != NULL ?
		    cert_ref(w->leaf[k + 2]) : NULL);
	reload(w, inventory(w, host));
}

static void
begin_year(struct year *y)
{
	struct world *w = y->w;

	w->config.interval_https_s = 6 * HOUR;
	w->config.interval_mtls_s = 12 * HOUR;
	reload(w, inventory(w, -1));
	for (int i = 0; i < HOSTS; i++) {
		for (int k = 0; k < 4 && plans[i][k].until != 0; k++)
			y->made[i][k] = issue(y, i, k);
		present_to(y, i, 0, 2);
	}
}

/* ---- reports, made on a day and again at the end ---- */

static const char *const report_days[REPORTS] = {
	"2026-10-01", "2026-11-01", "2026-11-24", "2027-03-01", "2027-06-01",
};

static int64_t
report_time(size_t i)
{
	int64_t at;

	assert_true(clock_parse(report_days[i], &at));
	return at;
}

static bool
collect_report(void *ctx, const char *bytes, size_t len)
{
	text_add_bytes(ctx, bytes, len);
	return true;
}

static void
make_report(struct world *w, size_t i, struct text out[FORMATS])
{
	static const struct assessment_filter all = {0};
	static const struct report_options options = { .width = 80 };
	struct assessment a;
	struct text why = {0};

	assessment_init(&a, report_time(i) - 30 * DAY, report_time(i), &all);
	if (!store_read_assessment(w->store, &a, &why))
		fail_msg("%s", text_str(&why));
	assert_in_range(n_assessment_formats, 1, FORMATS);
	for (size_t k = 0; k < n_assessment_formats; k++)
		assert_true(assessment_formats[k].render(&a, &options,
		    collect_report, &out[k]));
	assessment_done(&a);
}

/* Lets the year go on until then, and makes the reports that are due. */
static void
pass_until(struct year *y, int64_t at)
{
	struct world *w = y->w;

	while (w->store != NULL && y->n_reports < REPORTS &&
	    report_time(y->n_reports) - T0 <= at) {
		pass(w, report_time(y->n_reports) - T0 - w->now_ms / 1000);
		make_report(w, y->n_reports, y->report[y->n_reports]);
		y->n_reports++;
	}
	pass(w, at - w->now_ms / 1000);
}

static void
show_report(size_t i, size_t k, const struct text *t)
{
	char path[64];
	FILE *f;

	if (getenv("REPORT_SHOW") == NULL)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s.%s", getenv("REPORT_SHOW"),
	    report_days[i], assessment_formats[k].name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text_str(t), 1, t->len, f), t->len);
	assert_int_equal(fclose(f), 0);
}

static void
compare_reports(struct year *y)
{
	assert_int_equal(y->n_reports, REPORTS);
	for (size_t i = 0; i < REPORTS; i++) {
		struct text again[FORMATS] = {{0}};

		make_report(y->w, i, again);
		for (size_t k = 0; k < n_assessment_formats; k++) {
			show_report(i, k, &again[k]);
			assert_true(again[k].len > 1000);
			if (strcmp(text_str(&again[k]),
			    text_str(&y->report[i][k])) != 0)
				fail_msg("the %s of %s is another one at the "
				    "end of the year", assessment_formats[k]
				    .name, report_days[i]);
			text_done(&again[k]);
			text_done(&y->report[i][k]);
		}
	}
}

static void
live(struct year *y)
{
	struct world *w = y->w;

	for (size_t i = 0; i < sizeof(script) / sizeof(script[0]); i++) {
		pass_until(y, script[i].at);
		if (script[i].which < 0)
			take_out(y, script[i].host);
		else
			present_to(y, script[i].host, script[i].which,
			    script[i].port);
		if (getenv("YEAR_SHOW") != NULL)
			text_addf(&w->lines, "-- day %lld cwa%d %s\n",
			    (long long)script[i].at / DAY, script[i].host,
			    script[i].why);
	}
	pass_until(y, 365 * DAY);
}

static void
end_year(struct year *y)
{
	for (size_t i = 0; i < y->n_keys; i++)
		EVP_PKEY_free(y->key[i]);
	for (int i = 0; i < HOSTS; i++)
		for (int k = 0; k < 4; k++)
			cert_unref(y->made[i][k]);
}

static bool
has(const char *line, size_t len, const char *word)
{
	return memmem(line, len, word, strlen(word)) != NULL;
}

/* Each line belongs to a row, and each row has as many as it says. */
static void
compare(const char *lines)
{
	const size_t n = sizeof(year) / sizeof(year[0]);
	size_t found[sizeof(year) / sizeof(year[0])] = {0};

	for (const char *s = lines, *end; *s != '\0'; s = end + 1) {
		size_t len = strcspn(s, "\n"), rows = 0;

		end = s + len;
		for (size_t i = 0; i < n; i++)
			if (has(s, len, year[i].state) &&
			    has(s, len, year[i].rule) &&
			    has(s, len, year[i].host)) {
				found[i]++;
				rows++;
			}
		if (rows == 0)
			fail_msg("nobody would have written: %.*s", (int)len,
			    s);
	}
	for (size_t i = 0; i < n; i++)
		if (found[i] != year[i].n)
			fail_msg("%zu lines, not %zu: %s %s %s", found[i],
			    year[i].n, year[i].state, year[i].rule,
			    year[i].host);
}

static void
tell_the_year(struct world *w)
{
	struct year y = { .w = w };

	begin_year(&y);
	live(&y);
	if (getenv("YEAR_SHOW") != NULL)
		printf("%s", text_str(&w->lines));
	else
		compare(text_str(&w->lines));
	if (w->store != NULL)
		compare_reports(&y);
	end_year(&y);
}

static void
a_year_is_told_as_a_careful_person_would(void **state)
{
	tell_the_year(*state);
}

static void
a_year_of_kills_is_told_the_same(void **state)
{
	struct world *w = *state;

	use_store(w);
	w->stray_ms = 17 * HOUR * 1000;
	tell_the_year(w);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_year_is_told_as_a_careful_person_would),
		TEST(a_year_of_kills_is_told_the_same),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests_name("audit_year", tests, NULL, NULL);
}
