/* SPDX-License-Identifier: ISC */
/* fixture.h - a certificate of tests/certs. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdio.h>

#include "cwaudit/bundle.h"
#include "test.h"

/* The first certificate of tests/certs/NAME.pem; the caller's reference. */
static inline const struct cert *
fixture(const char *name)
{
	struct text file = {0}, pem = {0}, why = {0};
	struct bundle b = {0};
	const struct cert *c;
	char buf[8192];
	FILE *f;

	text_addf(&file, "tests/certs/%s.pem", name);
	f = fopen(text_str(&file), "rb");
	assert_non_null(f);
	text_add_bytes(&pem, buf, fread(buf, 1, sizeof(buf), f));
	(void)fclose(f);
	assert_int_equal(bundle_add(&b, name, (const uint8_t *)text_str(&pem),
	    pem.len, NULL, &why), BUNDLE_OK);
	c = cert_ref(b.cert[0]);
	bundle_done(&b);
	text_done(&pem);
	text_done(&file);
	return c;
}

#endif
