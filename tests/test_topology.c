/* SPDX-License-Identifier: ISC */
/*
 * Every file of etc/examples is a topology: rightly deployed it gives no
 * finding above notice, and with one thing wrong exactly that one. All rules
 * run, of ports, hosts, farms and the fleet, as an audit runs them.
 */
#include <glob.h>

#include "sweep.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define CERTS		6
#define NAMES(s)	"DNS:" s ",DNS:as." s ",DNS:download." s
#define H1		"cwa01.nwtraders.local"
#define H2		"cwa02.nwtraders.local"
#define IM		"im.contoso.com"

/* A certificate, and where it is presented: "owner:port owner:port". */
struct deployed {
	const char	*cn, *san, *at;
	bool		 is_public;	/* a short life, as public CAs give */
};

/* One certificate in place of another: what is wrong, and what says so. */
struct fault {
	const char	*what;
	struct deployed	 wrong;		/* cn NULL: nothing answers there */
	const char	*findings;	/* above notice */
	const char	*from, *to;	/* NULL: as the others */
};

static const struct topology {
	const char	*file;
	struct deployed	 right[CERTS];
	struct fault	 fault[4];
	const char	*dns;
} topologies[] = {
	{ "single", {
	    { H1, "DNS:" H1 "," NAMES(IM), H1 ":443 " H1 ":5061", false } }, {
	    { "as Microsoft documented it", { IM, "DNS:" H1 "," NAMES(IM),
	      H1 ":443 " H1 ":5061", false },
	      "https:documented-single mtls:documented-single", NULL, NULL },
	    { "the download name is missing", { H1, "DNS:" H1 ",DNS:" IM
	      ",DNS:as." IM, H1 ":443 " H1 ":5061", false },
	      "https:single-names mtls:single-names", NULL, NULL },
	    { "one binding was not moved", { H1, "DNS:" H1 "," NAMES(IM),
	      H1 ":443", false }, "host:single-split", "20260301000000Z",
	      NULL } }, NULL },
	{ "separate", {
	    { H1, NULL, H1 ":5061", false },
	    { IM, NAMES(IM), H1 ":443", false } }, {
	    { "the short name on MTLS", { "cwa01", NULL, H1 ":5061", false },
	      "mtls:mtls-subject", NULL, NULL },
	    { "no as name", { IM, "DNS:" IM ",DNS:download." IM, H1 ":443",
	      false }, "https:site-names", NULL, NULL } }, NULL },
	{ "array", {
	    { H1, NULL, H1 ":5061", false }, { H2, NULL, H2 ":5061", false },
	    { IM, NAMES(IM), H1 ":443 " H2 ":443 https://" IM ":443",
	      false } }, {
	    { "one node was forgotten", { IM, NAMES(IM), H2 ":443", false },
	      "farm:farm-split", "20240720000000Z", "20260720000000Z" },
	    { "one node lacks a name", { IM, "DNS:" IM ",DNS:as." IM, H2 ":443",
	      false }, "farm:farm-split https:site-names", NULL, NULL },
	    { "a host's certificate on another", { H1, NULL, H1 ":5061 " H2
	      ":5061", false }, "fleet:shared-key mtls:wrong-service", NULL,
	      NULL },
	    { "the balancer shows what no node has", { IM, NAMES(IM),
	      "https://" IM ":443", false }, "farm:farm-split", NULL, NULL } },
	    NULL },
	{ "custom-ports", {
	    { H1, "DNS:" H1 "," NAMES(IM) "," NAMES("im-test.contoso.com"),
	      H1 ":4443 " H1 ":6061 " H1 ":4444", false } }, {
	    { "nothing on the custom MTLS port", { NULL, NULL, H1 ":6061",
	      false }, "mtls:unreachable", NULL, NULL } }, NULL },
	{ "from-wmi", {
	    { H1, "DNS:" H1 "," NAMES(IM), H1 ":443 " H1 ":5061 " H1 ":5062",
	      false },
	    { H2, "DNS:" H2 "," NAMES(IM), H2 ":443 " H2 ":5061", false } }, {
	    { "the pool answers", { "pool01.contoso.com",
	      "DNS:pool01.contoso.com", H1 ":5062", false },
	      "mtls:wrong-service", NULL, NULL },
	    { "a planned host has nothing yet", { NULL, NULL, H2 ":443 " H2
	      ":5061", false }, "", NULL, NULL },
	    { "a planned host is all wrong", { "wrong", NULL, H2 ":443 " H2
	      ":5061", false }, "", NULL, NULL } }, NULL },
	{ "front-end-collision", {
	    { H1, "DNS:" H1 "," NAMES(IM) "," NAMES("im-int.contoso.com"),
	      H1 ":443 " H1 ":5061 " H1 ":8443 " H1 ":5081", false } }, {
	    { "the Front End answers", { "pool01.contoso.com",
	      "DNS:pool01.contoso.com", H1 ":5061", false },
	      "mtls:wrong-service", NULL, NULL } }, NULL },
	{ "ipv6", {
	    { H1, "DNS:" H1 "," NAMES(IM), H1 ":443 " H1 ":5061", false },
	    { H2, "DNS:" H2 "," NAMES("im.nwtraders.com"), H2 ":443 " H2
	      ":5061", false } }, {
	    { "the host is off", { NULL, NULL, H2 ":443 " H2 ":5061", false },
	      "host:host-down", NULL, NULL } }, NULL },
	{ "offload", {
	    { H1, NULL, H1 ":5061", false }, { H2, NULL, H2 ":5061", false },
	    { IM, NAMES(IM), "https://" IM ":443", true } }, {
	    { "a life longer than public CAs may give", { IM, NAMES(IM),
	      "https://" IM ":443", false }, "", NULL, NULL },
	    { "the balancer lacks a name", { IM, "DNS:" IM ",DNS:as." IM,
	      "https://" IM ":443", true }, "published:site-names", NULL,
	      NULL } }, NULL },
	{ "reverse-proxy", {
	    { H1, NULL, H1 ":5061", false },
	    { IM, NAMES(IM), H1 ":443", false },
	    { IM, NAMES(IM), "https://" IM ":443", true } }, {
	    { "the proxy's certificate has ended", { IM, NAMES(IM),
	      "https://" IM ":443", true }, "published:expired", NULL,
	      "20260501000000Z" } }, NULL },
	{ "two-sites-by-address", {
	    { H1, NULL, H1 ":5061 " H1 ":5062", false },
	    { IM, NAMES(IM), "443#0", false },
	    { "im.nwtraders.com", NAMES("im.nwtraders.com"), "443#1",
	      false } }, {
	    { "the other site's certificate", { IM, NAMES(IM), "443#1",
	      false }, "https:site-names https:site-subject", NULL, NULL },
	    { "one MTLS port was not restarted", { H1, NULL, H1 ":5062",
	      false }, "host:mtls-split", "20260301000000Z", NULL } }, NULL },
	{ "two-sites-by-port", {
	    { H1, "DNS:" H1 "," NAMES(IM) ",DNS:im-int.contoso.com", H1 ":443 "
	      H1 ":5061 " H1 ":8443 " H1 ":5062", false } }, {
	    { "the second site is not named", { H1, "DNS:" H1 "," NAMES(IM),
	      H1 ":443 " H1 ":5061 " H1 ":8443 " H1 ":5062", false },
	      "https:single-names mtls:single-names", NULL, NULL } }, NULL },
};

static EVP_PKEY *keys[CERTS + 1];	/* of the right ones, of the wrong one */
static struct made root;

static struct made
deploy(const struct deployed *d, const struct fault *f, EVP_PKEY *key)
{
	struct recipe r = { .cn = d->cn, .san = d->san, .issuer = &root,
	    .key = key };

	if (d->is_public) {
		r.from = "20260401000000Z";
		r.to = "20260901000000Z";
	}
	if (f != NULL && f->from != NULL)
		r.from = f->from;
	if (f != NULL && f->to != NULL)
		r.to = f->to;
	r.serial = key == keys[CERTS] ? 99 : 1;
	return make_cert(r);
}

/* "owner:port", or "port#n": the n-th endpoint with that port. */
static size_t
place_of(const struct sweep *w, const char *word, size_t len)
{
	const struct inventory *inv = w->setup->inventory;
	char *s = xstrndup(word, len), *colon = strrchr(s, ':');
	size_t at = 0;

	if (colon != NULL) {
		*colon = '\0';
		at = sweep_at(w, s, (unsigned)atoi(colon + 1));
	} else {
		int n = atoi(strchr(s, '#') + 1), port = atoi(s);

		while (inv->endpoints[at].port != port || n-- > 0)
			assert_true(++at < inv->n_endpoints);
	}
	free(s);
	return at;
}

static void
put(struct sweep *w, const char *at, const struct made *m)
{
	for (at += strspn(at, " "); *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		w->sent[place_of(w, at, len)][0] = m;
		at += len;
	}
}

/* fault NULL: all is right. */
static void
judge(const struct topology *t, const struct fault *fault)
{
	struct made right[CERTS], wrong;
	struct text path = {0}, what = {0};
	struct sweep w;
	size_t n = 0;

	text_addf(&path, "etc/examples/%s.yaml", t->file);
	text_addf(&what, "%s, %s", t->file, fault != NULL ? fault->what :
	    "all right");
	sweep_init(&w, text_str(&path), NULL, &root, true);
	w.dns = t->dns;
	for (; n < CERTS && t->right[n].cn != NULL; n++) {
		right[n] = deploy(&t->right[n], NULL, keys[n]);
		put(&w, t->right[n].at, &right[n]);
	}
	for (size_t i = 0; i < w.setup->inventory->n_endpoints; i++)
		if (w.sent[i][0] == NULL)
			fail_msg("%s: nothing deployed on %s:%u",
			    text_str(&what), endpoint_owner(
			    &w.setup->inventory->endpoints[i]),
			    w.setup->inventory->endpoints[i].port);
	if (fault != NULL && fault->wrong.cn != NULL)
		wrong = deploy(&fault->wrong, fault, keys[CERTS]);
	if (fault != NULL)
		put(&w, fault->wrong.at, fault->wrong.cn != NULL ? &wrong :
		    NULL);
	sweep_pass(&w, 10);
	assert_true(audit_swept(w.audit));
	sweep_expect(&w, SEVERITY_WARNING, fault != NULL ? fault->findings :
	    "", text_str(&what));
	if (fault == NULL)
		sweep_expect(&w, SEVERITY_NOTICE, "", text_str(&what));
	sweep_done(&w);
	text_done(&path);
	text_done(&what);
	for (size_t i = 0; i < n; i++) {
		right[i].key = shared_key();	/* ours are kept */
		made_free(&right[i]);
	}
	if (fault != NULL && fault->wrong.cn != NULL) {
		wrong.key = shared_key();
		made_free(&wrong);
	}
}

static void
rightly_deployed_no_topology_has_a_finding(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(topologies); i++)
		judge(&topologies[i], NULL);
}

static void
with_one_thing_wrong_it_has_that_finding(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_N(topologies); i++)
		for (size_t k = 0; k < 4 &&
		    topologies[i].fault[k].what != NULL; k++)
			judge(&topologies[i], &topologies[i].fault[k]);
}

static void
every_example_is_here(void **state)
{
	glob_t files;

	(void)state;
	assert_int_equal(glob("etc/examples/*.yaml", 0, NULL, &files), 0);
	assert_int_equal(files.gl_pathc, ARRAY_N(topologies));
	for (size_t k = 0; k < files.gl_pathc; k++) {
		bool found = false;

		for (size_t i = 0; i < ARRAY_N(topologies); i++)
			found |= strstr(files.gl_pathv[k],
			    topologies[i].file) != NULL;
		if (!found)
			fail_msg("%s has no row", files.gl_pathv[k]);
	}
	globfree(&files);
}

static int
make_keys(void **state)
{
	(void)state;
	root = make_ca("Contoso Root CA", NULL);
	for (size_t i = 0; i < ARRAY_N(keys); i++)
		keys[i] = make_key();
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	made_free(&root);
	for (size_t i = 0; i < ARRAY_N(keys); i++)
		EVP_PKEY_free(keys[i]);
	EVP_PKEY_free(shared_key());
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_is_here),
		cmocka_unit_test(rightly_deployed_no_topology_has_a_finding),
		cmocka_unit_test(with_one_thing_wrong_it_has_that_finding),
	};

	return cmocka_run_group_tests_name("topology", tests, make_keys,
	    free_keys);
}
