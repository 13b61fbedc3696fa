/* SPDX-License-Identifier: ISC */
/* cmd_ask.c - `cwaudit run`, `expect` and `accept`: requests to the daemon. */
#include <stdio.h>
#include <string.h>

#include "archive.h"
#include "ask.h"
#include "command.h"
#include "cwaudit/bundle.h"
#include "setup/file.h"
#include "terminal.h"

#define UNTIL_S		(7 * CLOCK_DAY)	/* an announcement without an end */

struct words {
	const char	*config_path, *file, *until, *reason;
	const char	*what;		/* host, id; NULL: none */
};

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "file", required_argument, NULL, 'f' },
	{ "until", required_argument, NULL, 'u' },
	{ "reason", required_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

/* Which of the options it takes: a string of their letters. */
static bool
read_words(struct words *w, int argc, char **argv, const char *takes,
    int arguments)
{
	int c;

	while ((c = terminal_option(argc, argv, "c:", options)) != -1) {
		if (c == '?')
			return false;
		if (strchr(takes, c) == NULL) {
			fprintf(stderr, "cwaudit: %s takes no such option\n",
			    argv[0]);
			return false;
		}
		*(c == 'c' ? &w->config_path : c == 'f' ? &w->file :
		    c == 'u' ? &w->until : &w->reason) = optarg;
	}
	if (optind < argc && arguments > 0)
		w->what = argv[optind++];
	if (optind < argc)
		return terminal_extra(argv[0], argv[optind]) == EXIT_CLEAN;
	return true;
}

/* Steals the request. */
static int
ask(const struct words *w, json_t *request)
{
	struct text answer = {0};
	bool ok = ask_daemon(w->config_path, request, &answer);

	if (answer.len > 0)
		fprintf(ok ? stdout : stderr, "%s%s\n", ok ? "" : "cwaudit: ",
		    text_str(&answer));
	text_done(&answer);
	return ok ? EXIT_CLEAN : EXIT_USAGE;
}

int
cmd_run(int argc, char **argv)
{
	struct words w = {0};

	if (!read_words(&w, argc, argv, "c", 0))
		return EXIT_USAGE;
	return ask(&w, ask_request("run"));
}

int
cmd_accept(int argc, char **argv)
{
	struct words w = {0};
	json_t *request;

	if (!read_words(&w, argc, argv, "cr", 1))
		return EXIT_USAGE;
	if (w.what == NULL || w.reason == NULL || *w.reason == '\0') {
		fputs("cwaudit: accept wants the id of a reissue-bad, and "
		    "--reason TEXT\n", stderr);
		return EXIT_USAGE;
	}
	request = ask_request("accept");
	(void)json_object_set_new(request, "id", json_string(w.what));
	(void)json_object_set_new(request, "reason", json_string(w.reason));
	return ask(&w, request);
}

/* The leaf of a file, as hex. */
static bool
read_leaf(const char *path, struct text *hex)
{
	struct text bytes = {0}, why = {0};
	struct bundle b = {0};
	bool ok = file_read(path, BUNDLE_MAX_BYTES, &bytes);

	if (!ok)
		fprintf(stderr, "cwaudit: %s\n", text_str(&bytes));
	else if (bundle_add(&b, path, (const uint8_t *)text_str(&bytes),
	    bytes.len, NULL, &why) != BUNDLE_OK ||
	    bundle_settle(&b, &why) != BUNDLE_OK || b.n == 0) {
		fprintf(stderr, "cwaudit: %s: %s\n", path, why.len > 0 ?
		    text_str(&why) : "a request is no certificate");
		ok = false;
	} else {
		text_add_hex(hex, b.cert[0]->sha256, CERT_SHA256);
	}
	bundle_done(&b);
	text_done(&bytes);
	text_done(&why);
	return ok;
}

/* "2026-12-01", or "4h" from now on. */
static bool
read_until(const char *s, int64_t *out)
{
	int64_t ms;

	*out = clock_utc(&clock_system) + UNTIL_S;
	if (s == NULL || clock_parse(s, out))
		return true;
	if (clock_parse_span_ms(s, &ms)) {
		*out = clock_utc(&clock_system) + ms / 1000;
		return true;
	}
	fprintf(stderr, "cwaudit: \"%s\" is no time: write 2026-12-01, "
	    "2026-12-01T17:42Z, or 4h for so long from now\n", s);
	return false;
}

int
cmd_expect(int argc, char **argv)
{
	struct words w = {0};
	struct text hex = {0};
	json_t *request;
	int64_t until;

	if (!read_words(&w, argc, argv, "cfu", 1) ||
	    !read_until(w.until, &until))
		return EXIT_USAGE;
	if (w.what == NULL || (w.file == NULL && w.until == NULL)) {
		fputs("cwaudit: expect wants a host, and --file CERTIFICATE or "
		    "--until TIME\n", stderr);
		return EXIT_USAGE;
	}
	if (w.file != NULL && !read_leaf(w.file, &hex))
		return EXIT_USAGE;
	request = ask_request("expect");
	(void)json_object_set_new(request, "host", json_string(w.what));
	(void)json_object_set_new(request, "until", json_integer(until));
	if (w.file != NULL)
		(void)json_object_set_new(request, "sha256",
		    json_string(text_str(&hex)));
	text_done(&hex);
	return ask(&w, request);
}
