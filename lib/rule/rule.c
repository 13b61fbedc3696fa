/* SPDX-License-Identifier: ISC */
/* rule.c - THE TABLE of rules, whose rows stand in rule_rows.def. */
#include "cwaudit/rule.h"

#include <string.h>

#define MTLS		ROLE_MTLS
#define HTTPS		ROLE_HTTPS
#define SINGLE		ROLE_SINGLE
#define PUBLISHED	ROLE_PUBLISHED
#define ALL		(MTLS | HTTPS | SINGLE | PUBLISHED)

#define RULE_WIZARD	"The Activate wizard will refuse this certificate: " \
			CHECK_WIZARD_ERROR

/* What reports may cite: clause numbers, never a claim of certification. */
#define TRUSTED_KEYS	"PCI DSS 4.2.1; NIST SP 800-53r5 SC-17, SC-8, SC-23; " \
			"NIST SP 800-52r2 3.2"
#define LIFETIME	"PCI DSS 4.2.1, 4.2.1.1; NIST SP 800-53r5 SC-12, " \
			"SC-17; NIST SP 800-52r2 3.2"
#define CRYPTOGRAPHY	"PCI DSS 4.2.1, 12.3.3; NIST SP 800-53r5 SC-12, " \
			"SC-13; NIST SP 800-52r2 3.2"
#define INVENTORY	"PCI DSS 4.2.1.1; NIST SP 800-53r5 CM-8, CA-7"
#define AUDITOR		"NIST SP 800-53r5 CA-7, AU-2"

const struct rule rules[] = {
#define RULE(id_, ...)	{ .id = id_, __VA_ARGS__ },
#include "rule_rows.def"
#undef RULE
};

const size_t n_rules = sizeof(rules) / sizeof(rules[0]);

static const char *const ids[] = {
#define RULE(id_, ...)	id_,
#include "rule_rows.def"
#undef RULE
};

static const char *const verdicts[] = {
	[VERDICT_NOT_APPLICABLE]	= "not-applicable",
	[VERDICT_PASS]			= "pass",
	[VERDICT_UNKNOWN]		= "unknown",
	[VERDICT_FAIL]			= "fail",
};

const struct rule *
rule_find(const char *id)
{
	for (size_t i = 0; i < n_rules; i++)
		if (strcmp(rules[i].id, id) == 0)
			return &rules[i];
	return NULL;
}

const char *const *
rule_ids(size_t *n)
{
	*n = sizeof(ids) / sizeof(ids[0]);
	return ids;
}

enum severity
rule_severity(const char *id)
{
	const struct rule *rule = rule_find(id);

	return rule != NULL ? rule->severity : SEVERITY_OFF;
}

const char *
verdict_name(enum verdict verdict)
{
	return verdicts[verdict];
}

bool
result_is_finding(const struct result *r)
{
	return r->verdict == VERDICT_FAIL && r->severity != SEVERITY_OFF &&
	    r->stood_in == NULL && !r->held;
}

bool
rule_is_judged(const struct rule *rule)
{
	return rule->by_change ||
	    rule->check != NULL || rule->check_host != NULL ||
	    rule->check_farm != NULL || rule->check_fleet != NULL ||
	    rule->check_auditor != NULL;
}
