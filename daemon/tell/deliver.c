/* SPDX-License-Identifier: ISC */
/* deliver.c - one delivery to one sink. */
#include "deliver.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cwaudit/mem.h"
#include "setup/file.h"

#define HEADER_MAX	4096
#define TICK_NS		20000000	/* between looks at a child */

/* ---- HTTP ---- */

static size_t
discard(char *bytes, size_t size, size_t n, void *ctx)
{
	size_t *room = ctx;

	(void)bytes;
	if (size * n > *room)
		return 0;	/* an endless answer ends the transfer */
	*room -= size * n;
	return size * n;
}

/* NULL after *why. */
static struct curl_slist *
make_headers(const struct config_sink *sink, struct text *why)
{
	struct curl_slist *list = curl_slist_append(NULL,
	    "Content-Type: application/json");
	struct text line = {0};

	if (sink->header == NULL)
		return list;
	if (!file_read(sink->header, HEADER_MAX, &line)) {
		text_add(why, text_str(&line));
		curl_slist_free_all(list);
		list = NULL;
	} else {
		line.data[strcspn(line.data, "\r\n")] = '\0';
		list = curl_slist_append(list, line.data);
	}
	text_done(&line);
	return list;
}

static bool
transfer(CURL *curl, struct text *why)
{
	char message[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode code;

	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
	code = curl_easy_perform(curl);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && status >= 200 && status < 300)
		return true;
	if (code == CURLE_OK)
		text_addf(why, "HTTP status %ld", status);
	else
		text_add(why, message[0] != '\0' ? message :
		    curl_easy_strerror(code));
	return false;
}

bool
deliver_post(const struct config_sink *sink, const char *url,
    const struct text *json, struct text *why)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = make_headers(sink, why);
	size_t room = 1 << 20;
	bool ok = false;

	if (curl != NULL && headers != NULL) {
		(void)curl_easy_setopt(curl, CURLOPT_URL, url);
		(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
		    "http,https");
		(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
		    text_str(json));
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE,
		    (long)json->len);
		(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT,
		    (long)DELIVER_S);
		(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
		(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
		(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
		(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, discard);
		(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &room);
		if (sink->ca != NULL)
			(void)curl_easy_setopt(curl, CURLOPT_CAINFO, sink->ca);
		ok = transfer(curl, why);
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return ok;
}

/* ---- commands ---- */

static char **
pointers(const struct strings *list)
{
	char **p = xcalloc(list->n + 1, sizeof(*p));

	for (size_t i = 0; i < list->n; i++)
		p[i] = list->item[i];
	return p;
}

static bool
judge_end(int status, struct text *why)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (WIFEXITED(status))
		text_addf(why, "exit status %d", WEXITSTATUS(status));
	else
		text_addf(why, "ended by signal %d", WTERMSIG(status));
	return false;
}

/* Waits for a child that leads its own process group. */
static bool
wait_for(pid_t child, struct text *why)
{
	const struct timespec tick = { .tv_nsec = TICK_NS };
	int status;

	for (long i = 0; i < DELIVER_RUN_S * 1000000000L / TICK_NS; i++) {
		if (waitpid(child, &status, WNOHANG) == child)
			return judge_end(status, why);
		(void)nanosleep(&tick, NULL);
	}
	(void)kill(-child, SIGKILL);
	(void)waitpid(child, &status, 0);
	text_addf(why, "no end within %d s; it was killed", DELIVER_RUN_S);
	return false;
}

/* Signals as a program expects them, nothing of ours open, no input. */
static int
start(const struct config_sink *sink, char **argv, char **env, pid_t *child)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int code;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null",
	    O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&files, 1, "/dev/null",
	    O_WRONLY, 0);
	(void)posix_spawn_file_actions_addopen(&files, 2, "/dev/null",
	    O_WRONLY, 0);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setsigdefault(&attr, &all);
	code = posix_spawn(child, sink->command.item[0], &files, &attr, argv,
	    env);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attr);
	return code;
}

bool
deliver_run(const struct config_sink *sink, const struct strings *environment,
    struct text *why)
{
	char **argv = pointers(&sink->command), **env = pointers(environment);
	pid_t child;
	int code = start(sink, argv, env, &child);
	bool ok = false;

	if (code == 0)
		ok = wait_for(child, why);
	else
		text_addf(why, "%s: %s", sink->command.item[0],
		    strerror(code));
	free(argv);
	free(env);
	return ok;
}
