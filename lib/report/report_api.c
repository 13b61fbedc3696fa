/* SPDX-License-Identifier: ISC */
/* report_api.c - an assessment, page by page, as JSON. */
#include "cwaudit/report_api.h"

#include <string.h>

#include "cwaudit/document.h"
#include "report_assessment_json.h"

/* ---- what matches, and what it looks like ---- */

static bool
host_matches(const struct assessment *a, const struct api_query *q, size_t i)
{
	const struct assessed_host *h = &a->hosts[i];
	const char *const fields[] = { h->name, h->owner, h->group, h->zone,
	    h->tags };

	if (q->standing != NULL && *q->standing != '\0' &&
	    strcmp(q->standing, standing_name(h->standing)) != 0)
		return false;
	return web_is_in(q->what.text, fields, 5);
}

static bool
finding_matches(const struct assessment *a, const struct api_query *q,
    size_t i)
{
	return web_query_matches(&q->what, a->findings[i].finding);
}

static bool
cert_matches(const struct assessment *a, const struct api_query *q, size_t i)
{
	const struct assessed_cert *c = &a->certs[i];
	const char *fields[] = { c->cn, c->san, c->issuer, c->serial, NULL };
	struct text sha256 = {0};
	bool matches;

	text_add_hex(&sha256, c->sha256, CERT_SHA256);
	fields[4] = text_str(&sha256);
	matches = web_is_in(q->what.text, fields, 5);
	text_done(&sha256);
	return matches;
}

static json_t *
host_item(const struct assessment *a, size_t i)
{
	return assessment_host_json(a, &a->hosts[i]);
}

static json_t *
finding_item(const struct assessment *a, size_t i)
{
	return assessment_finding_json(a, &a->findings[i]);
}

static json_t *
cert_item(const struct assessment *a, size_t i)
{
	return assessment_cert_json(a, &a->certs[i]);
}

struct list {
	const char	*name;
	bool		(*matches)(const struct assessment *,
			    const struct api_query *, size_t);
	json_t		*(*item)(const struct assessment *, size_t);
};

/* ---- the documents ---- */

static void
begin(struct document *d, const struct assessment *a, const char *name,
    report_write_fn *write, void *ctx)
{
	document_open(d, write, ctx);
	document_member(d, "schema", json_string("cwaudit/api/1"));
	document_member(d, "kind", json_string(name));
	document_member(d, "as_of", document_time(a->until));
	document_member(d, "since", document_time(a->since));
	document_member(d, "stale", json_boolean(a->stale));
}

static bool
put_list(const struct list *list, size_t n, const struct assessment *a,
    const struct api_query *q, report_write_fn *write, void *ctx)
{
	size_t page = q->what.page > 0 ? q->what.page : 1;
	size_t first = 0, last = 0, total = 0;
	struct document d;

	if (page - 1 <= n / q->items) {		/* else it is past the end */
		first = (page - 1) * q->items;
		last = first + q->items;
	}
	begin(&d, a, list->name, write, ctx);
	document_list(&d, "items");
	for (size_t i = 0; i < n; i++) {
		if (!list->matches(a, q, i))
			continue;
		if (total >= first && total < last)
			document_item(&d, list->item(a, i));
		total++;
	}
	document_list_end(&d);
	document_member(&d, "page", json_integer((json_int_t)page));
	document_member(&d, "per_page", json_integer((json_int_t)q->items));
	document_member(&d, "pages", json_integer((json_int_t)(
	    (total + q->items - 1) / q->items)));
	document_member(&d, "total", json_integer((json_int_t)total));
	return document_close(&d);
}

bool
report_api_summary(const struct assessment *a, const struct api_query *q,
    report_write_fn *write, void *ctx)
{
	struct document d;

	(void)q;
	begin(&d, a, "summary", write, ctx);
	document_member(&d, "summary", assessment_summary_json(a));
	return document_close(&d);
}

bool
report_api_hosts(const struct assessment *a, const struct api_query *q,
    report_write_fn *write, void *ctx)
{
	static const struct list list = { "hosts", host_matches, host_item };

	return put_list(&list, a->n_hosts, a, q, write, ctx);
}

bool
report_api_findings(const struct assessment *a, const struct api_query *q,
    report_write_fn *write, void *ctx)
{
	static const struct list list = { "findings", finding_matches,
	    finding_item };

	return put_list(&list, a->n_findings, a, q, write, ctx);
}

bool
report_api_certificates(const struct assessment *a, const struct api_query *q,
    report_write_fn *write, void *ctx)
{
	static const struct list list = { "certificates", cert_matches,
	    cert_item };

	return put_list(&list, a->n_certs, a, q, write, ctx);
}
