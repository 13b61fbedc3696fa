/* SPDX-License-Identifier: ISC */
/*
 * cwauditd.c - the daemon's main: options, start, signals, stop.
 * The start order is spelled out in start(); stop() is its mirror.
 */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/news.h"
#include "cwaudit/mem.h"
#include "cwauditd_own.h"
#include "probe/prober.h"
#include "setup/lock.h"
#include "tell/log.h"
#include "tell/notify.h"

#define CONFIG_DEFAULT	"/etc/cwaudit/cwauditd.yaml"
#define ALIVE_MS	1000
#define HANG_ALLOWED	20	/* seconds without a heartbeat */

/* What `systemctl status` shows: the last summary. */
static void
send_status(const struct event *summary)
{
	struct text line = {0};

	text_add(&line, "STATUS=");
	event_print(summary, EVENT_PLAIN, &line);
	notify_send(text_str(&line));
	text_done(&line);
}

static void
keep(void *ctx, struct records *rs)
{
	pulse_keep(((struct app *)ctx)->pulse, rs);
	for (size_t i = 0; i < rs->n; i++)
		if (event_is(&rs->item[i].event, "summary"))
			send_status(&rs->item[i].event);
	writer_keep(((struct app *)ctx)->writer, rs);
}

/* From the notifier's thread: the writer's queue takes from any. */
static void
keep_in_writer(void *writer, struct records *rs)
{
	writer_keep(writer, rs);
}

/* Takes what the event holds. */
void
app_tell(struct app *a, struct event *e)
{
	struct records rs = {0};

	records_add(&rs, RECORD_LINE, clock_utc(&clock_system))->event = *e;
	*e = (struct event){0};
	keep(a, &rs);
}

void
app_say(struct app *a, enum event_level level, const char *kind, const char *msg)
{
	struct event e = {0};

	news_plain(&e, level, kind, msg);
	app_tell(a, &e);
}

/* ---- callbacks ---- */

static void
on_signal(evutil_socket_t number, short what, void *ctx)
{
	struct app *a = ctx;

	(void)what;
	switch (number) {
	case SIGHUP:
		app_reload(a);
		break;
	case SIGUSR1:
		audit_sweep(loop_audit(a->loop));
		loop_kick(a->loop);
		break;
	default:	/* SIGTERM, SIGINT */
		loop_stop(a->loop);
		break;
	}
}

static void
on_errands(evutil_socket_t fd, short what, void *ctx)
{
	struct app *a = ctx;
	struct errand *errand;

	(void)fd;
	(void)what;
	while ((errand = queue_take(writer_done_queue(a->writer))) != NULL)
		errand->done(errand);
}

/* The watchdog is fed only while every thread's heartbeat moves. */
static void
check_alive(struct app *a)
{
	int64_t now = clock_mono_ms(&clock_system);
	int64_t every = notify_watchdog_ms();
	uint64_t beat = writer_heartbeat(a->writer);
	bool moves = loop_alive(a->loop) && beat != a->writer_beat;

	a->writer_beat = beat;
	a->hanging = moves ? 0 : a->hanging + 1;
	pulse_beat(a->pulse);
	pulse_set_trouble(a->pulse, PULSE_STUCK, a->hanging >= HANG_ALLOWED ?
	    "no look ends any more, or nothing is written" : NULL);
	if (a->hanging == HANG_ALLOWED)
		app_say(a, EVENT_CRITICAL, "stuck", "a thread of this process "
		    "hangs, or no look ends any more; its watchdog, if there "
		    "is one, is not fed until that moves again");
	if (every > 0 && a->hanging < HANG_ALLOWED &&
	    now - a->fed_ms + ALIVE_MS >= every) {
		notify_send("WATCHDOG=1");
		a->fed_ms = now;
	}
}

static void
on_alive(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	check_alive(ctx);
}

static void
on_swept(void *ctx)
{
	struct app *a = ctx;

	if (a->once)
		loop_stop(a->loop);
}

static void
on_store(void *ctx, enum writer_news what, const char *why)
{
	struct audit *audit = loop_audit(((struct app *)ctx)->loop);

	switch (what) {
	case WRITER_LOST:
	case WRITER_WELL:
		audit_store_trouble(audit, why);
		pulse_set_trouble(((struct app *)ctx)->pulse, PULSE_STORE,
		    why);
		break;
	case WRITER_WANTS:
		audit_keep_anew(audit);
		break;
	}
}

/* ---- start and stop ---- */

static bool
add_events(struct app *a)
{
	static const int numbers[] = { SIGHUP, SIGTERM, SIGINT, SIGUSR1 };
	const struct timeval every = { ALIVE_MS / 1000, 0 };
	struct event_base *base = loop_base(a->loop);
	bool ok = true;

	for (size_t i = 0; i < 4; i++) {
		a->signals[i] = evsignal_new(base, numbers[i], on_signal, a);
		ok &= a->signals[i] != NULL &&
		    event_add(a->signals[i], NULL) == 0;
	}
	a->alive = event_new(base, -1, EV_PERSIST, on_alive, a);
	a->errands = event_new(base, queue_fd(writer_done_queue(a->writer)),
	    EV_READ | EV_PERSIST, on_errands, a);
	return ok && a->alive != NULL && a->errands != NULL &&
	    event_add(a->alive, &every) == 0 &&
	    event_add(a->errands, NULL) == 0;
}

/* Fewer looks at once than the configuration asks for are no secret. */
static void
say_limits(struct app *a)
{
	struct text msg = {0};

	if (loop_window(a->loop) >= a->config.window)
		return;
	text_addf(&msg, "too few descriptors are allowed (ulimit -n, "
	    "LimitNOFILE=): %u looks at once instead of %u",
	    loop_window(a->loop), a->config.window);
	app_say(a, EVENT_WARNING, "limits", text_str(&msg));
	text_done(&msg);
}

static void
open_store(struct app *a)
{
	if (a->store != NULL && store_start(a->store,
	    clock_utc(&clock_system), &a->past, &a->opened,
	    &a->store_trouble) != STORE_OK)
		a->opened = NULL;
}

/* Without it only people's requests are not heard. */
static void
open_control(struct app *a)
{
	struct text why = {0}, msg = {0};

	if (a->once || a->config.control == NULL)
		return;
	a->control = control_new(loop_base(a->loop), a->config.control,
	    app_control, a, &why);
	if (a->control == NULL) {
		text_addf(&msg, "no control socket: %s; cwaudit run, expect "
		    "and accept do not work", text_str(&why));
		app_say(a, EVENT_WARNING, "control", text_str(&msg));
	}
	text_done(&why);
	text_done(&msg);
}

/* Without it nobody sees the page; looks go on. */
static void
open_http(struct app *a)
{
	const struct config_listen *at = &a->config.http_listen;
	struct text why = {0}, msg = {0};

	if (a->store == NULL || (at->path == NULL && at->place == NULL))
		return;
	a->http = http_new(&a->config, a->setup, a->pulse, &why);
	if (a->http == NULL) {
		text_addf(&msg, "no status page and no metrics: %s; "
		    "http.listen says where they are served", text_str(&why));
		app_say(a, EVENT_WARNING, "http", text_str(&msg));
	}
	text_done(&why);
	text_done(&msg);
}

static bool
start_notifier(struct app *a, struct text *why)
{
	const struct notifier_options no = { .sinks = &a->config.notify,
	    .store = a->store, .keep = keep_in_writer, .ctx = a->writer };

	if (a->config.notify.n == 0 || a->once)
		return true;
	if (a->store == NULL) {
		app_say(a, EVENT_WARNING, "notify", "nothing is sent beyond "
		    "syslog: notify needs a store");
		return true;
	}
	a->notifier = notifier_new(&no, why);
	return a->notifier != NULL;
}

static bool
start(struct app *a, struct text *why)
{
	struct loop_options lo = {
		.audit = { .config = &a->config, .clock = &clock_system,
		    .one_shot = a->once, .past = &a->past },
		.setup = a->setup, .cache = a->cache,
		.keep = keep, .swept = on_swept, .ctx = a,
	};
	struct writer_options wo = {
		.format = a->config.log_format == LOG_FORMAT_CEE ? EVENT_CEE :
		    EVENT_KV,
		.echo = a->foreground, .store = a->store,
		.on_store = on_store, .ctx = a,
	};
	struct event started = {0};

	log_open(a->config.log_facility);
	a->pulse = pulse_new(&clock_system, a->config.interval_https_s);
	if (!prober_global_init(why))
		return false;
	open_store(a);
	wo.opened = a->opened;
	a->writer = writer_new(&wo, why);
	a->opened = NULL;
	if (a->writer == NULL)
		return false;
	a->loop = loop_new(&lo, why);
	past_done(&a->past);		/* what it needs of it the loop took */
	if (a->loop == NULL)
		return false;
	if (!add_events(a)) {
		text_add(why, "no event could be added to the loop");
		return false;
	}
	news_plain(&started, EVENT_NOTICE, "start", NULL);
	event_word(&started, "version", CWAUDIT_VERSION);
	event_number(&started, "hosts", (int64_t)a->setup->inventory->n_hosts);
	event_number(&started, "endpoints",
	    (int64_t)a->setup->inventory->n_endpoints);
	app_tell(a, &started);
	if (a->store_trouble.len > 0)
		on_store(a, WRITER_LOST, text_str(&a->store_trouble));
	say_limits(a);
	open_control(a);
	if (!start_notifier(a, why))
		return false;
	open_http(a);
	notify_send("READY=1");
	return true;
}

static void
stop(struct app *a)
{
	struct errand *errand;
	size_t unsaid;

	notify_send("STOPPING=1");
	http_free(a->http);
	control_free(a->control);
	notifier_free(a->notifier);
	for (size_t i = 0; i < 4; i++)
		if (a->signals[i] != NULL)
			event_free(a->signals[i]);
	if (a->alive != NULL)
		event_free(a->alive);
	if (a->errands != NULL)
		event_free(a->errands);
	if (a->writer != NULL)
		app_say(a, EVENT_NOTICE, "stop", NULL);
	while (a->writer != NULL &&
	    (errand = queue_take(writer_done_queue(a->writer))) != NULL)
		errand->done(errand);
	loop_free(a->loop);
	unsaid = writer_free(a->writer);
	pulse_free(a->pulse);
	store_close(a->opened);
	text_done(&a->store_trouble);
	if (unsaid == 0)
		log_close();		/* blocks where syslog(3) hangs */
	else
		fprintf(stderr, "cwauditd: %zu lines were not logged: nobody "
		    "listens at /dev/log, or it takes nothing\n", unsaid);
}

static bool
become_daemon(void)
{
	pid_t pid = fork();

	if (pid == -1)
		return false;
	if (pid > 0)
		_exit(0);
	return setsid() != -1 && chdir("/") == 0;
}

static bool
lock_state(struct app *a, struct text *why)
{
	struct text path = {0};
	bool taken;

	if (a->state == NULL)
		return true;
	text_addf(&path, "%s/lock", a->state);
	a->lock = lock_take(text_str(&path), "state directory", &taken, why);
	text_done(&path);
	return a->lock != -1;
}

/* While somebody still reads our messages: is the store ours? What may pass
 * (no room, no such folder) is told by the log. */
static bool
try_store(const struct app *a, struct text *why)
{
	struct store *s = NULL;
	enum store_status status;

	if (a->store == NULL)
		return true;
	status = store_open(a->store, STORE_WRITE, &s, why);
	store_close(s);
	if (status == STORE_NEWER || status == STORE_TAKEN)
		return false;
	text_done(why);
	return true;
}

static int
run(struct app *a)
{
	struct text why = {0};
	int code = 0;

	a->store = a->once ? NULL : a->config.store;
	if (!lock_state(a, &why) || !try_store(a, &why)) {
		fprintf(stderr, "cwauditd: %s\n", text_str(&why));
		code = 2;
	} else if (a->foreground || a->once ||
	    getenv("NOTIFY_SOCKET") != NULL || become_daemon()) {
		if (a->lock != -1)
			lock_sign(a->lock);
		if (start(a, &why)) {
			/* an inventory without a port is done before it begins */
			if (!a->once || !audit_swept(loop_audit(a->loop)))
				loop_run(a->loop);
		} else {
			fprintf(stderr, "cwauditd: %s\n", text_str(&why));
			code = 2;
		}
		stop(a);
	} else {
		fprintf(stderr, "cwauditd: fork: %s\n", strerror(errno));
		code = 2;
	}
	text_done(&why);
	return code;
}

static int
check_and_run(struct app *a)
{
	const struct inventory *inventory;
	struct problems ps = {0};
	struct text t = {0};
	int code = 2;

	config_init(&a->config);
	if (config_read(a->config_path, &a->config, &ps))
		a->setup = setup_load(a->config.inventory, &ps);
	if (a->setup == NULL) {
		problems_print(&ps, &t);
		fputs(text_str(&t), stderr);
	} else if (a->test_only) {
		inventory = a->setup->inventory;
		printf("%s: %zu host%s, %zu endpoint%s: fine\n",
		    a->config.inventory, inventory->n_hosts,
		    plural(inventory->n_hosts), inventory->n_endpoints,
		    plural(inventory->n_endpoints));
		code = 0;
	} else {
		code = run(a);
	}
	text_done(&t);
	problems_done(&ps);
	setup_unref(a->setup);
	config_done(&a->began_with);
	config_done(&a->config);
	return code;
}

/* systemd may name several. */
static void
choose_state(struct app *a)
{
	const char *state = getenv("STATE_DIRECTORY");
	struct text first = {0};

	if (state == NULL || *state != '/')
		return;
	text_add_bytes(&first, state, strcspn(state, ":"));
	a->state = text_take(&first);
}

/* Absolute: become_daemon leaves the directory. */
static void
choose_cache(struct app *a, const char *asked)
{
	char *here = asked != NULL && *asked != '/' ? realpath(".", NULL) :
	    NULL;
	struct text path = {0};

	if (asked != NULL)
		text_addf(&path, "%s%s%s", here != NULL ? here : "",
		    here != NULL ? "/" : "", asked);
	else if (a->state != NULL)
		text_addf(&path, "%s/revocation", a->state);
	if (path.len > 0)
		a->cache = text_take(&path);
	text_done(&path);
	free(here);
}

static int
usage(FILE *to, int code)
{
	fputs("usage: cwauditd [-c FILE] [-f] [-t] [--once] [--cache DIR]\n\n"
	    "  -c, --config FILE  " CONFIG_DEFAULT " unless given\n"
	    "  -f, --foreground   stay, and log to stderr as well\n"
	    "  -t, --test         check configuration and inventory; 0 or 2\n"
	    "      --once         one cycle, then end\n"
	    "      --cache DIR    CRLs and OCSP responses; "
	    "$STATE_DIRECTORY/revocation\n"
	    "  -h, --help, -V, --version\n\n"
	    "signals: HUP reads both files again, USR1 starts a cycle, "
	    "TERM and INT end it\n", to);
	return code;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "test", no_argument, NULL, 't' },
		{ "once", no_argument, NULL, 'o' },
		{ "cache", required_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct app a = { .config_path = CONFIG_DEFAULT, .lock = -1 };
	const char *cache = NULL;
	char *absolute;
	int c, code;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);		/* until there is a loop */
	(void)signal(SIGUSR1, SIG_IGN);
	(void)umask(0077);
	closefrom(STDERR_FILENO + 1);	/* nothing of who started us */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	while ((c = getopt_long(argc, argv, "c:fthV", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			a.config_path = optarg;
			break;
		case 'f':
			a.foreground = true;
			break;
		case 't':
			a.test_only = true;
			break;
		case 'o':
			a.once = true;
			break;
		case 'C':
			cache = optarg;
			break;
		case 'h':
			return usage(stdout, 0);
		case 'V':
			puts("cwauditd " CWAUDIT_VERSION);
			return 0;
		default:
			return usage(stderr, 2);
		}
	}
	if (optind < argc)
		return usage(stderr, 2);
	/* a reload happens in another directory: see become_daemon */
	absolute = realpath(a.config_path, NULL);
	if (absolute != NULL)
		a.config_path = absolute;
	choose_state(&a);
	choose_cache(&a, cache);
	code = check_and_run(&a);
	free(a.cache);
	free(a.state);
	free(absolute);
	return code;
}
