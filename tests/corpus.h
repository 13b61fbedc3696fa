/* SPDX-License-Identifier: ISC */
/* corpus.h - reads files of a corpus, and watches how long each takes. */
#ifndef CORPUS_H
#define CORPUS_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cwaudit/mem.h"
#include "cwaudit/text.h"

#define CORPUS_MAX_MS	50.0	/* of CPU, for one file */

struct corpus_time {
	struct timespec	 from;
	double		 slowest_ms;
	char		*slowest;	/* its path; NULL: none yet */
};

static inline void
corpus_read(const char *path, struct text *out)
{
	FILE *f = fopen(path, "rb");
	char buf[65536];
	size_t n;

	while (f != NULL && (n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add_bytes(out, buf, n);
	if (f != NULL)
		(void)fclose(f);
}

static inline void
corpus_begin(struct corpus_time *t)
{
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t->from);
}

/* False: it took too long. */
static inline bool
corpus_end(struct corpus_time *t, const char *path)
{
	struct timespec to;
	double ms;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	ms = (double)(to.tv_sec - t->from.tv_sec) * 1e3 +
	    (double)(to.tv_nsec - t->from.tv_nsec) / 1e6;
	if (ms > t->slowest_ms) {
		t->slowest_ms = ms;
		free(t->slowest);
		t->slowest = xstrdup(path);
	}
	return ms <= CORPUS_MAX_MS;
}

/* Ends the line, and the watch. */
static inline void
corpus_tell_time(struct corpus_time *t)
{
	printf("slowest %.1f ms: %s\n", t->slowest_ms,
	    t->slowest != NULL ? t->slowest : "none");
	free(t->slowest);
}

#endif
