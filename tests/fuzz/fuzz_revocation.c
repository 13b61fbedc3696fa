/* SPDX-License-Identifier: ISC */
/*
 * fuzz_revocation.c - any bytes as a CRL and as an OCSP response about a leaf,
 * its CA and a CA that is its own. clang -fsanitize=fuzzer,address,undefined.
 */
#include <stdlib.h>

#include "../make_revocation.h"
#include "cwaudit/revocation.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct made ca, leaf;

/* What nobody signed must never be an answer. */
static void
expect_unknown(struct revocation_status *s)
{
	if (s->answer != REVOCATION_UNKNOWN || s->words.len == 0)
		abort();
	revocation_status_done(s);
}

static void
ask_crl(const uint8_t *bytes, size_t len)
{
	struct text why = {0};
	struct revocation_crl *crl = revocation_crl_parse(bytes, len, &why);
	struct revocation_status s;

	if ((crl == NULL) != (why.len > 0))
		abort();
	if (crl != NULL) {
		revocation_status_init(&s);
		revocation_crl_ask(crl, leaf.cert, ca.cert, MAKE_NOW, &s);
		expect_unknown(&s);
	}
	revocation_crl_free(crl);
	text_done(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct revocation_status s;

	if (ca.x == NULL) {
		ca = make_ca("CA", NULL);
		leaf = make_cert((struct recipe){ .cn = "leaf",
		    .issuer = &ca });
	}
	ask_crl(bytes, len);
	revocation_status_init(&s);
	revocation_ocsp_ask(bytes, len, leaf.cert, ca.cert, MAKE_NOW, &s);
	expect_unknown(&s);
	return 0;
}
