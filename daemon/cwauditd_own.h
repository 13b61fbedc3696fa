/* SPDX-License-Identifier: ISC */
/*
 * cwauditd_own.h - the daemon's one mutable object, shared by cwauditd.c
 * (options, start, stop), cwauditd_reload.c and cwauditd_control.c.
 */
#ifndef CWAUDIT_CWAUDITD_OWN_H
#define CWAUDIT_CWAUDITD_OWN_H

#include "audit/loop.h"
#include "setup/config.h"
#include "serve/control.h"
#include "serve/http.h"
#include "setup/setup.h"
#include "tell/notifier.h"
#include "tell/writer.h"

/* main owns it. */
struct app {
	const char	*config_path;
	char		*cache;		/* directory; NULL: memory only */
	char		*state;		/* directory; NULL: none */
	int		 lock;		/* of it; -1: none */
	bool		 foreground, test_only, once;
	struct config	 config;		/* in force */
	struct config	 began_with;	/* until a reload: empty, config is it */
	struct setup	*setup;
	struct writer	*writer;
	struct loop	*loop;
	const char	*store;		/* path; NULL: none, or --once */
	struct store	*opened;	/* until the writer takes it */
	struct past	 past;		/* until the audit took it */
	struct text	 store_trouble;	/* at the start */
	struct notifier	*notifier;	/* NULL: no sinks */
	struct control	*control;	/* NULL: none */
	struct pulse	*pulse;
	struct http	*http;		/* NULL: none */
	struct event	*signals[4];
	struct event	*alive, *errands;
	uint64_t	 writer_beat;
	unsigned	 hanging;	/* seconds without a heartbeat */
	int64_t		 fed_ms;	/* the watchdog, last */
	bool		 reloading, reload_again;
};


/* cwauditd.c: a line of the log; the first takes what the event holds. */
void	app_tell(struct app *, struct event *);
void	app_say(struct app *, enum event_level, const char *kind,
	    const char *msg);
/* cwauditd_control.c: a control_fn whose ctx is the app. */
bool	app_control(void *app, const json_t *request, uid_t by,
	    struct text *said);
/* cwauditd_reload.c: reads both files again, when the writer gets to it. */
void	app_reload(struct app *);

#endif
