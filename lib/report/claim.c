/* SPDX-License-Identifier: ISC */
/* claim.c - what a report says of itself. */
#include "cwaudit/claim.h"

#include <jansson.h>
#include <string.h>

static const char *
word(const json_t *from, const char *key)
{
	return json_string_value(json_object_get(from, key));
}

static const char *
keep(struct claim *c, const char *s)
{
	return s != NULL ? arena_strdup(&c->arena, s) : NULL;
}

static bool
read_time(const json_t *from, const char *key, int64_t *out)
{
	const char *s = word(from, key);

	return s != NULL && clock_parse(s, out);
}

static bool
read_digest(const char *s, struct claim *c)
{
	return s != NULL && text_parse_hex(s, c->facts_sha256, CERT_SHA256);
}

/* The value of a property by its name, or NULL. */
static const char *
prop(const json_t *props, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach(props, i, item) {
		const char *is = word(item, "name");

		if (is != NULL && strcmp(is, name) == 0)
			return word(item, "value");
	}
	return NULL;
}

static bool
read_json(const json_t *top, struct claim *c)
{
	const json_t *period = json_object_get(top, "period"),
	    *filter = json_object_get(top, "filter");

	c->format = assessment_format_find("json");
	c->changes_only = json_is_true(json_object_get(top, "changes_only"));
	c->filter = (struct assessment_filter){
		.owner = keep(c, word(filter, "owner")),
		.group = keep(c, word(filter, "group")),
		.zone = keep(c, word(filter, "zone")),
		.tag = keep(c, word(filter, "tag")),
		.host = keep(c, word(filter, "host")),
	};
	return read_time(period, "since", &c->since) &&
	    read_time(period, "until", &c->until) &&
	    read_digest(word(top, "facts_sha256"), c);
}

static bool
read_oscal(const json_t *top, struct claim *c)
{
	const json_t *results = json_object_get(top, "assessment-results"),
	    *props = json_object_get(json_object_get(results, "metadata"),
	    "props"), *result = json_array_get(json_object_get(results,
	    "results"), 0);

	c->format = assessment_format_find("oscal");
	c->filter = (struct assessment_filter){
		.owner = keep(c, prop(props, "filter-owner")),
		.group = keep(c, prop(props, "filter-group")),
		.zone = keep(c, prop(props, "filter-zone")),
		.tag = keep(c, prop(props, "filter-tag")),
		.host = keep(c, prop(props, "filter-host")),
	};
	return read_time(result, "start", &c->since) &&
	    read_time(result, "end", &c->until) &&
	    read_digest(prop(props, "facts_sha256"), c);
}

static bool
read_report(const json_t *top, struct claim *c, struct text *why)
{
	const char *schema = word(top, "schema");

	if (json_object_get(top, "assessment-results") != NULL) {
		if (read_oscal(top, c))
			return true;
		text_add(why, "these assessment results do not say what their "
		    "facts hash to: cwaudit did not write them");
		return false;
	}
	if (schema == NULL || strncmp(schema, "cwaudit/report/", 15) != 0) {
		text_add(why, "it is no report: only those in JSON and OSCAL "
		    "can be verified");
		return false;
	}
	if (strcmp(schema, "cwaudit/report/1") != 0) {
		text_add(why, "its schema \"");
		text_add_escaped(why, schema, strlen(schema), 40);
		text_add(why, "\" is that of another version of cwaudit: "
		    "verify it with that one");
		return false;
	}
	if (read_json(top, c))
		return true;
	text_add(why, "its period or its facts_sha256 is missing or no such "
	    "thing: it was changed after it was made");
	return false;
}

bool
claim_parse(const char *bytes, size_t len, struct claim *out,
    struct text *why)
{
	struct claim c = {0};
	json_error_t error;
	json_t *top = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
	bool ok;

	if (top == NULL) {
		text_addf(why, "it is no JSON (line %d): only reports in JSON "
		    "and OSCAL can be verified", error.line);
		return false;
	}
	ok = read_report(top, &c, why);
	json_decref(top);
	if (ok)
		*out = c;
	else
		claim_done(&c);
	return ok;
}

void
claim_done(struct claim *c)
{
	arena_done(&c->arena);
	*c = (struct claim){0};
}
