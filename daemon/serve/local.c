/* SPDX-License-Identifier: ISC */
/* local.c - paths of UNIX sockets, and whether anybody listens there. */
#include "local.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

bool
local_address(const char *path, struct sockaddr_un *at, struct text *why)
{
	*at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) < sizeof(at->sun_path)) {
		memcpy(at->sun_path, path, strlen(path));
		return true;
	}
	text_addf(why, "%s: longer than the path of a socket may be", path);
	return false;
}

/* Does anybody listen there? Else what stands there is a dead one's. */
static bool
is_served(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool served = fd != -1 && connect(fd, (const struct sockaddr *)at,
	    sizeof(*at)) == 0;

	if (fd != -1)
		(void)close(fd);
	return served;
}

bool
local_claim(const char *path, struct sockaddr_un *at, struct text *why)
{
	struct stat st;

	if (!local_address(path, at, why))
		return false;
	if (is_served(at)) {
		text_addf(why, "%s: another process listens there", path);
		return false;
	}
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
	return true;
}
