/* SPDX-License-Identifier: ISC */
/* diff_text.c - findings and answers as text that outlives the process. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/diff.h"
#include "cwaudit/mem.h"

/* Members that are one string, NULL where there is none. */
static const struct { const char *key; size_t offset; } words[] = {
	{ "about", offsetof(struct finding, about) },
	{ "owner", offsetof(struct finding, owner) },
	{ "kind", offsetof(struct finding, kind) },
	{ "site", offsetof(struct finding, site) },
	{ "group", offsetof(struct finding, group) },
	{ "contact", offsetof(struct finding, contact) },
	{ "message", offsetof(struct finding, message) },
	{ "remedy", offsetof(struct finding, remedy) },
	{ "offenders_key", offsetof(struct finding, offenders_key) },
};
#define N_WORDS	(sizeof(words) / sizeof(words[0]))

static void
set(json_t *to, const char *key, json_t *value)
{
	(void)json_object_set_new(to, key, value);
}

static json_t *
list_json(const struct strings *list)
{
	json_t *out = json_array();

	for (size_t i = 0; i < list->n; i++)
		(void)json_array_append_new(out, json_string(list->item[i]));
	return out;
}

void
diff_finding_write(const struct finding *f, struct text *out)
{
	json_t *to = json_object();
	char *dumped;

	set(to, "id", json_string(f->id));
	set(to, "rule", json_string(f->rule->id));
	set(to, "severity", json_string(severity_name(f->severity)));
	set(to, "waived", json_boolean(f->waived));
	set(to, "stale", json_boolean(f->stale));
	set(to, "passed", json_boolean(f->passed));
	set(to, "opened", json_integer(f->opened));
	set(to, "said", json_integer(f->said));
	set(to, "ends", json_integer(f->ends));
	for (size_t i = 0; i < N_WORDS; i++) {
		const char *s = *(char *const *)(const void *)
		    ((const char *)f + words[i].offset);

		if (s != NULL)
			set(to, words[i].key, json_string(s));
	}
	set(to, "places", list_json(&f->places));
	set(to, "offenders", list_json(&f->offenders));
	if (f->has_leaf) {
		struct text hex = {0};

		text_add_hex(&hex, f->leaf, CERT_SHA256);
		set(to, "leaf", json_string(text_str(&hex)));
		text_done(&hex);
	}
	if (f->by[0] != '\0')
		set(to, "by", json_string(f->by));
	if (f->cause[0] != '\0')
		set(to, "cause", json_string(f->cause));
	dumped = json_dumps(to, JSON_COMPACT | JSON_PRESERVE_ORDER);
	text_add(out, dumped != NULL ? dumped : "{}");
	free(dumped);
	json_decref(to);
}

static int64_t
read_number(const json_t *from, const char *key)
{
	return json_integer_value(json_object_get(from, key));
}

static bool
read_flag(const json_t *from, const char *key)
{
	return json_is_true(json_object_get(from, key));
}

static void
read_list(const json_t *from, const char *key, struct strings *out)
{
	const json_t *list = json_object_get(from, key), *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_is_string(item))
			strings_add(out, json_string_value(item));
}

static void
read_id(const json_t *from, const char *key, char id[FINDING_ID])
{
	const char *s = json_string_value(json_object_get(from, key));

	if (s != NULL && strlen(s) == FINDING_ID - 1)
		memcpy(id, s, FINDING_ID);
}

static void
read_leaf(const json_t *from, struct finding *f)
{
	const char *s = json_string_value(json_object_get(from, "leaf"));

	f->has_leaf = s != NULL && text_parse_hex(s, f->leaf, CERT_SHA256);
}

static bool
read_finding(const json_t *from, struct finding *f)
{
	const char *rule = json_string_value(json_object_get(from, "rule"));
	const char *severity = json_string_value(json_object_get(from,
	    "severity"));

	f->rule = rule != NULL ? rule_find(rule) : NULL;
	read_id(from, "id", f->id);
	if (f->rule == NULL || f->id[0] == '\0' || severity == NULL ||
	    !severity_parse(severity, &f->severity))
		return false;
	f->waived = read_flag(from, "waived");
	f->stale = read_flag(from, "stale");
	f->passed = read_flag(from, "passed");
	f->opened = read_number(from, "opened");
	f->said = read_number(from, "said");
	f->ends = read_number(from, "ends");
	for (size_t i = 0; i < N_WORDS; i++) {
		const char *s = json_string_value(json_object_get(from,
		    words[i].key));

		if (s != NULL)
			*(char **)(void *)((char *)f + words[i].offset) =
			    xstrdup(s);
	}
	read_list(from, "places", &f->places);
	read_list(from, "offenders", &f->offenders);
	read_leaf(from, f);
	read_id(from, "by", f->by);
	read_id(from, "cause", f->cause);
	return f->about != NULL && f->owner != NULL && f->kind != NULL;
}

struct finding *
diff_finding_parse(const char *text)
{
	json_t *from = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	struct finding *f = xcalloc(1, sizeof(*f));

	if (!json_is_object(from) || !read_finding(from, f)) {
		diff_finding_free(f);
		f = NULL;
	}
	json_decref(from);
	return f;
}

void
diff_answer_write(const struct result *r, struct text *out)
{
	text_addf(out, "%s %s", r->rule->id,
	    verdict_name((enum verdict)r->verdict));
	if (r->verdict == VERDICT_FAIL)
		text_addf(out, " %s %s", severity_name(r->severity), r->id);
	else if (r->severity == SEVERITY_OFF)
		text_add(out, " off");
	if (r->waiver != NULL)
		text_add(out, " waived");
	if (r->held)
		text_add(out, " held");
	if (r->stood_in != NULL)
		text_addf(out, " by %s", r->stood_in->id);
	text_add_char(out, '\n');
}
