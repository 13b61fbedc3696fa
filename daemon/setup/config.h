/* SPDX-License-Identifier: ISC */
/*
 * config.h - cwauditd.yaml as a value. One table in config.c holds name,
 * type, range, default, reloadable and text of every key; the sample file and
 * the man page are printed from it or checked against it.
 */
#ifndef CWAUDIT_CONFIG_H
#define CWAUDIT_CONFIG_H

#include <stdint.h>
#include <sys/socket.h>

#include "config_sink.h"
#include "cwaudit/arena.h"
#include "cwaudit/problem.h"

enum config_mode { MODE_AUTO, MODE_HANDSHAKE, MODE_HELLO };
enum config_log_format { LOG_FORMAT_KV, LOG_FORMAT_CEE };

#define CONFIG_DAYS	16
/* Where the page is served; all zero: nowhere. */
struct config_listen {
	char		*path;			/* of a UNIX socket; or */
	char		*place;			/* "127.0.0.1:9817", which is: */
	struct sockaddr_storage address;
	int		 len;
	bool		 remote;		/* not of the loopback */
};

struct config_days {			/* falling */
	unsigned	 day[CONFIG_DAYS];
	size_t		 n;
};

struct config {
	char		*path;			/* of the file; NULL: defaults only */
	char		*inventory;		/* path, resolved against the file */
	char		*control;		/* path of the socket; NULL: none */
	char		*store;			/* path of an SQLite file; NULL:
						 * nothing outlives the process */
	int64_t		 interval_https_s, interval_mtls_s, prove_every_s;
	unsigned	 window;		/* looks in flight, all workers */
	unsigned	 per_host;		/* looks in flight to one host */
	unsigned	 per_farm, per_net;	/* likewise; 0: no limit */
	unsigned	 workers;		/* 0: one per core */
	unsigned	 rate;			/* looks a second; 0: no limit */
	int64_t		 timeout_ms;
	enum config_mode mode;
	int64_t		 rollout_s, host_rollout_s, settle_s;
	int64_t		 renotify_s;
	int		 renotify_at_s;		/* after midnight, local; -1: any time;
						 * renotify_s 0: no reminders */
	struct config_days notify_days;
	struct config_sinks notify;		/* beyond syslog */
	unsigned	 coverage_percent;
	int		 log_facility;		/* LOG_DAEMON ... */
	enum config_log_format log_format;
	bool		 log_looks;
	unsigned	 log_max_events;
	struct config_listen http_listen;
	bool		 http_allow_remote;
	struct strings	 http_hosts;		/* names that clients may use */
	unsigned	 metrics_max_endpoints;
	struct strings	 resolver_servers;
	int64_t		 resolver_timeout_ms;
	struct arena	 arena;			/* holds all of it */
};

void	config_init(struct config *);		/* the defaults */
/*
 * Reads a file over what config_init made; all mistakes at once. False after
 * at least one problem: the value is then good for config_done only.
 */
bool	config_read(const char *path, struct config *, struct problems *) MUST_USE;
void	config_done(struct config *);		/* all zero afterwards */
/* Every key with type, range, default and text, as a commented sample. */
void	config_print_sample(struct text *);
/* Every key and its value, a line each: two that read alike are alike. */
void	config_print_values(const struct config *, struct text *);
/* The keys ("window", "resolver.servers") that differ and need a restart. */
void	config_compare(const struct config *old, const struct config *new,
	    struct strings *need_restart);

#endif
