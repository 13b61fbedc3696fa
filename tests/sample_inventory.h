/* SPDX-License-Identifier: ISC */
/* sample_inventory.h - an inventory out of a string, and a time to judge at. */
#ifndef SAMPLE_INVENTORY_H
#define SAMPLE_INVENTORY_H

#include "cwaudit/inventory.h"
#include "cwaudit/rule.h"

#define SAMPLE_STARTED	1790000000	/* 2026-09-21T14:13:20Z */
#define SAMPLE_NOW	1790000012

static bool
sample_read(void *ctx, const char *path, struct text *out)
{
	(void)path;
	text_add(out, ctx);
	return true;
}

/* NULL, with the problems printed, if the text is no inventory. */
static struct inventory *
sample_inventory(const char *text)
{
	struct inventory_io io = {
		.read_file = sample_read, .ctx = (void *)(uintptr_t)text,
		.rule_severity = rule_severity,
	};
	struct problems problems = {0};
	struct inventory *inventory;
	struct text said = {0};

	io.rules = rule_ids(&io.n_rules);
	inventory = inventory_parse("inventory.yaml", &io, &problems);
	problems_print(&problems, &said);
	if (said.len > 0)
		print_message("%s", text_str(&said));
	text_done(&said);
	problems_done(&problems);
	return inventory;
}

#endif
