/* SPDX-License-Identifier: ISC */
/*
 * A day of a fleet: 200 hosts in four zones, whose servers change by a script.
 * What the log says of that day is compared with what a careful person would
 * have written: no line is missing, and none is there twice.
 */
#include "audit_world.h"

#include <stdio.h>
#include <time.h>

#define HOSTS	200
#define HOUR	3600
#define MINUTE	60

enum form { RIGHT, RENEWED, DOCUMENTED, EXPIRING, DOWN, N_FORMS };

static const struct cert *made[HOSTS][N_FORMS];

static const struct cert *
make_form(struct world *w, int i, enum form form)
{
	char fqdn[40], site[40], san[300];
	bool documented = form == DOCUMENTED;

	snprintf(fqdn, sizeof(fqdn), "cwa%03d.nwtraders.local", i);
	snprintf(site, sizeof(site), "im%03d.contoso.com", i);
	snprintf(san, sizeof(san), "DNS:%s,DNS:%s,DNS:as.%s,DNS:download.%s",
	    fqdn, site, site, site);
	return make_dated_cert(w, documented ? site : fqdn, san,
	    i * N_FORMS + (int)form + 10, -30, form == EXPIRING ? 14 : 335);
}

static void
turn(struct world *w, int from, int to, enum form form)
{
	for (int i = from; i <= to; i++) {
		if (form != DOWN && made[i][form] == NULL)
			made[i][form] = make_form(w, i, form);
		for (size_t k = 0; k < 2; k++)
			present(w, (size_t)i * 2 + k, form == DOWN ? NULL :
			    cert_ref(made[i][form]));
	}
}

static struct setup *
inventory(struct world *w, int hosts)
{
	struct text t = {0};
	struct setup *s;

	text_add(&t, "defaults: {rules: {shared-key: {severity: off, owner: "
	    "t, reason: one key}, key-reused: {severity: off, owner: t, "
	    "reason: one key}}}\nhosts:\n");
	for (int i = 0; i < hosts; i++)
		text_addf(&t, "  - fqdn: cwa%03d.nwtraders.local\n"
		    "    address: 127.0.1.%d\n"
		    "    zone: z%d\n"
		    "    sites: [{url: \"https://im%03d.contoso.com\", "
		    "mtls_port: 5061}]\n", i, i, i / 50, i);
	s = load(w, text_str(&t));
	text_done(&t);
	return s;
}

static void
take(struct world *w, int hosts)
{

	reload(w, inventory(w, hosts));
}

/* The script. What happens at once stands at one time. */
static const struct {
	int		 at;			/* seconds of the day */
	int		 from, to;		/* hosts */
	enum form	 form;
	const char	*why;
} script[] = {
	{ 1 * HOUR, 17, 17, DOCUMENTED, "reissued by the page" },
	{ 2 * HOUR, 23, 23, RENEWED, "renewed, as it should be" },
	{ 3 * HOUR, 40, 40, DOWN, "down for an hour and a half" },
	{ 4 * HOUR, 17, 17, RIGHT, "reissued again" },
	{ 4 * HOUR + 30 * MINUTE, 40, 40, RIGHT, "back" },
	{ 6 * HOUR, 50, 99, DOWN, "a firewall in front of zone z1" },
	{ 7 * HOUR + 30 * MINUTE, 50, 99, RIGHT, "mended" },
	{ 9 * HOUR, 150, 150, DOWN, "rebooted, a minute" },
	{ 9 * HOUR + MINUTE, 150, 150, RIGHT, "" },
	{ 10 * HOUR, 100, 163, DOCUMENTED, "a template is wrong" },
	{ 13 * HOUR, 100, 163, RIGHT, "and right again" },
	{ 15 * HOUR, 60, 60, EXPIRING, "an old one, put back" },
	{ 20 * HOUR, 0, 199, DOWN, "the auditor's network" },
	{ 22 * HOUR, 0, 199, RIGHT, "all there" },
};

static void
live(struct world *w)
{
	const int64_t began = w->now_ms;
	const size_t n = sizeof(script) / sizeof(script[0]);

	for (size_t i = 0; i < n; i++) {
		pass(w, began / 1000 + script[i].at - w->now_ms / 1000);
		turn(w, script[i].from, script[i].to, script[i].form);
		if (getenv("DAY_SHOW") != NULL)
			text_addf(&w->lines, "-- %d:%02d %s\n", script[i].at /
			    HOUR, script[i].at / MINUTE % 60, script[i].why);
	}
	pass(w, began / 1000 + 24 * HOUR - w->now_ms / 1000);
}

/* Lines of the log with all of these words. */
static size_t
count(const char *lines, const char *a, const char *b, const char *c)
{
	size_t n = 0;

	for (const char *s = lines, *end; *s != '\0'; s = end + 1) {
		struct text line = {0};

		end = s + strcspn(s, "\n");
		text_add_bytes(&line, s, (size_t)(end - s));
		n += strstr(text_str(&line), a) != NULL &&
		    strstr(text_str(&line), b) != NULL &&
		    strstr(text_str(&line), c) != NULL;
		text_done(&line);
		if (*end == '\0')
			break;
	}
	return n;
}

/* What a careful person writes of the day, and nothing else. */
static const struct { size_t n; const char *state, *rule, *host; } day[] = {
	{ 1, "state=opened", "rule=documented-single", "host=cwa017" },
	{ 1, "state=opened", "rule=reissue-bad", "host=cwa017" },
	{ 1, "event=reissue", "verdict=bad", "host=cwa017" },
	{ 1, "state=cleared", "rule=documented-single", "host=cwa017" },
	{ 1, "state=cleared", "rule=reissue-bad", "host=cwa017" },
	{ 1, "event=reissue", "verdict=good", "host=cwa017" },
	/* renewed, and at the day's end what it had before */
	{ 2, "event=reissue", "verdict=good", "host=cwa023" },
	{ 1, "state=opened", "rule=host-down", "host=cwa040" },
	{ 1, "state=cleared", "rule=host-down", "host=cwa040" },
	/* of zone z1, and of all */
	{ 2, "state=opened", "rule=auditor-blind", "" },
	{ 2, "state=cleared", "rule=auditor-blind", "" },
	/* 64 hosts opened: 50 lines and a count */
	{ 50, "event=finding state=opened", "rule=documented-single",
	    "host=cwa1" },
	{ 1, "event=findings state=opened", "rule=documented-single",
	    "hosts=14 findings=14 host=cwa1" },
	{ 64, "state=cleared", "rule=documented-single", "host=cwa1" },
	{ 50, "event=finding state=opened", "rule=reissue-bad", "host=cwa1" },
	{ 1, "event=findings state=opened", "rule=reissue-bad",
	    "hosts=14 findings=14 host=cwa1" },
	{ 50, "event=reissue ", "verdict=bad", "host=cwa1" },
	{ 1, "event=reissues", "verdict=bad exchanges=14", "host=cwa1" },
	{ 64, "state=cleared", "rule=reissue-bad", "host=cwa1" },
	{ 50, "event=reissue ", "verdict=good", "host=cwa1" },
	{ 1, "event=reissues", "verdict=good exchanges=14", "host=cwa1" },
	{ 1, "state=opened", "rule=expiring severity=warning", "host=cwa060" },
	{ 1, "state=cleared", "rule=expiring", "host=cwa060" },
	{ 1, "state=opened", "rule=reissue-bad severity=warning",
	    "host=cwa060" },
	{ 1, "event=reissue", "verdict=bad", "host=cwa060" },
	{ 1, "state=cleared", "rule=reissue-bad", "host=cwa060" },
	{ 1, "event=reissue", "verdict=good", "host=cwa060" },
};

static void
tell_the_day(struct world *w)
{
	size_t told = 0;

	memset(made, 0, sizeof(made));
	take(w, HOSTS);
	turn(w, 0, HOSTS - 1, RIGHT);
	pass(w, 7 * HOUR);
	expect_told(w, "");		/* a right fleet is quiet */
	live(w);
	if (getenv("DAY_SHOW") != NULL)
		printf("%s", text_str(&w->lines));
	for (size_t i = 0; i < sizeof(day) / sizeof(day[0]); i++) {
		size_t n = count(text_str(&w->lines), day[i].state,
		    day[i].rule, day[i].host);

		if (n != day[i].n)
			fail_msg("%zu lines, not %zu: %s %s %s", n, day[i].n,
			    day[i].state, day[i].rule, day[i].host);
		told += n;
	}
	assert_int_equal(count(text_str(&w->lines), "", "", ""), told);
	for (int i = 0; i < HOSTS; i++)
		for (int k = 0; k < N_FORMS; k++)
			cert_unref(made[i][k]);
}

static void
a_day_is_told_as_a_careful_person_would(void **state)
{
	tell_the_day(*state);
}

/* The process is killed every 23 minutes: of that the log knows nothing. */
static void
a_day_of_kills_is_told_the_same(void **state)
{
	struct world *w = *state;

	use_store(w);
	w->stray_ms = 23 * MINUTE * 1000;
	tell_the_day(w);
}

/* Whatever a reload forgets, the sanitizers would find a hundred times. */
static void
a_hundred_reloads_forget_nothing(void **state)
{
	struct world *w = *state;

	take(w, HOSTS);
	for (int i = 0; i < HOSTS; i++)
		made[i][RIGHT] = NULL;
	turn(w, 0, HOSTS - 1, RIGHT);
	made[7][DOCUMENTED] = NULL;
	turn(w, 7, 7, DOCUMENTED);
	pass(w, 2 * HOUR);
	expect_told(w, "opened documented-single single; ");
	for (int i = 0; i < 100; i++) {
		take(w, HOSTS - i % 3);
		pass(w, 7);
	}
	expect_told(w, "");
	for (int i = 0; i < HOSTS; i++)
		cert_unref(made[i][RIGHT]);
	cert_unref(made[7][DOCUMENTED]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_day_is_told_as_a_careful_person_would),
		TEST(a_day_of_kills_is_told_the_same),
		TEST(a_hundred_reloads_forget_nothing),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests_name("audit_day", tests, NULL, NULL);
}
