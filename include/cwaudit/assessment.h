/* SPDX-License-Identifier: ISC */
/*
 * assessment.h - a fleet as a store recorded it: how it stood at one moment,
 * and what happened in the time before. Compliance reports are made of it.
 *
 * Whoever reads the store hands over rows, in the order of the functions
 * below; assessment_finish then sorts and counts. Nothing is judged here:
 * verdicts are those that were recorded, and what no row answers is not
 * assessed. The same rows make the same assessment. Times are seconds UTC;
 * strings are the arena's, printable, and "" where there is none.
 */
#ifndef CWAUDIT_ASSESSMENT_H
#define CWAUDIT_ASSESSMENT_H

#include "cwaudit/arena.h"
#include "cwaudit/ledger.h"

/* How a host, or a published entry, stands; the first that is true. */
enum standing {
	STANDING_WRONG,		/* an open finding of error or critical */
	STANDING_UNKNOWN,	/* not assessed: something was not observed, not
				 * judged, or is kept out by the inventory */
	STANDING_WAIVED,	/* a waived finding of warning or above */
	STANDING_WARNED,	/* an open finding of warning */
	STANDING_RIGHT,
	STANDING_N
};

#define ASSESSMENT_NONE	SIZE_MAX

struct assessed_cert {
	int64_t		 id;		/* of the store */
	uint8_t		 sha256[CERT_SHA256];
	bool		 readable;	/* else nothing more is known of it */
	bool		 ca;
	const char	*cn, *san;	/* of several with ", " between */
	const char	*subject, *issuer;	/* RFC 2253 */
	const char	*serial, *key, *signature;
	int64_t		 not_before, not_after;	/* CLOCK_NEVER: unreadable */
	int64_t		 first_seen;
	size_t		 n_leaf, n_sent;	/* ports that present it: as
						 * theirs, or in their chain */
	size_t		 host;		/* the first of those */
};

struct assessed_port {
	const char	*kind, *site;	/* "https" "mtls" "published" */
	unsigned	 port;
	const char	*place;		/* "10.20.30.42:443" */
	const char	*outcome;	/* a name of enum outcome; not-tried:
					 * no look is on record */
	const char	*detail, *via, *proof;
	int64_t		 since;		/* it shows this; CLOCK_NEVER */
	int64_t		 first_seen;	/* its first look; CLOCK_NEVER */
	size_t		 cert;		/* in certs; ASSESSMENT_NONE */
	int64_t		 cert_id;	/* of the store; -1 */
	bool		 judged;	/* answers of rules are on record */
	size_t		 met, not_met, waived, not_assessed;	/* of them */
	const char	*missing;	/* why it is not assessed; "": it is */
	const char	*chain;		/* as in struct assessed_row */
};

struct assessed_host {
	const char	*name;		/* FQDN, or URL */
	const char	*kind;		/* "host" "published" */
	const char	*state;		/* "active" "planned" "retired" */
	const char	*group, *owner, *zone, *tags;
	size_t		 first_port, n_ports;
	struct strings	 left_out;	/* what the inventory keeps out */
	bool		 incomplete;	/* and that leaves it not assessed */
	enum standing	 standing;
	int64_t		 since;		/* so; CLOCK_NEVER: not on record */
	size_t		 first_finding, n_findings;	/* open, own ones */
	bool		 was_there, was_wrong;	/* when the period began */
	bool		 was_seen;	/* its first look was before it */
	/* assessment.c's own */
	int64_t		 wrong_since, right_since;
	bool		 warned, excused;
	size_t		 first_waiver, n_waivers;	/* in given */
	size_t		 place;		/* before they were sorted */
};

struct assessed_rule {		/* a rule, or a clause */
	const char	*name;		/* id; "PCI DSS 4.2.1" */
	const struct rule *rule;	/* NULL: a clause, or none we know */
	size_t		 met, not_met, waived, not_assessed;
	const size_t	*cited;		/* assessment.c's own: its clauses */
	size_t		 n_cited;
};

struct assessed_waiver {
	const char	*host, *rule, *site, *roles, *offenders;
	const char	*ticket, *owner, *approved_by, *reason;
	int64_t		 until;
	size_t		 hosts;		/* that have this very waiver */
	size_t		 n_waived;	/* open findings of theirs that it most
					 * likely excuses */
	size_t		 listed;	/* of one host's: where in waivers */
};

struct assessed_tailoring {
	const char	*rule, *severity, *site, *owner, *reason;
	const char	*host;		/* the first of them */
	size_t		 hosts;
};

struct assessed_change {
	int64_t		 at;
	enum transition	 state;
	struct finding	*finding;	/* as of then; owned */
};

struct assessed_mend {			/* findings that were cleared */
	const char	*name;		/* rule, or who answers for it */
	size_t		 n;
	int64_t		 median_s, longest_s;	/* opened to cleared */
};

struct assessed_gap { int64_t since, until; };

/* What is asked for; NULL: all. ASCII case folded. */
struct assessment_filter {
	const char	*owner, *group, *zone, *tag, *host;
};

struct assessment {
	int64_t		 since, until;	/* the period; how it stood: until */
	bool		 changes_only;	/* a comparison of two days */
	struct assessment_filter filter;
	bool		 filtered;

	/* the auditor: the run that lasted then */
	const char	*version;	/* "": none had begun */
	int64_t		 run_since, at_work;	/* at_work: the last it said */
	int64_t		 cycles;	/* in the period */
	uint8_t		 settings_sha256[CERT_SHA256];
	int64_t		 settings_since;	/* CLOCK_NEVER: not on record */
	int64_t		 rule_set;
	int64_t		 interval_s[2];	/* HTTPS, MTLS */
	bool		 stale;		/* not at work for twice the first */
	struct assessed_gap *gaps;	/* longer than an interval */
	size_t		 n_gaps, cap_gaps;
	int64_t		 gap_s;		/* all of them */

	uint8_t		 inventory_sha256[CERT_SHA256];
	int64_t		 inventory_since;	/* CLOCK_NEVER: none known */
	struct strings	 added, removed;	/* hosts, in the period */
	size_t		 filtered_out;	/* hosts that the filters leave out */

	struct assessed_host *hosts;	/* worst first, then by name */
	size_t		 n_hosts, cap_hosts;
	struct assessed_port *ports;
	size_t		 n_ports, cap_ports;
	struct assessed_cert *certs;	/* by end */
	size_t		 n_certs, cap_certs;
	/* open; of hosts, in their order, then of several from first_shared */
	struct ledger_finding *findings;
	size_t		 n_findings, cap_findings, first_shared;
	struct assessed_rule *rules, *clauses;	/* that were asked */
	size_t		 n_rules, cap_rules, n_clauses, cap_clauses;
	struct assessed_waiver *waivers;
	size_t		 n_waivers, cap_waivers;
	struct assessed_tailoring *tailoring;
	size_t		 n_tailoring, cap_tailoring;
	struct assessed_change *changes;	/* in their order */
	size_t		 n_changes, cap_changes;
	struct ledger_event *reissues;	/* likewise */
	size_t		 n_reissues, cap_reissues;
	struct assessed_mend *mended[2];	/* by rule, by owner */
	size_t		 n_mended[2];

	/* counts, by assessment_finish */
	size_t		 standing[STANDING_N];	/* hosts and published */
	size_t		 retired;	/* hosts, not among them */
	size_t		 observed, judged;	/* ports */
	size_t		 open[SEVERITY_N], waived;	/* findings */
	size_t		 opened, cleared;	/* in the period */
	size_t		 good, bad;	/* reissues */

	struct arena	 arena;
	/* assessment.c's own */
	size_t		*by_name;	/* hosts, in the order of their names */
	struct assessed_waiver *given;	/* of each host by itself */
	size_t		 n_given, cap_given;
	int64_t		*wanted;	/* see assessment_end_sightings */
	size_t		 n_wanted, cap_wanted;
	size_t		*finding_host, cap_finding_host;
};

/* filter: borrowed strings, for as long as the assessment. */
void	assessment_init(struct assessment *, int64_t since, int64_t until,
	    const struct assessment_filter *);
void	assessment_done(struct assessment *);

/* ---- rows, in this order ---- */

/* The configuration in force, as audit_keep.c wrote it. */
void	assessment_set_settings(struct assessment *, int64_t since,
	    const char *text);
/* A run of the auditor that began before the end of the period, in their
 * order; until: when it last was at work. */
void	assessment_add_run(struct assessment *, const char *version,
	    int64_t since, int64_t until);
/* The last the auditor said before the end of the period, and how many cycles
 * ended in it. */
void	assessment_set_work(struct assessment *, int64_t at, int64_t cycles);
/* The inventory in force, as report_inventory_json wrote it. False: it can't
 * be read. */
bool	assessment_set_inventory(struct assessment *, int64_t since,
	    const char *json) MUST_USE;
/* The one when the period began: which hosts are new, which are gone. */
bool	assessment_set_former(struct assessment *, const char *json) MUST_USE;

/* The last sighting of a port that began before the end; chain: ids of
 * certificates, leaf first, blanks between. */
struct assessed_row {
	const char	*owner, *kind, *site;
	unsigned	 port;
	int64_t		 since, first_seen;
	const char	*outcome, *address, *via, *proof, *detail;
	int64_t		 leaf;		/* -1: none */
	const char	*chain;
};
void	assessment_add_sighting(struct assessment *,
	    const struct assessed_row *);
/* After the last of them: wanted holds the certificates that they named, by
 * id, each once. */
void	assessment_end_sightings(struct assessment *);
void	assessment_add_certificate(struct assessment *, int64_t id,
	    const uint8_t sha256[CERT_SHA256], int64_t first_seen,
	    const uint8_t *der, size_t len);	/* der NULL: not kept */
/* The answers of rules that were in force: a line each. */
void	assessment_add_answers(struct assessment *, const char *owner,
	    const char *kind, const char *site, unsigned port,
	    const char *answers);
/* What a finding was at the end of the period; ended CLOCK_NEVER: open. */
void	assessment_add_finding(struct assessment *, const char *state,
	    int64_t ended, const char *facts);
/* What it was when the period began. */
void	assessment_add_former(struct assessment *, const char *facts);
/* What became of one in the period, in their order. */
void	assessment_add_change(struct assessment *, int64_t at,
	    const char *state, const char *facts);
/* An exchange of certificates in the period. */
void	assessment_add_reissue(struct assessment *, int64_t seq, int64_t at,
	    const char *facts);

void	assessment_finish(struct assessment *);

/* Instead of rows: one audit that was made just now, and nothing before it.
 * Finished; assessment_done gives it back. */
void	assessment_of_snapshot(struct assessment *, const struct snapshot *,
	    const char *version);

/* ---- for renderers ---- */

const char *standing_name(enum standing);	/* "not-assessed" */
const char *standing_text(enum standing);	/* for people */
/* Did it become wrong in the period, or, if so, no longer so? What nobody had
 * looked at before did neither. */
bool	assessment_turned(const struct assessed_host *, bool no_longer);
/* Why a host is wrong: the titles of the rules that say so, a line each. */
void	assessment_add_reasons(const struct assessment *,
	    const struct assessed_host *, struct text *);
/* Of a host that is not assessed: what of it, and why; a line each. */
void	assessment_add_missing(const struct assessment *,
	    const struct assessed_host *, struct text *);
/* Findings of a host: those of its own. */
const struct ledger_finding *assessment_findings(const struct assessment *,
	    const struct assessed_host *);
/* The waiver that most likely excuses it, or NULL. */
const struct assessed_waiver *assessment_waiver(const struct assessment *,
	    const struct finding *);
/* How the facts came about, a paragraph each. */
extern const char *const assessment_method[];
extern const size_t n_assessment_method;
/* Clauses that a rule is cited for, each whole: "PCI DSS 4.2.1". */
void	assessment_split_clauses(const char *clauses, struct strings *out);
/* Whole days from the end of the period; negative once past. */
int64_t	assessment_days_left(const struct assessment *, int64_t at);

#endif
