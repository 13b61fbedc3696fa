/* SPDX-License-Identifier: ISC */
/*
 * attempt.h - one step of a look while it runs: what the ladder lends to a
 * way of looking, and what the way gives back. Private to the probes.
 */
#ifndef ATTEMPT_H
#define ATTEMPT_H

#include "cwaudit/hello.h"
#include "look.h"

struct event_base;
struct curl_loop;
struct contexts;
struct attempt;

struct kit {			/* a prober's, shared by its looks */
	struct event_base	*base;
	struct curl_loop	*curl;
	struct contexts		*contexts;
	const struct clock	*clock;
	const char		*user_agent;
};

/* A way of looking. */
struct way {
	enum via	 via;
	/* Begins; it may end the attempt at once. */
	void	(*start)(struct attempt *);
	/* Its time is over: ends the attempt. Not called once it has ended. */
	void	(*expire)(struct attempt *);
	/* Gives back what start took; called once, ended or not. */
	void	(*stop)(struct attempt *);
};

struct attempt {
	const struct kit	*kit;
	const struct look	*look;
	enum look_step		 step;
	void			*own;		/* the way's */
	/* what became of it */
	struct observation	*seen;		/* the chain goes in here */
	bool			 connected;	/* past any proxy */
	bool			 needs_tls13;	/* or may need it */
	bool			 over;
	int			 socket;	/* the way's, borrowed; -1: none */
	int			 rival;		/* a proxy's other family, while
						 * libcurl tries both; -1: none */
	int			 socket_errno;	/* of libcurl's socket(2) */
	/* the ladder's; none stops the attempt before it returns */
	void	(*on_connected)(struct attempt *);
	void	(*on_heard)(struct attempt *);
	void	(*on_over)(struct attempt *);
};

void	attempt_connected(struct attempt *);
/* Certificates came: they are copied, unless the look knows them. */
void	attempt_take_chain(struct attempt *, const struct hello_chain *);
/* Bytes came: its time begins anew, as far as the look's goes. */
void	attempt_heard(struct attempt *);
/*
 * Ends it, once: what follows is ignored. A chain makes the outcome
 * OUTCOME_OBSERVED, whatever is given. The words are added to the detail.
 */
void	attempt_end(struct attempt *, enum outcome, const char *fmt, ...)
	    PRINTF_LIKE(3, 4);
/* The same from an errno; our own faults become OUTCOME_NOT_TRIED. */
void	attempt_end_errno(struct attempt *, int error, const char *doing);
enum outcome attempt_errno_outcome(int error);
/* The endpoint's proxy, or NULL: MTLS goes direct. */
const char *attempt_proxy(const struct attempt *);

#define ATTEMPT_LITERAL	64
/* The literal looked at; returns the port. */
uint16_t attempt_address(const struct look *, char literal[ATTEMPT_LITERAL]);

#endif
