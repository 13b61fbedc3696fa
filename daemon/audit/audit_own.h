/* SPDX-License-Identifier: ISC */
/*
 * audit_own.h - the conductor's memory, shared by audit.c (looks),
 * audit_due.c (when the next is due),
 * audit_judge.c (rules, transitions, cycles), audit_keep.c (what is told and
 * remembered), audit_reissue.c (exchanges of
 * certificates), audit_expect.c (those that were announced),
 * audit_gates.c (how many at once), audit_fleet.c (farms, the fleet),
 * audit_names.c (names in the DNS), audit_issuers.c (intermediates),
 * audit_zones.c and audit_health.c (can the auditor be believed?),
 * audit_past.c (the process before), audit_plan.c (the day to come) and
 * audit_reload.c. Nobody else's.
 */
#ifndef CWAUDIT_AUDIT_OWN_H
#define CWAUDIT_AUDIT_OWN_H

#include "audit.h"
#include "cwaudit/diff.h"
#include "cwaudit/schedule.h"
#include "cwaudit/tally.h"
#include "gate.h"
#include "news.h"
#include "spot.h"

struct host_memory {
	struct gate	 gate;		/* looks under way */
	int64_t		 split_since;
	int64_t		 stands_until;	/* its judgement, in UTC, while each
					 * port shows the same; 0: not at all */
	uint8_t		 kept[CERT_SHA256];	/* as in struct spot_kept */
};

struct farm_memory {
	size_t		*nodes, n_nodes;	/* endpoint indices */
	size_t		*fronts, n_fronts;	/* its virtual addresses */
	struct gate	 gate;		/* looks under way at its nodes */
	int64_t		 split_since;
	bool		 copied;	/* this leaf was on several nodes: */
	uint8_t		 leaf[CERT_SHA256];
	bool		 changed;	/* a node did: to be judged */
	uint8_t		 kept[CERT_SHA256];	/* as in struct spot_kept */
};

/* Owners of findings in diff, beside FQDNs and URLs: "farm KEY", "fleet". */
#define AUDIT_FARM	"farm "
#define AUDIT_FLEET	"fleet"

#define AUDIT_ITSELF "auditor"

/* What the auditor knows of itself; monotonic times, CLOCK_NEVER: none. */
struct health {
	int64_t		 clock_ms;	/* UTC minus monotonic, as last seen */
	int64_t		 doubted_ms;	/* since when the clock is in doubt */
	int64_t		 step_s;	/* why: a step, or 0 */
	size_t		 turned;	/* hosts in this cycle, see check_auditor.h */
	bool		 turned_said, doubt_turned;
	const struct host *last_turned;
	size_t		 late;		/* looks in this cycle */
	int64_t		 latest_s;
	bool		 tell;		/* of the first that is late */
	bool		 cycled;
	size_t		 observed, endpoints;	/* of the last cycle */
	char		*store;		/* NULL: it is well, or there is none */
	char		*refused;	/* NULL: the inventory is taken */
	size_t		 mistakes;
	size_t		 judge_from;	/* endpoints yet to be judged again */
	int64_t		 alive_ms;	/* when the next such line is due */
};

/* A change of a host's certificate that was announced. */
struct expected {
	char		*fqdn;
	int64_t		 until;
	bool		 has_leaf;	/* false: whichever is good */
	uint8_t		 leaf[CERT_SHA256];
};

struct names;
struct issuers;
struct zones;

struct audit {
	struct audit_options	 options;
	struct audit_io		 io;
	struct setup		*setup;
	const struct inventory	*inventory;
	unsigned		 generation;	/* of setup: older sights are dropped */
	struct spot		*spots;		/* by endpoint index */
	struct host_memory	*hosts;		/* by place in the inventory */
	struct farm_memory	*farms;		/* by place in the inventory */
	size_t			*farm_of;	/* by endpoint; SIZE_MAX: none */
	bool			 farms_changed;
	int64_t			 farms_due_ms;
	struct names		*names;
	struct issuers		*issuers;
	struct zones		*zones;
	struct health		 health;
	struct schedule		*schedule;
	struct nets		*nets;
	struct records		 records;	/* not handed over yet */
	size_t			 keep_from;	/* endpoints to be kept anew */
	uint8_t			 fleet_kept[CERT_SHA256];
	struct spot_kin		 kin;
	uint8_t			 revision[2][CERT_SHA256];
	struct diff		*diff;
	size_t			 under_way;	/* looks, all addresses counted */
	int64_t			 moved_ms;	/* when one began alone, or ended */
	double			 tokens;	/* of config->rate */
	int64_t			 tokens_at_ms;
	uint64_t		 doubts;	/* asked so far: their tickets */
	struct news_cycle	 cycle;
	int64_t			 cycle_ends_ms;
	int64_t			 sweep_began_ms;
	int64_t			 began;		/* UTC */
	size_t			 sweep_left, sweep_all;
	struct tally		*tally;		/* of this cycle */
	struct expected		*expected;
	size_t			 n_expected, cap_expected;
	struct news_reissues	 reissues[2];	/* good, bad; of this cycle */
};

/* audit.c */
int64_t	audit_now_ms(const struct audit *);
void	audit_count_begun(struct audit *);	/* a look, or a question */
bool	audit_wants(const struct audit *, const struct endpoint *);
void	audit_load(struct audit *, struct setup *);
void	audit_unload(struct audit *);
/* Is a port of its host being looked at, or was it never? Then the end of
 * that look judges: a host is judged whole or not at all. */
bool	audit_host_is_busy(const struct audit *, const struct spot *);

/* What audit_resolved is given back; i: endpoint index, then names. */
uint64_t audit_ticket(const struct audit *, size_t i);

/* audit_due.c */
int64_t	audit_interval_ms(const struct audit *, const struct endpoint *);
void	audit_set_due(struct audit *, struct spot *, int64_t due_ms);
/* A spot that was lost for what was no fault of its own: looked at soon, and
 * missed only if it is missed twice again. */
void	audit_begin_anew(struct audit *, struct spot *);
/* When a spot is looked at next, after this news of it. */
void	audit_set_next(struct audit *, struct spot *, enum spot_news);
/* When a spot that nothing is known of is looked at. */
void	audit_set_first(struct audit *, struct spot *);

/* audit_gates.c */
/* All that are open let it in; false: it waits, and is in the schedule again
 * once there is room. */
bool	audit_pass_gates(struct audit *, struct spot *) MUST_USE;
void	audit_leave_gates(struct audit *, struct spot *);

/* audit_fleet.c */
void	audit_load_farms(struct audit *);
void	audit_unload_farms(struct audit *);
size_t	audit_find_farm(const struct audit *, const char *key); /* SIZE_MAX */
void	audit_inherit_farms(struct audit *, const struct audit *before);
/* A node's leaf came, went or changed. */
void	audit_farm_changed(struct audit *, const struct spot *);
/* A virtual address: of its leaves those that no node presents any more. */
void	audit_forget_leaves(struct audit *, struct spot *);
void	audit_judge_changed_farms(struct audit *);
void	audit_judge_farm(struct audit *, const char *key);
void	audit_judge_fleet(struct audit *);	/* farms and fleet, and tells */
void	audit_fleet_results(struct audit *, struct results *);

/* audit_reissue.c */
/* What is there beside what was accepted; judged is of now, and settled. */
void	audit_judge_exchanges(struct audit *, struct host_view *judged,
	    struct results *);
/* One more in this cycle; true: it is to be told by itself. */
bool	audit_count_exchange(struct news_reissues *, const char *fqdn);
/* The cycle is over: tells of those that were counted. */
void	audit_end_exchanges(struct audit *);

/* audit_expect.c */
enum announced { ANNOUNCED_NOTHING, ANNOUNCED_THIS, ANNOUNCED_OTHER };
/* Was it this leaf that is due on a host, or another? good: by the rules. */
enum announced audit_announced(struct audit *, const char *fqdn,
	    const struct cert *leaf, bool good);
void	audit_restore_expected(struct audit *, const struct past *);
void	audit_keep_expected(struct audit *);
void	audit_end_expected(struct audit *);

/* audit_reload.c */
/* Where the inventory still has it: for diff_close; ctx: the audit. */
bool	audit_owner_stays(void *ctx, const char *owner);

/* audit_keep.c */
void	audit_tell(struct audit *, struct event *);	/* empties the event */
/* Kept, but counted in another line. */
void	audit_tell_quietly(struct audit *, struct event *);
/* The same of a finding; quiet: it is counted in another line. */
void	audit_tell_finding(struct audit *, struct event *, enum transition,
	    const struct finding *, bool quiet);
/* What a port shows, and what is known of it, where that is news. */
void	audit_keep_sighting(struct audit *, struct spot *);
/* After that: the store has its DERs, unless revocation asks for them. */
void	audit_make_lean(struct audit *, struct spot *);
void	audit_keep_memory(struct audit *, struct spot *);
/* The answers about an owner; in diff.h's sense. */
void	audit_keep_judgement(struct audit *, const char *owner,
	    const struct results *);
void	audit_keep_cycle(struct audit *);	/* one is over */
/* leaf: NULL, none that was on several. */
void	audit_keep_split(struct audit *, const char *owner, int64_t since,
	    const uint8_t *leaf);
/* The inventory and the configuration, where they are others. */
void	audit_keep_revision(struct audit *);
void	audit_keep_gone(struct audit *, struct thing *, int64_t last_look);
/* Of all that there is, ports are handed over in slices: each turn. */
void	audit_keep_some(struct audit *);
/* Hands over what there is: the end of every call that may have told. */
void	audit_flush(struct audit *);

/* audit_past.c */
void	audit_take_past(struct audit *, struct past *);

/* audit_names.c */
void	audit_load_names(struct audit *);
void	audit_unload_names(struct audit *);
size_t	audit_sweep_names(struct audit *);	/* how many will be asked */
void	audit_names_due(struct audit *);
void	audit_ask_names(struct audit *);	/* as far as the window goes */
/* i: among the names. True if the sweep waited for it. */
bool	audit_name_resolved(struct audit *, size_t i,
	    const struct resolve_answer *);
struct dns_site *audit_dns_view(const struct audit *, size_t *n);
void	audit_dns_view_free(struct dns_site *, size_t n);

/* audit_issuers.c */
void	audit_load_issuers(struct audit *);
void	audit_unload_issuers(struct audit *);
void	audit_learn_issuers(struct audit *, const struct chain *);
/* Builds its path again if an issuer it wants is known by now; true: better. */
const struct chain *audit_build_chain(struct audit *, const struct endpoint *,
	    const struct cert *const *sent, size_t n);
bool	audit_mend_chain(struct audit *, struct spot *);
void	audit_mend_some(struct audit *);	/* a slice, judged again */
void	audit_mend_all(struct audit *);		/* without judging */

/* audit_zones.c */
void	audit_load_zones(struct audit *);
void	audit_unload_zones(struct audit *);
void	audit_inherit_zones(struct audit *, const struct audit *before);
/* Those that an open auditor-blind names are lost still, until they answer. */
void	audit_restore_zones(struct audit *, const struct finding *);
/* Before it is judged. */
void	audit_zone_heard(struct audit *, struct spot *, enum spot_news);
/* Is its zone lost, or being asked? Then that it is silent says nothing. */
bool	audit_zone_in_doubt(const struct audit *, const struct spot *);
void	audit_watch_zones(struct audit *);	/* each turn of the loop */
size_t	audit_lost_zones(const struct audit *, struct lost_zone *out); /* NULL:
						 * how many */

/* audit_health.c */
void	audit_start_health(struct audit *);
void	audit_end_health(struct audit *);
void	audit_watch_health(struct audit *);	/* each turn of the loop */
bool	audit_clock_in_doubt(const struct audit *);
void	audit_note_opened(struct audit *, const struct result *);
void	audit_note_begin(struct audit *, const struct spot *,
	    int64_t interval_ms);
void	audit_note_cycle(struct audit *);
void	audit_judge_auditor(struct audit *);

/* audit_judge.c */
/* A host's ports as they were last seen, not settled yet. */
void	audit_view(const struct audit *, const struct host *, int64_t now,
	    struct host_view *);
void	audit_view_done(struct host_view *);
void	audit_tell_alive(struct audit *);
/* The answers about an owner (see diff.h) are in: tells what changed. */
void	audit_apply(struct audit *, const char *owner, struct results *);
/* Judges again who has a pass that was held back and can be said now. */
void	audit_judge_settled(struct audit *);
/* Nothing that was judged of its host changed, and no date that counts. */
bool	audit_judgement_stands(const struct audit *, const struct spot *);
/* Something did. */
void	audit_void_judgement(struct audit *, const struct spot *);
/* Runs the rules over a spot's host, or itself, and tells what changed. */
void	audit_judge(struct audit *, const struct spot *);
void	audit_end_cycle(struct audit *);
/* A diff_fn whose ctx is the audit. */
void	audit_on_transition(void *, enum transition, const struct finding *,
	    const struct result *, enum severity);

#endif
