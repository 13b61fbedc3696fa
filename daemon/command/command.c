/* SPDX-License-Identifier: ISC */
/* command.c - the table of commands, and what needs no network. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/report.h"
#include "setup/setup.h"
#include "terminal.h"

const struct command commands[] = {
	{ "audit", "[-c FILE | -i FILE] [-o FORMAT] [OPTION]... [HOST]...",
	    "look at every endpoint now and report; never writes a store",
	    "  -c, --config FILE     daemon configuration that names the inventory\n"
	    "  -i, --inventory FILE  inventory to audit\n"
	    "  -o, --output FORMAT   table (default), json, jsonl, csv, html, oscal\n"
	    "      --mode MODE       auto (default), handshake, hello\n"
	    "      --fail-on LEVEL   notice, warning, error (default), critical, off\n"
	    "      --cache DIR       keep CRLs and OCSP responses here; default: nowhere\n"
	    "  -v, --verbose         table: also endpoints without findings\n",
	    cmd_audit },
	{ "check", "FILE... --as mtls|https|single --host FQDN [--site URL]... "
	    "[OPTION]...",
	    "judge a certificate or a request before it is installed",
	    "      --as ROLE         what it is for: mtls, https, or single (both)\n"
	    "      --host FQDN       the server it is for\n"
	    "      --site URL        a site it is for; again for more of them\n"
	    "      --trust FILE      PEM file of roots to judge its chain by, or\n"
	    "                        system; again for more of them\n"
	    "  -i, --inventory FILE  take sites, trust and rules from an inventory\n"
	    "  -c, --config FILE     daemon configuration that names one\n"
	    "      --password-file FILE  password of a .pfx; else it is asked for\n"
	    "      --replaces OLD    the certificate that is there now, a file, or\n"
	    "                        HOST[:PORT] as the daemon last saw it: say what\n"
	    "                        the exchange changes, and whether that is good\n"
	    "  -o, --output FORMAT   table (default), json, jsonl, csv\n"
	    "      --fail-on LEVEL   notice, warning, error (default), critical, off\n"
	    "  -v, --verbose         table: name all rules that were not judged\n",
	    cmd_check },
	{ "inventory", "[-c FILE | -i FILE] [-o table|json]",
	    "print the endpoints and the names each certificate must carry",
	    "  -c, --config FILE     daemon configuration that names the inventory\n"
	    "  -i, --inventory FILE  inventory to print\n"
	    "  -o, --output FORMAT   table (default), json\n",
	    cmd_inventory },
	{ "request", "HOST... [-c FILE | -i FILE] [OPTION]..., or\n"
	    "       cwaudit request --host FQDN [--site URL]... [OPTION]...",
	    "write a request for the right certificate: certreq, LCSCmd, openssl",
	    "  -c, --config FILE     daemon configuration that names the inventory\n"
	    "  -i, --inventory FILE  inventory that has the host\n"
	    "      --host FQDN       a host without inventory, with its sites:\n"
	    "      --site URL        one of them; again for each\n"
	    "      --as ROLE         mtls, https (of each site) or single (both in\n"
	    "                        one); default: by the layout of the host\n"
	    "      --os OS           2003, 2008 or 2008r2: where certreq runs\n"
	    "      --format FORMAT   inf (certreq, default), lcscmd, openssl\n"
	    "      --out DIR         write each to a new file there\n"
	    "      --org, --ou, --city, --state, --country TEXT\n"
	    "                        what the subject says besides the CN\n",
	    cmd_request },
	{ "rules", "[-o table|json]", "list every rule",
	    "  -o, --output FORMAT   table (default), json\n", cmd_rules },
	{ "explain", "RULE, or\n"
	    "       cwaudit explain HOST [-c FILE | -i FILE] [-o table|json]",
	    "a rule: why, what breaks, how to mend it; or a host: all about it",
	    "HOST is a host's FQDN or the URL of a published entry; it is looked\n"
	    "at now, and told whole: what is expected of it and why, what each\n"
	    "port presents, name by name, and what every rule says.\n\n"
	    "  -c, --config FILE     daemon configuration that names the inventory\n"
	    "  -i, --inventory FILE  inventory that has the host\n"
	    "  -o, --output FORMAT   of a host: table (default), json\n",
	    cmd_explain },
	{ "probe", "HOST[:PORT]... [OPTION]...",
	    "look at hosts that no inventory has, and write their entries",
	    "Without a port 443 and 5061 to 5065 are looked at. What would be\n"
	    "right for which host and site is told, and an entry to paste into an\n"
	    "inventory; by that the host is looked at again and judged.\n\n"
	    "      --trust FILE      PEM file of roots to judge chains by, or system;\n"
	    "                        again for more of them\n"
	    "  -o, --output FORMAT   table (default), json, jsonl, csv\n"
	    "      --fail-on LEVEL   notice, warning, error (default), critical, off\n"
	    "  -v, --verbose         table: also endpoints without findings\n",
	    cmd_probe },
	{ "status", "[-c FILE] [--plan] [-o table|json]",
	    "how the daemon and its fleet fare, on one screen, from its store",
	    "Exit 3 where the store is older than twice the interval.\n\n"
	    "  -c, --config FILE     daemon configuration that names the store\n"
	    "      --plan            the looks of the next day, hour by hour, as the\n"
	    "                        running daemon means to make them\n"
	    "  -o, --output FORMAT   table (default), json\n",
	    cmd_status },
	{ "findings", "[-c FILE] [--open|--all|--since TIME] [OPTION]...",
	    "what the daemon found, from its store",
	    "      --open            those that are open (default)\n"
	    "      --all             those that have ended, too\n"
	    "      --since TIME      those that were open from then on: 2026-11-28,\n"
	    "                        2026-11-28T17:42Z, or 7d for so long ago\n"
	    "      --rule RULE       of one rule\n"
	    "      --host HOST       of one host, or published URL\n"
	    "      --owner OWNER     of what one owner answers for\n"
	    "  -c, --config FILE     daemon configuration that names the store\n"
	    "  -o, --output FORMAT   table (default), json\n"
	    "      --fail-on LEVEL   notice, warning, error (default), critical, off\n",
	    cmd_findings },
	{ "history", "HOST, or\n"
	    "       cwaudit history --certificate SHA256 [-c FILE] [-o table|json]",
	    "the certificates of a host over time, and what was said of them",
	    "HOST is a host's FQDN or the URL of a published entry.\n\n"
	    "      --certificate SHA256  where and when this one was seen, and its\n"
	    "                        PEM; the first 8 hex digits are enough\n"
	    "  -c, --config FILE     daemon configuration that names the store\n"
	    "  -o, --output FORMAT   table (default), json\n",
	    cmd_history },
	{ "report", "[--format FORMAT] [--as-of TIME | --diff TIME TIME]\n"
	    "       [OPTION]..., or\n"
	    "       cwaudit report --verify FILE [-c FILE]",
	    "a compliance report, from the daemon's store",
	    "TIME is 2026-06-01 (as that day began, UTC), 2026-06-01T17:42Z, month\n"
	    "(when this month began), or 7d for so long ago. Verdicts are those that\n"
	    "were recorded; the same store and times give the same bytes.\n\n"
	    "      --format FORMAT   text (default), html, csv, json, oscal\n"
	    "      --as-of TIME      how the fleet stood then; default: now\n"
	    "      --since TIME      when its period began; default: a month before\n"
	    "      --diff TIME TIME  only what changed between two times\n"
	    "      --owner OWNER     only the hosts of one owner, or\n"
	    "      --group, --zone, --tag, --host NAME\n"
	    "                        of one group, zone or tag, or one host\n"
	    "  -c, --config FILE     daemon configuration that names the store\n"
	    "  -o, --output FILE     write it there, once it is whole\n"
	    "      --verify FILE     does a report in JSON or OSCAL still agree with\n"
	    "                        the store? 0: yes, 1: no\n",
	    cmd_report },
	{ "nagios", "HOST [-w DAYS] [-c DAYS] [--config FILE]",
	    "a monitoring plugin: one host, from the daemon's store",
	    "HOST is a host's FQDN or the URL of a published entry. Exit status 0 OK,\n"
	    "1 WARNING, 2 CRITICAL, 3 UNKNOWN. Findings speak for themselves; DAYS\n"
	    "are a range (45 or 45:, 14:400, @0:13) of what is left of its first\n"
	    "certificate to end.\n\n"
	    "  -w, --warning DAYS    WARNING outside of it\n"
	    "  -c, --critical DAYS   CRITICAL outside of it\n"
	    "      --config FILE     daemon configuration that names the store\n",
	    cmd_nagios },
	{ "expect", "HOST [--file FILE] [--until TIME] [-c FILE]",
	    "announce a change of certificates to the daemon",
	    "The certificate in FILE, or without it any good one, is then a plain\n"
	    "notice when it comes, and another a warning.\n\n"
	    "      --file FILE           the certificate that will be installed\n"
	    "      --until TIME          2026-12-01, 2026-12-01T17:42Z, or 4h from\n"
	    "                            now; default: 7d\n"
	    "  -c, --config FILE         daemon configuration that names its socket\n",
	    cmd_expect },
	{ "accept", "ID --reason TEXT [-c FILE]",
	    "accept an exchange that the daemon calls bad (reissue-bad)",
	    "      --reason TEXT     why it is right as it is\n"
	    "  -c, --config FILE     daemon configuration that names its socket\n",
	    cmd_accept },
	{ "run", "[-c FILE]", "have the daemon look at every port now",
	    "  -c, --config FILE     daemon configuration that names its socket\n",
	    cmd_run },
	{ "init", "[DIR]",
	    "write a commented configuration and inventory to begin with",
	    "DIR/cwauditd.yaml and DIR/inventory.yaml, neither of which may be\n"
	    "there; without DIR in this directory.\n",
	    cmd_init },
	{ "help", "[COMMAND]", "print this, or the options of a command",
	    NULL, cmd_help },
	{ "version", "", "print the version", NULL, cmd_version },
};
const size_t n_commands = sizeof(commands) / sizeof(commands[0]);

static const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < n_commands; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int
unknown_command(const char *name)
{
	const char *names[sizeof(commands) / sizeof(commands[0])];
	const char *near;

	for (size_t i = 0; i < n_commands; i++)
		names[i] = commands[i].name;
	near = text_nearest(name, names, n_commands);
	fprintf(stderr, "cwaudit: no command \"%s\"", name);
	if (near != NULL)
		fprintf(stderr, ", did you mean \"%s\"?\n", near);
	else
		fputs("; \"cwaudit help\" lists them\n", stderr);
	return EXIT_USAGE;
}

int
cmd_help(int argc, char **argv)
{
	const struct command *c = argc > 1 ? command_find(argv[1]) : NULL;

	if (argc > 1 && c == NULL)
		return unknown_command(argv[1]);
	if (c != NULL) {
		printf("usage: cwaudit %s %s\n\n%s\n", c->name, c->usage,
		    c->title);
		if (c->help != NULL)
			printf("\n%s", c->help);
		return EXIT_CLEAN;
	}
	fputs("usage: cwaudit COMMAND [OPTION]... [ARGUMENT]...\n\n"
	    "Audits the certificates of Communicator Web Access servers.\n\n",
	    stdout);
	for (size_t i = 0; i < n_commands; i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].title);
	fputs("\nexit: 0 nothing at or above --fail-on, 1 findings, "
	    "2 usage or configuration,\n      3 some endpoints not observed "
	    "and nothing worse\n"
	    "\"cwaudit help COMMAND\" shows its options; "
	    "cwaudit(1) says it all.\n", stdout);
	return EXIT_CLEAN;
}

int
cmd_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("cwaudit " CWAUDIT_VERSION);
	return EXIT_CLEAN;
}

int
cmd_rules(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	struct report_options ro;
	bool json = false, ok;
	int c;

	while ((c = terminal_option(argc, argv, "o:", options)) != -1) {
		if (c != 'o' || !terminal_choose(optarg, &json))
			return EXIT_USAGE;
	}
	if (optind < argc)
		return terminal_extra("rules", argv[optind]);
	terminal_options(&ro);
	ok = json ? report_rules_json(terminal_write, stdout) :
	    report_rules(&ro, terminal_write, stdout);
	return ok ? EXIT_CLEAN : EXIT_USAGE;
}

int
cmd_inventory(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "inventory", required_argument, NULL, 'i' },
		{ "output", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	const char *config_path = NULL, *inventory_path = NULL;
	struct report_options ro;
	struct config config;
	struct problems ps = {0};
	struct inventory *inventory;
	bool json = false, ok;
	int c;

	while ((c = terminal_option(argc, argv, "c:i:o:", options)) != -1) {
		if (c == 'c')
			config_path = optarg;
		else if (c == 'i')
			inventory_path = optarg;
		else if (c != 'o' || !terminal_choose(optarg, &json))
			return EXIT_USAGE;
	}
	if (optind < argc)
		return terminal_extra("inventory", argv[optind]);
	if (!terminal_config(config_path, &inventory_path, &config))
		return EXIT_USAGE;
	inventory = setup_inventory(inventory_path, &ps);
	terminal_problems(&ps);
	terminal_options(&ro);
	ok = inventory != NULL && (json ?
	    report_inventory_json(inventory, terminal_write, stdout) :
	    report_inventory(inventory, &ro, terminal_write, stdout));
	inventory_unref(inventory);
	config_done(&config);
	return ok ? EXIT_CLEAN : EXIT_USAGE;
}

int
command_main(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		(void)cmd_help(1, argv);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return cmd_help(1, argv);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return cmd_version(1, argv);
	c = command_find(argv[1]);
	if (c == NULL)
		return unknown_command(argv[1]);
	if (argc > 2 && (strcmp(argv[2], "--help") == 0 ||
	    strcmp(argv[2], "-h") == 0)) {
		char *help[] = { argv[0], argv[1], NULL };

		return cmd_help(2, help);
	}
	return c->run(argc - 1, argv + 1);
}
