/* SPDX-License-Identifier: ISC */
/*
 * store.h - what outlives the process: an SQLite database of intervals, not
 * of looks, and of events, which are the outbox of syslog as well.
 *
 * One writer, the daemon's writer thread; readers open it read-only, also
 * while no daemon runs (its write-ahead log is left in place for them). Times
 * are seconds UTC. The tables and what they hold: store_schema.c.
 *
 * Nothing here logs, and nothing is deleted: a file that cannot be read is
 * left as it is.
 */
#ifndef CWAUDIT_STORE_H
#define CWAUDIT_STORE_H

#include "record.h"

struct store;

enum store_status {
	STORE_OK,
	STORE_TROUBLE,	/* now; it may be well later */
	STORE_NEWER,	/* made by a version with another schema */
	STORE_TAKEN,	/* another process writes it */
};

enum store_use {
	STORE_WRITE,	/* made where it is missing, with mode 0640; by one
			 * process at a time, which holds PATH-lock */
	STORE_READ,
};

/* On STORE_OK the caller owns *out; else *why says what is wrong and what to
 * do about it, beginning with the path. */
enum store_status store_open(const char *path, enum store_use,
	    struct store **out, struct text *why) MUST_USE;
void	store_close(struct store *);	/* NULL is fine */
/* Is what was opened still what stands there? Else *why. */
bool	store_is_in_place(const struct store *, struct text *why) MUST_USE;

struct past;

/*
 * For a process that begins to audit: opened for writing; past, unless NULL,
 * is what it goes on from; its run begins, and so does the sink "syslog" where
 * it is new.
 */
enum store_status store_start(const char *path, int64_t now,
	    struct past *past, struct store **out, struct text *why) MUST_USE;
#define STORE_SYSLOG	"syslog"
/* Its run ended now; closes the store. NULL is fine. */
void	store_end(struct store *, int64_t now);
/*
 * One commit: all of these lists, in their order, or nothing; false: *why.
 * After a failure the store is closed for the caller's purposes: only
 * store_close is of use.
 */
bool	store_write(struct store *, const struct records *const *lists,
	    size_t n, struct text *why) MUST_USE;

/* ---- the outbox ---- */

struct outbox_line {
	int64_t		seq, at;
	struct event	event;		/* owned; its seq is in it */
};
#define OUTBOX_MAX	64

/* A sink that is new begins with the event after all that there are. */
bool	store_add_sink(struct store *, const char *sink, struct text *why)
	    MUST_USE;
/*
 * Events that are not marked as delivered to a sink ("syslog"), the oldest
 * first: at most OUTBOX_MAX, *n of them.
 */
bool	store_outbox(struct store *, const char *sink,
	    struct outbox_line out[OUTBOX_MAX], size_t *n, struct text *why)
	    MUST_USE;
/* The same, and after seq, whose mark is on its way. */
bool	store_outbox_after(struct store *, const char *sink, int64_t seq,
	    struct outbox_line out[OUTBOX_MAX], size_t *n, struct text *why)
	    MUST_USE;
/* The number of the last event; 0: none, or it cannot be read. */
int64_t	store_last_event(struct store *);
bool	store_mark(struct store *, const char *sink, int64_t seq,
	    struct text *why) MUST_USE;

/* ---- what a new process goes on from ---- */

struct past_certs {		/* as sent, leaf first; references */
	const struct cert **item;
	size_t		 n;
};

struct past_before {		/* leaves that were there before the last */
	uint8_t		 leaf[CERT_SHA256];
	int64_t		 until;
};

struct past_port {
	int64_t		 id;
	struct past_before *before;	/* the oldest first */
	size_t		 n_before, cap_before;
	struct thing	 thing;
	struct memory	 memory;	/* without its chains, which are: */
	struct past_certs sent, accepted_sent;
	/* the sighting that lasts; outcome NULL: none */
	char		*outcome;
	uint8_t		 message_sha256[CERT_SHA256];
	int64_t		 last_observed;	/* CLOCK_NEVER: never */
	bool		 taken;		/* the audit's own */
	bool		 judged;
	uint8_t		 judgement[CERT_SHA256]; /* SHA-256 of its text */
};

struct past_split {		/* or an announcement: until since */
	char		*owner;
	int64_t		 since;
	bool		 has_leaf;
	uint8_t		 leaf[CERT_SHA256];
};

/* A transition or an exchange since the last summary. */
struct past_told {
	enum transition	 state;
	const struct rule *rule;	/* NULL: an exchange of certificates, */
	bool		 bad;		/* and that was bad */
	bool		 quiet;		/* it was only counted */
	enum severity	 severity;
	char		*host;		/* "": of several */
};

/* All zero: nothing. */
struct past {
	struct past_port *ports;	/* and hosts, farms, the fleet, which
					 * have a judgement only */
	size_t		 n_ports, cap_ports;
	struct finding	**findings;	/* open; NULL: taken */
	size_t		 n_findings, cap_findings;
	struct past_split *splits;
	size_t		 n_splits, cap_splits;
	struct past_split *expected;
	size_t		 n_expected, cap_expected;
	struct past_told *told;		/* in their order */
	size_t		 n_told, cap_told;
	uint64_t	 cycles;
	int64_t		 until;		/* when the auditor last was at work */
	uint8_t		 revision[2][CERT_SHA256];	/* SHA-256 of the last
					 * inventory and configuration; zero */
};

/*
 * What is known now. False: *why, and *out is empty.
 */
bool	store_read_past(struct store *, struct past *out, struct text *why)
	    MUST_USE;
void	past_done(struct past *);

#endif
