/* SPDX-License-Identifier: ISC */
/* check_key.c - key, signature and what the certificate may be used for. */
#include "cwaudit/check.h"

#include <string.h>

enum verdict
check_weak_key(const struct subject *s, struct why *why)
{
	const struct cert *c = s->leaf;

	if (c->key != CERT_KEY_RSA)
		return VERDICT_NOT_APPLICABLE;
	if (c->key_bits >= 2048)
		return VERDICT_PASS;
	why->severity = c->key_bits < 1024 ? SEVERITY_ERROR : SEVERITY_WARNING;
	check_add_what(s, &why->message);
	text_addf(&why->message, " has an RSA key of %u bits; at least 2048 "
	    "are expected, and servers of the time take up to 4096",
	    c->key_bits);
	return VERDICT_FAIL;
}

enum verdict
check_key_type(const struct subject *s, struct why *why)
{
	if (s->leaf->key == CERT_KEY_RSA)
		return VERDICT_PASS;
	check_add_what(s, &why->message);
	text_addf(&why->message, " has a key of type %s; an RSA key is "
	    "expected: the server and its peers know no other",
	    s->leaf->key_text);
	return VERDICT_FAIL;
}

static const struct {
	enum severity	 severity;	/* SEVERITY_OFF: fine */
	const char	*name;
} digests[] = {
	[CERT_DIGEST_MD2]	= { SEVERITY_ERROR, "MD2" },
	[CERT_DIGEST_MD5]	= { SEVERITY_ERROR, "MD5 or MD4" },
	[CERT_DIGEST_SHA1]	= { SEVERITY_WARNING, "SHA-1 or as weak" },
	[CERT_DIGEST_SHA2]	= { SEVERITY_OFF, "SHA-2" },
	[CERT_DIGEST_OTHER]	= { SEVERITY_OFF, "another" },
};

static void
judge_signature(const struct cert *c, bool leaf, struct why *why)
{
	struct text line = {0};

	if (digests[c->digest].severity == SEVERITY_OFF)
		return;
	if (digests[c->digest].severity > why->severity)
		why->severity = digests[c->digest].severity;
	if (leaf)
		text_add(&line, "the leaf");
	else
		cert_add_subject(c, &line);
	text_addf(&line, " (%s)", c->signature);
	strings_add(&why->offenders, text_str(&line));
	text_done(&line);
}

/* EdDSA hashes inside; any other digest we do not know is not judged. */
static bool
digest_unknown(const struct cert *c)
{
	return c->digest == CERT_DIGEST_OTHER &&
	    !text_equal(c->signature, "ED25519") &&
	    !text_equal(c->signature, "ED448");
}

enum verdict
check_weak_signature(const struct subject *s, struct why *why)
{
	const struct chain *chain = s->chain;
	bool pinned = chain != NULL && chain->status == CHAIN_TRUSTED &&
	    chain->n_path == 1;

	/* Nobody verifies the signature of what is trusted by itself. */
	why->severity = SEVERITY_OFF;
	if (!pinned)
		judge_signature(s->leaf, true, why);
	for (size_t i = 1; chain != NULL && i + 1 < chain->n_path; i++)
		judge_signature(chain->path[i], false, why);
	if (why->offenders.n == 0)
		return digest_unknown(s->leaf) && !pinned ? VERDICT_UNKNOWN :
		    VERDICT_PASS;
	why->offenders_key = "weak";
	check_add_what(s, &why->message);
	text_add(&why->message, " depends on weak signatures: ");
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, "; SHA-256 or better is expected");
	return VERDICT_FAIL;
}

enum verdict
check_sha2_on_2003(const struct subject *s, struct why *why)
{
	const struct host *host = s->endpoint->host;

	if (host == NULL || host->os != OS_2003 || host->sha2_ok)
		return VERDICT_NOT_APPLICABLE;
	if (s->leaf->digest != CERT_DIGEST_SHA2)
		return VERDICT_PASS;
	check_add_what(s, &why->message);
	text_addf(&why->message, " is signed with %s, which Windows Server "
	    "2003 verifies only with KB938397 or KB968730; if they are "
	    "installed, say sha2_ok: true", s->leaf->signature);
	return VERDICT_FAIL;
}

enum verdict
check_key_usage(const struct subject *s, struct why *why)
{
	static const struct { unsigned bit; const char *name; } needed[] = {
		{ CERT_USE_DIGITAL_SIGNATURE, "digitalSignature" },
		{ CERT_USE_KEY_ENCIPHERMENT, "keyEncipherment" },
	};
	const struct cert *c = s->leaf;

	/* keyEncipherment means nothing to other keys; key-type has those. */
	if (c->key != CERT_KEY_RSA)
		return VERDICT_NOT_APPLICABLE;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (c->usage_present && (c->usage & needed[i].bit) == 0)
			strings_add(&why->offenders, needed[i].name);
	if (why->offenders.n == 0)
		return VERDICT_PASS;
	why->offenders_key = "missing";
	text_add(&why->message, "key usage of ");
	check_add_what(s, &why->message);
	text_add(&why->message, " lacks ");
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, "; digitalSignature and keyEncipherment (0xa0) "
	    "are expected");
	return VERDICT_FAIL;
}

enum verdict
check_eku_server_auth(const struct subject *s, struct why *why)
{
	const struct cert *c = s->leaf;

	if (c->eku_server)
		return VERDICT_PASS;
	if (!c->eku_present || c->eku_any)
		why->severity = SEVERITY_WARNING;
	check_add_what(s, &why->message);
	if (!c->eku_present)
		text_add(&why->message, " has no extended key usage");
	else if (c->eku.n == 0)
		text_add(&why->message, " has an empty or unreadable extended "
		    "key usage");
	else {
		text_add(&why->message, " has the extended key usage ");
		check_add_list(&c->eku, &why->message);
	}
	text_add(&why->message, "; serverAuth (1.3.6.1.5.5.7.3.1) is expected");
	return VERDICT_FAIL;
}

enum verdict
check_version(const struct subject *s, struct why *why)
{
	if (s->leaf->version == 3)
		return VERDICT_PASS;
	check_add_what(s, &why->message);
	text_addf(&why->message, " is of X.509 version %d; version 3 is "
	    "expected, older ones carry no names or usages", s->leaf->version);
	return VERDICT_FAIL;
}

enum verdict
check_leaf_is_ca(const struct subject *s, struct why *why)
{
	if (!s->leaf->ca)
		return VERDICT_PASS;
	check_add_what(s, &why->message);
	text_add(&why->message, " is a CA certificate: who has this server's "
	    "key can issue others; an end-entity certificate is expected");
	return VERDICT_FAIL;
}

enum verdict
check_no_cdp(const struct subject *s, struct why *why)
{
	/* Nobody could revoke a self-signed one; that has its own rule. */
	if (s->leaf->self_signed)
		return VERDICT_NOT_APPLICABLE;
	if (s->leaf->cdp.n > 0)
		return VERDICT_PASS;
	check_add_what(s, &why->message);
	text_add(&why->message, " names no CRL distribution point; Office "
	    "Communications Server wants one in every server certificate, and "
	    "without it nobody notices a revocation");
	return VERDICT_FAIL;
}

enum verdict
check_private_key(const struct subject *s, struct why *why)
{
	switch (s->key) {
	case BUNDLE_KEY_ABSENT:
		return VERDICT_NOT_APPLICABLE;
	case BUNDLE_KEY_UNREAD:
		return VERDICT_UNKNOWN;
	case BUNDLE_KEY_MATCHES:
		return VERDICT_PASS;
	case BUNDLE_KEY_MISSING:
	case BUNDLE_KEY_OTHER:
		break;
	}
	if (s->key == BUNDLE_KEY_MISSING) {
		text_addf(&why->message, "there is no private key in %s; ",
		    s->file);
		check_add_what(s, &why->message);
		text_add(&why->message, " needs its own");
	} else {
		text_addf(&why->message, "the private key in %s does not match "
		    "the certificate; ", s->file);
		check_add_what(s, &why->message);
		text_addf(&why->message, " needs the one that its %s key "
		    "belongs to", s->leaf->key_text);
	}
	return VERDICT_FAIL;
}
