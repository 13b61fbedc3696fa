/* SPDX-License-Identifier: ISC */
/*
 * report_assessment.h - compliance reports: an assessment in, a document out, a
 * piece at a time. One table holds the formats; a format is a row, a renderer
 * and a golden file.
 *
 * A report is made of what the store holds and of nothing else, neither the
 * clock nor the version of the program that renders it: the same store and
 * dates give the same bytes.
 */
#ifndef CWAUDIT_REPORT_ASSESSMENT_H
#define CWAUDIT_REPORT_ASSESSMENT_H

#include "cwaudit/assessment.h"

typedef bool assessment_render_fn(const struct assessment *,
	    const struct report_options *, report_write_fn *, void *ctx);

struct assessment_format {
	const char	*name;		/* "html" */
	const char	*title;
	bool		 of_changes;	/* it can compare two days */
	bool		 checked;	/* it says what its facts hash to */
	assessment_render_fn *render;
};

extern const struct assessment_format assessment_formats[];
extern const size_t n_assessment_formats;

const struct assessment_format *assessment_format_find(const char *name);

/* False: the writer stopped. */
assessment_render_fn report_assessment_text, report_assessment_json,
	    report_assessment_csv, report_assessment_oscal,
	    report_assessment_html;

/*
 * What the facts hash to: SHA-256 over the JSON report up to its member
 * "facts_sha256".
 */
void	report_assessment_digest(const struct assessment *,
	    uint8_t out[CERT_SHA256]);

#endif
