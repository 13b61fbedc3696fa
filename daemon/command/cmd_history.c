/* SPDX-License-Identifier: ISC */
/* cmd_history.c - `cwaudit history`: a host's certificates over time, or where
 * and when one certificate was seen. */
#include <stdio.h>

#include <openssl/evp.h>

#include "archive.h"
#include "command.h"
#include "terminal.h"

#define LINE	48	/* bytes of DER in a line of PEM */

struct words {
	const char	*config_path, *certificate, *host;
	bool		 json;
};

static void
print_pem(const struct text *der)
{
	const unsigned char *bytes = (const unsigned char *)text_str(der);

	puts("-----BEGIN CERTIFICATE-----");
	for (size_t at = 0; at < der->len; at += LINE) {
		unsigned char line[LINE * 2];
		size_t n = der->len - at < LINE ? der->len - at : LINE;

		(void)EVP_EncodeBlock(line, bytes + at, (int)n);
		puts((const char *)line);
	}
	puts("-----END CERTIFICATE-----");
}

static int
print_ledger(const struct ledger *l, const struct words *w)
{
	struct report_options ro;
	bool ok;

	terminal_options(&ro);
	ok = w->json ? report_history_json(l, terminal_write, stdout) :
	    report_history(l, &ro, terminal_write, stdout);
	return ok ? EXIT_CLEAN : EXIT_USAGE;
}

static int
print_host(struct archive *a, const struct words *w)
{
	struct text why = {0};

	if (!store_read_history(a->store, w->host, &a->ledger, &why)) {
		(void)archive_complain(&why);
		return EXIT_USAGE;
	}
	if (a->ledger.n_sightings == 0) {
		fprintf(stderr, "cwaudit: the store knows no host or URL "
		    "\"%s\"\n", w->host);
		return EXIT_USAGE;
	}
	return print_ledger(&a->ledger, w);
}

static int
print_certificate(struct archive *a, const struct words *w)
{
	struct text why = {0}, der = {0};
	size_t n;
	int code = EXIT_USAGE;

	if (!store_read_certificate(a->store, w->certificate, &a->ledger,
	    &der, &n, &why))
		(void)archive_complain(&why);
	else if (n == 0)
		fprintf(stderr, "cwaudit: the store has no certificate with "
		    "SHA-256 \"%s\": at least its first 8 hex digits\n",
		    w->certificate);
	else if (n > 1)
		fprintf(stderr, "cwaudit: several certificates begin with "
		    "\"%s\": write more of its digits\n", w->certificate);
	else
		code = print_ledger(&a->ledger, w);
	if (code == EXIT_CLEAN && !w->json && der.len > 0)
		print_pem(&der);
	text_done(&der);
	return code;
}

int
cmd_history(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "output", required_argument, NULL, 'o' },
		{ "certificate", required_argument, NULL, 'C' },
		{ NULL, 0, NULL, 0 },
	};
	struct words w = {0};
	struct archive a;
	int c, code;

	while ((c = terminal_option(argc, argv, "c:o:", options)) != -1) {
		if (c == 'c')
			w.config_path = optarg;
		else if (c == 'C')
			w.certificate = optarg;
		else if (c != 'o' || !terminal_choose(optarg, &w.json))
			return EXIT_USAGE;
	}
	if (optind < argc)
		w.host = argv[optind++];
	if (optind < argc)
		return terminal_extra("history", argv[optind]);
	if ((w.host == NULL) == (w.certificate == NULL)) {
		fputs("cwaudit: history of what? Name a host, or "
		    "--certificate SHA256\n", stderr);
		return EXIT_USAGE;
	}
	if (!archive_open(&a, w.config_path))
		return EXIT_USAGE;
	code = w.host != NULL ? print_host(&a, &w) : print_certificate(&a, &w);
	archive_close(&a);
	return code;
}
