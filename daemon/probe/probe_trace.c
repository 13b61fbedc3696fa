/* SPDX-License-Identifier: ISC */
/* probe_trace.c - a handshake of OpenSSL's, watched and judged. */
#include "probe_trace.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "cwaudit/hello.h"
#include "cwaudit/mem.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_STAPLE	(64u << 10)
#define NOISE_MAX	16

static int trace_index = -1;	/* of SSL; set once, before any thread */
static int trace_ctx_index = -1;	/* of SSL_CTX */

bool
trace_global_init(void)
{
	if (trace_index == -1)
		trace_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	if (trace_ctx_index == -1)
		trace_ctx_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL,
		    NULL);
	return trace_index != -1 && trace_ctx_index != -1;
}

void
trace_init(struct trace *t, struct attempt *a)
{
	*t = (struct trace){ .attempt = a, .seen = a->seen,
	    .alert_in = -1, .alert_out = -1 };
}

static struct trace *
trace_of(const SSL *ssl)
{
	struct trace *t = SSL_get_ex_data(ssl, trace_index);

	return t != NULL ? t :
	    SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), trace_ctx_index);
}

static void
keep_staple(struct observation *o, const uint8_t *p, size_t len)
{
	if (o->staple.data != NULL || len == 0 || len > MAX_STAPLE)
		return;
	o->staple.data = xmemdup(p, len);
	o->staple.len = len;
}

static void
keep_terms(struct trace *t, SSL *ssl)
{
	struct observation *o = t->seen;
	const SSL_CIPHER *c = SSL_get_pending_cipher(ssl);
	struct text name = {0};

	text_add(&name, SSL_get_version(ssl));
	if (name.len < sizeof(o->tls_version))
		memcpy(o->tls_version, text_str(&name), name.len + 1);
	text_reset(&name);
	text_add(&name, c != NULL ? SSL_CIPHER_standard_name(c) : "");
	if (name.len < sizeof(o->tls_cipher))
		memcpy(o->tls_cipher, text_str(&name), name.len + 1);
	text_done(&name);
	/* TLS 1.3 has no renegotiation that could be unsafe. */
	o->reneg_known = true;
	o->reneg_safe = SSL_version(ssl) >= TLS1_3_VERSION ||
	    SSL_get_secure_renegotiation_support(ssl);
}

static long
refuse_to_read(BIO *b, int oper, const char *argp, size_t len, int argi,
    long argl, int ret, size_t *processed)
{
	(void)argp;
	(void)len;
	(void)argi;
	(void)argl;
	(void)processed;
	if (oper != BIO_CB_READ)
		return ret;
	BIO_clear_retry_flags(b);
	return 0;
}

/*
 * From within a callback: OpenSSL's call ends without its socket, and without
 * what the kernel has received for it, which can be megabytes.
 */
static void
hang_up(struct trace *t, SSL *ssl)
{
	BIO_set_callback_ex(SSL_get_rbio(ssl), refuse_to_read);
	if (t->attempt->socket != -1)
		(void)shutdown(t->attempt->socket, SHUT_RDWR);
}

static void
see_certificate(struct trace *t, SSL *ssl, const uint8_t *p, size_t len)
{
	struct hello_chain *chain = xcalloc(1, sizeof(*chain));
	bool tls13 = SSL_version(ssl) >= TLS1_3_VERSION;

	t->certificate = true;
	t->asked_known = t->asked_known || tls13;
	keep_terms(t, ssl);
	t->bad_chain = hello_split(p, len, tls13, chain);
	if (t->bad_chain == NULL) {
		attempt_take_chain(t->attempt, chain);
		keep_staple(t->seen, chain->staple.data, chain->staple.len);
	}
	free(chain);
	if (!observation_has_chain(t->seen))
		hang_up(t, ssl);	/* nothing to report can follow */
}

/* CertificateStatus of RFC 6066: type, length of 24 bits, response. */
static void
see_status(struct trace *t, const uint8_t *p, size_t len)
{
	if (len > 4 && p[0] == 1 && len - 4 == ((size_t)p[1] << 16 |
	    (size_t)p[2] << 8 | p[3]))
		keep_staple(t->seen, p + 4, len - 4);
}

/*
 * OpenSSL answers none of these and reads on within one call: an endless run of
 * them would keep the whole loop.
 */
static void
see_noise(struct trace *t, SSL *ssl)
{
	if (++t->noise == NOISE_MAX + 1)
		hang_up(t, ssl);
}

/* A whole handshake message, before OpenSSL looks at it. */
static void
see_message(struct trace *t, SSL *ssl, const uint8_t *p, size_t len)
{
	if (len >= 4 && t->complete)
		see_noise(t, ssl);	/* tickets, KeyUpdates, HelloRequests */
	if (len < 4 || t->complete)
		return;
	t->after = t->after || t->certificate;
	t->checked = t->checked || t->signature;
	switch (p[0]) {
	case SSL3_MT_HELLO_REQUEST:
		see_noise(t, ssl);
		break;
	case SSL3_MT_SERVER_HELLO:
		t->answered = true;
		break;
	case SSL3_MT_CERTIFICATE:
		if (!t->certificate)
			see_certificate(t, ssl, p + 4, len - 4);
		break;
	case SSL3_MT_CERTIFICATE_STATUS:
		see_status(t, p + 4, len - 4);
		break;
	case SSL3_MT_SERVER_KEY_EXCHANGE:
	case SSL3_MT_CERTIFICATE_VERIFY:
		t->signature = t->certificate;
		break;
	case SSL3_MT_CERTIFICATE_REQUEST:
		t->asked = t->asked_known = true;
		break;
	case SSL3_MT_SERVER_DONE:
		t->asked_known = true;
		break;
	}
}

static void
see_alert(struct trace *t, SSL *ssl, bool ours, const uint8_t *p, size_t len)
{
	if (len == 2 && !ours && p[0] == SSL3_AL_WARNING)
		see_noise(t, ssl);
	if (len != 2 || (p[0] == SSL3_AL_WARNING && p[1] != 0 &&
	    p[1] != TLS1_AD_USER_CANCELLED))
		return;
	if (ours)
		t->alert_out = p[1];
	else if (t->alert_in == -1)
		t->alert_in = p[1];
}

static void
see(struct trace *t, bool ours, int type, const uint8_t *p, size_t len,
    SSL *ssl)
{
	if (type == SSL3_RT_HEADER && !ours && !t->record_seen &&
	    len >= sizeof(t->record)) {
		t->record_seen = true;
		memcpy(t->record, p, sizeof(t->record));
	} else if (type == SSL3_RT_ALERT)
		see_alert(t, ssl, ours, p, len);
	else if (type == SSL3_RT_HANDSHAKE && !ours)
		see_message(t, ssl, p, len);
	else if (type == SSL3_RT_HANDSHAKE && len > 0 &&
	    p[0] == SSL3_MT_CERTIFICATE)
		t->replied = true;
}

static void
on_message(int write_p, int version, int type, const void *buf, size_t len,
    SSL *ssl, void *arg)
{
	struct trace *t = trace_of(ssl);

	(void)version;
	(void)arg;
	if (t != NULL)
		see(t, write_p != 0, type, buf, len, ssl);
}

static void
on_info(const SSL *ssl, int where, int ret)
{
	struct trace *t = trace_of(ssl);

	(void)ret;
	if (t != NULL && (where & SSL_CB_HANDSHAKE_DONE) != 0)
		t->complete = t->asked_known = true;
}

/* Verification is data: whatever came is good enough to go on. */
static int
on_verify(X509_STORE_CTX *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 1;
}

void
trace_hook(SSL_CTX *ctx, struct trace *t)
{
	SSL_CTX_set_ex_data(ctx, trace_ctx_index, t);
	SSL_CTX_set_msg_callback(ctx, on_message);
	SSL_CTX_set_info_callback(ctx, on_info);
	SSL_CTX_set_cert_verify_callback(ctx, on_verify, NULL);
}

void
trace_attach(SSL *ssl, struct trace *t)
{
	SSL_set_ex_data(ssl, trace_index, t);
}

/* Alerts by which servers refuse a client without a good certificate. */
static bool
refuses_client(int alert)
{
	static const int alerts[] = { 40, 41, 42, 43, 44, 45, 46, 48, 49, 116 };

	for (size_t i = 0; i < ARRAY_N(alerts); i++)
		if (alerts[i] == alert)
			return true;
	return false;
}

/* Why OpenSSL gives up where a client of its day would not have. */
static const int ours[] = {
	SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_WRONG_CURVE,
	SSL_R_UNSUPPORTED_ELLIPTIC_CURVE, SSL_R_DH_KEY_TOO_SMALL,
	SSL_R_WRONG_SIGNATURE_TYPE, SSL_R_NO_SUITABLE_KEY_SHARE,
	SSL_R_UNKNOWN_CERTIFICATE_TYPE, SSL_R_EE_KEY_TOO_SMALL,
	SSL_R_UNABLE_TO_FIND_PUBLIC_KEY_PARAMETERS,
	SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED,
	SSL_R_UNSUPPORTED_SSL_VERSION, SSL_R_VERSION_TOO_LOW, 0
};

/* ... and where every client would. */
static const int theirs[] = {
	SSL_R_WRONG_VERSION_NUMBER, SSL_R_UNEXPECTED_MESSAGE,
	SSL_R_UNEXPECTED_RECORD, SSL_R_RECORD_TOO_SMALL,
	SSL_R_RECORD_LENGTH_MISMATCH, SSL_R_PACKET_LENGTH_TOO_LONG,
	SSL_R_ENCRYPTED_LENGTH_TOO_LONG, SSL_R_DATA_LENGTH_TOO_LONG,
	SSL_R_EXCESSIVE_MESSAGE_SIZE, SSL_R_TOO_MANY_WARN_ALERTS,
	SSL_R_INVALID_ALERT, SSL_R_HTTP_REQUEST, 0
};

static bool
is_among(unsigned long error, const int *reasons)
{
	if (ERR_GET_LIB(error) != ERR_LIB_SSL)
		return false;
	while (*reasons != 0 && *reasons != ERR_GET_REASON(error))
		reasons++;
	return *reasons != 0;
}

static enum ending
refused_ending(const struct trace *t)
{
	if (t->asked && refuses_client(t->alert_in))
		return ENDING_CLIENT_CERT;
	/* GnuTLS calls our empty Certificate undecodable. */
	if (t->asked && t->replied && !t->have_client &&
	    t->alert_in == SSL_AD_DECODE_ERROR)
		return ENDING_CLIENT_CERT;
	if (t->complete)
		return ENDING_COMPLETE;
	if (t->alert_in == SSL_AD_INSUFFICIENT_SECURITY ||
	    t->alert_in == SSL_AD_PROTOCOL_VERSION)
		return ENDING_NO_SUITE;
	return ENDING_BROKEN;
}

/* Some close or reset where an alert would have been the word. */
static enum ending
hung_up_ending(const struct trace *t)
{
	if (t->asked && t->replied && !t->have_client)
		return ENDING_CLIENT_CERT;
	return t->complete ? ENDING_COMPLETE : ENDING_BROKEN;
}

static enum ending
ending_of(const struct trace *t, enum trace_end end, unsigned long error)
{
	if (t->alert_in > 0 && end != TRACE_FLOODED)
		return refused_ending(t);
	switch (end) {
	case TRACE_FLOODED:
		return t->complete ? ENDING_COMPLETE : ENDING_BROKEN;
	case TRACE_COMPLETE:
		return ENDING_COMPLETE;
	case TRACE_STALLED:
		return t->complete ? ENDING_COMPLETE : ENDING_STALLED;
	case TRACE_CLOSED:
	case TRACE_RESET:
		return hung_up_ending(t);
	case TRACE_FAILED:
		break;
	}
	if (t->complete)
		return hung_up_ending(t);
	/* else it is the certificate that is not to OpenSSL's taste */
	return is_among(error, ours) || (!t->after && !is_among(error, theirs)) ?
	    ENDING_NO_SUITE : ENDING_BROKEN;
}

static void
add_how(const struct trace *t, enum trace_end end, unsigned long error,
    struct text *out)
{
	const char *reason = ERR_reason_error_string(error);

	if (t->alert_in >= 0 && end != TRACE_FLOODED) {
		text_addf(out, "%s (%d)",
		    hello_alert_name((uint8_t)t->alert_in), t->alert_in);
		return;
	}
	switch (end) {
	case TRACE_COMPLETE:
		break;
	case TRACE_STALLED:
		text_add(out, t->answered ? "silence after its ServerHello" :
		    "silence");
		break;
	case TRACE_CLOSED:
		text_add(out, "connection closed");
		break;
	case TRACE_RESET:
		text_add(out, "connection reset");
		break;
	case TRACE_FLOODED:
		text_add(out, t->complete ?
		    "endless messages after the handshake" :
		    "endless HelloRequests or warnings");
		break;
	case TRACE_FAILED:
		text_add(out, "OpenSSL: ");
		text_add(out, reason != NULL ? reason : "it gave up");
		break;
	}
}

static void
judge_proof(struct trace *t, const char *how)
{
	struct observation *o = t->seen;

	o->client_cert_known = t->asked_known;
	o->client_cert_requested = t->asked;
	o->proof = t->complete ? PROOF_FINISHED :
	    t->checked ? PROOF_SIGNATURE : PROOF_NONE;
	if (o->proof == PROOF_NONE)
		text_addf(&o->proof_cause, "the handshake ended before the key "
		    "was proven: %s", how);
}

static void
end_with_chain(struct trace *t, struct attempt *a, enum trace_end end,
    unsigned long error)
{
	struct text how = {0};

	add_how(t, end, error, &how);
	t->seen->ending = ending_of(t, end, error);
	judge_proof(t, text_str(&how));
	switch (t->seen->ending) {
	case ENDING_CLIENT_CERT:
		attempt_end(a, OUTCOME_OBSERVED, "%s (%s%s)",
		    t->have_client ? "our client certificate was refused" :
		    "refused for want of a client certificate",
		    t->alert_in >= 0 ? "alert " : "", text_str(&how));
		break;
	case ENDING_NO_SUITE:
		attempt_end(a, OUTCOME_OBSERVED, "the certificate was seen, "
		    "then our own TLS library gave up: %s", text_str(&how));
		break;
	case ENDING_BROKEN:
	case ENDING_STALLED:
		attempt_end(a, OUTCOME_OBSERVED, "the handshake died after the "
		    "certificate: %s", text_str(&how));
		break;
	case ENDING_NONE:
	case ENDING_COMPLETE:
	case ENDING_STOPPED:
		attempt_end(a, OUTCOME_OBSERVED, "%s",
		    end == TRACE_FLOODED ? text_str(&how) : "");
		break;
	}
	text_done(&how);
}

static bool
is_tls(const struct trace *t)
{
	return !t->record_seen || (t->record[1] == 3 &&
	    (t->record[0] == SSL3_RT_HANDSHAKE ||
	    t->record[0] == SSL3_RT_ALERT));
}

static void
end_without_chain(struct trace *t, struct attempt *a, enum trace_end end,
    unsigned long error)
{
	static const enum outcome outcomes[] = {
		[TRACE_COMPLETE] = OUTCOME_NO_CERTIFICATE,
		[TRACE_STALLED] = OUTCOME_TIMEOUT,
		[TRACE_CLOSED] = OUTCOME_CLOSED,
		[TRACE_RESET] = OUTCOME_RESET,
		[TRACE_FLOODED] = OUTCOME_MALFORMED,
		[TRACE_FAILED] = OUTCOME_MALFORMED,
	};
	struct text how = {0};

	add_how(t, end, error, &how);
	if (!is_tls(t)) {
		text_add(&a->seen->detail, "it answers: ");
		text_add_escaped(&a->seen->detail, t->record,
		    sizeof(t->record), 0);
		attempt_end(a, OUTCOME_NOT_TLS, "%s", "");
	} else if (t->certificate)
		attempt_end(a, t->bad_chain != NULL ? OUTCOME_MALFORMED :
		    OUTCOME_NO_CERTIFICATE, "%s", t->bad_chain != NULL ?
		    t->bad_chain : "an empty Certificate message");
	else
		attempt_end(a, t->alert_in >= 0 && end != TRACE_FLOODED ?
		    OUTCOME_TLS_ALERT : outcomes[end], "%s", text_str(&how));
	text_done(&how);
}

void
trace_finish(struct trace *t, struct attempt *a, enum trace_end end,
    unsigned long error)
{
	if (a->over)
		return;
	if (t->noise > NOISE_MAX)
		end = TRACE_FLOODED;
	if (end == TRACE_FAILED && ERR_GET_LIB(error) == ERR_LIB_SSL &&
	    ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		end = TRACE_CLOSED;
	if (observation_has_chain(a->seen))
		end_with_chain(t, a, end, error);
	else
		end_without_chain(t, a, end, error);
}
