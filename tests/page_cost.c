/* SPDX-License-Identifier: ISC */
/*
 * page_cost.c - what the pages of a store cost: reading it, making each, how
 * large it is compressed. For a store of tests/store_fleet.c.
 * usage: page_cost STORE AS-OF TARGET...; with PAGE_SHOW=FILE in the environment
 * the last of them is kept there
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "serve/route.h"

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
keep(const struct sheet *sheet)
{
	const char *path = getenv("PAGE_SHOW");
	FILE *f = path != NULL ? fopen(path, "w") : NULL;

	if (f == NULL)
		return;
	(void)fwrite(sheet->body.data, 1, sheet->body.len, f);
	(void)fclose(f);
}

int
main(int argc, char **argv)
{
	static const struct assessment_filter all = {0};
	struct assessment a;
	struct text why = {0};
	struct store *s;
	int64_t at, began = now_us();
	struct route_world world = { .max_ports = 1000000 };

	if (argc < 3 || !clock_parse(argv[2], &at)) {
		fputs("usage: page_cost STORE AS-OF TARGET...\n", stderr);
		return 2;
	}
	assessment_init(&a, at - 30 * CLOCK_DAY, at, &all);
	if (store_open(argv[1], STORE_READ, &s, &why) != STORE_OK ||
	    !store_read_assessment(s, &a, &why)) {
		fprintf(stderr, "page_cost: %s\n", text_str(&why));
		return 1;
	}
	printf("read %.1f ms hosts %zu ports %zu findings %zu\n",
	    (double)(now_us() - began) / 1000, a.n_hosts, a.n_ports,
	    a.n_findings);
	world.assessment = &a;
	world.store = s;
	world.pulse = pulse_new(&clock_system, 3600);
	for (int i = 3; i < argc; i++) {
		struct sheet *sheet;

		began = now_us();
		sheet = route_answer(&world, argv[i], false);
		printf("%s status %d made %.1f ms bytes %zu gzip %zu\n",
		    argv[i], sheet->status, (double)(now_us() - began) / 1000,
		    sheet->body.len, sheet->gzip.len);
		if (i == argc - 1)
			keep(sheet);
		sheet_unref(sheet);
	}
	pulse_free(world.pulse);
	assessment_done(&a);
	store_close(s);
	return 0;
}
