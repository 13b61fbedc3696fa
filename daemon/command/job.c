/* SPDX-License-Identifier: ISC */
/* job.c - words of the command line to a host, its site and its trust. */
#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/name.h"
#include "cwaudit/rule.h"
#include "setup/file.h"
#include "setup/setup.h"
#include "terminal.h"

#define MAX_SITES	200	/* each gets an address of 127.0.0.0/8 */
#define SYSTEM_TRUST	"/etc/ssl/certs/ca-certificates.crt"

static bool
read_role(const char *as, enum role *out)
{
	if (as == NULL)
		fputs("cwaudit: say what the certificate is for: --as mtls, "
		    "--as https or --as single\n", stderr);
	else if (!role_parse(as, out) || *out == ROLE_PUBLISHED)
		fprintf(stderr, "cwaudit: no --as \"%s\": mtls (its CN is the "
		    "host's FQDN), https (of one site) or single (both in "
		    "one)\n", as);
	else
		return true;
	return false;
}

static bool
read_host(const char *host, struct text *fqdn)
{
	const char *wrong;

	if (host == NULL) {
		fputs("cwaudit: name the server: --host FQDN\n", stderr);
		return false;
	}
	wrong = name_host(host, fqdn);
	if (wrong != NULL)
		fprintf(stderr, "cwaudit: --host \"%s\" %s\n", host, wrong);
	return wrong == NULL;
}

struct place {			/* a --site, read */
	struct text	 url, name;
	uint16_t	 port;
};

static bool
read_site(const char *word, struct place *p)
{
	const char *wrong;

	if (strstr(word, "://") == NULL)
		text_add(&p->url, "https://");
	text_add(&p->url, word);
	wrong = name_site_url(text_str(&p->url), &p->name, &p->port);
	if (wrong != NULL)
		fprintf(stderr, "cwaudit: --site \"%s\" %s\n", word, wrong);
	return wrong == NULL;
}

static void
place_done(struct place *p)
{
	text_done(&p->url);
	text_done(&p->name);
}

/* -- an inventory for the occasion ---------------------------------------- */

/* A name that can stand in YAML and in a message: the file's, if it may. */
static void
add_trust_name(const char *path, size_t number, struct text *out)
{
	const char *base = strrchr(path, '/') != NULL ?
	    strrchr(path, '/') + 1 : path;

	if (*base != '\0' && base[strspn(base, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0')
		text_add(out, base);
	else
		text_addf(out, "trust-%zu", number);
}

static void
add_trust(const struct strings *names, struct text *yaml)
{
	struct text list = {0};

	if (names->n == 0)
		return;
	text_add(yaml, "roots:\n");
	for (size_t i = 0; i < names->n; i++) {
		text_addf(yaml, "  \"%s\": system\n", names->item[i]);
		text_addf(&list, "%s\"%s\"", i > 0 ? ", " : "",
		    names->item[i]);
	}
	text_addf(yaml, "defaults: {trust: {mtls: [%s], https: [%s]}}\n",
	    text_str(&list), text_str(&list));
	text_done(&list);
}

/* Sites have addresses of their own here, so that they never collide. */
static bool
add_sites(const struct strings *sites, struct text *yaml)
{
	bool ok = true;

	for (size_t i = 0; ok && i < sites->n; i++) {
		struct place p = {0};

		ok = read_site(sites->item[i], &p);
		if (ok)
			text_addf(yaml, "      - {url: \"https://%s:%u\", "
			    "mtls_port: unknown, listen: {address: "
			    "127.0.0.%zu}}\n", text_str(&p.name), p.port,
			    i + 1);
		place_done(&p);
	}
	return ok;
}

static bool
sites_suit(enum role role, const struct strings *sites)
{
	if (role == ROLE_SINGLE && sites->n == 0)
		fputs("cwaudit: --as single: name every site that the "
		    "certificate is for with --site URL, or an inventory with "
		    "-i FILE\n", stderr);
	else if (role == ROLE_HTTPS && sites->n != 1)
		fprintf(stderr, "cwaudit: --as https: a separate HTTPS "
		    "certificate is for one site: name it with --site URL%s\n",
		    sites->n == 0 ? ", or an inventory with -i FILE" : "");
	else if (sites->n > MAX_SITES)
		fprintf(stderr, "cwaudit: more than %d sites\n", MAX_SITES);
	else
		return true;
	return false;
}

static bool
load_trust(struct trust *trust, const char *name, const char *path)
{
	struct text pem = {0}, why = {0};
	bool ok;

	if (strcmp(path, "system") == 0)
		path = SYSTEM_TRUST;
	ok = file_read(path, 16u << 20, &pem);
	if (!ok)
		fprintf(stderr, "cwaudit: --trust: %s\n", text_str(&pem));
	else if (!(ok = trust_add(trust, name, text_str(&pem), pem.len, &why)))
		fprintf(stderr, "cwaudit: --trust %s: %s\n", path,
		    text_str(&why));
	text_done(&pem);
	text_done(&why);
	return ok;
}

static bool
read_trust(struct job *job, const struct strings *paths, struct strings *names)
{
	bool ok = true;

	job->trust = trust_new();
	for (size_t i = 0; ok && i < paths->n; i++) {
		struct text name = {0};

		add_trust_name(paths->item[i], i + 1, &name);
		if (trust_has(job->trust, text_str(&name)))
			text_addf(&name, "-%zu", i + 1);
		ok = load_trust(job->trust, text_str(&name), paths->item[i]);
		if (ok)
			strings_add(names, text_str(&name));
		text_done(&name);
	}
	return ok;
}

static bool
make_up(struct job *job, const struct job_words *w, const char *fqdn)
{
	struct strings names = {0}, sites = {0};
	struct problems ps = {0};
	struct text yaml = {0};
	bool ok;

	for (size_t i = 0; i < w->sites.n; i++)
		strings_add_unique(&sites, w->sites.item[i]);
	ok = sites_suit(job->role, &sites) && read_trust(job, &w->trust,
	    &names);
	if (ok) {
		add_trust(&names, &yaml);
		text_addf(&yaml, "hosts:\n  - fqdn: \"%s\"\n    layout: %s\n"
		    "    sites:\n", fqdn, job->role == ROLE_SINGLE ?
		    "single" : "separate");
		ok = add_sites(&sites, &yaml);
		if (sites.n == 0)	/* MTLS alone: no site is asked about */
			text_addf(&yaml, "      - {url: \"https://%s\", "
			    "mtls_port: unknown, sharing: no}\n", fqdn);
	}
	job->inventory = ok ? setup_inventory_text(text_str(&yaml), &ps) : NULL;
	terminal_problems(&ps);
	job->made_up = true;
	if (job->inventory != NULL) {
		job->host = &job->inventory->hosts[0];
		job->site = &job->host->sites[0];
	}
	strings_done(&names);
	strings_done(&sites);
	text_done(&yaml);
	return job->inventory != NULL;
}

/* -- an inventory that is there ------------------------------------------- */

static bool
find_host(struct job *job, const char *fqdn, const char *path)
{
	const struct inventory *inv = job->inventory;
	const char **names, *near;

	job->host = inventory_find(inv, fqdn);
	if (job->host != NULL)
		return true;
	names = calloc(inv->n_hosts + 1, sizeof(*names));
	if (names == NULL)
		abort();
	for (size_t i = 0; i < inv->n_hosts; i++)
		names[i] = inv->hosts[i].fqdn;
	near = text_nearest(fqdn, names, inv->n_hosts);
	fprintf(stderr, "cwaudit: %s has no host \"%s\"%s%s%s; without an "
	    "inventory, --site and --trust say what to judge by\n", path, fqdn,
	    near != NULL ? ", did you mean \"" : "", near != NULL ? near : "",
	    near != NULL ? "\"?" : "");
	free(names);
	return false;
}

static void
print_sites(const struct host *h)
{
	for (size_t i = 0; i < h->n_sites; i++)
		fprintf(stderr, "%s%s", i > 0 ? ", " : "", h->sites[i].url);
	fputc('\n', stderr);
}

static const struct site *
find_site(const struct host *h, const char *word)
{
	const struct site *found = NULL;
	struct place p = {0};

	if (!read_site(word, &p)) {
		place_done(&p);
		return NULL;
	}
	for (size_t i = 0; found == NULL && i < h->n_sites; i++)
		if (strcmp(h->sites[i].name, text_str(&p.name)) == 0 &&
		    h->sites[i].url_port == p.port)
			found = &h->sites[i];
	if (found == NULL) {
		fprintf(stderr, "cwaudit: %s has no site %s in the inventory; "
		    "it has ", h->fqdn, text_str(&p.url));
		print_sites(h);
	}
	place_done(&p);
	return found;
}

/* Which site, where none was named. */
static bool
choose_site(struct job *job)
{
	const struct host *h = job->host;
	size_t n = 0;

	for (size_t i = 0; i < h->n_sites; i++) {
		const struct site *s = &h->sites[i];

		if (!s->tls && job->role != ROLE_MTLS)
			continue;
		if (job->site == NULL || (job->role == ROLE_SINGLE &&
		    job->site->settings->layout == LAYOUT_SEPARATE &&
		    s->settings->layout != LAYOUT_SEPARATE))
			job->site = s;
		n++;
	}
	if (n == 0) {
		fprintf(stderr, "cwaudit: TLS ends in front of every site of "
		    "%s: only --as mtls is to be judged there\n", h->fqdn);
		return false;
	}
	if (job->role != ROLE_HTTPS || n == 1)
		return true;
	fprintf(stderr, "cwaudit: %s has %zu sites; --as https needs --site, "
	    "one of ", h->fqdn, n);
	print_sites(h);
	return false;
}

static bool
take_sites(struct job *job, const struct strings *sites)
{
	if (job->role == ROLE_HTTPS && sites->n > 1)
		return sites_suit(job->role, sites);
	for (size_t i = 0; i < sites->n; i++) {
		const struct site *s = find_site(job->host, sites->item[i]);

		if (s == NULL)
			return false;
		if (job->site == NULL)
			job->site = s;
	}
	return job->site != NULL || choose_site(job);
}

static void
note_layout(struct job *job)
{
	enum layout declared = job->site->settings->layout;
	enum layout as = job->role == ROLE_SINGLE ? LAYOUT_SINGLE :
	    LAYOUT_SEPARATE;

	if (declared != LAYOUT_AUTO && declared != as)
		text_addf(&job->note, "the inventory declares layout %s for "
		    "%s; judged as %s, as asked", layout_name(declared),
		    job->site->name, role_name(job->role));
}

static bool
take_from_inventory(struct job *job, const struct job_words *w,
    const char *fqdn)
{
	const char *path = w->inventory_path;
	struct problems ps = {0};
	struct config config;
	struct setup *setup;
	bool ok = false;

	if (w->trust.n > 0) {
		fputs("cwaudit: --trust and an inventory do not go together: "
		    "the inventory says what is trusted\n", stderr);
		return false;
	}
	if (!terminal_config(w->config_path, &path, &config))
		return false;
	setup = setup_load(path, &ps);
	terminal_problems(&ps);
	if (setup != NULL) {
		job->inventory = inventory_ref(setup->inventory);
		job->trust = setup_trust_new(setup);
		ok = find_host(job, fqdn, path) && take_sites(job, &w->sites);
		if (ok)
			note_layout(job);
	}
	setup_unref(setup);
	config_done(&config);
	return ok;
}

bool
job_init(struct job *job, const struct job_words *w)
{
	bool inventory = w->config_path != NULL || w->inventory_path != NULL ||
	    (w->sites.n == 0 && w->trust.n == 0 && terminal_has_config());
	struct text fqdn = {0};
	bool ok;

	*job = (struct job){0};
	ok = read_role(w->as, &job->role) && read_host(w->host, &fqdn) &&
	    (inventory ? take_from_inventory(job, w, text_str(&fqdn)) :
	    make_up(job, w, text_str(&fqdn)));
	text_done(&fqdn);
	if (!ok)
		job_done(job);
	return ok;
}

void
job_done(struct job *job)
{
	trust_free(job->trust);
	inventory_unref(job->inventory);
	text_done(&job->note);
	*job = (struct job){0};
}
