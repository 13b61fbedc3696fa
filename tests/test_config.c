/* SPDX-License-Identifier: ISC */
/* cwauditd.yaml: defaults, the sample, what is refused; files with a bound. */
#include "setup/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "setup/file.h"
#include "test.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

static char directory[] = "/tmp/test_config.XXXXXX";

/* A file in a directory of the test's own; the path is the caller's to free. */
static char *
write_file(const char *name, const char *text)
{
	struct text path = {0};
	FILE *f;

	text_addf(&path, "%s/%s", directory, name);
	f = fopen(text_str(&path), "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
	return text_take(&path);
}

/* Reads a text as a file; *says is what is wrong, less the directory. */
static bool
read_text(const char *text, struct config *c, struct text *says)
{
	char *path = write_file("c", text);
	struct problems ps = {0};
	struct text all = {0};
	bool good;

	config_init(c);
	good = config_read(path, c, &ps);
	problems_print(&ps, &all);
	for (const char *s = text_str(&all); *s != '\0';) {
		size_t skip = strlen(directory) + 1;

		s += strncmp(s, directory, skip - 1) == 0 ? skip : 0;
		text_add_bytes(says, s, strcspn(s, "\n") + 1);
		s += strcspn(s, "\n") + 1;
	}
	text_done(&all);
	problems_done(&ps);
	free(path);
	return good;
}

static void
defaults_are_those_of_the_table(void **state)
{
	struct config c;

	(void)state;
	config_init(&c);
	assert_null(c.path);
	assert_string_equal(c.inventory, "/etc/cwaudit/inventory.yaml");
	assert_int_equal(c.interval_https_s, 3600);
	assert_int_equal(c.interval_mtls_s, 6 * 3600);
	assert_int_equal(c.prove_every_s, 86400);
	assert_int_equal(c.window, 256);
	assert_int_equal(c.per_host, 2);
	assert_int_equal(c.workers, 0);
	assert_int_equal(c.per_farm, 32);
	assert_int_equal(c.per_net, 128);
	assert_int_equal(c.rate, 0);
	assert_int_equal(c.timeout_ms, 10000);
	assert_int_equal(c.mode, MODE_AUTO);
	assert_int_equal(c.rollout_s, 86400);
	assert_int_equal(c.host_rollout_s, 3600);
	assert_int_equal(c.settle_s, 600);
	assert_int_equal(c.renotify_s, 86400);
	assert_int_equal(c.renotify_at_s, 9 * 3600);
	assert_int_equal(c.coverage_percent, 99);
	assert_int_equal(c.notify_days.n, 6);
	assert_int_equal(c.notify_days.day[0], 45);
	assert_int_equal(c.notify_days.day[5], 1);
	assert_int_equal(c.log_facility, LOG_DAEMON);
	assert_int_equal(c.log_format, LOG_FORMAT_KV);
	assert_int_equal(c.log_max_events, 1000);
	assert_true(c.log_looks);
	assert_int_equal(c.resolver_servers.n, 0);
	assert_int_equal(c.resolver_timeout_ms, 2000);
	config_done(&c);
	assert_null(c.inventory);
}

static void
every_key_is_read(void **state)
{
	struct config c;
	struct text says = {0};
	char path[80];

	(void)state;
	assert_true(read_text(
	    "inventory: i.yaml\n"
	    "interval: {https: 30m, mtls: 1d}\n"
	    "prove_every: 12h\nmode: hello\ntimeout: 2500ms\nwindow: 1000\n"
	    "per_host: 4\nper_farm: 7\nper_net: 0\nworkers: 8\nrate: 100\nrollout: 2d\n"
	    "host_rollout: 0s\nsettle: 1m\nrenotify: 7d\ncoverage: 95%\n"
	    "notify_days: [30, 10, 2]\n"
	    "log: {facility: local3, format: cee, max_events: 5, looks: no}\n"
	    "resolver: {servers: [10.0.0.1, \"10.0.0.2:5353\", "
	    "\"2001:db8::1\"],\n"
	    "  timeout: 1s}\n", &c, &says));
	assert_string_equal(text_str(&says), "");
	(void)snprintf(path, sizeof(path), "%s/i.yaml", directory);
	assert_string_equal(c.inventory, path);
	assert_int_equal(c.interval_https_s, 1800);
	assert_int_equal(c.interval_mtls_s, 86400);
	assert_int_equal(c.prove_every_s, 12 * 3600);
	assert_int_equal(c.mode, MODE_HELLO);
	assert_int_equal(c.timeout_ms, 2500);
	assert_int_equal(c.window, 1000);
	assert_int_equal(c.per_host, 4);
	assert_int_equal(c.per_farm, 7);
	assert_int_equal(c.per_net, 0);
	assert_int_equal(c.workers, 8);
	assert_int_equal(c.rate, 100);
	assert_int_equal(c.rollout_s, 2 * 86400);
	assert_int_equal(c.host_rollout_s, 0);
	assert_int_equal(c.settle_s, 60);
	assert_int_equal(c.renotify_s, 7 * 86400);
	assert_int_equal(c.renotify_at_s, -1);
	assert_int_equal(c.coverage_percent, 95);
	assert_int_equal(c.notify_days.n, 3);
	assert_int_equal(c.notify_days.day[0], 30);
	assert_int_equal(c.notify_days.day[2], 2);
	assert_int_equal(c.log_facility, LOG_LOCAL3);
	assert_int_equal(c.log_format, LOG_FORMAT_CEE);
	assert_int_equal(c.log_max_events, 5);
	assert_false(c.log_looks);
	assert_string_equal(c.resolver_servers.item[0], "10.0.0.1:53");
	assert_string_equal(c.resolver_servers.item[1], "10.0.0.2:5353");
	assert_string_equal(c.resolver_servers.item[2], "[2001:db8::1]:53");
	assert_int_equal(c.resolver_timeout_ms, 1000);
	config_done(&c);
	text_done(&says);
}

static const struct { const char *text, *says; } mistakes[] = {
	{ "[]", "c:1:1: this file must be a map (key: value), not a list\n" },
	{ "intervall: 1h\n", "c:1:1: there is no key \"intervall\"; "
	    "did you mean \"interval\"?\n" },
	{ "interval: 1h\n", "c:1:11: interval must be a map (key: value), not "
	    "a single value\n" },
	{ "interval: {http: 1h}\n", "c:1:12: there is no key "
	    "\"interval.http\"; did you mean \"interval.https\"?\n" },
	{ "interval.https: 1h\n", "c:1:1: write \"interval.https\" as a map: "
	    "\"interval: {https: ...}\"\n" },
	{ "widnow: 5\n", "c:1:1: there is no key \"widnow\"; did you mean "
	    "\"window\"?\n" },
	{ "window: 0\nrate: -1\n", "c:1:9: \"window\" must be a number from 1 "
	    "to 65536, not \"0\"\nc:2:7: \"rate\" must be a number from 0 to "
	    "1000000, not \"-1\"\n" },
	{ "workers: 300\n", "c:1:10: \"workers\" must be a number from 1 to "
	    "256, not \"300\"\n" },
	{ "interval: {https: 1s}\n", "c:1:19: \"https\" must be between 1m and "
	    "30d, not \"1s\"\n" },
	{ "settle: 1500ms\n", "c:1:9: \"settle\" is counted in whole "
	    "seconds\n" },
	{ "mode: fast\n", "c:1:7: \"mode\" must be one of auto, handshake, "
	    "hello, not \"fast\"\n" },
	{ "notify_days: [7, 14]\n", "c:1:14: \"notify_days\" must be a falling "
	    "list of at most 16 days, each from 1 to 3650\n" },
	{ "notify_days: [0]\n", "c:1:14: \"notify_days\" must be a falling "
	    "list of at most 16 days, each from 1 to 3650\n" },
	{ "notify_days: [7, soon]\n", "c:1:14: \"notify_days\" must be a falling "
	    "list of at most 16 days, each from 1 to 3650\n" },
	{ "coverage: 101%\n", "c:1:11: \"coverage\" must be a percentage from "
	    "0% to 100%, not \"101%\"\n" },
	{ "coverage: 99\n", "c:1:11: \"coverage\" must be a percentage from 0% "
	    "to 100%, not \"99\"\n" },
	{ "renotify: 24h at 25:00\n", "c:1:11: \"renotify\" must be a span "
	    "from 1h to 365d, one with a time of day (\"24h at 09:00\"), or "
	    "off, not \"24h at 25:00\"\n" },
	{ "renotify: 1m\n", "c:1:11: \"renotify\" must be a span from 1h to "
	    "365d, one with a time of day (\"24h at 09:00\"), or off, not "
	    "\"1m\"\n" },
	{ "store: postgresql://db\n", "c:1:8: \"postgresql://db\" is no "
	    "store: write sqlite:PATH, or none\n" },
	{ "notify: {name: a}\n", "c:1:9: \"notify\" must be a list, "
	    "not a map (key: value)\n" },
	{ "notify: [{webhook: \"https://a\"}]\n", "c:1:10: a sink of "
	    "\"notify\" needs \"name\"\n" },
	{ "notify: [{name: a}]\n", "c:1:10: a sink has one of webhook, "
	    "alertmanager and command\n" },
	{ "notify: [{name: a, webhook: ftp://x}]\n", "c:1:10: a URL begins "
	    "with https:// or http://\n" },
	{ "notify: [{name: a, command: [page]}]\n", "c:1:10: \"command\" "
	    "begins with the absolute path of a program; no shell is "
	    "asked\n" },
	{ "notify: [{name: syslog, webhook: \"https://x\"}]\n", "c:1:10: "
	    "\"syslog\" is no name for a sink: up to 32 letters, digits, dots, "
	    "dashes, and not syslog\n" },
	{ "notify: [{name: a, webhook: \"https://x\"}, {name: a, command: "
	    "/x}]\n", "c:1:43: two sinks are called \"a\"\n" },
	{ "http: {listen: 9817}\n", "c:1:16: \"9817\" is no place to "
	    "listen: write ADDRESS:PORT, unix:PATH, or none\n" },
	{ "http: {listen: \"0.0.0.0:9817\"}\n", "c:1:16: \"0.0.0.0:9817\" "
	    "is not of the loopback: that needs \"allow_remote: yes\", and a "
	    "proxy before it that asks who is there\n" },
	{ "http: {listen: \"[::]:9817\"}\n", "c:1:16: \"[::]:9817\" "
	    "is not of the loopback: that needs \"allow_remote: yes\", and a "
	    "proxy before it that asks who is there\n" },
	{ "http: {hosts: [\"a b\"]}\n", "c:1:16: \"a b\" is not a host "
	    "name: letters, digits, hyphens and dots only\n" },
	{ "resolver: {servers: [dns.contoso.com]}\n", "c:1:22: "
	    "\"dns.contoso.com\" is not an IPv4 or IPv6 address\n" },
	{ "log: {facility: mail}\n", "c:1:17: \"facility\" must be one of "
	    "auth, authpriv, daemon, user, local0, local1, local2, local3, "
	    "local4, local5, local6, local7, not \"mail\"\n" },
};

static void
each_mistake_has_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(mistakes); i++) {
		struct config c;
		struct text says = {0};

		assert_false(read_text(mistakes[i].text, &c, &says));
		assert_string_equal(text_str(&says), mistakes[i].says);
		text_done(&says);
		config_done(&c);
	}
}

static void
a_file_that_cannot_be_read_is_one_problem(void **state)
{
	struct config c;
	struct problems ps = {0};
	struct text t = {0};

	(void)state;
	config_init(&c);
	assert_false(config_read("/nonexistent/c.yaml", &c, &ps));
	problems_print(&ps, &t);
	assert_string_equal(text_str(&t),
	    "/nonexistent/c.yaml: No such file or directory\n");
	text_done(&t);
	problems_done(&ps);
	config_done(&c);
}

static void
the_sample_is_what_the_table_prints(void **state)
{
	struct text sample = {0}, file = {0};
	struct config c, defaults;
	struct problems ps = {0};
	struct strings differ = {0};

	(void)state;
	config_print_sample(&sample);
	assert_true(file_read("etc/cwauditd.yaml", 1 << 20, &file));
	assert_string_equal(text_str(&file), text_str(&sample));
	config_init(&c);
	config_init(&defaults);
	assert_true(config_read("etc/cwauditd.yaml", &c, &ps));
	config_compare(&defaults, &c, &differ);
	assert_int_equal(differ.n, 0);
	assert_string_equal(c.inventory, defaults.inventory);
	assert_int_equal(c.renotify_at_s, defaults.renotify_at_s);
	config_done(&c);
	config_done(&defaults);
	text_done(&sample);
	text_done(&file);
}

static void
only_what_needs_a_restart_is_named(void **state)
{
	struct config old, new;
	struct strings differ = {0};
	struct text says = {0}, t = {0};

	(void)state;
	config_init(&old);
	assert_true(read_text("interval: {https: 2h}\nworkers: 3\n"
	    "log: {facility: local1, format: cee}\nrenotify: off\n"
	    "resolver: {servers: 10.0.0.1}\n", &new, &says));
	config_compare(&old, &new, &differ);
	strings_join(&differ, " ", &t);
	assert_string_equal(text_str(&t),
	    "workers log.facility resolver.servers");
	strings_done(&differ);
	text_done(&t);
	text_done(&says);
	config_done(&old);
	config_done(&new);
}

static void
a_file_is_read_within_its_bound(void **state)
{
	char *path = write_file("f", "0123456789");
	struct text t = {0}, why = {0};

	(void)state;
	assert_true(file_read(path, 10, &t));
	assert_string_equal(text_str(&t), "0123456789");
	assert_false(file_read(path, 9, &t));
	text_addf(&why, "%s: is larger than 9 bytes", path);
	assert_string_equal(text_str(&t), text_str(&why));
	text_done(&t);
	text_done(&why);
	assert_false(file_read(directory, 10, &t));
	text_addf(&why, "%s: is a directory", directory);
	assert_string_equal(text_str(&t), text_str(&why));
	text_done(&t);
	text_done(&why);
	assert_false(file_read("/dev/zero", 10, &t));
	assert_string_equal(text_str(&t),
	    "/dev/zero: is neither a file nor a pipe");
	text_done(&t);
	free(path);
}

/* A sparse file of a gigabyte: refused by its size, not by reading it. */
static void
a_huge_file_is_refused_unread(void **state)
{
	char *path = write_file("f", "");
	struct text t = {0};
	struct inventory_io io;

	(void)state;
	file_inventory_io(&io);
	assert_int_equal(truncate(path, 1 << 30), 0);
	assert_false(io.read_file(io.ctx, path, &t));
	assert_string_equal(text_str(&t), "is larger than 64 MiB");
	text_done(&t);
	free(path);
}

static void
a_pipe_without_a_writer_does_not_hang(void **state)
{
	struct text path = {0}, t = {0};

	(void)state;
	text_addf(&path, "%s/pipe", directory);
	assert_int_equal(mkfifo(text_str(&path), 0600), 0);
	assert_true(file_read(text_str(&path), 10, &t));
	assert_int_equal(t.len, 0);
	assert_int_equal(unlink(text_str(&path)), 0);
	text_done(&path);
	text_done(&t);
}

static void
files_are_lent_to_an_inventory(void **state)
{
	char *path = write_file("i.yaml", "include: i.d.*\n");
	char *more = write_file("i.d.yaml", "hosts:\n  - fqdn: a.contoso.com\n"
	    "    sites: [{url: https://im.contoso.com, mtls_port: 5061,\n"
	    "      waivers: [{rule: any, owner: a, reason: b,\n"
	    "        until: 2026-01-01}]}]\n");
	struct inventory_io io;
	struct problems ps = {0};
	struct inventory *inv;
	struct text t = {0};

	(void)state;
	file_inventory_io(&io);
	assert_null(io.rules);
	inv = inventory_parse(path, &io, &ps);
	assert_non_null(inv);
	assert_string_equal(inv->hosts[0].file, more);
	inventory_unref(inv);
	assert_null(inventory_parse("/nonexistent", &io, &ps));
	problems_print(&ps, &t);
	assert_string_equal(text_str(&t),
	    "/nonexistent: No such file or directory\n");
	problems_done(&ps);
	text_done(&t);
	free(path);
	free(more);
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(directory) == NULL;
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "c", "f", "i.yaml", "i.d.yaml" };

	(void)state;
	for (size_t i = 0; i < ARRAY_N(names); i++) {
		struct text t = {0};

		text_addf(&t, "%s/%s", directory, names[i]);
		(void)unlink(text_str(&t));
		text_done(&t);
	}
	return rmdir(directory);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_table),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(each_mistake_has_its_line),
		cmocka_unit_test(a_file_that_cannot_be_read_is_one_problem),
		cmocka_unit_test(the_sample_is_what_the_table_prints),
		cmocka_unit_test(only_what_needs_a_restart_is_named),
		cmocka_unit_test(a_file_is_read_within_its_bound),
		cmocka_unit_test(a_huge_file_is_refused_unread),
		cmocka_unit_test(a_pipe_without_a_writer_does_not_hang),
		cmocka_unit_test(files_are_lent_to_an_inventory),
	};

	return cmocka_run_group_tests_name("config", tests, set_up, tear_down);
}
