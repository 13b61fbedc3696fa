/* SPDX-License-Identifier: ISC */
/*
 * report_review.h - what the JSON of a check says besides that of an audit.
 */
#ifndef CWAUDIT_REPORT_REVIEW_H
#define CWAUDIT_REPORT_REVIEW_H

#include "cwaudit/document.h"
#include "cwaudit/review.h"

/* The member "check"; a new value. */
json_t	*report_review_value(const struct review *);

#endif
