/* SPDX-License-Identifier: ISC */
/* cwauditd_control.c - what people ask of the running daemon. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "cwauditd_own.h"

/* "root", or "1000" where the number has no name. */
static void
name_user(uid_t uid, struct text *out)
{
	char buf[1024];
	struct passwd entry, *found = NULL;

	if (getpwuid_r(uid, &entry, buf, sizeof(buf), &found) == 0 &&
	    found != NULL)
		text_add(out, entry.pw_name);
	else
		text_addf(out, "%lu", (unsigned long)uid);
}

static const char *
word(const json_t *request, const char *key)
{
	return json_string_value(json_object_get(request, key));
}

static bool
do_run(struct app *a, const json_t *request, const char *by,
    struct text *said)
{
	(void)request;
	audit_sweep(loop_audit(a->loop));
	loop_kick(a->loop);
	text_add(said, "every port is looked at now");
	(void)by;
	return true;
}

static bool
do_plan(struct app *a, const json_t *request, const char *by,
    struct text *said)
{
	struct plan plan;
	json_t *json;
	char *s;

	(void)request;
	(void)by;
	audit_plan(loop_audit(a->loop), &plan);
	json = plan_json(&plan);
	s = json_dumps(json, JSON_COMPACT);
	text_add(said, s);
	free(s);
	json_decref(json);
	plan_done(&plan);
	return true;
}

static bool
do_accept(struct app *a, const json_t *request, const char *by,
    struct text *said)
{
	const char *id = word(request, "id"), *reason = word(request,
	    "reason");

	if (id != NULL && reason != NULL && *reason != '\0')
		return audit_accept(loop_audit(a->loop), id, reason, by, said);
	text_add(said, "accept wants an id and a reason");
	return false;
}

static bool
do_expect(struct app *a, const json_t *request, const char *by,
    struct text *said)
{
	const char *host = word(request, "host");
	const char *sha256 = word(request, "sha256");
	const json_t *until = json_object_get(request, "until");
	uint8_t leaf[CERT_SHA256];

	if (host == NULL || !json_is_integer(until) || (sha256 != NULL &&
	    !text_parse_hex(sha256, leaf, sizeof(leaf)))) {
		text_add(said, "expect wants a host, a time, and a SHA-256 or "
		    "none");
		return false;
	}
	return audit_expect(loop_audit(a->loop), host, sha256 != NULL ? leaf :
	    NULL, json_integer_value(until), by, said);
}

static const struct {
	const char	*name;
	bool		(*run)(struct app *, const json_t *, const char *by,
			    struct text *said);
} requests[] = {
	{ "run", do_run }, { "plan", do_plan }, { "accept", do_accept }, { "expect", do_expect },
};

bool
app_control(void *ctx, const json_t *request, uid_t uid, struct text *said)
{
	const char *what = word(request, "do");
	struct text by = {0};
	bool ok = false;
	size_t i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (what != NULL && strcmp(requests[i].name, what) == 0)
			break;
	if (i == sizeof(requests) / sizeof(requests[0])) {
		text_add(said, "this daemon knows no such request");
		return false;
	}
	name_user(uid, &by);
	ok = requests[i].run(ctx, request, text_str(&by), said);
	text_done(&by);
	return ok;
}
