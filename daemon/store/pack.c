/* SPDX-License-Identifier: ISC */
/* pack.c - texts in zlib's format (RFC 1950). */
#include "pack.h"

#include <stdlib.h>
#include <zlib.h>

#include "cwaudit/mem.h"
#include "cwaudit/sha256.h"

#define LEVEL	3	/* a tenth of the size; 6 takes thrice as long */
#define PIECE	65536

struct packer {
	z_stream	 z;
	struct sha256	*sha256;
	struct text	 packed;
	unsigned char	 piece[PIECE];
};

struct packer *
packer_new(void)
{
	struct packer *p = xcalloc(1, sizeof(*p));

	p->sha256 = sha256_new();
	if (deflateInit(&p->z, LEVEL) != Z_OK)
		abort();	/* no memory */
	return p;
}

static void
run(struct packer *p, int flush)
{
	do {
		p->z.next_out = p->piece;
		p->z.avail_out = PIECE;
		(void)deflate(&p->z, flush);
		text_add_bytes(&p->packed, (const char *)p->piece,
		    PIECE - p->z.avail_out);
	} while (p->z.avail_out == 0);
}

bool
packer_add(void *ctx, const char *bytes, size_t len)
{
	struct packer *p = ctx;

	sha256_add(p->sha256, bytes, len);
	p->z.next_in = (Bytef *)(uintptr_t)bytes;
	p->z.avail_in = (uInt)len;
	run(p, Z_NO_FLUSH);
	return true;
}

void
packer_end(struct packer *p, struct text *out, uint8_t sha256[CERT_SHA256])
{
	run(p, Z_FINISH);
	(void)deflateEnd(&p->z);
	sha256_end(p->sha256, sha256);
	*out = p->packed;
	free(p);
}

bool
unpack(const void *packed, size_t len, struct text *out)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)packed,
	    .avail_in = (uInt)len };
	unsigned char piece[PIECE];
	int status;

	*out = (struct text){0};
	if (inflateInit(&z) != Z_OK)
		abort();	/* no memory */
	do {
		z.next_out = piece;
		z.avail_out = PIECE;
		status = inflate(&z, Z_NO_FLUSH);
		text_add_bytes(out, (const char *)piece, PIECE - z.avail_out);
	} while (status == Z_OK && out->len <= UNPACK_MAX);
	(void)inflateEnd(&z);
	if (status == Z_STREAM_END)
		return true;
	text_done(out);
	return false;
}
