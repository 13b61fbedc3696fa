/* SPDX-License-Identifier: ISC */
/*
 * badserver - servers that misbehave, one port a behaviour, on 127.0.0.1.
 * Lists "PORT NAME" once all listen; ends with its parent, or after 10 minutes.
 */
#include <err.h>

#include "behaviour.h"
#include "serve.h"

static const char usage[] =
"usage: badserver [--any] [NAME...]\n"
"  --any   on every address: only in a network namespace of its own\n"
"  NAME    these behaviours, not all; \"good\" is a good server\n";

static void
start(const char *name, const char *script, bool any)
{
	played = script;
	printf("%u %s\n", (any ? server_start_any(serve_script) :
	    server_start(serve_script)).port, name);
}

static bool
is_wanted(const char *name, char **names)
{
	if (*names == NULL)
		return true;
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

static void
on_end(int number)
{
	(void)number;
}

int
main(int argc, char **argv)
{
	bool any = argc > 1 && strcmp(argv[1], "--any") == 0;
	char **names = argv + (any ? 2 : 1);

	if (*names != NULL && **names == '-') {
		fputs(usage, stderr);
		return 2;
	}
	if (pki_make(NULL) != 0)
		err(1, "no certificate");
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setvbuf(stdout, NULL, _IONBF, 0);
	if (is_wanted("good", names))
		start("good", behaviour_good, any);
	for (size_t i = 0; i < n_behaviours; i++)
		if (is_wanted(behaviours[i].name, names))
			start(behaviours[i].name, behaviours[i].script, any);
	puts("ready");
	signal(SIGTERM, on_end);
	signal(SIGINT, on_end);
	signal(SIGALRM, on_end);
	(void)alarm(600);
	pause();
	return pki_drop(NULL) != 0;
}
