/* SPDX-License-Identifier: ISC */
/*
 * cmd_explain.c - `cwaudit explain`: what a rule is about, or what is expected
 * of a host, what it presents right now and what every rule says.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "cwaudit/report_explain.h"
#include "audit/sweep.h"
#include "target.h"
#include "terminal.h"

struct question {
	const char	*config_path, *inventory_path;
	const char	*word;		/* a rule, a host, a URL */
	bool		 json;
};

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "inventory", required_argument, NULL, 'i' },
	{ "output", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

static bool
read_options(struct question *q, int argc, char **argv)
{
	int c;

	while ((c = terminal_option(argc, argv, "c:i:o:", options)) != -1) {
		if (c == 'c')
			q->config_path = optarg;
		else if (c == 'i')
			q->inventory_path = optarg;
		else if (c != 'o' || !terminal_choose(optarg, &q->json))
			return false;
	}
	if (argc - optind == 1) {
		q->word = argv[optind];
		return true;
	}
	fputs("usage: cwaudit explain RULE, or cwaudit explain HOST -i FILE; "
	    "\"cwaudit rules\" lists the rules, \"cwaudit inventory\" the "
	    "hosts\n", stderr);
	return false;
}

static int
explain_rule(const struct question *q, const struct rule *rule)
{
	struct report_options ro;

	if (q->json) {
		fputs("cwaudit: a rule is explained in words; \"cwaudit rules "
		    "-o json\" has all of them\n", stderr);
		return EXIT_USAGE;
	}
	terminal_options(&ro);
	return report_rule(rule, &ro, terminal_write, stdout) ? EXIT_CLEAN :
	    EXIT_USAGE;
}

/* Neither a rule, nor is there an inventory to find a host in. */
static void
complain_of_rule(const char *word)
{
	size_t n;
	const char *const *ids = rule_ids(&n);
	const char *near = text_nearest(word, ids, n);

	fprintf(stderr, "cwaudit: no rule \"%s\"%s%s%s; for a host, name its "
	    "inventory with -i FILE\n", word,
	    near != NULL ? ", did you mean \"" : "; \"cwaudit rules",
	    near != NULL ? near : "\" lists them", near != NULL ? "\"?" : "");
}

static int
answer(const struct question *q, const struct snapshot *snap,
    const struct target *t)
{
	struct report_options ro;
	struct explain x;
	int code = EXIT_CLEAN;
	bool ok;

	terminal_options(&ro);
	explain_init(&x, snap, t->host, t->published);
	ok = (q->json ? report_explain_json : report_explain)(&x,
	    q->inventory_path, &ro, terminal_write, stdout) &&
	    fflush(stdout) == 0;
	explain_done(&x);
	if (!ok) {
		fputs("cwaudit: the report could not be written\n", stderr);
		code = EXIT_USAGE;
	} else if (snapshot_worst(snap) >= SEVERITY_ERROR)
		code = EXIT_FINDINGS;
	else if (!snapshot_complete(snap))
		code = EXIT_BLIND;
	return code;
}

static int
explain_host(const struct question *q, struct setup *setup,
    const struct config *config)
{
	const struct inventory *inv = setup->inventory;
	struct snapshot *snap;
	struct strings only = {0};
	struct target t;
	int code = EXIT_USAGE;
	size_t n;

	if (!target_find(inv, q->word, &t)) {
		const char *const *ids = rule_ids(&n);

		target_complain(inv, q->word, ids, n);
		return EXIT_USAGE;
	}
	strings_add(&only, t.host != NULL ? t.host->fqdn : t.published->url);
	snap = sweep_run(config, setup, &only, NULL);
	if (snap != NULL)
		code = answer(q, snap, &t);
	snapshot_free(snap);
	strings_done(&only);
	return code;
}

int
cmd_explain(int argc, char **argv)
{
	struct question q = {0};
	struct problems ps = {0};
	struct config config;
	struct setup *setup;
	const struct rule *rule;
	int code = EXIT_USAGE;

	if (!read_options(&q, argc, argv))
		return EXIT_USAGE;
	rule = rule_find(q.word);
	if (rule != NULL)
		return explain_rule(&q, rule);
	if (q.config_path == NULL && q.inventory_path == NULL &&
	    access(CONFIG_DEFAULT, F_OK) != 0) {
		complain_of_rule(q.word);
		return EXIT_USAGE;
	}
	if (!terminal_config(q.config_path, &q.inventory_path, &config))
		return EXIT_USAGE;
	setup = setup_load(q.inventory_path, &ps);
	terminal_problems(&ps);
	if (setup != NULL)
		code = explain_host(&q, setup, &config);
	setup_unref(setup);
	config_done(&config);
	return code;
}
