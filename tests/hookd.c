/* SPDX-License-Identifier: ISC */
/*
 * hookd.c - a webhook's server for tests: appends each body that it takes as a
 * line to FILE. What it does stands in MODE, read at each request: ok, fail
 * (500), redirect, hang, or close.
 * usage: hookd PORT FILE MODE
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

static char **args;

static void
read_mode(char mode[16])
{
	FILE *f = fopen(args[3], "r");

	strcpy(mode, "ok");
	if (f != NULL && fscanf(f, "%15s", mode) != 1)
		strcpy(mode, "ok");
	if (f != NULL)
		fclose(f);
}

static void
keep_body(struct evhttp_request *request)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(request);
	size_t len = evbuffer_get_length(in);
	FILE *f = fopen(args[2], "a");

	if (f == NULL)
		return;
	fwrite(evbuffer_pullup(in, -1), 1, len, f);
	fputc('\n', f);
	fclose(f);
}

static void
on_request(struct evhttp_request *request, void *ctx)
{
	char mode[16];

	(void)ctx;
	read_mode(mode);
	if (strcmp(mode, "hang") == 0)
		return;
	if (strcmp(mode, "fail") == 0) {
		evhttp_send_error(request, 500, "no");
	} else if (strcmp(mode, "redirect") == 0) {
		evhttp_add_header(evhttp_request_get_output_headers(request),
		    "Location", "http://127.0.0.1:1/");
		evhttp_send_reply(request, 302, "elsewhere", NULL);
	} else if (strcmp(mode, "close") == 0) {
		evhttp_connection_free(evhttp_request_get_connection(request));
	} else {
		keep_body(request);
		evhttp_send_reply(request, 200, "taken", NULL);
	}
}

int
main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);

	if (argc != 4 || http == NULL)
		return 2;
	args = argv;
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	evhttp_set_gencb(http, on_request, NULL);
	if (evhttp_bind_socket(http, "127.0.0.1",
	    (unsigned short)strtoul(argv[1], NULL, 10)) != 0)
		return 1;
	return event_base_dispatch(base);
}
