/* SPDX-License-Identifier: ISC */
/*
 * audit_world.h - the conductor on an injected clock, over a fleet that is a
 * table of leaves: what it asks for is counted, what it tells is kept.
 */
#ifndef AUDIT_WORLD_H
#define AUDIT_WORLD_H

#include "audit/audit.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cwaudit/mem.h"
#include "cwaudit/rule.h"
#include "test.h"

#define T0	1790000000	/* 2026-09-21 */
#define WORLD_PORTS	400

static const char inventory_text[] =
"hosts:\n"
"  - fqdn: cwa01.nwtraders.local\n"
"    address: 127.0.0.1\n"
"    layout: single\n"
"    sites:\n"
"      - {url: \"https://im.contoso.com\", mtls_port: 5061}\n"
"  - fqdn: cwa02.nwtraders.local\n"
"    address: 127.0.0.2\n"
"    layout: single\n"
"    sites:\n"
"      - {url: \"https://im2.contoso.com\", mtls_port: 5061}\n";

struct world {
	int64_t		 now_ms;	/* monotonic; UTC is T0 + now + step */
	int64_t		 step_s;
	const char	*inventory;
	struct config	 config;
	struct setup	*setup;
	struct trust	*trust;
	struct audit	*audit;
	struct sight	*pending[WORLD_PORTS];
	size_t		 n_pending;
	size_t		 most_pending;
	const struct cert *leaf[WORLD_PORTS];	/* by endpoint index; NULL: no answer */
	size_t		 looks[WORLD_PORTS], proofs;
	bool		 trusted;	/* there is a trust, and they all are */
	bool		 unproven;	/* handshakes end before a proof */
	bool		 broken;	/* handshakes die after the certificate */
	const char	*version;	/* that handshakes end with; NULL: fine */
	struct text	 told;		/* "opened RULE HOST; " ... */
	bool		 silent;	/* no name server answers */
	struct doubt	*doubt[16];	/* asked, not answered */
	size_t		 n_doubts, swept;
	struct text	 lines;		/* the same and counts, whole */
	size_t		 summaries, alive;
	EVP_PKEY	*key[2];	/* of cwa02, and of all others */
	char		 folder[32], path[64];	/* of the store; "": none */
	struct store	*store;
	struct clock	 clock;
	int64_t		 stray_ms;	/* restarts come every so often; 0: none */
	int64_t		 restarted_ms;
};

static inline int64_t
utc(void *ctx)
{
	struct world *w = ctx;

	return T0 + w->now_ms / 1000 + w->step_s;
}

static inline int64_t
mono(void *ctx)
{
	return ((struct world *)ctx)->now_ms;
}

static inline const char *
field(const struct event *e, const char *key)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->field[i].key, key) == 0)
			return e->field[i].value;
	return "";
}

static inline void
tell(void *ctx, struct event *e)
{
	struct world *w = ctx;

	w->summaries += strcmp(field(e, "event"), "summary") == 0;
	w->alive += strcmp(field(e, "event"), "alive") == 0;
	if (strcmp(field(e, "event"), "finding") == 0)
		text_addf(&w->told, "%s %s %s; ", field(e, "state"),
		    field(e, "rule"), field(e, "role"));
	if (strncmp(field(e, "event"), "finding", 7) == 0 ||
	    strncmp(field(e, "event"), "reissue", 7) == 0) {
		event_print(e, EVENT_KV, &w->lines);
		text_add(&w->lines, "\n");
	}
	event_done(e);
}

static inline void
keep_told(void *ctx, struct records *rs)
{
	struct world *w = ctx;
	const struct records *list = rs;
	struct text why = {0};

	if (w->store != NULL && !store_write(w->store, &list, 1, &why))
		fail_msg("%s", text_str(&why));
	for (size_t i = 0; i < rs->n; i++)
		if (rs->item[i].kind == RECORD_LINE && !rs->item[i].quiet)
			tell(ctx, &rs->item[i].event);
	records_done(rs);
}

static inline void
look(void *ctx, struct sight *s)
{
	struct world *w = ctx;

	assert_in_range(w->n_pending, 0, WORLD_PORTS - 1);
	w->pending[w->n_pending++] = s;
	if (w->n_pending > w->most_pending)
		w->most_pending = w->n_pending;
}

static inline bool
ask_doubt(void *ctx, struct doubt *d)
{
	struct world *w = ctx;

	if (w->n_doubts == 16)
		return false;
	w->doubt[w->n_doubts++] = d;
	return true;
}

static inline void
on_swept(void *ctx)
{
	((struct world *)ctx)->swept++;
}

static inline void
resolve(void *ctx, const char *name, int families, int64_t timeout_ms,
    uint64_t ticket)
{
	struct world *w = ctx;
	const struct resolve_answer none = {
		.error = w->silent ? "no answer from any name server" :
		    "the server says that there is no such name",
		.resolver_failed = w->silent,
	};

	(void)families;
	assert_int_equal(timeout_ms, w->config.timeout_ms / 2);
	if (strcmp(name, "cwa03.nwtraders.local") != 0)
		fail_msg("nothing here needs %s resolved", name);
	audit_resolved(w->audit, ticket, &none);
}

/* A certificate for a name list, valid for so many days from T0. */
static inline const struct cert *
make_dated_cert(struct world *w, const char *cn, const char *san, long serial,
    int from, int until)
{
	EVP_PKEY *key = w->key[serial == 2 ? 0 : 1];
	X509 *x = X509_new();
	X509V3_CTX v3;
	static const struct { int nid; const char *value; } extensions[] = {
		{ NID_key_usage, "critical,digitalSignature,keyEncipherment" },
		{ NID_ext_key_usage, "serverAuth" },
		{ NID_crl_distribution_points, "URI:http://crl.contoso.com/c" },
	};
	struct cert *out = NULL;
	unsigned char *der = NULL;
	int len;

	assert_int_equal(X509_set_version(x, 2), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
	X509_time_adj_ex(X509_getm_notBefore(x), from, 0, &(time_t){ T0 });
	X509_time_adj_ex(X509_getm_notAfter(x), until, 0, &(time_t){ T0 });
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)"Contoso CA", -1, -1, 0);
	X509_set_pubkey(x, key);
	X509V3_set_ctx_nodb(&v3);
	for (size_t i = 0; i < 4; i++) {
		X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &v3,
		    i < 3 ? extensions[i].nid : NID_subject_alt_name,
		    i < 3 ? extensions[i].value : san);

		assert_non_null(e);
		X509_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	len = i2d_X509(x, &der);
	assert_true(len > 0);
	assert_int_equal(cert_parse(der, (size_t)len, &out), CERT_OK);
	OPENSSL_free(der);
	X509_free(x);
	return out;
}

/* Valid for a year from T0 - 30 days. */
static inline const struct cert *
make_cert(struct world *w, const char *cn, const char *san, long serial)
{
	return make_dated_cert(w, cn, san, serial, -30, 335);
}

/* Expired a month before T0. */
static inline const struct cert *
make_old_cert(struct world *w, const char *cn, const char *san, long serial)
{
	return make_dated_cert(w, cn, san, serial, -395, -30);
}

static inline struct chain *
make_trusted(const struct cert *leaf)
{
	struct chain *chain = xcalloc(1, sizeof(*chain));

	chain->refs = 1;
	chain->n_path = chain->n_sent = 1;
	chain->path = xcalloc(1, sizeof(*chain->path));
	chain->sent = xcalloc(1, sizeof(*chain->sent));
	chain->path[0] = cert_ref(leaf);
	chain->sent[0] = cert_ref(leaf);
	chain->valid_until = CLOCK_NEVER;
	return chain;
}

/* As a worker does: what was lent is taken as it is. */
static inline void
take_facts(struct world *w, struct sight *s, const struct cert *leaf,
    const struct observation *o)
{
	if (s->look.known != NULL && !s->repath && memcmp(s->look.known,
	    o->message_sha256, CERT_SHA256) == 0) {
		s->leaf = cert_ref(s->known_leaf);
		s->chain = chain_ref(s->known_chain);
		return;
	}
	s->leaf = cert_ref(leaf);
	s->chain = w->trusted ? make_trusted(leaf) : trust_path(w->trust,
	    &(struct strings){0}, &leaf, 1, o->at);
}

/* Answers one look from the table. */
static inline void
answer(struct world *w, struct sight *s)
{
	const struct endpoint *e = s->look.endpoint;
	const struct cert *leaf = w->leaf[e->index];
	struct observation *o = observation_new();

	w->looks[e->index]++;
	w->proofs += s->look.mode == LOOK_PROVE;
	o->at = utc(w);
	o->port = e->port;
	(void)strcpy(o->address, e->address);
	if (leaf != NULL) {
		o->outcome = OUTCOME_OBSERVED;
		o->via = s->look.mode == LOOK_PROVE ? VIA_OPENSSL : VIA_HELLO;
		o->proof = s->look.mode == LOOK_PROVE && !w->unproven ?
		    PROOF_FINISHED : PROOF_NONE;
		o->ending = s->look.mode == LOOK_HELLO ? ENDING_STOPPED :
		    w->broken ? ENDING_BROKEN : ENDING_COMPLETE;
		(void)snprintf(o->tls_version, sizeof(o->tls_version), "%s",
		    w->version != NULL ? w->version : "TLSv1.2");
		o->client_cert_known = o->client_cert_requested = true;
		assert_true(observation_add_der(o, leaf->der, leaf->der_len));
		observation_seal(o);
		take_facts(w, s, leaf, o);
		if (w->trusted)
			observation_shed(o);
	} else {
		o->outcome = OUTCOME_TIMEOUT;
		observation_seal(o);
	}
	s->seen = o;
	audit_seen(w->audit, s);
}

static inline void
begin_audit(struct world *w, struct past *past)
{
	const struct audit_options o = { .config = &w->config,
	    .clock = &w->clock, .past = past };
	const struct audit_io io = {
		.resolve = resolve, .look = look, .keep = keep_told,
		.doubt = ask_doubt, .swept = on_swept, .ctx = w,
	};

	w->audit = audit_new(&o, &io, w->setup);
}

/* Whoever comes first gets a store: a file in a folder of its own. */
static inline void
use_store(struct world *w)
{
	struct text why = {0};

	(void)strcpy(w->folder, "/tmp/cwaudit-world-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	(void)snprintf(w->path, sizeof(w->path), "%s/c.db", w->folder);
	if (store_start(w->path, utc(w), NULL, &w->store, &why) != STORE_OK)
		fail_msg("%s", text_str(&why));
}

/* The process is killed, and another one begins. */
static inline void
restart(struct world *w)
{
	struct past past = {0};
	struct text why = {0};

	while (w->n_pending > 0)
		sight_free(w->pending[--w->n_pending]);
	audit_free(w->audit);
	store_close(w->store);
	w->store = NULL;
	if (store_start(w->path, utc(w), &past, &w->store, &why) != STORE_OK)
		fail_msg("%s", text_str(&why));
	begin_audit(w, &past);
	past_done(&past);
	w->restarted_ms = w->now_ms;
}

/* Lets time pass: looks take no time, the loop turns once a second. */
static inline void
pass(struct world *w, int64_t seconds)
{
	for (int64_t end = w->now_ms + seconds * 1000; w->now_ms < end;) {
		int64_t wait = audit_run(w->audit);

		while (w->n_pending > 0)
			answer(w, w->pending[--w->n_pending]);
		w->now_ms += wait > 0 ? wait : 1;
		if (w->stray_ms > 0 &&
		    w->now_ms - w->restarted_ms >= w->stray_ms)
			restart(w);
	}
}

static inline bool
read_text(void *ctx, const char *path, struct text *out)
{
	(void)path;
	text_add(out, ((struct world *)ctx)->inventory);
	return true;
}

static inline void
glob_none(void *ctx, const char *pattern, struct strings *out)
{
	(void)ctx;
	(void)pattern;
	(void)out;
}

static inline struct setup *
load(struct world *w, const char *text)
{
	const struct inventory_io io = { read_text, glob_none, w, NULL, 0, NULL };
	struct setup *s = xcalloc(1, sizeof(*s));
	struct problems ps = {0};

	w->inventory = text;
	s->refs = 1;
	s->inventory = inventory_parse("inventory.yaml", &io, &ps);
	assert_non_null(s->inventory);
	return s;
}

/* Takes next over. */
static inline void
reload(struct world *w, struct setup *next)
{
	audit_reload(w->audit, next, &w->config);
	setup_unref(w->setup);
	w->setup = next;
}

static inline int
setup_world(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->clock = (struct clock){ utc, mono, w };
	w->key[0] = EVP_RSA_gen(2048);
	w->key[1] = EVP_RSA_gen(2048);
	w->trust = trust_new();
	config_init(&w->config);
	w->config.coverage_percent = 0;	/* of four ports one is many */
	w->leaf[0] = make_cert(w, "cwa01.nwtraders.local",
	    "DNS:cwa01.nwtraders.local,DNS:im.contoso.com,"
	    "DNS:as.im.contoso.com,DNS:download.im.contoso.com", 1);
	w->leaf[1] = cert_ref(w->leaf[0]);
	w->leaf[2] = make_cert(w, "cwa02.nwtraders.local",
	    "DNS:cwa02.nwtraders.local,DNS:im2.contoso.com,"
	    "DNS:as.im2.contoso.com,DNS:download.im2.contoso.com", 2);
	w->leaf[3] = cert_ref(w->leaf[2]);
	w->setup = load(w, inventory_text);
	begin_audit(w, NULL);
	*state = w;
	return 0;
}

static inline void
drop_wal(const struct world *w)
{
	static const char *const tails[] = { "-wal", "-shm", "-lock" };

	for (size_t i = 0; w->path[0] != '\0' && i < 3; i++) {
		char name[80];

		(void)snprintf(name, sizeof(name), "%s%s", w->path, tails[i]);
		(void)unlink(name);
	}
}

static inline void
drop_store(struct world *w)
{
	store_close(w->store);
	drop_wal(w);
	if (w->path[0] != '\0')
		(void)unlink(w->path);
	if (w->path[0] != '\0')
		assert_int_equal(rmdir(w->folder), 0);
}

static inline int
drop_world(void **state)
{
	struct world *w = *state;

	audit_free(w->audit);
	drop_store(w);
	while (w->n_doubts > 0)
		doubt_free(w->doubt[--w->n_doubts]);
	setup_unref(w->setup);
	trust_free(w->trust);
	for (size_t i = 0; i < WORLD_PORTS; i++)
		cert_unref(w->leaf[i]);
	config_done(&w->config);
	text_done(&w->told);
	text_done(&w->lines);
	EVP_PKEY_free(w->key[0]);
	EVP_PKEY_free(w->key[1]);
	free(w);
	return 0;
}

static inline void
present(struct world *w, size_t i, const struct cert *leaf)
{
	cert_unref(w->leaf[i]);
	w->leaf[i] = leaf;
}

static inline void
expect_told(struct world *w, const char *told)
{
	assert_string_equal(text_str(&w->told), told);
	text_reset(&w->told);
	text_reset(&w->lines);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_world, drop_world)

#endif
