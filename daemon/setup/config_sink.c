/* SPDX-License-Identifier: ISC */
/* config_sink.c - the list of sinks, checked. */
#include "config_sink.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/name.h"

static const struct reader_word severities[] = {
	{ "notice", SEVERITY_NOTICE }, { "warning", SEVERITY_WARNING },
	{ "error", SEVERITY_ERROR }, { "critical", SEVERITY_CRITICAL },
	{ NULL, 0 },
};

static const struct reader_key keys[] = {
	{ "name", reader_text, offsetof(struct config_sink, name), NULL,
	    true },
	{ "webhook", reader_text, offsetof(struct config_sink, webhook), NULL,
	    false },
	{ "alertmanager", reader_text,
	    offsetof(struct config_sink, alertmanager), NULL, false },
	{ "command", reader_strings, offsetof(struct config_sink, command),
	    NULL, false },
	{ "severity", reader_words, offsetof(struct config_sink, severity),
	    severities, false },
	{ "ca", reader_text, offsetof(struct config_sink, ca), NULL, false },
	{ "header", reader_text, offsetof(struct config_sink, header), NULL,
	    false },
};

static bool
is_url(const char *s)
{
	return s == NULL || strncmp(s, "https://", 8) == 0 ||
	    strncmp(s, "http://", 7) == 0;
}

static bool
is_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

	return n <= 32 && s[n] == '\0' && strcmp(s, "syslog") != 0;
}

/* Relative to the file that names it. */
static void
set_beside(struct reader *r, char **path)
{
	char *beside;

	if (*path == NULL)
		return;
	beside = name_beside(r->file, *path);
	*path = arena_strdup(r->arena, beside);
	free(beside);
}

static bool
check(struct reader *r, const struct node *y, const struct config_sink *s)
{
	int ways = (s->webhook != NULL) + (s->alertmanager != NULL) +
	    (s->command.n > 0);

	if (s->name == NULL)
		return false;		/* said already */
	if (!is_name(s->name))
		reader_problem(r, y, "\"%s\" is no name for a sink: up to 32 "
		    "letters, digits, dots, dashes, and not syslog",
		    reader_shown(r, s->name));
	else if (ways != 1)
		reader_problem(r, y, "a sink has one of webhook, alertmanager "
		    "and command");
	else if (!is_url(s->webhook) || !is_url(s->alertmanager))
		reader_problem(r, y, "a URL begins with https:// or http://");
	else if (s->command.n > 0 && s->command.item[0][0] != '/')
		reader_problem(r, y, "\"command\" begins with the absolute "
		    "path of a program; no shell is asked");
	else
		return true;
	return false;
}

static bool
is_known(const struct config_sinks *out, const char *name)
{
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->item[i].name, name) == 0)
			return true;
	return false;
}

void
config_sinks_read(struct reader *r, const struct node *y,
    struct config_sinks *out)
{
	*out = (struct config_sinks){0};
	if (!reader_expect(r, y, NODE_LIST, "\"notify\""))
		return;
	out->item = arena_new(r->arena, CONFIG_SINKS, sizeof(*out->item));
	for (const struct node *i = y->child; i != NULL; i = i->next) {
		struct config_sink *s = &out->item[out->n];
		struct reader_table table = { keys,
		    sizeof(keys) / sizeof(keys[0]), s };

		if (out->n == CONFIG_SINKS) {
			reader_problem(r, i, "more than %d sinks",
			    CONFIG_SINKS);
			return;
		}
		*s = (struct config_sink){ .severity = SEVERITY_WARNING };
		if (!reader_map(r, i, "a sink of \"notify\"", &table, 1) ||
		    !check(r, i, s))
			continue;
		if (is_known(out, s->name)) {
			reader_problem(r, i, "two sinks are called \"%s\"",
			    s->name);
			continue;
		}
		set_beside(r, &s->ca);
		set_beside(r, &s->header);
		out->n++;
	}
}

void
config_sinks_print(const struct config_sinks *sinks, struct text *out)
{
	for (size_t i = 0; i < sinks->n; i++) {
		const struct config_sink *s = &sinks->item[i];

		text_addf(out, "%s %s %s %s %s %d", s->name,
		    s->webhook != NULL ? s->webhook : "-",
		    s->alertmanager != NULL ? s->alertmanager : "-",
		    s->ca != NULL ? s->ca : "-",
		    s->header != NULL ? s->header : "-", s->severity);
		for (size_t k = 0; k < s->command.n; k++)
			text_addf(out, " %s", s->command.item[k]);
		text_add(out, "; ");
	}
}
