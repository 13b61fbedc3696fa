/* SPDX-License-Identifier: ISC */
/* check_listener.c - what answers on the port, and how. */
#include "cwaudit/check.h"

#include <string.h>

#define RECENT_S	(7 * (int64_t)CLOCK_DAY)

enum verdict
check_unreadable(const struct subject *s, struct why *why)
{
	if (!s->unreadable)
		return s->leaf != NULL ? VERDICT_PASS : VERDICT_UNKNOWN;
	check_add_port(s, &why->message);
	text_addf(&why->message, " presents %zu bytes (SHA-256 ",
	    s->unreadable_len);
	text_add_hex(&why->message, s->unreadable_sha256, CERT_SHA256);
	text_add(&why->message, ") that are no readable certificate");
	return VERDICT_FAIL;
}

static bool
answered(const struct subject *s)
{
	return s->seen != NULL && s->seen->outcome != OUTCOME_NOT_TRIED &&
	    !check_unanswered(s);
}

static bool
other_port_answers(const struct subject *s)
{
	for (size_t i = 0; s->view != NULL && i < s->view->n; i++)
		if (&s->view->subjects[i] != s &&
		    answered(&s->view->subjects[i]))
			return true;
	return false;
}

static void
add_detail(const struct subject *s, struct text *out)
{
	if (s->seen->detail.len > 0)
		text_addf(out, " (%s)", text_str(&s->seen->detail));
}

/* The last look failed in the way that a rule is about. */
static enum verdict
judge_miss(const struct subject *s, struct why *why, const char *fact,
    const char *expected)
{
	char when[CLOCK_TEXT];
	bool recent = s->last_observed != CLOCK_NEVER &&
	    s->now - s->last_observed <= RECENT_S;

	if (!check_settled_miss(s))
		return VERDICT_UNKNOWN;
	why->severity = recent && other_port_answers(s) ? SEVERITY_ERROR :
	    SEVERITY_WARNING;
	check_add_port(s, &why->message);
	text_addf(&why->message, " %s", fact);
	add_detail(s, &why->message);
	text_addf(&why->message, "; %s", expected);
	if (s->last_observed != CLOCK_NEVER)
		text_addf(&why->message, "; last seen at %s",
		    clock_format(s->last_observed, when));
	return VERDICT_FAIL;
}

enum verdict
check_unreachable(const struct subject *s, struct why *why)
{
	struct text fact = {0};
	enum verdict verdict;

	if (s->seen == NULL || s->seen->outcome == OUTCOME_NOT_TRIED)
		return VERDICT_UNKNOWN;
	if (!check_unanswered(s))
		return VERDICT_PASS;
	text_addf(&fact, "is not reachable: %s",
	    outcome_words(s->seen->outcome));
	verdict = judge_miss(s, why, text_str(&fact),
	    "its certificate cannot be assessed");
	text_done(&fact);
	return verdict;
}

enum verdict
check_no_certificate(const struct subject *s, struct why *why)
{
	struct text fact = {0};
	enum verdict verdict;

	if (s->seen == NULL)
		return VERDICT_UNKNOWN;
	switch (s->seen->outcome) {
	case OUTCOME_OBSERVED:
		return VERDICT_PASS;
	case OUTCOME_NOT_TLS:
		return VERDICT_NOT_APPLICABLE;	/* has its own rule */
	case OUTCOME_DNS_FAILURE:
	case OUTCOME_REFUSED:
	case OUTCOME_UNREACHABLE:
	case OUTCOME_TIMEOUT:
	case OUTCOME_PROXY_ERROR:
	case OUTCOME_NOT_TRIED:
		return VERDICT_UNKNOWN;
	case OUTCOME_RESET:
	case OUTCOME_CLOSED:
	case OUTCOME_TLS_ALERT:
	case OUTCOME_MALFORMED:
	case OUTCOME_NO_CERTIFICATE:
		break;
	}
	text_addf(&fact, "answers but presents no certificate: %s",
	    outcome_words(s->seen->outcome));
	verdict = judge_miss(s, why, text_str(&fact), "a certificate with a "
	    "private key that the service can read is expected (Schannel "
	    "36870 in the server's log would say that it cannot)");
	text_done(&fact);
	return verdict;
}

enum verdict
check_not_tls(const struct subject *s, struct why *why)
{
	if (s->seen == NULL)
		return VERDICT_UNKNOWN;
	switch (s->seen->outcome) {
	case OUTCOME_OBSERVED:
	case OUTCOME_TLS_ALERT:
	case OUTCOME_MALFORMED:
	case OUTCOME_NO_CERTIFICATE:
		return VERDICT_PASS;
	case OUTCOME_DNS_FAILURE:
	case OUTCOME_REFUSED:
	case OUTCOME_UNREACHABLE:
	case OUTCOME_TIMEOUT:
	case OUTCOME_RESET:
	case OUTCOME_CLOSED:
	case OUTCOME_PROXY_ERROR:
	case OUTCOME_NOT_TRIED:
		return VERDICT_UNKNOWN;
	case OUTCOME_NOT_TLS:
		break;
	}
	return judge_miss(s, why, "answers with something that is not TLS",
	    "a TLS listener is expected there");
}

enum verdict
check_handshake_broken(const struct subject *s, struct why *why)
{
	if (s->seen == NULL || s->seen->outcome != OUTCOME_OBSERVED)
		return VERDICT_UNKNOWN;
	switch (s->seen->ending) {
	case ENDING_COMPLETE:
	case ENDING_CLIENT_CERT:
		return VERDICT_PASS;
	case ENDING_NONE:
	case ENDING_STOPPED:
	case ENDING_NO_SUITE:
	case ENDING_STALLED:
		return VERDICT_UNKNOWN;
	case ENDING_BROKEN:
		break;
	}
	if (s->broken < 2 && !s->one_shot)
		return VERDICT_UNKNOWN;
	check_add_port(s, &why->message);
	text_add(&why->message, " presents a certificate, but the handshake "
	    "then breaks off");
	add_detail(s, &why->message);
	text_add(&why->message, "; it should complete, or ask for a client "
	    "certificate: the private key may be missing, unreadable or "
	    "another certificate's");
	return VERDICT_FAIL;
}

/*
 * Was this look an attempt at a handshake? A hello made to save work proves
 * nothing and refutes nothing.
 */
static bool
tried_handshake(const struct subject *s)
{
	return s->seen->via == VIA_CURL || s->seen->via == VIA_OPENSSL ||
	    s->seen->fell_back;
}

enum verdict
check_not_proven(const struct subject *s, struct why *why)
{
	if (s->seen == NULL || s->seen->outcome != OUTCOME_OBSERVED)
		return VERDICT_UNKNOWN;
	if (s->seen->proof != PROOF_NONE)
		return VERDICT_PASS;
	if (!tried_handshake(s))
		return VERDICT_UNKNOWN;
	check_add_port(s, &why->message);
	text_add(&why->message, " presented a certificate, but nothing proved "
	    "that it holds the key");
	if (s->seen->proof_cause.len > 0)
		text_addf(&why->message, ": %s",
		    text_str(&s->seen->proof_cause));
	return VERDICT_FAIL;
}

enum verdict
check_mtls_open(const struct subject *s, struct why *why)
{
	if (!check_is_mtls(s))
		return VERDICT_NOT_APPLICABLE;
	if (s->seen == NULL || s->seen->outcome != OUTCOME_OBSERVED ||
	    !s->seen->client_cert_known)
		return VERDICT_UNKNOWN;
	if (s->seen->client_cert_requested)
		return VERDICT_PASS;
	check_add_port(s, &why->message);
	text_add(&why->message, " asks for no client certificate; a mutual TLS "
	    "listener does, so something else may be answering");
	return VERDICT_FAIL;
}

/* Protocol versions and words in cipher names that are no longer fit. */
static const char *const old_versions[] = {
	"SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1",
};
static const char *const old_ciphers[] = { "RC4", "DES", "EXP", "NULL" };

enum verdict
check_legacy_tls(const struct subject *s, struct why *why)
{
	const struct observation *seen = s->seen;

	if (seen == NULL || seen->outcome != OUTCOME_OBSERVED ||
	    !tried_handshake(s))
		return VERDICT_UNKNOWN;
	for (size_t i = 0; i < sizeof(old_versions) / sizeof(*old_versions);
	    i++)
		if (text_equal(seen->tls_version, old_versions[i]))
			strings_add(&why->offenders, seen->tls_version);
	for (size_t i = 0; i < sizeof(old_ciphers) / sizeof(*old_ciphers); i++)
		if (strstr(seen->tls_cipher, old_ciphers[i]) != NULL)
			strings_add_unique(&why->offenders, seen->tls_cipher);
	if (seen->reneg_known && !seen->reneg_safe)
		strings_add(&why->offenders, "no secure renegotiation");
	if (why->offenders.n == 0)
		return seen->tls_version[0] == '\0' ? VERDICT_UNKNOWN :
		    VERDICT_PASS;
	why->offenders_key = "legacy";
	check_add_port(s, &why->message);
	text_add(&why->message, " negotiates ");
	check_add_list(&why->offenders, &why->message);
	text_add(&why->message, "; TLS 1.2 with AES and RFC 5746 is what "
	    "clients expect today");
	return VERDICT_FAIL;
}

enum verdict
check_address_ambiguous(const struct subject *s, struct why *why)
{
	if (s->endpoint->kind != ENDPOINT_HTTPS || s->endpoint->address != NULL)
		return VERDICT_NOT_APPLICABLE;
	if (s->addresses.n == 0)
		return VERDICT_UNKNOWN;
	if (s->addresses.n == 1)
		return VERDICT_PASS;
	strings_copy(&why->offenders, &s->addresses);
	why->offenders_key = "addresses";
	text_addf(&why->message, "%s has several addresses (",
	    endpoint_owner(s->endpoint));
	check_add_list(&s->addresses, &why->message);
	text_addf(&why->message, ") and the inventory does not say where %s "
	    "listens", endpoint_site(s->endpoint));
	if (s->differing.n > 0) {
		text_add(&why->message, "; others answer differently: ");
		check_add_list(&s->differing, &why->message);
	}
	if (s->seen != NULL && s->seen->address[0] != '\0')
		text_addf(&why->message, "; judged by %s", s->seen->address);
	text_add(&why->message, "; set listen: {address: ...}");
	return VERDICT_FAIL;
}
