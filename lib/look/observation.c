/* SPDX-License-Identifier: ISC */
/* observation.c - what one look saw: kept, bounded, named. */
#include "cwaudit/observation.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/hello.h"
#include "cwaudit/mem.h"

struct observation *
observation_new(void)
{
	struct observation *o = xcalloc(1, sizeof(*o));

	o->outcome = OUTCOME_NOT_TRIED;
	o->refs = 1;
	return o;
}

/* The count is the only thing that changes behind a const. */
static struct observation *
own(const struct observation *o)
{
	return (struct observation *)(uintptr_t)o;
}

struct observation *
observation_ref(const struct observation *o)
{
	(void)__atomic_add_fetch(&own(o)->refs, 1, __ATOMIC_RELAXED);
	return own(o);
}

void
observation_free(const struct observation *shared)
{
	struct observation *o = own(shared);

	if (o == NULL || __atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	observation_shed(o);
	free(o->staple.data);
	text_done(&o->detail);
	text_done(&o->proof_cause);
	text_done(&o->first_detail);
	free(o);
}

bool
observation_add_der(struct observation *o, const uint8_t *der, size_t len)
{
	size_t left = CERT_MAX_DER;

	if (o->n_der >= HELLO_MAX_CERTS)
		return false;
	for (size_t i = 0; i < o->n_der; i++)
		left -= o->der[i].len;
	if (len > left)
		return false;
	o->der = xrealloc(o->der, o->n_der + 1, sizeof(*o->der));
	o->der[o->n_der].data = xmemdup(der, len);
	o->der[o->n_der].len = len;
	o->n_der++;
	return true;
}

bool
observation_has_chain(const struct observation *o)
{
	return o->known || o->n_der > 0;
}

void
observation_seal(struct observation *o)
{
	struct hello_chain *chain;

	text_shrink(&o->detail);
	text_shrink(&o->proof_cause);
	text_shrink(&o->first_detail);
	if (o->known)
		return;
	chain = xcalloc(1, sizeof(*chain));
	chain->n = o->n_der;
	for (size_t i = 0; i < o->n_der; i++)
		chain->item[i] = (struct hello_der){ o->der[i].data,
		    o->der[i].len };
	hello_chain_sha256(chain, o->message_sha256);
	free(chain);
}

static bool
same_text(const struct text *a, const struct text *b)
{
	return strcmp(text_str(a), text_str(b)) == 0;
}

static bool
same_terms(const struct observation *a, const struct observation *b)
{
	return strcmp(a->tls_version, b->tls_version) == 0 &&
	    strcmp(a->tls_cipher, b->tls_cipher) == 0 &&
	    a->client_cert_known == b->client_cert_known &&
	    a->client_cert_requested == b->client_cert_requested &&
	    a->reneg_known == b->reneg_known &&
	    a->reneg_safe == b->reneg_safe &&
	    a->http_status == b->http_status && a->step == b->step &&
	    a->staple.len == b->staple.len && (a->staple.len == 0 ||
	    memcmp(a->staple.data, b->staple.data, a->staple.len) == 0);
}

bool
observation_same(const struct observation *a, const struct observation *b)
{
	return strcmp(a->address, b->address) == 0 && a->port == b->port &&
	    a->outcome == b->outcome && a->via == b->via &&
	    a->proof == b->proof && a->ending == b->ending &&
	    memcmp(a->message_sha256, b->message_sha256, CERT_SHA256) == 0 &&
	    a->fell_back == b->fell_back &&
	    a->first_outcome == b->first_outcome && same_terms(a, b) &&
	    same_text(&a->detail, &b->detail) &&
	    same_text(&a->proof_cause, &b->proof_cause) &&
	    same_text(&a->first_detail, &b->first_detail);
}

void
observation_shed(struct observation *o)
{
	for (size_t i = 0; i < o->n_der; i++)
		free(o->der[i].data);
	free(o->der);
	o->der = NULL;
	o->n_der = 0;
}

static void
copy_text(struct text *t)
{
	*t = (struct text){ .data = xmemdup(t->data, t->len + 1),
	    .len = t->len, .cap = t->len + 1 };
}

struct observation *
observation_copy(const struct observation *from)
{
	struct observation *o = xcalloc(1, sizeof(*o));
	struct text *texts[] = { &o->detail, &o->proof_cause,
	    &o->first_detail };

	/* but the count, which stands last: other threads change it */
	memcpy(o, from, offsetof(struct observation, refs));
	o->refs = 1;
	o->der = NULL;
	o->n_der = 0;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i]->data != NULL)
			copy_text(texts[i]);
	if (o->staple.data != NULL)
		o->staple.data = xmemdup(o->staple.data, o->staple.len);
	return o;
}

static const struct {
	const char	*name;
	const char	*words;
} outcomes[] = {
	[OUTCOME_OBSERVED]	= { "observed", "certificate seen" },
	[OUTCOME_DNS_FAILURE]	= { "dns-failure", "name not resolved" },
	[OUTCOME_REFUSED]	= { "refused", "connection refused" },
	[OUTCOME_UNREACHABLE]	= { "unreachable", "host unreachable" },
	[OUTCOME_TIMEOUT]	= { "timeout", "no answer in time" },
	[OUTCOME_RESET]		= { "reset", "connection reset" },
	[OUTCOME_CLOSED]	= { "closed",
		"connection closed before a certificate" },
	[OUTCOME_NOT_TLS]	= { "not-tls", "what answers is not TLS" },
	[OUTCOME_TLS_ALERT]	= { "tls-alert", "refused with a TLS alert" },
	[OUTCOME_MALFORMED]	= { "malformed", "broken TLS messages" },
	[OUTCOME_NO_CERTIFICATE] = { "no-certificate",
		"a handshake without a certificate" },
	[OUTCOME_PROXY_ERROR]	= { "proxy-error", "the proxy failed" },
	[OUTCOME_NOT_TRIED]	= { "not-tried", "not tried" },
};

static const char *const vias[] = {
	[VIA_NONE] = "none", [VIA_CURL] = "curl", [VIA_OPENSSL] = "openssl",
	[VIA_HELLO] = "hello",
};

static const char *const proofs[] = {
	[PROOF_NONE] = "none", [PROOF_SIGNATURE] = "signature",
	[PROOF_FINISHED] = "finished",
};

static const char *const endings[] = {
	[ENDING_NONE] = "none", [ENDING_COMPLETE] = "complete",
	[ENDING_STOPPED] = "stopped", [ENDING_CLIENT_CERT] = "client-cert",
	[ENDING_NO_SUITE] = "no-suite", [ENDING_BROKEN] = "broken",
	[ENDING_STALLED] = "stalled",
};

const char *
outcome_name(enum outcome o)
{
	return outcomes[o].name;
}

bool
outcome_parse(const char *name, int *out)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (strcmp(outcomes[i].name, name) == 0) {
			*out = (int)i;
			return true;
		}
	return false;
}

const char *
outcome_words(enum outcome o)
{
	return outcomes[o].words;
}

const char *
via_name(enum via v)
{
	return vias[v];
}

const char *
proof_name(enum proof p)
{
	return proofs[p];
}

const char *
ending_name(enum ending e)
{
	return endings[e];
}
