/* SPDX-License-Identifier: ISC */
/* cmd_audit.c - `cwaudit audit`: one sweep of the fleet, one report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "cwaudit/report_assessment.h"
#include "revoke/fetch_cache.h"
#include "audit/sweep.h"
#include "terminal.h"

struct run {
	const char	*config_path, *inventory_path, *cache;
	const struct report_format *format;
	const struct assessment_format *document;	/* instead; or NULL */
	enum config_mode mode;
	enum severity	 fail_on;
	bool		 verbose;
	struct strings	 only;
};

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "inventory", required_argument, NULL, 'i' },
	{ "output", required_argument, NULL, 'o' },
	{ "mode", required_argument, NULL, 'm' },
	{ "fail-on", required_argument, NULL, 'f' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "cache", required_argument, NULL, 'C' },
	{ NULL, 0, NULL, 0 },
};

static bool
choose_mode(struct run *r, const char *name)
{
	static const char *const names[] = {
		[MODE_AUTO] = "auto", [MODE_HANDSHAKE] = "handshake",
		[MODE_HELLO] = "hello",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0) {
			r->mode = (enum config_mode)i;
			return true;
		}
	}
	fprintf(stderr, "cwaudit: no mode \"%s\": auto, handshake or hello\n",
	    name);
	return false;
}

/* Asked for and of no use: better said now than felt later. */
static bool
choose_cache(struct run *r, const char *dir)
{
	struct text why = {0};
	struct fetch_cache *c = fetch_cache_open(dir, clock_utc(&clock_system),
	    &why);

	r->cache = dir;
	if (c == NULL)
		fprintf(stderr, "cwaudit: --cache %s\n", text_str(&why));
	fetch_cache_close(c);
	text_done(&why);
	return c != NULL;
}

/* Of the compliance reports those that have no form here otherwise. */
static bool
choose_format(struct run *r, const char *name)
{
	r->document = strcmp(name, "html") == 0 ||
	    strcmp(name, "oscal") == 0 ? assessment_format_find(name) : NULL;
	return r->document != NULL || terminal_format(name, &r->format);
}

static bool
read_options(struct run *r, int argc, char **argv)
{
	int c;

	while ((c = terminal_option(argc, argv, "c:i:o:m:f:v", options)) !=
	    -1) {
		switch (c) {
		case 'c':
			r->config_path = optarg;
			break;
		case 'i':
			r->inventory_path = optarg;
			break;
		case 'o':
			if (!choose_format(r, optarg))
				return false;
			break;
		case 'm':
			if (!choose_mode(r, optarg))
				return false;
			break;
		case 'f':
			if (!terminal_severity(optarg, &r->fail_on))
				return false;
			break;
		case 'v':
			r->verbose = true;
			break;
		case 'C':
			if (!choose_cache(r, optarg))
				return false;
			break;
		default:
			return false;
		}
	}
	for (int i = optind; i < argc; i++)
		strings_add_unique(&r->only, argv[i]);
	return true;
}

/* A host that is asked for and not there must not end in "all is well". */
static bool
hosts_are_known(const struct run *r, const struct inventory *inv)
{
	bool known = true;

	for (size_t i = 0; i < r->only.n; i++) {
		bool found = false;

		for (size_t k = 0; k < inv->n_endpoints && !found; k++) {
			const struct endpoint *e = &inv->endpoints[k];

			found = text_equal(endpoint_owner(e), r->only.item[i]) ||
			    text_equal(endpoint_site(e), r->only.item[i]);
		}
		if (found)
			continue;
		fprintf(stderr, "cwaudit: \"%s\" has no endpoint in the "
		    "inventory: give a host's FQDN or a site host as written "
		    "there\n", r->only.item[i]);
		known = false;
	}
	return known;
}

static bool
render(const struct run *r, const struct snapshot *snap,
    const struct report_options *ro)
{
	struct assessment a;
	bool ok;

	if (r->document == NULL)
		return r->format->render(snap, ro, terminal_write, stdout);
	assessment_of_snapshot(&a, snap, CWAUDIT_VERSION);
	ok = r->document->render(&a, ro, terminal_write, stdout);
	assessment_done(&a);
	return ok;
}

static int
report(const struct run *r, const struct snapshot *snap)
{
	struct report_options ro;
	int code = EXIT_CLEAN;

	terminal_options(&ro);
	ro.verbose = r->verbose;
	if (!render(r, snap, &ro) || fflush(stdout) != 0) {
		fputs("cwaudit: the report could not be written\n", stderr);
		code = EXIT_USAGE;
	} else if (r->fail_on != SEVERITY_OFF &&
	    snapshot_worst(snap) >= r->fail_on)
		code = EXIT_FINDINGS;
	else if (!snapshot_complete(snap))
		code = EXIT_BLIND;
	return code;
}

int
cmd_audit(int argc, char **argv)
{
	struct run r = { .format = report_find("table"), .mode = MODE_AUTO,
	    .fail_on = SEVERITY_ERROR };
	struct problems ps = {0};
	struct snapshot *snap = NULL;
	struct config config;
	struct setup *setup;
	int code = EXIT_USAGE;

	if (!read_options(&r, argc, argv) || !terminal_config(r.config_path,
	    &r.inventory_path, &config))
		goto out;
	setup = setup_load(r.inventory_path, &ps);
	terminal_problems(&ps);
	config.mode = r.mode;
	if (setup != NULL && hosts_are_known(&r, setup->inventory))
		snap = sweep_run(&config, setup, &r.only, r.cache);
	if (snap != NULL)
		code = report(&r, snap);
	snapshot_free(snap);
	setup_unref(setup);
	config_done(&config);
out:
	strings_done(&r.only);
	return code;
}
