/* SPDX-License-Identifier: ISC */
/* report_assessment_text.h - shared by the parts of the text report. */
#ifndef CWAUDIT_REPORT_ASSESSMENT_TEXT_H
#define CWAUDIT_REPORT_ASSESSMENT_TEXT_H

#include "cwaudit/page.h"
#include "cwaudit/report_assessment.h"

#define INDENT	2
#define LABEL	20	/* where what follows a label begins */

/* report_assessment_text_front.c */
void	prose_heading(struct page *, const char *title);
void	prose_label(struct page *, const char *);
/* The rest of a labelled line; empties the text. */
void	prose_say(struct page *, struct text *);
/* To the minute; CLOCK_NEVER: "not on record". */
void	prose_add_time(int64_t at, struct text *);
enum page_style prose_standing_style(enum standing);
/* When a certificate ends, in how many days, and who presents it. */
void	prose_print_end(struct page *, const struct assessment *,
	    const struct assessed_cert *);
/* Of when and of which hosts it is, and what makes it doubtful; ... */
void	prose_print_head(struct page *, const struct assessment *);
/* ... what became better or worse; ... */
void	prose_print_trend(struct page *, const struct assessment *);
/* ... and the rest of the first screen, with that. */
void	prose_print_front(struct page *, const struct assessment *);

#endif
