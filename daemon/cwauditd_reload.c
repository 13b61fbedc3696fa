/* SPDX-License-Identifier: ISC */
/* cwauditd_reload.c - configuration and inventory, read again. */
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwauditd_own.h"
#include "tell/notify.h"

/* Reads configuration and inventory where blocking is allowed. */
struct reload {
	struct errand	 errand;	/* first: the writer knows only this */
	struct app	*app;
	struct config	 config;
	bool		 config_ok;
	struct setup	*setup;
	struct problems	 problems;
};

static void
run_reload(struct errand *errand)
{
	struct reload *r = (struct reload *)errand;

	config_init(&r->config);
	r->config_ok = config_read(r->app->config_path, &r->config,
	    &r->problems);
	if (r->config_ok)
		r->setup = setup_load(r->config.inventory, &r->problems);
}

static void
refuse_reload(struct app *a, struct reload *r)
{
	struct text t = {0};
	char *line, *rest;
	size_t first = 0;

	problems_print(&r->problems, &t);
	for (line = strtok_r(t.data, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		app_say(a, EVENT_ERROR, "problem", line);
		if (first++ > 0)
			continue;
		audit_inventory_refused(loop_audit(a->loop), line,
		    r->problems.n + r->problems.dropped);
		pulse_set_trouble(a->pulse, PULSE_INVENTORY, line);
	}
	app_say(a, EVENT_ERROR, "reload-refused", "the new configuration or "
	    "inventory has errors; the old one stays in force");
	config_done(&r->config);
	text_done(&t);
}

/* Each time: what a restart would change is told until there is one. */
static void
say_restart(struct app *a)
{
	struct strings keys = {0};

	config_compare(&a->began_with, &a->config, &keys);
	for (size_t i = 0; i < keys.n; i++) {
		struct text t = {0};

		text_addf(&t, "%s was changed, which takes a restart; what it "
		    "was when this process began stays in force",
		    keys.item[i]);
		app_say(a, EVENT_WARNING, "reload", text_str(&t));
		text_done(&t);
	}
	strings_done(&keys);
}

static void
take_reload(struct app *a, struct reload *r)
{
	loop_reload(a->loop, r->setup, &r->config);
	audit_inventory_refused(loop_audit(a->loop), NULL, 0);
	pulse_set_trouble(a->pulse, PULSE_INVENTORY, NULL);
	pulse_set_interval(a->pulse, r->config.interval_https_s);
	if (a->http != NULL)
		http_set_setup(a->http, r->setup);
	writer_set_format(a->writer, r->config.log_format ==
	    LOG_FORMAT_CEE ? EVENT_CEE : EVENT_KV);
	if (a->began_with.inventory == NULL)
		a->began_with = a->config;
	else
		config_done(&a->config);
	setup_unref(a->setup);
	a->config = r->config;
	a->setup = r->setup;
	app_say(a, EVENT_NOTICE, "reload", "configuration and inventory "
	    "were read again and are in force");
	say_restart(a);
}

static void
finish_reload(struct errand *errand)
{
	struct reload *r = (struct reload *)errand;
	struct app *a = r->app;

	if (r->setup == NULL)
		refuse_reload(a, r);
	else
		take_reload(a, r);
	problems_done(&r->problems);
	free(r);
	notify_send("READY=1");
	a->reloading = false;
	if (a->reload_again)
		app_reload(a);
}

void
app_reload(struct app *a)
{
	struct reload *r;

	a->reload_again = a->reloading;
	if (a->reloading)
		return;
	r = xcalloc(1, sizeof(*r));
	r->errand = (struct errand){ run_reload, finish_reload };
	r->app = a;
	notify_reloading();
	a->reloading = writer_submit(a->writer, &r->errand);
	if (a->reloading)
		return;
	app_say(a, EVENT_ERROR, "reload-refused", "the writer is too far behind; "
	    "send SIGHUP again");
	free(r);
}

