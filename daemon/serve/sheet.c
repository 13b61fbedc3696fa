/* SPDX-License-Identifier: ISC */
/* sheet.c - bodies, compressed and named by what they are. */
#include "sheet.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cwaudit/cert.h"
#include "cwaudit/clock.h"
#include "cwaudit/mem.h"
#include "cwaudit/sha256.h"

#define GZIP		(15 + 16)	/* zlib's window, and the gzip header */
#define LEVEL		4	/* half the time of 6, a tenth larger */
#define WORTH		1000	/* bytes that fit a packet are left */

static void
compress_body(struct sheet *s)
{
	z_stream z = {0};
	size_t room;

	if (s->body.len < WORTH || deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	room = deflateBound(&z, s->body.len);
	s->gzip.data = xcalloc(room + 1, 1);
	s->gzip.cap = room + 1;
	z.next_in = (Bytef *)s->body.data;
	z.avail_in = (uInt)s->body.len;
	z.next_out = (Bytef *)s->gzip.data;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		s->gzip.len = z.total_out;
	(void)deflateEnd(&z);
}

struct sheet *
sheet_new(int status, const char *type, struct text *body)
{
	struct sheet *s = xcalloc(1, sizeof(*s));
	uint8_t sha256[SHA256_SIZE];
	struct text tag = {0};

	s->refs = 1;
	s->status = status;
	s->type = type;
	s->until_ms = CLOCK_NEVER;
	s->body = *body;
	*body = (struct text){0};
	sha256_of(text_str(&s->body), s->body.len, sha256);
	text_add(&tag, "W/\"");	/* compressed or not */
	text_add_hex(&tag, sha256, 16);
	text_add_char(&tag, '"');
	(void)memcpy(s->etag, text_str(&tag), tag.len + 1);
	text_done(&tag);
	compress_body(s);
	return s;
}

struct sheet *
sheet_ref(struct sheet *s)
{
	__atomic_add_fetch(&s->refs, 1, __ATOMIC_RELAXED);
	return s;
}

void
sheet_unref(struct sheet *s)
{
	if (s == NULL || __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	text_done(&s->body);
	text_done(&s->gzip);
	free(s);
}
