/* SPDX-License-Identifier: ISC */
/* http_answer.c - sheets and lines on their way out. */
#include "http_answer.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <string.h>

#include "route.h"

void
answer_add_header(struct evhttp_request *r, const char *key, const char *value)
{
	(void)evhttp_add_header(evhttp_request_get_output_headers(r), key,
	    value);
}

const char *
answer_asked(struct evhttp_request *r, const char *key)
{
	const char *s = evhttp_find_header(evhttp_request_get_input_headers(r),
	    key);

	return s != NULL ? s : "";
}

static void
add_headers(struct evhttp_request *r, const char *policy, const char *type)
{
	answer_add_header(r, "Content-Type", type);
	answer_add_header(r, "Content-Security-Policy", policy);
	answer_add_header(r, "X-Content-Type-Options", "nosniff");
	answer_add_header(r, "X-Frame-Options", "DENY");
	answer_add_header(r, "Referrer-Policy", "no-referrer");
	answer_add_header(r, "Cross-Origin-Resource-Policy", "same-origin");
	answer_add_header(r, "Cache-Control", "no-cache");
	answer_add_header(r, "Vary", "Accept, Accept-Encoding");
	answer_add_header(r, "Connection", "close");
}

/* evhttp would send the body of an answer to HEAD as well. */
static void
reply(struct evhttp_request *r, int status, struct evbuffer *body)
{
	struct text length = {0};

	text_addf(&length, "%zu", evbuffer_get_length(body));
	if (status != HTTP_NOTMODIFIED)
		answer_add_header(r, "Content-Length", text_str(&length));
	if (evhttp_request_get_command(r) == EVHTTP_REQ_HEAD)
		(void)evbuffer_drain(body, evbuffer_get_length(body));
	evhttp_send_reply(r, status, NULL, body);
	text_done(&length);
}

void
answer_plain(struct evhttp_request *r, const char *policy, int status,
    const char *line)
{
	struct evbuffer *body = evbuffer_new();

	(void)evbuffer_add(body, line, strlen(line));
	add_headers(r, policy, ROUTE_TEXT);
	reply(r, status, body);
	evbuffer_free(body);
}

static void
on_sent(const void *bytes, size_t len, void *sheet)
{
	(void)bytes;
	(void)len;
	sheet_unref(sheet);
}

/* Is it what the client has? Weak comparison: RFC 9110 section 13.1.2. */
static bool
is_known(struct evhttp_request *r, const struct sheet *s)
{
	const char *tags = answer_asked(r, "If-None-Match");

	return s->status == HTTP_OK && (strcmp(tags, "*") == 0 ||
	    strstr(tags, s->etag + strlen("W/")) != NULL);
}

/* "gzip", but for one that is given no weight. */
static bool
takes_gzip(struct evhttp_request *r)
{
	const char *s = strstr(answer_asked(r, "Accept-Encoding"), "gzip");

	if (s == NULL)
		return false;
	s += strlen("gzip");
	s += strspn(s, " ");
	if (strncmp(s, ";q=0", 4) != 0)
		return true;
	s += 4;
	return strspn(s, ".0") != strcspn(s, ", ");
}

void
answer_sheet(struct evhttp_request *r, const char *policy, struct sheet *s)
{
	struct evbuffer *body = evbuffer_new();
	const struct text *bytes = &s->body;

	add_headers(r, policy, s->type);
	answer_add_header(r, "ETag", s->etag);
	if (is_known(r, s)) {
		reply(r, HTTP_NOTMODIFIED, body);
		evbuffer_free(body);
		return;
	}
	if (s->gzip.len > 0 && takes_gzip(r)) {
		answer_add_header(r, "Content-Encoding", "gzip");
		bytes = &s->gzip;
	}
	if (s->status == HTTP_SERVUNAVAIL)
		answer_add_header(r, "Retry-After", "2");
	if (bytes->len > 0)
		(void)evbuffer_add_reference(body, bytes->data, bytes->len,
		    on_sent, sheet_ref(s));
	reply(r, s->status, body);
	evbuffer_free(body);
}
