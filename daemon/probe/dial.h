/* SPDX-License-Identifier: ISC */
/*
 * dial.h - a TCP connection to the server of a look, directly or through its
 * proxy, as a plain socket.
 */
#ifndef DIAL_H
#define DIAL_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include "attempt.h"
#include "curl_loop.h"

struct dial {
	struct attempt	*attempt;
	void		(*on_socket)(struct attempt *);
	struct event	 event;
	bool		 waiting;	/* for event */
	int		 fd;		/* -1: none yet */
	struct transfer	 tunnel;	/* easy NULL: direct */
	char		 errors[CURL_ERROR_SIZE];
};

/*
 * on_socket is called once connected, maybe before this returns; dial->fd is
 * non-blocking then and stays the dial's. Failures end the attempt.
 */
void	dial_start(struct dial *, struct attempt *,
	    void (*on_socket)(struct attempt *));
/* Time is over and on_socket was not called. */
void	dial_expire(struct dial *);
/*
 * Closes. abrupt: by RST, so that no port of ours waits in TIME_WAIT; for
 * looks that need not hear how the server ends.
 */
void	dial_stop(struct dial *, bool abrupt);

/*
 * What every transfer of a look needs: proxy, no environment, our sockets.
 * False: the attempt has ended, as the proxy's credentials are not to be had.
 */
bool	dial_set_manners(CURL *, struct attempt *) MUST_USE;
/* "10.0.0.1:443", "[::1]:443". */
void	dial_add_target(const struct look *, struct text *);
/* Ends an attempt whose transfer never reached the server. */
void	dial_end_transfer(struct attempt *, CURL *, CURLcode,
	    const char *errors);

#endif
