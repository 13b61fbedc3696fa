/* SPDX-License-Identifier: ISC */
/* report_assessment_json.h - parts of an assessment as JSON, the same in each
 * document: etc/schemas/cwaudit-report-1.json describes them. New values. */
#ifndef CWAUDIT_REPORT_ASSESSMENT_JSON_H
#define CWAUDIT_REPORT_ASSESSMENT_JSON_H

#include <jansson.h>

#include "cwaudit/assessment.h"

json_t	*assessment_summary_json(const struct assessment *);
/* With its ports and open findings. */
json_t	*assessment_host_json(const struct assessment *,
	    const struct assessed_host *);
json_t	*assessment_finding_json(const struct assessment *,
	    const struct ledger_finding *);
json_t	*assessment_cert_json(const struct assessment *,
	    const struct assessed_cert *);

#endif
