/* SPDX-License-Identifier: ISC */
/* check_chain.c - who issued it, who trusts that, and was all of it sent? */
#include "cwaudit/check.h"

#include <string.h>

static const struct strings *
trust_names(const struct subject *s)
{
	const struct settings *settings = s->endpoint->settings;

	return check_is_mtls(s) ? &settings->trust_mtls :
	    &settings->trust_https;
}

static void
add_trust(const struct subject *s, struct text *out)
{
	const struct strings *names = trust_names(s);

	if (names->n == 0)
		text_add(out, "any trust (none is configured)");
	else {
		text_add(out, "the trust ");
		check_add_list(names, out);
	}
}

enum verdict
check_self_signed(const struct subject *s, struct why *why)
{
	if (s->chain == NULL)
		return VERDICT_UNKNOWN;
	if (s->chain->status == CHAIN_TRUSTED || !s->leaf->self_signed)
		return VERDICT_PASS;
	check_add_what(s, &why->message);
	text_add(&why->message, " is self-signed and not in ");
	add_trust(s, &why->message);
	text_add(&why->message, "; one from a CA that the pool and the "
	    "browsers trust is expected");
	return VERDICT_FAIL;
}

enum verdict
check_untrusted(const struct subject *s, struct why *why)
{
	if (s->chain == NULL)
		return VERDICT_UNKNOWN;
	switch (s->chain->status) {
	case CHAIN_TRUSTED:
		return VERDICT_PASS;
	case CHAIN_NO_TRUST:
		return VERDICT_NOT_APPLICABLE;
	case CHAIN_ERROR:
		return VERDICT_UNKNOWN;
	case CHAIN_SELF_SIGNED:
	case CHAIN_UNKNOWN_CA:
	case CHAIN_NO_ISSUER:
	case CHAIN_BAD_SIGNATURE:
	case CHAIN_CA_EXPIRED:
	case CHAIN_NOT_A_CA:
	case CHAIN_CONSTRAINED:
	case CHAIN_UNREADABLE:
		break;
	}
	text_add(&why->message, "no valid path from ");
	check_add_what(s, &why->message);
	text_add(&why->message, " to ");
	add_trust(s, &why->message);
	text_addf(&why->message, ": %s", s->chain->reason);
	return VERDICT_FAIL;
}

static bool
was_sent(const struct chain *chain, const struct cert *c)
{
	for (size_t i = 0; i < chain->n_sent; i++)
		if (chain->sent[i] != NULL && memcmp(chain->sent[i]->sha256,
		    c->sha256, CERT_SHA256) == 0)
			return true;
	return false;
}

static void
add_subject_item(const struct cert *c, struct strings *out)
{
	struct text line = {0};

	cert_add_subject(c, &line);
	strings_add(out, text_str(&line));
	text_done(&line);
}

/* Only a path to its end tells that nothing is missing in it. */
static bool
path_ends(const struct chain *chain)
{
	return chain->status == CHAIN_TRUSTED ||
	    chain->status == CHAIN_CA_EXPIRED ||
	    chain->status == CHAIN_UNKNOWN_CA ||
	    chain->path[chain->n_path - 1]->self_issued;
}

enum verdict
check_incomplete_chain(const struct subject *s, struct why *why)
{
	const struct chain *chain = s->chain;

	if (chain == NULL || chain->n_path == 0)
		return VERDICT_UNKNOWN;
	if (s->leaf->self_signed)
		return VERDICT_NOT_APPLICABLE;
	if (!chain->incomplete)
		return path_ends(chain) ? VERDICT_PASS : VERDICT_UNKNOWN;
	for (size_t i = 1; i < chain->n_path; i++) {
		const struct cert *ca = chain->path[i];

		if (!was_sent(chain, ca) && !(i + 1 == chain->n_path &&
		    path_ends(chain)))
			add_subject_item(ca, &why->offenders);
	}
	why->offenders_key = "missing";
	check_add_port(s, &why->message);
	text_addf(&why->message, " does not %s the intermediate certificate ",
	    s->file != NULL ? "hold" : "send");
	check_add_list(&why->offenders, &why->message);
	if (s->file != NULL) {
		/* .cer files never do; the host's own store is not seen. */
		why->severity = SEVERITY_NOTICE;
		text_addf(&why->message, "; the Intermediate Certification "
		    "Authorities store of %s must have it",
		    endpoint_owner(s->endpoint));
		return VERDICT_FAIL;
	}
	text_add(&why->message, "; clients that do not know it by themselves "
	    "refuse the certificate");
	return VERDICT_FAIL;
}

enum verdict
check_chain_order(const struct subject *s, struct why *why)
{
	const struct chain *chain = s->chain;
	size_t unreadable = 0;

	if (chain == NULL)
		return VERDICT_UNKNOWN;
	for (size_t i = 0; i < chain->n_sent; i++)
		unreadable += chain->sent[i] == NULL;
	if (!chain->disordered && !chain->extras && unreadable == 0)
		return VERDICT_PASS;
	for (size_t i = 0; i < chain->n_sent; i++)
		if (chain->sent[i] != NULL)
			add_subject_item(chain->sent[i], &why->offenders);
		else
			strings_add(&why->offenders, "(unreadable)");
	why->offenders_key = "sent";
	check_add_port(s, &why->message);
	text_addf(&why->message, " sends its chain %s%s%s%s%s: ",
	    chain->disordered ? "in the wrong order" : "",
	    chain->disordered && chain->extras ? " and " : "",
	    chain->extras ? "with certificates that are not part of it" : "",
	    unreadable > 0 && (chain->disordered || chain->extras) ? " and " :
	    "", unreadable > 0 ? "with certificates that are unreadable" : "");
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, "; each should issue the one before it, and "
	    "nothing else belongs there");
	return VERDICT_FAIL;
}

static const char *
skip_blanks(const char *s)
{
	while (*s == ' ')
		s++;
	return s;
}

/* Two RFC 2253 names, but for case and blanks around the commas. */
static bool
same_name(const char *a, const char *b)
{
	a = skip_blanks(a);
	b = skip_blanks(b);
	for (;;) {
		const char *a_end = skip_blanks(a), *b_end = skip_blanks(b);
		char x[2] = { *a, '\0' }, y[2] = { *b, '\0' };

		if ((*a_end == ',' || *a_end == '\0') &&
		    (*b_end == ',' || *b_end == '\0')) {
			if (*a_end != *b_end)
				return false;
			if (*a_end == '\0')
				return true;
			a = skip_blanks(a_end + 1);
			b = skip_blanks(b_end + 1);
			continue;
		}
		if (*a == '\0' || !text_equal(x, y))
			return false;
		a++;
		b++;
	}
}

static bool
is_ascii(const char *s)
{
	while (*s != '\0' && (unsigned char)*s < 0x80)
		s++;
	return *s == '\0';
}

static const struct strings *
allow_list(const struct endpoint *e)
{
	return e->kind == ENDPOINT_MTLS ? &e->settings->issuers_mtls :
	    &e->settings->issuers_https;
}

bool
check_issuer_allowed(const struct endpoint *e, const struct cert *leaf)
{
	const struct strings *allowed = allow_list(e);

	for (size_t i = 0; i < allowed->n; i++)
		if (same_name(allowed->item[i], leaf->issuer))
			return true;
	return allowed->n == 0;
}

enum verdict
check_issuer_unexpected(const struct subject *s, struct why *why)
{
	const struct strings *allowed = allow_list(s->endpoint);

	if (allowed->n == 0)
		return VERDICT_NOT_APPLICABLE;
	if (check_issuer_allowed(s->endpoint, s->leaf))
		return VERDICT_PASS;
	text_add(&why->message, "the issuer of ");
	check_add_what(s, &why->message);
	text_add(&why->message, " is ");
	cert_add_issuer(s->leaf, &why->message);
	text_add(&why->message, "; allowed are ");
	check_add_list(allowed, &why->message);
	if (!is_ascii(s->leaf->issuer)) {
		text_add(&why->message, "; byte by byte it is ");
		check_add_exact(s->leaf->issuer, strlen(s->leaf->issuer),
		    &why->message);
	}
	return VERDICT_FAIL;
}
