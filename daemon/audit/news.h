/* SPDX-License-Identifier: ISC */
/*
 * news.h - what happened, as events for the log: the one place that knows the
 * fields of each kind of line.
 */
#ifndef CWAUDIT_NEWS_H
#define CWAUDIT_NEWS_H

#include "cwaudit/diff.h"
#include "cwaudit/event.h"
#include "cwaudit/reissue.h"
#include "cwaudit/tally.h"
#include "spot.h"

/* Exchanges that were counted in a cycle instead of told. */
struct news_reissues {
	size_t		told, counted;
	char		*first;		/* FQDN, of those counted; owned */
};

struct news_cycle {
	uint64_t	number;
	size_t		hosts, endpoints, observed;
	size_t		opened, cleared;
	int64_t		took_ms;
};

void	news_finding(struct event *, enum transition, const struct finding *,
	    const struct spot *, enum severity prev);
/*
 * A leaf took the place of another. id: of the finding where it is bad; NULL:
 * the rule is off.
 */
void	news_reissue(struct event *, const char *id, const struct subject *,
	    const struct reissue_case *, const struct reissue *);
/* Those beyond NEWS_REISSUES of a cycle. */
#define NEWS_REISSUES	50
void	news_reissues(struct event *, bool bad, const struct news_reissues *);
/* leaf: NULL if none was seen. */
void	news_look(struct event *, const struct endpoint *,
	    const struct observation *, const struct cert *leaf);
void	news_summary(struct event *, const struct news_cycle *,
	    const struct diff_count *);
/* Once a day; up_s: since the start. The counts are those of the last cycle. */
void	news_alive(struct event *, int64_t up_s, const struct news_cycle *,
	    const struct diff_count *);
/* What was counted instead of said. */
void	news_tally(struct event *, const struct tally_line *);
/* event=KIND msg="...", at a level. */
void	news_plain(struct event *, enum event_level, const char *kind,
	    const char *msg);

#endif
