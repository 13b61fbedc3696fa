/* SPDX-License-Identifier: ISC */
/* cmd_request.c - `cwaudit request`: the right certificate, to be asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "cwaudit/mem.h"
#include "cwaudit/request.h"
#include "setup/file.h"
#include "setup/setup.h"
#include "target.h"
#include "terminal.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

struct wish {
	const char	*config_path, *inventory_path;
	const char	*fqdn;		/* --host */
	struct strings	 urls;		/* --site */
	struct strings	 hosts;		/* of the inventory */
	const char	*out;		/* --out; NULL: standard output */
	enum role	 as;
	enum host_os	 os;
	const struct request_format *format;
	struct request_form form;
};

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "inventory", required_argument, NULL, 'i' },
	{ "host", required_argument, NULL, 'H' },
	{ "site", required_argument, NULL, 's' },
	{ "as", required_argument, NULL, 'a' },
	{ "os", required_argument, NULL, 'w' },
	{ "format", required_argument, NULL, 'f' },
	{ "out", required_argument, NULL, 'd' },
	{ "org", required_argument, NULL, 'O' },
	{ "ou", required_argument, NULL, 'U' },
	{ "city", required_argument, NULL, 'L' },
	{ "state", required_argument, NULL, 'S' },
	{ "country", required_argument, NULL, 'C' },
	{ NULL, 0, NULL, 0 },
};

static bool
choose_role(struct wish *w, const char *name)
{
	enum role role;

	if (role_parse(name, &role) && role != ROLE_PUBLISHED) {
		w->as = role;
		return true;
	}
	fprintf(stderr, "cwaudit: --as \"%s\": mtls, https or single\n", name);
	return false;
}

static bool
choose_os(struct wish *w, const char *name)
{
	static const enum host_os systems[] = { OS_2003, OS_2008, OS_2008R2 };

	for (size_t i = 0; i < ARRAY_N(systems); i++) {
		if (strcmp(host_os_name(systems[i]), name) == 0) {
			w->os = systems[i];
			return true;
		}
	}
	fprintf(stderr, "cwaudit: --os \"%s\": 2003, 2008 or 2008r2 (also for "
	    "later ones)\n", name);
	return false;
}

static bool
choose_format(struct wish *w, const char *name)
{
	w->format = request_format_find(name);
	if (w->format != NULL)
		return true;
	fprintf(stderr, "cwaudit: no format \"%s\":", name);
	for (size_t i = 0; i < n_request_formats; i++)
		fprintf(stderr, " %s", request_formats[i].name);
	fputc('\n', stderr);
	return false;
}

/* Options that only keep a word. */
static const char **
place_of(struct wish *w, int c)
{
	switch (c) {
	case 'c':
		return &w->config_path;
	case 'i':
		return &w->inventory_path;
	case 'H':
		return &w->fqdn;
	case 'd':
		return &w->out;
	case 'O':
		return &w->form.subject.org;
	case 'U':
		return &w->form.subject.unit;
	case 'L':
		return &w->form.subject.city;
	case 'S':
		return &w->form.subject.state;
	case 'C':
		return &w->form.subject.country;
	}
	return NULL;
}

static bool
read_option(struct wish *w, int c)
{
	const char **place = place_of(w, c);

	if (place != NULL) {
		*place = optarg;
		return true;
	}
	switch (c) {
	case 's':
		strings_add_unique(&w->urls, optarg);
		return true;
	case 'a':
		return choose_role(w, optarg);
	case 'w':
		return choose_os(w, optarg);
	case 'f':
		return choose_format(w, optarg);
	}
	return false;
}

/* By hand or out of an inventory: never half of each. */
static bool
is_one_way(const struct wish *w)
{
	const char *wrong = NULL;

	if (w->fqdn == NULL && w->hosts.n == 0 && w->urls.n > 0)
		wrong = "--site goes with --host FQDN";
	else if (w->fqdn == NULL && w->hosts.n == 0)
		wrong = "name a host of the inventory, or say --host FQDN "
		    "--site URL";
	else if (w->fqdn != NULL && w->hosts.n > 0)
		wrong = "name a host of the inventory, or say --host, not both";
	else if (w->hosts.n > 0 && w->urls.n > 0)
		wrong = "--site goes with --host; a host of the inventory has "
		    "its sites there";
	else if (w->fqdn != NULL && (w->inventory_path != NULL ||
	    w->config_path != NULL))
		wrong = "--host needs no inventory; for a host of the "
		    "inventory leave --host out";
	if (wrong != NULL)
		fprintf(stderr, "cwaudit: %s\n", wrong);
	return wrong == NULL;
}

static bool
read_options(struct wish *w, int argc, char **argv)
{
	int c;

	while ((c = terminal_option(argc, argv, "c:i:", options)) != -1)
		if (!read_option(w, c))
			return false;
	for (int i = optind; i < argc; i++)
		strings_add_unique(&w->hosts, argv[i]);
	return is_one_way(w);
}

/* ---- which ---- */

static bool
complain(struct text *why)
{
	fprintf(stderr, "cwaudit: %s\n", text_str(why));
	text_done(why);
	return false;
}

/* Only certreq differs. */
static void
remark_os(const struct wish *w, enum host_os os, const char *host)
{
	if (w->os == OS_UNKNOWN && os == OS_UNKNOWN &&
	    strcmp(w->format->name, "inf") == 0)
		fprintf(stderr, "cwaudit: what %s runs on is not known: "
		    "written for Windows Server 2008 or later; --os 2003 "
		    "writes for that\n", host);
}

/* What the inventory leaves open, or says otherwise. */
static void
remark_layout(const struct wish *w, const struct host *h)
{
	bool open = false;

	for (size_t i = 0; i < h->n_sites; i++)
		open = open || (h->sites[i].tls &&
		    h->sites[i].settings->layout == LAYOUT_AUTO);
	if (open && w->as == 0)
		fprintf(stderr, "cwaudit: layout of %s is not declared: this "
		    "is one certificate for MTLS and HTTPS; --as mtls and "
		    "--as https give separate ones\n", h->fqdn);
	for (size_t i = 0; i < h->n_sites; i++) {
		enum layout said = h->sites[i].settings->layout;

		if ((w->as == ROLE_SINGLE && said == LAYOUT_SEPARATE) ||
		    (w->as == ROLE_HTTPS && said == LAYOUT_SINGLE))
			fprintf(stderr, "cwaudit: the inventory declares "
			    "layout %s for %s on %s; --as %s is not that\n",
			    layout_name(said), h->sites[i].url, h->fqdn,
			    role_name(w->as));
	}
	remark_os(w, h->os, h->fqdn);
}

static bool
add_target(const struct wish *w, const struct inventory *inv, const char *word,
    struct requests *rs)
{
	struct text why = {0};
	struct target t;
	bool ok;

	if (!target_find(inv, word, &t)) {
		target_complain(inv, word, NULL, 0);
		return false;
	}
	if (t.host != NULL)
		ok = requests_of_host(&(struct request_plan){ .host = t.host,
		    .as = w->as, .os = w->os }, rs, &why);
	else if (w->as == 0)
		ok = requests_of_published(t.published, w->os, rs, &why);
	else {
		text_addf(&why, "%s is published: --as is about hosts", word);
		ok = false;
	}
	if (ok && t.host != NULL)
		remark_layout(w, t.host);
	return ok || complain(&why);
}

static bool
add_from_inventory(struct wish *w, struct requests *rs)
{
	struct problems ps = {0};
	struct config config;
	struct inventory *inv;
	bool ok;

	if (!terminal_config(w->config_path, &w->inventory_path, &config))
		return false;
	inv = setup_inventory(w->inventory_path, &ps);
	terminal_problems(&ps);
	ok = inv != NULL;
	for (size_t i = 0; ok && i < w->hosts.n; i++)
		ok = add_target(w, inv, w->hosts.item[i], rs);
	inventory_unref(inv);
	config_done(&config);
	return ok;
}

static bool
add_by_hand(const struct wish *w, struct requests *rs)
{
	struct text why = {0};

	if (!requests_by_hand(w->fqdn, &w->urls, w->as, w->os, rs, &why))
		return complain(&why);
	if (w->as == 0)
		fprintf(stderr, "cwaudit: this is %s; --as says otherwise\n",
		    w->urls.n > 0 ? "one certificate for MTLS and HTTPS" :
		    "the MTLS certificate; --site adds sites");
	remark_os(w, OS_UNKNOWN, w->fqdn);
	return true;
}

/* ---- written ---- */

static void
add_crlf(const struct text *from, struct text *to)
{
	for (size_t i = 0; i < from->len; i++) {
		if (from->data[i] == '\n')
			text_add_char(to, '\r');
		text_add_char(to, from->data[i]);
	}
}

/* Never over a file that is there: it may belong to a key already. */
static bool
write_new(const char *path, const struct text *body)
{
	struct text why = {0};

	if (!file_write_new(path, body, &why))
		return complain(&why);
	fprintf(stderr, "cwaudit: wrote %s\n", path);
	return true;
}

static bool
write_to_directory(const struct wish *w, const struct requests *rs,
    const struct text *body)
{
	bool ok = true;

	for (size_t i = 0; ok && i < rs->n; i++) {
		struct text path = {0}, lines = {0};

		text_addf(&path, "%s/%s%s", w->out, rs->item[i].file,
		    w->format->extension);
		if (w->format->crlf)
			add_crlf(&body[i], &lines);
		ok = write_new(text_str(&path), w->format->crlf ? &lines :
		    &body[i]);
		text_done(&lines);
		text_done(&path);
	}
	return ok;
}

static bool
write_to_stdout(const struct requests *rs, const struct text *body)
{
	for (size_t i = 0; i < rs->n; i++) {
		if (i > 0)
			putchar('\n');
		fputs(text_str(&body[i]), stdout);
	}
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		fputs("cwaudit: the requests could not be written\n", stderr);
		return false;
	}
	if (rs->n > 1)
		fprintf(stderr, "cwaudit: %zu requests; --out DIR writes each "
		    "to a file of its own\n", rs->n);
	return true;
}

/* All are made before one is written. */
static bool
write_all(struct wish *w, const struct requests *rs)
{
	struct text *body = xcalloc(rs->n + 1, sizeof(*body)), why = {0};
	bool ok = true;

	w->form.version = CWAUDIT_VERSION;
	w->form.inventory = w->inventory_path;
	w->form.of = rs->n;
	for (size_t i = 0; ok && i < rs->n; i++) {
		w->form.number = i + 1;
		ok = w->format->write(&rs->item[i], &w->form, &body[i], &why);
		if (!ok)
			(void)complain(&why);
	}
	if (ok)
		ok = w->out != NULL ? write_to_directory(w, rs, body) :
		    write_to_stdout(rs, body);
	for (size_t i = 0; i < rs->n; i++)
		text_done(&body[i]);
	free(body);
	return ok;
}

int
cmd_request(int argc, char **argv)
{
	struct wish w = { .format = request_format_find("inf") };
	struct requests rs = {0};
	bool ok = read_options(&w, argc, argv);

	if (ok)
		ok = w.fqdn != NULL ? add_by_hand(&w, &rs) :
		    add_from_inventory(&w, &rs);
	if (ok)
		ok = write_all(&w, &rs);
	requests_done(&rs);
	strings_done(&w.urls);
	strings_done(&w.hosts);
	return ok ? EXIT_CLEAN : EXIT_USAGE;
}
