/* SPDX-License-Identifier: ISC */
/*
 * The conductor's logic on an injected clock: what is looked at when, and
 * what is told of it. The fleet is a table of leaves.
 */
#include "audit/audit.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/rule.h"
#include "test.h"

#define T0	1790000000	/* 2026-09-21 */

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
	int64_t		 now_ms;	/* monotonic; UTC is T0 + now */
	const char	*inventory;
	struct config	 config;
	struct setup	*setup;
	struct trust	*trust;
	struct audit	*audit;
	struct sight	*pending[64];
	size_t		 n_pending;
	size_t		 most_pending;
	const struct cert *leaf[8];	/* by endpoint index; NULL: no answer */
	size_t		 looks[8], proofs;
	struct text	 told;		/* "opened RULE HOST; " ... */
	bool		 silent;	/* no name server answers */
	struct doubt	*doubt[16];	/* asked, not answered */
	size_t		 n_doubts, swept;
	size_t		 summaries;
	EVP_PKEY	*key[2];	/* of cwa02, and of all others */
};

static int64_t
utc(void *ctx)
{
	return T0 + ((struct world *)ctx)->now_ms / 1000;
}

static int64_t
mono(void *ctx)
{
	return ((struct world *)ctx)->now_ms;
}

static const char *
field(const struct event *e, const char *key)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->field[i].key, key) == 0)
			return e->field[i].value;
	return "";
}

static void
tell(void *ctx, struct event *e)
{
	struct world *w = ctx;

	w->summaries += strcmp(field(e, "event"), "summary") == 0;
	if (strcmp(field(e, "event"), "finding") == 0)
		text_addf(&w->told, "%s %s %s; ", field(e, "state"),
		    field(e, "rule"), field(e, "role"));
	event_done(e);
}

static void
look(void *ctx, struct sight *s)
{
	struct world *w = ctx;

	assert_in_range(w->n_pending, 0, 63);
	w->pending[w->n_pending++] = s;
	if (w->n_pending > w->most_pending)
		w->most_pending = w->n_pending;
}

static bool
ask_doubt(void *ctx, struct doubt *d)
{
	struct world *w = ctx;

	if (w->n_doubts == 16)
		return false;
	w->doubt[w->n_doubts++] = d;
	return true;
}

static void
on_swept(void *ctx)
{
	((struct world *)ctx)->swept++;
}

static void
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

/* A certificate for a name list, valid for a year from T0 - 30 days. */
static const struct cert *
make_cert(struct world *w, const char *cn, const char *san, long serial)
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
	X509_time_adj_ex(X509_getm_notBefore(x), -30, 0, &(time_t){ T0 });
	X509_time_adj_ex(X509_getm_notAfter(x), 335, 0, &(time_t){ T0 });
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

/* Answers one look from the table. */
static void
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
		o->proof = s->look.mode == LOOK_PROVE ? PROOF_FINISHED :
		    PROOF_NONE;
		o->ending = ENDING_COMPLETE;
		(void)strcpy(o->tls_version, "TLSv1.2");
		o->client_cert_known = o->client_cert_requested = true;
		assert_true(observation_add_der(o, leaf->der, leaf->der_len));
		s->leaf = cert_ref(leaf);
		s->chain = trust_path(w->trust,
		    &(struct strings){0}, &leaf, 1, o->at);
	} else {
		o->outcome = OUTCOME_TIMEOUT;
	}
	observation_seal(o);
	s->seen = o;
	audit_seen(w->audit, s);
}

/* Lets time pass: looks take no time, the loop turns once a second. */
static void
pass(struct world *w, int64_t seconds)
{
	for (int64_t end = w->now_ms + seconds * 1000; w->now_ms < end;) {
		int64_t wait = audit_run(w->audit);

		while (w->n_pending > 0)
			answer(w, w->pending[--w->n_pending]);
		w->now_ms += wait > 0 ? wait : 1;
	}
}

static bool
read_text(void *ctx, const char *path, struct text *out)
{
	(void)path;
	text_add(out, ((struct world *)ctx)->inventory);
	return true;
}

static void
glob_none(void *ctx, const char *pattern, struct strings *out)
{
	(void)ctx;
	(void)pattern;
	(void)out;
}

static struct setup *
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

static int
setup_world(void **state)
{
	static const struct audit_io io_template = {
		.resolve = resolve, .look = look, .tell = tell,
		.doubt = ask_doubt, .swept = on_swept,
	};
	static struct clock clock = { utc, mono, NULL };
	struct world *w = xcalloc(1, sizeof(*w));
	struct audit_options o = { .config = &w->config, .clock = &clock };
	struct audit_io io = io_template;

	clock.ctx = w;
	io.ctx = w;
	w->key[0] = EVP_RSA_gen(2048);
	w->key[1] = EVP_RSA_gen(2048);
	w->trust = trust_new();
	config_init(&w->config);
	w->leaf[0] = make_cert(w, "cwa01.nwtraders.local",
	    "DNS:cwa01.nwtraders.local,DNS:im.contoso.com,"
	    "DNS:as.im.contoso.com,DNS:download.im.contoso.com", 1);
	w->leaf[1] = cert_ref(w->leaf[0]);
	w->leaf[2] = make_cert(w, "cwa02.nwtraders.local",
	    "DNS:cwa02.nwtraders.local,DNS:im2.contoso.com,"
	    "DNS:as.im2.contoso.com,DNS:download.im2.contoso.com", 2);
	w->leaf[3] = cert_ref(w->leaf[2]);
	w->setup = load(w, inventory_text);
	w->audit = audit_new(&o, &io, w->setup);
	*state = w;
	return 0;
}

static int
drop_world(void **state)
{
	struct world *w = *state;

	audit_free(w->audit);
	while (w->n_doubts > 0)
		doubt_free(w->doubt[--w->n_doubts]);
	setup_unref(w->setup);
	trust_free(w->trust);
	for (size_t i = 0; i < 8; i++)
		cert_unref(w->leaf[i]);
	config_done(&w->config);
	text_done(&w->told);
	EVP_PKEY_free(w->key[0]);
	EVP_PKEY_free(w->key[1]);
	free(w);
	return 0;
}

static void
present(struct world *w, size_t i, const struct cert *leaf)
{
	cert_unref(w->leaf[i]);
	w->leaf[i] = leaf;
}

static void
expect_told(struct world *w, const char *told)
{
	assert_string_equal(text_str(&w->told), told);
	text_reset(&w->told);
}

static void
a_right_fleet_is_quiet_for_a_day_and_proved_once(void **state)
{
	struct world *w = *state;

	pass(w, 86000);
	expect_told(w, "");
	assert_in_range(w->summaries, 23, 25);
	assert_in_range(w->looks[0], 24, 26);	/* HTTPS hourly */
	assert_in_range(w->looks[1], 4, 6);	/* MTLS every six hours */
	assert_int_equal(w->proofs, 4);		/* each once; hellos since */
}

static void
one_miss_is_nothing_two_are_told_and_an_answer_clears(void **state)
{
	struct world *w = *state;
	const struct cert *leaf = w->leaf[1];

	pass(w, 10);
	w->leaf[1] = NULL;
	audit_sweep(w->audit);
	pass(w, 10);
	expect_told(w, "");
	pass(w, 60);
	expect_told(w, "opened unreachable mtls; ");
	w->leaf[1] = leaf;
	audit_sweep(w->audit);
	pass(w, 10);
	expect_told(w, "cleared unreachable mtls; ");
}

static void
a_change_is_proved_before_it_is_told(void **state)
{
	struct world *w = *state;
	const struct cert *documented = make_cert(w, "im.contoso.com",
	    "DNS:im.contoso.com,DNS:as.im.contoso.com,"
	    "DNS:download.im.contoso.com,DNS:cwa01.nwtraders.local", 3);
	size_t proofs;

	pass(w, 10);
	proofs = w->proofs;
	present(w, 0, documented);
	present(w, 1, cert_ref(documented));
	audit_sweep(w->audit);
	pass(w, 30);
	assert_in_range(w->proofs, proofs + 2, proofs + 4);
	assert_non_null(strstr(text_str(&w->told),
	    "opened documented-single single; "));
	assert_null(strstr(text_str(&w->told), "documented-single mtls"));
	assert_null(strstr(text_str(&w->told), "documented-single https"));
	assert_null(strstr(text_str(&w->told), "mtls-subject"));
	text_reset(&w->told);
	pass(w, 3600);
	expect_told(w, "");
}

static void
a_changed_leaf_hurries_the_neighbour(void **state)
{
	struct world *w = *state;
	size_t before;

	pass(w, 10);
	before = w->looks[1];
	present(w, 0, make_cert(w, "cwa01.nwtraders.local",
	    "DNS:cwa01.nwtraders.local,DNS:im.contoso.com,"
	    "DNS:as.im.contoso.com,DNS:download.im.contoso.com", 4));
	pass(w, 3700);		/* HTTPS comes round; MTLS would not */
	assert_true(w->looks[1] > before);
}

static void
a_reload_keeps_what_is_known_and_closes_what_left(void **state)
{
	static const char without_first[] =
	    "hosts:\n"
	    "  - fqdn: cwa02.nwtraders.local\n"
	    "    address: 127.0.0.2\n"
	    "    layout: single\n"
	    "    sites:\n"
	    "      - {url: \"https://im2.contoso.com\", mtls_port: 5061}\n";
	struct world *w = *state;
	struct setup *next;
	size_t proofs;

	present(w, 0, NULL);
	present(w, 1, NULL);
	pass(w, 100);
	expect_told(w, "opened host-down host; ");
	proofs = w->proofs;
	next = load(w, without_first);
	present(w, 0, cert_ref(w->leaf[2]));	/* indices move up */
	present(w, 1, cert_ref(w->leaf[2]));
	audit_reload(w->audit, next, &w->config);
	setup_unref(w->setup);
	w->setup = next;
	expect_told(w, "closed host-down host; ");
	pass(w, 4000);
	expect_told(w, "");
	assert_int_equal(w->proofs, proofs);	/* nothing is new to it */
}

static void
caps_hold(void **state)
{
	struct world *w = *state;

	w->config.per_host = 1;
	w->config.window = 3;
	audit_sweep(w->audit);
	(void)audit_run(w->audit);
	assert_int_equal(w->n_pending, 2);	/* one a host */
	while (w->n_pending > 0)
		answer(w, w->pending[--w->n_pending]);
	w->config.per_host = 4;
	audit_sweep(w->audit);
	(void)audit_run(w->audit);
	assert_int_equal(w->n_pending, 3);	/* the window */
	while (w->n_pending > 0)
		answer(w, w->pending[--w->n_pending]);
}

static void
hello_mode_takes_in_what_a_hello_saw(void **state)
{
	struct world *w = *state;
	struct snapshot *snap;

	w->config.mode = MODE_HELLO;
	pass(w, 10);
	assert_int_equal(w->proofs, 0);
	assert_true(audit_swept(w->audit));
	snap = audit_snapshot(w->audit);
	for (size_t i = 0; i < snap->n_endpoints; i++)
		assert_non_null(snap->endpoints[i].leaf);
	snapshot_unref(snap);
}

static void
summaries_go_on_where_a_reload_cut_the_first_sweep_short(void **state)
{
	struct world *w = *state;
	struct setup *next = load(w, inventory_text);

	(void)audit_run(w->audit);
	assert_true(w->n_pending > 0);
	audit_reload(w->audit, next, &w->config);
	setup_unref(w->setup);
	w->setup = next;
	pass(w, 5);
	assert_true(w->looks[0] > 0);	/* at once: its look was dropped */
	pass(w, 4 * 3600);
	assert_in_range(w->summaries, 3, 5);
}

static void
what_the_resolver_said_is_passed_on(void **state)
{
	static const char by_name[] =
	    "hosts:\n"
	    "  - fqdn: cwa03.nwtraders.local\n"
	    "    sites: [{url: \"https://im.contoso.com\", "
	    "mtls_port: 5061}]\n";
	struct world *w = *state;
	struct setup *next = load(w, by_name);
	struct snapshot *snap;

	audit_reload(w->audit, next, &w->config);
	setup_unref(w->setup);
	w->setup = next;
	pass(w, 5);
	snap = audit_snapshot(w->audit);
	assert_int_equal(snap->endpoints[0].seen->outcome,
	    OUTCOME_DNS_FAILURE);
	assert_non_null(strstr(text_str(&snap->endpoints[0].seen->detail),
	    "the server says that there is no such name"));
	snapshot_unref(snap);
}

/* Our own fault: nothing is said of the host, and nothing of it is fine. */
static void
silence_of_the_name_servers_is_not_the_hosts(void **state)
{
	static const char by_name[] =
	    "hosts:\n"
	    "  - fqdn: cwa03.nwtraders.local\n"
	    "    sites: [{url: \"https://im.contoso.com\", "
	    "mtls_port: 5061}]\n";
	struct world *w = *state;
	struct setup *next = load(w, by_name);
	struct snapshot *snap;

	w->silent = true;
	audit_reload(w->audit, next, &w->config);
	setup_unref(w->setup);
	w->setup = next;
	pass(w, 5);
	text_reset(&w->told);
	pass(w, 600);
	expect_told(w, "");
	snap = audit_snapshot(w->audit);
	assert_int_equal(snap->endpoints[0].seen->outcome, OUTCOME_NOT_TRIED);
	assert_int_equal(snapshot_worst(snap), SEVERITY_OFF);
	assert_false(snapshot_complete(snap));
	snapshot_unref(snap);
}

/* ---- revocation ---- */

static const char revocation_text[] =
"hosts:\n"
"  - fqdn: cwa01.nwtraders.local\n"
"    address: 127.0.0.1\n"
"    layout: single\n"
"    revocation: {enabled: yes, hosts: [crl.contoso.com]}\n"
"    sites:\n"
"      - {url: \"https://im.contoso.com\", mtls_port: 5061}\n"
"  - fqdn: cwa02.nwtraders.local\n"
"    address: 127.0.0.2\n"
"    layout: single\n"
"    sites:\n"
"      - {url: \"https://im2.contoso.com\", mtls_port: 5061}\n";

static void
turn_on(struct world *w)
{
	struct setup *next = load(w, revocation_text);

	audit_reload(w->audit, next, &w->config);
	setup_unref(w->setup);
	w->setup = next;
	audit_sweep(w->audit);
	pass(w, 5);
}

/* One answer to each that was asked. */
static void
answer_doubts(struct world *w, enum revocation_answer a)
{
	while (w->n_doubts > 0) {
		struct doubt *d = w->doubt[--w->n_doubts];

		d->answer = revocation_new(d->chain);
		assert_int_equal(d->answer->n, 1);
		d->answer->item[0].status.answer = a;
		d->answer->item[0].url = xstrdup("http://crl.contoso.com/c");
		text_add(&d->answer->item[0].status.words, "no CRL");
		audit_answered(w->audit, d);
	}
}

static void
a_sweep_is_over_when_the_answers_are_in(void **state)
{
	struct world *w = *state;
	size_t swept;

	pass(w, 5);
	assert_int_equal(w->n_doubts, 0);	/* it is off */
	swept = w->swept;
	turn_on(w);
	assert_int_equal(w->n_doubts, 2);	/* the two ports of cwa01 */
	assert_ptr_equal(w->doubt[0]->setup, w->setup);
	assert_int_equal(w->swept, swept);
	assert_false(audit_swept(w->audit));
	expect_told(w, "");			/* no answer is no finding */
	answer_doubts(w, REVOCATION_GOOD);
	assert_int_equal(w->swept, swept + 1);
	assert_true(audit_swept(w->audit));
	expect_told(w, "");
}

static void
revoked_opens_unknown_keeps_and_good_clears(void **state)
{
	struct world *w = *state;

	turn_on(w);
	answer_doubts(w, REVOCATION_REVOKED);
	assert_non_null(strstr(text_str(&w->told), "opened revoked single; "));
	text_reset(&w->told);
	audit_sweep(w->audit);
	pass(w, 5);
	expect_told(w, "");			/* asked again, not cleared */
	answer_doubts(w, REVOCATION_UNKNOWN);
	assert_non_null(strstr(text_str(&w->told),
	    "opened revocation-unknown single; "));
	assert_null(strstr(text_str(&w->told), "cleared"));
	text_reset(&w->told);
	audit_sweep(w->audit);
	pass(w, 5);
	answer_doubts(w, REVOCATION_GOOD);
	assert_non_null(strstr(text_str(&w->told), "cleared revoked single; "));
	assert_non_null(strstr(text_str(&w->told),
	    "cleared revocation-unknown single; "));
}

static void
an_answer_about_a_certificate_that_is_gone_is_dropped(void **state)
{
	struct world *w = *state;
	const struct cert *next = make_cert(w, "cwa01.nwtraders.local",
	    "DNS:cwa01.nwtraders.local,DNS:im.contoso.com,"
	    "DNS:as.im.contoso.com,DNS:download.im.contoso.com", 9);
	struct doubt *old[2];

	turn_on(w);
	assert_int_equal(w->n_doubts, 2);
	memcpy(old, w->doubt, sizeof(old));
	w->n_doubts = 0;
	present(w, 0, next);
	present(w, 1, cert_ref(next));
	audit_sweep(w->audit);
	pass(w, 5);
	text_reset(&w->told);
	assert_int_equal(w->n_doubts, 2);	/* asked about the new one */
	for (int i = 0; i < 2; i++) {
		old[i]->answer = revocation_new(old[i]->chain);
		old[i]->answer->item[0].status.answer = REVOCATION_REVOKED;
		audit_answered(w->audit, old[i]);
	}
	expect_told(w, "");
	assert_false(audit_swept(w->audit));
	answer_doubts(w, REVOCATION_GOOD);
	expect_told(w, "");
	assert_true(audit_swept(w->audit));
}

static void
an_answer_after_a_reload_goes_nowhere(void **state)
{
	struct world *w = *state;
	struct doubt *old[2];

	turn_on(w);
	memcpy(old, w->doubt, sizeof(old));
	w->n_doubts = 0;
	turn_on(w);
	for (int i = 0; i < 2; i++) {
		old[i]->answer = revocation_new(old[i]->chain);
		old[i]->answer->item[0].status.answer = REVOCATION_REVOKED;
		audit_answered(w->audit, old[i]);
	}
	expect_told(w, "");
	answer_doubts(w, REVOCATION_GOOD);
	assert_true(audit_swept(w->audit));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_world, drop_world)
	static const struct CMUnitTest tests[] = {
		TEST(a_right_fleet_is_quiet_for_a_day_and_proved_once),
		TEST(one_miss_is_nothing_two_are_told_and_an_answer_clears),
		TEST(a_change_is_proved_before_it_is_told),
		TEST(a_changed_leaf_hurries_the_neighbour),
		TEST(a_reload_keeps_what_is_known_and_closes_what_left),
		TEST(caps_hold),
		TEST(hello_mode_takes_in_what_a_hello_saw),
		TEST(summaries_go_on_where_a_reload_cut_the_first_sweep_short),
		TEST(what_the_resolver_said_is_passed_on),
		TEST(silence_of_the_name_servers_is_not_the_hosts),
		TEST(a_sweep_is_over_when_the_answers_are_in),
		TEST(revoked_opens_unknown_keeps_and_good_clears),
		TEST(an_answer_about_a_certificate_that_is_gone_is_dropped),
		TEST(an_answer_after_a_reload_goes_nowhere),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
