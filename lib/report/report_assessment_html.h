/* SPDX-License-Identifier: ISC */
/* report_assessment_html.h - shared by the parts of the HTML report. */
#ifndef CWAUDIT_REPORT_ASSESSMENT_HTML_H
#define CWAUDIT_REPORT_ASSESSMENT_HTML_H

#include "cwaudit/report_assessment.h"
#include "cwaudit/web.h"

/* The head of the table of html_put_reissue's rows. */
#define HTML_REISSUES	"<div class=\"wide\"><table>\n<thead><tr>" \
	"<th scope=\"col\">when</th><th scope=\"col\">verdict</th>" \
	"<th scope=\"col\">host</th><th scope=\"col\">what changed</th></tr>" \
	"</thead>\n<tbody>\n"

/* report_assessment_html_front.c: up to <main>, ... */
void	html_put_head(struct web *, const struct assessment *);
/* ... what became better or worse, ... */
void	html_put_trend(struct web *, const struct assessment *);
/* ... and all of the first page, with that. */
void	html_put_front(struct web *, const struct assessment *);
/* Its parts, which the status page has too. */
void	html_put_lead(struct web *, const struct assessment *);
void	html_put_tiles(struct web *, const struct assessment *);
void	html_put_lists(struct web *, const struct assessment *);
void	html_put_soon(struct web *, const struct assessment *);
void	html_put_chart(struct web *, const struct assessment *);

/* report_web.c: the head of what the daemon serves. */
void	html_put_top(struct web *, const struct assessment *);

/* report_assessment_html.c: parts that the page of a host has too. */
void	html_put_finding(struct web *, const struct assessment *,
	    const struct finding *);
/* "good" or "bad", and what changed. */
void	html_put_reissue(struct web *, const struct ledger_event *);
void	html_put_gaps(struct web *, const struct assessment *);

#endif
