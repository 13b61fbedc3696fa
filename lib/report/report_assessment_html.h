/* SPDX-License-Identifier: ISC */
/* report_assessment_html.h - shared by the parts of the HTML report. */
#ifndef CWAUDIT_REPORT_ASSESSMENT_HTML_H
#define CWAUDIT_REPORT_ASSESSMENT_HTML_H

#include "cwaudit/report_assessment.h"
#include "cwaudit/web.h"

/* report_assessment_html_front.c: up to <main>, ... */
void	html_put_head(struct web *, const struct assessment *);
/* ... what became better or worse, ... */
void	html_put_trend(struct web *, const struct assessment *);
/* ... and all of the first page, with that. */
void	html_put_front(struct web *, const struct assessment *);

#endif
