/* SPDX-License-Identifier: ISC */
/* ask.c - a request to the daemon that a configuration names. */
#include "ask.h"

#include "serve/control.h"
#include "terminal.h"

json_t *
ask_request(const char *what)
{
	json_t *request = json_object();

	(void)json_object_set_new(request, "do", json_string(what));
	return request;
}

bool
ask_daemon(const char *config_path, json_t *request, struct text *answer)
{
	const char *inventory = "";	/* none is needed */
	struct config config;
	bool ok = false;

	if (config_path == NULL && terminal_has_config())
		inventory = NULL;
	if (!terminal_config(config_path, &inventory, &config)) {
		json_decref(request);
		return false;
	}
	if (config.control == NULL) {
		text_add(answer, "the configuration has control: none");
		json_decref(request);
	} else {
		ok = control_ask(config.control, request, answer);
	}
	config_done(&config);
	return ok;
}
