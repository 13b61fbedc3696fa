/* SPDX-License-Identifier: ISC */
/*
 * fuzz_hello.c - what a server may send to a hello. The first byte chooses
 * how the rest is cut; however it is cut, the answer is the same.
 */
#include "cwaudit/hello.h"

#include <stdlib.h>

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
read_cut(struct hello *h, const uint8_t *p, size_t len, size_t cut)
{
	hello_init(h);
	for (size_t i = 0; i < len; i += cut)
		hello_read(h, p + i, len - i < cut ? len - i : cut);
	hello_end(h);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct hello whole, cut;
	struct hello_chain chain;

	if (len == 0)
		return 0;
	read_cut(&whole, p + 1, len - 1, len);
	read_cut(&cut, p + 1, len - 1, (size_t)p[0] + 1);
	if (whole.status != cut.status || whole.cipher != cut.cipher ||
	    (whole.chain != NULL) != (cut.chain != NULL) ||
	    (whole.chain != NULL && whole.chain->n != cut.chain->n))
		abort();
	hello_done(&whole);
	hello_done(&cut);
	if (hello_split(p, len, (p[0] & 1) != 0, &chain) == NULL)
		for (size_t i = 0; i < chain.n; i++)
			if (chain.item[i].data < p ||
			    chain.item[i].data + chain.item[i].len > p + len)
				abort();
	return 0;
}
