/* SPDX-License-Identifier: ISC */
/* file.c - whole files, read once, with a bound, or written anew. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cwaudit/name.h"
#include "cwaudit/node.h"

#define MIB	(1u << 20)

static void
too_large(size_t max, struct text *why)
{
	text_addf(why, "is larger than %zu %s", max < MIB ? max : max / MIB,
	    max < MIB ? "bytes" : "MiB");
}

/* A descriptor, or -1. A pipe that nobody writes to is no reason to hang. */
static int
open_file(const char *path, size_t max, struct text *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		text_add(why, strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		text_add(why, "is a directory");
	} else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		text_add(why, "is neither a file nor a pipe");
	} else if (st.st_size > 0 && (uintmax_t)st.st_size > max) {
		too_large(max, why);
	} else {
		(void)fcntl(fd, F_SETFL, O_RDONLY);
		return fd;
	}
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* What file_read does, with a reason that leaves out the path. */
static bool
read_bounded(const char *path, size_t max, struct text *out)
{
	struct text why = {0};
	size_t before = out->len;
	int fd = open_file(path, max, &why);
	char buf[65536];
	ssize_t n = fd < 0 ? 0 : 1;

	while (n > 0) {
		n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR) {
			n = 1;
			continue;
		}
		if (n < 0)
			text_add(&why, strerror(errno));
		else if ((size_t)n > max - (out->len - before))
			too_large(max, &why);
		if (why.len > 0)
			break;
		text_add_bytes(out, buf, (size_t)n);
	}
	if (fd >= 0)
		(void)close(fd);
	if (why.len == 0)
		return true;
	text_done(out);
	*out = why;
	return false;
}

bool
file_read(const char *path, size_t max, struct text *out)
{
	struct text why = {0};

	if (read_bounded(path, max, out))
		return true;
	text_addf(&why, "%s: %s", path, text_str(out));
	text_done(out);
	*out = why;
	return false;
}

bool
file_write_new(const char *path, const struct text *bytes, struct text *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	FILE *f = fd >= 0 ? fdopen(fd, "wb") : NULL;
	bool ok = f != NULL &&
	    fwrite(text_str(bytes), 1, bytes->len, f) == bytes->len;
	int error = errno;

	if (f != NULL && fclose(f) != 0) {
		error = errno;
		ok = false;
	} else if (f == NULL && fd >= 0) {
		(void)close(fd);
	}
	if (!ok && fd >= 0)
		(void)unlink(path);
	if (!ok)
		text_addf(why, "%s: %s", path, error == EEXIST ? "is there "
		    "already, and nothing is overwritten" : strerror(error));
	return ok;
}

static bool
lend_file(void *ctx, const char *path, struct text *out)
{
	(void)ctx;
	return read_bounded(path, NODE_MAX_BYTES, out);
}

static void
lend_glob(void *ctx, const char *pattern, struct strings *out)
{
	glob_t g;

	(void)ctx;
	if (glob(pattern, 0, NULL, &g) == 0)
		for (size_t i = 0; i < g.gl_pathc; i++)
			strings_add(out, g.gl_pathv[i]);
	globfree(&g);
}

void
file_inventory_io(struct inventory_io *io)
{
	*io = (struct inventory_io){ .read_file = lend_file,
	    .glob = lend_glob };
}
