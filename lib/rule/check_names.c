/* SPDX-License-Identifier: ISC */
/*
 * check_names.c - is this certificate for what it is used for?
 * The rules of domain.md's table: one CN that is the right one, and a SAN with
 * every name that browsers will ask for.
 */
#include "cwaudit/check.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

/* The CN that was meant. */
static void
add_near_cn(const struct subject *s, const char *wanted, struct text *out)
{
	char *name = xstrdup(wanted);

	check_add_near(s, true, &(struct strings){ .item = &name, .n = 1 },
	    out);
	free(name);
}

enum verdict
check_mtls_subject(const struct subject *s, struct why *why)
{
	const char *fqdn = s->endpoint->host->fqdn;
	bool in_san = cert_san_has(s->leaf, fqdn);

	if (cert_cn_is(s->leaf, fqdn))
		return VERDICT_PASS;
	why->severity = in_san ? SEVERITY_ERROR : SEVERITY_CRITICAL;
	check_add_cn(s->leaf, &why->message);
	text_add(&why->message, ", but ");
	check_add_what(s, &why->message);
	if (s->expect.role == ROLE_SINGLE)
		text_addf(&why->message, " must have the host's FQDN %s as its "
		    "CN", fqdn);
	else
		text_add(&why->message, " must have the host's FQDN as its CN");
	if (in_san)
		text_add(&why->message, "; the FQDN stands only in the SAN, "
		    "which the Activate wizard refuses and Microsoft does not "
		    "support");
	else
		text_add(&why->message, "; MTLS peers refuse it and the "
		    "Activate wizard does not accept it");
	add_near_cn(s, fqdn, &why->message);
	return VERDICT_FAIL;
}

/* The site host of this host that is the CN, or NULL. */
static const char *
cn_site(const struct subject *s)
{
	const struct host *host = s->endpoint->host;

	for (size_t i = 0; i < host->n_sites; i++)
		if (cert_cn_is(s->leaf, host->sites[i].name))
			return host->sites[i].name;
	return NULL;
}

enum verdict
check_documented_single(const struct subject *s, struct why *why)
{
	const char *fqdn = s->endpoint->host->fqdn;
	const char *site = cn_site(s);

	if (site == NULL || cert_cn_is(s->leaf, fqdn) ||
	    !cert_san_has(s->leaf, fqdn))
		return VERDICT_PASS;
	text_addf(&why->message, "CN is the site host %s and the FQDN %s "
	    "stands only in the SAN of ", site, fqdn);
	check_add_what(s, &why->message);
	text_addf(&why->message, ": that is the form Microsoft documented, but "
	    "activation refuses it (" CHECK_WIZARD_ERROR "); the CN must be %s",
	    fqdn);
	return VERDICT_FAIL;
}

enum verdict
check_wrong_service(const struct subject *s, struct why *why)
{
	const char *other = check_other_service(s);

	if (!check_is_mtls(s))
		return VERDICT_NOT_APPLICABLE;
	if (other == NULL)
		return VERDICT_PASS;
	if (s->file != NULL)
		text_addf(&why->message, "%s holds", s->file);
	else
		text_addf(&why->message, "the MTLS port of %s presents",
		    s->endpoint->host->fqdn);
	text_addf(&why->message, s->file != NULL ?
	    " a certificate of %s, not one of %s" :
	    " a certificate of %s, not one of %s: something else "
	    "answers there, or the certificate of another host was installed",
	    other, s->endpoint->host->fqdn);
	if (s->file != NULL)
		text_addf(&why->remedy, "Choose the certificate of %s: its CN "
		    "is %s.", s->endpoint->host->fqdn, s->expect.cn);
	strings_add(&why->offenders, other);
	why->offenders_key = "presents";
	return VERDICT_FAIL;
}

enum verdict
check_site_subject(const struct subject *s, struct why *why)
{
	const char *site = endpoint_site(s->endpoint);

	if (cert_cn_is(s->leaf, site))
		return VERDICT_PASS;
	why->severity = s->leaf->san_present ? SEVERITY_WARNING :
	    SEVERITY_ERROR;
	check_add_cn(s->leaf, &why->message);
	text_add(&why->message, ", but ");
	check_add_what(s, &why->message);
	text_add(&why->message, " should have the site host as its CN");
	if (!s->leaf->san_present)
		text_add(&why->message, "; without a SAN browsers have nothing "
		    "else to go by");
	add_near_cn(s, site, &why->message);
	return VERDICT_FAIL;
}

static bool
cn_covers(const struct cert *c, const char *name)
{
	for (size_t i = 0; i < c->n_cn; i++)
		if (c->cn[i].readable && cert_name_matches(c->cn[i].utf8.data,
		    c->cn[i].utf8.len, name))
			return true;
	return false;
}

/* Is this the host part of that URL? */
static bool
is_url_of(const struct cert_bytes *url, const char *name)
{
	const char *host = memmem(url->data, url->len, "://", 3);
	size_t len;

	if (host == NULL)
		return text_equal_bytes(name, url->data, url->len);
	host += 3;
	len = strcspn(host, "/:?#");
	return text_equal_bytes(name, host, len);
}

static bool
in_san_as(const struct cert *c, enum cert_san_type type, const char *name)
{
	for (size_t i = 0; i < c->n_san; i++) {
		const struct cert_bytes *value = &c->san[i].value;

		if (c->san[i].type != type)
			continue;
		if (type == CERT_SAN_URI ? is_url_of(value, name) :
		    text_equal_bytes(name, value->data, value->len))
			return true;
	}
	return false;
}

/* Where a missing name stands instead: people look there and see it. */
static void
add_elsewhere(const struct cert *c, const struct strings *missing,
    struct text *out)
{
	for (size_t i = 0; i < missing->n; i++) {
		const char *name = missing->item[i];
		const char *where = cn_covers(c, name) ? "in the CN" :
		    in_san_as(c, CERT_SAN_URI, name) ? "in a URI entry" :
		    in_san_as(c, CERT_SAN_IP, name) ? "in an IP entry" :
		    in_san_as(c, CERT_SAN_EMAIL, name) ? "in a mail entry" :
		    NULL;

		if (where != NULL)
			text_addf(out, "; %s stands only %s", name, where);
	}
}

enum verdict
check_site_names(const struct subject *s, struct why *why)
{
	const struct cert *c = s->leaf;
	const char *site = endpoint_site(s->endpoint);

	if (c->san_present && !c->san_readable)
		return VERDICT_UNKNOWN;		/* malformed-name says so */
	check_missing_names(c, &s->expect.names, &why->offenders);
	if (why->offenders.n == 0)
		return VERDICT_PASS;
	why->offenders_key = "missing";
	why->severity = strings_has(&why->offenders, site) &&
	    !cn_covers(c, site) ? SEVERITY_CRITICAL : SEVERITY_ERROR;
	text_add(&why->message, c->san_present ? "SAN lacks " :
	    "there is no SAN, so it lacks ");
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, ": ");
	check_add_what(s, &why->message);
	text_add(&why->message, " needs ");
	check_add_list(&s->expect.names, &why->message);
	text_add(&why->message, " as SAN dNSNames");
	add_elsewhere(c, &why->offenders, &why->message);
	check_add_near(s, false, &why->offenders, &why->message);
	return VERDICT_FAIL;
}

static bool
cn_in_san(const struct cert *c, const struct cert_bytes *cn)
{
	for (size_t i = 0; i < c->n_san; i++) {
		const struct cert_bytes *value = &c->san[i].value;

		if (c->san[i].type == CERT_SAN_DNS && value->len == cn->len &&
		    text_equal_bytes(cn->data, value->data, value->len))
			return true;
	}
	return false;
}

enum verdict
check_subject_not_in_san(const struct subject *s, struct why *why)
{
	const struct cert *c = s->leaf;

	if (!c->san_present || c->n_cn == 0)
		return VERDICT_NOT_APPLICABLE;
	if (!c->san_readable)
		return VERDICT_UNKNOWN;
	for (size_t i = 0; i < c->n_cn; i++) {
		struct text cn = {0};

		if (cn_in_san(c, &c->cn[i].utf8))
			continue;
		check_add_raw(&c->cn[i].utf8, &cn);
		strings_add(&why->offenders, text_str(&cn));
		text_done(&cn);
	}
	if (why->offenders.n == 0)
		return VERDICT_PASS;
	why->offenders_key = "missing";
	why->severity = s->expect.role == ROLE_HTTPS ? SEVERITY_WARNING :
	    SEVERITY_ERROR;
	text_add(&why->message, "CN ");
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, " is not among the SAN dNSNames of ");
	check_add_what(s, &why->message);
	text_add(&why->message, ": where a SAN is present, the names in it are "
	    "the only ones that count");
	check_add_near(s, false, &why->offenders, &why->message);
	return VERDICT_FAIL;
}

/* CN is the FQDN and the SAN has it and all names of this site. */
static bool
right_if_single(const struct subject *s, const struct strings *names)
{
	const char *fqdn = s->endpoint->host->fqdn;
	struct strings missing = {0};
	bool right;

	check_missing_names(s->leaf, names, &missing);
	right = missing.n == 0 && cert_cn_is(s->leaf, fqdn) &&
	    cert_san_covers(s->leaf, fqdn);
	strings_done(&missing);
	return right;
}

static bool
differs_from_single(const struct subject *s)
{
	const struct subject *peer = s->view == NULL ? NULL :
	    host_view_peer(s->view, s);

	/* One leaf on both ports is a single one, however wrong. */
	return peer != NULL && peer->leaf != NULL &&
	    !subject_same_leaf(s, peer) &&
	    !right_if_single(s, &s->expect.names) &&
	    check_right_if_separate(s) && check_right_if_separate(peer);
}

static bool
differs_from_separate(const struct subject *s)
{
	/* A single one is right on an MTLS port in either layout. */
	return !check_is_mtls(s) && !check_right_if_separate(s) &&
	    right_if_single(s, &s->endpoint->site->names);
}

enum verdict
check_layout_differs(const struct subject *s, struct why *why)
{
	if (s->declared == LAYOUT_AUTO)
		return VERDICT_NOT_APPLICABLE;
	if (s->declared == LAYOUT_SINGLE ? !differs_from_single(s) :
	    !differs_from_separate(s))
		return VERDICT_PASS;
	check_add_what(s, &why->message);
	text_addf(&why->message, " is right for "
	    "layout %s, but the inventory says %s: correct the inventory, or "
	    "install the other kind (", s->declared == LAYOUT_SINGLE ?
	    "separate" : "single", layout_name(s->declared));
	check_add_cn(s->leaf, &why->message);
	text_add(&why->message, ")");
	return VERDICT_FAIL;
}

static void
add_if_wildcard(const struct cert_bytes *name, struct strings *out)
{
	struct text shown = {0};

	if (memchr(name->data, '*', name->len) == NULL)
		return;
	check_add_raw(name, &shown);
	strings_add(out, text_str(&shown));
	text_done(&shown);
}

enum verdict
check_wildcard(const struct subject *s, struct why *why)
{
	const struct cert *c = s->leaf;

	for (size_t i = 0; i < c->n_cn; i++)
		add_if_wildcard(&c->cn[i].utf8, &why->offenders);
	for (size_t i = 0; i < c->n_san; i++)
		if (c->san[i].type == CERT_SAN_DNS)
			add_if_wildcard(&c->san[i].value, &why->offenders);
	if (why->offenders.n == 0)
		return VERDICT_PASS;
	check_sort_unique(&why->offenders);
	why->offenders_key = "wildcard";
	if (s->expect.role == ROLE_PUBLISHED)
		why->severity = SEVERITY_NOTICE;
	text_add(&why->message, "wildcard ");
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, " in ");
	check_add_what(s, &why->message);
	text_add(&why->message, ": a wildcard covers one label only, so not "
	    "the as. and download. names below a site, and MTLS peers do not "
	    "take one");
	return VERDICT_FAIL;
}
