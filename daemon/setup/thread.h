/* SPDX-License-Identifier: ISC */
/*
 * thread.h - threads of the process: each with a name that ps and top show,
 * and no signals, which are the main thread's.
 */
#ifndef CWAUDIT_THREAD_H
#define CWAUDIT_THREAD_H

#include <pthread.h>

#include "cwaudit/text.h"

/* name: 15 bytes at most. False: it could not be started. Join it. */
bool	thread_start(pthread_t *, const char *name, void *(*run)(void *),
	    void *ctx) MUST_USE;

#endif
