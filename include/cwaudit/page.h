/* SPDX-License-Identifier: ISC */
/*
 * page.h - text for people: colours, columns and wrapped paragraphs on the
 * way to a report's writer.
 * A column is one code point: names of hosts and rules need no more. Control
 * bytes are shown as \xNN whoever brought them; only the page itself sends
 * escape sequences.
 */
#ifndef CWAUDIT_PAGE_H
#define CWAUDIT_PAGE_H

#include "cwaudit/report.h"

enum page_style {
	PAGE_PLAIN, PAGE_BOLD, PAGE_DIM, PAGE_GREEN,
	PAGE_NOTICE, PAGE_WARNING, PAGE_ERROR, PAGE_CRITICAL,
};

struct page {
	report_write_fn	*write;
	void		*ctx;
	bool		 colour;
	unsigned	 width;		/* columns; 0: unlimited */
	bool		 stopped;	/* the writer said no */
	enum page_style	 style;
	unsigned	 column;	/* where the next character goes, from 0 */
	bool		 gap;		/* a blank or a break before the next word */
	struct text	 buf;		/* not written yet */
};

void	page_init(struct page *, const struct report_options *,
	    report_write_fn *, void *ctx);
/* Writes what is left; false if the writer stopped. */
bool	page_done(struct page *) MUST_USE;

void	page_style(struct page *, enum page_style);	/* until the next one */
enum page_style page_severity_style(enum severity);
/* On this line, however long it gets. */
void	page_put(struct page *, const char *);
void	page_putf(struct page *, const char *, ...) PRINTF_LIKE(2, 3);
/* Blanks up to a column; at least one unless the line is empty. */
void	page_to(struct page *, unsigned column);
/*
 * Words from here on, broken at the width; the following lines begin at
 * indent, as does the first where nothing stands on it yet. A line feed in
 * the text is a line break. A word that is longer than a line stays whole: it
 * may be a name to copy.
 */
void	page_wrap(struct page *, unsigned indent, const char *);
/* The next word wrapped is another one: a blank or a break is due. */
void	page_gap(struct page *);
void	page_end(struct page *);		/* ends the line, style plain */
/* page_wrap and the end of the line. */
void	page_paragraph(struct page *, unsigned indent, const char *);
/* To copy: each line as it is, from the left margin. */
void	page_lines(struct page *, const char *);

/* Columns of a text: its code points. */
unsigned page_columns(const char *);

#endif
