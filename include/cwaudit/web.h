/* SPDX-License-Identifier: ISC */
/*
 * web.h - HTML on the way to a report's writer, a piece at a time. Markup is
 * put, everything else is text: nothing that a peer chose becomes markup, and
 * what would hide or reorder characters is shown.
 */
#ifndef CWAUDIT_WEB_H
#define CWAUDIT_WEB_H

#include "cwaudit/assessment.h"

struct web {
	report_write_fn	*write;
	void		*ctx;
	bool		 stopped;	/* the writer said no */
	bool		 served;	/* by the daemon: there is a page for
					 * each host, "/host/NAME" */
	struct text	 buf;		/* not written yet */
};

void	web_init(struct web *, report_write_fn *, void *ctx);
/* Writes what is left; false if the writer stopped. */
bool	web_done(struct web *) MUST_USE;

void	web_put(struct web *, const char *markup);	/* ours */
void	web_putf(struct web *, const char *, ...) PRINTF_LIKE(2, 3);	/* ours:
			 * numbers and words of our own tables */
void	web_text(struct web *, const char *);	/* also within an attribute */
/* A host, or published entry, with a link where it has a page. */
void	web_host(struct web *, const char *name);
/* One part of a path or query. */
void	web_url(struct web *, const char *);
void	web_time(struct web *, int64_t at);	/* to the minute, UTC */
void	web_day(struct web *, int64_t at);
void	web_hex(struct web *, const uint8_t *, size_t len);
/* How a host stands, as a shape, a colour and a word. */
void	web_standing(struct web *, enum standing);
void	web_severity(struct web *, enum severity, bool waived);
/* The shape of a mark alone, which is told to nobody who can't see it. */
void	web_shape(struct web *, const char *name);
const char *web_severity_class(enum severity, bool waived);

/* The head of a page up to <body>, with its style and shapes. */
void	web_begin(struct web *, const char *title);
void	web_end(struct web *);
/* What stands between <style> and its end, to the byte. */
const char *web_style(void);

#endif
