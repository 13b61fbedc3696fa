/* SPDX-License-Identifier: ISC */
/*
 * trust_path.c - all paths from a leaf, best candidates first, until one is
 * trusted. OpenSSL's own search takes the first issuer that looks right, and
 * says little about why it failed; so we search, and OpenSSL judges each path.
 * What a peer sends can make the search long: signatures, judgements and depth
 * are counted.
 */
#include "trust_path.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <string.h>

#include "cwaudit/libctx.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_ISSUERS	64	/* candidates for one place */
#define MAX_SIGNATURES	48	/* checked in one search */
#define MAX_JUDGED	8	/* whole paths */

struct search {
	const struct trust_space *space;
	struct trust_found	 *best;
	const struct trust_entry *path[TRUST_PATH_MAX];
	size_t			  n;
	int			  signatures, judged;	/* left */
};

struct issuers {
	const struct trust_entry *entry[MAX_ISSUERS];
	int			  worth[MAX_ISSUERS];
	size_t			  n;
	bool			  other_key;	/* one was passed over for it */
};

enum about { SUBJECT, EXPIRY, BIRTH, ISSUER, SIGNATURE };

/* X509_V_*: what it means for the chain, and how it is said. */
static const struct meaning {
	int			 error;
	enum chain_status	 status;
	enum about		 about;
	const char		*before, *after;	/* around the name */
} meanings[] = {
	{ X509_V_OK, CHAIN_TRUSTED, SUBJECT,
	    "the path ends at ", ", which is trusted" },
	{ X509_V_ERR_CERT_HAS_EXPIRED, CHAIN_CA_EXPIRED, EXPIRY,
	    "the CA certificate ", " expired on " },
	{ X509_V_ERR_CERT_NOT_YET_VALID, CHAIN_CA_EXPIRED, BIRTH,
	    "the CA certificate ", " is not valid before " },
	{ X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, CHAIN_CA_EXPIRED, SUBJECT,
	    "the CA certificate ", " has dates that cannot be read" },
	{ X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, CHAIN_CA_EXPIRED, SUBJECT,
	    "the CA certificate ", " has dates that cannot be read" },
	{ X509_V_ERR_PATH_LENGTH_EXCEEDED, CHAIN_CONSTRAINED, SUBJECT,
	    "", " allows fewer CAs below it than the path has" },
	{ X509_V_ERR_CERT_CHAIN_TOO_LONG, CHAIN_CONSTRAINED, SUBJECT,
	    "the path is too long at ", "" },
	{ X509_V_ERR_PERMITTED_VIOLATION, CHAIN_CONSTRAINED, SUBJECT,
	    "a CA above ", " permits other names only (name constraints)" },
	{ X509_V_ERR_EXCLUDED_VIOLATION, CHAIN_CONSTRAINED, SUBJECT,
	    "a CA above ", " excludes a name of it (name constraints)" },
	{ X509_V_ERR_SUBTREE_MINMAX, CHAIN_CONSTRAINED, SUBJECT,
	    "the name constraints above ", " cannot be judged" },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, CHAIN_CONSTRAINED, SUBJECT,
	    "the name constraints above ", " cannot be judged" },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, CHAIN_CONSTRAINED, SUBJECT,
	    "the name constraints above ", " cannot be judged" },
	{ X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, CHAIN_CONSTRAINED, SUBJECT,
	    "a name of ", " does not fit name constraints" },
	{ X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, CHAIN_CONSTRAINED, SUBJECT,
	    "", " has a critical extension that is not understood" },
	{ X509_V_ERR_INVALID_PURPOSE, CHAIN_CONSTRAINED, SUBJECT,
	    "", " has an extended key usage that leaves out TLS servers" },
	{ X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED, CHAIN_CONSTRAINED, SUBJECT,
	    "", " is a proxy certificate" },
	{ X509_V_ERR_INVALID_POLICY_EXTENSION, CHAIN_CONSTRAINED, SUBJECT,
	    "", " has policies that cannot be read" },
	{ X509_V_ERR_INVALID_CA, CHAIN_NOT_A_CA, SUBJECT,
	    "", " may not issue certificates: it is not a CA" },
	{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN, CHAIN_NOT_A_CA, SUBJECT,
	    "", " may not issue certificates: its key usage lacks keyCertSign" },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, CHAIN_UNKNOWN_CA, SUBJECT,
	    "the path ends at ", ", which is in none of: " },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, CHAIN_SELF_SIGNED, SUBJECT,
	    "", " is signed by its own key, and is in none of: " },
	{ X509_V_ERR_CERT_UNTRUSTED, CHAIN_UNKNOWN_CA, SUBJECT,
	    "the path ends at ", ", which is in none of: " },
	{ X509_V_ERR_INVALID_EXTENSION, CHAIN_UNREADABLE, SUBJECT,
	    "an extension of ", " cannot be read" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, CHAIN_NO_ISSUER, ISSUER,
	    "the issuer ", " was not sent and is not known here" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, CHAIN_NO_ISSUER, ISSUER,
	    "the issuer ", " was not sent and is not known here" },
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE, CHAIN_BAD_SIGNATURE, SIGNATURE,
	    "the signature of ", " was not made by the key of " },
	{ X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, CHAIN_BAD_SIGNATURE,
	    SIGNATURE, "the signature of ", " cannot be checked: no key in " },
	{ X509_V_ERR_UNSPECIFIED, CHAIN_ERROR, SUBJECT,
	    "OpenSSL could not judge ", "" },
};

/* Which outcome is told, if none is good: the one that came furthest. */
static const int ranks[] = {
	[CHAIN_TRUSTED]		= 10,
	[CHAIN_CA_EXPIRED]	= 9,
	[CHAIN_CONSTRAINED]	= 8,
	[CHAIN_NOT_A_CA]	= 7,
	[CHAIN_SELF_SIGNED]	= 6,
	[CHAIN_UNKNOWN_CA]	= 6,
	[CHAIN_UNREADABLE]	= 5,
	[CHAIN_NO_ISSUER]	= 4,
	[CHAIN_BAD_SIGNATURE]	= 3,
	[CHAIN_ERROR]		= 2,
	[CHAIN_NO_TRUST]	= 1,
};

static const struct meaning *
meaning_of(int error)
{
	for (size_t i = 0; i < ARRAY_N(meanings); i++)
		if (meanings[i].error == error)
			return &meanings[i];
	return &meanings[ARRAY_N(meanings) - 1];
}

static void
note(struct search *s, int error, size_t at, bool other_key)
{
	enum chain_status status = meaning_of(error)->status;
	struct trust_found *best = s->best;

	if (best->n > 0 && (ranks[status] < ranks[best->status] ||
	    (ranks[status] == ranks[best->status] && s->n <= best->n)))
		return;
	best->status = status;
	best->error = error;
	best->at = at;
	best->other_key = other_key;
	best->n = s->n;
	memcpy(best->path, s->path, s->n * sizeof(s->path[0]));
}

static bool
is_anchor(const struct search *s, const struct trust_entry *entry)
{
	for (size_t i = 0; i < s->space->n_sets; i++) {
		const struct trust_entry *mine =
		    trust_list_find(s->space->sets[i], entry->sha256);

		if (mine != NULL && mine->anchor)
			return true;
	}
	return false;
}

static bool
is_date_error(int error)
{
	return meaning_of(error)->status == CHAIN_CA_EXPIRED;
}

struct judgement {
	int	error;		/* the first that counts */
	int	at;
};

/* Dates of the leaf are not ours; those of CAs give way to anything else. */
static int
on_verified(int ok, X509_STORE_CTX *ctx)
{
	struct judgement *j = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx);
	int at = X509_STORE_CTX_get_error_depth(ctx);

	if (ok || (is_date_error(error) && (at == 0 || j->error != X509_V_OK)))
		return 1;
	j->error = error;
	j->at = at;
	return is_date_error(error);
}

static void
set_up(X509_STORE_CTX *ctx, const struct search *s, struct judgement *j,
    STACK_OF(X509) *anchor)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

	X509_STORE_CTX_set0_trusted_stack(ctx, anchor);
	X509_STORE_CTX_set_app_data(ctx, j);
	X509_STORE_CTX_set_verify_cb(ctx, on_verified);
	X509_VERIFY_PARAM_set_time(param, (time_t)s->space->now);
	X509_VERIFY_PARAM_set_depth(param, TRUST_PATH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, 0);
	if (X509_self_signed(s->path[s->n - 1]->x, 0) != 1)
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
}

/*
 * As Windows and browsers do: the extended key usage of a CA, the anchor
 * aside, holds for all below it.
 */
static void
check_usages(const struct search *s, struct judgement *j)
{
	for (size_t i = 1; i + 1 < s->n; i++) {
		const struct cert *ca = s->path[i]->cert;

		if (!ca->eku_present || ca->eku_server || ca->eku_any)
			continue;
		j->error = X509_V_ERR_INVALID_PURPOSE;
		j->at = (int)i;
		return;
	}
}

/* The path in hand, by all rules of RFC 5280 that OpenSSL knows. */
static void
judge(struct search *s)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new_ex(libctx_lean(), NULL);
	STACK_OF(X509) *others = sk_X509_new_null();
	STACK_OF(X509) *anchor = sk_X509_new_null();
	struct judgement j = { X509_V_ERR_UNSPECIFIED, 0 };

	s->judged--;
	for (size_t i = 1; others != NULL && i + 1 < s->n; i++)
		(void)sk_X509_push(others, s->path[i]->x);
	if (ctx != NULL && others != NULL && anchor != NULL &&
	    sk_X509_push(anchor, s->path[s->n - 1]->x) > 0 &&
	    X509_STORE_CTX_init(ctx, NULL, s->path[0]->x, others) == 1) {
		j.error = X509_V_OK;
		set_up(ctx, s, &j, anchor);
		if (X509_verify_cert(ctx) != 1 && j.error == X509_V_OK)
			j.error = X509_V_ERR_UNSPECIFIED;
		if (j.error == X509_V_OK || is_date_error(j.error))
			check_usages(s, &j);
	}
	if (j.at < 0 || (size_t)j.at >= s->n)
		j.at = 0;
	note(s, j.error, j.error == X509_V_OK ? s->n - 1 : (size_t)j.at,
	    false);
	X509_STORE_CTX_free(ctx);
	sk_X509_free(others);
	sk_X509_free(anchor);
}

static bool
in_dates(const struct trust_entry *entry, int64_t now)
{
	return entry->cert->dates_readable && entry->cert->not_before <= now &&
	    now < entry->cert->not_after;
}

static bool
is_there(const struct search *s, const struct issuers *found,
    const struct trust_entry *entry)
{
	for (size_t i = 0; i < s->n; i++)
		if (memcmp(s->path[i]->sha256, entry->sha256, CERT_SHA256) == 0)
			return true;
	for (size_t i = 0; i < found->n; i++)
		if (memcmp(found->entry[i]->sha256, entry->sha256,
		    CERT_SHA256) == 0)
			return true;
	return false;
}

static void
insert_issuer(struct issuers *found, const struct trust_entry *entry, int worth)
{
	size_t i = found->n;

	if (i == MAX_ISSUERS && worth <= found->worth[--i])
		return;
	if (found->n < MAX_ISSUERS)
		found->n++;
	for (; i > 0 && found->worth[i - 1] < worth; i--) {
		found->entry[i] = found->entry[i - 1];
		found->worth[i] = found->worth[i - 1];
	}
	found->entry[i] = entry;
	found->worth[i] = worth;
}

/* Anchors come first, then those within their dates, then by their origin. */
static void
find_in(struct search *s, const struct trust_list *list, int worth,
    struct issuers *found)
{
	X509 *at = s->path[s->n - 1]->x;
	unsigned long name = X509_issuer_name_hash(at);

	for (size_t i = 0; i < list->n; i++) {
		const struct trust_entry *entry = &list->entry[i];

		if (entry->name != name || X509_NAME_cmp(
		    X509_get_subject_name(entry->x),
		    X509_get_issuer_name(at)) != 0 ||
		    is_there(s, found, entry))
			continue;
		switch (X509_check_issued(entry->x, at)) {
		case X509_V_ERR_AKID_SKID_MISMATCH:
		case X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH:
		case X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH:
			found->other_key = true;
			continue;
		default:	/* OpenSSL's numbers, no enum of ours */
			break;
		}
		insert_issuer(found, entry, worth +
		    (is_anchor(s, entry) ? 8 : 0) +
		    (in_dates(entry, s->space->now) ? 4 : 0));
	}
}

/* What speaks against this issuer already; X509_V_OK if nothing does. */
static int
check_issuer(X509 *issuer, X509 *subject)
{
	int error = X509_check_issued(issuer, subject);
	EVP_PKEY *key = X509_get0_pubkey(issuer);

	if (key == NULL)
		return X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY;
	if (X509_verify(subject, key) != 1)
		return X509_V_ERR_CERT_SIGNATURE_FAILURE;
	if (error == X509_V_ERR_KEYUSAGE_NO_CERTSIGN)
		return error;
	if (error != X509_V_OK)		/* it could not look */
		return X509_V_ERR_INVALID_EXTENSION;
	return X509_check_ca(issuer) == 0 ? X509_V_ERR_INVALID_CA : X509_V_OK;
}

static bool
is_over(const struct search *s)
{
	return s->signatures <= 0 || s->judged <= 0 ||
	    (s->best->n > 0 && s->best->status == CHAIN_TRUSTED);
}

static void extend(struct search *);

static void
try_issuer(struct search *s, const struct trust_entry *issuer)
{
	size_t at = s->n - 1;
	X509 *subject = s->path[at]->x;
	int error;

	s->signatures--;
	s->path[s->n++] = issuer;
	error = check_issuer(issuer->x, subject);
	if (error == X509_V_OK)
		extend(s);
	else if (meaning_of(error)->about == SIGNATURE)
		note(s, error, at, false);
	else if (error == X509_V_ERR_INVALID_EXTENSION &&
	    (X509_get_extension_flags(subject) & EXFLAG_INVALID) != 0)
		note(s, error, at, false);
	else
		note(s, error, at + 1, false);
	s->n--;
}

/* Nobody above it: its own root, or an issuer that is found nowhere. */
static void
end_here(struct search *s, bool other_key)
{
	const struct trust_entry *last = s->path[s->n - 1];
	bool named = X509_self_signed(last->x, 0) == 1;
	/* MD2, or a key too long to compute with: then the name must do. */
	bool own = last->cert->self_signed || (named &&
	    (last->cert->digest == CERT_DIGEST_MD2 ||
	    last->cert->key_bits > TRUST_KEY_MAX));

	if (own)
		note(s, s->n == 1 ? X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT :
		    X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, s->n - 1, false);
	else if (named)
		note(s, X509_V_ERR_CERT_SIGNATURE_FAILURE, s->n - 1, false);
	else
		note(s, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, s->n - 1,
		    other_key);
}

static void
extend(struct search *s)
{
	const struct trust_entry *last = s->path[s->n - 1];
	struct issuers found = { .n = 0 };

	if (is_anchor(s, last)) {
		judge(s);
		if (is_over(s) || X509_self_signed(last->x, 0) == 1)
			return;
	}
	if (last->cert->self_signed) {
		end_here(s, false);
		return;
	}
	if (s->n == TRUST_PATH_MAX) {
		note(s, X509_V_ERR_CERT_CHAIN_TOO_LONG, s->n - 1, false);
		return;
	}
	find_in(s, s->space->sent, 2, &found);
	for (size_t i = 0; i < s->space->n_sets; i++)
		find_in(s, s->space->sets[i], 1, &found);
	find_in(s, s->space->learned, 0, &found);
	if (found.n == 0)
		end_here(s, found.other_key);
	for (size_t i = 0; i < found.n && !is_over(s); i++)
		try_issuer(s, found.entry[i]);
}

void
trust_search(const struct trust_space *space, struct trust_found *found)
{
	struct search s = { .space = space, .best = found, .n = 1,
	    .signatures = MAX_SIGNATURES, .judged = MAX_JUDGED };

	memset(found, 0, sizeof(*found));
	s.path[0] = &space->sent->entry[0];
	extend(&s);
	found->gave_up = found->status != CHAIN_TRUSTED && is_over(&s);
}

/* Already escaped; cut between characters. */
static void
add_name(const char *name, struct text *out)
{
	size_t len = strlen(name), max = 200;

	text_add_char(out, '"');
	if (len > max) {
		while (max > 0 && ((unsigned char)name[max] & 0xc0) == 0x80)
			max--;
		text_add_bytes(out, name, max);
		text_add(out, "...");
	} else
		text_add(out, len > 0 ? name : "(no name)");
	text_add_char(out, '"');
}

void
trust_explain(const struct trust_found *found, const struct strings *sets,
    struct text *out)
{
	const struct meaning *m = meaning_of(found->error);
	const struct cert *cert = found->path[found->at]->cert;
	char date[CLOCK_TEXT];

	text_add(out, m->before);
	add_name(m->about == ISSUER ? cert->issuer : cert->subject, out);
	text_add(out, m->after);
	switch (m->about) {
	case SUBJECT:
		break;
	case EXPIRY:
		text_add(out, clock_format(cert->not_after, date));
		break;
	case BIRTH:
		text_add(out, clock_format(cert->not_before, date));
		break;
	case ISSUER:
		if (found->other_key)
			text_add(out, " (one of that name has another key)");
		break;
	case SIGNATURE:
		add_name(cert->issuer, out);
		break;
	}
	if (m->status == CHAIN_UNKNOWN_CA || m->status == CHAIN_SELF_SIGNED)
		strings_join(sets, ", ", out);
	if (m->status == CHAIN_ERROR)
		text_addf(out, ": %s",
		    X509_verify_cert_error_string(found->error));
	if (found->gave_up)
		text_add(out, "; more paths were possible than are tried");
}
