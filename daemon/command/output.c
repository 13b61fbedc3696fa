/* SPDX-License-Identifier: ISC */
/* output.c - a document that is there whole or not at all. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cwaudit/mem.h"

#define MODE	0640

static bool
complain(const char *path)
{
	fprintf(stderr, "cwaudit: %s: %s\n", path, strerror(errno));
	return false;
}

static void
forget(struct output *o)
{
	free(o->path);
	free(o->part);
	*o = (struct output){0};
}

bool
output_open(struct output *o, const char *path)
{
	struct text part = {0};
	int fd;

	*o = (struct output){ .file = stdout };
	if (path == NULL || strcmp(path, "-") == 0)
		return true;
	text_addf(&part, "%s.XXXXXX", path);
	o->path = xstrdup(path);
	o->part = text_take(&part);
	fd = mkostemp(o->part, O_CLOEXEC);
	o->file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (o->file != NULL)
		return true;
	(void)complain(path);
	if (fd >= 0) {
		(void)close(fd);
		(void)unlink(o->part);
	}
	forget(o);
	return false;
}

/* It has its name when all of it is on the disk. */
static bool
settle(struct output *o)
{
	bool ok = fflush(o->file) == 0 && !ferror(o->file) &&
	    fchmod(fileno(o->file), MODE) == 0 && fsync(fileno(o->file)) == 0;

	if (fclose(o->file) != 0)
		ok = false;
	return ok && rename(o->part, o->path) == 0;
}

bool
output_close(struct output *o, bool keep)
{
	bool ok = true;

	if (o->path == NULL) {
		ok = fflush(o->file) == 0 && !ferror(o->file);
		if (!ok && keep)
			fputs("cwaudit: standard output can't be written\n",
			    stderr);
	} else if (!keep) {
		(void)fclose(o->file);
		(void)unlink(o->part);
	} else if (!settle(o)) {
		ok = complain(o->path);
		(void)unlink(o->part);
	}
	forget(o);
	return ok;
}
