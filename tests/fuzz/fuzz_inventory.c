/* SPDX-License-Identifier: ISC */
/*
 * fuzz_inventory.c - any text as an inventory; what follows a form feed is a
 * file that it may include. There is an inventory, or a problem that says why
 * not, with a place. clang -fsanitize=fuzzer,address,undefined.
 */
#include "cwaudit/inventory.h"

#include <stdlib.h>
#include <string.h>

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct input { const char *bytes; size_t len, first; };

static bool
lend(void *ctx, const char *path, struct text *out)
{
	const struct input *in = ctx;
	bool first = strcmp(path, "i.yaml") == 0;

	if (first)
		text_add_bytes(out, in->bytes, in->first);
	else if (in->first < in->len)
		text_add_bytes(out, in->bytes + in->first + 1,
		    in->len - in->first - 1);
	else
		text_add(out, "no such file");
	return first || in->first < in->len;
}

static void
match(void *ctx, const char *pattern, struct strings *out)
{
	(void)ctx;
	if (strchr(pattern, '*') != NULL)
		strings_add(out, "j.yaml");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const uint8_t *split = len > 0 ? memchr(bytes, '\f', len) : NULL;
	struct input in = { (const char *)bytes, len,
	    split != NULL ? (size_t)(split - bytes) : len };
	struct inventory_io io = { .read_file = lend, .glob = match,
	    .ctx = &in };
	struct problems ps = {0};
	struct text t = {0};
	struct inventory *inv = inventory_parse("i.yaml", &io, &ps);

	problems_print(&ps, &t);
	if ((inv == NULL) != (ps.n > 0) || (inv == NULL && t.len == 0))
		abort();
	if (inv != NULL && inv->n_hosts + inv->n_published == 0)
		abort();
	inventory_unref(inv);
	problems_done(&ps);
	text_done(&t);
	return 0;
}
