/* SPDX-License-Identifier: ISC */
/* cmd_init.c - `cwaudit init`: files to begin with, for a person to edit. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "setup/file.h"
#include "terminal.h"

/* The whole list of keys is etc/inventory.yaml and cwaudit-inventory(5). */
static const char inventory[] =
"# inventory.yaml - the Communicator Web Access hosts to audit.\n"
"#\n"
"# A line that begins with \"#\" and not with \"# \" is a setting, switched off:\n"
"# take the \"#\" away where you need it. cwaudit-inventory(5) has all others.\n"
"#\n"
"# \"cwaudit probe HOST\" looks at a host and writes its entry, \"cwaudit\n"
"# inventory -i FILE\" says what will be expected, and \"cwaudit audit -i FILE\"\n"
"# looks at all of it.\n"
"\n"
"# What is trusted, by name: a PEM file with the roots of your CAs beside this\n"
"# file, or `system`. Without any, chains are not judged.\n"
"#roots:\n"
"#  corp: corp-roots.pem\n"
"#  public: system\n"
"\n"
"# Settings for all hosts; a group, a host or a site may say otherwise.\n"
"defaults:\n"
"  owner: uc-team@contoso.com\n"
"#  trust: {mtls: [corp], https: [corp, public]}\n"
"#  issuers: {mtls: [\"CN=Contoso Issuing CA 2,DC=contoso,DC=com\"]}\n"
"#  rules:\n"
"#    no-cdp: {severity: off, owner: j.doe, reason: our CA has no CRL}\n"
"\n"
"hosts:\n"
"  # The server's full name: it is the CN of its MTLS certificate, and of a\n"
"  # single certificate, which serves its sites as well.\n"
"  - fqdn: cwa01.nwtraders.local\n"
"    # Where its MTLS ports listen, if the DNS does not say so.\n"
"#    address: 10.20.30.41\n"
"    # 2003, 2008 or 2008r2: what a request has to be written for.\n"
"#    os: 2003\n"
"    # single: one certificate for MTLS and HTTPS; separate: one for each.\n"
"#    layout: single\n"
"    sites:\n"
"      # What users open. Its as. and download. names go without saying.\n"
"      - url: https://im.contoso.com\n"
"        # The listening port of its virtual server, or unknown.\n"
"        mtls_port: 5061\n"
"        # Where IIS listens, if elsewhere than the host and the URL say.\n"
"#        listen: {address: 10.20.30.42, port: 443}\n"
"        # Desktop sharing is off: no as. and download. names.\n"
"#        sharing: no\n"
"    # What somebody accepts, until a day.\n"
"#    waivers:\n"
"#      - {rule: weak-key, severity: warning, owner: j.doe,\n"
"#         reason: replacement ordered, until: 2099-12-31}\n"
"\n"
"# What stands in front of the hosts: virtual-address, offload, reverse-proxy.\n"
"#published:\n"
"#  - {url: \"https://im.contoso.com\", address: 192.0.2.10,\n"
"#     kind: virtual-address}\n";

#define USUAL_PATH	"inventory: /etc/cwaudit/inventory.yaml\n"
#define BESIDE		"inventory: inventory.yaml\n"

/* Every key with its default; the inventory is the one beside it. */
static void
add_configuration(struct text *out)
{
	struct text sample = {0};
	const char *all, *usual;

	config_print_sample(&sample);
	all = text_str(&sample);
	usual = strstr(all, USUAL_PATH);
	if (usual != NULL) {
		text_add_bytes(out, all, (size_t)(usual - all));
		text_add(out, BESIDE);
		all = usual + strlen(USUAL_PATH);
	}
	text_add(out, all);
	text_done(&sample);
}

static bool
is_there(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return false;
	fprintf(stderr, "cwaudit: %s is there already, and nothing is "
	    "overwritten: move it away, or name another directory\n", path);
	return true;
}

static bool
write_file(const char *path, const struct text *bytes)
{
	struct text why = {0};
	bool ok = file_write_new(path, bytes, &why);

	if (ok)
		printf("wrote %s\n", path);
	else
		fprintf(stderr, "cwaudit: %s\n", text_str(&why));
	text_done(&why);
	return ok;
}

static bool
make_directory(const char *dir)
{
	if (mkdir(dir, 0755) == 0 || errno == EEXIST)
		return true;
	fprintf(stderr, "cwaudit: %s: %s\n", dir, strerror(errno));
	return false;
}

/* Both or none: half of it would look like all. */
static bool
init(const char *dir)
{
	struct text config_path = {0}, inventory_path = {0}, text = {0};
	bool ok;

	text_addf(&config_path, "%s/cwauditd.yaml", dir);
	text_addf(&inventory_path, "%s/inventory.yaml", dir);
	ok = make_directory(dir) && !is_there(text_str(&config_path)) &&
	    !is_there(text_str(&inventory_path));
	if (ok) {
		text_add(&text, inventory);
		ok = write_file(text_str(&inventory_path), &text);
		text_reset(&text);
	}
	if (ok) {
		add_configuration(&text);
		ok = write_file(text_str(&config_path), &text);
	}
	if (ok)
		printf("Edit the inventory, then: cwaudit audit -c %s\n",
		    text_str(&config_path));
	text_done(&text);
	text_done(&config_path);
	text_done(&inventory_path);
	return ok;
}

int
cmd_init(int argc, char **argv)
{
	static const struct option options[] = { { NULL, 0, NULL, 0 } };

	if (terminal_option(argc, argv, "", options) != -1)
		return EXIT_USAGE;
	if (argc - optind > 1)
		return terminal_extra("init", argv[optind + 1]);
	return init(optind < argc ? argv[optind] : ".") ? EXIT_CLEAN :
	    EXIT_USAGE;
}
