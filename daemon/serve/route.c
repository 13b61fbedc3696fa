/* SPDX-License-Identifier: ISC */
/* route.c - what is served: THE TABLE. */
#include "route.h"

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/document.h"
#include "cwaudit/mem.h"
#include "cwaudit/report_api.h"
#include "cwaudit/report_assessment.h"
#include "cwaudit/report_metrics.h"
#include "cwaudit/web.h"
#include "route_host.h"

#define SCRAPE_MS	1000	/* that one scrape serves all */
#define STATUS_MS	5000	/* trouble is told of by then */
#define OLD_S		900	/* an edition is read each minute, or, where
				 * that takes long, each few */

static const char prometheus[] = "text/plain; version=0.0.4; charset=utf-8",
    openmetrics[] = "application/openmetrics-text; version=1.0.0; "
	"charset=utf-8", json[] = "application/json";

/* What a route is asked. */
struct asked {
	const struct route_world *world;
	const char	*path;		/* decoded, behind the route's own */
	struct evkeyvalq query;		/* decoded */
	bool		 open;
};

static bool
collect(void *ctx, const char *bytes, size_t len)
{
	text_add_bytes(ctx, bytes, len);
	return true;
}

/* ---- the routes: false where there is no such thing ---- */

static bool
put_metrics(const struct asked *q, struct text *out)
{
	const struct assessment *a = q->world->assessment;
	struct vitals vitals;
	int64_t *observed = a != NULL ? pulse_observed(q->world->pulse, a) :
	    NULL;
	bool ok;

	pulse_read(q->world->pulse, &vitals);
	ok = report_metrics(&(struct metrics){ .version = CWAUDIT_VERSION,
	    .vitals = &vitals, .assessment = a, .observed = observed,
	    .max_ports = q->world->max_ports, .open = q->open }, collect,
	    out);
	free(observed);
	return ok;
}

/* A value of the query, which lives as long as that; "": none. */
static const char *
parameter(const struct asked *q, const char *key)
{
	const char *s = evhttp_find_header(&q->query, key);

	return s != NULL ? s : "";
}

static struct web_query
query_of(const struct asked *q)
{
	uint64_t page = 1;

	(void)!text_number(parameter(q, "page"), SIZE_MAX / 2, &page);
	return (struct web_query){ .text = parameter(q, "q"),
	    .severity = parameter(q, "severity"),
	    .rule = parameter(q, "rule"), .page = (size_t)page };
}

/* Why the auditor is not to be believed, a line each. */
static void
add_trouble(const struct asked *q, struct text *out)
{
	int64_t age = clock_utc(&clock_system) - q->world->assessment->until;

	(void)!pulse_healthy(q->world->pulse, out);
	if (age > OLD_S)
		text_addf(out, "the store has not been read for %lld minutes, "
		    "and what follows is as old\n", (long long)age / 60);
}

static bool
put_status(const struct asked *q, struct text *out)
{
	struct vitals vitals;
	struct text trouble = {0};
	bool ok;

	pulse_read(q->world->pulse, &vitals);
	add_trouble(q, &trouble);
	ok = report_web_status(&(struct web_status){
	    .assessment = q->world->assessment, .vitals = &vitals,
	    .trouble = text_str(&trouble), .query = query_of(q) }, collect,
	    out);
	text_done(&trouble);
	return ok;
}

static bool
put_api(const struct asked *q, report_api_fn *put, struct text *out)
{
	uint64_t items = API_ITEMS;

	(void)!text_number(parameter(q, "per_page"), API_ITEMS_MAX, &items);
	return put(q->world->assessment, &(struct api_query){
	    .what = query_of(q), .standing = parameter(q, "standing"),
	    .items = items > 0 ? (size_t)items : 1 }, collect, out);
}

static bool
put_api_summary(const struct asked *q, struct text *out)
{
	return put_api(q, report_api_summary, out);
}

static bool
put_api_hosts(const struct asked *q, struct text *out)
{
	return put_api(q, report_api_hosts, out);
}

static bool
put_api_findings(const struct asked *q, struct text *out)
{
	return put_api(q, report_api_findings, out);
}

static bool
put_api_certificates(const struct asked *q, struct text *out)
{
	return put_api(q, report_api_certificates, out);
}

static bool
put_host(const struct asked *q, struct text *out)
{
	return route_host(q->world->assessment, q->world->store,
	    q->world->setup, q->path, collect, out);
}

static bool
put_script(const struct asked *q, struct text *out)
{
	(void)q;
	text_add(out, web_script);
	return true;
}

static bool
put_icon(const struct asked *q, struct text *out)
{
	(void)q;
	text_add(out, web_icon);
	return true;
}

static bool
put_report(const struct asked *q, struct text *out)
{
	static const struct report_options options = { .width = 80 };

	return report_assessment_html(q->world->assessment, &options, collect,
	    out);
}

static const struct route {
	const char	*path;		/* one that ends with "/", but for the
					 * first, has more behind it */
	const char	*type;
	bool		 waits;		/* for the store to be read */
	int64_t		 fresh_ms;	/* 0: as long as the edition */
	bool		(*put)(const struct asked *, struct text *out);
} routes[] = {
	{ "/", ROUTE_HTML, true, STATUS_MS, put_status },
	{ "/host/", ROUTE_HTML, true, 0, put_host },
	{ "/metrics", prometheus, false, SCRAPE_MS, put_metrics },
	{ "/report", ROUTE_HTML, true, 0, put_report },
	{ "/api/v1/summary", json, true, 0, put_api_summary },
	{ "/api/v1/hosts", json, true, 0, put_api_hosts },
	{ "/api/v1/findings", json, true, 0, put_api_findings },
	{ "/api/v1/certificates", json, true, 0, put_api_certificates },
	{ "/script.js", "text/javascript; charset=utf-8", false, 0, put_script },
	{ "/icon.svg", "image/svg+xml", false, 0, put_icon },
	/* browsers ask for it where a page names none */
	{ "/favicon.ico", "image/svg+xml", false, 0, put_icon },
};

/* ---- answers ---- */

static struct sheet *
excuse_json(int status, const char *line)
{
	struct text out = {0};

	(void)!document_line(json_pack("{s:s, s:s}", "schema",
	    "cwaudit/api/1", "error", line), collect, &out);
	return sheet_new(status, json, &out);
}

/* A page that says why there is none; r: NULL, no route. */
static struct sheet *
excuse(const struct route *r, int status, const char *title, const char *line)
{
	struct text out = {0};
	struct web w;

	if (r != NULL && r->type == json)
		return excuse_json(status, line);
	web_init(&w, collect, &out);
	web_begin(&w, title);
	web_put(&w, "<main>\n<h1>");
	web_text(&w, title);
	web_put(&w, "</h1>\n<p>");
	web_text(&w, line);
	web_put(&w, "</p>\n<p><a href=\"/\">All hosts</a></p>\n</main>\n");
	web_end(&w);
	(void)!web_done(&w);
	return sheet_new(status, ROUTE_HTML, &out);
}

static const struct route *
find_route(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		size_t len = strlen(routes[i].path);

		if (strcmp(path, routes[i].path) == 0 || (len > 1 &&
		    routes[i].path[len - 1] == '/' &&
		    strncmp(path, routes[i].path, len) == 0))
			return &routes[i];
	}
	return NULL;
}

static struct sheet *
answer(const struct route *r, struct asked *q)
{
	struct text out = {0};
	struct sheet *s;

	if (r->waits && q->world->assessment == NULL)
		return excuse(r, 503, "Not read yet", "The store has not been "
		    "read yet: the auditor has just begun, or cannot read "
		    "it. Try again in a few seconds.");
	if (!r->put(q, &out)) {
		text_done(&out);
		return excuse(r, 404, "Not found", "The inventory has no such "
		    "host, or there is no such page.");
	}
	s = sheet_new(200, r->type == prometheus && q->open ? openmetrics :
	    r->type, &out);
	if (r->fresh_ms > 0)
		s->until_ms = clock_mono_ms(&clock_system) + r->fresh_ms;
	return s;
}

/* Up to the query, without its escapes; NULL: a NUL byte is among them. */
static char *
decode_path(const char *target)
{
	char *raw = xstrndup(target, strcspn(target, "?#")), *path;
	size_t len;

	path = evhttp_uridecode(raw, 0, &len);
	free(raw);
	if (path == NULL || strlen(path) == len)
		return path;
	free(path);
	return NULL;
}

struct sheet *
route_answer(const struct route_world *world, const char *target, bool open)
{
	struct asked q = { .world = world, .open = open };
	const char *query = strchr(target, '?');
	char *path = decode_path(target);
	const struct route *r = path != NULL ? find_route(path) : NULL;
	struct sheet *s;

	if (r == NULL) {
		s = excuse(NULL, 404, "Not found", "There is no such page.");
	} else {
		q.path = path + strlen(r->path);
		/* one that can't be read is empty */
		(void)evhttp_parse_query_str(query != NULL ? query + 1 : "",
		    &q.query);
		s = answer(r, &q);
		evhttp_clear_headers(&q.query);
	}
	free(path);
	return s;
}
