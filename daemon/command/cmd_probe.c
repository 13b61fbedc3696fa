/* SPDX-License-Identifier: ISC */
/*
 * cmd_probe.c - `cwaudit probe`: hosts that no inventory has yet. A first look
 * takes what their ports present; the entries that follow from it are an
 * inventory, and by that one they are looked at again and judged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command.h"
#include "cwaudit/mem.h"
#include "cwaudit/name.h"
#include "cwaudit/report_survey.h"
#include "audit/sweep.h"
#include "terminal.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define TARGETS_MAX	64
#define PORTS_MAX	32	/* of one host */
#define AT_ONCE		8	/* ports of one host; it is asked once */

/* IIS, and where CWA's listeners stand by custom. */
static const uint16_t usual_ports[] = { 443, 5061, 5062, 5063, 5064, 5065 };

struct target {
	struct text	 name;		/* host name or literal */
	bool		 literal;
	bool		 named;		/* ports were: each of them must answer */
	uint16_t	 ports[PORTS_MAX];
	size_t		 n_ports;
};

struct errand {
	struct target	 targets[TARGETS_MAX];
	size_t		 n;
	struct strings	 trust;		/* PEM files, or "system" */
	const struct report_format *format;
	enum severity	 fail_on;
	bool		 verbose;
};

static const struct option options[] = {
	{ "trust", required_argument, NULL, 't' },
	{ "output", required_argument, NULL, 'o' },
	{ "fail-on", required_argument, NULL, 'f' },
	{ "verbose", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

/* -- the command line ----------------------------------------------------- */

/* HOST, HOST:PORT, https://HOST:PORT/, 10.0.0.1:443, [::1]:443, ::1 */
static const char *
read_target(const char *word, struct text *name, bool *literal, uint16_t *port)
{
	bool url = strncasecmp(word, "https://", 8) == 0;
	const char *rest = url ? word + 8 : word, *why;
	struct text whole = {0};
	uint16_t none = 1;		/* "lacks a port" is no mistake */

	*port = 0;
	*literal = true;
	if (name_address(rest, name) == NULL)
		return NULL;
	text_reset(name);
	if (name_address_port(rest, name, &none) == NULL) {
		if (rest[strlen(rest) - 1] != ']')
			*port = none;
		return NULL;
	}
	text_reset(name);
	*literal = false;
	text_addf(&whole, "https://%s", rest);
	why = name_site_url(text_str(&whole), name, port);
	if (why == NULL && strchr(rest, ':') == NULL && !url)
		*port = 0;
	text_done(&whole);
	return why;
}

static struct target *
find_target(struct errand *e, struct text *name, bool literal)
{
	struct target *t;

	for (size_t i = 0; i < e->n; i++)
		if (strcmp(text_str(&e->targets[i].name),
		    text_str(name)) == 0)
			return &e->targets[i];
	if (e->n == TARGETS_MAX)
		return NULL;
	t = &e->targets[e->n++];
	*t = (struct target){ .literal = literal };
	text_add(&t->name, text_str(name));
	return t;
}

static bool
add_port(struct target *t, uint16_t port)
{
	for (size_t i = 0; i < t->n_ports; i++)
		if (t->ports[i] == port)
			return true;
	if (t->n_ports == PORTS_MAX)
		return false;
	t->ports[t->n_ports++] = port;
	return true;
}

static bool
add_target(struct errand *e, const char *word)
{
	struct text name = {0};
	const char *why;
	struct target *t;
	bool literal, ok = true;
	uint16_t port;

	why = read_target(word, &name, &literal, &port);
	if (why != NULL) {
		fprintf(stderr, "cwaudit: \"%s\" %s\n", word, why);
		text_done(&name);
		return false;
	}
	t = find_target(e, &name, literal);
	if (t == NULL || (port != 0 && !add_port(t, port))) {
		fprintf(stderr, "cwaudit: more than %d hosts, or than %d ports "
		    "of one: write an inventory\n", TARGETS_MAX, PORTS_MAX);
		ok = false;
	} else if (port != 0) {
		t->named = true;
	}
	text_done(&name);
	return ok;
}

static bool
read_option(struct errand *e, int c)
{
	switch (c) {
	case 't':
		strings_add_unique(&e->trust, optarg);
		return true;
	case 'o':
		return terminal_format(optarg, &e->format);
	case 'f':
		return terminal_severity(optarg, &e->fail_on);
	case 'v':
		e->verbose = true;
		return true;
	}
	return false;
}

static bool
read_options(struct errand *e, int argc, char **argv)
{
	int c;

	while ((c = terminal_option(argc, argv, "o:f:v", options)) != -1)
		if (!read_option(e, c))
			return false;
	for (int i = optind; i < argc; i++)
		if (!add_target(e, argv[i]))
			return false;
	for (size_t i = 0; i < e->n; i++)
		for (size_t k = 0; k < ARRAY_N(usual_ports) &&
		    !e->targets[i].named; k++)
			(void)add_port(&e->targets[i], usual_ports[k]);
	if (e->n > 0)
		return true;
	fputs("cwaudit: name the hosts to probe: HOST, or HOST:PORT; without a "
	    "port 443 and 5061 to 5065 are looked at\n", stderr);
	return false;
}

/* -- inventories that are made up ----------------------------------------- */

static bool
is_mtls(uint16_t port)
{
	return port >= GUESS_MTLS_FIRST && port <= GUESS_MTLS_LAST;
}

/* Each port a site of its own, so that each is looked at. */
static void
add_ports(const struct target *t, const char *name, struct text *yaml)
{
	for (size_t i = 0; i < t->n_ports; i++) {
		text_addf(yaml, "      - {url: \"https://%s:%u\", ", name,
		    t->ports[i]);
		if (is_mtls(t->ports[i]))
			text_addf(yaml, "tls: no, mtls_port: %u}\n",
			    t->ports[i]);
		else
			text_add(yaml, "mtls_port: unknown}\n");
	}
}

static void
add_host(const struct target *t, size_t number, struct text *yaml)
{
	struct text name = {0};

	if (t->literal)		/* it has no name that anybody knows */
		text_addf(&name, "address-%zu.invalid", number);
	else
		text_add(&name, text_str(&t->name));
	text_addf(yaml, "  - fqdn: \"%s\"\n", text_str(&name));
	if (t->literal)
		text_addf(yaml, "    address: \"%s\"\n", text_str(&t->name));
	text_add(yaml, "    sites:\n");
	add_ports(t, text_str(&name), yaml);
	text_done(&name);
}

static void
add_trust(const struct strings *paths, struct text *yaml)
{
	struct text names = {0};

	if (paths->n == 0)
		return;
	text_add(yaml, "roots:\n");
	for (size_t i = 0; i < paths->n; i++) {
		text_addf(yaml, "  trust-%zu: \"", i + 1);
		text_add_escaped(yaml, paths->item[i],
		    strlen(paths->item[i]), 0);
		text_add(yaml, "\"\n");
		text_addf(&names, "%strust-%zu", i > 0 ? ", " : "", i + 1);
	}
	text_addf(yaml, "defaults: {trust: [%s]}\n", text_str(&names));
	text_done(&names);
}

/* Looks at all of it, once; NULL after a message. */
static struct snapshot *
look_at(const struct text *yaml)
{
	struct problems ps = {0};
	struct snapshot *snap = NULL;
	struct config config;
	struct setup *setup;

	config_init(&config);
	config.per_host = AT_ONCE;
	setup = setup_load_text(text_str(yaml), &ps);
	terminal_problems(&ps);
	if (setup != NULL)
		snap = sweep_run(&config, setup, NULL, NULL);
	setup_unref(setup);
	config_done(&config);
	return snap;
}

static struct snapshot *
look_first(const struct errand *e, struct strings *asked)
{
	struct text yaml = {0};
	struct snapshot *snap;

	add_trust(&e->trust, &yaml);
	text_add(&yaml, "hosts:\n");
	for (size_t i = 0; i < e->n; i++) {
		add_host(&e->targets[i], i + 1, &yaml);
		strings_add(asked, text_str(&e->targets[i].name));
	}
	snap = look_at(&yaml);
	text_done(&yaml);
	return snap;
}

static struct snapshot *
look_again(const struct errand *e, const struct survey *s)
{
	struct text yaml = {0};
	struct snapshot *snap;

	add_trust(&e->trust, &yaml);
	text_add(&yaml, text_str(&s->entry));
	snap = look_at(&yaml);
	text_done(&yaml);
	return snap;
}

/* -- the answer ----------------------------------------------------------- */

/*
 * A usual port that is closed is no surprise; one that was named is. What got
 * no entry was not judged.
 */
static bool
is_blind(const struct errand *e, const struct survey *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->hosts[i].no_entry != NULL || (e->targets[i].named &&
		    s->hosts[i].n_leaves < s->hosts[i].n_ports))
			return true;
	return false;
}

static bool
print_table(const struct survey *s, const struct snapshot *judged,
    bool trusted, const struct report_options *ro)
{
	if (!report_survey(s, ro, terminal_write, stdout))
		return false;
	if (judged == NULL)
		return true;
	fputs("Judged by that", stdout);
	puts(trusted ? ":\n" : "; chains are not, for want of a --trust:\n");
	return report_table(judged, ro, terminal_write, stdout);
}

/* What answered nothing is in no entry, so it is told apart. */
static void
complain(const struct survey *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->hosts[i].no_entry != NULL)
			fprintf(stderr, "cwaudit: %s: %s\n",
			    s->hosts[i].asked, s->hosts[i].no_entry);
}

static int
report(const struct errand *e, const struct survey *s,
    const struct snapshot *judged)
{
	bool table = strcmp(e->format->name, "table") == 0;
	struct report_options ro;
	bool ok;

	terminal_options(&ro);
	ro.verbose = e->verbose;
	ro.survey = s;
	if (!table)
		complain(s);
	ok = table ? print_table(s, judged, e->trust.n > 0, &ro) :
	    e->format->render(judged != NULL ? judged : s->looked, &ro,
	    terminal_write, stdout);
	if (!ok || fflush(stdout) != 0) {
		fputs("cwaudit: the report could not be written\n", stderr);
		return EXIT_USAGE;
	}
	if (judged != NULL && e->fail_on != SEVERITY_OFF &&
	    snapshot_worst(judged) >= e->fail_on)
		return EXIT_FINDINGS;
	return is_blind(e, s) || (judged != NULL &&
	    !snapshot_complete(judged)) ? EXIT_BLIND : EXIT_CLEAN;
}

static int
probe(const struct errand *e)
{
	struct strings asked = {0};
	struct snapshot *looked = look_first(e, &asked), *judged = NULL;
	int code = EXIT_USAGE;
	struct survey s;

	if (looked == NULL) {
		strings_done(&asked);
		return code;
	}
	survey_init(&s, looked, &asked);
	if (s.entry.len > 0)
		judged = look_again(e, &s);
	if (s.entry.len == 0 || judged != NULL)
		code = report(e, &s, judged);
	survey_done(&s);
	snapshot_free(judged);
	snapshot_free(looked);
	strings_done(&asked);
	return code;
}

int
cmd_probe(int argc, char **argv)
{
	struct errand *e = xcalloc(1, sizeof(*e));
	int code = EXIT_USAGE;

	e->format = report_find("table");
	e->fail_on = SEVERITY_ERROR;
	if (read_options(e, argc, argv))
		code = probe(e);
	for (size_t i = 0; i < e->n; i++)
		text_done(&e->targets[i].name);
	strings_done(&e->trust);
	free(e);
	return code;
}
