/* SPDX-License-Identifier: ISC */
/* thread.c - pthread_create with every signal blocked. */
#include "thread.h"

#include <signal.h>

bool
thread_start(pthread_t *thread, const char *name, void *(*run)(void *),
    void *ctx)
{
	sigset_t all, before;
	bool started;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(thread, NULL, run, ctx) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (started)
		(void)pthread_setname_np(*thread, name);
	return started;
}
