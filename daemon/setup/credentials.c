/* SPDX-License-Identifier: ISC */
/* credentials.c - a small secret file, read each time: it may be changed. */
#include "credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#define LINE_MAX_BYTES	1024

/* -1: *why. Not a pipe, which could hang. */
static int
open_secret(const char *path, struct text *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char buf[128];

	if (fd == -1 || fstat(fd, &st) != 0)
		text_addf(why, "proxy credentials %s: %s", path,
		    strerror_r(errno, buf, sizeof(buf)));
	else if (!S_ISREG(st.st_mode))
		text_addf(why, "proxy credentials %s: not a file", path);
	else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		text_addf(why, "proxy credentials %s: mode %04o, must not be "
		    "open to group or others", path, st.st_mode & 07777);
	else
		return fd;
	if (fd != -1)
		(void)close(fd);
	return -1;
}

/* libcurl decodes %XX in both. */
static bool
give(CURL *easy, const char *user, const char *password)
{
	char *parts[2] = { curl_easy_escape(easy, user, 0),
	    curl_easy_escape(easy, password, 0) };
	bool ok = parts[0] != NULL && parts[1] != NULL &&
	    curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, parts[0]) ==
	    CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, parts[1]) ==
	    CURLE_OK;

	for (int i = 0; i < 2; i++) {
		if (parts[i] != NULL)
			OPENSSL_cleanse(parts[i], strlen(parts[i]));
		curl_free(parts[i]);
	}
	return ok;
}

bool
credentials_set(CURL *easy, const char *path, struct text *why)
{
	char line[LINE_MAX_BYTES + 1], *colon;
	int fd = open_secret(path, why);
	ssize_t n;
	bool ok;

	if (fd == -1)
		return false;
	n = read(fd, line, LINE_MAX_BYTES);
	(void)close(fd);
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	colon = strchr(line, ':');
	ok = colon != NULL && colon != line;
	if (ok) {
		*colon = '\0';
		ok = give(easy, line, colon + 1);
	}
	OPENSSL_cleanse(line, sizeof(line));
	if (!ok)
		text_addf(why, "proxy credentials %s: its first line must be "
		    "USER:PASSWORD", path);
	return ok;
}
