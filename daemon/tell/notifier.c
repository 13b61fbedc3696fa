/* SPDX-License-Identifier: ISC */
/* notifier.c - alerts beyond syslog. */
#include "notifier.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alert.h"
#include "cwaudit/mem.h"
#include "deliver.h"
#include "store/store_read.h"
#include "setup/thread.h"

#define TURN_MS		500
#define FIRST_RETRY_MS	5000
#define LAST_RETRY_MS	300000
#define RESEND_MS	60000		/* to Alertmanager */
#define GATHER_MS	2000		/* what comes within it is sent at once */
#define VALID_S		300		/* and how long that holds there */
#define ENDED_S		900		/* how long it is told of what ended */

struct sink {
	const struct config_sink *config;
	int64_t		 due_ms;
	int64_t		 retry_ms;	/* 0: the last delivery went well */
	int64_t		 seq;		/* marked, or being so; of Alertmanager
					 * the last event that it knows of */
	int64_t		 sent_ms;	/* to Alertmanager, last */
};

struct notifier {
	struct notifier_options options;
	pthread_t	 thread;
	bool		 stop;		/* atomic */
	bool		 left;		/* atomic: who would be told is gone */
	struct store	*store;		/* NULL: to be opened */
	struct sink	*sinks;
	size_t		 n;
};

static bool
is_stopped(const struct notifier *n)
{
	return __atomic_load_n(&n->stop, __ATOMIC_ACQUIRE);
}

static void
hand_over(struct notifier *n, struct records *rs)
{
	if (!__atomic_load_n(&n->left, __ATOMIC_ACQUIRE))
		n->options.keep(n->options.ctx, rs);
	records_done(rs);
}

static int64_t
now_ms(void)
{
	return clock_mono_ms(&clock_system);
}

static void
say(struct notifier *n, enum event_level level, const struct sink *s,
    const char *state, size_t events, const char *msg)
{
	struct records rs = {0};
	struct event *e = &records_add(&rs, RECORD_LINE,
	    clock_utc(&clock_system))->event;

	e->level = level;
	event_number(e, "v", 1);
	event_word(e, "event", "notify");
	event_word(e, "state", state);
	event_word(e, "sink", s->config->name);
	event_end_head(e);
	if (events > 0)
		event_number(e, "events", (int64_t)events);
	event_text(e, "msg", msg);
	hand_over(n, &rs);
}

/* ---- how it went ---- */

/* Takes the reason. */
static void
fail(struct notifier *n, struct sink *s, struct text *why)
{
	if (s->retry_ms == 0)
		say(n, EVENT_ERROR, s, "failing", 0, text_str(why));
	s->retry_ms = s->retry_ms == 0 ? FIRST_RETRY_MS :
	    s->retry_ms * 2 > LAST_RETRY_MS ? LAST_RETRY_MS : s->retry_ms * 2;
	s->due_ms = now_ms() + s->retry_ms;
	text_done(why);
}

static void
succeed(struct notifier *n, struct sink *s, int64_t next_ms)
{
	if (s->retry_ms != 0)
		say(n, EVENT_NOTICE, s, "well", 0, "it takes alerts again");
	s->retry_ms = 0;
	s->due_ms = now_ms() + next_ms;
}

static void
mark(struct notifier *n, struct sink *s, int64_t seq)
{
	struct records rs = {0};
	struct record *r = records_add(&rs, RECORD_MARK,
	    clock_utc(&clock_system));

	thing_init(&r->thing, s->config->name, "");
	r->seq = s->seq = seq;
	hand_over(n, &rs);
}

/* ---- events ---- */

/* Those of before yesterday are no news to anybody; how many. */
static size_t
drop_old(struct notifier *n, struct sink *s, const struct outbox_line *lines,
    size_t count)
{
	int64_t oldest = clock_utc(&clock_system) - CLOCK_DAY;
	size_t old = 0, lost = 0;

	while (old < count && lines[old].at < oldest)
		lost += alert_is_for(s->config, &lines[old++].event);
	if (lost > 0)
		say(n, EVENT_ERROR, s, "lost", lost, "these events are older "
		    "than a day and were not sent");
	return old;
}

/* How many of them were taken, from the first on. */
static size_t
run_each(const struct sink *s, const struct outbox_line *lines, size_t count,
    const struct notifier *n, struct text *why)
{
	size_t i;

	for (i = 0; i < count && !is_stopped(n); i++) {
		struct strings environment = {0};
		bool ok;

		if (!alert_is_for(s->config, &lines[i].event))
			continue;
		alert_environment(&lines[i], &environment);
		ok = deliver_run(s->config, &environment, why);
		strings_done(&environment);
		if (!ok)
			break;
	}
	return i;
}

static size_t
post_all(const struct sink *s, const struct outbox_line *lines, size_t count,
    struct text *why)
{
	struct text json = {0};
	bool ok = alert_webhook(s->config, lines, count, &json) == 0 ||
	    deliver_post(s->config, s->config->webhook, &json, why);

	text_done(&json);
	return ok ? count : 0;
}

static void
send_events(struct notifier *n, struct sink *s)
{
	struct outbox_line lines[OUTBOX_MAX];
	struct text why = {0};
	size_t count, taken;

	if (!store_outbox_after(n->store, s->config->name, s->seq, lines,
	    &count, &why)) {
		store_close(n->store);	/* the writer tells of that */
		n->store = NULL;
		text_done(&why);
		return;
	}
	taken = drop_old(n, s, lines, count);
	taken += s->config->webhook != NULL ? post_all(s, lines + taken,
	    count - taken, &why) : run_each(s, lines + taken, count - taken,
	    n, &why);
	if (taken > 0)
		mark(n, s, lines[taken - 1].seq);
	for (size_t i = 0; i < count; i++)
		event_done(&lines[i].event);
	if (why.len > 0)
		fail(n, s, &why);
	else if (count > 0)
		succeed(n, s, 0);
	else
		s->due_ms = now_ms() + TURN_MS;
}

/* ---- Alertmanager ---- */

/* Is there news, or is it time to say again what is so? */
static bool
is_due(struct notifier *n, struct sink *s)
{
	int64_t seq = store_last_event(n->store);
	bool due = seq != s->seq || s->retry_ms > 0 ||
	    now_ms() - s->sent_ms >= RESEND_MS;

	s->seq = seq;
	if (!due)
		s->due_ms = now_ms() + TURN_MS;
	return due;
}

static void
send_state(struct notifier *n, struct sink *s)
{
	int64_t now = clock_utc(&clock_system);
	const struct store_filter filter = { .since = now - ENDED_S };
	struct ledger l = {0};
	struct text json = {0}, url = {0}, why = {0};

	text_addf(&url, "%s/api/v2/alerts", s->config->alertmanager);
	if (!store_read_findings(n->store, &filter, &l, &why)) {
		store_close(n->store);
		n->store = NULL;
		text_done(&why);
	} else if (alert_manager(s->config, &l, now + VALID_S, &json) == 0 ||
	    deliver_post(s->config, text_str(&url), &json, &why)) {
		succeed(n, s, GATHER_MS);
		s->sent_ms = now_ms();
	} else {
		fail(n, s, &why);
	}
	ledger_done(&l);
	text_done(&json);
	text_done(&url);
}

/* ---- the thread ---- */

/* Another file may stand there, which has no marks yet. */
static void
open_store(struct notifier *n)
{
	struct text why = {0};

	if (store_open(n->options.store, STORE_READ, &n->store, &why) !=
	    STORE_OK)
		n->store = NULL;	/* the writer tells of that */
	for (size_t i = 0; i < n->n && n->store != NULL; i++)
		if (n->sinks[i].config->alertmanager == NULL)
			mark(n, &n->sinks[i], 0);
		else
			n->sinks[i].seq = -1;
	text_done(&why);
}

static void
turn(struct notifier *n)
{
	if (n->store == NULL)
		open_store(n);
	for (size_t i = 0; i < n->n && n->store != NULL && !is_stopped(n);
	    i++) {
		struct sink *s = &n->sinks[i];

		if (now_ms() < s->due_ms)
			continue;
		if (s->config->alertmanager == NULL)
			send_events(n, s);
		else if (is_due(n, s))
			send_state(n, s);
	}
}

static void *
run(void *ctx)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	struct notifier *n = ctx;

	while (!is_stopped(n)) {
		turn(n);
		for (int i = 0; i < TURN_MS / 100 && !is_stopped(n); i++)
			(void)nanosleep(&pause, NULL);
	}
	return NULL;
}

static void
done(struct notifier *n)
{
	store_close(n->store);
	free(n->sinks);
	free(n);
}

struct notifier *
notifier_new(const struct notifier_options *o, struct text *why)
{
	struct notifier *n = xcalloc(1, sizeof(*n));
	bool started;

	n->options = *o;
	n->n = o->sinks->n;
	n->sinks = xcalloc(n->n, sizeof(*n->sinks));
	for (size_t i = 0; i < n->n; i++)
		n->sinks[i] = (struct sink){ .config = &o->sinks->item[i],
		    .seq = -1 };
	started = thread_start(&n->thread, "notifier", run, n);
	if (started)
		return n;
	text_add(why, "the thread for notify could not be started");
	done(n);
	return NULL;
}

void
notifier_free(struct notifier *n)
{
	struct timespec until;

	if (n == NULL)
		return;
	__atomic_store_n(&n->stop, true, __ATOMIC_RELEASE);
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	if (pthread_timedjoin_np(n->thread, NULL, &until) == 0)
		done(n);
	else
		__atomic_store_n(&n->left, true, __ATOMIC_RELEASE);
}
