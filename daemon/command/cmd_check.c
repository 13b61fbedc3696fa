/* SPDX-License-Identifier: ISC */
/* cmd_check.c - `cwaudit check`: files judged before they are installed. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "command.h"
#include "cwaudit/review.h"
#include "setup/file.h"
#include "installed.h"
#include "job.h"
#include "terminal.h"

#define PASSWORD_MAX	1024	/* bytes */
#define PASSWORD_TRIES	3

struct check {
	struct job_words words;
	const struct report_format *format;
	enum severity	 fail_on;
	bool		 verbose;
	const char	*password_file, *replaces;
	struct text	 password;
	bool		 has_password;
	struct strings	 shown, old_shown; /* the files' names, printable */
};

static const struct option options[] = {
	{ "as", required_argument, NULL, 'a' },
	{ "host", required_argument, NULL, 'H' },
	{ "site", required_argument, NULL, 's' },
	{ "trust", required_argument, NULL, 't' },
	{ "password-file", required_argument, NULL, 'p' },
	{ "replaces", required_argument, NULL, 'r' },
	{ "config", required_argument, NULL, 'c' },
	{ "inventory", required_argument, NULL, 'i' },
	{ "output", required_argument, NULL, 'o' },
	{ "fail-on", required_argument, NULL, 'f' },
	{ "verbose", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

static bool
read_option(struct check *k, int c)
{
	switch (c) {
	case 'a':
		k->words.as = optarg;
		return true;
	case 'H':
		k->words.host = optarg;
		return true;
	case 's':
		strings_add(&k->words.sites, optarg);
		return true;
	case 't':
		strings_add(&k->words.trust, optarg);
		return true;
	case 'p':
		k->password_file = optarg;
		return true;
	case 'r':
		k->replaces = optarg;
		return true;
	case 'c':
		k->words.config_path = optarg;
		return true;
	case 'i':
		k->words.inventory_path = optarg;
		return true;
	case 'o':
		return terminal_format(optarg, &k->format);
	case 'f':
		return terminal_severity(optarg, &k->fail_on);
	case 'v':
		k->verbose = true;
		return true;
	}
	return false;
}

static bool
read_options(struct check *k, int argc, char **argv)
{
	int c;

	while ((c = terminal_option(argc, argv, "c:i:o:v", options)) != -1)
		if (!read_option(k, c))
			return false;
	if (optind < argc)
		return true;
	fputs("cwaudit: name the files to check: the certificate (.cer, .pem, "
	    ".p7b, .pfx) or the request (.csr)\n", stderr);
	return false;
}

/* -- passwords ------------------------------------------------------------ */

static void
wipe(struct text *t)
{
	if (t->data != NULL)
		OPENSSL_cleanse(t->data, t->cap);
	text_done(t);
}

/* One line; its end is no part of it. */
static bool
take_password(struct check *k, const struct text *line)
{
	size_t len;

	wipe(&k->password);
	if (!bundle_utf8((const uint8_t *)text_str(line), line->len,
	    &k->password))
		return false;
	len = k->password.len;
	if (len > 0 && k->password.data[len - 1] == '\n')
		k->password.data[--len] = '\0';
	if (len > 0 && k->password.data[len - 1] == '\r')
		k->password.data[--len] = '\0';
	k->password.len = len;
	k->has_password = strcspn(text_str(&k->password), "\r\n") == len;
	return k->has_password;
}

static bool
read_password_file(struct check *k)
{
	struct text line = {0};
	bool ok;

	if (k->password_file == NULL)
		return true;
	ok = file_read(k->password_file, PASSWORD_MAX, &line);
	if (!ok)
		fprintf(stderr, "cwaudit: --password-file: %s\n",
		    text_str(&line));
	else if (!(ok = take_password(k, &line)))
		fprintf(stderr, "cwaudit: --password-file: %s: a password is "
		    "one line of text\n", k->password_file);
	wipe(&line);
	return ok;
}

static void
on_interrupt(int number)
{
	(void)number;	/* read() returns, so that the echo comes back */
}

static bool
read_line(int tty, struct text *line)
{
	char c;

	while (line->len < PASSWORD_MAX) {
		if (read(tty, &c, 1) != 1)
			return false;
		if (c == '\n')
			return true;
		text_add_char(line, c);
	}
	return false;
}

/* Without echo, from the terminal itself. False: there is none, or ^C. */
static bool
ask_password(struct check *k, const char *file)
{
	struct sigaction quiet = { .sa_handler = on_interrupt }, before;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct termios seen, unseen;
	struct text line = {0};
	bool ok = false;

	if (tty < 0)
		return false;
	(void)sigaction(SIGINT, &quiet, &before);
	if (tcgetattr(tty, &seen) == 0) {
		unseen = seen;
		unseen.c_lflag &= ~(tcflag_t)ECHO;
		/* Asked for when it will not be seen, nor thrown away. */
		(void)tcsetattr(tty, TCSAFLUSH, &unseen);
		(void)dprintf(tty, "password of %s: ", file);
		ok = read_line(tty, &line);
		(void)tcsetattr(tty, TCSAFLUSH, &seen);
		(void)dprintf(tty, "\n");
	}
	(void)sigaction(SIGINT, &before, NULL);
	(void)close(tty);
	ok = ok && take_password(k, &line);
	wipe(&line);
	return ok;
}

/* -- files ---------------------------------------------------------------- */

static enum bundle_status
add_bytes(struct check *k, struct bundle *b, const char *name,
    const struct text *bytes, struct text *why)
{
	enum bundle_status status;
	int tries = 0;

	for (;;) {
		text_reset(why);
		status = bundle_add(b, name, (const uint8_t *)text_str(bytes),
		    bytes->len, k->has_password ? text_str(&k->password) :
		    NULL, why);
		if ((status != BUNDLE_NEEDS_PASSWORD &&
		    status != BUNDLE_WRONG_PASSWORD) ||
		    k->password_file != NULL || tries++ == PASSWORD_TRIES)
			return status;
		if (tries > 1)
			fputs("cwaudit: wrong password\n", stderr);
		if (!ask_password(k, name))
			return status;
	}
}

static bool
add_file(struct check *k, struct bundle *b, const char *path,
    struct strings *shown)
{
	struct text bytes = {0}, why = {0}, name = {0};
	bool ok = false;

	text_add_escaped(&name, path, strlen(path), 0);
	if (!file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path,
	    BUNDLE_MAX_BYTES, &bytes))
		fprintf(stderr, "cwaudit: %s\n", text_str(&bytes));
	else
		ok = add_bytes(k, b, text_str(&name), &bytes, &why) ==
		    BUNDLE_OK;
	if (why.len > 0)
		fprintf(stderr, "cwaudit: %s: %s\n", text_str(&name),
		    text_str(&why));
	strings_add(shown, strcmp(path, "-") == 0 ? "standard input" :
	    text_str(&name));
	wipe(&bytes);
	text_done(&why);
	text_done(&name);
	return ok;
}

static bool
read_files(struct check *k, struct bundle *b, char **paths, int n,
    struct strings *shown)
{
	struct text why = {0}, names = {0};
	bool ok = true;

	for (int i = 0; i < n; i++)
		ok = add_file(k, b, paths[i], shown) && ok;
	if (ok && bundle_settle(b, &why) != BUNDLE_OK) {
		strings_join(shown, ", ", &names);
		fprintf(stderr, "cwaudit: %s: %s\n", text_str(&names),
		    text_str(&why));
		ok = false;
	}
	text_done(&why);
	text_done(&names);
	return ok;
}

/* What is there now: a certificate, and so must be what takes its place. */
static bool
read_replaced(struct check *k, enum role role, const struct bundle *new,
    struct bundle *old)
{
	char *paths[] = { (char *)(uintptr_t)k->replaces };
	bool ok = k->replaces == NULL ||
	    (strcmp(k->replaces, "-") != 0 && access(k->replaces, F_OK) != 0 ?
	    installed_read(k->words.config_path, k->replaces, role, old,
	    &k->old_shown) : read_files(k, old, paths, 1, &k->old_shown));

	if (!ok || k->replaces == NULL || (old->n > 0 && new->n > 0))
		return ok;
	fputs("cwaudit: --replaces compares certificates, and a request is "
	    "none: check what the CA makes of it\n", stderr);
	return false;
}

/* -- the verdict ---------------------------------------------------------- */

static int
report(const struct check *k, const struct review *review)
{
	struct report_options ro;
	bool ok;

	terminal_options(&ro);
	ro.verbose = k->verbose;
	ro.review = review;
	ok = strcmp(k->format->name, "table") == 0 ?
	    report_review(review, &ro, terminal_write, stdout) :
	    k->format->render(review->snapshot, &ro, terminal_write, stdout);
	if (!ok || fflush(stdout) != 0) {
		fputs("cwaudit: the report could not be written\n", stderr);
		return EXIT_USAGE;
	}
	return k->fail_on != SEVERITY_OFF &&
	    snapshot_worst(review->snapshot) >= k->fail_on ? EXIT_FINDINGS :
	    EXIT_CLEAN;
}

static int
judge(const struct check *k, struct bundle *b, const struct bundle *old,
    const struct job *job)
{
	const struct review_job meant = {
		.inventory = job->inventory, .made_up = job->made_up,
		.host = job->host, .site = job->site, .role = job->role,
		.files = &k->shown, .now = clock_utc(&clock_system),
		.replaces = k->replaces != NULL ? old : NULL,
		.replaces_name = k->replaces != NULL ? k->old_shown.item[0] :
		    NULL,
	};
	struct review *review;
	int code;

	if (job->note.len > 0)
		strings_add(&b->notes, text_str(&job->note));
	review = review_run(&meant, b, job->trust);
	code = report(k, review);
	review_free(review);
	return code;
}

int
cmd_check(int argc, char **argv)
{
	struct check k = { .format = report_find("table"),
	    .fail_on = SEVERITY_ERROR };
	struct bundle b = {0}, old = {0};
	struct job job = {0};
	int code = EXIT_USAGE;

	/* A site's openssl.cnf must not change verdicts. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	if (read_options(&k, argc, argv) && job_init(&job, &k.words) &&
	    read_password_file(&k) &&
	    read_files(&k, &b, argv + optind, argc - optind, &k.shown) &&
	    read_replaced(&k, job.role, &b, &old))
		code = judge(&k, &b, &old, &job);
	bundle_done(&b);
	bundle_done(&old);
	job_done(&job);
	wipe(&k.password);
	strings_done(&k.shown);
	strings_done(&k.old_shown);
	strings_done(&k.words.sites);
	strings_done(&k.words.trust);
	return code;
}
