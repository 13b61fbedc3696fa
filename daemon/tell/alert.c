/* SPDX-License-Identifier: ISC */
/* alert.c - what a sink is sent. */
#include "alert.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

bool
alert_is_for(const struct config_sink *sink, const struct event *e)
{
	const char *severity = event_value(e, "severity");
	enum severity s;

	return (event_is(e, "finding") || event_is(e, "findings")) &&
	    event_value(e, "cause") == NULL && severity != NULL &&
	    severity_parse(severity, &s) && (int)s >= sink->severity;
}

static json_t *
event_json(const struct outbox_line *line)
{
	struct text t = {0};
	char at[CLOCK_TEXT];
	json_t *o;

	event_write(&line->event, &t);
	o = json_loads(text_str(&t), 0, NULL);
	(void)json_object_set_new(o, "at", json_string(clock_format(line->at,
	    at)));
	text_done(&t);
	return o;
}

static void
dump(json_t *o, struct text *out)
{
	char *s = json_dumps(o, JSON_COMPACT);

	text_add(out, s != NULL ? s : "{}");
	free(s);
	json_decref(o);
}

size_t
alert_webhook(const struct config_sink *sink, const struct outbox_line *lines,
    size_t n, struct text *out)
{
	json_t *o = json_object(), *events = json_array();
	size_t sent;

	for (size_t i = 0; i < n; i++)
		if (alert_is_for(sink, &lines[i].event))
			(void)json_array_append_new(events,
			    event_json(&lines[i]));
	sent = json_array_size(events);
	(void)json_object_set_new(o, "schema",
	    json_string("cwaudit/notify/1"));
	(void)json_object_set_new(o, "events", events);
	dump(o, out);
	return sent;
}

static void
set(json_t *o, const char *key, const char *value)
{
	if (value != NULL && *value != '\0')
		(void)json_object_set_new(o, key, json_string(value));
}

static json_t *
alert_json(const struct ledger_finding *lf, int64_t valid_until)
{
	const struct finding *f = lf->finding;
	json_t *o = json_object(), *labels = json_object(),
	    *notes = json_object();
	char buf[CLOCK_TEXT];

	set(labels, "alertname", f->rule->id);
	set(labels, "severity", severity_name(f->severity));
	set(labels, "host", f->owner);
	set(labels, "site", f->site);
	set(labels, "role", f->kind);
	set(labels, "instance", f->places.n > 0 ? f->places.item[0] : NULL);
	set(labels, "group", f->group);
	set(labels, "owner", f->contact);
	set(labels, "id", f->id);
	set(notes, "summary", f->rule->title);
	set(notes, "description", f->message);
	set(notes, "remedy", f->remedy);
	(void)json_object_set_new(o, "labels", labels);
	(void)json_object_set_new(o, "annotations", notes);
	set(o, "startsAt", clock_format(f->opened, buf));
	set(o, "endsAt", clock_format(lf->ended == CLOCK_NEVER ? valid_until :
	    lf->ended, buf));
	return o;
}

size_t
alert_manager(const struct config_sink *sink, const struct ledger *l,
    int64_t valid_until, struct text *out)
{
	json_t *list = json_array();
	size_t n;

	for (size_t i = 0; i < l->n_findings; i++) {
		const struct finding *f = l->findings[i].finding;

		if (!f->waived && f->cause[0] == '\0' &&
		    (int)f->severity >= sink->severity)
			(void)json_array_append_new(list, alert_json(
			    &l->findings[i], valid_until));
	}
	n = json_array_size(list);
	dump(list, out);
	return n;
}

void
alert_environment(const struct outbox_line *line, struct strings *out)
{
	const struct event *e = &line->event;
	struct text t = {0};
	char at[CLOCK_TEXT];

	for (size_t i = 0; i < e->n; i++) {
		const struct event_field *f = &e->field[i];

		text_reset(&t);
		text_add(&t, "CWAUDIT_");
		for (const char *p = f->key; *p != '\0'; p++)
			text_add_char(&t, (char)toupper((unsigned char)*p));
		text_add_char(&t, '=');
		if (f->value != NULL)
			text_add(&t, f->value);
		else
			strings_join(&f->list, ",", &t);
		strings_add(out, text_str(&t));
	}
	text_reset(&t);
	text_addf(&t, "CWAUDIT_AT=%s", clock_format(line->at, at));
	strings_add(out, text_str(&t));
	strings_add(out, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
	text_done(&t);
}
