/* SPDX-License-Identifier: ISC */
/*
 * golden.h - what was rendered, against a file of tests/golden/.
 * GOLDEN_WRITE=1 writes them anew; read the difference before it is kept.
 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/text.h"
#include "test.h"

static inline bool
keep(void *ctx, const char *bytes, size_t len)
{
	text_add_bytes(ctx, bytes, len);
	return true;
}

static inline bool
refuse(void *ctx, const char *bytes, size_t len)
{
	size_t *calls = ctx;

	(void)bytes;
	(void)len;
	++*calls;
	return false;
}

static inline void
read_golden(const char *name, struct text *out)
{
	struct text path = {0};
	char buf[4096];
	size_t n;
	FILE *f;

	text_addf(&path, "tests/golden/%s", name);
	f = fopen(text_str(&path), "rb");
	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add_bytes(out, buf, n);
	(void)fclose(f);
	text_done(&path);
}

static inline void
write_golden(const char *name, const struct text *bytes)
{
	struct text path = {0};
	FILE *f;

	text_addf(&path, "tests/golden/%s", name);
	f = fopen(text_str(&path), "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text_str(bytes), 1, bytes->len, f), bytes->len);
	assert_int_equal(fclose(f), 0);
	text_done(&path);
}

/* Takes what was rendered. */
static inline void
assert_golden(struct text *rendered, const char *name)
{
	struct text golden = {0};

	if (getenv("GOLDEN_WRITE") != NULL)
		write_golden(name, rendered);
	read_golden(name, &golden);
	if (strcmp(text_str(rendered), text_str(&golden)) != 0)
		fail_msg("differs from tests/golden/%s:\n%s", name,
		    text_str(rendered));
	text_done(&golden);
	text_done(rendered);
}

#endif
