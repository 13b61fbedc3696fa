/* SPDX-License-Identifier: ISC */
/*
 * report.h - outputs: a snapshot in, text out, a piece at a time.
 * One table holds them all; a format is a row, a renderer and a golden file.
 */
#ifndef CWAUDIT_REPORT_H
#define CWAUDIT_REPORT_H

#include "cwaudit/snapshot.h"

struct review;
struct survey;

struct report_options {
	bool	 colour;	/* ANSI colours: a terminal, and no NO_COLOR */
	unsigned width;		/* columns of a table; 0: unlimited */
	bool	 verbose;	/* table: every endpoint, also those without findings */
	const char *version;	/* of the program */
	int64_t	 now;		/* seconds UTC, for dates in examples; 0: none */
	const struct review *review;	/* json, jsonl: says what was checked;
				 * NULL: an audit */
	const struct survey *survey;	/* json, jsonl: the hosts that were
				 * looked at without an inventory; or NULL */
};

/* Where rendered text goes; false stops the rendering. */
typedef bool report_write_fn(void *ctx, const char *bytes, size_t len);

typedef bool report_render_fn(const struct snapshot *,
	    const struct report_options *, report_write_fn *, void *ctx);

struct report_format {
	const char	*name;		/* "table", "json", "jsonl", "csv" */
	const char	*title;
	report_render_fn *render;
};

/* The renderers; false: the writer stopped them. */
report_render_fn report_table, report_json, report_jsonl, report_csv;

extern const struct report_format report_formats[];
extern const size_t n_report_formats;

const struct report_format *report_find(const char *name);	/* NULL if none */

/* The table of a check of files. */
bool	report_review(const struct review *, const struct report_options *,
	    report_write_fn *, void *ctx);

/* Not of a snapshot: what the inventory and the rule table say by themselves. */
bool	report_inventory(const struct inventory *, const struct report_options *,
	    report_write_fn *, void *ctx);	/* endpoints and names required */
bool	report_inventory_json(const struct inventory *, report_write_fn *, void *ctx);
bool	report_rules(const struct report_options *, report_write_fn *, void *ctx);
bool	report_rules_json(report_write_fn *, void *ctx);
bool	report_rule(const struct rule *, const struct report_options *,
	    report_write_fn *, void *ctx);	/* explain RULE */

#endif
