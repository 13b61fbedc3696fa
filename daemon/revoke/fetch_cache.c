/* SPDX-License-Identifier: ISC */
/* fetch_cache.c - a directory of files: a line, then the bytes. */
#include "fetch_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cwaudit/mem.h"

#define NAME_LEN	(2 * CERT_SHA256)
/* A line with the SHA-256 of what follows: a line with its end, the bytes. */
#define HEAD		"cwaudit-cache 1 %s\n"
#define HEAD_LEN	(16 + NAME_LEN + 1)
#define UNTIL		"%020" PRId64 "\n"
#define UNTIL_LEN	21
#define LEAD_LEN	(HEAD_LEN + UNTIL_LEN)

struct fetch_cache {
	int		 dir;
	uint64_t	 bytes;		/* of all files, as far as we know */
	size_t		 files;
	unsigned	 writes;	/* names of files under way differ */
};

struct kept {
	char		 name[NAME_LEN + 1];
	int64_t		 at;
	uint64_t	 size;
};

static void
file_name(const uint8_t key[CERT_SHA256], char name[NAME_LEN + 1])
{
	for (size_t i = 0; i < CERT_SHA256; i++) {
		name[2 * i] = "0123456789abcdef"[key[i] >> 4];
		name[2 * i + 1] = "0123456789abcdef"[key[i] & 15];
	}
	name[NAME_LEN] = '\0';
}

static bool
is_ours(const char *name)
{
	return strspn(name, "0123456789abcdef") == NAME_LEN &&
	    (name[NAME_LEN] == '\0' || name[NAME_LEN] == '.');
}

static int
by_age(const void *x, const void *y)
{
	const struct kept *a = x, *b = y;

	return a->at < b->at ? -1 : a->at > b->at;
}

/* Our files, without those whose time must be over or that nobody finished. */
static struct kept *
list_files(struct fetch_cache *c, int64_t now, size_t *n)
{
	int fd = openat(c->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;
	struct kept *all = NULL;
	struct dirent *d;
	size_t cap = 0;

	*n = 0;
	if (dir == NULL) {
		if (fd != -1)
			(void)close(fd);
		return NULL;
	}
	while ((d = readdir(dir)) != NULL) {
		struct stat st;

		if (!is_ours(d->d_name) || fstatat(c->dir, d->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (d->d_name[NAME_LEN] != '\0' ||
		    st.st_mtime < now - FETCH_CACHE_S) {
			(void)unlinkat(c->dir, d->d_name, 0);
			continue;
		}
		all = xgrow(all, *n, &cap, sizeof(*all));
		memcpy(all[*n].name, d->d_name, NAME_LEN + 1);
		all[*n].at = st.st_mtime;
		all[(*n)++].size = (uint64_t)st.st_size;
	}
	(void)closedir(dir);
	return all;
}

/* Counts what is there; past a limit the oldest go, down to three quarters. */
static void
prune(struct fetch_cache *c, int64_t now)
{
	size_t n;
	struct kept *all = list_files(c, now, &n);
	bool full;

	c->files = n;
	c->bytes = 0;
	for (size_t i = 0; i < n; i++)
		c->bytes += all[i].size;
	full = c->bytes > FETCH_CACHE_MAX || n > FETCH_CACHE_FILES;
	if (full)
		qsort(all, n, sizeof(*all), by_age);
	for (size_t i = 0; full && i < n; i++) {
		if (c->bytes <= FETCH_CACHE_MAX / 4 * 3 &&
		    c->files <= FETCH_CACHE_FILES / 4 * 3)
			break;
		(void)unlinkat(c->dir, all[i].name, 0);
		c->bytes -= all[i].size;
		c->files--;
	}
	free(all);
}

struct fetch_cache *
fetch_cache_open(const char *dir, int64_t now, struct text *why)
{
	struct fetch_cache *c;
	int fd;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		text_addf(why, "%s: %s", dir, strerror(errno));
		return NULL;
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || faccessat(fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) !=
	    0) {
		text_addf(why, "%s: %s", dir, strerror(errno));
		if (fd != -1)
			(void)close(fd);
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->dir = fd;
	prune(c, now);
	return c;
}

void
fetch_cache_close(struct fetch_cache *c)
{
	if (c == NULL)
		return;
	(void)close(c->dir);
	free(c);
}

/* A whole regular file, no longer than an entry may be. */
static bool
read_file(int dir, const char *name, struct text *out)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC);
	struct stat st;
	char buf[65536];
	ssize_t n = -1;

	if (fd == -1)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		while ((n = read(fd, buf, sizeof(buf))) > 0 &&
		    out->len + (size_t)n <= FETCH_CACHE_ENTRY + LEAD_LEN)
			text_add_bytes(out, buf, (size_t)n);
	(void)close(fd);
	return n == 0;
}

static void
add_head(const void *rest, size_t len, struct text *out)
{
	uint8_t sha256[CERT_SHA256];
	char hex[NAME_LEN + 1];

	cert_sha256(rest, len, sha256);
	file_name(sha256, hex);
	text_addf(out, HEAD, hex);
}

/* Is it as it was written, and still to be used? */
static bool
is_whole(const struct text *file, int64_t now, int64_t *until)
{
	struct text head = {0};
	uint64_t number;
	char digits[UNTIL_LEN];
	bool same;

	if (file->len < LEAD_LEN)
		return false;
	add_head(file->data + HEAD_LEN, file->len - HEAD_LEN, &head);
	same = memcmp(head.data, file->data, HEAD_LEN) == 0;
	text_done(&head);
	memcpy(digits, file->data + HEAD_LEN, UNTIL_LEN);
	digits[UNTIL_LEN - 1] = '\0';
	if (!same || !text_number(digits, INT64_MAX, &number) ||
	    (int64_t)number <= now || (int64_t)number > now + FETCH_CACHE_S)
		return false;
	*until = (int64_t)number;
	return true;
}

bool
fetch_cache_read(struct fetch_cache *c, const uint8_t key[CERT_SHA256],
    int64_t now, struct text *out, int64_t *until)
{
	char name[NAME_LEN + 1];
	struct text file = {0};
	bool good;

	file_name(key, name);
	good = read_file(c->dir, name, &file) && is_whole(&file, now, until);
	if (good)
		text_add_bytes(out, file.data + LEAD_LEN, file.len - LEAD_LEN);
	text_done(&file);
	return good;
}

static bool
write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
write_file(struct fetch_cache *c, const char *name, const struct text *head,
    const struct text *rest)
{
	struct text part = {0};
	bool good = false;
	int fd;

	text_addf(&part, "%s.%ld.%u", name, (long)getpid(), c->writes++);
	fd = openat(c->dir, text_str(&part), O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd != -1) {
		good = write_all(fd, text_str(head), head->len) &&
		    write_all(fd, text_str(rest), rest->len);
		good = close(fd) == 0 && good;
		good = good && renameat(c->dir, text_str(&part), c->dir,
		    name) == 0;
		if (!good)
			(void)unlinkat(c->dir, text_str(&part), 0);
	}
	text_done(&part);
	return good;
}

void
fetch_cache_write(struct fetch_cache *c, const uint8_t key[CERT_SHA256],
    const struct text *bytes, int64_t now, int64_t until)
{
	char name[NAME_LEN + 1];
	struct text head = {0}, rest = {0};

	if (bytes->len > FETCH_CACHE_ENTRY || until <= now)
		return;
	if (until > now + FETCH_CACHE_S)
		until = now + FETCH_CACHE_S;
	text_addf(&rest, UNTIL, until);
	text_add_bytes(&rest, text_str(bytes), bytes->len);
	add_head(text_str(&rest), rest.len, &head);
	file_name(key, name);
	if (write_file(c, name, &head, &rest)) {
		c->files++;
		c->bytes += head.len + rest.len;
	}
	text_done(&head);
	text_done(&rest);
	if (c->bytes > FETCH_CACHE_MAX || c->files > FETCH_CACHE_FILES)
		prune(c, now);
}

void
fetch_cache_forget(struct fetch_cache *c, const uint8_t key[CERT_SHA256])
{
	char name[NAME_LEN + 1];

	file_name(key, name);
	(void)unlinkat(c->dir, name, 0);
}
