/* SPDX-License-Identifier: ISC */
/*
 * ledger.h - what a store holds, as values for people: findings, how the
 * auditor fares, the history of one host. Whoever reads the store fills it in;
 * times are seconds UTC.
 */
#ifndef CWAUDIT_LEDGER_H
#define CWAUDIT_LEDGER_H

#include "cwaudit/cert.h"
#include "cwaudit/diff.h"
#include "cwaudit/event.h"
#include "cwaudit/report.h"

struct ledger_finding {
	struct finding	*finding;	/* as of its last transition; owned */
	enum transition	 state;		/* that was it */
	int64_t		 ended;		/* CLOCK_NEVER: it is open */
};

/* A line of the log. */
struct ledger_event {
	int64_t		 seq, at;
	struct event	 event;		/* owned */
};

/* What a port showed for a time. */
struct ledger_sighting {
	char		*kind, *site;	/* "https", "im.contoso.com"; owned */
	char		*host;		/* FQDN or URL; owned */
	unsigned	 port;
	int64_t		 since, until;	/* until CLOCK_NEVER: it lasts */
	char		*outcome;	/* a name of enum outcome; owned */
	char		*detail;	/* or NULL; owned */
	char		*address;	/* owned */
	const struct cert *leaf;	/* reference; NULL: none, or unreadable */
	bool		 judged;	/* of a host that is asked for alone: rules
					 * have answered about the port */
};

struct ledger {
	const char	*path;		/* of the store; borrowed */
	int64_t		 now;
	/* the auditor's last run; since CLOCK_NEVER: it never ran */
	char		*version;
	int64_t		 since, until;	/* until: when it last was at work */
	uint64_t	 cycles;	/* of all runs */
	int64_t		 interval_s;	/* it is stale after twice that */
	struct ledger_finding *findings;
	size_t		 n_findings, cap_findings;
	struct ledger_event *events;	/* in their order */
	size_t		 n_events, cap_events;
	struct ledger_sighting *sightings;	/* by port, then in their order */
	size_t		 n_sightings, cap_sightings;
};

void	ledger_done(struct ledger *);
/* The worst first, then by host, rule and id; what has ended comes last. */
void	ledger_sort(struct ledger *);
/* Is what it says older than twice the interval? */
bool	ledger_is_stale(const struct ledger *);
/* What tells two leaves of one port apart, a clause each; nothing: "". */
void	ledger_add_changes(const struct cert *old, const struct cert *new,
	    struct text *out);

/* report_ledger.c, report_history.c: false where the writer stopped. */
bool	report_findings_table(const struct ledger *,
	    const struct report_options *, report_write_fn *, void *ctx);
bool	report_findings_json(const struct ledger *, report_write_fn *,
	    void *ctx);
/* One screen; findings: those that are open, events: since a month ago. */
bool	report_status(const struct ledger *, const struct report_options *,
	    report_write_fn *, void *ctx);
bool	report_status_json(const struct ledger *, report_write_fn *, void *ctx);
/* Of one host, or of one certificate on several. */
bool	report_history(const struct ledger *, const struct report_options *,
	    report_write_fn *, void *ctx);
bool	report_history_json(const struct ledger *, report_write_fn *,
	    void *ctx);

#endif
